"""How far is far: the limits of `pmif.intake.screening`, its false alarms, and the mistakes it sees.

    python benchmarks/screening.py

A spike is a figure further from the nearest guess at it than k times the spread of the earlier figures. The
first table works k out, for steady series of normal figures, so that one newest figure in 200 is a false
alarm. The second sends made-up series of several kinds through `screen` itself, as they are and then with a
mistake in the newest figure, and counts how many are asked about. The third times a million rows.
"""

import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from pmif.framework import Framework, load_framework  # noqa: E402
from pmif.geography import Areas, load_areas  # noqa: E402
from pmif.hub import STORED  # noqa: E402
from pmif.intake.screening import screen  # noqa: E402
from pmif.intake.screening.side_by_side import FAR, MOST_EARLIER, Usual  # noqa: E402
from pmif.methods import METHODS  # noqa: E402
from pmif.period import Period  # noqa: E402

SERIES = 4_000
ONE_IN = 200
MEASURE = "anti-social-behaviour"  # a rate of the made-up borough, by quarter, from counts


def limits() -> None:
    rng = np.random.default_rng(7)
    print(f"k for one false alarm in {ONE_IN}: earlier figures, k worked out here, k in use")
    for number in FAR:
        run = rng.standard_normal((400_000, MOST_EARLIER + 1))
        run[:, number + 1 :] = np.nan
        now, earlier = run[:, 0], run[:, 1:]
        usual = Usual.of(earlier.T)
        away = np.minimum(np.abs(now - usual.middle), np.abs(now - usual.last)) / usual.spread
        print(f"  {number:3d}  {np.quantile(away, 1 - 1 / ONE_IN):6.2f}  {FAR[number]:6.2f}")


def made(areas: Areas, counts: np.ndarray, people: float) -> pd.DataFrame:
    """Counts (series, quarters) as typed rows of one measure, each series as if it were another group."""
    series, quarters = counts.shape
    period, periods = Period.parse("2015-16-q1"), []
    for _ in range(quarters):
        periods.append(period.id)
        period = period.next
    rows = pd.DataFrame("", index=range(series * quarters), columns=STORED, dtype="str")
    rows["period"] = pd.Series(np.tile(periods, series), dtype="str")
    rows["group"] = pd.Series(np.repeat(np.arange(series), quarters), dtype="str")
    words = {"measure": MEASURE, "area": areas.borough.code, "vintage": areas.borough.vintage, "dimension": "series"}
    for column, word in {**words, "status": "shown", "published": "2030-01-01"}.items():
        rows[column] = pd.Series(word, index=rows.index, dtype="str")
    rows[["value", "lower", "upper"]] = np.nan
    rows["numerator"], rows["denominator"] = counts.ravel().astype(float), people
    return rows


def alarms(framework: Framework, areas: Areas) -> None:
    rng = np.random.default_rng(11)
    season = 1 + 0.25 * np.sin(np.arange(13) * np.pi / 2)
    kinds = {
        "steady counts near 5": lambda: rng.poisson(5, (SERIES, 13)),
        "steady counts near 40": lambda: rng.poisson(40, (SERIES, 13)),
        "steady counts near 2,000": lambda: rng.poisson(2_000, (SERIES, 13)),
        "twice as scattered as chance, near 2,000": lambda: np.round(rng.normal(2_000, 90, (SERIES, 13))),
        "wandering 10% a quarter, near 2,000": lambda: np.round(rng.normal(2_000, 200, (SERIES, 13)).clip(1)),
        "with seasons of 25%, near 2,000": lambda: rng.poisson(2_000 * season, (SERIES, 13)),
        "rising 3% a quarter from 2,000": lambda: rng.poisson(2_000 * 1.03 ** np.arange(13), (SERIES, 13)),
    }
    mistakes = {
        "none": lambda newest: newest,
        "half as much again": lambda newest: np.round(newest * 1.5),
        "doubled": lambda newest: newest * 2,
        "ten times": lambda newest: newest * 10,
        "a tenth": lambda newest: np.round(newest / 10),
        "first digits swapped": swapped,
    }
    for earlier in (5, 8, 12):
        print(f"\nof the newest figures after {earlier} earlier ones, asked about (%)")
        print(f"  {'':42s}" + "".join(f"{name:>22s}" for name in mistakes))
        for name, make in kinds.items():
            run = make().astype(float)[:, 12 - earlier :]
            shares = []
            for mistake in mistakes.values():
                counts = run.copy()
                counts[:, -1] = mistake(run[:, -1])
                rows = made(areas, counts, 20_000)
                newest = rows["period"] == rows["period"].iat[counts.shape[1] - 1]
                odd = screen(rows[newest], rows[~newest], framework, areas)
                shares.append(100 * len({o.name.split("=")[-1] for o in odd}) / SERIES)
            print(f"  {name:42s}" + "".join(f"{share:22.2f}" for share in shares))


def swapped(newest: np.ndarray) -> np.ndarray:
    """12 for 21: the first two digits change places."""
    texts = (str(int(n)) for n in newest)
    return np.array([float(t[1] + t[0] + t[2:]) if len(t) > 1 else float(t) for t in texts])


def speed(framework: Framework, areas: Areas) -> None:
    rows = made(areas, np.random.default_rng(3).poisson(30_000, (25_000, 40)), 100_000)
    before = rows.assign(numerator=rows["numerator"] + 1, published="2029-01-01")
    start = time.perf_counter()
    odd = screen(rows, before, framework, areas)
    seconds = time.perf_counter() - start
    print(f"\n{len(rows):,} rows beside as many known ones: {seconds:.1f} s, {len(odd):,} asked about")


if __name__ == "__main__":
    borough = ROOT / "tests/borough"
    parts = load_framework(borough, METHODS), load_areas(borough)
    limits()
    alarms(*parts)
    speed(*parts)
