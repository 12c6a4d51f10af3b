"""Figures converted from one vintage to another by a declared lookup.

There is no official lookup from the wards of before May 2026 to those since, so none is in the book. The lookups
here are made up for the made-up borough, or the Office for National Statistics' own, read where they lie.
"""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pmif.errors import GeographyError
from pmif.geography import load_areas
from pmif.geography.conversion import Lookup, LookupCard, convert, find_lookup, load_lookups

PROJECT = Path(__file__).resolve().parents[2]
SHARED = PROJECT.parent / "shared/data"
needs_shared = pytest.mark.skipif(not SHARED.exists(), reason="skipped: the shared data are not here")

OLD = [f"W9900000{n}" for n in range(1, 9)]
NEW = [f"W9900001{n}" for n in range(1, 8)]
# Copperlea is parted, and O'Made's Rest goes to two neighbours.
SHARED_OUT = [
    ("W99000001", "W99000011", 1), ("W99000002", "W99000012", 1), ("W99000003", "W99000013", 0.75),
    ("W99000003", "W99000014", 0.25), ("W99000004", "W99000014", 1), ("W99000005", "W99000015", 1),
    ("W99000006", "W99000016", 1), ("W99000007", "W99000016", 0.5), ("W99000007", "W99000017", 0.5),
    ("W99000008", "W99000017", 1),
]  # fmt: skip
CARD = """id: old-to-new
title: A lookup made up for a test
from: ward-old
to: ward-new
method: population-weighted
publisher: Nobody
dataset: Made up
licence: made-up
address: https://lookup.example/
date: 2026-05-07
"""


def write_lookup(root: Path, pairs=SHARED_OUT, card: str = CARD) -> None:
    folder = root / "data/boundaries/lookups"
    folder.mkdir(exist_ok=True)
    (folder / "old-to-new.yml").write_text(card, encoding="utf-8", newline="\n")
    lines = ["from,to,weight", *(f"{a},{b},{w:.10g}" for a, b, w in pairs)]
    (folder / "old-to-new.csv").write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")


def made_lookup(pairs=SHARED_OUT, method: str = "population-weighted", vintages=("ward-old", "ward-new")) -> Lookup:
    card = LookupCard.model_validate(
        {
            "id": "old-to-new",
            "title": "A lookup",
            "from": vintages[0],
            "to": vintages[1],
            "method": method,
            "publisher": "Nobody",
            "dataset": "Made up",
            "licence": "made-up",
            "address": "x",
            "date": "2026-05-07",
        }
    )
    return Lookup(card, *(tuple(column) for column in zip(*pairs, strict=True)))


def figures(codes, numerator, denominator, *, vintage="ward-old", measure="out-of-work", **more) -> pd.DataFrame:
    count = len(codes)
    return pd.DataFrame(
        {
            "measure": [measure] * count, "area": list(codes), "vintage": [vintage] * count, "period": ["2025"] * count,
            "dimension": [""] * count, "group": [""] * count, "numerator": np.asarray(numerator, float),
            "denominator": np.asarray(denominator, float), "value": [np.nan] * count, "lower": [np.nan] * count,
            "upper": [np.nan] * count, "status": ["shown"] * count, "mark": [""] * count,
            "published": ["2026-02-01"] * count, "published_basis": ["on"] * count, "source": ["figures-made-up"] * count,
            "file": ["data/figures/po1.csv"] * count, "sheet": [""] * count, "cell": [""] * count,
            "row": [str(n) for n in range(2, count + 2)], "transform": [""] * count, **more,
        }
    )  # fmt: skip


def faults_of(call) -> list[str]:
    with pytest.raises(GeographyError) as refused:
        call()
    return [str(fault) for fault in refused.value.faults]


# --- lookups ----------------------------------------------------------------------------------------


def test_the_book_carries_no_lookup_to_the_wards_of_2026_since_there_is_no_official_one():
    assert load_lookups(PROJECT, load_areas(PROJECT)) == ()
    with pytest.raises(GeographyError, match="no lookup from ward-2004 to ward-2026 is declared"):
        find_lookup((), "ward-2004", "ward-2026")


def test_a_declared_lookup_is_read_and_found_by_its_vintages(borough):
    write_lookup(borough)

    lookup = find_lookup(load_lookups(borough, load_areas(borough)), "ward-old", "ward-new")

    assert list(zip(lookup.origin, lookup.target, lookup.weight, strict=True)) == SHARED_OUT
    assert "shared out by population" in lookup.note
    assert "Not to be joined by a line to figures counted for ward-new." in lookup.note


def without(pairs, *codes):
    return [pair for pair in pairs if not set(codes) & set(pair[:2])]


