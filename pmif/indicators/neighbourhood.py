"""Do neighbouring wards fare alike? Moran's I over the wards that share an edge or a corner."""

from typing import TYPE_CHECKING

import pandas as pd

from pmif.indicators.change import sentence
from pmif.indicators.finding import Spatial
from pmif.methods import spatial

if TYPE_CHECKING:
    import geopandas as gpd

# One in a hundred rather than one in twenty: a report tests some twenty measures.
SIGNIFICANT = 0.01
FEWEST = 8


def find_neighbourhood(now: pd.DataFrame, shapes: "gpd.GeoDataFrame") -> Spatial:
    """Whether wards beside each other are more alike than chance would have it, and which stand together.

    `now` has one row a ward of one period; `shapes` are the same wards'.
    """
    missing = int((now["status"] != "shown").sum())
    if missing:
        return Spatial(reason=f"It needs all wards, and {missing} of {len(now)} cannot be shown.")
    if len(now) < FEWEST:
        return Spatial(reason=f"It needs {FEWEST} wards; there are {len(now)}.")
    if set(now["area"]) != set(shapes["ward_code"]):
        return Spatial(reason="It needs all wards, and some have no row.")
    rows = now.set_index("area").loc[list(shapes["ward_code"])]
    touching = shapes.geometry.sindex.query(shapes.geometry, predicate="intersects")
    pairs = [(int(i), int(j)) for i, j in zip(*touching, strict=True) if i != j]
    weights = spatial.row_standardised(len(rows), pairs)
    values = rows["value"].to_numpy(dtype=float)
    found = spatial.morans_i(values, weights)
    if found.reason:
        return Spatial(reason=sentence(found.reason))
    together = {"high-high": "", "low-low": ""}
    alike = bool(found.p < SIGNIFICANT and found.i > 0)
    if alike:
        local = spatial.local_moran(values, weights)
        for quadrant in together:
            chosen = local.significant & (local.quadrant == quadrant)
            together[quadrant] = "; ".join(sorted(rows["area_name"].to_numpy()[chosen]))
    return Spatial(i=float(found.i), p=float(found.p), alike=alike, high=together["high-high"], low=together["low-low"])
