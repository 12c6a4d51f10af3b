"""Round numbers for axes and map classes."""

import math
from collections.abc import Sequence
from itertools import pairwise

STEPS = (1, 2, 2.5, 5)


def axis(
    low: float, high: float, *, lines: int = 5, lowest: float | None = None, highest: float | None = None
) -> list[float]:
    """The values of at most `lines` grid lines, evenly spaced and round, that hold everything from low to high.

    The axis begins at nought where nought is near enough that nothing is lost by showing it.
    `lowest` and `highest` are values that the unit cannot pass, such as 100 per cent.
    """
    if low >= 0 and low <= 0.45 * high:
        low = 0.0
    if high <= low:
        low, high = low - (abs(low) * 0.1 or 1), high + (abs(high) * 0.1 or 1)
        if lowest is not None:
            low = max(low, lowest)
        if highest is not None:
            high = min(high, highest)
    for step in _steps((high - low) / (lines - 1)):
        first = math.floor(low / step + 1e-9)
        last = math.ceil(high / step - 1e-9)
        if last - first + 1 <= lines:
            return [tidy(n * step) for n in range(first, last + 1)]
    raise AssertionError("steps grow without end, so one always holds the range")


def _steps(least: float) -> list[float]:
    power = math.floor(math.log10(least)) - 1
    return [step * 10**n for n in range(power, power + 4) for step in STEPS]


def tidy(value: float) -> float:
    """Without the dust of binary fractions: 0.30000000000000004 is 0.3."""
    return float(f"{value:.10g}")


def decimals_of(values: Sequence[float]) -> int:
    """How many decimals it takes to write all of these round numbers."""
    return max((len(f"{value:.10f}".rstrip("0").partition(".")[2]) for value in values), default=0)


def class_breaks(values: Sequence[float], classes: int = 4) -> list[float]:
    """Three round numbers, evenly spaced, that part the values into four classes as evenly as round numbers can.

    Of all round spacings, the one whose fullest class is smallest; then the rounder one. The same
    figures always give the same breaks. Fewer breaks where there are too few different values.
    """
    ordered = sorted(values)
    different = len(set(ordered))
    if different < 2:
        return []
    classes = min(classes, different)
    low, high = ordered[0], ordered[-1]
    best: tuple[tuple[int, int, int, float], list[float]] | None = None
    for rank, step in enumerate(_steps((high - low) / (classes * 2))):
        if step > (high - low):
            break
        for first in range(math.floor(low / step) + 1, math.ceil(high / step) + 1):
            breaks = [tidy((first + n) * step) for n in range(classes - 1)]
            if breaks[-1] > high:
                continue
            counts = count_classes(ordered, breaks)
            score = (counts.count(0), max(counts), -rank, breaks[0])
            if best is None or score < best[0]:
                best = (score, breaks)
    return best[1] if best else [tidy((low + high) / 2)]


def class_of(value: float, breaks: Sequence[float]) -> int:
    """1 below the first break; a value on a break belongs to the class above it."""
    return 1 + sum(value >= b for b in breaks)


def count_classes(values: Sequence[float], breaks: Sequence[float]) -> list[int]:
    counts = [0] * (len(breaks) + 1)
    for value in values:
        counts[class_of(value, breaks) - 1] += 1
    return counts


def runs(breaks_before: Sequence[bool]) -> list[tuple[int, int]]:
    """First and one-past-last index of each unbroken stretch; `breaks_before[i]` parts i from i - 1."""
    starts = [i for i, broken in enumerate(breaks_before) if broken or i == 0]
    return list(pairwise([*starts, len(breaks_before)]))
