"""What no single entry of the framework can know: that every id points at something, and places are taken once."""

from collections.abc import Callable, Iterable, Iterator

from pydantic import BaseModel

from pmif.errors import Fault
from pmif.framework.model import TO_CONFIRM, Bearing, Framework, Intervention, Judgement, Measure, Objective, Scorecard

OBJECTIVES = ("po1", "po2", "po3", "po4", "po5", "po6")
LIFE_TABLE_BANDS = 20
REPORTING = "data/framework/reporting.yml"

Place = Callable[[type[BaseModel], str], str]  # where an entry stands: file and line


def outcome_ids(framework: Framework) -> tuple[str, ...]:
    """Every outcome and scorecard area, in the order of the framework."""
    parts = [*(objective.outcomes for objective in framework.objectives), framework.scorecard.areas]
    return tuple(outcome.id for outcomes in parts for outcome in outcomes)


def cross_check(framework: Framework, methods: Iterable[str], place: Place) -> Iterator[Fault]:
    """Every id that is not defined, defined twice or out of place, with what was probably meant."""
    known = {
        "outcome": set(outcome_ids(framework)),
        "unit": {u.id for u in framework.units},
        "owner": {r.id for r in framework.roles},
        "source": {s.id for s in framework.sources},
        "disclosure": {r.id for r in framework.disclosure_rules},
        "method": set(methods),
        "committees": {c.id for c in framework.committees},
        "objective": {o.id for o in framework.objectives},
        "groups": {d.id for d in framework.dimensions},
        "bands": {d.id for d in framework.dimensions},
    }
    known["who"] = known["committees"] | known["owner"]
    for where, what, field, value in _references(framework, place):
        if value not in known[field]:
            yield Fault(where, f"{what}, {field} is '{value}', which is not defined: {_nearest(value, known[field])}")
    if TO_CONFIRM not in known["owner"]:
        problem = f"the role '{TO_CONFIRM}' is missing: it stands for an owner not yet named"
        yield Fault("data/framework/roles.yml", problem)
    yield from _out_of_place(framework, place)


def _references(framework: Framework, place: Place) -> Iterator[tuple[str, str, str, str]]:
    """Every id that one entry gives of another: where it stands, whose it is, in which field, and the id."""
    for measure in framework.measures:
        where, what = place(Measure, measure.id), f"measure '{measure.id}'"
        if measure.outcome is not None:
            yield where, what, "outcome", measure.outcome
        for field in ("unit", "owner", "source", "disclosure", "method"):
            yield where, what, field, getattr(measure, field)
        for dimension in measure.groups:
            yield where, what, "groups", dimension
        if measure.bands is not None:
            yield where, what, "bands", measure.bands
    for intervention in framework.interventions:
        for appearance in intervention.appears:
            where = place(Intervention, intervention.id)
            yield where, f"intervention '{intervention.id}'", "objective", appearance.objective
    parts: tuple[Objective | Scorecard, ...] = (*framework.objectives, framework.scorecard)
    for part in parts:
        where, what = place(type(part), part.id), f"'{part.id}'"
        yield where, what, "owner", part.owner
        for committee in part.committees:
            yield where, what, "committees", committee
    for judgement in framework.judgements:
        yield place(Judgement, judgement.id), f"judgement '{judgement.id}'", "source", judgement.source
    for step in framework.reporting.calendar:
        for who in step.who:
            yield REPORTING, "calendar", "who", who


def _out_of_place(framework: Framework, place: Place) -> Iterator[Fault]:
    outcomes = outcome_ids(framework)
    for twice in sorted({o for o in outcomes if outcomes.count(o) > 1}):
        yield Fault("data/framework", f"outcome '{twice}' is defined more than once: ids are used once")
    for name, objective in zip(OBJECTIVES, framework.objectives, strict=False):
        if objective.id != name:
            where = place(Objective, objective.id)
            yield Fault(where, f"objective id is '{objective.id}', expected '{name}'")
    for measure in framework.measures:
        if measure.bearing is Bearing.CONTEXT and measure.target:
            where = place(Measure, measure.id)
            yield Fault(where, f"measure '{measure.id}' describes the place, so it can have no target")
    yield from _unfit_bands(framework, place)
    taken: dict[tuple[str, int], str] = {}
    for intervention in framework.interventions:
        for appearance in intervention.appears:
            if other := taken.get((appearance.objective, appearance.place)):
                problem = f"place {appearance.place} of {appearance.objective} is already taken by '{other}'"
                where = place(Intervention, intervention.id)
                yield Fault(where, f"intervention '{intervention.id}': {problem}")
            taken[appearance.objective, appearance.place] = intervention.id


def _unfit_bands(framework: Framework, place: Place) -> Iterator[Fault]:
    """Age bands that a measure's method cannot work with."""
    dimensions = {d.id: d for d in framework.dimensions}
    for measure in framework.measures:
        if measure.bands not in dimensions:
            continue
        bands, what = dimensions[measure.bands], f"measure '{measure.id}', bands '{measure.bands}'"
        where = place(Measure, measure.id)
        if measure.method == "directly-standardised-rate" and any(g.weight is None for g in bands.groups):
            problem = "lists groups without a weight: give each the people a standard population has in it"
            yield Fault(where, f"{what} {problem}")
        if measure.method == "life-expectancy" and len(bands.groups) != LIFE_TABLE_BANDS:
            problem = (
                f"has {len(bands.groups)} groups, expected {LIFE_TABLE_BANDS}: ages 0, 1 to 4, 5 to 9, … 90 and over"
            )
            yield Fault(where, f"{what} {problem}")


def _nearest(value: str, choices: set[str]) -> str:
    from difflib import get_close_matches  # only needed when something is wrong

    close = get_close_matches(value, sorted(choices), n=3, cutoff=0.5)
    if close:
        return f"did you mean {' or '.join(repr(c) for c in close)}?"
    return f"use one of {', '.join(sorted(choices)[:12])}{' …' if len(choices) > 12 else ''}"
