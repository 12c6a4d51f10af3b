"""Recent trend: whether the latest five yearly figures rise or fall by more than chance would explain.

The official marker of the public health profiles. It asks two things of the five points: that their
line is too steep for chance (a test at 0.2%), and that no single year makes its direction.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from pmif.errors import MethodError
from pmif.methods.about import About, Standing
from pmif.methods.estimate import Bools, Floats, Texts, refuse, together
from pmif.methods.polarity import HIGHER_IS_BETTER, NEUTRAL, as_polarity

POINTS = 5
CRITICAL = 9.549536  # χ² with one degree of freedom: p = 0.002
ROUNDING = 1e-12
LIMITS_APART = 3.92  # standard errors between 95% limits, as the guidance has it

INCREASING, DECREASING, NO_CHANGE = "increasing", "decreasing", "no significant change"
GETTING_BETTER, GETTING_WORSE = "getting better", "getting worse"

TOO_FEW = "fewer than five years"
A_YEAR_IS_MISSING = "one of the latest five years is missing"
FROM_COUNTS = "a count of 0 has no log-odds: the direction is that of the counts"

_GUIDANCE = "OHID, Public health technical guidance: Fingertips trend markers"
_GUIDANCE_ADDRESS = (
    "https://fingertips.phe.org.uk/static-reports/public-health-technical-guidance/Presentation/Trend_markers.html"
)

ABOUT = About(
    id="recent-trend",
    title="Recent trend of a rate or other figure",
    tells="Whether the latest five yearly figures have risen or fallen by more than chance would explain, without "
    "any one year making the difference. No significant change means that the figures cannot tell.",
    needs="Five yearly figures with 95% intervals, one after the other, that share no years and have one definition.",
    formula="s = (upper limit − lower limit) ÷ 3.92, weight = 1 ÷ s²\n"
    "b = slope of the weighted straight line through the five points, year 1 to year 5\n"
    "χ² = (b ÷ standard error of b)², with 1 ÷ Σ weight × (t − mean t)² for the square of that error\n"
    "a trend if χ² > 9.549536 and b keeps its sign when each year is left out in turn",
    standing=Standing.OHID,
    source=_GUIDANCE,
    address=_GUIDANCE_ADDRESS,
)
PROPORTIONS_ABOUT = About(
    id="recent-trend-of-proportions",
    title="Recent trend of a proportion",
    tells="Whether the share has risen or fallen over the latest five years by more than chance would explain, "
    "without any one year making the difference. No significant change means that the figures cannot tell.",
    needs="The counts behind five yearly shares, one after the other, that share no years and have one definition.",
    formula="χ² = N(NΣtx − XΣtn)² ÷ (X(N − X)(NΣt²n − (Σtn)²))\n"
    "x the count and n the number of people of year t (1 to 5), X = Σx, N = Σn\n"
    "a trend if χ² > 9.549536 and the slope of ln(x ÷ (n − x)) keeps its sign when each year is left out in turn",
    standing=Standing.OHID,
    source=_GUIDANCE,
    address=_GUIDANCE_ADDRESS,
)


@dataclass(frozen=True)
class RecentTrend:
    """The trend of each series: four arrays, one entry a series.

    `direction` is "increasing", "decreasing" or "no significant change"; "" where it cannot be calculated,
    and `reason` says why. `slope` is the change from one year to the next: of the log-odds for proportions,
    of the value otherwise.
    """

    direction: Texts
    chi_squared: Floats
    slope: Floats
    reason: Texts


def recent_trend_of_proportions(numerator: ArrayLike, denominator: ArrayLike) -> RecentTrend:
    """Whether the shares behind the latest five pairs of counts rise or fall.

    Years with a break between them, or that share people by rolling, must not be given: the caller knows them.

    Shapes:  numerator and denominator (n_series, n_years) or (n_years,), oldest first; results (n_series,) or one.
    Units:   counts; the slope in log-odds a year.
    Missing: fewer than five years, or among the latest five a year missing, without people, or in which
             everyone was counted (its log-odds are infinite): no direction, with a reason. With a year of
             count 0 the direction comes from the counts, and `slope` is NaN, which `reason` says.
    Errors:  MethodError if a count is negative or exceeds its denominator.
    Source:  OHID, Fingertips trend markers. One caution is added: where the slope of the log-odds, in which
             each year counts alike, contradicts that of the counts, there is no significant change.
    """
    every_x, every_n = together(numerator=numerator, denominator=denominator)
    refuse(  # a denominator of 0 beside a count is one that is not known, and has a reason below
        (every_x < 0) | (every_n < 0) | ((every_x > every_n) & (every_n > 0)),
        "are not a part of a whole",
        "check that numerator and denominator cover the same people and period",
    )
    (x, n), few = _latest(every_x, every_n)
    reason = np.select(
        [few, np.isnan(x + n).any(axis=-1), (n == 0).any(axis=-1), (x == n).any(axis=-1)],
        [TOO_FEW, A_YEAR_IS_MISSING, "a year has nobody to count", "everyone was counted in one of the years"],
        "",
    )
    # Rows without a figure work on 1 of 2 from here on, and lose their results at the end.
    x, n = (np.where((reason == "")[..., None], array, stand_in) for array, stand_in in ((x, 1.0), (n, 2.0)))

    rise = _rise_of_counts(x, n)
    t = np.arange(1, POINTS + 1)
    whole, part = n.sum(axis=-1), x.sum(axis=-1)
    spread = part * (whole - part) * (whole * (t**2 * n).sum(axis=-1) - (t * n).sum(axis=-1) ** 2)
    # Where nobody was ever counted nothing has changed, and the spread is 0.
    chi_squared = whole * rise**2 / np.where(spread == 0, 1, spread)

    none_counted = (x == 0).any(axis=-1)
    log_odds = np.log(np.where(x == 0, 1, x) / (n - np.where(x == 0, 0, x)))
    alike = np.ones(POINTS)
    slope = _slope(log_odds, alike)
    keeps = np.ones(slope.shape, dtype=bool)
    for without in _each_left_out():
        # Held against the sign of the counts, so that log-odds that contradict them make no trend.
        one_less = np.where(none_counted, _rise_of_counts(x * without, n * without), _slope(log_odds, without))
        keeps &= np.sign(one_less) == np.sign(rise)
    direction = _direction(chi_squared, rise, keeps)
    told = reason == ""
    return RecentTrend(
        np.where(told, direction, ""),
        np.where(told, chi_squared, np.nan),
        np.where(told & ~none_counted, slope, np.nan),
        np.where(told & none_counted, FROM_COUNTS, reason),
    )


def recent_trend(value: ArrayLike, lower: ArrayLike, upper: ArrayLike) -> RecentTrend:
    """Whether the latest five values rise or fall, each weighted by the width of its 95% interval.

    Years with a break between them, or that share people by rolling, must not be given: the caller knows them.

    Shapes:  value, lower and upper (n_series, n_years) or (n_years,), oldest first; results (n_series,) or one.
    Units:   any, the same in all; the slope in that unit a year.
    Missing: fewer than five years, or among the latest five one that is missing, has no interval, or an
             interval of no width: no direction, with a reason.
    Errors:  MethodError if a lower limit is above its upper limit.
    Source:  OHID, Fingertips trend markers.
    """
    v, low, high = together(value=value, lower=lower, upper=upper)
    refuse(low > high, "have an interval whose lower limit is above the upper", "check the columns")
    (v, low, high), few = _latest(v, low, high)
    width = high - low
    reason = np.select(
        [few, np.isnan(v).any(axis=-1), np.isnan(width).any(axis=-1), (width == 0).any(axis=-1)],
        [TOO_FEW, A_YEAR_IS_MISSING, "a year has no interval", "a year has an interval of no width"],
        "",
    )
    told = reason == ""
    v, width = (np.where(told[..., None], array, 1.0) for array in (v, width))
    # Weights only matter beside one another until the test: kept near 1, the narrowest interval cannot overflow.
    narrowest = width.min(axis=-1, keepdims=True)
    weight = (narrowest / width) ** 2
    slope = _slope(v, weight)
    keeps = np.ones(slope.shape, dtype=bool)
    for without in _each_left_out():
        keeps &= np.sign(_slope(v, weight * without)) == np.sign(slope)
    error = narrowest[..., 0] / LIMITS_APART / np.sqrt(_spread(weight))
    chi_squared = (slope / error) ** 2
    direction = _direction(chi_squared, slope, keeps)
    return RecentTrend(
        np.where(told, direction, ""), np.where(told, chi_squared, np.nan), np.where(told, slope, np.nan), reason
    )


def trend_outcome(direction: ArrayLike, polarity: ArrayLike) -> Texts:
    """Turn directions into "getting better" and "getting worse", where the measure says which way is improvement.

    Shapes:  direction of any shape; polarity the same, or one for all.
    Missing: "" stays "": its reason is with the trend.
    Errors:  MethodError for a word that is no direction or no polarity.
    """
    directions = np.asarray(direction, dtype=str)
    known = ["", INCREASING, DECREASING, NO_CHANGE]
    refuse(
        ~np.isin(directions, known), "have an unknown direction", f"use '{INCREASING}', '{DECREASING}', '{NO_CHANGE}'"
    )
    polarities = as_polarity(polarity, directions.shape)
    moved = np.isin(directions, (INCREASING, DECREASING)) & (polarities != NEUTRAL)
    good = (directions == INCREASING) == (polarities == HIGHER_IS_BETTER)
    return np.where(moved, np.where(good, GETTING_BETTER, GETTING_WORSE), directions)


def _latest(*series: Floats) -> tuple[list[Floats], Bools]:
    """The latest five points of each series, and whether it has fewer (then NaN stands for what is not there)."""
    if series[0].ndim == 0:
        raise MethodError("a trend needs a series of years, found a single number")
    lack = POINTS - min(POINTS, series[0].shape[-1])
    start = [(0, 0)] * (series[0].ndim - 1) + [(lack, 0)]
    latest = [np.pad(s[..., max(0, s.shape[-1] - POINTS) :], start, constant_values=np.nan) for s in series]
    return latest, np.full(series[0].shape[:-1], lack > 0)


def _each_left_out() -> Floats:
    """Five rows of weights, in each of which another year has none."""
    return 1 - np.eye(POINTS)


def _slope(value: Floats, weight: Floats) -> Floats:
    """Slope of the weighted straight line through the points, per year."""
    change = value - value[..., :1]  # which leaves the slope as it is, and makes that of equal values 0 exactly
    parts = weight * _from_middle(weight) * change
    rise = parts.sum(axis=-1)
    # Parts that cancel but for rounding make no slope: its sign would be an accident.
    rise = np.where(np.abs(rise) <= ROUNDING * np.abs(parts).sum(axis=-1), 0, rise)
    slope: Floats = rise / _spread(weight)
    return slope


def _spread(weight: Floats) -> Floats:
    """Σw(t − t̄)²: how much the years tell of a slope."""
    spread: Floats = (weight * _from_middle(weight) ** 2).sum(axis=-1)
    return spread


def _from_middle(weight: Floats) -> Floats:
    t = np.arange(1, POINTS + 1)
    from_middle: Floats = t - (weight * t).sum(axis=-1, keepdims=True) / weight.sum(axis=-1, keepdims=True)
    return from_middle


def _rise_of_counts(x: Floats, n: Floats) -> Floats:
    """NΣtx − XΣtn: above 0 where the share rises. Whole numbers, so equal shares give 0 exactly."""
    t = np.arange(1, POINTS + 1)
    rise: Floats = n.sum(axis=-1) * (t * x).sum(axis=-1) - x.sum(axis=-1) * (t * n).sum(axis=-1)
    return rise


def _direction(chi_squared: Floats, slope: Floats, keeps_sign: Bools) -> Texts:
    clear = (chi_squared > CRITICAL) & keeps_sign
    return np.where(clear, np.where(slope > 0, INCREASING, DECREASING), NO_CHANGE)
