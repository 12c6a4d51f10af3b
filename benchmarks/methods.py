"""The methods on many areas at once: time, memory, and how both grow.

    python benchmarks/methods.py

Each method works on the same made-up figures as the reference functions in R were timed on, by size. It is set
beside three things: the seconds that those functions took (stored here, from a machine like a council's), the
same formula written area by area in plain Python (in this run), and one plain pass of NumPy over the same bytes
(what reading the input costs). Memory is the peak that the call allocates, beside the size of its input.
"""

import time
import tracemalloc
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import NormalDist, median
from typing import Any

import numpy as np
from scipy.special import gammaincinv

from pmif.methods.life_expectancy import life_expectancy
from pmif.methods.rate import crude_rate
from pmif.methods.slope_index import slope_index
from pmif.methods.spc import xmr
from pmif.methods.standardised import (
    EUROPEAN_STANDARD_POPULATION_2013,
    directly_standardised_rate,
    indirectly_standardised_ratio,
)

SEED = 20261124
ROUNDS = 7
Z = NormalDist().inv_cdf(0.975)
Arrays = tuple[np.ndarray, ...]


@dataclass(frozen=True)
class Case:
    """One method at one size: `make` gives the arrays of n areas, `ours` and `by_area` work on them."""

    name: str
    n: int
    reference_seconds: float  # the R functions, for the same n
    wanted: int  # how many times faster it must be
    make: Callable[[int, np.random.Generator], Arrays]
    ours: Callable[..., Any]
    by_area: Callable[..., list[tuple[float, float, float]]]
    first: Callable[[Any], float]  # the first area's value, to check that both say the same


# --- the same formulas, area by area ----------------------------------------------------------------------


def byar(o: float) -> tuple[float, float]:
    if o < 10:
        return (float(gammaincinv(o, 0.025)) if o else 0.0), float(gammaincinv(o + 1, 0.975))
    lower = o * (1 - 1 / (9 * o) - Z / (3 * o**0.5)) ** 3
    return lower, (o + 1) * (1 - 1 / (9 * (o + 1)) + Z / (3 * (o + 1) ** 0.5)) ** 3


def rate_by_area(events: np.ndarray, people: np.ndarray) -> list[tuple[float, float, float]]:
    found = []
    for o_of, n_of in zip(events.tolist(), people.tolist(), strict=True):
        o, n = sum(o_of), sum(n_of)
        lower, upper = byar(o)
        found.append((o / n, lower / n, upper / n))
    return found


def standardised_by_area(events: np.ndarray, people: np.ndarray) -> list[tuple[float, float, float]]:
    weights = EUROPEAN_STANDARD_POPULATION_2013
    whole, found = sum(weights), []
    for o_of, n_of in zip(events.tolist(), people.tolist(), strict=True):
        rate = sum(w * x / n for w, x, n in zip(weights, o_of, n_of, strict=True)) / whole
        spread = sum(x * (w / n) ** 2 for w, x, n in zip(weights, o_of, n_of, strict=True)) / whole**2
        o = sum(o_of)
        scale = (spread / o) ** 0.5
        lower, upper = byar(o)
        found.append((rate, rate + scale * (lower - o), rate + scale * (upper - o)))
    return found


def ratio_by_area(
    events: np.ndarray, people: np.ndarray, of: np.ndarray, out_of: np.ndarray
) -> list[tuple[float, float, float]]:
    rates = [x / n for x, n in zip(of.tolist(), out_of.tolist(), strict=True)]
    found = []
    for o_of, n_of in zip(events.tolist(), people.tolist(), strict=True):
        expected, o = sum(n * rate for n, rate in zip(n_of, rates, strict=True)), sum(o_of)
        lower, upper = byar(o)
        found.append((o / expected, lower / expected, upper / expected))
    return found


