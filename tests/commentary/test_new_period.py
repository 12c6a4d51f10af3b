"""A new period's texts keep every word, mark what can no longer stand, and are begun once."""

import os
import re
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pmif.cli import main
from pmif.commentary import claim_words
from pmif.commentary import new_period as module
from pmif.commentary.binding import BoundText, Use, bind
from pmif.commentary.new_period import describe, new_period
from pmif.commentary.render import measure_notes, part_html, summary_html
from pmif.commentary.text import read_text
from pmif.disclosure import Published, open_published, publish
from pmif.errors import DisclosureError, FrameworkError, PeriodError
from pmif.period import Period
from tests.commentary.writing import FRONT
from tests.conftest import BOROUGH

SOAK = bool(os.environ.get("PMIF_SOAK"))
NOW = date(2027, 2, 20)
Q2, Q3 = (Period.parse(f"2026-27-q{n}") for n in (2, 3))
APPROVED = (
    "---\nauthor_role: performance\nstatus: approved\nwritten: 2026-11-10\n"
    "approved_by: performance\napproved: 2026-11-12\n---\n"
)
BEGUN = "---\nauthor_role: performance\nstatus: draft\nwritten: 2027-02-20\nfollows: 2026-27-q2\n---\n"
# What comes between the two reports: fewer families helped in time, and a figure that is withheld.
NEW_ROWS = """\
family-help-in-time,Z99000001,borough-made-up,2026-27-q3,,,1190,2390,,,,shown,,2027-01-21,on,figures-made-up
family-help-in-time,Z92000001,country-made-up,2026-27-q3,,,355000,600000,,,,shown,,2027-01-21,on,figures-made-up
parents-finish-course,Z99000001,borough-made-up,2026-27-q3,,,,,,,,suppressed,,2027-01-21,on,figures-made-up
"""
# A comment or a mark of the program's, told by what docs/commentary.md says of them and not by its own code.
COMMENT = re.compile(r"^% (No longer true|Can no longer be said|No new figure since).*\n", re.MULTILINE)
MARK = re.compile(r"\{recheck\}(`+)([a-z-]+): (.+?)(\1)(?!`)", re.DOTALL)


@pytest.fixture(scope="module")
def two_reports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The borough with the figures of two reports published, the earlier one current, and no texts."""
    root = tmp_path_factory.mktemp("periods") / "borough"
    shutil.copytree(BOROUGH / "data", root / "data", ignore=shutil.ignore_patterns("built"))
    publish(root, "current")
    with (root / "data/figures/po1.csv").open("a", encoding="utf-8") as table:
        table.write(NEW_ROWS)
    set_current(root, "2026-27-q3")
    publish(root, "current")
    set_current(root, "2026-27-q2")
    return root


def set_current(root: Path, period: str) -> None:
    file = root / "data/framework/reporting.yml"
    file.write_text(re.sub(r"current: \S+", f"current: {period}", file.read_text(encoding="utf-8")), encoding="utf-8")


@pytest.fixture
def home(two_reports: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy for one test, in which publishing has been done already."""
    root = tmp_path / "borough"
    shutil.copytree(two_reports, root, ignore=shutil.ignore_patterns("hub", "figures"))
    monkeypatch.setattr(module, "publish", lambda root, period: root / "data/built" / period)
    return root


def text_of(root: Path, period: Period, page: str = "po1") -> Path:
    return root / f"book/commentary/{period.id}/{page}.md"


def write(root: Path, words: str | bytes, page: str = "po1", front: str = APPROVED, period: Period = Q2) -> Path:
    file = text_of(root, period, page)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(words if isinstance(words, bytes) else (front + words).encode())
    return file


def begun(root: Path, words: str, page: str = "po1") -> str:
    """What a text becomes, without its front matter."""
    write(root, words, page)
    assert new_period(root, Q3.id, NOW).faults == ()
    made = text_of(root, Q3, page).read_bytes().decode()
    assert made.startswith(BEGUN)
    return made.removeprefix(BEGUN)


