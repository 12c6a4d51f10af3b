"""Fingertips, the public health profiles of the Office for Health Improvement and Disparities.

One indicator comes as one table: every area of a type, every period, sex and deprivation decile
together. The row of England stands there once for each parent area; it is the same figure and is
taken once. A figure that is withheld is blank, with the reason in 'Value note', or in older tables -1.
"""

from collections.abc import Sequence

import pandas as pd

from pmif.errors import Fault
from pmif.intake.fetch.http import Http, Reply
from pmif.intake.fetch.records import Layout, Page, csv_records, observations, refuse
from pmif.intake.fetch.request import Plan as AnyPlan
from pmif.intake.fetch.request import Request as AnyRequest
from pmif.intake.fetch.request import Series
from pmif.intake.fetch.setting import Setting

EXTENSION = "csv"


class Request(AnyRequest):
    indicator: int
    area_type: int  # 502 is upper tier now; the ids change with boundaries, and old indicators keep old ids
    parent_area_type: int
    parent_area: str = ""
    profile: int | None = None


class Plan(AnyPlan):
    requests: tuple[Request, ...]


LAYOUT = Layout(
    area="Area Code",
    period="Time period",
    numbers={
        "value": "Value",
        "lower": "Lower CI 95.0 limit",
        "upper": "Upper CI 95.0 limit",
        "numerator": "Count",
        "denominator": "Denominator",
    },
    always=frozenset({"Value", "Lower CI 95.0 limit", "Upper CI 95.0 limit", "Count", "Denominator"}),
    flag="Value note",
    markers={"-1": "unavailable", "-1.0": "unavailable"},
)
_INDICATOR = "Indicator ID"
_WHOLE = ("Category Type", "Category")  # blank where a row is of everyone


def fetch(request: Request, http: Http, setting: Setting) -> list[Reply]:
    params = {
        "indicator_ids": str(request.indicator),
        "child_area_type_id": str(request.area_type),
        "parent_area_type_id": str(request.parent_area_type),
    }
    if request.parent_area:
        params["parent_area_code"] = request.parent_area
    if request.profile is not None:
        params["profile_id"] = str(request.profile)
    return [http.get(setting.address("all_data/csv/by_indicator_id"), params)]


def read(pages: Sequence[Page], request: Request, setting: Setting) -> pd.DataFrame:
    """Errors: FetchError with every fault."""
    page = pages[0]
    records = csv_records(page, setting.plan.encoding)
    given = records[0].cells
    others = (
        sorted({r.cells[_INDICATOR].strip() for r in records} - {str(request.indicator)}) if _INDICATOR in given else []
    )
    if others:
        problem = (
            f"holds indicator {', '.join(others[:5])}, asked was {request.indicator}: nothing can be taken from it"
        )
        refuse(page.reply.host, [Fault(page.name, problem)])
    whole = request.model_copy(update={"series": tuple(_of_everyone(series) for series in request.series)})
    return observations(records, whole, setting.plan, setting.places(request), LAYOUT, page.reply.host, setting.today)


def _of_everyone(series: Series) -> Series:
    """Rows of deprivation deciles and the like share the table; they are meant only where a category is named."""
    if any(column in series.where for column in _WHOLE):
        return series
    return series.model_copy(update={"where": {**series.where, **dict.fromkeys(_WHOLE, "")}})
