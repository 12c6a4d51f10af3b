"""Measures that several tests ask something of."""

from typing import Any

import pytest

from pmif.disclosure import Comparison, Due, Level, State, Went
from pmif.indicators.finding import Step
from pmif.period import Period
from tests.exhibits.made import Book, Entry


@pytest.fixture
def book() -> Book:
    return Book()


@pytest.fixture
def trend(book: Book) -> Entry:
    """Ten years with intervals, England and the North East; judged by a test."""
    years = [f"{y}-{(y + 1) % 100:02d}" for y in range(2015, 2025)]
    values = [60.1, 61.0, 62.2, 61.8, 63.0, 64.1, 65.0, 66.2, 66.4, 68.3]
    entry = book.measure("readiness")
    entry.series("borough", {y: (v, v - 1.5, v + 1.5) for y, v in zip(years, values, strict=True)})
    entry.series("country", {y: v + 0.4 for y, v in zip(years, values, strict=True)})
    entry.series("region", {y: v + 0.2 for y, v in zip(years, values, strict=True)})
    return entry.finding(
        State.NO_DETECTABLE_CHANGE, period="2024-25", value=68.3, lower=66.8, upper=69.8, previous_period="2023-24",
        previous_value=66.4, last_year_period="2023-24", last_year_value=66.4, direction=Went.HIGHER, age_years=1.5,
        step=Step(went=Went.NO_CHANGE, period=Period.parse("2023-24"), value=66.4),
        benchmarks={
            "country": Comparison(value=68.7, level=Level.SIMILAR, tested=True),
            "region": Comparison(value=68.5, level=Level.SIMILAR, tested=True),
        },
    )  # fmt: skip


@pytest.fixture
def wards(book: Book) -> Entry:
    """A figure for every ward; one withheld, one missing."""
    values: list[Any] = [round(1.3 + 0.27 * ((n * 7) % 22), 2) for n in range(22)]
    values[3], values[9] = "suppressed", "unavailable"
    entry = book.measure("claimants", outcome=None, bearing="context", polarity="lower-is-better", frequency="month")
    entry.series("borough", {"2023-m10": 4.0})
    return entry.wards("2023-m10", values).finding(
        State.NOTHING_TO_COMPARE, Due.OCCASIONAL, period="2023-m10", value=4.0, age_years=3.0
    )