def without_marks(words: str) -> str:
    return MARK.sub(lambda m: f"{{{m[2]}}}{m[1]}{m[3]}{m[1]}", COMMENT.sub("", words))


def bound_text(root: Path, published: Published | None = None) -> tuple[BoundText, Published]:
    published = published or open_published(root, Q3.id)
    text = read_text(root, Q3, "po1", published.framework)
    assert text is not None
    return bind(text, published, claim_words(root)), published


def everything_under(root: Path) -> dict[str, bytes]:
    return {p.relative_to(root).as_posix(): p.read_bytes() for p in sorted(root.rglob("*")) if p.is_file()}


# --- what becomes of words ---------------------------------------------------------------------------------------

HELP = "Help {improved}`is better <family-help-in-time>` by {change}`family-help-in-time`."


def test_a_claim_that_turned_is_marked_in_place_and_the_truth_stands_above(home: Path):
    heading, blank, note, words = begun(home, f"## Summary\n\n{HELP}\n").splitlines()

    assert (heading, blank) == ("## Summary", "")
    assert note.startswith(
        '% No longer true: "Help is better by 16.4 percentage points.". The figures say: 49.8% in October to December 2026;'
    )
    assert note.endswith(". True would be {got-worse}`family-help-in-time`")
    assert words == "Help {recheck}`improved: is better <family-help-in-time>` by {change}`family-help-in-time`."


def test_a_claim_that_still_holds_and_a_figure_that_moved_on_are_left_as_they_are(home: Path):
    words = "## Summary\n\n{off-target}`still off target <family-help-in-time>`, at {value}`family-help-in-time`.\n"

    assert begun(home, words) == words
    bound, _ = bound_text(home)
    assert [one.words for one in bound.bound] == ["Still off target", "49.8%"]


CANNOT_STAND = [
    ("{value}`parents-finish-course`", "value", "is withheld to protect people"),
    ("{value}`parents-finish-course, decimals 0`", "value", "is withheld to protect people"),
    ("{period}`parents-finish-course`", "period", "is withheld to protect people"),
    ("{rose}`more of them finish <parents-finish-course>`", "rose", "finish"),
    ("{value}`a-measure-that-is-gone`", "value", "there is no measure 'a-measure-that-is-gone'"),
    ("{count}`late, in po9`", "count", "'in po9' is no part of the report"),
]


@pytest.mark.parametrize(("typed", "role", "why"), CANNOT_STAND)
def test_what_can_no_longer_be_said_is_marked_with_the_reason(home: Path, typed: str, role: str, why: str):
    made = begun(home, f"## Summary\n\nOf parents it is {typed} now.\n")

    _, _, note, words = made.splitlines()
    assert note.startswith("% Can no longer be said: ") and why in note
    assert words == f"Of parents it is {typed.replace(f'{{{role}}}`', f'{{recheck}}`{role}: ')} now."
    bound, _ = bound_text(home)
    assert bound.faults == []
    assert bound.count(Use.RECHECK) == 1


def test_a_sentence_is_quoted_once_with_every_reason(home: Path):
    made = begun(
        home, "## Summary\n\n{value}`parents-finish-course` in {period}`parents-finish-course`, {value}`gone`.\n"
    )

    notes = [line for line in made.splitlines() if line.startswith("%")]
    assert len(notes) == 1
    assert notes[0].count("is withheld to protect people") == 1
    assert notes[0].count("there is no measure 'gone'") == 1
    assert made.count("{recheck}") == 3


def test_a_claim_that_cannot_be_tested_now_is_no_longer_true(home: Path):
    made = begun(home, "## Summary\n\nIt {improved}`improved <parents-finish-course>`.\n")

    assert made.splitlines()[2].startswith('% No longer true: "It improved.". The figures say: ')
    assert "True would be {withheld}`parents-finish-course`" in made


