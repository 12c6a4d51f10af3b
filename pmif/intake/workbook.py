"""A supplier's file as cells on sheets, whatever its format: what was read, before anything is understood."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time


@dataclass(frozen=True)
class Cell:
    """One cell that is not blank. A formula gives the value that was kept with it, and says so."""

    row: int  # from 1
    column: int  # from 1
    value: str | float | bool | date | datetime | time | None
    text: str  # as a person sees it: "12.3%" for 0.123 shown as a percentage, "31/03/2026" for a date
    percent: bool = False  # a number shown as a percentage
    formula: str = ""
    comment: str = ""

    @property
    def at(self) -> str:
        """The cell's name on its sheet: F12."""
        letters, column = "", self.column
        while column:
            column, rest = divmod(column - 1, 26)
            letters = chr(65 + rest) + letters
        return f"{letters}{self.row}"


@dataclass(frozen=True)
class Sheet:
    name: str
    cells: Mapping[tuple[int, int], Cell]  # (row, column), only cells that are not blank
    hidden: bool = False
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    merged: tuple[tuple[int, int, int, int], ...] = ()  # first row, first column, last row, last column

    @property
    def last_row(self) -> int:
        return max((row for row, _ in self.cells), default=0)

    @property
    def last_column(self) -> int:
        return max((column for _, column in self.cells), default=0)

    def cell(self, row: int, column: int) -> Cell | None:
        return self.cells.get((row, column))


@dataclass(frozen=True)
class Workbook:
    """A whole file. A CSV file is a workbook of one sheet, named after nothing: ""."""

    name: str  # the file's own name, for messages
    format: str  # xlsx, ods or csv
    sha256: str
    size: int  # bytes
    sheets: tuple[Sheet, ...]
    notes: tuple[str, ...] = field(
        default=()
    )  # what was left alone in opening it: "links to other files were not followed"

    def sheet(self, name: str) -> Sheet | None:
        return next((s for s in self.sheets if s.name == name), None)


def place(sheet: str, cell: str) -> str:
    """How a message names a cell: "sheet 'Figures', cell F12"; for a CSV file, whose sheet has no name, "cell F12"."""
    return f"sheet '{sheet}', cell {cell}" if sheet else f"cell {cell}"
