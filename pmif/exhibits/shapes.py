"""The shape of a dot that says something: disc better, diamond worse, square moved, ring nothing to say.

The same shapes as on chips, in the same colours; never colour alone.
"""

from dataclasses import dataclass
from typing import Literal

from pmif.disclosure import PublishedMeasure
from pmif.exhibits.sheet import Sheet
from pmif.framework import Polarity

Change = Literal["", "better", "worse", "moved"]  # what a dot says; blank where it has nothing to say


@dataclass(frozen=True)
class Shape:
    """How a dot is drawn, and the icon and the look of a chip that says the same."""

    marker: Literal["o", "D", "s"]
    size: float
    role: str
    filled: bool
    icon: str
    look: str


SHAPES: dict[Change, Shape] = {
    "": Shape("o", 8.0, "gh", False, "ring", ""),
    "better": Shape("o", 11.0, "better", True, "disc", "better"),
    "worse": Shape("D", 9.5, "worse", True, "diamond", "worse"),
    "moved": Shape("s", 9.5, "gh", False, "square", ""),
}


def change_of(pm: PublishedMeasure, *, higher: bool) -> Change:
    """What it means that a figure is clearly higher, or clearly lower."""
    if pm.finding.in_cash_terms or pm.measure.polarity is Polarity.NEUTRAL:
        return "moved"
    return "better" if higher == (pm.measure.polarity is Polarity.HIGHER) else "worse"


def draw_dots(sheet: Sheet, change: Change, xs: list[float], ys: list[float], *, gid: str, shrunk: float = 1.0) -> None:
    """Dots that say the same. `shrunk` makes them smaller where there are many."""
    shape = SHAPES[change]
    sheet.marks(
        xs, ys, shape.role, shape=shape.marker, size=shape.size * shrunk, gid=gid,
        fill=shape.role if shape.filled else "paper", edge=0 if shape.filled else 2.2 * shrunk,
    )  # fmt: skip
