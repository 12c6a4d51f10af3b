"""Gaps between two groups: how far apart they are, how many times as high, and whether the gap narrows.

A gap is easy to explain and says nothing of the groups between the two; `disparity` takes every group into account.
"""

from dataclasses import dataclass

import numpy as np
import scipy
from numpy.typing import ArrayLike

from pmif.methods.about import About, Standing
from pmif.methods.disparity import WHO_REVIEW
from pmif.methods.estimate import Estimate, Floats, Texts, first_that_holds, limit_quantile, refuse, together

VALUE_MISSING, OTHER_MISSING = "value missing", "value to compare with missing"
NARROWING, WIDENING, REVERSED, NO_CHANGE = "narrowing", "widening", "reversed", "no detectable change"

ABSOLUTE_GAP_ABOUT = About(
    id="absolute-gap",
    title="Absolute gap",
    tells="The gap says how many percentage points, years or cases lie between two groups. "
    "It says nothing of the groups between them.",
    needs="A value for each of the two groups. For an interval, a standard error for each.",
    formula="gap = y1 − y2\nstandard error = √(s1² + s2²)",
    standing=Standing.OHID,
    source="OHID Public health technical guidance; " + WHO_REVIEW,
    address="https://fingertips.phe.org.uk/static-reports/public-health-technical-guidance/",
)
RELATIVE_GAP_ABOUT = About(
    id="relative-gap",
    title="Relative gap",
    tells="The relative gap says how many times as high the figure of one group is as that of another. "
    "1 means that they are equal. It can grow while the absolute gap shrinks, so read both.",
    needs="A value above 0 for the group compared with. For an interval, a standard error for each group.",
    formula="ratio = y1 ÷ y2\nstandard error of ln(ratio) = √((s1 ÷ y1)² + (s2 ÷ y2)²)",
    standing=Standing.OHID,
    source="OHID Public health technical guidance; " + WHO_REVIEW,
    address="https://fingertips.phe.org.uk/static-reports/public-health-technical-guidance/",
)
CHANGE_OF_GAP_ABOUT = About(
    id="change-of-gap",
    title="Change of a gap",
    tells="A gap is called narrowing or widening only where its change is larger than chance would often bring. "
    "Otherwise there is no detectable change, which is not proof that nothing changed.",
    needs="The gap at two times, from different people or events, and a standard error for each.",
    formula="z = (gap now − gap before) ÷ √(s1² + s2²)\nA change is detectable where z is beyond ±1.96.",
    standing=Standing.OURS,
    source="The test of the difference of two independent estimates",
)


@dataclass(frozen=True)
class ChangeOfGap:
    """A gap now less the gap before, tested: arrays of one shape.

    `outcome` is narrowing, widening, reversed (the gap now favours the other group) or no detectable
    change; empty where `reason` says why there is none.
    """

    value: Floats
    lower: Floats
    upper: Floats
    z: Floats
    p: Floats
    outcome: Texts
    reason: Texts


def standard_error(lower: ArrayLike, upper: ArrayLike, confidence: float = 0.95) -> Floats:
    """Work out the standard error behind published limits, as the width of a normal interval.

    Shapes:  lower and upper (n,); the result (n,).
    Missing: NaN where a limit is missing: a gap made with it stands without an interval.
    Errors:  MethodError if an upper limit lies below its lower limit.
    """
    low, high = together(lower=lower, upper=upper)
    refuse(high < low, "have an upper limit below their lower one", "check that the columns are not exchanged")
    # upper − lower = 2 × z × se
    return (high - low) / (2 * limit_quantile(confidence))


def absolute_gap(
    value: ArrayLike,
    other: ArrayLike,
    se: ArrayLike | None = None,
    other_se: ArrayLike | None = None,
    confidence: float = 0.95,
) -> Estimate:
    """Estimate how much higher `value` is than `other`: above 0 where `value` is the higher.

    Give the most deprived group first, and the gap is most less least deprived.

    Shapes:  all (n,), or a single number to compare every row with; each array of the result (n,).
    Units:   those of the values.
    Missing: no gap where a value is missing; no limits where a standard error is.
    Errors:  MethodError if shapes differ or a standard error is negative.
    Source:  OHID Public health technical guidance; Schlotheuber and Hosseinpoor (2022).
    """
    y1, y2, s1, s2 = _pairs(value, other, se, other_se)
    reason = first_that_holds(y1.shape, (np.isnan(y1), VALUE_MISSING), (np.isnan(y2), OTHER_MISSING))
    gap = y1 - y2
    # standard error of the gap = √(s₁² + s₂²)
    reach = limit_quantile(confidence) * np.hypot(s1, s2)
    return Estimate(gap, gap - reach, gap + reach, reason)


