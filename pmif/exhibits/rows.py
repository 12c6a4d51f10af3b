"""Measures as compact rows: the words of each, and behind "Chart and figures" everything else."""

import math
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from html import escape
from types import MappingProxyType

from pmif.disclosure import PublishedMeasure, State
from pmif.exhibits import gap_wording, scale, verdict, wording
from pmif.exhibits.chip import chip_list, chips, state_chip
from pmif.exhibits.control_chart import control_chart
from pmif.exhibits.exhibit import STOP, Exhibit, Fragment, details, fragment, hidden, slug, table
from pmif.exhibits.funnel_plot import funnel_plot
from pmif.exhibits.gap_bars import gap_bars
from pmif.exhibits.gradient_chart import gradient_chart
from pmif.exhibits.source import definition_notes, link, origin_link, publication
from pmif.exhibits.trend_chart import parted, points, trend_chart, trend_table
from pmif.exhibits.ward_map import ward_map
from pmif.exhibits.ward_strip import ward_strip
from pmif.framework import Bearing
from pmif.period import Period

EMPTY = (State.AWAITING_A_RETURN, State.NO_FIGURE, State.WITHHELD)


def measure_rows(
    measures: Iterable[PublishedMeasure],
    level: int = 3,
    *,
    opened: str = "",
    notes: Mapping[str, str] = MappingProxyType({}),
) -> Fragment:
    """A row for each measure; those that only touch the outcome stand apart, and say why.

    `level` is the heading level of a row, and `opened` the id of a measure whose charts need no click. `notes` is
    what staff write of single measures, as HTML, by measure.
    Each row can be linked to as #m-<measure id>.
    """
    every = list(measures)
    evidence = [pm for pm in every if pm.measure.bearing is not Bearing.RELATED]
    related = [pm for pm in every if pm.measure.bearing is Bearing.RELATED]
    parts = [_list(evidence, level, opened, notes)] if evidence else []
    if related:
        parts.append(
            f'<h{level} class="pm-related">Related, not evidence</h{level}>'
            '<p class="pm-small">These touch the outcome but do not show whether it is being reached, '
            "so no summary counts them.</p>" + _list(related, level + 1, opened, notes)
        )
    return fragment(*parts)


def _list(measures: Sequence[PublishedMeasure], level: int, opened: str, notes: Mapping[str, str]) -> str:
    heading = (
        '<div class="pm-hd" aria-hidden="true"><span>Measure</span><span>Now</span>'
        "<span>Over time, England dashed</span><span>Compared: bar England, diamond North East</span></div>"
    )
    if measures and all(pm.finding.state in EMPTY for pm in measures):
        heading = ""
    if measures:
        region = escape(wording.area_name(measures[0], "region"))
        country = escape(wording.area_name(measures[0], "country"))
        heading = heading.replace("North East", region).replace("England", country)
    rows = "".join(_row(pm, level, notes.get(pm.id, "") + _opened(pm, is_open=pm.id == opened)) for pm in measures)
    return f'{heading}<ul class="pm-rows">{rows}</ul>'


def _row(pm: PublishedMeasure, level: int, more: str) -> str:
    name = f'<h{level} class="pm-mn" id="m-{slug(pm.measure.id)}">{escape(pm.measure.title)}</h{level}>'
    related = f'<p class="pm-small">{escape(pm.measure.related_note)}</p>' if pm.measure.related_note else ""
    if pm.finding.value is None:
        return (
            f'<li class="pm-row"><div class="pm-name">{name}{related}</div>'
            f'<div class="pm-nr">{state_chip(pm)}<span>{escape(_nothing_words(pm))}</span></div>{more}</li>'
        )
    return (
        f'<li class="pm-row"><div class="pm-name">{name}{chip_list(chips(pm))}{related}</div>'
        f'<p class="pm-v">{_figure(pm)}</p>{sparkline(pm) or "<span></span>"}'
        f'<div class="pm-cmp">{_compared(pm)}</div>{_said(pm)}{more}</li>'
    )


def _said(pm: PublishedMeasure) -> str:
    """What needs no click: direction, England and target in a sentence, with a word of warning where they disagree;
    then who is left behind, every gap of the measure in a sentence."""
    said = verdict.verdict(pm)
    warning = "<strong>Mixed:</strong> " if said.mixed else ""
    words = wording.lower_first(said.sentence) if said.mixed else said.sentence
    sentences = [f"{warning}{escape(words)}"] if said.sentence else []
    sentences += [f"{escape(gap_wording.gap_words(pm, gap))}." for gap in pm.gaps]
    return f'<div class="pm-said">{"".join(f"<p>{sentence}</p>" for sentence in sentences)}</div>' if sentences else ""


