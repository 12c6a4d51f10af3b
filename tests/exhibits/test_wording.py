"""What a page says of a figure: the table of states, and how numbers are written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pmif.disclosure import Comparison, Due, JudgedBy, Level, State
from pmif.exhibits import chip, wording
from pmif.indicators.finding import Step, Trend, UsualRange
from pmif.period import Period
from tests.exhibits.made import Book, Entry

TWO = {"2023-24": 66.4, "2024-25": 68.3}


def changed(
    book: Book,
    state: State,
    direction: str,
    polarity: str = "higher-is-better",
    due: Due = Due.NOT_DUE,
    **known: object,
) -> Entry:
    """A measure whose last step went in `direction`, and whose test, if it found a change, found the same."""
    entry = book.measure("readiness", polarity=polarity).series("borough", TWO)
    found = state in (State.IMPROVING, State.GETTING_WORSE, State.MOVED)
    known = {"judged_by": JudgedBy.STEP if found else None} | known
    return entry.finding(
        state,
        due,
        period="2024-25",
        value=68.3,
        previous_period="2023-24",
        previous_value=66.4,
        direction=direction or None,
        step=Step(went=direction, period=Period.parse("2023-24"), value=66.4) if found else Step(),
        **known,
    )


@pytest.mark.parametrize(
    ("state", "direction", "words", "shape"),
    [
        (State.IMPROVING, "higher", "Improving", "disc"),
        (State.GETTING_WORSE, "lower", "Getting worse", "diamond"),
        (State.NO_DETECTABLE_CHANGE, "higher", "No detectable change", "ring"),
        (State.MOVED, "higher", "Moved", "square"),
        (State.CHANGE_NOT_TESTED, "higher", "Higher, not tested", "dot"),
        (State.CHANGE_NOT_TESTED, "lower", "Lower, not tested", "dot"),
        (State.CHANGE_NOT_TESTED, "no change", "No change, not tested", "dot"),
        (State.NOTHING_TO_COMPARE, "", "Nothing to compare with yet", "dash"),
        (State.WITHHELD, "", "[c] Withheld", "lock"),
        (State.WARDS_ONLY, "", "Ward figures only", "map"),
        (State.AWAITING_A_RETURN, "", "Awaiting a return", "tray"),
        (State.NO_FIGURE, "", "No figure", "dash"),
    ],
)
def test_every_state_has_its_words_and_its_shape(book, state, direction, words, shape):
    pm = changed(book, state, direction).published

    assert wording.state_words(pm) == words
    assert chip.LOOKS[state][0] == shape
    assert words in chip.state_chip(pm)


def test_every_state_is_counted_and_has_a_look():
    assert set(wording.COUNTED) == set(State)
    assert set(chip.LOOKS) == set(State)


@pytest.mark.parametrize(
    ("state", "direction", "polarity", "words"),
    [
        (State.IMPROVING, "higher", "higher-is-better", "Rose from 66.4% in 2023/24 (better)"),
        (State.GETTING_WORSE, "higher", "lower-is-better", "Rose from 66.4% in 2023/24 (worse)"),
        (State.NO_DETECTABLE_CHANGE, "higher", "higher-is-better", "Rose from 66.4% in 2023/24"),
        (State.CHANGE_NOT_TESTED, "higher", "higher-is-better", "Rose from 66.4% in 2023/24"),
        (State.CHANGE_NOT_TESTED, "no change", "higher-is-better", "Unchanged at 66.4% in 2023/24"),
        (State.MOVED, "lower", "neutral", "Fell from 66.4% in 2023/24"),
    ],
)
def test_better_and_worse_are_said_only_of_a_tested_change(book, state, direction, polarity, words):
    assert wording.change_words(changed(book, state, direction, polarity).published) == words


def test_a_figure_that_moved_back_towards_usual_is_still_better_and_its_step_is_not(book):
    usual = UsualRange(went="higher", lower=50, upper=60)
    pm = changed(book, State.IMPROVING, "lower", judged_by=JudgedBy.USUAL_RANGE, usual=usual).published

    assert wording.change_words(pm) == "Fell from 66.4% in 2023/24"
    assert wording.state_words(pm) == "Still better than usual"


def test_a_trend_against_the_last_step_says_over_how_long_it_holds(book):
    pm = changed(book, State.GETTING_WORSE, "higher", judged_by=JudgedBy.TREND, trend=Trend(went="lower")).published

    assert wording.state_words(pm) == "Getting worse over five years"


def test_a_year_before_is_said_once_where_it_is_the_previous_figure_too(book):
    same = changed(book, State.CHANGE_NOT_TESTED, "higher", last_year_period="2023-24", last_year_value=66.4)
    pm = same.published

    assert wording.change_words(pm) == "Rose from 66.4% in 2023/24, a year before"
    assert wording.last_year_words(pm) == ""


def test_the_same_quarter_last_year_is_said_beside_the_previous_quarter(book):
    entry = book.measure("calls", frequency="quarter").series("borough", {"2026-27-q1": 8.8})
    entry.finding(
        State.CHANGE_NOT_TESTED, period="2026-27-q1", value=8.8, previous_period="2025-26-q4", previous_value=8.1,
        last_year_period="2025-26-q1", last_year_value=7.2, direction="higher",
    )  # fmt: skip

    assert wording.change_words(entry.published) == "Rose from 8.1% in January to March 2026"
    assert wording.last_year_words(entry.published) == "Same period last year: 7.2% (April to June 2025)"


@pytest.mark.parametrize(
    ("level", "tested", "words"),
    [
        (Level.BETTER, True, "better than England"),
        (Level.WORSE, True, "worse than England"),
        (Level.SIMILAR, True, "similar to England"),
        (Level.HIGHER, True, "higher than England"),
        (Level.HIGHER, False, ""),
        (Level.LOWER, False, ""),
    ],
)
def test_a_verdict_beside_england_needs_a_test(book, level, tested, words):
    pm = changed(
        book,
        State.CHANGE_NOT_TESTED,
        "higher",
        benchmarks={"country": Comparison(value=70.0, level=level, tested=tested)},
    ).published

    assert wording.comparison_words(pm, "country") == words


@pytest.mark.parametrize(
    ("unit", "decimals", "value", "words"),
    [
        ("percent", 1, 66.4, "66.4%"),
        ("percent", 0, 66.5, "67%"),
        ("percent", 2, 0.285, "0.29%"),
        ("per-10000", 0, 12345.6, "12,346"),
        ("millions", 1, 47_600_000, "£47.6 million"),
        ("millions", 1, -1_250_000, "−£1.3 million"),
        ("percent", 1, -0.04, "0.0%"),
    ],
)
def test_values_are_written_with_unit_and_separators(book, unit, decimals, value, words):
    pm = book.measure("x", unit=unit, decimals=decimals).published

    assert wording.format_value(pm, value) == words


@given(st.floats(-1e9, 1e9), st.integers(0, 3))
def test_a_rounded_number_is_within_half_a_unit_of_the_value(value, decimals):
    written = wording.number(value, decimals)

    read = float(written.replace(",", "").replace(wording.MINUS, "-"))
    assert read == pytest.approx(value, abs=0.5 * 10**-decimals * (1 + 1e-6), rel=1e-9)
    assert written.partition(".")[2] == "" if decimals == 0 else len(written.partition(".")[2]) == decimals


@pytest.mark.parametrize(
    ("age", "words"),
    [
        (None, ""),
        (1.9, ""),
        (2.0, ""),
        (2.3, "more than 2 years old"),
        (3.6, "about 4 years old"),
        (3.1, "about 3 years old"),
    ],
)
def test_a_figure_older_than_two_years_says_its_age(book, age, words):
    pm = changed(book, State.CHANGE_NOT_TESTED, "higher", age_years=age).published

    assert wording.age_words(pm) == words


def test_an_interval_is_given_in_words_or_said_not_to_be_published(book):
    pm = book.measure("x").published

    assert wording.interval_words(pm, 54.9, 61.2) == "95% interval 54.9 to 61.2"
    assert wording.interval_words(pm, None, None) == "No interval published"


@pytest.mark.parametrize(
    ("due", "expected_from", "words", "sentence"),
    [
        (Due.LATE, "2025-11-30", "Late: newest is 2024/25", "Late: the figure for 2025/26 should have been out since November 2025"),
        (Due.NOT_DUE, "2026-11-30", "Nothing new due, next November 2026", "The figure for 2025/26 is expected in November 2026"),
        (Due.OCCASIONAL, "", "Published now and then", "No date is promised"),
    ],
)  # fmt: skip
def test_what_is_due_is_said_in_words(book, due, expected_from, words, sentence):
    entry = book.measure("x").series("borough", TWO)
    entry.finding(
        State.CHANGE_NOT_TESTED,
        due,
        period="2024-25",
        value=68.3,
        expected_period="2025-26",
        expected_from=expected_from,
    )

    assert wording.due_words(entry.published) == words
    assert wording.next_due(entry.published) == sentence


def test_a_row_has_at_most_four_chips_with_the_verdict_before_reasons(book):
    pm = changed(book, State.CHANGE_NOT_TESTED, "higher", due=Due.LATE, definition_changed="New goals").published

    chips = chip.chips(pm)

    assert len(chips) == 4
    assert [("Rose from" in c, "not tested" in c, "Definition" in c, "Late" in c) for c in chips] == [
        (True, False, False, False), (False, True, False, False), (False, False, True, False), (False, False, False, True),
    ]  # fmt: skip
