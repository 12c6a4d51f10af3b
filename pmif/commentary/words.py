"""The words that say something of a figure: which claims each may stand for, and which phrases claim nothing."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from pmif.commentary.lists import lists
from pmif.errors import CommentaryError, Fault

NAME = "claim-words.yml"
_KEYS = ("words", "only_in_roles", "not_claims", "superlatives", "comparatives", "negations")


class WordsOfClaims(BaseModel):
    """Words, and the claims that they may stand for; none where nothing can bear them out."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)
    claims: tuple[str, ...]
    words: tuple[str, ...]


@dataclass(frozen=True)
class Found:
    """A phrase in a text, where it begins and ends."""

    phrase: str
    start: int
    end: int


@dataclass(frozen=True)
class ClaimWords:
    """Every list, in small letters."""

    claims: dict[str, tuple[str, ...]]  # phrase: the claims it may stand for, the plainest first
    only_in_roles: frozenset[str]
    not_claims: frozenset[str]
    superlatives: frozenset[str]
    comparatives: frozenset[str]
    negations: frozenset[str]

    def words_of(self, claim: str) -> list[str]:
        """What a claim may be called."""
        return [phrase for phrase, claims in self.claims.items() if claim in claims]

    def in_role(self, text: str) -> Iterator[Found]:
        """Every claim word in the words of a role, the longest first where two overlap."""
        return _each(self._all, text)

    def in_prose(self, text: str) -> Iterator[Found]:
        """Every claim word in words that nothing checks."""
        return _each(self._prose, text)

    def comparisons(self, text: str) -> Iterator[Found]:
        """More ... than, fewer ... than, within one clause."""
        return _each(self._comparisons, text)

    def without_harmless(self, text: str) -> str:
        """The text with phrases that claim nothing blanked out, so that what is left keeps its place."""
        return self._harmless.sub(lambda found: " " * len(found[0]), text)

    def negated(self, text: str) -> Found | None:
        return next(_each(self._negations, text), None)

    def superlative(self, text: str) -> Found | None:
        return next(_each(self._superlatives, text), None)

    @cached_property
    def _all(self) -> re.Pattern[str]:
        return _any_of(self.claims)

    @cached_property
    def _prose(self) -> re.Pattern[str]:
        return _any_of(set(self.claims) - self.only_in_roles)

    @cached_property
    def _comparisons(self) -> re.Pattern[str]:
        return re.compile(rf"{_any_of(self.comparatives).pattern}[^.,;:()\x01]{{0,60}}?\bthan\b", re.IGNORECASE)

    @cached_property
    def _harmless(self) -> re.Pattern[str]:
        return _any_of(self.not_claims)

    @cached_property
    def _negations(self) -> re.Pattern[str]:
        return _any_of(self.negations)

    @cached_property
    def _superlatives(self) -> re.Pattern[str]:
        return _any_of(self.superlatives)


def _any_of(phrases: Iterable[str]) -> re.Pattern[str]:
    """Whole words, whatever their capitals, spaces and apostrophes; the longest phrase first."""
    ways = (
        r"\s+".join(re.escape(word).replace("'", "['’]") for word in phrase.split())
        for phrase in sorted(phrases, key=len, reverse=True)
    )
    return re.compile(rf"(?<![\w-])(?:{'|'.join(ways) or '(?!)'})(?![\w-])", re.IGNORECASE)


def _each(pattern: re.Pattern[str], text: str) -> Iterator[Found]:
    for found in pattern.finditer(text):
        yield Found(" ".join(found[0].lower().replace("’", "'").split()), found.start(), found.end())


def read_claim_words(root: Path, claims: Iterable[str]) -> ClaimWords:
    """The program's list, and what a council adds to it.

    Errors: CommentaryError for a list that cannot be read, and for a claim that there is not.
    """
    known = set(claims)
    merged: dict[str, dict[str, None]] = {}  # as a set that keeps its order
    phrases: dict[str, set[str]] = {key: set() for key in _KEYS[1:]}
    faults: list[Fault] = []
    for reader, page in lists(root, NAME):
        unknown = [key for key in page.data or () if key not in _KEYS]
        faults += [Fault(page.name, f"unknown key '{key}': use {', '.join(_KEYS)}") for key in unknown]
        for line in reader.models(page, "words", WordsOfClaims):
            strange = [claim for claim in line.claims if claim not in known]
            faults += [
                Fault(page.name, f"there is no claim '{claim}': see 'pmif commentary words'") for claim in strange
            ]
            for word in line.words:
                merged.setdefault(" ".join(word.lower().split()), {}).update(dict.fromkeys(line.claims))
        for key, words in phrases.items():
            given = (page.data or {}).get(key, ())
            if isinstance(given, str) or not all(isinstance(word, str) for word in given):
                faults.append(
                    Fault(page.name, f"{key} is a list of words, each in quotes where it is yes, no, on or off")
                )
                continue
            words.update(" ".join(str(word).lower().split()) for word in given)
        faults += reader.faults
    if faults:
        raise CommentaryError("Words of claims", faults)
    return ClaimWords(
        {phrase: tuple(of) for phrase, of in merged.items()},
        **{key: frozenset(words) for key, words in phrases.items()},
    )
