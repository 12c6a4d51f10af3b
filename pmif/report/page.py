"""A page being made: which part of the framework it is about, and the published figures it may show."""

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from pmif.commentary import read_bound
from pmif.commentary.binding import BoundText
from pmif.commentary.text import text_file
from pmif.disclosure import Published, PublishedMeasure, open_published
from pmif.errors import RunError
from pmif.framework import Bearing, Objective, Outcome


@dataclass(frozen=True)
class Page:
    """What every function of a notebook's cells is given."""

    id: str
    root: Path
    published: Published
    # The text as last read, by the bytes of its file; one at most.
    _words: dict[bytes, BoundText | None] = field(default_factory=dict, repr=False, compare=False)

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
        return self.published.parts_of(self.id)

    @property
    def owner(self) -> str:
        """The role that answers for this page."""
        return self.published.framework.owner(self.id).title

    @property
    def commentary(self) -> BoundText | None:
        """What staff wrote about this page, with its figures filled in; read anew whenever the file has changed.

        Errors: CommentaryError where the words cannot be read, or where the figures do not bear them out.
        """
        file = text_file(self.root, self.published.report, self.id)
        now = file.read_bytes() if file.exists() else b""
        if now not in self._words:
            self.forget_words()
            self._words[now] = read_bound(self.root, self.published, self.id)
        return self._words[now]

    @property
    def has_read_words(self) -> bool:
        """Whether anything has asked for the commentary since it was last forgotten."""
        return bool(self._words)

    def forget_words(self) -> None:
        self._words.clear()

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
        return self.published.evidence(outcome_id)

    def related(self, outcome_id: str) -> tuple[PublishedMeasure, ...]:
        """The measures that only touch an outcome, and are never counted as evidence for it."""
        measures = self.published.measures_of(outcome_id)
        return tuple(pm for pm in measures if pm.measure.bearing is Bearing.RELATED)

    @cached_property
    def counted(self) -> tuple[PublishedMeasure, ...]:
        """The measures that a summary of this page counts: its outcomes' evidence."""
        return self.published.counted(self.id)

    @cached_property
    def with_wards(self) -> tuple[PublishedMeasure, ...]:
        """Every measure of the report that has figures for wards."""
        return tuple(pm for pm in self.published.all_measures if pm.wards)


def open_page(page_id: str, period: str = "current", root: Path | str = "..") -> Page:
    """Open a page of a report.

    Errors: RunError where the figures of that period have not been built.
    """
    root = Path(root).resolve()
    return Page(page_id, root, open_published(root, period))
