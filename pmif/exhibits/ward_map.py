"""A measure in every ward, on the map.

Every ward carries its value, so the shade never carries the figure alone. Labels are placed by
rule: a name and its value where both fit inside the ward, the value where it alone fits, and a
line to a label outside the borough for the highest three, the lowest, and wards too small to
write in. No label is drawn where it would touch another.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from typing import TYPE_CHECKING

from pmif.disclosure import Figure, PublishedMeasure
from pmif.errors import Fault, GeographyError
from pmif.exhibits import gap_wording, scale, style, wording
from pmif.exhibits.exhibit import Exhibit, hidden, slug, table
from pmif.exhibits.sheet import Box, Sheet, text_box
from pmif.exhibits.source import ESTIMATED, source_line
from pmif.exhibits.svg import Part, two_drawings
from pmif.geography import Areas

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

ATTRIBUTION = (
    "Contains OS data © Crown copyright and database right 2025. Source: Office for National Statistics "
    "licensed under the Open Government Licence v.3.0."
)
WIDE = 760
DRAWN_IN = 27700  # British National Grid: metres, so that shapes keep their form


@dataclass(frozen=True)
class Ward:
    """One ward as it is drawn: what it says, and its class (0 where there is no figure to show)."""

    code: str
    name: str
    status: str
    value: float
    words: str  # in full: "6.6%", "[c]", "[x]"
    short: str  # as written inside it, where the subtitle gives the unit: "6.6"
    spoken: str
    shade: int


@dataclass(frozen=True)
class _Label:
    """A text of one or more lines whose middle is at x, y."""

    lines: tuple[str, ...]
    x: float
    y: float
    weights: tuple[int, ...]

    def boxes(self) -> Iterator[Box]:
        for text, y, weight in self.placed():
            yield text_box(text, self.x, y, size=style.TEXT, weight=weight, across="center")

    def placed(self) -> Iterator[tuple[str, float, int]]:
        first = self.y - (len(self.lines) - 1) * LINE / 2
        for n, (text, weight) in enumerate(zip(self.lines, self.weights, strict=True)):
            yield text, first + n * LINE, weight


LINE = 17.5


def ward_map(pm: PublishedMeasure) -> Exhibit | None:
    """The newest figures of the 22 wards.

    Missing: None where the measure has no ward figures, or the shapes of its wards are not held. A withheld
    ward is hatched and says [c]; one without a figure is hatched and says so.
    Errors: GeographyError where figures and shapes are not of the same wards; then there is no map.
    """
    if not pm.can_be_mapped:
        return None
    shapes = _shapes(pm)
    shown = [wording.as_shown(pm, f.value) for f in pm.wards if f.shown]
    breaks = list(pm.measure.map_classes) or scale.class_breaks(shown)
    wards = [_ward(pm, f, breaks) for f in pm.wards]
    exhibit_id = f"map-{slug(pm.measure.id)}"
    alt_text = _alt_text(pm, wards, breaks)
    parts = {
        f"ward-{w.code}": Part(
            f"{w.name}: {w.spoken}",
            {"ward": w.code, "class": str(w.shade), "tab": "0" if n == 0 else "-1"},
            focusable=True,
        )
        for n, w in enumerate(wards)
    }
    with style.chart_style():
        wide = _draw_wide(wards, shapes)
        narrow = _draw_narrow(wards, shapes)
    ends = _ends_words(wards)
    drawings = two_drawings(
        wide.inline(f"{exhibit_id}-w", alt_text, parts), narrow.inline(f"{exhibit_id}-n", alt_text, parts)
    )
    return Exhibit(
        id=exhibit_id,
        title=_title(pm, wards),
        subtitle=_subtitle(pm),
        drawing=f'<a class="pm-skip" href="#{exhibit_id}-after">Skip past the map{hidden(pm.measure.title)}</a>'
        f'<div class="pm-map">{drawings}</div>'
        f"{_legend(pm, wards, breaks)}"
        f'<p class="pm-small pm-ends" id="{exhibit_id}-after" tabindex="-1">{escape(ends)}</p>',
        alt_text=alt_text,
        table=ward_table(pm),
        caption=" ".join(_notes(pm)),
    )


def _shapes(pm: PublishedMeasure) -> dict[str, "BaseGeometry"]:
    """The shape of every ward, on the National Grid, by code."""
    codes, vintages = [f.area for f in pm.wards], sorted({f.vintage for f in pm.wards})
    if len(vintages) != 1:
        raise GeographyError(
            f"{pm.measure.id}: ward figures of one period have codes of {wording.listed(vintages)}, "
            "so no map can be drawn"
        )
    shapes = _on_the_grid(pm.published.areas, vintages[0])
    place = f"figures of {pm.measure.id}, {pm.wards[0].period.id}"
    faults = [
        Fault(place, f"{code} has a figure but no shape in {vintages[0]}: mend the code")
        for code in codes
        if code not in shapes
    ]
    faults += [
        Fault(place, f"{code} has a shape but no row: give it a figure, or a status that says why not")
        for code in sorted(shapes.keys() - set(codes))
    ]
    if faults:
        raise GeographyError("The map cannot be drawn", faults)
    return shapes


@lru_cache(maxsize=4)
def _on_the_grid(areas: Areas, vintage: str) -> dict[str, "BaseGeometry"]:
    frame = areas.shapes(vintage).to_crs(DRAWN_IN)
    return dict(zip(frame["ward_code"], frame.geometry, strict=True))


def _ward(pm: PublishedMeasure, figure: Figure, breaks: Sequence[float]) -> Ward:
    code, name, status = figure.area, figure.name, figure.status
    if figure.shown:
        value = wording.as_shown(pm, figure.value)
        words = wording.format_value(pm, value)
        short = wording.plain_value(pm, value)
        return Ward(code, name, status, value, words, short, wording.spoken(words), scale.class_of(value, breaks))
    symbol = wording.SYMBOLS.get(status, "[x]")
    spoken = "withheld to protect people" if status == "suppressed" else "no figure"
    return Ward(code, name, status, math.nan, symbol, symbol, spoken, 0)


# The drawing


class _Ground:
    """Where the map lies on a sheet: metres to pixels, and the wards' shapes in pixels."""

    def __init__(self, shapes: dict[str, "BaseGeometry"], into: Box, of: tuple[float, float, float, float]) -> None:
        from shapely.affinity import affine_transform

        west, south, east, north = of
        self.scale = min((into.right - into.left) / (east - west), (into.bottom - into.top) / (north - south))
        k = self.scale
        dx = (into.left + into.right) / 2 - k * (west + east) / 2
        dy = (into.top + into.bottom) / 2 + k * (south + north) / 2
        self.shapes = {
            # without points nearer to one another than the page can show
            code: affine_transform(s, [k, 0, 0, -k, dx, dy]).simplify(0.25) for code, s in shapes.items()
        }  # fmt: skip


