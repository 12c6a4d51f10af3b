"""Crude rates: events in a population, with Byar's interval, exact below ten events.

The official method of the Office for Health Improvement and Disparities: quick and close for
ten events or more, and the exact Poisson interval for fewer.
"""

from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import gammaincinv

from pmif.errors import MethodError
from pmif.methods.estimate import Estimate

EXACT_BELOW = 10


def crude_rate(numerator: ArrayLike, denominator: ArrayLike, confidence: float = 0.95) -> Estimate:
    """Estimate the rate behind each pair of events and person-time.

    Shapes:  numerator and denominator (n,); each array of the result (n,).
    Units:   events and people in; events per person out. "Per 1,000" is made by the unit.
    Missing: a row without a count, or with a denominator of 0, is NaN with a reason.
    Errors:  MethodError if a count is negative.
    Source:  APHO (2008) Technical Briefing 3; OHID Public health technical guidance, Rates.
    """
    o = np.asarray(numerator, dtype=float)
    n = np.asarray(denominator, dtype=float)
    faults = np.flatnonzero((o < 0) | (n < 0))
    if faults.size:
        raise MethodError(f"{faults.size} of {o.size} observations have a negative count, first {faults[0]}")

    reason = np.where(np.isnan(o) | np.isnan(n), "count missing", np.where(n == 0, "nobody to count", ""))
    o, n = np.where(reason == "", o, np.nan), np.where(reason == "", n, np.nan)
    tail = (1 - confidence) / 2
    z = NormalDist().inv_cdf(1 - tail)
    safe = np.maximum(o, EXACT_BELOW)  # Byar's formula divides by o; rows below ten take the exact limits instead
    byar_lower = safe * (1 - 1 / (9 * safe) - z / (3 * np.sqrt(safe))) ** 3
    byar_upper = (safe + 1) * (1 - 1 / (9 * (safe + 1)) + z / (3 * np.sqrt(safe + 1))) ** 3
    # The exact limits of a Poisson count, half a chi-squared quantile, by the gamma function they rest on.
    exact_lower = np.where(o == 0, 0, gammaincinv(np.where(o == 0, 1, o), tail))
    exact_upper = gammaincinv(o + 1, 1 - tail)
    exact = o < EXACT_BELOW
    return Estimate(
        o / n,
        np.where(exact, exact_lower, byar_lower) / n,
        np.where(exact, exact_upper, byar_upper) / n,
        reason,
    )
