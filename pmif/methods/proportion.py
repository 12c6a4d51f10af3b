"""Proportions of a counted population, with Wilson score intervals.

A proportion is how many people something is true of, out of everyone it could be true of. Ward
counts are small, so the interval is Wilson's: it never leaves 0 to 1, and it keeps its width at
0 of n and n of n, where the textbook interval has none.
"""

import numpy as np
from numpy.typing import ArrayLike

from pmif.methods.about import About, Standing
from pmif.methods.estimate import (
    COUNT_MISSING,
    NOBODY_TO_COUNT,
    Estimate,
    first_that_holds,
    normal_quantile,
    numbers,
    refuse,
)

ABOUT = About(
    id="proportion",
    title="Proportion",
    tells=(
        "How many people something is true of, out of everyone it could be true of. "
        "The interval says how far chance alone could have moved the figure: the fewer people, the wider it is."
    ),
    needs="Two counts: the people it is true of, and everyone counted.",
    formula=(
        "x = people it is true of, n = everyone counted\n"
        "p = x ÷ n\n"
        "lower, upper = (2x + z² ± z × √(z² + 4x(1 − p))) ÷ (2(n + z²))\n"
        "z = 1.96 for 95% and 3.09 for 99.8%"
    ),
    standing=Standing.OHID,
    source="Wilson (1927), Journal of the American Statistical Association 22, 209-212",
    address="https://doi.org/10.1080/01621459.1927.10502953",
)


def proportion(numerator: ArrayLike, denominator: ArrayLike, confidence: float = 0.95) -> Estimate:
    """Estimate the proportion behind each pair of counts.

    Shapes:  numerator and denominator (n,); each array of the result (n,).
    Units:   counts in; fractions of one out. Percentages are made when shown.
    Missing: a row without a count, or with a denominator of 0, is NaN with a reason.
    Errors:  MethodError if a count is negative or exceeds its denominator.
    Source:  Wilson (1927), J. Am. Stat. Assoc. 22, 209-212; worked examples in Newcombe (1998),
             Statist. Med. 17, 857-872, table I.
    """
    x, n = numbers(numerator=numerator, denominator=denominator)
    refuse(
        (x < 0) | (n < 0) | (x > n),
        "are not a part of a whole",
        "check that numerator and denominator cover the same people and period",
    )
    z = normal_quantile(confidence)

    reason = first_that_holds(x.shape, (np.isnan(x) | np.isnan(n), COUNT_MISSING), (n == 0, NOBODY_TO_COUNT))
    n = np.where(n == 0, np.nan, n)
    value = np.asarray(x / n)
    if confidence == 1:  # only the whole range is certain
        missing = np.isnan(value)
        return Estimate(value, np.where(missing, np.nan, 0.0), np.where(missing, np.nan, 1.0), reason)
    centre = (2 * x + z**2) / (2 * (n + z**2))
    reach = z * np.sqrt(z**2 + 4 * x * (1 - value)) / (2 * (n + z**2))
    # The clip only mends rounding: at 1024 of 1024 the upper limit is 1 + 2e-16.
    lower, upper = np.clip(centre - reach, 0, value), np.clip(centre + reach, value, 1)
    return Estimate(value, np.asarray(lower), np.asarray(upper), reason)
