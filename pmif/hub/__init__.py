"""The store between stages: every observation with its history, and the tables that `pmif build` leaves."""

from pmif.hub.access import reading, writing
from pmif.hub.batches import (
    find_batch,
    keep_refusal,
    read_batches,
    read_refusals,
    write_batch,
)
from pmif.hub.columns import STORED
from pmif.hub.database import Hub, StandingTable
from pmif.hub.receipt import BatchKind, Confirmation, Interpretation, Note, Part, Receipt, Refusal
from pmif.hub.tables import built_folder, read_table, replace_folder, write_table

__all__ = [
    "STORED",
    "BatchKind",
    "Confirmation",
    "Hub",
    "Interpretation",
    "Note",
    "Part",
    "Receipt",
    "Refusal",
    "StandingTable",
    "built_folder",
    "find_batch",
    "keep_refusal",
    "read_batches",
    "read_refusals",
    "read_table",
    "reading",
    "replace_folder",
    "write_batch",
    "write_table",
    "writing",
]
