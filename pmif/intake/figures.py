"""Read the project's own tables, data/figures/*.csv.

Everything is read as text first, so that a fault can quote what the file says, and each row
keeps its file and row number for as long as it travels.
"""

import csv
import hashlib
from pathlib import Path

import pandas as pd

from pmif.errors import Fault, IntakeError
from pmif.framework import Framework
from pmif.geography import Areas
from pmif.hub import BatchKind, Receipt, StandingTable
from pmif.hub.columns import COLUMNS, ORIGIN
from pmif.intake.corrections import apply_corrections, read_corrections
from pmif.intake.schema import check_rows, typed

FIGURES = "data/figures"


def read_tables(root: Path, framework: Framework, areas: Areas) -> list[StandingTable]:
    """Every table of data/figures, corrected as declared and checked, with the receipt of what it holds.

    Errors: IntakeError with every refused row of every file.
    """
    files = sorted((root / FIGURES).glob("*.csv"))
    if not files:
        raise IntakeError("No figures can be read", [Fault(FIGURES, "the folder holds no table of figures")])
    faults: list[Fault] = []
    tables = [table for file in files if (table := _read_text(file, f"{FIGURES}/{file.name}", faults)) is not None]
    if tables:
        rows = pd.concat(tables, ignore_index=True)
        rows, _, unfit = apply_corrections(rows, read_corrections(root, framework), whole=True)
        faults += [*unfit, *check_rows(rows, framework, areas)]
    if faults:
        raise IntakeError("Figures were refused, and nothing was built", faults)
    held = dict(iter(typed(rows).groupby("file", sort=False)))
    nothing = typed(rows.iloc[0:0])
    return [_standing(file, held.get(f"{FIGURES}/{file.name}", nothing)) for file in files]


def _standing(file: Path, rows: pd.DataFrame) -> StandingTable:
    """A table with its receipt. What it holds depends on its bytes and on what was corrected, and its name on both."""
    content = file.read_bytes()
    changed = rows[rows["transform"] != ""]
    mark = hashlib.sha256(content)
    if len(changed):
        mark.update(changed.to_csv(index=False).encode())
    receipt = Receipt(
        batch=f"table-{file.stem}-{mark.hexdigest()[:8]}",
        kind=BatchKind.TABLE,
        file=f"{FIGURES}/{file.name}",
        sha256=hashlib.sha256(content).hexdigest(),
        taken=len(rows),
    )
    return StandingTable(receipt, rows.reset_index(drop=True))


def _read_text(path: Path, name: str, faults: list[Fault]) -> pd.DataFrame | None:
    """The file's cells as text, with its name and row numbers; None, with the faults noted, where it is no table."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            lines = list(csv.reader(file, strict=True))
    except UnicodeDecodeError as fault:
        faults.append(Fault(name, f"byte {fault.start} is not UTF-8: save the file as CSV UTF-8"))
        return None
    except csv.Error as fault:
        faults.append(Fault(name, f"not a readable CSV file: {fault}"))
        return None
    header = [cell.strip() for cell in lines[0]] if lines else []
    if missing := [c for c in COLUMNS if c not in header]:
        faults.append(Fault(f"{name}, row 1", f"columns missing: {', '.join(missing)}"))
    if unknown := [c for c in header if c not in COLUMNS]:
        faults.append(Fault(f"{name}, row 1", f"unknown columns: {', '.join(map(repr, unknown))}; remove them"))
    if missing or unknown:
        return None
    body = []
    for number, cells in enumerate(lines[1:], start=2):
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(header):
            faults.append(Fault(f"{name}, row {number}", f"has {len(cells)} cells: expected {len(header)}"))
            continue
        body.append([cell.strip() for cell in cells] + [name, "", "", str(number), ""])
    return pd.DataFrame(body, columns=[*header, *ORIGIN], dtype="str")
