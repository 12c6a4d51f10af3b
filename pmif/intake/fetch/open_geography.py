"""Ward shapes from the ONS Open Geography Portal, which is an ArcGIS server.

Three habits of its: it gives a layer page by page, and says under one of two names that there is
more; it reports a fault with status 200; and layers are renamed. So the answer is put together,
counted, and compared with what the registry knows of the wards, before anything of ours is touched.
"""

import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import ConfigDict, Field

from pmif.declared import Reader
from pmif.errors import Fault, FetchError
from pmif.framework.load import load_reporting
from pmif.geography import Areas, Geography, load_areas
from pmif.geography.registry import Model
from pmif.geography.shapes_check import DEGREES, check_shapes
from pmif.intake.fetch.http import UNCHANGED, Http, Reply

if TYPE_CHECKING:
    import geopandas as gpd

FOLDER = "data/boundaries"
DECIMALS = 6  # of a degree: a tenth of a metre, finer than the 20 metres that shapes are generalised to
PAGES = 200  # more than any set of wards needs; a server that never says "that is all" is stopped here

Words = Annotated[str, Field(min_length=1)]


class ShapesRequest(Model):
    """Which layer to ask, for which areas, and what to call the answer."""

    model_config = ConfigDict(title="request")  # what a fault calls it

    id: Words
    adapter: Literal["open-geography"]
    title: Words
    vintage: Words
    address: Words  # of the layer's query
    where: Words
    code_field: Words
    name_field: Words
    source: Words  # a card of data/sources
    licence: Literal["ogl-3"]
    attribution: Words
    page: Annotated[int, Field(ge=1, le=2000)] = 1000  # features asked for at a time


@dataclass(frozen=True)
class FetchedShapes:
    """What was accepted. `says` is for whoever ran the command: what is held now, and what to do to see it."""

    vintage: str
    path: Path
    sha256: str
    changed: bool
    remarks: tuple[str, ...]
    says: str


def load_shapes_request(root: Path, request_id: str) -> ShapesRequest:
    """Read data/fetch/<request_id>.yml below `root`.

    Errors: FetchError with every fault and its line.
    """
    reader = Reader(root)
    found = reader.models(reader.read(f"data/fetch/{request_id}.yml", None), None, ShapesRequest)
    if reader.faults:
        raise FetchError(f"The request {request_id} cannot be used", reader.faults)
    return found[0]


def fetch_wards(root: Path, http: Http, now: datetime, request: ShapesRequest) -> FetchedShapes:
    """Fetch the shapes of one vintage of wards into data/boundaries/<vintage>.geojson, if they are right in every way.

    Beside it goes <vintage>.source.json: where, when and under which licence they came, with their hashes.
    Errors: FetchError with every fault; the file held before, if there is one, is as it was.
    """
    areas = load_areas(root)
    geography = _require_known(areas, request)
    replies = _ask(http, request)
    features = [feature for reply in replies[1:] for feature in _features(reply.json(), reply.host, request)]
    faults = list(_check_count(replies[0], len(features), request))
    return _accept(root, areas, geography, request, features, replies, now, faults)


# --- asking -----------------------------------------------------------------------------------------


def _ask(http: Http, request: ShapesRequest) -> list[Reply]:
    """The reply that counts the features, then every page of them."""
    query = {"where": request.where}
    replies = [http.get(request.address, {**query, "returnCountOnly": "true", "f": "json"})]
    _refuse_error(replies[0].json(), replies[0].host, request)
    offset = 0
    for _ in range(PAGES):
        reply = http.get(
            request.address,
            {
                **query,
                "outFields": f"{request.code_field},{request.name_field}",
                "orderByFields": request.code_field,  # pages without an order may overlap
                "outSR": str(DEGREES),
                "resultOffset": str(offset),
                "resultRecordCount": str(request.page),
                "f": "geojson",
            },
        )
        page = reply.json()
        got = len(_features(page, reply.host, request))
        replies.append(reply)
        if not _says_more(page):
            return replies
        if not got:
            raise FetchError(
                f"{reply.host} says that there is more after feature {offset}, and gives none: {UNCHANGED}; "
                "try again later"
            )
        offset += got
    raise FetchError(f"{replies[0].host} had not given all its features after {PAGES} pages: {UNCHANGED}; mend 'where'")


