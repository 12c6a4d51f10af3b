"""What a role is: a value that writes itself, or a claim that the figures bear out or do not."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from pmif.commentary.notation import Target
from pmif.disclosure import Figure, Published, PublishedMeasure
from pmif.disclosure.figure_name import FigureName, find_figure, read_figure_name
from pmif.errors import FigureNameError, PeriodError
from pmif.exhibits import wording
from pmif.period import Period


class Kind(StrEnum):
    VALUE = "value"
    CLAIM = "claim"


FIGURE = ("area", "period", "group")  # what may follow the measure's id where any of its figures will do

# What stands after a claim that rests on less than a test, whatever words its writer chose.
NOT_TESTED = "(not tested)"
NO_CHANGE = "(no detectable change)"
ESTIMATE = "(our estimate)"


@dataclass(frozen=True)
class Said:
    """What a role comes to.

    `words` is what it writes where the analyst gave none; of a claim that does not hold, `truth` is what the
    data say, and `instead` the claims that would hold, ready to type.
    """

    words: str
    holds: bool = True
    truth: str = ""
    instead: tuple[str, ...] = ()
    caution: str = ""  # NOT_TESTED, NO_CHANGE, ESTIMATE; blank of most


class CannotBindError(Exception):
    """There is nothing to write: the message is a sentence for the writer."""


@dataclass(frozen=True)
class Asked:
    """One role as it was typed, its measure found. `page` is the page that the words stand on."""

    published: Published
    page: str
    target: Target
    name: FigureName | None = None

    @property
    def pm(self) -> PublishedMeasure:
        assert self.name is not None, "only roles that take a measure ask for one"
        return self.published.measure(self.name.measure)

    @property
    def options(self) -> Mapping[str, str]:
        return self.target.options

    @property
    def named(self) -> FigureName:
        assert self.name is not None
        return self.name

    @property
    def plain(self) -> bool:
        """Whether it is about everyone in the borough in the newest period: what findings are about."""
        name = self.named
        borough = name.area == self.published.areas.borough.code
        newest = not name.period or (self.pm.finding.period is not None and name.period == self.pm.finding.period.id)
        return borough and newest and not name.dimension

    def figure(self) -> "NamedFigure":
        """The figure that is named.

        Errors: CannotBindError where there is none, or where it is withheld.
        """
        if self.named.dimension and not self.named.group:
            raise CannotBindError(
                f"'{self.target.name}' names a dimension and no group: write {self.named.dimension}=group"
            )
        try:
            figure = find_figure(self.published, self.named)
        except FigureNameError as fault:
            hint = (
                ": write {gap-period}, {highest-value} or a ward's name"
                if self.pm.finding.value is None and self.pm.gaps
                else ""
            )
            raise CannotBindError(f"{str(fault).rstrip('.')}{hint}") from None
        if figure.status == "suppressed":
            raise CannotBindError(
                f"the figure for {figure.period.label} is withheld to protect people, so it cannot be "
                "written: say that it is withheld, or leave it out"
            )
        if not figure.shown:
            raise CannotBindError(f"there is no figure for {figure.period.label}: it is {figure.status}")
        return NamedFigure.of(self.pm, figure)

    def period_option(self, key: str) -> Period | None:
        if key not in self.options:
            return None
        found = read_period(self.options[key])
        if found is None:
            raise CannotBindError(f"'{self.options[key]}' is no period: write it like 2024-25 or 2022-to-2024")
        return found


@dataclass(frozen=True)
class NamedFigure:
    """A figure that may be written, with its limits where they are published."""

    pm: PublishedMeasure
    period: Period
    value: float
    lower: float | None
    upper: float | None

    @classmethod
    def of(cls, pm: PublishedMeasure, figure: Figure) -> "NamedFigure":
        return cls(pm, figure.period, figure.value, figure.lower, figure.upper)


def touch(one: NamedFigure, other: NamedFigure) -> bool:
    """Whether two intervals overlap; False where either is not published."""
    limits = (one.lower, one.upper, other.lower, other.upper)
    low, high, other_low, other_high = (math.nan if limit is None else limit for limit in limits)
    return low <= other_high and other_low <= high


def read_period(text: str) -> Period | None:
    try:
        return Period.parse(text)
    except PeriodError:
        return None


@dataclass(frozen=True)
class Entry:
    """One word of the vocabulary. `takes` is what stands between the backticks: measure, count or report."""

    kind: Kind
    role: str
    says: str  # for the list of words: what it writes or claims
    make: Callable[[Asked], Said]
    takes: str = "measure"
    options: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()  # what may follow the measure's id: area, period, group, dimension


def ask(published: Published, page: str, entry: Entry, target: Target) -> Said:
    """What a role comes to.

    Errors: CannotBindError in a sentence.
    """
    if unfit := [key for key in target.options if key not in entry.options]:
        can = f"it takes {', '.join(entry.options)}" if entry.options else "it takes none"
        raise CannotBindError(f"{{{entry.role}}} has no option '{unfit[0]}': {can}")
    if entry.kind is Kind.VALUE and target.words and entry.takes != "count":
        raise CannotBindError(
            f"{{{entry.role}}} writes the figure itself, so it takes no words of yours: "
            f"write {{{entry.role}}}`{target.name}`"
        )
    if entry.takes != "measure":
        return entry.make(Asked(published, page, target))
    try:
        name = read_figure_name(published, target.name)
    except FigureNameError as fault:
        raise CannotBindError(str(fault)) from None
    _fits(published, entry, target, name)
    return entry.make(Asked(published, page, target, name))


def _fits(published: Published, entry: Entry, target: Target, name: FigureName) -> None:
    """Refuse parts of a name that a role would pass over."""
    given = {
        "area": name.area != published.areas.borough.code,
        "period": bool(name.period),
        "group": bool(name.group),
        "dimension": bool(name.dimension) and not name.group,
    }
    for part, is_given in given.items():
        if is_given and part not in entry.parts:
            takes = f"the measure and {wording.listed(entry.parts)}" if entry.parts else "the measure alone"
            raise CannotBindError(f"{{{entry.role}}} takes {takes}, and '{target.name}' names a {part}")
