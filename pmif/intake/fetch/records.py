"""A publisher's records become rows of observations, by what the request declares and by nothing else.

An adapter makes records of its publisher's answer: cells by column name, each with the place it stood.
Everything after that is the same for every publisher and is done here: which records are meant, what a
cell holds, what stands for a figure that is withheld, which period and place it is, and that
nothing expected is missing and nothing stands there twice with two values.
"""

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from difflib import get_close_matches

import pandas as pd

from pmif.errors import Fault, FetchError
from pmif.intake.fetch.http import Reply
from pmif.intake.fetch.publisher_periods import settle
from pmif.intake.fetch.request import Number, Place, Plan, Request, Series
from pmif.intake.schema import COLUMNS, KEY, NUMBERS
from pmif.period import Period

ROWS = [*COLUMNS, "file", "sheet", "cell", "row", "transform"]
MOST_FAULTS = 30  # told one by one; nobody reads on


@dataclass(frozen=True)
class Page:
    """A reply, or a file of one, under the name it is kept by."""

    name: str
    reply: Reply


@dataclass(frozen=True)
class Record:
    """Cells by column name, and where they stood: the page, and the line or place in it."""

    cells: Mapping[str, str]
    file: str
    row: str

    @property
    def place(self) -> str:
        return f"{self.file}, {'line ' if self.row.isdigit() else ''}{self.row}"


@dataclass(frozen=True)
class Layout:
    """Where a publisher puts what.

    A column of `numbers` that is not in `always` may be absent: not every figure has limits.
    """

    area: str
    period: str
    numbers: Mapping[Number, str]
    always: frozenset[str]
    flag: str = ""  # the column that says what is odd about a figure
    flags: Mapping[str, tuple[str, str]] = field(default_factory=dict)  # flag -> status, mark
    markers: Mapping[str, str] = field(default_factory=dict)  # in place of a number -> status


@dataclass(frozen=True)
class Found:
    """What a cell holds: a plain number, or why there is none."""

    number: str
    status: str
    mark: str = ""
    how: str = ""  # what was done, where the cell does not say it outright


MARKERS: Mapping[str, str] = {
    "c": "suppressed",
    "[c]": "suppressed",
    "*": "suppressed",
    "x": "unavailable",
    "[x]": "unavailable",
    "-": "unavailable",
    ":": "unavailable",
    "..": "unavailable",
    "z": "not-applicable",
    "[z]": "not-applicable",
}

_NUMBER = re.compile(r"-?(\d{1,3}(,\d{3})+|\d+)?(\.\d+)?")
_SCIENTIFIC = re.compile(r"-?\d(\.\d+)?[eE][+-]?(0?\d|1[0-2])")
_LONGEST = 24  # characters: no figure has more, and arithmetic stays exact
_WITHHELD = re.compile(r"suppress|disclos|confidential|too small|small number", re.IGNORECASE)
_ABSENT = re.compile(r"missing|not available|unavailable|not published|cannot be calculated|no data", re.IGNORECASE)


# --- reading ----------------------------------------------------------------------------------------


def csv_records(page: Page, encoding: str = "") -> list[Record]:
    """A CSV answer as records. Its first line names the columns.

    Errors: FetchError where it is no table: a web page, a fault as JSON, two columns of one name, lines cut short.
    """
    page.reply.refuse_page("a table")
    text = page.reply.text(encoding).removeprefix("\ufeff")
    if text.lstrip().startswith(("{", "[")):
        raise FetchError(f"{page.reply.host} answered with a fault where a table was expected{fault_in_json(text)}")
    faults: list[Fault] = []
    records: list[Record] = []
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    header: list[str] = []
    line = 1
    try:
        for cells in reader:
            at, line = line, reader.line_num + 1
            if not any(cell.strip() for cell in cells):
                continue
            if not header:
                header = [cell.strip() for cell in cells]
                if twice := sorted({c for c in header if c and header.count(c) > 1}):
                    faults.append(Fault(f"{page.name}, line {at}", f"columns named more than once: {', '.join(twice)}"))
                continue
            if len(cells) != len(header):
                faults.append(
                    Fault(
                        f"{page.name}, line {at}",
                        f"has {len(cells)} cells, expected {len(header)}: the answer breaks off or is not this table",
                    )
                )
                continue
            records.append(Record(dict(zip(header, cells, strict=True)), page.name, str(at)))
    except csv.Error as fault:
        faults.append(Fault(f"{page.name}, line {reader.line_num}", f"is no line of a table ({fault}): it breaks off"))
    refuse(page.reply.host, faults)
    if not records:
        raise FetchError(f"{page.reply.host} answered with an empty table ({page.name}): nothing matches the request")
    return records


