"""A copy of a service's workbook with every faulty cell marked, to be put right and sent again.

The copy is made anew from the cells that were read, not from the file: whatever else was in that, from macros
to links and drawings, stays behind, and the same road serves .xlsx, .ods and .csv. What that costs is said on the
first sheet: formulas are given as their results, and colours and drop-down lists of the original are gone.

A mark is told without colour too: a fault is bold in a thick border and its comment begins "Fault:",
an oddity is in italics in a dashed border and its comment begins "Please check:".
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from tempfile import NamedTemporaryFile

import openpyxl
from openpyxl.cell.cell import Cell as Written
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from pmif.errors import Fault, IntakeError
from pmif.intake import form
from pmif.intake.reader.lines import LAST_COLUMN, LAST_ROW, LONGEST_CELL
from pmif.intake.reader.xlsx import OURS
from pmif.intake.template_look import WRAPPED, height, line_count
from pmif.intake.workbook import Cell, Sheet, Workbook

MOST_MARKED = 20_000  # cells of one copy, and faults that are kept; Excel opens so many comments in half a minute

_HEADINGS = ("No.", "Kind", "Sheet", "Cell", "What stands there", "What to do")
_WIDTHS = (6, 14, 22, 9, 28, 90)
_NARROWEST, _WIDEST = 9, 60  # of a column, in characters
_READ_FOR_HEIGHT = 2_000  # characters of a cell: no row is higher than these make it
_CELL_NAME = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
_NOT_IN_TITLES = re.compile(r"[\\/*?:\[\]]")
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")

_FACE, _INK = "Calibri", "1F1F1F"  # a font without a name is shown in another face than its neighbours
_HEADING = PatternFill("solid", fgColor="E7E6E6")
_FAULT = PatternFill("solid", fgColor="F8CBAD")
_ODDITY = PatternFill("solid", fgColor="FFF2CC")


@dataclass(frozen=True)
class Mark:
    """Something about one cell that its sender should look at: a fault, or an oddity that may well be right."""

    sheet: str
    cell: str  # F12; "" where it is about the whole sheet
    problem: str
    oddity: bool


def mark_up(path: Path, workbook: Workbook, marks: Sequence[Mark], out: Path) -> None:
    """Write the marked copy of `workbook`, which was read from `path`, to `out`, whole or not at all.

    Of more than MOST_MARKED marks the first are written, and the others counted.
    Errors: IntakeError if `out` is the service's own file, is no .xlsx, or cannot be written.
    """
    if out.suffix.lower() != ".xlsx":
        raise IntakeError(
            "The marked copy was not written", [Fault(out.name, "a marked copy is a .xlsx file: name it so")]
        )
    if out.resolve() == path.resolve():
        problem = "this is the file that was sent, which is never changed: give the copy another name or folder"
        raise IntakeError("The marked copy was not written", [Fault(out.name, problem)])
    sheets = [sheet for sheet in workbook.sheets if sheet.name != form.TO_PUT_RIGHT]
    titles = _titles(sheets, workbook.name)
    book = openpyxl.Workbook()
    book.properties.creator = OURS
    first = book.active
    assert isinstance(first, Worksheet)
    _write_first(first, workbook, sheets, titles, marks)
    for sheet in sheets:
        page = book.create_sheet(titles[sheet.name])
        here = [mark for mark in marks[:MOST_MARKED] if mark.sheet == sheet.name]
        _write_sheet(page, sheet, here)
        if sheet.hidden and not here:
            page.sheet_state = "hidden"
    _save(book, out)


def _write_first(
    page: Worksheet, workbook: Workbook, sheets: Sequence[Sheet], titles: Mapping[str, str], marks: Sequence[Mark]
) -> None:
    """The list of all marks, each with a link to its cell."""
    page.title = form.TO_PUT_RIGHT
    faults = sum(not mark.oddity for mark in marks)
    counts = ((faults, "to put right"), (len(marks) - faults, "to check"))
    to_mend = "A fault must be put right before the figures can be used." if faults else ""
    to_check = "What says 'Please check' may be correct: if it is, say why in a note." if faults < len(marks) else ""
    about = [
        f"{workbook.name}: {', '.join(f'{count:,} {what}' for count, what in counts if count)}",
        f"{to_mend} {to_check}".strip(),
        "Put it right here or in your own workbook, and send that again. This copy keeps your figures and words; "
        "formulas are given as their results, and colours and lists to choose from are gone.",
    ]
    if len(marks) > MOST_MARKED:
        about.append(f"The first {MOST_MARKED:,} are marked. Most will have one cause: put that right first.")
    for row, text in enumerate(about, start=1):
        _put(page, row, 1, text).font = _font(bold=row == 1, size=14 if row == 1 else 11)
    page.row_dimensions[1].height = height(1)
    start = len(about) + 2
    for column, (heading, width) in enumerate(zip(_HEADINGS, _WIDTHS, strict=True), start=1):
        _head(_put(page, start, column, heading))
        page.column_dimensions[get_column_letter(column)].width = width
    found = {sheet.name: sheet for sheet in sheets}
    for number, mark in enumerate(marks[:MOST_MARKED], start=1):
        row = start + number
        at = row_and_column(mark.cell)
        stands = found[mark.sheet].cell(*at) if at and mark.sheet in found else None
        texts = (
            _kind(mark),
            titles.get(mark.sheet, mark.sheet),
            mark.cell,
            stands.text if stands else "",
            mark.problem,
        )
        _put(page, row, 1, float(number)).alignment = Alignment("left", "top")
        for column, text in enumerate(texts, start=2):
            _put(page, row, column, text).alignment = WRAPPED
        lines = max(line_count(text, width) for text, width in zip(texts, _WIDTHS[1:], strict=True))
        page.row_dimensions[row].height = height(lines)
        _look(page.cell(row, 2), mark.oddity)
        if at and mark.sheet in titles:
            cell = page.cell(row, 4)
            title = titles[mark.sheet].replace("'", "''")
            cell.hyperlink = Hyperlink(ref=cell.coordinate, location=f"'{title}'!{mark.cell}", display=mark.cell)
            cell.font = Font(name=_FACE, size=11, underline="single", color="0563C1")
    page.freeze_panes = f"A{start + 1}"
    _print_across(page)


def _write_sheet(page: Worksheet, sheet: Sheet, marks: Sequence[Mark]) -> None:
    for cell in sheet.cells.values():
        written = _put(page, cell.row, cell.column, cell.value if cell.value is not None else cell.text)
        written.number_format = _number_format(cell)
        written.alignment = WRAPPED
        if cell.comment:
            written.comment = _comment([cell.comment], "sender")
    for top, left, bottom, right in sheet.merged:
        page.merge_cells(start_row=top, start_column=left, end_row=bottom, end_column=right)
    _set_widths(page, sheet)
    _set_heights(page, sheet)
    _print_across(page)
    if heading := _heading(sheet):
        for column in range(1, sheet.last_column + 1):
            if sheet.cell(heading, column):
                _head(page.cell(heading, column))
        page.freeze_panes = f"A{heading + 1}"
    shown = _write_marks(page, sheet, marks)
    for row in sheet.hidden_rows - {row for row, _ in shown}:
        page.row_dimensions[row].hidden = True
    for column in sheet.hidden_columns - {column for _, column in shown}:
        page.column_dimensions[get_column_letter(column)].hidden = True


def _write_marks(page: Worksheet, sheet: Sheet, marks: Sequence[Mark]) -> set[tuple[int, int]]:
    """Mark the cells, all that is said of one in one comment; returns which they are."""
    by_cell: dict[tuple[int, int], list[Mark]] = {}
    for mark in marks:
        if at := row_and_column(mark.cell):
            by_cell.setdefault(_top_left(sheet, *at), []).append(mark)
    for (row, column), here in by_cell.items():
        cell = page.cell(row, column)
        said = [f"{_kind(mark)}: {mark.problem}" for mark in sorted(here, key=lambda mark: mark.oddity)]
        read = sheet.cell(row, column)
        if read and read.comment:
            said.append(f"Your comment: {read.comment}")
        cell.comment = _comment(said, OURS)
        _look(cell, all(mark.oddity for mark in here))
    return set(by_cell)


def _put(page: Worksheet, row: int, column: int, value: str | float | bool | date | datetime | time) -> Written:
    """Write a value as the kind it is. Text stays text, whatever it begins with: nothing here is a formula."""
    cell = page.cell(row, column)
    assert isinstance(cell, Written)
    if isinstance(value, str):
        cell.value = _UNWRITABLE.sub("\ufffd", value)[:LONGEST_CELL]
        cell.data_type = "s"
        cell.quotePrefix = value.startswith(("=", "+", "-", "@"))
    else:
        cell.value = value
    return cell


def _number_format(cell: Cell) -> str:
    """As many places as the figure has, and no more: "0.###%" would show 12% as "12.%"."""
    match cell.value:
        case bool() | str() | None:
            return "General"  # text too: what is typed in its place may be a number, and must become one
        case datetime():
            return "dd/mm/yyyy hh:mm:ss"
        case date():
            return "dd/mm/yyyy"
        case time():
            return "hh:mm:ss"
        case _ if cell.percent:
            places = len(cell.text.rstrip("%").partition(".")[2])
            return f"0.{'0' * places}%" if places else "0%"
        case _:
            return "General"


def _look(cell: object, oddity: bool) -> None:
    assert isinstance(cell, Written)
    side = Side(style="mediumDashed" if oddity else "thick", color=_INK)
    cell.border = Border(left=side, right=side, top=side, bottom=side)
    cell.fill = _ODDITY if oddity else _FAULT
    cell.font = _font(bold=not oddity, italic=oddity)
    words = isinstance(cell.value, str)
    cell.alignment = Alignment("left" if words else "right", "top", indent=1, wrap_text=True)  # clear of the border


def _head(cell: object) -> None:
    assert isinstance(cell, Written)
    cell.font, cell.fill, cell.alignment = _font(bold=True), _HEADING, WRAPPED


def _font(*, bold: bool = False, italic: bool = False, size: int = 11) -> Font:
    return Font(name=_FACE, size=size, bold=bold, italic=italic, color=_INK)


def _comment(said: Sequence[str], author: str) -> Comment:
    text = _UNWRITABLE.sub("\ufffd", "\n\n".join(said))[:LONGEST_CELL]
    return Comment(text, author, width=380, height=60 + 20 * (len(text) // 50 + text.count("\n")))


def _kind(mark: Mark) -> str:
    return form.TO_CHECK if mark.oddity else form.TO_MEND


def _set_widths(page: Worksheet, sheet: Sheet) -> None:
    """As wide as the longest line in the column, within reason; longer text wraps."""
    longest: dict[int, int] = {}
    across = {(row, column) for row, column, _, right in sheet.merged if right > column}
    for (row, column), cell in sheet.cells.items():
        if (row, column) not in across:
            line = max((len(line) for line in cell.text.split("\n")), default=0)
            longest[column] = max(longest.get(column, 0), line)
    for column, length in longest.items():
        page.column_dimensions[get_column_letter(column)].width = min(max(length + 2, _NARROWEST), _WIDEST)


def _set_heights(page: Worksheet, sheet: Sheet) -> None:
    """High enough for each row's words: no program fits a wrapped row to them when it opens a file."""
    ends = {(top, left): min(right, sheet.last_column) for top, left, _, right in sheet.merged}
    lines: dict[int, int] = {}
    for (row, column), cell in sheet.cells.items():
        text = cell.text[:_READ_FOR_HEIGHT]
        columns = range(column, ends.get((row, column), column) + 1)
        width = sum(page.column_dimensions[get_column_letter(c)].width for c in columns)
        if len(text) > width - 2 or "\n" in text:
            lines[row] = max(lines.get(row, 1), line_count(text, int(width)))
    for row, count in lines.items():
        page.row_dimensions[row].height = height(count)


