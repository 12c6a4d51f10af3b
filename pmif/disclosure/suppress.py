"""Small counts are withheld, with every value that would reveal them.

A figure is withheld when its rule says that its count is small. A count is small, too, when
nearly everybody is counted: 96 of 98 says as much about the other two. And a withheld figure that
is the only unknown of a sum is the total less the others, so the next smallest goes as well.
"""

from collections.abc import Hashable, Iterator, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pmif.errors import DisclosureError, Fault
from pmif.framework import Framework

HIDDEN = ["value", "lower", "upper", "numerator", "denominator"]
SUPPRESSED = "suppressed"


def suppress(indicators: pd.DataFrame, framework: Framework) -> pd.DataFrame:
    """The indicators that may be seen: the same rows, with withheld ones emptied and marked `suppressed`.

    `indicators` has the columns of `indicators.estimate` with `kind` (of area).
    Errors: DisclosureError where a figure that must be checked has no count to check.
    """
    table = indicators.copy()
    faults: list[Fault] = []
    rules = {r.id: r for r in framework.disclosure_rules}
    for measure in framework.measures:
        rule = rules[measure.disclosure]
        if rule.small is None:
            continue
        rows = table[table["measure"] == measure.id]
        shown = rows[rows["status"] == "shown"]
        if shown["numerator"].isna().any():
            problem = f"is under the rule '{rule.id}', which needs counts, but has rows without: "
            remedy = "give numerators, or choose a rule for figures that were made safe before they were published"
            faults.append(Fault(f"measure '{measure.id}'", problem + remedy))
            continue
        small = shown.index[_is_small(shown, rule.small, whole=measure.method == "proportion")]
        further = _those_that_would_reveal(rows, set(small))
        table = _withhold(table, [*small, *further])
    if faults:
        raise DisclosureError("Figures cannot be checked for small counts", faults)
    return _withhold(table, list(table.index[table["status"] != "shown"]), status=None)


def without_bands(indicators: pd.DataFrame, framework: Framework) -> pd.DataFrame:
    """The indicators without the age bands that a figure was worked out from.

    Bands never leave: with public populations, a standardised rate and its count are equations that a withheld
    band could be solved from.
    """
    bands = {m.id: m.bands for m in framework.measures if m.bands}
    is_band = indicators["measure"].map(bands) == indicators["dimension"]
    kept: pd.DataFrame = indicators[~is_band].reset_index(drop=True)
    return kept


def _is_small(rows: pd.DataFrame, limits: tuple[int, int], *, whole: bool) -> NDArray[np.bool_]:
    """Which counts lie within the limits; with `whole`, the people not counted are a count as well."""
    small = rows["numerator"].between(*limits)
    if whole:
        small |= (rows["denominator"] - rows["numerator"]).between(*limits)
    return small.to_numpy(dtype=bool)


def _those_that_would_reveal(rows: pd.DataFrame, small: set[Hashable]) -> set[Hashable]:
    """Further rows to withhold, so that no withheld one is the only unknown of a sum.

    A sum is the wards of one vintage, or the groups of one dimension, in one period, and the figure they
    add up to. Where a sum has one unknown, its part with the next smallest count goes as well; where no
    part is left, the figure they add up to. That may leave another sum with one unknown, so it is done again.
    """
    sums = list(_sums(rows))
    gone = small | set(rows.index[rows["status"] == SUPPRESSED])
    further: set[Hashable] = set()
    while partners := {
        partner
        for parts, totals in sums
        if len(gone & {*parts.index, *totals.index}) == 1 and (partner := _partner(parts, totals, gone)) is not None
    }:
        further |= partners
        gone |= partners
    return further


def _sums(rows: pd.DataFrame) -> Iterator[tuple[pd.DataFrame, pd.DataFrame]]:
    """Every set of parts with the figure they add up to (no row where none is held)."""
    everyone = rows["dimension"] == ""
    borough = rows[everyone & (rows["kind"] == "borough")]
    for (period, _), parts in rows[everyone & (rows["kind"] == "ward")].groupby(["period", "vintage"]):
        yield parts, borough[borough["period"] == period]
    where = ["period", "area", "vintage"]
    for (*place, _), parts in rows[~everyone].groupby([*where, "dimension"]):
        yield parts, rows[everyone & (rows[where] == place).all(axis=1)]


def _partner(parts: pd.DataFrame, totals: pd.DataFrame, gone: set[Hashable]) -> Hashable | None:
    """The part with the next smallest count; a nought is no help, since it can be guessed."""
    for rows in (parts[parts["numerator"] > 0], totals):
        left = rows[~rows.index.isin(gone) & (rows["status"] == "shown")]
        if len(left):
            found: Hashable = left["numerator"].idxmin()
            return found
    return None


def _withhold(table: pd.DataFrame, rows: Sequence[Hashable], status: str | None = SUPPRESSED) -> pd.DataFrame:
    """Empty every cell of these rows that holds a count or a value, and say why."""
    table = table.copy()
    table.loc[rows, HIDDEN] = np.nan
    table.loc[rows, "interval"] = ""
    if status is not None:
        table.loc[rows, "status"] = status
        table.loc[rows, "reason"] = "withheld to protect people"
    return table
