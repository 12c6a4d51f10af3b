"""Every ward on several measures: a real table, with each figure shaded by the quarter of wards it lies in."""

import math
from collections.abc import Sequence

from pmif.disclosure import PublishedMeasure
from pmif.exhibits import wording
from pmif.exhibits.exhibit import Fragment, Shaded, fragment, table
from pmif.exhibits.source import source_lines


def ward_heat_table(measures: Sequence[PublishedMeasure], deprivation: PublishedMeasure | None = None) -> Fragment:
    """All wards, the most deprived first by the score of `deprivation`; by name where there is none.

    Each cell's text carries the figure; the shade says only in which quarter of the wards it lies.
    Missing: an empty fragment where no measure has ward figures.
    """
    held = [pm for pm in measures if pm.wards]
    if not held:
        return Fragment("")
    by_measure = [{f.area: f for f in pm.wards} for pm in held]
    names = {f.area: f.name for wards in by_measure for f in wards.values()}
    scores = {f.area: f.value for f in deprivation.wards if f.shown} if deprivation else {}
    order = sorted(names, key=lambda code: (-scores.get(code, -math.inf), names[code]))
    columns = ["Ward"]
    cells: dict[str, list[str | Shaded]] = {code: [] for code in order}
    for pm, wards in zip(held, by_measure, strict=True):
        columns.append(_heading(pm))
        quarters = quarters_of({code: f.value for code, f in wards.items() if f.shown})
        for code in order:
            text = wording.shown_or_symbol(pm, wards.get(code), marked=False)
            cells[code].append(Shaded(text, quarters[code]) if code in quarters else text)
    ordered = ", most deprived ward first" if scores else ""
    caption = f"{wording.counted(len(held), 'measure')} in the {len(order)} wards{ordered}"
    body = [(names[code], cells[code]) for code in order]
    note = wording.symbols_note(c for _, row in body for c in row if isinstance(c, str))
    marks = "[e] estimated by the makers of this report from small areas" if any("[e]" in c for c in columns) else ""
    return fragment(
        table(
            caption, columns, body, css="pm-heat", row_ids=order,
            hint=f"Slide the table sideways for all {len(held)} measures.",
        ),
        '<ul class="pm-legend" aria-label="Key to the shades">'
        + "".join(
            f'<li><span class="pm-sw s{q}" aria-hidden="true"></span>{words}</li>'
            for q, words in ((4, "highest quarter of wards"), (3, "next"), (2, "next"), (1, "lowest quarter"))
        )
        + "</ul>",
        '<p class="pm-small">Shading compares wards within a column; it is not good or bad. '
        + " ".join(f"{words}." for words in (marks, note) if words)
        + f" {source_lines(held)}</p>",
    )  # fmt: skip


def _heading(pm: PublishedMeasure) -> str:
    mark = " [e]" if any(f.mark == "e" for f in pm.wards) else ""
    return f"{pm.measure.title}, {pm.wards[0].period.label}, {wording.lower_first(wording.axis_words(pm))}{mark}"


def quarters_of(values: dict[str, float]) -> dict[str, int]:
    """In which quarter of the wards each lies: 4 the highest. Wards with the same figure share the lower one."""
    ordered = sorted(values.values())
    count = len(ordered)
    return {code: min(4, 1 + 4 * sum(v < value for v in ordered) // count) for code, value in values.items()}
