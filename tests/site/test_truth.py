"""The pages against the data they were made from: counts, classes, words, and what must not be there."""

import csv
import re
from collections import Counter
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from pmif.disclosure import State, open_published
from tests.borough.make_figures import secret_pattern
from tests.conftest import BOROUGH


def read(name: str) -> list[dict[str, str]]:
    with (BOROUGH / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def soups(site: Path, pages: list[str]) -> dict[str, BeautifulSoup]:
    return {page: BeautifulSoup((site / page).read_text(encoding="utf-8"), "html.parser") for page in pages}


@pytest.fixture(scope="module")
def published(site, borough_root):
    return open_published(borough_root, "2026-27-q2")


def test_every_measure_has_the_state_that_is_true_of_it(published):
    truth = {row["measure"]: row for row in read("truth.csv")}
    found = {m.id: (str(m.finding.state), str(m.finding.due)) for m in published.all_measures}

    assert found == {name: (row["state"], row["due"]) for name, row in truth.items()}


def test_the_overview_counts_what_the_data_hold(soups, published):
    counts = Counter(m.finding.state for m in published.all_measures if m.measure.bearing == "evidence")
    hero = {
        li.get_text(" ", strip=True).split(" ", 1)[1]: int(li.b.get_text())
        for li in soups["book/pages/overview.html"].select("ul.pm-hero > li")
    }

    assert hero["improving"] == counts[State.IMPROVING]
    assert hero["getting worse"] == counts[State.GETTING_WORSE]
    assert hero["no detectable change"] == counts[State.NO_DETECTABLE_CHANGE]


def test_every_ward_on_every_map_has_the_class_of_its_value(soups):
    wards = 0
    for page, soup in soups.items():
        for svg in soup.select("svg:has([data-class])"):
            legend = svg.find_parent("figure").select_one("ul.pm-legend")
            assert legend, page
            bounds = [li["data-from"] for li in legend.select("[data-from]")]
            for ward in svg.select("[data-class][data-value]"):
                wards += 1
                number = sum(float(ward["data-value"]) >= float(low) for low in bounds[1:]) + 1
                assert int(ward["data-class"]) == number, f"{page}: {ward['aria-label']}"
    assert wards > 15


def test_no_withheld_figure_is_anywhere_in_the_site(site):
    """Text, labels, tables and the search index; not drawing instructions, whose coordinates are numbers too."""
    secrets = [(row, secret_pattern(row)) for row in read("secrets.csv")]
    assert len(secrets) > 10
    searched = 0
    for file in sorted(site.rglob("*")):
        if file.suffix not in {".html", ".js", ".json", ".txt", ".csv"} or "_static" in file.parts:
            continue
        searched += 1
        text = file.read_text(encoding="utf-8")
        if file.suffix == ".html":
            soup = BeautifulSoup(text, "html.parser")
            labels = [
                str(v)
                for tag in soup.find_all(True)
                for k, v in tag.attrs.items()
                if k in {"aria-label", "title", "alt", "data-value"}
            ]
            text = soup.get_text(" ") + " ".join(labels)
        for row, pattern in secrets:
            assert not re.search(pattern, text), (
                f"{file.name} shows what is withheld of {row['measure']}, {row['area']}"
            )
    assert searched > 15


def test_an_outcome_without_a_measure_is_shown_as_a_gap(soups, published):
    for objective in published.framework.objectives:
        text = soups[f"book/pages/{objective.id}.html"].get_text(" ", strip=True)
        for outcome in objective.outcomes:
            assert outcome.title in text
            if not published.framework.measures_of(outcome.id):
                section = (
                    soups[f"book/pages/{objective.id}.html"]
                    .find(string=re.compile(re.escape(outcome.title)))
                    .find_parent("section")
                )
                assert "no measure" in section.get_text(" ").lower(), outcome.title


def test_commentary_is_on_its_page_and_its_absence_is_said(soups):
    assert "No commentary for this period" in soups["book/pages/po5.html"].get_text(" ")
    assert "No commentary for this period" not in soups["book/pages/po1.html"].get_text(" ")


def test_every_page_names_the_period(soups):
    for page, soup in soups.items():
        assert "July to September 2026" in soup.get_text(" "), page
