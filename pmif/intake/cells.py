"""What one cell of a supplier's file says, number or state, and how that was understood.

A number that stands there plainly is taken as it is. Anything else has one meaning, which is put
into words that stay with the figure ("£1.2m read as 1200000 (m is million)"), or it has none that
we can be sure of, and is refused with what to write instead. Nothing is guessed in silence.
"""

import math
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, time
from decimal import Decimal

from pmif.framework import Unit
from pmif.intake.workbook import Cell

SUPPRESSED, UNAVAILABLE, NOT_APPLICABLE = "suppressed", "unavailable", "not-applicable"
ZERO, BLANK = "zero", "blank"  # further meanings that a layout may give to a marker
MEANINGS = (SUPPRESSED, UNAVAILABLE, NOT_APPLICABLE, ZERO, BLANK)

ONE = Decimal(1)
THOUSAND, MILLION, BILLION = Decimal(10**3), Decimal(10**6), Decimal(10**9)


@dataclass(frozen=True)
class Reading:
    """What a cell was taken to mean. A blank cell has neither status nor problem.

    `value` is the exact decimal, as text, or a period's id. `interpretation` is blank where the
    cell says it outright, and `problem` says why nothing could be taken, and what to write.
    """

    found: str = ""  # what the cell shows a person
    value: str | None = None
    status: str = ""  # shown, suppressed, unavailable or not-applicable
    mark: str = ""  # p, r or e, written beside the figure
    note: str = ""  # words written beside the figure
    interpretation: str = ""
    problem: str = ""

    @property
    def blank(self) -> bool:
        return not self.status and not self.problem

    @property
    def transform(self) -> str:
        """What was done between the cell and the figure, for the figure's own record."""
        return f"{self.found} read as {self.interpretation}" if self.interpretation else ""


@dataclass(frozen=True)
class _Due:
    """What is due in a column."""

    unit: Unit | None
    words: str
    fractions: bool
    times: Decimal


# What these say in a council's tables. A dash is not among them: it stands for zero, for blank and for not applicable.
_MARKERS = {
    **dict.fromkeys(
        ("*", "c", "[c]", "[low]", "suppressed", "withheld", "confidential"), SUPPRESSED
    ),
    **dict.fromkeys(("n/a", "na", "n.a.", "n/a.", "z", "[z]", "not applicable", "does not apply"), NOT_APPLICABLE),
    **dict.fromkeys(
        (
            "..", "...", "…", ":", "x", "[x]", "tbc", "tba", "tbd", "to be confirmed", "to follow", "pending",
            "unknown", "not known", "awaiting", "awaiting data", "awaited", "not available",
            "not yet available", "unavailable", "not available yet", "data not available", "no data",
            "not collected", "not recorded",
        ),
        UNAVAILABLE,
    ),
    **dict.fromkeys(("nil", "zero"), ZERO),
}  # fmt: skip
_MEANS = {UNAVAILABLE: "not available", NOT_APPLICABLE: "not applicable", SUPPRESSED: "suppressed"}

_DASHES = frozenset("-–—‑−―")
_PLAIN = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?")
_THOUSANDS = re.compile(r"[1-9][0-9]{0,2}(?:(?:,[0-9]{3})+|(?: [0-9]{3})+)(?:\.[0-9]+)?")
_POINTED = re.compile(r"[0-9]+\.?[0-9]*|\.[0-9]+")
_POWER = re.compile(r"([0-9]+(?:\.[0-9]+)?)[eE]([+-]?[0-9]{1,3})")
_LARGEST_SMALL = 10  # "<10" withholds a count; "<100" only rounds one
_MOST_DIGITS = 20
_MOST = Decimal(10**15)

_SCALES = {
    **dict.fromkeys(("k", "thousand", "thousands"), THOUSAND),
    **dict.fromkeys(("m", "mn", "million", "millions"), MILLION),
    **dict.fromkeys(("bn", "billion", "billions"), BILLION),
}
_SCALE_WORDS = {THOUSAND: "thousand", MILLION: "million", BILLION: "billion"}
# "1.2m" of money is 1.2 million; "12m" of minutes or metres may be anything, so there the word must be written out.
_LETTERS = ("k", "m", "mn", "bn")
_FIGURE = re.compile(
    r"(?P<open>\()? ?(?P<sign>[+−-])? ?(?P<currency>[£$€])? ?(?P<inner>[+−-])?"
    r"(?P<digits>[0-9.][0-9., ]*(?:[eE][+-]?[0-9]+)?)"
    r" ?(?:(?P<scale>k|m|mn|bn|thousands?|millions?|billions?)(?![a-z]))?"
    r" ?(?P<percent>%|per ?cent\b)? ?(?P<words>[^()0-9]*?) ?(?P<close>\))?",
    re.IGNORECASE,
)

