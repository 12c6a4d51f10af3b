"""Explore Education Statistics, the Department for Education's data sets.

Everything there has an id that means nothing: 04nTr. What they stand for is in the data set's metadata,
so a request names labels, and ids are looked up each time: a label that is not there, or there twice,
is a fault. Values are text, and may be a mark in place of a number.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any

import pandas as pd
from pydantic import Field

from pmif.errors import Fault, FetchError
from pmif.geography import AreaKind
from pmif.intake.fetch.http import UNCHANGED, Http, Reply
from pmif.intake.fetch.records import Layout, Page, Record, fault_in_json, observations, refuse
from pmif.intake.fetch.request import Form, Text, Words
from pmif.intake.fetch.request import Plan as AnyPlan
from pmif.intake.fetch.request import Request as AnyRequest
from pmif.intake.fetch.setting import Setting

EXTENSION = "json"
AT_ONCE = 1_000
MOST_PAGES = 200


class Request(AnyRequest):
    """`indicator` is named in each series' `columns` or, where all take one, here; `filters` are labels by label."""

    data_set: Words
    version: Text  # pinned: a later one may have other definitions
    indicator: Words
    filters: Annotated[dict[str, Text], Field(default_factory=dict)]
    time_code: str = ""  # the publisher's code of its periods, where it is not the usual one of the form


class Plan(AnyPlan):
    requests: tuple[Request, ...]


_LEVELS = {AreaKind.BOROUGH: "LA", AreaKind.REGION: "REG", AreaKind.COUNTRY: "NAT", AreaKind.WARD: "WARD"}
_TIME_CODES: Mapping[Form, str] = {"school-year": "AY", "financial-year": "FY", "calendar-year": "CY"}
_AREA, _PERIOD, _VALUE = "area", "period", "value"
LAYOUT = Layout(
    area=_AREA,
    period=_PERIOD,
    numbers={"value": _VALUE},
    always=frozenset({_VALUE}),
    markers={"low": "unavailable", "u": "unavailable", "k": "unavailable"},
)


def fetch(request: Request, http: Http, setting: Setting) -> list[Reply]:
    """The metadata, then every page of results."""
    address = setting.address(f"data-sets/{request.data_set}/")
    version = {"dataSetVersion": request.version}
    replies = [http.get(f"{address}meta", version)]
    ids = _look_up(_whole(replies[0], "filters", "indicators", "locations"), request, replies[0].host)
    for number in range(1, MOST_PAGES + 1):
        page = {**version, "page": str(number), "pageSize": str(AT_ONCE)}
        replies.append(http.post(f"{address}query", _question(request, setting, ids), params=page, repeatable=True))
        if number >= _paging(_whole(replies[-1], "paging", "results"), replies[-1])["totalPages"]:
            return replies
    raise FetchError(f"{replies[0].host} has more than {MOST_PAGES} pages for {request.id}: {UNCHANGED}; ask for less")


def read(pages: Sequence[Page], request: Request, setting: Setting) -> pd.DataFrame:
    """Errors: FetchError with every fault, and where the results that came are not all."""
    host = pages[0].reply.host
    meta = _whole(pages[0].reply, "filters", "indicators", "locations")
    ids = _look_up(meta, request, host)
    faults: list[Fault] = []
    results: list[tuple[str, int, Any]] = []
    totals = set()
    for number, page in enumerate(pages[1:], start=1):
        body = _whole(page.reply, "paging", "results")
        paging = _paging(body, page.reply)
        totals.add((paging["totalResults"], paging["totalPages"]))
        if paging["page"] != number:
            faults.append(Fault(page.name, f"is page {paging['page']}, asked was page {number}: fetch it again"))
        faults += [
            Fault(page.name, f"the publisher could not find all that was asked for{_warning(warning)}")
            for warning in body.get("warnings") or []
        ]
        results += [(page.name, i, result) for i, result in enumerate(body["results"])]
    if len(totals) > 1:
        faults.append(Fault(request.id, "the number of results changed between pages: fetch it again"))
    elif (expected := next(iter(totals))[0]) != len(results):
        faults.append(
            Fault(request.id, f"{len(results)} results came of {expected}: pages are missing; fetch it again")
        )
    elif not results:
        faults.append(Fault(request.id, "nothing matches the request: see its filters and places"))
    records = list(_records(results, meta, ids, request, faults))
    refuse(host, faults)
    return observations(records, request, setting.plan, setting.places(request), LAYOUT, host, setting.today)


class _Ids:
    """The ids that a request's labels stand for in one version of a data set."""

    def __init__(self, indicator: str, filters: Sequence[str]) -> None:
        self.indicator = indicator
        self.filters = filters


