"""Where a figure comes from: the whole chain, from the page back to the cell of a file, for `pmif explain`.

Only what has passed the gate is told: a withheld figure's chain names file and cell, never a number.
"""

import math
from pathlib import Path

import pandas as pd

from pmif.disclosure.figure import Figure
from pmif.disclosure.figure_name import find_figure, read_figure_name
from pmif.disclosure.published import Published, open_published
from pmif.framework import Measure, Unit
from pmif.hub import BatchKind, Receipt, reading
from pmif.hub.columns import KEY
from pmif.intake.asked import value_words


def explain(root: Path, name: str, report: str = "current") -> str:
    """The chain behind one figure of a report, as lines of text.

    `name` is a figure's name, as `read_figure_name` reads it.
    Errors: FigureNameError where the name fits no figure, saying what would.
    """
    published = open_published(root, report)
    figure = find_figure(published, read_figure_name(published, name))
    with reading(root) as hub:
        receipt = hub.receipt(figure.batch)
        history = hub.history([str(getattr(figure, c)) for c in KEY])
    measure = published.framework.measure(figure.measure)
    return "\n".join(_lines(published, measure, figure, receipt, history))


def _lines(
    published: Published, measure: Measure, figure: Figure, receipt: Receipt, history: pd.DataFrame
) -> list[str]:
    framework = published.framework
    area = published.areas.find(figure.area, figure.vintage)
    assert area is not None, "a published figure's area is in the registry"
    whom = framework.group_title(figure.dimension, figure.group) if figure.group else "everyone"
    source = framework.source(figure.source)
    lines = [
        f"{measure.title}: {_shown(figure, measure, framework.unit(measure))}",
        f"  of          {whom}, {area.name} ({area.code}, {area.vintage}), {figure.period.label}",
        f"  in report   {published.report.id}, as known on {published.report_date.isoformat()}",
        f"  made by     {_made_by(measure, figure)}",
        f"  from        {_place(figure)}",
        f"  read as     {_transform(figure)}",
        f"  known       since {figure.known}; published {_published(figure)}",
        f"  batch       {receipt.batch}: {_batch(receipt, published)}",
        f"  file hash   sha256 {receipt.sha256}",
        f"  source      {source.publisher}, {source.dataset}; licence {source.licence}; data/sources/{source.id}.yml",
    ]
    if address := measure.address or source.address:
        lines.append(f"  address     {address}")
    lines += [f"  fetched     {part.address}" for part in receipt.parts if part.address]
    if figure.transform.startswith("correction "):
        lines.append("  corrected   as declared in data/corrections")
    # What people wrote may quote a count, so it is told only where nothing of the measure is withheld.
    if all(f.status != "suppressed" for f in published.measure(measure.id).figures):
        roles = {r.id: r.title for r in framework.roles}
        lines += [
            f"  confirmed   {c.oddity}: {c.reason} ({roles.get(c.role, c.role)})"
            for c in receipt.confirmations
            if c.oddity.startswith(f"{measure.id}/")
        ]
        lines += [
            f"  note        {n.text}" for n in receipt.notes if (n.measure, n.period) == (measure.id, figure.period.id)
        ]
    return [*lines, *_earlier(history, figure, measure, published)]


def _shown(figure: Figure, measure: Measure, unit: Unit) -> str:
    if figure.status != "shown":
        return f"{figure.status}{f': {figure.reason}' if figure.reason else ''}"
    text = value_words(figure.value, measure, unit)
    limits = ""
    if figure.lower is not None and figure.upper is not None:
        limits = f", 95% interval {figure.lower:,.4g} to {figure.upper:,.4g} ({figure.interval})"
    marks = {"p": ", provisional", "r": ", revised", "e": ", our estimate"}
    return f"{text}{limits}{marks.get(figure.mark, '')}"


def _made_by(measure: Measure, figure: Figure) -> str:
    if measure.method == "as-published":
        return "nothing: the value is as published"
    if figure.status != "shown":
        return f"method '{measure.method}'"
    shown = ""
    if figure.numerator is not None and figure.denominator is not None:
        shown = f", from {figure.numerator:,.10g} of {figure.denominator:,.10g}"
    bands = f", over the age bands of '{measure.bands}'; the first band's row is named here" if measure.bands else ""
    return f"method '{measure.method}'{shown}{bands}"


def _place(figure: Figure) -> str:
    parts = [figure.file]
    parts += [f"sheet '{figure.sheet}'"] if figure.sheet else []
    parts += [f"cell {figure.cell}"] if figure.cell else []
    parts += [f"row {figure.row}"] if figure.row and not figure.cell else []
    return ", ".join(parts)


def _transform(figure: Figure) -> str:
    # What was done to a cell may quote it.
    if figure.status != "shown":
        return "not told: no figure is shown"
    return figure.transform or "as written"


def _published(figure: Figure) -> str:
    return f"{'on' if figure.published_basis == 'on' else 'not later than'} {figure.published}"


def _batch(receipt: Receipt, published: Published) -> str:
    roles = {r.id: r.title for r in published.framework.roles}
    taken = f"{receipt.taken:,} rows taken, {receipt.refused:,} refused"
    if receipt.kind is BatchKind.TABLE:
        return f"{receipt.file} as it stands, {taken}"
    when = receipt.received.isoformat(timespec="minutes") if receipt.received else ""
    who = f" from {roles.get(receipt.role, receipt.role)}" if receipt.role else ""
    return f"{receipt.kind}{who}, received {when}, read by {receipt.layout or 'its adapter'}, {taken}"


def _earlier(history: pd.DataFrame, figure: Figure, measure: Measure, published: Published) -> list[str]:
    """When the figure came before. Its earlier values are told only where no small count is ever withheld."""
    others = history[(history["known"] <= figure.known) & (history["batch"] != figure.batch)]
    others = pd.concat([others, history[(history["batch"] == figure.batch) & (history["known"] < figure.known)]])
    if others.empty:
        return []
    rule = next(r for r in published.framework.disclosure_rules if r.id == measure.disclosure)
    lines = ["  before"]
    others = others.sort_values("known", kind="stable")
    for known, value, batch in zip(others["known"], others["value"].astype(float), others["batch"], strict=True):
        said = f"{value:,.10g}" if rule.small is None and not math.isnan(value) else "figure not told here"
        lines.append(f"    {known}  {said}  ({batch})")
    return lines
