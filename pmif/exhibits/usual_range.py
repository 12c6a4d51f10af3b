"""The usual range of a measure's figures, in words: on its row, in its verdict and on its control chart."""

import math

from pmif.disclosure import PublishedMeasure, Went
from pmif.exhibits import wording
from pmif.methods import spc


def usual_limits(pm: PublishedMeasure) -> tuple[float, float] | None:
    """Both ends of the usual range, no further than the unit goes: no more than 100 per cent, no less than none.

    Missing: None where no usual range could be made; the finding says why.
    """
    usual = pm.finding.usual
    if usual.lower is None or usual.upper is None:
        return None
    lowest, highest = pm.unit.lowest, pm.unit.highest
    return (
        usual.lower if lowest is None else max(usual.lower, lowest),
        usual.upper if highest is None else min(usual.upper, highest),
    )


def side_of(value: float, limits: tuple[float, float]) -> str:
    """Where a value lies: "above", "within" or "below". On a limit it is within, whatever their last binary digits."""
    low, high = limits
    if math.isclose(value, low) or math.isclose(value, high):
        return "within"
    return "above" if value > high else "below" if value < low else "within"


def usual_decimals(pm: PublishedMeasure) -> int:
    """As the measure has them; one or two more where a newest figure outside would read the same as the limit."""
    limits, value, decimals = usual_limits(pm), pm.finding.value, pm.measure.decimals
    if limits is None or value is None:
        return decimals
    limit = {"above": limits[1], "below": limits[0]}.get(side_of(value, limits))
    if limit is None:
        return decimals
    for more in range(2):
        if wording.format_value(pm, limit, decimals + more) != wording.format_value(pm, value, decimals + more):
            return decimals + more
    return decimals + 2


def usual_words(pm: PublishedMeasure) -> str:
    """ "usual range of 74.3 to 84.9, trial limits from 7 figures". Empty where there is none."""
    limits = usual_limits(pm)
    if limits is None:
        return ""
    usual = pm.finding.usual
    trial = f", trial limits from {wording.counted(usual.points - 1, 'figure')}" if usual.provisional else ""
    low, high = (wording.number(limit / pm.unit.shown_in, usual_decimals(pm)) for limit in limits)
    return f"usual range of {low} to {high}{trial}"


def run_words(pm: PublishedMeasure) -> str:
    """What the newest figure shows although it lies within the range: a run that chance seldom makes. Else empty."""
    up = pm.finding.usual.went is Went.HIGHER
    return {
        spc.TREND: f"at least six figures in a row {'rose' if up else 'fell'}",
        spc.SHIFT: f"at least seven figures in a row {'above' if up else 'below'} the average",
        spc.TWO_OF_THREE: f"two of three figures near the {'top' if up else 'bottom'} of the usual range",
    }.get(pm.finding.usual.rule, "")
