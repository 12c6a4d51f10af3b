"""A number that stands plainly is taken; every other cell is put into words, or refused with what to write."""

from datetime import date, datetime, time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pmif.framework import Frequency, Unit
from pmif.intake.cells import MILLION, THOUSAND, read_number
from pmif.intake.period_words import read_period
from tests.intake.sheets import cell

PERCENT = Unit(id="percent", multiplier=100, suffix="%", short="%", difference="points", lowest=0, highest=100)
POUNDS = Unit(id="pounds", prefix="£", short="£", difference="pounds")
MILLIONS = Unit(id="pounds-million", prefix="£", suffix="m", short="£m", difference="million pounds")
DAYS = Unit(id="days", words="days", short="days", difference="days", lowest=0)
MINUTES = Unit(id="minutes", words="minutes", short="minutes", difference="minutes", lowest=0)
THINGS = Unit(id="count", short="number", difference="in number", lowest=0)
KILOTONNES = Unit(id="kilotonnes", words="thousand tonnes of carbon dioxide", short="kt", difference="kt", lowest=0)
COUNT = None


@pytest.mark.parametrize(
    ("value", "unit", "exact"),
    [
        ("12", COUNT, "12"), (12, COUNT, "12"), (12.0, COUNT, "12"), (100000.0, COUNT, "100000"), ("12.30", PERCENT, "12.30"),
        (12.3, PERCENT, "12.3"), (0.123, PERCENT, "0.123"), ("-0.4", MILLIONS, "-0.4"), (" 12 ", COUNT, "12"), (0.0, DAYS, "0"),
    ],
)  # fmt: skip
def test_a_plain_number_is_taken_without_a_word(value, unit, exact):
    reading = read_number(cell(value), unit)
    assert (reading.value, reading.status, reading.interpretation, reading.problem) == (exact, "shown", "", "")


@pytest.mark.parametrize(
    ("value", "unit", "exact", "because"),
    [
        ("12.3%", PERCENT, "12.3", "a percentage"),
        ("12.3 per cent", PERCENT, "12.3", "a percentage"),
        ("1,234", COUNT, "1234", "commas between thousands"),
        ("1,234,567.80", POUNDS, "1234567.80", "commas between thousands"),
        ("1 234", COUNT, "1234", "spaces between thousands"),
        ("1\u00a0234", COUNT, "1234", "spaces between thousands"),
        ("1\u2009234", COUNT, "1234", "spaces between thousands"),
        ("£1,234.50", POUNDS, "1234.50", "pounds"),
        ("£1.2m", POUNDS, "1200000", "m is million"),
        ("£1.2m", MILLIONS, "1.2", "m is million"),
        ("£500k", MILLIONS, "0.5", "k is thousand"),
        ("£3bn", MILLIONS, "3000", "bn is billion"),
        ("1.2k", COUNT, "1200", "k is thousand"),
        ("12 thousand", THINGS, "12000", "thousand written out"),
        ("12 thousand tonnes", KILOTONNES, "12", "in tonnes"),
        ("(123)", MILLIONS, "-123", "brackets mean below zero"),
        ("(£1,234.50)", POUNDS, "-1234.50", "brackets mean below zero"),
        ("-£12", POUNDS, "-12", "pounds"),
        ("£-12", POUNDS, "-12", "pounds"),
        ("\u221212", POUNDS, "-12", "a long minus sign"),
        ("12 days", DAYS, "12", "in days"),
        ("1e5", COUNT, "100000", "a power of ten"),
        ("1.5E+03", COUNT, "1500", "a power of ten"),
        ("007", COUNT, "7", "written plainly"),
        (".5", PERCENT, "0.5", "written plainly"),
        ("-0", POUNDS, "0", "zero has no sign"),
        ("nil", COUNT, "0", "nothing counted"),
        (0.1 + 0.2, DAYS, "0.3", "rounded to 15 digits"),
        (1e-17, MILLIONS, "0", "subtracts like from like"),
        ("12.3*", PERCENT, "12.3", "leaving out the mark *"),
    ],
)  # fmt: skip
def test_a_number_written_otherwise_is_taken_and_put_into_words(value, unit, exact, because):
    reading = read_number(cell(value), unit)
    assert (reading.value, reading.status, reading.problem) == (exact, "shown", "")
    assert reading.interpretation.startswith(f"{exact} (")
    assert because in reading.interpretation
    assert reading.transform == f"{reading.found} read as {reading.interpretation}"


