"""Where an area stands beside a benchmark: lower, similar or higher, and whether that is better or worse.

A figure is called different only when chance is an unlikely explanation. Which rule can be used
depends on what is known: the area's interval, the intervals of both, or the counts behind the figure.
"""

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import scipy
from numpy.typing import ArrayLike

from pmif.errors import MethodError
from pmif.methods.about import About, Standing
from pmif.methods.estimate import Bools, Floats, Texts, refuse, together
from pmif.methods.polarity import HIGHER_IS_BETTER, LOWER_IS_BETTER, as_polarity

LOWER, SIMILAR, HIGHER = "lower", "similar", "higher"
BETTER, WORSE = "better", "worse"


ONLY_95 = "no 99.8% interval: judged by the 95% interval alone"

_GUIDANCE = "OHID, Technical Guide – RAG rating indicator values"
_GUIDANCE_ADDRESS = "https://fingertips.phe.org.uk/profile/guidance"

ABOUT = About(
    id="benchmark-one-interval",
    title="Comparison with a benchmark, by the area's interval",
    tells="Whether Gateshead is higher or lower than the benchmark, or so close that chance could explain the "
    "difference. Similar does not mean equal: it means that the figures cannot tell the two apart.",
    needs="The area's figure with its 95% interval, and the benchmark's figure for the same period. A second, "
    "stronger grade needs the 99.8% interval.",
    formula="lower if upper limit < benchmark\nsimilar if lower limit ≤ benchmark ≤ upper limit\n"
    "higher if lower limit > benchmark",
    standing=Standing.OHID,
    source=_GUIDANCE,
    address=_GUIDANCE_ADDRESS,
)
TWO_INTERVALS_ABOUT = About(
    id="benchmark-two-intervals",
    title="Comparison of two figures, by both intervals",
    tells="Whether two figures are so far apart that their intervals do not even touch. This is a cautious rule: "
    "two figures can differ although their intervals overlap a little.",
    needs="Both figures with their 95% intervals: of two places for one period, or of one place for two periods that "
    "share no year.",
    formula="similar if lower limit ≤ the other's upper limit and upper limit ≥ the other's lower limit",
    standing=Standing.OHID,
    source=_GUIDANCE,
    address=_GUIDANCE_ADDRESS,
)
TEST_OF_PROPORTION_ABOUT = About(
    id="benchmark-test-of-proportion",
    title="Comparison of a proportion with a benchmark, by a test",
    tells="Whether the share in an area lies outside what chance would give an area of its size if it were just like "
    "the benchmark.",
    needs="The area's share, how many people it is a share of, and the benchmark's share.",
    formula="limits = (2np + z² ± z√(z² + 4np(1 − p))) ÷ (2(n + z²))\n"
    "p the benchmark, n the people; z = 1.96 for 95%, 3.09 for 99.8%\ndifferent if the share is outside the limits",
    standing=Standing.OHID,
    source="OHID, Fingertips: comparison with control limits",
    address="https://github.com/ukhsa-collaboration/fingertips-open",
)
TEST_OF_RATE_ABOUT = About(
    id="benchmark-test-of-rate",
    title="Comparison of a rate with a benchmark, by a test",
    tells="Whether the number of events in an area lies outside what chance would give an area of its size if its "
    "rate were the benchmark's.",
    needs="The area's rate, its population, and the benchmark's rate.",
    formula="E = benchmark × n\nlower limit = ½χ²(a; 2E) ÷ n, upper limit = ½χ²(1 − a; 2E + 2) ÷ n\n"
    "a = 0.025 for 95%, 0.001 for 99.8%; E rounded up for the lower limit, down for the upper\n"
    "different if the rate is outside the limits",
    standing=Standing.OHID,
    source="OHID, Fingertips: comparison with control limits",
    address="https://github.com/ukhsa-collaboration/fingertips-open",
)


@dataclass(frozen=True)
class Sides:
    """On which side of the benchmark each figure lies: three arrays of one shape.

    `side` is "lower", "similar" or "higher"; "" where the two were not compared, and `reason` says why.
    `strong` marks a difference that is beyond the 99.8% limits as well, where those were asked for.
    """

    side: Texts
    strong: Bools
    reason: Texts


def by_interval(
    value: ArrayLike, lower: ArrayLike, upper: ArrayLike, benchmark: ArrayLike, *, is_benchmark: ArrayLike = False
) -> Sides:
    """Compare each figure with a benchmark that is taken as certain, by the figure's own 95% interval.

    A benchmark on the edge of the interval counts as similar.

    Shapes:  value, lower and upper of one shape; benchmark and is_benchmark the same, or one for all.
    Units:   any, the same in all.
    Missing: no value, interval or benchmark, or the area is the benchmark: not compared, with a reason.
    Errors:  MethodError if a lower limit is above its upper limit.
    Source:  OHID, Technical Guide – RAG rating indicator values.
    """
    v, low, high, b = together(value=value, lower=lower, upper=upper, benchmark=benchmark)
    _require_order(low, high, "95%")
    reason = _why_not(v, low + high, b, is_benchmark)
    return _sides(low, high, b, np.zeros(v.shape, bool), reason)


