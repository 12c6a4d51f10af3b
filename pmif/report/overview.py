"""Are we thriving? One screen of counts, never one blended score; then what moved, the gaps and a map."""

from html import escape

from pmif.disclosure import State
from pmif.exhibits import overview as shown
from pmif.exhibits.counts import count
from pmif.exhibits.exhibit import Exhibit, Fragment, fragment
from pmif.exhibits.ward_map import ward_map
from pmif.framework import Polarity
from pmif.report.page import Page

WIDEST = 5


def thriving(page: Page) -> Fragment:
    """The whole report in counts: what a test can tell, four large counts and the side of England."""
    measures = page.published.everything
    counts = count(measures)
    return fragment(
        f'<p class="pm-lead">{counts.total} measures bear on the six objectives and the Balanced Scorecard. '
        f"For {counts.tested} of them it could be tested whether things are changing.</p>",
        shown.hero_counts(measures),
        f'<p class="pm-small">{escape(shown.due_sentence(counts))}</p>',
        shown.england_bar(measures, full=True, bar_id="all"),
    )


def objective_tiles(page: Page) -> Fragment:
    """Each objective: its measures as marks, the same in words, and the side of England."""
    addresses = {o.id: f"{o.id}.html" for o in page.published.framework.objectives}
    return fragment(shown.marks_key(), shown.objective_tiles(page.published, addresses))


def scorecard_tiles(page: Page) -> Fragment:
    """The four areas of the Balanced Scorecard. External assessment shows judgements."""
    return shown.scorecard_tiles(page.published, f"{page.published.framework.scorecard.id}.html")


def improving(page: Page) -> Fragment:
    """Every measure that a test finds improving."""
    return shown.movers(page.published.everything, State.IMPROVING, page.published.addresses)


def getting_worse(page: Page) -> Fragment:
    """Every measure that a test finds getting worse."""
    return shown.movers(page.published.everything, State.GETTING_WORSE, page.published.addresses)


def widest_gaps(page: Page) -> Exhibit | Fragment:
    """The widest gaps between wards or groups, of measures for which less or more is better."""
    measures = [pm for pm in page.published.everything if pm.measure.polarity is not Polarity.NEUTRAL]
    return shown.widest_gaps(measures, WIDEST) or Fragment("<p>No measure has figures for wards or groups.</p>")


def headline_map(page: Page) -> Exhibit | Fragment:
    """One map: the first ward measure that is evidence for an outcome."""
    first = next((pm for pm in page.published.everything if pm.can_be_mapped), None)
    return (ward_map(first) if first else None) or Fragment("<p>No measure has figures for wards.</p>")
