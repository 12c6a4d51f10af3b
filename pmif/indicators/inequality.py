"""Who is left behind: how far apart wards and groups are, at the newest period that has them."""

from collections.abc import Iterator

import pandas as pd

from pmif.framework import Framework
from pmif.indicators.finding import Gap
from pmif.indicators.trend import in_order
from pmif.period import Period

WARD = "ward"


def find_gaps(figures: pd.DataFrame, framework: Framework) -> list[Gap]:
    """Every gap between wards, or between the groups of a dimension, that has at least two figures to show.

    `figures` as for `trend.find`, with `area_name`.
    """
    by_measure = dict(iter(figures.groupby("measure")))
    return [gap for m in framework.measures if m.id in by_measure for gap in _gaps_of(m.id, by_measure[m.id])]


def _gaps_of(measure: str, rows: pd.DataFrame) -> Iterator[Gap]:
    wards = rows[(rows["kind"] == WARD) & (rows["dimension"] == "")]
    if len(wards):
        yield from _gap(measure, WARD, wards, wards["area_name"], rows)
    groups = rows[(rows["kind"] == "borough") & (rows["dimension"] != "")]
    for dimension, held in groups.groupby("dimension", sort=True):
        yield from _gap(measure, str(dimension), held, held["group"], rows)


def _gap(measure: str, dimension: str, held: pd.DataFrame, names: pd.Series, rows: pd.DataFrame) -> Iterator[Gap]:
    newest = in_order(held).iloc[-1]
    now = held[(held["period"] == newest["period"]) & (held["vintage"] == newest["vintage"])]
    shown = now[now["status"] == "shown"]
    if len(shown) < 2:
        return
    high, low = shown.loc[shown["value"].idxmax()], shown.loc[shown["value"].idxmin()]
    average = rows[
        (rows["kind"] == "borough")
        & (rows["dimension"] == "")
        & (rows["period"] == newest["period"])
        & (rows["status"] == "shown")
    ]
    yield Gap(
        measure=measure,
        dimension=dimension,
        period=Period.parse(newest["period"]),
        count=len(now),
        shown=len(shown),
        highest=names[high.name],
        highest_value=high["value"],
        lowest=names[low.name],
        lowest_value=low["value"],
        difference=high["value"] - low["value"],
        ratio=high["value"] / low["value"] if low["value"] > 0 else None,
        average=None if average.empty else average.iloc[0]["value"],
        estimated=bool((now["mark"] == "e").any()),
        tested=bool(pd.notna(high["lower"]) and pd.notna(low["upper"]) and high["lower"] > low["upper"]),
    )