def _says_more(page: Any) -> bool:
    """At the top in plain JSON, under properties in GeoJSON."""
    properties = page.get("properties")
    return bool(page.get("exceededTransferLimit")) or (
        isinstance(properties, dict) and bool(properties.get("exceededTransferLimit"))
    )


def _refuse_error(page: Any, host: str, request: ShapesRequest) -> None:
    """Errors: FetchError where the service reports a fault, which it does with status 200."""
    if isinstance(page, dict) and "error" in page:
        error = page["error"] if isinstance(page["error"], dict) else {"message": page["error"]}
        details = error.get("details")
        said = [error.get("message"), *(details if isinstance(details, list) else [])]
        words = "; ".join(dict.fromkeys(_text(part) for part in said if part)) or "nothing more"
        raise FetchError(
            f"{host} did not answer the request {request.id}, and says: {words} "
            f"(code {_text(error.get('code', 'none'))}). Nothing was changed; see in data/fetch/{request.id}.yml that "
            "the layer's address, 'where', and the names of its fields are those of the portal"
        )


def _features(page: Any, host: str, request: ShapesRequest) -> list[Any]:
    _refuse_error(page, host, request)
    features = page.get("features") if isinstance(page, dict) else None
    if not isinstance(features, list):
        raise FetchError(
            f"{host} sent JSON that is no set of features: {UNCHANGED}; mend the address in {request.id}.yml"
        )
    return features


def _check_count(reply: Reply, got: int, request: ShapesRequest) -> Iterator[Fault]:
    answer = reply.json()
    counted = answer.get("count") if isinstance(answer, dict) else None
    if counted != got:
        yield Fault(
            request.id,
            f"{reply.host} counts {_text(counted)} features and gave {got}: a page was lost on the way; fetch again",
        )


# --- accepting --------------------------------------------------------------------------------------


def _require_known(areas: Areas, request: ShapesRequest) -> Geography:
    geography = areas.geography(request.vintage)
    if geography is None or geography.shapes is None:
        raise FetchError(
            f"{request.id}.yml asks for {request.vintage}, of which geographies.yml does not say where its shapes "
            "lie and how large they are: register that first, or the answer cannot be checked"
        )
    return geography


def _accept(
    root: Path,
    areas: Areas,
    geography: Geography,
    request: ShapesRequest,
    features: Sequence[Any],
    replies: Sequence[Reply],
    now: datetime,
    faults: list[Fault],
) -> FetchedShapes:
    name = f"{request.vintage}.geojson"
    shapes = _shapes(features, request, faults)
    names = {area.code: area.name for area in areas.wards(request.vintage)}
    found, remarks = check_shapes(shapes, geography, names, request.id)
    faults += found
    if faults:
        raise FetchError(f"The shapes of {request.vintage} were not accepted, and {UNCHANGED}", faults)

    content = _geojson(shapes, request)
    sha256 = hashlib.sha256(content).hexdigest()
    path = root / FOLDER / name
    changed = not path.is_file() or path.read_bytes() != content
    if changed:
        receipt = _receipt(request, name, sha256, len(shapes), replies, now, remarks)
        _swap_in({path: content, path.with_suffix(".source.json"): receipt})
    held = "are held now" if changed else "are the same as those held already"
    says = (
        f"The {len(shapes)} wards of {request.vintage} {held}, in {FOLDER}/{name}. {_next_step(root, request.vintage)}"
    )
    return FetchedShapes(request.vintage, path, sha256, changed, tuple(remarks), says)


