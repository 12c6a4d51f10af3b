"""The lines of an older workbook, read by its declared layout; every row that is passed over is said, with why."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

from pmif.framework import Frequency
from pmif.intake.cells import folded
from pmif.intake.figure_line import Lines
from pmif.intake.layouts import KEYS, NUMBERS, Column, Header, Layout, by_row, find_header, sheets_of
from pmif.intake.line import How, Line
from pmif.intake.period_words import read_period
from pmif.intake.unseen import Merged, may_be_read
from pmif.intake.workbook import Cell, Sheet, Workbook


def layout_lines(workbook: Workbook, layout: Layout, lines: Lines) -> Iterator[Line]:
    for sheet in sheets_of(workbook, layout):
        header = find_header(sheet, layout)
        if isinstance(header, str):
            lines.fault(sheet.name, "", f"does not fit layout '{layout.id}': {header}")
        else:
            yield from _lines_of_table(sheet, header, layout, lines)


@dataclass(frozen=True)
class _Figures:
    """The columns of a table that hold the numbers of one figure a row; in a wide table there are several."""

    columns: Mapping[str, int]
    heads: Mapping[str, str]
    fixed: Mapping[str, str]
    how: Mapping[str, How]
    period: Cell | None = None  # a heading that names the period


def _lines_of_table(sheet: Sheet, header: Header, layout: Layout, lines: Lines) -> Iterator[Line]:
    rows = by_row(sheet)
    keys, heads, figures = _columns_of(header, layout, rows, lines, sheet)
    numbers = {column for each in figures for column in each.columns.values()}
    known = {*keys.values(), *numbers, *_ignored(header, layout)}
    lines.say_left_out(sheet, rows, header.last_row, known)
    merged = Merged(sheet, numbers, lines)
    after = [row for row in rows if row > header.last_row]
    trailing = _words_below(after, rows, numbers)
    stopped = False
    for row in after:
        cells = rows[row]
        first = next(iter(cells.values()))
        said = " ".join(first.text.split())
        stopped = stopped or (layout.stop_at is not None and fnmatchcase(folded(said), folded(f"{layout.stop_at}*")))
        if why := _passed_over(row, cells, header, layout, rows, keys, stopped=stopped, trailing=trailing):
            lines.say(sheet.name, first.at, said, f"left out: {why}")
            continue
        made = [_line(sheet, row, cells, keys, heads, each, layout) for each in figures]
        readable = [may_be_read(line, merged, lines, read_hidden=layout.hidden == "read") for line in made]
        if all(readable) and not any(line.answered for line in made):
            lines.say(sheet.name, first.at, said, "left out: a row without a figure")
        yield from (line for line, whole in zip(made, readable, strict=True) if whole)


def _columns_of(
    header: Header, layout: Layout, rows: Mapping[int, Mapping[int, Cell]], lines: Lines, sheet: Sheet
) -> tuple[dict[str, int], dict[str, str], list[_Figures]]:
    """Where the table says what each figure is of, and where it has its numbers."""
    keys: dict[str, int] = {}
    heads: dict[str, str] = {}
    sets: dict[frozenset[tuple[str, str]], _Figures] = {}
    for heading, column in layout.columns.items():
        number = header.column(heading)
        if number is None or column.holds == "ignore":
            continue
        if column.holds in NUMBERS:
            said = _said_of(column)
            one = frozenset(said.items())
            sets[one] = _with(sets.get(one, _Figures({}, {}, said, {})), column, number, heading)
        else:
            keys[column.holds], heads[column.holds] = number, heading
    figures = list(sets.values())
    if layout.periods_across is not None:
        taken = {*keys.values(), *(c for f in figures for c in f.columns.values()), *_ignored(header, layout)}
        for number, text in header.columns.items():
            if number in taken:
                continue
            own = rows[header.first_row].get(number)
            words = text.replace(" / ", " ")
            cell = own if layout.header_rows == 1 and own else Cell(header.last_row, number, words, words)
            # A heading with digits is a period, or it is refused as one: "Q2 2026" must not be lost for being unclear.
            if re.search("[0-9]", words) or any(read_period(cell, frequency).value for frequency in Frequency):
                one_period = _Figures({}, {}, _said_of(layout.periods_across), {}, cell)
                figures.append(_with(one_period, layout.periods_across, number, text))
        if not any(f.period for f in figures):
            lines.fault(sheet.name, "", f"has no heading that reads as a period, as layout '{layout.id}' says it has")
    return keys, heads, figures


def _said_of(column: Column) -> dict[str, str]:
    """What the layout says of every number under a heading."""
    said = {"measure": column.measure, "period": column.period, "dimension": column.dimension, "group": column.group}
    return {name: text for name, text in said.items() if text}


def _with(figures: _Figures, column: Column, number: int, heading: str) -> _Figures:
    return replace(
        figures,
        columns={**figures.columns, column.holds: number},
        heads={**figures.heads, column.holds: heading},
        how={**figures.how, column.holds: How(column.fractions, column.times)},
    )


def _ignored(header: Header, layout: Layout) -> set[int]:
    found = {header.column(heading) for heading, column in layout.columns.items() if column.holds == "ignore"}
    return {number for number in found if number is not None}


def _line(
    sheet: Sheet,
    row: int,
    cells: Mapping[int, Cell],
    keys: Mapping[str, int],
    heads: Mapping[str, str],
    figures: _Figures,
    layout: Layout,
) -> Line:
    columns = {**keys, **figures.columns}
    held = {name: cells[column] for name, column in columns.items() if column in cells}
    if figures.period is not None:
        held["period"] = figures.period
    fixed = {name: text for name in KEYS if (text := getattr(layout.fixed, name))} | dict(figures.fixed)
    all_heads = {**heads, **figures.heads} | ({"period": "the heading"} if figures.period is not None else {})
    return Line(sheet, row, held, columns, all_heads, fixed, figures.how)


def _words_below(after: list[int], rows: Mapping[int, Mapping[int, Cell]], numbers: set[int]) -> set[int]:
    """The rows below the table that hold nothing but words in one cell: notes, and who made it."""
    below: set[int] = set()
    for row in reversed(after):
        (column, cell), *more = rows[row].items()
        if more or column in numbers or not isinstance(cell.value, str):
            break
        below.add(row)
    return below


def _passed_over(
    row: int,
    cells: Mapping[int, Cell],
    header: Header,
    layout: Layout,
    rows: Mapping[int, Mapping[int, Cell]],
    keys: Mapping[str, int],
    *,
    stopped: bool,
    trailing: set[int],
) -> str:
    """Why a row is no figure, where its layout says so."""
    if stopped:
        return f"below '{layout.stop_at}', where the layout says that the table ends"
    if row in trailing:
        return "a note below the table"
    first = next(iter(cells))
    texts = [folded(cells[c].text) for c in dict.fromkeys([first, *keys.values()]) if c in cells]
    for pattern, written in zip(layout.patterns, layout.skip_rows, strict=True):
        if any(fnmatchcase(text, pattern) for text in texts):
            return f"the layout skips rows that say '{written}'"
    if layout.repeated_header:
        here = {column: folded(cell.text) for column, cell in cells.items()}
        for number in range(header.first_row, header.last_row + 1):
            if here == {column: folded(cell.text) for column, cell in rows.get(number, {}).items()}:
                return "the headings again"
    return ""