def by_two_levels(
    value: ArrayLike,
    lower95: ArrayLike,
    upper95: ArrayLike,
    lower998: ArrayLike,
    upper998: ArrayLike,
    benchmark: ArrayLike,
    *,
    is_benchmark: ArrayLike = False,
) -> Sides:
    """Compare as `by_interval` does, and mark as strong a benchmark that lies beyond the 99.8% interval too.

    Shapes:  value and limits of one shape; benchmark and is_benchmark the same, or one for all.
    Units:   any, the same in all.
    Missing: as `by_interval`. Without 99.8% limits the 95% result stands, and `reason` says so.
    Errors:  MethodError if limits are in the wrong order, or the 99.8% interval is inside the 95% one.
    Source:  OHID, Technical Guide – RAG rating indicator values.
    """
    v, low, high, outer_low, outer_high, b = together(
        value=value, lower95=lower95, upper95=upper95, lower998=lower998, upper998=upper998, benchmark=benchmark
    )
    _require_order(low, high, "95%")
    _require_order(outer_low, outer_high, "99.8%")
    refuse(
        (outer_low > low) | (outer_high < high),
        "have a 99.8% interval that does not hold the 95% one",
        "check which is which",
    )
    reason = _why_not(v, low + high, b, is_benchmark)
    strong = (b < outer_low) | (b > outer_high)
    one_level = np.isnan(outer_low + outer_high)
    reason = np.where((reason == "") & one_level, ONLY_95, reason)
    return _sides(low, high, b, strong & ~one_level, reason)


def by_two_intervals(
    value: ArrayLike,
    lower: ArrayLike,
    upper: ArrayLike,
    benchmark_lower: ArrayLike,
    benchmark_upper: ArrayLike,
    *,
    is_benchmark: ArrayLike = False,
) -> Sides:
    """Compare two figures that are both uncertain: similar if their 95% intervals overlap or touch.

    The rule is stricter than a test at 5%: two figures may differ although their intervals overlap.

    Shapes:  value, lower and upper of one shape; the benchmark's limits the same, or one for all.
    Units:   any, the same in all.
    Missing: no value, or no interval on either side, or the area is the benchmark: not compared, with a reason.
    Errors:  MethodError if a lower limit is above its upper limit.
    Source:  OHID, Technical Guide – RAG rating indicator values.
    """
    v, low, high, b_low, b_high = together(
        value=value, lower=lower, upper=upper, benchmark_lower=benchmark_lower, benchmark_upper=benchmark_upper
    )
    _require_order(low, high, "95%")
    _require_order(b_low, b_high, "benchmark")
    reason = _why_not(v, low + high, b_low + b_high, is_benchmark, "no interval of the benchmark")
    side = np.where(high < b_low, LOWER, np.where(low > b_high, HIGHER, SIMILAR))
    return Sides(np.where(reason == "", side, ""), np.zeros(v.shape, bool), reason)


def by_test_of_proportion(
    value: ArrayLike,
    denominator: ArrayLike,
    benchmark: ArrayLike,
    confidence: float = 0.95,
    strong_confidence: float = 0.998,
    *,
    is_benchmark: ArrayLike = False,
) -> Sides:
    """Compare each proportion with what chance would give an area of its size under the benchmark.

    Control limits about the benchmark p, of Wilson's form: (2np + z² ∓ z√(z² + 4np(1 − p))) / (2(n + z²)).

    Shapes:  value and denominator of one shape; benchmark and is_benchmark the same, or one for all.
    Units:   fractions of one, people; confidences are fractions.
    Missing: no value, benchmark or denominator, or nobody to count: not compared, with a reason.
    Errors:  MethodError if a proportion is outside 0 to 1 or a denominator is negative.
    Source:  OHID, Fingertips (open release of 2020), which writes 1.96 and 3.0902 for z; here z is exact.
    """
    _require_levels(confidence, strong_confidence)
    v, n, p = together(value=value, denominator=denominator, benchmark=benchmark)
    refuse((v < 0) | (v > 1) | (p < 0) | (p > 1), "have a proportion outside 0 to 1", "give fractions, not percentages")
    v, n, p, reason = _with_people(v, n, p, is_benchmark)

    def limits(level: float) -> tuple[Floats, Floats]:
        z = NormalDist().inv_cdf((1 + level) / 2)
        reach = z * np.sqrt(z**2 + 4 * n * p * (1 - p))
        low = (2 * n * p + z**2 - reach) / (2 * (n + z**2))
        high = (2 * n * p + z**2 + reach) / (2 * (n + z**2))
        # The clip only mends rounding, where the benchmark is 0 or 1.
        return np.clip(low, 0, p), np.clip(high, p, 1)

    return _by_limits(v, *limits(confidence), *limits(strong_confidence), reason)


