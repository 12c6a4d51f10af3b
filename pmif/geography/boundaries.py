"""Ward shapes, checked against the registry of places before any map is drawn."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from pmif.errors import Fault, GeographyError

if TYPE_CHECKING:
    import geopandas as gpd


def read_shapes(root: Path, vintage: str, names: Mapping[str, str]) -> "gpd.GeoDataFrame":
    """The shapes of data/boundaries/<vintage>.geojson: ward_code, ward_name, geometry (longitude and latitude).

    `names` are the codes and names that the registry has for this vintage; a shape too many or too
    few is an error, so that no ward can be left off a map in silence.
    Errors: GeographyError where the file is missing, or its codes or shapes are not right.
    """
    import geopandas as gpd  # a second to import, and most pages draw no map

    name = f"data/boundaries/{vintage}.geojson"
    path = root / name
    if not path.exists():
        raise GeographyError(f"{name} is missing: the shapes of {vintage} are not held, so no map can be drawn")
    shapes = gpd.read_file(path)
    faults = [
        Fault(name, f"no property '{column}': expected ward_code and ward_name")
        for column in ("ward_code", "ward_name")
        if column not in shapes.columns
    ]
    if not faults:
        found = list(shapes["ward_code"])
        faults += [
            Fault(name, f"{c} {names[c]} has no shape: add it, or no map is drawn") for c in names if c not in found
        ]
        faults += [Fault(name, f"{c} is not a ward of {vintage} in areas.csv") for c in found if c not in names]
        faults += [
            Fault(name, f"{c} has more than one shape") for c in sorted({c for c in found if found.count(c) > 1})
        ]
        faults += [
            Fault(name, f"the shape of {code} is not valid: repair it before it is used")
            for code, valid in zip(found, shapes.geometry.is_valid, strict=True)
            if not valid
        ]
    if faults:
        raise GeographyError(f"The shapes of {vintage} cannot be used", faults)
    shapes["ward_name"] = shapes["ward_code"].map(names)
    return shapes[["ward_code", "ward_name", "geometry"]].sort_values("ward_code", ignore_index=True)
