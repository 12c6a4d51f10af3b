"""The observation table's columns and rules, checked here and nowhere else.

One row is a measure, an area with its vintage, a period and a group, as supplied. A row that is
unknown, duplicate or contradicts itself is refused with its file and row; nothing is mended in
silence and no row is dropped. A later `published` makes a revision of the same figure, not a duplicate.

A million rows hold few different words, so each rule is put to the words, or to the combinations of
them that occur, and words for people are only found for rows at fault.
"""

import math
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pmif.errors import Fault, PeriodError
from pmif.framework import Framework, Frequency, Measure
from pmif.geography import Areas
from pmif.hub.columns import COLUMNS, KEY, NUMBERS, ORIGIN, STORED
from pmif.intake.workbook import place
from pmif.period import Period

__all__ = [
    "BASES",
    "COLUMNS",
    "KEY",
    "MARKS",
    "NUMBERS",
    "ORIGIN",
    "STATUSES",
    "STORED",
    "Column",
    "check_rows",
    "is_number",
    "place_of",
    "together",
    "together_listed",
    "typed",
    "written_place",
]

STATUSES = ("shown", "suppressed", "unavailable", "not-applicable")
MARKS = ("", "p", "r", "e")  # provisional, revised, our estimate
BASES = ("on", "not-later-than")

MOST_FAULTS = 1_000  # told of one by one; nobody reads on
STRIDE = 16
MOST_LISTED = 4  # places in a list for each row; beyond that, looking up costs less memory

Bools = NDArray[np.bool_]
Integers = NDArray[np.int64]
Codes = NDArray[np.signedinteger[Any]]  # as small as they come: a million rows of a few words are read quickly

_NUMBER = re.compile(r"(-?[0-9]+(\.[0-9]+)?)?")  # not \d, which takes the digits of every script
_WORD = re.compile(r"\S+")


def typed(rows: pd.DataFrame) -> pd.DataFrame:
    """Checked rows as the hub keeps them (columns STORED): numbers, NaN where blank, and all else as text."""
    lacking = [c for c in ORIGIN if c not in rows.columns]
    table = rows.assign(**dict.fromkeys(lacking, ""))[STORED]
    return table.assign(**{c: Column.of(rows[c]).numbers() for c in NUMBERS})


def check_rows(rows: pd.DataFrame, framework: Framework, areas: Areas) -> list[Fault]:
    """Every fault of every row, as text read from files: columns COLUMNS, and of ORIGIN those that apply.

    Rules across cells need readable cells, so they are put to the rows whose every cell can be read.
    Of more than a thousand faults the rest are counted.
    """
    columns = {name: Column.of(rows[name]) for name in COLUMNS}
    cells = list(_check_cells(columns, framework))
    readable = np.ones(len(rows), dtype=np.bool_)
    for finding in cells:
        readable[finding.at] = False
    # What cannot be read is not looked at again, so that every word below is a known one.
    at = np.flatnonzero(readable)
    if not readable.all():
        columns = {name: column.at(at) for name, column in columns.items()}
    whole = [
        _Finding(at[found.at], _later(found.say, at))
        for found in _check_whole_rows(rows, columns, at, framework, areas)
    ]
    return _told(rows, cells, whole)


@dataclass(frozen=True)
class Column:
    """A column as its different words, and which of them stands in each row."""

    words: list[str]
    codes: Codes

    @classmethod
    def of(cls, texts: "pd.Series[Any]") -> "Column":
        if isinstance(texts.dtype, pd.CategoricalDtype):  # which is kept in this very form
            codes, words = texts.cat.codes.to_numpy(), texts.cat.categories
        else:
            codes, words = pd.factorize(texts)
        if codes.min(initial=0) < 0:
            raise TypeError(f"column '{texts.name}' holds cells that are not text: a blank is ''")
        small = codes.astype(_smallest(len(words)), copy=False)
        return cls(list(map(str, words.tolist())), small).that_occur()

    @classmethod
    def one_after_the_other(cls, first: "Column", second: "Column") -> "Column":
        """The rows of one and then those of the other, with each word once."""
        code_of = {word: code for code, word in enumerate(first.words)}
        codes = [code_of.setdefault(word, len(code_of)) for word in second.words]
        small = _smallest(len(code_of))
        return cls(list(code_of), np.concatenate([first.codes.astype(small), np.array(codes, small)[second.codes]]))

    def at(self, rows: Integers) -> "Column":
        """Only those rows, and the words that stand in them."""
        return Column(self.words, self.codes[rows]).that_occur()

    def that_occur(self) -> "Column":
        """The same without the words that stand in no row."""
        for codes in (self.codes[::STRIDE], self.codes):  # most often every word is met in a few of the rows
            occurs = np.bincount(codes, minlength=len(self.words)) > 0
            if occurs.all():
                return self
        words = [self.words[code] for code in np.flatnonzero(occurs)]
        return Column(words, (np.cumsum(occurs) - 1)[self.codes])

    def where(self, holds: Callable[[str], bool]) -> Bools:
        """The rows whose word holds."""
        held = np.fromiter(map(holds, self.words), np.bool_, len(self.words))
        if held.all() or not held.any():  # as a rule is mostly kept, or broken, by all
            return np.full(len(self.codes), held.all())
        return held[self.codes]

    def numbers(self) -> NDArray[np.float64]:
        made = (float(word) if word else math.nan for word in self.words)
        return np.fromiter(made, np.float64, len(self.words))[self.codes]

    def __getitem__(self, row: int) -> str:
        return self.words[int(self.codes[row])]


