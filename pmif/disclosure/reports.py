"""Which report a period names, and the day on which its figures close."""

from datetime import date, timedelta

from pmif.errors import PeriodError
from pmif.framework import Reporting
from pmif.period import REPORT_KINDS, Period


def resolve_report(reporting: Reporting, period: str) -> Period:
    """The report period that `period` names; "current" is the one that reporting.yml names.

    Errors: PeriodError where no report exists for it, saying which do.
    """
    current, first = Period.parse(reporting.current), Period.parse(reporting.first)
    report = current if period == "current" else Period.parse(period)
    if report.kind not in REPORT_KINDS:
        raise PeriodError(
            f"'{period}' is a {report.kind}, but a report covers a quarter (2026-27-q2), six months or a year"
        )
    if not (first.start <= report.start and report.end <= current.end):
        raise PeriodError(
            f"there is no report for '{period}': reports run from {first.id} to {current.id}, "
            "the current period in data/framework/reporting.yml"
        )
    return report


def report_date(reporting: Reporting, report: Period) -> date:
    """The day on which a report's figures close: nothing published later is in it."""
    return report.end + timedelta(days=reporting.closes_after_days)
