"""The list of pages says of each what is to be done, and what needs it most comes first."""

import shutil
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from pmif.cli import main
from pmif.commentary.status import WIDTH, status_of
from pmif.disclosure import Published
from tests.commentary.writing import write

TODAY = date(2026, 11, 20)
HOLDS = "## Summary\n\nHelp {improved}`is better <family-help-in-time>`.\n"
FALSE = "## Summary\n\nHelp {got-worse}`is worse <family-help-in-time>`.\n"
MARKED = "## Summary\n\nHelp {recheck}`got-worse: is worse <family-help-in-time>`.\n"
UNBOUND = "## Summary\n\nThere were 7 of them.\n"
FOLLOWS = "follows: 2026-27-q1\n"
BY = "reviewed_by: performance\nreviewed: 2026-11-19\n"
APPROVED = "approved_by: performance\napproved: 2026-11-20\n"


@pytest.fixture
def home(built: Path, tmp_path: Path) -> Path:
    root = tmp_path / "borough"
    shutil.copytree(built, root, ignore=shutil.ignore_patterns("hub", "figures", "book"))
    return root


def head(status: str = "draft", more: str = "", written: str = "2026-11-10") -> str:
    return f"---\nauthor_role: performance\nstatus: {status}\nwritten: {written}\n{more}---\n"


def entries(report: str) -> dict[str, list[str]]:
    """The lines of each page, in the order in which the pages stand."""
    found: dict[str, list[str]] = {}
    for line in report.splitlines()[2:]:
        page = line.split()[0] if not line.startswith(" ") else list(found)[-1]
        found.setdefault(page, []).append(line.removeprefix(page).strip())
    return found


def status(root: Path, published: Published, *, sections: bool = False) -> dict[str, list[str]]:
    return entries(status_of(published, root, TODAY, sections=sections))


STATES = [
    (HOLDS, head(), "draft: to be reviewed"),
    (HOLDS, head("reviewed", BY), "reviewed: to be approved"),
    (HOLDS, head("approved", BY + APPROVED), "approved: nothing to be done"),
    (FALSE, head(), "draft: 1 to put right"),
    (UNBOUND, head(), "draft: 1 unbound"),
    (MARKED, head(more=FOLLOWS), "draft: 1 to recheck"),
    (MARKED + "\n" + UNBOUND.partition("\n\n")[2], head(more=FOLLOWS), "draft: 1 to recheck, 1 unbound"),
    (MARKED, head("reviewed", BY + FOLLOWS), "reviewed: 1 to put right"),
    (FALSE + "\nIt {fell}`no-such-measure`, by 7.\n", head(), "draft: 2 to put right, 1 unbound"),
    ("Words.\n", head(), "cannot be read: 1 to put right"),
    (HOLDS, head("done"), "cannot be read: 1 to put right"),
]


@pytest.mark.parametrize(("words", "front", "expected"), STATES)
def test_what_there_is_to_do(home: Path, published: Published, words: str, front: str, expected: str):
    write(home, words, front=front)

    assert status(home, published)["po1"][0] == expected


def test_what_needs_most_to_be_done_comes_first_and_the_oldest_of_that(home: Path, published: Published):
    write(home, HOLDS, "overview", head("approved", BY + APPROVED))
    write(home, HOLDS, "po1", head("reviewed", BY))
    write(home, HOLDS, "po2", head(written="2026-11-10"))
    write(home, HOLDS, "po3", head(written="2026-10-10"))
    write(home, UNBOUND, "po5", head())
    write(home, MARKED, "po6", head(more=FOLLOWS))
    write(home, FALSE, "scorecard", head())
    write(home, "Words.", "inequalities", head())

    report = status_of(published, home, TODAY)

    assert list(entries(report)) == [
        "inequalities", "scorecard", "po6", "po5", "po4", "po3", "po2", "po1", "overview",
    ]  # fmt: skip
    assert report.startswith(
        "Commentary for July to September 2026, as on 20 November 2026: 7 of 9 pages written, 1 approved.\n"
    )


def test_a_page_says_who_wrote_it_when_and_what_it_began_from(home: Path, published: Published):
    write(home, HOLDS, front=head("reviewed", BY + FOLLOWS))

    said = " ".join(status(home, published)["po1"])

    assert (
        "Written on 10 November 2026, 10 days ago; reviewed on 19 November 2026, 1 day ago; begun from April to June "
        "2026. Author: Performance Team (made up). Owner: Head of Children's Services (made up)."
    ) in said


DAYS = [("2026-11-20", "20 November 2026, today"), ("2026-11-22", "22 November 2026, 2 days from now")]


@pytest.mark.parametrize(("written", "expected"), DAYS)
def test_days_of_today_and_to_come(home: Path, published: Published, written: str, expected: str):
    write(home, HOLDS, front=head(written=written))

    assert status(home, published)["po1"][1] == f"Written on {expected}."


def test_an_owner_who_is_not_known_is_still_shown(home: Path, published: Published):
    assert status(home, published)["overview"] == ["no text", "Owner: to be confirmed by the council"]


def test_outcomes_without_a_section_are_named(home: Path, published: Published):
    write(home, f"{HOLDS}\n## ready-to-learn\n\n### ready-for-reception\n\nWords.\n\n## Actions\n\nWords.\n")

    said = " ".join(status(home, published)["po1"])

    assert said.endswith("Sections: 4; none for adverse-experiences, parenting-support, exclusions.")


def test_sections_are_listed_only_when_they_are_asked_for(home: Path, published: Published):
    write(
        home,
        f"{MARKED}There were 7.\n\n## ready-to-learn\n\nIt {{gone}}`x`, and 8.\n\n### ready-for-reception\n\nWords.\n\n"
        "## parenting-support\n\nWords.\n",
        front=head(more=FOLLOWS),
    )

    assert not [line for line in status(home, published)["po1"] if line.startswith("line ")]
    listed = status(home, published, sections=True)["po1"][4:]
    joined = "\n".join(listed).replace("\nto be confirmed", " to be confirmed")
    assert joined.splitlines() == [
        "line 7, summary: 1 to recheck, 1 unbound",
        "line 12, ready-to-learn: 1 to put right, 1 unbound. Owner: Head of Children's Services",
        "(made up)",
        "line 16, ready-for-reception: nothing to put right. Owner: Head of Children's Services",
        "(made up)",
        "line 20, parenting-support: nothing to put right. Owner: Head of Children's Services",
        "(made up), to be confirmed by the council",
        "adverse-experiences: nothing is written",
        "exclusions: nothing is written",
    ]


class Then(date):
    @classmethod
    def today(cls) -> "Then":
        return cls(TODAY.year, TODAY.month, TODAY.day)


def test_no_line_is_too_wide_and_the_command_prints_the_same(
    home: Path, published: Published, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("pmif.cli.date", Then)
    write(home, HOLDS, front=head("reviewed", BY + FOLLOWS))

    run = CliRunner().invoke(main, ["commentary", "status", "2026-27-q2", "--sections", "--root", str(home)])

    assert run.exit_code == 0, run.output
    assert run.output == status_of(published, home, TODAY, sections=True)
    assert max(map(len, run.output.splitlines())) <= WIDTH
