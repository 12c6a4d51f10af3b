"""The methods page: which measures use a method, why the others lack it, and every method in words."""

import re

import pytest

from pmif.methods import CATALOGUE, METHODS
from pmif.report.methods import method_cards, methods_in_use, methods_not_in_use, support
from pmif.report.page import Page
from tests.exhibits.reading import words_of


@pytest.fixture
def page(published_borough: Page) -> Page:
    return published_borough


def test_only_methods_of_the_catalogue_are_named_and_all_that_a_measure_names_are_used(page):
    named = {method for pm in page.published.all_measures for method in support(pm)}

    assert named <= {about.id for about in CATALOGUE}
    assert set(METHODS) <= named


def test_the_made_up_borough_uses_every_method_that_a_report_can(page):
    used = {m for pm in page.published.all_measures for m, reason in support(pm).items() if not reason}

    assert used == set(METHODS) | {
        "benchmark-two-intervals", "usual-range", "xmr-chart", "recent-trend", "recent-trend-of-proportions",
        "benchmark-one-interval", "target-with-tolerance", "absolute-gap", "relative-gap", "change-of-gap",
        "slope-index", "gradient", "funnel", "morans-i",
    }  # fmt: skip


def test_every_measure_with_figures_says_of_each_test_of_change_that_it_is_made_or_why_not(page):
    looked = 0
    for pm in page.published.all_measures:
        if pm.finding.value is None:
            continue
        said = support(pm)
        looked += 1
        assert {"benchmark-two-intervals", "xmr-chart"} <= set(said)
        assert any(method.startswith("recent-trend") for method in said)
    assert looked > 20


def test_the_table_counts_the_measures_that_use_a_method_and_those_that_lack_it(page):
    html = methods_in_use(page).html
    rows = {words_of(row).split(" OHID ")[0]: words_of(row) for row in re.findall(r"<tr>.*?</tr>", html, re.DOTALL)}
    compared = [support(pm).get("benchmark-one-interval") for pm in page.published.all_measures]

    line = next(words for title, words in rows.items() if "benchmark" in title.lower() and "area" in title)
    assert f"OHID {compared.count('')} {sum(bool(reason) for reason in compared)}" in line
    assert "no interval is published" in line


def test_a_card_gives_formula_standing_source_and_measures(page):
    text = words_of(method_cards(page).html)

    assert "Wilson" in text
    assert "Children ready for Reception" in text
    assert "≤" in text


def test_what_waits_for_figures_is_listed_apart(page):
    waiting = words_of(methods_not_in_use(page).html)
    used = words_of(method_cards(page).html)

    assert "Interrupted" in waiting or "interrupted" in waiting
    assert "Funnel" in used
    titles = re.findall(r"<h3[^>]*>(.*?)</h3>", method_cards(page).html)
    titles += re.findall(r"<summary>(.*?)</summary>", methods_not_in_use(page).html)
    assert len(titles) == len(set(titles)) == len(CATALOGUE)
