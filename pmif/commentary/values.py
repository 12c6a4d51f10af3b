"""The values that commentary may name: each writes itself, rounded and with its unit as everywhere in the report."""

import re
from dataclasses import replace
from difflib import get_close_matches
from functools import partial

from pmif.commentary.ranking import Ends, ends, gap_of
from pmif.commentary.vocabulary import FIGURE, Asked, CannotBindError, Entry, Kind, NamedFigure, Said
from pmif.disclosure import Due, PublishedMeasure, State
from pmif.exhibits import gap_wording, wording
from pmif.exhibits.counts import Counts, count
from pmif.framework import Target
from pmif.period import Period


def with_unit(figure: NamedFigure, decimals: int | None = None) -> str:
    """66.4%, 58.0 years, 93.4 per 10,000 children."""
    return f"{wording.format_value(figure.pm, figure.value, decimals)} {wording.unit_words(figure.pm)}".strip()


def _value(asked: Asked) -> Said:
    return Said(with_unit(asked.figure(), _decimals(asked)))


def _number(asked: Asked) -> Said:
    return Said(wording.format_value(asked.pm, asked.figure().value, _decimals(asked)))


def _decimals(asked: Asked) -> int | None:
    """Fewer decimals than the measure has, where a sentence needs no more."""
    given = asked.options.get("decimals")
    if given is None:
        return None
    if given not in map(str, range(asked.pm.measure.decimals + 1)):
        raise CannotBindError(
            f"'decimals {given}': this measure is given to {asked.pm.measure.decimals} decimals, so write a number "
            "no larger than that"
        )
    return int(given)


def _period(asked: Asked) -> Said:
    return Said(asked.figure().period.label)


def _in_period(asked: Asked) -> Said:
    return Said(wording.in_period(asked.figure().period))


def _interval(asked: Asked) -> Said:
    figure = asked.figure()
    if figure.lower is None or figure.upper is None:
        raise CannotBindError(f"no interval is published for {figure.period.label}")
    low, high = (wording.format_value(asked.pm, limit) for limit in (figure.lower, figure.upper))
    return Said(f"{low} to {high}")


def earlier(asked: Asked) -> NamedFigure:
    """The figure that a change is counted from: that of `since`, or the one before the newest."""
    since = asked.period_option("since")
    name, pm = asked.named, asked.pm
    series = pm.by_series.get((name.area, name.dimension, name.group), ())
    now = asked.figure()
    before = [f.period for f in series if f.period.sort_key < now.period.sort_key]
    if not before:
        raise CannotBindError(f"'{asked.target.name}' has no earlier figure to compare with")
    if since is not None and since not in before:
        raise CannotBindError(
            f"'{asked.target.name}' has no figure of {since.id} before {now.period.id}. "
            f"It has {', '.join(p.id for p in before)}"
        )
    then = since or before[-1]
    _refuse_across_a_break(pm, then, now.period)
    return _named(asked, then)


def _named(asked: Asked, period: Period) -> NamedFigure:
    return replace(asked, name=replace(asked.named, period=period.id)).figure()


def _refuse_across_a_break(pm: PublishedMeasure, then: Period, now: Period) -> None:
    for change in pm.measure.definition_changes:
        since = Period.parse(change.since)
        if then.sort_key < since.sort_key <= now.sort_key:
            raise CannotBindError(
                f"the definition changed in {since.label} ({change.what.rstrip('.')}), so {then.label} and {now.label} "
                "cannot be compared"
            )


def _previous(asked: Asked) -> Said:
    return Said(with_unit(earlier(asked), _decimals(asked)))


def _previous_period(asked: Asked) -> Said:
    return Said(earlier(asked).period.label)


def _last_year(asked: Asked) -> NamedFigure:
    now = asked.figure()
    year_before = now.period.same_last_year
    _refuse_across_a_break(asked.pm, year_before, now.period)
    return _named(asked, year_before)


def _last_year_value(asked: Asked) -> Said:
    return Said(with_unit(_last_year(asked), _decimals(asked)))


def _last_year_period(asked: Asked) -> Said:
    return Said(_last_year(asked).period.label)


