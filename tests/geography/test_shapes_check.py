"""The shapes we hold, and every way in which a file of them can be wrong."""

from pathlib import Path

import geopandas as gpd
import pytest
from shapely import affinity, set_precision, transform
from shapely.geometry import Point, Polygon, box

from pmif.geography import load_areas
from pmif.geography.shapes_check import check_shapes

PROJECT = Path(__file__).resolve().parents[2]
BOROUGH = PROJECT / "tests/borough"
SHARED = PROJECT.parent / "shared/data/geography"
FILE = "ward-2004.geojson"


def check(shapes: gpd.GeoDataFrame, root: Path = PROJECT, vintage: str = "ward-2004") -> tuple[list[str], list[str]]:
    areas = load_areas(root)
    names = {area.code: area.name for area in areas.wards(vintage)}
    faults, remarks = check_shapes(shapes, areas.geography(vintage), names, f"{vintage}.geojson")
    return [str(fault) for fault in faults], remarks


@pytest.fixture
def wards() -> gpd.GeoDataFrame:
    return gpd.read_file(PROJECT / "data/boundaries" / FILE)


@pytest.mark.parametrize(
    ("root", "vintage"), [(PROJECT, "ward-2004"), (BOROUGH, "ward-old")], ids=["gateshead", "madeborough"]
)
def test_the_shapes_that_books_draw_pass_every_check(root, vintage):
    assert check(gpd.read_file(root / f"data/boundaries/{vintage}.geojson"), root, vintage) == ([], [])


def test_the_layer_of_may_2025_passes_too_generalised_though_it_is():
    path = SHARED / "wards_2025_gateshead.geojson"
    if not path.exists():
        pytest.skip("skipped: the shared data are not here")

    assert check(gpd.read_file(path)) == ([], [])


def test_a_name_that_differs_is_remarked_on_and_no_fault(wards):
    wards.loc[0, "ward_name"] = "Birtley & Portobello"

    assert check(wards) == (
        [],
        [
            "E05001067 is 'Birtley & Portobello' in ward-2004.geojson and 'Birtley' in areas.csv: "
            "the name of areas.csv is used"
        ],
    )


def test_a_ward_too_few_is_told_with_its_name(wards):
    faults, _ = check(wards[1:])

    assert faults[:2] == [
        f"{FILE}: has 21 shapes: expected exactly 22, one for each ward",
        f"{FILE}: has no shape of E05001067 Birtley: each ward needs one",
    ]


def test_codes_of_another_vintage_are_told_on_both_sides(wards):
    wards["ward_code"] = [f"E050165{45 + at}" for at in range(22)]

    faults, _ = check(wards)

    assert len(faults) == 2
    assert "has no shape of E05001067 Birtley, E05001068 Blaydon" in faults[0]
    assert "and 17 more" in faults[0]
    assert "E05016549 and 17 more, which areas.csv does not list as ward-2004" in faults[1]


def test_one_ward_drawn_twice_is_told(wards):
    wards.loc[1, "ward_code"] = "E05001067"

    told = " ".join(check(wards)[0])

    assert "has more than one shape of E05001067: keep one" in told
    assert "has no shape of E05001068 Blaydon" in told


@pytest.mark.parametrize(
    ("shape", "told"),
    [
        (
            Polygon([(-1.6, 54.9), (-1.55, 54.95), (-1.55, 54.9), (-1.6, 54.95)]),
            "is not a valid shape (Self-intersection",
        ),
        (Point(-1.6, 54.9), "is a Point: expected a polygon"),
        (Polygon(), "has no shape"),
        (None, "has no shape"),
    ],
)
def test_what_is_no_whole_polygon_is_told_with_its_ward(wards, shape, told):
    wards.loc[3, "geometry"] = shape

    faults, _ = check(wards)

    assert len(faults) == 1
    assert faults[0].startswith(f"{FILE}, {wards.loc[3, 'ward_code']}: {told}")


def test_latitude_before_longitude_is_told(wards):
    wards["geometry"] = transform(wards.geometry.to_numpy(), lambda at: at[:, ::-1])

    assert check(wards)[0] == [
        f"{FILE}: latitude stands before longitude: expected degrees, longitude -1.87 to -1.49 and latitude 54.86 to 55, "
        "longitude first"
    ]


def test_metres_are_told_from_degrees(wards):
    (fault,) = check(wards.to_crs(27700))[0]

    assert "these are metres, not degrees" in fault
    assert "ask for EPSG:4326" in fault


def test_a_ward_in_another_county_is_told(wards):
    wards.loc[5, "geometry"] = affinity.translate(wards.loc[5, "geometry"], xoff=1)

    (fault,) = check(wards)[0]

    assert fault.startswith(f"{FILE}: {wards.loc[5, 'ward_code']} lies outside the borough")


def test_wards_that_overlap_are_told_with_how_much(wards):
    metres = wards.to_crs(27700)
    metres.loc[3, "geometry"] = metres.loc[3, "geometry"].buffer(100)

    faults, _ = check(metres.to_crs(4326))

    assert len(faults) > 2
    assert all("overlap by" in fault and wards.loc[3, "ward_code"] in fault for fault in faults)


def test_a_hole_between_wards_is_told_with_its_neighbours(wards):
    metres = wards.to_crs(27700)
    inside = metres.geometry.union_all().representative_point()
    metres["geometry"] = metres.difference(inside.buffer(100))

    (fault,) = check(metres.to_crs(4326))[0]

    assert "there is a hole of 31,3" in fault or "there is a hole of 31,4" in fault


@pytest.mark.parametrize("by", [1.01, 0.99])  # along both sides: 2% of the area
def test_wards_that_are_two_percent_too_large_or_small_are_told(wards, by):
    centre = wards.geometry.union_all().centroid
    wards["geometry"] = wards.geometry.apply(lambda s: affinity.scale(s, by, by, origin=centre))

    (fault,) = check(wards)[0]

    assert "square kilometres: expected 142.3, within 1%" in fault


def test_slivers_of_drawing_are_no_fault(wards):
    # Every corner moved by up to a metre, as a coarser rounding of degrees does.
    wards["geometry"] = set_precision(wards.geometry.to_numpy(), 2e-5)

    assert check(wards)[0] == []


def test_every_fault_is_told_at_once(wards):
    metres = wards.to_crs(27700)
    metres.loc[3, "geometry"] = metres.loc[3, "geometry"].buffer(100)
    spoiled = metres.to_crs(4326)
    spoiled.loc[0, "ward_code"] = "E05001070"
    spoiled.loc[9, "geometry"] = box(0, 0, 0, 0)

    told = " ".join(check(spoiled)[0])

    assert "E05001070, which areas.csv does not list" in told
    assert "has no shape of E05001067 Birtley" in told
    assert f"{FILE}, {wards.loc[9, 'ward_code']}" in told
    assert "overlap by" in told
