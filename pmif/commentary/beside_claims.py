"""Claims that set a figure beside another: England's, its region's, its neighbours', or its target."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from pmif.commentary.notation import write_role
from pmif.commentary.values import with_unit
from pmif.commentary.vocabulary import NOT_TESTED, Asked, CannotBindError, Entry, Kind, Said
from pmif.disclosure import Level, PublishedMeasure, TargetRating
from pmif.exhibits import verdict, wording

BESIDE_WORDS = {
    "better-than": "better than {place}",
    "worse-than": "worse than {place}",
    "higher-than": "higher than {place}",
    "lower-than": "lower than {place}",
    "similar-to": "similar to {place}",
    "higher-than-not-tested": "higher than {place}",
    "lower-than-not-tested": "lower than {place}",
    "same-as": "the same as {place}",
}

_CAUTIONS = {"higher-than-not-tested": NOT_TESTED, "lower-than-not-tested": NOT_TESTED}


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
            _CAUTIONS.get(role, ""),
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
        _CAUTIONS.get(role, ""),
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


_claim = partial(Entry, Kind.CLAIM)
_OTHERS = "England, its region or neighbours"

BESIDE = (
    *(
        _claim(
            role,
            f"{words.format(place=_OTHERS)} {_CAUTIONS.get(role, '')}".rstrip(),
            _beside(role),
            parts=("area", "group"),
        )
        for role, words in BESIDE_WORDS.items()
    ),
    *(_claim(role, words, _target(role)) for role, (_, words) in _TARGETS.items()),
)
