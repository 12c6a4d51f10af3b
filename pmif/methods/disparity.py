"""How unequal all groups are together, in the measures of the World Health Organization.

Each takes every group into account in its own way, and is 0 where all groups are equal. Groups lie along the
last axis of an array, one row an area; ordered groups run from most to least deprived. An array of one area's
groups gives figures without an axis.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from pmif.errors import MethodError
from pmif.methods.about import About, Standing
from pmif.methods.estimate import (
    NOBODY_TO_COUNT,
    POPULATION_MISSING,
    Bools,
    Estimate,
    Floats,
    Texts,
    first_that_holds,
    limit_quantile,
    numbers,
    refuse,
)

VALUE_MISSING = "value missing"
FEWEST_GROUPS = 3  # of two groups, the gap between them says everything
MISSING_ALLOWED = 0.15  # the share of groups that may lack a value before a measure of all groups is refused
ZERO_IN_LOGS = 1e-6  # what WHO puts in place of a value of 0 where its logarithm is needed

WHO_REVIEW = (
    "Schlotheuber and Hosseinpoor (2022) Summary measures of health inequality: "
    "a review of existing measures and their application"
)
WHO_ADDRESS = "https://doi.org/10.3390/ijerph19063697"

INDEX_OF_DISPARITY_ABOUT = About(
    id="index-of-disparity",
    title="Index of disparity",
    tells="The index says how far the groups lie from the average, as a share of the average. "
    "0 means that all are equal.",
    needs="At least three groups, with a value and a population each.",
    formula="weighted = Σ p × |y − μ| ÷ μ\nunweighted = mean of |y − μ| ÷ μ\n"
    "p is a group's share of the people, μ the average.",
    standing=Standing.WHO,
    source=WHO_REVIEW,
    address=WHO_ADDRESS,
)
BETWEEN_GROUP_VARIANCE_ABOUT = About(
    id="between-group-variance",
    title="Between-group variance",
    tells="The variance says how far the groups lie from the average. Groups far away count for more. "
    "It is in squared units; its square root is in the units of the measure.",
    needs="At least three groups, with a value and a population each.",
    formula="variance = Σ p × (y − μ)²\np is a group's share of the people, μ the average.",
    standing=Standing.WHO,
    source=WHO_REVIEW,
    address=WHO_ADDRESS,
)
MEAN_LOG_DEVIATION_ABOUT = About(
    id="mean-log-deviation",
    title="Mean log deviation and Theil index",
    tells="Both say how unequal all groups are, in relative terms. "
    "The mean log deviation looks most at low values and the Theil index at high ones.",
    needs="At least three groups, with a value of 0 or more and a population each.",
    formula="mean log deviation = Σ p × (−ln(y ÷ μ))\nTheil index = Σ p × (y ÷ μ) × ln(y ÷ μ)\n"
    "A value of 0 is taken as 0.000001. WHO shows both times 1,000.",
    standing=Standing.WHO,
    source=WHO_REVIEW,
    address=WHO_ADDRESS,
)
CONCENTRATION_INDEX_ABOUT = About(
    id="concentration-index",
    title="Concentration index",
    tells="The index says whether something is found more among the most or the least deprived. "
    "Below 0 it gathers among the most deprived, above 0 among the least deprived.",
    needs="At least three groups in order of deprivation, each with a value and a population.",
    formula="absolute index = Σ p × (2X − 1) × y\nrelative index = absolute index ÷ μ\n"
    "X is the share of people more deprived than the middle of the group.",
    standing=Standing.WHO,
    source=WHO_REVIEW,
    address=WHO_ADDRESS,
)
POPULATION_ATTRIBUTABLE_FRACTION_ABOUT = About(
    id="population-attributable-fraction",
    title="Population attributable fraction",
    tells="It says by what share the average would improve if every group did as well as the reference group. "
    "It describes the size of the inequality. It does not promise that so much can be won.",
    needs="A value and a population for every group.",
    formula="fraction = (reference group − μ) ÷ μ\n0 where the reference group does worse than the average μ.",
    standing=Standing.WHO,
    source=WHO_REVIEW,
    address=WHO_ADDRESS,
)


def best_value(value: ArrayLike, *, high_is_good: bool) -> Floats:
    """Find the value of the group that does best in each area.

    Shapes:  value (n, groups), or (groups,) for one area; the result (n,).
    Missing: groups without a value are passed over; NaN where no group has one.
    """
    (y,) = numbers(value=value)
    worst = -np.inf if high_is_good else np.inf
    y = np.where(np.isnan(y), worst, y)
    best = y.max(axis=-1) if high_is_good else y.min(axis=-1)
    return np.where(np.isinf(best), np.nan, best)


def mean_difference(
    population: ArrayLike, value: ArrayLike, *, reference: ArrayLike | None = None, weighted: bool = True
) -> Estimate:
    """Estimate how far groups lie from a reference on average: from the area's average where none is given.

    Give `best_value` as the reference for the difference from the group that does best. Weighted, each
    person counts the same; unweighted, each group does (the average stays that of the people).

    Shapes:  population and value (n, groups), or (groups,) for one area; reference (n,); the result (n,).
    Units:   those of the value. There is no published formula for limits, so they are NaN.
    Missing: as for between_group_variance.
    Errors:  MethodError if shapes differ or a population is negative.
    Source:  Schlotheuber and Hosseinpoor (2022).
    """
    groups = _groups(population, value)
    return _without_limits(_mean_difference(groups, _reference(groups, reference), weighted), groups.reason)


def index_of_disparity(
    population: ArrayLike, value: ArrayLike, *, reference: ArrayLike | None = None, weighted: bool = True
) -> Estimate:
    """Estimate how far groups lie from a reference on average, as a share of the reference.

    The reference is the area's average (WHO), unless given: `best_value` for the index of Pearcy and Keppel.

    Shapes:  as for mean_difference.
    Units:   a fraction of the reference: 0.07 where WHO writes 7. No published limits: NaN.
    Missing: as for between_group_variance, and where the reference is not above 0.
    Errors:  MethodError if shapes differ or a population is negative.
    Source:  Schlotheuber and Hosseinpoor (2022); Pearcy and Keppel (2002), Public Health Rep. 117, 273-280.
    """
    groups = _groups(population, value)
    base = _reference(groups, reference)
    difference = _mean_difference(groups, base, weighted)
    # Σp|y − ref| / ref
    index, reason = _share_of(base, difference, groups.reason)
    return _without_limits(index, reason)


def between_group_variance(
    population: ArrayLike, value: ArrayLike, se: ArrayLike | None = None, confidence: float = 0.95
) -> Estimate:
    """Estimate the variance between groups, each weighted by its people.

    Shapes:  population, value and se (n, groups), or (groups,) for one area; each array of the result (n,).
    Units:   those of the value, squared. The limits are symmetric: the lower one can fall below 0.
    Missing: a group without a value is left out with its population. No figure where more than 15% of the
             groups lack a value, fewer than three have one, a population is missing or nobody is counted.
             No limits where a standard error is missing.
    Errors:  MethodError if shapes differ, or a population or standard error is negative.
    Source:  Schlotheuber and Hosseinpoor (2022); standard error of Ahn et al. (2018), JCO Clin. Cancer
             Inform. 2, 1-19.
    """
    groups = _groups(population, value, se)
    p, s = groups.share, groups.se
    away = groups.value - groups.average[..., None]
    variance = (p * away**2).sum(axis=-1)
    # Var = 4 Σp²s²(y−μ)² + 2 [(Σp²s²)² − Σp⁴s⁴ + Σp²(1−p)²s⁴]
    from_means = 4 * (p**2 * s**2 * away**2).sum(axis=-1)
    from_squares = (
        (p**2 * s**2).sum(axis=-1) ** 2 - (p**4 * s**4).sum(axis=-1) + (p**2 * (1 - p) ** 2 * s**4).sum(axis=-1)
    )
    return _estimate(variance, np.sqrt(from_means + 2 * from_squares), groups.reason, confidence)


def between_group_deviation(population: ArrayLike, value: ArrayLike) -> Estimate:
    """Estimate the standard deviation between groups: the root of their variance, in the units of the value.

    Shapes, Missing and Errors: as for between_group_variance. No published limits: NaN.
    Source:  Schlotheuber and Hosseinpoor (2022).
    """
    variance = between_group_variance(population, value)
    return _without_limits(np.sqrt(variance.value), variance.reason)


def coefficient_of_variation(population: ArrayLike, value: ArrayLike) -> Estimate:
    """Estimate the standard deviation between groups as a fraction of the area's average.

    Shapes and Errors: as for between_group_variance. No published limits: NaN.
    Missing: as there, and where the average is not above 0.
    Source:  Schlotheuber and Hosseinpoor (2022).
    """
    groups = _groups(population, value)
    away = groups.value - groups.average[..., None]
    deviation = np.sqrt((groups.share * away**2).sum(axis=-1))
    share, reason = _share_of(groups.average, deviation, groups.reason)
    return _without_limits(share, reason)


def mean_log_deviation(
    population: ArrayLike, value: ArrayLike, se: ArrayLike | None = None, confidence: float = 0.95
) -> Estimate:
    """Estimate the mean log deviation, which looks most at groups far below the average.

    A value of 0 is taken as 0.000001 in the units given, as WHO does.

    Shapes and Errors: as for between_group_variance.
    Units:   none. WHO shows it times 1,000.
    Missing: as for between_group_variance, and where a value is below 0. No limits where all groups are
             equal: the formula for them would give an interval of no width.
    Source:  Schlotheuber and Hosseinpoor (2022); standard error of Ahn et al. (2018), JCO Clin. Cancer
             Inform. 2, 1-19.
    """
    groups = _groups_for_logs(population, value, se)
    p, mean = groups.share, groups.average[..., None]
    relative = groups.value / mean
    deviation = (p * -np.log(relative)).sum(axis=-1)
    # Each group's value moves the deviation by p/μ × (1 − μ/y).
    error = np.sqrt((groups.se**2 * p**2 / mean**2 * (1 - 1 / relative) ** 2).sum(axis=-1))
    return _zero_where_equal(groups, deviation, error, groups.reason, confidence)


def theil(population: ArrayLike, value: ArrayLike, se: ArrayLike | None = None, confidence: float = 0.95) -> Estimate:
    """Estimate the Theil index, which looks most at groups far above the average.

    Shapes, Units, Missing, Errors, Source: as for mean_log_deviation.
    """
    groups = _groups_for_logs(population, value, se)
    p, mean = groups.share, groups.average[..., None]
    relative = groups.value / mean
    index = (p * relative * np.log(relative)).sum(axis=-1)
    # Each group's value moves the index by p/μ × (ln(y/μ) − index).
    error = np.sqrt((groups.se**2 * p**2 / mean**2 * (np.log(relative) - index[..., None]) ** 2).sum(axis=-1))
    return _zero_where_equal(groups, index, error, groups.reason, confidence)


def concentration_index(population: ArrayLike, value: ArrayLike, confidence: float = 0.95) -> Estimate:
    """Estimate the absolute concentration index: below 0 where a thing gathers among the most deprived.

    The index is the slope of a line through 2σ²y by rank. Its limits come from the scatter of the groups
    about that line, so they do not widen where each group's own figure is uncertain.

    Shapes:  population and value (n, groups) from most to least deprived, or (groups,) for one area;
             each array of the result (n,).
    Units:   those of the value.
    Missing: no figure where any group lacks a value (the ranks would be wrong), fewer than three groups
             have one, a population is missing or nobody is counted. No limits where fewer than three groups
             have people, or all are equal.
    Errors:  MethodError if shapes differ or a population is negative.
    Source:  Schlotheuber and Hosseinpoor (2022).
    """
    groups = _groups(population, value, missing_allowed=0)
    index, error = _concentration(groups)
    return _zero_where_equal(groups, index, error, groups.reason, confidence)


def relative_concentration_index(population: ArrayLike, value: ArrayLike, confidence: float = 0.95) -> Estimate:
    """Estimate the concentration index as a fraction of the average: from −1 to 1 for values of 0 or more.

    For a proportion it depends on whether the thing or its absence is counted: use bounded_concentration_index.

    Shapes and Errors: as for concentration_index.
    Missing: as there, and where the average is not above 0.
    Source:  Schlotheuber and Hosseinpoor (2022).
    """
    groups = _groups(population, value, missing_allowed=0)
    index, error = _concentration(groups)
    share, reason = _share_of(groups.average, index, groups.reason)
    return _zero_where_equal(groups, share, _share_of(groups.average, error, groups.reason)[0], reason, confidence)


def bounded_concentration_index(
    population: ArrayLike, value: ArrayLike, lowest: float = 0.0, highest: float = 1.0, confidence: float = 0.95
) -> Estimate:
    """Estimate the concentration index of a value with bounds, such as a proportion, by Erreygers' correction.

    Counting the absence of a thing in place of the thing turns its sign and keeps its size.

    Shapes, Missing, Errors: as for concentration_index; MethodError also if a value lies outside the bounds.
    Units:   from −1 to 1.
    Source:  Schlotheuber and Hosseinpoor (2022).
    """
    y = np.asarray(value, dtype=float)
    refuse((y < lowest) | (y > highest), f"lie outside {lowest:g} to {highest:g}", "check the measure's unit")
    groups = _groups(population, y, missing_allowed=0)
    index, error = _concentration(groups)
    # 4 × absolute index / (highest − lowest)
    scale = 4 / (highest - lowest)
    return _zero_where_equal(groups, scale * index, scale * error, groups.reason, confidence)


def population_attributable_risk(
    population: ArrayLike,
    value: ArrayLike,
    *,
    high_is_good: bool,
    reference: int | None = None,
    confidence: float = 0.95,
) -> Estimate:
    """Estimate how much the average would change if every group did as well as the reference group.

    Shapes, Missing, Errors, Source: as for population_attributable_fraction.
    Units:   those of the value. The limits take the average as known.
    """
    groups, risk, error = _attributable(population, value, high_is_good, reference)
    return _estimate(risk, error, groups.reason, confidence)


def population_attributable_fraction(
    population: ArrayLike,
    value: ArrayLike,
    *,
    high_is_good: bool,
    reference: int | None = None,
    confidence: float = 0.95,
) -> Estimate:
    """Estimate by what fraction the average would change if every group did as well as the reference group.

    The reference is the position of a group, −1 being the last: the least deprived of ordered groups. Without
    one it is the group that does best. 0, without limits, where the reference does worse than the average.

    Shapes:  population and value (n, groups), or (groups,) for one area; each array of the result (n,).
    Units:   a fraction of the average: 0.09 where WHO writes 9. Below 0 where low is good.
    Missing: no figure where any group lacks a value, a population is missing, nobody is counted or the
             average is not above 0. No limits unless values are proportions, from 0 to 1.
    Errors:  MethodError if shapes differ or a population is negative.
    Source:  Schlotheuber and Hosseinpoor (2022); standard error of Walter (1978), Int. J. Epidemiol. 7, 175-182.
    """
    groups, risk, error = _attributable(population, value, high_is_good, reference)
    fraction, reason = _share_of(groups.average, risk, groups.reason)
    return _estimate(fraction, _share_of(groups.average, error, groups.reason)[0], reason, confidence)


@dataclass(frozen=True)
class _Groups:
    """Groups made ready: those without a value have no share, and the average in place of their value.

    `share` is each group's part of the people, `average` the area's, `equal` marks areas whose groups are
    all equal. Areas with a reason hold NaN throughout.
    """

    present: Bools
    people: Floats
    share: Floats
    value: Floats
    se: Floats
    average: Floats
    equal: Bools
    reason: Texts


def _groups(
    population: ArrayLike,
    value: ArrayLike,
    se: ArrayLike | None = None,
    *,
    missing_allowed: float = MISSING_ALLOWED,
    fewest: int = FEWEST_GROUPS,
) -> _Groups:
    given = {"population": population, "value": value} | ({} if se is None else {"se": se})
    people, y, *errors = numbers(**given)
    if y.ndim == 0:
        raise MethodError("groups lie along the last axis, and one figure has none: give an array of groups")
    s = errors[0] if errors else np.full(y.shape, np.nan)
    refuse(people < 0, "have a negative population", "check the column of populations")
    refuse(s < 0, "have a negative standard error", "check the column of standard errors")

    present = ~np.isnan(y)
    missing = (~present).sum(axis=-1)
    counted = np.where(present, people, 0)
    total = counted.sum(axis=-1)
    reason = first_that_holds(
        total.shape,
        (
            missing > missing_allowed * y.shape[-1],
            "too many groups have no value" if missing_allowed else "a group has no value",
        ),
        (present.sum(axis=-1) < fewest, f"fewer than {fewest} groups have a value"),
        (np.isnan(total), POPULATION_MISSING),
        (total == 0, NOBODY_TO_COUNT),
    )
    blank = (reason != "")[..., None]
    share = np.where(blank, np.nan, counted) / np.where(total == 0, np.nan, total)[..., None]
    filled = np.where(present, y, 0)
    average = (share * filled).sum(axis=-1)
    highest = np.where(present, y, -np.inf).max(axis=-1)
    lowest = np.where(present, y, np.inf).min(axis=-1)
    return _Groups(
        present=present,
        people=np.where(blank, np.nan, counted),
        share=share,
        value=np.where(blank, np.nan, np.where(present, y, average[..., None])),
        se=np.where(present, s, 0),
        average=average,
        equal=highest == lowest,
        reason=reason,
    )


def _groups_for_logs(population: ArrayLike, value: ArrayLike, se: ArrayLike | None) -> _Groups:
    y = np.asarray(value, dtype=float)
    groups = _groups(population, np.where(y == 0, ZERO_IN_LOGS, y), se)
    negative = (y < 0).any(axis=-1) & (groups.reason == "")
    return replace(
        groups,
        value=np.where(negative[..., None], np.nan, groups.value),
        average=np.where(negative, np.nan, groups.average),
        reason=np.where(negative, "a value is below 0", groups.reason),
    )


def _reference(groups: _Groups, reference: ArrayLike | None) -> Floats:
    if reference is None:
        return groups.average
    base, _ = numbers(reference=reference, areas=groups.average)
    return np.where(groups.reason == "", base, np.nan)


def _mean_difference(groups: _Groups, base: Floats, weighted: bool) -> Floats:
    away = np.abs(groups.value - base[..., None])
    equally = groups.present / groups.present.sum(axis=-1, keepdims=True).clip(1)
    # Σp|y − ref|, or the mean of |y − ref|
    mean: Floats = ((groups.share if weighted else equally) * away).sum(axis=-1)
    return mean


def _concentration(groups: _Groups) -> tuple[Floats, Floats]:
    """The absolute index and its standard error: the slope of 2σ²y on rank, by least squares weighted by people."""
    p = groups.share
    rank = p.cumsum(axis=-1) - p / 2
    away = rank - 0.5
    variance = (p * away**2).sum(axis=-1)
    # Σp(2X − 1)y
    index = (p * 2 * away * groups.value).sum(axis=-1)
    residual = 2 * variance[..., None] * (groups.value - groups.average[..., None]) - index[..., None] * away
    spare = (p > 0).sum(axis=-1) - 2
    scatter = (p * residual**2).sum(axis=-1)
    known = (spare > 0) & (variance > 0)
    squared = np.divide(scatter, spare * variance, out=np.full(scatter.shape, np.nan), where=known)
    return index, np.sqrt(squared)


def _attributable(
    population: ArrayLike, value: ArrayLike, high_is_good: bool, reference: int | None
) -> tuple[_Groups, Floats, Floats]:
    groups = _groups(population, value, missing_allowed=0, fewest=2)
    size = groups.value.shape[-1]
    if reference is None:
        best = groups.value.max(axis=-1) if high_is_good else groups.value.min(axis=-1)
        # Of several groups that do best, the largest: its own figure is the surest.
        people = np.where(groups.value == best[..., None], groups.people, 0).max(axis=-1)
    elif -size <= reference < size:
        best, people = groups.value[..., reference], groups.people[..., reference]
    else:
        raise MethodError(f"the reference is group {reference} of {size}: give a position from 0, or −1 for the last")
    wrong_side = (best < groups.average) if high_is_good else (best > groups.average)
    risk = np.where(wrong_side, 0, best - groups.average)

    # Walter's table of people: a, b have and lack the outcome outside the reference group; c, d within it.
    everyone = groups.people.sum(axis=-1)
    c = best * people
    d = people - c
    a = groups.average * everyone - c
    b = everyone - people - a
    is_proportion = ((groups.value >= 0) & (groups.value <= 1)).all(axis=-1)
    known = is_proportion & ~wrong_side & (a + c > 0) & (c + d > 0)
    # Var(fraction) = cN[ad(N−c) + bc²] / ((a+c)³(c+d)³)
    top = c * everyone * (a * d * (everyone - c) + b * c**2)
    bottom = (a + c) ** 3 * (c + d) ** 3
    # The clip only mends rounding, where everyone or nobody has the outcome.
    squared = np.divide(top.clip(0), bottom, out=np.full(top.shape, np.nan), where=known)
    return groups, risk, groups.average * np.sqrt(squared)


def _share_of(base: Floats, amount: Floats, reason: Texts) -> tuple[Floats, Texts]:
    """An amount as a fraction of its base; 0 stays 0 where the base is 0 too, for there is no inequality."""
    nothing = (base == 0) & (amount == 0)
    possible = base > 0
    share = np.divide(amount, base, out=np.where(nothing, 0.0, np.nan), where=possible)
    undefined = (reason == "") & ~possible & ~nothing
    # A base that is missing is not below 0: the caller's reference for the area is absent.
    said = np.where(np.isnan(base), "reference missing", "the average or reference is not above 0")
    return share, np.where(undefined, said, reason)


def _zero_where_equal(groups: _Groups, value: Floats, error: Floats, reason: Texts, confidence: float) -> Estimate:
    """An estimate that is exactly 0, not nearly, where all groups are equal, and then without limits."""
    equal = groups.equal & (reason == "")
    return _estimate(np.where(equal, 0.0, value), np.where(equal, np.nan, error), reason, confidence)


def _estimate(value: Floats, error: Floats, reason: Texts, confidence: float) -> Estimate:
    reach = limit_quantile(confidence) * error
    return Estimate(np.asarray(value), np.asarray(value - reach), np.asarray(value + reach), reason)


def _without_limits(value: Floats, reason: Texts) -> Estimate:
    said = np.where((reason == "") & np.isnan(value), "reference missing", reason)
    nothing = np.full(value.shape, np.nan)
    return Estimate(np.asarray(value), nothing, nothing, said)