def _smallest(words: int) -> "np.dtype[np.signedinteger[Any]]":
    """The smallest integers that so many words can be numbered by, with -1 for none."""
    return np.min_scalar_type(-words - 1)


@dataclass(frozen=True)
class RowFault(Fault):
    """A fault of one row, with the cell of a workbook that it came from, where it came from one."""

    sheet: str = ""
    cell: str = ""


@dataclass(frozen=True)
class _Finding:
    """The rows at fault by one rule, and how to say so of one of them."""

    at: Integers
    say: Callable[[int], str]


def _check_cells(columns: dict[str, Column], framework: Framework) -> Iterator[_Finding]:
    """What each cell may hold, on its own."""

    def rule(name: str, holds: Callable[[str], bool], advice: str) -> _Finding:
        column = columns[name]
        return _Finding(np.flatnonzero(~column.where(holds)), lambda row: f"{name} is {column[row]!r}: {advice}")

    def one_of(name: str, choices: tuple[str, ...], advice: str) -> _Finding:
        return rule(name, frozenset(choices).__contains__, advice)

    yield one_of("measure", tuple(m.id for m in framework.measures), "no such measure in data/framework")
    yield rule("area", _is_word, "the area's code is missing")
    yield rule("vintage", _is_word, "the vintage of the area's code is missing")
    yield rule("period", _is_period, "not a period: see the forms in data/README.md")
    for name in NUMBERS:
        yield rule(name, is_number, "expected a number without commas or signs, or blank")
    yield one_of("status", STATUSES, f"use {', '.join(STATUSES)}")
    yield one_of("mark", MARKS, "use p (provisional), r (revised), e (our estimate) or blank")
    yield rule("published", _is_date, "expected a date like 2026-06-26")
    yield one_of("published_basis", BASES, f"use {' or '.join(BASES)}")
    yield one_of("source", tuple(s.id for s in framework.sources), "no such card in data/sources")


def _is_word(text: str) -> bool:
    return _WORD.fullmatch(text) is not None


def is_number(text: str) -> bool:
    """Digits with a minus or a point; so many digits that no number holds them are refused too."""
    return _NUMBER.fullmatch(text) is not None and (len(text) < 300 or math.isfinite(float(text)))


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _is_period(text: str) -> bool:
    try:
        return Period.parse(text).id == text
    except PeriodError:
        return False


def _check_whole_rows(
    rows: pd.DataFrame, columns: dict[str, Column], at: Integers, framework: Framework, areas: Areas
) -> Iterator[_Finding]:
    """What only a whole row can tell: that its cells agree with each other, with the measure's definition and
    with the rows before it. Rows are counted from 0 among the readable ones, which stand `at` those of `rows`."""
    measures = {m.id: m for m in framework.measures}
    yield from _check_combinations(columns, measures, framework, areas)
    yield from _check_numbers(columns, measures, framework)
    yield from _check_duplicates(columns, lambda row: place_of(rows, at[row]))


