"""How an older workbook is laid out, declared so that it can be read without guessing: data/layouts/*.yml.

A service that keeps its own workbook need not retype it into our form. A layout says once which sheets
and headings hold what, and how names, marks and totals are meant. Whatever it does not say is refused.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from difflib import get_close_matches
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from pmif.declared import Reader
from pmif.errors import Fault, IntakeError
from pmif.framework import Framework
from pmif.framework.model import Id, Model, PeriodId, Words
from pmif.geography import Areas, load_areas
from pmif.intake import form
from pmif.intake.asked import RETURNED_BY_SERVICES
from pmif.intake.cells import MEANINGS, MILLION, ONE, THOUSAND, folded
from pmif.intake.workbook import Cell, Sheet, Workbook, place

LAYOUTS = "data/layouts"
OUR_FORM = "form"  # what a person names to have a file read as our form

NUMBERS = ("numerator", "denominator", "value")
KEYS = ("measure", "area", "period", "dimension", "group")
_HEADER_SEEN_WITHIN = 60  # rows from the top in which headings are looked for
_HEADING_OVER = 500  # columns that one merged heading may stand over


def _in_short(value: object) -> object:
    """`Result: value` is short for `Result: {as: value}`."""
    return {"as": value} if isinstance(value, str) else value


class Column(Model):
    """What stands under a heading.

    In a wide table a column of numbers also says of which measure, period or group they are.
    """

    holds: Annotated[
        Literal[
            "measure", "area", "period", "dimension", "group", "numerator", "denominator", "value", "status", "note",
            "ignore",
        ],
        Field(alias="as"),
    ]  # fmt: skip
    measure: Id | None = None
    period: PeriodId | None = None
    dimension: Id | None = None
    group: Id | None = None
    written_in: Annotated[Literal["thousands", "millions"] | None, Field(alias="in")] = None
    fractions: bool = False  # percentages as parts of one: 0.123 for 12.3%
    optional: bool = False  # the workbook fits without it

    @model_validator(mode="after")
    def _whole(self) -> "Column":
        says = [k for k in ("measure", "period", "dimension", "group") if getattr(self, k)]
        if self.holds not in NUMBERS and (says or self.written_in or self.fractions):
            raise ValueError(f"{', '.join([*says, 'in and fractions'])} belong to a column of numbers")
        if bool(self.dimension) != bool(self.group):
            raise ValueError("dimension and group go together: give both or neither")
        if self.holds != "value" and self.fractions:
            raise ValueError("fractions belongs to a column of values")
        return self

    @property
    def times(self) -> Decimal:
        """What a number in this column is multiplied by."""
        return {"thousands": THOUSAND, "millions": MILLION}.get(self.written_in or "", ONE)


def _one_of(choices: Sequence[str]) -> AfterValidator:
    def check(text: str) -> str:
        if text not in choices:
            raise ValueError(f"is {text!r}: use {', '.join(map(repr, choices))}")
        return text

    return AfterValidator(check)


State = Annotated[str, _one_of(form.STATES)]
Meaning = Annotated[str, _one_of(MEANINGS)]
ColumnInShort = Annotated[Column, BeforeValidator(_in_short)]


class Places(Model):
    """Which edition of which boundaries the places of this workbook are of, and what it calls them."""

    vintage: Words
    codes: dict[Words, Words] = Field(default_factory=dict)  # the workbook's own text -> the area's code


class GroupOf(Model):
    """The dimension and group that a text means; both blank for everyone."""

    dimension: Id | Literal[""] = ""
    group: Id | Literal[""] = ""


class Fixed(Model):
    """What the workbook does not say, because it is the same throughout."""

    measure: Id | None = None
    area: Words | None = None
    period: PeriodId | None = None
    dimension: Id | None = None
    group: Id | None = None


class Layout(Model):
    id: Id
    title: Words
    source: Id  # the card of data/sources that its figures come from
    role: Id | None = None  # whose workbook it is
    sheets: Annotated[tuple[Words, ...], Field(min_length=1)]  # names, or patterns like "Wards *"
    header_rows: Annotated[int, Field(ge=1, le=5)] = 1  # headings in several rows are joined with " / "
    repeated_header: bool = False  # the headings stand again further down, as on printed pages
    columns: dict[Words, ColumnInShort]
    periods_across: ColumnInShort | None = None  # every other heading that reads as a period is a column of this
    areas: Places | None = None
    measures: dict[Words, Id] = Field(default_factory=dict)  # the workbook's own text -> the measure
    groups: dict[Words, GroupOf] = Field(default_factory=dict)
    states: dict[Words, State] = Field(default_factory=dict)  # -> what our form would say
    fixed: Fixed = Fixed()
    markers: dict[Words, Meaning] = Field(default_factory=dict)
    skip_rows: tuple[Words, ...] = ()  # patterns of the words by which a row of totals is known
    stop_at: Words | None = None  # the table ends above a row that begins with this
    hidden: Literal["refuse", "read"] = "refuse"  # a hidden row or column with a figure in it

    @model_validator(mode="after")
    def _whole(self) -> "Layout":
        numbers = [c for c in self.columns.values() if c.holds in NUMBERS]
        if self.periods_across is not None:
            if self.periods_across.holds not in NUMBERS or self.periods_across.period:
                raise ValueError("periods_across is a column of numbers without a period of its own: use 'value'")
            numbers.append(self.periods_across)
        if not numbers:
            raise ValueError("no column holds a number: give one as value, or as numerator and denominator")
        for holds in (*KEYS, "status", "note"):
            under = [heading for heading, c in self.columns.items() if c.holds == holds]
            if len(under) > 1:
                raise ValueError(f"columns {' and '.join(map(repr, under))} are both the {holds}: keep one")
        held = {c.holds for c in self.columns.values()}
        if "area" not in held and not self.fixed.area:
            raise ValueError("no column holds the area, and fixed has none: say where the figures are of")
        if "measure" not in held and not self.fixed.measure and not all(c.measure for c in numbers):
            raise ValueError("no column holds the measure, and fixed has none: say what the figures are of")
        if (
            "period" not in held
            and not self.fixed.period
            and not all(c.period for c in numbers if c is not self.periods_across)
        ):
            raise ValueError("no column holds the period, and fixed has none: say when the figures are of")
        if self.fixed.area and self.areas is None:
            raise ValueError("fixed has an area without a vintage: give areas: {vintage: ...}")
        seen: dict[tuple[str | None, ...], str] = {}
        for heading, column in self.columns.items():
            what = (column.holds, column.measure, column.period, column.group)
            if column.holds in NUMBERS and what in seen:
                raise ValueError(f"columns {seen[what]!r} and {heading!r} both hold the {column.holds} of one figure")
            seen.setdefault(what, heading)
        return self

    @property
    def patterns(self) -> tuple[str, ...]:
        return tuple(folded(pattern) for pattern in self.skip_rows)


def read_layouts(root: Path, framework: Framework) -> tuple[Layout, ...]:
    """Every layout in data/layouts below `root`, one a file; none where there is no such folder.

    Errors: IntakeError with every fault of every file.
    """
    reader = Reader(root)
    found: list[Layout] = []
    for name in reader.files(LAYOUTS):
        found += reader.models(reader.read(name, None), None, Layout)
    areas = load_areas(root) if found else None
    unknown = [
        Fault(reader.place(Layout, layout.id), f"layout '{layout.id}', {problem}")
        for layout in found
        for problem in (*_unknown_ids(layout, framework), *(_unknown_places(layout, areas) if areas else ()))
    ]
    if faults := [*reader.faults, *reader.duplicates(), *unknown]:
        raise IntakeError("Layouts cannot be used as they stand", faults)
    return tuple(found)


def _unknown_ids(layout: Layout, framework: Framework) -> Iterator[str]:
    """What the layout names that is not defined, or not for a service to return."""
    licences = {s.id: s.licence for s in framework.sources}
    if licences.get(layout.source) != RETURNED_BY_SERVICES:
        cards = ", ".join(s for s, licence in licences.items() if licence == RETURNED_BY_SERVICES)
        yield f"source is '{layout.source}', which is no card of a council's returns: use {cards or 'a card that is'}"
    if layout.role is not None and layout.role not in {r.id for r in framework.roles}:
        yield f"role is '{layout.role}', which is no role of data/framework/roles.yml"
    sources = {m.id: m.source for m in framework.measures}
    across = [layout.periods_across] if layout.periods_across else []
    columns = [*layout.columns.values(), *across]
    for measure in dict.fromkeys([layout.fixed.measure, *layout.measures.values(), *(c.measure for c in columns)]):
        if measure is None:
            continue
        if measure not in sources:
            near = get_close_matches(measure, sources, n=1)
            yield f"measure '{measure}' is not defined{f', did you mean {near[0]!r}' if near else ''}"
        elif licences.get(sources[measure]) != RETURNED_BY_SERVICES:
            yield f"measure '{measure}' comes from '{sources[measure]}': services are not asked for it"
    dimensions = {d.id: {g.id for g in d.groups} for d in framework.dimensions}
    for dimension, group in dict.fromkeys(
        [
            (layout.fixed.dimension, layout.fixed.group),
            *((g.dimension, g.group) for g in layout.groups.values()),
            *((c.dimension, c.group) for c in columns),
        ]
    ):
        if bool(dimension) != bool(group):
            yield "dimension and group go together: give both or neither"
        elif dimension and group not in dimensions.get(dimension, ()):
            yield f"group '{group}' of '{dimension}' is not defined in data/framework/dimensions.yml"


def _unknown_places(layout: Layout, areas: Areas) -> Iterator[str]:
    if layout.areas is None:
        return
    vintage = layout.areas.vintage
    for code in dict.fromkeys([layout.fixed.area, *layout.areas.codes.values()]):
        if code is not None and areas.find(code, vintage) is None:
            held = areas.vintages_of(code)
            known = f"the code is of vintage {', '.join(held)}" if held else "the code is in no vintage of areas.csv"
            yield f"area {code} of vintage '{vintage}' is not known: {known}"


# --- which layout a workbook has --------------------------------------------------------------------


@dataclass(frozen=True)
class Header:
    """The headings of a table on a sheet: `columns` maps a column's number to its heading as it stands."""

    first_row: int
    last_row: int
    columns: Mapping[int, str]

    def column(self, heading: str) -> int | None:
        wanted = folded(heading)
        return next((number for number, text in self.columns.items() if folded(text) == wanted), None)


