"""A paragraph in pieces, typed words and filled-in roles, and how a fault quotes the sentence it is in."""

from dataclasses import dataclass

from markdown_it.token import Token

from pmif.commentary.sentences import sentence_at


@dataclass(frozen=True)
class Piece:
    """A stretch of a paragraph: typed words, or a role with what it shows."""

    start: int
    line: int
    shown: str
    token: Token | None = None


def quoted(paragraph: str, place: int) -> str:
    """The sentence that holds a place, in quotation marks and no longer than a reader needs."""
    _, found = sentence_at(paragraph, place)
    sentence = " ".join(found[:1000].split())
    return f'"{sentence if len(sentence) <= 200 else sentence[:200] + " ..."}"'
