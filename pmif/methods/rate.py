"""Crude rates: events in a population, with Byar's interval, exact below ten events.

The official method of the Office for Health Improvement and Disparities: quick and close for
ten events or more, and the exact Poisson interval for fewer.
"""

import numpy as np
import scipy
from numpy.typing import ArrayLike

from pmif.methods.about import About, Standing
from pmif.methods.estimate import (
    COUNT_MISSING,
    NO_CERTAIN_LIMITS,
    NOBODY_TO_COUNT,
    Estimate,
    Floats,
    counts,
    first_that_holds,
    normal_quantile,
)

EXACT_BELOW = 10

ABOUT = About(
    id="crude-rate",
    title="Crude rate",
    tells=(
        "How many events there were for every so many people, whatever their ages. "
        "The interval says how far chance alone could have moved the figure: the fewer events, the wider it is."
    ),
    needs="The events, and the people in whom they could have happened (people times years, if over several).",
    formula=(
        "O = events, n = people\n"
        "rate = O ÷ n\n"
        "10 events or more (Byar):\n"
        "lower = O(1 − 1 ÷ (9O) − z ÷ (3√O))³ ÷ n\n"
        "upper = (O + 1)(1 − 1 ÷ (9(O + 1)) + z ÷ (3√(O + 1)))³ ÷ n\n"
        "z = 1.96 for 95% and 3.09 for 99.8%\n"
        "fewer than 10 events (exact Poisson), for 95%:\n"
        "lower = ½χ²(0.025; 2O) ÷ n, and 0 when there were none\n"
        "upper = ½χ²(0.975; 2O + 2) ÷ n"
    ),
    standing=Standing.OHID,
    source="OHID, Public health technical guidance: Rates",
    address="https://fingertips.phe.org.uk/static-reports/public-health-technical-guidance/Basic_statistics/Rates.html",
)


def crude_rate(numerator: ArrayLike, denominator: ArrayLike, confidence: float = 0.95) -> Estimate:
    """Estimate the rate behind each pair of events and person-time.

    Shapes:  numerator and denominator (n,); each array of the result (n,).
    Units:   events and people in; events per person out. "Per 1,000" is made by the unit.
    Missing: a row without a count, or with a denominator of 0, is NaN with a reason. At a confidence
             of 1 the value stands without limits, and the reason says so.
    Errors:  MethodError if a count is negative.
    Source:  APHO (2008) Technical Briefing 3; OHID Public health technical guidance, Rates.
    """
    o, n = counts(numerator=numerator, denominator=denominator)
    reason = first_that_holds(
        o.shape,
        (np.isnan(o) | np.isnan(n), COUNT_MISSING),
        (n == 0, NOBODY_TO_COUNT),
        (confidence == 1, NO_CERTAIN_LIMITS),
    )
    n = np.where(n == 0, np.nan, n)
    lower, upper = byar(o, confidence)
    return Estimate(np.asarray(o / n), np.asarray(lower / n), np.asarray(upper / n), reason)


def byar(count: ArrayLike, confidence: float = 0.95) -> tuple[Floats, Floats]:
    """The limits between which a count would stay by chance: Byar's, and the exact Poisson ones below ten.

    Shapes:  count of any shape; both results of that shape.
    Units:   events, not rates.
    Missing: NaN for a missing count, and for every count at a confidence of 1.
    Errors:  MethodError if a count is negative.
    Source:  APHO (2008) Technical Briefing 3; OHID Public health technical guidance, Rates.
    """
    (o,) = counts(count=count)
    z = normal_quantile(confidence)
    if confidence == 1:
        return np.full(o.shape, np.nan), np.full(o.shape, np.nan)
    flat = o.ravel()
    few = flat < EXACT_BELOW

    # Byar's lower limit would be negative only for z > 3√O − 1 ÷ (3√O), which is 9.4 at ten events; no confidence
    # below 1 that a computer can hold comes to more than 8.3.
    many = np.where(few, EXACT_BELOW, flat)  # his formula divides by O; the rows below ten are replaced in a moment
    lower = many * _cube(1 - 1 / (9 * many) - z / (3 * np.sqrt(many)))
    many += 1
    upper = many * _cube(1 - 1 / (9 * many) + z / (3 * np.sqrt(many)))

    # Half a chi-squared quantile, by the gamma function it rests on: ½χ²(q; 2a) = scipy.special.gammaincinv(a, q).
    tail = (1 - confidence) / 2
    exact = flat[few]
    lower[few] = np.where(exact == 0, 0, scipy.special.gammaincinv(np.where(exact == 0, 1, exact), tail))
    upper[few] = scipy.special.gammaincinv(exact + 1, 1 - tail)
    return lower.reshape(o.shape), upper.reshape(o.shape)


def _cube(root: Floats) -> Floats:
    return root * root * root  # a power is ten times slower
