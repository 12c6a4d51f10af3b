"""Worked cases of the reference software, in ../shared/reference/stats_examples, beside the repository.

`cases("proportions.csv")` parametrises a test by case: one argument, with the case's id and its rows by
file. Where the folder is absent there is one case, which is skipped and says so. How many cases were
run is printed after the tests (tests/conftest.py), from the ids given here.
"""

import csv
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[3] / "shared/reference/stats_examples"
MARK = "reference"  # how the ids of these cases begin: reference-<method>-<case>

Row = dict[str, str]


@dataclass(frozen=True)
class Case:
    """One worked case: its rows in each file, in the file's order; every cell as text."""

    id: str
    rows: dict[str, list[Row]]

    def column(self, file: str, name: str) -> list[float]:
        return [number(row[name]) for row in self.rows[file]]


def number(text: str) -> float:
    """A cell as a number; NaN where it is empty."""
    return float(text) if text not in ("", "NA") else float("nan")


def read(file: str) -> list[Row]:
    with (FOLDER / file).open(encoding="utf-8", newline="") as opened:
        return list(csv.DictReader(opened))


def cases(method: str, *files: str, only: Sequence[str] = ()) -> list:
    """The cases of these files, as parameters for a test named `case`. `only` keeps to the ids named."""
    if not FOLDER.is_dir():
        skipped = pytest.mark.skip(reason="skipped: the reference cases (shared/reference/stats_examples) are not here")
        return [pytest.param(None, id=f"{MARK}-{method}-absent", marks=skipped)]
    found: dict[str, dict[str, list[Row]]] = defaultdict(lambda: {file: [] for file in files})
    for file in files:
        for row in read(file):
            found[row["case_id"]][file].append(row)
    made = [
        pytest.param(Case(name, rows), id=f"{MARK}-{method}-{name}")
        for name, rows in found.items()
        if not only or name in only
    ]
    assert made, f"no case in {', '.join(files)}"
    return made