@pytest.mark.parametrize(
    ("pairs", "told"),
    [
        ([*SHARED_OUT[1:], ("W99000001", "W99000011", 0.9)], "the weights of W99000001 add up to 0.9: expected 1"),
        ([*SHARED_OUT, ("W99000001", "W99000012", 0.2)], "the weights of W99000001 add up to 1.2: expected 1"),
        (
            [*SHARED_OUT, ("W99000001", "W99000012", 0)],
            "row 12: is W99000001,W99000012,0: expected two codes and a weight",
        ),
        ([*SHARED_OUT, ("W99000001", "W99000011", 1)], "W99000001 to W99000011 stands there twice"),
        (without(SHARED_OUT, "W99000008"), "W99000008 of ward-old is nowhere under 'from': a lookup covers all"),
        (without(SHARED_OUT, "W99000012"), "W99000012 of ward-new is nowhere under 'to': a lookup covers all"),
        (
            [*SHARED_OUT, ("W99000017", "W99000017", 1)],
            "'W99000017' under 'from' is not a code of ward-old: it is a code",
        ),
        ([*SHARED_OUT, ("W99000088", "W99000017", 1)], "'W99000088' under 'from' is not a code of ward-old: areas.csv"),
        ([*SHARED_OUT, ("Alderpond", "W99000017", 1)], "'Alderpond' under 'from' is not a code of ward-old"),
    ],
)
def test_a_lookup_that_would_lose_or_invent_people_is_refused(borough, pairs, told):
    write_lookup(borough, pairs)

    assert any(told in fault for fault in faults_of(lambda: load_lookups(borough, load_areas(borough))))


def test_every_fault_of_a_lookup_is_told_at_once(borough):
    pairs = [("W99000001", "W99000011", 0.5), ("W99000002", "W99000012", 0.25), *without(SHARED_OUT[2:], "W99000008")]
    write_lookup(borough, pairs)

    told = " ".join(faults_of(lambda: load_lookups(borough, load_areas(borough))))

    assert "W99000001 add up to 0.5" in told
    assert "W99000002 add up to 0.25" in told
    assert "W99000008 of ward-old is nowhere" in told


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("method: population-weighted", "method: guessed", "line 5: lookup 'old-to-new', method is 'guessed': use"),
        (
            "method: population-weighted",
            "method: best-fit",
            "W99000003 goes to 2 areas by 1: by best fit each goes whole",
        ),
        ("licence: made-up\n", "", "licence is missing: it must be given"),
        ("to: ward-new", "to: ward-newer", "'to' is 'ward-newer', which is no geography"),
        ("to: ward-new", "to: ward-old", "from ward-old to itself"),
        ("id: old-to-new", "id: new-to-old", "expected 'old-to-new', as its file is called"),
        ("date: 2026-05-07", "date: May", "date is 'May'"),
    ],
)
def test_a_card_that_is_not_right_is_refused(borough, old, new, told):
    write_lookup(borough, card=CARD.replace(old, new))

    assert any(told in fault for fault in faults_of(lambda: load_lookups(borough, load_areas(borough))))


def test_a_table_and_a_card_need_each_other(borough):
    write_lookup(borough)
    folder = borough / "data/boundaries/lookups"
    (folder / "old-to-new.csv").rename(folder / "other.csv")

    told = faults_of(lambda: load_lookups(borough, load_areas(borough)))

    assert "data/boundaries/lookups/old-to-new.csv: the file is missing: the card old-to-new.yml needs it" in told
    assert "data/boundaries/lookups/other.csv: has no card: write other.yml beside it, saying what it is" in told


# --- figures ----------------------------------------------------------------------------------------


def test_counts_are_shared_out_and_marked_as_estimates():
    given_figures = figures(OLD, [10, 20, 40, 40, 50, 60, 70, 80], [100, 200, 400, 400, 500, 600, 700, 800])

    found = convert(given_figures, made_lookup()).set_index("area")

    assert found["numerator"].to_dict() == {
        "W99000011": 10, "W99000012": 20, "W99000013": 30, "W99000014": 50, "W99000015": 50,
        "W99000016": 95, "W99000017": 115,
    }  # fmt: skip
    assert found["denominator"].tolist() == [100, 200, 300, 500, 500, 950, 1150]
    assert set(found["vintage"]) == {"ward-new"}
    assert set(found["mark"]) == {"e"}
    assert found["value"].isna().all()  # its method makes it, from the counts
    assert found.loc["W99000014", "transform"] == (
        "converted from W99000003, W99000004 of ward-old by old-to-new, population-weighted"
    )
    assert set(found["file"]) == {"data/figures/po1.csv"}


