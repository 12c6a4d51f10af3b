"""Explore Local Statistics, the Office for National Statistics' collection for every council.

Its address gives the latest period alone unless all are asked for, and leaves out what is odd about a
figure unless that is asked for too. It is the service's own, published without a promise that it stays.
"""

from collections.abc import Sequence

import pandas as pd

from pmif.intake.fetch.http import Http, Reply
from pmif.intake.fetch.records import Layout, Page, csv_records, observations
from pmif.intake.fetch.request import Plan as AnyPlan
from pmif.intake.fetch.request import Request as AnyRequest
from pmif.intake.fetch.request import Words
from pmif.intake.fetch.setting import Setting

EXTENSION = "csv"


class Request(AnyRequest):
    indicator: Words  # the indicator's name in addresses: healthy-life-expectancy-female
    time: Words = "all"


class Plan(AnyPlan):
    requests: tuple[Request, ...]


LAYOUT = Layout(
    area="areacd",
    period="period",
    numbers={"value": "value", "lower": "lci_95", "upper": "uci_95"},
    always=frozenset({"value"}),
    flag="status",
    flags={
        "x": ("unavailable", ""),
        "c": ("suppressed", ""),
        "z": ("not-applicable", ""),
        "p": ("shown", "p"),
        "r": ("shown", "r"),
        "e": ("shown", "e"),
    },
)


def fetch(request: Request, http: Http, setting: Setting) -> list[Reply]:
    params = {
        "indicator": request.indicator,
        "geo": ",".join(place.code for place in setting.places(request)),
        "time": request.time,
        "includeStatus": "true",
    }
    return [http.get(setting.address("data.csv"), params)]


def read(pages: Sequence[Page], request: Request, setting: Setting) -> pd.DataFrame:
    """Errors: FetchError with every fault."""
    records = csv_records(pages[0], setting.plan.encoding)
    host = pages[0].reply.host
    return observations(records, request, setting.plan, setting.places(request), LAYOUT, host, setting.today)
