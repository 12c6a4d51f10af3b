"""Names beside what they name: at the ends of lines, and beside dots. No legend where a label fits."""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from pmif.exhibits import style
from pmif.exhibits.axes import Scale
from pmif.exhibits.sheet import Across, Box, Sheet, pushed_apart, text_box

SHARE = 0.37  # of the sheet's width, which labels at the line ends may take
CLEAR = 4  # pixels between a name and anything else, and by which it is nearer to its own dot than to others
APART = 14  # pixels from any other dot to a name that a thin line leads to
LEAD = 12  # parts of such a line, which are looked at one by one
FAR = (22, 34, 48, 64)  # pixels from its own dot to such a name, the nearest first


@dataclass(frozen=True)
class EndLabel:
    """A label of one or more lines, to the right of a line that ends at `value`."""

    value: float
    texts: tuple[str, ...]
    role: str
    weight: int


def end_label(value: float, name: str, words: str, width: float, role: str, weight: int = 400) -> EndLabel:
    """On one line where that leaves room for the chart, else name and value one above the other."""
    one = f"{name} {words}"
    if style.text_width(one, weight=weight) <= SHARE * width:
        return EndLabel(value, (one,), role, weight)
    return EndLabel(value, (*style.wrap(name, SHARE * width, weight=weight), words), role, weight)


def room_for(labels: Iterable[EndLabel]) -> float:
    """How many pixels the longest of these labels takes, with the space before it."""
    return max(style.text_width(text, weight=label.weight) for label in labels for text in label.texts) + 14


def draw_end_labels(sheet: Sheet, labels: Sequence[EndLabel], y: Scale, left: float, bottom: float) -> None:
    """Each as near its line's end as can be, pushed apart so that none touches another."""
    heights = [style.LABEL_STEP * len(label.texts) for label in labels]
    middles = pushed_apart([y(label.value) for label in labels], heights, 0, bottom)
    for label, middle in zip(labels, middles, strict=True):
        for number, text in enumerate(label.texts):
            at = middle + (number - (len(label.texts) - 1) / 2) * style.LABEL_STEP
            sheet.text(text, left, at, label.role, weight=label.weight)


@dataclass(frozen=True)
class Dot:
    """A dot that nothing may be written over, as far as `reach` around its middle."""

    x: float
    y: float
    reach: float = 6

    def away(self, box: Box) -> float:
        """How many pixels its edge is from a box; less than nothing where they touch."""
        x, y = _nearest(box, self.x, self.y)
        return math.hypot(x - self.x, y - self.y) - self.reach


@dataclass(frozen=True)
class _Name:
    """A name at one place: its lines, with their boxes, and whether a thin line leads to it."""

    texts: tuple[str, ...]
    x: float
    y: float
    across: Across
    led: bool = False

    @property
    def lines(self) -> Iterator[tuple[str, float]]:
        first = self.y - (len(self.texts) - 1) * style.LABEL_STEP / 2
        for number, text in enumerate(self.texts):
            yield text, first + number * style.LABEL_STEP

    @property
    def boxes(self) -> list[Box]:
        return [text_box(text, self.x, y, size=style.TEXT, weight=400, across=self.across) for text, y in self.lines]

    @property
    def box(self) -> Box:
        boxes = self.boxes
        return Box(
            min(b.left for b in boxes), boxes[0].top, max(b.right for b in boxes), boxes[-1].bottom
        )  # fmt: skip

    def lead(self, dot: Dot) -> list[tuple[float, float]]:
        """The thin line from the dot's edge to the name, as points along it; none where it needs none."""
        if not self.led:
            return []
        x, y = _nearest(self.box, dot.x, dot.y)
        start = dot.reach / math.hypot(x - dot.x, y - dot.y)
        shares = [start + (1 - start) * part / LEAD for part in range(LEAD + 1)]
        return [(dot.x + (x - dot.x) * share, dot.y + (y - dot.y) * share) for share in shares]