def choose_layout(workbook: Workbook, layouts: Sequence[Layout], named: str | None = None) -> Layout | None:
    """The layout to read a workbook by; None for our own form, which is known by its stamp.

    `named` is the id of a layout, or "form". Otherwise exactly one must fit: a file that fits none, or more than
    one, is not guessed at.
    Errors: IntakeError saying for each layout what the workbook lacks.
    """
    what = "It is not clear how the file is laid out, and nothing was taken in"
    if named == OUR_FORM or (named is None and has_stamp(workbook)):
        return None
    ids = [layout.id for layout in layouts]
    if named is not None:
        chosen = next((layout for layout in layouts if layout.id == named), None)
        if chosen is None:
            near = get_close_matches(named, [OUR_FORM, *ids], n=1)
            offered = f"did you mean '{near[0]}'? " if near else ""
            raise IntakeError(
                what,
                [Fault(f"layout '{named}'", f"is not in {LAYOUTS}: {offered}There are {', '.join([OUR_FORM, *ids])}")],
            )
        if lacks := lacking(workbook, chosen):
            raise IntakeError(what, [Fault(workbook.name, f"does not fit layout '{named}': {why}") for why in lacks])
        return chosen
    wanting = {layout.id: lacking(workbook, layout) for layout in layouts}
    fitting = [layout for layout in layouts if not wanting[layout.id]]
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        both = " and ".join(f"'{layout.id}'" for layout in fitting)
        problem = f"fits the layouts {both}: say which is meant, with --layout {fitting[0].id}"
        raise IntakeError(what, [Fault(workbook.name, problem)])
    raise IntakeError(
        what,
        [
            Fault(
                workbook.name,
                f"is no return form of ours: no sheet has the line '{form.STAMP_FORM}' in column A. "
                f"Fill in the form that `pmif template` makes, or declare the workbook in {LAYOUTS}",
            ),
            *(
                Fault(workbook.name, f"does not fit layout '{layout_id}': {why}")
                for layout_id, lacks in wanting.items()
                for why in lacks
            ),
        ],
    )


