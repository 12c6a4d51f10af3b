"""What the council said it would achieve, and how it will know: definitions, no values.

The words of objectives, outcomes and interventions are the council's own. A measure is a
definition; its figures live in data/figures and arrive as observations.
"""

import re
from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from pmif.errors import PeriodError
from pmif.geography import AreaKind
from pmif.methods import BANDED_METHODS
from pmif.period import Period

# Tags that mean something to the program; any other is the council's own.
DEPRIVATION = "deprivation"  # the one measure whose ward figures put wards in order
PART_OF_DEPRIVATION_INDEX = "part-of-deprivation-index"  # a measure that the deprivation score is made from
SIZE_OF_PLACE = "size-of-place"  # a measure that says how large a place is, not how it fares

TO_CONFIRM = "to-confirm"  # the role that stands for an owner whom the council has yet to name

ID_PATTERN = r"[a-z][a-z0-9]*(-[a-z0-9]+)*"


class Model(BaseModel):
    """Frozen, and refuses a key it does not know: a misspelt one must not be ignored."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


Id = Annotated[str, Field(pattern=rf"^{ID_PATTERN}$")]
Words = Annotated[str, Field(min_length=1)]


def _web_address(text: str) -> str:
    if not re.match(r"https?://[^\s/]+\.[^\s/]+", text):
        raise ValueError("write a web address that begins with http:// or https://")
    return text


def _text_of_period(value: object) -> object:
    """YAML reads 2030 as a number and 2025-03-31 as a date; both are periods here."""
    return str(value) if isinstance(value, int | date) else value


def _period(text: str) -> str:
    try:
        return Period.parse(text).id
    except PeriodError as fault:
        raise ValueError(str(fault)) from None


Address = Annotated[str, AfterValidator(_web_address)]
PeriodId = Annotated[str, BeforeValidator(_text_of_period), AfterValidator(_period)]


class Polarity(StrEnum):
    """Which way is improvement."""

    HIGHER = "higher-is-better"
    LOWER = "lower-is-better"
    NEUTRAL = "neutral"


class Frequency(StrEnum):
    """How often a new figure comes; also the form of its periods, except for `occasional`."""

    QUARTER = "quarter"
    SIX_MONTH = "six-month"
    FINANCIAL_YEAR = "financial-year"
    SCHOOL_YEAR = "school-year"
    CALENDAR_YEAR = "calendar-year"
    ROLLING_YEARS = "rolling-years"
    MONTH = "month"
    DATE = "date"  # once a year, a count on one day
    OCCASIONAL = "occasional"  # a census, a survey, an index: no date is promised


class Bearing(StrEnum):
    """How a measure bears on its outcome."""

    EVIDENCE = "evidence"
    RELATED = "related"  # it only touches the outcome, and is never counted as evidence for it
    CONTEXT = "context"  # it describes the place: no outcome of its own


class Unit(Model):
    """How values are written. data/framework/units.yml."""

    id: Id
    prefix: str = ""  # "£"
    suffix: str = ""  # "%"
    words: str = ""  # "per 1,000 births"; follows the value where the suffix does not say it all
    short: str = ""  # on an axis
    multiplier: float = 1  # what a method's fraction is multiplied by: 100 for per cent, 1000 for per 1,000
    shown_in: float = 1  # what a value is divided by when it is shown: 1000000 for £ million
    difference: Words  # what a difference is counted in: "percentage points", "years"
    lowest: float | None = None  # no value can lie beyond these
    highest: float | None = None

    @property
    def is_money(self) -> bool:
        """Money is in the pounds of its own year: prices rise as well, so more is not better over time."""
        return "£" in self.prefix


class Group(Model):
    """One category of a dimension: pupils eligible for free school meals.

    `weight` is how many people a standard population has in it, of a dimension that rates are standardised over.
    """

    id: Id
    title: Words
    weight: Annotated[float, Field(gt=0)] | None = None


class Dimension(Model):
    """A way of dividing people, so that nobody left behind is hidden in an average. data/framework/dimensions.yml.

    Where `ordered`, the groups are listed from the most to the least deprived, and a slope may be drawn through them.
    """

    id: Id
    title: Words
    ordered: bool = False
    groups: Annotated[tuple[Group, ...], Field(min_length=2)]


class Role(Model):
    """Who answers for a measure: a post or a service, never a person. data/framework/roles.yml."""

    id: Id
    title: Words
    source: Words  # where the council names this role, or why it is still to be confirmed


class Target(Model):
    """What the council set itself. Only targets with a known decision behind them."""

    value: float
    by: PeriodId
    set_by: Words
    set_on: Words
    source: Address
    tolerance: float | None = None


class DefinitionChange(Model):
    """A break in a series: figures from this period on are not comparable with earlier ones."""

    since: PeriodId
    what: Words


class Measure(Model):
    """What is counted, out of what, and how it is judged.

    `bearing` says whether it is evidence for its outcome. `outcome` is an outcome's or a scorecard
    area's id; a context measure has none.
    """

    id: Id
    outcome: Id | None = None
    bearing: Bearing = Bearing.EVIDENCE
    title: Words  # as a councillor would say it aloud
    definition: Words
    numerator: str | None = None
    denominator: str | None = None
    unit: Id
    unit_words: str | None = None  # overrides the unit's words: "per 10,000 children"
    decimals: Annotated[int, Field(ge=0, le=3)]
    polarity: Polarity
    method: Id  # a module of pmif.methods; as-published where only the value is known
    frequency: Frequency
    lag: Annotated[str, Field(pattern=r"^\d+ months?$")]  # from the period's end to publication
    owner: Id  # a role, or to-confirm
    partners: tuple[Words, ...] = ()
    source: Id  # data/sources/<id>.yml
    address: Address | None = None  # the publication itself, where the source is a collection
    series: str | None = None  # the publisher's own name for it
    geographies: tuple[AreaKind, ...]
    groups: tuple[Id, ...] = ()  # dimensions: sex, free-school-meals
    bands: Id | None = None  # the dimension of age bands that a standardised rate or a life table is worked out from
    benchmark: AreaKind | None = AreaKind.COUNTRY  # None where a comparison says nothing: a number of people
    target: Target | None = None
    definition_changes: tuple[DefinitionChange, ...] = ()
    disclosure: Id  # a rule of data/framework/disclosure.yml
    note: str | None = None  # a caution that a reader needs beside the figure
    related_note: str | None = None  # for bearing: related, why it is not evidence
    map_classes: tuple[float, ...] = ()  # where each class of its ward map but the first begins; the same every period
    tags: tuple[Id, ...] = ()

    @model_validator(mode="after")
    def _whole(self) -> "Measure":
        if self.bearing is Bearing.RELATED and not self.related_note:
            raise ValueError("bearing is 'related' but related_note is missing: say why it is not evidence")
        if (self.outcome is None) != (self.bearing is Bearing.CONTEXT):
            raise ValueError("a measure has an outcome (or scorecard area) unless its bearing is 'context'")
        if list(self.map_classes) != sorted(set(self.map_classes)) or len(self.map_classes) > 3:
            raise ValueError("map_classes are up to three numbers, each larger than the one before")
        since = [Period.parse(change.since).sort_key for change in self.definition_changes]
        if since != sorted(since):
            raise ValueError("definition_changes are not in order of time: list the earliest first")
        if (self.bands is None) is (self.method in BANDED_METHODS):
            raise ValueError(
                f"method '{self.method}' and bands do not fit: bands names the dimension of age bands, "
                f"for {', '.join(BANDED_METHODS)} only"
            )
        if self.method != "as-published" and not (self.numerator and self.denominator):
            raise ValueError(
                f"method '{self.method}' needs numerator and denominator: say what is counted, out of what"
            )
        return self

    @property
    def lag_months(self) -> int:
        return int(self.lag.split()[0])


class Outcome(Model):
    """What will be true of Gateshead, in the council's words. Also used for the four scorecard areas."""

    id: Id
    title: Words
    short: Words  # for a tile or a contents list


