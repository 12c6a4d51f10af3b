"""Standardised rates: what is left of a difference between places once their ages are set aside.

Deaths and admissions rise with age, so a place with many old people has a high crude rate however well
it fares. A directly standardised rate asks what the rate would be if every place had the same ages. An
indirectly standardised ratio asks how many events a place would have had at some other place's rates, and
suits places too small for a rate in every age band.
"""

import numpy as np
from numpy.typing import ArrayLike

from pmif.errors import MethodError
from pmif.methods.about import About, Standing
from pmif.methods.estimate import (
    COUNT_MISSING,
    NO_CERTAIN_LIMITS,
    POPULATION_MISSING,
    Bools,
    Estimate,
    Floats,
    counts,
    first_that_holds,
    refuse,
    require_confidence,
)
from pmif.methods.rate import byar

# Ages 0-4, 5-9, and so on to 85-89, and 90 and over: 100,000 people.
EUROPEAN_STANDARD_POPULATION_2013 = (
    5000, 5500, 5500, 5500, 6000, 6000, 6500, 7000, 7000, 7000,
    7000, 6500, 6000, 5500, 5000, 4000, 2500, 1500, 1000,
)  # fmt: skip

FEWEST_EVENTS = 10  # for a directly standardised rate; with fewer, its interval is not to be relied on
TOO_FEW_EVENTS = "fewer than 10 events"
NOBODY_IN_A_BAND = "nobody in an age band"
NONE_EXPECTED = "no events expected"

DIRECT_ABOUT = About(
    id="directly-standardised-rate",
    title="Directly standardised rate",
    tells=(
        "The rate a place would have if its people had the ages of a standard population. "
        "Places of different ages can be compared by it. It is no count of anything that happened here."
    ),
    needs=(
        "Events and people in every age band, and a standard population; at least ten events in all. "
        "The standard is the European Standard Population of 2013 unless another is named."
    ),
    formula=(
        "for each age band: x = events, n = people, w = people in the standard population\n"
        "D = Σ(w × x ÷ n) ÷ Σw\n"
        "Var = Σ(x × (w ÷ n)²) ÷ (Σw)²\n"
        "O = Σx, with Byar's limits (as for a crude rate)\n"
        "lower = D + √(Var ÷ O) × (Byar's lower limit − O), upper likewise"
    ),
    standing=Standing.OHID,
    source="Dobson and others (1991), Statistics in Medicine 10, 457-462",
    address="https://doi.org/10.1002/sim.4780100317",
)

CLUSTERED_ABOUT = About(
    id="clustered-directly-standardised-rate",
    title="Directly standardised rate of events that come in clusters",
    tells=(
        "A directly standardised rate of events that one person can have several times, such as admissions. "
        "One person's events do not come independently, so the interval is wider than it would be for as many people."
    ),
    needs=(
        "In every age band, how many people had one event, how many two, and so on; the people living there; "
        "and a standard population. At least ten events in all."
    ),
    formula=(
        "D as for a directly standardised rate of all events\n"
        "for people with f events each: Var(f) as for a directly standardised rate, counting people\n"
        "Var = Σ(f² × Var(f))\n"
        "O = all events, with Byar's limits\n"
        "lower = D + √(Var ÷ O) × (Byar's lower limit − O), upper likewise"
    ),
    standing=Standing.OHID,
    source="OHID, Public health technical guidance; PHEindicatormethods, calculate_dsr",
    address="https://github.com/ukhsa-collaboration/PHEindicatormethods",
)

INDIRECT_ABOUT = About(
    id="indirectly-standardised-ratio",
    title="Indirectly standardised ratio and rate",
    tells=(
        "How many events a place had, for every event expected if each age had had the rate of a reference population. "
        "Above 1 (or 100) is more than expected. Each place is compared with the reference, not with other places. "
        "The rate is the ratio times the reference population's crude rate."
    ),
    needs="Events and people here in every age band, and events and people in the reference population.",
    formula=(
        "for each age band: x = events here, n = people here, X and N the same in the reference population\n"
        "O = Σx, E = Σ(n × X ÷ N)\n"
        "ratio = O ÷ E\n"
        "lower, upper = limits of O as for a crude rate, ÷ E\n"
        "rate = ratio × ΣX ÷ ΣN"
    ),
    standing=Standing.OHID,
    source="OHID, Public health technical guidance",
    address="https://fingertips.phe.org.uk/static-reports/public-health-technical-guidance/",
)


