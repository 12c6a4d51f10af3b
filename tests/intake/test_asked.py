"""What a report asks of the services: the newest period, earlier ones never answered, and how each stands."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pmif.intake.asked import (
    ANSWERED,
    asked,
    in_words,
    newest_ended,
    refused_beside,
    return_measures,
    value_words,
)
from pmif.period import Period
from tests.intake.returning import BOROUGH, DAY, PROJECT, REPORT, asking_for, held, read, receipt, row

FRAMEWORK, AREAS = read(BOROUGH)
WAITS, POSTS = "debt-advice-waits", "staff-vacancies"


def of(measure, day, *rows, framework=FRAMEWORK, report=REPORT, receipts=()):
    return [one for one in asked(framework, AREAS, report, day, held(*rows), receipts) if one.measure == measure]


def states(measure, day, *rows, **more):
    return {one.period: one.state for one in of(measure, day, *rows, **more)}


def test_the_newest_period_and_four_before_it_are_asked_for_until_they_are_answered():
    assert list(states(WAITS, DAY)) == ["2026-27-q2", "2026-27-q1", "2025-26-q4", "2025-26-q3", "2025-26-q2"]
    answered = [row(WAITS, period, 9.0) for period in ("2026-27-q1", "2025-26-q3")]
    assert list(states(WAITS, DAY, *answered)) == ["2026-27-q2", "2025-26-q4", "2025-26-q2"]


def test_nothing_before_the_first_report_is_asked_for():
    periods = states(WAITS, date(2025, 8, 15), report=Period.parse("2025-26-q1"))
    assert list(periods) == ["2025-26-q1", "2024-25-q4"], "the made-up book begins with 2024-25-q4"

    yearly = asking_for(FRAMEWORK, WAITS, frequency="financial-year")
    assert list(states(WAITS, DAY, framework=yearly)) == ["2025-26"], "2024/25 began before the first report did"


@pytest.mark.parametrize(
    ("day", "state", "late"),
    [(date(2026, 10, 30), "not-due", 0), (date(2026, 10, 31), "late", 1), (date(2026, 11, 24), "late", 25)],
)
def test_a_figure_is_late_from_the_day_after_it_was_due(day, state, late):
    newest = of(WAITS, day)[0]
    assert (newest.due, newest.state, newest.days_late(day)) == (date(2026, 10, 30), state, late)


@pytest.mark.parametrize(
    ("cells", "state"),
    [
        ({"value": 9.0}, "returned"),
        ({"value": 9.0, "mark": "p"}, "returned"),
        ({"status": "suppressed"}, "returned"),
        ({"status": "unavailable"}, "not-available"),
        ({"status": "not-applicable"}, "not-applicable"),
        ({"status": "not-applicable", "transform": "nil return"}, "nil"),
        ({"value": 0.0, "transform": "nil return read as 0"}, "nil"),
        ({"value": 0.0}, "returned"),
    ],
)
def test_an_answer_is_told_from_silence_and_from_other_answers(cells, state):
    newest = of(WAITS, DAY, row(WAITS, REPORT.id, **cells))[0]
    assert (newest.state, newest.on, newest.days_late(DAY)) == (state, date(2026, 10, 12), 0)


def test_a_period_that_a_later_one_overtook_is_missing_rather_than_late():
    found = states(WAITS, DAY, row(WAITS, "2025-26-q4", 9.0))
    assert found == {
        "2026-27-q2": "late", "2026-27-q1": "late", "2025-26-q3": "missing", "2025-26-q2": "missing"
    }  # fmt: skip


def test_a_refused_file_stands_for_all_of_the_roles_unanswered_figures_until_another_is_taken():
    refusal = receipt("people", 3)
    found = of(POSTS, DAY, row(POSTS, "2026-27-q1", 3.0), receipts=[refusal])
    assert {one.state for one in found} == {"refused"}
    assert {one.on for one in found} == {date(2026, 11, 3)}
    assert found[0].days_late(DAY) == 25, "a refused file does not stop the clock"

    assert states(WAITS, DAY, receipts=[refusal])[REPORT.id] == "late", "another role's figures are untouched"
    for receipts in (
        [refusal, receipt("people", 5, taken=4)],
        [receipt("people", 5, taken=4), refusal],
        [receipt("people", 3, report="2026-27-q1")],
        [receipt("people", 25)],
    ):
        assert states(POSTS, DAY, receipts=receipts)[REPORT.id] == "late"


def test_a_refused_file_of_nobody_is_open_until_it_or_its_name_comes_again_as_someones():
    def came(role, day, name="posts.xlsx", sha256="1" * 64, **more):
        return receipt(role, day, **more).model_copy(update={"sent_as": name, "sha256": sha256})

    def open_still(*receipts, day=DAY):
        return [r.received.day for r in refused_beside(receipts, FRAMEWORK, REPORT, day, counted={"people"})]

    stray = came("", 3)
    assert open_still(stray) == [3]
    assert open_still(came("", 4, name="b.xlsx", sha256="2" * 64), stray) == [3, 4], "oldest first"
    assert open_still(came("nobody-known", 3)) == [3]
    assert open_still(came("people", 3)) == []
    assert open_still(stray, day=date(2026, 11, 2)) == []
    assert open_still(came("", 3, report="2026-27-q1")) == []
    assert open_still(stray, came("people", 5, name="other.xlsx", taken=4)) == [], "the same file, under another name"
    assert open_still(stray, came("people", 5, sha256="2" * 64)) == [], "mended under the same name"
    assert open_still(stray, came("people", 5, name="other.xlsx", sha256="2" * 64)) == [3]
    assert open_still(stray, came("people", 2, taken=4)) == [3], "what came before settles nothing"

    of_role = came("finance", 3)  # whose requests do not show it
    assert open_still(of_role, came("finance", 5, name="b.xlsx", sha256="2" * 64)) == [3, 5]
    assert open_still(of_role, came("finance", 5, name="b.xlsx", sha256="2" * 64, taken=4)) == []


def test_wards_are_asked_for_by_the_codes_of_the_period_and_groups_one_by_one():
    framework = asking_for(FRAMEWORK, WAITS, geographies=("borough", "ward", "country"), groups=("sex",))
    found = of(WAITS, DAY, framework=framework)
    asked_of = {
        period: {(one.area, one.vintage) for one in found if one.period == period} for period in states(WAITS, DAY)
    }

    assert {vintage for _, vintage in asked_of["2026-27-q2"]} == {"borough-made-up", "ward-new"}
    assert {vintage for _, vintage in asked_of["2025-26-q4"]} == {"borough-made-up", "ward-old"}
    assert len(asked_of["2026-27-q2"]) == 1 + 7
    groups = {(one.dimension, one.group) for one in found}
    assert groups == {("", ""), ("sex", "female"), ("sex", "male")}
    assert len(found) == len({(one.area, one.vintage, one.period, one.dimension, one.group) for one in found})


def test_of_a_measure_worked_out_from_age_bands_only_the_bands_are_asked_for():
    banded = next(m for m in FRAMEWORK.measures if m.bands == "age-band")
    framework = asking_for(FRAMEWORK, banded.id, geographies=("borough",))
    found = {(one.dimension, one.group) for one in of(banded.id, DAY, framework=framework)}
    assert len(found) == 19
    assert {dimension for dimension, _ in found} == {"age-band"}


def test_an_occasional_measure_is_always_asked_for_with_a_period_to_fill_in():
    framework = asking_for(FRAMEWORK, WAITS, frequency="occasional")
    for rows in ([], [row(WAITS, "2026-27", 9.0)]):
        (one,) = of(WAITS, DAY, *rows, framework=framework)
        assert (one.period, one.due, one.state, one.days_late(DAY)) == ("", None, "not-due", 0)


@pytest.mark.parametrize(
    ("frequency", "newest", "known"),
    [
        ("quarter", "2026-27-q2", []),
        ("six-month", "2026-27-h1", []),
        ("financial-year", "2025-26", []),
        ("school-year", "2025-26-school", []),
        ("calendar-year", "2025", []),
        ("month", "2026-m09", []),
        ("date", None, []),
        ("date", "2026-03-31", ["2023-03-31"]),
        ("date", "2025-12-31", ["2026-12-31"]),
        ("rolling-years", "2023-to-2025", ["2020-to-2022"]),
        ("rolling-years", None, []),
        ("occasional", None, ["2021"]),
    ],
)
def test_the_newest_period_that_had_ended_is_known_where_the_frequency_or_a_figure_tells(frequency, newest, known):
    measure = asking_for(FRAMEWORK, WAITS, frequency=frequency).measure(WAITS)
    found = newest_ended(measure, REPORT, map(Period.parse, known))
    assert (found and found.id) == newest


@given(
    report=st.sampled_from(["2024-25-q4", "2025-26-q1", "2025-26-q3", "2025-26-h1", "2025-26", "2026-27-q2"]),
    frequency=st.sampled_from(["quarter", "six-month", "financial-year", "school-year", "calendar-year", "month"]),
)
def test_the_newest_period_has_ended_and_the_one_after_it_has_not(report, frequency):
    report = Period.parse(report)
    newest = newest_ended(asking_for(FRAMEWORK, WAITS, frequency=frequency).measure(WAITS), report, [])
    assert newest.kind == frequency
    assert newest.end <= report.end < newest.next.end


def test_every_measure_of_the_real_framework_that_awaits_a_return_is_asked_for():
    framework, areas = read(PROJECT)
    measures = return_measures(framework)
    found = asked(framework, areas, REPORT, DAY, held())
    assert len(measures) == 24
    assert {one.measure for one in found} == {m.id for m in measures}
    assert not {one.state for one in found} & set(ANSWERED)


def test_a_figure_is_said_as_a_person_reads_it():
    measure = FRAMEWORK.measure("family-help-in-time")
    unit = FRAMEWORK.unit(measure)
    table = held(
        row(measure.id, "2026-27-q1", numerator=166, denominator=250),
        row(measure.id, "2026-27-q1", numerator=1660, denominator=2500, mark="p"),
        row(measure.id, "2026-27-q1", status="unavailable"),
        row(measure.id, "2026-27-q1", status="not-applicable"),
        row(measure.id, "2026-27-q1", status="not-applicable", transform="nil return"),
        row(measure.id, "2026-27-q1", numerator=0, denominator=0),
        row(WAITS, "2026-27-q1", 9.05),
    )
    said = [in_words(r, measure, unit) for _, r in table.iloc[:6].iterrows()]
    assert said == [
        "66.4% (166 of 250)", "66.4%, provisional (1,660 of 2,500)", "not available", "does not apply", "nil return",
        "0 of 0",
    ]  # fmt: skip
    waits = FRAMEWORK.measure(WAITS)
    assert in_words(table.iloc[6], waits, FRAMEWORK.unit(waits)) == "9.1 days"


def test_money_has_its_sign_before_the_pound():
    framework, _ = read(PROJECT)
    variance = framework.measure("budget-variance")
    unit = framework.unit(variance)
    assert [value_words(v, variance, unit) for v in (-1.25, 0.0, -0.04)] == ["-£1.3m", "£0.0m", "£0.0m"]