@pytest.mark.parametrize(
    ("text", "mark", "note"),
    [
        ("12.3 p", "p", ""), ("12.3p", "p", ""), ("12.3 (provisional)", "p", ""), ("12.3 [p]", "p", ""), ("12.3r", "r", ""),
        ("12.3 (revised)", "r", ""), ("12.3 e", "e", ""), ("12.3% (prov.)", "p", ""), ("12.3 (without agency staff)", "", "without agency staff"),
    ],
)  # fmt: skip
def test_what_is_written_after_a_figure_is_kept_apart_from_it(text, mark, note):
    reading = read_number(cell(text), PERCENT)
    assert (reading.value, reading.mark, reading.note) == ("12.3", mark, note)
    assert reading.interpretation


@pytest.mark.parametrize(
    ("text", "status"),
    [
        *((text, "suppressed") for text in ("*", "c", "[c]", "<5", "< 5", "fewer than 5", "Less than 10", "≤4", "Suppressed")),
        *((text, "not-applicable") for text in ("n/a", "N/A", "NA", "Not applicable", "z", "[z]")),
        *((text, "unavailable") for text in ("..", ":", "x", "[x]", "TBC", "tbc", "awaiting", "Not available", "to follow")),
    ],
)  # fmt: skip
def test_a_marker_is_a_state_and_never_a_number(text, status):
    reading = read_number(cell(text), COUNT)
    assert (reading.value, reading.status, reading.problem) == (None, status, "")
    assert reading.interpretation


@pytest.mark.parametrize(
    ("value", "unit", "says"),
    [
        ("12,3", PERCENT, "write a point before decimals"),
        ("12,34", PERCENT, "write a point before decimals"),
        ("0,123", PERCENT, "write a point before decimals"),
        ("1.234,5", COUNT, "write a point before decimals"),
        ("1,23,456", COUNT, "write a point before decimals"),
        ("c. 12", COUNT, "approximate"),
        ("~12", COUNT, "approximate"),
        ("about 12", COUNT, "approximate"),
        ("12+", COUNT, "approximate"),
        ("12 (approx)", COUNT, "not yet what happened"),
        ("12 (target)", COUNT, "not yet what happened"),
        ("12 (30%)", COUNT, "two figures in one cell"),
        ("<100", COUNT, "a limit and not a figure"),
        ("<5%", PERCENT, "a limit and not a figure"),
        (">12", COUNT, "a limit and not a figure"),
        ("12-15", COUNT, "a range"),
        ("12 of 40", COUNT, "a part of a whole"),
        ("3/4", COUNT, "a part of a whole"),
        ("3-Apr", COUNT, "reads as a date"),
        ("03/04/2026", COUNT, "reads as a date"),
        ("12-", POUNDS, "write -12"),
        ("--12", POUNDS, "more than one sign"),
        ("(-12)", POUNDS, "more than one sign"),
        ("-", COUNT, "may mean zero, not applicable or not available"),
        ("–", COUNT, "may mean zero, not applicable or not available"),
        (".", COUNT, "may mean zero, not applicable or not available"),
        ("nil", PERCENT, "write 0, or n/a"),
        ("see note", COUNT, "put words under Note"),
        ("#REF!", COUNT, "the error #REF!"),
        ("#DIV/0!", COUNT, "the error #DIV/0!"),
        ("12¹", COUNT, "'¹' is no plain digit"),
        ("１２", COUNT, "'１' is no plain digit"),
        ("½", COUNT, "'½' is no plain digit"),
        ("1 2", COUNT, "more than one number"),
        ("12.3%", DAYS, "a percentage, where a number (days) is due"),
        ("12%", COUNT, "a percentage, where a count is due"),
        ("£12", DAYS, "an amount of money"),
        ("$12", POUNDS, "an amount of money"),
        ("12p", POUNDS, "pence or a provisional figure"),
        ("£1,200", MILLIONS, "million pounds are due"),
        ("12m", MINUTES, "more than one meaning"),
        ("12 days", MINUTES, "not the unit"),
        ("12 cases", THINGS, "not the unit"),
        ("1e99", COUNT, "a power of ten beyond any figure"),
        ("9" * 30, COUNT, "more digits than any figure has"),
        ("x" * 400, COUNT, "400 letters"),
        (True, COUNT, "true or false"),
        (date(2026, 4, 3), COUNT, "holds the date or time 03/04/2026"),
        (datetime(2026, 4, 3), COUNT, "where a figure is due"),
        (time(4, 3), COUNT, "where a figure is due"),
        (1e20, COUNT, "no figure that can be used"),
        (float("nan"), COUNT, "no figure that can be used"),
        (float("inf"), COUNT, "no figure that can be used"),
    ],
)  # fmt: skip
def test_a_cell_that_could_mean_two_things_is_refused_with_what_to_write(value, unit, says):
    reading = read_number(cell(value), unit)
    assert says in reading.problem
    assert (reading.value, reading.status) == (None, "")


