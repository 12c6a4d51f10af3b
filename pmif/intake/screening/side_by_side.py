"""Figures side by side with those before them, and what is usual in a series.

A million figures are laid out as arrays: the newest row of each, in its series, with up to twelve earlier
figures beside it. No rule looks at a single row until it has something to say of it.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pmif.framework import Framework, Measure, Unit
from pmif.geography import AreaKind, Areas
from pmif.intake.schema import KEY, NUMBERS, Codes, Column, together, together_listed
from pmif.period import Period, PeriodKind

MOST_EARLIER, FEWEST_EARLIER = 12, 5
# How many spreads are far, by the number of earlier figures: one steady series in 200 goes beyond.
FAR = {5: 18.7, 6: 11.7, 7: 9.5, 8: 7.8, 9: 7.2, 10: 6.4, 11: 6.1, 12: 5.7}
A_YEAR_BACK = {PeriodKind.QUARTER: 4, PeriodKind.SIX_MONTH: 2, PeriodKind.MONTH: 12}

AT_ONCE = 20_000  # figures whose earlier ones are laid side by side at a time: few enough for a processor's cache

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Integers = NDArray[np.int64]

ALL = slice(None)


@dataclass(frozen=True)
class Figures:
    """The newest row of each figure, from the table to be screened or else from history, as columns and arrays.

    `row` says where a figure stands in the table to be screened, -1 for one that only history holds. `asked`
    are those to be judged: shown, and not known before as they are now.
    """

    columns: dict[str, Column]
    numbers: dict[str, Floats]
    level: Floats  # the value, or what the counts make
    row: Integers
    asked: Bools
    measures: dict[str, Measure]
    units: dict[str, Unit]  # by measure
    periods: dict[str, Period]
    series: Integers
    in_turn: Integers  # the figures that have a level, series after series, each in the order of its periods

    @classmethod
    def of(cls, rows: pd.DataFrame, history: pd.DataFrame, framework: Framework) -> "Figures":
        texts = [*KEY, "status", "published"]
        now, near = {c: Column.of(rows[c]) for c in texts}, _of_measures(history[[*texts, *NUMBERS]], rows["measure"])
        columns = {c: Column.one_after_the_other(now[c], Column.of(near[c])) for c in texts}
        numbers = {c: np.concatenate([rows[c].to_numpy(), near[c].to_numpy()]).astype(np.float64) for c in NUMBERS}
        total = len(rows) + len(near)
        row = np.where(np.arange(total) < len(rows), np.arange(total), -1)

        base, _ = together([columns[c].codes for c in KEY if c != "period"])
        key = together_listed(base, columns["period"].codes)
        published = _ranks(columns["published"], str)
        # Whatever is to be screened comes after history, even where it is dated before it.
        newest = _last_of_each(key, published + len(columns["published"].words) * (row >= 0))
        held = np.flatnonzero(row < 0)
        known = held[_last_of_each(key[held], published[held])]
        unchanged = _unchanged(key, newest, known, numbers, columns["status"].codes)

        if len(newest) < total:
            columns = {c: Column(column.words, column.codes[newest]) for c, column in columns.items()}
            numbers = {c: values[newest] for c, values in numbers.items()}
            row, base = row[newest], base[newest]
        shown = columns["status"].where("shown".__eq__)
        measures = {word: framework.measure(word) for word in columns["measure"].words}
        units = {word: framework.unit(measure) for word, measure in measures.items()}
        periods = {word: Period.parse(word) for word in columns["period"].words}
        level = np.where(shown, _levels(columns["measure"], numbers, units), math.nan)
        series, _ = together([base, _phases(columns, measures, periods)])
        return cls(
            columns=columns,
            numbers=numbers,
            level=level,
            row=row,
            asked=shown & (row >= 0) & ~unchanged,
            measures=measures,
            units=units,
            periods=periods,
            series=series,
            in_turn=_in_turn(level, series, _ranks(columns["period"], lambda word: periods[word].sort_key)),
        )

    def word(self, column: str, at: int) -> str:
        return self.columns[column][at]

    def codes(self, *columns: str) -> list[Codes]:
        return [self.columns[c].codes for c in columns]

    def of_measure(self, number: Callable[[Measure, Unit], float], at: Integers | slice = ALL) -> Floats:
        """A number that each measure has, for the figures `at`."""
        column = self.columns["measure"]
        numbers = np.array([number(self.measures[w], self.units[w]) for w in column.words], dtype=np.float64)
        return np.asarray(numbers[column.codes[at]])

    def measure_where(self, holds: Callable[[Measure, Unit], bool], at: Integers | slice = ALL) -> Bools:
        return np.asarray(self.of_measure(holds, at) == 1)

    def in_areas_of(self, areas: Areas, kind: AreaKind) -> Bools:
        places = {(a.code, a.vintage) for a in areas.all if a.kind is kind}
        area, vintage = self.columns["area"], self.columns["vintage"]
        known = np.array([[(code, of) in places for of in vintage.words] for code in area.words], dtype=np.bool_)
        return np.asarray(known[area.codes, vintage.codes])


def divide(part: Floats, whole: Floats) -> Floats:
    """NaN where there is nothing to divide by."""
    quotient: Floats = np.full(len(part), math.nan)
    np.divide(part, whole, out=quotient, where=whole > 0)
    return quotient


def _ranks(column: Column, key: Callable[[str], Any]) -> Integers:
    """The place of each row's word among all words, in order of `key`."""
    order = sorted(range(len(column.words)), key=lambda code: key(column.words[code]))
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order))
    return rank[column.codes]


