"""What the hub costs: a million observations taken in, and one page's figures out of twenty million.

    python benchmarks/hub.py [--rows 1000000] [--hub 20000000]

The million is what a council's hub comes to in ten years: some 140 measures by quarter, each for the borough and
its 22 wards, of everyone, by sex and by fifths of deprivation: 25,000 series of 40 figures, each figure once. A
third of the measures are given as published, with limits, the others as counts, and parts make their wholes, so
that a sum is asked about only where it should be. (The borough's few figures, each many times over with ever later
days of publication, would be a million revisions of a thousand figures: no council's intake is like that, and
screening would have had a thousand figures to judge.)

A table of such a file is taken in twice: into a hub that holds nothing, and into one that holds its first half, as
when a table grows. It goes the road of `pmif build`: it is read, checked, screened while it is kept, and then a
measure is asked for. All of it is judged, each figure beside those before it in the file. Some 1,200 of the million
are odd by chance; they are withdrawn beforehand, for a table with an odd figure is not kept until a role confirms
it. (To confirm one instead takes a millisecond more, which is what its lines of YAML take to read twice.) A table is
its own plain file: a return or a fetch also writes its rows beside its receipt and reads them back, which is not in
these times.

The yardstick is pandas reading the same CSV and writing it as Parquet, by its defaults; that of a page, a query
written by hand over the same rows in Parquet. Each pair runs in turn in one process, and the ratio of each round
is shown, or the least of a few.
"""

import argparse
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import psutil
import sqlalchemy as sa
from numpy.typing import NDArray

from pmif.framework import Framework, load_framework
from pmif.geography import Area, AreaKind, Areas, load_areas
from pmif.hub import reading, writing
from pmif.hub.columns import COLUMNS, KEY, NUMBERS
from pmif.intake import read_tables, screen_tables
from pmif.intake.schema import typed
from pmif.intake.screening import screen
from pmif.methods import METHODS
from pmif.period import Period

Integers = NDArray[np.int64]

BOROUGH = Path(__file__).resolve().parents[1] / "tests/borough"
DAY = date(2500, 1, 1)
ROUNDS = 5

WARDS = range(1, 23)
QUARTERS = 40
MODELS = ("family-help-in-time", "residents-in-work", "anti-social-behaviour")  # a proportion, as published, a rate
MOST_MEASURES = 160
GROUPS = {
    "sex": ("female", "male"),
    "deprivation-quintile": (
        "quintile-1-most-deprived",
        "quintile-2",
        "quintile-3",
        "quintile-4",
        "quintile-5-least-deprived",
    ),
}


def timed(work: Callable[[], object], rounds: int = 3) -> float:
    def once() -> float:
        began = time.perf_counter()
        work()
        return time.perf_counter() - began

    return min(once() for _ in range(rounds))


def large(root: Path) -> tuple[Framework, Areas]:
    """The framework and the wards of a whole council: as many measures as it takes, like three of the borough's."""
    framework, areas = load_framework(root, METHODS), load_areas(root)
    wards = [Area(f"Z05{n:06d}", "ward-large", f"Ward {n}", f"Ward {n}", AreaKind.WARD, None, None) for n in WARDS]
    kinds = (AreaKind.BOROUGH, AreaKind.WARD)
    like = [framework.measure(name) for name in MODELS]
    measures = (
        like[n % len(like)].model_copy(update={"id": measure_id(n), "geographies": kinds, "groups": tuple(GROUPS)})
        for n in range(MOST_MEASURES)
    )
    return framework.model_copy(update={"measures": tuple(measures)}), replace(areas, all=(*areas.all, *wards))


def measure_id(n: int) -> str:
    return f"measure-{n:03d}"  # rows of a table are kept sorted by measure