def test_nothing_and_blanks_are_a_blank_and_no_fault():
    assert all(read_number(blank, COUNT).blank for blank in (None, cell("  "), cell("\u00a0\u200b")))


def test_a_percentage_format_is_read_as_a_person_sees_it():
    shown = read_number(cell(0.123, text="12.3%", percent=True), PERCENT)
    assert (shown.value, shown.transform) == ("12.3", "12.3% read as 12.3 (a percentage)")
    assert read_number(cell(0.285, text="29%", percent=True), PERCENT).value == "28.5"
    assert "shown as the percentage 1200%" in read_number(cell(12.0, text="1200%", percent=True), DAYS).problem


def test_a_formula_is_its_kept_result_and_says_so():
    assert read_number(cell(12.0, formula="=SUM(A1:A9)"), COUNT).transform == "12 read as 12 (the result of a formula)"
    assert "without a kept result" in read_number(cell(None, text="", formula="=A1"), COUNT).problem


def test_a_layout_says_what_its_marks_fractions_and_thousands_mean():
    dash = read_number(cell("-"), COUNT, markers={"-": "not-applicable"})
    assert (dash.status, dash.interpretation) == ("not-applicable", "not applicable (as its layout says)")
    assert read_number(cell("–"), COUNT, markers={"–": "zero"}).value == "0"
    assert read_number(cell("none"), COUNT, markers={"none": "blank"}).blank
    assert read_number(cell(-1.0), COUNT, markers={"-1": "suppressed"}).status == "suppressed"
    assert read_number(cell(0.123), PERCENT, fractions=True).value == "12.3"
    assert read_number(cell("12.3%"), PERCENT, fractions=True).value == "12.3", "a percent sign says it outright"
    assert "parts of one" in read_number(cell(12.3), PERCENT, fractions=True).problem
    assert read_number(cell(3.5), POUNDS, times=THOUSAND).value == "3500"
    assert read_number(cell("£500"), MILLIONS, times=THOUSAND).value == "0.5"
    assert read_number(cell(2.0), COUNT, times=MILLION).interpretation == "2000000 (in millions, as its layout says)"
    assert "in thousands" in read_number(cell("£1.2m"), POUNDS, times=THOUSAND).problem


numbers = st.decimals(min_value=0, max_value=999_999_999, places=2).map(lambda d: Decimal(f"{d:f}"))


@given(
    numbers,
    st.sampled_from(
        ["{:f}", "{:,f}", "£{:f}", "£{:,f}", "{:f}p ", "{:f} (revised)", "{:f} pounds", " {:f}\u00a0", "{:f}k"]
    ),
)
def test_a_number_written_in_any_accepted_way_reads_back_exactly(number, form):
    unit, times = (
        (COUNT, 1000 if form.endswith("k") else 1) if "£" not in form and "pounds" not in form else (POUNDS, 1)
    )
    reading = read_number(cell(form.format(number)), unit)
    assert reading.problem == ""
    assert Decimal(reading.value) == number * times


@given(numbers)
def test_brackets_and_minus_signs_are_the_same_number_below_zero(number):
    texts = (f"({number:,f})", f"-{number:f}", f"-£{number:,f}", f"\u2212{number:f}")
    assert {Decimal(read_number(cell(text), POUNDS).value) for text in texts} == {-number}


@given(st.integers(0, 10**9), st.integers(0, 6))
def test_a_number_as_a_spreadsheet_keeps_it_reads_back_exactly(whole, places):
    exact = Decimal(whole).scaleb(-places)
    assert Decimal(read_number(cell(float(exact)), DAYS).value) == exact
    percent = read_number(cell(float(exact / 100), text="shown", percent=True), PERCENT)
    assert Decimal(percent.value) == exact


@given(st.text(max_size=40))
def test_any_text_is_a_figure_a_state_a_blank_or_a_fault_and_never_two(text):
    for unit in (COUNT, PERCENT, MILLIONS, DAYS):
        reading = read_number(cell(text), unit)
        assert (reading.status == "shown") is (reading.value is not None)
        assert not (reading.status and reading.problem)
        if reading.value is not None:
            assert Decimal(reading.value).is_finite()
            assert reading.interpretation or reading.value == text.strip()


Q, H, FY, SY, CY, RY, M, D, O = (  # noqa: E741
    Frequency.QUARTER, Frequency.SIX_MONTH, Frequency.FINANCIAL_YEAR, Frequency.SCHOOL_YEAR, Frequency.CALENDAR_YEAR,
    Frequency.ROLLING_YEARS, Frequency.MONTH, Frequency.DATE, Frequency.OCCASIONAL,
)  # fmt: skip


