"""Areas in bands of equal size: fifths of deprivation, or the classes of a map.

Equal size can mean an equal number of areas, or an equal number of people; a map of values may
rather part the areas at percentiles. Areas with the same value always share a band, so bands can be
uneven and some may be empty: the result says which.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pmif.errors import MethodError
from pmif.methods.about import About, Standing
from pmif.methods.estimate import Bools, Floats, Texts, refuse, together

Integers = NDArray[np.int64]

TOO_FEW = "fewer areas than bands"

ABOUT = About(
    id="bands-of-equal-numbers-of-areas",
    title="Bands with an equal number of areas",
    tells="Areas are put in order and parted into bands of about as many areas each. For deprivation, band 1 holds "
    "the most deprived. Areas with the same value stay together.",
    needs="One value for each area, and at least as many areas as bands.",
    formula="band = k + 1 − (k × (N + 1 − rank) ÷ N, rounded up)\n"
    "k the bands, N the areas with a value; equal values share the lowest of their ranks",
    standing=Standing.OHID,
    source="OHID, Public health technical guidance: Assigning deprivation categories",
    address="https://fingertips.phe.org.uk/static-reports/public-health-technical-guidance/"
    "Data_processing_methods/Assigning_deprivation_categories.html",
)
PERCENTILE_ABOUT = About(
    id="bands-at-percentiles",
    title="Bands parted at percentiles",
    tells="The classes of a map: each band ends at the value that a fifth, two fifths and so on of the areas do not "
    "exceed.",
    needs="One value for each area, and at least as many areas as bands.",
    formula="bound i = the value at position 1 + (N − 1) × i ÷ k among the N values in order, on a straight line "
    "between neighbours\nband = 1 + number of bounds below the value",
    standing=Standing.OHID,
    source="OHID, Fingertips: quintiles of a map",
    address="https://github.com/ukhsa-collaboration/fingertips-open",
)
POPULATION_ABOUT = About(
    id="bands-of-equal-population",
    title="Bands with an equal number of people",
    tells="Areas are put in order and parted into bands of about as many people each. One large area can fill more "
    "than a band, which leaves another empty; empty bands are named.",
    needs="A score and a population for each area.",
    formula="band = k × (people in areas before + half of those in this area) ÷ all people, rounded down, + 1\n"
    "k the bands; areas with the same score count as one",
    standing=Standing.CONVENTION,
    source="Common practice, as for quintiles of deprivation",
)
SCORE_ABOUT = About(
    id="population-weighted-score",
    title="Deprivation score of a larger area",
    tells="The score of a ward is the average of its small areas' scores, each counted by its people.",
    needs="The score of every small area, and the populations published with the index.",
    formula="score = Σ(people × score) ÷ Σ people",
    standing=Standing.OHID,
    source="OHID, Public health technical guidance: Assigning deprivation categories",
    address="https://fingertips.phe.org.uk/static-reports/public-health-technical-guidance/"
    "Data_processing_methods/Assigning_deprivation_categories.html",
)


@dataclass(frozen=True)
class Bands:
    """The band of each area.

    `band` counts from 1; 0 where an area has none, and `reason` says why. `empty` has an entry for each
    band, True where no area is in it.
    """

    band: Integers
    empty: Bools
    reason: Texts


@dataclass(frozen=True)
class Scores:
    """Scores of larger areas; NaN where there is none, and `reason` says why. A score has no interval."""

    value: Floats
    reason: Texts


def equal_count_bands(value: ArrayLike, bands: int, *, highest_first: bool = False) -> Bands:
    """Part areas into bands of an equal number of areas, as far as equal values allow.

    With `highest_first` band 1 holds the highest values: for a deprivation score, the most deprived.

    Shapes:  value (n,), or (sets, n) with a set of areas in each row, banded on its own; band and reason
             the same; empty (bands,) or (sets, bands).
    Missing: an area without a value has no band; nor has any area of a set with fewer values than bands.
    Errors:  MethodError if there are fewer than two bands.
    Source:  OHID, Assigning deprivation categories.
    """
    v = _numbers(bands, value=value)[0]
    n = (~np.isnan(v)).sum(axis=-1, keepdims=True)
    rank = _first_places(-v if highest_first else v) + 1
    # All in whole numbers: N / k as a fraction would put an area on the wrong side of some boundaries.
    band = bands + 1 + (-bands * (n + 1 - rank)) // np.maximum(n, 1)
    return _banded(band, bands, np.where(np.isnan(v), "no value", np.where(n < bands, TOO_FEW, "")))


def percentile_bands(value: ArrayLike, bands: int, *, highest_first: bool = False) -> Bands:
    """Part areas at percentiles of their values: a value on a bound falls in the lower band.

    With `highest_first` the bands are numbered from the highest; their bounds stay the same.

    Shapes, Missing, Errors: as `equal_count_bands`.
    Source:  OHID, Fingertips (map quintiles).
    """
    v = _numbers(bands, value=value)[0]
    bounds = percentile_bounds(v, bands)
    above = np.zeros(v.shape, dtype=np.int64)
    for position in range(bands - 1):
        above += v > bounds[..., position, None]
    n = (~np.isnan(v)).sum(axis=-1, keepdims=True)
    band = bands - above if highest_first else above + 1
    return _banded(band, bands, np.where(np.isnan(v), "no value", np.where(n < bands, TOO_FEW, "")))


def percentile_bounds(value: ArrayLike, bands: int) -> Floats:
    """The highest value of each band but the last, lowest first: what a map's legend shows.

    Shapes:  value (n,) or (sets, n); result (bands - 1,) or (sets, bands - 1).
    Missing: areas without a value are left out; a set without any has NaN for bounds.
    """
    v = _numbers(bands, value=value)[0]
    ranked = np.sort(v, axis=-1)  # missing values come last
    n = (~np.isnan(v)).sum(axis=-1, keepdims=True)
    place = np.maximum(n - 1, 0) * np.arange(1, bands)  # in units of 1 / bands
    below, share = place // bands, (place % bands) / bands
    low = np.take_along_axis(ranked, below, axis=-1)
    high = np.take_along_axis(ranked, np.minimum(below + 1, np.maximum(n - 1, 0)), axis=-1)
    bounds: Floats = low + (high - low) * share
    return bounds


def population_bands(score: ArrayLike, population: ArrayLike, bands: int = 5, *, highest_first: bool = True) -> Bands:
    """Part areas into bands of about as many people each, the highest score (most deprived) first.

    Areas with the same score count as one; the middle of its people says which band it is in.

    Shapes:  score and population (n,) or (sets, n); band and reason the same; empty (bands,) or (sets, bands).
    Units:   people; the score in any unit.
    Missing: an area without a score or a population has no band, and its people are not counted.
    Errors:  MethodError if there are fewer than two bands, or a population is negative.
    """
    s, people = _numbers(bands, score=score, population=population)
    refuse(people < 0, "have a negative population", "check the populations")
    reason = np.where(np.isnan(s), "no score", np.where(np.isnan(people), "no population", ""))
    s, people = np.where(reason == "", s, np.nan), np.where(reason == "", people, 0)
    total = people.sum(axis=-1, keepdims=True)
    reason = np.where((reason == "") & (total == 0), "nobody to count", reason)
    before, up_to = _people_around(-s if highest_first else s, people)
    # Twice the middle over twice the total: whole populations are then counted exactly.
    middle = bands * (before + up_to) / np.where(total == 0, 1, 2 * total)
    return _banded(np.minimum(np.floor(middle).astype(np.int64) + 1, bands), bands, reason)


def weighted_score(score: ArrayLike, weight: ArrayLike) -> Scores:
    """The score of larger areas: the mean of their small areas' scores, weighted by people.

    Shapes:  score and weight (areas, small areas), or (small areas,) for one area; result (areas,) or one
             figure. Rows of unequal length are filled up with weights of 0.
    Units:   weights are the populations published with the index; the score keeps its unit.
    Missing: a small area of some weight without a score, no weight at all, or a missing weight: no figure.
    Errors:  MethodError if a weight is negative.
    Source:  OHID, Assigning deprivation categories.
    """
    s, w = together(score=score, weight=weight)
    if s.ndim == 0:
        raise MethodError("a score of a larger area needs a row of small areas, found a single number")
    refuse(w < 0, "have a negative weight", "check the populations")
    unscored = (np.isnan(s) & (w > 0)).any(axis=-1)
    unweighted = np.isnan(w).any(axis=-1)
    total = w.sum(axis=-1)
    reason = np.select(
        [unweighted, unscored, total == 0],
        ["a small area has no population", "a small area has no score", "nobody to count"],
        "",
    )
    given = np.where(w > 0, s, 0)  # a place filled up with weight 0 has no score to give
    value = (w * given).sum(axis=-1) / np.where(total == 0, 1, total)
    return Scores(np.where(reason == "", value, np.nan), reason)


def _first_places(value: Floats) -> Integers:
    """Where each value stands in order along the last axis, from 0, equal values on the first of their places."""
    order = np.argsort(value, axis=-1, kind="stable")  # missing values come last
    ranked = np.take_along_axis(value, order, axis=-1)
    differs = np.ones(value.shape, dtype=bool)
    differs[..., 1:] = ranked[..., 1:] != ranked[..., :-1]
    first = np.maximum.accumulate(np.where(differs, np.arange(value.shape[-1]), 0), axis=-1)
    found = np.empty_like(order)
    np.put_along_axis(found, order, first, axis=-1)
    return found


def _people_around(value: Floats, people: Floats) -> tuple[Floats, Floats]:
    """For each area, the people in areas of lower value, and with them those of its own value."""
    order = np.argsort(value, axis=-1, kind="stable")
    running = np.zeros((*value.shape[:-1], value.shape[-1] + 1))
    running[..., 1:] = np.cumsum(np.take_along_axis(people, order, axis=-1), axis=-1)
    lower = _first_places(value)
    no_higher = (~np.isnan(value)).sum(axis=-1, keepdims=True) - _first_places(-value)
    return np.take_along_axis(running, lower, axis=-1), np.take_along_axis(running, no_higher, axis=-1)


def _numbers(bands: int, **named: ArrayLike) -> tuple[Floats, ...]:
    if bands < 2:
        raise MethodError(f"{bands} bands: give at least two")
    arrays = together(**named)
    if arrays[0].ndim == 0 or not arrays[0].shape[-1]:
        raise MethodError("bands need a row of areas, found a single number or none")
    return arrays


def _banded(band: Integers, bands: int, reason: Texts) -> Bands:
    band = np.where(reason == "", band, 0)
    empty = np.stack([~(band == number).any(axis=-1) for number in range(1, bands + 1)], axis=-1)
    return Bands(band, empty, reason)
