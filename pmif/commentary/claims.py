"""The claims that commentary may make. Each holds where the report's own tests say so, and nowhere else.

A claim that does not hold says what the data say, and which claims would hold.
"""

import math
import re
from collections.abc import Callable
from dataclasses import replace

from pmif.commentary.notation import write_role
from pmif.commentary.ranking import Ends, ends, gap_of
from pmif.commentary.values import earlier, with_unit
from pmif.commentary.vocabulary import Asked, CannotBindError, Entry, Kind, NamedFigure, Said, known
from pmif.disclosure import Due, JudgedBy, Level, PublishedMeasure, State, TargetRating, Went
from pmif.exhibits import gap_wording, verdict, wording
from pmif.framework import Frequency
from pmif.period import Period

# What stands after a claim that rests on the bare numbers, whatever words its writer chose.
NOT_TESTED = "(not tested)"
NO_CHANGE = "(no detectable change)"
ESTIMATE = "(our estimate)"


def always_said(role: str) -> str:
    """The words that stand after a claim come what may; blank after most."""
    if role.startswith("gap-"):
        return ""
    return NOT_TESTED if role.endswith("-not-tested") else NO_CHANGE if role.endswith("-no-detectable-change") else ""


# --- has it changed? ------------------------------------------------------------------------------

_CHANGE_WORDS = {
    "rose": "rose",
    "fell": "fell",
    "rising": "has been rising over five years",
    "falling": "has been falling over five years",
    "still-above": "is still above its usual range",
    "still-below": "is still below its usual range",
    "no-detectable-change": "no detectable change",
    "rose-not-tested": f"is higher {NOT_TESTED}",
    "fell-not-tested": f"is lower {NOT_TESTED}",
    "unchanged": "unchanged",
    "higher-no-detectable-change": f"is higher {NO_CHANGE}",
    "lower-no-detectable-change": f"is lower {NO_CHANGE}",
    "no-earlier-figure": "there is no earlier figure to compare with",
    "wards-only": "there are ward figures only",
    "withheld": "the figure is withheld to protect people",
    "awaiting-return": "no return has been received",
    "no-figure": "there is no figure",
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
    if _touch(now, then):
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
        f"{wording.in_period(then.period)}: {_CHANGE_WORDS[true]}"
    )


def _judged(role: str, state: State, words: str) -> Entry:
    def claim(asked: Asked) -> Said:
        true = change_role(asked.pm)
        other = {State.IMPROVING: "improved", State.GETTING_WORSE: "got-worse"}.get(asked.pm.finding.state, true)
        return Said(
            words, asked.pm.finding.state is state, _change_truth(asked, true), (write_role(other, asked.target.name),)
        )

    return _entry(role, f"the change is tested and is {'good' if state is State.IMPROVING else 'bad'}", claim)


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


# --- beside others --------------------------------------------------------------------------------

BESIDE_WORDS = {
    "better-than": "better than {place}",
    "worse-than": "worse than {place}",
    "higher-than": "higher than {place}",
    "lower-than": "lower than {place}",
    "similar-to": "similar to {place}",
    "higher-than-not-tested": f"higher than {{place}} {NOT_TESTED}",
    "lower-than-not-tested": f"lower than {{place}} {NOT_TESTED}",
    "same-as": "the same as {place}",
}


def beside_roles(pm: PublishedMeasure, kind: str) -> tuple[str, ...]:
    """Every claim that holds of the borough beside its region, its country or its neighbours; the plainest first."""
    finding = pm.finding
    comparison = finding.benchmarks.get(kind)
    if comparison is None or comparison.level is None or comparison.value is None or finding.value is None:
        return ()
    ours, theirs = (wording.as_shown(pm, v) for v in (finding.value, comparison.value))
    if not comparison.tested:
        if ours == theirs:
            return ("same-as",)
        return ("higher-than-not-tested",) if ours > theirs else ("lower-than-not-tested",)
    match comparison.level:
        case Level.SIMILAR | Level.SAME:
            return ("similar-to",)
        case Level.BETTER | Level.WORSE:
            return (f"{comparison.level}-than", "higher-than" if finding.value > comparison.value else "lower-than")
        case _:
            return (f"{comparison.level}-than",)