_FEWER = re.compile(
    r"(?:<|fewer than|less than|under|below) ?(?P<n>[0-9]{1,2})|(?:<=|≤) ?(?P<most>[0-9])", re.IGNORECASE
)
_BOUND = re.compile(
    r"(?:[<>≤≥]|(?:fewer|less|more) than|under|below|over|above|up to|at least).*[0-9].*", re.IGNORECASE
)
_ABOUT = re.compile(
    r"(?:c\.? ?|ca\.? ?|circa ?|approx(?:imately|\.)? ?|about ?|around ?|roughly ?|est(?:imated|\.)? ?|[~≈] ?)"
    r"(?=[-£(]?[0-9]).*|.*[0-9] ?(?:ish|approx(?:imately|\.)?|or so)|.*[0-9]\+",
    re.IGNORECASE,
)
_RANGE = re.compile(r"[0-9.]+ ?(?:[-–—]|to) ?[0-9.]+", re.IGNORECASE)
_PART = re.compile(r"[0-9.,]+ ?(?:/|of|out of) ?[0-9.,]+", re.IGNORECASE)
_LIKE_A_DATE = re.compile(
    r"[0-9]{1,2}([/.-])[0-9]{1,2}\1[0-9]{2,4}"
    r"|[0-9]{1,2}[ -](?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*(?:[ -][0-9]{2,4})?",
    re.IGNORECASE,
)

_BRACKETED = re.compile(r"(?P<body>.*[^\s(\[]) ?[(\[](?P<note>[^()\[\]]*)[)\]]")
_STARRED = re.compile(r"(?P<body>.*[\w%)]) ?(?P<star>[*†‡]+)")
_LETTERED = re.compile(r"(?P<body>.*(?:[0-9%)] ?|[a-z] ))(?P<letter>[pre])", re.IGNORECASE)
_MARKS = {
    **dict.fromkeys(("p", "prov", "prov.", "provisional"), "p"),
    **dict.fromkeys(("r", "rev", "rev.", "revised"), "r"),
    **dict.fromkeys(("e", "est", "est.", "estimate", "estimated"), "e"),
}
_MARK_WORDS = {"p": "provisional", "r": "revised", "e": "an estimate"}
_NO_OUTTURN = re.compile(
    r"\b(target|forecast|projected|projection|planned|budget|expected|tbc|to be confirmed|approx\w*|circa)\b",
    re.IGNORECASE,
)


def read_number(
    cell: Cell | None,
    unit: Unit | None,
    *,
    words: str = "",
    markers: Mapping[str, str] | None = None,
    fractions: bool = False,
    times: Decimal = ONE,
) -> Reading:
    """The number in a cell, or why there is none.

    Units:   a count where `unit` is None; else a value as the unit writes it: 12.3 for 12.3%, and 1.2 for £1.2m where
             the unit is million pounds. `words` are the measure's own words for its unit.
    Missing: a cell that is not there, or holds nothing but blanks, is a blank Reading.

    What a layout declares about its column: `markers` say what a text means there, one of MEANINGS; `fractions`, that
    percentages are given as parts of one; `times`, that figures are in thousands or millions.
    A bare 0.123 where a percentage is due is 0.123: whether it should be 12.3 shows when it is held against its series.
    """
    if cell is None:
        return Reading()
    due = _Due(unit, words, fractions, times)
    found = " ".join(cell.text.split()) or str(cell.value or "").strip()
    how = []
    if cell.formula:
        if cell.value is None:
            return _refused(
                found or cell.formula,
                "holds a formula without a kept result: open the file in Excel, save it and send it again",
            )
        how.append("the result of a formula")
    declared = {folded(text): meaning for text, meaning in (markers or {}).items()}
    if (meaning := declared.get(folded(found))) is not None:
        return _marker(found, meaning, "as its layout says", how)
    match cell.value:
        case None:
            return _refused(found, f"shows {found!r} and holds no figure") if found else Reading()
        case bool():
            return _refused(found, f"holds {found}, which is true or false: write the figure")
        case date() | time():
            return _refused(
                found,
                f"holds the date or time {found}, where a figure is due: Excel may have changed what was typed; "
                "set the cell's format to number and type the figure again",
            )
        case str():
            return _from_text(cell.value, due, how)
        case _:
            return _from_number(cell.value, cell.percent, found, due, how)


