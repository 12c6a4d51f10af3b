"""Where a figure stands beside England, the North East and the neighbours, for the same period.

With an interval: similar if the benchmark lies inside it, edges included (OHID's rule of one
interval, methods for comparing with a benchmark). Without one, only the numbers are compared,
and the words are higher, same or lower: never better or worse.
"""

import pandas as pd

from pmif.framework import Measure, Polarity
from pmif.indicators.finding import Comparison, Level

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


def judge(difference: float, polarity: Polarity) -> Level:
    """Better or worse by polarity; higher or lower where neither is good. `difference` is not 0."""
    if polarity is Polarity.NEUTRAL:
        return Level.HIGHER if difference > 0 else Level.LOWER
    better = difference > 0 if polarity is Polarity.HIGHER else difference < 0
    return Level.BETTER if better else Level.WORSE


def _against(newest: pd.Series, benchmark: float, measure: Measure) -> Comparison:
    difference = newest["value"] - benchmark
    if pd.isna(newest["lower"]):
        level = Level.HIGHER if difference > 0 else Level.LOWER if difference < 0 else Level.SAME
        return Comparison(value=benchmark, level=level, reason="No interval is published, so this is not tested.")
    if newest["lower"] <= benchmark <= newest["upper"]:
        return Comparison(value=benchmark, level=Level.SIMILAR, tested=True)
    return Comparison(value=benchmark, level=judge(difference, measure.polarity), tested=True)
