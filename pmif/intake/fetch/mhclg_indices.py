"""The English indices of deprivation, a file of small areas from GOV.UK, put together for wards and the borough.

The file's address changes whenever it is revised, so it is looked for on the publication's page, and its
content is pinned: a file with another checksum is not taken until someone has looked at what changed.
Gateshead has 126 small areas in 2011 and 126 in 2021, of which four differ: so codes are compared, each
with the lookup's own, and never only counted.
"""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from html import unescape
from typing import Annotated
from urllib.parse import unquote, urljoin, urlsplit

import pandas as pd
from pydantic import Field, model_validator

from pmif.errors import Fault, FetchError, GeographyError
from pmif.geography.conversion import LOOKUPS, load_lookups
from pmif.intake.fetch.http import UNCHANGED, Http, Reply
from pmif.intake.fetch.records import Layout, Page, Record, csv_records, observations, plain_number, refuse
from pmif.intake.fetch.request import Id, Text, Words
from pmif.intake.fetch.request import Plan as AnyPlan
from pmif.intake.fetch.request import Request as AnyRequest
from pmif.intake.fetch.request import Series as AnySeries
from pmif.intake.fetch.setting import Setting

EXTENSION = "csv"


class Series(AnySeries):
    """Either the average of a column, weighted by residents, or the share of areas whose column holds a text."""

    average: str = ""
    weight: str = ""
    share_of: str = ""
    equals: Text = ""

    @model_validator(mode="after")
    def _one_way(self) -> "Series":
        if bool(self.average) == bool(self.share_of):
            raise ValueError("give either average (a column, with weight) or share_of (a column, with equals)")
        if bool(self.average) != bool(self.weight) or bool(self.share_of) != bool(self.equals):
            raise ValueError("average goes with weight, and share_of with equals")
        return self


