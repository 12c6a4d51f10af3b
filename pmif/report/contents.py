"""The parts of an objective's page and of the scorecard's, one function a cell of their notebooks.

Headings are the notebooks' own, in the council's words; these functions make what stands below them.
"""

from collections.abc import Sequence
from html import escape

from pmif.commentary import claim_words
from pmif.commentary.listing import words_of
from pmif.commentary.render import measure_notes, part_html, responses_html, summary_html
from pmif.disclosure import Due, PublishedMeasure, State
from pmif.exhibits import wording
from pmif.exhibits.chip import chip
from pmif.exhibits.counts import count
from pmif.exhibits.exhibit import Fragment, fragment
from pmif.exhibits.judgements import judgement_timeline
from pmif.exhibits.overview import marks, summary, summary_line
from pmif.exhibits.rows import measure_rows
from pmif.framework import TO_CONFIRM, Outcome
from pmif.report.page import Page


def opening(page: Page) -> Fragment:
    """At most five sentences of counts, and one picture of all the page's measures: one mark a measure."""
    counted = count(page.counted)
    lead = (
        f"It could be tested whether {counted.tested} of {wording.counted(counted.total, 'measure')} changed."
        if counted.tested
        else f"It could not be tested yet whether any of the {wording.counted(counted.total, 'measure')} changed."
    )
    without = [outcome for outcome in page.outcomes if not page.evidence(outcome.id)]
    kind = _kind(page)
    held = (
        f"{len(without)} of the {len(page.outcomes)} {kind} {'has' if len(without) == 1 else 'have'} no measure."
        if without
        else f"Each of the {len(page.outcomes)} {kind} has at least one measure."
    )
    scorecard = page.published.framework.scorecard
    about = f"<p>{escape(scorecard.description)}</p>" if page.id == scorecard.id else ""
    return fragment(
        f'<p class="pm-lead">{escape(lead)}</p>',
        about,
        summary_line(page.counted),
        f"<p>{escape(held)} Owner: {escape(page.owner)}.</p>",
        marks(page.counted, name=_title(page)),
        summary(page.counted, bar_id=page.id),
    )


def _title(page: Page) -> str:
    framework = page.published.framework
    return next((o.title for o in framework.objectives if o.id == page.id), framework.scorecard.title)


def _kind(page: Page) -> str:
    return "areas" if page.id == page.published.framework.scorecard.id else "outcomes"


def commentary(page: Page) -> Fragment:
    """The summary that staff write of this page for this period; or that nobody has."""
    return Fragment(summary_html(page.commentary, page.published, page.owner))


def words(page: Page, measure: str = "") -> Fragment:
    """What may be named on this page, with sentences to paste: for whoever writes it, in JupyterLab."""
    listing = words_of(page.published, claim_words(page.root), page.id, measure=measure)
    return Fragment(f"<pre>{escape(listing)}</pre>")


def responses(page: Page) -> Fragment:
    """Challenges, achievements, actions, resources and what people said, as staff write them."""
    return Fragment(responses_html(page.commentary, page.published, page.owner))


def outcome(page: Page, outcome_id: str) -> Fragment:
    """What is written of an outcome, the measures that are evidence for it, and those that only touch it."""
    return _measures(page, page.outcome(outcome_id))


def scorecard_area(page: Page, area_id: str) -> Fragment:
    """One area of the Balanced Scorecard. External assessment shows judgements, which are not measures."""
    part = page.outcome(area_id)
    shown = _measures(page, part)
    return fragment(judgement_timeline(page.published), shown) if area_id == "external-assessment" else shown


def _measures(page: Page, part: Outcome) -> Fragment:
    measures = page.published.measures_of(part.id)
    # The first ward map stands open: who is left behind must not need a click.
    first = next((pm.id for pm in measures if pm.can_be_mapped), "")
    words = part_html(page.commentary, page.published, part.id, page.owner)
    rows = fragment(words, measure_rows(measures, opened=first, notes=measure_notes(page.commentary, page.published)))
    if page.evidence(part.id) or part.id == "external-assessment":
        return rows
    return fragment('<p class="pm-gap">Gap: no measure shows yet whether this is achieved.</p>', rows)


def interventions(page: Page) -> Fragment:
    """What the council does about it, in its own words, with the objectives that share it."""
    framework = page.published.framework
    items = []
    for intervention, appearance in framework.interventions_of(page.id):
        parts = "".join(f"<li>{escape(part)}</li>" for part in appearance.parts)
        others = [
            o for o in framework.objectives if o.id != page.id and o.id in {a.objective for a in intervention.appears}
        ]
        shared = wording.listed([f'<a href="{o.id}.html">{o.number} {escape(o.short)}</a>' for o in others])
        items.append(
            f"<li><div><b>{escape(appearance.wording)}</b>{f'<ul>{parts}</ul>' if parts else ''}</div>"
            f'<p class="pm-small">{f"Also under {shared}" if shared else "Under this objective only"}</p>'
            f"<p>{chip('No progress recorded yet', 'tray', 'dash')}</p></li>"
        )
    if not items:
        return Fragment("<p>The framework lists no intervention here.</p>")
    return Fragment(f'<ul class="pm-int">{"".join(items)}</ul>')


def evidence_gaps(page: Page) -> Fragment:
    """What this page cannot tell: outcomes without a measure, owners not confirmed, figures late or not received."""
    measures = [*page.counted, *(pm for o in page.outcomes for pm in page.related(o.id))]
    empty = [o.title for o in page.outcomes if not page.evidence(o.id)]
    ownerless = [pm for pm in measures if pm.measure.owner == TO_CONFIRM]
    kind = _kind(page)
    return fragment(
        _gap(f"{kind.capitalize()} without a measure", [escape(title) for title in empty]),
        _gap(
            "Awaiting a return from the council",
            [escape(pm.measure.title) for pm in measures if pm.finding.state is State.AWAITING_A_RETURN],
        ),
        _gap("Late figures", [_with(pm, wording.next_due(pm)) for pm in measures if pm.finding.due is Due.LATE]),
        _gap(
            "Figures more than two years old",
            [_with(pm, wording.age_words(pm)) for pm in measures if wording.age_words(pm)],
        ),
        _gap("Measures whose owner the council has yet to confirm", [escape(pm.measure.title) for pm in ownerless]),
    )


def _with(pm: PublishedMeasure, words: str) -> str:
    return f"{escape(pm.measure.title)}: {escape(wording.lower_first(words))}"


def _gap(title: str, items: Sequence[str]) -> str:
    """A kind of gap with its count; a long list opens on request."""
    if not items:
        return f'<p class="pm-gapline"><strong>{escape(title)}:</strong> none.</p>'
    listing = f"<ul>{''.join(f'<li>{item}</li>' for item in items)}</ul>"
    if len(items) <= 4:
        return f'<p class="pm-gapline"><strong>{escape(title)}:</strong> {len(items)}.</p>{listing}'
    return f"<details><summary>{escape(title)}: {len(items)}</summary>{listing}</details>"


def _sentence(words: str) -> str:
    words = words.strip()
    return words if words.endswith((".", "?")) else f"{words}."
