"""Who has returned what: the state of every request, by service, and the measures that have not moved for years.

For whoever gathers the figures. It says what to chase and whom to ask, so silence is never taken
for an answer, nor an old figure for a new one.
"""

import textwrap
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise, zip_longest

import numpy as np
import pandas as pd

from pmif.framework import Framework, Frequency, Measure
from pmif.geography import Areas
from pmif.hub import Receipt
from pmif.intake.asked import Asked, ReturnState, asked, in_words, refused_beside
from pmif.period import MONTHS, Period, add_months

WIDTH = 100
STILL_FIGURES, STILL_MONTHS = 4, 36  # the same figure so often, or no figure so long, wants an explanation

# In the order in which they are counted and listed: what is to be chased comes first.
SAID = {
    ReturnState.REFUSED: "refused",
    ReturnState.LATE: "late",
    ReturnState.MISSING: "missing",
    ReturnState.NOT_DUE: "not due",
    ReturnState.NOT_AVAILABLE: "not available",
    ReturnState.NOT_APPLICABLE: "does not apply",
    ReturnState.NIL: "nil",
    ReturnState.RETURNED: "returned",
}

HEADINGS = {
    ReturnState.REFUSED: "Refused: a file came, was refused, and no other has come since",
    ReturnState.LATE: "Late: nothing has come by the day in brackets",
    ReturnState.MISSING: "Missing: a later figure has come, this one never did",
    ReturnState.NOT_DUE: "Not due yet",
    ReturnState.NOT_AVAILABLE: "Not available: the service said that it cannot give it",
    ReturnState.NOT_APPLICABLE: "Does not apply: the service said so",
    ReturnState.NIL: "Nil: the service looked, and there was nothing to count",
    ReturnState.RETURNED: "Returned",
}


@dataclass(frozen=True)
class Line:
    """One measure and period in one state; figures of wards or groups that stand alike are counted together."""

    measure: str
    title: str
    period: str  # blank where no date is promised
    state: ReturnState
    figures: int
    due: date | None
    on: date | None
    days_late: int


@dataclass(frozen=True)
class Service:
    role: str
    title: str
    counts: dict[ReturnState, int]
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Still:
    """A measure that has not moved for years, and how that shows."""

    measure: str
    title: str
    why: str


@dataclass(frozen=True)
class Stray:
    """A file that was refused, and of which no request can tell: it is nobody's, or its service was asked no more."""

    sent_as: str
    whose: str  # the role's title; blank where it is not known
    on: date
    why: str


@dataclass(frozen=True)
class Standing:
    report: Period
    day: date
    services: tuple[Service, ...]
    strays: tuple[Stray, ...]
    still: tuple[Still, ...]


def standing(
    framework: Framework, areas: Areas, report: Period, day: date, held: pd.DataFrame, receipts: Sequence[Receipt]
) -> Standing:
    """How every request of `report` stands on `day`, and which measures of the book have not moved for years.

    `held` is what the hub knew on that day; `receipts` are of returns, those refused among them.
    """
    requests = asked(framework, areas, report, day, held, receipts)
    owners = {m.id: m.owner for m in framework.measures}
    services = []
    for role in framework.roles:
        own = [one for one in requests if owners[one.measure] == role.id]
        if own:
            counts = Counter(one.state for one in own)
            services.append(
                Service(
                    role.id, role.title, {s: counts[s] for s in SAID if counts[s]}, tuple(_lines(own, framework, day))
                )
            )
    counted = {s.role for s in services if ReturnState.REFUSED in s.counts}
    strays = tuple(_strays(refused_beside(receipts, framework, report, day, counted), framework))
    return Standing(report, day, tuple(services), strays, tuple(_still(framework, areas, day, held)))


def describe(found: Standing) -> str:
    """The standing as text of at most 100 columns: counts first, then who is to be asked for what."""
    parts = [_heading(found), _counts(found), *(_service(s) for s in found.services), _astray(found), _unmoved(found)]
    return "\n\n".join(part for part in parts if part) + "\n"


# --- working it out ---------------------------------------------------------------------------------


