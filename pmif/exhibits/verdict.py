"""One sentence a measure that puts direction, level and target together, with the evidence for each.

Direction (is it changing?) and level (where is it beside England?) stay two facts, and a target is a third.
Where they do not point the same way the sentence says "but", and is marked as mixed.
"""

from dataclasses import dataclass

from pmif.disclosure import JudgedBy, Level, PublishedMeasure, State, TargetRating, Went
from pmif.exhibits import wording
from pmif.exhibits.usual_range import run_words, usual_decimals, usual_words, weak_words


@dataclass(frozen=True)
class Verdict:
    """What the tests say of a measure, in a sentence; `mixed` where they do not all point the same way."""

    sentence: str
    mixed: bool


def verdict(pm: PublishedMeasure) -> Verdict:
    """Direction with its evidence, then the side of England and the target: facts that agree are joined by "and",
    those that do not by "but". Empty for a measure without a figure."""
    finding = pm.finding
    if finding.value is None:
        return Verdict("", mixed=False)
    direction = {State.IMPROVING: 1, State.GETTING_WORSE: -1}.get(finding.state, 0)
    facts = [fact for fact in (_level_fact(pm), _target_fact(pm)) if fact[0]]
    with_it = [words for words, side in facts if side * direction >= 0]
    against_it = [words for words, side in facts if side * direction < 0]
    tests_disagree = _tests_disagree(pm)
    evidence = evidence_words(pm)
    sentence = f"{_direction_head(pm)}{f' ({evidence})' if evidence else ''}"
    if with_it:
        sentence += f", {wording.listed(with_it)}"
    if against_it:
        sentence += f", but {wording.listed(against_it)}"
    if tests_disagree:
        sentence += f"; {tests_disagree}"
    elif finding.judged_by in (JudgedBy.USUAL_RANGE, JudgedBy.TREND) and finding.step.went is Went.NO_CHANGE:
        assert finding.step.period is not None
        sentence += f"; the change since {finding.step.period.label} alone is too small to tell"
    if weak := weak_words(pm):
        sentence += f"; its usual range is {weak}"
    return Verdict(f"{sentence}.", mixed=bool(against_it or tests_disagree or not wording.last_step_agrees(pm)))


def _direction_head(pm: PublishedMeasure) -> str:
    finding = pm.finding
    match finding.state:
        case State.MOVED if not wording.last_step_agrees(pm):
            return wording.state_words(pm)
        case State.MOVED:
            way = "Higher" if finding.judged_by and finding.tests[finding.judged_by].went is Went.HIGHER else "Lower"
            return f"{way}, in cash terms" if finding.in_cash_terms else f"{way}, neither good nor bad in itself"
        case State.CHANGE_NOT_TESTED:
            return "Change not tested"
        case _:
            return wording.state_words(pm)


def evidence_words(pm: PublishedMeasure) -> str:
    """What the deciding test found; or, where none found a change, which were made or why none could be."""
    finding = pm.finding
    match finding.state:
        case State.IMPROVING | State.GETTING_WORSE | State.MOVED:
            found = change_words(pm)
            if not found.startswith(("above", "below")):
                return found
            return f"{_value(pm)} is {found}"
        case State.NO_DETECTABLE_CHANGE:
            made = []
            if finding.step.went:
                made.append(f"the intervals{_of_which(pm)} overlap")
            if finding.trend.went:
                made.append("no trend over five years")
            if finding.usual.went is Went.NO_CHANGE:
                made.append(f"within its {usual_words(pm)}")
            return "; ".join(made)
        case State.CHANGE_NOT_TESTED:
            reasons = (finding.step.reason, finding.usual.reason)
            return "; ".join(wording.lower_first(reason).rstrip(".") for reason in reasons if reason)
        case _:
            return wording.lower_first(finding.reason.rstrip("."))


def _value(pm: PublishedMeasure) -> str:
    """The newest figure, as exact as it is written beside its usual range where that found the change."""
    by_range = pm.finding.judged_by is JudgedBy.USUAL_RANGE or pm.finding.judged_by is None
    return wording.format_value(pm, pm.finding.value or 0, usual_decimals(pm).value if by_range else None)


def _of_which(pm: PublishedMeasure) -> str:
    """ " of this and 2019 to 2021", where the figure judged against is not the previous one."""
    step = pm.finding.step
    if step.period is None or step.period == pm.finding.previous_period:
        return ""
    return f" of this and {step.period.label}"


