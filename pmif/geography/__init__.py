"""Places: their codes, vintages and shapes."""

from pmif.geography.areas import Area, AreaKind, Areas, load_areas

__all__ = ["Area", "AreaKind", "Areas", "load_areas"]