def _change(asked: Asked) -> Said:
    return Said(_apart(asked, asked.figure(), earlier(asked)))


def _apart(asked: Asked, one: NamedFigure, other: NamedFigure) -> str:
    """How far two figures are apart as they are shown, so that a reader's own sum agrees; without a sign."""
    decimals = _decimals(asked)
    pm = asked.pm
    if decimals is not None:
        pm = replace(pm, measure=pm.measure.model_copy(update={"decimals": decimals}))
    return wording.amount(pm, wording.as_shown(pm, one.value) - wording.as_shown(pm, other.value))


def _change_percent(asked: Asked) -> Said:
    now, then = asked.figure(), earlier(asked)
    if asked.pm.unit.difference == "percentage points":
        raise CannotBindError("this measure is in per cent, so its change is in percentage points: write {change}")
    if then.value <= 0:
        raise CannotBindError(f"the figure in {then.period.label} is not above nought, so no per cent can be given")
    part = abs(now.value - then.value) / then.value * 100
    return Said(f"{wording.number(part, 0 if part >= 10 else 1)}%")


def _borough_beside(asked: Asked) -> tuple[NamedFigure, NamedFigure]:
    """The named figure, and what it is set beside in the same period.

    Another place is set beside the borough, group for group; a group of the borough, beside everyone in it.
    """
    named = asked.figure()
    borough = asked.published.areas.borough.code
    name = replace(asked.named, area=borough, period=named.period.id)
    if asked.named.area == borough:
        name = replace(name, dimension="", group="")
    if name == replace(asked.named, period=named.period.id):
        raise CannotBindError("needs another place or group to set beside the borough, like healthy-life-women/england")
    return named, replace(asked, name=name).figure()


def _difference(asked: Asked) -> Said:
    return Said(_apart(asked, *_borough_beside(asked)))


def _times(asked: Asked) -> Said:
    """How many times another place's figure ours is: refused once ours is the smaller, or the sentence would turn."""
    named, ours = _borough_beside(asked)
    place_first = asked.named.area != asked.published.areas.borough.code
    high, low = (ours.value, named.value) if place_first else (named.value, ours.value)
    if low <= 0:
        raise CannotBindError("one of the two figures is not above nought, so one is no number of times the other")
    if high < low:
        which = "the borough's figure" if place_first else "this group's figure"
        raise CannotBindError(f"{which} is the smaller of the two: {with_unit(ours)} and {with_unit(named)}")
    return Said(f"{wording.number(high / low, 1)} times")


def _target_of(asked: Asked) -> Target:
    target = asked.pm.measure.target
    if target is None:
        raise CannotBindError(f"'{asked.pm.id}' has no target")
    return target


def _target(asked: Asked) -> Said:
    target = _target_of(asked)
    return Said(with_unit(NamedFigure(asked.pm, Period.parse(target.by), target.value, None, None)))


def _target_by(asked: Asked) -> Said:
    return Said(Period.parse(_target_of(asked).by).label)


def _title(asked: Asked) -> Said:
    return Said(wording.lower_first(asked.pm.measure.title))


def _source(asked: Asked) -> Said:
    return Said(f"{asked.pm.source.publisher}, {asked.pm.source.dataset}")


def _note(asked: Asked) -> Said:
    note = asked.pm.measure.note
    if not note:
        raise CannotBindError(f"'{asked.pm.id}' has no note in data/framework")
    return Said(" ".join(note.split()).rstrip("."))


def _copied(asked: Asked) -> Said:
    received = asked.pm.source.received
    if received is None:
        raise CannotBindError(f"data/sources/{asked.pm.source.id}.yml does not say when its copy was made")
    return Said(Period.parse(received.isoformat()).label)


def _expected(asked: Asked) -> Said:
    expected = asked.pm.finding.expected_from
    if not expected:
        raise CannotBindError(f"no date is promised for the next figure of '{asked.pm.id}'")
    return Said(wording.month(expected))


def _next_due(asked: Asked) -> Said:
    return Said(wording.lower_first(wording.next_due(asked.pm)))


