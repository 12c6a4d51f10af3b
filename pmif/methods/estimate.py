"""What every estimating method returns: values, their intervals, and why any is missing."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Texts = NDArray[np.str_]


@dataclass(frozen=True)
class Estimate:
    """A value and its interval, with a reason wherever one cannot be given: four arrays of one shape.

    NaN in `value` marks an observation with nothing to estimate from, and `reason` says why; NaN in the
    limits alone means that the value stands without an interval. NaN never marks a suppressed figure:
    suppression comes later and has a status of its own.
    """

    value: Floats
    lower: Floats
    upper: Floats
    reason: Texts
