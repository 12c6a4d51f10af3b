"""A state in words, with a shape: shape first, then words, then colour, so that it reads in a grey photocopy."""

from html import escape

from pmif.disclosure import Due, PublishedMeasure, State, Went
from pmif.exhibits import wording

# Shapes on a 16 by 16 ground. Disc better, diamond worse, ring no clear change, square moved, dot not tested.
ICONS = {
    "disc": '<circle cx="8" cy="8" r="7" fill="currentColor"/>',
    "diamond": '<path d="M8 0l8 8-8 8-8-8z" fill="currentColor"/>',
    "ring": '<circle cx="8" cy="8" r="6" fill="none" stroke="currentColor" stroke-width="2.4"/>',
    "square": '<path d="M2.2 2.2h11.6v11.6H2.2z" fill="none" stroke="currentColor" stroke-width="2.4"/>',
    "dot": '<circle cx="8" cy="8" r="2.6" fill="currentColor"/>',
    "dash": '<path d="M2 8h12" stroke="currentColor" stroke-width="2.6"/>',
    "up": '<path d="M8 15V3M3 8l5-5 5 5" fill="none" stroke="currentColor" stroke-width="2.4"/>',
    "down": '<path d="M8 1v12M3 8l5 5 5-5" fill="none" stroke="currentColor" stroke-width="2.4"/>',
    "level": '<path d="M1 8h12M9 4l5 4-5 4" fill="none" stroke="currentColor" stroke-width="2.2"/>',
    "tray": '<path d="M2 9v5h12V9h-4l-1 2H7L6 9z" fill="none" stroke="currentColor" stroke-width="2"/>',
    "calendar": '<path d="M2 3.5h12v11H2zM2 7h12M5 1v4M11 1v4" fill="none" stroke="currentColor" stroke-width="1.8"/>',
    "clock": '<circle cx="8" cy="8" r="6.6" fill="none" stroke="currentColor" stroke-width="2"/>'
    '<path d="M8 4v4.4l3 1.8" fill="none" stroke="currentColor" stroke-width="2"/>',
    "lock": '<path d="M3 7.5h10V15H3z" fill="currentColor"/>'
    '<path d="M5 7.5V5a3 3 0 0 1 6 0v2.5" fill="none" stroke="currentColor" stroke-width="2"/>',
    "break": '<path d="M1 11l4-2M11 7l4-2M6 14l2-12M9 14l2-12" fill="none" stroke="currentColor" stroke-width="2"/>',
    "map": '<path d="M1.5 3.5l4-2 5 2 4-2v11l-4 2-5-2-4 2zM5.5 1.5v11M10.5 3.5v11" fill="none" '
    'stroke="currentColor" stroke-width="1.6"/>',
}

# Of each state: its shape, the chip's look, and the colour role of its mark.
LOOKS = {
    State.IMPROVING: ("disc", "better", "better"),
    State.GETTING_WORSE: ("diamond", "worse", "worse"),
    State.NO_DETECTABLE_CHANGE: ("ring", "", "same"),
    State.MOVED: ("square", "", "gh"),
    State.CHANGE_NOT_TESTED: ("dot", "", "same"),
    State.NOTHING_TO_COMPARE: ("dash", "dash", "edge"),
    State.WARDS_ONLY: ("map", "", "edge"),
    State.WITHHELD: ("lock", "solid", "edge"),
    State.AWAITING_A_RETURN: ("tray", "dash", "edge"),
    State.NO_FIGURE: ("dash", "dash", "edge"),
}

STEP_SHAPES: dict[Went | None, str] = {Went.HIGHER: "up", Went.LOWER: "down"}


def icon(name: str) -> str:
    return f'<svg class="pm-ic" viewBox="0 0 16 16" aria-hidden="true" focusable="false">{ICONS[name]}</svg>'


def chip(words: str, shape: str, look: str = "") -> str:
    return f'<span class="pm-chip {look}">{icon(shape)}{escape(words)}</span>'.replace(' "', '"', 1)


def state_chip(pm: PublishedMeasure) -> str:
    shape, look, _ = LOOKS[pm.finding.state]
    return chip(wording.state_words(pm), shape, look)


def chips(pm: PublishedMeasure) -> list[str]:
    """What a row says of its measure: the last step, the verdict, then at most two reasons."""
    finding = pm.finding
    made = []
    if words := wording.change_words(pm):
        made.append(chip(words, STEP_SHAPES.get(wording.shown_direction(pm), "level"), "bare"))
    made.append(state_chip(pm))
    if finding.definition_changed:
        made.append(chip("Definition changed", "break", "note"))
    match finding.due:
        case Due.LATE:
            made.append(chip(wording.due_words(pm), "clock", "solid"))
        case Due.NOT_DUE:
            made.append(chip(wording.due_words(pm), "calendar"))
        case Due.NEW:
            made.append(chip("New figure", "calendar", "strong"))
        case _:
            pass
    return made[:4]


def chip_list(items: list[str]) -> str:
    return f'<ul class="pm-chips">{"".join(f"<li>{item}</li>" for item in items)}</ul>' if items else ""
