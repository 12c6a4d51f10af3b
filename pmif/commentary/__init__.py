"""Commentary that cannot contradict its figures: Markdown whose numbers and claims are bound to what is published."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from pmif.commentary.binding import VOCABULARY, BoundText, Use, bind
from pmif.commentary.front import Status
from pmif.commentary.text import read_text
from pmif.commentary.vocabulary import Kind
from pmif.commentary.words import ClaimWords, read_claim_words
from pmif.disclosure import Published
from pmif.errors import CommentaryError, Fault

CLAIM_NAMES = tuple(role for role, entry in VOCABULARY.items() if entry.kind is Kind.CLAIM)


@dataclass(frozen=True)
class Checked:
    """Every text of a period, bound, and what is wrong with any of them."""

    texts: tuple[BoundText, ...]
    faults: tuple[Fault, ...]
    unbound: tuple[Fault, ...]

    @property
    def not_approved(self) -> tuple[BoundText, ...]:
        return tuple(t for t in self.texts if t.text.front.status is not Status.APPROVED)


def claim_words(root: Path) -> ClaimWords:
    """The words of claims, the program's and the council's own."""
    return read_claim_words(root, CLAIM_NAMES)


def read_bound(root: Path, published: Published, page: str) -> BoundText | None:
    """A page's commentary with its figures, or None where nobody has written any.

    Errors: CommentaryError with everything that stops the book, each with file and line.
    """
    text = read_text(root, published.report, page, published.framework)
    if text is None:
        return None
    bound = bind(text, published, claim_words(root))
    if bound.stopping:
        raise CommentaryError("Commentary", bound.stopping)
    return bound


def check_commentary(root: Path, published: Published, pages: Iterable[str]) -> Checked:
    """Read and bind the texts of these pages, and keep every fault rather than the first."""
    texts: list[BoundText] = []
    faults: list[Fault] = []
    words = claim_words(root)
    for page in pages:
        try:
            text = read_text(root, published.report, page, published.framework)
        except CommentaryError as error:
            faults += (fault for fault in error.faults if isinstance(fault, Fault))
            continue
        if text is not None:
            texts.append(bind(text, published, words))
            faults += texts[-1].stopping
    listed = [fault for text in texts if text.text.front.status is not Status.APPROVED for fault in text.unbound]
    return Checked(tuple(texts), tuple(faults), tuple(listed))


__all__ = [
    "Checked",
    "Use",
    "check_commentary",
    "claim_words",
    "read_bound",
]