def _lines(own: Sequence[Asked], framework: Framework, day: date) -> Iterator[Line]:
    alike: dict[tuple[str, str, ReturnState, date | None], list[Asked]] = {}
    for one in own:
        alike.setdefault((one.measure, one.period, one.state, one.on), []).append(one)
    order = list(SAID)
    for (measure, period, state, on), ones in sorted(alike.items(), key=lambda pair: order.index(pair[0][2])):
        title = framework.measure(measure).title
        yield Line(measure, title, period, state, len(ones), ones[0].due, on, ones[0].days_late(day))


def _strays(refused: Sequence[Receipt], framework: Framework) -> Iterator[Stray]:
    titles = {role.id: role.title for role in framework.roles}
    for receipt in refused:
        first, *more = [one.problem for one in receipt.refusals] or ["its receipt does not say why"]
        why = f"{first} (and {len(more)} more)" if more else first
        assert receipt.received_on, "a file that came has its day"
        yield Stray(receipt.sent_as or receipt.file, titles.get(receipt.role, ""), receipt.received_on, why)


def _still(framework: Framework, areas: Areas, day: date, held: pd.DataFrame) -> Iterator[Still]:
    """Measures whose newest figure is old, or whose last figures are all the same."""
    periods = {text: Period.parse(text) for text in held["period"].unique()}
    by_measure = dict(iter(held.groupby("measure")))
    borough = areas.borough
    for measure in framework.measures:
        rows = by_measure.get(measure.id)
        if rows is None:
            continue
        newest = max((periods[text] for text in rows["period"].unique()), key=lambda p: p.sort_key)
        if add_months(newest.end, STILL_MONTHS) <= day:
            yield Still(measure.id, measure.title, _old(measure, newest, day))
            continue
        own = rows[(rows["area"] == borough.code) & (rows["vintage"] == borough.vintage) & (rows["dimension"] == "")]
        if same := _same(own, measure, framework, periods):
            yield Still(measure.id, measure.title, same)


def _old(measure: Measure, newest: Period, day: date) -> str:
    years = _years(newest.end, day)
    why = f"the newest figure is for {newest.label}, which ended {years} ago"
    if measure.frequency is Frequency.OCCASIONAL:
        return f"{why}; no date was promised for another"
    return why


def _same(rows: pd.DataFrame, measure: Measure, framework: Framework, periods: dict[str, Period]) -> str:
    """How long the newest figures have all been one; blank where they have not, or not for long."""
    shown = rows[rows["status"] == "shown"]
    values = shown["value"].fillna(shown["numerator"] / shown["denominator"].replace(0, np.nan))
    in_order = sorted(
        zip(shown["period"], values, shown.index, strict=True), key=lambda one: periods[one[0]].sort_key, reverse=True
    )
    alike = in_order[:1]
    for newer, older in pairwise(in_order):
        # Worked out from counts, 1 of 3 and 2 of 6 need not be one number to the last digit.
        if not np.isclose(newer[1], older[1], rtol=1e-12, atol=0):
            break
        alike.append(older)
    if len(alike) < STILL_FIGURES:
        return ""
    last, first = periods[alike[0][0]], periods[alike[-1][0]]
    if add_months(first.end, STILL_MONTHS) > last.end:
        return ""
    words = in_words(shown.loc[alike[0][2]], measure, framework.unit(measure))
    return (
        f"the last {len(alike)} figures are all {words}, from {first.label} to {last.label}: "
        "ask whether it is measured each time"
    )


def _years(since: date, until: date) -> str:
    months = (until.year - since.year) * 12 + until.month - since.month - (until.day < since.day)
    years = months // 12
    return "1 year" if years == 1 else f"{years} years"


# --- saying it --------------------------------------------------------------------------------------


def _heading(found: Standing) -> str:
    title = f"Returns for {found.report.label} ({found.report.id}) as they stood on {_day(found.day)}"
    return f"{title}\n{'=' * len(title)}"


