"""Figures into words. What a page says of a figure is settled here and nowhere else.

Three rules. Improving, getting worse and no detectable change are said only of a change that an
interval or a stated test supports; otherwise a figure is higher, lower or the same, and counted
as "change, not tested". Better and worse than England likewise. And what is missing is said in
words of its own: never a blank, a nought or "n/a".
"""

import math
from collections.abc import Iterable, Sequence
from datetime import date

from pmif.disclosure import Due, Figure, JudgedBy, Level, PublishedMeasure, State, Went
from pmif.exhibits.scale import decimals_of
from pmif.exhibits.style import characters
from pmif.framework import Frequency, Measure, Polarity
from pmif.period import MONTHS, Period

MINUS = "\N{MINUS SIGN}"

# How every state is counted in a summary, in the order in which summaries give them.
COUNTED = {
    State.IMPROVING: "improving",
    State.GETTING_WORSE: "getting worse",
    State.NO_DETECTABLE_CHANGE: "no detectable change",
    State.MOVED: "moved, not called good or bad",
    State.CHANGE_NOT_TESTED: "change, not tested",
    State.NOTHING_TO_COMPARE: "nothing to compare with yet",
    State.WARDS_ONLY: "ward figures only",
    State.WITHHELD: "withheld to protect people",
    State.AWAITING_A_RETURN: "awaiting a return",
    State.NO_FIGURE: "no figure",
}
TESTED = (State.IMPROVING, State.GETTING_WORSE, State.NO_DETECTABLE_CHANGE, State.MOVED)
SYMBOLS = {"suppressed": "[c]", "unavailable": "[x]", "not-applicable": "[z]"}
SYMBOL_WORDS = {
    "[c]": "withheld to protect people",
    "[x]": "not available",
    "[z]": "does not apply",
    "[p]": "provisional",
    "[r]": "revised",
    "[e]": "our estimate",
}


def number(value: float, decimals: int) -> str:
    """12,345.6: rounded half away from nought, as a reader would, with a true minus sign."""
    size = rounded(value, decimals)
    return f"{MINUS if value < 0 and size else ''}{size:,.{decimals}f}"


def as_shown(pm: PublishedMeasure, value: float) -> float:
    """A value as exact as it is written: what says 2.0 must not be treated as under 2."""
    size = rounded(value / pm.unit.shown_in, pm.measure.decimals) * pm.unit.shown_in
    return math.copysign(size, value)


def rounded(value: float, decimals: int) -> float:
    """The size of a value as it is written, without its sign."""
    scale = 10**decimals
    # A hair more keeps 0.285 (held as 0.28499999...) on the side a reader expects.
    return float(math.floor(abs(value) * scale * (1 + 1e-12) + 0.5) / scale)


def format_value(pm: PublishedMeasure, value: float, decimals: int | None = None) -> str:
    """A value with its sign and unit: 66.4%, £47.6 million, 124."""
    figures = number(abs(value) / pm.unit.shown_in, pm.measure.decimals if decimals is None else decimals)
    minus = MINUS if value < 0 and any(digit in figures for digit in "123456789") else ""
    return f"{minus}{pm.unit.prefix}{figures}{_suffix(pm)}"


def with_suffix(pm: PublishedMeasure, words: str) -> str:
    """A tick's words with the unit's own sign after them."""
    return words + _suffix(pm)


def _suffix(pm: PublishedMeasure) -> str:
    """A sign stands close, 66.4%, £47.6m; a word stands apart, £47.6 million."""
    suffix = pm.unit.suffix
    return f" {suffix}" if len(suffix) > 1 and suffix[0].isalpha() else suffix


def plain_value(pm: PublishedMeasure, value: float) -> str:
    """The number alone, for a table whose heading gives the unit."""
    return number(value / pm.unit.shown_in, pm.measure.decimals)


def ticks(pm: PublishedMeasure, values: Sequence[float]) -> list[str]:
    """Round values as an axis or a key writes them, all with the same decimals and without the unit."""
    shown = [value / pm.unit.shown_in for value in values]
    decimals = decimals_of(shown)
    return [f"{MINUS if v < 0 else ''}{pm.unit.prefix}{number(abs(v), decimals)}" for v in shown]


