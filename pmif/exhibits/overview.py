"""The state of many measures at once: counts and marks, never one blended score."""

from collections import Counter
from collections.abc import Iterable, Sequence
from html import escape

from pmif.disclosure import Due, Published, PublishedMeasure, State
from pmif.exhibits import verdict, wording
from pmif.exhibits.chip import ICONS, LOOKS, chip, chip_list, icon
from pmif.exhibits.counts import Counts, count, evidence
from pmif.exhibits.exhibit import Exhibit, Fragment, fragment
from pmif.exhibits.gap_bars import Bar, bars_exhibit
from pmif.exhibits.judgements import MARKS
from pmif.exhibits.rows import sparkline


def summary_line(measures: Iterable[PublishedMeasure]) -> Fragment:
    """Every state with its count, in one sentence; then what was due."""
    counts = count(measures)
    if not counts.total:
        return Fragment('<p class="pm-small">No measure is held.</p>')
    return Fragment(
        f'<p class="pm-small"><strong>{wording.counted(counts.total, "measure")}:</strong> '
        f"{escape(states_words(counts))}. {escape(due_sentence(counts))}</p>"
    )


def states_words(counts: Counts) -> str:
    return ", ".join(f"{counts.states[s]} {words}" for s, words in wording.COUNTED.items() if counts.states[s])


def due_sentence(counts: Counts) -> str:
    words = [
        f"{counts.due[due]} {text}"
        for due, text in (
            (Due.NEW, "with a new figure"),
            (Due.NOT_DUE, "with nothing new due"),
            (Due.LATE, "late"),
            (Due.OCCASIONAL, "published now and then"),
            (Due.NEVER_RECEIVED, "never received"),
        )
        if counts.due[due]
    ]
    return f"{'Of them, ' if words else ''}{wording.listed(words)}." if words else ""


def summary(measures: Iterable[PublishedMeasure], *, bar_id: str = "england") -> Fragment:
    """What stands below a page's marks: what each mark means, and the side of England."""
    return fragment(marks_key(), england_bar(measures, full=True, bar_id=bar_id))


HERO = (
    (State.IMPROVING, "improving"),
    (State.GETTING_WORSE, "getting worse"),
    (State.NO_DETECTABLE_CHANGE, "no detectable change"),
    (State.CHANGE_NOT_TESTED, "change, not tested"),
)


def hero_counts(measures: Iterable[PublishedMeasure]) -> Fragment:
    """The four large counts that open a page; the rest in the line below them."""
    counts = count(measures)
    items = []
    for state, words in HERO:
        shape, _, role = LOOKS[state]
        items.append(
            f'<li class="pm-c-{role}">{icon(shape)}<b>{counts.states[state]}</b><span>{escape(words)}</span></li>'
        )
    others = [
        f"{counts.states[s]} {words}"
        for s, words in wording.COUNTED.items()
        if counts.states[s] and s not in dict(HERO)
    ]
    rest = f'<p class="pm-small">Also: {escape(", ".join(others))}.</p>' if others else ""
    name = f"{wording.counted(counts.total, 'measure')} by state"
    return Fragment(f'<ul class="pm-hero" aria-label="{name}">{"".join(items)}</ul>{rest}')


def marks_key() -> Fragment:
    """What each mark means."""
    items = "".join(
        f'<li><span class="pm-c-{role}">{icon(shape)}</span>{escape(words)}</li>' for shape, role, words in _kinds()
    )
    return Fragment(f'<ul class="pm-key" aria-label="Key to the marks">{items}</ul>')


def _kinds() -> list[tuple[str, str, str]]:
    return [
        ("disc", "better", "improving"),
        ("diamond", "worse", "getting worse"),
        ("ring", "same", "no detectable change"),
        ("square", "gh", "moved, not called good or bad"),
        ("dot", "same", "not tested, or no figure"),
    ]


def _shape(state: State) -> tuple[str, str]:
    shape, _, role = LOOKS[state]
    return (shape, role) if state in wording.TESTED else ("dot", "same")


def marks(measures: Iterable[PublishedMeasure], columns: int = 16, name: str = "") -> Fragment:
    """One mark a measure, directions first, so that the news is not lost among the rest.

    `name` is what they are the measures of, for those who hear the page.
    """
    every = evidence(measures)
    if not every:
        return Fragment("")
    order = list(wording.COUNTED)
    states = sorted((pm.finding.state for pm in every), key=order.index)
    size = 18
    rows = (len(states) + columns - 1) // columns
    wide = min(len(states), columns) * size
    body = ""
    for n, state in enumerate(states):
        shape, role = _shape(state)
        x, y = n % columns * size + 1, n // columns * size + 1
        body += f'<g transform="translate({x} {y})" class="pm-c-{role}">{ICONS[shape]}</g>'
    of = f" of {name}" if name else ""
    alt_text = f"One mark for each of {wording.counted(len(every), 'measure')}{of}: {states_words(count(every))}."
    return Fragment(
        f'<svg viewBox="0 0 {wide} {rows * size}" class="pm-svg pm-marks" style="--w:{wide}px" role="img" '
        f'aria-label="{escape(alt_text)}">{body}</svg>'
    )


