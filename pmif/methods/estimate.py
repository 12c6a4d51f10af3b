"""What every estimating method returns, and the few checks that the methods share.

A method refuses figures that can only be a mistake (a negative count), and gives a reason for those
that merely lack something (a count that has not come in).
"""

import math
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pmif.errors import MethodError

Floats = NDArray[np.float64]
Texts = NDArray[np.str_]
Bools = NDArray[np.bool_]

# Reasons that several methods give.
COUNT_MISSING = "count missing"
POPULATION_MISSING = "population missing"
NOBODY_TO_COUNT = "nobody to count"
NO_CERTAIN_LIMITS = "no limits are certain"  # at a confidence of 1, only "anything at all" would be

LEAST_CONFIDENCE = 0.9  # as in the official software; it also catches 0.05, the chance of being wrong


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


def numbers(**named: ArrayLike) -> tuple[Floats, ...]:
    """The named arrays as numbers of one shape, NaN where a figure is missing.

    Errors:  MethodError if the shapes differ or a figure is infinite.
    """
    made = {name: np.asarray(values, dtype=float) for name, values in named.items()}
    if len({array.shape for array in made.values()}) > 1:
        shapes = ", ".join(f"{name} {array.shape}" for name, array in made.items())
        raise MethodError(f"shapes differ ({shapes}): give one figure of each kind for every observation")
    for name, array in made.items():
        refuse(np.isinf(array), f"have an infinite {name}", "check the figures that it was worked out from")
    return tuple(made.values())


def together(**named: ArrayLike) -> tuple[Floats, ...]:
    """The arrays as numbers, in one shape: each has the shape of the largest, or stands for all of it.

    Errors:  MethodError if the shapes do not match, or a number is infinite.
    """
    arrays = {name: np.asarray(given, dtype=float) for name, given in named.items()}
    shapes = {name: array.shape for name, array in arrays.items()}
    said = ", ".join(f"{name} {shape}" for name, shape in shapes.items())
    try:
        shape = np.broadcast_shapes(*shapes.values())
    except ValueError:
        raise MethodError(f"shapes do not match ({said}): give one figure an area, or one for all") from None
    if shape not in shapes.values():  # (3, 1) with (4,) would quietly become every pairing of the two
        raise MethodError(f"shapes do not match ({said}): give one figure an area, or one for all")
    for name, array in arrays.items():
        refuse(np.isinf(array), f"have an infinite {name}", "give a number, or nothing where there is none")
    return tuple(np.broadcast_to(array, shape) for array in arrays.values())


def counts(**named: ArrayLike) -> tuple[Floats, ...]:
    """The named arrays as counts of one shape, NaN where a count is missing.

    Errors:  MethodError if the shapes differ, or a count is negative or infinite.
    """
    made = numbers(**named)
    for name, array in zip(named, made, strict=True):
        refuse(array < 0, "have a negative count", f"check the source of {name} for a sign or a typing mistake")
    return made


def refuse(faulty: Bools, problem: str, remedy: str) -> None:
    """Raise MethodError if any observation is at fault, saying how many, where the first is, and what to do.

    Positions count from 0; in a table the first is given as (row, column).
    """
    if not np.any(faulty):
        return
    first = tuple(int(index) for index in np.argwhere(np.atleast_1d(faulty))[0])
    place = first[0] if len(first) == 1 else first
    raise MethodError(
        f"{np.count_nonzero(faulty)} of {np.size(faulty)} observations {problem}, first {place}: {remedy}"
    )


def first_that_holds(shape: tuple[int, ...], *rules: tuple[Bools | np.bool_ | bool, str]) -> Texts:
    """For every observation, the text of the first rule that holds for it, and "" where none does.

    Shapes:  each rule, an array or a single yes or no, spreads over `shape`; the result has that shape.
    """
    held = [(rule, text) for rule, text in rules if np.any(rule)]
    # Text takes four bytes a letter in every row, so make room only for reasons that are given.
    reason = np.zeros(shape, dtype=f"U{max((len(text) for _, text in held), default=1)}")
    for rule, text in reversed(held):
        reason[np.broadcast_to(rule, shape)] = text
    return reason


def require_confidence(confidence: float) -> None:
    """Errors: MethodError unless the confidence is a fraction from 0.9 to 1."""
    if not LEAST_CONFIDENCE <= confidence <= 1:
        raise MethodError(
            f"the confidence is {confidence:g}: give a fraction from {LEAST_CONFIDENCE} to 1, such as 0.95 or 0.998"
        )


def normal_quantile(confidence: float) -> float:
    """How many standard deviations either side of the middle hold this share of a normal distribution.

    1.959964 for 0.95 and 3.090232 for 0.998; infinite for 1.
    Errors:  MethodError unless the confidence is a fraction from 0.9 to 1.
    """
    require_confidence(confidence)
    if confidence == 1:
        return math.inf
    return -NormalDist().inv_cdf((1 - confidence) / 2)  # from the tail, which keeps its digits as it gets thin


def limit_quantile(confidence: float) -> float:
    """The normal quantile of a confidence, for limits that must end somewhere.

    Errors:  MethodError unless the confidence is a fraction from 0.9 to below 1.
    """
    if confidence == 1:
        raise MethodError("no limits are certain: give a confidence below 1, such as 0.95 or 0.998")
    return normal_quantile(confidence)
