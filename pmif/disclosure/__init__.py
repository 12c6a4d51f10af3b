"""The last gate before anything can be seen, and the only way from indicators to exhibits."""

from typing import TYPE_CHECKING, Any

from pmif.disclosure.figure import Figure
from pmif.disclosure.published import Published, PublishedBatch, PublishedMeasure, open_published
from pmif.disclosure.reports import report_date, resolve_report
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

if TYPE_CHECKING:
    from pmif.disclosure.publishing import check, publish

__all__ = [
    "BatchKind",
    "Comparison",
    "Due",
    "Figure",
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


def __getattr__(name: str) -> Any:
    """Publishing loads every method and the hub; whoever opens what is published needs neither."""
    if name not in ("check", "publish"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module("pmif.disclosure.publishing"), name)
