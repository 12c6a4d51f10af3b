"""Periods of time, as councils use them.

A figure covers a period; a report has a period; both are the same type here. A period is
written one way in every file and on the command line:

    2026-27-q2             financial quarter (Q1 is April to June)
    2026-27-h1             first or second six months of a financial year
    2026-27                financial year, April to March
    2024-25-school         school or academic year, September to August
    2024                   calendar year
    2022-to-2024           calendar years taken together
    2021-22-to-2023-24     financial years taken together
    2023-m10               month
    2025-03-31             date: a count taken on one day

A year alone is ambiguous in suppliers' files ("2025" is a school year in one table and a
31 March in the next), so it is settled when a figure is taken in, never here.
"""

import re
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache

from pmif.errors import PeriodError


class PeriodKind(StrEnum):
    QUARTER = "quarter"
    SIX_MONTH = "six-month"
    FINANCIAL_YEAR = "financial-year"
    SCHOOL_YEAR = "school-year"
    CALENDAR_YEAR = "calendar-year"
    ROLLING_YEARS = "rolling-years"
    MONTH = "month"
    DATE = "date"


REPORT_KINDS = (PeriodKind.QUARTER, PeriodKind.SIX_MONTH, PeriodKind.FINANCIAL_YEAR)

MONTHS = (
    "January", "February", "March", "April", "May", "June", "July",
    "August", "September", "October", "November", "December",
)  # fmt: skip


@dataclass(frozen=True)
class Period:
    """A stretch of time with a first and a last day, both included.

    Made by `Period.parse`; two periods are equal when kind and days are. Periods of one series
    sort by `sort_key`: the last day, then the first.
    """

    kind: PeriodKind
    start: date
    end: date

    @classmethod
    def parse(cls, text: str) -> "Period":
        """Read a period in one of the forms above.

        Errors: PeriodError naming the text and the forms that exist.
        """
        return _parse(text.strip())

    @property
    def id(self) -> str:
        """The one way this period is written in files."""
        y = self.start.year
        match self.kind:
            case PeriodKind.QUARTER:
                return f"{_financial(self.start)}-q{(self.start.month - 4) % 12 // 3 + 1}"
            case PeriodKind.SIX_MONTH:
                return f"{_financial(self.start)}-h{1 if self.start.month == 4 else 2}"
            case PeriodKind.FINANCIAL_YEAR:
                return _financial(self.start)
            case PeriodKind.SCHOOL_YEAR:
                return f"{_years(y)}-school"
            case PeriodKind.CALENDAR_YEAR:
                return str(y)
            case PeriodKind.ROLLING_YEARS if self.start.month == 4:
                return f"{_years(y)}-to-{_years(self.end.year - 1)}"
            case PeriodKind.ROLLING_YEARS:
                return f"{y}-to-{self.end.year}"
            case PeriodKind.MONTH:
                return f"{y}-m{self.start.month:02d}"
            case PeriodKind.DATE:
                return self.start.isoformat()

    @property
    def label(self) -> str:
        """The period as a reader says it: "2024/25", "October 2023", "31 March 2025"."""
        y = self.start.year
        match self.kind:
            case PeriodKind.QUARTER:
                return f"{MONTHS[self.start.month - 1]} to {MONTHS[self.end.month - 1]} {y}"
            case PeriodKind.SIX_MONTH if self.start.month == 4:
                return f"April to September {y}"
            case PeriodKind.SIX_MONTH:
                return f"October {y} to March {y + 1}"
            case PeriodKind.FINANCIAL_YEAR | PeriodKind.SCHOOL_YEAR:
                return _slash(y)
            case PeriodKind.CALENDAR_YEAR:
                return str(y)
            case PeriodKind.ROLLING_YEARS if self.start.month == 4:
                return f"{_slash(y)} to {_slash(self.end.year - 1)}"
            case PeriodKind.ROLLING_YEARS:
                return f"{y} to {self.end.year}"
            case PeriodKind.MONTH:
                return f"{MONTHS[self.start.month - 1]} {y}"
            case PeriodKind.DATE:
                return f"{self.start.day} {MONTHS[self.start.month - 1]} {y}"

    @property
    def short_label(self) -> str:
        """The label where room is short, as on an axis: "Q2 26/27", "Oct 2023", "2022-24"."""
        y = self.start.year
        match self.kind:
            case PeriodKind.QUARTER:
                return f"Q{self.id[-1]} {_slash(int(self.id[:4]))[2:]}"
            case PeriodKind.SIX_MONTH:
                return f"{'Apr-Sep' if self.start.month == 4 else 'Oct-Mar'} {y}"
            case PeriodKind.ROLLING_YEARS:
                return f"{y}-{self.end.year % 100:02d}"
            case PeriodKind.MONTH | PeriodKind.DATE:
                return f"{MONTHS[self.start.month - 1][:3]} {y}"
            case _:
                return self.label

    @property
    def sort_key(self) -> tuple[date, date]:
        return (self.end, self.start)

    @property
    def next(self) -> "Period":
        return self._moved(forward=True)

    @property
    def previous(self) -> "Period":
        return self._moved(forward=False)

    @property
    def same_last_year(self) -> "Period":
        """The same stretch of the year before: Q2 a year ago, or simply last year for a year."""
        return Period(self.kind, add_months(self.start, -12), _last_day(add_months(self.end, -12), self.end))

    def overlaps(self, other: "Period") -> bool:
        return self.start <= other.end and other.start <= self.end

    def __str__(self) -> str:
        return self.id

    def _moved(self, *, forward: bool) -> "Period":
        months = {PeriodKind.QUARTER: 3, PeriodKind.SIX_MONTH: 6, PeriodKind.MONTH: 1}.get(self.kind, 12)
        step = months if forward else -months
        return Period(self.kind, add_months(self.start, step), _last_day(add_months(self.end, step), self.end))


