"""What is odd about one figure: beside those before it, its own counts, or the day it came out."""

import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from pmif.framework import Frequency, Measure, Unit
from pmif.intake.schema import together
from pmif.intake.screening.oddity import figure_sent, times, written
from pmif.intake.screening.side_by_side import (
    FEWEST_EARLIER,
    Bools,
    Earlier,
    Figures,
    Floats,
    Integers,
    Usual,
    distance,
    divide,
    earlier_figures,
)
from pmif.methods import AS_PUBLISHED, BANDED_METHODS

SPIKE, UNIT_SLIP, DIRECTION_FLIP = "spike", "unit-slip", "direction-flip"
COPIED, DENOMINATOR_JUMP, MISMATCH, FUTURE = "copied", "denominator-jump", "mismatch", "future"

FAR_IN_COUNTS = 4.0  # standard deviations of a count: √count, where cases come singly
LEAST_CHANGE = 0.05  # of the middle one; less is a matter for the page, not for whoever sends the figure
LEAST_STEPS = 2.5  # last digits that the measure shows
LEAST_JUMP = 0.10  # of a denominator
JUMP_OF_FEW = 0.5  # of a denominator, with too few earlier ones to say what is usual

FEWEST_FOR_SLIP = 3
CLOSE_TO_POWER = math.log10(1.5)  # "about ten times" is 6.7 to 15 times
OUT_OF_SERIES = 3.0  # times the largest earlier figure, or a third of the smallest

SELDOM = 0.001  # the chance of a figure's being the same again, below which it was perhaps copied
ASSUMED_CHANGE = 0.1  # of a figure, where too few earlier ones say how it changes
SAME_BASE = 0.05  # how likely a denominator is the same, where only one is known: a population may well be

