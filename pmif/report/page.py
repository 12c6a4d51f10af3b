"""A page being made: which part of the framework it is about, and the published figures it may show."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from pmif.disclosure import Published, PublishedMeasure, open_published
from pmif.errors import RunError
from pmif.framework import Bearing, Objective, Outcome
from pmif.report.commentary import Commentary, read_commentary


@dataclass(frozen=True)
class Page:
    """What every function of a notebook's cells is given."""

    id: str
    root: Path
    published: Published

    @property
    def objective(self) -> Objective:
        """The policy objective this page is about."""
        found = next((o for o in self.published.framework.objectives if o.id == self.id), None)
        if found is None:
            raise RunError(f"page '{self.id}' is not about one policy objective")
        return found

    @property
    def outcomes(self) -> tuple[Outcome, ...]:
        """The outcomes of the objective, or the four areas of the scorecard; none on other pages."""
        framework = self.published.framework
        if self.id == framework.scorecard.id:
            return framework.scorecard.areas
        return next((o.outcomes for o in framework.objectives if o.id == self.id), ())

    @property
    def owner(self) -> str:
        """The role that answers for this page."""
        framework = self.published.framework
        owners = {o.id: o.owner for o in framework.objectives} | {framework.scorecard.id: framework.scorecard.owner}
        return framework.role(owners.get(self.id, "to-confirm")).title

    @cached_property
    def commentary(self) -> Commentary | None:
        return read_commentary(self.root, self.published.report, self.id, self.published.framework)

    def outcome(self, outcome_id: str) -> Outcome:
        """Errors: RunError where this page has no such outcome."""
        found = next((o for o in self.outcomes if o.id == outcome_id), None)
        if found is None:
            known = ", ".join(o.id for o in self.outcomes) or "none"
            raise RunError(f"page '{self.id}' has no outcome '{outcome_id}', but {known}")
        return found

    def measure(self, measure_id: str) -> PublishedMeasure:
        return self.published.measure(measure_id)

    def evidence(self, outcome_id: str) -> tuple[PublishedMeasure, ...]:
        """The measures that count as evidence for an outcome."""
        return _bearing(self.published.measures_of(outcome_id), Bearing.EVIDENCE)

    def related(self, outcome_id: str) -> tuple[PublishedMeasure, ...]:
        """The measures that only touch an outcome, and are never counted as evidence for it."""
        return _bearing(self.published.measures_of(outcome_id), Bearing.RELATED)

    @cached_property
    def counted(self) -> tuple[PublishedMeasure, ...]:
        """The measures a summary of this page counts: its outcomes' evidence."""
        return tuple(pm for outcome in self.outcomes for pm in self.evidence(outcome.id))

    @cached_property
    def everything(self) -> tuple[PublishedMeasure, ...]:
        """The measures a summary of the whole report counts: evidence for any outcome or scorecard area."""
        framework = self.published.framework
        parts = [*(o for x in framework.objectives for o in x.outcomes), *framework.scorecard.areas]
        return tuple(pm for part in parts for pm in self.evidence(part.id))

    @cached_property
    def addresses(self) -> dict[str, str]:
        """Where the row of every measure with a page stands."""
        framework = self.published.framework
        parts = [(o.id, o.outcomes) for o in framework.objectives]
        parts.append((framework.scorecard.id, framework.scorecard.areas))
        return {
            m.id: f"{page}.html#m-{m.id}"
            for page, outcomes in parts
            for outcome in outcomes
            for m in framework.measures_of(outcome.id)
        }

    @cached_property
    def with_wards(self) -> tuple[PublishedMeasure, ...]:
        """Every measure of the report that has figures for wards."""
        return tuple(pm for pm in self.published.all_measures if not pm.wards().empty)


def open_page(page_id: str, period: str = "current", root: Path | str = "..") -> Page:
    """Open a page of a report.

    Errors: RunError where the figures of that period have not been built.
    """
    root = Path(root).resolve()
    return Page(page_id, root, open_published(root, period))


def _bearing(measures: tuple[PublishedMeasure, ...], bearing: Bearing) -> tuple[PublishedMeasure, ...]:
    return tuple(pm for pm in measures if pm.measure.bearing is bearing)
