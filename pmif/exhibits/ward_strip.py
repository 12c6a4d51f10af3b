"""All wards as dots on one line, with the borough's figure: the picture that ward factsheets use.

Each measure has a line and a scale of its own. Wards are not ranked; the lowest and the highest
are named, and one ward of the reader's choice.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from pmif.disclosure import Gap, PublishedMeasure
from pmif.exhibits import style, wording
from pmif.exhibits.exhibit import Exhibit, slug, table
from pmif.exhibits.sheet import Sheet
from pmif.exhibits.source import ESTIMATED, source_lines
from pmif.exhibits.svg import Part, two_drawings

SIDE = 12.0


@dataclass(frozen=True)
class _Dot:
    code: str
    name: str
    value: float
    words: str


@dataclass(frozen=True)
class _Strip:
    pm: PublishedMeasure
    title: str
    dots: tuple[_Dot, ...]  # lowest first
    withheld: tuple[str, ...]
    average: float | None
    chosen: _Dot | None


def ward_strip(measures: Sequence[PublishedMeasure], chosen: str | None = None) -> Exhibit | None:
    """Measures of the 22 wards, one strip each. `chosen` is a ward's code or name.

    Missing: None where no measure has ward figures.
    """
    strips = [strip for pm in measures if (strip := _strip(pm, chosen))]
    if not strips:
        return None
    first = strips[0].pm
    exhibit_id = "strip-" + (slug(first.measure.id) if len(strips) == 1 else f"{slug(first.measure.id)}-and-others")
    if chosen:
        exhibit_id += f"-{slug(chosen)}"
    alt_text = _alt_text(strips)
    drawings = []
    for suffix, width in (("w", style.WIDE), ("n", style.NARROW)):
        with style.chart_style():
            sheet = draw(strips, width)
        parts = {
            f"strip-{n}": [Part(f"{d.name}: {wording.spoken(d.words)}", {"ward": d.code}) for d in s.dots]
            for n, s in enumerate(strips)
        }
        drawings.append(sheet.inline(f"{exhibit_id}-{suffix}", alt_text, parts))
    return Exhibit(
        id=exhibit_id,
        title=_title(strips),
        subtitle="Each dot is a ward. Upright line: the borough's figure."
        + (" Diamond: the ward chosen." if any(s.chosen for s in strips) else ""),
        drawing=two_drawings(*drawings),
        alt_text=alt_text,
        table=_table(strips),
        caption=" ".join(_notes(strips)),
    )


def _strip(pm: PublishedMeasure, chosen: str | None) -> _Strip | None:
    wards = pm.wards
    dots = sorted(
        (_Dot(f.area, f.name, f.value, wording.format_value(pm, f.value)) for f in wards if f.shown),
        key=lambda d: (d.value, d.name),
    )
    if len(dots) < 2:
        return None
    mark = " [e]" if any(f.mark == "e" for f in wards) else ""
    gap = ward_gap(pm)
    return _Strip(
        pm,
        f"{pm.measure.title}, {wards[0].period.label}{mark}",
        tuple(dots),
        tuple(f.name for f in wards if not f.shown),
        gap.average if gap else None,
        next((d for d in dots if chosen in (d.code, d.name)), None) if chosen else None,
    )


def ward_gap(pm: PublishedMeasure) -> Gap | None:
    return next((gap for gap in pm.gaps if gap.dimension == "ward"), None)


def draw(strips: Sequence[_Strip], width: float) -> Sheet:
    """Measure each strip's words first, then draw: a name in the way of another goes on a line of its own."""
    plans = [_names(strip, width) for strip in strips]
    titles = [style.wrap(strip.title, width, weight=600) for strip in strips]
    heights = [
        style.LABEL_STEP * (len(title) + len(plan) + (strip.average is not None)) + 34
        for strip, title, plan in zip(strips, titles, plans, strict=True)
    ]
    sheet = Sheet(width, sum(heights))
    top = 0.0
    for n, (strip, title, plan, height) in enumerate(zip(strips, titles, plans, heights, strict=True)):
        _draw_one(sheet, n, strip, title, plan, top)
        top += height
    return sheet


def _scale(strip: _Strip, width: float) -> "tuple[float, float]":
    """Slope and start of the line from values to pixels."""
    values = [d.value for d in strip.dots] + ([strip.average] if strip.average is not None else [])
    low, high = min(values), max(values)
    slope = (width - 2 * SIDE) / ((high - low) or 1)
    return slope, SIDE - slope * low


