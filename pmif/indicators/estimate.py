"""Observations become indicators: each with a value, its interval, and where the interval came from."""

import numpy as np
import pandas as pd

from pmif.framework import Framework
from pmif.intake.schema import KEY
from pmif.methods import METHODS

COLUMNS = [
    *KEY, "value", "lower", "upper", "interval", "numerator", "denominator",
    "status", "mark", "reason", "published", "published_basis", "source", "file", "row",
]  # fmt: skip


def estimate(observations: pd.DataFrame, framework: Framework) -> pd.DataFrame:
    """Apply each measure's method to its observations.

    A published value keeps its value and limits exactly. A counted one is worked out in the unit's own
    multiple: a proportion as a percentage, a rate per 1,000.
    Missing: a row that could not be estimated has status `unavailable` and a reason.
    """
    table = observations.copy()
    table["interval"] = np.where(table["lower"].notna(), "published", "")
    table["reason"] = ""
    for measure in framework.measures:
        method = METHODS[measure.method]
        rows = table.index[(table["measure"] == measure.id) & (table["status"] == "shown")]
        if method is None or rows.empty:
            continue
        made = method(table.loc[rows, "numerator"], table.loc[rows, "denominator"])
        multiplier = framework.unit(measure).multiplier
        for column in ("value", "lower", "upper"):
            table.loc[rows, column] = getattr(made, column) * multiplier
        table.loc[rows, "interval"] = np.where(np.isnan(made.lower), "", "calculated")
        table.loc[rows, "reason"] = made.reason
        table.loc[rows[np.isnan(made.value)], "status"] = "unavailable"
    return table[COLUMNS]