def directly_standardised_rate(
    count: ArrayLike,
    population: ArrayLike,
    standard: ArrayLike = EUROPEAN_STANDARD_POPULATION_2013,
    confidence: float = 0.95,
) -> Estimate:
    """Estimate the rate each area would have if its people had the standard population's ages.

    Shapes:  count and population (n, k), one row an area and one column an age band; standard (k,); each
             array of the result (n,). One area may be given as (k,).
    Units:   events and people in; events per person of the standard population out. The lower limit can
             fall below 0 where a few events carry most of the weight: it is left as the formula gives it.
    Missing: an area is NaN with a reason if a count or population is missing, if nobody lives in an age
             band, or if there were fewer than ten events. At a confidence of 1 the value has no limits.
    Errors:  MethodError if a count or population is negative, or the standard population has no figure,
             a negative one or nobody at all, or other age bands.
    Source:  Dobson and others (1991), Statist. Med. 10, 457-462; OHID Public health technical guidance.
    """
    x, n = counts(count=count, population=population)
    return _dobson(x, x, n, standard, confidence)


def clustered_directly_standardised_rate(
    persons: ArrayLike,
    events_each: ArrayLike,
    population: ArrayLike,
    standard: ArrayLike = EUROPEAN_STANDARD_POPULATION_2013,
    confidence: float = 0.95,
) -> Estimate:
    """Estimate a directly standardised rate of events that one person can have several times.

    Shapes:  persons (n, k, f), the people in each age band (k) who had each number of events (f);
             events_each (f,), those numbers; population (n, k); standard (k,); each array of the result (n,).
    Units, missing and source: as for `directly_standardised_rate`; the ten are events, not people.
    Errors:  as there, and if the numbers of events are not all above 0.
    """
    (each,) = counts(events_each=events_each)
    (p,) = counts(persons=persons)
    (n,) = counts(population=population)
    if each.ndim != 1 or p.shape[-1:] != each.shape or p.shape[:-1] != n.shape:
        raise MethodError(
            f"shapes do not fit (persons {p.shape}, events_each {each.shape}, population {n.shape}): "
            "give persons by area, age band and number of events, and population by area and age band"
        )
    refuse(~(each > 0), "have no number of events", "leave out the people who had none")
    events = np.einsum("...f,f->...", p, each)
    # Σf²·persons stands in the variance where the count stands when events come one by one.
    return _dobson(events, np.einsum("...f,f->...", p, each**2), n, standard, confidence)


def _dobson(x: Floats, spread: Floats, n: Floats, standard: ArrayLike, confidence: float) -> Estimate:
    """Dobson's method, for events x whose variance in each age band is `spread`; x itself if they are independent."""
    w = _standard(standard, x)
    total = np.asarray(x.sum(axis=-1))
    reason = first_that_holds(
        total.shape,
        (np.isnan(total), COUNT_MISSING),
        (np.isnan(n).any(axis=-1), POPULATION_MISSING),
        ((n == 0).any(axis=-1), NOBODY_IN_A_BAND),
        (total < FEWEST_EVENTS, TOO_FEW_EVENTS),
        (confidence == 1, NO_CERTAIN_LIMITS),
    )
    stands = (reason == "") | (reason == NO_CERTAIN_LIMITS)
    total = np.where(stands, total, np.nan)

    weight = np.where(n == 0, np.nan, n)
    np.divide(w / w.sum(), weight, out=weight)
    value = np.einsum("...k,...k->...", x, weight)  # D = Σ(w·x÷n) ÷ Σw
    variance = np.einsum("...k,...k,...k->...", spread, weight, weight)  # Var = Σ(x·(w÷n)²) ÷ (Σw)²
    scale = np.sqrt(variance / total)
    lower, upper = byar(total, confidence)
    return Estimate(
        np.where(stands, value, np.nan),
        np.asarray(value + scale * (lower - total)),
        np.asarray(value + scale * (upper - total)),
        reason,
    )


