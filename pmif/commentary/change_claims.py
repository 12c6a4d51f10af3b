"""Claims about change: has it risen or fallen, is that good, is it new, late or counted in another way?"""

from collections.abc import Callable
from functools import partial

from pmif.commentary.notation import write_role
from pmif.commentary.values import earlier, with_unit
from pmif.commentary.vocabulary import (
    FIGURE,
    NO_CHANGE,
    NOT_TESTED,
    Asked,
    CannotBindError,
    Entry,
    Kind,
    Said,
    touch,
)
from pmif.disclosure import Due, JudgedBy, PublishedMeasure, State, Went
from pmif.exhibits import verdict, wording
from pmif.period import Period

_CHANGE_WORDS = {
    "rose": "rose",
    "fell": "fell",
    "rising": "has been rising over five years",
    "falling": "has been falling over five years",
    "still-above": "is still above its usual range",
    "still-below": "is still below its usual range",
    "no-detectable-change": "no detectable change",
    "rose-not-tested": "is higher",
    "fell-not-tested": "is lower",
    "unchanged": "unchanged",
    "higher-no-detectable-change": "is higher",
    "lower-no-detectable-change": "is lower",
    "no-earlier-figure": "there is no earlier figure to compare with",
    "wards-only": "there are ward figures only",
    "withheld": "the figure is withheld to protect people",
    "awaiting-return": "no return has been received",
    "no-figure": "there is no figure",
}

# What stands after a claim about the bare numbers, whatever words its writer chose.
_CAUTIONS = {
    "rose-not-tested": NOT_TESTED,
    "fell-not-tested": NOT_TESTED,
    "higher-no-detectable-change": NO_CHANGE,
    "lower-no-detectable-change": NO_CHANGE,
}


def change_role(pm: PublishedMeasure) -> str:
    """The one claim about change that holds of a measure."""
    finding = pm.finding
    match finding.state:
        case State.IMPROVING | State.GETTING_WORSE | State.MOVED:
            assert finding.judged_by is not None
            up = finding.tests[finding.judged_by].went is Went.HIGHER
            if finding.judged_by is JudgedBy.TREND:
                return "rising" if up else "falling"
            if wording.last_step_agrees(pm) or finding.judged_by is JudgedBy.STEP:
                return "rose" if up else "fell"
            return "still-above" if up else "still-below"
        case State.NO_DETECTABLE_CHANGE:
            return "no-detectable-change"
        case State.CHANGE_NOT_TESTED:
            way = {Went.HIGHER: "rose-not-tested", Went.LOWER: "fell-not-tested"}
            return way.get(wording.shown_direction(pm), "unchanged")
        case State.NOTHING_TO_COMPARE:
            return "no-earlier-figure"
        case State.WARDS_ONLY:
            return "wards-only"
        case State.WITHHELD:
            return "withheld"
        case State.AWAITING_A_RETURN:
            return "awaiting-return"
        case State.NO_FIGURE:
            return "no-figure"


def _change(role: str) -> Callable[[Asked], Said]:
    def claim(asked: Asked) -> Said:
        since = asked.options.get("since")
        found = since is None and asked.plain
        true = change_role(asked.pm) if found else _since_role(asked)
        holds = role == true or (true == "no-detectable-change" and role == _with_way(asked))
        if found and (earlier_than_last := _since_when(asked.pm)):
            since, holds = earlier_than_last, False
        suffix = {"since": since} if since else {}
        return Said(
            _CHANGE_WORDS[role],
            holds,
            _change_truth(asked, true),
            (write_role(true, asked.target.name, options=suffix),),
            _CAUTIONS.get(role, ""),
        )

    return claim


def _since_when(pm: PublishedMeasure) -> str:
    """The period that a change must be said to be since: rolling years that rose, though the last step was down."""
    finding = pm.finding
    if finding.judged_by is not JudgedBy.STEP or finding.step.period is None or wording.last_step_agrees(pm):
        return ""
    return finding.step.period.id


def _with_way(asked: Asked) -> str:
    """Of a figure without a detectable change, which way its bare number went."""
    now, then = (wording.as_shown(asked.pm, f.value) for f in (asked.figure(), earlier(asked)))
    return "unchanged" if now == then else f"{'higher' if now > then else 'lower'}-no-detectable-change"


