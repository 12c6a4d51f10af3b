"""Suppliers' files become observations."""

from pmif.intake.figures import read_observations

__all__ = ["read_observations"]
