"""Where a figure comes from: the whole chain, from the page back to the cell of a file, for `pmif explain`.

Only what has passed the gate is told: a withheld figure's chain names file and cell, never a number.
"""

import math
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

import pandas as pd

from pmif.disclosure.published import Published, open_published
from pmif.errors import HubError, PeriodError
from pmif.framework import Measure, Unit
from pmif.hub import BatchKind, Receipt, reading
from pmif.hub.columns import KEY
from pmif.intake.asked import value_words
from pmif.period import Period


@dataclass(frozen=True)
class FigureName:
    """A figure as it is typed: sickness-days/E08000037/2026-27-q2/sex=female. All but the measure may be left out."""

    measure: str
    area: str = ""
    period: str = ""
    dimension: str = ""
    group: str = ""


def explain(root: Path, name: str, report: str = "current") -> str:
    """The chain behind one figure of a report, as lines of text.

    `name` is a measure's id, then, in any order and each only if wanted, an area's code, a period and
    dimension=group: everyone in the borough in the newest period unless they say otherwise.
    Errors: HubError where the name fits no figure, saying what would.
    """
    published = open_published(root, report)
    figure = _find(published, _read(published, name))
    with reading(root) as hub:
        receipt = hub.receipt(figure["batch"])
        history = hub.history([figure[c] for c in KEY])
    measure = published.framework.measure(figure["measure"])
    return "\n".join(_lines(published, measure, figure, receipt, history))


def _read(published: Published, name: str) -> FigureName:
    measure, *parts = name.strip("/").split("/")
    known = [m.id for m in published.framework.measures]
    if measure not in known:
        near = get_close_matches(measure, known, n=3) or known[:3]
        raise HubError(f"there is no measure '{measure}': did you mean {', '.join(near)}?")
    codes = {a.code for a in published.areas.all}
    found = {"area": published.areas.borough.code}
    for part in parts:
        if "=" in part:
            found["dimension"], _, found["group"] = part.partition("=")
        elif part in codes:
            found["area"] = part
        else:
            try:
                found["period"] = Period.parse(part).id
            except PeriodError:
                raise HubError(
                    f"'{part}' in '{name}' is no area's code, no period and no dimension=group: "
                    "write it like sickness-days/E08000037/2026-27-q2/sex=female"
                ) from None
    return FigureName(measure, **found)


def _find(published: Published, wanted: FigureName) -> "pd.Series[str]":
    rows = published.measure(wanted.measure).figures  # oldest first
    if rows.empty:
        reason = published.measure(wanted.measure).finding.reason
        raise HubError(f"'{wanted.measure}' has no figure in the report for {published.report.label}. {reason}")
    fits = (rows["area"] == wanted.area) & (rows["dimension"] == wanted.dimension) & (rows["group"] == wanted.group)
    if not fits.any():
        places = sorted(set(rows["area"]))
        groups = sorted({f"{d}={g}" for d, g in zip(rows["dimension"], rows["group"], strict=True) if d})
        has = f"areas {', '.join(places[:8])}{' ...' if len(places) > 8 else ''}"
        has += f"; groups {', '.join(groups[:8])}" if groups else "; no groups"
        raise HubError(f"'{wanted.measure}' has no such figure. It has {has}")
    series = rows[fits]
    of_period = series[series["period"] == wanted.period] if wanted.period else series.tail(1)
    if of_period.empty:
        raise HubError(f"'{wanted.measure}' has no figure of {wanted.period}. It has {', '.join(series['period'])}")
    found: pd.Series[str] = of_period.iloc[-1]
    return found


