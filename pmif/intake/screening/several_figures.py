"""What is odd about figures together: one copied down a column, or parts that do not make their whole."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from pmif.geography import AreaKind, Areas
from pmif.intake.schema import Codes, together
from pmif.intake.screening.oddity import PARTS, WARDS, Found, figure_sent, written
from pmif.intake.screening.one_figure import COPIED, last_digit
from pmif.intake.screening.side_by_side import Bools, Figures, Floats, Integers

FEWEST_ALIKE = 5  # wards with the very same figure, and at least half of those in the table
NO_SLACK = 0.5  # counts are whole
SHORTFALL = 0.02  # cases that belong to no ward are usual; more of them than this are not


def check_alike(figures: Figures, areas: Areas) -> Iterator[Found]:
    """One figure all down a column of wards."""
    wards = np.flatnonzero(figures.asked & figures.in_areas_of(areas, AreaKind.WARD))
    if not len(wards):
        return
    columns = figures.codes("measure", "vintage", "period", "dimension", "group")
    table, _ = together([codes[wards] for codes in columns])
    # Figures that are alike make one level, so that only where half of a table has one need the figures be looked at.
    level = pd.factorize(figures.level[wards])[0]
    same, first = together([table, level + 1])
    alike, of_table = np.bincount(same), np.bincount(table)
    many = (alike >= FEWEST_ALIKE) & (2 * alike >= of_table[table[first]])
    wards, of_table = (given[many[same]] for given in (wards, of_table[table]))

    numbers = [
        pd.factorize(figures.numbers[c][wards], use_na_sentinel=False)[0] for c in ("value", "numerator", "denominator")
    ]
    figure, first = together([*(codes[wards] for codes in columns), *numbers])
    alike = np.bincount(figure)
    at_least_two_digits = np.abs(figures.level[wards]) >= 10 * last_digit(figures.level[wards][None])
    many = (alike >= FEWEST_ALIKE) & (2 * alike >= of_table[first]) & at_least_two_digits[first]
    for one in np.flatnonzero(many).tolist():
        i = int(wards[first[one]])
        problem = f"{figure_sent(figures, i)} is the figure of {alike[one]} wards, as if it had been copied down"
        yield Found(i, COPIED, problem, area=WARDS)


def check_parts(figures: Figures, areas: Areas) -> Iterator[Found]:
    """Wards, or groups, whose counts do not make everyone's. Groups need not be all there are; wards are."""
    # Parts and wholes are of one period, so those in which nothing is judged need not be added up.
    periods = figures.columns["period"]
    judged = np.zeros(len(periods.words), dtype=np.bool_)
    judged[periods.codes[figures.asked]] = True
    counted = figures.columns["status"].where("shown".__eq__) & ~np.isnan(figures.numbers["numerator"])
    counted &= judged[periods.codes]

    vintages = figures.columns["vintage"]
    all_wards = np.array([len(areas.wards(word)) for word in vintages.words], dtype=np.int64)[vintages.codes]
    same = ("measure", "period", "dimension", "group")
    yield from _sums(
        figures,
        WARDS,
        parts=np.flatnonzero(counted & figures.in_areas_of(areas, AreaKind.WARD)),
        sums=figures.codes(*same, "vintage"),
        wholes=np.flatnonzero(counted & figures.in_areas_of(areas, AreaKind.BOROUGH)),
        whole=figures.codes(*same),
        complete=all_wards,
    )

    everyone: Bools = figures.columns["group"].where("".__eq__)
    same = ("measure", "area", "vintage", "period")
    yield from _sums(
        figures,
        "groups",
        parts=np.flatnonzero(counted & ~everyone),
        sums=figures.codes(*same, "dimension"),
        wholes=np.flatnonzero(counted & everyone),
        whole=figures.codes(*same),
        complete=np.zeros(len(everyone), dtype=np.int64),
    )


def _sums(
    figures: Figures,
    called: str,
    *,
    parts: Integers,
    sums: list[Codes],
    wholes: Integers,
    whole: list[Codes],
    complete: Integers,
) -> Iterator[Found]:
    """Sums of parts that are more than their whole or, where all `complete` parts are there, clearly less.

    Parts are of one sum where all `sums` agree; a figure is the whole, or of the whole, with which all `whole` agree.
    """
    if not len(parts) or not len(wholes):
        return
    numerator, asked = figures.numbers["numerator"], figures.asked
    sum_, first = together([codes[parts] for codes in sums])
    number, total = np.bincount(sum_), np.bincount(sum_, weights=numerator[parts])
    of_one, _ = together([codes[np.concatenate([wholes, parts[first]])] for codes in whole])
    of_whole = np.full(of_one.max() + 1, -1, dtype=np.int64)
    of_whole[of_one[: len(wholes)]] = wholes
    everyone = of_whole[of_one[len(wholes) :]]
    new = (everyone >= 0) & (asked[everyone] | (np.bincount(sum_, weights=asked[parts]) > 0))

    # Most sums come out exactly, and need no slack.
    out = np.flatnonzero(new & (np.abs(total - numerator[everyone]) > NO_SLACK))
    place = np.full(len(number), -1)
    place[out] = np.arange(len(out))
    of_out = np.flatnonzero(place[sum_] >= 0)
    slack = _slack(numerator[parts[of_out]], place[sum_[of_out]], number[out])
    against = numerator[everyone[out]]
    more = total[out] - against > slack
    less = (number == complete[parts[first]])[out] & (against - total[out] > np.maximum(slack, SHORTFALL * against))
    for found in np.flatnonzero(more | less).tolist():
        one = int(out[found])
        members = [int(everyone[one]), *parts[sum_ == one].tolist()]
        told_at = next(i for i in members if figures.row[i] >= 0)
        problem = (
            f"the numerators of the {number[one]} {called} add up to {written(total[one])}, "
            f"{'more' if more[found] else 'less'} than everyone's {written(against[found])}"
        )
        area, dimension = figures.word("area", members[0]), figures.word("dimension", members[-1])
        yield Found(told_at, PARTS, problem, area=area, of=dimension)


def _slack(counts: Floats, sum_: Integers, number: Integers) -> Floats:
    """How far a sum of counts may be out because each, and the whole, was rounded to 5 or 10."""
    step = np.full(len(number), 10.0)
    for rounded, finer in ((10.0, 5.0), (5.0, 1.0)):
        step[np.bincount(sum_, weights=counts % rounded != 0, minlength=len(number)) > 0] = finer
    return np.where(step > 1, step / 2 * (number + 1), NO_SLACK)
