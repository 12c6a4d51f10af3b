"""A sheet of an Excel workbook: cells with their kept results and their formulas, and what is hidden."""

import re
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import IO

from openpyxl.formula.tokenizer import TokenizerError
from openpyxl.formula.translate import Translator, TranslatorError
from openpyxl.utils.datetime import WINDOWS_EPOCH, from_excel, from_ISO8601

from . import plain
from .lines import LAST_COLUMN, LAST_ROW, Lines, Range, Value, at, extended, name_of
from .refusal import SAVE_AGAIN, RefusedError, damaged
from .xml_events import START, TEXT, events

_CELL = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")
_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")
_TRUE = ("1", "true")
_MOST_MERGED = 10_000
_COMMENTS_NOTED = 10


@dataclass(frozen=True)
class Format:
    """What a cell's number format makes of its number."""

    percent: bool = False
    day: bool = False
    duration: bool = False


@dataclass
class Shared:
    """What the sheets of a workbook share."""

    strings: list[str] = field(default_factory=list)
    formats: list[Format] = field(default_factory=list)
    epoch: datetime = WINDOWS_EPOCH


@dataclass
class _Cell:
    """A cell as it is being read."""

    name: str
    row: int
    column: int
    kind: str
    style: str
    written: str | None = None  # None where there is no value, which is not the same as an empty one
    inline: str | None = None
    formula: str = ""
    copied: str = ""  # the number of a formula that is kept once for many cells


class _Where:
    """Where we are on the sheet, and that nothing comes twice, or stands where its name says it does not."""

    def __init__(self, sheet: str) -> None:
        self.sheet = sheet
        self.row = self.column = 0
        self.in_row = False
        self._rows: set[int] = set()
        self._columns: set[int] = set()

    def begin_row(self, number: str | None) -> None:
        self.row, self.column = self.row + 1 if number is None else integer(number), 0
        if not 0 < self.row <= LAST_ROW:
            raise damaged(at(self.sheet), f"it has a row numbered '{number or self.row!s:.20}'")
        if self.row in self._rows:
            raise damaged(at(self.sheet), f"row {self.row} is given twice")
        self._rows.add(self.row)
        self._columns = set()
        self.in_row = True

    def end_row(self) -> None:
        self.in_row = False

    def begin_cell(self, name: str | None) -> str:
        if name is None:
            self.column += 1
        elif (match := _CELL.fullmatch(name)) is None or int(match[2]) != self.row:
            raise damaged(at(self.sheet), f"a cell in row {self.row} is named '{name:.20}'")
        else:
            self.column = _letters(match[1])
        if self.column > LAST_COLUMN or not self.in_row:
            raise damaged(at(self.sheet), f"row {self.row} has a cell where no sheet has a column")
        if self.column in self._columns:
            raise damaged(at(self.sheet, name_of(self.row, self.column)), "the cell is given twice")
        self._columns.add(self.column)
        return name_of(self.row, self.column)


def read_sheet(part: IO[bytes], sheet: str, shared: Shared, comments: dict[str, str], lines: Lines) -> None:
    """Errors: RefusedError for a sheet that is damaged, or that could be read in two ways."""
    hidden_rows: list[Range] = []
    hidden_columns: list[Range] = []
    merged: list[list[int]] = []
    formulas: dict[str, tuple[str, str]] = {}
    where = _Where(sheet)
    cell: _Cell | None = None
    pieces: list[str] | None = None  # of the text being read, where it is one that matters
    aloud = 0  # inside how to pronounce a text
    for kind, name, given in events(part, "worksheet", at(sheet)):
        if kind == TEXT:
            if pieces is not None:
                pieces.append(name)
        elif cell is not None:
            if name == "rPh":
                aloud += 1 if kind == START else -1
            elif kind == START:
                if name in ("v", "f", "t") and not aloud:
                    pieces = []
                if name == "f":
                    cell.copied = given.get("si", "?") if given.get("t") == "shared" else ""
            elif name == "c":
                _write(cell, comments.pop(cell.name, ""), shared, lines)
                cell = None
            elif pieces is not None:
                _add(cell, name, "".join(pieces), formulas)
                pieces = None
        elif kind != START:
            if name == "row":
                where.end_row()
        elif name == "c":
            cell = _Cell(
                where.begin_cell(given.get("r")), where.row, where.column, given.get("t", "n"), given.get("s", "0")
            )
        elif name == "row":
            where.begin_row(given.get("r"))
            if given.get("hidden") in _TRUE or _is_zero(given.get("ht")):
                extended(hidden_rows, where.row, where.row)
        elif name == "col":
            if given.get("hidden") in _TRUE or _is_zero(given.get("width")):
                extended(hidden_columns, max(1, integer(given.get("min", ""))), integer(given.get("max", "")))
        elif name == "mergeCell":
            merged.append(_area(given.get("ref", ""), sheet))
            if len(merged) > _MOST_MERGED:
                raise RefusedError((at(sheet), f"it has more than {_MOST_MERGED:,} merged cells: send a plain table"))
        elif where.in_row and name != "extLst":
            raise damaged(at(sheet), f"row {where.row} has a '{name:.40}' among its cells")
    for name, comment in list(comments.items())[:_COMMENTS_NOTED]:
        lines.note(f"{at(sheet, name)} is blank, and has a comment: '{comment[:200]}'")
    lines.end(hidden_rows, hidden_columns, merged)


