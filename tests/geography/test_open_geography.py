"""The wards of 2026, fetched from a server of this machine that behaves as the portal is documented to, and then does not.

The shapes it serves are stand-ins: the real ones of the 2026 wards are nowhere here. They are the 22 wards of before
May 2026 under the codes and names of those since, so that together they are Gateshead; no map is made of them.
"""

import json
import shutil
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import geopandas as gpd
import pytest
from shapely import affinity, transform
from shapely.geometry import mapping, shape

from pmif.errors import FetchError
from pmif.geography import load_areas
from pmif.intake.fetch.http import Http, Limits
from pmif.intake.fetch.open_geography import FetchedShapes, fetch_wards, load_shapes_request

PROJECT = Path(__file__).resolve().parents[2]
NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
WARDS, RECEIPT = "data/boundaries/ward-2026.geojson", "data/boundaries/ward-2026.source.json"

Features = list[dict[str, Any]]


def stand_ins() -> Features:
    areas = load_areas(PROJECT)
    old = gpd.read_file(PROJECT / "data/boundaries/ward-2004.geojson").sort_values("ward_code")
    return [
        {
            "type": "Feature",
            "id": number,
            "properties": {"WD26CD": area.code, "WD26NM": area.name},
            "geometry": mapping(outline),
        }
        for number, (area, outline) in enumerate(zip(areas.wards("ward-2026"), old.geometry, strict=True), start=1)
    ]


@dataclass
class Portal:
    """What the server gives, and what it was asked."""

    features: Features
    largest_page: int = 1000
    says_more: Callable[[bool], dict[str, Any]] = lambda more: (
        {"properties": {"exceededTransferLimit": True}} if more else {}
    )
    counts: int | None = None  # where it is not the number of features
    instead: bytes | None = None  # of every answer
    lost: range = range(0)  # features that no page holds
    asked: list[dict[str, str]] = field(default_factory=list)
    address: str = ""

    def answer(self, query: dict[str, str]) -> bytes:
        self.asked.append(query)
        if self.instead is not None:
            return self.instead
        if query.get("returnCountOnly") == "true":
            return json.dumps({"count": len(self.features) if self.counts is None else self.counts}).encode()
        start = int(query["resultOffset"])
        end = start + min(self.largest_page, int(query["resultRecordCount"]))
        page = [f for at, f in enumerate(self.features[start:end], start) if at not in self.lost]
        more = self.says_more(end < len(self.features))
        return json.dumps({"type": "FeatureCollection", **more, "features": page}).encode()


