"""Is it changing? Three tests of the borough's figures, and the one state they add up to.

Each test is put to the figures where they support it, and has a reason where they do not:

    step          two 95% intervals, the newest and the one before, that do not touch
    usual range   the newest figure unusual beside at least seven others, as on a control chart
    recent trend  five yearly figures, by a chi-squared test

One that finds a change is enough to call it one, except that trial limits (a usual range from fewer than
13 figures) decide only where no interval is published. Where two disagree about its direction, the newest
evidence decides (in the order above), and the words beside the figure say so. Only figures of the
present definition are used, and periods that share years are never taken for independent.
"""

import math
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from pmif.framework import Frequency, Measure, Polarity
from pmif.indicators.comparison import judge
from pmif.indicators.finding import JudgedBy, Level, State, Step, Trend, UsualRange, Went
from pmif.methods import recent_trend, signals, spc
from pmif.methods.estimate import Floats
from pmif.period import Period

YEARLY = {Frequency.FINANCIAL_YEAR, Frequency.SCHOOL_YEAR, Frequency.CALENDAR_YEAR, Frequency.DATE}


@dataclass(frozen=True)
class Series:
    """A measure's figures of the present definition that are shown, oldest first."""

    periods: tuple[Period, ...]
    rows: tuple[dict[Hashable, Any], ...]

    @classmethod
    def of(cls, figures: pd.DataFrame) -> "Series":
        return cls(tuple(map(Period.parse, figures["period"])), tuple(figures.to_dict("records")))

    def __len__(self) -> int:
        return len(self.periods)

    def column(self, name: str) -> Floats:
        return np.array([row[name] for row in self.rows], dtype=float)

    def since(self, start: Period) -> "Series":
        """The figures from a period on: those of a new definition."""
        kept = [i for i, period in enumerate(self.periods) if period.start >= start.start]
        return Series(tuple(self.periods[i] for i in kept), tuple(self.rows[i] for i in kept))

    @property
    def places(self) -> list[int] | None:
        """Where each figure stands on an even row of periods, the first at 0; None where they are uneven."""
        if not self.periods:
            return []
        newest = self.periods[-1]
        step = _months(newest.previous, newest)
        back = [round(_months(period, newest) / step) for period in self.periods]
        return [back[0] - n for n in back] if len(set(back)) == len(back) else None

    def even(self, name: str) -> Floats | None:
        """A column over every period from the first figure to the newest, NaN where one is missing."""
        places = self.places
        if places is None:
            return None
        values = np.full(places[-1] + 1 if places else 0, np.nan)
        values[places] = self.column(name)
        return values


def _months(earlier: Period, later: Period) -> int:
    """How many months lie between the ends of two periods."""
    return 12 * (later.end.year - earlier.end.year) + later.end.month - earlier.end.month


def find_change(figures: pd.DataFrame, measure: Measure, *, cash: bool = False) -> dict[str, Any]:
    """State, direction and tests, as fields of a `Finding`. `figures` has shown figures, oldest first.

    `cash` is for pounds of different years: prices rose as well, so no direction is good or bad.
    """
    everything = Series.of(figures)
    now = everything.periods[-1]
    changes = [c for c in measure.definition_changes if Period.parse(c.since).sort_key <= now.sort_key]
    series = everything.since(Period.parse(changes[-1].since)) if changes else everything
    known: dict[str, Any] = {"definition_changed": changes[-1].what if changes else "", "in_cash_terms": cash}
    last_year = dict(zip(series.periods[:-1], series.rows[:-1], strict=True)).get(now.same_last_year)
    if last_year:
        known |= {"last_year_period": now.same_last_year, "last_year_value": last_year["value"]}
    if len(series) < 2:
        reason = (
            "The definition changed, so there is no earlier figure to compare with."
            if changes and len(everything) > 1
            else "There is no earlier figure to compare with."
        )
        return known | {"state": State.NOTHING_TO_COMPARE, "reason": reason}
    value, before = series.rows[-1]["value"], series.rows[-2]["value"]
    known |= {
        "previous_period": series.periods[-2],
        "previous_value": before,
        "direction": went(value - before),
        "step": find_step(series),
        "usual": find_usual_range(series, measure),
        "trend": find_trend(series, measure),
    }
    return known | _state(known, Polarity.NEUTRAL if cash else measure.polarity)


