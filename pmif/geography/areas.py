"""Places and their codes. Every code carries its vintage, because codes outlive boundaries and names do not.

All 22 ward codes of Gateshead changed in May 2026 while 17 names look the same: so places are
matched on code and vintage, never on a name. The registry is data/boundaries/areas.csv.
"""

import csv
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from pmif.errors import Fault, GeographyError
from pmif.geography.boundaries import read_shapes

if TYPE_CHECKING:  # geopandas costs a second to import, and only maps need it
    import geopandas as gpd

COLUMNS = ("code", "vintage", "name", "short", "kind", "valid_from", "valid_to")


class AreaKind(StrEnum):
    BOROUGH = "borough"
    REGION = "region"
    COUNTRY = "country"
    NEIGHBOURS = "neighbours"
    WARD = "ward"


@dataclass(frozen=True)
class Area:
    code: str
    vintage: str
    name: str
    short: str
    kind: AreaKind
    valid_from: date | None
    valid_to: date | None


@dataclass(frozen=True)
class Areas:
    """Every place of a book, looked up by code and vintage."""

    root: Path
    all: tuple[Area, ...]

    def find(self, code: str, vintage: str) -> Area | None:
        return next((a for a in self.all if a.code == code and a.vintage == vintage), None)

    def vintages_of(self, code: str) -> tuple[str, ...]:
        return tuple(a.vintage for a in self.all if a.code == code)

    @property
    def borough(self) -> Area:
        return next(a for a in self.all if a.kind is AreaKind.BOROUGH)

    @property
    def country(self) -> Area:
        return next(a for a in self.all if a.kind is AreaKind.COUNTRY)

    def name(self, kind: AreaKind | str) -> str:
        """The short name of the one borough, region or country."""
        return next((a.short for a in self.all if a.kind == kind), str(kind))

    def wards(self, vintage: str) -> tuple[Area, ...]:
        return tuple(a for a in self.all if a.kind is AreaKind.WARD and a.vintage == vintage)

    def shapes(self, vintage: str) -> "gpd.GeoDataFrame":
        """The ward shapes of one vintage: ward_code, ward_name, geometry (longitude and latitude).

        Errors: GeographyError where shapes are missing, or where their codes are not the registry's.
        """
        return read_shapes(self.root, vintage, {a.code: a.name for a in self.wards(vintage)})


def load_areas(root: Path) -> Areas:
    """Read data/boundaries/areas.csv below `root`.

    Errors: GeographyError with every faulty row.
    """
    name = "data/boundaries/areas.csv"
    path = root / name
    if not path.exists():
        raise GeographyError("Places cannot be read", [Fault(name, "the file is missing")])
    faults: list[Fault] = []
    areas: list[Area] = []
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        if tuple(reader.fieldnames or ()) != COLUMNS:
            raise GeographyError(
                "Places cannot be read",
                [Fault(f"{name}, row 1", f"columns are {reader.fieldnames}: expected {', '.join(COLUMNS)}")],
            )
        for number, row in enumerate(reader, start=2):
            try:
                areas.append(
                    Area(
                        row["code"],
                        row["vintage"],
                        row["name"],
                        row["short"] or row["name"],
                        AreaKind(row["kind"]),
                        *(date.fromisoformat(row[c]) if row[c] else None for c in ("valid_from", "valid_to")),
                    )
                )
            except ValueError as fault:
                faults.append(Fault(f"{name}, row {number}", f"{fault}: dates are like 2004-06-10, kinds {_kinds()}"))
    seen: dict[tuple[str, str], int] = {}
    for number, area in enumerate(areas, start=2):
        key = (area.code, area.vintage)
        if key in seen:
            faults.append(
                Fault(f"{name}, row {number}", f"{area.code} of {area.vintage} is already in row {seen[key]}")
            )
        seen.setdefault(key, number)
    faults += [
        Fault(name, f"there must be exactly one {kind}")
        for kind in (AreaKind.BOROUGH, AreaKind.REGION, AreaKind.COUNTRY)
        if sum(a.kind is kind for a in areas) != 1
    ]
    if faults:
        raise GeographyError("Places cannot be read", faults)
    return Areas(root, tuple(areas))


def _kinds() -> str:
    return ", ".join(AreaKind)
