"""A sheet to draw on, measured in the page's own pixels.

matplotlib draws; the sheet only says where. Everything is placed in pixels from the top left
corner, so that labels can be measured before they are drawn and never touch each other.
Use inside `style.chart_style()`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

from pmif.exhibits import style
from pmif.exhibits.svg import Parts, inline

if TYPE_CHECKING:
    from matplotlib.artist import Artist

Across = Literal["left", "center", "right"]


@dataclass(frozen=True)
class Box:
    """A rectangle of pixels, top left to bottom right."""

    left: float
    top: float
    right: float
    bottom: float

    def touches(self, other: "Box", gap: float = 0) -> bool:
        return (
            self.left < other.right + gap
            and other.left < self.right + gap
            and self.top < other.bottom + gap
            and other.top < self.bottom + gap
        )


def text_box(text: str, x: float, y: float, *, size: float, weight: int, across: Across) -> Box:
    """The room that a text takes whose middle line is at y."""
    width = style.text_width(text, size, weight)
    left = x - {"left": 0.0, "center": 0.5, "right": 1.0}[across] * width
    return Box(left, y - 0.58 * size, left + width, y + 0.58 * size)


class Sheet:
    """A drawing in the making. `texts` holds the box of every text on it, for whoever checks that none touch."""

    def __init__(self, width: float, height: float) -> None:
        from matplotlib.figure import Figure
        from matplotlib.transforms import Affine2D

        self.width, self.height = width, height
        self.texts: list[tuple[str, Box]] = []
        self._view = (0.0, height)
        self._figure = Figure(figsize=(width / 72, height / 72), dpi=72)
        self._pixels = Affine2D().scale(1, -1).translate(0, height)

    def line(
        self,
        xs: Sequence[float],
        ys: Sequence[float],
        role: str,
        width: float = 1,
        *,
        dashes: Sequence[float] = (),
        cap: Literal["butt", "projecting", "round"] = "round",
    ) -> None:
        from matplotlib.lines import Line2D

        drawn = Line2D(
            xs, ys, color=style.COLOURS[role], linewidth=width, marker="",
            solid_capstyle=cap, dash_capstyle="butt",
        )  # fmt: skip
        if dashes:
            drawn.set_dashes([dash / width for dash in dashes])
        self._add(drawn)

    def marks(
        self,
        xs: Sequence[float],
        ys: Sequence[float],
        role: str,
        *,
        size: float = 7,
        shape: Literal["o", "D", "s"] = "o",
        fill: str | None = None,
        edge: float = 0,
        gid: str | None = None,
    ) -> None:
        """Dots, diamonds or squares: `role` colours the outline, `fill` the inside where it differs."""
        from matplotlib.lines import Line2D

        drawn = Line2D(
            xs, ys, linestyle="", marker=shape, markersize=size, gid=gid, markeredgewidth=edge,
            markeredgecolor=style.COLOURS[role], markerfacecolor=style.COLOURS[fill or role],
        )  # fmt: skip
        self._add(drawn)

    def area(
        self,
        rings: Sequence[Sequence[tuple[float, float]]],
        fill: str,
        *,
        outline: str | None = None,
        width: float = 0,
        hatch: str | None = None,
        gid: str | None = None,
        within: Box | None = None,
    ) -> None:
        """A shape made of one or more closed rings; of a hole, the ring runs the other way round."""
        import numpy as np
        from matplotlib.patches import PathPatch
        from matplotlib.path import Path

        path = Path.make_compound_path(*(Path(np.asarray(ring), closed=True) for ring in rings))
        drawn = PathPatch(
            path, facecolor=style.COLOURS[fill], edgecolor=style.COLOURS[outline] if outline else "none",
            linewidth=width, hatch=hatch, gid=gid,
        )  # fmt: skip
        if hatch:
            drawn.set_hatchcolor(style.COLOURS["ink2"])
        self._add(drawn)
        if within:
            from matplotlib.transforms import Bbox, TransformedBbox

            corners = Bbox([[within.left, within.top], [within.right, within.bottom]])
            drawn.set_clip_box(TransformedBbox(corners, self._pixels))
            drawn.set_clip_on(True)

    def text(
        self,
        text: str,
        x: float,
        y: float,
        role: str = "ink",
        *,
        size: float = style.TEXT,
        weight: int = 400,
        across: Across = "left",
        halo: str | None = None,
    ) -> Box:
        """Write a text whose middle line is at y; `halo` is the ground it keeps clear around itself."""
        from matplotlib.text import Text

        drawn = Text(
            x, y + 0.33 * size, text, color=style.COLOURS[role], fontsize=size, fontweight=weight,
            horizontalalignment=across, verticalalignment="baseline", parse_math=False,
            gid=f"halo-{halo}-{len(self.texts)}" if halo else None,
        )  # fmt: skip
        self._add(drawn)
        box = text_box(text, x, y, size=size, weight=weight, across=across)
        self.texts.append((text, box))
        return box

    def crop(self, top: float, bottom: float) -> None:
        """Cut away what was left empty above and below."""
        self._view = (top, bottom)

    def inline(self, prefix: str, alt_text: str, parts: Parts | None = None) -> str:
        return inline(self._figure, prefix, alt_text, parts, self._view)

    def _add(self, artist: "Artist") -> None:
        artist.set_transform(self._pixels)
        artist.set_clip_on(False)
        self._figure.add_artist(artist)


def pushed_apart(wanted: Sequence[float], heights: Sequence[float], top: float, bottom: float) -> list[float]:
    """Middles as near as can be to those wanted, in the same order, that keep labels of these heights apart."""
    order = sorted(range(len(wanted)), key=lambda i: (wanted[i], i))
    placed = {i: wanted[i] for i in order}
    for _ in range(60):
        for above, below in pairwise(order):
            overlap = (heights[above] + heights[below]) / 2 - (placed[below] - placed[above])
            if overlap > 0:
                placed[above] -= overlap / 2
                placed[below] += overlap / 2
        if order:
            placed[order[0]] = max(placed[order[0]], top + heights[order[0]] / 2)
            placed[order[-1]] = min(placed[order[-1]], bottom - heights[order[-1]] / 2)
    # Halving leaves a hair's breadth of overlap; one pass downwards and one upwards takes it away.
    for above, below in pairwise(order):
        placed[below] = max(placed[below], placed[above] + (heights[above] + heights[below]) / 2)
    if order and placed[order[-1]] > bottom - heights[order[-1]] / 2:
        placed[order[-1]] = bottom - heights[order[-1]] / 2
        for below, above in zip(order[::-1], order[-2::-1], strict=False):
            placed[above] = min(placed[above], placed[below] - (heights[above] + heights[below]) / 2)
    return [placed[i] for i in range(len(wanted))]
