"""The ground that charts of points stand on: grid lines with their values, and dates along the bottom."""

from collections.abc import Callable, Sequence
from itertools import pairwise

from pmif.exhibits import style
from pmif.exhibits.sheet import Sheet
from pmif.period import Period

Scale = Callable[[float], float]  # from a value, or a day, to pixels


def draw_grid(sheet: Sheet, values: Sequence[float], words: Sequence[str], y: Scale, left: float, right: float) -> None:
    """A line across for each value, and its words to the left. The lowest is the axis."""
    for value, text in zip(values, words, strict=True):
        sheet.line([left, right], [y(value), y(value)], "edge" if value == values[0] else "grid")
        draw_ticks(sheet, [value], [text], y, left)


def draw_ticks(sheet: Sheet, values: Sequence[float], words: Sequence[str], y: Scale, left: float) -> None:
    """The values up the side alone, where other lines are there to read by."""
    for value, text in zip(values, words, strict=True):
        sheet.text(text, left - 7, y(value), "ink2", across="right")


def draw_dates(sheet: Sheet, periods: Sequence[Period], x: Scale, bottom: float) -> None:
    """Dates from the newest backwards, evenly, as many as have room."""
    wide = max(style.text_width(p.short_label) for p in periods) + 14
    step = 1
    while step < len(periods):
        places = [x(day_of(p)) for p in list(reversed(periods))[::step]]
        if all(a - b >= wide for a, b in pairwise(places)):
            break
        step += 1
    for p in periods:
        sheet.line([x(day_of(p)), x(day_of(p))], [bottom, bottom + 4], "edge")
    for p in list(reversed(periods))[::step]:
        half = style.text_width(p.short_label) / 2
        at = min(max(x(day_of(p)), half), sheet.width - half)
        sheet.text(p.short_label, at, bottom + 18, "ink2", across="center")


def draw_sizes(sheet: Sheet, values: Sequence[float], words: Sequence[str], x: Scale, bottom: float) -> None:
    """Values along the bottom, each with a tick."""
    for value, text in zip(values, words, strict=True):
        sheet.line([x(value), x(value)], [bottom, bottom + 4], "edge")
        half = style.text_width(text) / 2
        sheet.text(text, min(max(x(value), half), sheet.width - half), bottom + 18, "ink2", across="center")


def day_of(period: Period) -> float:
    """Where a period stands along an axis of time: at its end."""
    return float(period.end.toordinal())
