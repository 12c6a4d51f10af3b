"""Street-level crime of data.police.uk, counted within the shapes of wards.

Each crime is put to a point nearby before it is published, so that no house can be told: a ward's count
is approximate and is marked as an estimate. The service takes a shape as corners, latitude first.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import pandas as pd
from pydantic import model_validator

from pmif.errors import Fault, FetchError
from pmif.geography import Area
from pmif.intake.fetch.http import UNCHANGED, Http, Reply
from pmif.intake.fetch.records import Layout, Page, Record, fault_in_json, observations, refuse
from pmif.intake.fetch.request import Id, PeriodId
from pmif.intake.fetch.request import Plan as AnyPlan
from pmif.intake.fetch.request import Request as AnyRequest
from pmif.intake.fetch.setting import Setting

EXTENSION = "json"
DECIMALS = 5  # of a degree: a metre


class Request(AnyRequest):
    """Each series counts the crimes of the category that its `where` names, or of all: where: {category: burglary}."""

    wards: Id
    months: tuple[PeriodId, ...] = ()  # the latest where none is named

    @model_validator(mode="after")
    def _of_months(self) -> "Request":
        if self.periods != "month" or any("-m" not in month for month in self.months):
            raise ValueError("crimes are published by month: write periods: month, and months like 2026-m08")
        if any(set(series.where) - {"category"} for series in self.series):
            raise ValueError("crimes are told apart by category alone: where: {category: burglary}")
        return self


class Plan(AnyPlan):
    requests: tuple[Request, ...]


LAYOUT = Layout(
    area="ward", period="month", numbers={"value": "crimes", "numerator": "crimes"}, always=frozenset({"crimes"})
)


def fetch(request: Request, http: Http, setting: Setting) -> list[Reply]:
    """The months that there are, then each part of each ward's shape in each month."""
    replies = [http.get(setting.address("crimes-street-dates"))]
    months = _months(replies[0], request)
    for _, month, corners in _asked(request, setting, months):
        form = {"poly": ":".join(f"{lat},{lng}" for lat, lng in corners), "date": month}
        try:
            replies.append(http.post(setting.address("crimes-street/all-crime"), form=form, repeatable=True))
        except FetchError as fault:
            raise FetchError(
                f"{fault.what} (asked for {month}. A service that is busy again and again may hold more than "
                "10,000 crimes in the shape, which it does not give)"
            ) from None
    return replies


def read(pages: Sequence[Page], request: Request, setting: Setting) -> pd.DataFrame:
    """Errors: FetchError with every fault. A ward without one crime of any kind is taken for an answer not given."""
    host = pages[0].reply.host
    asked = list(_asked(request, setting, _months(pages[0].reply, request)))
    if len(asked) != len(pages) - 1:
        raise FetchError(f"{len(pages) - 1} answers came of {len(asked)} asked: {UNCHANGED}; fetch them again")
    faults: list[Fault] = []
    crimes: dict[tuple[str, str], dict[str, str]] = {}
    files: dict[tuple[str, str], str] = {}
    for (ward, month, _), page in zip(asked, pages[1:], strict=True):
        key = (ward.code, month)
        files.setdefault(key, page.name)
        crimes.setdefault(key, {}).update(_crimes(page, month, faults))
    for (ward_code, month), found in crimes.items():
        if not found:
            problem = f"holds no crime at all for {ward_code} in {month}: taken for an answer that was not given"
            faults.append(Fault(files[ward_code, month], problem))
    refuse(host, faults)
    tables = []
    for series in request.series:
        category = series.where.get("category")
        records = []
        for key, found in crimes.items():
            count = sum(kind == category for kind in found.values()) if category else len(found)
            records.append(
                Record({"ward": key[0], "month": key[1], "crimes": str(count)}, files[key], f"{len(found)} crimes")
            )
        if category and not any(r.cells["crimes"] != "0" for r in records):
            there = ", ".join(sorted(Counter(kind for found in crimes.values() for kind in found.values())))
            problem = f"no crime anywhere is of category {category!r}: there are {there}"
            refuse(host, [Fault(f"{request.id}, measure '{series.measure}'", problem)])
        takes = series.takes if series.takes != ("value", "lower", "upper") else ("value",)
        plain = series.model_copy(update={"where": {}, "takes": takes, "mark": "e"})
        one = request.model_copy(update={"series": (plain,)})
        rows = observations(records, one, setting.plan, setting.places(request), LAYOUT, host, setting.today)
        how = (
            f"crimes{f' of category {category!r}' if category else ''} counted within the ward; places are approximate"
        )
        tables.append(rows.assign(transform=how))
    return pd.concat(tables, ignore_index=True)


def _months(reply: Reply, request: Request) -> list[str]:
    """The months to ask for, as this publisher writes them.

    Errors: FetchError where one is not published yet: the service would say that nothing happened in it.
    """
    said = reply.json()
    try:
        there = sorted(str(entry["date"]) for entry in said)
    except (TypeError, KeyError):
        there = []
    if not there:
        raise FetchError(f"{reply.host} does not say which months it holds{fault_in_json(reply.text())}: {UNCHANGED}")
    months = [month.replace("-m", "-") for month in request.months] or there[-1:]
    if absent := [month for month in months if month not in there]:
        raise FetchError(
            f"{reply.host} does not hold {', '.join(absent)}: it has {there[0]} to {there[-1]}. "
            f"{UNCHANGED.capitalize()}"
        )
    return months


def _asked(
    request: Request, setting: Setting, months: Sequence[str]
) -> Iterator[tuple[Area, str, list[tuple[float, float]]]]:
    """Each ward, month and the corners, latitude first, of one part of the ward's shape; always in the same order."""
    shapes = setting.areas.shapes(request.wards).set_index("ward_code")["geometry"]
    for month in months:
        for ward in setting.areas.wards(request.wards):
            shape = shapes[ward.code]
            for part in getattr(shape, "geoms", [shape]):
                corners = [(round(lat, DECIMALS), round(lng, DECIMALS)) for lng, lat, *_ in part.exterior.coords]
                yield ward, month, corners


def _crimes(page: Page, month: str, faults: list[Fault]) -> dict[str, str]:
    """The category of each crime by its id: parts of one ward may share a point, and a crime counts once."""
    said: Any = page.reply.json()
    if not isinstance(said, list):
        faults.append(Fault(page.name, f"is no list of crimes{fault_in_json(page.reply.text())}"))
        return {}
    found = {}
    for at, crime in enumerate(said):
        if not isinstance(crime, dict) or not crime.get("category") or crime.get("id") is None:
            faults.append(Fault(f"{page.name}, {at}", "is no crime: expected a category and an id"))
        elif crime.get("month") != month:
            faults.append(Fault(f"{page.name}, {at}", f"is of {str(crime.get('month'))[:20]!r}: asked was {month}"))
        else:
            found[str(crime["id"])] = str(crime["category"])
    return found