def _counts(found: Standing) -> str:
    """A table of one line a service; a state that nothing is in has no column."""
    if not found.services:
        return "No figure is asked of any service: every measure has a published source."
    states = [s for s in SAID if any(s in service.counts for service in found.services)]
    heads = ["asked", *(SAID[s] for s in states)]
    rows = [(s.title, [sum(s.counts.values()), *(s.counts.get(state, 0) for state in states)]) for s in found.services]
    if len(rows) > 1:
        rows.append(("All services", [sum(column) for column in zip(*(numbers for _, numbers in rows), strict=True)]))
    room = WIDTH - sum(len(head) + 2 for head in heads)
    wide = min(max(len(title) for title, _ in [*rows, ("Service", [])]), room)
    lines = ["Service".ljust(wide) + "".join(f"  {head}" for head in heads)]
    lines.append("-" * len(lines[0]))
    for title, numbers in rows:
        first, *more = textwrap.wrap(title, wide)
        lines.append(
            first.ljust(wide) + "".join(f"  {number:>{len(head)}}" for head, number in zip(heads, numbers, strict=True))
        )
        lines += more
    return "\n".join(lines)


def _service(service: Service) -> str:
    blocks = [service.title, "-" * min(len(service.title), WIDTH)]
    for state in service.counts:
        lines = [line for line in service.lines if line.state is state]
        figures = service.counts[state]
        blocks.append(f"{HEADINGS[state]} ({figures} {'figure' if figures == 1 else 'figures'})")
        before = ""
        for line in lines:
            blocks += _in_columns(line, named=line.measure != before)
            before = line.measure
    return "\n".join(blocks)


def _in_columns(line: Line, *, named: bool) -> list[str]:
    """Measure, period, and what to know of it. The measure is named once for its periods."""
    period = Period.parse(line.period).label if line.period else "whenever there is one"
    if line.figures > 1:
        period += f" ({line.figures} figures)"
    cells = [
        textwrap.wrap(line.title, 36) if named else [],
        textwrap.wrap(period, 27),
        textwrap.wrap(_detail(line), 31),
    ]
    rows = zip_longest(*cells, fillvalue="")
    return [f"  {title:<36}  {period:<27}  {detail}".rstrip() for title, period, detail in rows]


def _detail(line: Line) -> str:
    due = _short(line.due) if line.due else ""
    on = _short(line.on) if line.on else ""
    match line.state:
        case ReturnState.LATE:
            return f"{_late(line)} ({due})"
        case ReturnState.REFUSED:
            overdue = f", {_late(line)}" if line.days_late else ""
            return f"refused {on}{overdue}"
        case ReturnState.MISSING:
            return f"was due {due}"
        case ReturnState.NOT_DUE:
            return f"due {due}" if due else "no date is promised"
        case ReturnState.RETURNED:
            return f"came {on}"
        case _:
            return f"said {on}"


def _late(line: Line) -> str:
    return f"late by {line.days_late:,} {'day' if line.days_late == 1 else 'days'}"


def _astray(found: Standing) -> str:
    if not found.strays:
        return ""
    title = f"Refused, and not counted above ({len(found.strays)} {'file' if len(found.strays) == 1 else 'files'})"
    lines = [
        _wrapped(f"{s.sent_as}, {f'from {s.whose}' if s.whose else 'not known from whom'}, {_short(s.on)}: {s.why}")
        for s in found.strays
    ]
    if any(not s.whose for s in found.strays):
        lines.append("Take a file in again with --by ROLE, and it is counted for that service.")
    return "\n".join([title, "-" * len(title), *lines])


def _unmoved(found: Standing) -> str:
    if not found.still:
        return "No measure has stood still for three years."
    title = f"Measures that have not moved for three years or more ({len(found.still)})"
    return "\n".join([title, "-" * len(title), *(_wrapped(f"{s.title}: {s.why}.") for s in found.still)])


def _wrapped(text: str) -> str:
    return textwrap.fill(text, WIDTH, initial_indent="  ", subsequent_indent="    ", break_long_words=False)


def _day(day: date) -> str:
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def _short(day: date) -> str:
    return f"{day.day} {MONTHS[day.month - 1][:3]} {day.year}"
