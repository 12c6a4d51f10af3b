"""How many measures are in each state: what a summary counts."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from pmif.disclosure import Due, Level, PublishedMeasure, State
from pmif.exhibits import wording
from pmif.framework import Bearing


@dataclass(frozen=True)
class Counts:
    """How many measures are in each state, due or not, and on which side of England."""

    total: int
    states: Counter[State]
    due: Counter[Due]
    levels: Counter[str]  # better, similar, worse (tested); untested; none

    @property
    def tested(self) -> int:
        return sum(self.states[s] for s in wording.TESTED)


def evidence(measures: Iterable[PublishedMeasure]) -> list[PublishedMeasure]:
    """Those that a summary counts: evidence for an outcome or a scorecard area."""
    return [pm for pm in measures if pm.measure.bearing is Bearing.EVIDENCE]


def count(measures: Iterable[PublishedMeasure]) -> Counts:
    every = evidence(measures)
    return Counts(
        len(every),
        Counter(pm.finding.state for pm in every),
        Counter(pm.finding.due for pm in every),
        Counter(_side(pm) for pm in every),
    )


def _side(pm: PublishedMeasure) -> str:
    comparison = pm.finding.benchmarks.get("country")
    if comparison is None or comparison.level is None:
        return "none"
    if not comparison.tested:
        return "untested"
    match comparison.level:
        case Level.BETTER:
            return "better"
        case Level.WORSE:
            return "worse"
        case Level.SIMILAR | Level.SAME:
            return "similar"
        case _:
            return "neutral"  # clearly higher or lower, of a measure that is neither good nor bad
