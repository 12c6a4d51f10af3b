"""Where a figure stands beside England, the North East and the neighbours, for the same period.

With an interval: similar if the benchmark lies inside it, edges included (OHID's rule of one
interval, methods for comparing with a benchmark). Without one, only the numbers are compared,
and the words are higher, same or lower: never better or worse.
"""

from datetime import date

import pandas as pd

from pmif.framework import Measure, Polarity
from pmif.indicators.finding import Comparison, Level, TargetRating
from pmif.methods import benchmark, target
from pmif.period import Period

BENCHMARKS = ("country", "region", "neighbours")


def compare(rows: pd.DataFrame, newest: pd.Series, measure: Measure) -> dict[str, Comparison]:
    """The newest borough figure against each kind of benchmark that has any figure for the measure."""
    if measure.benchmark is None:  # a number of people beside England's says only that England is larger
        return {}
    everyone = rows[rows["dimension"] == ""]
    found: dict[str, Comparison] = {}
    for kind in BENCHMARKS:
        held = everyone[everyone["kind"] == kind]
        if held.empty:
            continue
        same = held[(held["period"] == newest["period"]) & (held["status"] == "shown")]
        found[kind] = (
            Comparison(reason="No figure for the same period.")
            if same.empty
            else _against(newest, float(same.iloc[0]["value"]), measure)
        )
    return found


def judge(side: str, polarity: Polarity) -> Level:
    """Better or worse by polarity; higher or lower where neither is good. `side` is lower, similar or higher."""
    return Level(str(benchmark.outcome(side, polarity)))


def rate(measure: Measure, value: float, report_date: date) -> TargetRating | None:
    """The newest figure beside its target; None without a target or a good direction.

    A target is not missed while there is still time to reach it.
    """
    if measure.target is None:
        return None
    goal, tolerance = measure.target.value, measure.target.tolerance or 0
    found = str(target.rate_against_target(value, goal, measure.polarity, tolerance).rating)
    if not found:
        return None
    rating = TargetRating(found)
    in_time = Period.parse(measure.target.by).end > report_date
    return TargetRating.NOT_YET if in_time and rating is not TargetRating.MET else rating


def _against(newest: pd.Series, other: float, measure: Measure) -> Comparison:
    compared = benchmark.by_interval(newest["value"], newest["lower"], newest["upper"], other)
    if side := str(compared.side):
        return Comparison(value=other, level=judge(side, measure.polarity), tested=True)
    difference = newest["value"] - other
    level = Level.HIGHER if difference > 0 else Level.LOWER if difference < 0 else Level.SAME
    return Comparison(value=other, level=level, reason="No interval is published, so this is not tested.")
