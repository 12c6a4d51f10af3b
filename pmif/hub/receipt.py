"""The receipt of a batch: who brought which file and when, what was taken, how each cell was understood.

A batch is a set of observations that came together, and never changes. Its receipt is kept beside
its rows and answers for them.
"""

from datetime import date, datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict


class Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class BatchKind(StrEnum):
    TABLE = "table"  # a table of data/figures, which stands as long as the file does
    RETURN = "return"  # a service's file, taken in on a day
    FETCH = "fetch"  # figures that a publisher's own service gave on a day


class Interpretation(Model):
    """A cell that does not say its figure outright, and what it was taken to mean."""

    place: str  # "sheet 'Figures', cell J7"
    found: str  # what the cell holds, as a person sees it
    taken_as: str  # "12.3 percent", "suppressed", "left out: a row of totals"


class Refusal(Model):
    """A row or cell that could not be taken, and why."""

    place: str
    problem: str


class Confirmation(Model):
    """An odd figure that a named role says is right."""

    oddity: str  # the oddity's name, as `Oddity.name`
    role: str
    reason: str


class Note(Model):
    """What the service wrote beside a figure."""

    measure: str
    period: str
    text: str


class Part(Model):
    """A file as it came, kept byte for byte in the batch's folder."""

    name: str  # a name of ours
    sha256: str
    size: int  # bytes
    address: str = ""  # where it was fetched from
    fetched: datetime | None = None


class Receipt(Model):
    batch: str  # its name, also its folder's: 2026-10-12-return-1a2b3c4d
    kind: BatchKind
    file: str  # a name of ours for the file, free of what its sender called it
    sent_as: str = ""  # what its sender called it; never published
    sha256: str  # of the file; where there are several parts, of their hashes in order
    parts: tuple[Part, ...] = ()
    received: datetime | None = None  # with its time zone; None for a table, whose rows carry their own dates
    role: str = ""  # who brought it: a role of roles.yml
    report: str = ""  # the report period it was asked for
    layout: str = ""  # how it was read: "form 1", or the id of a layout in data/layouts
    licence: str = ""
    taken: int = 0  # rows
    rows_sha256: str = ""  # of the table of rows as kept
    refused: int = 0
    interpretations: tuple[Interpretation, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    confirmations: tuple[Confirmation, ...] = ()
    corrections: tuple[str, ...] = ()  # ids of data/corrections that were applied
    notes: tuple[Note, ...] = ()

    @property
    def received_on(self) -> date | None:
        return self.received.date() if self.received else None