def change_words(pm: PublishedMeasure) -> str:
    """What the deciding test found, to stand after the newest figure: "above 49.4% in 2021, and the intervals ..."."""
    finding = pm.finding
    assert finding.judged_by is not None
    side = "above" if finding.tests[finding.judged_by].went is Went.HIGHER else "below"
    match finding.judged_by:
        case JudgedBy.STEP:
            assert finding.step.value is not None and finding.step.period is not None
            before = f"{wording.format_value(pm, finding.step.value)} {wording.in_period(finding.step.period)}"
            return f"{side} {before}, and the intervals do not overlap"
        case JudgedBy.USUAL_RANGE:
            back = "" if wording.last_step_agrees(pm) else ", though nearer than the figure before"
            return f"{run_words(pm) or f'{side} its {usual_words(pm)}'}{back}"
        case JudgedBy.TREND:
            since = f" since {finding.trend.since.label}" if finding.trend.since else ""
            return f"a {'rising' if side == 'above' else 'falling'} trend over five years{since}"


def _tests_disagree(pm: PublishedMeasure) -> str:
    """Where two tests find changes that go opposite ways, which does not agree with the one that decides."""
    finding = pm.finding
    if finding.judged_by is None:
        return _outranked(pm)
    decided = finding.tests[finding.judged_by].went
    other = {Went.HIGHER: Went.LOWER, Went.LOWER: Went.HIGHER}.get(decided) if decided else None
    if finding.judged_by is JudgedBy.STEP and finding.usual.went is Went.NO_CHANGE:
        return f"yet it is within its {usual_words(pm)}"
    found = {
        JudgedBy.TREND: "the trend over five years goes the other way",
        JudgedBy.USUAL_RANGE: "it is still on the other side of its usual range",
    }
    return wording.listed([words for test, words in found.items() if finding.tests[test].went is other])


def _outranked(pm: PublishedMeasure) -> str:
    """Trial limits that find a change, where the published intervals find none and decide."""
    finding = pm.finding
    if finding.value is None or finding.usual.went not in (Went.HIGHER, Went.LOWER):
        return ""
    side = "above" if finding.usual.went is Went.HIGHER else "below"
    return f"yet {_value(pm)} is {side} its {usual_words(pm)}"


def _level_fact(pm: PublishedMeasure) -> tuple[str, int]:
    comparison = pm.finding.benchmarks.get("country")
    side = {Level.BETTER: 1, Level.WORSE: -1}.get(comparison.level, 0) if comparison and comparison.level else 0
    return wording.comparison_words(pm, "country"), side


def _target_fact(pm: PublishedMeasure) -> tuple[str, int]:
    rating = pm.finding.target
    if rating is None:
        return "", 0
    words = target_words(rating)
    if rating is TargetRating.MET and pm.finding.usual.assurance in ("hit and miss", "consistently fail"):
        words += " this time, which its usual ups and downs alone may undo"
    return words, {TargetRating.MET: 1, TargetRating.MISSED: -1}.get(rating, 0)


def target_words(rating: TargetRating) -> str:
    return {
        TargetRating.MET: "on target",
        TargetRating.CLOSE: "close to its target",
        TargetRating.MISSED: "off target",
        TargetRating.NOT_YET: "not yet at its target, whose day has not come",
    }[rating]


def changes_tested(pm: PublishedMeasure) -> list[tuple[str, str]]:
    """Every test of change, with what it says or why it cannot be made."""
    finding = pm.finding
    names = {
        JudgedBy.STEP: "Two intervals",
        JudgedBy.USUAL_RANGE: "Usual range",
        JudgedBy.TREND: "Recent trend",
    }
    said = []
    for test, name in names.items():
        outcome = finding.tests[test]
        if outcome.reason:
            said.append((name, outcome.reason))
        elif outcome.went is not None:
            said.append((name, f"{_found(pm, test, outcome.went)}."))
    return said


def _found(pm: PublishedMeasure, test: JudgedBy, went: Went) -> str:
    """What one test found, and beside what."""
    finding = pm.finding
    change = "No change" if went is Went.NO_CHANGE else str(went).capitalize()
    match test:
        case JudgedBy.STEP if finding.step.period is not None and finding.step.value is not None:
            before = f"{wording.format_value(pm, finding.step.value)} {wording.in_period(finding.step.period)}"
            return f"{change}, beside {before}"
        case JudgedBy.USUAL_RANGE:
            if run := run_words(pm):
                return f"{run[0].upper()}{run[1:]}, beside a {usual_words(pm)}"
            side = {Went.HIGHER: "Above", Went.LOWER: "Below"}.get(went, "Inside")
            return f"{side} its {usual_words(pm)}"
        case JudgedBy.TREND if finding.trend.since is not None:
            return f"{change}, since {finding.trend.since.label}"
        case _:
            return change
