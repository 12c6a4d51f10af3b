"""The observation table's columns and rules, checked here and nowhere else.

One row is a measure, an area with its vintage, a period and a group, as supplied. A row that is
unknown, duplicate or contradicts itself is refused with its file and row; nothing is mended in
silence and no row is dropped.
"""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pandas as pd
import pandera.pandas as pa

from pmif.errors import Fault, PeriodError
from pmif.framework import Framework, Frequency
from pmif.geography import Areas
from pmif.period import Period

KEY = ["measure", "area", "vintage", "period", "dimension", "group"]
NUMBERS = ["numerator", "denominator", "value", "lower", "upper"]
COLUMNS = [*KEY, *NUMBERS, "status", "mark", "published", "published_basis", "source"]

STATUSES = ("shown", "suppressed", "unavailable", "not-applicable")
MARKS = ("", "p", "r", "e")  # provisional, revised, our estimate
BASES = ("on", "not-later-than")
_NUMBER = r"-?\d+(\.\d+)?"


def typed(rows: pd.DataFrame) -> pd.DataFrame:
    """Checked rows with their counts and values as numbers (NaN where blank), everything else as text."""
    table = rows[[*COLUMNS, "file", "row"]].copy()
    table[NUMBERS] = table[NUMBERS].apply(pd.to_numeric)
    return table


def check_rows(rows: pd.DataFrame, framework: Framework, areas: Areas) -> list[Fault]:
    """Every fault of every row, as text read from files (columns COLUMNS, file, row).

    Rules across cells need readable cells, so they are put to the rows whose every cell can be read.
    """
    faults = []
    readable = rows
    try:
        _cells(framework).validate(rows, lazy=True)
    except pa.errors.SchemaErrors as refused:
        cases = refused.failure_cases.drop_duplicates(["index", "column", "check"])
        faults = [
            Fault(_place(rows, case.index), f"{case.column} is {case.failure_case!r}: {case.check}")
            for case in cases.sort_values("index", kind="stable").itertuples(index=False)
        ]
        readable = rows.drop(index=cases["index"].unique())
    return [*faults, *_check_whole_rows(readable, framework, areas), *_check_duplicates(readable)]


def _cells(framework: Framework) -> pa.DataFrameSchema:
    """What each cell may hold, on its own."""

    def one_of(choices: tuple[str, ...] | list[str], advice: str) -> pa.Column:
        return pa.Column(str, pa.Check.isin(choices, error=advice))

    def like(pattern: str, advice: str) -> pa.Column:
        return pa.Column(str, pa.Check.str_matches(f"^({pattern})$", error=advice))

    return pa.DataFrameSchema(
        {
            "measure": one_of([m.id for m in framework.measures], "no such measure in data/framework"),
            "area": like(r"\S+", "the area's code is missing"),
            "vintage": like(r"\S+", "the vintage of the area's code is missing"),
            "period": pa.Column(
                str,
                pa.Check(_is_period, element_wise=True, error="not a period: see the forms in data/README.md"),
            ),
            "dimension": pa.Column(str),
            "group": pa.Column(str),
            **{c: like(f"({_NUMBER})?", "expected a number without commas or signs, or blank") for c in NUMBERS},
            "status": one_of(STATUSES, f"use {', '.join(STATUSES)}"),
            "mark": one_of(MARKS, "use p (provisional), r (revised), e (our estimate) or blank"),
            "published": pa.Column(str, pa.Check(_is_date, element_wise=True, error="expected a date like 2026-06-26")),
            "published_basis": one_of(BASES, f"use {' or '.join(BASES)}"),
            "source": one_of([s.id for s in framework.sources], "no such card in data/sources"),
        },
        name="observations",
    )


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


