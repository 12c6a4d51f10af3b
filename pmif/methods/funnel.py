"""Funnel plots: which areas stand out from the average by more than chance, given their size.

Small areas vary most by chance, so the limits are wide where areas are small and narrow where they are
large: a funnel on its side. An area inside it cannot be told from the average, and inside it nothing is ranked.
"""

from dataclasses import dataclass

import numpy as np
import scipy
from numpy.typing import ArrayLike

from pmif.errors import MethodError
from pmif.methods.about import About, Standing
from pmif.methods.estimate import (
    COUNT_MISSING,
    NOBODY_TO_COUNT,
    Bools,
    Floats,
    Texts,
    counts,
    first_that_holds,
    normal_quantile,
    refuse,
)
from pmif.methods.rate import byar

NEAR, FAR = 0.95, 0.998  # the confidence of the inner and the outer limits

ABOVE_FAR = "above 99.8%"
ABOVE_NEAR = "above 95%"
INSIDE = "inside"
BELOW_NEAR = "below 95%"
BELOW_FAR = "below 99.8%"

DENOMINATOR_MISSING = "denominator missing"
TOO_FEW_EVENTS = "too few events to test"

ABOUT = About(
    id="funnel",
    title="Funnel plot",
    tells=(
        "Which areas differ from the average by more than chance alone would explain, given how many people they have. "
        "Inside the funnel nothing is ranked. Some areas lie outside it for reasons other than chance or merit: "
        "areas differ in ways that no limits allow for."
    ),
    needs="The count and the people in every area. For standardised rates, at least ten events in an area.",
    formula=(
        "average = Σ counts ÷ Σ people, over all areas\n"
        "proportions: limits = p ± z × √(p(1 − p) ÷ n), from 0 to 1, where p is the average and n an area's people\n"
        "z = 1.96 for 95% and 3.09 for 99.8%\n"
        "rates: E = average × n is what an area of n people expects; for 95%,\n"
        "lower limit = O ÷ n, with ½χ²(0.975; 2O + 2) = E\n"
        "upper limit = O ÷ n, with ½χ²(0.025; 2O) = E\n"
        "ratios: as for rates, with an average of 1\n"
        "an area's flag: for a proportion, outside these limits; for a rate or ratio, the average outside its interval"
    ),
    standing=Standing.OHID,
    source="OHID, Public health technical guidance; PHEindicatormethods, calculate_funnel_limits",
    address="https://github.com/ukhsa-collaboration/PHEindicatormethods",
)


@dataclass(frozen=True)
class Limits:
    """Where chance alone would keep an area of each size: two arrays of one shape."""

    lower: Floats
    upper: Floats


@dataclass(frozen=True)
class Flags:
    """Where each area lies, from "above 99.8%" to "below 99.8%"; "" with a reason if it was not tested."""

    flag: Texts
    reason: Texts


@dataclass(frozen=True)
class Funnel:
    """A funnel ready to be drawn: its average, its limits over a range of denominators, a flag for every area."""

    average: float
    denominator: Floats
    near: Limits
    far: Limits
    flags: Flags


def pooled_average(numerator: ArrayLike, denominator: ArrayLike) -> float:
    """The average of all areas together: all their counts over all their denominators.

    Errors:  MethodError if a count is negative or missing, or a denominator negative, missing or 0: an area left
             out without a word would move the average.
    """
    x, n = counts(numerator=numerator, denominator=denominator)
    refuse(np.isnan(x), "have no count", "leave out the areas without one, if their average is meant")
    refuse(~(n > 0), "have no denominator", "leave out the areas without one, if their average is meant")
    if not x.size:
        raise MethodError("there are no areas to average: give at least one")
    return float(x.sum() / n.sum())


def derived_denominator(count: ArrayLike, rate: ArrayLike, denominator: ArrayLike | None = None) -> Floats:
    """The denominator that a published rate rests on: the count over the rate.

    Shapes:  count, rate and denominator (n,), and so is the result.
    Units:   a rate per person gives people. A standardised rate gives the people at whose crude rate it would be.
    Missing: where the count is 0, which says nothing of its denominator, the one supplied is taken. NaN if
             none is, or if count or rate is missing.
    Errors:  MethodError if a figure is negative, or there are events without a rate above 0.
    """
    unknown = np.full(np.shape(count), np.nan)
    x, r, supplied = counts(count=count, rate=rate, denominator=unknown if denominator is None else denominator)
    refuse((x > 0) & (r == 0), "have events but a rate of 0", "check that count and rate belong together")
    made = np.where((x == 0) & (r == 0), supplied, np.nan)
    return np.divide(x, r, out=made, where=(x > 0) & (r > 0))


def proportion_limits(denominator: ArrayLike, average: float, confidence: float = NEAR) -> Limits:
    """Between which proportions chance would keep areas of these sizes.

    Shapes:  denominator (n,); both limits (n,).
    Errors:  MethodError if a denominator is negative, missing or 0, or the average is no proportion.
    """
    n = _sizes(denominator)
    _require_average(average, highest=1)
    z = normal_quantile(confidence)
    spread = np.sqrt(average * (1 - average) / n)
    reach = z * spread if confidence < 1 else np.ones(n.shape)  # only the whole range is certain
    return Limits(np.clip(average - reach, 0, 1), np.clip(average + reach, 0, 1))


