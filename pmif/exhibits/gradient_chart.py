"""Whether a measure follows deprivation: every ward or group in order, and the line through them.

The line describes areas, not the people in them, and no cause. It is called a slope only where its
interval leaves out 0.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise

from pmif.disclosure import Figure, Gap, PublishedMeasure
from pmif.exhibits import scale, style, wording
from pmif.exhibits.axes import Scale, draw_grid
from pmif.exhibits.exhibit import Exhibit, slug, table
from pmif.exhibits.gap_wording import group_title, slope_words
from pmif.exhibits.labels import Dot, draw_names
from pmif.exhibits.sheet import Box, Sheet
from pmif.exhibits.source import ESTIMATED, source_lines
from pmif.exhibits.svg import Part, two_drawings
from pmif.framework import Unit
from pmif.methods import slope_index

WARD = "ward"
FEW = 6  # so few groups are all named
STEPS = 24  # of a line that is curved on the sheet


@dataclass(frozen=True)
class Place:
    """A ward or group: where it stands from the most deprived (0) to the least (1), and how deprived it is."""

    figure: Figure
    name: str
    rank: float
    score: str  # as published; blank for groups, whose order says it

    @property
    def value(self) -> float:
        return self.figure.value


@dataclass(frozen=True)
class Chart:
    """What is drawn. The band, where there is one, holds its lower and upper edge at every place."""

    pm: PublishedMeasure
    gap: Gap
    places: tuple[Place, ...]  # the most deprived first
    start: float
    end: float
    band: tuple[tuple[float, float, float], ...]  # rank, lower, upper

    @property
    def what(self) -> str:
        return "ward" if self.gap.dimension == WARD else "group"

    @property
    def clear(self) -> bool:
        """Whether the slope's interval leaves out 0."""
        lower, upper = self.gap.slope.lower, self.gap.slope.upper
        return lower is not None and upper is not None and (lower > 0 or upper < 0)

    def fitted(self, rank: float) -> float:
        """The height of the line, which is straight on the scale that the slope was found on."""
        there, back = _scales(self.gap.slope.curve, self.pm.unit.multiplier)
        return back(there(self.start) + rank * (there(self.end) - there(self.start)))


def _scales(curve: str, multiplier: float) -> tuple[Scale, Scale]:
    """To the scale on which the line is straight, and back."""
    if curve == "log":
        return math.log, math.exp
    if curve == "logit":
        return (
            lambda value: math.log(value / (multiplier - value)),
            lambda straight: multiplier / (1 + math.exp(-straight)),
        )
    return (lambda value: value), (lambda straight: straight)


def gradient_chart(pm: PublishedMeasure, dimension: str = WARD) -> Exhibit | None:
    """The newest figures of the wards, or of the groups of a dimension, in order of deprivation.

    Missing: None where no slope could be given, which the gap's reason explains, or where a place on it has no
    figure to show.
    """
    chart = _chart(pm, dimension)
    if chart is None:
        return None
    alt_text = _alt_text(chart)
    exhibit_id = f"gradient-{slug(pm.measure.id)}-{slug(dimension)}"
    grid = _grid(chart)
    parts = {
        "places": [
            Part(f"{p.name}: {_said(pm, p.value)}", {"ward": p.figure.area} if chart.what == WARD else {})
            for p in chart.places
        ]
    }
    drawings = []
    for suffix, width, height in (("w", style.WIDE, 340), ("n", style.NARROW, 310)):
        with style.chart_style():
            sheet = draw(chart, grid, width, height)
        drawings.append(sheet.inline(f"{exhibit_id}-{suffix}", alt_text, parts))
    return Exhibit(
        id=exhibit_id,
        title=_title(chart),
        subtitle=_subtitle(chart, grid),
        drawing=two_drawings(*drawings),
        alt_text=alt_text,
        table=_table(chart),
        caption=" ".join(_notes(chart)),
    )