def spoken(text: str) -> str:
    """As it is read out: per cent rather than a sign, which some screen readers pass over."""
    return text.replace("%", " per cent").replace(MINUS, "minus ")


def unit_words(pm: PublishedMeasure) -> str:
    """What follows the number: "per 10,000 children". Empty where the sign says it all."""
    return pm.measure.unit_words or pm.unit.words


def axis_words(pm: PublishedMeasure) -> str:
    """The unit above an axis."""
    short = pm.unit.short if characters().issuperset(pm.unit.short) else ""  # µ is not in the typeface
    words = pm.measure.unit_words or short or pm.unit.words or pm.unit.suffix or "number"
    if words == "%":
        words = "per cent"
    if pm.unit.prefix and pm.unit.prefix not in words:
        words = f"{short or pm.unit.prefix} {words}"
    first = words.split()[0]
    symbol = first != "per" and (len(first) <= 3 or not first[1:].islower())  # kWh and kt keep their small letter
    return words if symbol and not first.istitle() else words[0].upper() + words[1:]


def amount(pm: PublishedMeasure, difference: float) -> str:
    """The size of a difference in its own unit: "25.3 percentage points", "£23,459"."""
    if pm.unit.prefix:
        return format_value(pm, abs(difference))
    return f"{plain_value(pm, abs(difference))} {pm.unit.difference}".removesuffix(" in number")


def interval_words(pm: PublishedMeasure, lower: float | None, upper: float | None) -> str:
    """ "95% interval 54.9 to 61.2", or that none was published."""
    if lower is None or upper is None or math.isnan(lower) or math.isnan(upper):
        return "No interval published"
    return f"95% interval {plain_value(pm, lower)} to {plain_value(pm, upper)}"


def shown_or_symbol(pm: PublishedMeasure, figure: Figure | None, *, marked: bool = True) -> str:
    """A table cell: the number with its mark, or the symbol of why there is none."""
    if figure is None or not figure.shown or math.isnan(figure.value):
        return SYMBOLS.get(figure.status, "[x]") if figure else "[x]"
    return plain_value(pm, figure.value) + (f" [{figure.mark}]" if figure.mark and marked else "")


def limits(pm: PublishedMeasure, figure: Figure | None) -> str:
    """A table cell: the published interval, "113 to 135"."""
    if figure is None or figure.lower is None or figure.upper is None:
        return "not published"
    return f"{plain_value(pm, figure.lower)} to {plain_value(pm, figure.upper)}"


def symbols_note(cells: Iterable[str]) -> str:
    """What the symbols in a table mean: only those that stand in it."""
    text = " ".join(cells)
    return "; ".join(f"{symbol} {words}" for symbol, words in SYMBOL_WORDS.items() if symbol in text)


# Change


def change_words(pm: PublishedMeasure) -> str:
    """The last step, as the number went: "Fell from 67.4 in 2023/24, a year before". Empty where there is none."""
    finding = pm.finding
    if finding.value is None or finding.previous_value is None or finding.previous_period is None:
        return ""
    before = f"{format_value(pm, finding.previous_value)} {in_period(finding.previous_period)}"
    words = {Went.HIGHER: "Rose from", Went.LOWER: "Fell from"}.get(shown_direction(pm), "Unchanged at")
    if finding.direction not in (None, shown_direction(pm)):
        words = "Little changed from"
    same = finding.last_year_period is not None and finding.last_year_period == finding.previous_period
    return f"{words} {before}{', a year before' if same else ''}{_judged(pm)}"


def _judged(pm: PublishedMeasure) -> str:
    """ "(better)" or "(worse)", only where this very step was tested and found to be a change."""
    finding = pm.finding
    tested = finding.judged_by is JudgedBy.STEP and finding.step.period == finding.previous_period
    if pm.finding.state not in (State.IMPROVING, State.GETTING_WORSE) or not tested:
        return ""
    return " (better)" if pm.finding.state is State.IMPROVING else " (worse)"


