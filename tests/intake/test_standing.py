"""Who has returned what, in a text that a council officer can act on; and what has not moved for years."""

from datetime import date

import pytest

from pmif.intake.standing import describe, standing
from tests.intake.returning import BOROUGH, DAY, PROJECT, REPORT, asking_for, held, read, receipt, row

FRAMEWORK, AREAS = read(BOROUGH)
WAITS, POSTS, PUBLISHED = "debt-advice-waits", "staff-vacancies", "extra-income-found"


def of(*rows, framework=FRAMEWORK, receipts=(), day=DAY):
    return standing(framework, AREAS, REPORT, day, held(*rows), receipts)


def said(*rows, **more):
    return describe(of(*rows, **more))


def still(*rows, **more):
    return {s.measure: s.why for s in of(*rows, **more).still}


def yearly(value, *years, measure=WAITS, **cells):
    return [row(measure, f"{y}-{(y + 1) % 100:02d}", value, **cells) for y in years]


def test_every_state_is_counted_first_and_listed_after():
    answers = [
        row(WAITS, "2026-27-q2", 9.0),
        row(WAITS, "2026-27-q1", status="unavailable"),
        row(WAITS, "2025-26-q3", 8.0),
    ]
    text = said(*answers, receipts=[receipt("people", 3)])
    assert (
        text
        == """\
Returns for July to September 2026 (2026-27-q2) as they stood on 24 November 2026
=================================================================================

Service                         asked  refused  missing  returned
-----------------------------------------------------------------
to be confirmed by the council      3        0        2         1
Head of People (made up)            5        5        0         0
All services                        8        5        2         1

to be confirmed by the council
------------------------------
Missing: a later figure has come, this one never did (2 figures)
  Days people wait for debt advice      January to March 2026        was due 30 Apr 2026
                                        July to September 2025       was due 30 Oct 2025
Returned (1 figure)
  Days people wait for debt advice      July to September 2026       came 12 Oct 2026

Head of People (made up)
------------------------
Refused: a file came, was refused, and no other has come since (5 figures)
  Posts that stand empty                July to September 2026       refused 3 Nov 2026, late by 25
                                                                     days
                                        April to June 2026           refused 3 Nov 2026, late by 117
                                                                     days
                                        January to March 2026        refused 3 Nov 2026, late by 208
                                                                     days
                                        October to December 2025     refused 3 Nov 2026, late by 297
                                                                     days
                                        July to September 2025       refused 3 Nov 2026, late by 390
                                                                     days

No measure has stood still for three years.
"""
    )


def test_a_refused_file_that_no_request_shows_is_listed_with_its_reason():
    nobody = receipt("", 3).model_copy(update={"sent_as": "posts.xlsx", "sha256": "1" * 64})
    text = said(row(WAITS, "2026-27-q2", 9.0), receipts=[nobody])
    assert (
        """\
Refused, and not counted above (1 file)
---------------------------------------
  posts.xlsx, not known from whom, 3 Nov 2026: is 120: no percentage is above 100
Take a file in again with --by ROLE, and it is counted for that service.
"""
        in text
    )
    assert " refused " not in text.split("Refused, and")[0], "no service's figures are refused for it"
    assert "not counted above" not in said(receipts=[receipt("people", 3)])


def test_a_refused_file_of_a_service_that_has_answered_everything_is_listed_too():
    periods = ("2026-27-q2", "2026-27-q1", "2025-26-q4", "2025-26-q3", "2025-26-q2")
    answers = [row(POSTS, period, 9.0) for period in periods]
    text = said(*answers, receipts=[receipt("people", 3)])
    assert "  return.xlsx, from Head of People (made up), 3 Nov 2026: is 120: no percentage is above 100\n\n" in text
    assert "not counted above" not in said(*answers, receipts=[receipt("people", 3), receipt("people", 5, taken=4)])


@pytest.mark.parametrize(
    ("cells", "says"),
    [
        ({"value": 9.0}, "came 12 Oct 2026"),
        ({"status": "unavailable"}, "said 12 Oct 2026"),
        ({"status": "not-applicable"}, "said 12 Oct 2026"),
        ({"status": "not-applicable", "transform": "nil return"}, "said 12 Oct 2026"),
    ],
)
def test_an_answer_is_said_with_its_day(cells, says):
    assert says in said(row(WAITS, REPORT.id, **cells))