def _of_measures(history: pd.DataFrame, measures: "pd.Series[Any]") -> pd.DataFrame:
    """The part of history that is of these measures: all of it, where it was asked for by measure."""
    of_them = history["measure"].isin(measures.unique())
    return history if of_them.all() else history[of_them]


def _last_of_each(key: Integers, order: Integers) -> Integers:
    """The last row of each key by `order`, from 0 up; of rows that are level, the one further down."""
    last = np.full(key.max(initial=-1) + 1, -1, dtype=np.int64)
    # Small numbers are sorted many times as fast. Of several assigned to one place, numpy keeps the last.
    by_order = np.argsort(order.astype(np.min_scalar_type(order.max(initial=0))), kind="stable")
    last[key[by_order]] = by_order
    found = np.zeros(len(key), dtype=np.bool_)
    found[last[last >= 0]] = True
    return np.flatnonzero(found)


def _unchanged(key: Integers, newest: Integers, known: Integers, numbers: dict[str, Floats], status: Integers) -> Bools:
    """Which of the newest rows say what the last known row of the same figure says."""
    if not len(known):
        return np.zeros(len(newest), dtype=np.bool_)
    before = np.full(key.max(initial=-1) + 1, -1, dtype=np.int64)
    before[key[known]] = known
    other = before[key[newest]]
    same: Bools = (other >= 0) & (status[newest] == status[other])
    for values in numbers.values():
        now, then = values[newest], values[other]
        same &= (now == then) | (np.isnan(now) & np.isnan(then))
    return same


def _levels(measure: Column, numbers: dict[str, Floats], units: dict[str, Unit]) -> Floats:
    """The value as given, or else the rate or proportion that the counts make."""
    multiplier = np.array([units[word].multiplier for word in measure.words], dtype=np.float64)[measure.codes]
    made = divide(numbers["numerator"], numbers["denominator"]) * multiplier
    return np.where(np.isnan(numbers["value"]), made, numbers["value"])


def _phases(columns: dict[str, Column], measures: dict[str, Measure], periods: dict[str, Period]) -> Integers:
    """A number for periods of one kind, under one definition of their measure: only those are one series."""
    measure, period, kinds = columns["measure"], columns["period"], list(PeriodKind)
    phases = np.empty((len(measure.words), len(period.words)), dtype=np.int64)
    phases[:] = [kinds.index(periods[word].kind) for word in period.words]
    for code, word in enumerate(measure.words):
        for change in measures[word].definition_changes:
            since = Period.parse(change.since).sort_key
            phases[code] += [len(kinds) * (since <= periods[p].sort_key) for p in period.words]
    return np.asarray(phases[measure.codes, period.codes])