def _from_number(number: float, percent: bool, found: str, due: _Due, how: list[str]) -> Reading:
    """A cell that holds a number, as spreadsheets keep one: in binary, good for 15 digits."""
    if not math.isfinite(number) or abs(number) >= _MOST:
        return _refused(found, f"holds {found}, which is no figure that can be used")
    exact = Decimal(f"{number:.15g}")
    if float(exact) != number:
        how.append("rounded to 15 digits, which is all that a spreadsheet is good for")
    if exact and abs(exact) < Decimal("1e-12"):
        exact = Decimal(0)
        how.append("what is left when a spreadsheet subtracts like from like")
    if percent:
        if not _is_percent(due.unit):
            return _refused(found, f"is shown as the percentage {found}, where {_wanted(due.unit)} is due")
        return _taken(found, exact * 100, [*how, "a percentage"])
    return _scaled(found, exact, due, how)


def _scaled(found: str, exact: Decimal, due: _Due, how: list[str], digits: str = "") -> Reading:
    """A bare number in a column that its layout may declare to be in fractions, thousands or millions."""
    if due.fractions and _is_percent(due.unit):
        if abs(exact) > 1:
            return _refused(
                found,
                f"is {found}, but the layout says that percentages are given as parts of one (0.123 for 12.3%): "
                "mend the cell or the layout",
            )
        return _taken(found, exact * 100, [*how, "a part of one, as its layout says"])
    if due.times != ONE:
        how = [*how, f"in {_SCALE_WORDS[due.times]}s, as its layout says"]
        return _taken(found, exact * due.times / _scale_of(due.unit), how)
    return _taken(found, exact, how, digits)


def _from_text(text: str, due: _Due, how: list[str]) -> Reading:
    plain = _spaced(text)
    found = plain
    if not plain:
        return Reading()
    if len(plain) > 200:
        return _refused(f"{plain[:40]}…", f"holds {len(plain)} letters, {plain[:40]!r}…, where a figure is due")
    if plain.startswith("#"):
        return _refused(found, f"holds the error {found}: mend the formula or type the figure")
    if (meaning := _MARKERS.get(folded(plain))) is not None:
        if meaning == ZERO and not (due.unit is None or due.unit.is_money or counts_things(due.unit)):
            return _refused(
                found,
                f"holds {found!r}, which may mean that the figure is 0 or that there was nothing to work it out from: "
                "write 0, or n/a",
            )
        return _marker(found, meaning, "", how)
    if set(plain) <= _DASHES | {"."}:
        return _refused(
            found,
            f"holds {found!r}, which may mean zero, not applicable or not available: write 0, n/a or 'not available'",
        )
    if odd := next((c for c in plain if c not in "0123456789" and unicodedata.category(c).startswith("N")), None):
        return _refused(
            found, f"holds {found!r}, where {odd!r} is no plain digit: type the figure with the digits 0 to 9"
        )
    fewer = None if _is_percent(due.unit) else _FEWER.fullmatch(plain)
    if fewer and int(fewer["n"] or fewer["most"]) <= _LARGEST_SMALL:
        return _marker(found, SUPPRESSED, "", how)
    if _ABOUT.fullmatch(plain):
        return _refused(found, f"holds {found!r}, which is approximate: write the figure itself, or 'not available'")
    if _BOUND.fullmatch(plain):
        return _refused(found, f"holds {found!r}, a limit and not a figure: write the figure itself, or 'suppressed'")
    return _annotated(found, plain, due, how)


def _annotated(found: str, plain: str, due: _Due, how: list[str]) -> Reading:
    """A figure with something written after it: a mark, a star, a remark in brackets."""
    body, mark, note = plain, "", ""
    if (bracketed := _BRACKETED.fullmatch(body)) and re.search("[0-9]", bracketed["body"]):
        body, note = bracketed["body"], bracketed["note"].strip()
        if re.search("[0-9]", note):
            return _refused(found, f"holds {found!r}, two figures in one cell: write one, and the other under Note")
        if _NO_OUTTURN.search(note):
            return _refused(
                found, f"holds {found!r}, which is not yet what happened: write the figure once it is known"
            )
        if mark := _MARKS.get(note.casefold(), ""):
            how, note = [*how, _MARK_WORDS[mark]], ""
        elif note:
            how = [*how, f"with the note '{note}'"]
    elif starred := _STARRED.fullmatch(body):
        body = starred["body"]
        how = [*how, f"leaving out the mark {starred['star']}"]
    elif (lettered := _LETTERED.fullmatch(body)) and re.search("[0-9]", lettered["body"]):
        if lettered["letter"] in "pP" and due.unit is not None and due.unit.is_money:
            return _refused(
                found, f"holds {found!r}, which may be pence or a provisional figure: write it in {_named(due.unit)}"
            )
        body, mark = lettered["body"], lettered["letter"].casefold()
        how = [*how, _MARK_WORDS[mark]]
    reading = _figure(found, body.strip(), due, how)
    return reading if reading.problem else replace(reading, mark=mark, note=note)


