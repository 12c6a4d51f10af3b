"""An OpenDocument spreadsheet (.ods), read from its content.xml.

A run of equal cells or rows is kept once with a count, and every sheet ends in a million blank rows kept so.
Runs of blanks are stepped over; runs of figures are written out, counted before and not after.
"""

import re
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from . import plain
from .container import Archive
from .lines import LAST_COLUMN, LAST_ROW, Lines, Range, Value, at, extended, name_of
from .refusal import RefusedError, damaged
from .xml_events import END, START, TEXT, events

MIMETYPE = b"application/vnd.oasis.opendocument.spreadsheet"

_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")
_DURATION = re.compile(r"(-?)P(?:(\d{1,6})D)?T(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,9})(?:[.,](\d+))?S)?")
_SPACES = re.compile(r"[ \t\r\n]+")
_CELLS = ("table:table-cell", "table:covered-table-cell")


@dataclass
class _Cell:
    """A cell, or a run of equal ones beside each other, as it is being read."""

    column: int
    repeated: int
    attributes: dict[str, str]
    paragraphs: list[str] = field(default_factory=list)
    comment: list[str] = field(default_factory=list)
    value: Value = None
    text: str = ""
    percent: bool = False


class _Table:
    """A sheet as it is being read: where we are on it, and what is hidden."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.row = self.column = self.header = 1  # the next row, cell and column definition
        self.repeated = 1
        self.cells: list[_Cell] = []
        self.hidden_rows: list[Range] = []
        self.hidden_columns: list[Range] = []
        self.merged: list[list[int]] = []


def read_ods(archive: Archive, lines: Lines) -> None:
    """Errors: RefusedError for a spreadsheet that is damaged, under a password, or larger than may be."""
    for kind, name, _ in events(archive.open("META-INF/manifest.xml"), "manifest:manifest", "the list of its parts"):
        if kind == START and name == "manifest:encryption-data":
            raise RefusedError(("", "it is under a password: take the password off, save it and send it again"))
    if any(name.startswith(("basic/", "scripts/")) for name in archive.names):
        lines.note("it holds macros, which were not run")
    hidden_styles: set[str] = set()
    path: list[str] = []
    style = ""
    table: _Table | None = None
    cell: _Cell | None = None
    tables = inside = 0  # inside: how deep the cell is in the document
    for kind, name, given in events(archive.open("content.xml"), "office:document-content", "its content"):
        if kind == TEXT:
            if cell is not None:
                _add_text(cell, path[inside:], _SPACES.sub(" ", name))
            continue
        if kind == END:
            path.pop()
            if cell is not None and table is not None:
                if len(path) < inside:
                    _finish_cell(cell, table, lines)
                    cell = None
            elif table is not None and len(path) == 3 and name == "table:table":
                lines.end(table.hidden_rows, table.hidden_columns, table.merged)
                table = None
            elif table is not None and name == "table:table-row":
                _finish_row(table, lines)
            continue
        path.append(name)
        if cell is not None:
            _start_in_cell(cell, path[inside:], given)
        elif table is not None:
            if name == "table:table-row":
                _start_row(table, given)
            elif name == "table:table-column":
                count = _count(given, "table:number-columns-repeated")
                if given.get("table:visibility", "visible") != "visible":
                    extended(table.hidden_columns, table.header, table.header + count - 1)
                table.header += count
            elif name in _CELLS:
                cell, inside = _Cell(table.column, _count(given, "table:number-columns-repeated"), given), len(path)
                table.column += cell.repeated
            elif name == "table:table-source":
                lines.note("links to other workbooks were not followed: the results kept in this file were read")
        elif name == "style:style":
            style = given.get("style:name", "") if given.get("style:family") == "table" else ""
        elif name == "style:table-properties" and given.get("table:display") == "false":
            hidden_styles.add(style)
        elif name == "table:table" and path == ["office:document-content", "office:body", "office:spreadsheet", name]:
            table, tables = _Table(given.get("table:name", "")), tables + 1
            lines.begin(table.name, hidden=given.get("table:style-name", "") in hidden_styles)
    if not tables:
        raise damaged("", "it has no sheets")


def _start_row(table: _Table, given: dict[str, str]) -> None:
    table.column, table.cells = 1, []
    table.repeated = _count(given, "table:number-rows-repeated")
    if given.get("table:visibility", "visible") != "visible":  # collapsed by hand or by a filter
        extended(table.hidden_rows, table.row, table.row + table.repeated - 1)


def _start_in_cell(cell: _Cell, path: list[str], given: dict[str, str]) -> None:
    """What stands inside a cell: its paragraphs and its comment. Drawings on it are no part of it."""
    match path:
        case ["text:p"]:
            cell.paragraphs.append("")
        case ["office:annotation", "text:p"]:
            cell.comment.append("")
        case [*_, "text:s"]:
            _add_text(cell, path, " " * min(_count(given, "text:c"), 100))
        case [*_, "text:tab"]:
            _add_text(cell, path, "\t")
        case [*_, "text:line-break"]:
            _add_text(cell, path, "\n")


def _add_text(cell: _Cell, path: list[str], text: str) -> None:
    if path[:1] == ["text:p"] and cell.paragraphs:
        cell.paragraphs[-1] += text
    elif path[:2] == ["office:annotation", "text:p"] and cell.comment:
        cell.comment[-1] += text


def _finish_cell(cell: _Cell, table: _Table, lines: Lines) -> None:
    """Keep the cell if it is not blank, with its value understood."""
    where = name_of(min(table.row, LAST_ROW), min(cell.column, LAST_COLUMN))
    try:
        _understand(cell)
    except ValueError as fault:
        lines.fault(where, f"{fault}: the file is damaged, open it in LibreOffice, mend the cell and save it")
        return
    comment = "\n".join(cell.comment).strip()
    formula = cell.attributes.get("table:formula", "")
    if "file:/" in formula:
        lines.note("links to other workbooks were not followed: the results kept in this file were read")
    if cell.value is None and not formula:
        if comment:
            lines.note(f"{at(table.name, where)} is blank, and has a comment: '{comment[:200]}'")
        return
    if table.row + table.repeated - 1 > LAST_ROW or cell.column + cell.repeated - 1 > LAST_COLUMN:
        raise damaged(at(table.name), "it has figures beyond the last row or column a sheet can have")
    rows = _span(cell, "table:number-rows-spanned")
    columns = _span(cell, "table:number-columns-spanned")
    if rows > 1 or columns > 1:
        last = [min(table.row + rows - 1, LAST_ROW), min(cell.column + columns - 1, LAST_COLUMN)]
        table.merged.append([table.row, cell.column, *last])
    cell.comment = [comment]
    table.cells.append(cell)


def _finish_row(table: _Table, lines: Lines) -> None:
    lines.room_for(table.repeated * sum(cell.repeated for cell in table.cells))
    for row in range(table.row, table.row + table.repeated) if table.cells else ():
        for cell in table.cells:
            formula = re.sub("^[a-z]+:", "", cell.attributes.get("table:formula", ""))
            for column in range(cell.column, cell.column + cell.repeated):
                lines.cell(
                    row, column, cell.value, cell.text, percent=cell.percent, formula=formula, comment=cell.comment[0]
                )
    table.row += table.repeated
    table.repeated, table.cells = 1, []


def _understand(cell: _Cell) -> None:
    """Give the cell its value and text. Errors: ValueError, with what is wrong."""
    shown = "\n".join(paragraph.strip(" ") for paragraph in cell.paragraphs)
    kind = cell.attributes.get("office:value-type", "")
    if cell.attributes.get("calcext:value-type") == "error":
        kind = "error"
    match kind:
        case "float" | "currency" | "percentage":
            written = cell.attributes.get("office:value", "")
            if not _NUMBER.fullmatch(written) or abs(number := float(written)) == float("inf"):
                raise ValueError(f"it is said to hold a number, and holds '{written:.40}'")
            cell.percent = kind == "percentage"
            cell.value, cell.text = number, plain.percentage(number) if cell.percent else plain.number(number)
        case "date":
            written = cell.attributes.get("office:date-value", "")
            moment = plain.whole(datetime.fromisoformat(written)) if "T" in written else date.fromisoformat(written)
            cell.value, cell.text = moment, plain.day(moment)
        case "time":
            _understand_time(cell, cell.attributes.get("office:time-value", ""))
        case "boolean":
            truth = cell.attributes.get("office:boolean-value", "")
            if truth not in ("true", "false"):
                raise ValueError(f"it is said to be true or false, and holds '{truth:.40}'")
            cell.value, cell.text = truth == "true", plain.truth(truth == "true")
        case "string" | "error" | "":
            text = cell.attributes.get("office:string-value", shown) if kind == "string" else shown
            if kind or text:
                cell.value = cell.text = text
        case _:
            raise ValueError(f"it holds a kind of value, '{kind:.20}', that is not known")


def _understand_time(cell: _Cell, written: str) -> None:
    """A time of day, or a length of time where it is more than a day holds."""
    if (match := _DURATION.fullmatch(written)) is None:
        raise ValueError(f"it is said to hold a time, and holds '{written:.40}'")
    sign, days, hours, minutes, seconds, part = match.groups()
    length = timedelta(int(days or 0), int(seconds or 0), 0, 0, int(minutes or 0), int(hours or 0))
    length += timedelta(seconds=float(f"0.{part or 0}"))
    if not sign and length < timedelta(days=1):
        moment = (datetime.min + length).time()
        cell.value, cell.text = moment, plain.day(moment)
    else:
        cell.value = cell.text = plain.duration(-length if sign else length)


def _count(given: dict[str, str], name: str) -> int:
    """How often something is repeated; beyond any sheet's end is all the same."""
    written = given.get(name, "1")
    if not re.fullmatch("[0-9]+", written):
        raise damaged("its content", f"something is repeated '{written:.20}' times")
    return max(1, min(int(written[:12]), 10_000_000))


def _span(cell: _Cell, name: str) -> int:
    return _count(cell.attributes, name)
