"""Smoothed rates for maps: small areas drawn towards the average, as far as chance alone moves them.

A ward of few people can have the highest rate of a map by chance, and the lowest the year after. Empirical
Bayes smoothing moves each rate towards the average of all areas, or of its neighbours: far where the area is
small, hardly at all where it is large. Smoothed rates are for maps. They are never ranked nor held against a
target, and the count they come from is shown beside them.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from pmif.errors import MethodError
from pmif.methods.about import About, Standing
from pmif.methods.estimate import COUNT_MISSING, NOBODY_TO_COUNT, Floats, Texts, counts, first_that_holds

if TYPE_CHECKING:
    from libpysal.weights import W

EMPIRICAL_BAYES_ABOUT = About(
    id="empirical-bayes",
    title="Smoothed rates",
    tells="Each area's rate is moved towards the average: far where few people live, hardly where many do. "
    "The map then shows less of chance and more of what lasts. "
    "Smoothed rates are for maps only. Areas are not ranked by them.",
    needs="A count and a population for every area. To smooth towards neighbours, also which areas are neighbours.",
    formula="r = count ÷ people, m = all counts ÷ all people\n"
    "A = Σ people × (r − m)² ÷ all people − m ÷ (people in an average area), or 0 if that is below 0\n"
    "smoothed rate = m + (A ÷ (A + m ÷ people)) × (r − m)",
    standing=Standing.ACADEMIC,
    source="Marshall (1991) Mapping disease and mortality rates using empirical Bayes estimators, "
    "Applied Statistics 40, 283-294",
)


@dataclass(frozen=True)
class Smoothed:
    """Rates after smoothing, and what they were drawn towards: arrays of one shape, and a reason for each area.

    `prior_mean` is the average that an area's rate was drawn to, and `prior_variance` how much rates around it
    differ by more than chance: where that is 0, every area has the average.
    """

    value: Floats
    raw: Floats
    prior_mean: Floats
    prior_variance: Floats
    reason: Texts


def empirical_bayes(count: ArrayLike, population: ArrayLike) -> Smoothed:
    """Smooth each area's rate towards the average of all.

    Shapes:  count and population (..., areas), each series along the last axis on its own; the results likewise.
    Units:   events and people in; events per person out.
    Missing: an area without a count or people is left out of the average, and has a reason.
    Errors:  MethodError if a count or population is negative, or shapes differ.
    Source:  Marshall (1991), Appl. Statist. 40, 283-294.
    """
    events, people, rate, reason = _ready(count, population)
    everyone = people.sum(axis=-1, keepdims=True)
    areas = (people > 0).sum(axis=-1, keepdims=True)
    mean = _share(events.sum(axis=-1, keepdims=True), everyone)
    variance = _share((people * (rate - mean) ** 2).sum(axis=-1, keepdims=True), everyone)
    return _smoothed(rate, people, mean, _beyond_chance(variance, mean, _share(everyone, areas)), reason)


def local_empirical_bayes(count: ArrayLike, population: ArrayLike, weights: "W") -> Smoothed:
    """Smooth each area's rate towards the average of itself and its neighbours.

    How far rates differ around an area is taken from each one's difference from the average of its own
    neighbourhood, as Bailey and Gatrell read Marshall. An island keeps its rate: it has nothing to be drawn to.

    Shapes:  count and population (..., areas); weights from spatial.row_standardised(areas, ...), of which only
             who is whose neighbour is used. The results (..., areas).
    Units, Missing: as for empirical_bayes.
    Errors:  as there, and MethodError if there is not one count for each area of the weights.
    Source:  Marshall (1991), Appl. Statist. 40, 283-294; Bailey and Gatrell (1995) Interactive Spatial Data
             Analysis, 305-307.
    """
    from scipy.sparse import eye_array

    events, people, rate, reason = _ready(count, population)
    if events.shape[-1] != weights.n:
        raise MethodError(f"{events.shape[-1]} counts for {weights.n} areas: give one for each area, in order")
    around = (weights.sparse != 0).astype(float) + eye_array(weights.n)

    def total(figures: Floats) -> Floats:
        """The sum over each area and its neighbours."""
        summed: Floats = (around @ figures.reshape(-1, weights.n).T).T.reshape(figures.shape)
        return summed

    everyone = total(people)
    mean = _share(total(events), everyone)
    variance = _share(total(people * (rate - mean) ** 2), everyone)
    in_an_area = _share(everyone, total((people > 0).astype(float)))
    return _smoothed(rate, people, mean, _beyond_chance(variance, mean, in_an_area), reason)


def _ready(count: ArrayLike, population: ArrayLike) -> tuple[Floats, Floats, Floats, Texts]:
    """Counts, people and rates, 0 where an area takes no part, and the reason for that."""
    events, people = counts(count=count, population=population)
    if events.ndim == 0:
        raise MethodError("areas lie along the last axis, and one figure has none: give an array of areas")
    reason = first_that_holds(
        events.shape, (np.isnan(events) | np.isnan(people), COUNT_MISSING), (people == 0, NOBODY_TO_COUNT)
    )
    events, people = (np.where(reason == "", array, 0.0) for array in (events, people))
    return events, people, _share(events, people), reason


def _beyond_chance(variance: Floats, mean: Floats, people: Floats) -> Floats:
    # A = max(0, s² − m / people of an average area). Below 0, rates differ by less than chance would bring: without
    # the floor, smoothing would carry rates past the average and out at the other side.
    spare: Floats = np.maximum(0, variance - _share(mean, people))
    return spare


def _smoothed(rate: Floats, people: Floats, mean: Floats, variance: Floats, reason: Texts) -> Smoothed:
    # r̃ = m + A / (A + m/n) × (r − m), written without dividing by n or by 0: where nothing happened anywhere, m
    kept = _share(variance * people, variance * people + mean)
    blank = reason != ""
    value, raw, mean, variance = (
        np.where(blank, np.nan, array) for array in (mean + kept * (rate - mean), rate, mean, variance)
    )
    return Smoothed(value, raw, mean, variance, reason)


def _share(part: Floats, whole: Floats) -> Floats:
    """part / whole, and 0 where there is no whole."""
    part, whole = np.broadcast_arrays(part, whole)
    return np.divide(part, whole, out=np.zeros(part.shape), where=whole > 0)