SECTIONS = """\
## Summary

Words.

## adverse-experiences

Some words.

## ready-to-learn

More words.

### ready-for-reception

Words on the measure.

## Parents can get support
Words.

exclusions
----------

Words below an underlined heading.
"""


def test_a_section_without_a_newer_figure_says_so_below_its_heading(home: Path):
    since = "% No new figure since July to September 2026.\n"

    made = begun(home, SECTIONS)

    assert made == (
        SECTIONS.replace("## ready-to-learn\n", f"## ready-to-learn\n{since}")
        .replace("### ready-for-reception\n", f"### ready-for-reception\n{since}")
        .replace("support\n", f"support\n{since}")  # the only new figure on this is withheld
        .replace("----------\n", f"----------\n{since}")
    )


def test_a_revised_figure_is_a_new_one(home: Path):
    table = home / "data/built/2026-27-q3/published-figures.csv"
    rows = table.read_text(encoding="utf-8")
    at = rows.index("\nready-for-reception,Z99000001")
    value = rows[at:].split(",")[8]
    table.write_text(rows[:at] + rows[at:].replace(value, "0.5", 1), encoding="utf-8")

    assert "### ready-for-reception\n\n" in begun(home, SECTIONS)


def test_notes_in_lists_and_quotations_stand_above_the_whole_of_them(home: Path):
    words = (
        "## Summary\n\nFirst:\n- one\n- two, and\n  {improved}`is\n  better <family-help-in-time>`\n\n"
        "> It {improved}`is\n> better <family-help-in-time>`, they say.\n>\n> - And **{improved}`family-help-in-time`**\n"
    )

    made = begun(home, words)

    notes = [n for n, line in enumerate(made.splitlines()) if line.startswith("% ")]
    assert notes == [3, 9, 10]
    assert made.splitlines()[4] == "- one"
    assert made.splitlines()[11].startswith("> It {recheck}`improved: is")
    assert "- And **{recheck}`improved: family-help-in-time`**\n" in made
    assert without_marks(made) == words


def test_what_others_said_periods_and_notes_of_ones_own_are_left_as_they_are(home: Path):
    words = (
        "## Summary\n\n% My own note: {improved}`family-help-in-time`\n"
        "{quoted}`In July to September 2026 it was 66.2% <Family team, review of 2026>`, and "
        "{rose-not-tested}`x <family-help-in-time, since 2026-27-q1>` is wrong.\n\n"
        ":::{voice}\n---\nwho: a father\nkind: resident\nconsent: in writing, to the family team\n"
        "consent_given: 2026-10-02\nde_identified_by: performance\n---\nThey rang in July.\n:::\n"
    )

    made = begun(home, words)

    assert without_marks(made) == words
    assert "{recheck}`rose-not-tested: x <family-help-in-time, since 2026-27-q1>`" in made
    assert made.count("{recheck}") == 1


def test_the_draft_shows_the_old_words_struck_through_and_lists_them(home: Path):
    begun(
        home, f"## Summary\n\n{HELP}\n\nOf parents {{value}}`parents-finish-course`.\n\n## ready-to-learn\n\nWords.\n"
    )
    bound, published = bound_text(home)

    html = summary_html(bound, published, "nobody")
    assert '<mark class="pm-recheck">is better</mark> <strong>[to be rewritten: 49.8% in October' in html
    assert '<mark class="pm-recheck">parents-finish-course</mark>' in html
    assert "%" + " No" not in html + part_html(bound, published, "ready-to-learn", "nobody")
    assert [f.problem.split(". The figures say")[0] for f in bound.unbound if "is better" in f.problem] == [
        "\"Help is better by 16.4 percentage points.\": 'is better' is to be rewritten"
    ]
    assert measure_notes(bound, published) == {}


@pytest.mark.parametrize("status", ["reviewed", "approved"])
def test_what_is_to_be_rewritten_cannot_be_reviewed(home: Path, status: str):
    words = begun(home, f"## Summary\n\n{HELP}\n")
    front = BEGUN.replace("draft", status).replace(
        "follows", f"{status}_by: performance\n{status}: 2027-03-01\nfollows"
    )
    write(home, words, front=front, period=Q3)

    bound, _ = bound_text(home)

    assert ["'is better' held last period and no longer does: rewrite it" in f.problem for f in bound.faults] == [True]


