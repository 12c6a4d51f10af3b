"""Where a figure came from, in the line under every exhibit."""

from collections.abc import Sequence
from html import escape

from pmif.disclosure import PublishedMeasure
from pmif.period import Period

ESTIMATED = "[e] Estimated by the makers of this report from small areas that best fit each ward."


def link(address: str | None, words: str) -> str:
    if not address:
        return escape(words)
    return f'<a href="{escape(address)}">{escape(words)}</a>'


def source_line(pm: PublishedMeasure) -> str:
    """ "Source: Department for Education, early years foundation stage profile.", with its address."""
    source = pm.source
    words = f"{source.publisher}, {source.dataset}"
    return f"Source: {link(pm.measure.address or source.address, words)}."


def source_lines(measures: Sequence[PublishedMeasure]) -> str:
    """The sources of several measures, each once."""
    each = {(pm.source.publisher, pm.source.dataset): pm.source for pm in measures}
    lines = [link(source.address, f"{source.publisher}, {source.dataset}") for source in each.values()]
    return f"Source{'s' if len(lines) > 1 else ''}: {'; '.join(lines)}." if lines else ""


def definition_notes(pm: PublishedMeasure) -> list[str]:
    """What changed and when, for every break that falls within the figures shown."""
    periods = [Period.parse(str(p)) for p in pm.series("borough")["period"]]
    if not periods:
        return []
    first = min(periods, key=lambda p: p.sort_key)
    return [
        escape(
            f"Definition changed from {since.label}: {change.what.rstrip('.')}. "
            "Figures on the two sides cannot be compared."
        )
        for change in pm.measure.definition_changes
        if (since := Period.parse(change.since)).sort_key > first.sort_key
    ]
