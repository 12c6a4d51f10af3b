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


def bounds(legend) -> list[float]:
    """Where each class but the first begins: "10 to under 20" begins at 10."""
    words = [li.get_text(" ", strip=True) for li in legend.find_all("li")]
    numbers = [re.findall(r"-?[\d,]+(?:\.\d+)?", text.split(" ward")[0]) for text in words if not text.startswith("[")]
    assert words[0].startswith("under")
    return [float(found[0].replace(",", "")) for found in numbers[1:]]


def test_every_ward_on_every_map_has_the_class_of_its_value(soups, published):
    values = {
        (pm.id, row.area): round(row.value, pm.measure.decimals)
        for pm in published.all_measures
        for row in pm.wards
        if row.shown
    }
    maps, wards = set(), 0
    for page, soup in soups.items():
        for figure in soup.select("figure[id^=map-]"):
            begins = bounds(figure.select_one("ul.pm-legend"))
            measure = figure["id"].removeprefix("map-")
            maps.add(measure)
            for ward in figure.select("svg [data-class][data-ward]"):
                value = values.get((measure, ward["data-ward"]))
                if value is None:
                    assert re.search("withheld|no figure|not available", ward["aria-label"]), ward["aria-label"]
                    continue
                wards += 1
                assert int(ward["data-class"]) == 1 + sum(value >= low for low in begins), (
                    f"{page}: {ward['aria-label']}"
                )
    assert len(maps) >= 5
    assert wards > 60


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


def test_every_exhibit_leads_to_where_its_figures_come_from(soups):
    """That the place is there, the run itself has looked at."""
    looked = 0
    for page, soup in soups.items():
        for caption in soup.select("figure.pm-ex figcaption"):
            if "Source" in caption.get_text():
                looked += 1
                assert caption.select('a[href^="origins.html"]'), f"{page}: {caption.get_text()}"
    assert looked > 50


def test_the_page_of_origins_has_every_figure_of_the_report(soups, published):
    rows = soups["book/pages/origins.html"].select("table.pm-origins tbody tr")

    assert len(rows) == len(published.rows) > 700


def test_an_outcome_without_a_measure_is_shown_as_a_gap(soups, published):
    gaps = 0
    for objective in published.framework.objectives:
        soup = soups[f"book/pages/{objective.id}.html"]
        for outcome in objective.outcomes:
            title = outcome.title.replace("'", "\u2019")  # as it is set on a page
            assert title in soup.get_text(" ", strip=True)
            if not published.framework.measures_of(outcome.id):
                gaps += 1
                heading = next(h for h in soup.find_all("h2") if title in h.get_text())
                assert "no measure" in heading.find_parent("section").get_text(" ").lower(), outcome.title
    assert gaps == 2


def test_commentary_is_on_its_page_and_its_absence_is_said(soups):
    assert "No commentary for this period" in soups["book/pages/po5.html"].get_text(" ")
    assert "No commentary for this period" not in soups["book/pages/po1.html"].get_text(" ")


def test_every_page_names_the_period(soups):
    for page, soup in soups.items():
        assert "July to September 2026" in soup.get_text(" "), page