@pytest.fixture
def portal() -> Iterator[Portal]:
    given = Portal(stand_ins())

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            query = {key: values[0] for key, values in parse_qs(urlsplit(self.path).query).items()}
            body = given.answer(query)
            self.send_response(200)
            self.send_header("Content-Type", "application/json; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    given.address = f"http://127.0.0.1:{server.server_port}/WD_MAY_2026_UK_BGC/FeatureServer/0/query"
    yield given
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The book's own places and request, with a file of the 2026 wards that must not be damaged."""
    for name in ("boundaries", "fetch", "framework"):
        shutil.copytree(PROJECT / "data" / name, tmp_path / "data" / name)
    (tmp_path / WARDS).unlink(missing_ok=True)
    (tmp_path / RECEIPT).unlink(missing_ok=True)
    return tmp_path


def fetch(root: Path, portal: Portal, **changes: Any) -> FetchedShapes:
    request = load_shapes_request(root, "ons-wards-2026").model_copy(update={"address": portal.address, **changes})
    limits = Limits(gap=0, first_wait=0, longest_wait=0, connect=5, read=5, total=10, attempts=2)
    with Http(now=lambda: NOW, limits=limits, sleep=lambda _: None) as http:
        return fetch_wards(root, http, NOW, request)


def refused(root: Path, portal: Portal, **changes: Any) -> str:
    """What is said when the answer is refused; the files held before must be as they were."""
    before = {WARDS: b"the wards held before", RECEIPT: b"and where they came from"}
    for name, content in before.items():
        (root / name).write_bytes(content)
    listed = sorted(path.name for path in (root / "data/boundaries").iterdir())
    with pytest.raises(FetchError) as fault:
        fetch(root, portal, **changes)
    assert {name: (root / name).read_bytes() for name in before} == before
    assert sorted(path.name for path in (root / "data/boundaries").iterdir()) == listed
    return str(fault.value)


def moved(features: Features, change: Callable[[Any], Any]) -> Features:
    return [{**f, "geometry": mapping(change(shape(f["geometry"])))} for f in features]


# --- an answer that is right ------------------------------------------------------------------------


def test_the_request_asks_for_gateshead_in_degrees(root, portal):
    fetch(root, portal)

    count, page = portal.asked
    assert count == {"where": "LAD26CD='E08000037'", "returnCountOnly": "true", "f": "json"}
    assert page["where"] == "LAD26CD='E08000037'"
    assert (page["outSR"], page["f"], page["outFields"]) == ("4326", "geojson", "WD26CD,WD26NM")
    assert page["orderByFields"] == "WD26CD"  # pages without an order may overlap


def test_the_book_asks_the_portal_of_the_office_for_national_statistics():
    request = load_shapes_request(PROJECT, "ons-wards-2026")

    assert request.address.startswith("https://services1.arcgis.com/ESMARspQHYMw9BZ9/")
    assert "/WD_MAY_2026_UK_BGC/FeatureServer/0/query" in request.address


def test_wards_that_are_right_are_held_and_can_be_drawn(root, portal):
    found = fetch(root, portal)

    shapes = load_areas(root).shapes("ward-2026")
    assert list(shapes["ward_code"]) == [f"E050165{n}" for n in range(45, 67)]
    assert shapes.to_crs(27700).area.sum() / 1e6 == pytest.approx(142.35, abs=0.01)
    assert (root / WARDS).read_bytes().count(b"\r") == 0
    assert found.changed
    assert found.remarks == ()
    assert found.says == (
        "The 22 wards of ward-2026 are held now, in data/boundaries/ward-2026.geojson. To have maps drawn of them, write "
        "one word in data/framework/reporting.yml, 'ward_shapes: [ward-2004, ward-2026]', and see that 'wards_note' "
        "there is still true."
    )


def test_the_file_has_the_form_of_the_one_held_for_the_wards_before(root, portal):
    fetch(root, portal)

    new, old = (json.loads((root / name).read_bytes()) for name in (WARDS, "data/boundaries/ward-2004.geojson"))
    assert new["crs"] == old["crs"]
    assert set(new["features"][0]["properties"]) == set(old["features"][0]["properties"]) == {"ward_code", "ward_name"}
    assert new["type"] == old["type"]


def test_the_receipt_answers_for_the_file(root, portal):
    portal.largest_page = 10
    found = fetch(root, portal)

    receipt = json.loads((root / RECEIPT).read_text(encoding="utf-8"))
    assert receipt["sha256"] == found.sha256 == sha256((root / WARDS).read_bytes()).hexdigest()
    assert receipt["licence"] == "ogl-3"
    assert "database right 2026" in receipt["attribution"]
    assert receipt["features"] == 22
    assert receipt["accepted"] == "2026-11-24T09:30:00+00:00"
    assert len(receipt["replies"]) == 4  # the count, and three pages
    for reply in receipt["replies"]:
        assert reply["address"].startswith(portal.address)
        assert len(reply["sha256"]) == 64


@pytest.mark.parametrize("where", ["at the top", "under properties"])
def test_pages_are_put_together_wherever_the_server_says_that_there_are_more(root, portal, where):
    portal.largest_page = 7
    if where == "at the top":
        portal.says_more = lambda more: {"exceededTransferLimit": more}

    fetch(root, portal)

    assert [query.get("resultOffset") for query in portal.asked] == [None, "0", "7", "14", "21"]
    assert len(load_areas(root).shapes("ward-2026")) == 22


def test_the_same_answer_again_changes_nothing(root, portal):
    fetch(root, portal)
    before = (root / WARDS).stat().st_mtime_ns, (root / RECEIPT).read_bytes()
    portal.features.reverse()  # the order of a layer means nothing

    again = fetch(root, portal)

    assert not again.changed
    assert again.says.startswith("The 22 wards of ward-2026 are the same as those held already")
    assert ((root / WARDS).stat().st_mtime_ns, (root / RECEIPT).read_bytes()) == before


def test_a_new_answer_takes_the_place_of_the_old_file_whole(root, portal):
    (root / WARDS).write_bytes(b"the wards held before")

    fetch(root, portal)

    assert len(load_areas(root).shapes("ward-2026")) == 22
    assert not list((root / "data/boundaries").glob(".*"))


def test_a_name_that_differs_is_reported_and_not_used(root, portal):
    portal.features[0]["properties"]["WD26NM"] = "Birtley N\x1b[31m & Lamesley"

    (remark,) = fetch(root, portal).remarks

    assert "areas.csv: the name of areas.csv is used" in remark
    assert "\x1b" not in remark
    assert list(load_areas(root).shapes("ward-2026")["ward_name"]) == [
        a.name for a in load_areas(root).wards("ward-2026")
    ]


def test_maps_that_are_already_turned_on_need_no_word_more(root, portal):
    path = root / "data/framework/reporting.yml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("[ward-2004]", "[ward-2004, ward-2026]"), encoding="utf-8", newline="\n")

    assert fetch(root, portal).says.endswith("Maps are drawn of them from the next build on.")


# --- answers that are wrong -------------------------------------------------------------------------


def test_one_ward_too_few_is_refused(root, portal):
    del portal.features[4]

    told = refused(root, portal)

    assert "has 21 shapes: expected exactly 22" in told
    assert "has no shape of E05016549" in told
    assert "hole of" in told or "square kilometres" in told


def test_a_page_lost_on_the_way_is_refused(root, portal):
    portal.largest_page = 10
    portal.lost = range(10, 20)

    told = refused(root, portal)

    assert "says that there is more after feature 10, and gives none" in told


def test_features_lost_within_a_page_are_refused(root, portal):
    portal.lost = range(20, 22)

    assert "127.0.0.1 counts 22 features and gave 20: a page was lost on the way" in refused(root, portal)


def test_a_server_that_forgets_to_say_that_there_is_more_is_found_out(root, portal):
    portal.largest_page = 10
    portal.says_more = lambda more: {}

    told = refused(root, portal)

    assert "counts 22 features and gave 10" in told
    assert "has 10 shapes: expected exactly 22" in told


def test_a_server_that_always_says_that_there_is_more_is_stopped(root, portal):
    portal.says_more = lambda more: {"exceededTransferLimit": True}

    assert "says that there is more after feature 22, and gives none" in refused(root, portal)
    assert len(portal.asked) == 3


def test_a_page_that_comes_twice_is_refused(root, portal):
    portal.features = [*portal.features, *portal.features[:3]]

    assert "has more than one shape of E05016545, E05016546, E05016547: keep one" in refused(root, portal)


def test_a_fault_reported_with_status_200_is_told_in_the_servers_words(root, portal):
    portal.instead = json.dumps(
        {"error": {"code": 400, "message": "Cannot perform query.", "details": ["'LAD26CD' is no field", "\x07"]}}
    ).encode()

    told = refused(root, portal)

    assert "says: Cannot perform query.; 'LAD26CD' is no field" in told
    assert "(code 400). Nothing was changed; see in data/fetch/ons-wards-2026.yml" in told


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (b"<!DOCTYPE html><html><title>Sign in to Guest WiFi</title></html>", "web page where JSON was expected"),
        (b'{"type": "FeatureCollection", "features": [{"type"', "breaks off"),
        (b"[1, 2]", "JSON that is no set of features"),
        (b'{"layers": []}', "JSON that is no set of features"),
    ],
)
def test_an_answer_that_is_no_set_of_features_is_refused(root, portal, answer, told):
    portal.instead = answer

    assert told in refused(root, portal)


