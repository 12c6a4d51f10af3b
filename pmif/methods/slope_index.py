"""The slope from the most to the least deprived: a line through every group, not only the two at the ends.

Two methods answer the same question from different figures. The slope index of inequality needs an interval
for every group, and its own interval says how far chance in those figures could tilt the line. The gradient
serves where no interval is published: it needs only the values of areas, and its interval says how closely
the areas follow the line. Groups and areas run from most to least deprived along the last axis.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import scipy
from numpy.typing import ArrayLike

from pmif.errors import MethodError
from pmif.methods.about import About, Standing
from pmif.methods.estimate import (
    POPULATION_MISSING,
    Bools,
    Estimate,
    Floats,
    Texts,
    first_that_holds,
    limit_quantile,
    normal_quantile,
    numbers,
    refuse,
)

FEWEST_GROUPS, MOST_GROUPS = 5, 100  # as the official method: fewer make no line, more are areas rather than groups
FEWEST_AREAS = 8  # for a gradient; with fewer, the scatter about the line is hardly known
REPETITIONS = 100_000  # as the official method
SEED = 1
LIMITS_Z = normal_quantile(0.95)  # the limits that come with the values are 95% limits
ENDLESS = 1e300  # stands for an infinite ratio, which percentiles cannot be interpolated with
AT_ONCE = 2_000_000  # simulated figures held at a time: 16 megabytes an array

Kind = Literal["other", "rate", "proportion"]
Scale = Callable[[Floats], Floats]

SLOPE_INDEX_ABOUT = About(
    id="slope-index",
    title="Slope index of inequality",
    tells="The index says how much higher the figure is at the least deprived end than at the most deprived end, "
    "by a line through all groups. Below 0, it is lower there. "
    "The relative index says how many times as high. "
    "The interval says how far chance in the groups' own figures could tilt the line.",
    needs="At least five groups in order of deprivation, each with a population, a value and its interval.",
    formula="x = share of people more deprived than the middle of the group\n"
    "line y = a + S × x by least squares, each group weighted by its people\n"
    "slope index = S\n"
    "relative index = (a + S) ÷ a\n"
    "limits = S ± z × √Σ(w² × s²)\n"
    "w is how much a group's figure moves S; s is its standard error.\n"
    "Rates may be taken as ln(y), and proportions as ln(y ÷ (1 − y)).",
    standing=Standing.OHID,
    source="OHID Public health technical guidance: Slope index of inequality; "
    "Low and Low (2004) Measuring the gap: quantifying and comparing local health inequalities",
    address="https://fingertips.phe.org.uk/static-reports/public-health-technical-guidance/Inequality/SII.html",
)
GRADIENT_ABOUT = About(
    id="gradient",
    title="Gradient by deprivation",
    tells="The gradient says how the figure changes from the most to the least deprived area, by a straight line. "
    "It is used where no interval is published. "
    "It differs from the slope index: its interval says how closely the areas follow the line, "
    "not how far chance moves each area's figure. So it describes these areas, and is no official index.",
    needs="At least eight areas with a value and a place in the order of deprivation.",
    formula="line y = a + S × x by weighted least squares, x from 0 (most deprived) to 1 (least)\n"
    "σ² = Σ w × (y − line)² ÷ (n − 2)\n"
    "limits = S ± t × √(σ² ÷ Σ w × (x − mean x)²)\n"
    "t has n − 2 degrees of freedom; w is the weight of an area. In this report every ward weighs the same.",
    standing=Standing.ACADEMIC,
    source="Weighted linear regression, as in any textbook of statistics",
)


@dataclass(frozen=True)
class SlopeIndex:
    """The slope index `sii` and the relative index `rii`, with the line they come from: arrays of one shape.

    `intercept` and `end` are the fitted values at the most and at the least deprived end. `slope` is that of
    the line where it was fitted: on the log or logit scale if values were transformed, else the same as `sii`.
    """

    sii: Estimate
    rii: Estimate
    intercept: Floats
    end: Floats
    slope: Floats


@dataclass(frozen=True)
class Gradient:
    """A line through areas, with the scatter about it: arrays of one shape. `at` gives its band."""

    slope: Estimate
    intercept: Floats
    p: Floats
    areas: Floats
    reason: Texts
    scatter: Floats  # σ, of an area of weight 1
    mean_rank: Floats
    spread: Floats  # Σw(x − mean x)²
    weight: Floats  # Σw
    quantile: Floats  # t with n − 2 degrees of freedom

    def at(self, rank: ArrayLike) -> Estimate:
        """Estimate the line at ranks from 0 (most deprived) to 1, with limits of the line itself.

        Areas scatter more widely than the limits, which are of their average at that rank.

        Shapes:  rank (m,); each array of the result has m along a new last axis.
        """
        (x,) = numbers(rank=rank)
        line = self.intercept[..., None] + self.slope.value[..., None] * x
        # σ × √(1/Σw + (x − mean x)² / Σw(x − mean x)²)
        away = (x - self.mean_rank[..., None]) ** 2
        error = self.scatter[..., None] * np.sqrt(1 / self.weight[..., None] + away / self.spread[..., None])
        reach = self.quantile[..., None] * error
        return Estimate(line, line - reach, line + reach, np.broadcast_to(self.reason[..., None], line.shape))


def midpoint_ranks(population: ArrayLike) -> Floats:
    """Place each group by the share of people more deprived than the middle of the group.

    Shapes:  population (..., groups), most deprived first; the result has the same shape.
    Units:   from 0 (most deprived) to 1 (least).
    Missing: NaN in every group of an area where a population is missing or nobody is counted.
    Errors:  MethodError if a population is negative.
    """
    (people,) = numbers(population=population)
    _require_groups(people)
    refuse(people < 0, "have a negative population", "check the column of populations")
    total = people.sum(axis=-1, keepdims=True)
    ranks: Floats = (people.cumsum(axis=-1) - people / 2) / np.where(total == 0, np.nan, total)
    return ranks


def slope_index(
    population: ArrayLike,
    value: ArrayLike,
    lower: ArrayLike | None = None,
    upper: ArrayLike | None = None,
    se: ArrayLike | None = None,
    *,
    kind: Kind = "other",
    transform: bool = False,
    confidence: float = 0.95,
    repetitions: int = REPETITIONS,
    seed: int = SEED,
) -> SlopeIndex:
    """Estimate how much a figure rises from the most to the least deprived end, and by what ratio.

    Chance is normal in values of the kind "other", in the logarithm of rates and in the logit of
    proportions. With `transform`, the line is fitted on that scale too, so that it cannot leave the possible.
    The limits are exact but for rates and proportions without `transform`, which are simulated: each area
    with the same numbers drawn from `seed`, so that its limits do not depend on the areas beside it.
    The limits of the ratio for "other" are Fieller's, which the simulation of the official software
    approaches; there are none where the line at the most deprived end could be 0.

    Where low is good, a report may turn both about: -sii, and 1 / rii, with their limits exchanged.

    Shapes:  population, value, lower, upper, se (n, groups), or (groups,) for one area; each array of the
             result (n,), or () for one. 5 to 100 groups.
    Units:   sii, intercept and end in the units of the value; rii is a ratio. lower and upper are 95% limits,
             whatever the confidence of the result.
    Missing: no figure for an area that lacks a group's value, limit or population, has a group without
             people, or a value or limit of 0 (for proportions, or 1) where its logarithm is needed.
             No rii where a fitted end is not above 0.
    Errors:  MethodError for shapes that differ, too few or too many groups, negative populations or standard
             errors, limits in the wrong order, proportions outside 0 to 1, negative rates, or no interval.
    Source:  OHID Public health technical guidance: Slope index of inequality; Low and Low (2004),
             J. Public Health 26, 388-395; Fieller (1954), J. R. Stat. Soc. B 16, 175-185.
    """
    z = limit_quantile(confidence)
    people, y, error, reason = _ready(population, value, lower, upper, se, kind, transform)

    # Rows with a reason are worked out on stand-ins, and blanked at the end.
    usable = reason == ""
    people = np.where(usable[..., None], people, 1.0)
    y, error = np.where(usable[..., None], y, 0.0), np.where(usable[..., None], error, 0.0)
    to_slope, to_start = _weights(people)
    back = _BACK[kind] if transform else _same
    fitted = y if transform or kind == "other" else _BACK[kind](y)
    slope = (to_slope * fitted).sum(axis=-1)
    start = (to_start * fitted).sum(axis=-1)
    ends = back(start), back(start + slope)

    if transform:
        reach = z * np.sqrt((to_slope**2 * error**2).sum(axis=-1))
        sii_limits, rii_limits = _limits_held_at_middle(start + slope / 2, slope, reach, back)
    elif kind == "other":
        reach = z * np.sqrt((to_slope**2 * error**2).sum(axis=-1))
        sii_limits = slope - reach, slope + reach
        rii_limits = _fieller(slope, start, to_slope * error, to_start * error, z)
    else:
        sii_limits, rii_limits = _simulated(
            y, error, to_slope, to_start, _BACK[kind], confidence, repetitions, np.random.default_rng(seed)
        )

    positive = (ends[0] > 0) & (ends[1] > 0)
    no_ratio = first_that_holds(
        reason.shape, (~usable, ""), (~positive, "the line is not above 0 from end to end, so that it has no ratio")
    )
    ratio = np.divide(ends[1], ends[0], out=np.full(reason.shape, np.nan), where=positive)
    return SlopeIndex(
        sii=_kept(usable, ends[1] - ends[0], *sii_limits, reason),
        rii=_kept(usable & positive, ratio, *rii_limits, np.where(usable, no_ratio, reason)),
        intercept=np.where(usable, ends[0], np.nan),
        end=np.where(usable, ends[1], np.nan),
        slope=np.where(usable, slope, np.nan),
    )


def gradient(rank: ArrayLike, value: ArrayLike, weight: ArrayLike, confidence: float = 0.95) -> Gradient:
    """Estimate how a figure changes from the most to the least deprived area, where no interval is published.

    A straight line by weighted least squares. Its interval comes from the scatter of the areas about the line.
    The slope index is another thing: its interval comes from the chance in each group's own figure. The
    gradient cannot tell chance from real differences between areas, and takes their scatter for both.

    Shapes:  rank, value and weight (..., areas); each array of the result (...), or () for one series.
    Units:   rank from 0 (most deprived) to 1, as midpoint_ranks gives; slope in the units of the value, from
             rank 0 to rank 1; p is two-sided, of there being no slope.
    Missing: an area without a value, rank or weight is left out. No figure for fewer than 8 areas or where
             all areas have one rank.
    Errors:  MethodError for shapes that differ, negative weights, or ranks outside 0 to 1.
    """
    limit_quantile(confidence)  # refuses a confidence that has no limits
    x, y, w = numbers(rank=rank, value=value, weight=weight)
    _require_groups(y)
    refuse(w < 0, "have a negative weight", "check the column of weights")
    refuse((x < 0) | (x > 1), "have a rank outside 0 to 1", "make ranks with midpoint_ranks")

    used = ~np.isnan(x + y + w) & (w > 0)
    x, y, w = (np.where(used, array, 0.0) for array in (x, y, w))
    areas = used.sum(axis=-1)
    total = w.sum(axis=-1)
    safe = np.where(total > 0, total, 1.0)
    mean_rank, mean = (w * x).sum(axis=-1) / safe, (w * y).sum(axis=-1) / safe
    away = np.where(used, x - mean_rank[..., None], 0.0)
    spread = (w * away**2).sum(axis=-1)
    one_rank = np.ptp(np.where(used, x, mean_rank[..., None]), axis=-1) == 0
    level = np.ptp(np.where(used, y, mean[..., None]), axis=-1) <= _ROUNDING * np.abs(mean)
    reason = first_that_holds(
        areas.shape,
        (areas < FEWEST_AREAS, f"fewer than {FEWEST_AREAS} areas have a value"),
        (one_rank | (spread == 0), "all areas have the same rank"),
    )

    usable = reason == ""
    spread = np.where(usable, spread, np.nan)
    spare = np.where(usable, areas - 2.0, np.nan)
    # S = Σw(x − mean x)y / Σw(x − mean x)²; where all areas are equal it is 0, not nearly
    slope = np.where(level, 0.0, (w * away * (y - mean[..., None])).sum(axis=-1)) / spread
    residual = y - mean[..., None] - slope[..., None] * away
    variance = np.where(level, 0.0, (w * residual**2).sum(axis=-1)) / spare
    error = np.sqrt(variance / spread)
    quantile = np.asarray(scipy.special.stdtrit(spare, (1 + confidence) / 2), dtype=float)
    # A line without scatter is certain of its slope, unless there is no slope to be certain of.
    certain = np.where(slope == 0, 0.0, np.inf)
    t = np.divide(np.abs(slope), error, out=np.asarray(np.where(usable, certain, np.nan)), where=error > 0)
    intercept = mean - slope * mean_rank
    return Gradient(
        slope=_kept(usable, slope, slope - quantile * error, slope + quantile * error, reason),
        intercept=np.asarray(np.where(usable, intercept, np.nan)),
        p=np.asarray(2 * scipy.special.stdtr(spare, -t)),
        areas=np.asarray(areas, dtype=float),
        reason=reason,
        scatter=np.asarray(np.sqrt(variance)),
        mean_rank=np.asarray(np.where(usable, mean_rank, np.nan)),
        spread=np.asarray(spread),
        weight=np.asarray(np.where(usable, total, np.nan)),
        quantile=quantile,
    )


_ROUNDING = 1e-14  # relative; a mean of equal figures can differ from them by this much


def _ready(
    population: ArrayLike,
    value: ArrayLike,
    lower: ArrayLike | None,
    upper: ArrayLike | None,
    se: ArrayLike | None,
    kind: Kind,
    transform: bool,
) -> tuple[Floats, Floats, Floats, Texts]:
    """People, values and standard errors on the scale where chance is normal, and a reason for each area."""
    if kind not in ("other", "rate", "proportion"):
        raise MethodError(f"the kind of value is '{kind}': use 'other', 'rate' or 'proportion'")
    if transform and kind == "other":
        raise MethodError("only rates and proportions have a scale to transform to: leave transform off")
    by_limits = lower is not None and upper is not None
    if (lower is None) != (upper is None) or by_limits == (se is not None):
        raise MethodError("give lower and upper limits, or standard errors; where there are none, use gradient")
    if se is not None and kind != "other":
        raise MethodError(f"the standard error of a {kind} is not on the scale where its chance is normal: give limits")

    given = {"population": population, "value": value}
    given |= {"se": se} if se is not None else {"lower": lower, "upper": upper}  # type: ignore[dict-item]
    people, y, *interval = numbers(**given)
    _require_groups(people)
    if not FEWEST_GROUPS <= people.shape[-1] <= MOST_GROUPS:
        raise MethodError(
            f"the slope index takes {FEWEST_GROUPS} to {MOST_GROUPS} groups along the last axis, and there are "
            f"{people.shape[-1]}: group areas by deprivation first"
        )
    refuse(people < 0, "have a negative population", "check the column of populations")
    if kind == "proportion":
        for figures in (y, *interval):
            refuse((figures < 0) | (figures > 1), "are proportions outside 0 to 1", "give fractions, not percentages")
    if kind == "rate":
        for figures in (y, *interval):
            refuse(figures < 0, "are negative rates", "give values that cannot be below 0, or the kind 'other'")
    if by_limits:
        refuse(interval[1] < interval[0], "have an upper limit below their lower one", "check that they are in order")
    else:
        refuse(interval[0] < 0, "have a negative standard error", "check the column of standard errors")

    without_scale = np.zeros(y.shape, dtype=bool)
    if kind != "other":
        for figures in (y, *interval):
            without_scale |= (figures == 0) | ((figures == 1) & (kind == "proportion"))
    reason = first_that_holds(
        y.shape[:-1],
        (np.isnan(y).any(axis=-1), "a group is missing"),
        (np.isnan(people).any(axis=-1), POPULATION_MISSING),
        ((people == 0).any(axis=-1), "a group has no people"),
        (np.isnan(sum(interval)).any(axis=-1), "a group has no interval"),
        (without_scale.any(axis=-1), _no_scale(kind)),
    )
    scale = _SCALES[kind]
    blank = (reason != "")[..., None]
    y, *interval = (scale(np.where(blank, 0.5, figures)) for figures in (y, *interval))
    # standard error = (upper − lower) / (2 × 1.96), on that scale
    error = (interval[1] - interval[0]) / (2 * LIMITS_Z) if by_limits else interval[0]
    return people, y, error, reason


def _no_scale(kind: Kind) -> str:
    return {
        "other": "",
        "rate": "a figure or limit of 0 has no place on the scale of ratios that this needs",
        "proportion": "a figure or limit of none or of everyone has no place on the scale of odds that this needs",
    }[kind]


def _same(figures: Floats) -> Floats:
    return figures


def _logit(values: Floats) -> Floats:
    return scipy.special.logit(values)


def _expit(values: Floats) -> Floats:
    return scipy.special.expit(values)


# The scale on which chance is normal, and the way back from it.
_SCALES: dict[Kind, Scale] = {"other": _same, "rate": np.log, "proportion": _logit}
_BACK: dict[Kind, Scale] = {"other": _same, "rate": np.exp, "proportion": _expit}


def _weights(people: Floats) -> tuple[Floats, Floats]:
    """How much each group's figure moves the slope and the line's start, by least squares weighted by people."""
    share = people / people.sum(axis=-1, keepdims=True)
    rank = midpoint_ranks(people)
    middle = (share * rank).sum(axis=-1, keepdims=True)
    away = share * (rank - middle)
    to_slope = away / (away * rank).sum(axis=-1, keepdims=True)
    return to_slope, share - middle * to_slope


def _limits_held_at_middle(
    middle: Floats, slope: Floats, reach: Floats, back: Scale
) -> tuple[tuple[Floats, Floats], tuple[Floats, Floats]]:
    """Limits of both indices, each limit of the slope taken through the scale with the line's middle held fixed."""
    starts = [back(middle - limit / 2) for limit in (slope - reach, slope + reach)]
    ends = [back(middle + limit / 2) for limit in (slope - reach, slope + reach)]
    return (ends[0] - starts[0], ends[1] - starts[1]), (ends[0] / starts[0], ends[1] / starts[1])


