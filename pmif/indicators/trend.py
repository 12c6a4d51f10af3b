"""One finding a measure, from the figures it is given: is it changing, where does it stand, is a newer figure due?"""

from datetime import date
from typing import Any

import pandas as pd

from pmif.framework import Framework, Frequency, Measure
from pmif.indicators.change import find_change
from pmif.indicators.comparison import compare, rate
from pmif.indicators.finding import Due, Finding, State
from pmif.period import Period, add_months


def find(figures: pd.DataFrame, framework: Framework, report_date: date, previous_report_date: date) -> list[Finding]:
    """One finding for every measure of the framework, in its order.

    `figures` has the columns of `indicators.estimate` with `kind` (of area), only rows published by
    `report_date`; values that may not be seen are already gone from it.
    """
    by_measure = dict(iter(figures.groupby("measure")))
    nothing = figures.iloc[0:0]
    return [
        _find_one(by_measure.get(m.id, nothing), m, framework, report_date, previous_report_date)
        for m in framework.measures
    ]


def in_order(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows by period, oldest first."""
    keys = rows["period"].map(lambda text: Period.parse(text).sort_key)
    return rows.loc[keys.sort_values(kind="stable").index]


def _find_one(
    rows: pd.DataFrame, measure: Measure, framework: Framework, report_date: date, previous_report_date: date
) -> Finding:
    if rows.empty:
        waiting = framework.source(measure.source).licence == "council-return"
        return Finding(
            measure=measure.id,
            state=State.AWAITING_A_RETURN if waiting else State.NO_FIGURE,
            due=Due.NEVER_RECEIVED,
            reason="No return has been received yet."
            if waiting
            else "No figure had been published by the date of this report.",
        )
    series = in_order(rows[(rows["kind"] == "borough") & (rows["dimension"] == "")])
    newest = (series if len(series) else in_order(rows)).iloc[-1]
    period = Period.parse(newest["period"])
    due, expected, expected_from = _due(measure, period, newest, report_date, previous_report_date)
    dated: dict[str, Any] = {
        "measure": measure.id,
        "period": period,
        "due": due,
        "expected_period": expected,
        "expected_from": expected_from,
        "age_years": round((report_date - period.end).days / 365.25, 2),
    }
    if series.empty:
        return Finding(**dated, state=State.WARDS_ONLY, reason="Figures are held for wards or groups only.")
    if newest["status"] != "shown":
        withheld = newest["status"] == "suppressed"
        return Finding(
            **dated,
            state=State.WITHHELD if withheld else State.NO_FIGURE,
            reason="The newest figure is withheld to protect people."
            if withheld
            else f"The newest figure is {newest['status'].replace('-', ' ')}{_why(newest)}.",
        )
    known = find_change(series[series["status"] == "shown"], measure, cash=framework.unit(measure).is_money)
    return Finding(
        **dated,
        **known,
        value=newest["value"],
        lower=_number(newest["lower"]),
        upper=_number(newest["upper"]),
        mark=newest["mark"],
        benchmarks=compare(rows, newest, measure),
        target=rate(measure, newest["value"], report_date),
    )


def _due(
    measure: Measure, newest: Period, row: pd.Series, report_date: date, previous_report_date: date
) -> tuple[Due, Period | None, str]:
    """Whether a newer figure should be out: the period expected, and the day from which it was or will be."""
    if measure.frequency is Frequency.OCCASIONAL:
        return Due.OCCASIONAL, None, ""
    expected = newest.next
    out = add_months(expected.end, measure.lag_months)
    if out <= report_date:
        while (later := add_months(expected.next.end, measure.lag_months)) <= report_date:
            expected, out = expected.next, later
        return Due.LATE, expected, out.isoformat()
    is_new = previous_report_date < date.fromisoformat(row["published"]) <= report_date
    return (Due.NEW if is_new else Due.NOT_DUE), expected, out.isoformat()


def _why(newest: pd.Series) -> str:
    """Why a method could give no figure: "a count is missing". Empty where the figure was never there."""
    reason = newest.get("reason", "")
    return f": {reason}" if reason else ""


def _number(value: float) -> float | None:
    return None if pd.isna(value) else float(value)