def fault_in_json(text: str) -> str:
    """What a fault that came as JSON says, as it may be added to a sentence."""
    try:
        said = json.loads(text)
    except ValueError:
        return ""
    for key in ("error", "errors", "message", "title", "detail"):
        if isinstance(said, Mapping) and said.get(key):
            words = " ".join(str(said[key]).split())
            return f", which says {''.join(c for c in words if c.isprintable())[:200]!r}"
    return ""


def refuse(host: str, faults: Sequence[Fault]) -> None:
    """Errors: FetchError with the faults, where there are any; of very many the rest are counted."""
    if faults:
        told = list(faults[:MOST_FAULTS])
        if len(faults) > MOST_FAULTS:
            told.append(Fault(host, f"{len(faults) - MOST_FAULTS} more faults of the same kinds"))
        raise FetchError(f"What {host} sent cannot be used, and nothing was changed", told)


# --- understanding ----------------------------------------------------------------------------------


def understand(cell: str, flag: str, layout: Layout, request: Request) -> Found | None:
    """What a cell of figures says, with the publisher's flag beside it; None where it says nothing we know.

    A flag that withholds a figure wins over the figure: some publishers print 0 beside it.
    """
    text, said = cell.strip(), flag.strip()
    markers = {**MARKERS, **layout.markers, **request.markers}
    status, mark = layout.flags.get(said, ("", ""))
    if said and not status and _WITHHELD.search(said):
        status = "suppressed"
    plain = "" if text in markers else plain_number(text)
    if plain and status in ("", "shown"):
        if _ABSENT.search(said) and Decimal(plain) == 0:
            return Found("", "unavailable", "", f"{text} flagged {said!r}, read as unavailable")
        how = [f"{text} read as {plain}"] if plain != text else []
        how += (
            [f"flagged {said!r} by the publisher"] if said and not (status and mark) and said not in _ORDINARY else []
        )
        return Found(plain, "shown", mark, "; ".join(how))
    if plain:
        return Found("", status, "", f"{text} flagged {said!r}, read as {status}")
    if text in markers:
        stands = markers[text]
        return Found("", stands, "", f"{text!r} read as {stands}")
    if text:
        return None
    stands = status if status not in ("", "shown") else "unavailable"
    beside = f" beside {said!r}" if said else ""
    return Found("", stands, "", f"blank{beside} read as {stands}")


_ORDINARY = ("Normal Value", "A")  # what Nomis writes beside every figure with which nothing is odd


def plain_number(text: str) -> str:
    """A number written plainly, from 1,234 or 1.2E-05; "" where the text is no number."""
    if text and text[-1].isdigit() and text.isascii() and len(text) <= _LONGEST:
        if _SCIENTIFIC.fullmatch(text):
            return f"{Decimal(text):f}"
        if _NUMBER.fullmatch(text):
            bare = text.replace(",", "")
            return (
                bare.replace("-.", "-0.", 1) if bare.startswith("-.") else f"0{bare}" if bare.startswith(".") else bare
            )
    return ""


# --- rows -------------------------------------------------------------------------------------------


