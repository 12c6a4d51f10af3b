"""From the most to the least deprived: every ward or group on one line, not only the two at the ends."""

import numpy as np
import pandas as pd

from pmif.framework import PART_OF_DEPRIVATION_INDEX, SIZE_OF_PLACE, Dimension, Measure
from pmif.indicators.change import sentence, there_are
from pmif.indicators.finding import Slope
from pmif.methods import slope_index
from pmif.methods.estimate import Floats

# The scale on which the line is fitted, so that it cannot leave what is possible; any other is fitted as it is.
KINDS: dict[str, slope_index.Kind] = {"proportion": "proportion", "crude-rate": "rate"}
CURVES = {"proportion": "logit", "rate": "log", "other": ""}


def find_slope_of_groups(measure: Measure, now: pd.DataFrame, *, dimension: Dimension, multiplier: float) -> Slope:
    """The slope index over the groups of an ordered dimension, as it lists them: most deprived first."""
    if not dimension.ordered:
        return Slope()
    order = [group.id for group in dimension.groups]
    rows = now.set_index("group").reindex(order)
    if len(order) < slope_index.FEWEST_GROUPS:
        return Slope(reason=f"It needs {slope_index.FEWEST_GROUPS} groups in order; there are {len(order)}.")
    return _slope_index(measure, rows, multiplier, "groups")


def find_slope_of_wards(measure: Measure, now: pd.DataFrame, *, scores: pd.DataFrame, multiplier: float) -> Slope:
    """The slope over the wards, the most deprived first by `scores`, one row a ward.

    The slope index where wards have intervals and populations; else the straight line through the wards, with
    an interval from how far they scatter around it.
    """
    if scores.empty:
        return Slope(reason="No measure of deprivation is held, so wards cannot be put in order.")
    if measure.id == scores["measure"].iloc[0] or SIZE_OF_PLACE in measure.tags:
        return Slope()
    if PART_OF_DEPRIVATION_INDEX in measure.tags:
        return Slope(
            reason="The deprivation score is made from this measure or one much like it, so a slope says little."
        )
    if scores["vintage"].iloc[0] != now["vintage"].iloc[0]:
        return Slope(reason="The deprivation score is of other wards than these.")
    if set(now["area"]) != set(scores["area"]):
        return Slope(reason="It needs all wards, and some have no row.")
    score = now["area"].map(scores.set_index("area")["value"])
    if score.isna().any():
        return Slope(reason="Some of these wards have no deprivation score.")
    rows = now.assign(score=score).sort_values(["score", "area"], ascending=[False, True])
    if rows["lower"].notna().any() and rows["denominator"].notna().any():
        return _slope_index(measure, rows, multiplier, "wards")
    return _gradient(rows)


def _slope_index(measure: Measure, rows: pd.DataFrame, multiplier: float, what: str) -> Slope:
    missing = int((rows["status"] != "shown").sum())
    if missing:
        return Slope(reason=_lacking(missing, len(rows), what))
    if len(rows) > slope_index.MOST_GROUPS:
        return Slope(reason=f"It takes up to {slope_index.MOST_GROUPS} {what}; {there_are(len(rows))}.")
    kind: slope_index.Kind = KINDS.get(measure.method, "other")
    scale = multiplier if kind == "proportion" else 1.0
    value, lower, upper = (_numbers(rows, column) / scale for column in ("value", "lower", "upper"))
    if np.isnan(lower).any():
        return Slope(reason="No interval is published.")
    found = slope_index.slope_index(
        _numbers(rows, "denominator"), value, lower, upper, kind=kind, transform=kind != "other"
    )
    if reason := str(found.sii.reason):
        return Slope(reason=sentence(reason))
    return Slope(
        method=slope_index.SLOPE_INDEX_ABOUT.id,
        value=float(found.sii.value) * scale,
        lower=float(found.sii.lower) * scale,
        upper=float(found.sii.upper) * scale,
        ratio=float(found.rii.value) if np.isfinite(found.rii.value) else None,
        start=float(found.intercept) * scale,
        curve=CURVES[kind],
        groups=len(rows),
    )


def _gradient(rows: pd.DataFrame) -> Slope:
    shown = rows[rows["status"] == "shown"]
    if len(shown) < len(rows):
        missing = len(rows) - len(shown)
        return Slope(reason=_lacking(missing, len(rows), "wards"))
    weight = np.ones(len(rows))
    rank = slope_index.midpoint_ranks(weight)
    found = slope_index.gradient(rank, _numbers(rows, "value"), weight)
    if reason := str(found.reason):
        return Slope(reason=sentence(reason))
    return Slope(
        method=slope_index.GRADIENT_ABOUT.id,
        value=float(found.slope.value),
        lower=float(found.slope.lower),
        upper=float(found.slope.upper),
        start=float(found.intercept),
        groups=len(rows),
    )


def _lacking(missing: int, whole: int, what: str) -> str:
    are = "is withheld or has no figure" if missing == 1 else "are withheld or have no figure"
    return f"It needs all {what}, and {missing} of {whole} {are}."


def _numbers(rows: pd.DataFrame, column: str) -> Floats:
    return rows[column].to_numpy(dtype=float)