# --- wards and groups -------------------------------------------------------------------------------------


def _end(asked: Asked, which: str) -> Ends:
    found = ends(asked, which)
    if found.doubt:
        raise CannotBindError(found.doubt)
    return found


def _highest_name(asked: Asked) -> Said:
    return Said(_end(asked, "highest").name)


def _lowest_name(asked: Asked) -> Said:
    return Said(_end(asked, "lowest").name)


def _highest_value(asked: Asked) -> Said:
    found = ends(asked, "highest")
    return Said(with_unit(found.figure))


def _lowest_value(asked: Asked) -> Said:
    found = ends(asked, "lowest")
    return Said(with_unit(found.figure))


def _gap(asked: Asked) -> Said:
    return Said(gap_wording.gap_amount(asked.pm, gap_of(asked)))


def _gap_times(asked: Asked) -> Said:
    gap = gap_of(asked)
    if gap.ratio is None:
        raise CannotBindError("one end of the gap is not above nought, or the measure is no ratio: write {gap}")
    return Said(f"{wording.number(gap.ratio, 1)} times")


def _gap_earlier(asked: Asked) -> Said:
    change = gap_of(asked).change
    if change.earlier_high is None or change.earlier_low is None:
        raise CannotBindError(f"no earlier gap is known. {change.reason}".strip())
    pm = asked.pm
    return Said(
        wording.amount(pm, wording.as_shown(pm, change.earlier_high) - wording.as_shown(pm, change.earlier_low))
    )


def _gap_earlier_period(asked: Asked) -> Said:
    change = gap_of(asked).change
    if change.since is None:
        raise CannotBindError(f"no earlier gap is known. {change.reason}".strip())
    return Said(change.since.label)


def _gap_period(asked: Asked) -> Said:
    return Said(gap_of(asked).period.label)


# --- counts, and the report itself -------------------------------------------------------------------------

_STATES = {state.value: state for state in State}
_DUE = {Due.LATE.value: Due.LATE, "new-figures": Due.NEW}
_LEVELS = {"better-than-england": "better", "worse-than-england": "worse", "similar-to-england": "similar"}
COUNTS = ("measures", "with-figures", "tested", *_STATES, *_DUE, *_LEVELS, "not-tested-against-england")
WHOLE = "report"

# What may be said of the measures that are counted, as claims of each.
SAID_OF_COUNTED = {
    State.IMPROVING.value: ("improved",),
    State.GETTING_WORSE.value: ("got-worse",),
    State.NO_DETECTABLE_CHANGE.value: ("no-detectable-change",),
    State.CHANGE_NOT_TESTED.value: ("gap-change-not-tested",),
    State.NOTHING_TO_COMPARE.value: ("no-earlier-figure",),
    State.WARDS_ONLY.value: ("wards-only",),
    State.WITHHELD.value: ("withheld",),
    State.AWAITING_A_RETURN.value: ("awaiting-return",),
    State.NO_FIGURE.value: ("no-figure",),
    Due.LATE.value: ("late",),
    "new-figures": ("new-figure",),
    "better-than-england": ("better-than",),
    "worse-than-england": ("worse-than",),
    "similar-to-england": ("similar-to",),
}


def _counts(asked: Asked) -> Counts:
    published = asked.published
    page = asked.options.get("in", asked.page)
    if page == WHOLE:
        return count(published.everything)
    measures = published.counted(page)
    if not measures and "in" in asked.options:
        pages = [*published.framework.parts, WHOLE]
        raise CannotBindError(f"'in {page}' is no part of the report: write in {', '.join(pages)}")
    return count(measures or published.everything)


def _count(asked: Asked) -> Said:
    """A number of measures; with words of the writer's own after it: 5 improved, 1 is late, none are new."""
    number, words = _counted(asked), asked.target.words
    if not words:
        return Said(str(number))
    if number == 1:
        words = re.sub(r"^are\b", "is", words)
    return Said(f"{number or 'none'} {words}")