def by_test_of_rate(
    value: ArrayLike,
    denominator: ArrayLike,
    benchmark: ArrayLike,
    confidence: float = 0.95,
    strong_confidence: float = 0.998,
    *,
    is_benchmark: ArrayLike = False,
) -> Sides:
    """Compare each rate with what chance would give an area of its size under the benchmark.

    Expected events E = benchmark × n; exact Poisson limits ½χ²(α; 2⌈E⌉) / n and ½χ²(1 − α; 2⌊E⌋ + 2) / n.

    Shapes:  value and denominator of one shape; benchmark and is_benchmark the same, or one for all.
    Units:   events per person, people; confidences are fractions.
    Missing: no value, benchmark or denominator, or nobody to count: not compared, with a reason.
    Errors:  MethodError if a rate or a denominator is negative.
    Source:  OHID, Fingertips (open release of 2020), with its rounding of E.
    """
    _require_levels(confidence, strong_confidence)
    v, n, b = together(value=value, denominator=denominator, benchmark=benchmark)
    refuse((v < 0) | (b < 0), "have a negative rate", "check the counts behind them")
    v, n, b, reason = _with_people(v, n, b, is_benchmark)
    expected = b * n
    # 0.0011 × 110,000 is 121.00000000000001: what differs from a whole number by rounding alone is that number.
    whole = np.rint(expected)
    expected = np.where(np.abs(expected - whole) <= 1e-9 * whole, whole, expected)
    up, down = np.ceil(expected), np.floor(expected)

    def limits(level: float) -> tuple[Floats, Floats]:
        tail = (1 - level) / 2
        # Half a quantile of χ² with 2k degrees of freedom is the quantile of the gamma distribution of shape k.
        low = np.where(up == 0, 0, scipy.special.gammaincinv(np.where(up == 0, 1, up), tail))
        return low / n, scipy.special.gammaincinv(down + 1, 1 - tail) / n

    return _by_limits(v, *limits(confidence), *limits(strong_confidence), reason)


def outcome(side: ArrayLike, polarity: ArrayLike) -> Texts:
    """Turn sides into "better" and "worse", where the measure says which way is improvement.

    Shapes:  side of any shape; polarity the same, or one for all.
    Missing: "" stays "": its reason is with the sides.
    Errors:  MethodError for a word that is no side or no polarity.
    """
    sides = np.asarray(side, dtype=str)
    polarities = as_polarity(polarity, sides.shape)
    refuse(~np.isin(sides, ["", LOWER, SIMILAR, HIGHER]), "have an unknown side", "use 'lower', 'similar' or 'higher'")
    good = np.where(polarities == HIGHER_IS_BETTER, HIGHER, np.where(polarities == LOWER_IS_BETTER, LOWER, ""))
    apart = (sides == LOWER) | (sides == HIGHER)
    return np.where(apart & (good != ""), np.where(sides == good, BETTER, WORSE), sides)


def _require_order(lower: Floats, upper: Floats, which: str) -> None:
    refuse(lower > upper, f"have a {which} interval whose lower limit is above the upper", "check the columns")


def _why_not(
    value: Floats,
    interval: Floats,
    benchmark: Floats,
    is_benchmark: ArrayLike,
    no_benchmark: str = "no benchmark",
    no_interval: str = "no interval",
) -> Texts:
    """Why a figure cannot be compared, or "". `interval` is NaN where either limit is missing."""
    itself = together(value=value, is_benchmark=is_benchmark)[1]
    conditions = [
        itself == 1,
        np.isnan(value),
        np.isnan(benchmark),
        np.isnan(interval),
    ]
    return np.select(conditions, ["this is the benchmark", "no value", no_benchmark, no_interval], "")


def _with_people(
    value: Floats, denominator: Floats, benchmark: Floats, is_benchmark: ArrayLike
) -> tuple[Floats, Floats, Floats, Texts]:
    """Figures that can be tested, NaN in place of the rest, and why those cannot."""
    refuse(denominator < 0, "have a negative denominator", "check the populations")
    reason = _why_not(value, denominator, benchmark, is_benchmark, no_interval="no denominator")
    reason = np.where((reason == "") & (denominator == 0), "nobody to count", reason)
    v, n, b = (np.where(reason == "", array, np.nan) for array in (value, denominator, benchmark))
    return v, n, b, reason


def _require_levels(confidence: float, strong_confidence: float) -> None:
    if not 0 < confidence <= strong_confidence < 1:
        raise MethodError(
            f"confidences {confidence} and {strong_confidence}: give two fractions of one, the stronger no smaller"
        )


def _by_limits(
    value: Floats, lower: Floats, upper: Floats, outer_lower: Floats, outer_upper: Floats, reason: Texts
) -> Sides:
    """Sides of values beside limits that lie about the benchmark."""
    side = np.where(value < lower, LOWER, np.where(value > upper, HIGHER, SIMILAR))
    strong = (value < outer_lower) | (value > outer_upper)
    return Sides(np.where(reason == "", side, ""), strong & (reason == ""), reason)


def _sides(lower: Floats, upper: Floats, benchmark: Floats, strong: Bools, reason: Texts) -> Sides:
    """Sides of a benchmark beside limits that lie about the value. `ONLY_95` is a remark, not a refusal."""
    side = np.where(upper < benchmark, LOWER, np.where(lower > benchmark, HIGHER, SIMILAR))
    compared = (reason == "") | (reason == ONLY_95)
    return Sides(np.where(compared, side, ""), strong & compared, reason)
