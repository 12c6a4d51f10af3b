"""What was agreed about words before they stand anywhere: who wrote and approved a text, who consented to be quoted.

Both are a few lines of a word, a colon and what it is, between two lines of ---.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from pmif.declared import Reader
from pmif.errors import Fault
from pmif.framework import PeriodId

M = TypeVar("M", bound=BaseModel)

EXAMPLE = "---\nauthor_role: policy-and-improvement\nstatus: draft\nwritten: 2026-10-20\n---"
VOICE_EXAMPLE = """:::{voice}
---
who: a parent at a family hub
kind: resident
consent: in writing, to the family hub
consent_given: 2026-09-14
de_identified_by: policy-and-improvement
---
What they said.
:::"""
SMART = "“”„‘’‚′´"
# Front matter is one word or date a line: YAML's anchors, tags, lists and blocks have no use here.
_SMART_QUOTED = re.compile(rf"\s*[{SMART}]|[^:]*:\s*[{SMART}]|[a-z_]+[{SMART}]")
_DAY = re.compile(r"[^:]*:\s+(\d{4}-\d{1,2}-\d{1,2})\s*")
_WORD = r"[^\s#&*!|>\[{%@`]"
_PLAIN_LINE = re.compile(rf"\s*(#.*)?|(?!-){_WORD}[^:]*:(\s+{_WORD}.*|\s*)|\s+(?!-){_WORD}((?!:\s).)*")


class Status(StrEnum):
    """How far a text has come. Only an approved one may be published."""

    DRAFT = "draft"
    REVIEWED = "reviewed"
    APPROVED = "approved"


def _day(value: object) -> object:
    """A day as YAML reads it; anything else is refused in words that an analyst can use."""
    if value is None or type(value) is date:
        return value
    raise ValueError(f"'{value}' is no day: write it like 2026-10-20")


Day = Annotated[date, BeforeValidator(_day)]


class Front(BaseModel):
    """Who answers for the words, how far they have come, and since when. Roles, never names of people."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True, title="front matter")
    author_role: Annotated[str, Field(min_length=1)]
    status: Status
    written: Day
    reviewed_by: str | None = None
    reviewed: Day | None = None
    approved_by: str | None = None
    approved: Day | None = None
    follows: PeriodId | None = None  # the period whose text this one began as
    generated: bool = False  # sentences made from the figures, which nobody has yet rewritten

    @model_validator(mode="after")
    def _steps(self) -> "Front":
        for status in (Status.REVIEWED, Status.APPROVED):
            by, on = getattr(self, f"{status}_by"), getattr(self, status)
            if (by is None) != (on is None):
                raise ValueError(f"{status} and {status}_by go together: give the day and the role, or neither")
            if self.status is status and on is None:
                raise ValueError(f"status is '{status}', so add {status}: the day, and {status}_by: the role")
            if on is not None and on < self.written:
                raise ValueError(f"{status} on {on}, which is before it was written on {self.written}")
        if self.status is not Status.DRAFT and self.generated:
            raise ValueError("generated text is a draft: rewrite it, remove 'generated', then have it reviewed")
        return self

    @property
    def roles(self) -> Iterator[tuple[str, str]]:
        for key in ("author_role", "reviewed_by", "approved_by"):
            if (role := getattr(self, key)) is not None:
                yield key, role


class VoiceKind(StrEnum):
    RESIDENT = "resident"
    PARTNER = "partner"
    CASE_STUDY = "case study"


class Voice(BaseModel):
    """What somebody said, or a case, with what was agreed and done so that nobody can be known from it."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True, title="voice")
    who: Annotated[str, Field(min_length=1)]  # a parent at a family hub: never a name
    kind: VoiceKind
    consent: Annotated[str, Field(min_length=1)]  # how it was given, and to whom
    consent_given: Day
    de_identified_by: Annotated[str, Field(min_length=1)]  # a role


def read_agreed(
    place: str, lines: Sequence[str], first: int, model: type[M], example: str
) -> tuple[M | None, list[Fault]]:
    """The lines between two marks as their model, and what is wrong; `first` is the file's number of the first."""
    if faults := list(_unfit_lines(place, lines, first)):
        return None, faults
    if not any(line.strip() and not line.strip().startswith("#") for line in lines):
        return None, [Fault(f"{place}, line {first}", f"between the --- marks there must be lines such as:\n{example}")]
    reader = Reader(Path())
    page = reader.parse(place, "\n" * (first - 1) + "\n".join(lines), None)
    if page.data is None:
        how = "write each word once, with a colon, a space and what it is"
        return None, [Fault(fault.place, f"{fault.problem}: {how}") for fault in reader.faults]
    made = reader.models(page, None, model)
    return (made[0] if made else None), reader.faults


def _unfit_lines(place: str, lines: Sequence[str], first: int) -> Iterator[Fault]:
    """Every line that is not a word, a colon and what it is."""
    for n, line in enumerate(lines, start=first):
        at = f"{place}, line {n}"
        if _SMART_QUOTED.match(line):
            yield Fault(at, "holds curly quotes, which are read as part of the word: write it without quotes")
        elif (found := _DAY.fullmatch(line)) and not _is_day(found[1]):
            yield Fault(at, f"'{found[1]}' is no day: write one like 2026-10-20")
        elif not _PLAIN_LINE.fullmatch(line):
            yield Fault(at, f"'{line.strip()[:40]}' is no line of this kind: write a word, a colon and what it is")


def _is_day(typed: str) -> bool:
    try:
        date.fromisoformat(typed)
    except ValueError:
        return False
    return True
