"""Which ward or group stands highest or lowest, and whether that may be said."""

from dataclasses import dataclass
from itertools import compress

from pmif.commentary.vocabulary import Asked, CannotBindError, NamedFigure, touch
from pmif.disclosure import Gap
from pmif.exhibits import gap_wording, wording


@dataclass(frozen=True)
class Ends:
    """One end of a measure's wards or groups. `doubt` says why it may not be named, blank where it may."""

    name: str
    figure: NamedFigure
    doubt: str = ""
    hidden: int = 0  # of all of them, how many are not shown
    among: tuple[str, ...] = ()  # those that cannot be told from it, itself first


def gap_of(asked: Asked) -> Gap:
    """The gap that is named: x/sex, x/ward, or the only one there is."""
    gaps = asked.pm.gaps
    if not gaps:
        raise CannotBindError(f"'{asked.pm.id}' has no gap between wards or groups to speak of")
    wanted = asked.named.dimension or (gaps[0].dimension if len(gaps) == 1 else "ward")
    found = next((g for g in gaps if g.dimension == wanted), None)
    if found is None:
        names = ", ".join(f"{asked.pm.id}/{g.dimension}" for g in gaps)
        raise CannotBindError(f"'{asked.pm.id}' has no gap by {wanted}: write {names}")
    return found


def ends(asked: Asked, which: str) -> Ends:
    """The highest or lowest ward or group, `which` being one of these two words.

    It may be named where no other is level with it, none is hidden, and no published interval reaches its own.
    Errors: CannotBindError where there are none.
    """
    gap, pm = gap_of(asked), asked.pm
    rows = pm.wards if gap.dimension == "ward" else pm.by_group(gap.dimension)
    sign = 1 if which == "lowest" else -1
    shown = sorted((f for f in rows if f.shown), key=lambda f: sign * f.value)
    if len(shown) < 2:
        raise CannotBindError(f"fewer than two figures by {gap.dimension} can be shown")
    first, *others = (NamedFigure.of(pm, f) for f in shown)
    title, *titles = (
        f.name if gap.dimension == "ward" else gap_wording.group_title(pm, gap.dimension, f.group) for f in shown
    )
    level = [
        wording.as_shown(pm, other.value) == wording.as_shown(pm, first.value) or touch(other, first)
        for other in others
    ]
    among = (title, *compress(titles, level))
    hidden = len(rows) - len(shown)
    doubt = ""
    if len(among) > 1:
        doubt = f"{wording.listed(among)} cannot be told apart, so none of them alone is the {which}"
    elif hidden:
        doubt = f"{hidden} of {len(rows)} are not shown, so which is the {which} of all cannot be said"
    return Ends(title, first, doubt, hidden, among)