def shown_direction(pm: PublishedMeasure) -> Went:
    """Which way the last step went, of the two figures as they are written."""
    finding = pm.finding
    if finding.value is None or finding.previous_value is None or finding.direction is None:
        return Went.NO_CHANGE
    same = format_value(pm, finding.value) == format_value(pm, finding.previous_value)
    return Went.NO_CHANGE if same else finding.direction


def last_step_agrees(pm: PublishedMeasure) -> bool:
    """Whether the newest figure went the way that the deciding test says, beside the one before it."""
    finding = pm.finding
    if finding.judged_by is None or finding.direction in (None, Went.NO_CHANGE):
        return True
    return finding.tests[finding.judged_by].went is finding.direction


def last_year_words(pm: PublishedMeasure) -> str:
    """ "Same period last year: 65.0%", where it is not the previous figure itself."""
    finding = pm.finding
    if finding.last_year_value is None or finding.last_year_period is None:
        return ""
    if finding.last_year_period == finding.previous_period:
        return ""
    return f"Same period last year: {format_value(pm, finding.last_year_value)} ({finding.last_year_period.label})"


def state_words(pm: PublishedMeasure) -> str:
    """The state of one measure, as its chip says it."""
    match pm.finding.state:
        case State.IMPROVING:
            return _still(pm, "Improving", "better")
        case State.GETTING_WORSE:
            return _still(pm, "Getting worse", "worse")
        case State.NO_DETECTABLE_CHANGE:
            return "No detectable change"
        case State.MOVED if last_step_agrees(pm) or pm.finding.judged_by is not JudgedBy.USUAL_RANGE:
            return "Moved"
        case State.MOVED:
            return f"Still {'above' if pm.finding.usual.went is Went.HIGHER else 'below'} its usual range"
        case State.CHANGE_NOT_TESTED:
            word = {Went.HIGHER: "Higher", Went.LOWER: "Lower"}.get(shown_direction(pm), "No change")
            if pm.finding.direction not in (None, shown_direction(pm)):
                word = "Little change"
            return f"{word}, not tested"
        case State.NOTHING_TO_COMPARE:
            return "Nothing to compare with yet"
        case State.WITHHELD:
            return "[c] Withheld"
        case State.WARDS_ONLY:
            return "Ward figures only"
        case State.AWAITING_A_RETURN:
            return "Awaiting a return"
        case State.NO_FIGURE:
            return "No figure"


def _still(pm: PublishedMeasure, word: str, than_usual: str) -> str:
    """The word for a change; where the last step went the other way, since when it holds."""
    if last_step_agrees(pm):
        return word
    match pm.finding.judged_by:
        case JudgedBy.USUAL_RANGE:
            return f"Still {than_usual} than usual"
        case JudgedBy.TREND:
            return f"{word} over five years"
        case _:
            return f"{word} since {pm.finding.step.period.label}" if pm.finding.step.period else word


def due_words(pm: PublishedMeasure) -> str:
    """When the next figure should come, in a few words; empty where nothing need be said."""
    finding = pm.finding
    match finding.due:
        case Due.LATE:
            return f"Late: newest is {finding.period.label}" if finding.period else "Late"
        case Due.NOT_DUE:
            when = f", next {month(finding.expected_from)}" if finding.expected_from else ""
            return f"Nothing new due{when}"
        case Due.NEW:
            return "New figure"
        case Due.OCCASIONAL:
            return "Published now and then"
        case Due.NEVER_RECEIVED:
            return ""


def next_due(pm: PublishedMeasure) -> str:
    """The next figure, in a sentence."""
    finding = pm.finding
    match finding.due:
        case Due.OCCASIONAL:
            return "No date is promised"
        case Due.NEVER_RECEIVED:
            return "Asked of the service; never received"
        case _ if finding.expected_from:
            period = f"the figure for {finding.expected_period.label}" if finding.expected_period else "the next figure"
            if finding.due is Due.LATE:
                return f"Late: {period} should have been out since {month(finding.expected_from)}"
            return f"{period[0].upper()}{period[1:]} is expected in {month(finding.expected_from)}"
        case _:
            return "Not known"


