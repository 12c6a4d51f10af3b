"""What a report asks of the services, figure by figure, and how each request stands.

A measure whose source is a return of the council is asked for: its newest period that had ended
with the report, and earlier ones that nobody ever answered. An answer is a figure, or a reason
why there is none; silence is late, and then missing.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Any

import pandas as pd

from pmif.framework import Framework, Frequency, Measure, Unit
from pmif.geography import Area, AreaKind, Areas
from pmif.hub import BatchKind, Receipt
from pmif.period import Period, add_months

RETURNED_BY_SERVICES = "council-return"  # the licence of the source of a measure that is asked for
EARLIER = 4  # periods before the newest that are asked for again
NIL_RETURN = "nil return"  # how `transform` begins where a service said that there was nothing

# A region, the country or neighbours are nobody's in the council to return.
OWN = (AreaKind.BOROUGH, AreaKind.WARD)


class ReturnState(StrEnum):
    """How a request stands: answered (the first four), or why not yet."""

    RETURNED = "returned"
    NIL = "nil"  # the service looked, and there was nothing
    NOT_AVAILABLE = "not-available"  # it should exist, and the service could not give it
    NOT_APPLICABLE = "not-applicable"  # the service said that it does not apply
    NOT_DUE = "not-due"
    LATE = "late"
    MISSING = "missing"  # a later period has come, and this one never did
    REFUSED = "refused"  # a file came and was refused


ANSWERED = (ReturnState.RETURNED, ReturnState.NIL, ReturnState.NOT_AVAILABLE, ReturnState.NOT_APPLICABLE)


@dataclass(frozen=True)
class Asked:
    """One figure that a report asks for.

    `period` is blank where no date is promised: whoever answers fills it in, and there is no `due`.
    `on` is the day of the answer, or of the refusal.
    """

    measure: str
    area: str
    vintage: str
    period: str
    dimension: str
    group: str
    due: date | None
    state: ReturnState
    on: date | None = None

    def days_late(self, day: date) -> int:
        """How many days `day` is past the day it was due; 0 where it is not, or where it is answered."""
        if self.due is None or self.state in ANSWERED:
            return 0
        return max((day - self.due).days, 0)


def return_measures(framework: Framework, role: str | None = None) -> tuple[Measure, ...]:
    """The measures that services are asked for; with `role`, those it owns."""
    licences = {source.id: source.licence for source in framework.sources}
    return tuple(
        m
        for m in framework.measures
        if licences[m.source] == RETURNED_BY_SERVICES and (role is None or m.owner == role)
    )


def return_roles(framework: Framework) -> tuple[str, ...]:
    """The roles that are asked for something, in the order of roles.yml."""
    owners = {m.owner for m in return_measures(framework)}
    return tuple(role.id for role in framework.roles if role.id in owners)


def asked(
    framework: Framework,
    areas: Areas,
    report: Period,
    day: date,
    held: pd.DataFrame,
    receipts: Sequence[Receipt] = (),
) -> list[Asked]:
    """Every figure that `report` asks of the services, as it stands on `day`, in the framework's order.

    `held` is what the hub knew on that day; `receipts` are of returns, those refused among them.
    """
    measures = return_measures(framework)
    held = held[held["measure"].isin([m.id for m in measures])]
    answers = dict(iter(held.groupby("measure")))
    refused = _refused(receipts, report, day)
    first = Period.parse(framework.reporting.first).start
    return [
        one
        for measure in measures
        for one in _of_measure(
            measure,
            framework,
            areas,
            report,
            first,
            day,
            answers.get(measure.id, held.iloc[0:0]),
            refused.get(measure.owner),
        )
    ]


def refused_beside(
    receipts: Sequence[Receipt], framework: Framework, report: Period, day: date, counted: Collection[str]
) -> list[Receipt]:
    """Files refused for `report` by `day` that no request shows as refused, oldest first.

    `counted` are the roles of which some do. Other files do not say whose they are, or are of a service that has
    answered all it was asked. Such a file is settled once it, or another of its name, has come from a known role,
    or once one of its own role has been taken.
    """
    roles = {role.id for role in framework.roles}
    came = [r for r in receipts if r.kind is BatchKind.RETURN and r.received and r.received.date() <= day]
    came.sort(key=lambda r: r.received.timestamp() if r.received else 0)

    def settles(later: Receipt, one: Receipt) -> bool:
        if later.role not in roles:
            return False
        same = later.sha256 == one.sha256 or (later.sent_as != "" and later.sent_as == one.sent_as)
        return same or (later.role == one.role and not _was_refused(later))

    return [
        one
        for place, one in enumerate(came)
        if one.report == report.id
        and one.role not in counted
        and _was_refused(one)
        and not any(settles(later, one) for later in came[place + 1 :])
    ]


def newest_ended(measure: Measure, report: Period, held: Iterable[Period]) -> Period | None:
    """The newest period of a measure that had ended with the report.

    None where the frequency alone does not say: an occasional measure, and a count on one day or
    years taken together of which no figure tells the day or the number of years.
    """
    if measure.frequency is Frequency.OCCASIONAL:
        return None
    year = report.end.year - 2
    both = f"{year}-{(year + 1) % 100:02d}"
    forms = {
        Frequency.QUARTER: f"{both}-q1",
        Frequency.SIX_MONTH: f"{both}-h1",
        Frequency.FINANCIAL_YEAR: both,
        Frequency.SCHOOL_YEAR: f"{year - 1}-{year % 100:02d}-school",
        Frequency.CALENDAR_YEAR: f"{year - 1}",
        Frequency.MONTH: f"{year}-m01",
    }
    if measure.frequency in forms:
        period = Period.parse(forms[measure.frequency])
    elif known := [p for p in held if p.kind == str(measure.frequency)]:
        period = max(known, key=lambda p: p.sort_key)
    else:
        return None
    while period.end > report.end:
        period = period.previous
    while period.next.end <= report.end:
        period = period.next
    return period


def places(measure: Measure, areas: Areas, on: date) -> list[Area]:
    """The council's own places that a measure is of, as they were on a day: codes of wards change."""
    return [
        area
        for area in areas.all
        if area.kind in measure.geographies
        and area.kind in OWN
        and (area.valid_from is None or area.valid_from <= on)
        and (area.valid_to is None or on <= area.valid_to)
    ]


