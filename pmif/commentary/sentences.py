"""Where the sentences of a paragraph begin and end, by a rule that can be followed by hand."""

import re
from bisect import bisect_right
from collections.abc import Iterator
from functools import lru_cache

_STOP = re.compile(r"[.!?…]+[\"'”’)\]]*(?=\s|$)")
OPENING = "([\"'“‘"
_NO_END = re.compile(r"e\.?g|i\.?e|st|mrs?|ms|dr|prof|rev|hon|cllrs?|vs?|cf|approx|ca|viz", re.IGNORECASE)
_NO_END_BEFORE_FIGURE = re.compile(
    r"nos?|pp?|paras?|figs?|vol|ch|sec|art|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec", re.IGNORECASE
)


def sentences(text: str) -> Iterator[tuple[int, str]]:
    """The sentences of a paragraph, each with where it begins.

    A stop ends one unless a small letter follows, or it belongs to an abbreviation ("e.g.", "St. Mary", "Nos. 3"),
    an initial ("J. Smith") or a figure ("1.5"). So "in High St. The" and "vitamin C. The" are taken for one sentence,
    and a sentence that begins with a small letter is taken with the one before. A colon, a semicolon or a dash ends
    none.
    """
    start = 0
    for stop in _STOP.finditer(text):
        if _goes_on(text[max(start, stop.start() - 30) : stop.start()], stop[0], text[stop.end() :].lstrip()[:1]):
            continue
        yield from _stripped(text, start, stop.end())
        start = stop.end()
    yield from _stripped(text, start, len(text))


def _goes_on(before: str, stop: str, after: str) -> bool:
    if after.islower():
        return True
    if stop != ".":
        return False
    last = (before.split() or [""])[-1].lstrip(OPENING)
    if _NO_END.fullmatch(last) or (after.isdigit() and _NO_END_BEFORE_FIGURE.fullmatch(last)):
        return True
    return len(last) == 1 and last.isupper() and last != "I"


def _stripped(text: str, start: int, end: int) -> Iterator[tuple[int, str]]:
    sentence = text[start:end]
    if words := sentence.strip():
        yield start + sentence.index(words[0]), words


def sentence_at(text: str, place: int) -> tuple[int, str]:
    """Where the sentence begins that holds a place of a paragraph, and the sentence."""
    found = _split(text)
    at = bisect_right(found, place, key=lambda sentence: sentence[0])
    return found[at - 1] if at else (0, text)


@lru_cache(maxsize=4)
def _split(paragraph: str) -> tuple[tuple[int, str], ...]:
    """A paragraph's sentences, kept because everything that is found in it asks for one."""
    return tuple(sentences(paragraph))
