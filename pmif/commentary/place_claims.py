"""Claims about wards and groups: which stands highest, do gaps narrow, does it follow deprivation?"""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from pmif.commentary.notation import write_role
from pmif.commentary.ranking import Ends, ends, gap_of
from pmif.commentary.values import with_unit
from pmif.commentary.vocabulary import ESTIMATE, Asked, CannotBindError, Entry, Kind, Said
from pmif.exhibits import gap_wording, wording


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
    return next(f.name for f in reversed(asked.pm.figures) if f.area == named.area)


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


_claim = partial(Entry, Kind.CLAIM)

PLACES = (
    *(
        _claim(role, f"{says} {which} ward or group", _ranked(role, which, how), parts=("area", "group", "dimension"))
        for which in ("highest", "lowest")
        for role, how, says in (
            (which, "alone", "the"),
            (f"{which}-shown", "shown", "of those that can be shown, the"),
            (f"among-{which}", "among", "one of several that cannot be told apart, the"),
        )
    ),
    *(_claim(role, words, _gap(role), parts=("dimension",)) for role, (_, words) in _GAPS.items()),
    _claim("differ", "the two ends of a gap differ clearly", _differ, parts=("dimension",)),
    *(_claim(role, words, _slope(role), parts=("dimension",)) for role, (_, words) in _SLOPES.items()),
)