def _nothing_words(pm: PublishedMeasure) -> str:
    """Why the row has no figure, in a sentence; of a measure only wards have, how far apart they are."""
    if pm.finding.state is State.WARDS_ONLY:
        gap = next((g for g in pm.gaps if g.dimension == "ward"), None)
        if gap:
            age = wording.age_words(pm)
            return (
                f"From {wording.format_value(pm, gap.lowest_value)} in {gap.lowest} to "
                f"{wording.format_value(pm, gap.highest_value)} in {gap.highest}, {gap.period.label}"
                f"{f' ({age})' if age else ''}. No borough figure is held."
            )
    if pm.finding.state is State.AWAITING_A_RETURN:
        return pm.finding.reason or "Defined. No return has been received."
    return pm.finding.reason or "No figure is published."


def _figure(pm: PublishedMeasure) -> str:
    finding = pm.finding
    assert finding.value is not None and finding.period is not None
    mark = f" [{finding.mark}]" if finding.mark else ""
    under = ", ".join(filter(None, [wording.unit_words(pm), finding.period.label, wording.age_words(pm)]))
    return f"{escape(wording.format_value(pm, finding.value) + mark)}{STOP}<small>{escape(under)}</small>"


def _compared(pm: PublishedMeasure) -> str:
    finding = pm.finding
    lines = []
    names = []
    for kind in ("country", "region", "neighbours"):
        comparison = finding.benchmarks.get(kind)
        if comparison is None or comparison.value is None:
            continue
        mark = " [e]" if kind == "neighbours" else ""
        words = escape(f"{wording.area_name(pm, kind)} {wording.format_value(pm, comparison.value)}{mark}")
        names.append(f"<strong>{words}</strong>" if kind == "country" else words)
    if names:
        lines.append(", ".join(names))
    else:
        lines.append("No figure elsewhere for the same period")
    interval = wording.interval_words(pm, finding.lower, finding.upper)
    beside = wording.beside_words(pm)
    lines.append(escape(f"{interval}: {beside}" if beside else interval))
    if finding.target is not None and pm.measure.target:
        target = wording.format_value(pm, pm.measure.target.value)
        lines.append(escape(f"Target {target}: {verdict.target_words(finding.target)}"))
    if extra := wording.last_year_words(pm):
        lines.append(escape(extra))
    return _strip(pm) + "".join(f'<span class="nums">{line}{STOP}</span>' for line in lines)


# The two small drawings of a row. Its words say all they show, so they are hidden from assistive technology,
# and drawn by hand: a page has dozens, and two lines need no plotting library.


def _svg(width: int, height: int, css: str, body: str) -> str:
    return (
        f'<svg viewBox="0 0 {width} {height}" class="pm-svg {css}" style="--w:{width}px" aria-hidden="true" '
        f'focusable="false">{body}</svg>'
    )


