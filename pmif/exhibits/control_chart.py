"""A measure over time, beside the range that its usual ups and downs keep to.

Every figure differs from the one before. This chart shows which differences are more than usual
variation: a dot outside the grey field, or a run of dots that chance seldom makes. Open dots have
nothing to say.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise

from pmif.disclosure import Figure, PublishedMeasure, Went
from pmif.exhibits import scale, style, wording
from pmif.exhibits.axes import draw_dates, draw_ticks
from pmif.exhibits.chip import chip, chip_list
from pmif.exhibits.exhibit import Exhibit, slug, table
from pmif.exhibits.labels import EndLabel, draw_end_labels, end_label, room_for
from pmif.exhibits.shapes import SHAPES, Change, change_of, draw_dots
from pmif.exhibits.sheet import Sheet
from pmif.exhibits.source import definition_notes, source_line
from pmif.exhibits.svg import Part, two_drawings
from pmif.exhibits.trend_chart import (
    Point,
    draw_target,
    era_of,
    parted,
    points,
    target_label,
    target_notes,
)
from pmif.exhibits.usual_range import Decimals, run_words, side_of, usual_decimals, usual_limits, weak_words
from pmif.framework import Polarity
from pmif.period import Period


@dataclass(frozen=True)
class Dot:
    """One figure, and where it lies beside the usual range: "above", "within" or "below".

    `change` says what it means where the figure signals a change, and is blank for usual variation.
    """

    point: Point
    lies: str
    change: Change


@dataclass(frozen=True)
class Chart:
    """What is drawn. The range ends where the unit does: no more than 100 per cent, no less than none."""

    pm: PublishedMeasure
    dots: tuple[Dot, ...]  # oldest first
    mean: float | None
    lower: float
    upper: float
    signal: str  # the newest figure's, in words, where it lies within the range
    decimals: Decimals

    @property
    def newest(self) -> Dot:
        return self.dots[-1]

    def words(self, value: float) -> str:
        return wording.format_value(self.pm, value, self.decimals.value)

    def limit(self, value: float) -> str:
        """An end of the range, or the average."""
        return wording.format_value(self.pm, value, self.decimals.limits)


def control_chart(pm: PublishedMeasure) -> Exhibit | None:
    """The borough's figures of the present definition, on their usual range.

    Missing: None where no usual range could be made; the finding says why.
    """
    chart = _chart(pm)
    if chart is None:
        return None
    alt_text = _alt_text(chart)
    exhibit_id = f"control-{slug(pm.measure.id)}"
    grid = _grid(chart)
    parts = {
        f"point-{n}": Part(f"{d.point.period.label}: {wording.spoken(chart.words(d.point.value))}, {_lies_words(d)}")
        for n, d in enumerate(chart.dots)
    }
    drawings = []
    for suffix, width, height in (("w", style.WIDE, 320), ("n", style.NARROW, 300)):
        with style.chart_style():
            sheet = draw(chart, grid, width, height)
        drawings.append(sheet.inline(f"{exhibit_id}-{suffix}", alt_text, parts))
    return Exhibit(
        id=exhibit_id,
        title=_title(chart),
        subtitle=_subtitle(chart, grid),
        drawing=chip_list([_verdict(chart), _assurance(pm)]) + two_drawings(*drawings),
        alt_text=alt_text,
        table=_table(chart),
        caption=" ".join([*_notes(chart), source_line(pm)]),
    )


def _chart(pm: PublishedMeasure) -> Chart | None:
    usual, limits = pm.finding.usual, usual_limits(pm)
    if usual.lower is None or usual.upper is None or limits is None:
        return None
    line = [p for p in points(pm, "borough") if _present(pm, p.period)]
    if not line:
        return None
    high, low = usual.high.split(), usual.low.split()
    dots = []
    for point in line:
        lies = side_of(point.value, (usual.lower, usual.upper))
        if point is line[-1]:
            way = usual.went if usual.went in (Went.HIGHER, Went.LOWER) else None
        else:
            way = Went.HIGHER if point.period.id in high else Went.LOWER if point.period.id in low else None
        dots.append(Dot(point, lies, change_of(pm, higher=way is Went.HIGHER) if way else ""))
    return Chart(
        pm,
        tuple(dots),
        usual.mean,
        *limits,
        run_words(pm) if dots[-1].change and dots[-1].lies == "within" else "",
        usual_decimals(pm),
    )


def _present(pm: PublishedMeasure, period: Period) -> bool:
    """Whether a figure is one of those that the range is of: of the present definition, from its start on."""
    newest = pm.finding.period or period
    since = pm.finding.usual.since
    return era_of(pm, period) == era_of(pm, newest) and (since is None or period.start >= since.start)


# The drawing


def _grid(chart: Chart) -> list[float]:
    pm = chart.pm
    everything = [d.point.value for d in chart.dots] + [chart.lower, chart.upper]
    if pm.measure.target:
        everything.append(pm.measure.target.value)
    low, high = min(everything), max(everything)
    if math.isclose(low, high):  # all the same, but for the last binary digits of an average
        high = low
    return scale.axis(low, high, lowest=pm.unit.lowest, highest=pm.unit.highest)


def draw(chart: Chart, grid: Sequence[float], width: float, height: float) -> Sheet:
    """Draw at this size. No grid lines: the edges of the usual range and the average are the lines to read by."""
    pm = chart.pm
    sheet = Sheet(width, height)
    ticks = wording.ticks(pm, grid)
    labels = _labels(chart, width)
    left = max(style.text_width(tick) for tick in ticks) + 10
    right = width - room_for(labels)
    top, bottom = 34, height - 30
    days = [d.point.day for d in chart.dots]
    inset = 9.0

    def x(day: float) -> float:
        return left + inset + (day - days[0]) / ((days[-1] - days[0]) or 1) * (right - left - 2 * inset)

    def y(value: float) -> float:
        return bottom - (value - grid[0]) / (grid[-1] - grid[0]) * (bottom - top)

    sheet.text(wording.axis_words(pm), 0, 10, "ink2")
    low, high = y(chart.lower), y(chart.upper)
    sheet.area([[(left, high), (right, high), (right, low), (left, low), (left, high)]], "grid")
    draw_ticks(sheet, grid, ticks, y, left)
    sheet.line([left, right], [bottom, bottom], "edge")
    for limit in (low, high):
        sheet.line([left, right], [limit, limit], "ink2", 1.6, dashes=(8, 5))
    if chart.mean is not None:
        sheet.line([left, right], [y(chart.mean), y(chart.mean)], "ink2", 1.4)
    draw_target(sheet, pm, y, left, right)

    line = [d.point for d in chart.dots]
    for start, stop in scale.runs(parted(pm, line)):
        sheet.line([x(p.day) for p in line[start:stop]], [y(p.value) for p in line[start:stop]], "gh", 2.4)
    apart = min((x(b) - x(a) for a, b in pairwise(days)), default=width)
    shrunk = min(1.0, max(0.5, apart / 9))  # many figures: dots that do not hide each other
    for n, dot in enumerate(chart.dots):
        xs, ys = [x(dot.point.day)], [y(dot.point.value)]
        draw_dots(sheet, dot.change, xs, ys, gid=f"point-{n}", shrunk=shrunk)
    draw_dates(sheet, [p.period for p in line], x, bottom)
    draw_end_labels(sheet, labels, y, right + 8, height - 22)
    return sheet


def _labels(chart: Chart, width: float) -> list[EndLabel]:
    """Top and bottom of the range, the average, the newest figure and the target, each with its value."""
    pm, newest = chart.pm, chart.newest
    role = SHAPES[newest.change].role
    wanted = [
        (chart.upper, "Top of range", chart.limit, "ink2", 400),
        (newest.point.value, newest.point.period.short_label, chart.words, role, 700),
        (chart.mean, "Average", chart.limit, "ink2", 400),
        (chart.lower, "Bottom of range", chart.limit, "ink2", 400),
    ]
    labels = [
        end_label(value, name, written(value), width, colour, weight)
        for value, name, written, colour, weight in wanted
        if value is not None
    ]
    return [*labels, *target_label(pm, width)]


# The words


def _lies_words(dot: Dot) -> str:
    """ "above the usual range", "within the usual range, but part of a change"."""
    return f"{dot.lies} the usual range{_more(dot)}"


def _more(dot: Dot) -> str:
    return ", but part of a change" if dot.change and dot.lies == "within" else ""


def _verdict(chart: Chart) -> str:
    """The chip for the newest figure."""
    lies, change = chart.newest.lies, chart.newest.change
    if not change:
        return chip("Usual variation: no sign of change", "ring")
    shape, look = SHAPES[change].icon, SHAPES[change].look
    if chart.signal:
        way = {"better": "For the better", "worse": "For the worse"}.get(change, "A change")
        return chip(f"{way}: {chart.signal}", shape, look)
    side = lies if change == "moved" else f"{change} than"
    return chip(f"{side[0].upper()}{side[1:]} its usual range", shape, look)


def _assurance(pm: PublishedMeasure) -> str:
    """The chip for the target: whether usual variation alone can meet it or miss it."""
    if pm.measure.target is None:
        return chip("No target, so no verdict", "dash", "dash")
    match pm.finding.usual.assurance:
        case "consistently pass":
            return chip("All of its usual range meets the target", "disc", "better")
        case "consistently fail":
            return chip("All of its usual range misses the target", "diamond", "worse")
        case "hit and miss":
            return chip("May or may not meet its target by usual variation alone", "ring")
        case _ if pm.finding.usual.provisional:
            return chip("Too few figures for a verdict on the target", "dash", "dash")
        case _:
            return chip("No verdict on the target", "dash", "dash")


def _title(chart: Chart) -> str:
    """As strong as the figures. A colon, since a title may name one thing or many."""
    pm, newest = chart.pm, chart.newest
    value = f"{chart.words(newest.point.value)} {wording.in_period(newest.point.period)}"
    said = f"; {chart.signal}" if chart.signal else f", {newest.lies} its usual range"
    return f"{pm.measure.title}: {value}{said}"


def _subtitle(chart: Chart, grid: Sequence[float]) -> str:
    pm = chart.pm
    parts = [f"{wording.axis_words(pm)}, {wording.span([d.point.period.id for d in chart.dots])}"]
    if grid[0] != 0:
        ticks = wording.ticks(pm, grid)
        parts.append(f"axis from {ticks[0]} to {ticks[-1]}")
    return f"{'; '.join(parts)}. Grey: the usual range, {_made_from(pm)}"


def _made_from(pm: PublishedMeasure) -> str:
    """Which figures the range rests on. Few ones leave out the newest, which would widen it and hide itself."""
    usual = pm.finding.usual
    if usual.provisional:
        return f"trial limits from {wording.counted(usual.points - 1, 'earlier figure')}"
    return f"from all {wording.counted(usual.points, 'figure')}"


def _range_words(chart: Chart) -> str:
    return f"usual range {chart.limit(chart.lower)} to {chart.limit(chart.upper)}"


def _alt_text(chart: Chart) -> str:
    pm = chart.pm
    name, unit = wording.lower_first(pm.measure.title), wording.unit_words(pm)
    what = f"{name}, {unit}" if unit else name
    average = f"average {chart.limit(chart.mean)}, " if chart.mean is not None else ""
    ranges = wording.spoken(f"{average}{_range_words(chart)}")
    span = wording.span([d.point.period.id for d in chart.dots])
    newest = chart.newest
    lies = {"above": "above the range", "below": "below the range", "within": "inside the range"}[newest.lies]
    if chart.signal:
        lies += f", but {chart.signal}"
    sentences = [
        f"Control chart of {what}, {span}: {ranges}.",
        f"Latest {wording.spoken(chart.words(newest.point.value))} {wording.in_period(newest.point.period)}, {lies}.",
    ]
    if pm.measure.target:
        sentences.append(f"Target {wording.spoken(wording.format_value(pm, pm.measure.target.value))}.")
    if pm.finding.usual.provisional:
        sentences.append(f"{_made_from(pm).capitalize()}.")
    for side in ("above", "below"):
        there = [d.point.period.label for d in chart.dots[:-1] if d.lies == side]
        if there:
            sentences.append(f"Earlier figures {side} it: {wording.listed(there)}.")
    return wording.within(sentences)


def _table(chart: Chart) -> str:
    pm = chart.pm
    dots = {d.point.period: d for d in chart.dots}
    held = [f for f in pm.series("borough") if _present(pm, f.period)]
    body = [(f.period.label, _cells(chart, f, dots.get(f.period))) for f in held]
    unit = wording.lower_first(wording.axis_words(pm))
    average = f"Average {chart.limit(chart.mean)}, " if chart.mean is not None else ""
    ranges = f"{average}{_range_words(chart)}"
    note = wording.symbols_note(cell for _, cells in body for cell in cells)
    words = f'<p class="pm-small">{escape(note)}.</p>' if note else ""
    caption = f"{pm.measure.title}: {unit}. {ranges[0].upper()}{ranges[1:]}"
    return table(caption, ["Period", pm.council, "Beside the usual range"], body) + words


def _cells(chart: Chart, figure: Figure, dot: Dot | None) -> list[str]:
    if dot is None:
        return [wording.shown_or_symbol(chart.pm, figure), "No figure"]
    mark = f" [{figure.mark}]" if figure.mark else ""
    return [
        f"{wording.number(figure.value / chart.pm.unit.shown_in, chart.decimals.value)}{mark}",
        f"{dot.lies.capitalize()}{_more(dot)}",
    ]


def _notes(chart: Chart) -> list[str]:
    pm = chart.pm
    notes = [_key(chart)]
    if any(_more(d) for d in chart.dots):
        notes.append(
            "Within the range a mark is part of a run that chance seldom makes: five rises or falls running, seven "
            "on one side of the average, or two of three near an edge."
        )
    if pm.finding.in_cash_terms:
        notes.append("In the pounds of each year: prices rose as well, so no change is called good or bad.")
    notes += _limit_notes(chart)
    if weak := weak_words(pm):
        notes.append(f"This range is {weak}.")
    if absent := _absent(chart):
        notes.append(f"No figure for {escape(wording.listed(absent))}.")
    if earlier := definition_notes(pm):
        notes += [*earlier, "Only figures of the present definition are shown."]
    if age := wording.age_words(pm):
        notes.append(f"The newest figure is {age}.")
    return [*notes, *target_notes(pm)]


def _key(chart: Chart) -> str:
    """What the shapes mean. Trial limits judge the newest figure alone, since the others drew them."""
    neutral = chart.pm.finding.in_cash_terms or chart.pm.measure.polarity is Polarity.NEUTRAL
    if chart.pm.finding.usual.provisional:
        marks = (
            "a square is a change, not called good or bad"
            if neutral
            else "a filled disc is a change for the better, a diamond a change for the worse"
        )
        return f"Trial limits rest on few figures and judge only the newest: {marks}."
    if neutral:
        return "Open dots are usual variation. A square is a change, not called good or bad."
    return "Open dots are usual variation. A filled disc is a change for the better, a diamond a change for the worse."


def _limit_notes(chart: Chart) -> list[str]:
    """Where the calculation runs past what the unit can hold, which the drawing does not."""
    usual = chart.pm.finding.usual
    notes = []
    for end, side, drawn, calculated in (
        ("top", "more", chart.upper, usual.upper),
        ("bottom", "less", chart.lower, usual.lower),
    ):
        if calculated is not None and calculated != drawn:
            notes.append(
                f"The {end} of the range was worked out as {chart.limit(calculated)}; it is drawn at "
                f"{chart.limit(drawn)}, since no figure can be {side}."
            )
    return [escape(note) for note in notes]


def _absent(chart: Chart) -> list[str]:
    """The periods in which a figure is missing, where the line breaks."""
    line = [d.point for d in chart.dots]
    absent = []
    for (before, after), broken in zip(pairwise(line), parted(chart.pm, line)[1:], strict=True):
        period = before.period.next
        half = (period.end - before.period.end) / 2
        while broken and after.period.end > period.end + half:
            absent.append(period.label)
            period = period.next
    return absent