def _beside(role: str) -> Callable[[Asked], Said]:
    def claim(asked: Asked) -> Said:
        pm = asked.pm
        if asked.named.group:
            return _beside_group(asked, role)
        kind = _kind(asked)
        comparison = pm.finding.benchmarks.get(kind)
        place = wording.area_name(pm, kind)
        if comparison is None or comparison.value is None or pm.finding.value is None:
            reason = comparison.reason if comparison and comparison.reason else pm.finding.reason
            raise CannotBindError(f"there is no figure for {place} to set beside it. {reason}".strip())
        true = beside_roles(pm, kind)
        with_article = {"region": f"the {place}", "neighbours": "its neighbours"}.get(kind, place)
        ours, theirs = (wording.format_value(pm, v) for v in (pm.finding.value, comparison.value))
        tested = wording.comparison_words(pm, kind) or f"not tested. {comparison.reason}"
        return Said(
            BESIDE_WORDS[role].format(place=with_article),
            role in true,
            f"{pm.council} {ours}, {place} {theirs}: {tested}".rstrip("."),
            tuple(write_role(one, asked.target.name) for one in true[:1]),
        )

    return claim


def _beside_group(asked: Asked, role: str) -> Said:
    """One group here beside the same group elsewhere: bare numbers, since the report tests no such pair."""
    named = asked.figure()
    borough = asked.published.areas.borough.code
    if asked.named.area == borough:
        raise CannotBindError("needs the other place as well, like school-readiness/england/sex=female")
    ours = replace(asked, name=replace(asked.named, area=borough, period=named.period.id)).figure()
    here, there = (wording.as_shown(asked.pm, f.value) for f in (ours, named))
    true = "same-as" if here == there else f"{'higher' if here > there else 'lower'}-than-not-tested"
    return Said(
        BESIDE_WORDS[role].format(place=wording.area_name(asked.pm, _kind(asked))),
        role == true,
        f"{with_unit(ours)} here, {with_unit(named)} there, in the same group; nothing tests the two",
        (write_role(true, asked.target.name),),
    )


def _kind(asked: Asked) -> str:
    """The kind of area that is named beside the borough; England where none is."""
    areas = asked.published.areas
    code = asked.named.area
    if code == areas.borough.code:
        return "country"
    kind = next((str(a.kind) for a in areas.all if a.code == code), "")
    if kind not in ("country", "region", "neighbours"):
        raise CannotBindError(
            "a claim beside a ward is not tested in this report: write {highest}, {lowest}, or the two values"
        )
    return kind


# --- targets --------------------------------------------------------------------------------------

_TARGETS = {
    "on-target": (TargetRating.MET, "on target"),
    "close-to-target": (TargetRating.CLOSE, "close to its target"),
    "off-target": (TargetRating.MISSED, "off target"),
    "not-yet-at-target": (TargetRating.NOT_YET, "not yet at its target"),
}


def target_role(pm: PublishedMeasure) -> str:
    """The claim about its target that holds; blank where it has none."""
    return next((role for role, (rating, _) in _TARGETS.items() if rating is pm.finding.target), "")


def _target(role: str) -> Callable[[Asked], Said]:
    rating, words = _TARGETS[role]

    def claim(asked: Asked) -> Said:
        pm = asked.pm
        if pm.measure.target is None or pm.finding.target is None or pm.finding.value is None:
            raise CannotBindError(f"'{pm.id}' has no target that its figure can be set beside")
        now, wanted = (wording.format_value(pm, v) for v in (pm.finding.value, pm.measure.target.value))
        return Said(
            words,
            pm.finding.target is rating,
            f"{now}, target {wanted}: {verdict.target_words(pm.finding.target)}",
            (write_role(target_role(pm), asked.target.name),),
        )

    return claim


# --- wards, groups and gaps -----------------------------------------------------------------------