def draw_names(
    sheet: Sheet,
    names: Sequence[tuple[str, Dot]],
    dots: Sequence[Dot],
    lines: Sequence[tuple[float, float]],
    ground: Box,
) -> None:
    """Write names beside their dots, the first ones first, as many as have room.

    A name touches no other text, stands plainly nearer its own dot than any other, and stays on the `ground`. It
    takes the place that covers fewest of `lines`, which are points along whatever had better stay in sight; on two
    lines where one finds no place; and further off, with a thin line to its dot, where two find none.
    """
    leads: list[tuple[float, float]] = []
    for name, dot in names:
        folds = _folds(name)
        close = [list(_beside(texts, dot)) for texts in folds]
        further = [one for texts in folds for one in _further(texts, dot)]
        for places in (*close, further):
            free = [one for one in places if _is_free(one, dot, sheet, leads, ground) and _is_plain(one, dot, dots)]
            if free:
                best = min(free, key=lambda one: sum(_inside(box, *point) for box in one.boxes for point in lines))
                if lead := best.lead(dot):
                    sheet.line([lead[0][0], lead[-1][0]], [lead[0][1], lead[-1][1]], "edge", 1.2)
                    leads += lead
                for text, y in best.lines:
                    sheet.text(text, best.x, y, across=best.across, halo="paper")
                break


def _is_free(name: _Name, dot: Dot, sheet: Sheet, leads: Sequence[tuple[float, float]], ground: Box) -> bool:
    """Whether a name stands on the ground, and neither it nor its thin line meets another name or another line."""
    texts = [box for _, box in sheet.texts]
    lead = name.lead(dot)
    return (
        all(_inside(ground, box.left, box.top) and _inside(ground, box.right, box.bottom) for box in name.boxes)
        and not any(box.touches(other, CLEAR) for box in name.boxes for other in texts)
        and not any(_inside(box, *point) for box in name.boxes for point in leads)
        and not any(_inside(box, *point) for box in texts for point in lead)
        and not any(math.dist(a, b) < CLEAR for a in lead for b in leads)
    )


def _is_plain(name: _Name, dot: Dot, dots: Iterable[Dot]) -> bool:
    """Whether nobody could take the name for that of another dot."""
    others = [other for other in dots if other != dot]
    own = APART - CLEAR if name.led else min(dot.away(box) for box in name.boxes)
    return all(other.away(box) >= own + CLEAR for other in others for box in name.boxes) and not any(
        math.dist(point, (other.x, other.y)) < other.reach + 2 for other in others for point in name.lead(dot)
    )


def _folds(name: str) -> list[tuple[str, ...]]:
    """A name on one line, then on two, the longer of which is as short as can be."""
    words = name.split()
    folds = [(" ".join(words[:n]), " ".join(words[n:])) for n in range(1, len(words))]
    return [(name,), *sorted(folds, key=lambda texts: max(map(style.text_width, texts)))[:1]]


def _beside(texts: tuple[str, ...], dot: Dot) -> Iterator[_Name]:
    """Where a name may stand close to its dot, the best place first: beside it, above or below it, then aslant."""
    aside, over = dot.reach + 4, dot.reach + 2 + len(texts) * style.LABEL_STEP / 2
    half = max(map(style.text_width, texts)) / 2
    yield _Name(texts, dot.x + aside, dot.y, "left")
    yield _Name(texts, dot.x - aside, dot.y, "right")
    yield _Name(texts, dot.x, dot.y - over, "center")
    yield _Name(texts, dot.x, dot.y + over, "center")
    for down in (-over, over):
        yield _Name(texts, dot.x + half - aside, dot.y + down, "center")
        yield _Name(texts, dot.x - half + aside, dot.y + down, "center")
        yield _Name(texts, dot.x + aside, dot.y + down * 0.7, "left")
        yield _Name(texts, dot.x - aside, dot.y + down * 0.7, "right")


def _further(texts: tuple[str, ...], dot: Dot) -> Iterator[_Name]:
    """Where a name may stand further off, the nearer places first."""
    half, tall = max(map(style.text_width, texts)) / 2, len(texts) * style.LABEL_STEP / 2
    for far in FAR:
        for turn in range(16):
            across, down = math.cos(turn * math.pi / 8), math.sin(turn * math.pi / 8)
            x = dot.x + across * (far + half)
            yield _Name(texts, x, dot.y + down * (far + tall), "center", led=True)


def _nearest(box: Box, x: float, y: float) -> tuple[float, float]:
    """The point of a box that is nearest to this one."""
    return min(max(x, box.left), box.right), min(max(y, box.top), box.bottom)


def _inside(box: Box, x: float, y: float) -> bool:
    return box.left <= x <= box.right and box.top <= y <= box.bottom
