"""Figures that can be right and seldom are: each wants a word from whoever brings it before it is taken in.

What cannot be is refused by `schema`. What is only unlikely is an oddity: a slipped digit, last quarter's row
sent again, wards that do not add up. An oddity has a name; a role confirms it under that name, with a reason
that the receipt keeps, or the file is put right. A figure that the hub already holds unchanged is not asked
about again.

How far is far. A figure is set against up to twelve earlier ones of its own series, at least five, all of one
definition. Its distance is that to the nearest of three guesses: the middle one of them, the last, and that of
the same quarter or month a year before. It is a spike where the distance is more than k times the average
distance of the earlier figures from their middle (the largest left out), and more than 5% of the middle, and,
where cases are counted, more than chance gives counts of that size. k depends on how many earlier figures
there are, and is chosen so that one steady series in 200 raises a false alarm; `benchmarks/screening.py` works
it out, and measures how often real mistakes are seen.
"""

from collections.abc import Sequence
from difflib import get_close_matches

import pandas as pd

from pmif.errors import Fault
from pmif.framework import Framework
from pmif.geography import Areas
from pmif.hub import Confirmation
from pmif.intake.screening.oddity import Found, Oddity, named
from pmif.intake.screening.one_figure import check_each
from pmif.intake.screening.several_figures import check_alike, check_parts
from pmif.intake.screening.side_by_side import Figures

__all__ = ["Oddity", "screen", "stray_confirmations", "unconfirmed"]


def screen(rows: pd.DataFrame, history: pd.DataFrame, framework: Framework, areas: Areas) -> list[Oddity]:
    """What is odd in checked, typed rows, beside what was known before (typed rows of the hub; may be none).

    Single figures in the order of the rows, then sums. A figure has at most one of unit-slip, direction-flip
    and spike: the one that says most.
    """
    if rows.empty:
        return []
    figures = Figures.of(rows, history, framework)
    flags = list(check_each(figures))
    found = sorted((int(figures.row[at]), place, int(at)) for place, flag in enumerate(flags) for at in flag.at)
    single = [Found(at, flags[place].kind, flags[place].say(at)) for _, place, at in found]
    return named(rows, figures, [*single, *check_alike(figures, areas), *check_parts(figures, areas)])


def unconfirmed(oddities: Sequence[Oddity], confirmations: Sequence[Confirmation]) -> list[Oddity]:
    """The oddities that no confirmation names."""
    settled = {c.oddity for c in confirmations}
    return [oddity for oddity in oddities if oddity.name not in settled]


def stray_confirmations(
    oddities: Sequence[Oddity], confirmations: Sequence[Confirmation], places: Sequence[str]
) -> list[Fault]:
    """Confirmations that name no oddity, or give no reason: what they were meant for is still open.

    `places` says of each confirmation where it was given.
    """
    names = {oddity.name: None for oddity in oddities}
    faults = []
    for one, place in zip(confirmations, places, strict=True):
        if one.oddity not in names:
            close = get_close_matches(one.oddity, names, n=3, cutoff=0.7)
            advice = f"did you mean {' or '.join(close)}?" if close else "leave it out"
            faults.append(Fault(place, f"nothing odd is named '{one.oddity}': {advice}"))
        elif not one.reason.strip():
            faults.append(Fault(place, "has no reason: say how it is known that the figure is right"))
    return faults
