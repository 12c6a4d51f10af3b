"""A period as people write it in a workbook: "Q2 2026/27", "Jul-Sep 2026", "31/03/2026", "Sep-26".

What a text means depends on how often the measure's figures come: "2026/27" is a school year where
they come by school year. A text that could be two periods ("2026" of a financial year) is refused, with both.
"""

import re
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta

from pmif.errors import PeriodError
from pmif.framework import Frequency
from pmif.intake.cells import Reading
from pmif.intake.workbook import Cell
from pmif.period import MONTHS, Period, PeriodKind, add_months

_NUMBER_OF = {name.casefold()[:3]: number for number, name in enumerate(MONTHS, start=1)}
_M = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)\.?"
)
_Y = r"(?:\d{4}|\d{2})"
_PAIR = rf"(?P<y>{_Y}) ?[/-] ?(?P<z>{_Y})"
_YEAR_WORDS = r"(?:financial year|fiscal year|school year|academic year|year|fy|ay) "

# Each form with what it may mean. Several periods: it is for the writer to say which.
_FORMS: tuple[tuple[str, Callable[[re.Match[str], Frequency], Iterator[Period]]], ...] = (
    (rf"(?:q|quarter ?)(?P<q>[1-4]),? (?:of )?{_PAIR}", lambda m, _: _quarter(_first(m), int(m["q"]))),
    (rf"{_PAIR},? (?:q|quarter ?)(?P<q>[1-4])", lambda m, _: _quarter(_first(m), int(m["q"]))),
    (r"(?:q|quarter ?)(?P<q>[1-4]),? (?P<y>\d{4})", lambda m, _: _quarters_of_one_year(int(m["y"]), int(m["q"]))),
    (r"(?P<y>\d{4}),? (?:q|quarter ?)(?P<q>[1-4])", lambda m, _: _quarters_of_one_year(int(m["y"]), int(m["q"]))),
    (rf"(?:h|half ?)(?P<h>[12]),? {_PAIR}", lambda m, _: _half(_first(m), int(m["h"]))),
    (rf"{_PAIR},? (?:h|half ?)(?P<h>[12])", lambda m, _: _half(_first(m), int(m["h"]))),
    (rf"(?P<a>{_M}) ?(?P<ay>{_Y})? ?(?:-|to) ?(?P<b>{_M}) ?(?P<by>{_Y})(?P<bz>/{_Y})?", lambda m, _: _months(m)),
    (rf"{_PAIR} ?(?:-|to) ?(?P<a>{_Y}) ?[/-] ?(?P<b>{_Y})", lambda m, _: _financial_years(m)),
    (r"(?P<y>\d{4}) ?(?:-|to) ?(?P<z>\d{4})", lambda m, f: _two_years(m, f)),
    (r"(?P<m>0?[1-9]|1[0-2])[-/](?P<y>\d{4})", lambda m, _: _month(int(m["y"]), int(m["m"]))),
    (rf"(?:{_YEAR_WORDS})?{_PAIR}(?: {_YEAR_WORDS.strip()})?", lambda m, f: _pair_of_years(m, f)),
    (r"(?P<y>\d{4})[-/](?P<m>0[1-9]|1[0-2])", lambda m, _: _month(int(m["y"]), int(m["m"]))),
    (rf"(?P<a>{_M})[ -]?(?P<y>{_Y})", lambda m, _: _month(_year(m["y"]), _named(m))),
    (rf"(?P<d>\d{{1,2}})(?:st|nd|rd|th)? ?[ -] ?(?P<a>{_M})[ -](?P<y>{_Y})", lambda m, _: _day(m, _named(m))),
    (rf"(?P<d>\d{{1,2}})(?P<s>[/.])(?P<m>\d{{1,2}})(?P=s)(?P<y>{_Y})", lambda m, _: _day(m, int(m["m"]))),
    (r"(?P<y>\d{4})", lambda m, f: _one_year(int(m["y"]), f)),
)  # fmt: skip


