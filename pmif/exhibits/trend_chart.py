"""A measure over time, with those it is compared with."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise

from pmif.disclosure import PublishedMeasure, State
from pmif.exhibits import scale, style, wording
from pmif.exhibits.axes import Scale, day_of, draw_dates, draw_grid
from pmif.exhibits.exhibit import Exhibit, slug, table
from pmif.exhibits.labels import EndLabel, draw_end_labels, end_label, room_for
from pmif.exhibits.sheet import Sheet
from pmif.exhibits.source import definition_notes, source_line
from pmif.exhibits.svg import Part, two_drawings
from pmif.framework import Frequency
from pmif.period import Period

# Kind of area: colour, dashes. England is dashed and the North East dotted; colour never says it alone.
LINES = {
    "borough": ("gh", ()),
    "country": ("eng", (8.0, 5.0)),
    "region": ("ne", (2.2, 3.4)),
}


@dataclass(frozen=True)
class Point:
    """One figure of a line. `era` counts the definitions: figures of different eras are never joined."""

    period: Period
    value: float
    lower: float | None
    upper: float | None
    mark: str
    era: int

    @property
    def day(self) -> float:
        return day_of(self.period)


def trend_chart(pm: PublishedMeasure) -> Exhibit | None:
    """The borough's figures over time, with the North East and England.

    Missing: None with fewer than three figures: two points are a pair of values, not a trend, and the
    table says them better. A missing year breaks the line, and so does a change of definition.
    """
    lines = {kind: points(pm, kind) for kind in LINES}
    if len(lines["borough"]) < 3:
        return None
    alt_text = _alt_text(pm, lines)
    exhibit_id = f"trend-{slug(pm.measure.id)}"
    grid = _grid(pm, lines)
    drawings = []
    for suffix, width, height in (("w", style.WIDE, 320), ("n", style.NARROW, 300)):
        with style.chart_style():
            sheet = draw(pm, lines, grid, width, height)
        names = [
            Part(f"{p.period.label}: {wording.spoken(wording.format_value(pm, p.value))}") for p in lines["borough"]
        ]
        drawings.append(sheet.inline(f"{exhibit_id}-{suffix}", alt_text, {"points": names}))
    return Exhibit(
        id=exhibit_id,
        title=_title(pm),
        subtitle=_subtitle(pm, lines, grid),
        drawing=two_drawings(*drawings),
        alt_text=alt_text,
        table=trend_table(pm),
        caption=" ".join([*_notes(pm, lines), source_line(pm)]),
    )


def points(pm: PublishedMeasure, kind: str) -> list[Point]:
    """The figures that can be shown of one kind of area, oldest first."""
    return [
        Point(f.period, f.value, f.lower, f.upper, f.mark, era_of(pm, f.period)) for f in pm.series(kind) if f.shown
    ]


def era_of(pm: PublishedMeasure, period: Period) -> int:
    return sum(Period.parse(change.since).sort_key <= period.sort_key for change in pm.measure.definition_changes)


def parted(pm: PublishedMeasure, line: Sequence[Point]) -> list[bool]:
    """Before which figures the line breaks: the definition changed, or a figure that was due is missing."""
    broken = [False]
    for before, after in pairwise(line):
        missing = False
        if pm.measure.frequency is not Frequency.OCCASIONAL:
            step = before.period.next
            missing = after.period.end > step.end + (step.end - before.period.end) / 2
        broken.append(missing or before.era != after.era)
    return broken[: len(line)]


# The drawing


def _grid(pm: PublishedMeasure, lines: dict[str, list[Point]]) -> list[float]:
    everything = [p.value for line in lines.values() for p in line]
    everything += [limit for p in lines["borough"] for limit in (p.lower, p.upper) if limit is not None]
    if pm.measure.target:
        everything.append(pm.measure.target.value)
    return scale.axis(min(everything), max(everything), lowest=pm.unit.lowest, highest=pm.unit.highest)


def draw(
    pm: PublishedMeasure, lines: dict[str, list[Point]], grid: Sequence[float], width: float, height: float
) -> Sheet:
    """Draw at this size. Every label's room is measured first, and what is left is the chart's."""
    sheet = Sheet(width, height)
    ticks = wording.ticks(pm, grid)
    labels = _labels(pm, lines, width)
    left = max(style.text_width(tick) for tick in ticks) + 10
    right = width - room_for(labels)
    breaks = _definition_breaks(pm, lines)
    top, bottom = (52 if breaks else 34), height - 30

    days = [p.day for line in lines.values() for p in line]
    first, last = min(days), max(days)
    inset = 8.0

    def x(day: float) -> float:
        return left + inset + (day - first) / ((last - first) or 1) * (right - left - 2 * inset)

    def y(value: float) -> float:
        return bottom - (value - grid[0]) / (grid[-1] - grid[0]) * (bottom - top)

    sheet.text(wording.axis_words(pm), 0, 10, "ink2")
    draw_grid(sheet, grid, ticks, y, left, right)
    _draw_band(sheet, pm, lines["borough"], x, y)
    draw_target(sheet, pm, y, left, right)
    for day in breaks:
        sheet.line([x(day), x(day)], [top - 8, bottom], "ink2", 1.6, dashes=(2, 4))
    if breaks:
        words = "Definition changed"
        half = style.text_width(words) / 2
        sheet.text(words, min(max(x(breaks[-1]), half), width - half), 32, "ink2", across="center")

    for kind in ("region", "country", "borough"):
        role, dashes = LINES[kind]
        line = lines[kind]
        for start, stop in scale.runs(parted(pm, line)):
            stretch = line[start:stop]
            xs, ys = [x(p.day) for p in stretch], [y(p.value) for p in stretch]
            sheet.line(xs, ys, role, 3 if kind == "borough" else 2, dashes=dashes)
            if len(stretch) == 1 and kind != "borough":
                sheet.marks(xs, ys, role, size=5)
    borough = lines["borough"]
    sheet.marks([x(p.day) for p in borough], [y(p.value) for p in borough], "gh", size=8, gid="points")

    draw_dates(sheet, [p.period for p in (borough if len(borough) > 2 else lines["country"])], x, bottom)
    draw_end_labels(sheet, labels, y, right + 8, height - 22)
    return sheet


def _labels(pm: PublishedMeasure, lines: dict[str, list[Point]], width: float) -> list[EndLabel]:
    """The labels at the line ends: name and newest value, with its period where it is an older one."""
    newest = lines["borough"][-1].period
    labels = []
    for kind, line in lines.items():
        if not line:
            continue
        last = line[-1]
        value = wording.format_value(pm, last.value)
        if last.period != newest:
            value += f" ({last.period.short_label})"
        role, weight = ("gh", 700) if kind == "borough" else ("eng", 400)
        labels.append(end_label(last.value, wording.area_name(pm, kind), value, width, role, weight))
    return [*labels, *target_label(pm, width)]


def draw_target(sheet: Sheet, pm: PublishedMeasure, y: Scale, left: float, right: float) -> None:
    if pm.measure.target:
        at = y(pm.measure.target.value)
        sheet.line([left, right], [at, at], "ink", 1.4, dashes=(12, 3, 2, 3))


def target_label(pm: PublishedMeasure, width: float) -> list[EndLabel]:
    """The label of the target's line, where there is a target."""
    if not pm.measure.target:
        return []
    value = pm.measure.target.value
    return [end_label(value, "Target", wording.format_value(pm, value), width, "ink", 600)]


