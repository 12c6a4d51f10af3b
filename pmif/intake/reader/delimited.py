"""A table as plain text (.csv, .tsv, .txt): cells as they are written, all of them text.

Nothing says how such a file is encoded or divided, so both are worked out, and what was concluded is
noted unless it is the usual: UTF-8 and commas. Where two readings would give two figures, neither is chosen.
"""

import csv
import io
import re
from collections import Counter
from itertools import pairwise, takewhile
from pathlib import Path

from .lines import LAST_COLUMN, LAST_ROW, LONGEST_CELL, Lines, name_of
from .refusal import RefusedError

_DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs"}
_TRIED = 200  # rows that the division is worked out from
_SAVE_UTF8 = "open it in Excel, see that names and signs are right, and save it as 'CSV UTF-8'"
_UTF8 = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_THOUSANDS = re.compile(r"[0-9]{3}(\.[0-9]+)?")
_NUMBER = re.compile(r"[-+]?[0-9][0-9.,]*%?")
_WIDER_NOTED = 5


def read_delimited(path: Path, lines: Lines) -> None:
    """Errors: RefusedError where bytes are no text, quotes do not close, or a comma stands inside a number."""
    text = _decoded(path.read_bytes(), lines)
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise RefusedError(
            (f"line {line}", "it holds a byte of value 0, which text never does: save it again as 'CSV UTF-8'")
        )
    named = re.match(r'"?sep=([,;\t])"?\r?\n', text)  # what Excel writes for itself above some files
    delimiter = named[1] if named else _delimiter(text)
    rows = _rows(text, delimiter)
    if delimiter != ",":
        lines.note(f"it was read as divided by {_DELIMITERS[delimiter]}")
    lines.begin("")
    for number, row in enumerate(rows, start=1):
        if number == 1 and named:
            continue
        for column, cell in enumerate(row, start=1):
            if cell:
                lines.cell(number, column, cell, cell)
    _check_widths(rows, delimiter, lines)
    lines.end([], [], [])


def _decoded(content: bytes, lines: Lines) -> str:
    if content.startswith((b"\xff\xfe\0\0", b"\0\0\xfe\xff")):
        raise RefusedError(("", f"it is written in UTF-32: {_SAVE_UTF8}"))
    try:
        if content.startswith((b"\xff\xfe", b"\xfe\xff")):
            return content.decode("utf-16")
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        line = content.count(b"\n", 0, fault.start) + 1
        if fault.encoding.startswith("utf-16"):
            raise RefusedError((f"line {line}", f"it begins as UTF-16 and does not go on so: {_SAVE_UTF8}")) from None
    if _UTF8.search(content):
        raise RefusedError(
            (
                f"line {line}",
                f"it is written partly in UTF-8 and partly not, as files are that were joined: {_SAVE_UTF8}",
            )
        )
    try:
        text = content.decode("cp1252")
    except UnicodeDecodeError as fault:
        line = content.count(b"\n", 0, fault.start) + 1
        raise RefusedError(
            (f"line {line}", f"byte {content[fault.start]:#x} is no letter or sign: {_SAVE_UTF8}")
        ) from None
    lines.note("it is not UTF-8 and was read as Windows-1252: check letters with accents and signs like £")
    return text


def _delimiter(text: str) -> str:
    """Whichever divides most rows into equally many cells; of equals the one that makes most cells, then the comma.

    Counting signs would not do: "12,3;4,5" has as many commas as semicolons, and two readings.
    """
    best, found = (0, 0), ","
    for delimiter in _DELIMITERS:
        widths = Counter(len(row) for row in _first_rows(text, delimiter) if row)
        widths.pop(1, None)
        if widths:
            width, rows = max(widths.items(), key=lambda item: (item[1], item[0]))
            if (rows, width) > best:
                best, found = (rows, width), delimiter
    return found


def _first_rows(text: str, delimiter: str) -> list[list[str]]:
    found: list[list[str]] = []
    csv.field_size_limit(LONGEST_CELL)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        for row in reader:
            found.append(row)
            if len(found) == _TRIED:
                break
    except csv.Error:
        pass  # told when the whole file is read
    return found


def _rows(text: str, delimiter: str) -> list[list[str]]:
    """Every row of the file, blank ones too, so that rows have the numbers that Excel gives them."""
    csv.field_size_limit(LONGEST_CELL)
    rows: list[list[str]] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    begun = 1
    try:
        for row in reader:
            begun = reader.line_num + 1
            rows.append(row)
            if len(rows) > LAST_ROW:
                raise RefusedError(
                    ("", f"it has more than {LAST_ROW:,} rows, more than a sheet can have: send a part of it")
                )
            if len(row) > LAST_COLUMN:
                raise RefusedError((f"row {len(rows)}", f"it has {len(row):,} cells, more than a sheet is wide"))
    except csv.Error as fault:
        place = f"line {begun}" if begun == reader.line_num else f"lines {begun} to {reader.line_num}"
        raise RefusedError((place, _problem(str(fault)))) from None
    return rows


def _problem(fault: str) -> str:
    if "field larger" in fault:
        return f"a cell holds more than {LONGEST_CELL:,} characters: is a quotation mark not closed?"
    return "a quotation mark is not closed, or something follows where one closes: inside a cell write it twice"


def _check_widths(rows: list[list[str]], delimiter: str, lines: Lines) -> None:
    """Rows with more cells than there are headings: a 1,234 without quotes is two cells, and 1 is not the figure."""
    usual = _usual_width(rows)
    wider = [(number, row) for number, row in enumerate(rows, start=1) if len(row) > usual and any(row[usual:])]
    for number, row in wider if usual else ():
        for column, (left, right) in enumerate(pairwise(row), start=1):
            if delimiter == "," and re.fullmatch("-?[0-9]{1,3}", left) and _THOUSANDS.fullmatch(right):
                lines.fault(
                    name_of(number, column),
                    f"row {number} has {len(row)} cells where {usual} were expected, and {left},{right} looks like "
                    "one number: write it without the comma, or in quotation marks",
                )
                break
    for number, row in wider[:_WIDER_NOTED] if usual else ():
        lines.note(f"row {number} has {len(row)} cells, where {usual} were expected")


def _usual_width(rows: list[list[str]]) -> int:
    """As many cells as the last row above the first figure, the headings, has; without headings as most rows have."""
    headings = takewhile(lambda row: not any(_NUMBER.fullmatch(cell.strip()) for cell in row), rows)
    named = [len(row) for row in headings if sum(map(bool, row)) > 1]
    widths = Counter(len(row) for row in rows if len(row) > 1)
    return named[-1] if named else max(widths, key=lambda width: (widths[width], -width), default=0)
