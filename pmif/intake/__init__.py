"""Suppliers' files become observations."""

from pmif.intake.figures import read_tables

__all__ = ["read_tables"]
