"""The registry of geographies, and areas.csv checked against it."""

import csv
from pathlib import Path

import pytest

from pmif.errors import GeographyError
from pmif.geography import load_areas, load_geographies, match, refuse_mixed

PROJECT = Path(__file__).resolve().parents[2]
AREAS, GEOGRAPHIES = "data/boundaries/areas.csv", "data/boundaries/geographies.yml"


def change(root: Path, name: str, old: str, new: str) -> None:
    path = root / name
    text = path.read_text(encoding="utf-8")
    assert old in text, f"the test looks for {old!r}, which is not in {name}"
    path.write_text(text.replace(old, new, 1), encoding="utf-8", newline="\n")


def faults_of(root: Path) -> list[str]:
    with pytest.raises(GeographyError) as refused:
        load_areas(root)
    return [str(fault) for fault in refused.value.faults]


@pytest.mark.parametrize("root", [PROJECT, PROJECT / "tests/borough"], ids=["gateshead", "madeborough"])
def test_every_area_of_a_book_is_of_a_registered_geography(root):
    areas = load_areas(root)

    assert {area.vintage for area in areas.all} == {g.id for g in areas.geographies if g.is_listed}
    for geography in areas.geographies:
        if geography.is_listed:
            assert len([a for a in areas.all if a.vintage == geography.id]) == geography.count


def test_gateshead_has_22_wards_on_each_side_of_may_2026_with_no_code_in_common():
    areas = load_areas(PROJECT)
    before, after = areas.geography("ward-2004"), areas.geography("ward-2026")

    assert (before.valid_to.isoformat(), after.valid_from.isoformat()) == ("2026-05-06", "2026-05-07")
    assert before.followed_by == "ward-2026"
    old, new = ({a.code for a in areas.wards(g.id)} for g in (before, after))
    assert len(old) == len(new) == 22
    assert old.isdisjoint(new)
    assert {f"E050165{n}" for n in range(45, 67)} == new


def test_the_wards_are_those_of_the_list_of_the_office_for_national_statistics():
    path = PROJECT.parent / "shared/data/lookups/ward_codes_gateshead.csv"
    if not path.exists():
        pytest.skip("skipped: the shared data are not here")
    with path.open(encoding="utf-8", newline="") as file:
        listed = {(row["ward_code"], row["generation"]) for row in csv.DictReader(file)}
    areas = load_areas(PROJECT)

    assert {(a.code, "before_may_2026") for a in areas.wards("ward-2004")} | {
        (a.code, "from_may_2026") for a in areas.wards("ward-2026")
    } == listed


def test_a_retired_code_is_refused_with_the_reason(tmp_path, borough):
    change(borough, AREAS, "W99000008,ward-old", "W99000009,ward-old")

    assert faults_of(borough) == [
        "data/boundaries/areas.csv, row 13: W99000009 of ward-old is refused: this ward was never in force"
    ]


def test_the_retired_ward_code_and_the_old_code_of_gateshead_match_nothing():
    areas = load_areas(PROJECT)

    with pytest.raises(GeographyError, match="E05001070 is refused: this is no ward of Gateshead"):
        match(["E05001070"], "ward-2004", areas)
    with pytest.raises(GeographyError, match="write E08000037"):
        match(["E08000020"], "lad-2013", areas)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (
            "W99000017,ward-new",
            "W99000017,ward-never",
            "vintage 'ward-never' is not in data/boundaries/geographies.yml",
        ),
        ("W99000017,ward-new", "W99000017,ward-never", "6 areas of ward-new are listed: expected 7"),
        (
            "W99000017,ward-new",
            "X99000017,ward-new",
            r"X99000017 is not a code of ward-new: expected one like W9900001\d",
        ),
        ("Thimble Hill,ward,2026-05-07", "Thimble Hill,ward,2020-05-07", "valid_from is 2020-05-07, but ward-new"),
        ("Thimble Hill,ward,2004-06-10,2026-05-06", "Thimble Hill,ward,2004-06-10,", "the last day of ward-old was"),
        ("Thimble Hill,ward,2004-06-10,2026-05-06", "Thimble Hill,ward,2004-06-10,2003-01-01", "is before valid_from"),
        ("Thimble Hill,ward,2026-05-07", "Thimble Hill,neighbours,2026-05-07", "is registered as a ward"),
    ],
)
def test_an_area_that_disagrees_with_the_registry_is_refused(borough, old, new, told):
    change(borough, AREAS, old, new)

    assert any(told in fault for fault in faults_of(borough))


def test_a_code_that_names_two_places_in_two_vintages_is_refused(borough):
    change(borough, GEOGRAPHIES, r"code: W9900001\d", r"code: W990000(1\d|08)")
    change(borough, AREAS, "W99000017,ward-new,Thimble Hill", "W99000008,ward-new,Thimble Hollow")

    assert any(
        "W99000008 is 'Thimble Hollow' in ward-new, and 'Thimble Hill' in ward-old" in f for f in faults_of(borough)
    )


