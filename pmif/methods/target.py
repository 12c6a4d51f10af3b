"""Where a figure stands beside a target: met, close or missed.

A target is what the council set itself. A rating needs to know which way is improvement: a measure
that is neither good nor bad in itself can have no rating, whatever its figure.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from pmif.methods.about import About, Standing
from pmif.methods.estimate import Bools, Floats, Texts, refuse, together
from pmif.methods.polarity import HIGHER_IS_BETTER, LOWER_IS_BETTER, as_polarity

MET, CLOSE, MISSED = "met", "close", "missed"
UNCERTAIN = "uncertain"  # the target lies inside the interval: the figure cannot tell

# A share of 7 in 100 is 7.000000000000001%: what misses a target by rounding alone has met it.
ROUNDING = 1e-9

ABOUT = About(
    id="target-with-tolerance",
    title="Rating against a target",
    tells="Met means that the figure has reached the target. Close means that it misses by no more than the tolerance "
    "that was set with the target. Missed means that it misses by more.",
    needs="The figure, its target, which way is improvement, and the tolerance if there is one. The rating says "
    "nothing of chance: a small figure can meet a target by luck.",
    formula="higher is better: met if v ≥ T, close if T − d ≤ v < T, missed otherwise\n"
    "lower is better: met if v ≤ T, close if T < v ≤ T + d, missed otherwise\n"
    "v the figure, T the target, d the tolerance: an amount, or a share of T without its sign",
    standing=Standing.CONVENTION,
    source="OHID, Technical Guide – RAG rating indicator values (single target); the tolerance is common practice",
    address="https://fingertips.phe.org.uk/profile/guidance",
)
INTERVAL_ABOUT = About(
    id="target-with-interval",
    title="Rating against a target, with the interval",
    tells="Met means that the whole interval is on the good side of the target. Uncertain means that the target is "
    "inside the interval, so that the figure cannot tell.",
    needs="The figure with its 95% interval, its target, and which way is improvement.",
    formula="above if lower limit ≥ T, below if upper limit < T, otherwise uncertain\n"
    "higher is better: above is met, below is missed; lower is better: below is met, above is missed",
    standing=Standing.OHID,
    source="OHID, Technical Guide – RAG rating indicator values",
    address="https://fingertips.phe.org.uk/profile/guidance",
)
THRESHOLDS_ABOUT = About(
    id="target-two-thresholds",
    title="Rating between two thresholds",
    tells="Two thresholds part figures into three: met, close and missed.",
    needs="The figure, both thresholds, and which way is improvement.",
    formula="below if v < lower threshold, between if lower ≤ v < upper, above if v ≥ upper\n"
    "higher is better: met above, close between, missed below; lower is better: met below, missed above",
    standing=Standing.OHID,
    source="OHID, Technical Guide – RAG rating indicator values",
    address="https://fingertips.phe.org.uk/profile/guidance",
)


@dataclass(frozen=True)
class Ratings:
    """How each figure stands beside its target: two arrays of one shape.

    `rating` is "met", "close", "missed" or "uncertain"; "" where no rating can be given, and `reason` says why.
    """

    rating: Texts
    reason: Texts


def rate_against_target(
    value: ArrayLike,
    target: ArrayLike,
    polarity: ArrayLike,
    tolerance: ArrayLike = 0,
    tolerance_is_share: bool = False,
) -> Ratings:
    """Rate each figure by its number alone: met, close (misses by no more than the tolerance) or missed.

    Shapes:  value of any shape; target, polarity and tolerance the same, or one for all.
    Units:   value and target in one unit; tolerance in that unit too, or a fraction of |target| if it is a share.
    Missing: no value, no target, or a measure that is neutral: no rating, with a reason. A missing tolerance is 0.
    Errors:  MethodError if a tolerance is negative, or a polarity unknown.
    Source:  OHID, Technical Guide – RAG rating indicator values (single target); the tolerance is a convention.
    """
    v, aim, give = together(value=value, target=target, tolerance=tolerance)
    refuse(give < 0, "have a negative tolerance", "give how far a figure may miss, as a number of 0 or more")
    if tolerance_is_share:
        give = give * np.abs(aim)
    polarities = as_polarity(polarity, v.shape)
    # How far the figure falls short of the target; at or below 0 it is met.
    short = np.where(polarities == LOWER_IS_BETTER, v - aim, aim - v)
    noise = ROUNDING * np.maximum(np.abs(v), np.abs(aim))
    # A tolerance that is missing is NaN, and nothing is within it.
    rating = np.where(short <= noise, MET, np.where(short <= give + noise, CLOSE, MISSED))
    return _rated(rating, _why_not(v, aim, polarities))


def rate_interval_against_target(
    value: ArrayLike, lower: ArrayLike, upper: ArrayLike, target: ArrayLike, polarity: ArrayLike
) -> Ratings:
    """Rate each figure by its 95% interval: met or missed if all of it is on one side, uncertain otherwise.

    An interval whose lower limit is on the target is above it; one whose upper limit is on it is uncertain.

    Shapes:  value, lower and upper of one shape; target and polarity the same, or one for all.
    Units:   any, the same in all.
    Missing: no value, target or interval, or a measure that is neutral: no rating, with a reason.
    Errors:  MethodError if a lower limit is above its upper limit, or a polarity unknown.
    Source:  OHID, Technical Guide – RAG rating indicator values.
    """
    v, low, high, aim = together(value=value, lower=lower, upper=upper, target=target)
    refuse(low > high, "have an interval whose lower limit is above the upper", "check the columns")
    polarities = as_polarity(polarity, v.shape)
    rating = _by_place(_reaches(low, aim), ~_reaches(high, aim), UNCERTAIN, polarities)
    reason = _why_not(v, aim, polarities)
    return _rated(rating, np.where((reason == "") & np.isnan(low + high), "no interval", reason))


def rate_between_thresholds(
    value: ArrayLike, lower_threshold: ArrayLike, upper_threshold: ArrayLike, polarity: ArrayLike
) -> Ratings:
    """Rate each figure by two thresholds: below the lower, from it up to the upper, or on the upper and above.

    Shapes:  value of any shape; thresholds and polarity the same, or one for all.
    Units:   any, the same in all.
    Missing: no value, either threshold missing, or a measure that is neutral: no rating, with a reason.
    Errors:  MethodError if the lower threshold is above the upper, or a polarity unknown.
    Source:  OHID, Technical Guide – RAG rating indicator values.
    """
    v, low, high = together(value=value, lower_threshold=lower_threshold, upper_threshold=upper_threshold)
    refuse(low > high, "have a lower threshold above the upper one", "swap them")
    polarities = as_polarity(polarity, v.shape)
    rating = _by_place(_reaches(v, high), ~_reaches(v, low), CLOSE, polarities)
    return _rated(rating, _why_not(v, low + high, polarities))


def _reaches(figure: Floats, aim: Floats) -> Bools:
    """Whether each figure is on its aim or above it, rounding aside."""
    return figure >= aim - ROUNDING * np.maximum(np.abs(figure), np.abs(aim))


def _by_place(above: Bools, below: Bools, between: str, polarities: Texts) -> Texts:
    """Met on the good side, missed on the other, and a word of its own in between."""
    good = np.where(polarities == HIGHER_IS_BETTER, above, below)
    return np.where(good, MET, np.where(above | below, MISSED, between))


def _why_not(value: Floats, target: Floats, polarities: Texts) -> Texts:
    neutral = ~np.isin(polarities, (HIGHER_IS_BETTER, LOWER_IS_BETTER))
    return np.select([np.isnan(value), np.isnan(target), neutral], ["no value", "no target", "no polarity"], "")


def _rated(rating: Texts, reason: Texts) -> Ratings:
    return Ratings(np.where(reason == "", rating, ""), reason)