def has_stamp(workbook: Workbook) -> bool:
    """Whether a workbook is our form, whatever has become of the rest of it."""
    wanted = folded(form.STAMP_FORM)
    return any(
        cell.column == 1 and isinstance(cell.value, str) and folded(cell.value) == wanted
        for sheet in workbook.sheets
        for cell in sheet.cells.values()
    )


def lacking(workbook: Workbook, layout: Layout) -> list[str]:
    """What a workbook lacks for a layout to fit it; nothing where it fits."""
    sheets = sheets_of(workbook, layout)
    if not sheets:
        wanted = " or ".join(f"'{name}'" for name in layout.sheets)
        names = [s.name for s in workbook.sheets]
        near = [n for w in layout.sheets for n in get_close_matches(folded(w), map(folded, names), n=1)]
        nearest = next((n for n in names if folded(n) in near), None)
        held = f"the nearest is '{nearest}'" if nearest else f"there are {', '.join(map(repr, names))}"
        return [f"no sheet is named {wanted}: {held}. Rename the sheet, or add its name to the layout"]
    return [found for sheet in sheets if isinstance(found := find_header(sheet, layout), str)]


def sheets_of(workbook: Workbook, layout: Layout) -> list[Sheet]:
    """The sheets that a layout is of, leaving out those with nothing on them."""
    patterns = [folded(name) for name in layout.sheets]
    return [s for s in workbook.sheets if s.cells and any(fnmatchcase(folded(s.name), p) for p in patterns)]


