"""Batches in plain files: what was taken in, kept for ever beside its receipt and the file it came from.

A batch is a folder: `receipt.json`, `rows.csv` and the parts as they came, byte for byte. It is
written aside and put in its place by one rename, so it is there whole or not at all, and never
changes afterwards. The database is remade from these folders at any time.
"""

import hashlib
import os
import shutil
from collections.abc import Mapping
from pathlib import Path

import pandas as pd
from pydantic import ValidationError

from pmif.errors import Fault, HubError
from pmif.hub.columns import STORED
from pmif.hub.receipt import BatchKind, Receipt
from pmif.hub.tables import read_table, write_table

RETURNS = "data/returns"  # a council's own files, never published
FETCHED = "data/fetched"  # what publishers' services gave
REFUSED = f"{RETURNS}/refused"
FOLDERS = {BatchKind.RETURN: RETURNS, BatchKind.FETCH: FETCHED}

_RECEIPT, _ROWS, _UNFINISHED = "receipt.json", "rows", ".unfinished-"


def write_batch(root: Path, receipt: Receipt, rows: pd.DataFrame, parts: Mapping[str, bytes]) -> Receipt:
    """Keep a batch: its rows (columns STORED), its receipt, and every part under the name that the receipt gives it.

    Returns the receipt as kept, with the hash of its rows. The rename at the end is the moment it is taken in.
    Errors: HubError where the disk is full or refuses; nothing is left behind.
    """
    parent = root / FOLDERS[receipt.kind]
    fresh, folder = parent / f"{_UNFINISHED}{receipt.batch}", parent / receipt.batch
    try:
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(parents=True)
        for name, content in parts.items():
            (fresh / name).write_bytes(content)
        write_table(fresh, _ROWS, rows[STORED])
        kept = receipt.model_copy(update={"rows_sha256": _sha256(fresh / f"{_ROWS}.csv")})
        (fresh / _RECEIPT).write_text(kept.model_dump_json(indent=1) + "\n", encoding="utf-8", newline="\n")
        for file in fresh.iterdir():
            _to_disk(file)
        fresh.rename(folder)
    except OSError as fault:
        shutil.rmtree(fresh, ignore_errors=True)
        raise HubError(
            f"{receipt.file} could not be kept in {parent.as_posix()} ({fault.strerror}): nothing was taken in. "
            "Make room or ask for the right to write there, then take it in again"
        ) from fault
    return kept


def read_batches(root: Path) -> list[tuple[Receipt, Path]]:
    """Every batch that is kept, with its folder, in the order in which they were received.

    Errors: HubError naming each folder whose receipt cannot be read.
    """
    faults, found = [], []
    for parent in FOLDERS.values():
        for file in sorted((root / parent).glob(f"[0-9]*/{_RECEIPT}")):
            try:
                found.append((Receipt.model_validate_json(file.read_bytes()), file.parent))
            except ValidationError as fault:
                faults.append(
                    Fault(file.relative_to(root).as_posix(), f"is no receipt of ours: {fault.errors()[0]['msg']}")
                )
    if faults:
        raise HubError("Batches cannot be read; fetch them from a copy", faults)
    return sorted(found, key=lambda pair: _arrival(pair[0]))


def read_rows(root: Path, receipt: Receipt, folder: Path) -> pd.DataFrame:
    """The rows of a kept batch, as typed when they were taken in.

    Errors: HubError where the table is no longer the one that was taken in.
    """
    table = folder / f"{_ROWS}.csv"
    if not table.is_file() or _sha256(table) != receipt.rows_sha256:
        place = table.relative_to(root).as_posix()
        raise HubError(
            "A batch is not as it was taken in",
            [
                Fault(
                    place,
                    "was changed or removed since: fetch it from a copy. A wrong figure is put right by a new return",
                )
            ],
        )
    return read_table(folder, _ROWS)


def find_batch(root: Path, kind: BatchKind, sha256: str) -> Receipt | None:
    """The batch that the same file made before, if any."""
    return next((r for r, _ in read_batches(root) if r.kind is kind and r.sha256 == sha256), None)


def keep_refusal(root: Path, receipt: Receipt) -> Path:
    """Keep the receipt of a file that was refused, and return its folder, where a marked-up copy may be put."""
    folder = root / REFUSED / receipt.batch
    folder.mkdir(parents=True, exist_ok=True)
    unfinished = folder / f"{_UNFINISHED}{_RECEIPT}"
    unfinished.write_text(receipt.model_dump_json(indent=1) + "\n", encoding="utf-8", newline="\n")
    unfinished.replace(folder / _RECEIPT)
    return folder


def read_refusals(root: Path) -> list[Receipt]:
    """The receipts of files that were refused, oldest first."""
    files = sorted((root / REFUSED).glob(f"*/{_RECEIPT}"))
    return sorted((Receipt.model_validate_json(f.read_bytes()) for f in files), key=_arrival)


def clear_unfinished(root: Path) -> None:
    """Remove what a killed intake had not finished. Only for whoever holds the hub."""
    for parent in FOLDERS.values():
        for left in (root / parent).glob(f"{_UNFINISHED}*"):
            shutil.rmtree(left, ignore_errors=True)


def _arrival(receipt: Receipt) -> tuple[str, str]:
    return (receipt.received.isoformat() if receipt.received else "", receipt.batch)


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _to_disk(file: Path) -> None:
    """Have the system write a file out before its folder is given its name: a power cut must not leave it empty."""
    with file.open("rb+") as stream:
        os.fsync(stream.fileno())
