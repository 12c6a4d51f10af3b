"""The usual range of a measure's figures, in words: on its row, in its verdict and on its control chart."""

import math
from dataclasses import dataclass

from pmif.disclosure import PublishedMeasure, Went
from pmif.exhibits import wording
from pmif.methods import signals


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


@dataclass(frozen=True)
class Decimals:
    """How many decimals the newest figure is written with beside its range, and the range and its average."""

    value: int
    limits: int


def usual_decimals(pm: PublishedMeasure) -> Decimals:
    """As the measure has them; more where a newest figure outside the range would not read as outside.

    The range gets them first: a figure that is published as a whole number is not written as 6.0.
    """
    limits, value, own = usual_limits(pm), pm.finding.value, pm.measure.decimals
    side = side_of(value, limits) if limits is not None and value is not None else "within"
    if limits is None or value is None or side == "within":
        return Decimals(own, own)
    limit = limits[1] if side == "above" else limits[0]

    def reads_as_outside(decimals: Decimals) -> bool:
        written = [
            round(number / pm.unit.shown_in, places)
            for number, places in ((value, decimals.value), (limit, decimals.limits))
        ]
        return written[0] > written[1] if side == "above" else written[0] < written[1]

    tried = [Decimals(own, own), Decimals(own, own + 1), Decimals(own, own + 2), Decimals(own + 1, own + 1)]
    return next((one for one in tried if reads_as_outside(one)), Decimals(own + 2, own + 2))


def usual_words(pm: PublishedMeasure) -> str:
    """ "usual range of 74.3% to 84.9%, trial limits from 7 figures". Empty where there is none."""
    limits = usual_limits(pm)
    if limits is None:
        return ""
    usual = pm.finding.usual
    trial = f", trial limits from {wording.counted(usual.points - 1, 'figure')}" if usual.provisional else ""
    low, high = (wording.format_value(pm, limit, usual_decimals(pm).limits) for limit in limits)
    return f"usual range of {low} to {high}{trial}"


WEAK = 3  # so many earlier figures outside a range say that the series was never steady


def weak_words(pm: PublishedMeasure) -> str:
    """That the range is a weak guide, where many of the figures that drew it lie outside it; else empty."""
    outside = pm.finding.usual.outside
    if not pm.finding.usual.provisional or outside < WEAK:
        return ""
    return f"a weak guide, since {outside} of the {pm.finding.usual.points - 1} earlier figures lie outside it too"


def run_words(pm: PublishedMeasure) -> str:
    """What the newest figure shows although it lies within the range: a run that chance seldom makes. Else empty."""
    up = pm.finding.usual.went is Went.HIGHER
    return {
        signals.TREND: f"{'higher' if up else 'lower'} than the figure before at least five times running",
        signals.SHIFT: f"at least seven figures in a row {'above' if up else 'below'} the average",
        signals.TWO_OF_THREE: f"two of three figures near the {'top' if up else 'bottom'} of the usual range",
    }.get(pm.finding.usual.rule, "")