def relative_gap(
    value: ArrayLike,
    other: ArrayLike,
    se: ArrayLike | None = None,
    other_se: ArrayLike | None = None,
    confidence: float = 0.95,
) -> Estimate:
    """Estimate how many times as high `value` is as `other`, with limits on the log scale.

    Shapes:  as for absolute_gap.
    Units:   a ratio.
    Missing: no ratio where a value is missing or below 0, or the base is 0; no limits where a standard
             error is missing or the ratio is 0.
    Errors:  MethodError if shapes differ or a standard error is negative.
    Source:  OHID Public health technical guidance; Schlotheuber and Hosseinpoor (2022).
    """
    y1, y2, s1, s2 = _pairs(value, other, se, other_se)
    reason = first_that_holds(
        y1.shape,
        (np.isnan(y1), VALUE_MISSING),
        (np.isnan(y2), OTHER_MISSING),
        ((y1 < 0) | (y2 < 0), "a ratio needs values of 0 or more"),
        (y2 == 0, "the base is 0"),
    )
    y1, y2 = np.where(reason == "", y1, np.nan), np.where(reason == "", y2, np.nan)
    ratio = y1 / y2
    positive = np.where(y1 == 0, np.nan, y1)  # the logarithm of a ratio of 0 has no interval
    # standard error of ln(ratio) = √((s₁/y₁)² + (s₂/y₂)²)
    reach = limit_quantile(confidence) * np.hypot(s1 / positive, s2 / y2)
    return Estimate(ratio, ratio * np.exp(-reach), ratio * np.exp(reach), reason)


def change_of_gap(
    gap: ArrayLike, gap_se: ArrayLike, earlier_gap: ArrayLike, earlier_se: ArrayLike, confidence: float = 0.95
) -> ChangeOfGap:
    """Say whether a gap has narrowed or widened since an earlier time, as far as chance allows to tell.

    The two gaps must be independent: other people, or events of other years, and no overlapping periods.
    For a ratio give its logarithm and the standard error of that. Where a detectable change takes the gap
    past 0, it is narrowing if the gap now cannot be told from 0, widening if the earlier one could not,
    and otherwise reversed.

    Shapes:  all (n,); each array of the result (n,).
    Units:   those of the gap; p is two-sided.
    Missing: no outcome where a gap or a standard error is missing, or where both standard errors are 0.
    Errors:  MethodError if shapes differ or a standard error is negative.
    """
    now, before, now_se, before_se = _pairs(gap, earlier_gap, gap_se, earlier_se)
    reason = first_that_holds(
        now.shape,
        (np.isnan(now) | np.isnan(before), "gap missing"),
        (np.isnan(now_se) | np.isnan(before_se), "standard error missing"),
        ((now_se == 0) & (before_se == 0), "standard errors are 0"),
    )
    blank = reason != ""
    change = np.where(blank, np.nan, now - before)
    se = np.where(blank, np.nan, np.hypot(now_se, before_se))
    # z = (gap now − gap before) / √(s₁² + s₂²)
    z = change / se
    critical = limit_quantile(confidence)
    past_zero = now * before < 0
    stands_now, stood_before = np.abs(now) > critical * now_se, np.abs(before) > critical * before_se
    outcome = np.select(
        [
            blank,
            np.abs(z) <= critical,
            past_zero & (stands_now == stood_before),
            past_zero & stands_now,
            past_zero & stood_before,
            np.abs(now) < np.abs(before),
        ],
        ["", NO_CHANGE, REVERSED, WIDENING, NARROWING, NARROWING],
        WIDENING,
    )
    return ChangeOfGap(
        change, change - critical * se, change + critical * se, z, 2 * scipy.special.ndtr(-np.abs(z)), outcome, reason
    )


def _pairs(
    value: ArrayLike, other: ArrayLike, se: ArrayLike | None, other_se: ArrayLike | None
) -> tuple[Floats, Floats, Floats, Floats]:
    y1, y2, s1, s2 = together(
        value=value, other=other, se=np.nan if se is None else se, other_se=np.nan if other_se is None else other_se
    )
    refuse((s1 < 0) | (s2 < 0), "have a negative standard error", "check the column of standard errors")
    return y1, y2, s1, s2
