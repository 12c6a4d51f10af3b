"""Commentary where readers meet it: on its page, its outcome and its measure, with role, date and standing."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from pmif.commentary.check import pages_of
from pmif.disclosure import open_published, publish
from pmif.errors import CommentaryError
from pmif.report import commentary, outcome, responses, run
from pmif.report.page import Page
from pmif.report.plan import read_plan
from tests.conftest import BOROUGH
from tests.report.tiny import REPOSITORY, edition_of


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("words") / "borough"
    shutil.copytree(BOROUGH, root, ignore=shutil.ignore_patterns("built", "__pycache__"))
    publish(root, "current")
    return root


@pytest.fixture
def page(root: Path) -> Page:
    return Page("po1", root, open_published(root))


def soup(html: str) -> BeautifulSoup:
    return BeautifulSoup(html, "html.parser")


def test_the_summary_is_dated_attributed_and_says_how_far_it_is(page: Page):
    text = soup(commentary(page).html).get_text(" ", strip=True)

    assert "These words are made up for testing." in text
    assert "Written by: Performance Team (made up), 10 November 2026. Reviewed, not yet approved." in text


def test_a_bound_figure_leads_to_its_row_and_a_quoted_one_to_its_source(page: Page):
    shown = soup(outcome(page, "adverse-experiences").html)
    figure = shown.find("a", class_="pm-bound", string="66.2%")
    quoted = soup(responses(page).html).find("sup").a

    assert figure["href"] == "#m-family-help-in-time"
    assert shown.find(id="m-family-help-in-time") is not None
    assert soup(responses(page).html).find(id=quoted["href"][1:]).get_text() == "[1] Family team, made-up diary of 2026"


def test_a_voice_stands_beside_its_figures_with_consent_and_who_made_it_anonymous(page: Page):
    voice = soup(outcome(page, "adverse-experiences").html).find("figure", class_="pm-voice")

    assert "They rang back on the same day." in voice.blockquote.get_text()
    assert voice.blockquote.em.get_text() == "hoping"
    said = voice.figcaption.get_text(" ", strip=True)
    assert "A father of two, made up for testing (resident)" in said
    assert "Consent: in writing, to the family team, 2 October 2026. Made anonymous by Performance Team" in said


def test_words_on_a_measure_stand_in_its_row(page: Page):
    row = soup(outcome(page, "ready-to-learn").html).find(id="m-ready-for-reception").find_parent("li", class_="pm-row")

    assert "60.6% of children were ready" in " ".join(row.find(class_="pm-commentary").get_text().split())


def test_an_outcome_without_words_says_so_and_whose_it_would_be(page: Page):
    assert "No commentary on this for the period. Owner: " in outcome(page, "exclusions").html


def test_a_page_without_words_says_so_once(root: Path):
    page = Page("po5", root, open_published(root))

    assert "No commentary for this period. Owner of this page: " in commentary(page).html
    assert "No commentary" not in outcome(page, "clean-air").html
    assert "Nothing is recorded here for this period." in responses(page).html


def test_a_file_that_changed_is_read_again_and_a_false_claim_is_never_shown(root: Path, page: Page):
    file = root / "book/commentary/2026-27-q2/po1.md"
    before = file.read_text(encoding="utf-8")
    assert "phone" in commentary(page).html
    try:
        file.write_text(before.replace("the phone is", "the bell is"), encoding="utf-8")
        assert "the bell is" in commentary(page).html
        file.write_text(before.replace("{improved}`is better", "{got-worse}`is worse"), encoding="utf-8")
        with pytest.raises(CommentaryError, match=r"line 21: .* do not bear out 'is worse'.*\{improved\}"):
            commentary(page)
    finally:
        file.write_text(before, encoding="utf-8")


def test_a_release_refuses_words_that_nobody_approved(root: Path, tmp_path: Path):
    checked = run.checked_commentary(root, open_published(root))

    assert {t.text.page for t in checked.not_approved} == {"po1", "scorecard"}
    with pytest.raises(CommentaryError, match=r"(?s)run again with --draft.*po1.md: status is 'reviewed': have it"):
        run.run_book(root, home=REPOSITORY, out=tmp_path / "site", progress=False)
    assert not (tmp_path / "site").exists()


def test_words_may_be_written_for_the_pages_that_show_them_and_for_no_other(root: Path):
    showing = {page.id for page in read_plan(REPOSITORY) if any(c.source == "commentary(page)" for c in page.cells)}
    published = open_published(root)
    assert set(pages_of(published)) == showing

    stray = root / "book/commentary/2026-27-q2/methods.md"
    shutil.copyfile(stray.with_name("scorecard.md"), stray)
    try:
        with pytest.raises(CommentaryError, match=r"methods\.md: belongs to no page"):
            run.checked_commentary(root, published)
    finally:
        stray.unlink()


@pytest.mark.parametrize("draft", [True, False])
def test_every_page_of_a_draft_says_so_and_its_print_too(home: Path, draft: bool):
    site = run.make_book(home, replace(edition_of(home), draft=draft), progress=False)

    for file in sorted((site / "book").rglob("*.html")):
        shown = soup(file.read_text(encoding="utf-8"))
        mark = shown.find(class_="pm-watermark")
        assert (mark is not None and mark.get_text() == "Draft") is draft, file.name
        assert ("not yet approved" in shown.get_text()) is draft, file.name
    styles = (REPOSITORY / "book/_static/book.css").read_text(encoding="utf-8")
    assert ".pm-watermark { position: fixed; inset: auto" in styles[styles.index("@media print") :]
