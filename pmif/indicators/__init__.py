"""A measure meets a method: values, intervals, direction, comparison, gaps."""

from pmif.indicators.estimate import estimate
from pmif.indicators.finding import Comparison, Due, Finding, Gap, Level, State, flatten, unflatten
from pmif.indicators.inequality import find_gaps
from pmif.indicators.trend import find

__all__ = [
    "Comparison",
    "Due",
    "Finding",
    "Gap",
    "Level",
    "State",
    "estimate",
    "find",
    "find_gaps",
    "flatten",
    "unflatten",
]
