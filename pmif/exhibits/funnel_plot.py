"""Which wards stand out by more than chance, given how many people each has.

Chance moves small wards most, so the limits are wide at the left and close in to the right. Wards inside
them are rings and are not ranked; only those outside are named.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from itertools import groupby

from pmif.disclosure import Figure, PublishedMeasure
from pmif.exhibits import scale, style, wording
from pmif.exhibits.axes import draw_grid, draw_sizes
from pmif.exhibits.chip import icon
from pmif.exhibits.exhibit import Exhibit, slug, table
from pmif.exhibits.labels import Dot, EndLabel, draw_end_labels, draw_names, end_label, room_for
from pmif.exhibits.shapes import SHAPES, Change, change_of, draw_dots
from pmif.exhibits.sheet import Box, Sheet
from pmif.exhibits.source import ESTIMATED, source_line
from pmif.exhibits.svg import Part, two_drawings
from pmif.methods import funnel
from pmif.methods.estimate import Floats

FEWEST = 5  # wards to make a funnel of
FEW = 3  # so few wards beyond the outer limits that those between the limits are named too
MANY = 0.25  # a share of wards outside the inner limits that chance alone cannot explain
NEAR_SIZE = 0.7  # of the marks between the limits, beside those beyond both

FUNNELS: dict[str, Callable[..., funnel.Funnel]] = {
    "proportion": funnel.proportion_funnel,
    "crude-rate": funnel.rate_funnel,
}
# Of each flag: the side of the average, and whether it is beyond the outer limits.
FLAGS = {
    funnel.ABOVE_FAR: ("above", True),
    funnel.ABOVE_NEAR: ("above", False),
    funnel.INSIDE: ("", False),
    funnel.BELOW_NEAR: ("below", False),
    funnel.BELOW_FAR: ("below", True),
}


@dataclass(frozen=True)
class Ward:
    """One ward: how many it counts out of, its value, and where it lies."""

    code: str
    name: str
    size: float
    value: float
    side: str  # above or below the limits; blank inside them
    clear: bool  # beyond the outer limits
    change: Change

    @property
    def lies(self) -> str:
        if not self.side:
            return "inside the limits"
        return f"{self.side} the {'99.8%' if self.clear else '95%'} limits"


@dataclass(frozen=True)
class Chart:
    """What is drawn, in the measure's unit. A limit is a line of sizes and values."""

    pm: PublishedMeasure
    wards: tuple[Ward, ...]
    absent: tuple[str, ...]  # wards without a figure to show
    average: float
    near: tuple[list[tuple[float, float]], ...]
    far: tuple[list[tuple[float, float]], ...]

    def outside(self, side: str, *, clear: bool = True) -> list[Ward]:
        """The wards on one side, the clearest first."""
        there = [w for w in self.wards if w.side == side and (w.clear or not clear)]
        return sorted(there, key=lambda w: (-self.apart(w), w.name))

    def apart(self, ward: Ward) -> float:
        """How far a ward stands out, on a scale on which chance moves every ward alike."""
        return abs(ward.value - self.average) * math.sqrt(ward.size)


def funnel_plot(pm: PublishedMeasure) -> Exhibit | None:
    """The newest figures of the wards, beside the limits of what chance alone would do.

    Missing: None where the wards have no counts, or fewer than five have a figure to show. A ward without one
    is named as not shown, and takes no part in the average.
    """
    chart = _chart(pm)
    if chart is None:
        return None
    alt_text = _alt_text(chart)
    exhibit_id = f"funnel-{slug(pm.measure.id)}"
    grid = _grid(chart)
    parts = {
        gid: [Part(f"{w.name}: {_said(pm, w.value)}, {wording.spoken(w.lies)}", {"ward": w.code}) for w in wards]
        for gid, wards in _alike(chart)
    }
    drawings = []
    for suffix, width, height in (("w", style.WIDE, 360), ("n", style.NARROW, 330)):
        with style.chart_style():
            sheet = draw(chart, grid, width, height)
        drawings.append(sheet.inline(f"{exhibit_id}-{suffix}", alt_text, parts))
    return Exhibit(
        id=exhibit_id,
        title=_title(chart),
        subtitle=_subtitle(chart, grid),
        drawing=two_drawings(*drawings) + _key(chart),
        alt_text=alt_text,
        table=_table(chart),
        caption=" ".join([*_notes(chart), source_line(pm)]),
    )


