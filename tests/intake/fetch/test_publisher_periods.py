"""A publisher's words for a period, in the form that was declared and in no other."""

import pytest

from pmif.errors import FetchError
from pmif.intake.fetch.publisher_periods import settle


@pytest.mark.parametrize(
    ("text", "form", "starts", "period"),
    [
        ("2011/12", "financial-year", None, "2011-12"),
        ("2022/2023", "school-year", None, "2022-23-school"),
        ("202324", "school-year", None, "2023-24-school"),
        ("1999/00", "financial-year", None, "1999-00"),
        ("2024", "calendar-year", None, "2024"),
        ("2024", "date", "06-30", "2024-06-30"),
        ("31 March 2025", "date", None, "2025-03-31"),
        ("2001 - 03", "rolling-years", None, "2001-to-2003"),
        ("1999 - 01", "rolling-years", None, "1999-to-2001"),
        ("2020/21 - 22/23", "rolling-years", None, "2020-21-to-2022-23"),
        ("October 2023", "month", None, "2023-m10"),
        ("2023-10", "month", None, "2023-m10"),
        ("2024 Q1", "quarter", None, "2023-24-q4"),
        ("2022-01-01/P3Y", "rolling-years", None, "2022-to-2024"),
        ("2020-04-01/P3Y", "rolling-years", None, "2020-21-to-2022-23"),
        ("2021-09-01/P1Y", "school-year", None, "2021-22-school"),
        ("2021-08-01/P1Y", "school-year", None, "2021-22-school"),
        ("2015-11-16/P1Y", "financial-year", "11-16", "2015-16"),
        ("2012-05-15/P1Y", "calendar-year", "05-15", "2012"),
        ("2025-04-01", "calendar-year", "04-01", "2025"),
        ("2026-05-15", "month", None, "2026-m05"),
        ("2026-04-01/P3M", "quarter", None, "2026-27-q1"),
        ("2026-01-01/P3M", "quarter", None, "2025-26-q4"),
    ],
)
def test_words_are_read_in_the_form_declared(text, form, starts, period):
    assert settle(text, form, starts).id == period


@pytest.mark.parametrize(
    ("text", "form", "starts"),
    [
        ("2024", "financial-year", None),
        ("2024", "school-year", None),
        ("2024", "date", None),
        ("2023/24", "calendar-year", None),
        ("2022/24", "financial-year", None),
        ("2022/2032", "financial-year", None),
        ("20222024", "financial-year", None),
        ("2020/21 - 22/24", "rolling-years", None),
        ("2024-01-01/P1Y", "rolling-years", None),
        ("2024-01-01/P3Y", "calendar-year", None),
        ("2024-04-01/P1Y", "calendar-year", None),
        ("2015-11-16/P1Y", "financial-year", None),
        ("2015-04-01/P1Y", "financial-year", "11-16"),
        ("2025-04-01", "calendar-year", None),
        ("2024-13-01", "date", None),
        ("2026-02-01/P3M", "quarter", None),
        ("2026-05-15/P1M", "month", None),
        ("Octopus 2023", "month", None),
        ("2023-13", "month", None),
        ("20110000", "financial-year", None),
        ("", "calendar-year", None),
    ],
)
def test_words_of_another_form_are_refused(text, form, starts):
    with pytest.raises(FetchError, match="mend 'periods' or 'starts'"):
        settle(text, form, starts)
