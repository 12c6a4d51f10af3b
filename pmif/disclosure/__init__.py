"""The last gate before anything can be seen, and the only way from indicators to exhibits."""

from pmif.disclosure.publish import check, publish, report_date, resolve_report
from pmif.disclosure.published import Published, PublishedBatch, PublishedMeasure, open_published
from pmif.hub import BatchKind
from pmif.indicators import (
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
)

__all__ = [
    "BatchKind",
    "Comparison",
    "Due",
    "Finding",
    "Gap",
    "GapChange",
    "JudgedBy",
    "Level",
    "Published",
    "PublishedBatch",
    "PublishedMeasure",
    "Slope",
    "Spatial",
    "State",
    "TargetRating",
    "Went",
    "check",
    "open_published",
    "publish",
    "report_date",
    "resolve_report",
]
