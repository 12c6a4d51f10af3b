"""A page's first draft, made of ready-made sentences for its analyst to rewrite. Made only when it is asked for."""

from collections.abc import Iterable
from datetime import date
from pathlib import Path

from pmif.commentary.change_claims import change_role
from pmif.commentary.check import known_page
from pmif.commentary.listing import INEQUALITIES, NO_MEASURE
from pmif.commentary.ready_made import ABSENT, CHANGED, ReadyMade, Sentence, subject
from pmif.commentary.text import text_file
from pmif.commentary.words import ClaimWords
from pmif.disclosure import Level, Published, PublishedMeasure, State
from pmif.errors import CommentaryError
from pmif.framework import TO_CONFIRM

MOST = 5  # sentences in a section
WRITER = "policy-and-improvement"  # answers for a page whose owner the council has yet to confirm


def write_draft(root: Path, published: Published, words: ClaimWords, page: str, written: date) -> Path:
    """Write a page's first draft where it has no text yet; whatever is there already is left alone.

    Errors: CommentaryError for a page that there is not, or one that has a text.
    """
    known_page(published, page)
    file = text_file(root, published.report, page)
    place = file.relative_to(root).as_posix()
    text = generated(published, words, page, written)
    file.parent.mkdir(parents=True, exist_ok=True)
    try:
        with file.open("x", encoding="utf-8", newline="\n") as draft:
            draft.write(text)
    except FileExistsError:
        raise CommentaryError(
            f"{place} is written already, and a draft would lose it: edit it, or move it away"
        ) from None
    return file


def generated(published: Published, words: ClaimWords, page: str, written: date) -> str:
    """A whole text for a page: a summary and a section for each outcome, at most five sentences in each."""
    made = ReadyMade(published, page, words)
    lines = [
        "---",
        f"author_role: {_author(published, page)}",
        "status: draft",
        f"written: {written.isoformat()}",
        "generated: true",
        "---",
        *_section("Summary", [one.typed for one in _summary(made)]),
    ]
    for part in published.parts_of(page):
        lines += _section(part.id, _outcome(made, part.id))
    return "".join(f"{line}\n" for line in lines)


def _author(published: Published, page: str) -> str:
    """The role that owns the page; where none does yet, the one that gathers what the services write."""
    owner = published.framework.owner(page).id
    if owner != TO_CONFIRM:
        return owner
    roles = [role.id for role in published.framework.roles if role.id != TO_CONFIRM]
    return WRITER if WRITER in roles else roles[0]


def _section(heading: str, sentences: Iterable[str]) -> list[str]:
    return [f"## {heading}", "", *sentences, ""]


# --- which sentences --------------------------------------------------------------------------------------------


def _summary(made: ReadyMade) -> list[Sentence]:
    """The counts, what a test finds, the side of England, and what is missing; of inequalities, the widest gaps."""
    if made.page == INEQUALITIES:
        return _widest_gaps(made)
    measures = _most_telling_first(made.counted)
    news = [one for pm in measures if pm.finding.state in CHANGED for one in _news(made, pm)]
    rest = [*made.sides()[:1], *[*made.missing(), *made.dated()][:1]]
    return [*made.tally()[:1], *news[: MOST - 1 - len(rest)], *rest]


def _news(made: ReadyMade, pm: PublishedMeasure) -> list[Sentence]:
    return made.judged(pm, subject(pm)) or made.change(pm, subject(pm))


def _widest_gaps(made: ReadyMade) -> list[Sentence]:
    """The first sentence of each gap: those that are known to have moved, then by their test, the widest first."""
    found = [(pm, gap) for pm in made.counted for gap in pm.gaps]
    found.sort(key=lambda one: (not one[1].change.went, not one[1].tested, -(one[1].ratio or 0)))
    return [one for pm, gap in found[:MOST] for one in made.gap(pm, gap, subject(pm))[:1]]


def _outcome(made: ReadyMade, outcome: str) -> list[str]:
    """What is told of an outcome: what is news first, and what is missing last."""
    evidence = made.published.evidence(outcome)
    said = [] if evidence else [NO_MEASURE]
    measures = _most_telling_first(evidence or made.published.measures_of(outcome))
    missing = [one.typed for pm in measures if _is_missing(pm) for one in made.figure(pm)]
    room = MOST - min(len(missing), 1)
    told = [pm for pm in measures if not _is_missing(pm)]
    for pm in told:
        facts = _facts(made, pm)
        said += [one.typed for one in [*made.figure(pm), *(facts[:2] if len(told) > 1 else facts)]]
    return [*said[:room], *missing][:MOST]


def _facts(made: ReadyMade, pm: PublishedMeasure) -> list[Sentence]:
    """What is worth saying of a measure, the most telling first: a tested change, England, its target, a gap."""
    facts = [
        *(made.change(pm) if pm.finding.state in CHANGED else []),
        *(made.beside(pm) if _is_apart(pm) else []),
        *made.target(pm),
        *(one for gap in pm.gaps for one in made.gap(pm, gap)[:1]),
    ]
    return facts or made.change(pm)


def _most_telling_first(measures: Iterable[PublishedMeasure]) -> list[PublishedMeasure]:
    return sorted(measures, key=_rank)


def _rank(pm: PublishedMeasure) -> int:
    state = pm.finding.state
    telling = (
        state is State.GETTING_WORSE,
        state is State.IMPROVING,
        state is State.MOVED,
        _is_apart(pm),
        bool(pm.gaps),
        pm.finding.target is not None,
    )
    return telling.index(True) if any(telling) else len(telling)


def _is_apart(pm: PublishedMeasure) -> bool:
    """Whether a test finds it better or worse than the country."""
    country = pm.finding.benchmarks.get("country")
    return country is not None and country.tested and country.level in (Level.BETTER, Level.WORSE)


def _is_missing(pm: PublishedMeasure) -> bool:
    return change_role(pm) in ABSENT and not pm.gaps