def rate_limits(denominator: ArrayLike, average: float, confidence: float = NEAR) -> Limits:
    """Between which rates chance would keep areas of these sizes.

    Shapes:  denominator (n,); both limits (n,).
    Units:   people, times years if over several; events per person out.
    Errors:  MethodError if a denominator is negative, missing or 0, the average is no rate, or the
             confidence is 1, as no rate is certain.
    """
    n = _sizes(denominator)
    _require_average(average)
    normal_quantile(confidence)
    if confidence == 1:
        raise MethodError("no limits of a rate are certain: give a confidence below 1")
    tail = (1 - confidence) / 2
    expected = average * n
    some = np.where(expected > 0, expected, 1)
    # O where P(at most O | E) = tail: ½χ²(1−tail; 2O + 2) = E, and gdtrib finds O + 1. Few expected: none is not few.
    fewest = np.maximum(scipy.special.gdtrib(1, 1 - tail, some) - 1, 0)
    most = scipy.special.gdtrib(1, tail, some)  # O where P(at least O | E) = tail: ½χ²(tail; 2O) = E
    return Limits(np.where(expected > 0, fewest, 0) / n, np.where(expected > 0, most, 0) / n)


def ratio_limits(expected: ArrayLike, confidence: float = NEAR) -> Limits:
    """Between which ratios of observed to expected events chance would keep areas that expect so many.

    Shapes:  expected (n,); both limits (n,).
    Units:   a ratio, 1 on average. The caller makes it 100, or takes 1 away.
    Errors:  as for `rate_limits`.
    """
    return rate_limits(expected, 1, confidence)


def proportion_flags(numerator: ArrayLike, denominator: ArrayLike, average: float) -> Flags:
    """Which areas lie outside the limits of a proportion.

    Shapes:  numerator and denominator (n,); flags and reasons (n,).
    Missing: an area without a count or with a denominator of 0 has no flag, and a reason.
    Errors:  MethodError if a count is negative or exceeds its denominator, or the average is no proportion.
    """
    x, n = counts(numerator=numerator, denominator=denominator)
    refuse(x > n, "are not a part of a whole", "check that numerator and denominator cover the same people and period")
    reason = _untested(x, n)
    tested = reason == ""
    size = np.where(tested, n, 1)
    value = np.where(tested, x, np.nan) / size
    above, below = [], []
    for confidence in (NEAR, FAR):
        limits = proportion_limits(size, average, confidence)
        above.append(value > limits.upper)
        below.append(value < limits.lower)
    return _flags(above, below, reason)


def rate_flags(count: ArrayLike, denominator: ArrayLike, average: float, fewest_events: float = 0) -> Flags:
    """Which areas have a rate whose interval (Byar's, exact below ten events) leaves the average out.

    Shapes:  count and denominator (n,); flags and reasons (n,).
    Missing: an area without a count or with a denominator of 0 has no flag, and a reason; so has one with
             fewer events than `fewest_events`, which is 10 for standardised rates.
    Errors:  MethodError if a count is negative, or the average is no rate.
    """
    o, n = counts(count=count, denominator=denominator)
    _require_average(average)
    reason = _untested(o, n, fewest_events)
    o, n = np.where(reason == "", o, np.nan), np.where(reason == "", n, np.nan)
    above, below = [], []
    for confidence in (NEAR, FAR):
        lower, upper = byar(o, confidence)
        above.append(lower / n > average)
        below.append(upper / n < average)
    return _flags(above, below, reason)


def ratio_flags(observed: ArrayLike, expected: ArrayLike, fewest_events: float = 0) -> Flags:
    """Which areas have a ratio of observed to expected events whose interval leaves 1 out.

    Shapes:  observed and expected (n,); flags and reasons (n,).
    Missing, errors: as for `rate_flags`.
    """
    return rate_flags(observed, expected, 1, fewest_events)


def axis_range(denominator: ArrayLike) -> tuple[float, float]:
    """From which size to which the axis runs, for areas of these sizes.

    The end is 1.05 times the largest, rounded up at its second digit. The start is 0 if the largest is more
    than twice the smallest, and otherwise 0.95 times the smallest, rounded down at its first digit.
    Errors:  MethodError if a denominator is negative, missing or 0, or there is none.
    Source:  PHEindicatormethods, calculate_funnel_limits.
    """
    n = _sizes(denominator)
    if not n.size:
        raise MethodError("there are no areas: give at least one")
    smallest, largest = float(n.min()), float(n.max())
    end = 1.05 * largest
    unit = 10.0 ** (len(str(int(np.ceil(end)))) - 2)
    end = float(np.ceil(end / unit) * unit)
    if largest > 2 * smallest:
        return 0.0, end
    start = 0.95 * smallest
    unit = 10.0 ** (len(str(int(start))) - 1)
    return float(np.floor(start / unit) * unit), end