def test_every_fault_of_the_registry_is_told_with_its_line(borough):
    change(borough, GEOGRAPHIES, "count: 8", "count: none")
    change(borough, GEOGRAPHIES, r"code: W9900001\d", "code: W9900001(")
    change(borough, GEOGRAPHIES, "kind: region", "kind: regions")
    change(borough, GEOGRAPHIES, "valid_from: 2020-01-01", "valid_form: 2020-01-01")

    with pytest.raises(GeographyError) as refused:
        load_geographies(borough)

    lines = (borough / GEOGRAPHIES).read_text(encoding="utf-8").splitlines()
    told = {fault.place: fault.problem for fault in refused.value.faults}
    for text, problem in (
        ("count: none", "'ward-old', count is 'none'"),
        ("W9900001(", "is not a regular expression"),
        ("kind: regions", "'region-made-up', kind is 'regions': use"),
        ("valid_form", "'neighbours-made-up', unknown key 'valid_form'"),
    ):
        line = next(n for n, line in enumerate(lines, start=1) if text in line)
        assert problem in told[f"{GEOGRAPHIES}, line {line}"]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("followed_by: ward-new", "followed_by: ward-newer", "followed_by is 'ward-newer', which is no geography here"),
        ("followed_by: ward-new", "followed_by: region-made-up", "is a ward and followed_by a region"),
        ("valid_to: 2026-05-06", "valid_to: 2026-05-07", "must begin the day after the other ends"),
        ("valid_to: 2026-05-06", "valid_to: 2001-05-06", "is before valid_from"),
        ("id: ward-new", "id: ward-old", "'ward-old' is already defined at"),
        ("within: [1.9, 55.9, 2.3, 56.1]", "within: [2.3, 55.9, 1.9, 56.1]", "is no box"),
        ("geographies:", "geographys:", "line 2: unknown key 'geographys': use geographies"),
        ("count: 8", "count: [8", "not valid YAML"),
    ],
)
def test_a_registry_that_contradicts_itself_is_refused(borough, old, new, told):
    change(borough, GEOGRAPHIES, old, new)

    with pytest.raises(GeographyError) as refused:
        load_geographies(borough)
    assert any(told in str(fault) for fault in refused.value.faults)


def test_places_cannot_be_read_without_the_registry(borough):
    (borough / GEOGRAPHIES).unlink()

    assert faults_of(borough) == ["data/boundaries/geographies.yml: the file is missing"]


def test_codes_are_matched_in_the_order_given(borough):
    areas = load_areas(borough)

    assert [a.name for a in match(["W99000008", "W99000001"], "ward-old", areas)] == ["Thimble Hill", "Alderpond"]


def test_a_name_is_refused_and_the_codes_of_that_name_are_offered_with_their_vintages():
    areas = load_areas(PROJECT)

    with pytest.raises(GeographyError) as refused:
        match(["Felling", "Pelaw & Heworth"], "ward-2026", areas)

    felling, pelaw = (fault.problem for fault in refused.value.faults)
    old, new = (next(a.code for a in areas.wards(v) if a.name == "Felling") for v in ("ward-2004", "ward-2026"))
    assert felling == (
        "places are matched by code and vintage, never by name: "
        f"'Felling' is {old} in ward-2004; {new} in ward-2026; write the code"
    )
    # 'and' or '&' is the same name, and this one is of the former wards alone
    assert pelaw.endswith("'Pelaw & Heworth' is E05001081 in ward-2004; write the code")


@pytest.mark.parametrize("written", ["larkfold & long mothering", " Larkfold and Long  Mothering", "KETTLE and QUAY"])
def test_a_name_is_known_however_it_is_written(borough, written):
    with pytest.raises(GeographyError, match="never by name"):
        match([written], "ward-old", load_areas(borough))


def test_a_code_of_another_vintage_is_refused_with_both_vintages(borough):
    with pytest.raises(GeographyError) as refused:
        match(["W99000001", "W99000011", "nowhere", ""], "ward-old", load_areas(borough), ["F7", "F8", "F9", "F10"])

    assert [(f.place, f.problem.split(":")[0]) for f in refused.value.faults] == [
        ("F8", "W99000011 (Alderpond) is a code of ward-new, not of ward-old"),
        ("F9", "'nowhere' is in no vintage of areas.csv"),
        ("F10", "the area's code is missing"),
    ]


def test_a_vintage_that_does_not_exist_is_refused_with_those_that_do(borough):
    with pytest.raises(
        GeographyError, match=r"'ward-2004' is no vintage of areas.csv: use one of .*ward-old, ward-new"
    ):
        match(["W99000001"], "ward-2004", load_areas(borough))


def test_mixed_vintages_are_refused_with_both_in_the_message():
    assert refuse_mixed(["ward-2004", "ward-2004"]) == "ward-2004"
    with pytest.raises(GeographyError, match="are of ward-2004 and ward-2026"):
        refuse_mixed(["ward-2026", "ward-2004", "ward-2026"])
    with pytest.raises(GeographyError, match="are of no vintage"):
        refuse_mixed([])
