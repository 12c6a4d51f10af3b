"""What can be said of a measure in one report: the finding, and the gaps between places and groups.

Direction (is it changing?) and level (where is it beside England?) stay two facts. Each is either
made, by an interval, or has a reason why not; none is ever blank.
"""

from enum import StrEnum
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, PlainSerializer

from pmif.period import Period


def _read_period(value: object) -> object:
    return Period.parse(value) if isinstance(value, str) else value


APeriod = Annotated[Period, BeforeValidator(_read_period), PlainSerializer(str, return_type=str)]


class Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class State(StrEnum):
    """What the newest figure says about change. Every measure has exactly one, and all are counted."""

    IMPROVING = "improving"
    GETTING_WORSE = "getting-worse"
    NO_DETECTABLE_CHANGE = "no-detectable-change"
    MOVED = "moved"  # a clear change of a measure that is neither good nor bad in itself
    CHANGE_NOT_TESTED = "change-not-tested"
    NOTHING_TO_COMPARE = "nothing-to-compare"  # one figure only, or its definition changed
    WITHHELD = "withheld"
    WARDS_ONLY = "wards-only"
    AWAITING_A_RETURN = "awaiting-a-return"
    NO_FIGURE = "no-figure"


class Due(StrEnum):
    """Whether a newer figure should have come."""

    NEW = "new"  # came since the last report
    NOT_DUE = "not-due"
    LATE = "late"
    OCCASIONAL = "occasional"  # no date was promised
    NEVER_RECEIVED = "never-received"


class Level(StrEnum):
    """Where a figure stands beside a benchmark. Better and worse need a polarity and a test."""

    BETTER = "better"
    SIMILAR = "similar"
    WORSE = "worse"
    HIGHER = "higher"
    SAME = "same"
    LOWER = "lower"


class Comparison(Model):
    value: float | None = None
    level: Level | None = None
    tested: bool = False
    reason: str = ""


class Finding(Model):
    """One measure in one report. The borough's figure, unless only wards have any."""

    measure: str
    state: State
    due: Due
    period: APeriod | None = None
    value: float | None = None
    lower: float | None = None
    upper: float | None = None
    mark: str = ""
    previous_period: APeriod | None = None
    previous_value: float | None = None
    last_year_period: APeriod | None = None
    last_year_value: float | None = None
    against_period: APeriod | None = None
    against_value: float | None = None
    direction: str = ""  # higher, lower or no change: the bare number, beside the previous one
    tested: bool = False
    benchmarks: dict[str, Comparison] = {}  # by kind of area: country, region, neighbours
    target_met: bool | None = None
    definition_changed: str = ""
    expected_period: APeriod | None = None
    expected_from: str = ""  # ISO date
    age_years: float | None = None
    reason: str = ""


class Gap(Model):
    """How far apart the places or groups of one measure are, at its newest period that has them."""

    measure: str
    dimension: str  # ward, or a group's dimension
    period: APeriod
    count: int
    shown: int
    highest: str
    highest_value: float
    lowest: str
    lowest_value: float
    difference: float
    ratio: float | None = None
    average: float | None = None
    estimated: bool = False
    tested: bool = False


def flatten(model: Model) -> dict[str, Any]:
    """A model as one row of a table: nested entries become dotted columns, and None a blank."""

    def walk(prefix: str, value: Any) -> dict[str, Any]:
        if isinstance(value, dict):
            return {k: v for key, inner in value.items() for k, v in walk(f"{prefix}.{key}", inner).items()}
        return {prefix: "" if value is None else value}

    return {k: v for field, value in model.model_dump().items() for k, v in walk(field, value).items()}


def unflatten(row: dict[str, str]) -> dict[str, Any]:
    """The inverse of `flatten`, from text: blank cells are left out, so that they take their default."""
    nested: dict[str, Any] = {}
    for column, text in row.items():
        if text == "":
            continue
        *path, last = column.split(".")
        place = nested
        for step in path:
            place = place.setdefault(step, {})
        place[last] = text
    return nested
