"""What the hub costs: a million observations taken in, and one page's figures out of twenty million.

    python benchmarks/hub.py [--rows 1000000] [--hub 20000000]

The figures are those of the made-up borough, each many times over with a later day of publication. They
are checked, as a table of ours is, but not screened against history, as a return is: benchmarks/screening.py
times that. The yardstick of intake is pandas reading the same CSV and writing it as Parquet; that of a page, a
query written by hand over the same rows in Parquet. Each pair runs in turn in one process, two to five times,
and the least is shown.
"""

import argparse
import shutil
import tempfile
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pandas as pd
import psutil
import sqlalchemy as sa

from pmif.framework import load_framework
from pmif.geography import load_areas
from pmif.hub import reading, writing
from pmif.hub.columns import COLUMNS, KEY
from pmif.intake import read_tables
from pmif.methods import METHODS

BOROUGH = Path(__file__).resolve().parents[1] / "tests/borough"
DAY = date(2500, 1, 1)


def timed(work: Callable[[], object], rounds: int = 3) -> float:
    def once() -> float:
        began = time.perf_counter()
        work()
        return time.perf_counter() - began

    return min(once() for _ in range(rounds))


def many(rows: int) -> pd.DataFrame:
    """The borough's figures again and again, each time published on another day."""
    tables = [
        pd.read_csv(f, dtype=str, keep_default_na=False) for f in sorted((BOROUGH / "data/figures").glob("*.csv"))
    ]
    once = pd.concat(tables, ignore_index=True)[COLUMNS]
    times = -(-rows // len(once))
    copies = pd.concat([once] * times, ignore_index=True)
    days = [(date(2026, 9, 21) + timedelta(days=n)).isoformat() for n in range(times)]
    copies["published"] = [day for day in days for _ in range(len(once))]
    return copies.head(rows)


def book(folder: Path, rows: int) -> Path:
    """A book whose only table has this many rows."""
    root = folder / f"book-{rows}"
    shutil.copytree(BOROUGH / "data", root / "data", ignore=shutil.ignore_patterns("built", "figures"))
    (root / "data/figures").mkdir()
    many(rows).to_csv(root / "data/figures/many.csv", index=False)
    return root


def take_in(root: Path) -> None:
    shutil.rmtree(root / "data/built", ignore_errors=True)
    framework, areas = load_framework(root, METHODS), load_areas(root)
    with writing(root, "a benchmark") as hub:
        hub.sync(root, read_tables(root, framework, areas))
    with reading(root) as hub:
        assert len(hub.known_at(DAY, ["claimants"]))


def intake(folder: Path, rows: int) -> None:
    print("| rows | pandas reads CSV, writes Parquet, s | taken in, checked, queryable, s | times | peak memory, GiB |")
    print("|---|---|---|---|---|")
    for n in (rows // 4, rows):
        root = book(folder, n)
        table = root / "data/figures/many.csv"
        plain = timed(lambda table=table: pd.read_csv(table).to_parquet(folder / "plain.parquet"))
        ours = timed(lambda root=root: take_in(root), 2)
        peak = getattr(psutil.Process().memory_info(), "peak_wset", 0) or _peak_of_linux()
        print(f"| {n:,} | {plain:.2f} | {ours:.2f} | {ours / plain:.1f} | {peak / 2**30:.2f} |", flush=True)


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
