"""One figure as a returned file gives it: its cells by what they hold, wherever they stand.

It is the same for our form and for an older layout. What the cells mean comes after, in `figure_line`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from pmif.intake.cells import ONE
from pmif.intake.layouts import NUMBERS
from pmif.intake.workbook import Cell, Sheet


@dataclass(frozen=True)
class CellFault:
    """What is wrong with one cell; with a blank `cell`, of a sheet; with a blank sheet too, of the file."""

    sheet: str
    cell: str
    problem: str


@dataclass(frozen=True)
class How:
    """What a layout declares about a column of numbers."""

    fractions: bool = False
    times: Decimal = ONE


@dataclass(frozen=True)
class Line:
    """The cells of one figure, by what they hold: measure, area, period, ..., value, status, note, reason.

    `fixed` is what no cell says, because the layout does; `columns` and `heads` are each cell's column and heading,
    also where the cell is blank.
    """

    sheet: Sheet
    row: int
    cells: Mapping[str, Cell]
    columns: Mapping[str, int]
    heads: Mapping[str, str]
    fixed: Mapping[str, str] = field(default_factory=dict)
    how: Mapping[str, How] = field(default_factory=dict)
    correction: bool = False

    def at(self, *names: str) -> str:
        """The name of the first of these cells that the line has, or has a column for."""
        for name in names:
            if name in self.cells:
                return self.cells[name].at
            if name in self.columns:
                return Cell(self.row, self.columns[name], None, "").at
        return ""

    def text(self, name: str) -> str:
        """What a cell says, without the blanks around it; "" where there is none."""
        cell = self.cells.get(name)
        return " ".join(cell.text.split()) if cell is not None else ""

    @property
    def answered(self) -> bool:
        """Whether there is a figure or a state: a row left as it was is no answer."""
        return any(self.cells[n].formula or self.text(n) for n in (*NUMBERS, "status") if n in self.cells)
