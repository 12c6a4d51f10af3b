"""The methods page: every method with the measures that use it, from the same list as the code."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from html import escape

from pmif.disclosure import GapChange, PublishedMeasure, Slope, Spatial
from pmif.exhibits import wording
from pmif.exhibits.exhibit import Fragment, details, fragment, table
from pmif.exhibits.funnel_plot import can_be_a_funnel
from pmif.exhibits.source import link
from pmif.methods import CATALOGUE, benchmark, funnel, gaps, recent_trend, slope_index, spc, target
from pmif.methods.about import About
from pmif.methods.spatial import LOCAL_MORAN_ABOUT, MORAN_ABOUT
from pmif.report.page import Page

# What "used" means: for each method, "" where the measure's figures bear it, else why they do not.
Support = Mapping[str, str]

NO_INTERVAL = "No interval is published."


def support(pm: PublishedMeasure) -> Support:
    """Which methods one measure uses, and why it lacks the others; methods that do not concern it are left out."""
    return dict(_support(pm))


def _support(pm: PublishedMeasure) -> Iterator[tuple[str, str]]:
    if not pm.figures:
        return
    shown = any(f.shown for f in pm.figures)
    yield pm.measure.method, "" if shown else pm.finding.reason or "No figure could be given."
    if pm.finding.value is not None:
        yield from _change_support(pm)
        yield from _level_support(pm)
    if pm.gaps:
        yield from _gap_support(pm)


def _change_support(pm: PublishedMeasure) -> Iterator[tuple[str, str]]:
    finding = pm.finding
    alone = finding.reason  # why there is nothing to compare with at all, where that is so
    yield benchmark.TWO_INTERVALS_ABOUT.id, "" if finding.step.went else finding.step.reason or alone
    usual = finding.usual
    lacks = usual.reason or alone
    if usual.went is None or usual.provisional:
        yield spc.USUAL_RANGE_ABOUT.id, "" if usual.went else lacks
        yield spc.ABOUT.id, lacks or f"It needs {spc.SETTLED} figures at regular times."
    else:
        yield spc.ABOUT.id, ""
    of_counts = pm.measure.method == "proportion"
    trend = recent_trend.PROPORTIONS_ABOUT if of_counts else recent_trend.ABOUT
    yield trend.id, "" if finding.trend.went else finding.trend.reason or alone


def _level_support(pm: PublishedMeasure) -> Iterator[tuple[str, str]]:
    compared = [c for c in pm.finding.benchmarks.values() if c.value is not None]
    if compared:
        yield benchmark.ABOUT.id, "" if any(c.tested for c in compared) else NO_INTERVAL
    if pm.measure.target is not None:
        yield target.ABOUT.id, "" if pm.finding.target else "Neither a higher nor a lower figure is good."


def _gap_support(pm: PublishedMeasure) -> Iterator[tuple[str, str]]:
    """Of several gaps of one measure, one that a method can be used for is enough."""
    slopes = [gap.slope for gap in pm.gaps]
    spatial = [gap.spatial for gap in pm.gaps]
    changes = [gap.change for gap in pm.gaps]
    yield gaps.ABSOLUTE_GAP_ABOUT.id, ""
    yield gaps.RELATIVE_GAP_ABOUT.id, "" if any(g.ratio for g in pm.gaps) else "The lower figure is not above nought."
    by_interval = any(c.method == gaps.CHANGE_OF_GAP_ABOUT.id for c in changes)
    yield gaps.CHANGE_OF_GAP_ABOUT.id, "" if by_interval else _first(changes) or "Its usual range is used instead."
    used = {slope.method for slope in slopes}
    for method in (slope_index.SLOPE_INDEX_ABOUT.id, slope_index.GRADIENT_ABOUT.id):
        if method in used:
            yield method, ""
        elif not used - {""} and _first(slopes):
            yield method, _first(slopes)
    if any(s.i is not None for s in spatial):
        yield MORAN_ABOUT.id, ""
        if any(s.high or s.low for s in spatial):
            yield LOCAL_MORAN_ABOUT.id, ""
    elif _first(spatial):
        yield MORAN_ABOUT.id, _first(spatial)
    if pm.wards:
        yield funnel.ABOUT.id, "" if can_be_a_funnel(pm) else "It needs the counts behind the figures of five wards."


def _first(tried: Sequence[GapChange | Slope | Spatial]) -> str:
    """The first reason that any of them gives."""
    return next((one.reason for one in tried if one.reason), "")


# --- the page --------------------------------------------------------------------------------------------


def methods_in_use(page: Page) -> Fragment:
    """How many measures each method is used for, and why it is not used for the others it concerns."""
    used, lacking = _by_method(page)
    with_figures = sum(bool(pm.figures) for pm in page.published.all_measures)
    rows = []
    for about in CATALOGUE:
        if about.id not in used:
            continue
        commonest = Counter(map(_in_general, lacking.get(about.id, {}).values())).most_common(REASONS)
        reasons = "; ".join(f"{wording.lower_first(reason)} ({count})" for reason, count in commonest)
        rest = len(lacking.get(about.id, {})) - sum(count for _, count in commonest)
        reasons += f"; other reasons ({rest})" if rest else ""
        cells = [about.standing, str(len(used[about.id])), str(len(lacking.get(about.id, {}))), reasons or "none"]
        rows.append((about.title, cells))
    columns = ["Method", "Standing", "Measures that use it", "Measures that lack it", "Why (measures)"]
    name = f"Methods of this report, and the {with_figures} measures with figures"
    return Fragment(table(name, columns, rows, css="pm-words-table", hint="Slide the table sideways."))


def _in_general(reason: str) -> str:
    """A reason without what is one measure's own: "A trend needs 5 yearly figures; there are 2"."""
    return reason.partition(";")[0].rstrip(".")