def _counted(asked: Asked) -> int:
    counts, what = _counts(asked), asked.target.name
    if what == "measures":
        return counts.total
    if what == "with-figures":
        without = (State.AWAITING_A_RETURN, State.NO_FIGURE, State.WITHHELD)
        return counts.total - sum(counts.states[s] for s in without)
    if what == "tested":
        return counts.tested
    if what in _STATES:
        return counts.states[_STATES[what]]
    if what in _DUE:
        return counts.due[_DUE[what]]
    if what in _LEVELS:
        return counts.levels[_LEVELS[what]]
    if what == "not-tested-against-england":
        return counts.levels["untested"]
    near = get_close_matches(what, COUNTS, n=3)
    raise CannotBindError(
        f"'{what}' is not counted: {'did you mean' if near else 'write'} {', '.join(near or COUNTS)}?"
    )


def _report(asked: Asked) -> Said:
    published = asked.published
    known = {
        "period": published.report.label,
        "known-at": Period.parse(published.report_date.isoformat()).label,
        "council": published.council,
    }
    if asked.target.name not in known:
        raise CannotBindError(f"'{asked.target.name}' is not known of a report: write {', '.join(known)}")
    return Said(known[asked.target.name])


_entry = partial(Entry, Kind.VALUE)
_GAP = ("dimension",)
VALUES = (
    _entry("value", "the figure with its unit: 58.0 years", _value, parts=FIGURE, options=("decimals",)),
    _entry("number", "the figure without the unit's words: 58.0", _number, parts=FIGURE, options=("decimals",)),
    _entry("period", "the period of the figure: 2022 to 2024", _period, parts=FIGURE),
    _entry("in-period", "the same with its preposition: in 2012, on 31 March 2025", _in_period, parts=FIGURE),
    _entry("interval", "its 95% interval: 54.9 to 61.2", _interval, parts=FIGURE),
    _entry("previous", "the figure before", _previous, parts=FIGURE, options=("since", "decimals")),
    _entry("previous-period", "the period of the figure before", _previous_period, parts=FIGURE, options=("since",)),
    _entry("last-year", "the same period a year before", _last_year_value, parts=FIGURE, options=("decimals",)),
    _entry("last-year-period", "that period", _last_year_period, parts=FIGURE),
    _entry("change", "how far it is from the figure before", _change, parts=FIGURE, options=("since", "decimals")),
    _entry(
        "change-percent", "the same in per cent of the one before", _change_percent, parts=FIGURE, options=("since",)
    ),
    _entry("difference", "how far apart the two are", _difference, parts=FIGURE, options=("decimals",)),
    _entry("times", "how many times another place's figure the borough's is: 1.4 times", _times, parts=FIGURE),
    _entry("target", "the target", _target),
    _entry("target-by", "when it is to be reached", _target_by),
    _entry("title", "the measure's title inside a sentence", _title),
    _entry("note", "the caution that data/framework gives with the measure", _note),
    _entry("copied", "the day of the copy that its figures were read from", _copied),
    _entry("source", "publisher and dataset", _source),
    _entry("expected", "the month in which the next figure is or was due", _expected),
    _entry("next-due", "when the next figure should come, as a clause", _next_due),
    _entry("highest-name", "the ward or group with the highest figure", _highest_name, parts=_GAP),
    _entry("lowest-name", "the ward or group with the lowest figure", _lowest_name, parts=_GAP),
    _entry("highest-value", "the figure there", _highest_value, parts=_GAP),
    _entry("lowest-value", "the figure there", _lowest_value, parts=_GAP),
    _entry("gap", "how far highest and lowest are apart: 25.3 percentage points", _gap, parts=_GAP),
    _entry("gap-times", "the highest over the lowest: 5.5 times", _gap_times, parts=_GAP),
    _entry("gap-period", "the period of the gap", _gap_period, parts=_GAP),
    _entry("gap-earlier", "the gap that it is judged against", _gap_earlier, parts=_GAP),
    _entry("gap-earlier-period", "the period of that", _gap_earlier_period, parts=_GAP),
    _entry("count", "how many measures of this page: " + ", ".join(COUNTS), _count, takes="count", options=("in",)),
    _entry("report", "of the report: period, known-at, council", _report, takes="report"),
)  # fmt: skip