def series(rows: int) -> Iterator[pd.DataFrame]:
    """The figures of one measure after another, each for 40 quarters, until they come to `rows`."""
    rng = np.random.default_rng(5)
    first, periods = Period.parse("2016-17-q1"), []
    while len(periods) < QUARTERS:
        periods.append(first)
        first = first.next
    groups = [("", ""), *((dimension, group) for dimension in GROUPS for group in GROUPS[dimension])]
    places = [("Z99000001", "borough-made-up"), *((f"Z05{n:06d}", "ward-large") for n in WARDS)]
    keys = pd.DataFrame(
        [
            (*place, period.id, *group, (period.end + timedelta(days=21)).isoformat())
            for place in places
            for group in groups
            for period in periods
        ],
        columns=["area", "vintage", "period", "dimension", "group", "published"],
    )
    for n in range(-(-rows // len(keys))):
        count, people = (table.ravel() for table in counts(rng))
        table = keys.assign(measure=measure_id(n), numerator="", denominator="", value="", lower="", upper="", mark="")
        table = table.assign(status="shown", published_basis="on", source="figures-made-up")
        if MODELS[n % len(MODELS)] == "residents-in-work":
            share = count / people
            reach = 1.96 * np.sqrt(share * (1 - share) / people)
            ends = {"value": share, "lower": np.maximum(share - reach, 0), "upper": np.minimum(share + reach, 1)}
            table = table.assign(**{name: np.char.mod("%.1f", 100 * end) for name, end in ends.items()})
        else:
            table = table.assign(numerator=count.astype(str), denominator=people.astype(str))
        yield table[COLUMNS]


def counts(rng: np.random.Generator) -> tuple[Integers, Integers]:
    """Cases and people: places (the borough first) by groups (everyone first) by quarters. Parts make their wholes."""
    size = (len(WARDS), 5, QUARTERS)
    people = rng.poisson(rng.integers(100, 600, (len(WARDS), 5, 1)), size) + 1  # by fifths of deprivation
    cases = rng.binomial(people, rng.uniform(0.05, 0.6))
    everyone, of_all = people.sum(axis=1, keepdims=True), cases.sum(axis=1, keepdims=True)
    women = rng.binomial(everyone, 0.51)
    of_women = rng.hypergeometric(of_all, everyone - of_all, women)
    tables = (
        np.concatenate([of_all, of_women, of_all - of_women, cases], axis=1),
        np.concatenate([everyone, women, everyone - women, people], axis=1),
    )
    count, whole = (np.concatenate([table.sum(axis=0, keepdims=True), table]) for table in tables)
    return count, whole


def book(folder: Path, rows: int) -> tuple[Path, Framework, Areas, dict[str, Path]]:
    """A book without figures, and files: a table of so many rows of which none is odd, and its first half."""
    root = folder / f"book-{rows}"
    shutil.copytree(BOROUGH / "data", root / "data", ignore=shutil.ignore_patterns("built", "figures"))
    (root / "data/figures").mkdir()
    framework, areas = large(root)
    table = pd.concat(series(rows), ignore_index=True).head(rows)
    while len(odd := odd_rows(table, framework, areas)):
        table.loc[odd, [*NUMBERS, "status"]] = [*[""] * len(NUMBERS), "unavailable"]
    files = {name: folder / f"{name}-{rows}.csv" for name in ("file", "half")}
    table.to_csv(files["file"], index=False)
    table[table["period"] < "2021"].to_csv(files["half"], index=False)
    return root, framework, areas, files


def odd_rows(table: pd.DataFrame, framework: Framework, areas: Areas) -> list[int]:
    rows = typed(table.assign(file="", row=table.index.astype(str)))
    return sorted({int(odd.place.rpartition(" ")[2]) for odd in screen(rows, rows.iloc[:0], framework, areas)})


def take_in(root: Path, framework: Framework, areas: Areas) -> None:
    """All that becomes of a table: read, checked, kept while it is screened, and asked for."""
    tables = read_tables(root, framework, areas)
    with writing(root, "a benchmark") as hub:
        hub.sync(root, tables, provided=lambda: screen_tables(root, tables, framework, areas))
    with reading(root) as hub:
        if not len(hub.known_at(DAY, [measure_id(0)])):
            raise AssertionError("what was taken in is not known")


def intake(folder: Path, rows: int) -> None:
    scenes = {"nothing": "", "the first half of the file": "half"}
    print("| rows | the hub holds | pandas, s | taken in, screened, queryable, s | times, in each round |")
    print("|---|---|---|---|---|")
    for n in (rows // 4, rows):
        root, framework, areas, files = book(folder, n)
        table, built, kept = root / "data/figures/many.csv", root / "data/built", folder / "kept"
        for words, held in scenes.items():
            shutil.rmtree(kept, ignore_errors=True)
            if held:
                shutil.rmtree(built, ignore_errors=True)
                shutil.copyfile(files[held], table)
                take_in(root, framework, areas)
                shutil.copytree(built, kept)
            shutil.copyfile(files["file"], table)
            plain, ours = [], []
            for _ in range(ROUNDS):
                plain.append(timed(lambda t=table: pd.read_csv(t).to_parquet(folder / "plain.parquet"), 1))
                shutil.rmtree(built, ignore_errors=True)
                if held:
                    shutil.copytree(kept, built)
                ours.append(timed(lambda root=root, f=framework, a=areas: take_in(root, f, a), 1))
            times = ", ".join(f"{own / theirs:.1f}" for own, theirs in zip(ours, plain, strict=True))
            print(f"| {n:,} | {words} | {min(plain):.2f} | {min(ours):.2f} | {times} |", flush=True)
    peak = getattr(psutil.Process().memory_info(), "peak_wset", 0) or _peak_of_linux()
    print(f"\nPeak memory of all of it: {peak / 2**30:.2f} GiB")


def _peak_of_linux() -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM"))


def page(folder: Path, rows: int) -> None:
    """One page asks for some ten measures, each with every figure as known on a day."""
    print("\n| rows in the hub | by hand over Parquet, s | from the hub, s | times |")
    print("|---|---|---|---|")
    framework = load_framework(BOROUGH, METHODS)
    real = [m.id for m in framework.measures][:10]
    for n in (rows // 10, rows):
        root, parquet = _filled(folder, n, real)
        keys = ", ".join(f'"{c}"' for c in KEY)
        names = ", ".join(f"'{m}'" for m in real)
        by_hand = (
            f"SELECT * FROM (SELECT *, row_number() OVER (PARTITION BY {keys} ORDER BY known DESC) AS place "
            f"FROM '{parquet.as_posix()}' WHERE measure IN ({names}) AND known <= DATE '{DAY}') WHERE place = 1"
        )
        with duckdb.connect() as connection, reading(root) as hub:
            hand = timed(lambda q=by_hand, c=connection: c.execute(q).df(), 5)
            ours = timed(lambda hub=hub: hub.known_at(DAY, real), 5)
            assert len(hub.known_at(DAY, real)) == len(connection.execute(by_hand).df())
        print(f"| {n:,} | {hand:.3f} | {ours:.3f} | {ours / hand:.1f} |", flush=True)


def _filled(folder: Path, rows: int, real: list[str]) -> tuple[Path, Path]:
    """A hub of so many rows: ten measures of the borough, and as many others as it takes, each of 2,000 rows."""
    root = folder / f"hub-{rows}"
    root.mkdir()
    with writing(root, "a benchmark") as hub, hub.engine.begin() as connection:
        connection.execute(sa.text("INSERT INTO batches SELECT 1, 'a', 'return', 'a.csv', '', '', '', '', 0, 0, '{}'"))
        native = connection.connection.driver_connection
        listed = ", ".join(f"'{m}'" for m in real)
        native.execute(
            f"INSERT INTO observations SELECT 1, i, CASE WHEN i // 2000 < {len(real)} THEN list_extract([{listed}], "
            f"CAST(i // 2000 + 1 AS INT)) ELSE 'measure-' || (i // 2000) END, 'E' || (i % 25), 'ward', "
            "CAST(2000 + i % 2000 // 25 % 20 AS TEXT), '', '', i % 977, 1000, i % 977 / 10.0, NULL, NULL, 'shown', '', "
            "'2026-01-01', 'on', 'made-up', DATE '2026-01-01' + CAST(i % 2000 // 500 AS INT), "
            f"'a.csv', '', '', CAST(i AS TEXT), '' FROM range({rows}) t(i) ORDER BY 3, 4, 6"
        )
    parquet = folder / f"hub-{rows}.parquet"
    with reading(root) as hub, hub.engine.connect() as connection:
        connection.connection.driver_connection.execute(f"COPY observations TO '{parquet.as_posix()}' (FORMAT parquet)")
    return root, parquet


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--rows", type=int, default=1_000_000)
    words.add_argument("--hub", type=int, default=20_000_000)
    given = words.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        intake(Path(folder), given.rows)
        page(Path(folder), given.hub)


if __name__ == "__main__":
    main()