REASONS = 4  # how many of the commonest reasons a table gives


def method_cards(page: Page) -> Fragment:
    """Every method in use: what it tells, what it needs, formula, standing, source and its measures by name."""
    used, _ = _by_method(page)
    titles = {pm.id: pm.measure.title for pm in page.published.all_measures}
    return fragment(
        *(_card(about, sorted(titles[m] for m in used[about.id])) for about in CATALOGUE if about.id in used)
    )


def methods_not_in_use(page: Page) -> Fragment:
    """Every method that no measure of this report has the figures for, each closed until a reader wants it."""
    used, _ = _by_method(page)
    waiting = [about for about in CATALOGUE if about.id not in used]
    if not waiting:
        return Fragment("<p>None: every method is in use in this report.</p>")
    return fragment(*(details(escape(about.title), _facts(about)) for about in waiting))


def _by_method(page: Page) -> tuple[dict[str, list[str]], dict[str, dict[str, str]]]:
    """By method: the measures that use it, and the reason of each measure that lacks it."""
    used: dict[str, list[str]] = {}
    lacking: dict[str, dict[str, str]] = {}
    for pm in page.published.all_measures:
        for method, reason in support(pm).items():
            if reason:
                lacking.setdefault(method, {})[pm.id] = reason
            else:
                used.setdefault(method, []).append(pm.id)
    return used, lacking


def _card(about: About, measures: Sequence[str]) -> str:
    titles = "".join(f"<li>{escape(title)}</li>" for title in measures)
    count = wording.counted(len(measures), "measure")
    whose = f'<span class="pm-vh"> that use {escape(about.title)}</span>'
    listing = details(f"{count}{whose}", f"<ul>{titles}</ul>")
    return f'<h3 id="method-{about.id}">{escape(about.title)}</h3>{_facts(about)}{listing}'


def _facts(about: About) -> str:
    formula = "".join(f"<span>{escape(line)}</span>" for line in about.formula.splitlines())
    facts = [
        ("What it tells", escape(about.tells)),
        ("What it needs", escape(about.needs)),
        ("Formula", f'<span class="pm-formula">{formula}</span>'),
        ("Standing", escape(about.standing)),
        ("Source", link(about.address or None, about.source)),
    ]
    return f'<dl class="pm-facts">{"".join(f"<div><dt>{k}</dt><dd>{v}</dd></div>" for k, v in facts)}</dl>'