class Objective(Model):
    """One of the six policy objectives."""

    id: Id
    number: int
    title: Words
    short: Words
    outcomes: Annotated[tuple[Outcome, ...], Field(min_length=1)]
    owner: Id = TO_CONFIRM
    committees: tuple[Id, ...] = ()


class Scorecard(Model):
    """The Balanced Scorecard: the internal health of the council as an organisation."""

    id: Id
    title: Words
    description: Words
    areas: Annotated[tuple[Outcome, ...], Field(min_length=1)]
    owner: Id = TO_CONFIRM
    committees: tuple[Id, ...] = ()


class Appearance(Model):
    """An intervention as one objective words it, with the parts it lists there."""

    objective: Id
    place: Annotated[int, Field(ge=1)]  # where it stands in the objective's own list
    wording: Words
    parts: tuple[Words, ...] = ()


class Intervention(Model):
    """What the council does about it; it may serve several objectives. data/framework/interventions.yml."""

    id: Id
    appears: Annotated[tuple[Appearance, ...], Field(min_length=1)]


class Committee(Model):
    """Who scrutinises what. data/framework/committees.yml."""

    id: Id
    title: Words
    short: Words
    address: Address | None = None
    note: str | None = None


class Score(Model):
    """One line of a judgement that was scored: 2 of 4."""

    what: Words
    value: int
    out_of: int