def _print_across(page: Worksheet) -> None:
    """All columns on one page."""
    page.page_setup.orientation, page.page_setup.fitToHeight = "landscape", 0
    page.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)


def _heading(sheet: Sheet) -> int | None:
    """The row that names the columns: the first that is all text and at least half as full as the fullest."""
    rows: dict[int, list[Cell]] = {}
    for (row, _), cell in sheet.cells.items():
        rows.setdefault(row, []).append(cell)
    fullest = max((len(cells) for cells in rows.values()), default=0)
    return next(
        (
            row
            for row, cells in sorted(rows.items())
            if len(cells) >= max(2, fullest / 2) and all(isinstance(cell.value, str) for cell in cells)
        ),
        None,
    )


def _top_left(sheet: Sheet, row: int, column: int) -> tuple[int, int]:
    """The cell that is seen where this one is: itself, or the first of the merged cells it is in."""
    for top, left, bottom, right in sheet.merged:
        if top <= row <= bottom and left <= column <= right:
            return top, left
    return row, column


def row_and_column(name: str) -> tuple[int, int] | None:
    """Where a cell stands that is named F12; None for a name of no cell."""
    match = _CELL_NAME.fullmatch(name)
    if match is None:
        return None
    row, column = int(match[2]), 0
    for letter in match[1]:
        column = column * 26 + ord(letter) - 64
    return (row, column) if row <= LAST_ROW and column <= LAST_COLUMN else None