PLANNED = re.compile(r"\b(planned|budget|budgeted|forecast|projected)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Flag:
    """The figures with one kind of oddity, and how to say so of one of them."""

    kind: str
    at: Integers
    say: Callable[[int], str]


def check_each(figures: Figures) -> Iterator[Flag]:
    for earlier in earlier_figures(figures):
        yield from _check_level(figures, earlier)
        yield _check_denominator(figures, earlier)
        yield _check_copied(figures, earlier)
    yield from _check_first(figures)
    yield _check_mismatch(figures)
    yield _check_future(figures)


def _check_level(figures: Figures, earlier: Earlier) -> Iterator[Flag]:
    """Unit slips, changed signs and spikes: the first of them that fits, for it says most."""
    at = earlier.at
    now, past = earlier.now("level"), earlier.before("level")
    usual = Usual.of(past)
    away = distance(figures, at, now, past, usual)
    more_than_chance = away > FAR_IN_COUNTS * _noise_of_counts(figures, at, usual.middle, past)

    power = _power(now, usual.middle)
    small, large = np.abs(usual.smallest), np.abs(usual.largest)
    small, large = np.minimum(small, large), np.maximum(small, large)
    outside = (np.abs(now) > OUT_OF_SERIES * large) | (np.abs(now) < small / OUT_OF_SERIES)
    slip = (usual.number >= FEWEST_FOR_SLIP) & (power != 0) & outside & more_than_chance

    none_below = (usual.smallest >= 0) & (usual.largest > 0)
    none_above = (usual.largest <= 0) & (usual.smallest < 0)
    turned = ((now < 0) & none_below) | ((now > 0) & none_above)
    flip = (usual.number >= FEWEST_EARLIER) & turned & more_than_chance & ~slip

    least = np.maximum(LEAST_CHANGE * np.abs(usual.middle), LEAST_STEPS * _last_digit_shown(figures, at))
    spike = (away > usual.far * usual.spread) & (away > least) & more_than_chance & ~slip & ~flip

    line = _lines(at, slip | flip | spike)

    def before(i: int) -> str:
        which = line[i]
        return (
            f"the {usual.number[which]} figures before lie between {written(usual.smallest[which])} and "
            f"{written(usual.largest[which])}, and the last is {written(usual.last[which])}"
        )

    def say_slip(i: int) -> str:
        how_many, middle = times(int(power[line[i]])), written(usual.middle[line[i]])
        return f"{figure_sent(figures, i)} is about {how_many} the usual {middle}, as if in another unit"

    def say_flip(i: int) -> str:
        side = "below" if figures.level[i] < 0 else "above"
        return f"{figure_sent(figures, i)} is {side} 0, where none was before: {before(i)}"

    yield Flag(UNIT_SLIP, at[slip], say_slip)
    yield Flag(DIRECTION_FLIP, at[flip], say_flip)
    yield Flag(SPIKE, at[spike], lambda i: f"{figure_sent(figures, i)} is far from what is usual: {before(i)}")


def _lines(at: Integers, flagged: Bools) -> dict[int, int]:
    """On which line of the arrays each flagged figure is."""
    return {int(at[line]): int(line) for line in np.flatnonzero(flagged)}


def _noise_of_counts(figures: Figures, at: Integers, middle: Floats, past: Floats) -> Floats:
    """The standard deviation that chance alone gives a figure made of single cases; 0 where none are counted."""
    numerator, denominator = figures.numbers["numerator"][at], figures.numbers["denominator"][at]
    multiplier = figures.of_measure(lambda _, unit: unit.multiplier, at)
    one_more = divide(np.abs(figures.level[at]), numerator)  # what one case more adds to the figure
    one_more = np.where(np.isnan(one_more), divide(multiplier, denominator), one_more)
    counted = np.flatnonzero(np.isnan(one_more) & figures.measure_where(_is_count, at))
    whole = np.isnan(past[:, counted]) | (past[:, counted] == np.round(past[:, counted]))
    one_more[counted[whole.all(axis=0)]] = 1
    one_more = np.nan_to_num(one_more)
    expected = np.divide(np.abs(middle), one_more, out=np.zeros(len(at)), where=one_more > 0)
    return np.sqrt(np.maximum(expected, 1)) * one_more


def _is_count(measure: Measure, unit: Unit) -> bool:
    """Whether a value is itself a number of cases: of no unit, and shown whole."""
    described = unit.prefix or unit.suffix or unit.words or measure.unit_words
    return measure.method == AS_PUBLISHED and unit.multiplier == 1 and measure.decimals == 0 and not described


def _last_digit_shown(figures: Figures, at: Integers) -> Floats:
    """The last digit that a measure shows; 0 where a figure is only one band of what is shown."""
    return figures.of_measure(lambda m, _: 0.0 if m.method in BANDED_METHODS else 10.0**-m.decimals, at)


def _power(now: Floats, usual: Floats) -> Integers:
    """The power of ten that a figure is about as many times the usual; 0 where it is not."""
    ratio = np.divide(now, usual, out=np.ones(len(now)), where=(usual != 0) & ~np.isnan(usual))
    log = np.log10(ratio, out=np.zeros(len(now)), where=ratio > 0)
    power = np.round(log).astype(np.int64)
    power[np.abs(log - power) > CLOSE_TO_POWER] = 0
    return np.asarray(power)


def _check_first(figures: Figures) -> Iterator[Flag]:
    """Rates with too few before them, set against the same rate elsewhere: a fraction sent for a percentage.

    Places differ, but seldom a hundredfold. Where nothing else is known, a percentage below 1 is asked about.
    """
    level = figures.level
    few = np.ones(len(level), dtype=np.bool_)
    few[_with_enough_before(figures)] = False
    rate = figures.measure_where(lambda _, unit: unit.multiplier > 1)
    at = np.flatnonzero(figures.asked & few & rate & (level > 0))
    if not len(at):
        return
    kinds, _ = together(figures.codes("measure", "dimension", "group"))
    same_rate = pd.Series(level).groupby(kinds)
    number, middle = same_rate.transform("count").to_numpy()[at], same_rate.transform("median").to_numpy()[at]
    compared = number > FEWEST_EARLIER
    power = np.where(compared, _power(level[at], middle), 0)
    slip = np.abs(power) >= 2
    percent = figures.measure_where(lambda m, unit: m.method == AS_PUBLISHED and unit.multiplier == 100, at)
    fraction = ~compared & percent & (level[at] < 1)
    line = _lines(at, slip)

    def say_slip(i: int) -> str:
        how_many, other = times(int(power[line[i]])), written(middle[line[i]])
        return f"{figure_sent(figures, i)} is about {how_many} the {other} usual elsewhere, as if in another unit"

    def say_fraction(i: int) -> str:
        percentage = written(level[i] * 100)
        return f"{figure_sent(figures, i)} is less than 1%, as if a fraction had been sent for {percentage}%"

    yield Flag(UNIT_SLIP, at[slip], say_slip)
    yield Flag(UNIT_SLIP, at[fraction], say_fraction)


def _with_enough_before(figures: Figures) -> Integers:
    """The figures of which `_check_level` can tell a slip."""
    order = figures.in_turn
    later = order[FEWEST_FOR_SLIP:]
    same = figures.series[order[:-FEWEST_FOR_SLIP]] == figures.series[later]
    return np.asarray(later[same])


def _check_denominator(figures: Figures, earlier: Earlier) -> Flag:
    """A population or base that is suddenly another."""
    earlier = earlier.where(~np.isnan(earlier.now("denominator")))
    at = earlier.at
    now, past = earlier.now("denominator"), earlier.before("denominator")
    usual = Usual.of(past)
    away = distance(figures, at, now, past, usual)
    far = np.where(usual.number >= FEWEST_EARLIER, usual.far * usual.spread, JUMP_OF_FEW * usual.middle)
    by_chance = FAR_IN_COUNTS * np.sqrt(np.maximum(usual.middle, 1))
    jump = (away > far) & (away > LEAST_JUMP * usual.middle) & (away > by_chance)
    line = _lines(at, jump)

    def say(i: int) -> str:
        which = line[i]
        number, smallest, largest = usual.number[which], written(usual.smallest[which]), written(usual.largest[which])
        before = (
            f"the {number} before lie between {smallest} and {largest}" if number > 1 else f"before it was {largest}"
        )
        return f"denominator {written(now[which])} is far from what is usual: {before}"

    return Flag(DENOMINATOR_JUMP, at[jump], say)


def _check_copied(figures: Figures, earlier: Earlier) -> Flag:
    """The last period's figure again, where so many digits seldom come out the same twice."""
    again = earlier.where((earlier.number > 0) & ~_at_end_of_scale(figures, earlier.at))
    for column in ("value", "numerator", "denominator"):
        now, then = again.now(column), again.in_turn[column][again.places - 1]
        again = again.where((now == then) | (np.isnan(now) & np.isnan(then)))

    counted = ~np.isnan(again.now("numerator")) & ~np.isnan(again.now("denominator"))
    chance = np.ones(len(again.at))
    for column in ("value", "numerator", "denominator"):
        now, past = again.now(column), again.before(column)
        likely = _chance_of_same(now, past)
        if column == "denominator":
            likely = np.where(np.isnan(past[1]), SAME_BASE, likely)
        # A value beside its counts is the same when they are, and tells nothing more.
        tells = ~np.isnan(now) & ~(counted & (column == "value"))
        chance *= np.where(tells, likely, 1.0)
    return Flag(
        COPIED,
        again.at[chance < SELDOM],
        lambda i: f"{figure_sent(figures, i)} is the figure of the period before, digit for digit",
    )


def _at_end_of_scale(figures: Figures, at: Integers) -> Bools:
    """All or nothing, 100% or 0: figures that often stay."""
    highest = figures.of_measure(lambda _, unit: math.nan if unit.highest is None else unit.highest, at)
    return np.asarray((figures.level[at] == 0) | (figures.level[at] == highest))


def _chance_of_same(now: Floats, past: Floats) -> Floats:
    """How likely a figure is the same as the last, to the digit; 1 where it was so before.

    The changes from one earlier figure to the next say how far it usually moves. Normal changes whose average
    size is m come within half a digit of 0 with a chance of digit / (π m).
    """
    changes = np.abs(np.diff(past, axis=0))
    number = (~np.isnan(changes)).sum(axis=0)
    usual = np.divide(np.nansum(changes, axis=0), number, out=np.zeros(len(now)), where=number > 0)
    usual = np.where(number >= FEWEST_EARLIER - 1, usual, ASSUMED_CHANGE * np.abs(now))
    digit = last_digit(np.vstack([now, past]))
    chance = np.minimum(1.0, np.divide(digit / math.pi, usual, out=np.ones(len(now)), where=usual > 0))
    return np.where((changes == 0).any(axis=0), 1.0, chance)


def last_digit(given: Floats) -> Floats:
    """The last digit to which all figures of a column, (m, n), are given: 0.001 at the least, 1,000 at the most."""
    digit = np.full(given.shape[1], 0.001)
    slack = 1e-12 * np.abs(given) + 1e-12
    for decimals in range(2, -4, -1):
        whole = np.isnan(given) | (np.abs(given - np.round(given, decimals)) < slack)
        digit[whole.all(axis=0)] = 10.0**-decimals
    return digit


def _check_mismatch(figures: Figures) -> Flag:
    """A value beside counts that make another, beyond what rounding it explains."""
    value, numerator, denominator = (figures.numbers[c] for c in ("value", "numerator", "denominator"))
    made = divide(numerator, denominator) * figures.of_measure(lambda _, unit: unit.multiplier)
    related = figures.measure_where(lambda m, unit: unit.multiplier != 1 or bool(m.numerator and m.denominator))
    at = np.flatnonzero(figures.asked & related & ~np.isnan(value) & ~np.isnan(made))
    slack = np.minimum(last_digit(value[at][None]), 1) / 2 + 1e-9 * np.abs(made[at])
    wrong = np.abs(value[at] - made[at]) > slack

    def say(i: int) -> str:
        counts = f"{written(numerator[i])} of {written(denominator[i])}"
        return f"value {written(value[i])} is not what its counts make: {counts} is {written(made[i])}"

    return Flag(MISMATCH, at[wrong], say)


def _check_future(figures: Figures) -> Flag:
    """A figure published before its period had ended, unless it is a plan, or an index named after its year."""
    periods, days = figures.columns["period"], figures.columns["published"]
    end = [figures.periods[word].end.isoformat() for word in periods.words]
    place = {day: place for place, day in enumerate(sorted({*end, *days.words}))}
    ended, published = (np.array([place[day] for day in those], dtype=np.int64) for those in (end, days.words))
    outcome = figures.measure_where(
        lambda m, _: (
            m.frequency is not Frequency.OCCASIONAL and not PLANNED.search(f"{m.title} {m.definition} {m.numerator}")
        )
    )
    at = np.flatnonzero(figures.asked & outcome)
    return Flag(
        FUTURE,
        at[ended[periods.codes[at]] > published[days.codes[at]]],
        lambda i: f"{figure_sent(figures, i)} is dated {days[i]}, before its period ends on {end[periods.codes[i]]}",
    )
