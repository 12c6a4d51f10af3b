"""The council's own framework as it stands in data/: whole, in its own words, with owners and sources."""

import re
from pathlib import Path

import pandas as pd
import pytest

from pmif.disclosure import check
from pmif.framework import Bearing
from pmif.geography import AreaKind
from tests.conftest import PROJECT

WORDING = PROJECT.parent / "shared/reference/framework.md"


@pytest.fixture(scope="module")
def book():
    framework, areas, tables = check(PROJECT)
    return framework, areas, pd.concat([table.rows for table in tables], ignore_index=True)


@pytest.fixture(scope="module")
def framework(book):
    return book[0]


def test_all_six_objectives_and_23_outcomes_are_there(framework):
    assert [len(o.outcomes) for o in framework.objectives] == [4, 5, 2, 3, 6, 3]
    assert len(framework.scorecard.areas) == 4


@pytest.mark.skipif(not WORDING.exists(), reason="the reference folder is not on this machine")
def test_the_wording_is_the_councils_own():
    text = WORDING.read_text(encoding="utf-8")
    framework = check(PROJECT)[0]
    for objective in framework.objectives:
        section = re.split(r"\n### ", text.split(f"### PO{objective.number} ", 1)[1])[0]
        lines = [line.strip(" -") for line in section.splitlines() if line.strip().startswith("- ")]
        title = section.splitlines()[0]
        said = [o.title for o in objective.outcomes]
        for _, appearance in framework.interventions_of(objective.id):
            said += [appearance.wording, *appearance.parts]
        assert (objective.title, said) == (title, lines)


def test_every_outcome_has_evidence_or_is_a_gap_that_shows(framework):
    by_outcome = {
        o.id: [m for m in framework.measures_of(o.id) if m.bearing is Bearing.EVIDENCE]
        for part in framework.objectives
        for o in part.outcomes
    }
    assert sum(len(found) >= 2 for found in by_outcome.values()) >= 15


def test_there_are_at_least_90_measures_with_figures_and_12_that_await_a_return(book):
    framework, _, observations = book
    with_figures = set(observations["measure"])
    awaiting = [m for m in framework.measures if framework.source(m.source).licence == "council-return"]

    assert len(with_figures) >= 90
    assert len(awaiting) >= 12
    assert with_figures.isdisjoint(m.id for m in awaiting)


def test_at_least_20_measures_have_a_figure_for_each_of_the_22_wards(book):
    _, areas, observations = book
    wards = {a.code for a in areas.all if a.kind is AreaKind.WARD and a.vintage == "ward-2004"}
    complete = [
        name
        for name, rows in observations[observations["vintage"] == "ward-2004"].groupby("measure")
        if set(rows["area"]) == wards
    ]
    assert len(wards) == 22
    assert "E05001070" not in wards
    assert len(complete) >= 20


def test_the_classes_of_every_ward_map_are_fixed(framework):
    """So that this year's map can be laid beside last year's."""
    drawn = [m for m in framework.measures if AreaKind.WARD in m.geographies]

    assert len(drawn) >= 20
    assert [m.id for m in drawn if not m.map_classes] == []


def test_a_units_multiple_is_the_one_it_names(framework):
    multiples = {u.id: u.multiplier for u in framework.units}

    assert multiples["percent"] == 100
    assert {int(name[4:]) for name in multiples if name.startswith("per-")} == {
        m for name, m in multiples.items() if name.startswith("per-")
    }


def test_every_measure_with_figures_can_be_followed_to_an_address(framework):
    without = [
        m.id
        for m in framework.measures
        if not (m.address or framework.source(m.source).address)
        and framework.source(m.source).licence != "council-return"
    ]
    assert without == []


def test_no_measure_of_the_same_publishers_series_is_there_twice(framework):
    series = [(m.source, m.series) for m in framework.measures if m.series]

    assert len(series) == len(set(series))


def test_no_telephone_number_and_no_unmarked_invention_is_in_the_data():
    for file in sorted(Path(PROJECT / "data").rglob("*.yml")):
        text = file.read_text(encoding="utf-8")
        assert not re.search(r"\b0\d{3,4}[ -]?\d{3}[ -]?\d{3,4}\b", text), file.name
        assert "made-up" not in text, file.name
