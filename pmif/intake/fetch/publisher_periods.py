"""A publisher's words for a period, read in the form that the request declares.

"2023/24" is a financial year in one publisher's file and a school year in the next, and "2024" may be
the day 30 June 2024: the form is declared, and words that are not of that form are refused.
"""

import re
from collections.abc import Callable

from pmif.errors import FetchError, PeriodError
from pmif.period import MONTHS, Period

Match = re.Match[str]


def settle(text: str, form: str, starts: str | None = None) -> Period:
    """The period that `text` stands for. `starts` is the day on which this publisher's period begins or counts.

    Errors: FetchError where the text is not of that form.
    """
    words = " ".join(text.split())
    for pattern, make in (*_FORMS[form], *_DATED):
        if match := re.fullmatch(pattern, words, re.IGNORECASE):
            try:
                return Period.parse(make(match, form, starts))
            except (PeriodError, ValueError):
                continue
    kind = form.replace("-", " ").removesuffix("s")
    raise FetchError(
        f"period {text!r} is not a {kind} as this publisher is declared to write it: see which form it has, "
        "and mend 'periods' or 'starts' of the request"
    )


def _pair(year: int) -> str:
    return f"{year}-{(year + 1) % 100:02d}"


def _quarter_of(year: int, number: int) -> str:
    """The financial quarter that is calendar quarter `number` of a year."""
    return f"{_pair(year)}-q{number - 1}" if number > 1 else f"{_pair(year - 1)}-q4"


# --- words ------------------------------------------------------------------------------------------


def _year(match: Match, _form: str, _starts: str | None) -> str:
    return match["y"]


def _year_of_date(match: Match, _form: str, starts: str | None) -> str:
    if starts is None:
        raise ValueError("a year alone is no date")
    return f"{match['y']}-{starts}"


def _financial(match: Match, _form: str, _starts: str | None) -> str:
    """2023/24, 2023-24, 2023/2024 and 202324 as 2023-24; that the years follow each other is for Period to see."""
    if len(match["z"]) == 4 and int(match["z"]) != int(match["y"]) + 1:
        raise ValueError("not two years in a row")
    return f"{match['y']}-{match['z'][-2:]}"


def _school(match: Match, form: str, starts: str | None) -> str:
    return f"{_financial(match, form, starts)}-school"


def _later(first: str, short: str) -> int:
    """The full year that two digits stand for after `first`: 1999 - 01 ends in 2001."""
    year = int(short) if len(short) == 4 else int(f"{first[:2]}{short}")
    return year + 100 if year < int(first) else year


def _pooled(match: Match, _form: str, _starts: str | None) -> str:
    return f"{match['y']}-to-{_later(match['y'], match['z'])}"


def _pooled_financial(match: Match, _form: str, _starts: str | None) -> str:
    first, last = int(match["y"]), _later(match["y"], match["a"])
    if int(match["z"][-2:]) != (first + 1) % 100 or int(match["b"][-2:]) != (last + 1) % 100:
        raise ValueError("not two years in a row")
    return f"{_pair(first)}-to-{_pair(last)}"


def _quarter(match: Match, _form: str, _starts: str | None) -> str:
    """2024 Q1 is January to March 2024, as every statistical publisher counts quarters of a year."""
    return _quarter_of(int(match["y"]), int(match["q"]))


def _month(match: Match, _form: str, _starts: str | None) -> str:
    return f"{match['y']}-m{_number(match['m']):02d}"


def _day(match: Match, _form: str, _starts: str | None) -> str:
    return f"{match['y']}-{_number(match['m']):02d}-{int(match['d']):02d}"


def _number(month: str) -> int:
    return int(month) if month.isdigit() else [name[:3] for name in MONTHS].index(month[:3].title()) + 1


# --- dates as computers write them: 2022-01-01/P3Y --------------------------------------------------


def _dated(match: Match, form: str, starts: str | None) -> str:
    """A first day and a length. Both must be those of the form, or the day that the request declares."""
    year, day, length = int(match["y"]), match["day"], f"{match['n'] or ''}{(match['unit'] or '').upper()}"
    if form in _BEGINS:
        # A day alone stands for a year only where the request says which day does.
        if day not in ((starts,) if starts else _BEGINS[form]) or length not in (("1Y", "") if starts else ("1Y",)):
            raise ValueError("another day or length")
        return {"calendar-year": str(year), "financial-year": _pair(year)}.get(form, f"{_pair(year)}-school")
    if form == "rolling-years" and length.endswith("Y") and day in ("01-01", "04-01"):
        last = year + int(length[:-1]) - 1
        return f"{year}-to-{last}" if day == "01-01" else f"{_pair(year)}-to-{_pair(last)}"
    if form == "quarter" and length == "3M" and day in ("01-01", "04-01", "07-01", "10-01"):
        return _quarter_of(year, int(day[:2]) // 3 + 1)
    if form == "month" and (not length or (length == "1M" and day.endswith("-01"))):
        return f"{year}-m{day[:2]}"
    if form == "date" and not length:
        return f"{year}-{day}"
    raise ValueError("another form")


_BEGINS = {"calendar-year": ("01-01",), "financial-year": ("04-01",), "school-year": ("08-01", "09-01")}

_YEARS = r"(?P<y>\d{4})(?: ?[/-] ?)?(?P<z>\d{4}|\d{2})"
_TO = r" ?(?:-|–|to) ?"
_WORD = rf"(?P<m>{'|'.join([*MONTHS, *(name[:3] for name in MONTHS), 'Sept'])})"
_Make = Callable[[Match, str, str | None], str]
_FORMS: dict[str, tuple[tuple[str, _Make], ...]] = {
    "calendar-year": ((r"(?P<y>\d{4})", _year),),
    "financial-year": ((_YEARS, _financial),),
    "school-year": ((_YEARS, _school),),
    "rolling-years": (
        (rf"(?P<y>\d{{4}})/(?P<z>\d{{4}}|\d\d){_TO}(?P<a>\d{{4}}|\d\d)/(?P<b>\d{{4}}|\d\d)", _pooled_financial),
        (rf"(?P<y>\d{{4}}){_TO}(?P<z>\d{{4}}|\d\d)", _pooled),
    ),
    "quarter": ((r"(?P<y>\d{4})[- ]?Q(?P<q>[1-4])", _quarter),),
    "month": ((rf"{_WORD}[ -](?P<y>\d{{4}})", _month), (r"(?P<y>\d{4})-(?P<m>\d{2})", _month)),
    "date": ((rf"(?P<d>\d{{1,2}}) {_WORD} (?P<y>\d{{4}})", _day), (r"(?P<y>\d{4})", _year_of_date)),
}
_DATED: tuple[tuple[str, _Make], ...] = (
    (r"(?P<y>\d{4})-(?P<day>\d\d-\d\d)(?:T00:00:00)?(?:/P(?P<n>\d+)(?P<unit>[YM]))?", _dated),
)