def life_by_area(deaths: np.ndarray, people: np.ndarray) -> list[tuple[float, float, float]]:
    widths, found = [1, 4, *[5] * 17], []
    for d_of, p_of in zip(deaths.tolist(), people.tolist(), strict=True):
        alive, years, dying = [100_000.0], [], []
        for n, width in enumerate(widths):
            rate, share = d_of[n] / p_of[n], 0.1 if n == 0 else 0.5
            q = width * rate / (1 + width * (1 - share) * rate)
            dying.append((q, d_of[n], share, width))
            alive.append(alive[-1] * (1 - q))
            years.append(width * (alive[-1] + share * (alive[-2] - alive[-1])))
        rate = d_of[-1] / p_of[-1]
        years.append(alive[-1] / rate)
        left = [sum(years[n:]) / alive[n] for n in range(len(alive))]
        spread = (alive[-1] / 2) ** 2 * 4 / (d_of[-1] * rate**2)
        for n, (q, d, share, width) in enumerate(dying):
            if d:
                spread += alive[n] ** 2 * ((1 - share) * width + left[n + 1]) ** 2 * q**2 * (1 - q) / d
        reach = Z * spread**0.5 / alive[0]
        found.append((left[0], left[0] - reach, left[0] + reach))
    return found


def slope_by_area(
    people: np.ndarray, values: np.ndarray, lower: np.ndarray, upper: np.ndarray
) -> list[tuple[float, float, float]]:
    found = []
    for n_of, y_of, low, high in zip(people.tolist(), values.tolist(), lower.tolist(), upper.tolist(), strict=True):
        whole, so_far, middles, shares = sum(n_of), 0.0, [], []
        for n in n_of:
            shares.append(n / whole)
            middles.append(so_far + n / whole / 2)
            so_far += n / whole
        mean = sum(a * b for a, b in zip(shares, middles, strict=True))
        spread = sum(a * (b - mean) ** 2 for a, b in zip(shares, middles, strict=True))
        pull = [a * (b - mean) / spread for a, b in zip(shares, middles, strict=True)]
        slope = sum(w * y for w, y in zip(pull, y_of, strict=True))
        errors = [(h - l_) / (2 * Z) for h, l_ in zip(high, low, strict=True)]
        reach = Z * sum((w * s) ** 2 for w, s in zip(pull, errors, strict=True)) ** 0.5
        found.append((slope, slope - reach, slope + reach))
    return found


def chart_by_area(values: np.ndarray) -> list[tuple[float, float, float]]:
    """Mean and limits, with the four rules looked at for every point as the chart does."""
    found = []
    for v in values.tolist():
        mean = sum(v) / len(v)
        ranges = [abs(b - a) for a, b in pairwise(v)]
        usual = sum(ranges) / len(ranges)
        kept = [r for r in ranges if r < 3.267 * usual]
        reach = 2.66 * sum(kept) / len(kept)
        flags = []
        for i, x in enumerate(v):
            beyond = abs(x - mean) > reach
            near = sum(abs(y - mean) > 2 / 3 * reach for y in v[max(0, i - 2) : i + 1]) >= 2
            run = v[max(0, i - 6) : i + 1]
            shift = len(run) == 7 and (all(y > mean for y in run) or all(y < mean for y in run))
            steps = [b - a for a, b in zip(run[-6:], run[-5:], strict=False)]
            trend = len(steps) == 5 and (all(s > 0 for s in steps) or all(s < 0 for s in steps))
            flags.append(beyond or near or shift or trend)
        found.append((mean, mean - reach, mean + reach))
    return found


# --- the figures --------------------------------------------------------------------------------------------


def banded(n: int, bands: int, rate: float, rng: np.random.Generator) -> Arrays:
    people = rng.integers(300, 4_000, (n, bands)).astype(float)
    return rng.poisson(people * rate * rng.uniform(0.5, 1.5, (n, bands))).astype(float), people


def with_reference(n: int, rng: np.random.Generator) -> Arrays:
    events, people = banded(n, 19, 0.01, rng)
    out_of = rng.integers(300_000, 4_000_000, 19).astype(float)
    return events, people, np.round(out_of * 0.01), out_of


