from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pmif.errors import PeriodError
from pmif.period import Period, PeriodKind

EXAMPLES = [
    ("2026-27-q1", date(2026, 4, 1), date(2026, 6, 30), "April to June 2026"),
    ("2026-27-q2", date(2026, 7, 1), date(2026, 9, 30), "July to September 2026"),
    ("2026-27-q4", date(2027, 1, 1), date(2027, 3, 31), "January to March 2027"),
    ("2026-27-h1", date(2026, 4, 1), date(2026, 9, 30), "April to September 2026"),
    ("2026-27-h2", date(2026, 10, 1), date(2027, 3, 31), "October 2026 to March 2027"),
    ("2026-27", date(2026, 4, 1), date(2027, 3, 31), "2026/27"),
    ("1999-00", date(1999, 4, 1), date(2000, 3, 31), "1999/00"),
    ("2024-25-school", date(2024, 9, 1), date(2025, 8, 31), "2024/25"),
    ("2024", date(2024, 1, 1), date(2024, 12, 31), "2024"),
    ("2022-to-2024", date(2022, 1, 1), date(2024, 12, 31), "2022 to 2024"),
    ("2021-22-to-2023-24", date(2021, 4, 1), date(2024, 3, 31), "2021/22 to 2023/24"),
    ("2023-m10", date(2023, 10, 1), date(2023, 10, 31), "October 2023"),
    ("2025-03-31", date(2025, 3, 31), date(2025, 3, 31), "31 March 2025"),
]


@pytest.mark.parametrize(("text", "start", "end", "label"), EXAMPLES)
def test_a_period_covers_the_days_its_name_says(text, start, end, label):
    period = Period.parse(text)

    assert (period.start, period.end, period.label) == (start, end, label)


@pytest.mark.parametrize(
    "text", ["2026-28", "2026-27-q5", "2026-27-q0", "2023-m13", "2025-02-30", "2024-to-2022", "Q2", ""]
)
def test_what_is_no_period_is_refused_by_name(text):
    with pytest.raises(PeriodError) as refusal:
        Period.parse(text)

    assert f"'{text}' is not a period" in str(refusal.value)


years = st.integers(1990, 2060)
ids = st.one_of(
    st.builds(lambda y, q: f"{y}-{(y + 1) % 100:02d}-q{q}", years, st.integers(1, 4)),
    st.builds(lambda y, h: f"{y}-{(y + 1) % 100:02d}-h{h}", years, st.integers(1, 2)),
    st.builds(lambda y: f"{y}-{(y + 1) % 100:02d}", years),
    st.builds(lambda y: f"{y}-{(y + 1) % 100:02d}-school", years),
    st.builds(str, years),
    st.builds(lambda y, n: f"{y}-to-{y + n}", years, st.integers(1, 5)),
    st.builds(lambda y, n: f"{y}-{(y + 1) % 100:02d}-to-{y + n}-{(y + n + 1) % 100:02d}", years, st.integers(1, 5)),
    st.builds(lambda y, m: f"{y}-m{m:02d}", years, st.integers(1, 12)),
    st.dates(date(1990, 1, 1), date(2060, 12, 31)).map(date.isoformat),
)


@given(ids)
def test_every_period_is_written_one_way(text):
    assert Period.parse(text).id == text


@given(ids.filter(lambda text: not text.endswith("-02-29")))
def test_next_and_previous_undo_each_other(text):
    period = Period.parse(text)

    # 28 February moves to a 29th in a leap year, as the last day of the month does.
    assert period.next.previous == period or period.kind is PeriodKind.DATE
    assert period.previous.end < period.end < period.next.end


@given(ids.filter(lambda text: "-to-" not in text and len(text) != 10))
def test_the_next_period_begins_the_day_after(text):
    period = Period.parse(text)

    assert (period.next.start - period.end).days == 1
    assert not period.overlaps(period.next)


@given(ids)
def test_the_same_period_last_year_ends_a_year_earlier(text):
    period = Period.parse(text)

    assert period.same_last_year.kind == period.kind
    assert 365 <= (period.end - period.same_last_year.end).days <= 367


@given(ids.filter(lambda text: "-to-" in text))
def test_rolling_years_share_years_with_the_next(text):
    period = Period.parse(text)

    assert period.overlaps(period.next)
