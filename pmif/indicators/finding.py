"""What can be said of a measure in one report: the finding, and the gaps between places and groups.

Direction (is it changing?) and level (where is it beside England?) stay two facts. Each is either
made, by an interval or a stated test, or has a reason why not; none is ever blank.
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
    MOVED = "moved"  # a clear change, neither good nor bad in itself, or of money in the pounds of each year
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


class Went(StrEnum):
    """Which way a test finds that the number went. Whether that is good, the measure's polarity says."""

    HIGHER = "higher"
    LOWER = "lower"
    NO_CHANGE = "no change"


class TargetRating(StrEnum):
    """The newest figure beside its target."""

    MET = "met"
    CLOSE = "close"  # not met, but within the tolerance that was set with the target
    MISSED = "missed"
    NOT_YET = "not-yet"  # not met, and there is still time


class Comparison(Model):
    value: float | None = None
    level: Level | None = None
    tested: bool = False
    reason: str = ""


class Step(Model):
    """The newest figure against an earlier one, by their two intervals. `went` or `reason` is set, never both."""

    went: Went | None = None
    reason: str = ""
    period: APeriod | None = None  # the earlier figure's
    value: float | None = None


class Trend(Model):
    """The recent trend: five yearly figures and a chi-squared test."""

    went: Went | None = None
    reason: str = ""
    since: APeriod | None = None
    chi_squared: float | None = None


class UsualRange(Model):
    """The newest figure beside the range that the others stay in, as on a control chart.

    `rule` names the signal that the newest figure shows (a name in methods.signals). `high` and `low` list, with
    spaces between, the periods whose figures show one, above and below the average; the chart marks them.
    """

    went: Went | None = None
    reason: str = ""
    since: APeriod | None = None
    points: int = 0  # all figures on the chart, the newest included
    mean: float | None = None
    lower: float | None = None
    upper: float | None = None
    provisional: bool = False  # "trial limits", from the few figures before the newest
    outside: int = 0  # of the earlier figures, how many lie outside trial limits: many say that it was never steady
    rule: str = ""
    high: str = ""
    low: str = ""
    assurance: str = ""  # consistently pass, consistently fail, hit and miss; blank without a target


class JudgedBy(StrEnum):
    """The test that found the change. The newest evidence comes first."""

    STEP = "step"
    USUAL_RANGE = "usual-range"
    TREND = "trend"


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
    direction: Went | None = None  # the bare number, beside the previous one
    step: Step = Step()
    trend: Trend = Trend()
    usual: UsualRange = UsualRange()
    judged_by: JudgedBy | None = None  # the test that found the change; None where none did
    in_cash_terms: bool = False  # pounds of different years: prices rose too, so no direction is good or bad
    benchmarks: dict[str, Comparison] = {}  # by kind of area: country, region, neighbours
    target: TargetRating | None = None
    definition_changed: str = ""
    expected_period: APeriod | None = None
    expected_from: str = ""  # ISO date
    age_years: float | None = None
    reason: str = ""

    @property
    def tests(self) -> dict[JudgedBy, Step | Trend | UsualRange]:
        """Every test of change, made or not, the newest evidence first."""
        return {JudgedBy.STEP: self.step, JudgedBy.USUAL_RANGE: self.usual, JudgedBy.TREND: self.trend}

    @property
    def tested(self) -> bool:
        """Whether any test of change could be made."""
        return any(test.went for test in self.tests.values())


class GapChange(Model):
    """Whether a gap narrows: the same ends, now and at an earlier period."""

    went: str = ""  # narrowing, widening, reversed, no detectable change
    reason: str = ""
    since: APeriod | None = None
    earlier: float | None = None  # the gap then; below 0 where the other end was the higher
    earlier_high: float | None = None  # its two ends, of a gap between two
    earlier_low: float | None = None
    method: str = ""  # change-of-gap or usual-range


class Slope(Model):
    """How a measure goes from the most to the least deprived, using every area or group.

    `value` is the least deprived end less the most deprived one, in the measure's unit; `ratio` is one
    over the other. `method` is slope-index (published or calculated intervals) or gradient (the scatter of
    the areas around the line).
    """

    method: str = ""
    reason: str = ""
    value: float | None = None
    lower: float | None = None
    upper: float | None = None
    ratio: float | None = None
    start: float | None = None  # the line's height at the most deprived end
    curve: str = ""  # log or logit where the line is straight on that scale; else blank
    groups: int = 0


class Spatial(Model):
    """Whether neighbouring wards are alike: Moran's I, and the wards that stand together, by name."""

    reason: str = ""
    i: float | None = None
    p: float | None = None
    alike: bool = False  # more alike than chance would make them
    high: str = ""  # names with "; " between
    low: str = ""


class Gap(Model):
    """How far apart the places or groups of one measure are, at its newest period that has them.

    Where a dimension has figures for one group only, the other end is everyone in the borough.
    """

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
    tested: bool = False  # the two ends' intervals do not touch
    difference_lower: float | None = None
    difference_upper: float | None = None
    change: GapChange = GapChange()
    slope: Slope = Slope()
    spatial: Spatial = Spatial()


def flatten(model: Model) -> dict[str, Any]:
    """A model as one row of a table: nested entries become dotted columns, and None a blank."""

    def walk(prefix: str, value: Any) -> dict[str, Any]:
        if isinstance(value, dict):
            return {k: v for key, inner in value.items() for k, v in walk(f"{prefix}.{key}", inner).items()}
        return {prefix: "" if value is None else value}

    return {k: v for field, value in model.model_dump().items() for k, v in walk(field, value).items()}


def column_names(model: type[Model]) -> list[str]:
    """The columns of `flatten`, of a model whose nested entries are models."""
    names: list[str] = []
    for name, field in model.model_fields.items():
        nested = field.annotation
        if isinstance(nested, type) and issubclass(nested, Model):
            names += [f"{name}.{inner}" for inner in column_names(nested)]
        else:
            names.append(name)
    return names


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