def _bounds(shapes: Sequence["BaseGeometry"]) -> tuple[float, float, float, float]:
    boxes = [shape.bounds for shape in shapes]
    return (
        min(b[0] for b in boxes), min(b[1] for b in boxes), max(b[2] for b in boxes), max(b[3] for b in boxes),
    )  # fmt: skip


def _draw_wide(wards: Sequence[Ward], shapes: dict[str, "BaseGeometry"]) -> Sheet:
    bounds = _bounds(list(shapes.values()))
    margin = 58.0
    height = round((WIDE - 16) * (bounds[3] - bounds[1]) / (bounds[2] - bounds[0]) + 2 * margin)
    sheet = Sheet(WIDE, height)
    ground = _Ground(shapes, Box(8, margin, WIDE - 8, height - margin), bounds)
    _draw_wards(sheet, wards, ground)
    labels = _write_inside(sheet, wards, ground, names=True)
    _call_out(sheet, _called_out(wards, labels), ground)
    sheet.crop(
        min([margin - 6, *(box.top - 2 for _, box in sheet.texts)]),
        max([height - margin + 6, *(box.bottom + 2 for _, box in sheet.texts)]),
    )
    return sheet


def _draw_narrow(wards: Sequence[Ward], shapes: dict[str, "BaseGeometry"]) -> Sheet:
    """The whole borough; below it, in a frame of ink, the part whose wards are too small to write in."""
    import shapely

    width = float(style.NARROW)
    bounds = _bounds(list(shapes.values()))
    first_height = (width - 4) * (bounds[3] - bounds[1]) / (bounds[2] - bounds[0])
    whole = _Ground(shapes, Box(2, 2, width - 2, 2 + first_height), bounds)
    small = [w.code for w in wards if _inside(whole.shapes[w.code], (w.short,), (700,)) is None]
    if not small:
        sheet = Sheet(width, first_height + 4)
        _draw_wards(sheet, wards, whole)
        _write_inside(sheet, wards, whole, names=False)
        return sheet

    frame, small = _close_frame(small, shapes, (bounds[2] - bounds[0]) / 1.9)
    second_top = first_height + 38
    second_height = (width - 4) * (frame[3] - frame[1]) / (frame[2] - frame[0])
    sheet = Sheet(width, round(second_top + second_height + 4))
    box = Box(2, second_top, width - 2, second_top + second_height)
    near = _Ground(shapes, box, frame)

    _draw_wards(sheet, wards, whole)
    k = whole.scale
    corners = [
        (2 + k * (x - bounds[0]), 2 + k * (bounds[3] - y))
        for x, y in ((frame[0], frame[1]), (frame[2], frame[1]), (frame[2], frame[3]), (frame[0], frame[3]))
    ]
    framed = Box(corners[0][0], corners[2][1], corners[1][0], corners[0][1])
    sheet.line([c[0] for c in [*corners, corners[0]]], [c[1] for c in [*corners, corners[0]]], "ink", 2.4)
    written = _write_inside(sheet, wards, whole, names=False, keep_off=framed)

    sheet.text("Inside the box, enlarged", 2, second_top - 14, "ink2")
    for ward in wards:
        shape = near.shapes[ward.code]
        if shape.bounds[2] > box.left and shape.bounds[0] < box.right and shape.bounds[3] > box.top:
            _draw_ward(sheet, ward, shape, gid=None, within=box)
    sheet.line(
        [box.left, box.right, box.right, box.left, box.left],
        [box.top, box.top, box.bottom, box.bottom, box.top], "ink", 2.4,
    )  # fmt: skip
    view = shapely.box(box.left + 2, box.top + 2, box.right - 2, box.bottom - 2)
    near.shapes = {code: shape.intersection(view) for code, shape in near.shapes.items()}
    _write_inside(sheet, [w for w in wards if w.code not in written], near, names=False)
    return sheet