def _years(first: int) -> str:
    return f"{first}-{(first + 1) % 100:02d}"


def _slash(first: int) -> str:
    return f"{first}/{(first + 1) % 100:02d}"


def _financial(start: date) -> str:
    return _years(start.year if start.month >= 4 else start.year - 1)


def add_months(day: date, months: int) -> date:
    """The same day of another month, or that month's last day where it is shorter."""
    month = day.year * 12 + day.month - 1 + months
    year, month = divmod(month, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _last_day(moved: date, original: date) -> date:
    """Keep the end of a month the end of a month: 30 June back a quarter is 31 March."""
    if (original + timedelta(days=1)).day != 1:
        return moved
    return moved.replace(day=monthrange(moved.year, moved.month)[1])


def _first_year(match: re.Match[str], first: str = "y", second: str = "z") -> int:
    year, tail = int(match[first]), int(match[second])
    if (year + 1) % 100 != tail:
        raise ValueError(f"{year} is followed by {(year + 1) % 100:02d}, not {tail:02d}")
    return year


def _span(kind: PeriodKind, year: int, month: int, months: int) -> Period:
    start = date(year, month, 1)
    return Period(kind, start, add_months(start, months) - timedelta(days=1))


def _make_date(match: re.Match[str]) -> Period:
    day = date.fromisoformat(match[0])
    return Period(PeriodKind.DATE, day, day)


def _make_rolling(first: int, last: int, month: int) -> Period:
    if last <= first:
        raise ValueError("the last year must come after the first")
    return _span(PeriodKind.ROLLING_YEARS, first, month, 12 * (last - first + 1))


_YZ = r"(?P<y>\d{4})-(?P<z>\d{2})"
_FORMS: tuple[tuple[str, Callable[[re.Match[str]], Period]], ...] = (
    (rf"{_YZ}-q(?P<q>[1-4])", lambda m: _quarter(_first_year(m), int(m["q"]))),
    (rf"{_YZ}-h1", lambda m: _span(PeriodKind.SIX_MONTH, _first_year(m), 4, 6)),
    (rf"{_YZ}-h2", lambda m: _span(PeriodKind.SIX_MONTH, _first_year(m), 10, 6)),
    (rf"{_YZ}-school", lambda m: _span(PeriodKind.SCHOOL_YEAR, _first_year(m), 9, 12)),
    (
        rf"{_YZ}-to-(?P<a>\d{{4}})-(?P<b>\d{{2}})",
        lambda m: _make_rolling(_first_year(m), _first_year(m, "a", "b"), 4),
    ),
    (r"(?P<y>\d{4})-to-(?P<z>\d{4})", lambda m: _make_rolling(int(m["y"]), int(m["z"]), 1)),
    (r"\d{4}-\d{2}-\d{2}", _make_date),
    (r"(?P<y>\d{4})", lambda m: _span(PeriodKind.CALENDAR_YEAR, int(m["y"]), 1, 12)),
    (r"(?P<y>\d{4})-m(?P<m>\d{2})", lambda m: _span(PeriodKind.MONTH, int(m["y"]), int(m["m"]), 1)),
    (_YZ, lambda m: _span(PeriodKind.FINANCIAL_YEAR, _first_year(m), 4, 12)),
)


@lru_cache(maxsize=4096)  # the same few hundred are read from every row of every table
def _parse(text: str) -> Period:
    for pattern, make in _FORMS:
        if match := re.fullmatch(pattern, text):
            try:
                return make(match)
            except ValueError as fault:
                raise PeriodError(f"'{text}' is not a period: {fault}") from None
    raise PeriodError(
        f"'{text}' is not a period: write 2026-27-q2, 2026-27-h1, 2026-27, 2024-25-school, 2024, "
        "2022-to-2024, 2021-22-to-2023-24, 2023-m10 or 2025-03-31"
    )


def _quarter(first: int, number: int) -> Period:
    month = 1 + 3 * (number % 4)
    return _span(PeriodKind.QUARTER, first if number < 4 else first + 1, month, 3)