def test_marks_left_in_an_old_draft_are_judged_anew(home: Path):
    old = (
        '## Summary\n\n% No longer true: "It is off target". The figures say: nothing.\n'
        "It is {recheck}`off-target: family-help-in-time`.\n\n"
        "## ready-to-learn\n% No new figure since April to June 2026.\n\nWords.\n"
    )
    write(home, old, front=FRONT)

    new_period(home, Q3.id, NOW, with_drafts=True)

    assert text_of(home, Q3).read_text(encoding="utf-8").removeprefix(BEGUN) == (
        "## Summary\n\nIt is {off-target}`family-help-in-time`.\n\n"
        "## ready-to-learn\n% No new figure since July to September 2026.\n\nWords.\n"
    )


def test_line_ends_and_a_byte_order_mark_do_not_come_along(home: Path):
    words = "## Summary\n\nWords.  \nMore words, “said”\n"
    write(home, b"\xef\xbb\xbf" + (APPROVED + words).replace("\n", "\r\n").encode())

    new_period(home, Q3.id, NOW)

    assert text_of(home, Q3).read_bytes() == (BEGUN + words).encode()


def test_words_made_from_the_figures_are_still_said_to_be(home: Path):
    write(home, "## Summary\n\nWords.\n", front=FRONT.replace("written", "generated: true\nwritten"))

    new_period(home, Q3.id, NOW, with_drafts=True)

    assert "follows: 2026-27-q2\ngenerated: true\n---\n" in text_of(home, Q3).read_text(encoding="utf-8")


# --- any text at all ------------------------------------------------------------------------------------------------


class Reports:
    """Both reports opened; no dataclass, because hypothesis would print all their figures."""

    def __init__(self, root: Path) -> None:
        self.later, self.earlier = (open_published(root, period.id) for period in (Q3, Q2))


@pytest.fixture(scope="module")
def reports(two_reports: Path) -> Reports:
    set_current(two_reports, Q3.id)
    opened = Reports(two_reports)
    set_current(two_reports, Q2.id)
    return opened


SAID = st.sampled_from(
    [
        "Words.", "*Words* — “and” more", "{value}`family-help-in-time`", "{off-target}`family-help-in-time`",
        "{improved}`is better <family-help-in-time>`", "{improved}``is better <family-help-in-time>``",
        "{improved}`is\nbetter <family-help-in-time>`", "{rose}`family-help-in-time, since 2026-27-q1`",
        "{value}`parents-finish-course`", "[link {improved}`family-help-in-time`](https://example.org)",
        "{quoted}`40 in June <Family team, diary of 2026>`", "{better-than}`family-help-in-time/country`", "{gone}`x`",
        "{improved}`family-help-in-time`{improved}`family-help-in-time`", "\\*", "100 %", "% of them", "&amp;",
    ]
)  # fmt: skip
LINES = st.lists(SAID, min_size=1, max_size=4).map(lambda parts: "So " + " ".join(parts))


def quoted_with(prefix: str) -> Callable[[str], str]:
    return lambda words: "\n".join(prefix + line for line in words.split("\n"))


ITEM = LINES.map(lambda words: "- " + words.replace("\n", "\n  "))
BLOCK = st.one_of(
    LINES,
    st.lists(ITEM, min_size=1, max_size=3).map("\n".join),
    LINES.map(quoted_with("> ")),
    ITEM.map(quoted_with("> ")),
    st.just("% a note of one's own"),
)
GAPS = st.sampled_from(["\n\n", "\n\n\n", "\n"])
BODY = st.lists(st.tuples(BLOCK, GAPS), min_size=1, max_size=6).map(lambda parts: "".join(a + b for a, b in parts))