def _check_combinations(
    columns: dict[str, Column], measures: dict[str, Measure], framework: Framework, areas: Areas
) -> Iterator[_Finding]:
    """Rules about words that belong together."""
    places = {(a.code, a.vintage): a for a in areas.all}
    groups = {d.id: [g.id for g in d.groups] for d in framework.dimensions}
    licences = {s.id: s.licence for s in framework.sources}

    def of_area(measure: str, code: str, vintage: str) -> str:
        area = places.get((code, vintage))
        if area is None:
            held = areas.vintages_of(code)
            known = f"the code is of vintage {', '.join(held)}" if held else "the code is in no vintage of areas.csv"
            return f"area {code} of vintage '{vintage}' is not known: {known}"
        if area.kind not in measures[measure].geographies:
            return f"{area.name} is a {area.kind}, which the measure's geographies do not list"
        return ""

    def of_period(measure: str, period: str) -> str:
        frequency, kind = measures[measure].frequency, Period.parse(period).kind
        if frequency is not Frequency.OCCASIONAL and kind != str(frequency):
            return f"period {period} is a {kind}, but the measure's frequency is {frequency}"
        return ""

    def of_group(measure_id: str, dimension: str, group: str) -> str:
        measure = measures[measure_id]
        if bool(dimension) != bool(group):
            return "dimension and group go together: give both or neither"
        if dimension and dimension not in (*measure.groups, measure.bands):
            return f"dimension '{dimension}' is not among the measure's groups"
        if measure.bands and dimension != measure.bands:
            return f"method '{measure.method}' works from age bands: give a row for each of '{measure.bands}'"
        if dimension and group not in groups[dimension]:
            return f"group '{group}' is not one of {', '.join(groups[dimension])}"
        return ""

    def of_source(source: str) -> str:
        # A return is the council's own, and made up where the council is.
        if licences[source] != "council-return" and (licences[source] == "made-up") is not framework.reporting.made_up:
            return "made-up and real figures are never mixed: the source does not belong in this book"
        return ""

    yield _combined(columns, ("measure", "area", "vintage"), of_area)
    yield _combined(columns, ("measure", "period"), of_period)
    yield _combined(columns, ("measure", "dimension", "group"), of_group)
    yield _combined(columns, ("source",), of_source)


def _combined(columns: dict[str, Column], names: tuple[str, ...], problem: Callable[..., str]) -> _Finding:
    """A rule put once to each combination of words that occurs; "" where there is no problem."""
    parts = [columns[name] for name in names]
    codes, first = together([part.codes for part in parts])
    problems = [problem(*(part[row] for part in parts)) for row in first.tolist()]
    faulty = np.fromiter(map(bool, problems), np.bool_, len(problems))
    return _Finding(np.flatnonzero(faulty[codes]), lambda row: problems[codes[row]])


def together(parts: Sequence[Codes]) -> tuple[Integers, Integers]:
    """Which combination of words each row holds, numbered from 0 as they first occur, and the row where each does.

    `parts` are the codes of two columns or more, row by row.
    """
    codes, most = parts[0].astype(np.int64), int(parts[0].max(initial=0)) + 1
    for part in parts[1:]:
        words = int(part.max(initial=0)) + 1
        if most * words > MOST_LISTED * len(part):
            # Combinations are fewer than rows, so a product with the number of words never overflows.
            codes, first = _numbered(codes)
            most = len(first)
            if most == len(codes):
                return codes, first  # no two rows are alike already
        codes *= words  # in place: memory that was never touched costs more than the sum
        codes += part
        most *= words
    return _numbered(codes)


def together_listed(codes: Codes, part: Codes) -> Integers:
    """Which combination of two each row holds, in any order, but few enough numbers to keep a list by them."""
    words = int(part.max(initial=0)) + 1
    both = codes.astype(np.int64) * words + part
    return both if both.max(initial=0) <= MOST_LISTED * len(both) else _numbered(both)[0]


def _numbered(codes: Integers) -> tuple[Integers, Integers]:
    """Codes, from 0 up, numbered anew as they first occur, and the row where each does."""
    rows, most = np.arange(len(codes)), int(codes.max(initial=-1)) + 1
    if most > MOST_LISTED * len(codes):  # too many to have a place for each
        codes = pd.factorize(codes)[0].astype(np.int64, copy=False)
        most = int(codes.max(initial=-1)) + 1
    first = np.empty(most, dtype=np.int64)
    first[codes[::-1]] = rows[::-1]
    new = np.flatnonzero(first[codes] == rows)
    number = np.empty(most, dtype=np.int64)
    number[codes[new]] = np.arange(len(new))
    return number[codes], new