def test_other_wards_are_refused(root, portal):
    old = [area.code for area in load_areas(root).wards("ward-2004")]
    for feature, code in zip(portal.features, old, strict=True):
        feature["properties"]["WD26CD"] = code

    assert "which areas.csv does not list as ward-2026" in refused(root, portal)


def test_a_layer_whose_fields_are_called_otherwise_is_refused_once_for_each_feature(root, portal):
    for feature in portal.features:
        feature["properties"] = {"WD27CD": "E05016545"}

    told = refused(root, portal)

    assert "feature 1: its fields are WD27CD: expected WD26CD and WD26NM; mend the names in ons-wards-2026.yml" in told


def test_overlapping_wards_are_refused(root, portal):
    portal.features[3]["geometry"] = mapping(shape(portal.features[3]["geometry"]).buffer(0.001))

    assert "overlap by" in refused(root, portal)


def test_latitude_before_longitude_is_refused(root, portal):
    portal.features = moved(portal.features, lambda s: transform(s, lambda at: at[:, ::-1]))

    assert "latitude stands before longitude" in refused(root, portal)


def test_metres_of_the_national_grid_are_refused(root, portal):
    metres = gpd.GeoSeries([shape(f["geometry"]) for f in portal.features], crs=4326).to_crs(27700)
    for feature, outline in zip(portal.features, metres, strict=True):
        feature["geometry"] = mapping(outline)

    assert "these are metres, not degrees" in refused(root, portal)


