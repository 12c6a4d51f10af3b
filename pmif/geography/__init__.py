"""Places: their codes, vintages and shapes, and figures moved from one set of them to another."""

from pmif.geography.areas import Area, AreaKind, Areas, load_areas, match, refuse_mixed
from pmif.geography.registry import Geography, ShapeFacts, load_geographies

__all__ = [
    "Area",
    "AreaKind",
    "Areas",
    "Geography",
    "ShapeFacts",
    "load_areas",
    "load_geographies",
    "match",
    "refuse_mixed",
]