def _ranked(role: str, which: str, how: str) -> Callable[[Asked], Said]:
    """`how`: alone, of those shown, or among those that cannot be told apart."""

    def claim(asked: Asked) -> Said:
        # A place or group in the name is the one that is claimed to stand there; without, whichever does.
        named = asked.named
        dimension = named.dimension or ("ward" if named.area != asked.published.areas.borough.code else "")
        found = ends(_about(asked, dimension), which)
        wanted = _claimed(asked, found)
        place = (
            f"in {found.name}"
            if (dimension or gap_of(_about(asked, dimension)).dimension) == "ward"
            else f"for {wording.lower_first(found.name)}"
        )
        words = {
            "alone": f"{which} {place}",
            "shown": f"{which} {place}, of those that can be shown",
            "among": f"among the {which} {place}",
        }[how]
        true = f"among-{which}" if len(found.among) > 1 else f"{which}-shown" if found.hidden else which
        holds = role == true and (wanted == found.name or (how == "among" and wanted in found.among))
        if how == "among" and wanted in found.among:
            words = words.replace(found.name, wanted)
        truth = found.doubt or f"the {which} is {with_unit(found.figure)}, {found.name}"
        base = f"{asked.pm.id}/{dimension}" if dimension else asked.pm.id
        caution = ESTIMATE if gap_of(_about(asked, dimension)).estimated else ""
        return Said(words, holds, truth, (write_role(true, base),), caution)

    return claim


def _about(asked: Asked, dimension: str) -> Asked:
    return replace(asked, name=replace(asked.named, dimension=dimension))


def _claimed(asked: Asked, found: Ends) -> str:
    """The name of the ward or group that the writer says stands there."""
    named = asked.named
    if named.group:
        return gap_wording.group_title(asked.pm, named.dimension, named.group)
    if named.area == asked.published.areas.borough.code:
        return found.name
    rows = asked.pm.figures
    return str(rows[rows["area"] == named.area]["area_name"].iloc[-1])


_GAPS = {
    "gap-narrowed": ("narrowing", "narrowed"),
    "gap-widened": ("widening", "widened"),
    "gap-reversed": ("reversed", "reversed"),
    "gap-no-detectable-change": ("no detectable change", "no detectable change of the gap"),
    "gap-change-not-tested": ("", "whether the gap narrows cannot be told"),
}


def gap_role(went: str) -> str:
    return next(role for role, (wanted, _) in _GAPS.items() if wanted == went)


def _gap(role: str) -> Callable[[Asked], Said]:
    wanted, words = _GAPS[role]

    def claim(asked: Asked) -> Said:
        gap = gap_of(asked)
        truth = gap_wording.gap_change_words(asked.pm, gap) or "nothing is known of the gap at an earlier time"
        return Said(
            words, gap.change.went == wanted, truth, (write_role(gap_role(gap.change.went), asked.target.name),)
        )

    return claim


def _differ(asked: Asked) -> Said:
    gap = gap_of(asked)
    truth = gap_wording.gap_words(asked.pm, gap)
    return Said(
        "differ clearly",
        gap.tested,
        f"{truth}; their intervals {'do not touch' if gap.tested else 'touch, or none is published'}",
    )


_SLOPES = {
    "higher-where-deprived": (-1, "is higher in more deprived places"),
    "lower-where-deprived": (1, "is lower in more deprived places"),
    "no-clear-slope": (0, "follows no clear slope with deprivation"),
}


def slope_role(value: float | None, lower: float | None, upper: float | None) -> str:
    """Which claim about the slope holds; blank where no slope is given. A slope goes up to the least deprived."""
    if value is None or lower is None or upper is None:
        return ""
    side = 0 if lower <= 0 <= upper else 1 if value > 0 else -1
    return next(role for role, (wanted, _) in _SLOPES.items() if wanted == side)


def _slope(role: str) -> Callable[[Asked], Said]:
    def claim(asked: Asked) -> Said:
        gap = gap_of(asked)
        true = slope_role(gap.slope.value, gap.slope.lower, gap.slope.upper)
        if not true:
            raise CannotBindError(gap_wording.slope_words(asked.pm, gap) or "no slope with deprivation is given")
        truth = gap_wording.slope_words(asked.pm, gap)
        return Said(_SLOPES[role][1], role == true, truth, (write_role(true, asked.target.name),))

    return claim


