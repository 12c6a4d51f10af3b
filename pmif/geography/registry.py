"""The registry of geographies: which sets of areas there are, what their codes look like, and when they were in force.

A geography is one set of areas at one time: the 22 wards before May 2026 are one, the 22 since are
another, though most of their names are the same. Its id is the vintage that every code carries.
The registry is data/boundaries/geographies.yml; areas.csv, the list of the areas themselves, is checked against it.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from pmif.declared import Reader
from pmif.errors import Fault, GeographyError

if TYPE_CHECKING:
    from pmif.geography.areas import Area

GEOGRAPHIES = "data/boundaries/geographies.yml"
Id = Annotated[str, Field(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$")]
Words = Annotated[str, Field(min_length=1)]


class Model(BaseModel):
    """Frozen, and refuses a key it does not know: a misspelt one must not be ignored."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class RefusedCode(Model):
    """A code that looks right and is not, with what to say to whoever writes it."""

    code: Words
    why: Words


class ShapeFacts(Model):
    """What is known of a geography's shapes before any file of them is read."""

    area_km2: Annotated[float, Field(gt=0)]  # of all its areas together
    within: tuple[float, float, float, float]  # west, south, east, north, in degrees

    @field_validator("within")
    @classmethod
    def _is_a_box(cls, box: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
        west, south, east, north = box
        if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
            raise ValueError(f"{list(box)} is no box: give west, south, east and north in degrees")
        return box


class Geography(Model):
    """One set of areas at one time. Both days are included in the time it was in force."""

    id: Id
    title: Words
    kind: Literal["borough", "region", "country", "neighbours", "ward", "small-area"]
    code: Words  # a regular expression that its codes match as a whole
    count: Annotated[int, Field(ge=1)]  # of its areas in this book
    valid_from: date | None = None
    valid_to: date | None = None
    followed_by: Id | None = None
    refused: tuple[RefusedCode, ...] = ()
    shapes: ShapeFacts | None = None

    @field_validator("code")
    @classmethod
    def _is_a_pattern(cls, pattern: str) -> str:
        try:
            re.compile(pattern)
        except re.error as fault:
            raise ValueError(f"'{pattern}' is not a regular expression, {fault}") from None
        return pattern

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Self:
        if self.valid_from and self.valid_to and self.valid_to < self.valid_from:
            raise ValueError(f"valid_to {self.valid_to} is before valid_from {self.valid_from}")
        return self

    @property
    def is_listed(self) -> bool:
        """Whether areas.csv lists its areas: small areas are only ever made into others."""
        return self.kind != "small-area"

    def matches(self, code: str) -> bool:
        return re.fullmatch(self.code, code) is not None and self.why_refused(code) is None

    def why_refused(self, code: str) -> str | None:
        return next((refused.why for refused in self.refused if refused.code == code), None)


def load_geographies(root: Path) -> tuple[Geography, ...]:
    """Read data/boundaries/geographies.yml below `root`.

    Errors: GeographyError with every fault and its line.
    """
    reader = Reader(root)
    found = reader.models(reader.read(GEOGRAPHIES, ("geographies",)), "geographies", Geography)
    faults = [*reader.faults, *reader.duplicates()]
    by_id = {geography.id: geography for geography in found}
    for geography in found:
        place = reader.place(Geography, geography.id)
        if (follower := geography.followed_by) is None:
            continue
        if follower not in by_id:
            if not faults:  # an entry that could not be read may be the one
                faults.append(
                    Fault(place, f"'{geography.id}', followed_by is '{follower}', which is no geography here")
                )
        elif by_id[follower].kind != geography.kind:
            faults.append(
                Fault(place, f"'{geography.id}' is a {geography.kind} and followed_by a {by_id[follower].kind}")
            )
        elif (ends := geography.valid_to) and (begins := by_id[follower].valid_from) and (begins - ends).days != 1:
            faults.append(
                Fault(
                    place,
                    f"'{geography.id}' ends on {ends} and '{follower}' begins on {begins}: "
                    "the one must begin the day after the other ends",
                )
            )
    if faults:
        raise GeographyError("The registry of geographies cannot be used", faults)
    return tuple(found)


def check_areas(areas: Sequence[tuple[int, "Area"]], geographies: Sequence[Geography], name: str) -> Iterator[Fault]:
    """Everything in which the listed areas, each with its row in `name`, do not agree with the registry."""
    registered = {geography.id: geography for geography in geographies}
    unknown = {area.vintage for _, area in areas} - set(registered)
    for vintage in sorted(unknown):
        row = next(row for row, area in areas if area.vintage == vintage)
        yield Fault(
            f"{name}, row {row}",
            f"vintage '{vintage}' is not in {GEOGRAPHIES}: register it there, or mend its spelling",
        )
    named: dict[tuple[str, str], tuple[int, Area]] = {}
    for row, area in areas:
        place = f"{name}, row {row}"
        other = named.setdefault((area.kind, area.code), (row, area))
        if other[1].name != area.name and other[1].vintage != area.vintage:
            yield Fault(
                place,
                f"{area.code} is '{area.name}' in {area.vintage}, and '{other[1].name}' in {other[1].vintage} "
                f"(row {other[0]}): a code is one place; mend the code or the name",
            )
        if (geography := registered.get(area.vintage)) is not None:
            yield from (Fault(place, problem) for problem in _disagreements(area, geography))
    counted = Counter(area.vintage for _, area in areas)
    for geography in geographies:
        if geography.is_listed and counted[geography.id] != geography.count:
            yield Fault(
                name,
                f"{counted[geography.id]} areas of {geography.id} are listed: expected {geography.count} "
                f"({GEOGRAPHIES}); list each once",
            )


def _disagreements(area: "Area", geography: Geography) -> Iterator[str]:
    if why := geography.why_refused(area.code):
        yield f"{area.code} of {area.vintage} is refused: {why}"
    elif not geography.matches(area.code):
        yield f"{area.code} is not a code of {area.vintage}: expected one like {geography.code}"
    if area.kind != geography.kind:
        yield f"{area.code} is listed as a {area.kind}, but {area.vintage} is registered as a {geography.kind}"
    # A ward's own code may have come later than its set, or gone sooner; never the other way round.
    begins, ends = geography.valid_from, geography.valid_to
    if begins and (area.valid_from is None or area.valid_from < begins):
        yield f"valid_from is {area.valid_from or 'blank'}, but {area.vintage} came into force on {begins}"
    if ends and (area.valid_to is None or area.valid_to > ends):
        yield f"valid_to is {area.valid_to or 'blank'}, but the last day of {area.vintage} was {ends}"
    elif ends and area.valid_from and area.valid_from > ends:
        yield f"valid_from is {area.valid_from}, after the last day of {area.vintage}, {ends}"
    if area.valid_from and area.valid_to and area.valid_to < area.valid_from:
        yield f"valid_to {area.valid_to} is before valid_from {area.valid_from}"
