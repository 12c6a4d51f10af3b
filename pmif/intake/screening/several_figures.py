"""What is odd about figures together: one copied down a column, or parts that do not make their whole."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from pmif.geography import AreaKind, Areas
from pmif.intake.schema import Codes, together
from pmif.intake.screening.oddity import Oddity, figure_sent, oddity_at, written
from pmif.intake.screening.one_figure import COPIED, last_digit
from pmif.intake.screening.side_by_side import Bools, Figures, Floats, Integers

PARTS = "parts"

FEWEST_ALIKE = 5  # wards with the very same figure, and at least half of those in the table
SHORTFALL = 0.02  # cases that belong to no ward are usual; more of them than this are not


def check_alike(rows: pd.DataFrame, figures: Figures, areas: Areas) -> Iterator[Oddity]:
    """One figure all down a column of wards."""
    wards = np.flatnonzero(figures.asked & figures.in_areas_of(areas, AreaKind.WARD))
    if not len(wards):
        return
    columns = [codes[wards] for codes in figures.codes("measure", "vintage", "period", "dimension", "group")]
    numbers = [
        pd.factorize(figures.numbers[c][wards], use_na_sentinel=False)[0] for c in ("value", "numerator", "denominator")
    ]
    table, _ = together(columns)
    figure, first = together([table, *numbers])
    alike = np.bincount(figure)
    at_least_two_digits = np.abs(figures.level[wards]) >= 10 * last_digit(figures.level[wards][:, None])
    many = (alike >= FEWEST_ALIKE) & (2 * alike >= np.bincount(table)[table[first]]) & at_least_two_digits[first]
    for one in np.flatnonzero(many).tolist():
        i = int(wards[first[one]])
        problem = f"{figure_sent(figures, i)} is the figure of {alike[one]} wards, as if it had been copied down"
        yield oddity_at(rows, figures, i, COPIED, problem, area="wards")


def check_parts(rows: pd.DataFrame, figures: Figures, areas: Areas) -> Iterator[Oddity]:
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
        rows,
        figures,
        "wards",
        parts=np.flatnonzero(counted & figures.in_areas_of(areas, AreaKind.WARD)),
        sums=figures.codes(*same, "vintage"),
        wholes=np.flatnonzero(counted & figures.in_areas_of(areas, AreaKind.BOROUGH)),
        whole=figures.codes(*same),
        complete=all_wards,
    )

    everyone: Bools = figures.columns["group"].where("".__eq__)
    same = ("measure", "area", "vintage", "period")
    yield from _sums(
        rows,
        figures,
        "groups",
        parts=np.flatnonzero(counted & ~everyone),
        sums=figures.codes(*same, "dimension"),
        wholes=np.flatnonzero(counted & everyone),
        whole=figures.codes(*same),
        complete=np.zeros(len(everyone), dtype=np.int64),
    )


def _sums(
    rows: pd.DataFrame,
    figures: Figures,
    called: str,
    *,
    parts: Integers,
    sums: list[Codes],
    wholes: Integers,
    whole: list[Codes],
    complete: Integers,
) -> Iterator[Oddity]:
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

    against = numerator[everyone]
    slack = _slack(numerator[parts], sum_, number)
    more = total - against > slack
    less = (number == complete[parts[first]]) & (against - total > np.maximum(slack, SHORTFALL * against))
    for one in np.flatnonzero(new & (more | less)).tolist():
        members = [int(everyone[one]), *parts[sum_ == one].tolist()]
        told_at = next(i for i in members if figures.row[i] >= 0)
        problem = (
            f"the numerators of the {number[one]} {called} add up to {written(total[one])}, "
            f"{'more' if more[one] else 'less'} than everyone's {written(against[one])}"
        )
        area, dimension = figures.word("area", members[0]), figures.word("dimension", members[-1])
        yield oddity_at(rows, figures, told_at, PARTS, problem, area=area, of=dimension)


def _slack(counts: Floats, sum_: Integers, number: Integers) -> Floats:
    """How far a sum of counts may be out because each, and the whole, was rounded to 5 or 10."""
    step = np.full(len(number), 10.0)
    for rounded, finer in ((10.0, 5.0), (5.0, 1.0)):
        step[np.bincount(sum_, weights=counts % rounded != 0) > 0] = finer
    return np.where(step > 1, step / 2 * (number + 1), 0.5)
