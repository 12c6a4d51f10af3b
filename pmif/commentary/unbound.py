"""What a paragraph says of figures without a role to bear it out."""

import re
from bisect import bisect_right
from itertools import chain

from pmif.commentary.notation import write_role
from pmif.commentary.paragraph import Piece, quoted
from pmif.commentary.sentences import sentence_at
from pmif.commentary.told import MONTH, NUMBER, NUMBER_WORD, wards_named, without_wards
from pmif.commentary.words import ClaimWords
from pmif.geography import Areas

_QUOTE = "{quoted}`the words <who says so, in what>`"
_MORE = re.compile(r"(?:^|(?<=[.!?]\s))(?:Fewer|More)\s+(?!than|on|about|of|is)[a-z]+")  # Fewer people ...
_HOW_NUMBER = f"write {{value}}`measure` or {{count}}`improving`, or quote it: {_QUOTE}"
_HOW_BESIDE = f"write {{higher-than}}`higher than England <measure/england>` or its like, or quote it: {_QUOTE}"
_HOW_PERIOD = f"write {{period}}`measure`, or quote it: {_QUOTE}"


def unbound(pieces: list[Piece], shown: str, typed: str, areas: Areas, words: ClaimWords) -> list[tuple[int, str]]:
    """Every number, date, claim word and ranked ward of a paragraph that no role holds: line, and what to do.

    `shown` is the paragraph as a reader sees it, `typed` the same with every role blanked out.
    """
    listed: list[tuple[int, str]] = []
    bare = words.without_harmless(typed)
    taken = bytearray(len(bare))

    def report(start: int, end: int, what: str) -> None:
        if any(taken[start:end]):
            return
        taken[start:end] = b"\x01" * (end - start)
        piece = pieces[bisect_right(pieces, start, key=lambda p: p.start) - 1]
        line = piece.line + piece.shown[: start - piece.start].count("\n")
        listed.append((line, f"{quoted(shown, start)}: {what}"))

    for found in MONTH.finditer(bare):
        report(*found.span(), f"the date '{found[0].strip()}' is bound to nothing: {_HOW_PERIOD}")
    for found in chain(NUMBER.finditer(bare), NUMBER_WORD.finditer(bare)):
        report(*found.span(), f"the number '{found[0]}' is bound to nothing: {_HOW_NUMBER}")
    for beside in words.comparisons(bare):
        report(
            beside.start,
            beside.end,
            f"'{beside.phrase}' sets two figures side by side and nothing checks it: {_HOW_BESIDE}",
        )
    for found in _MORE.finditer(bare):
        report(*found.span(), f"'{found[0]}' sets two figures side by side and nothing checks it: {_HOW_BESIDE}")
    for word in words.in_prose(without_wards(bare, areas)):
        claims = words.claims[word.phrase]
        how = write_role(claims[0], "measure", word.phrase) if claims else "the figures themselves"
        report(
            word.start,
            word.end,
            f"'{word.phrase}' says something of a figure and nothing checks it: write {how}, or quote it: {_QUOTE}",
        )
    for ward in wards_named(bare, areas):
        _, sentence = sentence_at(bare, ward.start())
        if superlative := words.superlative(sentence):
            report(
                *ward.span(),
                f"'{superlative.phrase}' and {ward[0]} are bound to nothing: write {{highest}}`measure` or "
                f"{{lowest}}`measure`, or quote it: {_QUOTE}",
            )
    return listed
