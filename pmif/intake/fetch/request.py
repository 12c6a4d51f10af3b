"""What to ask a publisher for, and what its answer means: policy, in data/fetch/<id>.yml.

Which indicator becomes which measure, which codes are which places, what form a period has: all of it
is declared here by someone who has read the publisher's definitions, and none of it is guessed from
what comes. The adapters add what their own publisher needs to be told.
"""

import re
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from pmif.errors import PeriodError
from pmif.framework.model import ID_PATTERN
from pmif.intake.fetch.http import is_loopback
from pmif.period import Period

FOLDER = "data/fetch"

Number = Literal["numerator", "denominator", "value", "lower", "upper"]
Form = Literal["calendar-year", "financial-year", "school-year", "rolling-years", "quarter", "month", "date"]
Status = Literal["suppressed", "unavailable", "not-applicable"]


class Model(BaseModel):
    """Frozen, and refuses a key it does not know: a misspelt one must not be ignored."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


def _as_text(value: object) -> object:
    """YAML reads 0 and 2024 as numbers; a publisher's cell is text."""
    return str(value) if isinstance(value, int | date) and not isinstance(value, bool) else value


def _base(address: str) -> str:
    if not (address.startswith("https://") or (address.startswith("http://") and is_loopback(address))):
        raise ValueError("write an address that begins with https://")
    return address if address.endswith("/") else f"{address}/"


def _period(text: str) -> str:
    try:
        return Period.parse(text).id
    except PeriodError as fault:
        raise ValueError(str(fault)) from None


def _month_day(text: str) -> str:
    if not re.fullmatch(r"\d{2}-\d{2}", text):
        raise ValueError("write a month and a day, like 04-01")
    date.fromisoformat(f"2024-{text}")
    return text


Id = Annotated[str, Field(pattern=rf"^{ID_PATTERN}$")]
Words = Annotated[str, Field(min_length=1)]
Text = Annotated[str, BeforeValidator(_as_text)]
Base = Annotated[str, AfterValidator(_base)]
PeriodId = Annotated[str, BeforeValidator(_as_text), AfterValidator(_period)]
MonthDay = Annotated[str, AfterValidator(_month_day)]


class Place(Model):
    """A place whose figures are expected. Places that are not listed are passed over, however many come."""

    code: Words
    vintage: Id
    formerly: tuple[Words, ...] = ()  # codes it had before: never read as it, only named where it is missing


class Series(Model):
    """Which records of the answer are which measure.

    `where` names columns and the text each must hold. What is left must be one record for each place
    and period: two that differ are a fault, so a filter that was forgotten cannot pass unseen.
    """

    measure: Id
    where: dict[str, Text] = {}
    dimension: Id | None = None
    group: Id | None = None
    takes: Annotated[tuple[Number, ...], Field(min_length=1)] = ("value", "lower", "upper")
    columns: dict[Number, str] = {}  # where a number stands, if not where this publisher usually puts it
    times: Decimal | None = None  # 100, where shares of one are published and the measure is in per cent
    decimals: Annotated[int, Field(ge=0, le=10)] | None = None  # kept to so many decimal places
    mark: Literal["", "p", "r", "e"] = ""

    @model_validator(mode="after")
    def _both(self) -> "Series":
        if (self.dimension is None) != (self.group is None):
            raise ValueError("dimension and group go together: give both or neither")
        return self


class Request(Model):
    """One thing that is asked for. `periods` is the form of the publisher's periods, which alone are ambiguous."""

    id: Id
    periods: Form | None = None
    period: PeriodId | None = None  # where the answer names none: an index of one year
    starts: MonthDay | None = None  # the day this publisher's year begins, or on which it counts
    since: PeriodId | None = None  # earlier periods are passed over
    areas: tuple[Place, ...] = ()  # in place of the file's own
    wards: Id | None = None  # every ward of this vintage, in place of listing them
    markers: dict[str, Status] = {}  # further marks of this publisher, and what each means
    published: date | None = None  # the day of publication, where it is known; else it is no later than the fetch
    source: Id | None = None
    series: Annotated[tuple[Series, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _periods(self) -> "Request":
        if (self.periods is None) == (self.period is None):
            raise ValueError("give either periods (the form of those in the answer) or period (the one it is of)")
        return self


class Plan(Model):
    """One publisher's file of requests."""

    id: Id
    adapter: Words
    title: Words
    source: Id  # a card of data/sources, which names publisher and licence
    address: Base
    encoding: str = ""  # where the publisher's text is neither UTF-8 nor what its header says
    areas: tuple[Place, ...] = ()
    requests: Annotated[tuple[Any, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _ids_once(self) -> "Plan":
        ids = [request.id for request in self.requests if isinstance(request, Request)]
        if twice := sorted({i for i in ids if ids.count(i) > 1}):
            raise ValueError(f"requests named more than once: {', '.join(twice)}")
        return self

    def places(self, request: Request) -> tuple[Place, ...]:
        """The places a request expects, where it lists them; its wards are for whoever knows the registry."""
        return request.areas or (() if request.wards else self.areas)