def _close_frame(
    small: Sequence[str], shapes: dict[str, "BaseGeometry"], widest: float
) -> tuple[tuple[float, float, float, float], list[str]]:
    """The part to enlarge: all wards too small to write in, less those far out that would keep it from being larger."""
    kept = list(small)
    pad = 150.0  # metres, so that no ward touches the frame

    def across(codes: Sequence[str]) -> float:
        west, _, east, _ = _bounds([shapes[code] for code in codes])
        return east - west + 2 * pad

    while len(kept) > 1 and across(kept) > widest:
        kept.remove(min(kept, key=lambda code: (across([c for c in kept if c != code]), code)))
    west, south, east, north = _bounds([shapes[code] for code in kept])
    return (west - pad, south - pad, east + pad, north + pad), kept


def _draw_wards(sheet: Sheet, wards: Sequence[Ward], ground: _Ground) -> None:
    for ward in wards:
        _draw_ward(sheet, ward, ground.shapes[ward.code], gid=f"ward-{ward.code}")


def _draw_ward(sheet: Sheet, ward: Ward, shape: "BaseGeometry", *, gid: str | None, within: Box | None = None) -> None:
    hatch = None if ward.status == "shown" else "///" if ward.status == "suppressed" else "\\\\"
    sheet.area(
        list(_rings(shape)), f"s{ward.shade}" if ward.shade else "paper", outline="ink", width=1.2,
        hatch=hatch, gid=gid, within=within,
    )  # fmt: skip


def _rings(shape: "BaseGeometry") -> Iterator[list[tuple[float, float]]]:
    for polygon in getattr(shape, "geoms", [shape]):
        yield [(x, y) for x, y in polygon.exterior.coords]
        for hole in polygon.interiors:
            yield [(x, y) for x, y in hole.coords]


# Labels