def _check_whole_rows(rows: pd.DataFrame, framework: Framework, areas: Areas) -> Iterator[Fault]:
    """What only a whole row can tell: that its cells agree with each other and with the measure's definition."""
    measures = {m.id: m for m in framework.measures}
    units = {u.id: u for u in framework.units}
    licences = {s.id: s.licence for s in framework.sources}
    groups = {d.id: [g.id for g in d.groups] for d in framework.dimensions}
    made_up = framework.reporting.made_up
    periods = {text: Period.parse(text) for text in rows["period"].unique()}
    numbers = rows[NUMBERS].apply(pd.to_numeric)
    records = rows.to_dict("records")
    for index, record, number in zip(rows.index, records, numbers.itertuples(index=False), strict=True):
        measure, unit = measures[record["measure"]], units[measures[record["measure"]].unit]
        problems = []
        area = areas.find(record["area"], record["vintage"])
        if area is None:
            held = areas.vintages_of(record["area"])
            known = f"the code is of vintage {', '.join(held)}" if held else "the code is in no vintage of areas.csv"
            problems.append(f"area {record['area']} of vintage '{record['vintage']}' is not known: {known}")
        elif area.kind not in measure.geographies:
            problems.append(f"{area.name} is a {area.kind}, which the measure's geographies do not list")
        kind = periods[record["period"]].kind
        if measure.frequency is not Frequency.OCCASIONAL and kind != str(measure.frequency):
            problems.append(
                f"period {record['period']} is a {kind}, but the measure's frequency is {measure.frequency}"
            )
        if bool(record["dimension"]) != bool(record["group"]):
            problems.append("dimension and group go together: give both or neither")
        elif record["dimension"] and record["dimension"] not in (*measure.groups, measure.bands):
            problems.append(f"dimension '{record['dimension']}' is not among the measure's groups")
        elif measure.bands and record["dimension"] != measure.bands:
            problems.append(f"method '{measure.method}' works from age bands: give a row for each of '{measure.bands}'")
        elif record["dimension"] and record["group"] not in groups[record["dimension"]]:
            problems.append(f"group '{record['group']}' is not one of {', '.join(groups[record['dimension']])}")
        if (licences[record["source"]] == "made-up") is not made_up:
            problems.append("made-up and real figures are never mixed: the source does not belong in this book")
        counted = measure.method != "as-published"
        has_counts = pd.notna(number.numerator) and pd.notna(number.denominator)
        if record["status"] == "shown":
            if not counted and pd.isna(number.value):
                problems.append("value is blank though the status is 'shown'")
            if counted and not has_counts:
                problems.append(f"method '{measure.method}' needs a numerator and a denominator")
            if counted and pd.notna(number.value):
                problems.append(
                    f"value is given, but method '{measure.method}' works it out from the counts: leave it blank"
                )
        elif any(pd.notna(cell) for cell in number):
            problems.append(f"status is '{record['status']}', yet a count or value is given")
        if pd.isna(number.lower) != pd.isna(number.upper):
            problems.append("one limit is given without the other")
        if pd.notna(number.lower) and not number.lower <= number.value <= number.upper:
            problems.append(
                f"value {record['value']} is not between its limits {record['lower']} and {record['upper']}"
            )
        if unit.lowest is not None and number.value < unit.lowest:
            problems.append(f"value {record['value']} is below {unit.lowest:g}, which no figure in {unit.id} can be")
        if unit.highest is not None and number.value > unit.highest:
            problems.append(f"value {record['value']} is above {unit.highest:g}, which no figure in {unit.id} can be")
        if measure.method == "proportion" and has_counts and number.numerator > number.denominator:
            problems.append(f"numerator {record['numerator']} is more than denominator {record['denominator']}")
        if any(pd.notna(n) and n < 0 for n in (number.numerator, number.denominator)):
            problems.append("a count is below 0")
        yield from (Fault(_place(rows, index), problem) for problem in problems)


def _check_duplicates(rows: pd.DataFrame) -> Iterator[Fault]:
    """The same figure twice is refused, whether the two agree or contradict each other."""
    first = rows.groupby(KEY, sort=False).head(1)
    twice = rows[rows.duplicated(KEY)]
    held = dict(zip(map(tuple, first[KEY].to_numpy()), first.index, strict=True))
    for index, row in twice.iterrows():
        other = held[tuple(row[KEY])]
        same = (rows.loc[other, NUMBERS] == row[NUMBERS]).all()
        what = "the same figure as" if same else "contradicts"
        yield Fault(_place(rows, index), f"{what} {_place(rows, other)}: keep one of the two")


def _place(rows: pd.DataFrame, index: Any) -> str:
    file, row = str(rows.at[index, "file"]), str(rows.at[index, "row"])
    return f"{file}, row {row}"