def groups(measure: Measure, framework: Framework) -> list[tuple[str, str]]:
    """Every dimension and group a figure is asked for; everyone is ("", "")."""
    if measure.bands:
        # The whole is worked out from its age bands, and is never given.
        return [(measure.bands, group.id) for group in framework.dimension(measure.bands).groups]
    return [("", ""), *((d, group.id) for d in measure.groups for group in framework.dimension(d).groups)]


def answer_of(row: "pd.Series[Any]") -> ReturnState:
    """Which answer a figure that is held, or that a file gives, is."""
    if str(row["transform"]).startswith(NIL_RETURN):
        return ReturnState.NIL
    return {
        "unavailable": ReturnState.NOT_AVAILABLE,
        "not-applicable": ReturnState.NOT_APPLICABLE,
    }.get(str(row["status"]), ReturnState.RETURNED)


def in_words(row: "pd.Series[Any]", measure: Measure, unit: Unit) -> str:
    """A figure that is held, as a person reads it: "66.4% (166 of 250)", "12.3 days", "not available"."""
    status = str(row["status"])
    if str(row["transform"]).startswith(NIL_RETURN):
        return "nil return"
    if status != "shown":
        return {"suppressed": "withheld", "unavailable": "not available"}.get(status, "does not apply")
    value, numerator, denominator = (row[c] for c in ("value", "numerator", "denominator"))
    counts = "" if pd.isna(numerator) or pd.isna(denominator) else f"{_plain(numerator)} of {_plain(denominator)}"
    # Standardised figures need every band of everybody; their counts say enough here.
    worked_out = measure.method in ("proportion", "rate", "mean") and counts and float(denominator)
    if pd.isna(value) and worked_out:
        value = float(numerator) / float(denominator) * unit.multiplier
    if pd.isna(value):
        return counts
    mark = {"p": ", provisional", "r": ", revised", "e": ", an estimate"}.get(str(row["mark"]), "")
    words = f"{value_words(float(value), measure, unit)}{mark}"
    return f"{words} ({counts})" if counts else words