def test_silence_is_late_by_the_days_since_it_was_due_and_not_due_before():
    assert "late by 25 days (30 Oct 2026)" in said()
    assert "late by 1 day (30 Oct 2026)" in said(day=date(2026, 10, 31))
    assert "July to September 2026       due 30 Oct 2026" in said(day=date(2026, 10, 30))


def test_a_measure_without_a_promised_date_is_never_late():
    text = said(framework=asking_for(FRAMEWORK, WAITS, frequency="occasional"))
    assert "whenever there is one        no date is promised" in text
    assert "late" not in text.lower().split("measures that")[0]


def test_wards_that_stand_alike_are_counted_on_one_line():
    framework = asking_for(FRAMEWORK, WAITS, geographies=("borough", "ward"))
    text = said(row(WAITS, REPORT.id, 9.0, area="W99000011", vintage="ward-new"), framework=framework)
    assert "July to September 2026 (7" in text, "the borough and six wards"
    assert "Returned (1 figure)" in text


def test_a_book_that_asks_for_nothing_says_so():
    framework = FRAMEWORK.model_copy(
        update={"measures": tuple(m for m in FRAMEWORK.measures if m.id not in (WAITS, POSTS))}
    )
    assert "No figure is asked of any service" in said(framework=framework)


def test_no_line_is_wider_than_a_page_for_the_real_framework():
    framework, areas = read(PROJECT)
    text = describe(standing(framework, areas, REPORT, DAY, held(), [receipt("to-confirm", 3)]))
    assert max(map(len, text.splitlines())) <= 100
    for measure in framework.measures:
        if measure.source == "council-return":
            assert measure.title.split()[0] in text


def test_the_same_value_over_three_years_has_not_moved():
    rows = yearly(9.0, 2022, 2023, 2024, 2025)
    assert still(*rows) == {
        WAITS: "the last 4 figures are all 9.0 days, from 2022/23 to 2025/26: ask whether it is measured each time"
    }
    assert "Days people wait for debt advice: the last 4 figures are all 9.0 days" in said(*rows)


@pytest.mark.parametrize(
    "rows",
    [
        yearly(9.0, 2021, 2023, 2025),
        [*yearly(9.0, 2022, 2023, 2024), *yearly(9.1, 2025)],
        [row(WAITS, f"2025-26-q{q}", 9.0) for q in (1, 2, 3, 4)],
        [*yearly(9.0, 2022, 2023), *yearly(None, 2024, 2025, status="unavailable")],
        yearly(9.0, 2022, 2023, 2024, 2025, area="Z92000001", vintage="country-made-up"),
    ],
    ids=["three figures", "a change at the end", "less than three years", "too few with a value", "the country's"],
)
def test_what_moved_or_is_too_short_to_tell_is_left_out(rows):
    assert still(*rows) == {}


def test_shares_worked_out_from_counts_are_compared_as_shares():
    rows = [
        row("family-help-in-time", f"{y}-{y - 1999}", numerator=n, denominator=3 * n)
        for y, n in zip(range(2022, 2026), (1, 2, 7, 49), strict=True)
    ]
    assert "all 33.3% (49 of 147)" in still(*rows)["family-help-in-time"]


def test_no_new_figure_for_three_years_is_said_with_its_age_from_the_day_on():
    rows = yearly(9.0, 2022)
    assert still(*rows, day=date(2026, 3, 30)) == {}
    assert still(*rows, day=date(2026, 3, 31)) == {WAITS: "the newest figure is for 2022/23, which ended 3 years ago"}
    assert (
        "no date was promised for another"
        in still(*rows, framework=asking_for(FRAMEWORK, WAITS, frequency="occasional"))[WAITS]
    )


def test_measures_with_published_sources_are_watched_as_well():
    assert FRAMEWORK.measure(PUBLISHED).source == "figures-made-up"
    assert list(still(*yearly(9.0, 2020, measure=PUBLISHED))) == [PUBLISHED]


def test_the_answer_depends_on_nothing_but_what_it_is_given():
    rows = yearly(9.0, 2022, 2023, 2024, 2025)
    assert said(*rows) == said(*reversed(rows))
