"""Does a gap narrow? The same two ends, or the slope through all of them, now and at the period before.

The highest and the lowest of many wards change places by chance, and the widest gap of one year
shrinks in the next for no other reason. So only a gap between the same two ends is followed; of more
than two, the slope with deprivation, which uses them all.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from pmif.framework import Frequency, Measure
from pmif.indicators.change import Series, sentence, trial_range
from pmif.indicators.finding import GapChange, Slope, Went
from pmif.indicators.trend import in_order
from pmif.methods import gaps, spc
from pmif.methods.slope_index import SLOPE_INDEX_ABOUT
from pmif.period import Period

EVERYONE = "everyone"  # the other end of a gap where one group alone is published


@dataclass(frozen=True)
class Ends:
    high: str
    low: str


@dataclass(frozen=True)
class _Then:
    """A gap, or a slope, of one period, with its standard error (NaN where there is none)."""

    period: Period
    size: float
    error: float
    high: float | None = None
    low: float | None = None


def find_change_of_gap(measure: Measure, held: pd.DataFrame, ends: Ends) -> GapChange:
    """Whether the gap between two ends became narrower, tested by intervals, else by its own usual range.

    `held` has every period's figures with a column `end`.
    """
    both = _pairs(measure, held, ends)
    if len(both) < 2:
        return GapChange(reason="There is no earlier period with figures for both.")
    now, before = both.iloc[-1], both.iloc[-2]
    then = [
        _Then(Period.parse(row["period"]), row["gap"], row["error"], row["high"], row["low"]) for row in (now, before)
    ]
    if pd.notna(now["error"]) and pd.notna(before["error"]):
        return _tested(*then)
    known = _known(then[1])
    if measure.frequency in (Frequency.OCCASIONAL, Frequency.ROLLING_YEARS):
        return GapChange(**known, reason="No interval is published, so a change of the gap cannot be tested.")
    values = Series.of(both.assign(value=both["gap"])).even("value")
    usual = trial_range(values) if values is not None else None
    if usual is None or usual.went is None:
        few = usual.reason if usual else "Two figures stand for the same period."
        return GapChange(**known, reason=f"No interval is published. {few}")
    went = {Went.HIGHER: gaps.WIDENING, Went.LOWER: gaps.NARROWING}.get(usual.went, gaps.NO_CHANGE)
    if went != gaps.NO_CHANGE and now["gap"] * before["gap"] < 0:
        went = gaps.REVERSED
    return GapChange(**known, went=went, method=spc.USUAL_RANGE_ABOUT.id)


def find_change_of_slope(
    measure: Measure, held: pd.DataFrame, slope: Slope, slope_of: Callable[[pd.DataFrame], Slope]
) -> GapChange:
    """Whether the slope with deprivation became flatter: that of the newest period against the one before.

    `held` has every period's figures; `slope_of` finds the slope of one period's.
    """
    shown = in_order(_comparable(measure, held))
    earlier = [rows for _, rows in shown.groupby("period", sort=False)][:-1]
    if not earlier:
        return GapChange(reason="There is one period only.")
    if slope.method != SLOPE_INDEX_ABOUT.id:
        return GapChange(reason="Highest and lowest of many change places by chance, so they are not followed.")
    before = slope_of(earlier[-1])
    if before.method != SLOPE_INDEX_ABOUT.id:
        return GapChange(reason="There is no earlier period whose slope could be found.")
    return _tested(
        *(
            _Then(Period.parse(rows["period"].iloc[-1]), found.value or 0.0, _error(found))
            for rows, found in ((shown, slope), (earlier[-1], before))
        )
    )


def _error(slope: Slope) -> float:
    return float(gaps.standard_error([slope.lower or 0.0], [slope.upper or 0.0])[0])


def _known(before: _Then) -> dict[str, Any]:
    return {
        "since": before.period,
        "earlier": float(before.size),
        "earlier_high": before.high,
        "earlier_low": before.low,
    }


def _tested(now: _Then, before: _Then) -> GapChange:
    known = _known(before)
    if now.period.overlaps(before.period):
        return GapChange(**known, reason="The periods share years, so the two cannot be told apart.")
    found = gaps.change_of_gap(now.size, now.error, before.size, before.error)
    if reason := str(found.reason):
        return GapChange(**known, reason=sentence(reason))
    return GapChange(**known, went=str(found.outcome), method=gaps.CHANGE_OF_GAP_ABOUT.id)


def _comparable(measure: Measure, held: pd.DataFrame) -> pd.DataFrame:
    """The rows of the newest vintage and of the present definition."""
    newest = in_order(held).iloc[-1]
    now = Period.parse(newest["period"])
    changes = [since for c in measure.definition_changes if (since := Period.parse(c.since)).sort_key <= now.sort_key]
    kept: pd.DataFrame = held[held["vintage"] == newest["vintage"]]
    if changes:
        kept = kept[[Period.parse(period).start >= changes[-1].start for period in kept["period"]]]
    return kept


def _pairs(measure: Measure, held: pd.DataFrame, ends: Ends) -> pd.DataFrame:
    """One row for each comparable period in which both ends are shown: the gap, and its standard error."""
    found = []
    shown = _comparable(measure, held[held["status"] == "shown"])
    for period, rows in in_order(shown).groupby("period", sort=False):
        by_end = rows.set_index("end")
        if not {ends.high, ends.low} <= set(by_end.index):
            continue
        high, low = by_end.loc[ends.high], by_end.loc[ends.low]
        errors = gaps.standard_error([high["lower"], low["lower"]], [high["upper"], low["upper"]])
        if EVERYONE in (ends.high, ends.low):  # who includes the group, so that the two are not independent
            errors = errors * np.nan
        found.append((period, high["value"] - low["value"], float(np.hypot(*errors)), high["value"], low["value"]))
    return pd.DataFrame(found, columns=["period", "gap", "error", "high", "low"])
