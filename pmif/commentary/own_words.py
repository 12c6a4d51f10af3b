"""Words of a writer's own in a claim: they must say what is claimed, of the place that it is claimed of."""

import re
from collections.abc import Sequence

from pmif.commentary.beside_claims import BESIDE_WORDS
from pmif.commentary.notation import Target
from pmif.commentary.told import MONTH, SMALL, wards_named, without_wards
from pmif.commentary.vocabulary import CannotBindError, Said
from pmif.commentary.words import ClaimWords
from pmif.disclosure import Published
from pmif.disclosure.figure_name import read_figure_name
from pmif.framework import Polarity
from pmif.geography import AreaKind

COUNT = "count"
OF_ANY_PLACE = ("definition-changed", "late", "new-figure")  # their words may name who counts, and where
# A number or a date in a writer's own words of a claim, in words too: "by ten", "for three years", "in March". An age
# ("at ten or eleven") is none.
_PARTS = "half|a third|a quarter|a fifth|a tenth|a decade|a dozen|decades"
IN_OWN_WORDS = re.compile(
    rf"\d[\d,.]*|\b(?:by|for|over|to|from|than)\s+(?:(?:nearly|almost|about|over)\s+)?(?:{SMALL}|{_PARTS}|hundreds?)\b"
    rf"|\b(?:{SMALL})\s+(?:points|per cent|percentage|times|years|quarters|months)\b|\btwice\b|{MONTH.pattern}"
)


def check_own_words(
    role: str, may: tuple[str, ...], target: Target, said: Said, published: Published, words: ClaimWords
) -> None:
    """Refuse words of the writer's own that do not say what is claimed; `may` are the claims that they may make."""
    text, claims = target.words, words.claims
    left, fits = text, not may
    for found in words.in_role(without_wards(text, published.areas)):
        if not set(may) & set(claims[found.phrase]):
            raise CannotBindError(
                f"'{text}' says '{found.phrase}', which is not what {{{role}}} claims: {_may_say(may, words)}"
            )
        fits = True
        left = left[: found.start] + " " * (found.end - found.start) + left[found.end :]
    if not fits:
        raise CannotBindError(f"'{text}' does not say what {{{role}}} claims: {_may_say(may, words)}")
    if negation := words.negated(left):
        raise CannotBindError(f"'{text}' turns the claim round with '{negation.phrase}': write the claim that is true")
    if number := IN_OWN_WORDS.search(re.sub(r"\bfive[- ]years?\b", "", left)):
        raise CannotBindError(f"'{text}' holds '{number[0]}', which nothing binds: end the claim before it")
    said_so = {found.phrase for found in words.in_role(text)}
    if role.startswith(("highest", "lowest")):
        _right_end(role, said_so, target, said, published)
    if role not in OF_ANY_PLACE and role != COUNT:
        _right_place(role, target, said, published)


def _right_end(role: str, said_so: set[str], target: Target, said: Said, published: Published) -> None:
    """Refuse 'best' and 'worst' at the other end of a measure, and a record that goes back to some period only."""
    polarity = published.framework.measure(target.name.split("/")[0]).polarity
    best = {Polarity.HIGHER: "highest", Polarity.LOWER: "lowest"}.get(polarity)
    for phrase in said_so & {"best", "worst"}:
        if best is None or (role.startswith(best) != (phrase == "best")):
            right = f"the best is the {best}" if best else "neither end is good or bad"
            raise CannotBindError(f"'{phrase}' is not what {{{role}}} claims, since {right} here: leave that word out")
    if role.endswith("-since") and any("record" in phrase for phrase in said_so) and "figures began" not in said.words:
        raise CannotBindError(f"it is no record, but '{said.words}': say since when, or leave the words to {{{role}}}")


def _may_say(claims: Sequence[str], words: ClaimWords) -> str:
    may = [word for claim in claims for word in words.words_of(claim)]
    if not may:
        return "leave that word out"
    return f"use {', '.join(may[:6])}, or add a word to data/language/claim-words.yml"


def _right_place(role: str, target: Target, said: Said, published: Published) -> None:
    """Refuse a place in the writer's words that the claim is not about."""
    areas, text = published.areas, target.words
    code = read_figure_name(published, target.name).area
    beside = code == areas.borough.code and role in BESIDE_WORDS  # England, where no place is named
    about = {
        n for a in areas.all if a.code == code or (beside and a.kind is AreaKind.COUNTRY) for n in (a.name, a.short)
    }
    wider = {a.short for a in areas.all if a.kind in (AreaKind.COUNTRY, AreaKind.REGION)}
    named = [
        *(ward[0] for ward in wards_named(text, areas)),
        *(n for n in sorted(wider) if re.search(rf"\b{re.escape(n)}\b", text)),
    ]
    for name in named:
        if name not in about and name not in said.words:
            raise CannotBindError(
                f"'{text}' names {name}, and the claim is '{said.words}' of {target.name}: "
                "name the place that it is about, or none"
            )
