"""What a text tells without a role: numbers, dates and wards, as they are typed."""

import re
from functools import lru_cache

from pmif.geography import AreaKind, Areas
from pmif.period import MONTHS

_ALWAYS = "|".join(month for month in MONTHS if month not in ("March", "May"))
MONTH = re.compile(
    rf"\b(?:{_ALWAYS})\b(?:\s+\d{{4}})?|(?<=\bin )(?:March|May)\b(?:\s+\d{{4}})?"
    r"|\b(?:March|May)\s+\d{4}\b|\b\d{1,2}\s+(?:March|May)\b"  # "march" and "may" are also everyday words
)
NUMBER = re.compile(r"£?\d(?:[\d,]*\d)?(?:\.\d+)?(?:/\d{2})?%?")
SMALL = (
    "two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"
)
NUMBER_WORD = re.compile(
    rf"\b(?:one|{SMALL}|hundred|thousand|half)\s+(?:in|out of|of|per cent|times)\s+"
    rf"(?:the|every|a|all|its|our|{SMALL}|hundred|thousand)\b"
    rf"|\b(?:{SMALL})\s+(?:per cent|times)\b|\ball\s+(?:{SMALL})\b"
    rf"|(?:^|(?<=[.!?]\s))(?:{SMALL})\s+(?:are|were|have)\b"  # Nine are late
    r"|\ba (?:third|quarter|fifth|tenth) of\b|\b(?:nearly |almost )?twice\b",
    re.IGNORECASE,
)


def without_wards(text: str, areas: Areas) -> str:
    """The text with wards' names blanked out: nothing fell in High Fell."""
    return _wards(areas).sub(lambda found: " " * len(found[0]), text)


def wards_named(text: str, areas: Areas) -> list[re.Match[str]]:
    """Every ward's name in a text, where it stands."""
    return list(_wards(areas).finditer(text))


def _wards(areas: Areas) -> re.Pattern[str]:
    return _any_of(frozenset(n for a in areas.all if a.kind is AreaKind.WARD for n in (a.name, a.short)))


@lru_cache(maxsize=4)
def _any_of(names: frozenset[str]) -> re.Pattern[str]:
    """The longest first: Whickham South & Sunniside is no Whickham South."""
    longest_first = sorted(names, key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest_first)) or '(?!)'})(?!\w)")