def _standard(standard: ArrayLike, x: Floats) -> Floats:
    (w,) = counts(standard=standard)
    if w.ndim != 1 or x.shape[-1:] != w.shape:
        raise MethodError(
            f"the figures {x.shape} and the standard population {w.shape} do not have the same age bands: "
            "give one row an area, with a column for each band of the standard"
        )
    refuse(np.isnan(w), "have no standard population", "give every age band of the standard a figure")
    if not w.sum() > 0:
        raise MethodError("there is nobody in the standard population: give its people in each age band")
    return w


def expected_events(population: ArrayLike, reference_count: ArrayLike, reference_population: ArrayLike) -> Floats:
    """How many events each area would have had at the reference population's rates.

    Shapes:  population (n, k), one row an area and one column an age band; the references (k,); result (n,).
    Missing: NaN for an area with a population missing.
    Errors:  MethodError if a figure is negative, or one of the references is missing or has nobody in a band.
    """
    (n,) = counts(population=population)
    return _expected(n, *_reference(n, reference_count, reference_population))


def indirectly_standardised_ratio(
    count: ArrayLike,
    population: ArrayLike,
    reference_count: ArrayLike,
    reference_population: ArrayLike,
    confidence: float = 0.95,
) -> Estimate:
    """Estimate how many events each area had for every event expected of its ages.

    Shapes:  count and population (n, k), one row an area and one column an age band; the references
             (k,); each array of the result (n,). One area may be given as (k,).
    Units:   a ratio, 1 where there were as many events as expected. The caller makes it 100.
    Missing: an area is NaN with a reason if a count or population is missing or no events were expected.
             At a confidence of 1 the value has no limits.
    Errors:  MethodError if a figure is negative, or one of the references is missing or has nobody in a band.
    Source:  OHID Public health technical guidance; APHO (2008) Technical Briefing 3.
    """
    require_confidence(confidence)
    x, n = counts(count=count, population=population)
    expected = _expected(n, *_reference(n, reference_count, reference_population))
    observed = np.asarray(x.sum(axis=-1))
    reason = first_that_holds(
        observed.shape,
        (np.isnan(observed), COUNT_MISSING),
        (np.isnan(expected), POPULATION_MISSING),
        (expected == 0, NONE_EXPECTED),
        (confidence == 1, NO_CERTAIN_LIMITS),
    )
    expected = np.where(expected == 0, np.nan, expected)
    lower, upper = byar(observed, confidence)
    return Estimate(np.asarray(observed / expected), np.asarray(lower / expected), np.asarray(upper / expected), reason)


def indirectly_standardised_rate(
    count: ArrayLike,
    population: ArrayLike,
    reference_count: ArrayLike,
    reference_population: ArrayLike,
    confidence: float = 0.95,
) -> Estimate:
    """Estimate each area's rate, standardised for age: its ratio times the reference population's crude rate.

    Units:   events per person. Everything else is as for `indirectly_standardised_ratio`.
    """
    ratio = indirectly_standardised_ratio(count, population, reference_count, reference_population, confidence)
    crude = np.sum(np.asarray(reference_count, dtype=float)) / np.sum(np.asarray(reference_population, dtype=float))
    value, lower, upper = (np.asarray(part * crude) for part in (ratio.value, ratio.lower, ratio.upper))
    return Estimate(value, lower, upper, ratio.reason)


def _expected(n: Floats, reference_count: Floats, reference_population: Floats) -> Floats:
    return np.asarray(np.einsum("...k,k->...", n, reference_count / reference_population))  # E = Σ(n·X÷N)


def _reference(n: Floats, count: ArrayLike, population: ArrayLike) -> tuple[Floats, Floats]:
    reference_count, reference_population = counts(reference_count=count, reference_population=population)
    if reference_count.ndim != 1 or n.shape[-1:] != reference_count.shape:
        raise MethodError(
            f"the figures {n.shape} and the reference population {reference_count.shape} do not have the same age "
            "bands: give one row an area, with a column for each band of the reference"
        )
    missing: Bools = np.isnan(reference_count) | ~(reference_population > 0)
    refuse(missing, "have no reference rate", "give every age band the reference's events (0 if none) and people")
    return reference_count, reference_population