def _chart(pm: PublishedMeasure) -> Chart | None:
    if pm.measure.method not in FUNNELS:
        return None
    held = [(f, f.numerator, f.denominator) for f in pm.wards if f.shown and f.numerator is not None and f.denominator]
    if len(held) < FEWEST:
        return None
    multiplier = pm.unit.multiplier
    # Wards are withheld because their counts are low, so the rest alone would make too high an average.
    whole = next((gap.average for gap in pm.gaps if gap.dimension == "ward"), None)
    if whole is None and len(held) < len(pm.wards):
        return None
    average = None if whole is None else whole / multiplier
    counts, sizes = ([counted[n] for counted in held] for n in (1, 2))
    found = FUNNELS[pm.measure.method](counts, sizes, average)
    wards = []
    for (figure, _, size), flag in zip(held, found.flags.flag, strict=True):
        side, clear = FLAGS[str(flag)]
        change = change_of(pm, higher=side == "above") if side else ""
        wards.append(Ward(figure.area, figure.name, size, figure.value, side, clear, change))

    drawn = {ward.code for ward in wards}

    def line(values: Floats) -> list[tuple[float, float]]:
        return [(float(n), float(v) * multiplier) for n, v in zip(found.denominator, values, strict=True)]

    return Chart(
        pm=pm,
        wards=tuple(wards),
        absent=tuple(f.name for f in pm.wards if f.area not in drawn),
        average=found.average * multiplier,
        near=(line(found.near.upper), line(found.near.lower)),
        far=(line(found.far.upper), line(found.far.lower)),
    )


def _alike(chart: Chart) -> Iterator[tuple[str, list[Ward]]]:
    """Wards that are drawn alike, the rings first, so that what stands out is drawn over them."""

    def kind(ward: Ward) -> str:
        return f"{'clear' if ward.clear else 'near'}-{ward.change}" if ward.side else "inside"

    ordered = sorted(chart.wards, key=lambda w: (bool(w.side), w.clear, w.change, w.name))
    for gid, wards in groupby(ordered, kind):
        yield gid, list(wards)


# The drawing


def _grid(chart: Chart) -> list[float]:
    values = [w.value for w in chart.wards] + [
        v for limits in (chart.near, chart.far) for line in limits for _, v in line
    ]
    return scale.axis(min(values), max(values), lowest=chart.pm.unit.lowest, highest=chart.pm.unit.highest)


def draw(chart: Chart, grid: Sequence[float], width: float, height: float) -> Sheet:
    """Draw at this size; what the wards count out of is written under the axis."""
    pm = chart.pm
    wide = width > 500
    sheet = Sheet(width, height)
    ticks = wording.ticks(pm, grid)
    labels = _labels(chart, width, with_limits=wide)
    under = style.wrap(_size_words(pm), width)
    left = max(style.text_width(tick) for tick in ticks) + 10
    right = width - room_for(labels)
    top, bottom = 34.0, height - 34 - style.LABEL_STEP * len(under)
    first, last = chart.far[0][0][0], chart.far[0][-1][0]

    def x(size: float) -> float:
        return left + (size - first) / (last - first) * (right - left)

    def y(value: float) -> float:
        return bottom - (value - grid[0]) / (grid[-1] - grid[0]) * (bottom - top)

    sheet.text(wording.axis_words(pm), 0, 10, "ink2")
    draw_grid(sheet, grid, ticks, y, left, right)
    sizes = _sizes(first, last, 5 if wide else 3)
    draw_sizes(sheet, sizes, [wording.number(size, 0) for size in sizes], x, bottom)
    for number, text in enumerate(under):
        middle = bottom + 20 + style.LABEL_STEP * (number + 1)
        sheet.text(text, (left + right) / 2 if len(under) == 1 else width / 2, middle, "ink2", across="center")

    seen = []
    for limits, dashes, thick in ((chart.near, (2.0, 3.4), 2.0), (chart.far, (8.0, 5.0), 1.6)):
        for line in limits:
            xs, ys = [x(size) for size, _ in line], [y(value) for _, value in line]
            sheet.line(xs, ys, "ink2", thick, dashes=dashes)
            seen += list(zip(xs, ys, strict=True))
    sheet.line([left, right], [y(chart.average), y(chart.average)], "ink2", 1.6)
    seen += [(left + step, y(chart.average)) for step in range(0, int(right - left), 6)]

    dots = {w.code: Dot(x(w.size), y(w.value)) for w in chart.wards}
    for gid, wards in _alike(chart):
        places = [dots[w.code] for w in wards]
        shrunk = NEAR_SIZE if wards[0].side and not wards[0].clear else 1.0
        draw_dots(sheet, wards[0].change, [p.x for p in places], [p.y for p in places], gid=gid, shrunk=shrunk)
    draw_end_labels(sheet, labels, y, right + 8, bottom)
    names = [(w.name, dots[w.code]) for w in _named(chart)]
    draw_names(sheet, names, list(dots.values()), seen, Box(0, 18, right, bottom - 2))
    return sheet