def _draw_one(
    sheet: Sheet, n: int, strip: _Strip, title: Sequence[str], plan: Sequence[Sequence["_Name"]], top: float
) -> None:
    slope, start = _scale(strip, sheet.width)
    y = top + 10
    for line in title:
        sheet.text(line, 0, y, weight=600)
        y += style.LABEL_STEP
    if strip.average is not None:
        x = start + slope * strip.average
        words = f"{strip.pm.council} {wording.format_value(strip.pm, strip.average)}"
        half = style.text_width(words) / 2
        sheet.text(words, min(max(x, half), sheet.width - half), y, "ink2", across="center")
        y += style.LABEL_STEP
    y += 6
    sheet.line([SIDE, sheet.width - SIDE], [y, y], "line", 2)
    if strip.average is not None:
        sheet.line([x, x], [y - 13, y + 13], "ink", 2.4, cap="butt")
    xs = [start + slope * d.value for d in strip.dots]
    sheet.marks(xs, [y] * len(xs), "gh", fill="s2", size=10, edge=1.4, gid=f"strip-{n}")
    if strip.chosen:
        sheet.marks([start + slope * strip.chosen.value], [y], "ink", shape="D", size=10)
    y += 22
    for row in plan:
        for name in row:
            sheet.text(name.text, name.left, y, name.role, weight=name.weight)
        y += style.LABEL_STEP


@dataclass(frozen=True)
class _Name:
    text: str
    left: float
    right: float
    role: str
    weight: int


def _names(strip: _Strip, width: float) -> list[list[_Name]]:
    """Lowest, highest and chosen ward under their dots, in as few rows as keep them apart."""
    slope, start = _scale(strip, width)
    wanted: list[tuple[_Dot, str, str, int]] = []
    ends = (strip.dots[0], strip.dots[-1])
    if strip.chosen and strip.chosen not in ends:
        wanted.append((strip.chosen, "center", "ink", 700))
    for dot, side in zip(ends, ("left", "right"), strict=True):
        wanted.append((dot, side, "ink", 700) if dot is strip.chosen else (dot, side, "ink2", 400))
    rows: list[list[_Name]] = []
    for dot, side, role, weight in wanted:
        alike = sum(other.words == dot.words for other in strip.dots)
        text = f"{alike} wards {dot.words}" if alike > 1 and dot is not strip.chosen else f"{dot.name} {dot.words}"
        wide = style.text_width(text, weight=weight)
        x = start + slope * dot.value
        left = x - {"left": 6, "center": wide / 2, "right": wide - 6}[side]
        left = max(0.0, min(left, width - wide))
        name = _Name(text, left, left + wide, role, weight)
        for row in rows:
            if all(name.left > other.right + 14 or name.right < other.left - 14 for other in row):
                row.append(name)
                break
        else:
            rows.append([name])
    return rows


def _title(strips: Sequence[_Strip]) -> str:
    if len(strips) > 1:
        chosen = strips[0].chosen
        return f"{chosen.name} among the wards" if chosen else f"The wards on {len(strips)} measures"
    strip = strips[0]
    return f"{strip.pm.measure.title}: from {strip.dots[0].words} to {strip.dots[-1].words} across the wards"


def _alt_text(strips: Sequence[_Strip]) -> str:
    count = len(strips[0].dots) + len(strips[0].withheld)
    sentences = [f"Strip of the {count} wards for {wording.counted(len(strips), 'measure')}."]
    for s in strips:
        low, high = s.dots[0], s.dots[-1]
        middle = (
            f"; {s.pm.council} {wording.spoken(wording.format_value(s.pm, s.average))}" if s.average is not None else ""
        )
        mine = f"; {s.chosen.name} {wording.spoken(s.chosen.words)}" if s.chosen else ""
        sentences.append(
            f"{s.title.removesuffix(' [e]')}: {low.name} {wording.spoken(low.words)} to {high.name} "
            f"{wording.spoken(high.words)}{middle}{mine}."
        )
    return wording.within(sentences)


def _table(strips: Sequence[_Strip]) -> str:
    columns = ["Ward", *(f"{s.title}, {wording.lower_first(wording.axis_words(s.pm))}" for s in strips)]
    held = [{f.name: f for f in s.pm.wards} for s in strips]
    names = sorted({name for wards in held for name in wards})
    codes = {name: wards[name].area for wards in held for name in wards}
    body = [
        (name, [wording.shown_or_symbol(s.pm, wards.get(name)) for s, wards in zip(strips, held, strict=True)])
        for name in names
    ]
    averages = [
        wording.plain_value(s.pm, s.average) if s.average is not None and not math.isnan(s.average) else "[x]"
        for s in strips
    ]
    body.append((strips[0].pm.council, averages))
    note = wording.symbols_note(c for _, cells in body for c in cells)
    words = f'<p class="pm-small">{note}.</p>' if note else ""
    return (
        table(
            "Wards: " + wording.listed([s.pm.measure.title for s in strips]),
            columns, body, row_ids=[*(codes[name] for name in names), ""],
            hint="Slide the table sideways for all measures." if len(strips) > 2 else "",
        )
        + words
    )  # fmt: skip


def _notes(strips: Sequence[_Strip]) -> list[str]:
    notes = ["Each line has a scale of its own. Wards are not ranked."]
    if any("[e]" in s.title for s in strips):
        notes.append(ESTIMATED)
    if any(s.average is None for s in strips):
        notes.append("No borough figure for the same period where no upright line stands.")
    if withheld := sorted({name for s in strips for name in s.withheld}):
        notes.append(f"Not shown: {escape(wording.listed(withheld))}.")
    notes.append(source_lines([s.pm for s in strips]))
    return notes
