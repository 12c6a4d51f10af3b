"""One published figure, as everything that writes, draws or binds it reads it."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from pmif.period import Period

COLUMNS = (
    "measure", "area", "vintage", "kind", "area_name", "period", "dimension", "group",
    "value", "lower", "upper", "interval", "numerator", "denominator",
    "status", "mark", "reason", "published", "published_basis", "source",
    "file", "sheet", "cell", "row", "transform", "batch", "known",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Figure:
    """One row of the published figures: what it is of, what it says, and where it came from.

    `value` is NaN where it is withheld or missing; `status` says which. Limits and counts are None where none are
    published. `name` is the area's. All else is text, blank where there is nothing to tell.
    """

    measure: str
    area: str
    vintage: str
    kind: str  # of area
    name: str
    period: Period
    dimension: str
    group: str
    value: float
    lower: float | None
    upper: float | None
    numerator: float | None
    denominator: float | None
    status: str
    mark: str
    reason: str
    interval: str
    published: str
    published_basis: str
    source: str
    file: str
    sheet: str
    cell: str
    row: str
    transform: str
    batch: str
    known: str

    @property
    def shown(self) -> bool:
        return self.status == "shown"

    @property
    def series(self) -> tuple[str, str, str]:
        """What it shares with the same figure of other periods: area, dimension and group."""
        return (self.area, self.dimension, self.group)

    @classmethod
    def read(cls, row: Mapping[str, str]) -> "Figure":
        """A row of the published figures (COLUMNS), every cell as it is written."""
        rest = {column: text for column, text in row.items() if column not in _MADE}
        value, *others = (row[column] for column in _NUMBERS)
        lower, upper, numerator, denominator = (float(text) if text else None for text in others)
        return cls(
            name=row["area_name"],
            period=Period.parse(row["period"]),
            value=float(value) if value else math.nan,
            lower=lower,
            upper=upper,
            numerator=numerator,
            denominator=denominator,
            **rest,
        )


_NUMBERS = ("value", "lower", "upper", "numerator", "denominator")
_MADE = frozenset({"area_name", "period", *_NUMBERS})