def lives(n: int, rng: np.random.Generator) -> Arrays:
    people = rng.integers(2_000, 12_000, (n, 20)).astype(float)
    at_age = np.concatenate([[0.004, 0.0002], 0.0001 * np.exp(np.linspace(0, 7.5, 18))])
    return np.maximum(rng.poisson(people * at_age), 1).astype(float), people


def groups(n: int, rng: np.random.Generator) -> Arrays:
    people = rng.integers(3_000, 9_000, (n, 10)).astype(float)
    values = np.linspace(74, 82, 10) + rng.normal(0, 1, (n, 10))
    reach = rng.uniform(1, 3, (n, 10))
    return people, values, values - reach, values + reach


CASES = (
    Case("directly standardised rate, 19 bands", 100_000, 38, 50, lambda n, rng: banded(n, 19, 0.01, rng),
         directly_standardised_rate, standardised_by_area, lambda e: e.value[0]),
    Case("indirectly standardised ratio, 19 bands", 100_000, 59, 50, with_reference,
         indirectly_standardised_ratio, ratio_by_area, lambda e: e.value[0]),
    Case("crude rate, two parts added up", 100_000, 43, 50, lambda n, rng: banded(n, 2, 0.01, rng),
         lambda o, n: crude_rate(o.sum(axis=1), n.sum(axis=1)), rate_by_area, lambda e: e.value[0]),
    Case("slope index, 10 groups, exact limits", 1_000, 383, 200, groups,
         slope_index, slope_by_area, lambda e: e.sii.value[0]),
    Case("life expectancy, 20 bands", 2_000, 7.8, 50, lives,
         life_expectancy, life_by_area, lambda e: e.value[0, 0]),
    Case("control chart, 36 points", 1_000, 4.9, 50, lambda n, rng: (50 + rng.normal(0, 2, (n, 36)),),
         xmr, chart_by_area, lambda c: c.mean[0, 0]),
)  # fmt: skip


def seconds(work: Callable[[], object], rounds: int = ROUNDS) -> float:
    """The median of several rounds, after one that is not counted."""
    work()
    taken = []
    for _ in range(rounds):
        began = time.perf_counter()
        work()
        taken.append(time.perf_counter() - began)
    return median(taken)


def plain_pass(arrays: Sequence[np.ndarray]) -> float:
    """One addition over every byte of the input, which has to be read whatever is done with it."""
    return sum(float(array.sum()) for array in arrays)


def peak(work: Callable[[], object]) -> int:
    tracemalloc.start()
    work()
    found = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return found


def main() -> None:
    print("| method | areas | ours, s | R, s (stored) | times faster | wanted | area by area, s | times faster |"
          " peak ÷ input | plain pass ÷ ours | time of 4n ÷ n |")  # fmt: skip
    print("|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|")
    for case in CASES:
        arrays = case.make(case.n, np.random.default_rng(SEED))
        ours = seconds(lambda c=case, a=arrays: c.ours(*a))
        slow = case.by_area(*arrays)
        assert abs(slow[0][0] - case.first(case.ours(*arrays))) <= 1e-9 * abs(slow[0][0]), case.name
        by_area = seconds(lambda c=case, a=arrays: c.by_area(*a), rounds=1)
        larger = case.make(4 * case.n, np.random.default_rng(SEED))
        grown = seconds(lambda c=case, a=larger: c.ours(*a), rounds=3)
        size = sum(array.nbytes for array in arrays)
        memory = peak(lambda c=case, a=arrays: c.ours(*a)) / size
        reading = seconds(lambda a=arrays: plain_pass(a)) / ours
        cells = (
            case.name, f"{case.n:,}", f"{ours:.4f}", case.reference_seconds, f"{case.reference_seconds / ours:,.0f}",
            case.wanted, f"{by_area:.2f}", f"{by_area / ours:,.0f}", f"{memory:.1f}", f"{reading:.0%}",
            f"{grown / ours:.1f}",
        )  # fmt: skip
        print("|", " | ".join(map(str, cells)), "|")


if __name__ == "__main__":
    main()
