"""Variation over time: is a figure one of a kind with those before it, or has something changed?

Every figure wanders a little. An XmR chart measures how much, from the differences between one figure
and the next, and draws limits that hold nearly all of that wandering. What lies outside them, or makes a
pattern that wandering seldom makes, deserves a question. `xmr` is the chart of NHS England's "Making Data
Count"; `newest_against_earlier` is our own and smaller question, for short yearly series: is the newest
figure outside the usual range of the earlier ones?
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pmif.errors import MethodError
from pmif.methods.about import About, Standing
from pmif.methods.estimate import Bools, Floats, Texts, refuse, together
from pmif.methods.polarity import HIGHER_IS_BETTER, NEUTRAL, as_polarity
from pmif.methods.signals import BEYOND, SHIFT, TREND, TWO_OF_THREE

Integers = NDArray[np.integer[Any]]

LIMITS = 2.66  # 3 standard deviations: 3 / 1.128, and 1.128 deviations is the mean range of two normal values
NEAR = 2 / 3  # where the near limits lie between mean and limits
OUTLYING = 3.267  # a range this many times the mean range is screened out
SETTLED = 13  # points a phase needs before its limits are more than provisional
SHORTEST_BASELINE = 12

HIGH, LOW = "high", "low"

COMMON_CAUSE = "common cause"
PASS, FAIL, HIT_AND_MISS = "consistently pass", "consistently fail", "hit and miss"
ABOVE, BELOW, INSIDE = "above", "below", "inside"

NO_VALUE = "no value"
NO_LIMITS = "no two neighbouring values: no limits"

# Equal values may differ in their last binary digits; so may a mean and the equal values it is the mean of.
ROUNDING = 1e-12

AT_ONCE = 1_000  # points that charts are drawn for at a time

FEWEST_EARLIER = 7
# How many mean ranges the usual range reaches from the mean of so many earlier figures, so that one newest figure
# in fifty lies outside it by chance, whatever their number: benchmarks/usual_range.py works them out.
MULTIPLIERS = {7: 3.17, 8: 2.99, 9: 2.86, 10: 2.76, 11: 2.69, 12: 2.62, 15: 2.50, 20: 2.37, 30: 2.26}
MULTIPLIER_OF_VERY_MANY = 2.06  # 2.326 / 1.128: the normal distribution's one in fifty

ABOUT = About(
    id="xmr-chart",
    title="Variation over time (XmR chart)",
    tells="Which figures are more than the usual ups and downs. A figure outside the limits, a long run on one side "
    "of the average, or a long rise or fall is unlikely to be chance, and is marked.",
    needs="At least 13 figures one after the other, from one definition. With fewer the limits are provisional, and "
    "this report uses trial limits instead.",
    formula="mean range = average difference between one figure and the next, without its sign\n"
    "ranges of 3.267 × the mean range or more are left out once, and the mean range taken again\n"
    "limits = average ± 2.66 × mean range; near limits at two thirds of that\n"
    "marked: a figure beyond a limit; 6 figures rising or falling; 2 of 3 near a limit, all 3 on its side; "
    "7 on one side of the average",
    standing=Standing.NHS,
    source="NHS England, Making Data Count",
)
USUAL_RANGE_ABOUT = About(
    id="usual-range",
    title="The newest figure against the usual range of earlier ones",
    tells="Whether the newest figure lies outside the range in which the earlier ones would let us expect it. Even "
    "if nothing has changed, chance puts one figure in fifty outside. Inside does not mean that nothing has changed.",
    needs="At least 8 figures from one definition, the newest among them. With fewer than 13 the range is a trial "
    "range. A steady rise or fall over the years, or years that resemble the year before, put more figures outside.",
    formula="mean range = average difference between one earlier figure and the next, without its sign\n"
    "usual range = average of the earlier figures ± k × mean range\n"
    f"k = {', '.join(f'{reach:.2f} for {number}' for number, reach in MULTIPLIERS.items())} earlier figures, "
    f"{MULTIPLIER_OF_VERY_MANY:.2f} for very many\n"
    "where years are missing, k is that of one more figure than there are differences",
    standing=Standing.OURS,
    source="XmR limits (NHS England, Making Data Count), drawn from the earlier figures alone and widened while they "
    "are few, so that the share of false alarms is the same for every series",
)


@dataclass(frozen=True)
class Chart:
    """XmR charts: arrays of the shape of the values, one entry a point.

    `mean` and the limits are those of the point's phase, also where the point has no value. The four rules
    each have their own flags, and all points of a run are flagged; `rule` and `side` say in words which comes
    first, and whether the point is high or low by it. `phase` counts from 0 in each series; `points` is how
    many values the phase has; `provisional` marks a phase with fewer than 13. `reason` says what a point lacks.
    """

    value: Floats
    mean: Floats
    lower: Floats
    upper: Floats
    beyond: Bools
    trend: Bools
    two_of_three: Bools
    shift: Bools
    high: Bools  # which way a flagged point is special
    phase: Integers
    points: Integers

    @property
    def provisional(self) -> Bools:
        return self.points < SETTLED

    @property
    def near_lower(self) -> Floats:
        return self.mean + (self.lower - self.mean) * NEAR

    @property
    def near_upper(self) -> Floats:
        return self.mean + (self.upper - self.mean) * NEAR

    @property
    def flagged(self) -> Bools:
        return self.beyond | self.trend | self.two_of_three | self.shift

    @property
    def rule(self) -> Texts:
        """The first rule that flags each point, in order of precedence; "" for common cause."""
        flags = [self.beyond, self.trend, self.two_of_three, self.shift]
        return np.select(flags, [BEYOND, TREND, TWO_OF_THREE, SHIFT], "")

    @property
    def side(self) -> Texts:
        """ "high" or "low" for a flagged point, "" for common cause."""
        return np.where(self.flagged, np.where(self.high, HIGH, LOW), "")

    @property
    def reason(self) -> Texts:
        """Why a point has no value, or its phase no limits; "" where it has both."""
        return np.where(np.isnan(self.value), NO_VALUE, np.where(np.isnan(self.upper), NO_LIMITS, ""))


@dataclass(frozen=True)
class Phases:
    """A chart by phase: arrays (n_series, n_phases), or (n_phases,) for one series.

    A series with fewer phases than the others has 0 points and NaN in those it lacks; `reason` says so, and
    where a phase has no values or no limits.
    """

    start: Integers  # the position of the phase's first point
    points: Integers
    mean: Floats
    lower: Floats
    upper: Floats
    provisional: Bools
    reason: Texts


@dataclass(frozen=True)
class Icons:
    """One icon a series; "" where none can be given, and `reason` says why."""

    icon: Texts
    reason: Texts


@dataclass(frozen=True)
class UsualRange:
    """The usual range of the earlier figures, and where the newest lies: seven arrays, one entry a series.

    `points` is how many earlier figures the range is drawn from. `outside` is "above", "below" or "inside"; ""
    where no range can be drawn, and `reason` says why. `provisional` marks a trial range, of few figures.
    """

    mean: Floats
    lower: Floats
    upper: Floats
    points: Integers
    outside: Texts
    provisional: Bools
    reason: Texts


def xmr(
    values: ArrayLike,
    *,
    phases: ArrayLike | None = None,
    phase_starts: Sequence[int] | None = None,
    baseline: int | None = None,
    screen_outliers: bool = True,
    trend_points: int = 6,
    near_points_beyond: bool = True,
    shift_points: int = 7,
) -> Chart:
    """Draw the XmR chart of each series: mean, limits, and which points are special.

    Settings: the defaults are NHS England's. `trend_points` is how many points in a row must rise or fall: 6
              in the guide, 7 in NHSRplotthedots. `near_points_beyond` says whether a point beyond the limit
              counts among two of three near it: yes in NHS England's charts, as announced in 2023, no
              in NHSRplotthedots 0.2.2. `baseline` draws mean and limits from the first so many positions of each
              phase. Give phases as a number for each point (`phases`), or as the positions, counted from 0, at
              which a new phase starts in every series (`phase_starts`).
    Shapes:  values (n_series, n_points) or (n_points,), oldest first, one a period; phases the same, or one row
             for all series; the chart's arrays are shaped like values.
    Units:   any.
    Missing: a missing value is NaN. It is left out of mean and ranges, and breaks every run. A phase without
             two neighbouring values has a mean and no limits, and `reason` says so. Equal values have limits
             equal to their mean, and nothing is flagged.
    Errors:  MethodError if a baseline is shorter than 12, phases go back or are not whole numbers, a phase
             starts outside the series, or a rule is given too few points.
    Source:  NHS England, Making Data Count; NHSRplotthedots 0.2.2; Riley et al. (2021), BMJ Leader,
             doi:10.1136/leader-2020-000357.
    """
    _require_settings(baseline, trend_points, shift_points)
    v = _as_series(values)
    phase = _as_phases(phases, phase_starts, v.shape)
    limits = [np.empty(v.shape) for _ in range(3)]
    flags = [np.empty(v.shape, dtype=bool) for _ in range(5)]
    points = np.empty(v.shape, dtype=np.int32)
    whole = [array.reshape(-1, v.shape[-1]) for array in (v, phase, *limits, *flags, points)]
    # A few series at a time: what is needed on the way takes many times the room of the values.
    at_once = max(1, AT_ONCE // max(1, v.shape[-1]))
    for start in range(0, len(whole[0]), at_once):
        rows, its_phase, *found = (array[start : start + at_once] for array in whole)
        drawn = _draw(rows, its_phase, baseline, screen_outliers, trend_points, near_points_beyond, shift_points)
        for array, part in zip(found, drawn, strict=True):
            array[...] = part
    mean, lower, upper = limits
    beyond, trend, two_of_three, shift, high = flags
    return Chart(v, mean, lower, upper, beyond, trend, two_of_three, shift, high, phase, points)


def _draw(
    v: Floats,
    phase: Integers,
    baseline: int | None,
    screen_outliers: bool,
    trend_points: int,
    near_points_beyond: bool,
    shift_points: int,
) -> tuple[Floats, Floats, Floats, Bools, Bools, Bools, Bools, Bools, Integers]:
    """Mean, limits, the four rules, which way each point is special, and how many values its phase has."""
    place = _places(phase)
    present = ~np.isnan(v)
    used = present if baseline is None else present & (place.position < baseline)

    mean = place.mean(v, used)
    step = np.zeros(v.shape)
    step[..., 1:] = np.diff(v, axis=-1)
    follows = place.position > 0
    in_range = follows & used & np.roll(used, 1, axis=-1)
    mean_range = place.mean(np.abs(step), in_range)
    if screen_outliers:
        # Ranges that are all 0 are no outliers: the limits of equal values come from them.
        in_range &= (np.abs(step) < OUTLYING * mean_range) | (mean_range == 0)
        mean_range = place.mean(np.abs(step), in_range)
    lower, upper = mean - LIMITS * mean_range, mean + LIMITS * mean_range
    near = NEAR * LIMITS * mean_range

    noise = ROUNDING * np.fmax.reduce(np.abs(v), axis=-1, keepdims=True, initial=0)
    far_up, far_down = v > upper + noise, v < lower - noise
    above, below = v > mean + noise, v < mean - noise
    near_up, near_down = v > mean + near + noise, v < mean - near - noise
    if not near_points_beyond:
        near_up, near_down = near_up & ~far_up, near_down & ~far_down
    # Along a rise of 6 points there are 5 steps up; each step belongs to the points at both its ends.
    rise = _in_full_runs(follows & (step > noise), trend_points - 1, place)
    fall = _in_full_runs(follows & (step < -noise), trend_points - 1, place)
    rise[..., :-1] |= rise[..., 1:].copy()
    fall[..., :-1] |= fall[..., 1:].copy()

    beyond, trend = far_up | far_down, rise | fall
    pair = _two_of_three(near_up, above, place) | _two_of_three(near_down, below, place)
    shift = _in_full_runs(above, shift_points, place) | _in_full_runs(below, shift_points, place)
    # A peak, where a rise ends and a fall begins, belongs to the rise and is high; a dip is low.
    high = np.where(trend & ~beyond, rise & (~fall | (step > 0)), above)
    return mean, lower, upper, beyond, trend, pair, shift, high, place.total(present).astype(np.int32)


def by_phase(chart: Chart) -> Phases:
    """The chart's phases, one after the other: where each starts, and what it draws.

    Shapes:  (n_series, n_phases), or (n_phases,) for one series.
    """
    where = np.nonzero(np.diff(chart.phase, axis=-1, prepend=-1) > 0)
    into = (*where[:-1], chart.phase[where])
    shape = (*chart.phase.shape[:-1], int(chart.phase.max(initial=0)) + 1)
    start, points, there = np.zeros(shape, np.int64), np.zeros(shape, np.int64), np.zeros(shape, bool)
    start[into], points[into], there[into] = where[-1], chart.points[where], True
    mean, lower, upper = np.full((3, *shape), np.nan)
    mean[into], lower[into], upper[into] = chart.mean[where], chart.lower[where], chart.upper[where]
    lacks = [~there, np.isnan(mean), np.isnan(upper)]
    reason = np.select(lacks, ["no such phase", NO_VALUE, NO_LIMITS], "")
    return Phases(start, points, mean, lower, upper, (points > 0) & (points < SETTLED), reason)


def variation(chart: Chart, improvement: ArrayLike) -> Icons:
    """What the latest value of each series says: common cause, or improvement, concern or change, high or low.

    Shapes:  improvement is a polarity for each series, or one for all; an icon for each series.
    Missing: no value at all, or no limits to judge it by: "" with a reason.
    Errors:  MethodError if a polarity is unknown.
    Source:  NHS England, Making Data Count.
    """
    latest = _latest(~np.isnan(chart.value))
    side, lacks = _at(chart.side, latest), _at(chart.reason, latest)
    polarities = as_polarity(improvement, side.shape)
    good = (side == HIGH) == (polarities == HIGHER_IS_BETTER)
    meaning = np.where(polarities == NEUTRAL, "neutral ", np.where(good, "improvement ", "concern "))
    # A run can be long enough to see without any limits; a value that is in none needs them.
    reason = np.where(side == "", lacks, "")
    icon = np.where(side == "", COMMON_CAUSE, np.char.add(meaning, side))
    return Icons(np.where(reason == "", icon, ""), reason)


def assurance(chart: Chart, target: ArrayLike, improvement: ArrayLike) -> Icons:
    """Whether the latest phase's limits lie wholly on one side of the target: will it be met if nothing changes?

    Shapes:  target and improvement (a polarity) for each series, or one for all; an icon for each series.
    Missing: no limits, no target, or a measure that is neutral: "" with a reason.
    Errors:  MethodError if a polarity is unknown.
    Source:  NHS England, Making Data Count; the limits of the latest phase, as NHSRplotthedots has it.
    """
    lower, upper, aim = together(lower=chart.lower[..., -1], upper=chart.upper[..., -1], target=target)
    polarities = as_polarity(improvement, aim.shape)
    good_high = polarities == HIGHER_IS_BETTER
    icon = np.where(
        aim > upper,
        np.where(good_high, FAIL, PASS),
        np.where(aim < lower, np.where(good_high, PASS, FAIL), HIT_AND_MISS),
    )
    reason = np.where(
        np.isnan(lower),
        NO_LIMITS,
        np.where(np.isnan(aim), "no target", np.where(polarities == NEUTRAL, "no polarity", "")),
    )
    return Icons(np.where(reason == "", icon, ""), reason)


def newest_against_earlier(values: ArrayLike) -> UsualRange:
    """Whether the newest figure lies outside the usual range of the earlier ones.

    The range is drawn from the earlier figures alone: a newest figure that helped to draw it would widen it,
    and hide itself. It is x̄ ± k·mR̄, with k larger while the earlier figures are few (`multiplier`), so that a
    newest figure of the same kind is outside one time in fifty, however many there are. Ranges are not
    screened: among so few an outlier is seldom large enough to be left out, and k would no longer hold.

    Shapes:  values (n_series, n_points) or (n_points,), oldest first; results (n_series,) or one.
    Units:   any.
    Missing: no newest figure, fewer than 8 figures, or earlier figures that are all equal (they show no
             variation to judge by): no range, with a reason. As in `xmr`, an earlier figure that is missing is
             left out of mean and ranges; k is then that of one more figure than there are ranges, so that a
             gap can only widen the range, and fewer than 6 ranges draw none.
    Source:  our own rule, with its figures in benchmarks/usual_range.py. That limits from few points need a
             larger multiplier is Hillier's (1969), J. Qual. Technol. 1, 17-26.
    """
    v = _as_series(values)
    newest, earlier = v[..., -1], v[..., :-1]
    present = ~np.isnan(earlier)
    points = np.asarray(present.sum(axis=-1))
    step = np.abs(np.diff(earlier, axis=-1))
    ranges = (~np.isnan(step)).sum(axis=-1)
    mean, mean_range = _mean_along(earlier), _mean_along(step)
    noise = ROUNDING * np.fmax.reduce(np.abs(v), axis=-1, initial=0)
    reason = np.select(
        [
            np.isnan(newest),
            points < FEWEST_EARLIER,
            ranges < FEWEST_EARLIER - 1,
            ~(mean_range > noise),
        ],
        [
            "no newest figure",
            "fewer than 8 figures",
            "too few figures next to one another",
            "the earlier figures are all the same",
        ],
        "",
    )
    told = reason == ""
    reach = multiplier(ranges + 1) * mean_range
    lower, upper = mean - reach, mean + reach
    outside = np.where(newest > upper + noise, ABOVE, np.where(newest < lower - noise, BELOW, INSIDE))
    return UsualRange(
        mean=np.where(told, mean, np.nan),
        lower=np.where(told, lower, np.nan),
        upper=np.where(told, upper, np.nan),
        points=points,
        outside=np.where(told, outside, ""),
        provisional=np.asarray(told & (points + 1 < SETTLED)),
        reason=reason,
    )


def multiplier(earlier: ArrayLike) -> Floats:
    """How many mean ranges the usual range of so many earlier figures reaches from their mean.

    From the table in MULTIPLIERS; between its numbers, on a straight line in 1 / number. NaN below 7.
    """
    number = np.asarray(earlier, dtype=float)
    share = [0, *(1 / n for n in reversed(MULTIPLIERS))]
    reach = [MULTIPLIER_OF_VERY_MANY, *reversed(MULTIPLIERS.values())]
    known = number >= FEWEST_EARLIER
    return np.where(known, np.interp(1 / np.where(known, number, 1), share, reach), np.nan)


@dataclass(frozen=True)
class _Places:
    """Where each point stands in its phase, and sums over phases given to each of their points."""

    phase: Integers
    position: Integers
    key: Integers  # one number for each phase of each series

    def total(self, numbers: ArrayLike) -> Floats:
        sums = np.bincount(self.key.ravel(), np.asarray(numbers, dtype=float).ravel())
        found: Floats = sums.astype(float)[self.key]
        return found

    def mean(self, numbers: Floats, where: Bools) -> Floats:
        """The mean over each phase of the numbers where asked; NaN where there are none."""
        count = self.total(where)
        count[count == 0] = np.nan
        rough = self.total(np.where(where, numbers, 0)) / count
        # The second pass takes away what rounding left, so that equal numbers have that number for a mean.
        found: Floats = rough + self.total(np.where(where, numbers - rough, 0)) / count
        return found


def _places(phase: Integers) -> _Places:
    here = np.broadcast_to(np.arange(phase.shape[-1]), phase.shape)
    starts = np.diff(phase, axis=-1, prepend=-1) != 0
    position = here - np.maximum.accumulate(np.where(starts, here, 0), axis=-1)
    series = np.arange(phase[..., 0].size).reshape((*phase.shape[:-1], 1))
    return _Places(phase, position, phase + series * (int(phase.max(initial=0)) + 1))


def _as_series(values: ArrayLike) -> Floats:
    series = together(values=values)[0]
    if series.ndim == 0 or not series.shape[-1]:
        raise MethodError("a chart needs a series of values, found a single number or none")
    return series


def _as_phases(phases: ArrayLike | None, phase_starts: Sequence[int] | None, shape: tuple[int, ...]) -> Integers:
    """The phase of each point, counted from 0 in each series."""
    if phases is not None and phase_starts is not None:
        raise MethodError("phases are given twice: give a number for each point, or the positions of their starts")
    if phase_starts is not None:
        starts = np.asarray(phase_starts)
        known = np.isin(starts, np.arange(shape[-1]))
        refuse(~known, "are phases that start outside the series", f"give positions from 0 to {shape[-1] - 1}")
        begins = np.isin(np.arange(shape[-1]), starts[starts > 0])
        return np.broadcast_to(np.cumsum(begins), shape).astype(np.int64)
    if phases is None:
        return np.broadcast_to(np.int64(0), shape)
    numbers = np.asarray(phases, dtype=float)
    if numbers.shape not in (shape, shape[-1:]):
        raise MethodError(f"phases {numbers.shape} and values {shape} do not match: give one number a point")
    refuse(
        ~(np.isfinite(numbers) & (numbers == np.floor(numbers))),
        "have a phase that is not a whole number",
        "count them from 0",
    )
    step = np.diff(numbers, axis=-1, prepend=numbers[..., :1])
    refuse(step < 0, "have a phase that goes back", "give points in order of time")
    return np.broadcast_to(np.cumsum(step > 0, axis=-1), shape).astype(np.int64)


def _require_settings(baseline: int | None, trend_points: int, shift_points: int) -> None:
    if baseline is not None and baseline < SHORTEST_BASELINE:
        raise MethodError(f"a baseline of {baseline} points is too short: give {SHORTEST_BASELINE} or more")
    if min(trend_points, shift_points) < 3:
        raise MethodError(f"runs of {trend_points} (trend) and {shift_points} (shift) points: give at least 3 for each")


def _mean_along(numbers: Floats) -> Floats:
    """The mean of what is there along the last axis; NaN where nothing is."""
    there = ~np.isnan(numbers)
    count = np.where(there.any(axis=-1), there.sum(axis=-1), np.nan)
    rough = np.where(there, numbers, 0).sum(axis=-1) / count
    found: Floats = rough + np.where(there, numbers - rough[..., None], 0).sum(axis=-1) / count
    return found


def _lately(flags: Bools, length: int) -> Integers:
    """How many of the latest so many points are flagged, at each point."""
    count = np.cumsum(flags, axis=-1, dtype=np.int64)
    count[..., length:] -= count[..., :-length].copy()
    return count


def _in_windows(ends: Bools, length: int) -> Bools:
    """The points of every window of this length that ends at a flag."""
    found: Bools = _lately(ends[..., ::-1], length)[..., ::-1] > 0
    return found


def _in_full_runs(flags: Bools, length: int, place: _Places) -> Bools:
    """The points of every run of at least this length within a phase."""
    return _in_windows((_lately(flags, length) == length) & (place.position >= length - 1), length)


def _two_of_three(near: Bools, on_side: Bools, place: _Places) -> Bools:
    """Near points of every three that all lie on that side of the mean, at least two of them near."""
    ends = (_lately(on_side, 3) == 3) & (_lately(near, 3) >= 2) & (place.position >= 2)
    return near & _in_windows(ends, 3)


def _latest(flags: Bools) -> Integers:
    """The position of the last flag in each series; that of the last point where there is none."""
    found: Integers = flags.shape[-1] - 1 - np.argmax(flags[..., ::-1], axis=-1)
    return found


def _at(array: Texts, position: Integers) -> Texts:
    """The text at one position of each series."""
    return np.take_along_axis(array, position[..., None], axis=-1)[..., 0]