def test_a_shape_that_crosses_itself_is_refused(root, portal):
    bow = [[[-1.6, 54.9], [-1.55, 54.95], [-1.55, 54.9], [-1.6, 54.95], [-1.6, 54.9]]]
    portal.features[3]["geometry"] = {"type": "Polygon", "coordinates": bow}

    assert "ons-wards-2026, E05016548: is not a valid shape (Self-intersection" in refused(root, portal)


@pytest.mark.parametrize(
    ("geometry", "told"),
    [
        ({"type": "Polygon", "coordinates": [[["west", "south"]]]}, "feature 4: its shape cannot be read"),
        ({"type": "Spiral", "coordinates": []}, "feature 4: its shape cannot be read"),
        ({"type": "Polygon", "coordinates": [[[-1.6, 54.9]]]}, "feature 4: its shape cannot be read"),
        ({"type": "Polygon"}, "feature 4: its shape cannot be read"),
        ({"rings": []}, "feature 4: its shape cannot be read"),
        ("POLYGON EMPTY", "feature 4: its shape cannot be read"),
        (None, "E05016548: has no shape"),
    ],
)
def test_a_shape_that_is_none_is_refused(root, portal, geometry, told):
    portal.features[3]["geometry"] = geometry

    assert told in refused(root, portal)


def test_wards_that_are_two_percent_too_large_are_refused(root, portal):
    portal.features = moved(portal.features, lambda s: affinity.scale(s, 1.01, 1.01, origin=(-1.68, 54.93)))

    assert "expected 142.3, within 1%" in refused(root, portal)


def test_every_fault_is_told_at_once(root, portal):
    portal.counts = 25
    portal.features[3]["geometry"] = None
    portal.features[5]["properties"]["WD26CD"] = "E05019999"

    told = refused(root, portal)

    assert "counts 25 features and gave 22" in told
    assert "E05016548: has no shape" in told
    assert "E05019999, which areas.csv does not list as ward-2026" in told


def test_without_a_network_a_sentence_is_said_and_nothing_is_touched(root, portal):
    with socket.socket() as taken:  # a port that was free a moment ago, so that nobody answers there
        taken.bind(("127.0.0.1", 0))
        portal.address = f"http://127.0.0.1:{taken.getsockname()[1]}/query"

    assert "there is no network from here, or the publisher's server cannot be reached (127.0.0.1)" in refused(
        root, portal
    )


def test_a_disk_that_refuses_leaves_the_old_file(root, portal, monkeypatch):
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pmif.intake.fetch.open_geography.os.fsync", full)

    assert "the shapes could not be written in data/boundaries (No space left on device)" in refused(root, portal)


# --- the request ------------------------------------------------------------------------------------


def test_a_request_that_is_not_right_is_refused_with_its_line(root):
    path = root / "data/fetch/ons-wards-2026.yml"
    text = path.read_text(encoding="utf-8").replace("licence: ogl-3", "licence: none").replace("where:", "wear:")
    path.write_text(text, encoding="utf-8", newline="\n")

    with pytest.raises(FetchError) as fault:
        load_shapes_request(root, "ons-wards-2026")

    lines = text.splitlines()
    wear = next(n for n, line in enumerate(lines, start=1) if line.startswith("wear:"))
    assert f"data/fetch/ons-wards-2026.yml, line {wear}: request 'ons-wards-2026', unknown key 'wear'" in str(
        fault.value
    )
    assert "licence is 'none': use 'ogl-3'" in str(fault.value)


def test_a_vintage_whose_place_is_not_registered_is_not_asked_for(root, portal):
    with pytest.raises(FetchError, match="register that first"):
        fetch(root, portal, vintage="lad-2013")
    assert portal.asked == []
