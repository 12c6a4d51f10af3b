"""A measure meets a method: values, intervals, direction, comparison, gaps."""

from pmif.indicators.estimate import estimate
from pmif.indicators.finding import (
    Comparison,
    Due,
    Finding,
    Gap,
    GapChange,
    JudgedBy,
    Level,
    Slope,
    Spatial,
    State,
    TargetRating,
    Went,
    column_names,
    flatten,
    unflatten,
)
from pmif.indicators.inequality import find_gaps
from pmif.indicators.trend import find

__all__ = [
    "Comparison",
    "Due",
    "Finding",
    "Gap",
    "GapChange",
    "JudgedBy",
    "Level",
    "Slope",
    "Spatial",
    "State",
    "TargetRating",
    "Went",
    "column_names",
    "estimate",
    "find",
    "find_gaps",
    "flatten",
    "unflatten",
]