def _definition_breaks(pm: PublishedMeasure, lines: dict[str, list[Point]]) -> list[float]:
    """The days on which a definition changed, half way between the figures on either side."""
    return [
        (before.day + after.day) / 2
        for before, after in pairwise(sorted(lines["borough"], key=lambda p: p.day))
        if before.era != after.era
    ]


def _draw_band(sheet: Sheet, pm: PublishedMeasure, line: Sequence[Point], x: Scale, y: Scale) -> None:
    broken = parted(pm, line)
    held = [p.lower is not None and p.upper is not None for p in line]
    edges = [b or not (held[i] and held[i - 1]) for i, b in enumerate(broken)]
    for start, stop in scale.runs(edges):
        stretch = [(p, p.lower, p.upper) for p in line[start:stop]]
        limits = [
            (x(p.day), y(lower), y(upper)) for p, lower, upper in stretch if lower is not None and upper is not None
        ]
        if len(limits) == 1:
            across, low, high = limits[0]
            sheet.line([across, across], [low, high], "band", 8, cap="butt")
        elif limits:
            there = [(across, high) for across, _, high in limits]
            back = [(across, low) for across, low, _ in reversed(limits)]
            sheet.area([[*there, *back, there[0]]], "band")


# The words


def _title(pm: PublishedMeasure) -> str:
    """As strong as the figures: a verdict only where it was tested."""
    finding, name = pm.finding, pm.measure.title
    if finding.value is None or finding.period is None:
        return name
    value = f"{wording.format_value(pm, finding.value)} {wording.in_period(finding.period)}"
    if finding.state in (State.IMPROVING, State.GETTING_WORSE):
        return f"{name}: {wording.lower_first(wording.state_words(pm))}, {value}"
    if verdict := wording.comparison_words(pm, "country"):
        return f"{name}: {value}, {verdict}"
    return f"{name}: {value}"


def _subtitle(pm: PublishedMeasure, lines: dict[str, list[Point]], grid: Sequence[float]) -> str:
    periods = [p.period.id for p in lines["borough"]]
    parts = [f"{wording.axis_words(pm)}, {wording.span(periods)}"]
    if grid[0] != 0:
        ticks = wording.ticks(pm, grid)
        parts.append(f"axis from {ticks[0]} to {ticks[-1]}")
    if any(p.lower is not None for p in lines["borough"]):
        parts.append("shaded: 95% interval")
    return "; ".join(parts)


def _notes(pm: PublishedMeasure, lines: dict[str, list[Point]]) -> list[str]:
    notes = definition_notes(pm)
    if all(p.lower is None for p in lines["borough"]):
        notes.append("No interval published.")
    if age := wording.age_words(pm):
        notes.append(f"The newest figure is {age}.")
    return [*notes, *target_notes(pm)]


