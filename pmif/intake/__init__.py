"""Suppliers' files become observations."""

from pmif.intake.confirmed import screen_tables
from pmif.intake.figures import read_tables

__all__ = ["read_tables", "screen_tables"]