@pytest.mark.parametrize(
    ("value", "frequency"),
    [("2026-27-q2", Q), ("2026-27-h1", H), ("2026-27", FY), ("2025-26-school", SY), ("2026", CY), (2026.0, CY), ("2022-to-2024", RY), ("2026-m09", M), ("2026-03-31", D), ("2026", O), ("2026-27-q1", O)],
)  # fmt: skip
def test_a_period_id_is_taken_without_a_word(value, frequency):
    reading = read_period(cell(value), frequency)
    assert (reading.value, reading.interpretation, reading.problem) == (
        f"{value:.0f}" if isinstance(value, float) else value,
        "",
        "",
    )


@pytest.mark.parametrize(
    ("value", "frequency", "period"),
    [
        *((text, Q, "2026-27-q2") for text in ("Q2 2026/27", "Q2 26/27", "2026/27 Q2", "2026-27 Q2", "Quarter 2 2026-27", "Jul-Sep 2026", "July to September 2026", "Jul – Sep 26", "Jul 2026 to Sep 2026")),
        ("Jan-Mar 2027", Q, "2026-27-q4"),
        ("Apr-Sep 2026", H, "2026-27-h1"), ("H2 2026/27", H, "2026-27-h2"), ("Oct-Mar 2026/27", H, "2026-27-h2"), ("October 2026 to March 2027", H, "2026-27-h2"),
        *((text, FY, "2026-27") for text in ("2026/27", "26/27", "2026/2027", "2026-2027", "2026–27", "FY 2026/27", "2026/27 financial year", "Apr 2026 to Mar 2027")),
        ("2025/26", SY, "2025-26-school"), ("2025-26", SY, "2025-26-school"), ("Academic year 2025/26", SY, "2025-26-school"),
        ("2022-2024", RY, "2022-to-2024"), ("2022 to 2024", RY, "2022-to-2024"), ("2022-24", RY, "2022-to-2024"), ("2021/22 to 2023/24", RY, "2021-22-to-2023-24"),
        *((value, M, "2026-m09") for value in ("Sep-26", "Sept 2026", "September 2026", "2026-09", "09/2026", date(2026, 9, 1), date(2026, 9, 30))),
        *((value, D, "2026-03-31") for value in ("31/03/2026", "31 March 2026", "31.3.26", "31 Mar 26", date(2026, 3, 31), datetime(2026, 3, 31))),
        ("03/04/2026", D, "2026-04-03"),
        ("Q1 2026/27", O, "2026-27-q1"), ("31/03/2026", O, "2026-03-31"),
    ],
)  # fmt: skip
def test_a_period_written_otherwise_is_taken_and_put_into_words(value, frequency, period):
    reading = read_period(cell(value), frequency)
    assert (reading.value, reading.problem) == (period, "")
    assert reading.interpretation.startswith(f"{period} (")


@pytest.mark.parametrize(
    ("value", "frequency", "says"),
    [
        ("2026", FY, "write 2025-26 (2025/26) or 2026-27 (2026/27)"),
        (2026.0, FY, "write 2025-26 (2025/26) or 2026-27 (2026/27)"),
        ("2026", SY, "write 2025-26-school (2025/26) or 2026-27-school (2026/27)"),
        ("Q2 2026", Q, "write 2026-27-q2 (July to September 2026) or 2025-26-q2 (July to September 2025)"),
        ("2026/27", O, "write 2026-27 (2026/27) or 2026-27-school (2026/27)"),
        ("2026-27", Q, "is a financial-year, but figures come by quarter"),
        ("2026/27", CY, "is a financial-year, but figures come by calendar-year"),
        ("Q2", Q, "'Q2' is not a period: write it like 2026-27-q2"),
        ("Aug-Oct 2026", Q, "is not a period"),
        ("Oct-Mar 2027", H, "is not a period"),
        ("2025/27", FY, "is not a period"),
        ("2009-10", M, "is not a period"),
        ("2023-24", RY, "is not a period"),
        ("31/02/2026", D, "is not a period"),
        ("03/31/2026", D, "is not a period"),
        (date(2026, 9, 26), M, "holds the date 26 September 2026"),
        (date(2026, 9, 30), Q, "set the cell's format to text"),
        (datetime(2026, 3, 31, 4, 5), D, "is a time of day"),
        (True, Q, "is not a period"),
        ("whenever", O, "is not a period"),
    ],
)  # fmt: skip
def test_a_period_that_could_be_two_or_none_is_refused(value, frequency, says):
    reading = read_period(cell(value), frequency)
    assert says in reading.problem
    assert reading.value is None


@given(st.text(alphabet="0123456789/-. qQhjansepto", max_size=20), st.sampled_from(list(Frequency)))
def test_any_text_is_one_period_or_a_fault(text, frequency):
    reading = read_period(cell(text), frequency)
    assert reading.blank is (text.strip() == "")
    assert not (reading.value and reading.problem)