class Request(AnyRequest):
    page: Words  # where the publication is, below the plan's address
    media: Words  # what the file's own address begins with
    file: Words  # how the file's own address ends
    sha256: Annotated[str, Field(pattern="^([0-9a-f]{64})?$")] = ""
    lsoa: Words  # the column of small areas, whose name gives their vintage: LSOA code (2021)
    district: Words  # the column of the council's code
    districts: tuple[Words, ...]  # the codes of the council there
    small_areas: Id  # their vintage: lsoa-2021
    lookup: str = ""  # of data/boundaries/lookups: which ward a small area is counted in
    series: Annotated[tuple[Series, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _of_one_year(self) -> "Request":
        if self.period is None:
            raise ValueError("the file names no period: write period, the year of the indices")
        if bool(self.wards) != bool(self.lookup):
            raise ValueError("wards and lookup go together: the file has small areas, and no wards")
        return self


class Plan(AnyPlan):
    requests: tuple[Request, ...]


LAYOUT = Layout(
    area="area",
    period="",
    numbers={"value": "value", "numerator": "numerator", "denominator": "denominator"},
    always=frozenset({"value"}),
)


def fetch(request: Request, http: Http, setting: Setting) -> list[Reply]:
    """The publication's page, then the file that it links to."""
    page = http.get(setting.address(request.page))
    file = http.get(_link(page, request))
    if not request.sha256:
        raise FetchError(
            f"{request.file} is not pinned, so it was not taken and {UNCHANGED}. Its checksum is {file.sha256}: "
            "compare the file with what is published, then write that as 'sha256' of the request"
        )
    if file.sha256 != request.sha256:
        raise FetchError(
            f"{request.file} is not the file that was pinned: its checksum is {file.sha256}, expected "
            f"{request.sha256}. {UNCHANGED.capitalize()}. See on {page.url} what was revised, then pin the new one"
        )
    return [page, file]


def _link(page: Reply, request: Request) -> str:
    """The one address on the page that ends with the file's name."""
    addresses = {
        urljoin(page.url, unescape(found)) for found in re.findall(r"href=[\"\']([^\"\']+)", page.text(), re.IGNORECASE)
    }
    named = {a for a in addresses if unquote(urlsplit(a).path).rpartition("/")[2] == request.file}
    right = sorted(a for a in named if a.startswith(request.media))
    if len(right) != 1:
        like = sorted(unquote(urlsplit(a).path).rpartition("/")[2] for a in addresses if a.lower().endswith(".csv"))
        shown = f"it links to {', '.join(like[:6])}" if like else "it links to no CSV file"
        number = "does not link to" if not right else f"links {len(right)} times, differently, to"
        raise FetchError(
            f"the page {page.url} {number} {request.file} below {request.media}: {shown}. {UNCHANGED.capitalize()}"
        )
    return right[0]


def read(pages: Sequence[Page], request: Request, setting: Setting) -> pd.DataFrame:
    """Errors: FetchError with every fault, and where the small areas are not those of the lookup."""
    page = pages[-1]
    host = page.reply.host
    records = csv_records(page, setting.plan.encoding)
    columns = list(records[0].cells)
    needed = [request.lsoa, request.district]
    needed += [c for s in request.series for c in (s.average, s.weight, s.share_of) if c]
    refuse(
        host,
        [
            Fault(
                page.name,
                f"column {column!r} is missing: the file may be of another year. It has {', '.join(columns[:6])}",
            )
            for column in dict.fromkeys(needed)
            if column not in columns
        ],
    )
    ours = [r for r in records if r.cells[request.district].strip() in request.districts]
    if not ours:
        there = ", ".join(sorted({r.cells[request.district].strip() for r in records})[:6])
        refuse(host, [Fault(page.name, f"has no small area of {', '.join(request.districts)}: there are {there}")])
    codes = [r.cells[request.lsoa].strip() for r in ours]
    if twice := sorted({c for c in codes if codes.count(c) > 1}):
        refuse(host, [Fault(page.name, f"has small areas more than once: {', '.join(twice[:6])}")])
    members = _members(request, setting, ours, host)
    tables = []
    for series in request.series:
        faults: list[Fault] = []
        made = [_together(area, found, series, faults) for area, found in members.items()]
        refuse(host, faults)
        takes = series.takes if series.takes != ("value", "lower", "upper") else ("value",)
        one = request.model_copy(update={"series": (series.model_copy(update={"takes": takes}),)})
        rows = observations(made, one, setting.plan, setting.places(request), LAYOUT, host, setting.today)
        how = (
            f"average of {series.average}, weighted by {series.weight}"
            if series.average
            else f"share of small areas whose {series.share_of} is {series.equals}"
        )
        tables.append(rows.assign(transform=[f"{how}; {t}" if t else how for t in rows["transform"]]))
    return pd.concat(tables, ignore_index=True)


def _members(request: Request, setting: Setting, ours: Sequence[Record], host: str) -> Mapping[str, list[Record]]:
    """The small areas of each place: of the borough all of them, of a ward those that the lookup gives to it."""
    places = setting.places(request)
    whole = [p.code for p in places if p.vintage == setting.areas.borough.vintage]
    members: dict[str, list[Record]] = {code: list(ours) for code in whole}
    if not request.lookup:
        return members
    given = _lookup(request, setting)
    codes = {r.cells[request.lsoa].strip(): r for r in ours}
    strange, absent = sorted(set(codes) - set(given)), sorted(set(given) - set(codes))
    if strange or absent:
        problem = (
            f"small areas of {request.lsoa} are not those of {request.lookup}: {len(strange)} are not in the lookup "
            f"({', '.join(strange[:4])}), {len(absent)} of the lookup are not here ({', '.join(absent[:4])}). They are "
            "of two vintages, however alike their number: use the lookup of the file's vintage"
        )
        refuse(host, [Fault(request.id, problem)])
    for code, area in given.items():
        members.setdefault(area, []).append(codes[code])
    return members


def _lookup(request: Request, setting: Setting) -> dict[str, str]:
    """The ward that each small area is counted in.

    Errors: FetchError where the lookup is not between the file's small areas and the wards asked for.
    """
    try:
        lookups = {lookup.card.id: lookup for lookup in load_lookups(setting.root, setting.areas)}
    except GeographyError as fault:
        raise FetchError(f"{fault.what}, and {UNCHANGED}", fault.faults) from None
    if (lookup := lookups.get(request.lookup)) is None:
        held = ", ".join(sorted(lookups)) or "none"
        raise FetchError(f"there is no lookup {request.lookup!r} in {LOOKUPS} (held: {held}), and {UNCHANGED}")
    card = lookup.card
    if (card.from_vintage, card.to_vintage, card.method) != (request.small_areas, request.wards, "best-fit"):
        raise FetchError(
            f"lookup {card.id} goes from {card.from_vintage} to {card.to_vintage} ({card.method}): expected one by "
            f"best fit from {request.small_areas}, the file's small areas, to {request.wards}; {UNCHANGED}"
        )
    return dict(zip(lookup.origin, lookup.target, strict=True))


def _together(area: str, found: Sequence[Record], series: Series, faults: list[Fault]) -> Record:
    """One place's figure from its small areas."""
    if series.share_of:
        having = sum(r.cells[series.share_of].strip() == series.equals for r in found)
        share = (Decimal(having) / Decimal(len(found))).quantize(Decimal("1e-10"))
        cells = {"numerator": str(having), "denominator": str(len(found)), "value": f"{share.normalize():f}"}
    else:
        total = weights = Decimal(0)
        for record in found:
            value, weight = (plain_number(record.cells[c].strip()) for c in (series.average, series.weight))
            if not value or not weight or Decimal(weight) < 0:
                held = record.cells
                problem = (
                    f"{series.average} is {held[series.average]!r} with {series.weight} {held[series.weight]!r}: "
                    "expected two numbers"
                )
                faults.append(Fault(record.place, problem))
                continue
            total += Decimal(value) * Decimal(weight)
            weights += Decimal(weight)
        if not weights:
            faults.append(Fault(found[0].place, f"nobody lives in {area} by {series.weight}: no average can be made"))
            weights = Decimal(1)
        cells = {"value": f"{(total / weights).quantize(Decimal('1e-10')).normalize():f}"}
    return Record({"area": area, **cells}, found[0].file, f"{len(found)} small areas")
