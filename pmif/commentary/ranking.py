"""Which ward or group stands highest or lowest, and whether that may be said."""

from dataclasses import dataclass

from pmif.commentary.vocabulary import Asked, CannotBindError, NamedFigure, known
from pmif.disclosure import Gap
from pmif.exhibits import gap_wording, wording
from pmif.period import Period


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
    rows = pm.wards() if gap.dimension == "ward" else pm.by_group(gap.dimension)
    column = "area_name" if gap.dimension == "ward" else "group"
    shown = rows[rows["status"] == "shown"].sort_values("value", ascending=which == "lowest", kind="stable")
    if len(shown) < 2:
        raise CannotBindError(f"fewer than two figures by {gap.dimension} can be shown")
    names = [gap_wording.group_title(pm, gap.dimension, str(name)) for name in shown[column]]
    first = shown.iloc[0]
    limits = (float(first["lower"]), float(first["upper"]))
    level = [
        n
        for n, (value, lower, upper) in enumerate(zip(shown["value"], shown["lower"], shown["upper"], strict=True))
        if wording.as_shown(pm, value) == wording.as_shown(pm, first["value"])
        or (lower <= limits[1] and limits[0] <= upper)  # False where either has no interval
    ]
    among = tuple(names[n] for n in level)
    hidden = int((rows["status"] != "shown").sum())
    figure = NamedFigure(pm, Period.parse(first["period"]), float(first["value"]), *map(known, limits))
    doubt = ""
    if len(among) > 1:
        doubt = f"{wording.listed(among)} cannot be told apart, so none of them alone is the {which}"
    elif hidden:
        doubt = f"{hidden} of {len(rows)} are not shown, so which is the {which} of all cannot be said"
    return Ends(names[0], figure, doubt, hidden, among)