def _n(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def sparkline(pm: PublishedMeasure) -> str:
    """The borough's line with England dashed; only the present definition."""
    borough = points(pm, "borough")
    if len(borough) < 3:
        return ""
    era = borough[-1].era
    lines = {
        kind: [p for p in points(pm, kind) if p.era == era and p.day >= min(q.day for q in borough if q.era == era)]
        for kind in ("country", "borough")
    }
    if len(lines["borough"]) < 2:
        return ""
    days = [p.day for line in lines.values() for p in line]
    values = [p.value for line in lines.values() for p in line]
    across, up = (max(days) - min(days)) or 1, (max(values) - min(values)) or 1

    def place(day: float, value: float) -> tuple[float, float]:
        return 6 + (day - min(days)) / across * 112, 40 - (value - min(values)) / up * 34

    body = ""
    for kind, line in lines.items():
        for start, stop in scale.runs(parted(pm, line)):
            path = " ".join(",".join(map(_n, place(p.day, p.value))) for p in line[start:stop])
            body += f'<polyline class="pm-l-{kind}" points="{path}"/>'
    x, y = place(lines["borough"][-1].day, lines["borough"][-1].value)
    body += f'<circle class="pm-p-borough" cx="{_n(x)}" cy="{_n(y)}" r="3.5"/>'
    return _svg(128, 46, "pm-spark", body)


def _strip(pm: PublishedMeasure) -> str:
    """Disc with whiskers for the borough, bar for England, open diamond for the North East."""
    finding = pm.finding
    held = {
        kind: c.value
        for kind in ("country", "region")
        if (c := finding.benchmarks.get(kind)) is not None and c.value is not None
    }
    if not held or finding.value is None:
        return ""
    limits = [v for v in (finding.lower, finding.upper) if v is not None and not math.isnan(v)]
    everything = [finding.value, *held.values(), *limits]
    low, high = min(everything), max(everything)

    def x(value: float) -> str:
        return _n(14 + (value - low) / ((high - low) or 1) * 212)

    body = '<path class="pm-s-line" d="M14 17H226"/>'
    if len(limits) == 2:
        low_x, high_x = x(limits[0]), x(limits[1])
        body += f'<path class="pm-s-whisker" d="M{low_x} 17H{high_x}M{low_x} 12v10M{high_x} 12v10"/>'
    if "country" in held:
        body += f'<path class="pm-s-country" d="M{x(held["country"])} 6v22"/>'
    if "region" in held:
        body += f'<path class="pm-s-region" d="M{x(held["region"])} 10l7 7-7 7-7-7z"/>'
    body += f'<circle class="pm-p-borough" cx="{x(finding.value)}" cy="17" r="6.5"/>'
    return _svg(240, 34, "pm-pos", body)


# What a row opens to


@lru_cache(maxsize=256)  # a preview shows the same charts beside other words
def _opened(pm: PublishedMeasure, *, is_open: bool) -> str:
    parts: list[Exhibit | Fragment | str | None] = [trend_chart(pm)]
    if parts == [None] and len(pm.series("borough")):
        parts.append(trend_table(pm))
    parts.append(control_chart(pm))
    parts += [ward_map(pm) or _no_map(pm), ward_strip([pm]), funnel_plot(pm), gradient_chart(pm)]
    for dimension in dict.fromkeys(g.dimension for g in pm.gaps if g.dimension != "ward"):
        parts += [gap_bars([pm], dimension=dimension), gradient_chart(pm, dimension), group_table(pm, dimension)]
    parts.append(facts(pm))
    words = "Chart and figures" if pm.figures else "Definition and source"
    content = fragment(*(part for part in parts if part)).html
    return details(f"{words}{hidden(pm.measure.title)}", content, "pm-more", is_open=is_open)


def _no_map(pm: PublishedMeasure) -> str:
    """Ward figures whose wards cannot be drawn say so: a map left out in silence looks like a fault."""
    if not pm.wards:
        return ""
    return '<p class="pm-small">No map: the shapes of these wards are not yet held.</p>'


def group_table(pm: PublishedMeasure, dimension: str) -> str:
    """The borough's newest figure of every group of a dimension."""
    groups = pm.by_group(dimension)
    if not groups:
        return ""
    held = any(f.lower is not None for f in groups)
    body = [
        (
            gap_wording.group_title(pm, dimension, f.group),
            [wording.shown_or_symbol(pm, f), *([wording.limits(pm, f)] if held else [])],
        )
        for f in groups
    ]
    columns = ["Group", wording.axis_words(pm), *(["95% interval"] if held else [])]
    note = wording.symbols_note(c for _, cells in body for c in cells)
    words = f'<p class="pm-small">{escape(note)}.</p>' if note else ""
    by = wording.lower_first(gap_wording.dimension_title(pm, dimension))
    return table(f"{pm.measure.title} by {by}, {groups[0].period.label}", columns, body) + words


def facts(pm: PublishedMeasure) -> str:
    """What the measure is, and where its figures come from."""
    m = pm.measure
    role = pm.published.framework.role(m.owner)
    lines: list[tuple[str, str]] = [("What it measures", escape(m.definition))]
    if m.numerator:
        lines.append(("What is counted", escape(m.numerator)))
    if m.denominator:
        lines.append(("Out of", escape(m.denominator)))
    lines.append(("Good is", escape(wording.good_is(m))))
    lines += [
        (f"Gap {gap_wording.gap_of(pm, gap)}", escape(" ".join(notes)))
        for gap in pm.gaps
        if (notes := gap_wording.gap_notes(pm, gap))
    ]
    if judged := verdict.changes_tested(pm):
        items = "".join(f"<li>{escape(name)}: {escape(wording.lower_first(words))}</li>" for name, words in judged)
        lines.append(("How change is judged", f"<ul>{items}</ul>"))
    if notes := definition_notes(pm):
        lines.append(("Changed", " ".join(notes)))
    if m.note:
        lines.append(("Mind", escape(m.note)))
    lines.append(("How often", escape(f"{wording.frequency_words(m.frequency)}, about {m.lag} after the period")))
    lines.append(("Next figure", escape(wording.next_due(pm))))
    lines.append(("Answers for it", escape(role.title)))
    if m.partners:
        lines.append(("With", escape(wording.listed(m.partners))))
    lines.append(("Source", publication(pm)))
    if origin := origin_link(pm):
        lines.append(("File and row", origin))
    if m.series:
        lines.append(("Publisher's name for it", escape(m.series)))
    if pm.source.received:
        day = pm.source.received
        lines.append(("Copy of", escape(Period.parse(day.isoformat()).label)))
    if m.target:
        goal = f"{wording.format_value(pm, m.target.value)} by {Period.parse(m.target.by).label}"
        near = f", give or take {wording.amount(pm, m.target.tolerance)}" if m.target.tolerance else ""
        target = f"{goal}{near}, set by {m.target.set_by}"
        lines.append(("Target", link(m.target.source, target)))
    body = "".join(f"<div><dt>{escape(name)}</dt><dd>{value}</dd></div>" for name, value in lines)
    return f'<dl class="pm-facts">{body}</dl>'