def _chart(pm: PublishedMeasure, dimension: str) -> Chart | None:
    gap = next((g for g in pm.gaps if g.dimension == dimension), None)
    if gap is None or gap.slope.value is None or gap.slope.start is None:
        return None
    ordered = _wards(pm) if dimension == WARD else _groups(pm, dimension)
    if not ordered or not all(figure.shown for figure, _, _, _ in ordered):
        return None
    by_size = gap.slope.method == "slope-index"
    weights = [size if by_size else 1.0 for _, _, size, _ in ordered]
    ranks = [float(rank) for rank in slope_index.midpoint_ranks(weights)]
    places = tuple(
        Place(figure, name, rank, score) for (figure, name, _, score), rank in zip(ordered, ranks, strict=True)
    )
    return Chart(
        pm=pm,
        gap=gap,
        places=places,
        start=gap.slope.start,
        end=gap.slope.start + gap.slope.value,
        band=_band(places, weights, pm.unit) if gap.slope.method == "gradient" else (),
    )


def _wards(pm: PublishedMeasure) -> list[tuple[Figure, str, float, str]]:
    """Every ward with its name, size and score, the most deprived first. Empty where any has no score."""
    deprivation = pm.published.deprivation
    if deprivation is None:
        return []
    scores = {f.area: f for f in deprivation.wards if f.shown}
    if any(f.area not in scores for f in pm.wards):
        return []
    made = [(f, f.name, _size(f), wording.shown_or_symbol(deprivation, scores[f.area])) for f in pm.wards]
    return sorted(made, key=lambda one: (-scores[one[0].area].value, one[0].area))


def _groups(pm: PublishedMeasure, dimension: str) -> list[tuple[Figure, str, float, str]]:
    """Every group with its title and size, in the order of the dimension. Empty where any is missing."""
    held = {f.group: f for f in pm.by_group(dimension)}
    groups = pm.published.framework.dimension(dimension).groups
    if any(group.id not in held for group in groups):
        return []
    return [(held[g.id], group_title(pm, dimension, g.id), _size(held[g.id]), "") for g in groups]


def _size(figure: Figure) -> float:
    """How many people a figure is of; NaN where that is not published."""
    return math.nan if figure.denominator is None else figure.denominator


def _band(places: Sequence[Place], weights: Sequence[float], unit: Unit) -> tuple[tuple[float, float, float], ...]:
    """The 95% band of the line, as far as the unit goes."""
    ranks = [p.rank for p in places]
    found = slope_index.gradient(ranks, [p.value for p in places], weights)
    steps = [step / STEPS for step in range(STEPS + 1)]
    band = found.at(steps)
    lowest = -math.inf if unit.lowest is None else unit.lowest
    highest = math.inf if unit.highest is None else unit.highest
    return tuple(
        (step, max(float(low), lowest), min(float(high), highest))
        for step, low, high in zip(steps, band.lower, band.upper, strict=True)
    )


# The drawing


def _grid(chart: Chart) -> list[float]:
    values = [p.value for p in chart.places] + [chart.start, chart.end]
    values += [edge for _, lower, upper in chart.band for edge in (lower, upper)]
    values += [limit for p in _with_whiskers(chart) for limit in (p.figure.lower, p.figure.upper) if limit is not None]
    return scale.axis(min(values), max(values), lowest=chart.pm.unit.lowest, highest=chart.pm.unit.highest)


def _with_whiskers(chart: Chart) -> list[Place]:
    """Groups show their intervals; 22 wards with theirs would hide each other."""
    if chart.what == WARD:
        return []
    return [p for p in chart.places if p.figure.lower is not None and p.figure.upper is not None]


