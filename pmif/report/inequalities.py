"""Who is left behind, and where: maps, wards beside each other, and gaps between groups."""

from html import escape

from pmif.disclosure import PublishedMeasure
from pmif.exhibits import gap_wording, wording
from pmif.exhibits.exhibit import Exhibit, Fragment, fragment, table
from pmif.exhibits.funnel_plot import funnel_plot
from pmif.exhibits.gap_bars import gap_bars
from pmif.exhibits.gradient_chart import gradient_chart
from pmif.exhibits.heat_table import ward_heat_table
from pmif.exhibits.ward_map import ward_map
from pmif.exhibits.ward_strip import ward_strip
from pmif.framework import PART_OF_DEPRIVATION_INDEX, Polarity
from pmif.report.page import Page

NO_WARDS = Fragment("<p>No measure has figures for wards in this report.</p>")


def places(page: Page) -> Fragment:
    """What the page rests on: how many measures reach the wards, and which wards they are."""
    wards = page.with_wards
    groups = {pm.id for pm in page.published.all_measures for gap in pm.gaps if gap.dimension != "ward"}
    estimates = sum(any(f.mark == "e" for f in pm.wards) for pm in wards)
    reporting = page.published.framework.reporting
    note = reporting.wards_note[:1].upper() + reporting.wards_note[1:]
    sentences = [
        f"{wording.counted(len(groups), 'measure')} can be shown by groups of people.",
        f"{estimates} of the ward measures are our own estimates from smaller areas, marked [e]." if estimates else "",
        "Where several measures fall in the same wards, this describes places, not the people in them.",
        f"{note.rstrip('.')}.",
    ]
    return fragment(
        f'<p class="pm-lead">{wording.counted(len(wards), "measure")} can be shown for every ward.</p>',
        f"<p>{escape(' '.join(s for s in sentences if s))}</p>",
    )


def ward_maps(page: Page) -> Fragment:
    """A map of the first ward measure of each objective, and of the first that describes the place."""
    drawn = [ward_map(pm) for pm in chosen(page)]
    return fragment(*(exhibit for exhibit in drawn if exhibit is not None)) if drawn else NO_WARDS


def all_wards_strip(page: Page) -> Exhibit | Fragment:
    """All wards on one strip a measure, with the borough's average."""
    measures = chosen(page)
    return (ward_strip(list(measures)) if measures else None) or NO_WARDS


def wards_by_measure(page: Page) -> Exhibit | Fragment:
    """Every ward against every measure for which less or more is better."""
    measures = [pm for pm in page.with_wards if pm.measure.polarity is not Polarity.NEUTRAL]
    deprivation = page.published.deprivation
    return (ward_heat_table(measures, deprivation) if measures else None) or NO_WARDS


def deprivation_gradients(page: Page) -> Fragment:
    """Every slope over the wards in words, then the line of each measure for which less or more is better."""
    wards = [(pm, gap) for pm in page.with_wards for gap in pm.gaps if gap.dimension == "ward"]
    with_slope = [(pm, gap) for pm, gap in wards if gap.slope.value is not None]
    if not with_slope:
        return Fragment("<p>No measure has the ward figures that a slope with deprivation needs.</p>")
    made_of = sum(PART_OF_DEPRIVATION_INDEX in pm.measure.tags for pm, _ in wards)
    rows = [(f"{pm.measure.title}, {gap.period.label}", [gap_wording.slope_words(pm, gap)]) for pm, gap in with_slope]
    drawn = [
        chart for pm, _ in with_slope if pm.measure.polarity is not Polarity.NEUTRAL and (chart := gradient_chart(pm))
    ]
    left_out = (
        f"<p>{wording.counted(made_of, 'other measure')} {'is' if made_of == 1 else 'are'} left out, because the "
        "deprivation score is made from them: a slope would compare them with themselves.</p>"
        if made_of
        else ""
    )
    return fragment(
        table("Slopes from the most to the least deprived ward", ["Measure", "Slope"], rows, css="pm-words-table"),
        left_out,
        *drawn,
    )


def ward_funnels(page: Page) -> Fragment:
    """Which wards lie outside what chance would give a ward of their size, of every measure whose counts are held."""
    drawn = [chart for pm in page.with_wards if (chart := funnel_plot(pm))]
    if drawn:
        return fragment(*drawn)
    return Fragment(
        "<p>This needs the counts behind the wards' figures, and none is published. Wards are not ranked without.</p>"
    )


def narrowing(page: Page) -> Fragment:
    """Every gap between groups: its size, and whether it narrows or why that cannot be told."""
    gaps = [(pm, gap) for pm in page.published.all_measures for gap in pm.gaps if gap.dimension != "ward"]
    if not gaps:
        return Fragment("<p>No measure has figures for groups of people yet.</p>")
    rows = [
        (
            f"{pm.measure.title}, {gap_wording.gap_of(pm, gap)}",
            [f"{gap_wording.gap_amount(pm, gap)}, {gap.period.label}", gap_wording.gap_change_words(pm, gap)],
        )
        for pm, gap in gaps
    ]
    columns = ["Measure", "Gap", "Does it narrow?"]
    return Fragment(table("Gaps between groups of people", columns, rows, css="pm-words-table"))


def group_gaps(page: Page) -> Fragment:
    """The gaps between groups of people, on one axis a unit: unlike units never share one."""
    by_unit: dict[str, list[PublishedMeasure]] = {}
    for pm in page.published.all_measures:
        if any(gap.dimension != "ward" for gap in pm.gaps):
            by_unit.setdefault(pm.unit.id, []).append(pm)
    drawn = [exhibit for measures in by_unit.values() if (exhibit := gap_bars(measures)) is not None]
    return fragment(*drawn) if drawn else Fragment("<p>No measure has figures for groups of people yet.</p>")


def chosen(page: Page) -> tuple[PublishedMeasure, ...]:
    """The ward measures that stand for the others: one that describes the place, then one an objective."""
    framework = page.published.framework
    home = {outcome.id: o.id for o in framework.objectives for outcome in o.outcomes}
    first: dict[str, PublishedMeasure] = {}
    for pm in page.with_wards:
        if pm.measure.polarity is Polarity.NEUTRAL or not pm.can_be_mapped:
            continue
        first.setdefault(home.get(pm.measure.outcome or "", ""), pm)
    place = first.pop("", None)
    return ((place,) if place else ()) + tuple(first.values())