def went(difference: float) -> Went:
    return Went.HIGHER if difference > 0 else Went.LOWER if difference < 0 else Went.NO_CHANGE


def _state(known: dict[str, Any], polarity: Polarity) -> dict[str, Any]:
    tests: dict[JudgedBy, Step | Trend | UsualRange] = {
        JudgedBy.STEP: known["step"],
        JudgedBy.USUAL_RANGE: known["usual"],
        JudgedBy.TREND: known["trend"],
    }
    # A range from few figures never overrules what the publisher says of a figure's own uncertainty.
    outranked = known["usual"].provisional and known["step"].went is not None
    for judged_by, test in tests.items():
        if judged_by is JudgedBy.USUAL_RANGE and outranked:
            continue
        if test.went in (Went.HIGHER, Went.LOWER):
            level = judge(test.went, polarity)
            state = {Level.BETTER: State.IMPROVING, Level.WORSE: State.GETTING_WORSE}.get(level, State.MOVED)
            return {"state": state, "judged_by": judged_by}
    if any(test.went for test in tests.values()):
        return {"state": State.NO_DETECTABLE_CHANGE}
    return {"state": State.CHANGE_NOT_TESTED, "reason": known["step"].reason}


# --- the newest figure against the one before ---------------------------------------------------------


def find_step(series: Series) -> Step:
    """Two intervals: a change where they do not touch.

    Stricter than a test at 5%, so "no change" means that the figures cannot tell, never that nothing
    happened. Rolling years are set against the newest earlier ones that share none of theirs.
    """
    now, newest = series.periods[-1], series.rows[-1]
    apart = [i for i, period in enumerate(series.periods[:-1]) if not period.overlaps(now)]
    if not apart:
        return Step(reason="The periods share years, so two of them cannot be told apart.")
    base = series.rows[apart[-1]]
    against: dict[str, Any] = {"period": series.periods[apart[-1]], "value": base["value"]}
    if pd.isna(newest["lower"]) or pd.isna(base["lower"]):
        return Step(**against, reason="No interval is published.")
    if newest["lower"] <= base["upper"] and base["lower"] <= newest["upper"]:
        return Step(**against, went=Went.NO_CHANGE)
    return Step(**against, went=went(newest["value"] - base["value"]))


# --- the recent trend -----------------------------------------------------------------------------------


def find_trend(series: Series, measure: Measure) -> Trend:
    """The latest five yearly figures, with no year missing, by their counts or their intervals."""
    wanted = recent_trend.POINTS
    if measure.frequency is Frequency.ROLLING_YEARS:
        series = _without_shared_years(series)
    elif measure.frequency not in YEARLY:
        return Trend(reason="A trend needs yearly figures.")
    if len(series) < wanted:
        apart = " that share no year" if measure.frequency is Frequency.ROLLING_YEARS else ""
        return Trend(reason=f"A trend needs {wanted} yearly figures{apart}; {there_are(len(series))}.")
    last = Series(series.periods[-wanted:], series.rows[-wanted:])
    if measure.frequency is not Frequency.ROLLING_YEARS and last.places != list(range(wanted)):
        return Trend(reason=f"One of the last {wanted} years is missing.")
    numerator, denominator = last.column("numerator"), last.column("denominator")
    lower, upper = last.column("lower"), last.column("upper")
    if measure.method == "proportion" and not np.isnan([numerator, denominator]).any():
        found = recent_trend.recent_trend_of_proportions(numerator, denominator)
    elif not np.isnan([lower, upper]).any():
        found = recent_trend.recent_trend(last.column("value"), lower, upper)
    else:
        return Trend(reason="A trend needs counts or intervals, and none is published.")
    if not str(found.direction):  # a remark may stand beside a direction
        return Trend(reason=sentence(str(found.reason)))
    ways = {"increasing": Went.HIGHER, "decreasing": Went.LOWER}
    return Trend(
        went=ways.get(str(found.direction), Went.NO_CHANGE),
        since=last.periods[0],
        chi_squared=float(found.chi_squared),
    )