def target_notes(pm: PublishedMeasure) -> list[str]:
    """Which target is drawn, and who set it."""
    t = pm.measure.target
    if not t:
        return []
    goal = f"{wording.format_value(pm, t.value)} by {Period.parse(t.by).label}"
    return [escape(f"Target: {goal}, set by {t.set_by}, {t.set_on}.")]


def _alt_text(pm: PublishedMeasure, lines: dict[str, list[Point]]) -> str:
    line = lines["borough"]
    era = [p for p in line if p.era == line[-1].era]
    name = wording.lower_first(pm.measure.title)
    unit = wording.unit_words(pm)
    what = f"{name}, {unit}" if unit else name
    sentences = [f"Line chart of {what}, {wording.span([p.period.id for p in line])}."]
    if len(era) < len(line):
        sentences.append("The definition changed.")
    if len(era) >= 2:
        since = " under the new definition" if len(era) < len(line) else ""
        sentences.append(f"{pm.council}{since} {_course(pm, era)}.")
    else:
        sentences.append(f"{pm.council}: {_said(pm, era[-1])} {wording.in_period(era[-1].period)}.")
    last = line[-1]
    if last.lower is not None and last.upper is not None:
        beside = wording.comparison_words(pm, "country")
        limits = f"{wording.plain_value(pm, last.lower)} to {wording.plain_value(pm, last.upper)}"
        sentences.append(f"Its 95 per cent interval runs from {limits}{f', {beside}' if beside else ''}.")
    others = [
        f"{wording.area_name(pm, kind)} {_said(pm, lines[kind][-1])}"
        + (f" ({lines[kind][-1].period.label})" if lines[kind][-1].period != last.period else "")
        for kind in ("region", "country")
        if lines[kind]
    ]
    if others:
        sentences.append(f"{wording.listed(others)}.")
    if last.lower is None:
        sentences.append("No interval is published.")
    return wording.within(sentences)


def _said(pm: PublishedMeasure, point: Point) -> str:
    return wording.spoken(wording.format_value(pm, point.value))


def _course(pm: PublishedMeasure, line: Sequence[Point]) -> str:
    """ "rose from 86 to a peak of 133 in 2023, then fell to 124": first, last, and the one turning point between."""
    shown = [wording.plain_value(pm, p.value) for p in line]
    first, last = line[0], line[-1]
    top, low = max(line, key=lambda p: p.value), min(line, key=lambda p: p.value)
    start = f"from {_said(pm, first)} {wording.in_period(first.period)}"
    if len(set(shown)) == 1:
        return f"stayed at {_said(pm, last)}"
    above = top.value - max(first.value, last.value)
    below = min(first.value, last.value) - low.value
    room = 0.15 * (top.value - low.value)
    if above > room and above >= below:
        return (
            f"rose {start} to a peak of {_said(pm, top)} {wording.in_period(top.period)}, "
            f"then fell to {_said(pm, last)}"
        )
    if below > room:
        return (
            f"fell {start} to a low of {_said(pm, low)} {wording.in_period(low.period)}, then rose to {_said(pm, last)}"
        )
    if shown[0] == shown[-1]:
        return (
            f"stood at {_said(pm, first)} {wording.in_period(first.period)} and again {wording.in_period(last.period)}"
        )
    return f"{'rose' if last.value > first.value else 'fell'} {start} to {_said(pm, last)}"


# The table


def trend_table(pm: PublishedMeasure) -> str:
    """Every period with every area that has any figure; what cannot be shown has its symbol."""
    kinds = [kind for kind in ("borough", "neighbours", "region", "country") if len(pm.series(kind))]
    series = {kind: {f.period: f for f in pm.series(kind)} for kind in kinds}
    periods = sorted({p for held in series.values() for p in held}, key=lambda p: p.sort_key)
    with_limits = any(f.lower is not None for f in series.get("borough", {}).values())
    newest = max((era_of(pm, p) for p in periods), default=0)
    with_eras = len({era_of(pm, p) for p in periods}) > 1
    columns = ["Period"]
    for kind in kinds:
        columns.append(wording.area_name(pm, kind) + (", middle value" if kind == "neighbours" else ""))
        if kind == "borough" and with_limits:
            columns.append("95% interval")
    if with_eras:
        columns.append("Definition")
    body = []
    for period in periods:
        cells = []
        for kind in kinds:
            figure = series[kind].get(period)
            cells.append(wording.shown_or_symbol(pm, figure))
            if kind == "borough" and with_limits:
                cells.append(wording.limits(pm, figure))
        if with_eras:
            cells.append("present" if era_of(pm, period) == newest else "earlier")
        body.append((period.label, cells))
    note = wording.symbols_note(cell for _, cells in body for cell in cells)
    words = f'<p class="pm-small">{escape(note)}.</p>' if note else ""
    unit = wording.lower_first(wording.axis_words(pm))
    return table(f"{pm.measure.title}: {unit}", columns, body) + words
