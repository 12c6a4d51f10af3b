"""What an oddity is called, and how it is told."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from pmif.intake.schema import written_place
from pmif.intake.screening.side_by_side import Figures
from pmif.methods import BANDED_METHODS

PARTS = "parts"  # the kind of a sum that its parts do not make
WARDS = "wards"  # stands in a name for the area, where all of them together are odd


@dataclass(frozen=True)
class Oddity:
    """One figure, or one sum of figures, to be confirmed or put right."""

    name: str  # stable and typable: sickness-days/E08000037/2026-27-q2/spike
    measure: str
    place: str
    problem: str
    sheet: str = ""  # with `cell`, where a copy of the file can be marked
    cell: str = ""

    @property
    def asked(self) -> str:
        """The problem, and how whoever brings a file answers it."""
        return f"{self.problem}: confirm it with --confirm {self.name} and a reason, or send a corrected file"


@dataclass(frozen=True)
class Found:
    """What is odd of the figure `at`, which stands in the table; `area` and `of` where it is of a column of wards, or
    of a whole dimension."""

    at: int
    kind: str
    problem: str
    area: str | None = None
    of: str | None = None


def named(rows: pd.DataFrame, figures: Figures, found: Sequence[Found]) -> list[Oddity]:
    """What was found, each with its name and the row where it stands."""
    origin = rows.iloc[figures.row[[one.at for one in found]]].reindex(columns=["file", "sheet", "cell", "row"])
    cells = origin.astype("str").itertuples(index=False, name=None)
    return [_oddity(figures, one, *of_row) for one, of_row in zip(found, cells, strict=True)]


def _oddity(figures: Figures, found: Found, file: str, sheet: str, cell: str, row: str) -> Oddity:
    at, measure = found.at, figures.word("measure", found.at)
    dimension, group = figures.word("dimension", at), figures.word("group", at)
    tail = found.of if found.of is not None else (f"{dimension}={group}" if dimension else "")
    parts = (measure, found.area or figures.word("area", at), figures.word("period", at), found.kind, tail)
    name = "/".join(part for part in parts if part)
    return Oddity(name, measure, written_place(file, sheet, cell, row), found.problem, sheet, cell)


def figure_sent(figures: Figures, at: int) -> str:
    """A figure as it was sent: "value 12.3", "14 of 61 (23%)"."""
    value, numerator, denominator = (float(figures.numbers[c][at]) for c in ("value", "numerator", "denominator"))
    if not math.isnan(value):
        return f"value {written(value)}"
    measure = figures.measures[figures.word("measure", at)]
    counts = f"{written(numerator)} of {written(denominator)}"
    if measure.method in BANDED_METHODS:
        return counts
    return f"{counts} ({written(round(float(figures.level[at]), measure.decimals))}{figures.units[measure.id].suffix})"


def written(number: float) -> str:
    """A number with as many digits as tell, and thousands apart."""
    digits = 4 if abs(number) < 1 else 2 if abs(number) < 1_000 else 1
    return f"{number:,.{digits}f}".rstrip("0").rstrip(".")


def times(power: int) -> str:
    """ "100 times" for 2, "a 10th of" for -1."""
    many = f"{10 ** abs(power):,}"
    return f"{many} times" if power > 0 else f"a {many}th of"
