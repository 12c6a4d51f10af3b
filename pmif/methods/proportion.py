"""Proportions of a counted population, with Wilson score intervals.

A proportion is how many people something is true of, out of everyone it could be true of. Ward
counts are small, so the interval is Wilson's: it never leaves 0 to 1, and it keeps its width at
0 of n and n of n, where the textbook interval has none.
"""

from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike

from pmif.errors import MethodError
from pmif.methods.estimate import Estimate, Floats


def proportion(numerator: ArrayLike, denominator: ArrayLike, confidence: float = 0.95) -> Estimate:
    """Estimate the proportion behind each pair of counts.

    Shapes:  numerator and denominator (n,); each array of the result (n,).
    Units:   counts in; fractions of one out. Percentages are made when shown.
    Missing: a row without a count, or with a denominator of 0, is NaN with a reason.
    Errors:  MethodError if a count is negative or exceeds its denominator.
    Source:  Wilson (1927), J. Am. Stat. Assoc. 22, 209-212; worked examples in Newcombe (1998),
             Statist. Med. 17, 857-872, table I.
    """
    x = np.asarray(numerator, dtype=float)
    n = np.asarray(denominator, dtype=float)
    _require_parts_of_wholes(x, n)

    reason = np.where(np.isnan(x) | np.isnan(n), "count missing", np.where(n == 0, "nobody to count", ""))
    x, n = np.where(reason == "", x, np.nan), np.where(reason == "", n, np.nan)
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    value = x / n
    centre = (2 * x + z**2) / (2 * (n + z**2))
    reach = z * np.sqrt(z**2 + 4 * x * (1 - value)) / (2 * (n + z**2))
    # The clip only mends rounding: at 1024 of 1024 the upper limit is 1 + 2e-16.
    return Estimate(value, np.clip(centre - reach, 0, value), np.clip(centre + reach, value, 1), reason)


def _require_parts_of_wholes(x: Floats, n: Floats) -> None:
    faults = np.flatnonzero((x < 0) | (n < 0) | (x > n))
    if faults.size:
        raise MethodError(
            f"{faults.size} of {x.size} observations are not a part of a whole, first {faults[0]}: "
            "check that numerator and denominator cover the same people and period"
        )