def _check_numbers(
    columns: dict[str, Column], measures: dict[str, Measure], framework: Framework
) -> Iterator[_Finding]:
    """Rules about counts and values, beside the status, the unit and the method."""
    units = {u.id: u for u in framework.units}
    measure, status = columns["measure"], columns["status"]
    numerator, denominator, value, lower, upper = (columns[name].numbers() for name in NUMBERS)

    def method(row: int) -> str:
        return measures[measure[row]].method

    def limits_of_unit(end: str) -> NDArray[np.float64]:
        ends = [getattr(units[measures[word].unit], end) for word in measure.words]
        return np.array([math.nan if e is None else e for e in ends], dtype=np.float64)[measure.codes]

    def beyond_unit(side: str, end: str) -> Callable[[int], str]:
        def say(row: int) -> str:
            unit = units[measures[measure[row]].unit]
            return (
                f"value {columns['value'][row]} is {side} {getattr(unit, end):g}, which no figure in {unit.id} can be: "
                "see whether it is in another unit"
            )

        return say

    shown = status.where("shown".__eq__)
    counted = measure.where(lambda word: measures[word].method != "as-published")
    proportion = measure.where(lambda word: measures[word].method == "proportion")
    has_numerator, has_denominator, has_value, has_lower, has_upper = (columns[name].where(bool) for name in NUMBERS)
    counts = has_numerator & has_denominator
    any_given = has_numerator | has_denominator | has_value | has_lower | has_upper
    lowest, highest = limits_of_unit("lowest"), limits_of_unit("highest")

    for faulty, say in (
        (
            shown & ~counted & ~has_value,
            lambda row: "value is blank though the status is 'shown': give the value, or the status that says why not",
        ),
        (
            shown & counted & ~counts,
            lambda row: f"method '{method(row)}' needs a numerator and a denominator: give both",
        ),
        (
            shown & counted & has_value,
            lambda row: f"value is given, but method '{method(row)}' works it out from the counts: leave it blank",
        ),
        (
            ~shown & any_given,
            lambda row: f"status is '{status[row]}', yet a count or value is given: leave it blank, or write 'shown'",
        ),
        (has_lower != has_upper, lambda row: "one limit is given without the other: give both or neither"),
        (
            has_lower & ~((lower <= value) & (value <= upper)),
            lambda row: (
                f"value {columns['value'][row]} is not between its limits {columns['lower'][row]} and "
                f"{columns['upper'][row]}: see which of the three is mistyped"
            ),
        ),
        (value < lowest, beyond_unit("below", "lowest")),
        (value > highest, beyond_unit("above", "highest")),
        (
            proportion & counts & (numerator > denominator),
            lambda row: (
                f"numerator {columns['numerator'][row]} is more than denominator {columns['denominator'][row]}: "
                "see whether one is mistyped, or the two have changed places"
            ),
        ),
        ((numerator < 0) | (denominator < 0), lambda row: "a count is below 0: write how many were counted"),
    ):
        yield _Finding(np.flatnonzero(faulty), say)


def _check_duplicates(columns: dict[str, Column], place: Callable[[int], str]) -> Iterator[_Finding]:
    """The same figure twice is refused, whether the two agree or contradict each other, unless it is a revision:
    published on another day."""
    codes, first = together([columns[name].codes for name in (*KEY, "published")])
    earlier = first[codes] if len(codes) else codes

    def say(row: int) -> str:
        other = int(earlier[row])
        same = all(columns[name][row] == columns[name][other] for name in NUMBERS)
        what = "the same figure as" if same else "contradicts"
        return f"{what} {place(other)}: keep one of the two"

    yield _Finding(np.flatnonzero(earlier != np.arange(len(codes))), say)


def _later(say: Callable[[int], str], at: Integers) -> Callable[[int], str]:
    """Say it of a row of the whole table, where `say` counts rows among the readable ones."""
    return lambda row: say(int(np.searchsorted(at, row)))


def _told(rows: pd.DataFrame, *stages: list[_Finding]) -> list[Fault]:
    """The faults in words: those of single cells first, then of whole rows, each in the order of the rows."""
    faults: list[Fault] = []
    total = sum(len(finding.at) for findings in stages for finding in findings)
    for findings in stages:
        at = np.concatenate([finding.at for finding in findings])
        rule = np.repeat(np.arange(len(findings)), [len(finding.at) for finding in findings])
        for found in np.argsort(at, kind="stable")[: MOST_FAULTS - len(faults)].tolist():
            row = int(at[found])
            sheet, cell = (_held(rows, row, name) for name in ("sheet", "cell"))
            faults.append(RowFault(place_of(rows, row), findings[rule[found]].say(row), sheet, cell))
    if total > len(faults):
        faults.append(Fault("these figures", f"and {total - len(faults):,} more: put these right, then check again"))
    return faults


def _held(rows: pd.DataFrame, at: int, name: str) -> str:
    return str(rows[name].iat[at]) if name in rows.columns else ""


def place_of(rows: pd.DataFrame, at: int) -> str:
    """Where a row came from, as a message says it: its file, and its cell or row there."""
    return written_place(*(_held(rows, at, name) for name in ("file", "sheet", "cell", "row")))


def written_place(file: str, sheet: str, cell: str, row: str) -> str:
    if cell:
        return f"{file}, {place(sheet, cell)}"
    return f"{file}, row {row}" if row else file