def find_header(sheet: Sheet, layout: Layout) -> Header | str:
    """Where the headings of a layout stand on a sheet, or what is missing of them."""
    wanted = {folded(h): h for h, column in layout.columns.items() if not column.optional and column.holds != "ignore"}
    rows = by_row(sheet)
    spread = {(top, first): min(last, first + _HEADING_OVER) for top, first, _, last in sheet.merged}
    best: tuple[set[str], int] = (set(), 0)
    for row in sorted(r for r in rows if r <= _HEADER_SEEN_WITHIN):
        columns = headings(rows, spread, row, layout.header_rows)
        texts = [folded(text) for text in columns.values()]
        if set(wanted) <= set(texts):
            declared = {folded(h) for h in layout.columns}
            twice = next((t for t in texts if t in declared and texts.count(t) > 1), None)
            if twice is not None:
                return f"{place(sheet.name, f'row {row}')} has the heading {twice!r} more than once: rename one"
            return Header(row, row + layout.header_rows - 1, columns)
        if len(found := set(wanted) & set(texts)) > len(best[0]):
            best = (found, row)
    missing = ", ".join(repr(heading) for key, heading in wanted.items() if key not in best[0])
    where = f"sheet '{sheet.name}'" if sheet.name else "the table"
    row_said = f", row {best[1]}" if best[1] else ""
    return f"{where}{row_said} lacks the heading{'s' if ', ' in missing else ''} {missing}"


def headings(
    rows: Mapping[int, Mapping[int, Cell]], spread: Mapping[tuple[int, int], int], row: int, count: int
) -> dict[int, str]:
    """The heading of each column from `row` down, several rows joined with " / ".

    `spread` says how far a merged cell reaches: a heading merged across stands over every column of it.
    """
    parts: dict[int, list[str]] = {}
    for number in range(row, row + count):
        for column, cell in rows.get(number, {}).items():
            for under in range(column, spread.get((number, column), column) + 1):
                parts.setdefault(under, []).append(" ".join(cell.text.split()))
    return {column: " / ".join(filter(None, texts)) for column, texts in sorted(parts.items()) if any(texts)}


def by_row(sheet: Sheet) -> dict[int, dict[int, Cell]]:
    """The cells of a sheet, row by row from the top, each row from the left."""
    rows: dict[int, dict[int, Cell]] = {}
    for row, column in sorted(sheet.cells):
        rows.setdefault(row, {})[column] = sheet.cells[row, column]
    return rows