def _without_shared_years(series: Series) -> Series:
    """From the newest backwards, every period that shares no year with the one taken before it."""
    kept: list[int] = []
    for i in range(len(series) - 1, -1, -1):
        if not kept or not series.periods[i].overlaps(series.periods[kept[-1]]):
            kept.append(i)
    kept.reverse()
    return Series(tuple(series.periods[i] for i in kept), tuple(series.rows[i] for i in kept))


# --- the usual range --------------------------------------------------------------------------------------


def find_usual_range(series: Series, measure: Measure) -> UsualRange:
    """Where the newest figure stands beside the others: the NHS control chart from 13 figures on.

    With 8 to 12, trial limits from the earlier figures alone: a newest figure that helped to draw them would
    widen them and hide itself. See `methods.spc`.
    """
    points = len(series)
    if measure.frequency is Frequency.OCCASIONAL:
        return UsualRange(points=points, reason="A usual range needs figures at regular times.")
    if measure.frequency is Frequency.ROLLING_YEARS:
        return UsualRange(points=points, reason="A usual range needs figures that share no years.")
    values = series.even("value")
    if values is None:
        return UsualRange(
            points=points, reason="A usual range needs one figure a period, and two stand for the same one."
        )
    if points < spc.SETTLED:
        return trial_range(values, series.periods[0])
    return _control_chart(values, series, measure)


def trial_range(values: Floats, since: Period | None = None) -> UsualRange:
    """The newest of a few values in order, NaN where one is missing, beside the range of the earlier ones."""
    found = spc.newest_against_earlier(values)
    points = int(np.sum(~np.isnan(values)))
    if points <= spc.FEWEST_EARLIER:
        return UsualRange(
            points=points, reason=f"A usual range needs {spc.FEWEST_EARLIER + 1} figures; {there_are(points)}."
        )
    if reason := str(found.reason):
        return UsualRange(points=points, reason=sentence(reason))
    outside = str(found.outside)
    earlier = values[:-1]
    return UsualRange(
        went={spc.ABOVE: Went.HIGHER, spc.BELOW: Went.LOWER}.get(outside, Went.NO_CHANGE),
        outside=int(np.sum((earlier < found.lower) | (earlier > found.upper))),
        since=since,
        points=points,
        mean=float(found.mean),
        lower=float(found.lower),
        upper=float(found.upper),
        provisional=True,
        rule="" if outside == spc.INSIDE else signals.BEYOND,
    )


def _control_chart(values: Floats, series: Series, measure: Measure) -> UsualRange:
    chart = spc.xmr(values)
    if reason := str(chart.reason[-1]):
        return UsualRange(points=len(series), reason=sentence(reason))
    if math.isclose(chart.lower[-1], chart.upper[-1], rel_tol=1e-9, abs_tol=1e-12):
        return UsualRange(points=len(series), reason="The figures hardly vary, so no usual range can be drawn.")
    sides = chart.side[series.places]
    shown = {
        side: " ".join(period.id for period, its in zip(series.periods, sides, strict=True) if its == side)
        for side in (spc.HIGH, spc.LOW)
    }
    target = measure.target.value if measure.target else np.nan
    return UsualRange(
        went={spc.HIGH: Went.HIGHER, spc.LOW: Went.LOWER}.get(str(sides[-1]), Went.NO_CHANGE),
        since=series.periods[0],
        points=len(series),
        mean=float(chart.mean[-1]),
        lower=float(chart.lower[-1]),
        upper=float(chart.upper[-1]),
        rule=str(chart.rule[-1]),
        high=shown[spc.HIGH],
        low=shown[spc.LOW],
        assurance=str(spc.assurance(chart, target, measure.polarity).icon),
    )


def there_are(count: int) -> str:
    return f"there {'is' if count == 1 else 'are'} {count}"


def sentence(words: str) -> str:
    """A method's reason as a sentence for a reader."""
    return f"{words[:1].upper()}{words[1:].rstrip('.')}."
