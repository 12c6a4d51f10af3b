"""`pmif commentary status`: every page's text, who owns it, how far and how old it is, and what there is to do."""

import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pmif.commentary import claim_words
from pmif.commentary.binding import BoundText, Use, bind
from pmif.commentary.check import pages_of
from pmif.commentary.front import Status
from pmif.commentary.render import day
from pmif.commentary.text import Part, Section, read_text
from pmif.commentary.words import ClaimWords
from pmif.disclosure import Published
from pmif.errors import CommentaryError, Fault
from pmif.framework import Outcome
from pmif.period import Period

WIDTH = 100
INDENT, FURTHER = " " * 14, " " * 16
NEXT = {Status.DRAFT: "to be reviewed", Status.REVIEWED: "to be approved", Status.APPROVED: "nothing to be done"}


@dataclass(frozen=True)
class PageStatus:
    """Where one page's words stand. `bound` is None where nobody has written any, or where they cannot be read."""

    page: str
    owner: str  # a role's title
    outcomes: tuple[Outcome, ...]
    bound: BoundText | None = None
    unreadable: int = 0  # faults for which the file cannot be read

    @property
    def to_recheck(self) -> int:
        return self.bound.count(Use.RECHECK) if self.bound else 0

    @property
    def unbound(self) -> int:
        # What is to be rewritten is listed among the unbound, and counted on its own here.
        return len(self.bound.unbound) - self.to_recheck if self.bound else 0

    @property
    def faults(self) -> int:
        return len(self.bound.faults) if self.bound else self.unreadable

    @property
    def missing(self) -> tuple[Outcome, ...]:
        """The outcomes that nothing is written about, neither as a whole nor about a measure."""
        return tuple(o for o in self.outcomes if self.bound and self.bound.text.section(Part.OUTCOME, o.id) is None)

    @property
    def order(self) -> tuple[int, date]:
        """What needs most to be done comes first, and of that the oldest."""
        if self.bound is None:
            return (0 if self.unreadable else 3), date.min
        steps = (self.faults, self.to_recheck, self.unbound)
        undone = next((n for n, found in enumerate(steps) if found), None)
        if undone is None:
            undone = 4 + list(NEXT).index(self.bound.text.front.status)
        return undone, self.bound.text.front.written


def status_of(published: Published, root: Path, today: date, *, sections: bool = False) -> str:
    """Every page of a report, what needs doing first. With `sections`, each of its sections as well."""
    words = claim_words(root)
    pages = sorted((_page(published, root, page, words) for page in pages_of(published)), key=lambda p: p.order)
    written = [p.bound.text for p in pages if p.bound]
    approved = sum(1 for text in written if text.front.status is Status.APPROVED)
    head = (
        f"Commentary for {published.report.label}, as on {day(today)}: {len(written)} of {len(pages)} pages "
        f"written, {approved} approved."
    )
    lines = [*_wrapped(head, "", ""), ""]
    for page in pages:
        lines += _wrapped(f"{page.page:<13} {_state(page)}", "", FURTHER)
        below = [*_about(page, today)]
        if sections and page.bound:
            below += _sections(page, page.bound, published)
        for line in below:
            lines += _wrapped(line, INDENT, FURTHER)
    return "".join(f"{line}\n" for line in lines)


def _page(published: Published, root: Path, page: str, words: ClaimWords) -> PageStatus:
    owner, outcomes = published.framework.owner(page).title, published.parts_of(page)
    try:
        text = read_text(root, published.report, page, published.framework)
    except CommentaryError as error:
        return PageStatus(page, owner, outcomes, unreadable=len(error.faults))
    return PageStatus(page, owner, outcomes, bind(text, published, words) if text else None)


def _state(page: PageStatus) -> str:
    """ "draft: 2 to recheck, 1 unbound" """
    if page.bound is None:
        return f"cannot be read: {page.unreadable} to put right" if page.unreadable else "no text"
    counts = {"to put right": page.faults, "to recheck": page.to_recheck, "unbound": page.unbound}
    status = page.bound.text.front.status
    return f"{status}: {_to_do(counts, NEXT[status])}"


def _about(page: PageStatus, today: date) -> Iterator[str]:
    if page.bound is None:
        yield f"Owner: {page.owner}"
        return
    text = page.bound.text
    front = text.front
    since = [f"Written {_ago(front.written, today)}"]
    since += [f"reviewed {_ago(front.reviewed, today)}"] if front.reviewed else []
    since += [f"approved {_ago(front.approved, today)}"] if front.approved else []
    since += [f"begun from {Period.parse(front.follows).label}"] if front.follows else []
    since += ["made from the figures and not yet rewritten"] if front.generated else []
    yield f"{'; '.join(since)}."
    yield f"Author: {text.author}. Owner: {page.owner}."
    missing = f"; none for {', '.join(o.id for o in page.missing)}" if page.missing else ""
    yield f"Sections: {len(text.sections)}{missing}."


def _sections(page: PageStatus, bound: BoundText, published: Published) -> Iterator[str]:
    """One line a section: its place, its name, what is to be done in it and whose it is; then outcomes without one."""
    lines = {
        "to put right": [_line(fault) for fault in bound.faults],
        "to recheck": [one.line for one in bound.bound if one.use is Use.RECHECK],
        "unbound": [_line(fault) for fault in bound.unbound],
    }
    for line in lines["to recheck"]:
        lines["unbound"].remove(line)
    starts = [section.line for section in bound.text.sections]
    for section, end in zip(bound.text.sections, [*starts[1:], len(bound.text.lines) + 1], strict=True):
        counts = {what: sum(section.line <= line < end for line in found) for what, found in lines.items()}
        to_do = _to_do(counts, otherwise="nothing to put right")
        yield f"line {section.line}, {section.about or section.part}: {to_do}{_owned(published, section)}"
    yield from (f"{outcome.id}: nothing is written" for outcome in page.missing)


def _line(fault: Fault) -> int:
    return int(fault.place.rpartition("line ")[2])


def _to_do(counts: dict[str, int], otherwise: str) -> str:
    return ", ".join(f"{number} {what}" for what, number in counts.items() if number) or otherwise


def _owned(published: Published, section: Section) -> str:
    """Who owns the measures that a section is about."""
    framework = published.framework
    of_outcome = framework.measures_of(section.about) if section.part is Part.OUTCOME else ()
    measures = [framework.measure(section.about)] if section.part is Part.MEASURE else of_outcome
    owners = dict.fromkeys(framework.role(measure.owner).title for measure in measures)
    return f". Owner: {', '.join(owners)}" if owners else ""


def _ago(when: date, today: date) -> str:
    days = (today - when).days
    return f"on {day(when)}, {'today' if days == 0 else _days(days)}"


def _days(days: int) -> str:
    number = f"{abs(days):,} {'day' if abs(days) == 1 else 'days'}"
    return f"{number} ago" if days > 0 else f"{number} from now"


def _wrapped(line: str, indent: str, rest: str) -> list[str]:
    return textwrap.wrap(line, WIDTH, initial_indent=indent, subsequent_indent=rest, break_long_words=False)
