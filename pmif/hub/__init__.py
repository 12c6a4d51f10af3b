"""The store between stages: the tables that `pmif build` leaves, to be opened on their own."""

from pmif.hub.store import built_folder, read_table, replace_folder, write_table

__all__ = ["built_folder", "read_table", "replace_folder", "write_table"]
