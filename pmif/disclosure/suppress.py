"""Small counts are withheld, with every value that would reveal them.

A figure is withheld when its rule says that its count is small. A count is small, too, when
nearly everybody is counted: 96 of 98 says as much about the other two. Where one figure of a set
is withheld and the set's total can be seen, the withheld one is the total less the others, so
the next smallest goes as well.
"""

from collections.abc import Hashable, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pmif.errors import DisclosureError
from pmif.framework import Framework

HIDDEN = ["value", "lower", "upper", "numerator", "denominator"]
SUPPRESSED = "suppressed"


def suppress(indicators: pd.DataFrame, framework: Framework) -> pd.DataFrame:
    """The indicators that may be seen: the same rows, with withheld ones emptied and marked `suppressed`.

    `indicators` has the columns of `indicators.estimate` with `kind` (of area).
    Errors: DisclosureError where a figure that must be checked has no count to check.
    """
    table = indicators.copy()
    rules = {r.id: r for r in framework.disclosure_rules}
    for measure in framework.measures:
        rule = rules[measure.disclosure]
        if rule.small is None:
            continue
        rows = table[table["measure"] == measure.id]
        shown = rows[rows["status"] == "shown"]
        if shown["numerator"].isna().any():
            raise DisclosureError(
                f"measure '{measure.id}' is under the rule '{rule.id}', which needs counts, but has rows without: "
                "give numerators, or choose a rule for figures that were already made safe"
            )
        small = shown.index[_is_small(shown, rule.small, whole=measure.method == "proportion")]
        further = _those_that_would_reveal(rows, set(small))
        table = _withhold(table, [*small, *further])
    return _withhold(table, list(table.index[table["status"] != "shown"]), status=None)


def _is_small(rows: pd.DataFrame, limits: tuple[int, int], *, whole: bool) -> NDArray[np.bool_]:
    """Which counts lie within the limits; with `whole`, the people not counted are a count as well."""
    small = rows["numerator"].between(*limits)
    if whole:
        small |= (rows["denominator"] - rows["numerator"]).between(*limits)
    return small.to_numpy(dtype=bool)


def _those_that_would_reveal(rows: pd.DataFrame, small: set[Hashable]) -> set[Hashable]:
    """For each set of parts with just one withheld, the part with the next smallest count.

    A set is the wards of one vintage, or the groups of one dimension, in one period: the parts of a
    borough figure. A set stays as it is when nothing in it is withheld, or two or more are.
    """
    further: set[Hashable] = set()
    everyone = rows["dimension"] == ""
    wards = rows[everyone & (rows["kind"] == "ward")]
    groups = rows[~everyone]
    sets = [
        *(part for _, part in wards.groupby(["period", "vintage"])),
        *(part for _, part in groups.groupby(["period", "area", "vintage", "dimension"])),
    ]
    for part in sets:
        gone = part.index.isin(small) | (part["status"] == SUPPRESSED)
        if gone.sum() != 1:
            continue
        others = part[~gone & (part["status"] == "shown") & (part["numerator"] > 0)]
        if len(others):
            further.add(others["numerator"].idxmin())
    return further


def _withhold(table: pd.DataFrame, rows: Sequence[Hashable], status: str | None = SUPPRESSED) -> pd.DataFrame:
    """Empty every cell of these rows that holds a count or a value, and say why."""
    table = table.copy()
    table.loc[rows, HIDDEN] = np.nan
    table.loc[rows, "interval"] = ""
    if status is not None:
        table.loc[rows, "status"] = status
        table.loc[rows, "reason"] = "withheld to protect people"
    return table
