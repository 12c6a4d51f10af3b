"""Which rule should say that the newest figure is outside the usual range? A study by simulation.

    python benchmarks/usual_range.py [--series 200000] [--seed 20260408]

Three rules are compared on series of 8, 12 and 20 figures, the newest among them:

    a  limits from all figures, mean ± 2.66 × mean range (the XmR chart)
    b  limits from the earlier figures alone, mean ± 2.66 × mean range
    c  limits from the earlier figures alone, mean ± k × mean range, k larger while they are few
       (pmif.methods.spc.newest_against_earlier)

Every cell is the share of series in which the newest figure is outside. Figures are normal, with a standard
deviation (sigma) of 1; a step is added to the newest figure alone.
"""

import argparse
import csv
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import ndtr

from pmif.methods.spc import INSIDE, LIMITS, multiplier, newest_against_earlier

PROJECT = Path(__file__).resolve().parents[1]
GATESHEAD = "E08000037"
ALARMS = 0.02  # how often the newest figure of an unchanged series may be outside
LENGTHS = (8, 12, 20)

Floats = NDArray[np.float64]


def limits(figures: Floats) -> tuple[Floats, Floats]:
    mean, mean_range = figures.mean(axis=1), np.abs(np.diff(figures, axis=1)).mean(axis=1)
    return mean - LIMITS * mean_range, mean + LIMITS * mean_range


def from_all(series: Floats) -> NDArray[np.bool_]:
    low, high = limits(series)
    return (series[:, -1] < low) | (series[:, -1] > high)


def from_earlier(series: Floats) -> NDArray[np.bool_]:
    low, high = limits(series[:, :-1])
    return (series[:, -1] < low) | (series[:, -1] > high)


def enlarged(series: Floats) -> NDArray[np.bool_]:
    outside: NDArray[np.bool_] = newest_against_earlier(series).outside != INSIDE
    return outside


RULES: dict[str, Callable[[Floats], NDArray[np.bool_]]] = {"a": from_all, "b": from_earlier, "c": enlarged}


def made(rng: np.random.Generator, count: int, length: int, echo: float = 0, drift: float = 0) -> Floats:
    """Series without any change: independent, or each like the one before (`echo`), or drifting steadily."""
    series = rng.standard_normal((count, length))
    for position in range(1, length):
        series[:, position] = echo * series[:, position - 1] + np.sqrt(1 - echo**2) * series[:, position]
    return series + drift * np.arange(length)


def exact_multiplier(rng: np.random.Generator, count: int, earlier: int) -> float:
    """The k at which an unchanged newest figure is outside with a chance of 2%.

    The mean of normal figures does not depend on their ranges, so newest − mean is normal with variance
    1 + 1/n whatever the ranges: only the ranges are simulated, and the rest is the normal distribution.
    """
    ranges = np.abs(np.diff(rng.standard_normal((count, earlier)), axis=1)).mean(axis=1)
    scaled = ranges / np.sqrt(1 + 1 / earlier)
    found: float = brentq(lambda k: 2 * ndtr(-k * scaled).mean() - ALARMS, 1, 9)
    return found


def funded_places() -> list[float]:
    """Two-year-olds in funded places, per cent of those entitled, Gateshead, oldest first."""
    with (PROJECT / "data/figures/dfe-lait.csv").open(encoding="utf-8", newline="") as opened:
        rows = [r for r in csv.DictReader(opened) if (r["measure"], r["area"]) == ("funded-two-year-olds", GATESHEAD)]
    return [float(row["value"]) for row in sorted(rows, key=lambda row: row["period"])]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--series", type=int, default=200_000)
    parser.add_argument("--seed", type=int, default=20260408)
    asked = parser.parse_args()
    rng = np.random.default_rng(asked.seed)

    print(f"{asked.series} series a cell, seed {asked.seed}\n")
    print("k for a false alarm of 2%, by how many earlier figures there are: worked out, and as used")
    for earlier in (7, 8, 9, 10, 11, 12, 13, 15, 17, 20, 25, 30, 40, 60):
        print(f"  {earlier:3d}  {exact_multiplier(rng, asked.series, earlier):.3f}  {float(multiplier(earlier)):.3f}")

    rows: list[tuple[str, dict[str, float], float]] = [
        ("no change, independent", {}, 0),
        ("no change, each like the last (0.3)", {"echo": 0.3}, 0),
        ("drift of 0.25 sigma a year", {"drift": 0.25}, 0),
        *((f"step of {step} sigma", {}, step) for step in (1, 2, 3, 4)),
    ]
    print("\nshare of series whose newest figure is outside, %")
    print(f"{'':36}" + "".join(f"{f'{length} figures':^24}" for length in LENGTHS))
    print(f"{'':36}" + "".join(f"{rule:>8}" for _ in LENGTHS for rule in RULES))
    for name, kind, step in rows:
        shares = []
        for length in LENGTHS:
            series = made(rng, asked.series, length, **kind)
            series[:, -1] += step
            shares += [100 * rule(series).mean() for rule in RULES.values()]
        print(f"{name:36}" + "".join(f"{share:8.1f}" for share in shares))

    places = np.array([funded_places()])
    print("\nfunded places for two-year-olds, Gateshead:", ", ".join(f"{value:g}" for value in places[0]))
    usual = newest_against_earlier(places)
    for rule, (low, high) in {
        "a": limits(places),
        "b": limits(places[:, :-1]),
        "c": (usual.lower, usual.upper),
    }.items():
        seen = "outside" if RULES[rule](places)[0] else "inside"
        print(f"  {rule}  limits {low[0]:.1f} to {high[0]:.1f}: {places[0, -1]:g} is {seen}")


if __name__ == "__main__":
    main()
