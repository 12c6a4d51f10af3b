"""Every figure carried over is exactly what its source said: checked against the reference copies where they are present."""

import csv
import re
from pathlib import Path

import pytest

from pmif.disclosure import check
from tests.conftest import PROJECT

REFERENCE = PROJECT.parent / "shared/data"
pytestmark = pytest.mark.skipif(not REFERENCE.exists(), reason="the reference copies are not on this machine")

KINDS = {"borough": "Gateshead", "region": "North East", "country": "England"}


def read(name: str) -> list[dict[str, str]]:
    with (REFERENCE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def measured() -> list[dict[str, str]]:
    """The reference's measures that are numbers: judgements are words."""
    return [row for row in read("measures/measures.csv") if re.fullmatch(r"-?\d+(\.\d+)?", row["value"])]


@pytest.fixture(scope="module")
def carried() -> list[dict[str, str]]:
    """Our rows as text, with the publisher's name for the measure and the kind of area."""
    framework, areas, _ = check(PROJECT)
    series = {m.id: m.series for m in framework.measures}
    found = []
    for path in sorted((PROJECT / "data/figures").glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                area = areas.find(row["area"], row["vintage"])
                found.append({**row, "series": series[row["measure"]] or "", "kind": str(area.kind), "file": path.name})
    return found


def numbers(row: dict[str, str], *names: str) -> tuple[float | None, ...]:
    return tuple(float(row[name]) if row[name] else None for name in names)


def first_year(text: str) -> str:
    found = re.search(r"(19|20)\d\d", text)
    return found[0] if found else ""


def test_borough_region_and_country_values_and_limits_are_the_sources_own(carried):
    reference = {}
    for row in measured():
        key = (row["measure"], row["geography"])
        reference.setdefault(key, set()).add(numbers(row, "value", "lower_ci", "upper_ci"))
    checked, wrong = 0, []
    for row in carried:
        held = reference.get((row["series"], KINDS.get(row["kind"], "")))
        if held is None or row["dimension"]:
            continue
        checked += 1
        if numbers(row, "value", "lower", "upper") not in held:
            wrong.append(f"{row['file']}: {row['measure']} {row['area']} {row['period']} {row['value']}")
    assert wrong == []
    assert checked > 2000


def test_a_figure_keeps_the_period_it_was_published_for(carried):
    """The same value of the same series, place and first year: "2025" of a school year is 2024/25, so a year may lie between."""
    reference: dict[tuple[str, str, float], set[str]] = {}
    for row in measured():
        reference.setdefault((row["measure"], row["geography"], float(row["value"])), set()).add(
            first_year(row["period"])
        )
    checked, wrong = 0, []
    for row in carried:
        years = reference.get((row["series"], KINDS.get(row["kind"], ""), float(row["value"] or "nan")))
        if not years or row["dimension"] or row["measure"] == "funding-gap":  # a forecast, dated when it was made
            continue
        checked += 1
        ours = int(row["period"][:4])
        if not any(year and 0 <= int(year) - ours <= 1 for year in years):
            wrong.append(f"{row['file']}: {row['measure']} {row['period']} is {sorted(years)} at the source")
    assert wrong == []
    assert checked > 2000


def test_ward_values_are_the_sources_own(carried):
    reference = {
        (row["ward_code"], float(row["value"]))
        for row in read("measures/ward_figures.csv")
        if re.fullmatch(r"-?[\d.]+", row["value"])
    }
    wards = [row for row in carried if row["kind"] == "ward"]
    wrong = [
        f"{r['measure']} {r['area']} {r['value']}" for r in wards if (r["area"], float(r["value"])) not in reference
    ]

    assert len(wards) >= 20 * 22
    assert wrong == []


def test_our_estimates_are_marked(carried):
    derived = {
        row["ward_code"] + row["value"] for row in read("measures/ward_figures.csv") if "(derived)" in row["indicator"]
    }
    published = {
        row["ward_code"] + row["value"]
        for row in read("measures/ward_figures.csv")
        if "(derived)" not in row["indicator"]
    }
    unmarked = [
        row
        for row in carried
        if row["kind"] == "ward" and row["area"] + row["value"] in derived - published and row["mark"] != "e"
    ]
    assert unmarked == []
    assert sum(row["mark"] == "e" for row in carried) > 300


def test_the_shipped_ward_shapes_are_the_allowed_copy():
    shipped = Path(PROJECT / "data/boundaries/ward-2004.geojson").read_bytes()

    assert shipped == (REFERENCE / "geography/wards_2004_to_april_2026_gateshead.geojson").read_bytes()
