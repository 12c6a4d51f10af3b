"""A generated first draft passes the check, says no more than a few plain things, and never takes anybody's words away."""

import re
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from pmif.cli import main
from pmif.commentary.drafts import MOST, generated, write_draft
from pmif.commentary.front import Status
from pmif.commentary.sentences import sentences
from pmif.commentary.text import Part
from pmif.disclosure import Published
from pmif.errors import CommentaryError
from tests.commentary.books import PAGES, Book

WRITTEN = date(2026, 11, 24)


@pytest.fixture
def drafted(published: Published, tmp_path: Path) -> Book:
    """The made-up borough, with nothing written yet."""
    return Book(tmp_path, published)


def draft(book: Book, page: str) -> Path:
    book.file(page).unlink(missing_ok=True)
    return write_draft(book.root, book.published, book.words, page, WRITTEN)


@pytest.mark.parametrize("page", PAGES)
def test_a_draft_passes_the_check_and_has_a_section_for_each_outcome(book, page):
    draft(book, page)

    bound = book.bound(page)

    assert [*bound.faults, *bound.unbound] == []
    assert bound.bound
    parts = [(section.part, section.about) for section in bound.text.sections]
    outcomes = [(Part.OUTCOME, outcome.id) for outcome in book.published.parts_of(page)]
    assert parts == [(Part.SUMMARY, ""), *outcomes]
    assert all(1 <= len(list(sentences(words))) <= MOST for _, words in bound.paragraphs)


@pytest.mark.parametrize("page", ["po1", "inequalities"])
def test_a_draft_is_marked_as_generated_dated_and_attributed(borough, page):
    file = draft(borough, page)
    front = borough.bound(page).text.front

    assert (front.generated, front.status, front.written) == (True, Status.DRAFT, WRITTEN)
    assert b"\r" not in file.read_bytes()
    assert file.read_bytes().decode("utf-8").endswith("\n")


def test_the_owner_of_a_page_writes_it_and_where_none_is_confirmed_the_first_role(borough):
    authors = {page: re.search("author_role: (.*)", text(borough, page))[1] for page in ("po1", "po4", "overview")}

    assert authors == {"po1": "children", "po4": "children", "overview": "children"}


def test_policy_and_improvement_writes_a_page_that_nobody_owns_yet(real):
    assert "author_role: policy-and-improvement\n" in text(real, "po1")


def text(book: Book, page: str) -> str:
    return generated(book.published, book.words, page, WRITTEN)


def paragraphs(book: Book, page: str) -> list[str]:
    """The words of each section as a reader sees them."""
    draft(book, page)
    return [" ".join(words.split()) for _, words in book.bound(page).paragraphs]


def test_a_summary_tells_what_got_worse_before_what_improved_and_then_the_side_of_the_country(borough):
    summary = paragraphs(borough, "po1")[0]

    assert summary == (
        "Of 5 measures, 4 could be tested for change: 2 improved, 1 got worse and 1 had no detectable change. "
        "The figure for children ready for Reception got worse, to 60.6% in 2024/25. "
        "The figure for families helped within ten working days improved, to 66.2% in July to September 2026. "
        "Beside Madeland, 1 is better, 1 is similar and 1 is worse. "
        "Of the measures, 2 are new."
    )


def test_an_outcome_tells_a_tested_change_first_and_a_gap_after_the_country(borough):
    ready = paragraphs(borough, "po1")[3]

    assert ready == (
        "The figure for children ready for Reception was 60.6% in 2024/25. "
        "It fell from 67.0% in 2023/24. "
        "It is worse than Madeland, where it was 67.7%. "
        "Its target is 72.0% by 2024/25, and it is off target. "
        "By ward it is highest in Alderpond, at 82.3%, in 2024/25."
    )


def test_what_is_missing_is_said_even_where_there_is_much_to_tell(borough):
    said = paragraphs(borough, "po4")

    assert said[2].endswith("For days people wait for debt advice, no return has been received.")
    assert said[3].startswith("No measure shows whether this is achieved.")


def test_a_withheld_figure_is_said_to_be_withheld(borough):
    assert "the figure is withheld to protect people" in paragraphs(borough, "po6")[3]


def test_the_inequalities_begin_with_gaps_that_are_known_to_have_moved(borough):
    assert paragraphs(borough, "inequalities")[0].startswith(
        "For children ready for Reception, the gap by deprivation of the area is 35.1 percentage points in 2024/25."
    )


def test_a_text_that_is_there_is_left_as_it_is(drafted):
    file = draft(drafted, "po1")
    file.write_bytes(b"Somebody's words")

    with pytest.raises(CommentaryError, match=r"book/commentary/2026-27-q2/po1\.md is written already"):
        write_draft(drafted.root, drafted.published, drafted.words, "po1", WRITTEN)

    assert file.read_bytes() == b"Somebody's words"


def test_a_page_that_there_is_not_gets_no_file(drafted):
    with pytest.raises(CommentaryError, match="did you mean po1"):
        write_draft(drafted.root, drafted.published, drafted.words, "p01", WRITTEN)

    assert not list(drafted.root.rglob("*.md"))


def test_the_command_writes_one_file_and_refuses_a_second_time(built: Path):
    file = built / "book/commentary/2026-27-q2/po3.md"
    file.unlink(missing_ok=True)

    first, second = (CliRunner().invoke(main, ["commentary", "draft", "po3", "--root", str(built)]) for _ in range(2))

    assert first.exit_code == 0, first.output
    assert "generated: true\n" in file.read_text(encoding="utf-8")
    assert second.exit_code == 1
    assert "is written already" in second.output
    file.unlink()