class Judgement(Model):
    """What an inspector, regulator or peer said, on a date. data/framework/judgements.yml."""

    id: Id
    body: Words
    subject: Words
    verdict: Words
    standing: Annotated[str, Field(pattern="^(good|weak|advice)$")]  # shape of its mark; never a score of ours
    on: Words  # as precisely as it is known: "January 2025"
    sort_date: date
    detail: str = ""
    scores: tuple[Score, ...] = ()
    source: Id
    address: Address


class DisclosureRule(Model):
    """Who set it, when, and which counts it withholds. data/framework/disclosure.yml."""

    id: Id
    title: Words
    withhold_from: int | None = None  # counts from here ...
    withhold_to: int | None = None  # ... to here are withheld, with every value that would reveal them
    set_by: Words
    set_on: Words
    source: Words

    @model_validator(mode="after")
    def _both_ends(self) -> "DisclosureRule":
        if (self.withhold_from is None) != (self.withhold_to is None):
            raise ValueError("withhold_from and withhold_to go together: give both or neither")
        return self

    @property
    def small(self) -> tuple[int, int] | None:
        """The smallest and largest count that is withheld, or None where none is."""
        if self.withhold_from is None or self.withhold_to is None:
            return None
        return (self.withhold_from, self.withhold_to)


class Source(Model):
    """Where figures came from. data/sources/<id>.yml, one card a source."""

    id: Id
    publisher: Words
    dataset: Words
    licence: Annotated[str, Field(pattern="^(ogl-3|opl-3|cited-fact|made-up|council-return)$")]
    address: Address | None = None
    received: date | None = None  # the date of the copy the figures were read from
    copied_from: str | None = None
    attribution: str | None = None
    note: str | None = None


class Milestone(Model):
    """A step of the reporting year."""

    when: Words
    what: Words
    who: tuple[Id, ...] = ()


class Reporting(Model):
    """data/framework/reporting.yml: which report is current, and when its figures close."""

    current: PeriodId
    first: PeriodId  # no report exists before this one
    closes_after_days: int  # figures published up to this many days after the period's end are in the report
    council: Words
    made_up: bool = False
    contact: Words  # a role
    contact_address: Address | None = None
    wards_note: Words
    ward_shapes: tuple[Id, ...]  # the vintages of wards whose shapes are held; others have figures and no map
    calendar: tuple[Milestone, ...] = ()


class Framework(Model):
    """All of it, cross-checked. Made by `pmif.framework.load_framework`."""

    objectives: tuple[Objective, ...]
    scorecard: Scorecard
    interventions: tuple[Intervention, ...]
    measures: tuple[Measure, ...]
    units: tuple[Unit, ...]
    dimensions: tuple[Dimension, ...]
    roles: tuple[Role, ...]
    committees: tuple[Committee, ...]
    judgements: tuple[Judgement, ...]
    disclosure_rules: tuple[DisclosureRule, ...]
    sources: tuple[Source, ...]
    reporting: Reporting

    def measure(self, measure_id: str) -> Measure:
        return next(m for m in self.measures if m.id == measure_id)

    def unit(self, measure: Measure) -> Unit:
        return next(u for u in self.units if u.id == measure.unit)

    def dimension(self, dimension_id: str) -> Dimension:
        return next(d for d in self.dimensions if d.id == dimension_id)

    def source(self, source_id: str) -> Source:
        return next(s for s in self.sources if s.id == source_id)

    def role(self, role_id: str) -> Role:
        return next(r for r in self.roles if r.id == role_id)

    def objective(self, objective_id: str) -> Objective:
        return next(o for o in self.objectives if o.id == objective_id)

    @property
    def parts(self) -> dict[str, tuple[Outcome, ...]]:
        """The outcomes of each objective, and the areas of the scorecard, by the id of the page they stand on."""
        return {o.id: o.outcomes for o in self.objectives} | {self.scorecard.id: self.scorecard.areas}

    def owner(self, page_id: str) -> Role:
        """The role that answers for a page: an objective's or the scorecard's; of others it is to be confirmed."""
        owners = {o.id: o.owner for o in self.objectives} | {self.scorecard.id: self.scorecard.owner}
        return self.role(owners.get(page_id, TO_CONFIRM))

    def measures_of(self, outcome_id: str) -> tuple[Measure, ...]:
        return tuple(m for m in self.measures if m.outcome == outcome_id)

    def group_title(self, dimension_id: str, group_id: str) -> str:
        """How a group is named to a reader: "Eligible for free school meals"."""
        return next(g.title for d in self.dimensions if d.id == dimension_id for g in d.groups if g.id == group_id)

    def interventions_of(self, objective_id: str) -> tuple[tuple[Intervention, Appearance], ...]:
        """Each intervention of an objective with the objective's own wording, in the council's order."""
        found = [(i, a) for i in self.interventions for a in i.appears if a.objective == objective_id]
        return tuple(sorted(found, key=lambda pair: pair[1].place))