def observations(
    records: Sequence[Record],
    request: Request,
    plan: Plan,
    places: Sequence[Place],
    layout: Layout,
    host: str,
    today: date,
) -> pd.DataFrame:
    """The rows of a request, as text: columns ROWS.

    Errors: FetchError with every fault: columns that are missing, cells or periods that cannot be read,
    places without a figure, two figures for one place and period.
    """
    faults: list[Fault] = []
    made: list[dict[str, str]] = []
    for series in request.series:
        what = f"{request.id}, measure '{series.measure}'"
        columns = {n: series.columns.get(n, layout.numbers.get(n, "")) for n in series.takes}
        if lacking := list(_lacking(records, series, layout, columns)):
            faults += [Fault(what, problem) for problem in lacking]
            continue
        meant = [r for r in records if all(r.cells[c].strip() == text for c, text in series.where.items())]
        if not meant:
            faults.append(Fault(what, _nothing_meant(records, series)))
            continue
        rows = list(_rows(meant, series, request, plan, places, layout, columns, today, faults))
        faults += _places_missing(what, places, rows, meant, layout)
        made += _once(what, rows, faults)
    refuse(host, faults)
    return pd.DataFrame([{c: row[c] for c in ROWS} for row in made], columns=ROWS, dtype="str")


def _lacking(records: Sequence[Record], series: Series, layout: Layout, columns: Mapping[Number, str]) -> Iterator[str]:
    held = list(records[0].cells)
    asked = [*series.where, layout.area, *([layout.period] if layout.period else [])]
    asked += [c for n, c in columns.items() if c in layout.always or n in series.columns or n not in layout.numbers]
    for column in dict.fromkeys(asked):
        if column and column not in held:
            close = get_close_matches(column, held, n=1, cutoff=0.5)
            near = f"the nearest is {close[0]!r}" if close else f"there are {', '.join(map(repr, held[:8]))}"
            yield (
                f"column {column!r} is missing from the answer: {near}. See whether the publisher renamed it, "
                "then mend the request or tell the maintainers"
            )
    for number in (n for n, c in columns.items() if not c):
        yield f"this publisher gives no {number}: leave it out of 'takes', or name its column under 'columns'"


def _nothing_meant(records: Sequence[Record], series: Series) -> str:
    said = []
    left = list(records)
    for column, text in series.where.items():
        kept = [r for r in left if r.cells[column].strip() == text]
        if not kept:
            there = sorted({r.cells[column].strip() for r in left})
            shown = ", ".join(repr(t[:60]) for t in there[:8]) + (" ..." if len(there) > 8 else "")
            said.append(f"{column} is never {text!r}: there are {shown}")
            break
        left = kept
    return f"no record is meant by 'where': {'; '.join(said)}"


def _rows(
    records: Iterable[Record],
    series: Series,
    request: Request,
    plan: Plan,
    places: Sequence[Place],
    layout: Layout,
    columns: Mapping[Number, str],
    today: date,
    faults: list[Fault],
) -> Iterator[dict[str, str]]:
    expected = {place.code: place for place in places}
    since = Period.parse(request.since).start if request.since else None
    periods: dict[str, Period | str] = {}
    for record in records:
        place = expected.get(record.cells[layout.area].strip())
        if place is None:
            continue
        said = record.cells[layout.period] if layout.period and not request.period else ""
        if said not in periods:
            periods[said] = _settled(said, request)
            if isinstance(periods[said], str):
                faults.append(Fault(record.place, str(periods[said])))
        period = periods[said]
        if isinstance(period, str) or (since and period.start < since):
            continue
        row = _numbers(record, series, layout, columns, request, faults)
        if row is None:
            continue
        yield {
            **dict.fromkeys(ROWS, ""),
            **row,
            "measure": series.measure,
            "area": place.code,
            "vintage": place.vintage,
            "period": period.id,
            "dimension": series.dimension or "",
            "group": series.group or "",
            "published": (request.published or today).isoformat(),
            "published_basis": "on" if request.published else "not-later-than",
            "source": request.source or plan.source,
            "file": record.file,
            "row": record.row,
        }


def _settled(said: str, request: Request) -> Period | str:
    if request.period:
        return Period.parse(request.period)
    try:
        return settle(said, str(request.periods), request.starts)
    except FetchError as fault:
        return fault.what


