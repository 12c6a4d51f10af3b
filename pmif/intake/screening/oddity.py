"""What an oddity is called, and how it is told."""

import math
from dataclasses import dataclass

import pandas as pd

from pmif.intake.schema import place_of
from pmif.intake.screening.side_by_side import Figures
from pmif.methods import BANDED_METHODS


@dataclass(frozen=True)
class Oddity:
    """One figure, or one sum of figures, to be confirmed or put right."""

    name: str  # stable and typable: sickness-days/E08000037/2026-27-q2/spike
    measure: str
    place: str
    problem: str
    sheet: str = ""  # with `cell`, where a copy of the file can be marked
    cell: str = ""


def oddity_at(
    rows: pd.DataFrame,
    figures: Figures,
    at: int,
    kind: str,
    problem: str,
    area: str | None = None,
    of: str | None = None,
) -> Oddity:
    """The oddity of the figure `at`, told at its row; `area` and `of` where it is of a whole column or dimension."""
    measure, row = figures.word("measure", at), int(figures.row[at])
    dimension, group = figures.word("dimension", at), figures.word("group", at)
    tail = of if of is not None else (f"{dimension}={group}" if dimension else "")
    parts = (measure, area or figures.word("area", at), figures.word("period", at), kind, tail)
    name = "/".join(part for part in parts if part)
    sheet, cell = ("" if c not in rows.columns else str(rows[c].iat[row]) for c in ("sheet", "cell"))
    advice = f"confirm it with --confirm {name} and a reason, or send a corrected file"
    return Oddity(name, measure, place_of(rows, row), f"{problem}: {advice}", sheet, cell)


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
