"""Where sentences begin and end, well enough to quote the one that is at fault."""

import re

# A full stop ends a sentence where a space and a capital, a figure or an opening mark follow, but not after these.
_SHORT = ("e.g", "i.e", "etc", "cf", "approx", "no", "nos", "st", "mr", "mrs", "ms", "dr", "vs", "p", "pp")
_END = re.compile(r"[.!?][)\]”’\"']*(?=\s+[\"“‘(\[]?[A-Z0-9£{])")


def sentences(text: str) -> list[tuple[int, int]]:
    """The beginning and end of each sentence of a paragraph."""
    starts = [0]
    for found in _END.finditer(text):
        word = re.split(r"[\s(]", text[: found.start()])[-1].lower()
        if found[0].startswith(".") and (word in _SHORT or re.fullmatch(r"[a-z]", word)):
            continue
        starts.append(found.end())
    return [
        (start, end) for start, end in zip(starts, [*starts[1:], len(text)], strict=True) if text[start:end].strip()
    ]


def sentence_at(text: str, place: int) -> str:
    """The sentence that holds a place of a paragraph, on one line."""
    for start, end in sentences(text):
        if start <= place < end:
            return " ".join(text[start:end].split())
    return " ".join(text.split())