def integer(text: str) -> int:
    """A whole number as XML has it, or -1, which no count or number of ours can be."""
    return int(text) if re.fullmatch("[0-9]{1,9}", text) else -1


def unescaped(text: str) -> str:
    """Excel's _x000A_ and the like as the characters they stand for, where those can be written."""

    def character(match: re.Match[str]) -> str:
        code = int(match[1], 16)
        if code == 13:
            return ""
        return chr(code) if code in (9, 10) or 32 <= code < 0xD800 or 0xE000 <= code < 0xFFFE else match[0]

    return _ESCAPED.sub(character, text).replace("\r", "") if "_x" in text or "\r" in text else text


def _add(cell: _Cell, name: str, text: str, formulas: dict[str, tuple[str, str]]) -> None:
    """One piece of a cell: its value, its text or its formula."""
    if name == "v":
        cell.written = text
    elif name == "t":
        cell.inline = (cell.inline or "") + text
    elif name == "f":
        formula = f"={text}"
        if cell.copied and text:
            formulas[cell.copied] = (formula, cell.name)
        elif cell.copied in formulas:
            formula = _moved(*formulas[cell.copied], cell.name)
        cell.formula = formula.replace("_xlfn.", "").replace("_xlws.", "")


def _moved(formula: str, origin: str, name: str) -> str:
    """A formula that is kept once, for `origin`, as this cell has it; one that cannot be read stays as it is."""
    try:
        return str(_translator(formula, origin).translate_formula(name))
    except (TokenizerError, TranslatorError, ValueError, IndexError, KeyError):
        return formula


@cache
def _translator(formula: str, origin: str) -> Translator:
    return Translator(formula, origin)


def _write(cell: _Cell, comment: str, shared: Shared, lines: Lines) -> None:
    style = integer(cell.style)
    if 0 <= style < len(shared.formats):
        form = shared.formats[style]
    elif style == 0:
        form = Format()  # a workbook without styles
    else:
        lines.fault(cell.name, f"its format, number {cell.style:.20}, is not in the file: {SAVE_AGAIN}")
        return
    try:
        value = _value(cell, form, shared)
    except ValueError as fault:
        lines.fault(cell.name, f"{fault}: {SAVE_AGAIN}")
        return
    percent = form.percent and isinstance(value, float)
    match value:
        case None if cell.formula:
            text = ""  # nothing was kept with the formula
        case None:
            if comment:
                lines.note(f"{at(lines.sheet, cell.name)} is blank, and has a comment: '{comment[:200]}'")
            return
        case str():
            text = value
        case bool():
            text = plain.truth(value)
        case float():
            text = plain.percentage(value) if percent else plain.number(value)
        case _:
            text = plain.day(value)
    lines.cell(cell.row, cell.column, value, text, percent=percent, formula=cell.formula, comment=comment)


def _value(cell: _Cell, form: Format, shared: Shared) -> Value:
    """What the cell holds. Errors: ValueError, with what is wrong, where that cannot be told."""
    if cell.kind == "inlineStr":
        return None if cell.inline is None else unescaped(cell.inline)
    if cell.written is None:
        return None
    if cell.kind == "str":
        return unescaped(cell.written)
    if not (written := cell.written.strip()):
        return None
    match cell.kind:
        case "n":
            if not _NUMBER.fullmatch(written) or abs(number := float(written)) == float("inf"):
                raise ValueError(f"it is said to hold a number, and holds '{written:.40}'")
            return _moment(number, form, shared) if form.day else number
        case "s":
            if not 0 <= (index := integer(written)) < len(shared.strings):
                raise ValueError(f"it holds text number {written:.20}, and the file has {len(shared.strings):,} texts")
            return shared.strings[index]
        case "b" if written in ("0", "1", "true", "false"):
            return written in _TRUE
        case "e":
            return written
        case "d":
            return _shown(from_ISO8601(written))  # type: ignore[no-untyped-call]
    raise ValueError(f"it holds '{written:.40}' of a kind, '{cell.kind:.20}', that is not known")


def _moment(number: float, form: Format, shared: Shared) -> Value:
    """A number shown as a day or a time."""
    try:
        return _shown(from_excel(number, shared.epoch, timedelta=form.duration))
    except (ValueError, OverflowError):
        return _shown(None)


def _shown(moment: object) -> Value:
    """A day or a time of day; a length of time as text; what is outside the calendar as Excel shows it."""
    match moment:
        case timedelta():
            return plain.duration(moment)
        case datetime():
            return plain.whole(moment) if moment >= WINDOWS_EPOCH else "#####"
        case date() | time():
            return moment
        case _:
            return "#####"


def _letters(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def _area(name: str, sheet: str) -> list[int]:
    first, _, last = name.partition(":")
    a, b = _CELL.fullmatch(first), _CELL.fullmatch(last or first)
    if a is not None and b is not None:
        top, left, bottom, right = int(a[2]), _letters(a[1]), int(b[2]), _letters(b[1])
        if top <= bottom <= LAST_ROW and left <= right <= LAST_COLUMN:
            return [top, left, bottom, right]
    raise damaged(at(sheet), f"the cells '{name:.40}' are said to be merged")


def _is_zero(size: str | None) -> bool:
    return size is not None and _NUMBER.fullmatch(size) is not None and float(size) == 0
