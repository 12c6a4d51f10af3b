"""Numbers and days as a person sees them, plainly: 12.3%, 1234.5, 31/03/2026."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal


def number(value: float) -> str:
    """The decimal a spreadsheet shows when there is room: fifteen digits at most, never 1E+05."""
    return _shown(Decimal(format(value, ".15g")))


def percentage(value: float) -> str:
    """0.123 as 12.3%. By decimals: 100 times the float is 12.299999999999999."""
    return f"{_shown(Decimal(format(value, '.15g')) * 100)}%"


def truth(value: bool) -> str:
    return "TRUE" if value else "FALSE"


def day(value: date | datetime | time) -> str:
    match value:
        case datetime():
            return f"{value:%d/%m/%Y} {day(value.time())}"
        case date():
            return f"{value:%d/%m/%Y}"
        case _:
            return f"{value:%H:%M:%S}" if value.second else f"{value:%H:%M}"


def duration(value: timedelta) -> str:
    """Hours that may pass 24, which no time of day can hold: 26:30:00."""
    seconds = round(abs(value).total_seconds())
    sign = "-" if value < timedelta() else ""
    return f"{sign}{seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"


def whole(value: datetime) -> date | datetime:
    """A date where the time is midnight: spreadsheets keep days as moments."""
    return value.date() if value.time() == time() else value


def _shown(value: Decimal) -> str:
    text = format(value, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
