"""What may be said of change, and of whether a newer figure is due."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pmif.framework import Framework, Measure, Source, Unit
from pmif.indicators import Due, Level, State, TargetRating, Went, flatten, unflatten
from pmif.indicators.finding import Finding
from pmif.indicators.trend import find
from pmif.period import Period

UNITS = (
    Unit(id="percent", multiplier=100, difference="percentage points", lowest=0, highest=100),
    Unit(id="per-1000", multiplier=1000, difference="per 1,000", lowest=0),
    Unit(id="pounds", prefix="£", difference="pounds"),
)
REPORT = date(2026, 11, 19)
LAST_REPORT = date(2026, 8, 19)


def measure(**changes: object) -> Measure:
    return Measure.model_validate(
        {
            "id": "m", "bearing": "context", "title": "M", "definition": "M", "unit": "percent", "decimals": 1,
            "polarity": "higher-is-better", "method": "as-published", "frequency": "financial-year", "lag": "6 months",
            "owner": "to-confirm", "source": "s", "geographies": ["borough"], "disclosure": "d", **changes,
        }
    )  # fmt: skip


def rows(*figures: tuple, kind: str = "borough", published: str = "2026-06-26") -> pd.DataFrame:
    """Figures as (period, value) or (period, value, lower, upper)."""
    table = pd.DataFrame([(*f, np.nan, np.nan)[:4] for f in figures], columns=["period", "value", "lower", "upper"])
    return table.assign(
        measure="m", kind=kind, area=kind, area_name=kind, vintage="v", dimension="", group="", status="shown", mark="",
        numerator=np.nan, denominator=np.nan, published=published,
    )  # fmt: skip


def find_one(table: pd.DataFrame, licence: str = "ogl-3", **changes: object) -> Finding:
    source = Source(id="s", publisher="P", dataset="D", licence=licence)
    framework = Framework.model_construct(measures=(measure(**changes),), sources=(source,), units=UNITS)
    return find(table, framework, REPORT, LAST_REPORT)[0]


def target(by: str, **more: object) -> dict[str, object]:
    where = "https://example.org/minute"
    return {"value": 60, "by": by, "set_by": "Cabinet", "set_on": "2022", "source": where, **more}


APART = [("2024-25", 50.0, 49.0, 51.0), ("2025-26", 55.0, 54.0, 56.0)]


@pytest.mark.parametrize(
    ("polarity", "state"),
    [
        ("higher-is-better", State.IMPROVING),
        ("lower-is-better", State.GETTING_WORSE),
        ("neutral", State.MOVED),
    ],
)
def test_intervals_that_do_not_touch_are_a_change(polarity, state):
    finding = find_one(rows(*APART), polarity=polarity)

    assert (finding.state, finding.tested, finding.direction) == (state, True, Went.HIGHER)


def test_healthy_life_expectancy_has_not_detectably_improved():
    """58.0 (54.9 to 61.2) in 2022-24: the intervals overlap, so nobody may call it better."""
    finding = find_one(
        rows(
            ("2019-to-2021", 57.7, 55.2, 60.2), ("2021-to-2023", 55.8, 53.3, 58.3), ("2022-to-2024", 58.0, 54.9, 61.2)
        ),
        frequency="rolling-years",
    )

    assert finding.state is State.NO_DETECTABLE_CHANGE
    assert finding.previous_period == Period.parse("2021-to-2023")
    assert finding.step.period == Period.parse("2019-to-2021"), "years in common are no independent evidence"


def test_intervals_that_touch_are_no_detectable_change():
    finding = find_one(rows(("2024-25", 50.0, 49.0, 51.0), ("2025-26", 52.0, 51.0, 53.0)))

    assert finding.state is State.NO_DETECTABLE_CHANGE


@pytest.mark.parametrize(("now", "direction"), [(52.0, "higher"), (48.0, "lower"), (50.0, "no change")])
def test_without_an_interval_a_change_is_described_and_not_judged(now, direction):
    finding = find_one(rows(("2024-25", 50.0), ("2025-26", now)))

    assert (finding.state, finding.tested, finding.direction) == (State.CHANGE_NOT_TESTED, False, direction)
    assert "No interval is published" in finding.reason


def test_rolling_years_that_all_share_years_cannot_be_tested():
    finding = find_one(
        rows(("2021-to-2023", 50.0, 49.0, 51.0), ("2022-to-2024", 60.0, 59.0, 61.0)), frequency="rolling-years"
    )

    assert finding.state is State.CHANGE_NOT_TESTED
    assert "share years" in finding.reason


def test_a_change_of_definition_ends_comparison():
    finding = find_one(rows(*APART), definition_changes=[{"since": "2025-26", "what": "Counted anew."}])

    assert finding.state is State.NOTHING_TO_COMPARE
    assert finding.definition_changed == "Counted anew."
    assert finding.previous_value is None


def test_one_figure_has_nothing_to_be_compared_with():
    assert find_one(rows(("2025-26", 50.0))).state is State.NOTHING_TO_COMPARE


def test_a_missing_year_is_passed_over_by_name():
    finding = find_one(rows(("2022-23", 50.0, 49.0, 51.0), ("2025-26", 55.0, 54.0, 56.0)))

    assert finding.previous_period == Period.parse("2022-23")
    assert finding.last_year_period is None


def test_a_council_held_measure_awaits_its_return():
    finding = find_one(rows(), licence="council-return")

    assert (finding.state, finding.due) == (State.AWAITING_A_RETURN, Due.NEVER_RECEIVED)


def test_a_measure_nobody_has_published_has_no_figure():
    assert find_one(rows()).state is State.NO_FIGURE


def test_a_withheld_figure_says_so_and_nothing_else():
    table = rows(*APART)
    table.loc[1, ["value", "lower", "upper"]] = np.nan
    table.loc[1, "status"] = "suppressed"
    finding = find_one(table)

    assert finding.state is State.WITHHELD
    assert (finding.value, finding.previous_value, finding.benchmarks) == (None, None, {})


def test_ward_figures_alone_are_said_to_be_ward_figures():
    assert find_one(rows(("2025-26", 5.0), kind="ward")).state is State.WARDS_ONLY


@pytest.mark.parametrize(
    ("period", "lag", "published", "due", "expected"),
    [
        ("2025-26", "6 months", "2026-10-01", Due.NEW, "2026-27"),
        ("2025-26", "6 months", "2026-08-19", Due.NOT_DUE, "2026-27"),
        ("2024-25", "6 months", "2025-10-01", Due.LATE, "2025-26"),
        ("2021-22", "6 months", "2022-10-01", Due.LATE, "2025-26"),
        ("2024-25", "8 months", "2025-12-01", Due.NOT_DUE, "2025-26"),
    ],
)
def test_what_is_due_follows_from_frequency_and_lag(period, lag, published, due, expected):
    finding = find_one(rows((period, 50.0), published=published), lag=lag)

    assert (finding.due, str(finding.expected_period)) == (due, expected)


def test_no_date_is_promised_for_an_occasional_figure():
    finding = find_one(rows(("2021-03-21", 50.0)), frequency="occasional")

    assert (finding.due, finding.expected_period) == (Due.OCCASIONAL, None)
    assert finding.age_years == pytest.approx(5.66, abs=0.01)


@pytest.mark.parametrize(
    ("interval", "england", "level", "tested"),
    [
        ((54.0, 56.0), 53.0, Level.BETTER, True),
        ((54.0, 56.0), 57.0, Level.WORSE, True),
        ((54.0, 56.0), 54.0, Level.SIMILAR, True),
        ((np.nan, np.nan), 54.0, Level.HIGHER, False),
        ((np.nan, np.nan), 55.0, Level.SAME, False),
        ((np.nan, np.nan), 57.0, Level.LOWER, False),
    ],
)
def test_better_and_worse_than_england_need_an_interval(interval, england, level, tested):
    table = pd.concat(
        [rows(("2025-26", 55.0, *interval)), rows(("2025-26", england), kind="country")], ignore_index=True
    )
    compared = find_one(table).benchmarks["country"]

    assert (compared.level, compared.tested, compared.value) == (level, tested, england)


def test_a_measure_without_a_benchmark_is_compared_with_none():
    table = pd.concat([rows(("2025-26", 55.0)), rows(("2025-26", 54.0), kind="country")], ignore_index=True)

    assert find_one(table, benchmark=None).benchmarks == {}


def test_a_benchmark_of_another_period_is_no_benchmark():
    table = pd.concat([rows(("2025-26", 55.0)), rows(("2024-25", 54.0), kind="country")], ignore_index=True)
    compared = find_one(table).benchmarks["country"]

    assert (compared.value, compared.level) == (None, None)
    assert "same period" in compared.reason


@pytest.mark.parametrize(
    ("polarity", "value", "rating"),
    [
        ("higher-is-better", 60.0, TargetRating.MET),
        ("higher-is-better", 59.0, TargetRating.CLOSE),
        ("higher-is-better", 58.9, TargetRating.MISSED),
        ("lower-is-better", 60.0, TargetRating.MET),
        ("lower-is-better", 61.0, TargetRating.CLOSE),
        ("lower-is-better", 61.1, TargetRating.MISSED),
        ("neutral", 60.0, None),
    ],
)
def test_a_target_is_met_by_reaching_it_and_close_within_its_tolerance(polarity, value, rating):
    goal = target("2025-26", tolerance=1)

    assert find_one(rows(("2025-26", value)), polarity=polarity, target=goal).target is rating


def test_a_target_is_not_missed_before_its_day():
    goal = target("2030")

    assert find_one(rows(("2025-26", 50.0)), target=goal).target is TargetRating.NOT_YET
    assert find_one(rows(("2025-26", 60.0)), target=goal).target is TargetRating.MET


values = st.floats(0, 100).map(lambda x: round(x, 1))


@given(values, values, st.floats(0.1, 5), st.floats(0.1, 5))
def test_better_one_way_is_worse_the_other(before, now, reach_before, reach_now):
    table = rows(
        ("2024-25", before, before - reach_before, before + reach_before),
        ("2025-26", now, now - reach_now, now + reach_now),
    )
    up, down = (find_one(table, polarity=p).state for p in ("higher-is-better", "lower-is-better"))
    opposite = {State.IMPROVING: State.GETTING_WORSE, State.GETTING_WORSE: State.IMPROVING}

    assert down is opposite.get(up, up)
    if up in opposite:
        assert (now > before) is (up is State.IMPROVING)


def test_a_finding_survives_being_written_as_a_row():
    table = pd.concat([rows(*APART), rows(("2025-26", 53.0), kind="country")], ignore_index=True)
    finding = find_one(table)
    row = {column: "" if value == "" else str(value) for column, value in flatten(finding).items()}

    assert Finding.model_validate(unflatten(row)) == finding