def read_period(cell: Cell | None, frequency: Frequency) -> Reading:
    """The period in a cell, as its id, for a measure whose figures come with that frequency.

    Missing: a cell that is not there, or holds nothing but blanks, is a blank Reading.
    """
    if cell is None or (isinstance(cell.value, str | None) and not cell.text.strip() and not cell.formula):
        return Reading()
    found = " ".join(cell.text.split())
    if isinstance(cell.value, bool) or cell.value is None:
        return Reading(found, problem=f"{found or cell.formula!r} is not a period: {_write(frequency)}")
    if isinstance(cell.value, date):
        return _of_day(found, cell.value, frequency)
    text = re.sub(r"[‐‑–—−]", "-", found).casefold()
    if _plain(found.casefold(), frequency):
        return Reading(found, found.casefold(), "shown")
    means = _meanings(text, frequency)
    fit = [p for p in means if frequency is Frequency.OCCASIONAL or p.kind == str(frequency)]
    if len(fit) == 1:
        return _taken(found, fit[0])
    if fit:
        both = " or ".join(f"{p.id} ({p.label})" for p in fit)
        return Reading(found, problem=f"{found!r} may be more than one period: write {both}")
    if means:
        problem = f"{found!r} is a {means[0].kind}, but figures come by {frequency}: {_write(frequency)}"
        return Reading(found, problem=problem)
    return Reading(found, problem=f"{found!r} is not a period: {_write(frequency)}")


def _plain(text: str, frequency: Frequency) -> bool:
    """Whether the text is a period's own id, of the kind that is due."""
    try:
        period = Period.parse(text)
    except PeriodError:
        return False
    return period.id == text and (frequency is Frequency.OCCASIONAL or period.kind == str(frequency))


def _meanings(text: str, frequency: Frequency) -> list[Period]:
    for pattern, make in _FORMS:
        if match := re.fullmatch(pattern, text):
            try:
                return list(make(match, frequency))
            except (ValueError, PeriodError):
                return []
    try:
        return [Period.parse(text)]  # an id of another kind
    except PeriodError:
        return []


def _of_day(found: str, value: date, frequency: Frequency) -> Reading:
    """A cell that a spreadsheet keeps as a date: a day, or the first or last of a month that it stands for."""
    if isinstance(value, datetime):
        if (value.hour, value.minute, value.second) != (0, 0, 0):
            return Reading(found, problem=f"{found!r} is a time of day: {_write(frequency)}")
        value = value.date()
    day = Period(PeriodKind.DATE, value, value)
    if frequency in (Frequency.DATE, Frequency.OCCASIONAL):
        return _taken(found, day)
    if frequency is Frequency.MONTH and 1 in (value.day, (value + timedelta(days=1)).day):
        return _taken(found, next(_month(value.year, value.month)))
    why = "Excel may have made a date of what was typed; set the cell's format to text"
    return Reading(
        found, problem=f"holds the date {day.label}, but figures come by {frequency}: {_write(frequency)}; {why}"
    )


def _taken(found: str, period: Period) -> Reading:
    return Reading(found, period.id, "shown", interpretation=f"{period.id} ({period.label})")


_EXAMPLES = {
    Frequency.QUARTER: "2026-27-q2 for July to September 2026",
    Frequency.SIX_MONTH: "2026-27-h1 for April to September 2026",
    Frequency.FINANCIAL_YEAR: "2026-27 for April 2026 to March 2027",
    Frequency.SCHOOL_YEAR: "2026-27-school for September 2026 to August 2027",
    Frequency.CALENDAR_YEAR: "2026",
    Frequency.ROLLING_YEARS: "2022-to-2024 or 2021-22-to-2023-24",
    Frequency.MONTH: "2026-m09 for September 2026",
    Frequency.DATE: "2026-03-31 for a count on 31 March 2026",
    Frequency.OCCASIONAL: "2026, 2026-27, 2026-27-q2 or 2026-03-31",
}


def _write(frequency: Frequency) -> str:
    return f"write it like {_EXAMPLES[frequency]}"


def _year(text: str) -> int:
    """Two digits are of this century: no council keeps figures for 2099, nor for 1926."""
    return int(text) if len(text) == 4 else 2000 + int(text)


def _first(match: re.Match[str], first: str = "y", second: str = "z") -> int:
    """The first of two years that must follow one another: 2026/27, 2026-2027, 26/27."""
    year = _year(match[first])
    if (year + 1) % 100 != int(match[second]) % 100:
        raise ValueError
    return year


def _named(match: re.Match[str], month: str = "a") -> int:
    """Which month a name is of: 9 for Sept."""
    return _NUMBER_OF[match[month][:3]]


def _both(first: int) -> str:
    return f"{first}-{(first + 1) % 100:02d}"


