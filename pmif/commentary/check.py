"""`pmif commentary check`: is every word borne out by the figures, and what is bound to nothing?"""

from collections.abc import Sequence
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path

from pmif.commentary import Checked, check_commentary
from pmif.commentary.binding import BoundText, Use
from pmif.commentary.text import stray_files
from pmif.disclosure import Published, open_published
from pmif.errors import CommentaryError
from pmif.geography import load_areas

PAGES = ("overview", "inequalities")  # pages with commentary besides the objectives' and the scorecard's


def pages_of(published: Published) -> tuple[str, ...]:
    """Every page that may have commentary, the overview first."""
    return (PAGES[0], *published.framework.parts, PAGES[1])


def check_report(root: Path, published: Published) -> Checked:
    """Check every page's words in a report, and that no file is of a page that shows none."""
    pages = pages_of(published)
    checked = check_commentary(root, published, pages)
    return replace(checked, faults=(*stray_files(root, published.report, pages), *checked.faults))


def known_page(published: Published, page: str) -> None:
    """Errors: CommentaryError for a page that may have no commentary, with the nearest that may."""
    known = pages_of(published)
    if page not in known:
        near = get_close_matches(page, known, n=1)
        hint = f"did you mean {near[0]}?" if near else f"use {', '.join(known)}"
        if page in published.findings:
            hint = f"that is a measure, so write --measure {page}"
        raise CommentaryError(f"there is no page '{page}': {hint}")


def check_pages(root: Path, period: str, pages: Sequence[str]) -> Checked:
    """Check these pages' words, or every page's, against what was last published.

    Errors: CommentaryError for a page that there is not; RunError where nothing has been published.
    """
    published = open_published(root, period)
    for page in pages:
        known_page(published, page)
    return check_commentary(root, published, pages) if pages else check_report(root, published)


def advice(checked: Checked, root: Path) -> list[str]:
    """Advice on plain English and spelling for every text, as lines; it stops nothing.

    Errors: CommentaryError for lists of words that cannot be read.
    """
    from pmif.commentary.plain import plain_english, read_plain_words  # only needed where advice is asked for

    lists = replace(read_plain_words(root), names=frozenset(a.name for a in load_areas(root).all))
    return [
        f"advice   {text.text.place}, line {one.line}: {one.says}"
        for text in checked.texts
        for one in plain_english(text.paragraphs, lists)
    ]


def describe(checked: Checked, *, show: bool = False) -> str:
    """What was found, as lines of text: the faults first, then what is unbound, then the counts.

    With `show`, every text as a reader sees it comes before them all.
    """
    lines = [words for text in checked.texts for words in _as_read(text)] if show else []
    lines += [f"{fault}" for fault in checked.faults]
    lines += [f"unbound  {fault}" for fault in checked.unbound]
    for text in checked.texts:
        counts = f"{text.count(Use.VALUE)} values and {text.count(Use.CLAIM)} claims bound"
        lines.append(
            f"{text.text.place}: {text.text.front.status}, {counts}, {text.count(Use.QUOTED)} quoted, "
            f"{len(text.unbound)} unbound, {len(text.faults)} to put right"
        )
    if not checked.texts and not checked.faults:
        lines.append("No commentary is written for this period: 'pmif commentary words PAGE' shows how a text begins.")
    return "".join(f"{line}\n" for line in lines)


def _as_read(text: BoundText) -> list[str]:
    """A text with its figures filled in, each paragraph after its line number."""
    return [f"{text.text.place}:", *(f"  {line:4}  {' '.join(words.split())}" for line, words in text.paragraphs), ""]