def _inside(
    shape: "BaseGeometry", lines: Sequence[str], weights: Sequence[int], avoid: Sequence[Box] = (), spill: float = 0
) -> tuple[float, float] | None:
    """The middle of the place inside a shape where these lines fit with most room; None where they do not.

    `spill`: by how many pixels a single line may reach over the edge.
    """
    import numpy as np
    import shapely

    wide = max(style.text_width(t, weight=w) for t, w in zip(lines, weights, strict=True)) + 4
    high = LINE * (len(lines) - 1) + 13
    if len(lines) == 1:
        shape = shape.buffer(spill)
    left, top, right, bottom = shape.bounds
    if right - left < wide or bottom - top < high or shape.area < wide * high:
        return None
    step = max(2.5, min(right - left, bottom - top) / 16)
    x, y = (
        grid.ravel()
        for grid in np.meshgrid(
            _stepped(left + wide / 2, right - wide / 2, step), _stepped(top + high / 2, bottom - high / 2, step)
        )
    )
    boxes = shapely.box(x - wide / 2, y - high / 2, x + wide / 2, y + high / 2)
    shapely.prepare(shape)
    free = shapely.contains(shape, boxes)
    for other in avoid:
        if other.touches(Box(left, top, right, bottom), 3):
            beside = (x + wide / 2 < other.left - 3) | (x - wide / 2 > other.right + 3)
            free &= beside | (y + high / 2 < other.top - 3) | (y - high / 2 > other.bottom + 3)
    if not free.any():
        return None
    x, y, boxes = x[free], y[free], boxes[free]
    middle = shape.centroid
    # The most room, and of places with much the same room the one nearest the middle.
    room = np.minimum(shapely.distance(boxes, shape.boundary), 6.0)
    best = int(np.argmax(np.round(room - 0.02 * np.hypot(x - middle.x, y - middle.y), 6)))
    return float(x[best]), float(y[best])


def _stepped(first: float, last: float, step: float) -> list[float]:
    count = max(1, math.floor((last - first) / step + 1e-9) + 1)
    return [first + n * step for n in range(count)]


def _write_inside(
    sheet: Sheet, wards: Sequence[Ward], ground: _Ground, *, names: bool, keep_off: Box | None = None
) -> dict[str, bool]:
    """Write in every ward what fits there: by code, whether its name is written too."""
    avoid = [keep_off] if keep_off else []
    written: dict[str, bool] = {}
    for ward in wards:
        shape = ground.shapes[ward.code]
        role = f"s{ward.shade}t" if ward.shade else "ink"
        halo = f"s{ward.shade}" if ward.shade else "paper"
        for lines, weights, spill in _wordings(ward, names=names):
            place = _inside(shape, lines, weights, avoid, spill)
            if place is None:
                continue
            label = _Label(tuple(lines), *place, tuple(weights))
            for text, y, weight in label.placed():
                avoid.append(sheet.text(text, label.x, y, role, weight=weight, across="center", halo=halo))
            written[ward.code] = len(lines) > 1
            break
    return written


def _wordings(ward: Ward, *, names: bool) -> Iterator[tuple[list[str], list[int], float]]:
    """What might be written in a ward, the fullest first."""
    if names:
        for width in (400.0, 150.0, 110.0, 75.0):
            lines = style.wrap(ward.name, width)
            yield [*lines, ward.short], [*[400] * len(lines), 700], 0
    yield [ward.short], [700], 0
    yield [ward.short], [700], 4


def _extremes(wards: Sequence[Ward]) -> list[Ward]:
    """The three highest and the lowest, less those that only the alphabet would choose among wards alike."""
    return [*_highest(wards), *(_lowest(wards) if len(_lowest(wards)) == 1 else [])]


def _highest(wards: Sequence[Ward]) -> list[Ward]:
    """The three highest; four where two are alike, fewer where more are."""
    shown = sorted((w for w in wards if w.status == "shown"), key=lambda w: (-w.value, w.name))
    with_ties = [w for w in shown if w.value >= shown[min(2, len(shown) - 1)].value]
    return with_ties if len(with_ties) <= 4 else [w for w in shown if w.value > with_ties[-1].value]


def _lowest(wards: Sequence[Ward]) -> list[Ward]:
    shown = [w for w in wards if w.status == "shown"]
    return [w for w in shown if w.value == min(s.value for s in shown)]


def _named(wards: Sequence[Ward]) -> str:
    """The one ward of this figure, or how many have it."""
    return wards[0].name if len(wards) == 1 else f"{len(wards)} wards"


def _called_out(wards: Sequence[Ward], written: dict[str, bool]) -> list[tuple[Ward, str]]:
    """Who needs a label outside: a ward with nothing written in it, and an extreme that is not named."""
    extremes = {w.code for w in _extremes(wards)}
    return [
        (w, f"{w.name} {w.words}")
        for w in wards
        if w.code not in written or (w.code in extremes and not written[w.code])
    ]