def _sizes(first: float, last: float, most: int) -> list[float]:
    """Round sizes on an axis that begins and ends where it must: at most so many."""
    for lines in range(most + 2, 1, -1):
        within = [size for size in scale.axis(first, last, lines=lines) if first <= size <= last]
        if len(within) <= most:
            break
    return within


def _named(chart: Chart) -> list[Ward]:
    """The wards that stand out, the clearest first; those between the limits only where few are beyond both."""
    clear = [w for w in chart.wards if w.clear]
    wanted = clear if len(clear) > FEW else [w for w in chart.wards if w.side]
    return sorted(wanted, key=lambda w: (not w.clear, -chart.apart(w), w.name))


def _labels(chart: Chart, width: float, *, with_limits: bool) -> list[EndLabel]:
    """The average with its value, and the limits where there is room: the subtitle names them as well."""
    value = wording.format_value(chart.pm, chart.average)
    if not with_limits:
        return [EndLabel(chart.average, ("Average", value), "ink2", 400)]
    return [
        end_label(chart.far[0][-1][1], "99.8%", "limits", width, "ink2"),
        end_label(chart.near[0][-1][1], "95%", "limits", width, "ink2"),
        end_label(chart.average, "Average", value, width, "ink2"),
    ]


def _size_words(pm: PublishedMeasure) -> str:
    return f"Size of the ward: {wording.lower_first(pm.measure.denominator or 'how many are counted')}"


# The words


def _said(pm: PublishedMeasure, value: float) -> str:
    return wording.spoken(wording.format_value(pm, value))


def _period(chart: Chart) -> str:
    return chart.pm.wards[0].period.label


def _estimated(chart: Chart) -> bool:
    return any(f.mark == "e" for f in chart.pm.wards)


def _title(chart: Chart) -> str:
    """How many wards stand out clearly, and on which side: a count, not a list in order."""
    above, below = len(chart.outside("above")), len(chart.outside("below"))
    if above and below:
        words = f"{wording.counted(above, 'ward')} clearly above the average, {below} clearly below"
    elif above or below:
        words = f"{wording.counted(above or below, 'ward')} clearly {'above' if above else 'below'} the average"
    else:
        words = "no ward clearly apart from the average"
    return f"{chart.pm.measure.title}: {words}"


def _subtitle(chart: Chart, grid: Sequence[float]) -> str:
    pm = chart.pm
    mark = " [e]" if _estimated(chart) else ""
    parts = [f"{wording.axis_words(pm)}, {_period(chart)}{mark}"]
    if grid[0] != 0:
        ticks = wording.ticks(pm, grid)
        parts.append(f"axis from {ticks[0]} to {ticks[-1]}")
    return f"{'; '.join(parts)}. Each mark is a ward. Dotted: 95% limits. Dashed: 99.8% limits"


