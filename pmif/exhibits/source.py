"""Where a figure came from, in the line under every exhibit, with the way to its very row or cell."""

from collections.abc import Sequence
from html import escape

from pmif.disclosure import PublishedMeasure
from pmif.exhibits.exhibit import hidden
from pmif.period import Period

ESTIMATED = "[e] Estimated by the makers of this report from small areas that best fit each ward."


ORIGINS = "origins.html"  # the page of notebooks/origins.ipynb, which stands beside every page with an exhibit
FEW = 6  # measures that are named one by one under an exhibit


def link(address: str | None, words: str) -> str:
    if not address:
        return escape(words)
    return f'<a href="{escape(address)}">{escape(words)}</a>'


def source_line(pm: PublishedMeasure) -> str:
    """ "Source: Department for Education, early years foundation stage profile. Where each figure comes from"."""
    return f"Source: {publication(pm)}. {origin_link(pm)}".strip()


def publication(pm: PublishedMeasure) -> str:
    """Publisher and dataset, with the address of the publication itself where that is known."""
    source = pm.source
    return link(pm.measure.address or source.address, f"{source.publisher}, {source.dataset}")


def source_lines(measures: Sequence[PublishedMeasure]) -> str:
    """The sources of several measures, each once."""
    each = {(pm.source.publisher, pm.source.dataset): pm.source for pm in measures}
    lines = [link(source.address, f"{source.publisher}, {source.dataset}") for source in each.values()]
    if not lines:
        return ""
    return f"Source{'s' if len(lines) > 1 else ''}: {'; '.join(lines)}. {origin_links(measures)}".strip()


def origin_id(measure_id: str) -> str:
    """What a measure's section on the page of origins is called."""
    return f"m-{measure_id}"


def origin_link(pm: PublishedMeasure) -> str:
    """To the file and row, or the cell, of every figure of a measure; empty where it has none."""
    if not pm.figures:
        return ""
    address = f"{ORIGINS}#{origin_id(pm.id)}"
    return f'<a href="{escape(address)}">Where each figure comes from{hidden(pm.measure.title)}</a>'


def origin_links(measures: Sequence[PublishedMeasure]) -> str:
    """The same for an exhibit of several measures: a few by name, many by the page itself."""
    each = list({pm.id: pm for pm in measures if pm.figures}.values())
    if len(each) <= 1:
        return "".join(origin_link(pm) for pm in each)
    if len(each) > FEW:
        return f'<a href="{ORIGINS}">Where each figure comes from</a>'
    named = (f'<a href="{ORIGINS}#{origin_id(pm.id)}">{escape(pm.measure.title)}</a>' for pm in each)
    return f"Where each figure comes from: {'; '.join(named)}"


def definition_notes(pm: PublishedMeasure) -> list[str]:
    """What changed and when, for every break that falls within the figures shown."""
    series = pm.series("borough")
    if not series:
        return []
    return [
        escape(
            f"Definition changed from {since.label}: {change.what.rstrip('.')}. "
            "Figures on the two sides cannot be compared."
        )
        for change in pm.measure.definition_changes
        if (since := Period.parse(change.since)).sort_key > series[0].period.sort_key
    ]