def test_a_value_that_is_a_count_is_converted_and_one_made_from_counts_is_made_again():
    people = figures(OLD, [np.nan] * 8, [np.nan] * 8, measure="population", value=[100.0] * 8)
    older = figures(OLD, [10] * 8, [100] * 8, measure="older", value=[10.0] * 8, lower=[9.0] * 8, upper=[11.0] * 8)

    found = convert(pd.concat([people, older]), made_lookup(), counted={"population"}, per={"older": 100}).set_index(
        ["measure", "area"]
    )

    assert found.loc["population", "value"].tolist() == [100, 100, 75, 125, 100, 150, 150]
    assert found.loc["older", "value"].tolist() == pytest.approx([10] * 7)
    assert found.loc["older", ["lower", "upper"]].isna().all(axis=None)  # limits are not those of the new areas


@given(
    st.lists(st.integers(0, 5000), min_size=8, max_size=8),
    st.lists(st.integers(0, 100), min_size=4, max_size=4),
)
def test_no_one_is_lost_or_invented(counts, splits):
    pairs = [(OLD[at], NEW[at], 1) for at in range(4)]
    for code, percent in zip(OLD[4:], splits, strict=True):
        pairs += [(code, NEW[5], percent / 100)] if percent else []
        pairs += [(code, NEW[6], 1 - percent / 100)] if percent < 100 else []

    found = convert(figures(OLD, counts, [5000] * 8), made_lookup(pairs))

    assert found["numerator"].sum() == pytest.approx(sum(counts))
    assert (found["numerator"] <= found["denominator"] + 1e-6).tolist() == [True] * len(found)


def test_an_area_with_any_withheld_part_is_withheld():
    given_figures = figures(OLD, [10] * 8, [100] * 8)
    given_figures.loc[given_figures["area"] == "W99000007", ["status", "numerator", "denominator"]] = (
        "suppressed", np.nan, np.nan,
    )  # fmt: skip

    found = convert(given_figures, made_lookup()).set_index("area")

    # Its people went to two wards: were either shown, the withheld count could be worked out from the other.
    assert found.index[found["status"] == "suppressed"].tolist() == ["W99000016", "W99000017"]
    assert found.loc[["W99000016", "W99000017"], ["numerator", "denominator"]].isna().all(axis=None)
    assert found.loc["W99000011":"W99000015", "numerator"].notna().all()


def test_a_suppressed_part_outweighs_one_that_is_merely_missing():
    given_figures = figures(OLD, [10] * 8, [100] * 8)
    for code, status in (
        ("W99000001", "unavailable"), ("W99000002", "not-applicable"), ("W99000006", "unavailable"),
        ("W99000007", "suppressed"), ("W99000004", "not-applicable"),
    ):  # fmt: skip
        given_figures.loc[given_figures["area"] == code, ["status", "numerator", "denominator"]] = (
            status, np.nan, np.nan,
        )  # fmt: skip

    found = convert(given_figures, made_lookup()).set_index("area")["status"].to_dict()

    assert found == {
        "W99000011": "unavailable", "W99000012": "not-applicable", "W99000013": "shown", "W99000014": "unavailable",
        "W99000015": "shown", "W99000016": "suppressed", "W99000017": "suppressed",
    }  # fmt: skip


def test_a_place_with_nobody_to_count_has_no_rate():
    found = convert(figures(OLD, [0] * 8, [0] * 8), made_lookup(), per={"out-of-work": 100})

    assert set(found["status"]) == {"unavailable"}
    assert found[["numerator", "denominator", "value"]].isna().all(axis=None)


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (
            lambda f: f.assign(numerator=np.nan, denominator=np.nan, value=9.5),
            "it has a rate without its numerator and",
        ),
        (lambda f: f.assign(denominator=np.nan), "its numerator or denominator is blank"),
        (lambda f: f[f["area"] != "W99000004"], "there is no row for W99000004: what they give to others is not known"),
        (lambda f: f.replace({"area": {"W99000004": "W99000009"}}), "the lookup has no W99000009: their figures would"),
        (
            lambda f: f.assign(vintage=["ward-new", *f["vintage"][1:]]),
            "figures are of ward-new, and the lookup goes from",
        ),
        (lambda f: pd.concat([f, f[:1]]), "W99000001 has more than one figure"),
        (
            lambda f: f.assign(source=["other", *f["source"][1:]]),
            "figures of figures-made-up, other stand side by side",
        ),
    ],
)
def test_figures_that_cannot_be_converted_are_refused_with_the_reason(spoil, told):
    spoiled = spoil(figures(OLD, [10] * 8, [100] * 8))

    refused = faults_of(lambda: convert(spoiled, made_lookup()))

    assert any(told in fault for fault in refused)
    assert all(fault.startswith("out-of-work, 2025: ") for fault in refused)


