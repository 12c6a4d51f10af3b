"""Places and their codes. Every code carries its vintage, because codes outlive boundaries and names do not.

All 22 ward codes of Gateshead changed in May 2026 while 17 names look the same: so places are
matched on code and vintage, never on a name. The areas are listed in data/boundaries/areas.csv,
and the vintages in geographies.yml beside it.
"""

import csv
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from pmif.errors import Fault, GeographyError
from pmif.geography.boundaries import read_shapes
from pmif.geography.registry import Geography, check_areas, load_geographies

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
    geographies: tuple[Geography, ...] = ()

    def find(self, code: str, vintage: str) -> Area | None:
        return next((a for a in self.all if a.code == code and a.vintage == vintage), None)

    def vintages_of(self, code: str) -> tuple[str, ...]:
        return tuple(a.vintage for a in self.all if a.code == code)

    def geography(self, vintage: str) -> Geography | None:
        return next((g for g in self.geographies if g.id == vintage), None)

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
    """Read data/boundaries/areas.csv below `root`, checked against the registry of geographies.

    Errors: GeographyError with every faulty row.
    """
    name = "data/boundaries/areas.csv"
    path = root / name
    if not path.exists():
        raise GeographyError("Places cannot be read", [Fault(name, "the file is missing")])
    faults: list[Fault] = []
    listed: list[tuple[int, Area]] = []
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        if tuple(reader.fieldnames or ()) != COLUMNS:
            raise GeographyError(
                "Places cannot be read",
                [Fault(f"{name}, row 1", f"columns are {reader.fieldnames}: expected {', '.join(COLUMNS)}")],
            )
        for number, row in enumerate(reader, start=2):
            try:
                area = Area(
                    row["code"],
                    row["vintage"],
                    row["name"],
                    row["short"] or row["name"],
                    AreaKind(row["kind"]),
                    *(date.fromisoformat(row[c]) if row[c] else None for c in ("valid_from", "valid_to")),
                )
                listed.append((number, area))
            except ValueError as fault:
                faults.append(Fault(f"{name}, row {number}", f"{fault}: dates are like 2004-06-10, kinds {_kinds()}"))
    seen: dict[tuple[str, str], int] = {}
    for number, area in listed:
        key = (area.code, area.vintage)
        if key in seen:
            faults.append(
                Fault(f"{name}, row {number}", f"{area.code} of {area.vintage} is already in row {seen[key]}")
            )
        seen.setdefault(key, number)
    faults += [
        Fault(name, f"there must be exactly one {kind}")
        for kind in (AreaKind.BOROUGH, AreaKind.REGION, AreaKind.COUNTRY)
        if sum(area.kind is kind for _, area in listed) != 1
    ]
    unread = bool(faults)
    try:
        geographies = load_geographies(root)
    except GeographyError as refused:
        raise GeographyError("Places cannot be read", [*faults, *refused.faults]) from None
    # Counts are of rows that could be read, so they say nothing while a row cannot.
    faults += [f for f in check_areas(listed, geographies, name) if not (unread and f.place == name)]
    if faults:
        raise GeographyError("Places cannot be read", faults)
    return Areas(root, tuple(area for _, area in listed), geographies)


def match(codes: Iterable[str], vintage: str, areas: Areas, places: Iterable[str] | None = None) -> tuple[Area, ...]:
    """The areas of `vintage` that the codes stand for, in the order of the codes.

    `places` says of each code where it stands ("sheet 'Figures', cell F7"), for the faults.
    Errors: GeographyError with every code that is a name, of another vintage, or not known.
    """
    if not any(area.vintage == vintage for area in areas.all):
        known = ", ".join(dict.fromkeys(area.vintage for area in areas.all))
        raise GeographyError(f"'{vintage}' is no vintage of areas.csv: use one of {known}")
    held = {area.code: area for area in areas.all if area.vintage == vintage}
    wanted = list(codes)
    where = list(places) if places is not None else [f"area {n} of {len(wanted)}" for n in range(1, len(wanted) + 1)]
    faults = [
        Fault(place, _why_unmatched(code, vintage, areas))
        for place, code in zip(where, wanted, strict=True)
        if code not in held
    ]
    if faults:
        raise GeographyError(f"Places cannot be matched to {vintage}", faults)
    return tuple(held[code] for code in wanted)


def _why_unmatched(text: str, vintage: str, areas: Areas) -> str:
    if others := areas.vintages_of(text):
        name = next(a.name for a in areas.all if a.code == text)
        return (
            f"{text} ({name}) is a code of {', '.join(others)}, not of {vintage}: vintages are never mixed; "
            f"give the figures under their own vintage, or convert them by a declared lookup"
        )
    alike = [a for a in areas.all if _plain_name(text) in (_plain_name(a.name), _plain_name(a.short))]
    if alike:
        offered = "; ".join(f"{a.code} in {a.vintage}" for a in alike)
        return f"places are matched by code and vintage, never by name: '{text}' is {offered}; write the code"
    if why := next((why for g in areas.geographies if (why := g.why_refused(text))), None):
        return f"{text} is refused: {why}"
    if not text.strip():
        return "the area's code is missing: write the code"
    return f"'{text}' is in no vintage of areas.csv: mend the code"


def _plain_name(name: str) -> str:
    """A name without what people write one way or the other: '&' or 'and', capitals, commas, spaces."""
    return " ".join(re.sub(r"[^\w']+", " ", name.casefold().replace("&", " and ")).split())


def refuse_mixed(vintages: Iterable[str], what: str = "figures that stand together") -> str:
    """The one vintage that all the figures are of.

    Errors: GeographyError naming every vintage, where there is more than one, or where there is none.
    """
    found = sorted(set(vintages))
    if len(found) != 1:
        said = " and ".join(found) if found else "no vintage"
        raise GeographyError(
            f"{what} are of {said}: codes of one vintage are not those of another, even where names look the same. "
            "Take the vintages apart, or convert the figures of one by a declared lookup"
        )
    return found[0]


def _kinds() -> str:
    return ", ".join(AreaKind)
