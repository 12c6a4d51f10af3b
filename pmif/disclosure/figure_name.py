"""A figure by name, sickness-days/felling/2026-27-q2/sex=female: typed the same in commands and in commentary."""

import re
from dataclasses import dataclass
from difflib import get_close_matches

from pmif.disclosure.figure import Figure
from pmif.disclosure.published import Published, PublishedMeasure
from pmif.errors import FigureNameError, PeriodError
from pmif.geography import AreaKind
from pmif.period import Period

HOW = "write it like sickness-days/felling/2026-27-q2 or sickness-days/sex=female"


@dataclass(frozen=True)
class FigureName:
    """A figure as it is typed. All but the measure may be left out: then it is everyone in the borough, newest.

    `area` is an area's code. A `dimension` without a `group` (sex, ward) names no figure but the gap within it.
    """

    measure: str
    area: str
    period: str = ""
    dimension: str = ""
    group: str = ""


def read_figure_name(published: Published, text: str) -> FigureName:
    """Take a name apart: a measure's id, then, in any order, an area, a period and dimension=group.

    An area is its code, its name in small letters with hyphens, or region, country, neighbours.
    Errors: FigureNameError naming the part that is nothing, with what is near it.
    """
    measure_id, *parts = text.strip().strip("/").split("/")
    pm = find_measure(published, measure_id)
    areas = _areas(pm)
    dimensions = {"ward", *(d.id for d in published.framework.dimensions)}
    found: dict[str, str] = {"area": published.areas.borough.code}
    for part in map(str.strip, parts):
        if "=" in part:
            found["dimension"], found["group"] = (half.strip() for half in part.split("=", 1))
            if not (found["dimension"] and found["group"]):
                raise FigureNameError(f"'{part}' in '{text}' is no dimension=group: {HOW}")
        elif part in dimensions:
            found["dimension"] = part
        elif area_slug(part) in areas:
            found["area"] = areas[area_slug(part)]
        else:
            try:
                found["period"] = Period.parse(part).id
            except PeriodError:
                if not pm.figures:
                    raise FigureNameError(
                        f"'{measure_id}' has no figure in the report for {published.report.label}. "
                        f"{pm.finding.reason}".strip()
                    ) from None
                known = [*areas, *dimensions]
                near = get_close_matches(area_slug(part), known, n=3)
                hint = f"did you mean {', '.join(near)}?" if near else HOW
                raise FigureNameError(
                    f"'{part}' in '{text}' is no area that '{measure_id}' has figures for, no period and no "
                    f"dimension: {hint}"
                ) from None
    return FigureName(measure_id, **found)


def find_measure(published: Published, measure_id: str) -> PublishedMeasure:
    """Errors: FigureNameError with the nearest ids where there is no such measure."""
    known = [m.id for m in published.framework.measures]
    if measure_id not in known:
        near = get_close_matches(measure_id, known, n=3) or known[:3]
        raise FigureNameError(f"there is no measure '{measure_id}': did you mean {', '.join(near)}?")
    return published.measure(measure_id)


def area_slug(name: str) -> str:
    """Crawcrook & Greenside: crawcrook-and-greenside."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower().replace("&", " and ")).strip("-")


def _areas(pm: PublishedMeasure) -> dict[str, str]:
    """What each area that the measure has figures for may be called, to its code; newer areas win a shared name."""
    names: dict[str, str] = {}
    areas = pm.published.areas
    names["borough"] = areas.borough.code
    names[area_slug(areas.borough.code)] = areas.borough.code
    names[area_slug(areas.borough.name)] = areas.borough.code
    for code, vintage in dict.fromkeys((f.area, f.vintage) for f in pm.figures):
        area = areas.find(code, vintage)
        if area is None:
            continue
        words = [area.code, area.name, area.short]
        if area.kind is not AreaKind.WARD:
            words.append(str(area.kind))
        names |= {area_slug(word): area.code for word in words}
    return names


def find_figure(published: Published, wanted: FigureName) -> Figure:
    """The figure of a name, withheld or not. Without a period: the newest, and of another place the borough's newest.

    Errors: FigureNameError saying which figures there are.
    """
    pm = published.measure(wanted.measure)
    if not pm.figures:
        raise FigureNameError(
            f"'{wanted.measure}' has no figure in the report for {published.report.label}. {pm.finding.reason}".strip()
        )
    series = pm.by_series.get((wanted.area, wanted.dimension, wanted.group))
    if series is None:
        raise FigureNameError(f"'{wanted.measure}' has no such figure. It has {_held(pm)}")
    if wanted.period:
        of_period = [f for f in series if f.period.id == wanted.period]
    elif wanted.area != published.areas.borough.code:
        of_period = [f for f in series if f.period == pm.finding.period] or [series[-1]]
    else:
        of_period = [series[-1]]
    if not of_period:
        periods = ", ".join(f.period.id for f in series)
        raise FigureNameError(f"'{wanted.measure}' has no figure of {wanted.period}. It has {periods}")
    return of_period[-1]


def _held(pm: PublishedMeasure) -> str:
    places = list(dict.fromkeys(area_slug(f.name) for f in pm.figures))
    groups = sorted({f"{f.dimension}={f.group}" for f in pm.figures if f.dimension})
    has = f"areas {', '.join(places[:8])}{' ...' if len(places) > 8 else ''}"
    return has + (f"; groups {', '.join(groups[:8])}" if groups else "; no groups")