def _call_out(sheet: Sheet, called: Sequence[tuple[Ward, str]], ground: _Ground) -> None:
    """Write these outside the borough, each with a line to its ward that crosses neither text nor another line."""
    import numpy as np
    import shapely

    land = shapely.unary_union(list(ground.shapes.values())).buffer(5).simplify(1)  # its fine edge only costs time
    texts = [shapely.box(b.left - 2, b.top + 1, b.right + 2, b.bottom - 1) for _, b in sheet.texts]
    leads: list[BaseGeometry] = []
    for ward, text in called:
        wide, high = style.text_width(text, weight=600) + 8, 20.0
        x, y = (
            grid.ravel()
            for grid in np.meshgrid(
                _stepped(wide / 2, sheet.width - wide / 2, 14), _stepped(high / 2, sheet.height - high / 2, 9)
            )
        )
        boxes = shapely.box(x - wide / 2, y - high / 2, x + wide / 2, y + high / 2)
        blocked = shapely.unary_union([land, *texts, *leads])
        shapely.prepare(blocked)
        shape = ground.shapes[ward.code]
        free = np.flatnonzero(~shapely.intersects(boxes, blocked))
        reach = np.round(shapely.distance(boxes[free], shape), 1)
        ends = _ends_inside(shape, texts)
        obstacles = shapely.unary_union([*texts, *leads])
        shapely.prepare(obstacles)
        nearest = free[np.argsort(reach, kind="stable")]
        for some in (nearest[n : n + 60] for n in range(0, len(nearest), 60)):
            tried = [
                (n, start, end)
                for n in some
                for end in ends
                for start in _edge_points((float(x[n]), float(y[n])), wide, high, end)
            ]
            lines = shapely.linestrings([[start, end] for _, start, end in tried])
            clear = np.flatnonzero(~shapely.dwithin(obstacles, lines, 2))
            if not clear.size:
                continue
            best = int(clear[np.argmin(np.round(shapely.length(lines[clear]), 1))])
            n, start, end = tried[best]
            sheet.line([start[0], end[0]], [start[1], end[1]], "ink", 1.4)
            sheet.marks([end[0]], [end[1]], "ink", size=5)
            box = sheet.text(text, float(x[n]), float(y[n]), weight=600, across="center")
            texts.append(shapely.box(box.left - 4, box.top, box.right + 4, box.bottom))
            leads.append(lines[best].buffer(3))
            break