def _key(chart: Chart) -> str:
    """What each shape that is drawn means."""
    words: dict[Change, str] = {
        "better": "better than the average by more than chance",
        "worse": "worse than the average by more than chance",
        "moved": "above or below the average by more than chance",
        "": "inside the limits: not told apart from the average",
    }
    drawn = {w.change for w in chart.wards}
    items = "".join(
        f'<li><span class="pm-c-{SHAPES[change].role}">{icon(SHAPES[change].icon)}</span>{escape(said)}</li>'
        for change, said in words.items()
        if change in drawn
    )
    return f'<ul class="pm-key" aria-label="Key to the marks">{items}</ul>'


def _notes(chart: Chart) -> list[str]:
    notes = []
    if any(w.side and not w.clear for w in chart.wards):
        notes.append("Small marks lie between the 95% and the 99.8% limits.")
    notes.append("Inside the limits wards are not ranked. Chance alone puts about 1 ward in 20 outside the 95% limits.")
    if sum(bool(w.side) for w in chart.wards) > MANY * len(chart.wards):
        notes.append("More lie outside here: wards differ in age, housing and much else, which no limits allow for.")
    if any(w.side for w in chart.wards):
        notes.append("Wards outside are named where there is room; the table names all.")
    if chart.absent:
        notes.append(f"Not shown, but in the average: {escape(wording.listed(chart.absent))}.")
    if _estimated(chart):
        notes.append(ESTIMATED)
    return notes


def _alt_text(chart: Chart) -> str:
    pm = chart.pm
    name, unit = wording.lower_first(pm.measure.title), wording.unit_words(pm)
    what = f"{name}, {unit}" if unit else name
    sentences = [
        f"Funnel plot of {what}, {_period(chart)}: {wording.counted(len(chart.wards), 'ward')} by size. "
        f"Average {_said(pm, chart.average)}."
    ]
    sentences += [
        f"Clearly {side}: {_few(pm, there)}." for side in ("above", "below") if (there := chart.outside(side))
    ]
    between = sum(bool(w.side) and not w.clear for w in chart.wards)
    inside = sum(not w.side for w in chart.wards)
    if between:
        sentences.append(f"Between the 95 and the 99.8 per cent limits: {between}.")
    sentences.append(f"Inside the limits: {inside}.")
    return wording.within(sentences)


def _few(pm: PublishedMeasure, wards: Sequence[Ward]) -> str:
    """The clearest three by name and value, and how many more."""
    named = [f"{w.name} {wording.plain_value(pm, w.value)}" for w in wards[:3]]
    more = [f"{len(wards) - 3} more"] if len(wards) > 3 else []
    return "; ".join([*named, *more])  # ward names have commas and "and" of their own


def _table(chart: Chart) -> str:
    pm = chart.pm
    wards = {w.code: w for w in chart.wards}
    held = pm.wards
    body = [(f.name, _cells(pm, f, wards.get(f.area))) for f in held]
    unit = wording.lower_first(wording.axis_words(pm))
    average = wording.plain_value(pm, chart.average)
    note = wording.symbols_note(cell for _, cells in body for cell in cells)
    words = f'<p class="pm-small">{escape(note)}.</p>' if note else ""
    return (
        table(
            f"{pm.measure.title} in the wards, {_period(chart)}: {unit}. Average {average}",
            ["Ward", "Counted out of", wording.axis_words(pm), "Where it lies"],
            body,
            row_ids=[f.area for f in held],
        )
        + words
    )


def _cells(pm: PublishedMeasure, figure: Figure, ward: Ward | None) -> list[str]:
    if ward is None:
        symbol = wording.shown_or_symbol(pm, figure)
        return [symbol if not figure.shown else "not published", symbol, "Not shown"]
    return [wording.number(ward.size, 0), wording.shown_or_symbol(pm, figure), ward.lies[0].upper() + ward.lies[1:]]


def can_be_a_funnel(pm: PublishedMeasure) -> bool:
    """Whether a measure's newest ward figures have the counts that a funnel plot needs."""
    return _chart(pm) is not None