# Beside England


def england_bar(measures: Iterable[PublishedMeasure], *, full: bool = False, bar_id: str = "") -> Fragment:
    """How many measures are better than, similar to and worse than England, of those that were tested.

    The bar's length is the number compared, so that a page of three measures does not look as heavy as
    one of thirty; `full` stretches the one at the head of a page. What was not tested is counted apart.
    """
    every = evidence(measures)
    counts = count(every).levels
    name = wording.area_name(every[0], "country") if every else "England"
    sides = [("better", "better"), ("similar", "similar"), ("worse", "worse")]
    total = sum(counts[side] for side, _ in sides)
    apart = [
        f"{counts[side]} {words if full else short}"
        for side, words, short in (
            ("neutral", "clearly higher or lower, neither good nor bad", "neither good nor bad"),
            ("untested", "compared by the figure alone (not tested)", "not tested"),
            ("none", "with nothing published to compare", "with no figure to compare"),
        )
        if counts[side]
    ]
    rest = f'<p class="pm-small">{escape(wording.listed(apart))}.</p>' if apart else ""
    if not total:
        return Fragment(f'<p class="pm-el"><strong>Against {escape(name)}</strong>: none tested</p>{rest}')
    words = wording.listed([f"{counts[side]} {text}" for side, text in sides if counts[side]])
    alt_text = f"Against {name}, of {total} tested: {words}."
    drawings = [
        _bar(counts, sides, total, width, alt_text, f"{bar_id}-{css}", long)
        for width, css, long in _bar_widths(total, full)
    ]
    picture = (
        f'<div class="pm-two"><div class="pm-wide">{drawings[0]}</div><div class="pm-narrow">{drawings[1]}</div></div>'
        if full
        else drawings[0]
    )
    css = "pm-heroeng" if full else "pm-eng"
    label = "measures tested by an interval" if full else words
    head = f'<p class="pm-el"><strong>Against {escape(name)}</strong>, {escape(label)}</p>'
    return Fragment(f'<div class="{css}">{head}{picture}{rest}</div>')


def _bar_widths(total: int, full: bool) -> list[tuple[float, str, bool]]:
    if full:
        return [(620, "w", True), (328, "n", False)]
    return [(0, "t", False)]


def _bar(
    counts: Counter[str],
    sides: Sequence[tuple[str, str]],
    total: int,
    width: float,
    alt_text: str,
    bar_id: str,
    long: bool,
) -> str:
    present = [(side, words, counts[side]) for side, words in sides if counts[side]]
    # A number needs its room even where its share of the bar is less.
    widths = [max(n * width / total if width else 9.0 * n, 15.0 + 9 * (len(str(n)) - 1)) for _, _, n in present]
    if width:
        widths = [w * (width - 2) / sum(widths) for w in widths]
    x, body = 1.0, ""
    for (side, words, n), w in zip(present, widths, strict=True):
        text = f"{n} {words}" if long and w > 90 else str(n)
        fill = f"url(#{bar_id}-h)" if side == "worse" else ""
        rectangle = f'x="{x + 1:.1f}" y="2" width="{w - 2:.1f}" height="30"'
        body += f'<rect class="pm-e-{side}" {rectangle}/>'
        if fill:
            half = 4.6 * len(text) + 6
            body += f'<rect fill="{fill}" {rectangle}/>'
            if w > 2 * half:
                body += (
                    f'<rect class="pm-e-worse" x="{x + w / 2 - half:.1f}" y="3" width="{2 * half:.1f}" height="28"/>'
                )
            else:
                body = body.replace(f'<rect fill="{fill}" {rectangle}/>', "")
        body += f'<text class="pm-e-{side}-t" x="{x + w / 2:.1f}" y="22.5" text-anchor="middle">{text}</text>'
        x += w
    hatch = (
        f'<defs><pattern id="{bar_id}-h" patternUnits="userSpaceOnUse" width="9" height="9" '
        'patternTransform="rotate(45)">'
        '<path class="pm-e-stripe" d="M0 0V9"/></pattern></defs>'
    )
    return (
        f'<svg viewBox="0 0 {x + 1:.0f} 34" class="pm-svg pm-engbar" style="--w:{x + 1:.0f}px" role="img" '
        f'aria-label="{escape(alt_text)}">{hatch if counts["worse"] else ""}{body}</svg>'
    )


# Tiles