def value_words(value: float, measure: Measure, unit: Unit) -> str:
    """A value with its sign and unit: "66.4%", "-£1.2m", "9.1 days for each employee"."""
    exact = Decimal(repr(value)) / Decimal(repr(unit.shown_in))
    number = f"{abs(exact).quantize(Decimal(1).scaleb(-measure.decimals), ROUND_HALF_UP):,f}"
    minus = "-" if exact < 0 and any(digit in number for digit in "123456789") else ""
    suffix = f" {unit.suffix}" if len(unit.suffix) > 1 else unit.suffix
    words = measure.unit_words or unit.words
    return f"{minus}{unit.prefix}{number}{suffix}{f' {words}' if words else ''}"


def _of_measure(
    measure: Measure,
    framework: Framework,
    areas: Areas,
    report: Period,
    first: date,
    day: date,
    held: pd.DataFrame,
    refused_on: date | None,
) -> Iterator[Asked]:
    known = {text: Period.parse(text) for text in held["period"].unique()}
    newest = newest_ended(measure, report, known.values())
    parts = groups(measure, framework)
    if newest is None:
        for area in places(measure, areas, report.end):
            for dimension, group in parts:
                state = ReturnState.REFUSED if refused_on else ReturnState.NOT_DUE
                yield Asked(measure.id, area.code, area.vintage, "", dimension, group, None, state, refused_on)
        return

    series = ["area", "vintage", "dimension", "group"]
    answers = {(*row[series], row["period"]): row for _, row in held.iterrows()}
    latest: dict[tuple[str, ...], Period] = {}
    for *one, text in answers:
        period = known[text]
        key = tuple(one)
        if key not in latest or period.sort_key > latest[key].sort_key:
            latest[key] = period

    period = newest
    for back in range(EARLIER + 1):
        if back and period.start < first:
            return
        due = add_months(period.end, measure.lag_months)
        for area in places(measure, areas, period.end):
            for dimension, group in parts:
                key = (area.code, area.vintage, dimension, group)
                answer = answers.get((*key, period.id))
                if answer is not None and back:
                    continue  # an earlier one that was answered is not asked again
                on = None
                if answer is not None:
                    state, on = answer_of(answer), date.fromisoformat(answer["published"])
                elif refused_on:
                    state, on = ReturnState.REFUSED, refused_on
                elif key in latest and latest[key].sort_key > period.sort_key:
                    state = ReturnState.MISSING
                else:
                    state = ReturnState.LATE if day > due else ReturnState.NOT_DUE
                yield Asked(measure.id, area.code, area.vintage, period.id, dimension, group, due, state, on)
        period = period.previous


def _refused(receipts: Sequence[Receipt], report: Period, day: date) -> dict[str, date]:
    """By role, the day on which its last file for this report was refused; a file taken since clears it."""
    last: dict[str, Receipt] = {}
    for receipt in receipts:
        came = receipt.received
        if came is None or receipt.kind is not BatchKind.RETURN or receipt.report != report.id or came.date() > day:
            continue
        before = last.get(receipt.role)
        if before is None or before.received is None or before.received <= came:
            last[receipt.role] = receipt
    return {
        role: receipt.received.date() for role, receipt in last.items() if receipt.received and _was_refused(receipt)
    }


def _was_refused(receipt: Receipt) -> bool:
    return receipt.taken == 0 and bool(receipt.refused or receipt.refusals)


def _plain(count: float) -> str:
    return f"{count:,.0f}" if float(count).is_integer() else f"{count:,}"