def _figure(found: str, body: str, due: _Due, how: list[str]) -> Reading:
    """A number with its sign, currency, scale, percent sign and unit."""
    match = _FIGURE.fullmatch(body)
    if match is None or bool(match["open"]) != bool(match["close"]):
        return _refused(found, _why_not(found, body, due.unit))
    digits, said, problem = _digits(match["digits"])
    if problem:
        return _refused(found, f"holds {found!r}, {problem}")
    how = [*how, *said]
    signs = [s for s in (match["sign"], match["inner"]) if s]
    if len(signs) > 1 or (signs and match["open"]):
        return _refused(found, f"holds {found!r}, with more than one sign: write the figure plainly")
    negative = bool(match["open"]) or (bool(signs) and signs[0] != "+")
    if match["open"]:
        how.append("brackets mean below zero")
    elif signs == ["+"]:
        how.append("above zero")
    elif signs == ["−"]:
        how.append("a long minus sign")
    if match["currency"]:
        if match["currency"] != "£" or due.unit is None or not due.unit.is_money:
            return _refused(found, f"holds {found!r}, an amount of money, where {_wanted(due.unit)} is due")
        how.append("pounds")
    exact = -Decimal(digits) if negative else Decimal(digits)
    if match["percent"]:
        if not _is_percent(due.unit) or match["scale"]:
            return _refused(found, f"holds {found!r}, a percentage, where {_wanted(due.unit)} is due")
        how.append("a percentage")
    if match["words"]:
        if not _says_unit(match["words"], due.unit, due.words):
            return _refused(found, _why_not(found, body, due.unit))
        how.append(f"in {match['words']}")
    written = f"{'-' if negative else ''}{digits}"
    if match["scale"]:
        return _scaled_by_word(found, exact, match["scale"].casefold(), due, how)
    if match["currency"] and _scale_of(due.unit) != ONE and due.times == ONE:
        return _refused(
            found,
            f"holds {found!r}, where {_named(due.unit)} are due: write it like £1.2m, or the number alone",
        )
    if match["percent"]:
        return _taken(found, exact, how, written)
    return _scaled(found, exact, due, how, written)


def _scaled_by_word(found: str, exact: Decimal, word: str, due: _Due, how: list[str]) -> Reading:
    scale, own = _SCALES[word], _scale_of(due.unit)
    letters_are_clear = due.unit is None or due.unit.is_money or own != ONE or counts_things(due.unit)
    if word in _LETTERS and not letters_are_clear:
        return _refused(found, f"holds {found!r}, where {word!r} has more than one meaning: write the figure in full")
    if _is_percent(due.unit):
        return _refused(found, f"holds {found!r}, where {_wanted(due.unit)} is due")
    if due.times != ONE:
        return _refused(
            found,
            f"holds {found!r}, but its layout says figures are in {_SCALE_WORDS[due.times]}s: write the number alone",
        )
    if word in _LETTERS:
        how = [*how, f"{word} is {_SCALE_WORDS[scale]}"]
    return _taken(found, exact * scale / own, how or [f"{word} written out"])


def _digits(text: str) -> tuple[str, list[str], str]:
    """The digits as a plain decimal, what was done to them, or what is wrong with them."""
    text = text.strip()
    if sum(c.isdigit() for c in text) > _MOST_DIGITS:
        return "", [], "more digits than any figure has: write it plainly"
    if _PLAIN.fullmatch(text):
        return text, [], ""
    if _THOUSANDS.fullmatch(text):
        mark = "commas" if "," in text else "spaces"
        return text.replace(",", "").replace(" ", ""), [f"{mark} between thousands"], ""
    if power := _POWER.fullmatch(text):
        exponent = int(power[2])
        if abs(exponent) > 15:
            return "", [], "a power of ten beyond any figure: write it in full"
        return f"{Decimal(power[1]).scaleb(exponent):f}", ["a power of ten"], ""
    if _POINTED.fullmatch(text):
        whole, _, part = text.partition(".")
        return f"{whole.lstrip('0') or '0'}{'.' + part if part else ''}", ["written plainly"], ""
    if "," in text:
        return "", [], (
            "where the comma is not between thousands: write a point before decimals (12.3) "
            "and no comma, or a comma after every third digit (1,234)"
        )  # fmt: skip
    if " " in text:
        return "", [], "more than one number, or one with a blank inside: write one figure without blanks"
    return "", [], "which is no number: write it like 1234.5"


