"""Nomis, the Office for National Statistics' labour market and census tables.

A guest is given 25,000 records at a time and no word when there are more. So each answer is asked to
count them (RECORD_COUNT), pages are asked for until that many have come, and another number is a fault.
"""

from collections.abc import Sequence
from typing import Annotated

import pandas as pd
from pydantic import Field

from pmif.errors import Fault, FetchError
from pmif.intake.fetch.http import UNCHANGED, Http, Reply
from pmif.intake.fetch.records import Layout, Page, Record, csv_records, observations, refuse
from pmif.intake.fetch.request import Plan as AnyPlan
from pmif.intake.fetch.request import Request as AnyRequest
from pmif.intake.fetch.request import Text, Words
from pmif.intake.fetch.setting import Setting

EXTENSION = "csv"
AT_ONCE = 25_000
MOST_PAGES = 40


class Request(AnyRequest):
    dataset: Words  # NM_162_1
    date: Text = "latest"
    geography: str = ""  # a type or parent, in place of the codes of the places expected
    ask: Annotated[
        dict[str, Text], Field(default_factory=dict)
    ]  # the table's own dimensions: gender, age, measure, measures
    period_column: Words = "DATE_NAME"


class Plan(AnyPlan):
    requests: tuple[Request, ...]


_COUNT, _OFFSET, _FLAG = "RECORD_COUNT", "RECORD_OFFSET", "OBS_STATUS_NAME"


def fetch(request: Request, http: Http, setting: Setting) -> list[Reply]:
    codes = ",".join(place.code for place in setting.places(request))
    columns = [request.period_column, "GEOGRAPHY_CODE", "GEOGRAPHY_NAME", "OBS_VALUE", _FLAG, _OFFSET, _COUNT]
    for series in request.series:
        columns += [c for c in (*series.where, *series.columns.values()) if c not in columns]
    asked = {
        "geography": request.geography or codes,
        "date": request.date,
        **request.ask,
        "select": ",".join(c.lower() for c in columns),
    }
    address = setting.address(f"dataset/{request.dataset}.data.csv")
    replies: list[Reply] = []
    came = 0
    for _ in range(MOST_PAGES):
        page = {**asked, "recordoffset": str(came), "recordlimit": str(AT_ONCE)}
        replies.append(http.get(address, page))
        records = csv_records(Page(f"{request.id}, page {len(replies)}", replies[-1]), setting.plan.encoding)
        came += len(records)
        if came >= _expected(records, request, replies[-1]):
            return replies
    raise FetchError(
        f"Nomis has more than {came} records for {request.id}: {UNCHANGED}; ask for less in 'ask' or 'date'"
    )


def read(pages: Sequence[Page], request: Request, setting: Setting) -> pd.DataFrame:
    """Errors: FetchError with every fault, and where the records that came are not all or not once."""
    records: list[Record] = []
    counts, offsets, faults = set(), [], []
    for page in pages:
        found = csv_records(page, setting.plan.encoding)
        counts.add(_expected(found, request, page.reply))
        offsets += [r.cells.get(_OFFSET, "").strip() for r in found]
        records += found
    host = pages[0].reply.host
    if len(counts) > 1:
        faults.append(
            Fault(request.id, f"the number of records changed between pages ({_listed(counts)}): fetch it again")
        )
    elif len(records) != max(counts):
        problem = f"{len(records)} records came of {max(counts)}: the answer was cut off; fetch it again"
        faults.append(Fault(request.id, problem))
    if len(set(offsets)) != len(offsets):
        faults.append(Fault(request.id, "pages overlap: some records came twice and others not at all; fetch it again"))
    refuse(host, faults)
    layout = Layout(
        area="GEOGRAPHY_CODE",
        period=request.period_column,
        numbers={"value": "OBS_VALUE"},
        always=frozenset({"OBS_VALUE"}),
        flag=_FLAG,
    )
    return observations(records, request, setting.plan, setting.places(request), layout, host, setting.today)


def _expected(records: Sequence[Record], request: Request, reply: Reply) -> int:
    """How many records there are in all, as each of them says."""
    said = {r.cells.get(_COUNT, "").strip() for r in records}
    if len(said) != 1 or not (count := said.pop()).isdigit():
        problem = f"does not say how many records there are (column {_COUNT}): whether all came cannot be told"
        refuse(reply.host, [Fault(request.id, problem)])
    return int(count)


def _listed(counts: set[int]) -> str:
    return ", ".join(str(n) for n in sorted(counts))
