"""A measure meets a method: values, intervals, direction, comparison, gaps.

What is found is here. What works it out is imported from its own module, which loads the methods: whoever reads
findings needs none.
"""

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
    "flatten",
    "unflatten",
]