def _ends_inside(shape: "BaseGeometry", texts: Sequence["BaseGeometry"]) -> list[tuple[float, float]]:
    """Where a line to a ward may end: points inside it, clear of its edge and of what is written there."""
    import numpy as np
    import shapely

    left, top, right, bottom = shape.bounds
    step = max(3.0, min(right - left, bottom - top) / 9)
    x, y = (grid.ravel() for grid in np.meshgrid(_stepped(left, right, step), _stepped(top, bottom, step)))
    room = shape.buffer(-3.5).difference(shapely.unary_union([t.buffer(3) for t in texts]))
    shapely.prepare(room)
    inside = shapely.contains(room, shapely.points(x, y))
    ends = [(float(a), float(b)) for a, b in zip(x[inside], y[inside], strict=True)]
    ends = ends[:: max(1, len(ends) // 12)]
    middle = shape.representative_point()
    return ends or [(middle.x, middle.y)]


def _edge_points(
    place: tuple[float, float], wide: float, high: float, end: tuple[float, float]
) -> Iterator[tuple[float, float]]:
    """Where a line may leave a label: its side, or the edge that faces the end, never at a corner."""
    x, y = place
    if abs(end[1] - y) < high:
        yield (x + math.copysign(wide / 2, end[0] - x), y)
        return
    edge = y + math.copysign(high / 2 - 1, end[1] - y)
    left, right = x - wide / 2 + 14, x + wide / 2 - 14
    yield (min(max(end[0], left), right), edge)
    yield (left, edge)
    yield (right, edge)


# The words


def _title(pm: PublishedMeasure, wards: Sequence[Ward]) -> str:
    """Highest and lowest by name: describing them claims no more than the values do."""
    shown = [w for w in wards if w.status == "shown"]
    if len(shown) < 2:
        return f"{pm.measure.title} by ward"
    top = max(w.value for w in shown)
    highest, lowest = [w for w in shown if w.value == top], _lowest(wards)
    return f"{pm.measure.title}: {highest[0].words} in {_named(highest)}, {lowest[0].words} in {_named(lowest)}"


def _subtitle(pm: PublishedMeasure) -> str:
    period = pm.wards[0].period.label
    age = wording.age_words(pm)
    return f"{wording.axis_words(pm)}, {len(pm.wards)} wards, {period}{f' ({age})' if age else ''}"


def _ends_words(wards: Sequence[Ward]) -> str:
    highest, lowest = _highest(wards), _lowest(wards)
    if not lowest:
        return "No ward has a figure to show."
    named = (
        f"Highest: {_named([w for w in highest if w.value == highest[0].value])} {highest[0].words}. "
        if highest
        else ""
    )
    return f"{named}Lowest: {_named(lowest)} {lowest[0].words}."


def class_words(pm: PublishedMeasure, breaks: Sequence[float]) -> list[str]:
    """ "under 2%", "2 to under 4%", "4 to under 6%", "6% or more"."""
    if not breaks:
        return ["all the same"]
    bare = wording.ticks(pm, breaks)
    full = [wording.with_suffix(pm, words) for words in bare]
    between = [f"{a} to under {b}" for a, b in zip(bare, full[1:], strict=False)]
    return [f"under {full[0]}", *between, f"{full[-1]} or more"]


def _legend(pm: PublishedMeasure, wards: Sequence[Ward], breaks: Sequence[float]) -> str:
    items = []
    for shade, words in enumerate(class_words(pm, breaks), start=1):
        count = sum(w.shade == shade for w in wards)
        items.append((f"s{shade}", words, count))
    for css, words, status in (
        ("withheld", "[c] withheld to protect people", ("suppressed",)),
        ("none", "[x] no figure", ("unavailable", "not-applicable")),
    ):
        if count := sum(w.status in status for w in wards):
            items.append((css, words, count))
    lines = "".join(
        f'<li><span class="pm-sw {css}" aria-hidden="true"></span>{escape(words)} '
        f'<span class="pm-n">{wording.counted(count, "ward")}</span></li>'
        for css, words, count in items
    )
    return f'<ul class="pm-legend" aria-label="Key to the shades">{lines}</ul>'


def _notes(pm: PublishedMeasure) -> list[str]:
    notes = [escape(gap_wording.spatial_words(gap)) for gap in pm.gaps if gap.dimension == "ward"]
    marks = {f.mark for f in pm.wards}
    if "e" in marks:
        notes.append(ESTIMATED)
    if "p" in marks:
        notes.append("Provisional figures.")
    if pm.measure.note:
        notes.append(escape(pm.measure.note.rstrip(".")) + ".")
    notes.append(escape(pm.published.framework.reporting.wards_note.rstrip(".")) + ".")
    notes.append(source_line(pm))
    notes.append("" if pm.published.made_up else escape(ATTRIBUTION))
    notes.append("With a keyboard: Tab to the map, then the arrow keys from ward to ward.")
    return [note for note in notes if note]


def _alt_text(pm: PublishedMeasure, wards: Sequence[Ward], breaks: Sequence[float]) -> str:
    period = pm.wards[0].period.label
    shown = sorted((w for w in wards if w.status == "shown"), key=lambda w: (-w.value, w.name))
    sentences = [f"Map of the {len(wards)} wards by {wording.lower_first(pm.measure.title)}, {period}."]
    if shown:
        highest, lowest = [w for w in shown if w.value == shown[0].value], _lowest(wards)
        sentences.append(
            f"Highest: {_named(highest)}, {shown[0].spoken}. Lowest: {_named(lowest)}, {lowest[0].spoken}."
        )
        top = [w.name for w in shown if w.shade == len(breaks) + 1]
        if breaks and 1 < len(top) <= 8:
            last = class_words(pm, breaks)[-1]
            sentences.append(f"Wards with {wording.spoken(last)}: {wording.listed(top)}.")
    withheld = [w.name for w in wards if w.status == "suppressed"]
    if withheld:
        sentences.append(f"Withheld: {wording.listed(withheld)}.")
    missing = [w.name for w in wards if w.status not in ("shown", "suppressed")]
    if missing:
        sentences.append(f"No figure: {wording.listed(missing)}.")
    return wording.within(sentences)


def ward_table(pm: PublishedMeasure) -> str:
    """The newest figure of every ward, by name."""
    body = [(f.name, [wording.shown_or_symbol(pm, f)]) for f in pm.wards]
    note = wording.symbols_note(c for _, cells in body for c in cells)
    words = f'<p class="pm-small">{escape(note)}.</p>' if note else ""
    caption = f"{pm.measure.title} by ward, {pm.wards[0].period.label}"
    return table(caption, ["Ward", wording.axis_words(pm)], body, row_ids=[f.area for f in pm.wards]) + words