# --- the first time since -------------------------------------------------------------------------


def _history(asked: Asked) -> tuple[NamedFigure, list[NamedFigure]]:
    """The newest figure and every earlier one of the present definition, oldest first."""
    pm, name = asked.pm, asked.named
    rows = pm.by_series.get((name.area, name.dimension, name.group), pm.figures.iloc[:0])
    breaks = [Period.parse(c.since).sort_key for c in pm.measure.definition_changes]
    now = asked.figure()
    since = max((b for b in breaks if b <= now.period.sort_key), default=None)
    earlier_ones = []
    columns = (rows[c] for c in ("value", "lower", "upper", "status"))
    for period, value, low, high, status in zip(map(Period.parse, rows["period"]), *columns, strict=True):
        if period.sort_key >= now.period.sort_key or (since and period.sort_key < since):
            continue
        if status != "shown":
            raise CannotBindError(f"the figure for {period.label} is not shown, so no record can be told")
        earlier_ones.append(NamedFigure(pm, period, float(value), known(float(low)), known(float(high))))
    if not earlier_ones:
        raise CannotBindError(f"'{asked.target.name}' has no earlier figure to compare with")
    return now, earlier_ones


def _touch(one: NamedFigure, other: NamedFigure) -> bool:
    """Whether two intervals overlap; False where either is not published."""
    limits = (one.lower, one.upper, other.lower, other.upper)
    low, high, other_low, other_high = (math.nan if limit is None else limit for limit in limits)
    return low <= other_high and other_low <= high


def _whole(now: NamedFigure, before: list[NamedFigure]) -> None:
    """Refuse a record over figures with one missing between them: it may have stood higher still."""
    if now.pm.measure.frequency is Frequency.OCCASIONAL:
        return
    later = now.period
    for figure in reversed(before):
        if later.previous.sort_key > figure.period.sort_key:
            raise CannotBindError(f"the figure for {later.previous.label} is missing, so no record can be told")
        later = figure.period


def _record(role: str) -> Callable[[Asked], Said]:
    which = role.partition("-")[0]
    sign = 1 if which == "highest" else -1

    def claim(asked: Asked) -> Said:
        now, before = _history(asked)
        since = asked.period_option("since")
        ours = sign * wording.as_shown(asked.pm, now.value)
        reached = [f for f in before if sign * wording.as_shown(asked.pm, f.value) >= ours]
        last = reached[-1].period if reached else None
        mark = last or before[0].period  # the last time it stood as high, or the first figure there is
        broken = any(Period.parse(c.since).sort_key <= now.period.sort_key for c in asked.pm.measure.definition_changes)
        began = "it was first counted this way" if broken else "figures began"
        words = f"the {which} since {mark.label if last else f'{began} {wording.in_period(mark)}'}"
        beaten = before if last is None else before[[f.period for f in before].index(last) + 1 :]
        _whole(now, beaten)
        if close := next((f for f in beaten if _touch(now, f)), None):
            doubt = f"{with_unit(now)} and {with_unit(close)} {wording.in_period(close.period)} cannot be told apart"
            return Said(words, holds=False, truth=f"{doubt}: their intervals overlap")
        holds = last is not before[-1].period and (since is None or last is None or last.sort_key <= since.sort_key)
        if since is not None and since not in [f.period for f in before]:
            raise CannotBindError(
                f"'{asked.target.name}' has no figure of {since.id}. It has {', '.join(f.period.id for f in before)}"
            )
        best = max(before, key=lambda f: sign * f.value)
        until = (
            f"it was last as {'high' if sign > 0 else 'low'} {wording.in_period(last)}"
            if last
            else f"before it the {which} was {with_unit(best)} {wording.in_period(best.period)}"
        )
        truth = f"{with_unit(now)} {wording.in_period(now.period)}; {until}"
        instead = (write_role(role, asked.target.name),) if last is not before[-1].period else ()
        return Said(words, holds, truth, instead)

    return claim


