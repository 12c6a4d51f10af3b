"""Is it changing, and is a newer figure due? One finding a measure, from the figures it is given.

The test of change in this module is the plainest that holds for a published figure: two 95%
intervals that do not touch. It is stricter than a 5% test, so "no detectable change" means that
the figures cannot tell, never that nothing happened. Periods that share years are not
independent, so rolling years are judged against the newest period that shares none.
"""

from datetime import date
from typing import Any

import pandas as pd

from pmif.framework import Framework, Frequency, Measure, Polarity, Source
from pmif.indicators.comparison import compare, judge
from pmif.indicators.finding import Due, Finding, Level, State
from pmif.period import Period, add_months


def find(figures: pd.DataFrame, framework: Framework, report_date: date, previous_report_date: date) -> list[Finding]:
    """One finding for every measure of the framework, in its order.

    `figures` has the columns of `indicators.estimate` with `kind` (of area), only rows published by
    `report_date`; values that may not be seen are already gone from it.
    """
    by_measure = dict(iter(figures.groupby("measure")))
    nothing = figures.iloc[0:0]
    return [
        _find_one(by_measure.get(m.id, nothing), m, framework.source(m.source), report_date, previous_report_date)
        for m in framework.measures
    ]


def in_order(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows by period, oldest first."""
    keys = rows["period"].map(lambda text: Period.parse(text).sort_key)
    return rows.loc[keys.sort_values(kind="stable").index]


def _find_one(
    rows: pd.DataFrame, measure: Measure, source: Source, report_date: date, previous_report_date: date
) -> Finding:
    if rows.empty:
        waiting = source.licence == "council-return"
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
            else f"The newest figure is {newest['status'].replace('-', ' ')}.",
        )
    return Finding(
        **dated,
        **_change(series[series["status"] == "shown"], measure),
        value=newest["value"],
        lower=_number(newest["lower"]),
        upper=_number(newest["upper"]),
        mark=newest["mark"],
        benchmarks=compare(rows, newest, measure),
        target_met=_target_met(measure, newest["value"], report_date),
    )


def _change(series: pd.DataFrame, measure: Measure) -> dict[str, Any]:
    """State, direction, and the earlier figures they rest on. `series` has shown figures, oldest first."""
    periods = [Period.parse(text) for text in series["period"]]
    newest, now = series.iloc[-1], periods[-1]
    changes = [c for c in measure.definition_changes if Period.parse(c.since).sort_key <= now.sort_key]
    since = Period.parse(changes[-1].since) if changes else None
    changed = changes[-1].what if changes else ""
    earlier = [
        (p, row)
        for p, row in zip(periods[:-1], series.iloc[:-1].to_dict("records"), strict=True)
        if since is None or p.start >= since.start
    ]
    known: dict[str, Any] = {"definition_changed": changed}
    last_year = next((row for p, row in earlier if p == now.same_last_year), None)
    if last_year:
        known |= {"last_year_period": now.same_last_year, "last_year_value": last_year["value"]}
    if not earlier:
        reason = (
            "The definition changed, so there is no earlier figure to compare with."
            if changed and len(periods) > 1
            else "There is no earlier figure to compare with."
        )
        return known | {"state": State.NOTHING_TO_COMPARE, "reason": reason}
    before, previous = earlier[-1]
    difference = newest["value"] - previous["value"]
    direction = "higher" if difference > 0 else "lower" if difference < 0 else "no change"
    known |= {"previous_period": before, "previous_value": previous["value"], "direction": direction}

    apart = [(p, row) for p, row in earlier if not p.overlaps(now)]
    if not apart:
        reason = "The two periods share years, so the change cannot be tested."
        return known | {"state": State.CHANGE_NOT_TESTED, "reason": reason}
    against, base = apart[-1]
    known |= {"against_period": against, "against_value": base["value"]}
    if pd.isna(newest["lower"]) or pd.isna(base["lower"]):
        reason = "No interval is published, so the change cannot be tested."
        return known | {"state": State.CHANGE_NOT_TESTED, "reason": reason}
    if newest["lower"] <= base["upper"] and base["lower"] <= newest["upper"]:
        return known | {
            "state": State.NO_DETECTABLE_CHANGE,
            "tested": True,
            "reason": "The intervals overlap.",
        }
    level = judge(newest["value"] - base["value"], measure.polarity)
    state = {Level.BETTER: State.IMPROVING, Level.WORSE: State.GETTING_WORSE}.get(level, State.MOVED)
    return known | {"state": state, "tested": True, "reason": "The intervals do not overlap."}


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


def _target_met(measure: Measure, value: float, report_date: date) -> bool | None:
    """Whether the target has been reached; None without one, and while there is still time to reach it."""
    if measure.target is None or measure.polarity is Polarity.NEUTRAL:
        return None
    goal = measure.target.value
    if value >= goal if measure.polarity is Polarity.HIGHER else value <= goal:
        return True
    return None if Period.parse(measure.target.by).end > report_date else False


def _number(value: float) -> float | None:
    return None if pd.isna(value) else float(value)