def _fieller(
    slope: Floats, start: Floats, slope_errors: Floats, start_errors: Floats, z: float
) -> tuple[Floats, Floats]:
    """Limits of (start + slope) / start, both normal: the ratios r that do not differ from it at this confidence.

    (slope − r × start)² = z² × (variance of slope − 2r × covariance + r² × variance of start)
    """
    a = start**2 - z**2 * (start_errors**2).sum(axis=-1)
    b = slope * start - z**2 * (slope_errors * start_errors).sum(axis=-1)
    c = slope**2 - z**2 * (slope_errors**2).sum(axis=-1)
    bounded = a > 0  # otherwise the start could be 0, and the ratio anything
    root = np.sqrt(np.where(bounded, np.maximum(b**2 - a * c, 0), np.nan))
    safe = np.where(bounded, a, np.nan)
    return 1 + (b - root) / safe, 1 + (b + root) / safe


def _simulated(
    y: Floats,
    error: Floats,
    to_slope: Floats,
    to_start: Floats,
    back: Scale,
    confidence: float,
    repetitions: int,
    draw: np.random.Generator,
) -> tuple[tuple[Floats, Floats], tuple[Floats, Floats]]:
    """Percentiles of both indices over simulated figures, for a few areas at a time to spare memory."""
    groups = y.shape[-1]
    chance = draw.standard_normal((groups, repetitions))
    flat = [array.reshape(-1, groups) for array in (y, error, to_slope, to_start)]
    areas = flat[0].shape[0]
    tails = [(1 - confidence) / 2, (1 + confidence) / 2]
    found = np.empty((2, 2, areas))
    step = max(1, AT_ONCE // repetitions)
    for first in range(0, areas, step):
        some = [array[first : first + step] for array in flat]
        slope = np.zeros((some[0].shape[0], repetitions))
        start = np.zeros_like(slope)
        for group in range(groups):
            centre, width, w, v = (array[:, group, None] for array in some)
            figures = back(centre + width * chance[group])
            slope += w * figures
            start += v * figures
        found[0, :, first : first + step] = np.quantile(slope, tails, axis=-1)
        # As the start falls to 0 the ratio grows without end. Where that falls within the limits, there are none.
        ratio = np.divide(slope + start, start, out=np.full(slope.shape, ENDLESS), where=start > 0)
        limits = np.quantile(ratio, tails, axis=-1)
        found[1, :, first : first + step] = np.where(limits[1] < ENDLESS / repetitions, limits, np.nan)
    sii, rii = found.reshape(2, 2, *y.shape[:-1])
    return (sii[0], sii[1]), (rii[0], rii[1])


def _kept(usable: Bools, value: Floats, lower: Floats, upper: Floats, reason: Texts) -> Estimate:
    value, lower, upper = (np.asarray(np.where(usable, array, np.nan)) for array in (value, lower, upper))
    return Estimate(value, lower, upper, reason)


def _require_groups(array: Floats) -> None:
    if array.ndim == 0:
        raise MethodError("groups lie along the last axis, and one figure has none: give an array of groups")