def test_every_series_that_cannot_be_converted_is_told_at_once():
    rates = [figures(OLD, [np.nan] * 8, [np.nan] * 8, measure=m, value=[9.5] * 8) for m in ("first", "second")]

    assert [f.split(",")[0] for f in faults_of(lambda: convert(pd.concat(rates), made_lookup()))] == ["first", "second"]


def test_nothing_converts_to_nothing():
    none = figures([], [], [])

    assert convert(none, made_lookup()).empty


def test_the_columns_stay_those_of_the_figures():
    given_figures = figures(OLD, [10] * 8, [100] * 8).drop(columns=["file", "sheet", "cell", "row", "transform"])

    assert list(convert(given_figures, made_lookup()).columns) == list(given_figures.columns)


# --- the real lookups, where they lie ---------------------------------------------------------------


def real_lookup(name: str, vintage: str) -> Lookup:
    table = pd.read_csv(SHARED / "lookups" / name, dtype=str)
    return made_lookup(
        [(a, b, 1.0) for a, b in zip(table["lsoa_code"], table["ward_code"], strict=True)],
        "best-fit",
        (vintage, "ward-2004"),
    )


@needs_shared
@pytest.mark.parametrize(
    ("name", "vintage"),
    [("lsoa2011_to_ward2017_best_fit.csv", "lsoa-2011"), ("lsoa2021_to_ward2024_best_fit.csv", "lsoa-2021")],
)
def test_the_lookups_of_the_office_for_national_statistics_pass_every_check(tmp_path, name, vintage):
    import shutil

    shutil.copytree(PROJECT / "data/boundaries", tmp_path / "data/boundaries")
    lookup = real_lookup(name, vintage)
    write_lookup(
        tmp_path,
        list(zip(lookup.origin, lookup.target, lookup.weight, strict=True)),
        CARD.replace("ward-old", vintage).replace("ward-new", "ward-2004").replace("population-weighted", "best-fit"),
    )

    (found,) = load_lookups(tmp_path, load_areas(tmp_path))

    assert len(found.origin) == 126
    assert len(set(found.target)) == 22


@needs_shared
def test_populations_of_small_areas_make_the_best_fit_populations_of_wards():
    people = pd.read_csv(SHARED / "population/population_lsoa2011_single_year_of_age.csv", dtype={"lsoa_code": str})
    people = people[people["year"] == 2019].groupby("lsoa_code")["persons"].sum()
    wards = pd.read_csv(SHARED / "population/population_ward_best_fit_by_age_band.csv", dtype={"ward_code": str})
    expected = wards[wards["year"] == 2019].groupby("ward_code")["persons"].sum()
    none = [np.nan] * len(people)

    found = convert(
        figures(people.index, none, none, vintage="lsoa-2011", measure="population", value=people.to_numpy(float)),
        real_lookup("lsoa2011_to_ward2017_best_fit.csv", "lsoa-2011"),
        counted={"population"},
    ).set_index("area")["value"]

    assert found.to_dict() == expected.to_dict()
    assert found.sum() == 202_055  # the borough's published mid-2019 population


@needs_shared
def test_the_deprivation_scores_of_wards_are_made_again_from_small_areas():
    """An average by population: score times people over people, each added up, and never an average of averages."""
    scores = pd.read_csv(SHARED / "deprivation/imd2025_lsoa2021_gateshead.csv", dtype={"lsoa_code": str})
    census = pd.read_csv(SHARED / "census2021/census2021_lsoa_gateshead.csv", dtype={"lsoa_code": str})
    # The census tables differ by a person or two in a small area, on purpose; the book's scores used this one.
    residents = census[census["topic"] == "ethnic_group"].groupby("lsoa_code")["denominator"].first()
    people = residents.reindex(scores["lsoa_code"]).to_numpy(float)
    held = pd.read_csv(PROJECT / "data/figures/wards.csv", dtype=str)
    held = held[(held["measure"] == "deprivation-score") & (held["period"] == "2025")]

    found = convert(
        figures(scores["lsoa_code"], scores["imd_score"] * people, people, vintage="lsoa-2021", measure="score"),
        real_lookup("lsoa2021_to_ward2024_best_fit.csv", "lsoa-2021"),
        per={"score": 1},
    ).set_index("area")["value"]

    expected = held.set_index("area")["value"].astype(float)
    assert len(expected) == 22
    assert found.to_dict() == pytest.approx(expected.to_dict(), abs=0.005)
