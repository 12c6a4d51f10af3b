"""Published figures one by one, as the drawing functions read them."""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pmif.period import Period

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Figure:
    """One published figure. `value` is NaN where it is withheld or missing; the status says which."""

    area: str
    name: str
    period: Period
    group: str
    value: float
    lower: float | None
    upper: float | None
    status: str
    mark: str

    @property
    def shown(self) -> bool:
        return self.status == "shown"


def figures(rows: "pd.DataFrame") -> list[Figure]:
    """The rows of a published table, in their order."""
    return [
        Figure(
            area=row["area"],
            name=row["area_name"],
            period=Period.parse(row["period"]),
            group=row["group"],
            value=float(row["value"]),
            lower=None if math.isnan(row["lower"]) else float(row["lower"]),
            upper=None if math.isnan(row["upper"]) else float(row["upper"]),
            status=row["status"],
            mark=row["mark"],
        )
        for row in rows.to_dict("records")
    ]
