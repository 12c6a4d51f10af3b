"""The store between stages: every observation with its history, and the tables that `pmif build` leaves."""

from typing import TYPE_CHECKING, Any

from pmif.hub.columns import STORED
from pmif.hub.receipt import BatchKind, Confirmation, Interpretation, Note, Part, Receipt, Refusal
from pmif.hub.tables import built_folder, read_as_written, read_table, replace_folder, write_table

if TYPE_CHECKING:
    from pmif.hub.access import reading, writing
    from pmif.hub.batches import find_batch, keep_refusal, read_batches, read_refusals, write_batch
    from pmif.hub.database import Hub, StandingTable

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
    "read_as_written",
    "read_batches",
    "read_refusals",
    "read_table",
    "reading",
    "replace_folder",
    "write_batch",
    "write_table",
    "writing",
]


_PLACES = {
    **dict.fromkeys(("reading", "writing"), "access"),
    **dict.fromkeys(("find_batch", "keep_refusal", "read_batches", "read_refusals", "write_batch"), "batches"),
    **dict.fromkeys(("Hub", "StandingTable"), "database"),
}


def __getattr__(name: str) -> Any:
    """Batches and the database are loaded when they are first asked for: whoever reads a built table needs neither."""
    from importlib import import_module

    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_PLACES[name]}"), name)