def _whole(reply: Reply, *keys: str) -> Mapping[str, Any]:
    """The body as a mapping with these keys: a fault may come with status 200.

    Errors: FetchError with what it says instead.
    """
    body = reply.json()
    if not isinstance(body, Mapping) or any(key not in body for key in keys):
        lacking = ", ".join(repr(k) for k in keys if not isinstance(body, Mapping) or k not in body)
        raise FetchError(
            f"{reply.host} gave an answer without {lacking}{fault_in_json(reply.text())}: {UNCHANGED}; "
            "see whether the data set and its version still exist"
        )
    return body


def _paging(body: Mapping[str, Any], reply: Reply) -> Mapping[str, int]:
    paging = body["paging"]
    if not isinstance(paging, Mapping) or not all(
        isinstance(paging.get(key), int) for key in ("page", "totalPages", "totalResults")
    ):
        raise FetchError(f"{reply.host} does not say how many pages there are: whether all came cannot be told")
    return paging


def _look_up(meta: Mapping[str, Any], request: Request, host: str) -> _Ids:
    faults: list[Fault] = []

    def one(entries: Sequence[Any], label: str, what: str) -> Any:
        found = [e for e in entries if e.get("label") == label or (e.get("column") and e.get("column") == label)]
        if len(found) != 1:
            there = ", ".join(repr(text[:60]) for text in sorted(str(e.get("label")) for e in entries)[:8])
            number = "is not in" if not found else f"stands {len(found)} times in"
            faults.append(Fault(request.id, f"{what} {label!r} {number} the data set, which has {there}"))
            return None
        return found[0]

    indicator = one(meta["indicators"], request.indicator, "the indicator")
    filters = []
    for label, option in request.filters.items():
        if (group := one(meta["filters"], label, "the filter")) is not None:
            chosen = one(group.get("options") or [], option, f"under {label!r} the choice")
            filters.append(str(chosen["id"]) if chosen else "")
    refuse(host, faults)
    return _Ids(str(indicator["id"]), filters)


def _question(request: Request, setting: Setting, ids: _Ids) -> dict[str, Any]:
    places = []
    for place in setting.places(request):
        area = setting.areas.find(place.code, place.vintage)
        if area is not None and area.kind in _LEVELS:
            places.append({"level": _LEVELS[area.kind], "code": place.code})
    levels = sorted({place["level"] for place in places})
    # One choice of each filter must hold, so each stands in a condition of its own.
    criteria: list[dict[str, Any]] = [{"geographicLevels": {"in": levels}, "locations": {"in": places}}]
    criteria += [{"filters": {"eq": chosen}} for chosen in ids.filters]
    return {"criteria": {"and": criteria}, "indicators": [ids.indicator]}


def _records(
    results: Sequence[tuple[str, int, Any]],
    meta: Mapping[str, Any],
    ids: _Ids,
    request: Request,
    faults: list[Fault],
) -> Iterator[Record]:
    """Results with their labels in place of ids."""
    codes = _codes(meta)
    filters = {
        str(f["id"]): (str(f["label"]), {str(o["id"]): str(o["label"]) for o in f.get("options") or []})
        for f in meta["filters"]
    }
    due = request.time_code or _TIME_CODES.get(request.periods or "date", "")
    for name, at, result in results:
        row = f"results/{at}"
        try:
            level = str(result["geographicLevel"])
            place = codes[level, str(result["locations"][level])]
            time = result["timePeriod"]
            if due and time["code"] != due:
                problem = f"is of a period of kind {time['code']}, the request declares {request.periods} ({due})"
                faults.append(Fault(f"{name}, {row}", f"{problem}: mend 'periods' or 'time_code'"))
                continue
            cells = {_AREA: place, _PERIOD: str(time["period"])}
            for key, option in result["filters"].items():
                label, options = filters[str(key)]
                cells[label] = options[str(option)]
            value = result["values"].get(ids.indicator)
            cells[_VALUE] = "" if value is None else str(value)
        except (KeyError, TypeError, AttributeError) as fault:
            problem = f"has no meaning in the data set's metadata ({fault}): fetch it again, or see its version"
            faults.append(Fault(f"{name}, {row}", problem))
            continue
        yield Record(cells, name, row)


def _codes(meta: Mapping[str, Any]) -> dict[tuple[str, str], str]:
    """The code of each place by its level and id."""
    found = {}
    for group in meta["locations"]:
        level = group.get("level")
        code = level.get("code") if isinstance(level, Mapping) else level
        for option in group.get("options") or []:
            if option.get("code"):
                found[str(code), str(option["id"])] = str(option["code"])
    return found


def _warning(warning: Any) -> str:
    words = " ".join(str(warning.get("message") if isinstance(warning, Mapping) else warning).split())
    return f" ({''.join(c for c in words if c.isprintable())[:200]})"
