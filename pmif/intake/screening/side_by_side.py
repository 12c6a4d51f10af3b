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
from pmif.intake.schema import KEY, NUMBERS, Column, together
from pmif.period import Period, PeriodKind

MOST_EARLIER, FEWEST_EARLIER = 12, 5
# How many spreads are far, by the number of earlier figures: one steady series in 200 goes beyond.
FAR = {5: 18.7, 6: 11.7, 7: 9.5, 8: 7.8, 9: 7.2, 10: 6.4, 11: 6.1, 12: 5.7}
A_YEAR_BACK = {PeriodKind.QUARTER: 4, PeriodKind.SIX_MONTH: 2, PeriodKind.MONTH: 12}

AT_ONCE = 100_000  # figures whose earlier ones are laid side by side at a time

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Integers = NDArray[np.int64]


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
    time: Integers  # the place of its period among all periods

    @classmethod
    def of(cls, rows: pd.DataFrame, history: pd.DataFrame, framework: Framework) -> "Figures":
        near = history[history["measure"].isin(rows["measure"].unique())]
        texts, total = (*KEY, "status", "published"), len(rows) + len(near)
        columns = {c: Column.of(pd.concat([rows[c], near[c]], ignore_index=True)) for c in texts}
        numbers = {c: np.concatenate([rows[c].to_numpy(), near[c].to_numpy()]).astype(np.float64) for c in NUMBERS}
        row = np.where(np.arange(total) < len(rows), np.arange(total), -1)

        key, _ = together([columns[c].codes for c in KEY])
        published = _ranks(columns["published"], str)
        newest = _last_of_each(key, published, row >= 0)
        held = np.flatnonzero(row < 0)
        known = held[_last_of_each(key[held], published[held])]
        unchanged = _unchanged(key, newest, known, numbers, columns["status"].codes)

        columns = {c: column.at(newest) for c, column in columns.items()}
        numbers = {c: values[newest] for c, values in numbers.items()}
        row = row[newest]
        shown = columns["status"].where("shown".__eq__)
        measures = {word: framework.measure(word) for word in columns["measure"].words}
        units = {word: framework.unit(measure) for word, measure in measures.items()}
        periods = {word: Period.parse(word) for word in columns["period"].words}
        return cls(
            columns=columns,
            numbers=numbers,
            level=np.where(shown, _levels(columns["measure"], numbers, units), math.nan),
            row=row,
            asked=shown & (row >= 0) & ~unchanged,
            measures=measures,
            units=units,
            periods=periods,
            series=_series(columns, measures, periods),
            time=_ranks(columns["period"], lambda word: periods[word].sort_key),
        )

    def word(self, column: str, at: int) -> str:
        return self.columns[column][at]

    def codes(self, *columns: str) -> list[Integers]:
        return [self.columns[c].codes for c in columns]

    def of_measure(self, number: Callable[[Measure, Unit], float]) -> Floats:
        """A number that each measure has, for every figure."""
        column = self.columns["measure"]
        numbers = np.array([number(self.measures[w], self.units[w]) for w in column.words], dtype=np.float64)
        return np.asarray(numbers[column.codes])

    def measure_where(self, holds: Callable[[Measure, Unit], bool]) -> Bools:
        return self.columns["measure"].where(lambda word: holds(self.measures[word], self.units[word]))

    def in_areas_of(self, areas: Areas, kind: AreaKind) -> Bools:
        places = {(a.code, a.vintage) for a in areas.all if a.kind is kind}
        pairs, first = together(self.codes("area", "vintage"))
        known = [(self.word("area", at), self.word("vintage", at)) in places for at in first.tolist()]
        return np.array(known, dtype=np.bool_)[pairs]


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


def _last_of_each(key: Integers, *order: NDArray[Any]) -> Integers:
    """The last row of each key: by the last of `order`, then by the one before it."""
    by_key = np.lexsort((*order, key))
    last = np.diff(key[by_key], append=-1) != 0
    return np.sort(by_key[last])


def _unchanged(key: Integers, newest: Integers, known: Integers, numbers: dict[str, Floats], status: Integers) -> Bools:
    """Which of the newest rows say what the last known row of the same figure says."""
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


def _series(columns: dict[str, Column], measures: dict[str, Measure], periods: dict[str, Period]) -> Integers:
    """One number a series: same measure, place and group, periods of one kind, one definition."""
    pairs, first = together([columns["measure"].codes, columns["period"].codes])
    kinds = list(PeriodKind)
    phases = []
    for at in first.tolist():
        period, changes = periods[columns["period"][at]], measures[columns["measure"][at]].definition_changes
        changed = sum(Period.parse(change.since).sort_key <= period.sort_key for change in changes)
        phases.append(kinds.index(period.kind) + len(kinds) * changed)
    same = [columns[c].codes for c in KEY if c != "period"]
    return together([*same, np.array(phases, dtype=np.int64)[pairs]])[0]


@dataclass(frozen=True)
class Earlier:
    """Some figures (n,), and those of their series before them: (n, 12) places, the last first, -1 for none."""

    at: Integers
    before: Integers

    def of(self, values: Floats) -> Floats:
        return np.where(self.before >= 0, values[self.before], math.nan)


def earlier_figures(figures: Figures) -> Iterator[Earlier]:
    """The figures to be judged with those before them, many at a time."""
    usable = np.flatnonzero(~np.isnan(figures.level))
    order = usable[np.lexsort((figures.time[usable], figures.series[usable]))]
    places = np.flatnonzero(figures.asked[order])
    back = np.arange(1, MOST_EARLIER + 1)
    for start in range(0, len(places), AT_ONCE):
        here = places[start : start + AT_ONCE]
        there = here[:, None] - back
        before = order[np.maximum(there, 0)]
        same = (there >= 0) & (figures.series[before] == figures.series[order[here]][:, None])
        yield Earlier(order[here], np.where(same, before, -1))


@dataclass(frozen=True)
class Usual:
    """What earlier figures, (n, 12) with the last first and NaN for none, let us expect of the next: arrays (n,).

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
        number = (~np.isnan(earlier)).sum(axis=1)
        ordered = np.sort(earlier, axis=1)  # NaN last
        line, high = np.arange(len(earlier)), np.maximum(number - 1, 0)
        middle = (ordered[line, high // 2] + ordered[line, (high + 1) // 2]) / 2
        distance = np.nan_to_num(np.abs(earlier - middle[:, None]))
        spread = (distance.sum(axis=1) - distance.max(axis=1)) / np.maximum(number - 1, 1)
        far = np.array([FAR.get(n, math.nan) for n in range(MOST_EARLIER + 1)])[number]
        return cls(number, earlier[:, 0], middle, spread, ordered[:, 0], ordered[line, high], far)


def distance(figures: Figures, at: Integers, now: Floats, earlier: Floats, usual: Usual) -> Floats:
    """How far figures are from the nearest guess at them: the middle one, the last, the same time last year."""
    guesses = [usual.middle, usual.last]
    for kind, back in A_YEAR_BACK.items():
        words = frozenset(word for word, period in figures.periods.items() if period.kind is kind)
        of_kind = figures.columns["period"].where(words.__contains__)[at]
        guesses.append(np.where(of_kind, earlier[:, back - 1], math.nan))
    nearest: Floats = np.fmin.reduce([np.abs(now - guess) for guess in guesses])
    return nearest