def _titles(sheets: Sequence[Sheet], name: str) -> dict[str, str]:
    """A title that Excel takes for each sheet, as near to its own as can be, and no two alike."""
    titles: dict[str, str] = {}
    taken = {form.TO_PUT_RIGHT.casefold(), "history"}  # Excel keeps the second for itself
    for sheet in sheets:
        wanted = (
            _UNWRITABLE.sub(" ", _NOT_IN_TITLES.sub(" ", sheet.name or Path(name).stem)).strip("' ")[:31] or "Sheet"
        )
        title, number = wanted, 2
        while title.casefold() in taken:
            title, number = f"{wanted[:26]} ({number})", number + 1
        taken.add(title.casefold())
        titles[sheet.name] = title
    return titles


def _save(book: openpyxl.Workbook, out: Path) -> None:
    """Beside its place first, then into it, so that nobody meets half a workbook."""
    temporary: Path | None = None
    try:
        with NamedTemporaryFile(dir=out.parent, prefix=".", suffix=".part", delete=False) as file:
            temporary = Path(file.name)
            book.save(file)
        temporary.replace(out)
    except OSError as fault:
        problem = f"it could not be written ({fault.strerror}): close it in Excel, and see that there is such a folder"
        raise IntakeError("The marked copy was not written", [Fault(out.name, problem)]) from None
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)