def draw(chart: Chart, grid: Sequence[float], width: float, height: float) -> Sheet:
    """Draw at this size: band, line and dots, then as many of the wanted names as have room."""
    pm = chart.pm
    sheet = Sheet(width, height)
    ticks = wording.ticks(pm, grid)
    left, right = max(style.text_width(tick) for tick in ticks) + 10, width - 2.0
    top, bottom = 34.0, height - 32
    inset = 12.0

    def x(rank: float) -> float:
        return left + inset + rank * (right - left - 2 * inset)

    def y(value: float) -> float:
        return bottom - (value - grid[0]) / (grid[-1] - grid[0]) * (bottom - top)

    sheet.text(wording.axis_words(pm), 0, 10, "ink2")
    draw_grid(sheet, grid, ticks, y, left, right)
    if chart.band:
        there = [(x(rank), y(upper)) for rank, _, upper in chart.band]
        back = [(x(rank), y(lower)) for rank, lower, _ in reversed(chart.band)]
        sheet.area([[*there, *back, there[0]]], "band")
    steps = [step / STEPS for step in range(STEPS + 1)]
    line = [(x(step), y(chart.fitted(step))) for step in steps]
    sheet.line([at for at, _ in line], [up for _, up in line], "ink2", 2, dashes=(8, 5))
    for p in _with_whiskers(chart):
        assert p.figure.lower is not None and p.figure.upper is not None
        sheet.line([x(p.rank), x(p.rank)], [y(p.figure.lower), y(p.figure.upper)], "gh", 2, cap="butt")
        for limit in (p.figure.lower, p.figure.upper):
            sheet.line([x(p.rank) - 5, x(p.rank) + 5], [y(limit), y(limit)], "gh", 2, cap="butt")
    dots = {p.name: Dot(x(p.rank), y(p.value)) for p in chart.places}
    sheet.marks(
        [dot.x for dot in dots.values()], [dot.y for dot in dots.values()], "gh",
        fill="s2", size=10, edge=1.4, gid="places",
    )  # fmt: skip
    sheet.text("More deprived", left, bottom + 18, "ink2")
    sheet.text("Less deprived", right, bottom + 18, "ink2", across="right")
    seen = [(a + (b - a) * part / 4, c + (d - c) * part / 4) for (a, c), (b, d) in pairwise(line) for part in range(4)]
    seen += [
        (x(p.rank), y(p.figure.lower) + (y(p.figure.upper) - y(p.figure.lower)) * part / 30)
        for p in _with_whiskers(chart)
        if p.figure.lower is not None and p.figure.upper is not None
        for part in range(31)
    ]
    names = [(p.name, dots[p.name]) for p in _named(chart)]
    draw_names(sheet, names, list(dots.values()), seen, Box(0, 18, width, bottom - 2))
    return sheet


def _named(chart: Chart) -> list[Place]:
    """The most and the least deprived, then the two furthest from the line; of a few groups, all."""
    if len(chart.places) <= FEW:
        return list(chart.places)
    ends = [chart.places[0], chart.places[-1]]
    return [*ends, *[p for p in _furthest(chart) if p not in ends][:2]]


def _furthest(chart: Chart) -> list[Place]:
    return sorted(chart.places, key=lambda p: (-abs(p.value - chart.fitted(p.rank)), p.name))


# The words


def _said(pm: PublishedMeasure, value: float) -> str:
    return wording.spoken(wording.format_value(pm, value))


def _title(chart: Chart) -> str:
    """A slope only where the interval supports one. A colon, since a title may name one thing or many."""
    name = chart.pm.measure.title
    if not chart.clear:
        return f"{name}: no clear slope with deprivation"
    way = "higher" if chart.end < chart.start else "lower"
    return f"{name}: tends to be {way} in more deprived {chart.what}s"


def _estimated(chart: Chart) -> bool:
    return any(p.figure.mark == "e" for p in chart.places)