def month(iso: str) -> str:
    day = date.fromisoformat(iso)
    return f"{MONTHS[day.month - 1]} {day.year}"


def age_words(pm: PublishedMeasure) -> str:
    """ "about 3 years old", of a figure older than two years."""
    age = pm.finding.age_years
    if age is None or age <= 2:
        return ""
    return "more than 2 years old" if age < 2.5 else f"about {math.floor(age + 0.5)} years old"


def frequency_words(frequency: Frequency) -> str:
    return {
        Frequency.QUARTER: "Each quarter",
        Frequency.SIX_MONTH: "Every six months",
        Frequency.FINANCIAL_YEAR: "Each financial year",
        Frequency.SCHOOL_YEAR: "Each school year",
        Frequency.CALENDAR_YEAR: "Each calendar year",
        Frequency.ROLLING_YEARS: "Each year, for several years together",
        Frequency.MONTH: "Each month",
        Frequency.DATE: "Once a year, a count on one day",
        Frequency.OCCASIONAL: "Now and then",
    }[frequency]


def good_is(measure: Measure) -> str:
    return {
        Polarity.HIGHER: "A higher figure",
        Polarity.LOWER: "A lower figure",
        Polarity.NEUTRAL: "Neither: a change is not good or bad in itself",
    }[measure.polarity]


# Beside others


def area_name(pm: PublishedMeasure, kind: str) -> str:
    if kind == "borough":
        return pm.council
    if kind == "neighbours":
        return "Neighbours"
    return pm.published.areas.name(kind)


def comparison_words(pm: PublishedMeasure, kind: str) -> str:
    """ "worse than England": a verdict, only of a tested comparison; else empty."""
    comparison = pm.finding.benchmarks.get(kind)
    if comparison is None or not comparison.tested or comparison.level is None:
        return ""
    return f"{_level(comparison.level)} {_with_article(pm, kind)}"


def beside_words(pm: PublishedMeasure) -> str:
    """ "worse than England, similar to the North East and its neighbours": every tested comparison, each level once."""
    by_level: dict[Level, list[str]] = {}
    for kind, comparison in pm.finding.benchmarks.items():
        if comparison.tested and comparison.level is not None:
            by_level.setdefault(comparison.level, []).append(_with_article(pm, kind))
    return ", ".join(f"{_level(level)} {listed(names)}" for level, names in by_level.items())


def _with_article(pm: PublishedMeasure, kind: str) -> str:
    name = area_name(pm, kind)
    return {"neighbours": "its neighbours", "region": f"the {name}"}.get(kind, name)


def _level(level: Level) -> str:
    return "similar to" if level in (Level.SIMILAR, Level.SAME) else f"{level} than"


# Sentences


def listed(words: Sequence[str]) -> str:
    """ "a, b and c"."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"


def counted(count: int, one: str, many: str = "") -> str:
    return f"{count} {one if count == 1 else many or one + 's'}"


def in_period(period: Period) -> str:
    """ "in 2024/25", "on 31 March 2025"."""
    return f"{'on' if period.kind == 'date' else 'in'} {period.label}"


def span(periods: Sequence[str]) -> str:
    """ "2015/16 to 2024/25"."""
    first, last = Period.parse(periods[0]), Period.parse(periods[-1])
    if first == last:
        return first.label
    if first.kind == "rolling-years":
        return f"{first.short_label} to {last.short_label}"
    return f"{first.label} to {last.label}"


def within(sentences: Sequence[str], words: int = 60) -> str:
    """As many whole sentences as fit into so many words. The first always stands."""
    kept: list[str] = []
    for sentence in sentences:
        if sentence and (not kept or len(" ".join([*kept, sentence]).split()) <= words):
            kept.append(sentence)
    return " ".join(kept)


def lower_first(text: str) -> str:
    """For a title inside a sentence; an abbreviation and a name keep their capitals."""
    keeps = text[1:2].isupper() or text[1:2] == "-" or text.startswith(NAMES)
    return text if keeps else text[:1].lower() + text[1:]


NAMES = ("English", "England", "Ofsted", "Gateshead")  # words that a measure's title may begin with