def _since_role(asked: Asked) -> str:
    """Beside an earlier figure that is named, or of another place or group: by their two intervals."""
    now, then = asked.figure(), earlier(asked)
    shown = [wording.as_shown(asked.pm, f.value) for f in (now, then)]
    if None in (now.lower, then.lower) or now.period.overlaps(then.period):
        return "unchanged" if shown[0] == shown[1] else f"{'rose' if shown[0] > shown[1] else 'fell'}-not-tested"
    if touch(now, then):
        return "no-detectable-change"
    return "rose" if now.value > then.value else "fell"


def _change_truth(asked: Asked, true: str) -> str:
    pm = asked.pm
    if "since" not in asked.options and asked.plain:
        said = verdict.verdict(pm).sentence
        if pm.finding.value is None or pm.finding.period is None:
            return f"{_CHANGE_WORDS[true]}. {pm.finding.reason}".strip()
        before = wording.change_words(pm)
        now = f"{wording.format_value(pm, pm.finding.value)} {wording.in_period(pm.finding.period)}"
        return f"{now}{f'; {wording.lower_first(before)}' if before else ''}. {said}"
    now_figure, then = asked.figure(), earlier(asked)
    return (
        f"{with_unit(now_figure)} {wording.in_period(now_figure.period)}, beside {with_unit(then)} "
        f"{wording.in_period(then.period)}: {_CHANGE_WORDS[true]} {_CAUTIONS.get(true, '')}".rstrip()
    )


def _judged(state: State, words: str) -> Callable[[Asked], Said]:
    def claim(asked: Asked) -> Said:
        true = change_role(asked.pm)
        other = {State.IMPROVING: "improved", State.GETTING_WORSE: "got-worse"}.get(asked.pm.finding.state, true)
        instead = (write_role(other, asked.target.name),)
        return Said(words, asked.pm.finding.state is state, _change_truth(asked, true), instead)

    return claim


def _within_range(asked: Asked) -> Said:
    pm = asked.pm
    if pm.finding.usual.went is None:
        raise CannotBindError(f"'{pm.id}' has no usual range. {pm.finding.usual.reason}".strip())
    return Said("within its usual range", pm.finding.usual.went is Went.NO_CHANGE, verdict.verdict(pm).sentence)


def _late(asked: Asked) -> Said:
    return Said("is late", asked.pm.finding.due is Due.LATE, wording.next_due(asked.pm))


def _new(asked: Asked) -> Said:
    return Said("is new in this report", asked.pm.finding.due is Due.NEW, wording.next_due(asked.pm))


def _definition_changed(asked: Asked) -> Said:
    changes = asked.pm.measure.definition_changes
    if not changes:
        return Said("its definition changed", holds=False, truth="no change of its definition is recorded")
    last = changes[-1]
    return Said(f"its definition changed {wording.in_period(Period.parse(last.since))}", truth=last.what)


_claim = partial(Entry, Kind.CLAIM)

_OF_CHANGE = {
    "rose": "the number rose, and a test finds it",
    "fell": "the number fell, and a test finds it",
    "no-detectable-change": "tests were made, and none finds a change",
    "rose-not-tested": "the bare number is higher; nothing could test it",
    "fell-not-tested": "the bare number is lower; nothing could test it",
    "unchanged": "the same as before, as it is shown",
    "higher-no-detectable-change": "the bare number is higher, and tests find no change",
    "lower-no-detectable-change": "the bare number is lower, and tests find no change",
}
_OF_LONG = {
    "rising": "five yearly figures show a rising trend",
    "falling": "five yearly figures show a falling trend",
    "still-above": "above its usual range, though the last step was down",
    "still-below": "below its usual range, though the last step was up",
}
_OF_ABSENCE = ("no-earlier-figure", "wards-only", "withheld", "awaiting-return", "no-figure")

CHANGE = (
    *(_claim(role, says, _change(role), parts=FIGURE, options=("since",)) for role, says in _OF_CHANGE.items()),
    *(_claim(role, says, _change(role)) for role, says in _OF_LONG.items()),
    *(_claim(role, _CHANGE_WORDS[role], _change(role)) for role in _OF_ABSENCE),
    _claim("improved", "the change is tested and is good", _judged(State.IMPROVING, "improved")),
    _claim("got-worse", "the change is tested and is bad", _judged(State.GETTING_WORSE, "got worse")),
    _claim("within-range", "the newest figure is inside its usual range", _within_range),
    _claim("late", "the next figure should have come by now", _late),
    _claim("new-figure", "the figure came since the last report", _new),
    _claim("definition-changed", "what is counted changed, and when", _definition_changed),
)