def _subtitle(chart: Chart, grid: Sequence[float]) -> str:
    mark = " [e]" if _estimated(chart) else ""
    parts = [f"{wording.axis_words(chart.pm)}, {chart.gap.period.label}{mark}"]
    if grid[0] != 0:
        ticks = wording.ticks(chart.pm, grid)
        parts.append(f"axis from {ticks[0]} to {ticks[-1]}")
    count = wording.counted(len(chart.places), chart.what)
    each = f"{count} in order of deprivation, the most deprived at the left"
    line = "Dashed: the line through them"
    if chart.band:
        line += "; shaded: its 95% band"
    elif _with_whiskers(chart):
        line += "; upright: 95% intervals"
    return f"{'; '.join(parts)}. {each}. {line}"


def _notes(chart: Chart) -> list[str]:
    pm = chart.pm
    notes = [escape(slope_words(pm, chart.gap))]
    notes.append("It describes areas, not the people in them, and shows no cause.")
    if chart.gap.slope.method == "slope-index":
        notes.append(f"Each {chart.what} takes the share of the width that it has of the people.")
    scored = [p.score for p in chart.places]
    if _estimated(chart) or any("[e]" in score for score in scored):
        notes.append(ESTIMATED)
    deprivation = pm.published.deprivation if chart.what == WARD else None
    notes.append(source_lines([pm, *([deprivation] if deprivation else [])]))
    return [note for note in notes if note]


def _alt_text(chart: Chart) -> str:
    pm = chart.pm
    name, unit = wording.lower_first(pm.measure.title), wording.unit_words(pm)
    what = f"{name}, {unit}" if unit else name
    first, last = chart.places[0], chart.places[-1]
    count = wording.counted(len(chart.places), chart.what)
    furthest = _furthest(chart)[0]
    sentences = [
        f"Scatter of {count} in order of deprivation by {what}, {chart.gap.period.label}.",
        _line_words(chart),
        f"Most deprived: {first.name} {_said(pm, first.value)}. Least deprived: {last.name} {_said(pm, last.value)}.",
    ]
    if furthest not in (first, last):
        sentences.append(f"Furthest from the line: {furthest.name} {_said(pm, furthest.value)}.")
    return wording.within(sentences)


def _line_words(chart: Chart) -> str:
    """Both ends of the line and the interval of what lies between them; or that there is no clear slope."""
    pm, slope = chart.pm, chart.gap.slope
    if slope.lower is None or slope.upper is None:
        return "No interval, so no slope is claimed."
    lower, upper = (wording.spoken(wording.plain_value(pm, limit)) for limit in (slope.lower, slope.upper))
    if not chart.clear:
        return f"No clear slope: 95 per cent interval of the difference {lower} to {upper}."
    fall = chart.end < chart.start
    if fall:
        lower, upper = (wording.plain_value(pm, -limit) for limit in (slope.upper, slope.lower))
    return (
        f"The line {'falls' if fall else 'rises'} from {_said(pm, chart.start)} to {_said(pm, chart.end)} "
        f"(95 per cent interval of the {'fall' if fall else 'rise'}: {lower} to {upper})."
    )


def _table(chart: Chart) -> str:
    pm = chart.pm
    deprivation = pm.published.deprivation if chart.what == WARD else None
    with_limits = any(p.figure.lower is not None for p in chart.places)
    columns = ["Ward" if chart.what == WARD else "Group"]
    if deprivation:
        columns.append(deprivation.measure.title)
    columns.append(wording.axis_words(pm))
    if with_limits:
        columns.append("95% interval")
    body = []
    for p in chart.places:
        cells = [p.score] if deprivation else []
        cells.append(wording.shown_or_symbol(pm, p.figure))
        if with_limits:
            cells.append(wording.limits(pm, p.figure))
        body.append((p.name, cells))
    note = wording.symbols_note(cell for _, cells in body for cell in cells)
    words = f'<p class="pm-small">{escape(note)}.</p>' if note else ""
    unit = wording.lower_first(wording.axis_words(pm))
    caption = f"{pm.measure.title}, {chart.gap.period.label}: {unit}; most deprived {chart.what} first"
    ids = [p.figure.area for p in chart.places] if chart.what == WARD else []
    return table(caption, columns, body, row_ids=ids) + words