def _first(role: str) -> Callable[[Asked], Said]:
    side = role.partition("-")[2]  # above or below
    sign = 1 if side == "above" else -1

    def claim(asked: Asked) -> Said:
        if side not in asked.options:
            raise CannotBindError(f"needs the number after a comma: {{{role}}}`{asked.target.name}, {side} 50`")
        given = asked.options[side].rstrip("%").replace(",", "").lstrip("£")
        if not re.fullmatch(r"-?\d{1,12}(\.\d{1,6})?", given):
            raise CannotBindError(
                f"'{asked.options[side]}' is no number that a figure could be: write one like 50 or 2.5"
            )
        line = float(given) * asked.pm.unit.shown_in
        now, before = _history(asked)
        on_side = [sign * (wording.as_shown(asked.pm, f.value) - line) > 0 for f in before]
        is_now = sign * (wording.as_shown(asked.pm, now.value) - line) > 0
        last = next((f.period for f, was in zip(reversed(before), reversed(on_side), strict=True) if was), None)
        there = f"{side} {wording.format_value(asked.pm, line)}"
        words = f"for the first time{f' since {last.label}' if last else ''} {there}"
        if "since" in asked.options and last != asked.period_option("since"):
            was = f"was last {there} {wording.in_period(last)}" if last else f"was never {there} before"
            return Said(words, holds=False, truth=f"it {was}")
        newest, last_one = (f"{with_unit(f)} {wording.in_period(f.period)}" for f in (now, before[-1]))
        truth = f"{newest}, {last_one}"
        return Said(words, is_now and not on_side[-1], truth)

    return claim


# --- all of them ----------------------------------------------------------------------------------


def _entry(
    role: str,
    says: str,
    make: Callable[[Asked], Said],
    *,
    parts: tuple[str, ...] = (),
    options: tuple[str, ...] = (),
) -> Entry:
    return Entry(role, Kind.CLAIM, says, make, "measure", options, parts)


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
_ANY = ("area", "period", "group")
_ENDS = ("area", "group", "dimension")

CLAIMS = (
    *(_entry(role, says, _change(role), parts=_ANY, options=("since",)) for role, says in _OF_CHANGE.items()),
    *(_entry(role, says, _change(role)) for role, says in _OF_LONG.items()),
    *(_entry(role, _CHANGE_WORDS[role], _change(role)) for role in _OF_ABSENCE),
    _judged("improved", State.IMPROVING, "improved"),
    _judged("got-worse", State.GETTING_WORSE, "got worse"),
    _entry("within-range", "the newest figure is inside its usual range", _within_range),
    _entry("late", "the next figure should have come by now", _late),
    _entry("new-figure", "the figure came since the last report", _new),
    _entry("definition-changed", "what is counted changed, and when", _definition_changed),
    *(
        _entry(role, words.format(place="England, its region or neighbours"), _beside(role), parts=("area", "group"))
        for role, words in BESIDE_WORDS.items()
    ),
    *(_entry(role, words, _target(role)) for role, (_, words) in _TARGETS.items()),
    *(
        _entry(role, f"{says} {which} ward or group", _ranked(role, which, how), parts=_ENDS)
        for which in ("highest", "lowest")
        for role, how, says in (
            (which, "alone", "the"),
            (f"{which}-shown", "shown", "of those that can be shown, the"),
            (f"among-{which}", "among", "one of several that cannot be told apart, the"),
        )
    ),
    *(_entry(role, words, _gap(role), parts=("dimension",)) for role, (_, words) in _GAPS.items()),
    _entry("differ", "the two ends of a gap differ clearly", _differ, parts=("dimension",)),
    *(_entry(role, words, _slope(role), parts=("dimension",)) for role, (_, words) in _SLOPES.items()),
    *(
        _entry(role, f"the {role[:-6]} since a period, which it names", _record(role), parts=_ANY, options=("since",))
        for role in ("highest-since", "lowest-since")
    ),
    *(
        _entry(role, f"for the first time {role[6:]} a number", _first(role), parts=_ANY, options=(role[6:], "since"))
        for role in ("first-above", "first-below")
    ),
)  # fmt: skip
