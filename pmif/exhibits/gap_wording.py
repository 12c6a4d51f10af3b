"""What may be said of who is left behind: a gap, whether it narrows, its slope with deprivation, and where it lies."""

from pmif.disclosure import Gap, PublishedMeasure
from pmif.exhibits import wording


def gap_words(pm: PublishedMeasure, gap: Gap) -> str:
    """Both ends of a gap with their values, and how far apart: one sentence for a row."""
    ends = wording.listed(
        [
            f"{group_title(pm, gap.dimension, name)} {wording.format_value(pm, value)}"
            for name, value in ((gap.lowest, gap.lowest_value), (gap.highest, gap.highest_value))
        ]
    )
    mark = " [e]" if gap.estimated else ""
    some = f", of the {gap.shown} of {gap.count} that can be shown" if gap.shown < gap.count else ""
    return f"Gap {gap_of(pm, gap)}, {gap.period.label}{mark}: {ends}, a gap of {gap_amount(pm, gap)}{some}"


def gap_of(pm: PublishedMeasure, gap: Gap) -> str:
    """ "between wards", "by sex"."""
    if gap.dimension == "ward":
        return "between wards"
    return f"by {wording.lower_first(dimension_title(pm, gap.dimension))}"


def group_title(pm: PublishedMeasure, dimension: str, group: str) -> str:
    """A ward's name, or a group's as its dimension gives it."""
    if dimension == "ward":
        return group
    titles = {g.id: g.title for g in pm.published.framework.dimension(dimension).groups}
    return titles.get(group, "Everyone, these included")


def dimension_title(pm: PublishedMeasure, dimension: str) -> str:
    return pm.published.framework.dimension(dimension).title


def difference_words(pm: PublishedMeasure, gap: Gap) -> str:
    """The size of a gap: "5.5 times" where a ratio means something, else "25 percentage points"."""
    if gap.ratio is not None and gap.ratio >= 2:
        return f"{wording.number(gap.ratio, 1)} times"
    return gap_amount(pm, gap).replace("percentage points", "points")


def gap_amount(pm: PublishedMeasure, gap: Gap) -> str:
    """The gap as a difference of the values as they are shown, so that a reader's own sum agrees."""
    return wording.amount(pm, wording.as_shown(pm, gap.highest_value) - wording.as_shown(pm, gap.lowest_value))


def gap_change_words(pm: PublishedMeasure, gap: Gap) -> str:
    """Whether the gap narrows, in a sentence; or why that cannot be told. Of more than two ends, the slope."""
    change = gap.change
    what, words = ("gap", GAP_WENT) if gap.count <= 2 else ("slope with deprivation", SLOPE_WENT)
    before = ""
    if change.earlier is not None and change.since is not None:
        other_way = ", the other way round" if change.earlier < 0 and gap.count <= 2 else ""
        size = change.earlier
        if change.earlier_high is not None and change.earlier_low is not None:  # as a reader's own sum has it
            size = wording.as_shown(pm, change.earlier_high) - wording.as_shown(pm, change.earlier_low)
        before = f"{wording.amount(pm, size)}{other_way} {wording.in_period(change.since)}"
    how = ", judged by the usual range of the gap" if change.method == "usual-range" else ""
    if not change.went:
        was = f"It was {before}. " if before else ""
        return f"{was}Whether the gap narrows cannot be told. {change.reason}" if change.reason else ""
    if change.went == "no detectable change":
        return f"No detectable change of the {what}: it was {before}{how}."
    return f"The {what} is {words[change.went]}: it was {before}{how}."


GAP_WENT = {"narrowing": "narrowing", "widening": "widening", "reversed": "reversed"}
SLOPE_WENT = {"narrowing": "flatter", "widening": "steeper", "reversed": "reversed"}


def slope_words(pm: PublishedMeasure, gap: Gap) -> str:
    """How the measure goes from the most to the least deprived, in a sentence; or why no slope is given."""
    slope = gap.slope
    if slope.value is None or slope.lower is None or slope.upper is None:
        return f"No slope with deprivation is given. {slope.reason}" if slope.reason else ""
    low, high = (wording.plain_value(pm, limit) for limit in (slope.lower, slope.upper))
    if slope.lower <= 0 <= slope.upper:
        return f"No clear slope from the most to the least deprived (95% interval {low} to {high})."
    way = "rises" if slope.value > 0 else "falls"
    # Of a fall the limits are turned round: it falls by 4.6, and by 3.6 to 5.6.
    least, most = sorted((abs(slope.lower), abs(slope.upper)))
    limits = f"95% interval {wording.plain_value(pm, least)} to {wording.plain_value(pm, most)}"
    times = ""
    if slope.ratio is not None and slope.ratio > 0:
        ratio = max(slope.ratio, 1 / slope.ratio)
        times = f", or {wording.number(ratio, 1)} times" if ratio >= 1.5 else ""
    scatter = ", from how far the wards scatter around the line" if slope.method == "gradient" else ""
    size = f"{wording.amount(pm, slope.value)}{times}"
    return f"From the most to the least deprived end the line {way} by {size} ({limits}{scatter})."


def spatial_words(gap: Gap) -> str:
    """That neighbouring wards fare alike, only where Moran's I says so; else empty."""
    found = gap.spatial
    if found.i is None or found.p is None or not found.alike:
        return ""
    chance = "p less than 0.001" if found.p < 0.001 else f"p {wording.number(found.p, 3)}"
    around = [
        f"{listed} and the wards around {'it' if listed == names else 'each'} have {kind} figures"
        for kind, names in (("high", found.high), ("low", found.low))
        if (listed := wording.listed(names.split("; ")))
    ]
    named = f": {'; '.join(around)}" if around else ""
    return (
        "Wards beside each other are more alike than chance would make them "
        f"(Moran's I {wording.number(found.i, 2)}, {chance}){named}."
    )


def gap_notes(pm: PublishedMeasure, gap: Gap) -> list[str]:
    """What is known of one gap beyond its size: whether it narrows, its slope, and where it lies."""
    said = (gap_change_words(pm, gap), slope_words(pm, gap), spatial_words(gap))
    return [words for words in said if words]
