"""What must not be read unseen: a figure in a hidden row, or under cells that were merged."""

from collections.abc import Iterable

from pmif.intake.figure_line import Lines
from pmif.intake.layouts import NUMBERS
from pmif.intake.line import Line
from pmif.intake.workbook import Cell, Sheet

_MERGED_MOST = 200_000  # cells under merged cells that are looked at


class Merged:
    """Which cells of some columns lie under a merged cell, and which cell that is."""

    def __init__(self, sheet: Sheet, columns: set[int], lines: Lines) -> None:
        self._under: dict[tuple[int, int], str] = {}
        last = sheet.last_row
        for top, first, low, end in sheet.merged:
            anchor = Cell(top, first, None, "").at
            for column in columns:
                if first <= column <= end:
                    for row in range(top, min(low, last) + 1):
                        if (row, column) != (top, first):
                            self._under[row, column] = anchor
                if len(self._under) > _MERGED_MOST:
                    lines.fault(sheet.name, "", "has more merged cells than can be looked at: unmerge them")
                    return

    def over(self, row: int, columns: Iterable[int]) -> tuple[int, str] | None:
        return next(((c, self._under[row, c]) for c in columns if (row, c) in self._under), None)


def may_be_read(line: Line, merged: Merged, lines: Lines, *, read_hidden: bool) -> bool:
    """Whether a line can be taken as it shows: nothing of it is hidden, and no cell of it is part of another."""
    sheet, given = line.sheet, [n for n in (*NUMBERS, "status") if n in line.columns]
    about = bool(line.text("measure") or line.text("area") or line.fixed.get("measure"))
    if about and (found := merged.over(line.row, (line.columns[n] for n in given))):
        cell = Cell(line.row, found[0], None, "").at
        lines.fault(
            sheet.name,
            cell,
            f"is merged with {found[1]}, and a figure belongs to one row: unmerge the cells and write each figure",
        )
        return False
    if not line.answered:
        return True
    filled = [n for n in given if n in line.cells]
    hidden = ""
    if sheet.hidden:
        hidden = "the sheet"
    elif line.row in sheet.hidden_rows:
        hidden = f"row {line.row}"
    elif any(line.columns[n] in sheet.hidden_columns for n in filled):
        hidden = "its column"
    if hidden and read_hidden:
        taken_as = f"read although {hidden} is hidden, as its layout says"
        lines.say(sheet.name, line.at(*filled), line.text(filled[0]), taken_as)
    elif hidden:
        lines.fault(
            sheet.name,
            line.at(*filled),
            f"{hidden} is hidden and holds a figure: show it (clear any filter), check it, and send the file again",
        )
        return False
    return True
