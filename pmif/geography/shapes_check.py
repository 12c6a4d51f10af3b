"""Whether a file of ward shapes is what it says it is: asked before any new file is accepted, and of those we hold.

A file can be complete JSON and still be wrong: a page lost on the way, other wards, metres for
degrees, latitude before longitude. So what is known beforehand (how many, which codes, how large,
where) is compared with what came, and every fault is told at once.
"""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from pmif.errors import Fault
from pmif.geography.registry import Geography, ShapeFacts

if TYPE_CHECKING:
    import geopandas as gpd

DEGREES = 4326
METRES = 27700  # British National Grid
SLIVER = 2_000  # square metres: less than this between two wards is the drawing of a line, not a piece of land
AREA_WITHIN = 0.01  # of the area that the registry has


def check_shapes(
    shapes: "gpd.GeoDataFrame", geography: Geography, names: Mapping[str, str], file: str
) -> tuple[list[Fault], list[str]]:
    """Every fault of the shapes, and remarks that are no faults: names that differ from those of areas.csv.

    `shapes` has ward_code, ward_name and geometry; `names` are the codes and names of `geography` in areas.csv.
    Tolerance: overlaps and holes below 2,000 square metres, and an area within 1% of the registry's.
    """
    faults = [*_check_codes(list(shapes["ward_code"]), geography, names, file)]
    usable, unusable = _split_usable(shapes, file)
    faults += unusable
    misplaced = _check_place(usable, geography.shapes, file) if geography.shapes else []
    faults += misplaced
    # Area and overlap mean something only of shapes that are whole and where they should be.
    if not misplaced and len(usable):
        faults += _check_land(usable, geography, file, complete=not unusable)
    remarks = [
        f"{code} is '{found}' in {file} and '{names[code]}' in areas.csv: the name of areas.csv is used"
        for code, found in zip(shapes["ward_code"], shapes["ward_name"], strict=True)
        if code in names and found != names[code]
    ]
    return faults, remarks


def _check_codes(found: list[str], geography: Geography, names: Mapping[str, str], file: str) -> Iterator[Fault]:
    if len(found) != geography.count:
        yield Fault(file, f"has {len(found)} shapes: expected exactly {geography.count}, one for each ward")
    missing = [code for code in names if code not in found]
    if missing:
        yield Fault(file, f"has no shape of {_some([f'{c} {names[c]}' for c in missing])}: each ward needs one")
    if unknown := sorted({str(code) for code in found if code not in names}):
        yield Fault(file, f"has shapes of {_some(unknown)}, which areas.csv does not list as {geography.id}")
    if twice := sorted({str(code) for code in found if found.count(code) > 1}):
        yield Fault(file, f"has more than one shape of {_some(twice)}: keep one")


def _split_usable(shapes: "gpd.GeoDataFrame", file: str) -> tuple["gpd.GeoDataFrame", list[Fault]]:
    from shapely import is_valid_reason  # a quarter of a second to import, and reading a page needs none of it

    keep, faults = [], []
    for code, geometry in zip(shapes["ward_code"], shapes.geometry, strict=True):
        problem = ""
        if geometry is None or geometry.is_empty:
            problem = "has no shape"
        elif geometry.geom_type not in ("Polygon", "MultiPolygon"):
            problem = f"is a {geometry.geom_type}: expected a polygon"
        elif not geometry.is_valid:
            problem = f"is not a valid shape ({is_valid_reason(geometry)}): ask for it again, or have it repaired"
        if problem:
            faults.append(Fault(f"{file}, {code}", problem))
        keep.append(not problem)
    return shapes[keep], faults


def _check_place(shapes: "gpd.GeoDataFrame", facts: ShapeFacts, file: str) -> list[Fault]:
    if not len(shapes):
        return []
    west, south, east, north = facts.within
    left, low, right, high = (float(edge) for edge in shapes.total_bounds)
    expected = f"expected degrees, longitude {west:g} to {east:g} and latitude {south:g} to {north:g}"
    if west <= left and right <= east and south <= low and high <= north:
        return []
    if max(abs(left), abs(right)) > 180 or max(abs(low), abs(high)) > 90:
        return [
            Fault(
                file,
                f"coordinates go from {left:.0f}, {low:.0f} to {right:.0f}, {high:.0f}: these are metres, not degrees; "
                f"{expected}; ask for EPSG:4326",
            )
        ]
    if west <= low and high <= east and south <= left and right <= north:
        return [Fault(file, f"latitude stands before longitude: {expected}, longitude first")]
    strays = [
        str(code)
        for code, (x0, y0, x1, y1) in zip(shapes["ward_code"], shapes.bounds.to_numpy(), strict=True)
        if not (west <= x0 and x1 <= east and south <= y0 and y1 <= north)
    ]
    return [Fault(file, f"{_some(strays)} lies outside the borough: {expected}")]


def _check_land(shapes: "gpd.GeoDataFrame", geography: Geography, file: str, *, complete: bool) -> Iterator[Fault]:
    from shapely import STRtree, polygons

    land = shapes.to_crs(METRES)
    codes, outlines = [str(code) for code in land["ward_code"]], list(land.geometry)
    tree = STRtree(outlines)
    for one, other in sorted(tuple(pair) for pair in tree.query(outlines, predicate="intersects").T.tolist()):
        if one < other and (shared := outlines[one].intersection(outlines[other]).area) > SLIVER:
            yield Fault(
                file,
                f"{codes[one]} and {codes[other]} overlap by {shared:,.0f} square metres: "
                f"no more than {SLIVER:,} is allowed",
            )
    if not complete:
        return
    whole = land.geometry.union_all()
    for part in getattr(whole, "geoms", [whole]):
        for ring in part.interiors:
            hole = polygons(ring)
            if hole.area > SLIVER:
                near = sorted(codes[at] for at in tree.query(hole, predicate="intersects"))
                yield Fault(
                    file,
                    f"there is a hole of {hole.area:,.0f} square metres between {_some(near)}: "
                    f"no more than {SLIVER:,} is allowed",
                )
    facts = geography.shapes
    area = whole.area / 1e6
    if facts and abs(area - facts.area_km2) > AREA_WITHIN * facts.area_km2:
        yield Fault(
            file,
            f"the wards cover {area:.1f} square kilometres: expected {facts.area_km2:g}, within {AREA_WITHIN:.0%}",
        )


def _some(codes: list[str]) -> str:
    said = ", ".join(codes[:5])
    return said if len(codes) <= 5 else f"{said} and {len(codes) - 5} more"
