"""A paragraph in pieces, typed words and filled-in roles, and how a fault quotes the sentence it is in."""

from bisect import bisect_right
from dataclasses import dataclass
from functools import lru_cache

from markdown_it.token import Token

from pmif.commentary.sentences import sentences


@dataclass(frozen=True)
class Piece:
    """A stretch of a paragraph: typed words, or a role with what it shows."""

    start: int
    line: int
    shown: str
    token: Token | None = None


@lru_cache(maxsize=2)
def _sentences(paragraph: str) -> tuple[tuple[int, str], ...]:
    """A paragraph's sentences with their places, kept because every fault in it quotes one."""
    return tuple(sentences(paragraph))


def quoted(paragraph: str, place: int) -> str:
    """The sentence that holds a place, in quotation marks and no longer than a reader needs."""
    found = _sentences(paragraph)
    at = bisect_right(found, place, key=lambda sentence: sentence[0])
    sentence = " ".join((found[at - 1][1] if at else paragraph)[:1000].split())
    return f'"{sentence if len(sentence) <= 200 else sentence[:200] + " ..."}"'