def _in_turn(level: Floats, series: Integers, time: Integers) -> Integers:
    usable = np.flatnonzero(~np.isnan(level))
    place = series * (time.max(initial=0) + 1) + time
    return np.asarray(usable[np.argsort(place[usable], kind="stable")])


@dataclass(frozen=True)
class Earlier:
    """Some figures (n,), and those of their series before them, twelve at the most.

    `places` says where each stands in `Figures.in_turn`, and `number` how many there are before it. `in_turn` holds
    the numbers of all figures in that order.
    """

    at: Integers
    places: Integers
    number: Integers
    in_turn: dict[str, Floats]

    def now(self, name: str) -> Floats:
        return self.in_turn[name][self.places]

    def before(self, name: str) -> Floats:
        """Shape (12, n): the last first, NaN for none."""
        values, past = self.in_turn[name], np.empty((MOST_EARLIER, len(self.places)))
        for back, line in enumerate(past, start=1):
            values.take(self.places - back, out=line, mode="clip")
            line[self.number < back] = math.nan
        return past

    def where(self, holds: Bools) -> "Earlier":
        return Earlier(self.at[holds], self.places[holds], self.number[holds], self.in_turn)


def earlier_figures(figures: Figures) -> Iterator[Earlier]:
    """The figures to be judged with those before them, many at a time."""
    order = figures.in_turn
    judged = {"level": figures.level, **{c: figures.numbers[c] for c in ("value", "numerator", "denominator")}}
    in_turn = {name: values[order] for name, values in judged.items()}
    series, place = figures.series[order], np.arange(len(order))
    begins = np.append(True, series[1:] != series[:-1])[: len(order)]
    number = np.minimum(place - np.maximum.accumulate(np.where(begins, place, 0)), MOST_EARLIER)
    asked = np.flatnonzero(figures.asked[order])
    for start in range(0, len(asked), AT_ONCE):
        here = asked[start : start + AT_ONCE]
        yield Earlier(order[here], here, number[here], in_turn)


@dataclass(frozen=True)
class Usual:
    """What earlier figures, (12, n) with the last first and NaN for none, let us expect of the next: arrays (n,).

    `spread` is the average distance of the earlier figures from their middle, the largest left out: one wild
    figure in the past hides nothing. `far` is how many spreads are far, NaN where there are too few to say.
    """

    number: Integers
    last: Floats
    middle: Floats
    spread: Floats
    smallest: Floats
    largest: Floats
    far: Floats

    @classmethod
    def of(cls, earlier: Floats) -> "Usual":
        number = np.count_nonzero(~np.isnan(earlier), axis=0)
        ordered = np.sort(earlier.T, axis=1)  # NaN last
        line, high = np.arange(len(ordered)), np.maximum(number - 1, 0)
        middle = (ordered[line, high // 2] + ordered[line, (high + 1) // 2]) / 2
        distance = np.abs(earlier - middle)
        np.fmax(distance, 0, out=distance)  # 0 where there is none
        spread = (distance.sum(axis=0) - distance.max(axis=0)) / np.maximum(number - 1, 1)
        far = np.array([FAR.get(n, math.nan) for n in range(MOST_EARLIER + 1)])[number]
        # Copies, so that nothing keeps the twelve figures of each.
        return cls(number, earlier[0].copy(), middle, spread, ordered[:, 0].copy(), ordered[line, high], far)


def distance(figures: Figures, at: Integers, now: Floats, earlier: Floats, usual: Usual) -> Floats:
    """How far figures are from the nearest guess at them: the middle one, the last, the same time last year."""
    nearest: Floats = np.fmin(np.abs(now - usual.middle), np.abs(now - usual.last))
    period = figures.columns["period"]
    kinds = [figures.periods[word].kind for word in period.words]
    for kind, back in A_YEAR_BACK.items():
        if kind in kinds:
            of_kind = np.array([one is kind for one in kinds], dtype=np.bool_)[period.codes[at]]
            np.fmin(nearest, np.abs(now - earlier[back - 1]), out=nearest, where=of_kind)
    return nearest
