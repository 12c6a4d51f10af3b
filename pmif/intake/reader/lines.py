"""What was read, written as it is read: a line of JSON for each sheet, each cell and the end.

    {"sheet": "Figures", "hidden": false}
    [12, 6, ["n", 0.123], "12.3%", true, "=B2/C2", "a comment"]     row, column, value, text, percent, ...
    {"end": "Figures", "hidden_rows": [[3, 4]], "hidden_columns": [], "merged": [[1, 1, 1, 4]]}
    {"done": "xlsx", "notes": []}                                   or {"refused": [["place", "sentence"]]}

Only the last line says that nothing is missing. What has been written is counted against the limits
here, for every format alike, so no file can make the result larger than it may be.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import TextIO

from .refusal import RefusedError

LAST_ROW, LAST_COLUMN = 1_048_576, 16_384  # of a sheet, in Excel and in LibreOffice
LONGEST_CELL = 32_767  # characters in a cell, in Excel
FAULTS_SHOWN = 20
NOTES_SHOWN = 40

Value = str | float | bool | date | datetime | time | None
Range = tuple[int, int]

_ENCODER = json.JSONEncoder(separators=(",", ":"), allow_nan=False)


@dataclass(frozen=True)
class Allowed:
    """The limits that are kept inside the reader's process; time and memory are kept outside it."""

    entries: int
    unpacked: int
    ratio: int
    cells: int
    text: int
    sheets: int


class Lines:
    """The result as it grows: sheets are begun and ended, cells written between."""

    def __init__(self, out: TextIO, allowed: Allowed) -> None:
        self.notes: list[str] = []
        self._out = out
        self._allowed = allowed
        self._faults: list[tuple[str, str]] = []
        self.sheet = ""
        self._names: set[str] = set()
        self._cells = self._text = self._last_row = self._last_column = 0

    def begin(self, sheet: str, *, hidden: bool = False) -> None:
        if sheet.casefold() in self._names:
            raise RefusedError((at(sheet), "two sheets have this name: rename one of them"))
        self._names.add(sheet.casefold())
        if len(self._names) > self._allowed.sheets:
            raise RefusedError(("", f"it has more than {self._allowed.sheets:,} sheets: send only those with figures"))
        self.sheet, self._last_row, self._last_column = sheet, 0, 0
        self._write({"sheet": sheet, "hidden": hidden})

    def cell(
        self,
        row: int,
        column: int,
        value: Value,
        text: str,
        *,
        percent: bool = False,
        formula: str = "",
        comment: str = "",
    ) -> None:
        """Write one cell that is not blank; white space alone is blank, as it is to a person."""
        if not formula and isinstance(value, str) and not value.strip():
            return
        if row > LAST_ROW or column > LAST_COLUMN:
            self.fault(f"row {row:,}, column {column:,}", f"a sheet ends at row {LAST_ROW:,}, column {LAST_COLUMN:,}")
            return
        if len(text) > LONGEST_CELL:
            self.fault(name_of(row, column), f"holds {len(text):,} characters, where a cell holds {LONGEST_CELL:,}")
            return
        self._cells += 1
        self._text += len(text) + len(formula) + len(comment)
        self.room_for(0)
        if self._text > self._allowed.text:
            raise RefusedError(
                ("", f"it holds more than {self._allowed.text:,} characters: send only the sheets of figures")
            )
        self._last_row, self._last_column = max(self._last_row, row), max(self._last_column, column)
        self._write([row, column, _tagged(value), text, percent, formula[:LONGEST_CELL], comment[:LONGEST_CELL]])

    def room_for(self, cells: int) -> None:
        """Refuse before so many more cells are made, rather than while they are."""
        if self._cells + cells > self._allowed.cells:
            raise RefusedError(
                ("", f"it has more than {self._allowed.cells:,} cells in use: send only the sheets of figures")
            )

    def end(self, hidden_rows: Iterable[Range], hidden_columns: Iterable[Range], merged: Iterable[list[int]]) -> None:
        """Rows and columns are hidden as far as the last cell: all below it may be hidden, and it means nothing."""
        self._write(
            {
                "end": self.sheet,
                "hidden_rows": [[a, min(b, self._last_row)] for a, b in hidden_rows if a <= self._last_row],
                "hidden_columns": [[a, min(b, self._last_column)] for a, b in hidden_columns if a <= self._last_column],
                "merged": list(merged),
            }
        )

    def note(self, note: str) -> None:
        if len(self.notes) < NOTES_SHOWN and note not in self.notes:
            self.notes.append(note)

    def fault(self, cell: str, problem: str) -> None:
        """A fault of one cell: the rest is read too, so that all are told at once, up to a number nobody reads past."""
        self._faults.append((at(self.sheet, cell), problem))
        if len(self._faults) >= FAULTS_SHOWN:
            self._faults.append(("", "there may be more: these are the first"))
            self.raise_faults()

    def raise_faults(self) -> None:
        if self._faults:
            raise RefusedError(*self._faults)

    def done(self, form: str) -> None:
        self.raise_faults()
        self._write({"done": form, "notes": self.notes})

    def _write(self, line: object) -> None:
        self._out.write(_ENCODER.encode(line) + "\n")


def at(sheet: str, cell: str = "") -> str:
    """A place inside the file: "sheet 'Figures', cell F12"."""
    named = cell if not cell or " " in cell else f"cell {cell}"
    return ", ".join(part for part in (f"sheet '{sheet}'" if sheet else "", named) if part)


def name_of(row: int, column: int) -> str:
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{row}"


def extended(ranges: list[Range], first: int, last: int) -> None:
    """Add numbers to a list of ranges, joined to the last range where they follow it."""
    if ranges and ranges[-1][1] == first - 1:
        ranges[-1] = (ranges[-1][0], last)
    else:
        ranges.append((first, last))


def _tagged(value: Value) -> list[object]:
    match value:
        case None:
            return ["-"]
        case bool():
            return ["b", value]
        case str():
            return ["s", value]
        case datetime():
            return ["w", value.isoformat()]
        case date():
            return ["d", value.isoformat()]
        case time():
            return ["t", value.isoformat()]
        case _:
            return ["n", float(value)]