def _lines(
    published: Published, measure: Measure, figure: "pd.Series[str]", receipt: Receipt, history: pd.DataFrame
) -> list[str]:
    framework = published.framework
    area = published.areas.find(figure["area"], figure["vintage"])
    assert area is not None, "a published figure's area is in the registry"
    whom = framework.group_title(figure["dimension"], figure["group"]) if figure["group"] else "everyone"
    source = framework.source(figure["source"])
    lines = [
        f"{measure.title}: {_shown(figure, measure, framework.unit(measure))}",
        f"  of          {whom}, {area.name} ({area.code}, {area.vintage}), {Period.parse(figure['period']).label}",
        f"  in report   {published.report.id}, as known on {published.report_date.isoformat()}",
        f"  made by     {_made_by(measure, figure)}",
        f"  from        {_place(figure)}",
        f"  read as     {_transform(figure)}",
        f"  known       since {figure['known']}; published {_published(figure)}",
        f"  batch       {receipt.batch}: {_batch(receipt, published)}",
        f"  file hash   sha256 {receipt.sha256}",
        f"  source      {source.publisher}, {source.dataset}; licence {source.licence}; data/sources/{source.id}.yml",
    ]
    if address := measure.address or source.address:
        lines.append(f"  address     {address}")
    lines += [f"  fetched     {part.address}" for part in receipt.parts if part.address]
    if figure["transform"].startswith("correction "):
        lines.append("  corrected   as declared in data/corrections")
    # What people wrote may quote a count, so it is told only where nothing of the measure is withheld.
    if not (published.measure(measure.id).figures["status"] == "suppressed").any():
        roles = {r.id: r.title for r in framework.roles}
        lines += [
            f"  confirmed   {c.oddity}: {c.reason} ({roles.get(c.role, c.role)})"
            for c in receipt.confirmations
            if c.oddity.startswith(f"{measure.id}/")
        ]
        lines += [
            f"  note        {n.text}" for n in receipt.notes if (n.measure, n.period) == (measure.id, figure["period"])
        ]
    return [*lines, *_earlier(history, figure, measure, published)]


def _shown(figure: "pd.Series[str]", measure: Measure, unit: Unit) -> str:
    if figure["status"] != "shown":
        return f"{figure['status']}{f': {figure.reason}' if figure['reason'] else ''}"
    text = value_words(float(figure["value"]), measure, unit)
    limits = f", 95% interval {_limits(figure)} ({figure['interval']})" if figure["interval"] else ""
    marks = {"p": ", provisional", "r": ", revised", "e": ", our estimate"}
    return f"{text}{limits}{marks.get(figure['mark'], '')}"


def _limits(figure: "pd.Series[str]") -> str:
    return f"{float(figure['lower']):,.4g} to {float(figure['upper']):,.4g}"


def _made_by(measure: Measure, figure: "pd.Series[str]") -> str:
    if measure.method == "as-published":
        return "nothing: the value is as published"
    if figure["status"] != "shown":
        return f"method '{measure.method}'"
    counts = [figure["numerator"], figure["denominator"]]
    shown = "" if any(pd.isna(c) for c in counts) else f", from {float(counts[0]):,.10g} of {float(counts[1]):,.10g}"
    bands = f", over the age bands of '{measure.bands}'; the first band's row is named here" if measure.bands else ""
    return f"method '{measure.method}'{shown}{bands}"


def _place(figure: "pd.Series[str]") -> str:
    parts = [figure["file"]]
    parts += [f"sheet '{figure['sheet']}'"] if figure["sheet"] else []
    parts += [f"cell {figure['cell']}"] if figure["cell"] else []
    parts += [f"row {figure['row']}"] if figure["row"] and not figure["cell"] else []
    return ", ".join(parts)


def _transform(figure: "pd.Series[str]") -> str:
    # What was done to a cell may quote it.
    if figure["status"] != "shown":
        return "not told: no figure is shown"
    return figure["transform"] or "as written"


def _published(figure: "pd.Series[str]") -> str:
    return f"{'on' if figure['published_basis'] == 'on' else 'not later than'} {figure['published']}"


def _batch(receipt: Receipt, published: Published) -> str:
    roles = {r.id: r.title for r in published.framework.roles}
    taken = f"{receipt.taken:,} rows taken, {receipt.refused:,} refused"
    if receipt.kind is BatchKind.TABLE:
        return f"{receipt.file} as it stands, {taken}"
    when = receipt.received.isoformat(timespec="minutes") if receipt.received else ""
    who = f" from {roles.get(receipt.role, receipt.role)}" if receipt.role else ""
    return f"{receipt.kind}{who}, received {when}, read by {receipt.layout or 'its adapter'}, {taken}"


def _earlier(history: pd.DataFrame, figure: "pd.Series[str]", measure: Measure, published: Published) -> list[str]:
    """When the figure came before. Its earlier values are told only where no small count is ever withheld."""
    others = history[(history["known"] <= figure["known"]) & (history["batch"] != figure["batch"])]
    others = pd.concat([others, history[(history["batch"] == figure["batch"]) & (history["known"] < figure["known"])]])
    if others.empty:
        return []
    rule = next(r for r in published.framework.disclosure_rules if r.id == measure.disclosure)
    lines = ["  before"]
    others = others.sort_values("known", kind="stable")
    for known, value, batch in zip(others["known"], others["value"].astype(float), others["batch"], strict=True):
        said = f"{value:,.10g}" if rule.small is None and not math.isnan(value) else "figure not told here"
        lines.append(f"    {known}  {said}  ({batch})")
    return lines