def _shapes(features: Sequence[Any], request: ShapesRequest, faults: list[Fault]) -> "gpd.GeoDataFrame":
    """The features as a table of ward_code, ward_name and geometry, in order of code; what is no feature is noted."""
    import geopandas as gpd
    import shapely
    from shapely.errors import ShapelyError
    from shapely.geometry import shape

    codes, names, outlines = [], [], []
    for number, feature in enumerate(features, start=1):
        place = f"{request.id}, feature {number}"
        properties = feature.get("properties") if isinstance(feature, dict) else None
        wanted = (request.code_field, request.name_field)
        if not isinstance(properties, dict) or any(field not in properties for field in wanted):
            has = ", ".join(_text(field) for field in properties) if isinstance(properties, dict) else "none"
            faults.append(
                Fault(
                    place, f"its fields are {has}: expected {' and '.join(wanted)}; mend the names in {request.id}.yml"
                )
            )
            continue
        try:
            outline = shape(feature["geometry"]) if feature.get("geometry") else None
            if outline is not None:
                outline = shapely.transform(shapely.force_2d(outline), lambda at: at.round(DECIMALS))
        except (ShapelyError, ValueError, TypeError, KeyError, IndexError, AttributeError):
            faults.append(Fault(place, "its shape cannot be read: fetch again"))
            continue
        codes.append(_text(properties[request.code_field]))
        names.append(_text(properties[request.name_field]))
        outlines.append(outline)
    table = gpd.GeoDataFrame({"ward_code": codes, "ward_name": names}, geometry=outlines, crs=DEGREES)
    return table.sort_values("ward_code", ignore_index=True, kind="stable")


def _geojson(shapes: "gpd.GeoDataFrame", request: ShapesRequest) -> bytes:
    """A ward to a line, so that a difference between two files can be read."""
    from shapely.geometry import mapping

    lines = ",\n".join(
        json.dumps(
            {
                "type": "Feature",
                "properties": {"ward_code": code, "ward_name": name},
                "geometry": mapping(outline),
            },
            ensure_ascii=False,
        )
        for code, name, outline in zip(shapes["ward_code"], shapes["ward_name"], shapes.geometry, strict=True)
    )
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}
    head = f'{{\n"type": "FeatureCollection",\n"name": {json.dumps(request.vintage)},\n"crs": {json.dumps(crs)},\n'
    return f'{head}"features": [\n{lines}\n]\n}}\n'.encode()


def _receipt(
    request: ShapesRequest,
    name: str,
    sha256: str,
    count: int,
    replies: Sequence[Reply],
    now: datetime,
    remarks: list[str],
) -> bytes:
    facts = {
        "file": name,
        "sha256": sha256,
        "features": count,
        "request": request.id,
        "title": request.title,
        "source": request.source,
        "licence": request.licence,
        "attribution": request.attribution,
        "accepted": now.isoformat(timespec="seconds"),
        "replies": [
            {"address": r.url, "fetched": r.fetched.isoformat(timespec="seconds"), "sha256": r.sha256} for r in replies
        ],
        "remarks": remarks,
    }
    return (json.dumps(facts, ensure_ascii=False, indent=1) + "\n").encode()


def _swap_in(files: dict[Path, bytes]) -> None:
    """Put every file in its place, each by one rename, once all of them are safely on the disk."""
    fresh = {path: path.with_name(f".{path.name}.new") for path in files}
    try:
        for path, content in files.items():
            with fresh[path].open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
        for path in files:
            fresh[path].replace(path)
    except OSError as fault:
        raise FetchError(
            f"the shapes could not be written in {FOLDER} ({fault.strerror}): close the file if another program has it "
            "open, make room, then fetch again"
        ) from fault
    finally:
        for path in fresh.values():
            path.unlink(missing_ok=True)


def _next_step(root: Path, vintage: str) -> str:
    drawn = load_reporting(root).ward_shapes
    if vintage in drawn:
        return "Maps are drawn of them from the next build on."
    return (
        "To have maps drawn of them, write one word in data/framework/reporting.yml, "
        f"'ward_shapes: [{', '.join((*drawn, vintage))}]', and see that 'wards_note' there is still true."
    )


def _text(value: Any) -> str:
    """A word from outside, short and in one line, without anything a terminal would obey."""
    return " ".join("".join(c if c.isprintable() else " " for c in str(value)).split())[:120]
