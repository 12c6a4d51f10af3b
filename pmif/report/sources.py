"""Where every figure comes from: licences, source cards and the list of all measures, from the data itself."""

from collections import Counter
from collections.abc import Sequence
from html import escape

from pmif.disclosure import PublishedMeasure
from pmif.exhibits import wording
from pmif.exhibits.exhibit import Fragment, fragment, table
from pmif.framework import Source
from pmif.period import Period
from pmif.report.page import Page

LICENCES = {
    "ogl-3": (
        "Open Government Licence v3.0",
        "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/",
        "Contains public sector information licensed under the Open Government Licence v3.0.",
    ),
    "opl-3": (
        "Open Parliament Licence v3.0",
        "https://www.parliament.uk/site-information/copyright-parliament/open-parliament-licence/",
        "Contains Parliamentary information licensed under the Open Parliament Licence v3.0.",
    ),
    "cited-fact": ("Facts cited from documents", "", "Single figures and judgements cited from published documents."),
    "council-return": ("The council's own returns", "", "Measures that only the council holds; none is published."),
    "made-up": ("Made up", "", "Invented for this demonstration. It describes no real place."),
}


def licences(page: Page) -> Fragment:
    """Under which terms the figures may be used, and whom to name."""
    held = Counter(source.licence for source in page.published.framework.sources)
    items = []
    for licence, (title, address, words) in LICENCES.items():
        if not held[licence]:
            continue
        name = f'<a href="{address}">{escape(title)}</a>' if address else escape(title)
        items.append(f"<dt>{name}</dt><dd>{escape(words)} {wording.counted(held[licence], 'source')}.</dd>")
    attributions = dict.fromkeys(s.attribution for s in page.published.framework.sources if s.attribution)
    said = "".join(f"<li>{escape(text)}</li>" for text in attributions)
    return fragment(_facts(items), f"<h3>Attribution</h3><ul>{said}</ul>" if said else "")


def source_cards(page: Page) -> Fragment:
    """One card a source: publisher, dataset, address, date of the copy, licence, how much rests on it."""
    published = page.published
    figures = Counter(row["source"] for row in published.rows)
    # A measure may take its ward figures from another source than the borough's.
    used = {(row["source"], row["measure"]) for row in published.rows}
    used |= {(measure.source, measure.id) for measure in published.framework.measures}
    measures = Counter(source for source, _ in used)
    cards = sorted(published.framework.sources, key=lambda s: (s.publisher.lower(), s.dataset.lower()))
    judgements = Counter(judgement.source for judgement in published.framework.judgements)
    return fragment(*(_card(s, measures[s.id], figures[s.id], judgements[s.id]) for s in cards))


def _card(source: Source, measures: int, figures: int, judgements: int) -> str:
    rows = [("Licence", escape(LICENCES[source.licence][0]))]
    if source.address:
        rows.append(("Address", f'<a href="{escape(source.address)}">{escape(source.address)}</a>'))
    if source.received:
        rows.append(("Date of our copy", escape(Period.parse(source.received.isoformat()).label)))
    if source.copied_from:
        rows.append(("Copied from", escape(source.copied_from)))
    held = [(measures, "measure"), (figures, "figure"), (judgements, "judgement")]
    nothing = "its shapes" if {"shapes", "boundaries"} & set(source.id.split("-")) else "no figure yet"
    rows.append(("In this report", wording.listed([wording.counted(n, what) for n, what in held if n]) or nothing))
    if source.note:
        rows.append(("Note", escape(source.note)))
    title = f"{escape(source.publisher)}: {escape(source.dataset)}"
    return f'<h3 id="source-{source.id}">{title}</h3>{_facts([f"<dt>{k}</dt><dd>{v}</dd>" for k, v in rows])}'


def _facts(rows: Sequence[str]) -> str:
    return f'<dl class="pm-facts">{"".join(f"<div>{row}</div>" for row in rows)}</dl>'


def every_measure(page: Page) -> Fragment:
    """All measures with definition, method, owner and source, by objective."""
    published = page.published
    framework = published.framework
    groups = [(o.title, [m for x in o.outcomes for m in published.measures_of(x.id)]) for o in framework.objectives]
    scorecard = [m for area in framework.scorecard.areas for m in published.measures_of(area.id)]
    context = [pm for pm in published.all_measures if pm.measure.outcome is None]
    groups += [(framework.scorecard.title, scorecard), ("About the place", context)]
    return fragment(*(f"<h3>{escape(title)}</h3>{_measure_table(title, of)}" for title, of in groups if of))


def _measure_table(title: str, measures: Sequence[PublishedMeasure]) -> str:
    columns = ["Measure", "Definition", "Method", "Better is", "How often", "Owner", "Source"]
    roles = {role.id: role.title for role in measures[0].published.framework.roles}
    rows = [
        (
            pm.measure.title,
            [
                pm.measure.definition,
                pm.measure.method.replace("-", " "),
                wording.good_is(pm.measure),
                wording.frequency_words(pm.measure.frequency),
                roles[pm.measure.owner],
                f"{pm.source.publisher}, {pm.source.dataset}",
            ],
        )
        for pm in measures
    ]
    return table(f"{title}: its measures", columns, rows, css="pm-words-table", hint="Slide the table sideways.")
