"""Who is left behind: how far apart wards and groups are, at the newest period that has them."""

from collections.abc import Callable, Iterator
from functools import partial

import pandas as pd

from pmif.framework import DEPRIVATION, Dimension, Framework, Measure
from pmif.geography import Areas
from pmif.indicators.finding import Gap, Slope, Spatial
from pmif.indicators.narrowing import EVERYONE, Ends, find_change_of_gap, find_change_of_slope
from pmif.indicators.neighbourhood import find_neighbourhood
from pmif.indicators.slope import find_slope_of_groups, find_slope_of_wards
from pmif.indicators.trend import in_order
from pmif.methods import gaps
from pmif.period import Period

WARD = "ward"


def find_gaps(figures: pd.DataFrame, framework: Framework, areas: Areas) -> list[Gap]:
    """Every gap between wards, or between the groups of a dimension, that has at least two figures to show.

    `figures` as for `trend.find`, with `area_name`.
    """
    by_measure = dict(iter(figures.groupby("measure")))
    deprivation = next((m.id for m in framework.measures if DEPRIVATION in m.tags), "")
    scores = _wards(by_measure.get(deprivation, figures.iloc[0:0]))
    scores = newest_of(scores) if len(scores) else scores
    dimensions = {d.id: d for d in framework.dimensions}
    found: list[Gap] = []
    for measure in framework.measures:
        if measure.id not in by_measure:
            continue
        rows = by_measure[measure.id]
        multiplier = framework.unit(measure).multiplier
        found += _between_wards(measure, rows, areas, framework.reporting.ward_shapes, scores, multiplier)
        groups = rows[(rows["kind"] == "borough") & (rows["dimension"] != "")]
        for dimension, held in groups.groupby("dimension", sort=True):
            found += _between_groups(measure, rows, held, dimensions[str(dimension)], multiplier)
    return found


def _between_wards(
    measure: Measure,
    rows: pd.DataFrame,
    areas: Areas,
    drawn: tuple[str, ...],
    scores: pd.DataFrame,
    multiplier: float,
) -> Iterator[Gap]:
    held = _wards(rows)
    if held.empty:
        return
    now = newest_of(held)
    vintage = str(now["vintage"].iloc[0])
    spatial = (
        find_neighbourhood(now, areas.shapes(vintage))
        if vintage in drawn
        else Spatial(reason="The shapes of these wards are not held, so neighbours are not known.")
    )
    slope = partial(find_slope_of_wards, measure, scores=scores, multiplier=multiplier)
    yield from _gap(measure, WARD, held.assign(end=held["area_name"]), rows, slope, spatial)


def _between_groups(
    measure: Measure, rows: pd.DataFrame, held: pd.DataFrame, dimension: Dimension, multiplier: float
) -> Iterator[Gap]:
    ends = held.assign(end=held["group"])
    if held["group"].nunique() == 1:
        whole = rows[(rows["kind"] == "borough") & (rows["dimension"] == "") & rows["period"].isin(held["period"])]
        ends = pd.concat([ends, whole.assign(end=EVERYONE)])
    slope = partial(find_slope_of_groups, measure, dimension=dimension, multiplier=multiplier)
    yield from _gap(measure, dimension.id, ends, rows, slope, Spatial())


def _wards(rows: pd.DataFrame) -> pd.DataFrame:
    return rows[(rows["kind"] == WARD) & (rows["dimension"] == "")]


def newest_of(held: pd.DataFrame) -> pd.DataFrame:
    """The rows of the newest period, all of one vintage."""
    newest = in_order(held).iloc[-1]
    now: pd.DataFrame = held[(held["period"] == newest["period"]) & (held["vintage"] == newest["vintage"])]
    return now


def _gap(
    measure: Measure,
    dimension: str,
    held: pd.DataFrame,
    rows: pd.DataFrame,
    slope_of: Callable[[pd.DataFrame], Slope],
    spatial: Spatial,
) -> Iterator[Gap]:
    """`held` has a column `end`, the name of the ward or group; `slope_of` finds the slope of one period's rows."""
    now = newest_of(held)
    shown = now[now["status"] == "shown"]
    if len(shown) < 2 or shown["value"].nunique() < 2:  # where all are alike nobody is at either end
        return
    high, low = shown.iloc[int(shown["value"].argmax())], shown.iloc[int(shown["value"].argmin())]
    average = rows[
        (rows["kind"] == "borough")
        & (rows["dimension"] == "")
        & (rows["period"] == now["period"].iloc[0])
        & (rows["status"] == "shown")
    ]
    errors = gaps.standard_error([high["lower"], low["lower"]], [high["upper"], low["upper"]])
    difference = gaps.absolute_gap(high["value"], low["value"], errors[0], errors[1])
    # Everyone includes the group, so that no interval of the two apart would hold.
    unknown = EVERYONE in (high["end"], low["end"])
    limits = [None if unknown or pd.isna(limit) else float(limit) for limit in (difference.lower, difference.upper)]
    slope = slope_of(now)
    change = (
        find_change_of_slope(measure, held, slope, slope_of)
        if held["end"].nunique() > 2
        else find_change_of_gap(measure, held, Ends(high["end"], low["end"]))
    )
    yield Gap(
        measure=measure.id,
        dimension=dimension,
        period=Period.parse(now["period"].iloc[0]),
        count=len(now),
        shown=len(shown),
        highest=high["end"],
        highest_value=high["value"],
        lowest=low["end"],
        lowest_value=low["value"],
        difference=high["value"] - low["value"],
        ratio=high["value"] / low["value"] if low["value"] > 0 else None,
        average=None if average.empty else average.iloc[0]["value"],
        estimated=bool((now["mark"] == "e").any()),
        tested=bool(pd.notna(high["lower"]) and pd.notna(low["upper"]) and high["lower"] > low["upper"]),
        difference_lower=limits[0],
        difference_upper=limits[1],
        change=change,
        slope=slope,
        spatial=spatial,
    )
