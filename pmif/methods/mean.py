"""Means of single values, with Student's interval.

For measures known person by person or place by place (days off sick, a score), where the spread of
the values themselves says how sure the mean is.
"""

import numpy as np
import scipy
from numpy.typing import ArrayLike

from pmif.methods.about import About, Standing
from pmif.methods.estimate import NO_CERTAIN_LIMITS, Estimate, Floats, first_that_holds, numbers, require_confidence

VALUE_MISSING = "value missing"
NO_VALUES = "no values"
NO_SPREAD = "one value has no spread"

ABOUT = About(
    id="mean",
    title="Mean",
    tells=(
        "The average of single values. "
        "The interval says how far chance alone could have moved it: the fewer the values and the more they differ, "
        "the wider it is."
    ),
    needs="Every single value; at least two for an interval.",
    formula=(
        "mean = Σ values ÷ n\n"
        "s = √(Σ (value − mean)² ÷ (n − 1))\n"
        "lower, upper = mean ± t × s ÷ √n\n"
        "t = Student's t with n − 1 degrees of freedom, 1.96 for 95% when n is large"
    ),
    standing=Standing.OHID,
    source="OHID, Public health technical guidance",
    address="https://fingertips.phe.org.uk/static-reports/public-health-technical-guidance/",
)


def mean(values: ArrayLike, confidence: float = 0.95, *, drop_missing: bool = False) -> Estimate:
    """Estimate the mean behind each row of values.

    Shapes:  values (..., n); each array of the result has the shape without the last axis.
    Missing: a row with a value missing is NaN with a reason, unless the missing ones are to be dropped; so is a row
             without any value. One value is its own mean, without limits.
    Errors:  MethodError if a value is infinite.
    Source:  OHID Public health technical guidance; Student (1908), Biometrika 6, 1-25.
    """
    require_confidence(confidence)
    (x,) = numbers(values=np.atleast_1d(values))
    missing = np.isnan(x)
    n = x.shape[-1] - np.count_nonzero(missing, axis=-1)
    lacking = np.asarray((n < x.shape[-1]) & (not drop_missing))
    reason = first_that_holds(
        lacking.shape,
        (lacking, VALUE_MISSING),
        (n == 0, NO_VALUES),
        (n == 1, NO_SPREAD),
        (confidence == 1, NO_CERTAIN_LIMITS),
    )
    size = np.where(lacking | (n == 0), np.nan, n)

    # Measured from each row's least value, equal values have no spread at all, whatever they are rounded to.
    least = np.asarray(np.fmin.reduce(x, axis=-1, initial=np.inf))
    from_least = x - least[..., None]
    from_least[missing] = 0
    centre = from_least.sum(axis=-1) / size
    deviation = np.subtract(from_least, centre[..., None], out=from_least)
    deviation[missing] = 0
    freedom = np.where(size > 1, size - 1, np.nan)
    spread = np.sqrt(np.einsum("...i,...i->...", deviation, deviation) / freedom)
    reach = _student_quantile(freedom, confidence) * spread / np.sqrt(size)
    value = least + centre
    return Estimate(np.asarray(value), np.asarray(value - reach), np.asarray(value + reach), reason)


def _student_quantile(freedom: Floats, confidence: float) -> Floats:
    """Student's t for these degrees of freedom; NaN at a confidence of 1, which no finite interval has."""
    if confidence == 1:
        return np.full(freedom.shape, np.nan)
    sizes, which = np.unique(freedom, return_inverse=True)  # rows are mostly of one size, and the quantile is slow
    return np.asarray(-scipy.special.stdtrit(sizes, (1 - confidence) / 2)[which.reshape(freedom.shape)], dtype=float)
