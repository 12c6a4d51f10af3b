"""Read the project's own tables, data/figures/*.csv.

Everything is read as text first, so that a fault can quote what the file says, and each row
keeps its file and row number for as long as it travels.
"""

import csv
import hashlib
import io
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv as arrow_csv
from pandas.api.types import union_categoricals

from pmif.errors import Fault, IntakeError
from pmif.framework import Framework
from pmif.geography import Areas
from pmif.hub import BatchKind, Receipt, StandingTable
from pmif.hub.columns import COLUMNS, ORIGIN
from pmif.intake.confirmed import Confirmed, confirmations_of, read_confirmed
from pmif.intake.corrections import apply_corrections, read_corrections
from pmif.intake.schema import check_rows, typed

FIGURES = "data/figures"
BLOCK = 2**22  # bytes read at a time: each block has lists of words of its own, and joining many of them is slow


def read_tables(root: Path, framework: Framework, areas: Areas) -> list[StandingTable]:
    """Every table of data/figures, corrected as declared and checked, with the receipt of what it holds.

    Before it stands it is to be screened as well: see `screen_tables`.
    Errors: IntakeError with every refused row of every file.
    """
    confirmed = read_confirmed(root, framework)
    files = sorted((root / FIGURES).glob("*.csv"))
    if not files:
        raise IntakeError("No figures can be read", [Fault(FIGURES, "the folder holds no table of figures")])
    faults: list[Fault] = []
    with ThreadPoolExecutor(1) as aside:
        marks = aside.map(_hash, files)
        tables = [table for file in files if (table := _read_text(file, f"{FIGURES}/{file.name}", faults)) is not None]
        if tables:
            rows = _together(tables)
            if corrections := read_corrections(root, framework):
                rows = rows.astype("str")  # a corrected cell may hold a word that no other does
            rows, _, unfit = apply_corrections(rows, corrections, whole=True)
            faults += [*unfit, *check_rows(rows, framework, areas)]
    if faults:
        raise IntakeError("Figures were refused, and nothing was built", faults)
    whole = typed(rows)
    ends = np.cumsum([len(table) for table in tables])
    held = [whole.iloc[end - len(table) : end] for table, end in zip(tables, ends, strict=True)]
    return [_standing(file, mark, table, confirmed) for file, mark, table in zip(files, marks, held, strict=True)]


def _hash(file: Path) -> "hashlib._Hash":
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256")


def _standing(file: Path, mark: "hashlib._Hash", rows: pd.DataFrame, confirmed: Sequence[Confirmed]) -> StandingTable:
    """A table with its receipt. `mark` is the hash of its bytes.

    What both hold depends on the bytes, on what was corrected and on what is confirmed, and its name on all three.
    """
    confirmations = confirmations_of(rows, confirmed)
    changed = rows[rows["transform"] != ""]
    sha256, mark = mark.hexdigest(), mark.copy()
    if len(changed):
        mark.update(changed.to_csv(index=False).encode())
    for one in confirmations:
        mark.update(one.model_dump_json().encode())
    receipt = Receipt(
        batch=f"table-{file.stem}-{mark.hexdigest()[:8]}",
        kind=BatchKind.TABLE,
        file=f"{FIGURES}/{file.name}",
        sha256=sha256,
        taken=len(rows),
        confirmations=confirmations,
    )
    return StandingTable(receipt, rows.reset_index(drop=True))


def _read_text(path: Path, name: str, faults: list[Fault]) -> pd.DataFrame | None:
    """The file's cells as text, with its name and row numbers; None, with the faults noted, where it is no table."""
    if (table := _read_plain(path)) is not None:
        return _with_origin(table, name, range(2, len(table) + 2))
    content = path.read_bytes()
    try:
        lines = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True))
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
    body, numbers = [], []
    for number, cells in enumerate(lines[1:], start=2):
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(header):
            faults.append(Fault(f"{name}, row {number}", f"has {len(cells)} cells: expected {len(header)}"))
            continue
        body.append([cell.strip() for cell in cells])
        numbers.append(number)
    return _with_origin(pd.DataFrame(body, columns=header, dtype="str").astype("category"), name, numbers)


def _read_plain(path: Path) -> pd.DataFrame | None:
    """The cells of a table that has nothing to put right: our columns, and one line a row.

    Arrow reads it 15 times as fast as Python's csv, but would not say what is wrong with one that has faults, nor
    on which line. Columns are categories: the few words that a column has, and which of them each row holds.
    """
    rows = _read_words(path, quote=False)
    if rows is None or any('"' in word for word in _words(rows)):
        # Within quotes a cell can hold the end of a line, and rows are then no longer counted by lines.
        rows, content = _read_words(path, quote='"'), path.read_bytes()
        lines = content.count(b"\n") + (not content.endswith(b"\n"))
        if rows is None or lines != len(rows) + 1:
            return None
    return None if any(word != word.strip() for word in _words(rows)) else rows


def _read_words(path: Path, *, quote: str | Literal[False]) -> pd.DataFrame | None:
    words = pa.dictionary(pa.int32(), pa.string())
    try:
        table = arrow_csv.read_csv(
            path,
            read_options=arrow_csv.ReadOptions(block_size=BLOCK),
            parse_options=arrow_csv.ParseOptions(quote_char=quote, ignore_empty_lines=False),
            convert_options=arrow_csv.ConvertOptions(
                column_types=dict.fromkeys(COLUMNS, words), strings_can_be_null=False, null_values=[]
            ),
        )
    except (pa.ArrowInvalid, pa.ArrowKeyError):
        return None
    if sorted(table.column_names) != sorted(COLUMNS):
        return None
    rows: pd.DataFrame = table.to_pandas()
    return rows


def _words(rows: pd.DataFrame) -> Iterator[str]:
    return (word for c in COLUMNS for word in rows[c].cat.categories.tolist())


def _with_origin(rows: pd.DataFrame, name: str, numbers: Sequence[int]) -> pd.DataFrame:
    """The rows with where each stands: columns COLUMNS and ORIGIN."""

    def all_of(word: str) -> "pd.Categorical[Any]":
        return pd.Categorical.from_codes(np.zeros(len(rows), dtype=np.int8), dtype=pd.CategoricalDtype([word]))

    row = pd.array(pa.array(np.asarray(numbers, dtype=np.int64)).cast(pa.large_string()), dtype="str")
    return rows.assign(file=all_of(name), sheet=all_of(""), cell=all_of(""), row=row, transform=all_of(""))


def _together(tables: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Tables one after the other, still as categories."""
    tables = [table for table in tables if len(table)] or tables[:1]  # no word of an empty one has a type
    if len(tables) == 1:
        return tables[0]
    columns = {c: union_categoricals([t[c] for t in tables]) for c in (*COLUMNS, *ORIGIN) if c != "row"}
    return pd.DataFrame(columns).assign(row=pd.concat([t["row"] for t in tables], ignore_index=True))