def _why_not(found: str, body: str, unit: Unit | None) -> str:
    """Why a text is no figure, in the words of what it looks like."""
    if _LIKE_A_DATE.fullmatch(body):
        return f"holds {found!r}, which reads as a date, where {_wanted(unit)} is due: type the figure again"
    if _RANGE.fullmatch(body):
        return f"holds {found!r}, a range (or a date): write one figure"
    if _PART.fullmatch(body):
        return f"holds {found!r}, a part of a whole: write the two counts in their own columns"
    if re.fullmatch(r"[£0-9.,]+ ?[-–—−]", body):
        return f"holds {found!r}, with the sign after the figure: write -12 for 12 below zero"
    if _FIGURE.fullmatch(body) and re.search(r"[a-z]", body, re.IGNORECASE):
        return f"holds {found!r}, whose words are not the unit; {_wanted(unit)} is due: write the number alone"
    return (
        f"holds {found!r}, where {_wanted(unit)} is due: write the number, or 'not available', and put words under Note"
    )


def _says_unit(said: str, unit: Unit | None, words: str) -> bool:
    """Whether the words after a number are those of its unit: "days", "working days" for a measure that says so."""
    if unit is None:
        return False
    said = folded(said).strip(".")
    own = {folded(text) for text in (unit.words, unit.short, unit.suffix, words) if text}
    own |= {text.split(" ", 1)[1] for text in own if text.split(" ", 1)[0] in _SCALES and " " in text}
    if unit.is_money:
        own |= {"pounds", "pound"}
    return any(text in (said, f"{said}s") or text.startswith((f"{said} ", f"{said}s ")) for text in own)


def _scale_of(unit: Unit | None) -> Decimal:
    """What one of the unit is in plain ones: a million for £ million, 1000 for thousand tonnes."""
    if unit is None or unit.shown_in != 1:
        return ONE
    first = unit.words.split(" ", 1)[0].casefold()
    if unit.is_money and unit.suffix.strip().casefold() in _SCALES:
        return _SCALES[unit.suffix.strip().casefold()]
    return _SCALES.get(first, ONE) if len(first) > 2 else ONE


def counts_things(unit: Unit) -> bool:
    """Whether the unit has no name of its own: it is a number of things."""
    return not (unit.prefix or unit.suffix or unit.words) and unit.short in ("", "number") and unit.multiplier == 1


def _is_percent(unit: Unit | None) -> bool:
    return unit is not None and unit.suffix == "%"


def _named(unit: Unit | None) -> str:
    if unit is None:
        return "a count"
    if unit.suffix == "%":
        return "a percentage"
    if counts_things(unit):
        return "a number"
    if unit.is_money:
        scale = _scale_of(unit)
        return f"{_SCALE_WORDS[scale]} pounds" if scale != ONE else "pounds"
    return unit.words or unit.short or "a number"


def _wanted(unit: Unit | None) -> str:
    name = _named(unit)
    return name if name.startswith("a ") else f"a number ({name})"


def _marker(found: str, meaning: str, why: str, how: list[str]) -> Reading:
    reasons = [*how, why] if why else how
    if meaning == BLANK:
        return Reading(found)
    if meaning == ZERO:
        return _taken(found, Decimal(0), reasons or ["nothing counted"])
    because = f" ({'; '.join(reasons)})" if reasons else ""
    return Reading(found, status=meaning, interpretation=f"{_MEANS[meaning]}{because}")


def _taken(found: str, exact: Decimal, how: list[str], digits: str = "") -> Reading:
    """A figure, in the supplier's own digits where nothing was done to them."""
    value = digits or f"{exact.normalize():f}"
    if not exact:
        value = value.lstrip("-")
        if digits.startswith("-"):
            how = [*how, "zero has no sign"]
    return Reading(found, value, "shown", interpretation=f"{value} ({'; '.join(how)})" if how else "")


def _refused(found: str, problem: str) -> Reading:
    return Reading(found, problem=problem)


def _spaced(text: str) -> str:
    """The text with every kind of blank as one plain space, and what cannot be seen left out."""
    if text.isascii():
        return " ".join(text.split())
    seen = "".join(" " if c.isspace() or unicodedata.category(c) == "Zs" else c for c in text if c not in _UNSEEN)
    return " ".join(seen.split())


_UNSEEN = frozenset("\u200b\u200c\u200d\u2060\ufeff\u00ad")


def folded(text: str) -> str:
    return _spaced(text).casefold()
