"""How far apart the best and the worst placed are: wards, or groups of people.

A filled dot fares worse and an open one fares best, whichever way the measure runs; a measure
that is neither good nor bad has its higher value filled. Only measures in the same unit share
an axis.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from html import escape

from pmif.disclosure import Gap, PublishedMeasure
from pmif.exhibits import gap_wording, scale, style, wording
from pmif.exhibits.exhibit import Exhibit, slug, table
from pmif.exhibits.sheet import Sheet
from pmif.exhibits.source import ESTIMATED, source_lines
from pmif.exhibits.svg import Part, two_drawings
from pmif.framework import Polarity


@dataclass(frozen=True)
class Bar:
    """One gap: who is at either end, by name."""

    pm: PublishedMeasure
    gap: Gap

    @property
    def title(self) -> str:
        by = " by ward" if self.gap.dimension == "ward" and "ward" not in self.pm.measure.title.lower() else ""
        mark = " [e]" if self.gap.estimated else ""
        return f"{self.pm.measure.title}{by}, {self.gap.period.label}{mark}"

    @property
    def ends(self) -> tuple[tuple[str, float, bool], tuple[str, float, bool]]:
        """Lowest and highest: name, value, and whether its dot is filled."""
        fills_low = self.pm.measure.polarity is Polarity.HIGHER
        return (
            (gap_wording.group_title(self.pm, self.gap.dimension, self.gap.lowest), self.gap.lowest_value, fills_low),
            (
                gap_wording.group_title(self.pm, self.gap.dimension, self.gap.highest),
                self.gap.highest_value,
                not fills_low,
            ),
        )

    def words(self, name: str, value: float) -> str:
        return f"{name} {wording.format_value(self.pm, value)}"

    @property
    def size(self) -> str:
        return gap_wording.difference_words(self.pm, self.gap)


def gap_bars(
    measures: Iterable[PublishedMeasure], *, dimension: str | None = None, exhibit_id: str = ""
) -> Exhibit | None:
    """The gaps of these measures, between wards and between groups; `dimension` keeps to one of them.

    Missing: None where there is no gap to show.
    """
    bars = [Bar(pm, g) for pm in measures for g in pm.gaps if dimension in (None, g.dimension)]
    return bars_exhibit(bars, exhibit_id)


def bars_exhibit(bars: Sequence[Bar], exhibit_id: str = "", title: str = "") -> Exhibit | None:
    if not bars:
        return None
    if not exhibit_id:
        exhibit_id = f"gap-{slug(bars[0].pm.measure.id)}-{slug(bars[0].gap.dimension)}"
    by_unit: dict[str, list[Bar]] = {}
    for bar in bars:
        by_unit.setdefault(wording.axis_words(bar.pm), []).append(bar)
    pictures = []
    for number, (unit, group) in enumerate(by_unit.items()):
        alt_text = _alt_text(unit, group)
        drawings = []
        for suffix, width in (("w", style.WIDE), ("n", style.NARROW)):
            with style.chart_style():
                sheet = draw(unit, group, width, titled=len(bars) > 1)
            drawings.append(sheet.inline(f"{exhibit_id}-{number}-{suffix}", alt_text, _parts(group)))
        pictures.append(two_drawings(*drawings))
    return Exhibit(
        id=exhibit_id,
        title=title or _title(bars),
        subtitle=_key(bars),
        drawing="".join(pictures),
        alt_text=_alt_text(next(iter(by_unit)) if len(by_unit) == 1 else "each unit on an axis of its own", bars),
        table=_table(bars),
        caption=" ".join(_notes(bars)),
    )


def _parts(bars: Sequence[Bar]) -> dict[str, Part]:
    return {
        f"bar-{n}-{end}": Part(f"{bar.title.removesuffix(' [e]')}, {wording.spoken(bar.words(name, value))}")
        for n, bar in enumerate(bars)
        for end, (name, value, _) in zip(("low", "high"), bar.ends, strict=True)
    }


def draw(unit: str, bars: Sequence[Bar], width: float, *, titled: bool = True) -> Sheet:
    """Title, then the two names above their dots, then the bar; the size of the gap stands at the right.

    A gap alone goes without its title, which its exhibit already has.
    """
    wide = width > 500
    titles = [style.wrap(bar.title, width - 4, weight=600) if titled else [] for bar in bars]
    side = max(style.text_width(bar.size, weight=600) for bar in bars) + 14
    left, right = 14.0, width - side - 8
    values = [value for bar in bars for _, value, _ in bar.ends]
    ticks = scale.axis(
        min(0.0, *values),
        max(values),
        lines=5 if wide else 4,
        lowest=bars[0].pm.unit.lowest,
        highest=bars[0].pm.unit.highest,
    )

    def x(value: float) -> float:
        return left + (value - ticks[0]) / (ticks[-1] - ticks[0]) * (right - left)

    plans = [_names(bar, x, width) for bar in bars]
    heights = [style.LABEL_STEP * (len(title) + len(plan)) + 36 for title, plan in zip(titles, plans, strict=True)]
    sheet = Sheet(width, sum(heights) + 46)
    bottom = sum(heights)
    for tick in ticks:
        sheet.line([x(tick), x(tick)], [bottom, bottom + 5], "edge")
    sheet.line([x(ticks[0]), x(ticks[-1])], [bottom, bottom], "edge")
    for tick, words in zip(ticks, wording.ticks(bars[0].pm, ticks), strict=True):
        sheet.text(words, x(tick), bottom + 16, "ink2", across="center")
    sheet.text(unit, 0, bottom + 36, "ink2")
    top = 0.0
    for n, (bar, title, plan, height) in enumerate(zip(bars, titles, plans, heights, strict=True)):
        y = top + 10
        for line in title:
            sheet.text(line, 0, y, weight=600)
            y += style.LABEL_STEP
        for row in plan:
            for text, start, weight in row:
                sheet.text(text, start, y, "ink" if weight > 400 else "ink2", weight=weight)
            y += style.LABEL_STEP
        (_, low, low_filled), (_, high, high_filled) = bar.ends
        y += 2
        sheet.line([x(low), x(high)], [y, y], "gh", 3)
        for end, value, filled in (("low", low, low_filled), ("high", high, high_filled)):
            sheet.marks(
                [x(value)], [y], "gh", fill="gh" if filled else "paper", size=12, edge=2.2, gid=f"bar-{n}-{end}"
            )
        sheet.text(bar.size, width - 2, y, weight=600, across="right")
        top += height
    return sheet


def _names(bar: Bar, x: Callable[[float], float], width: float) -> list[list[tuple[str, float, int]]]:
    """Both names above their dots, on one row where they do not touch, else on two."""
    placed = []
    for name, value, filled in bar.ends:
        text, weight = bar.words(name, value), 700 if filled else 400
        wide = style.text_width(text, weight=weight)
        placed.append((text, max(0.0, min(x(value) - wide / 2, width - wide)), weight, wide))
    (a, a_left, a_weight, a_wide), (b, b_left, b_weight, b_wide) = placed
    if a_left + a_wide + 14 <= b_left:
        return [[(a, a_left, a_weight), (b, b_left, b_weight)]]
    # Side by side about the middle of the bar, where the sheet is wide enough for both.
    together = a_wide + 16 + b_wide
    if together <= width:
        middle = (a_left + a_wide / 2 + b_left + b_wide / 2) / 2
        start = max(0.0, min(middle - together / 2, width - together))
        return [[(a, start, a_weight), (b, start + a_wide + 16, b_weight)]]
    return [[(a, a_left, a_weight)], [(b, b_left, b_weight)]]


def _title(bars: Sequence[Bar]) -> str:
    """A plain fact about one gap; no verdict on several."""
    if len(bars) > 1:
        return f"{len(bars)} gaps, from lowest to highest"
    bar = bars[0]
    (low_name, low, _), (high_name, high, _) = bar.ends
    return f"{bar.title}: {bar.words(low_name, low)}, {bar.words(high_name, high)}"


def _key(bars: Sequence[Bar]) -> str:
    neutral = [b.pm.measure.polarity is Polarity.NEUTRAL for b in bars]
    if all(neutral):
        return "Filled dot: the higher value. Open dot: the lower."
    words = "Filled dot: the ward or group that fares worse. Open dot: the one that fares best."
    return f"{words} Where a measure is neither good nor bad, filled is the higher." if any(neutral) else words


def _alt_text(unit: str, bars: Sequence[Bar]) -> str:
    sentences = [f"Gaps between lowest and highest, {wording.lower_first(unit)}."]
    for bar in bars:
        (low_name, low, _), (high_name, high, _) = bar.ends
        sentences.append(
            f"{bar.title.removesuffix(' [e]')}: {wording.spoken(bar.words(low_name, low))}, "
            f"{wording.spoken(bar.words(high_name, high))}, {bar.size}."
        )
    return wording.within(sentences)


def _table(bars: Sequence[Bar]) -> str:
    body = []
    for bar in bars:
        (low_name, low, _), (high_name, high, _) = bar.ends
        average = bar.gap.average
        body.append(
            (
                bar.title,
                [
                    bar.words(low_name, low),
                    bar.words(high_name, high),
                    gap_wording.gap_amount(bar.pm, bar.gap),
                    _difference_limits(bar),
                    f"{wording.number(bar.gap.ratio, 1)} times" if bar.gap.ratio else "not meaningful",
                    wording.format_value(bar.pm, average) if average is not None else "[x] no figure",
                    f"{bar.gap.shown} of {bar.gap.count}",
                ],
            )
        )
    return table(
        "Gaps: " + wording.listed(list(dict.fromkeys(bar.pm.measure.title for bar in bars))),
        [
            "Measure",
            "Lowest",
            "Highest",
            "Difference",
            "95% interval of the difference",
            "Highest to lowest",
            bars[0].pm.council,
            "Figures shown",
        ],
        body,
        hint="Slide the table sideways for all columns.",
    )


def _difference_limits(bar: Bar) -> str:
    lower, upper = bar.gap.difference_lower, bar.gap.difference_upper
    if lower is None or upper is None:
        return "not published"
    return f"{wording.plain_value(bar.pm, lower)} to {wording.plain_value(bar.pm, upper)}"


def _notes(bars: Sequence[Bar]) -> list[str]:
    notes = []
    if any(bar.gap.estimated for bar in bars):
        notes.append(ESTIMATED)
    short = [bar for bar in bars if bar.gap.shown < bar.gap.count]
    if short:
        notes.append(
            "Some figures are withheld or missing, so a lower or higher one may not be shown: "
            + escape(wording.listed([bar.title for bar in short]))
            + "."
        )
    if len(bars) == 1:
        notes += [escape(words) for words in gap_wording.gap_notes(bars[0].pm, bars[0].gap)]
    notes.append(source_lines([bar.pm for bar in bars]))
    return notes