def _quarter(first: int, number: int) -> Iterator[Period]:
    yield Period.parse(f"{_both(first)}-q{number}")


def _quarters_of_one_year(year: int, number: int) -> Iterator[Period]:
    """ "Q2 2026" is a quarter of 2026/27, or of 2025/26."""
    yield from (*_quarter(year, number), *_quarter(year - 1, number))


def _half(first: int, number: int) -> Iterator[Period]:
    yield Period.parse(f"{_both(first)}-h{number}")


def _month(year: int, month: int) -> Iterator[Period]:
    yield Period.parse(f"{year}-m{month:02d}")


def _day(match: re.Match[str], month: int) -> Iterator[Period]:
    """The day comes first, as in Britain."""
    yield Period.parse(date(_year(match["y"]), month, int(match["d"])).isoformat())


def _months(match: re.Match[str]) -> Iterator[Period]:
    """From one month to another: whichever kind of period has those ends."""
    first, last = _named(match), _named(match, "b")
    if match["bz"]:  # Oct-Mar 2026/27
        year = _year(match["by"])
        if (year + 1) % 100 != _year(match["bz"][1:]) % 100 or match["ay"]:
            raise ValueError
        start = date(year if first >= 4 else year + 1, first, 1)
    elif match["ay"]:
        start = date(_year(match["ay"]), first, 1)
    elif last < first:
        return  # Oct-Mar 2027: whether the year is the first or the last is not said
    else:
        start = date(_year(match["by"]), first, 1)
    months = (last - first) % 12 + 1
    end = add_months(start, months) - timedelta(days=1)
    if not match["bz"] and end.year != _year(match["by"]):
        raise ValueError
    kinds = {
        3: (PeriodKind.QUARTER, (1, 4, 7, 10)),
        6: (PeriodKind.SIX_MONTH, (4, 10)),
        12: (_YEARS_FROM.get(first, PeriodKind.FINANCIAL_YEAR), tuple(_YEARS_FROM)),
    }
    kind, firsts = kinds.get(months, (PeriodKind.MONTH, ()))
    if first in firsts:
        yield Period(kind, start, end)


_YEARS_FROM = {4: PeriodKind.FINANCIAL_YEAR, 9: PeriodKind.SCHOOL_YEAR, 1: PeriodKind.CALENDAR_YEAR}


def _two_years(match: re.Match[str], frequency: Frequency) -> Iterator[Period]:
    """ "2022-2024" is years taken together; "2026-2027" may be one year that begins in the first."""
    if frequency in (Frequency.FINANCIAL_YEAR, Frequency.SCHOOL_YEAR):
        yield from _pair_of_years(match, frequency)
    else:
        yield Period.parse(f"{match['y']}-to-{match['z']}")


def _pair_of_years(match: re.Match[str], frequency: Frequency) -> Iterator[Period]:
    if frequency is Frequency.ROLLING_YEARS:
        if _year(match["z"]) - _year(match["y"]) > 1:  # 2022-24; but 2023-24 may also be one financial year
            yield Period.parse(f"{_year(match['y'])}-to-{_year(match['z'])}")
        return
    if frequency is Frequency.MONTH and len(match["y"]) == 4:
        # 2009-10 and 2026-09 are months to some, and 2009-10 is a financial year to others.
        if (int(match["y"]) + 1) % 100 != int(match["z"]) and 1 <= int(match["z"]) <= 12:
            yield from _month(int(match["y"]), int(match["z"]))
        return
    both = _both(_first(match))
    if frequency is not Frequency.SCHOOL_YEAR:
        yield Period.parse(both)
    if frequency in (Frequency.SCHOOL_YEAR, Frequency.OCCASIONAL):
        yield Period.parse(f"{both}-school")


def _financial_years(match: re.Match[str]) -> Iterator[Period]:
    yield Period.parse(f"{_both(_first(match))}-to-{_both(_first(match, 'a', 'b'))}")


def _one_year(year: int, frequency: Frequency) -> Iterator[Period]:
    """A year alone: a calendar year, or one of the two years that share its name."""
    if frequency in (Frequency.FINANCIAL_YEAR, Frequency.SCHOOL_YEAR):
        tail = "-school" if frequency is Frequency.SCHOOL_YEAR else ""
        yield from (Period.parse(f"{_both(first)}{tail}") for first in (year - 1, year))
    else:
        yield Period.parse(str(year))