def objective_tiles(published: Published, addresses: dict[str, str] | None = None) -> Fragment:
    """The six objectives: marks, counts in words, and England. `addresses` leads an objective's id to its page."""
    tiles = []
    for objective in published.framework.objectives:
        measures = [pm for outcome in objective.outcomes for pm in published.measures_of(outcome.id)]
        title = _linked(objective.short, (addresses or {}).get(objective.id, ""))
        heading = f"<h3><small>{objective.number}</small> {title}</h3>"
        tiles.append(_tile(heading, measures, objective.id))
    return Fragment(f'<ul class="pm-tiles three">{"".join(tiles)}</ul>')


def scorecard_tiles(published: Published, address: str = "") -> Fragment:
    """The four areas of the scorecard. External assessment shows judgements, which are not measures."""
    tiles = []
    for area in published.framework.scorecard.areas:
        measures = list(published.measures_of(area.id))
        heading = f"<h3>{_linked(area.short, f'{address}#{area.id}' if address else '')}</h3>"
        if area.id == "external-assessment":
            tiles.append(f'<li class="pm-tile">{heading}{judgement_chips(published)._repr_html_()}</li>')
        else:
            tiles.append(_tile(heading, measures, area.id))
    return Fragment(f'<ul class="pm-tiles">{"".join(tiles)}</ul>')


def judgement_chips(published: Published) -> Fragment:
    """The newest judgement of each subject, as a chip with its date."""
    newest: dict[str, str] = {}
    for j in sorted(published.framework.judgements, key=lambda j: j.sort_date, reverse=True):
        shape, css = MARKS[j.standing]
        newest.setdefault(j.subject, chip(f"{j.subject}: {j.verdict}, {j.on}", shape, css))
    return Fragment(chip_list(list(newest.values())) or "<p>No judgement is held.</p>")


def _tile(heading: str, measures: Sequence[PublishedMeasure], tile_id: str) -> str:
    counts = count(measures)
    if not counts.total:
        return f'<li class="pm-tile">{heading}<p class="pm-small">No measure is held.</p></li>'
    return (
        f'<li class="pm-tile">{heading}{marks(measures, columns=14)._repr_html_()}'
        f'<p class="pm-small">{escape(states_words(counts))}</p>'
        f"{england_bar(measures, bar_id=f'eng-{tile_id}')._repr_html_()}</li>"
    )


def _linked(words: str, address: str) -> str:
    return f'<a href="{escape(address)}">{escape(words)}</a>' if address else escape(words)


# Movers and gaps


def movers(measures: Iterable[PublishedMeasure], state: State, addresses: dict[str, str] | None = None) -> Fragment:
    """Every tested change for the better, or for the worse, in alphabetical order.

    Never by size: a change in pounds and one in percentage points cannot be ranked.
    `addresses` leads a measure's id to its row.
    """
    found = sorted(
        (pm for pm in evidence(measures) if pm.finding.state is state), key=lambda pm: pm.measure.title.lower()
    )
    if not found:
        words = wording.COUNTED[state]
        return Fragment(f"<p>No measure is {escape(words)} by a tested change.</p>")
    return Fragment(
        f'<ul class="pm-moves">{"".join(_mover(pm, (addresses or {}).get(pm.measure.id, "")) for pm in found)}</ul>'
    )


def _mover(pm: PublishedMeasure, address: str) -> str:
    f = pm.finding
    assert f.value is not None and f.period is not None
    value = f"{wording.format_value(pm, f.value)} {wording.unit_words(pm)}".strip()
    now = f"<strong>{escape(value)}</strong> {escape(wording.in_period(f.period))}"
    country = f.benchmarks.get("country")
    beside = (
        f" {wording.area_name(pm, 'country')}: {wording.format_value(pm, country.value)}."
        if country is not None and country.value is not None
        else ""
    )
    found = f", {verdict.change_words(pm)}" if f.judged_by else ""
    mind = f" Mind: {pm.measure.note}" if pm.measure.note else ""
    words = f"{now}{escape(found)}.{escape(beside)}{escape(mind)}"
    return f"<li><b>{_linked(pm.measure.title, address)}</b><span>{words}</span>{sparkline(pm)}</li>"


def widest_gaps(
    measures: Iterable[PublishedMeasure], number: int = 5, exhibit_id: str = "widest-gaps"
) -> Exhibit | None:
    """The gaps of one unit with the highest ratio of highest to lowest, each unit on an axis of its own.

    A ratio has no unit, so it alone can say which gap is wider; gaps without one are left out.
    """
    bars = [Bar(pm, gap) for pm in measures for gap in pm.gaps if gap.ratio is not None]
    chosen: list[Bar] = []
    units = list(dict.fromkeys(wording.axis_words(bar.pm) for bar in bars))
    for unit in units:
        same = sorted(
            (bar for bar in bars if wording.axis_words(bar.pm) == unit),
            key=lambda bar: (-(bar.gap.ratio or 0), bar.title),
        )
        chosen += same[:number]
    return bars_exhibit(chosen, exhibit_id, "Widest gaps, highest beside lowest") if chosen else None
