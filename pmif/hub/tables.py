"""Tables in plain files, one folder a report period, replaced as a whole or not at all.

CSV, so that an analyst can open any of them; numbers are written so that reading gives back
exactly what was written.
"""

import csv
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # takes longer to load than commentary to check, which needs none of it
    import pandas as pd

NUMBERS = frozenset({"numerator", "denominator", "value", "lower", "upper"})


def built_folder(root: Path, period: str) -> Path:
    return root / "data" / "built" / period


def write_table(folder: Path, name: str, table: "pd.DataFrame") -> None:
    table.to_csv(folder / f"{name}.csv", index=False, lineterminator="\n", encoding="utf-8")


def read_table(folder: Path, name: str) -> "pd.DataFrame":
    """Read a table back: counts and values as numbers, everything else as text with "" for blank."""
    import pandas as pd

    path = folder / f"{name}.csv"
    columns = pd.read_csv(path, nrows=0).columns
    return pd.read_csv(
        path,
        dtype={c: "float64" if c in NUMBERS else "str" for c in columns},
        na_values={c: [""] if c in NUMBERS else [] for c in columns},
        keep_default_na=False,
    )


def read_as_written(folder: Path, name: str) -> list[dict[str, str]]:
    """The same table row by row, every cell as it is written."""
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        lines = csv.reader(file)
        columns = next(lines, [])
        return [dict(zip(columns, cells, strict=True)) for cells in lines]


@contextmanager
def replace_folder(folder: Path) -> Iterator[Path]:
    """A fresh folder to write into, which takes the place of `folder` only if everything went well."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        yield fresh
        aside = fresh.with_name(fresh.name + "-old")
        if folder.exists():
            folder.rename(aside)
        try:
            fresh.rename(folder)
        except OSError:
            if aside.exists():
                aside.rename(folder)
            raise
        shutil.rmtree(aside, ignore_errors=True)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