def _numbers(
    record: Record,
    series: Series,
    layout: Layout,
    columns: Mapping[Number, str],
    request: Request,
    faults: list[Fault],
) -> dict[str, str] | None:
    """The cells of numbers with status, mark and what was done; None, with the fault noted, where one cannot be read.

    The first number taken decides the status: limits, or a denominator, are often blank where the figure stands.
    """
    flag = record.cells.get(layout.flag, "") if layout.flag else ""
    chief = series.takes[0]
    row: dict[str, str] = {}
    how: list[str] = []
    status, mark = "shown", str(series.mark)
    for number, column in columns.items():
        if column not in record.cells:
            continue
        cell = record.cells[column]
        found = understand(cell, flag if number == chief else "", layout, request)
        if found is None:
            faults.append(
                Fault(
                    record.place,
                    f"{column} is {cell.strip()[:60]!r}: expected a number or a known mark; if it is a mark of this "
                    "publisher, add it to the request's 'markers' with what it means",
                )
            )
            return None
        if number == chief:
            status, mark = found.status, found.mark or mark
        if found.how and (number == chief or found.number):
            how.append(f"{number} {found.how}" if number != chief else found.how)
        row[number] = found.number
    if status != "shown":
        return {"status": status, "mark": "", "transform": how[0] if how else ""}
    if "lower" in row and "upper" in row and not (row["lower"] and row["upper"]):
        row["lower"] = row["upper"] = ""
    for name in ("value", "lower", "upper"):  # counts are as they are
        if name not in row:
            continue
        text = row[name]
        row[name], done = _adjusted(text, series)
        how += [f"{name} {done}" if name != chief else done] if done else []
    return {**row, "status": status, "mark": mark, "transform": "; ".join(how)}


def _adjusted(text: str, series: Series) -> tuple[str, str]:
    """A number multiplied and kept to so many places, as the series asks, and what was done."""
    if not text or (series.times is None and series.decimals is None):
        return text, ""
    value, done = Decimal(text), []
    if series.times is not None:
        value *= series.times
        done.append(f"{text} times {series.times:f}")
    if series.decimals is not None and -int(value.as_tuple().exponent) > series.decimals:
        value = value.quantize(Decimal(1).scaleb(-series.decimals))
        done.append(f"{text} to {series.decimals} decimal places" if not done else f"to {series.decimals} places")
    return f"{value:f}", ", ".join(done)


def _places_missing(
    what: str, places: Sequence[Place], rows: Sequence[Mapping[str, str]], meant: Sequence[Record], layout: Layout
) -> Iterator[Fault]:
    held = {row["area"] for row in rows}
    sent = {record.cells[layout.area].strip() for record in meant}
    for place in places:
        if place.code in held:
            continue
        if former := [code for code in place.formerly if code in sent]:
            problem = (
                f"there is no figure for {place.code}, but one for {former[0]}, a code it had before: the figures may "
                "be of other boundaries. See which the publisher means"
            )
        elif place.code in sent:
            problem = f"there is no figure for {place.code} that can be used: see 'since', and the other faults"
        else:
            problem = (
                f"there is no figure for {place.code} ({place.vintage}): the publisher has {len(sent)} other places. "
                "See whether its codes are of another vintage, or take the place off the request's areas"
            )
        yield Fault(what, problem)


def _once(what: str, rows: Sequence[dict[str, str]], faults: list[Fault]) -> list[dict[str, str]]:
    """Each figure once. The same figure given again is passed over; another figure for it is a fault."""
    first: dict[tuple[str, ...], dict[str, str]] = {}
    told = set()
    for row in rows:
        key = tuple(row[c] for c in KEY)
        other = first.setdefault(key, row)
        same = all(other[c] == row[c] for c in (*NUMBERS, "status"))
        if not same and key not in told:
            told.add(key)
            faults.append(
                Fault(
                    f"{row['file']}, {row['row']}",
                    f"{what}: {row['area']} in {row['period']} is {_said(row)} here and {_said(other)} in "
                    f"{other['row']}: name in 'where' what tells the two apart",
                )
            )
    return list(first.values())


def _said(row: Mapping[str, str]) -> str:
    return next((row[c] for c in ("value", "numerator", "denominator") if row[c]), row["status"])
