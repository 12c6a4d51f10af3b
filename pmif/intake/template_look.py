"""How the form looks, what may be typed into it, and how it is written: the same request, the same bytes."""

import re
import textwrap
import zipfile
from collections.abc import Iterable, Mapping
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.header_footer import HeaderFooter
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from pmif.errors import IntakeError

BANNER, HEADINGS, FIRST = 1, 2, 3  # rows of a sheet: what to do, the headings, the first figure

MADE = datetime(1980, 1, 1)  # the earliest day a zip file can hold; the day it was made is on the sheet About
WIDEST = 999_999_999_999_999  # a limit where a unit has none, so that words are refused all the same

A3, A4 = "8", "9"

FILL_IN = PatternFill("solid", fgColor="FFF6D6")
GREY = PatternFill("solid", fgColor="E4E4E4")
DARK = PatternFill("solid", fgColor="1F3A5F")
_SIDE = Side("medium", color="7A5B00")
BOX = Border(left=_SIDE, right=_SIDE, top=_SIDE, bottom=_SIDE)
LINE = Border(bottom=Side("thin", color="B0B0B0"))
WRAPPED = Alignment(wrap_text=True, vertical="top")
OPEN = Protection(locked=False)

_MODIFIED = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*(</dcterms:modified>)")


def head(sheet: Worksheet, columns: Mapping[str, int], banner: str, fill_in: Iterable[str]) -> None:
    """The row that says what to do, with FILL IN above each column that is for it; then the headings."""
    fill_in = set(fill_in)
    firsts = [number for number, heading in enumerate(columns, start=1) if heading in fill_in]
    for number, (heading, width) in enumerate(columns.items(), start=1):
        sheet.column_dimensions[get_column_letter(number)].width = width
        cell = sheet.cell(HEADINGS, number)
        put(cell, heading)
        cell.fill, cell.font = DARK, Font(name="Calibri", bold=True, color="FFFFFF")
        cell.alignment = Alignment(wrap_text=True, vertical="center")
    if firsts[0] == 1:  # all of the sheet is to be filled in
        banner, reach = f"FILL IN. {banner}", len(columns)
    else:
        reach = firsts[0] - 1
        for number in firsts:
            cell = sheet.cell(BANNER, number)
            put(cell, "FILL IN")
            cell.fill, cell.border, cell.font = FILL_IN, BOX, Font(name="Calibri", bold=True)
            cell.alignment = Alignment(horizontal="center", vertical="center")
    first = sheet.cell(BANNER, 1)
    put(first, banner)
    first.font, first.alignment = Font(name="Calibri", bold=True), Alignment(wrap_text=True, vertical="center")
    sheet.merge_cells(start_row=BANNER, start_column=1, end_row=BANNER, end_column=reach)
    sheet.row_dimensions[BANNER].height = 34
    sheet.row_dimensions[HEADINGS].height = 22


def set_up(sheet: Worksheet, paper: str = A4, *, repeated: str = "", open_columns: Iterable[int] = ()) -> None:
    """How a sheet prints, and that only the cells to fill in can be changed: without a password."""
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = paper
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    footer = HeaderFooter()
    footer.oddFooter.center.text = "&A, page &P of &N"  # type: ignore[union-attr]
    sheet.HeaderFooter = footer
    if repeated:
        sheet.print_title_rows = repeated
    for number in open_columns:  # a service's own columns
        sheet.column_dimensions[get_column_letter(number)].protection = OPEN
    guard = sheet.protection
    guard.enable()
    # What harms nothing stays allowed: to widen a column, to filter, to mark a cell.
    guard.formatCells = guard.formatColumns = guard.formatRows = False
    guard.autoFilter = guard.insertColumns = guard.insertHyperlinks = False


def rule(kind: Any, low: str, high: str | None, title: str, told: str) -> DataValidation:
    """What a cell takes, said beside it when it is chosen and again when something else is typed."""
    return DataValidation(
        kind,
        operator=None if kind == "list" else "between",
        formula1=low,
        formula2=high,
        allow_blank=True,
        showErrorMessage=True,
        showInputMessage=True,
        errorTitle=title,
        error=told,
        promptTitle=title,
        prompt=told,
    )


def number_rule(low: float | None, high: float | None, title: str, told: str) -> DataValidation:
    return rule(
        "decimal",
        f"{-WIDEST if low is None else low:.15g}",
        f"{WIDEST if high is None else high:.15g}",
        title,
        told,
    )


def height(lines: int) -> float:
    """Excel does not fit a row to its words when a program writes them; a row can be no higher than 409."""
    return min(15.0 * lines + 6, 409)


def line_count(text: str, width: int) -> int:
    # Two characters less than the column holds: letters are not all as narrow as figures.
    return sum(max(len(textwrap.wrap(part, max(width - 2, 4))), 1) for part in text.split("\n"))


def put(cell: Any, text: str) -> None:
    """Text stays text, whatever it begins with: a title must never become a formula."""
    if not text:
        return
    cell.value = ILLEGAL_CHARACTERS_RE.sub("", text)
    cell.data_type = "s"
    if text[0] in "=+-@":
        cell.quotePrefix = True


def save(book: Workbook, path: Path) -> None:
    """Write the workbook with fixed times, whole or not at all.

    Errors: IntakeError where the disk, or whoever has the file open, refuses.
    """
    plain, fixed = BytesIO(), BytesIO()
    book.properties.created = MADE
    book.save(plain)
    with zipfile.ZipFile(plain) as made, zipfile.ZipFile(fixed, "w") as kept:
        for name in made.namelist():
            content = made.read(name)
            if name == "docProps/core.xml":
                content = _MODIFIED.sub(rb"\g<1>1980-01-01T00:00:00Z\g<2>", content)
            kept.writestr(zipfile.ZipInfo(name, MADE.timetuple()[:6]), content, zipfile.ZIP_DEFLATED)
    fresh = path.with_name(f".unfinished-{path.name}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh.write_bytes(fixed.getvalue())
        fresh.replace(path)
    except OSError as fault:
        fresh.unlink(missing_ok=True)
        raise IntakeError(
            f"{path.as_posix()} could not be written ({fault.strerror}): close it if it is open in Excel, or see that "
            "you may write there, then try again"
        ) from fault
