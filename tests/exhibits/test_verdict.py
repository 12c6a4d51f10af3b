"""One sentence that puts direction, level and target together, and says where they do not agree."""

import pytest

from pmif.disclosure import Comparison, JudgedBy, Level, State, TargetRating, Went
from pmif.exhibits.rows import measure_rows
from pmif.exhibits.verdict import changes_tested, verdict
from pmif.indicators.finding import Step, Trend, UsualRange
from pmif.period import Period
from tests.exhibits.made import Book, Entry
from tests.exhibits.reading import words_of

BEFORE = {"period": Period.parse("2023-24"), "value": 66.4}
SAME = Step(went=Went.NO_CHANGE, **BEFORE)
UP, DOWN = Step(went=Went.HIGHER, **BEFORE), Step(went=Went.LOWER, **BEFORE)
ENGLAND = {
    level: {"country": Comparison(value=68.7, level=level, tested=True)}
    for level in (Level.BETTER, Level.SIMILAR, Level.WORSE)
}
TARGET = {
    "value": 70, "by": "2024-25", "set_by": "Cabinet", "set_on": "2022", "source": "https://example.org/minute",
}  # fmt: skip


def found(book: Book, state: State, **known: object) -> Entry:
    entry = book.measure("readiness", target=TARGET).series("borough", {"2023-24": 66.4, "2024-25": 68.3})
    before = {"previous_period": "2023-24", "previous_value": 66.4, "direction": Went.HIGHER}
    return entry.finding(state, **{"period": "2024-25", "value": 68.3, **before, **known})


def test_facts_that_agree_are_joined_by_a_comma_and_and(book):
    pm = found(
        book,
        State.IMPROVING,
        judged_by=JudgedBy.STEP,
        step=UP,
        target=TargetRating.MET,
        benchmarks=ENGLAND[Level.BETTER],
    ).published

    assert verdict(pm).sentence == (
        "Improving (68.3% is above 66.4% in 2023/24, and the intervals do not overlap), "
        "better than England and on target."
    )
    assert not verdict(pm).mixed


@pytest.mark.parametrize(
    ("state", "step", "target", "level", "ending"),
    [
        (State.IMPROVING, UP, TargetRating.MISSED, Level.SIMILAR, "similar to England, but off target."),
        (State.IMPROVING, UP, TargetRating.MET, Level.WORSE, "on target, but worse than England."),
        (State.GETTING_WORSE, DOWN, TargetRating.MET, Level.WORSE, "worse than England, but on target."),
        (State.GETTING_WORSE, DOWN, TargetRating.MISSED, Level.BETTER, "off target, but better than England."),
    ],
)
def test_facts_that_disagree_are_joined_by_but_and_the_row_warns_in_words(book, state, step, target, level, ending):
    direction = Went.HIGHER if step is UP else Went.LOWER
    entry = found(
        book, state, judged_by=JudgedBy.STEP, step=step, target=target, benchmarks=ENGLAND[level], direction=direction
    )

    assert verdict(entry.published).sentence.endswith(ending)
    assert verdict(entry.published).mixed
    assert "Mixed: " in words_of(measure_rows([entry.published]).html)


def test_no_detectable_change_says_which_tests_found_none(book):
    usual = UsualRange(went=Went.NO_CHANGE, points=9, mean=66, lower=60, upper=72, provisional=True)
    pm = found(book, State.NO_DETECTABLE_CHANGE, step=SAME, usual=usual, trend=Trend(went=Went.NO_CHANGE)).published

    assert verdict(pm).sentence == (
        "No detectable change (the intervals overlap; no trend over five years; within its usual range of 60.0% to 72.0%, "
        "trial limits from 8 figures)."
    )


def test_trial_limits_that_the_intervals_outrank_are_named_and_the_row_is_mixed(book):
    usual = UsualRange(went=Went.HIGHER, points=9, mean=60, lower=56, upper=64, provisional=True, rule="beyond a limit")
    pm = found(book, State.NO_DETECTABLE_CHANGE, step=SAME, usual=usual).published

    assert verdict(pm).sentence == (
        "No detectable change (the intervals overlap); yet 68.3% is above its usual range of 56.0% to 64.0%, trial limits "
        "from 8 figures."
    )
    assert verdict(pm).mixed


def test_healthy_life_expectancy_is_never_called_an_improvement(book):
    """58.0 (54.9 to 61.2) after 55.8: the number rose, and the figures cannot tell."""
    pm = found(book, State.NO_DETECTABLE_CHANGE, step=SAME, value=58.0, previous_value=55.8, lower=54.9, upper=61.2)

    said = words_of(measure_rows([pm.published]).html)
    assert "No detectable change" in said
    assert "mproving" not in said
    assert "better" not in said


def test_an_unusual_figure_that_moved_back_is_still_unusual_and_mixed(book):
    usual = UsualRange(went=Went.LOWER, points=9, mean=70, lower=69, upper=75, provisional=True, rule="beyond a limit")
    pm = found(book, State.GETTING_WORSE, judged_by=JudgedBy.USUAL_RANGE, usual=usual).published

    assert verdict(pm).sentence == (
        "Still worse than usual (68.3% is below its usual range of 69.0% to 75.0%, trial limits from 8 figures, though "
        "nearer than the figure before)."
    )
    assert verdict(pm).mixed


def test_tests_that_go_opposite_ways_are_both_named(book):
    pm = found(
        book, State.GETTING_WORSE, judged_by=JudgedBy.STEP, step=DOWN, direction=Went.LOWER,
        trend=Trend(went=Went.HIGHER, since=Period.parse("2020-21")),
    ).published  # fmt: skip

    assert verdict(pm).sentence.endswith("; the trend over five years goes the other way.")
    assert verdict(pm).mixed


def test_a_change_beside_its_history_says_that_the_last_step_alone_is_within_the_intervals(book):
    usual = UsualRange(went=Went.HIGHER, points=16, mean=60, lower=56, upper=64, rule="shift")
    pm = found(book, State.IMPROVING, judged_by=JudgedBy.USUAL_RANGE, usual=usual, step=SAME).published

    assert verdict(pm).sentence == (
        "Improving (at least seven figures in a row above the average); the change since 2023/24 alone is too small to tell."
    )


def test_a_change_that_no_test_could_judge_says_why(book):
    pm = found(
        book, State.CHANGE_NOT_TESTED, step=Step(reason="No interval is published."),
        usual=UsualRange(points=3, reason="Fewer than 8 figures."),
    ).published  # fmt: skip

    assert verdict(pm).sentence == "Change not tested (no interval is published; fewer than 8 figures)."


def test_money_is_higher_in_cash_terms_and_never_better(book):
    pm = found(book, State.MOVED, judged_by=JudgedBy.STEP, step=UP, in_cash_terms=True).published

    assert verdict(pm).sentence.startswith("Higher, in cash terms (")


def test_a_measure_without_a_figure_has_no_sentence(book):
    assert verdict(book.measure("x").published).sentence == ""


def test_every_test_is_listed_with_what_it_found_or_why_it_could_not_be_made(book):
    pm = found(
        book, State.NO_DETECTABLE_CHANGE, step=SAME, usual=UsualRange(points=2, reason="Fewer than 8 figures."),
        trend=Trend(reason="It needs 5 yearly figures; there are 2."),
    ).published  # fmt: skip

    assert changes_tested(pm) == [
        ("Two intervals", "No change, beside 66.4% in 2023/24."),
        ("Usual range", "Fewer than 8 figures."),
        ("Recent trend", "It needs 5 yearly figures; there are 2."),
    ]