@pytest.mark.soak
@settings(max_examples=500 if SOAK else 25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(before=st.sampled_from(["\n", "\n\n", ""]), first=BODY, second=BODY, end=st.sampled_from(["", "\n"]))
def test_every_word_is_kept_and_everything_that_fails_is_marked(
    home: Path, reports: "Reports", before: str, first: str, second: str, end: str
):
    words = f"{before}## Summary\nWords.\n\n{first}\n## ready-to-learn\n\nWords.\n{second}{end}"
    write(home, words)
    old = read_text(home, Q2, "po1", reports.later.framework)
    assert old is not None

    starting = module._Starting(home, reports.later, reports.earlier, NOW, claim_words(home))
    text, content = starting.begin(old)

    made = content.removeprefix(BEGUN)
    assert without_marks(made) == words
    write(home, made, front=BEGUN, period=Q3)
    bound, _ = bound_text(home, reports.later)
    unknown = words.count("{gone}")
    assert len(bound.faults) == len(text.left) == unknown
    assert bound.count(Use.RECHECK) == text.marked == made.count("{recheck}")
    fails = ("{improved}", "{rose}", "{value}`parents", "{better-than}")
    assert text.marked == sum(words.count(role) for role in fails)


# --- which texts, and which period ------------------------------------------------------------------------------------


def test_only_approved_texts_are_taken_over_and_the_others_named(home: Path):
    write(home, "## Summary\n\nWords.\n", "po1")
    write(home, "## Summary\n\nWords.\n", "po2", front=FRONT)

    started = new_period(home, Q3.id, NOW)

    assert [text.place for text in started.begun] == ["book/commentary/2026-27-q3/po1.md"]
    assert [f.place for f in started.passed_over] == ["book/commentary/2026-27-q2/po2.md"]
    assert "its status is 'draft': have it approved, or run again with --with-drafts" in describe(started)
    assert not text_of(home, Q3, "po2").exists()
    assert [t.place for t in new_period(home, Q3.id, NOW, with_drafts=True).begun] == [
        "book/commentary/2026-27-q3/po2.md"
    ]


def test_a_broken_old_text_is_told_and_the_others_are_begun(home: Path):
    write(home, "## Summary\n\nWords.\n\n## No such outcome\n\nWords.\n", "po1")
    write(home, b"\xff\xfe", "po3")
    write(home, "## Summary\n\nWords.\n", "po4")
    write(home, "## Summary\n\nWords.\n", "po7")

    started = new_period(home, Q3.id, NOW)

    assert [text.place for text in started.begun] == ["book/commentary/2026-27-q3/po4.md"]
    assert [f.place for f in started.faults] == [
        "book/commentary/2026-27-q2/po7.md",
        "book/commentary/2026-27-q2/po1.md, line 12",
        "book/commentary/2026-27-q2/po3.md, line 1",
    ]


def test_a_second_run_changes_nothing_and_nothing_is_written_over(home: Path):
    write(home, f"## Summary\n\n{HELP}\n", "po1")
    write(home, "## Summary\n\nWords.\n", "po2")
    write(home, "Anything at all", "po2", front="", period=Q3)
    new_period(home, Q3.id, NOW)
    after_once = everything_under(home)

    again = new_period(home, Q3.id, date(2027, 3, 1))

    assert everything_under(home) == after_once
    assert again.begun == () and again.was_current == ""
    assert again.kept == ("book/commentary/2026-27-q3/po1.md", "book/commentary/2026-27-q3/po2.md")
    assert text_of(home, Q3, "po2").read_text(encoding="utf-8") == "Anything at all"


def test_two_pages_are_two_files_and_no_other_file_is_written_but_the_one_line(home: Path):
    write(home, "## Summary\n\nWords.\n", "po1")
    write(home, "## Summary\n\nOther words.\n", "po2")
    before = everything_under(home)

    new_period(home, Q3.id, NOW)

    after = everything_under(home)
    assert sorted(name for name in after if after[name] != before.get(name)) == [
        "book/commentary/2026-27-q3/po1.md",
        "book/commentary/2026-27-q3/po2.md",
        "data/framework/reporting.yml",
    ]


FOLDERS = [
    ("2026-27-q3", ["2026-27-q1", "2026-27-q2", "2026-27-h1"], "2026-27-q2"),
    ("2026-27-q2", ["2026-27-q1", "2026-27-h1", "2026-27-q3", "2025-26"], "2026-27-q1"),
    ("2026-27-h1", ["2025-26-h1", "2025-26-h2", "2026-27-q1", "2025-26"], "2025-26-h2"),
    ("2026-27-h1", ["2025-26-q4", "2026-27-q1", "2026-27-q2", "2025-26"], "2026-27-q1"),
    ("2025-26", ["2025-26-q3", "2025-26-q4"], "2025-26-q3"),
    ("2026-27-q2", ["2024-25-q3", "notes", "2025", "2026-m01"], None),  # before the first report, or none at all
    ("2026-27-q2", [], None),
]


@pytest.mark.parametrize(("period", "folders", "before"), FOLDERS)
def test_the_period_before_is_the_newest_of_the_same_kind(
    home: Path, period: str, folders: list[str], before: str | None
):
    for name in folders:
        (home / "book/commentary" / name).mkdir(parents=True)
        (home / "book/commentary" / name / "po1.md").write_text("Words.", encoding="utf-8")
    (home / "book/commentary/2026-27-q2").mkdir(parents=True, exist_ok=True)  # empty, unless it is among them

    found = module._before(home, module.load_reporting(home), Period.parse(period))

    assert (found.id if found else None) == before


def test_the_only_texts_being_of_another_kind_of_report_is_said():
    started = module.Started(Period.parse("2026-27-h1"), Period.parse("2026-27-q1"))

    assert "follow those of 2026-27-q1 (April to June 2026), since no earlier six-month has any." in describe(started)


WRONG = [
    ("2026-27-q5", "is not a period"),
    ("2027", "a report covers a quarter"),
    ("2026-m12", "a report covers a quarter"),
    ("2024-25-q3", "reports run from 2024-25-q4"),
    ("2026-27-q4x", "is not a period"),
    ("2027-28-q1", "2027-28-q1 begins on 1 April 2027, so there is nothing to report of it yet"),
]


@pytest.mark.parametrize(("period", "says"), WRONG)
def test_a_period_that_can_have_no_report_is_refused_and_nothing_changes(home: Path, period: str, says: str):
    write(home, "## Summary\n\nWords.\n")
    before = everything_under(home)

    with pytest.raises(PeriodError, match=re.escape(says)):
        new_period(home, period, NOW)

    assert everything_under(home) == before


# --- the line in reporting.yml --------------------------------------------------------------------------------------

LINES_OF = [
    b"current: 2026-27-q2\n",
    b"# current: 2025-26-q1 was first\ncurrent:   2026-27-q2   # Set by Anna, 3 October\n\n",
    b"current: '2026-27-q2'\r\n# a line end of Windows\r\n",
    b'current: "2026-27-q2" # quoted\n',
    b"\xef\xbb\xbfcurrent: 2026-27-q2\n",
]


@pytest.mark.parametrize("line", LINES_OF)
def test_one_line_changes_and_every_other_byte_stays(home: Path, line: bytes):
    file = home / "data/framework/reporting.yml"
    rest = file.read_bytes().partition(b"current: 2026-27-q2\n")[2]
    file.write_bytes(line + rest)

    assert new_period(home, Q3.id, NOW).was_current == "2026-27-q2"

    assert file.read_bytes() == line.replace(b"2026-27-q2", b"2026-27-q3") + rest


def test_a_report_that_is_known_already_leaves_the_line_alone(home: Path):
    before = (home / "data/framework/reporting.yml").read_bytes()

    assert new_period(home, "2026-27-q2", NOW).was_current == ""

    assert (home / "data/framework/reporting.yml").read_bytes() == before


def test_a_line_of_another_form_is_not_guessed_at(home: Path):
    file = home / "data/framework/reporting.yml"
    file.write_text(file.read_text(encoding="utf-8").replace("current:", '"current":'), encoding="utf-8")
    before = everything_under(home)

    with pytest.raises(FrameworkError, match="no line like 'current: 2026-27-q3': write it there"):
        new_period(home, Q3.id, NOW)

    assert everything_under(home) == before


@pytest.mark.parametrize("fault", [DisclosureError("no"), KeyboardInterrupt()])
def test_publishing_that_fails_leaves_all_as_it_was(home: Path, monkeypatch: pytest.MonkeyPatch, fault: BaseException):
    write(home, "## Summary\n\nWords.\n")
    before = everything_under(home)
    meanwhile: list[str] = []

    def fails(root: Path, period: str) -> Path:
        meanwhile.append((root / "data/framework/reporting.yml").read_text(encoding="utf-8"))
        raise fault

    monkeypatch.setattr(module, "publish", fails)
    with pytest.raises(type(fault)):
        new_period(home, Q3.id, NOW)

    assert "current: 2026-27-q3" in meanwhile[0]  # publishing knew the report
    assert everything_under(home) == before


def test_a_file_that_cannot_be_written_is_told_and_leaves_nothing_half_made(
    home: Path, monkeypatch: pytest.MonkeyPatch
):
    write(home, "## Summary\n\nWords.\n", "po1")
    write(home, "## Summary\n\nWords.\n", "po2")
    replace = Path.replace

    def refuses(self: Path, target: Path) -> Path:
        if target == text_of(home, Q3, "po1"):
            raise PermissionError(13, "Permission denied")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", refuses)
    started = new_period(home, Q3.id, NOW)

    assert [str(f) for f in started.faults] == [
        "book/commentary/2026-27-q3/po1.md: could not be written (Permission denied): close it if it is open, or see "
        "that you may write there"
    ]
    assert [p.name for p in text_of(home, Q3).parent.iterdir()] == ["po2.md"]


# --- the command, with everything real ---------------------------------------------------------------------------------


class Then(date):
    """A day on which the later report is due, whatever day it is."""

    @classmethod
    def today(cls) -> "Then":
        return cls(NOW.year, NOW.month, NOW.day)


def test_the_command_publishes_begins_and_says_what_it_did(
    two_reports: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("pmif.cli.date", Then)
    root = tmp_path / "borough"
    shutil.copytree(two_reports, root, ignore=shutil.ignore_patterns("2026-27-q*"))
    shutil.copytree(BOROUGH / "book", root / "book")
    old = text_of(root, Q2)
    approved = old.read_text(encoding="utf-8").replace("status: reviewed", "status: approved").replace(
        "reviewed: 2026-11-11\n", "reviewed: 2026-11-11\napproved_by: performance\napproved: 2026-11-12\n"
    )  # fmt: skip
    old.write_text(approved, encoding="utf-8")

    result = CliRunner().invoke(main, ["new-period", "2026-27-q3", "--root", str(root)])

    assert result.exit_code == 0, result.output
    assert result.output.splitlines() == [
        "The figures of 2026-27-q3 (October to December 2026) are published.",
        "data/framework/reporting.yml now says current: 2026-27-q3. It said 2026-27-q2.",
        "The texts follow those of 2026-27-q2 (July to September 2026).",
        "begun        book/commentary/2026-27-q3/po1.md: 2 to rewrite, 2 sections without a new figure",
        "passed over  book/commentary/2026-27-q2/scorecard.md: its status is 'draft': have it approved, or run again "
        "with --with-drafts",
    ]
    assert open_published(root).report == Q3
    body = approved.split("---\n", 2)[2]
    assert without_marks(text_of(root, Q3).read_text(encoding="utf-8")).split("---\n", 2)[2] == body

    refused = CliRunner().invoke(main, ["new-period", "2026-27-q9", "--root", str(root)])
    assert refused.exit_code == 1
    assert "Traceback" not in refused.output