def event_axis_range(population: ArrayLike, average: float, years: float = 1) -> tuple[float, float]:
    """From how many expected events to how many the axis of a rate runs.

    Units:   population in people times years, over `years` of data; whole events out.
    Errors:  as for `axis_range`, and MethodError if the average is no rate or the years are not above 0.
    """
    _require_average(average)
    _require_years(years)
    start, end = axis_range(_sizes(population) / years)
    return float(np.floor(start * years * average)), float(np.ceil(end * years * average))


def axis_positions(start: float, end: float, positions: int = 100) -> Floats:
    """Sizes at which the limits are worked out, closer together where areas are small and the limits bend.

    Whole numbers, each the same multiple of the one before and at least one more, from 1 or `start` to `end`; beyond
    `end` where it is less than so many steps of one away. A ratio's official table is the first 100 of 101.
    Source:  PHEindicatormethods, calculate_funnel_limits.
    """
    made = [max(1.0, start)]
    for left in range(positions - 1, 0, -1):
        x = made[-1]
        made.append(max(float(round((end / x) ** (1 / left) * x)), x + 1))
    return np.array(made)


def proportion_funnel(numerator: ArrayLike, denominator: ArrayLike, average: float | None = None) -> Funnel:
    """All that a funnel plot of a proportion needs: average, limits and flags.

    Shapes:  numerator and denominator (n,), one of each an area; flags (n,); limits over a range of
             denominators of their own.
    Missing: with an average given (the borough's own, say), areas that lack a figure have a reason in place
             of a flag. Without one the average is that of all areas, and none may lack a figure.
    Errors:  MethodError if figures are refused by `pooled_average` or `proportion_flags`, or no area has any people.
    """
    x, n = counts(numerator=numerator, denominator=denominator)
    mean = pooled_average(x, n) if average is None else average
    sizes = _drawn_sizes(n[n > 0])
    near, far = (proportion_limits(sizes, mean, confidence) for confidence in (NEAR, FAR))
    return Funnel(mean, sizes, near, far, proportion_flags(x, n, mean))


def rate_funnel(
    count: ArrayLike,
    denominator: ArrayLike,
    average: float | None = None,
    years: float = 1,
    fewest_events: float = 0,
) -> Funnel:
    """All that a funnel plot of a rate needs: average, limits and flags.

    Shapes:  count and denominator (n,), one of each an area; flags (n,); limits over a range of
             denominators of their own.
    Units:   people times years over `years` of data, in the areas' denominators and in the range; events per person.
    Missing: as for `proportion_funnel`, and areas with fewer events than `fewest_events` have a reason.
    Errors:  MethodError if figures are refused by `pooled_average` or `rate_flags`, or no area has any people.
    """
    o, n = counts(count=count, denominator=denominator)
    _require_years(years)
    mean = pooled_average(o, n) if average is None else average
    sizes = _drawn_sizes(n[n > 0], years)
    near, far = (rate_limits(sizes, mean, confidence) for confidence in (NEAR, FAR))
    return Funnel(mean, sizes, near, far, rate_flags(o, n, mean, fewest_events))


def _untested(count: Floats, denominator: Floats, fewest_events: float = 0) -> Texts:
    return first_that_holds(
        count.shape,
        (np.isnan(count), COUNT_MISSING),
        (count < fewest_events, TOO_FEW_EVENTS),
        (np.isnan(denominator), DENOMINATOR_MISSING),
        (denominator == 0, NOBODY_TO_COUNT),
    )


def _flags(above: list[Bools], below: list[Bools], reason: Texts) -> Flags:
    """Flags of areas above and below their near and far limits."""
    (above_near, above_far), (below_near, below_far) = above, below
    flag = first_that_holds(
        reason.shape,
        (reason != "", ""),
        (above_far, ABOVE_FAR),
        (below_far, BELOW_FAR),
        (above_near, ABOVE_NEAR),
        (below_near, BELOW_NEAR),
        (True, INSIDE),
    )
    return Flags(flag, reason)


def _sizes(denominator: ArrayLike) -> Floats:
    (n,) = counts(denominator=denominator)
    refuse(~(n > 0), "have no denominator", "leave them out: limits stand at sizes above 0")
    return n


def _require_average(average: float, highest: float = np.inf) -> None:
    if not 0 <= average <= highest or average == np.inf:
        raise MethodError("the average is not one that such figures can have: check counts and denominators")


def _require_years(years: float) -> None:
    if not 0 < years < np.inf:
        raise MethodError(f"there are {years:g} years of data: give a number above 0")


def _drawn_sizes(n: Floats, years: float = 1) -> Floats:
    """Sizes for a chart: from half the smallest area at most, as limits far to its left would flatten all the rest."""
    start, end = (years * size for size in axis_range(n / years))
    positions = axis_positions(max(start, float(np.floor(n.min() / 2))), end)
    return np.append(positions[positions < end], end)
