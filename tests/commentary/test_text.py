"""A page's text is read, checked and shown; never written."""

from pathlib import Path

import pytest

from pmif.commentary.render import responses_html, section_html, summary_html
from pmif.commentary.text import Part, read_text, stray_files
from pmif.disclosure import Published
from pmif.errors import CommentaryError
from tests.commentary.writing import FOLDER, FRONT, bound, read, summary_of, write

WORDS = "## Summary\n\nWords.\n"


def faults(root: Path, published: Published, words: str | bytes, front: str = FRONT) -> list[str]:
    with pytest.raises(CommentaryError) as error:
        read(root, published, words, front=front)
    return [str(fault) for fault in error.value.faults]


# --- what a page shows ---------------------------------------------------------------------------------------


def test_shows_words_role_and_date(built: Path, published: Published):
    html = summary_html(summary_of(built, published, "It was **hard** & costly: £ and %."), published, "nobody")

    assert "<p>It was <strong>hard</strong> &amp; costly: £ and %.</p>" in html
    assert "Written by: Performance Team (made up), 10 November 2026. Draft, not yet approved." in html


def test_says_so_where_there_is_none(built: Path, published: Published):
    assert read_text(built, published.report, "po2", published.framework) is None
    assert summary_html(None, published, "Head of <b>") == (
        '<p class="pm-none">No commentary for this period. Owner of this page: Head of &lt;b&gt;.</p>'
    )


def test_an_approved_text_gives_the_day_and_no_draft(built: Path, published: Published):
    front = FRONT.replace("draft", "approved").replace(
        "---\n", "---\napproved: 2026-11-12\napproved_by: performance\n", 1
    )

    html = summary_html(bound(built, published, WORDS, front=front), published, "nobody")

    assert "10 November 2026, approved 12 November 2026." in html
    assert "raft" not in html


@pytest.mark.parametrize(
    "words",
    [
        b"\xef\xbb\xbf" + (FRONT + WORDS).encode(),
        (FRONT + WORDS).replace("\n", "\r\n").encode(),
        (FRONT + WORDS).replace("\n", "\r").encode(),
        (FRONT + WORDS).rstrip("\n").encode(),
    ],
    ids=["byte order mark", "Windows", "old Macintosh", "no last line end"],
)
def test_line_ends_and_a_byte_order_mark_are_no_fault(built: Path, published: Published, words: bytes):
    made = bound(built, published, words)

    assert section_html(made, made.text.sections[0], published) == "<p>Words.</p>\n"


def test_sections_are_known_by_id_and_by_title(built: Path, published: Published):
    words = (
        "## summary:\n\nWords.\n\n## All children start school ready to learn\n\n### Children ready for Reception\n\nWords.\n"
        "\n## adverse-experiences\n\nWords.\n\nResources\n---------\n\nWords.\n"
    )

    text = read(built, published, words)

    assert [(s.part, s.about) for s in text.sections] == [
        (Part.SUMMARY, ""),
        (Part.OUTCOME, "ready-to-learn"),
        (Part.MEASURE, "ready-for-reception"),
        (Part.OUTCOME, "adverse-experiences"),
        (Part.RESOURCES, ""),
    ]


def test_what_somebody_said_stands_with_what_was_agreed(built: Path, published: Published):
    words = (
        WORDS + "\n## Voices\n\n:::{voice}\n---\nwho: a father <of two>\nkind: case study\nconsent: in writing\n"
        "consent_given: 2026-10-02\nde_identified_by: performance\n---\nThey *rang* <b>back</b> in 5 days.\n:::\n"
    )

    made = bound(built, published, words)
    html = responses_html(made, published, "nobody")

    assert "<p>They <em>rang</em> &lt;b&gt;back&lt;/b&gt; in 5 days.</p>" in html
    assert "A father &lt;of two&gt; (case study)" in html
    assert "Consent: in writing, 2 October 2026. Made anonymous by Performance Team (made up)." in html
    assert made.unbound == []  # their words are theirs


def test_remarks_are_for_whoever_edits_the_file(built: Path, published: Published):
    made = bound(built, published, "## Summary\n\n% ask the team about 5\n\nWords.\n")

    assert section_html(made, made.text.sections[0], published) == "<p>Words.</p>\n"
    assert made.unbound == []


# --- what is wrong with a file ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("front", "said"),
    [
        ("", "line 1: does not begin with who wrote it"),
        ("---\nstatus: draft\n", "line 1: the opening --- has no closing ---"),
        (FRONT.replace("draft", "final"), "line 3: front matter, status is 'final': use 'draft', 'reviewed' or 'approved'"),
        (FRONT.replace("2026-11-10", "10/11/2026"), "line 4: front matter, written: '10/11/2026' is no day: write it like 2026-10-20"),
        (FRONT.replace("2026-11-10", "2026-13-45"), "line 4: '2026-13-45' is no day: write one like 2026-10-20"),
        (FRONT.replace("performance", "J Smith"), "line 2: author_role is 'J Smith': use a role of data/framework/roles.yml"),
        (FRONT.replace("status: draft\n", ""), "front matter, status is missing: it must be given"),
        (FRONT.replace("status", "stattus"), "line 3: front matter, unknown key 'stattus'"),
        (FRONT.replace("draft", "“draft”"), "line 3: holds curly quotes"),
        (FRONT.replace("draft", "[draft"), "line 3: 'status: [draft' is no line of this kind"),
        (FRONT.replace("draft", "&a draft"), "line 3: 'status: &a draft' is no line of this kind"),
        (FRONT.replace("draft", "!!python/name:os.system"), "line 3: 'status: !!python/name:os.system' is no line"),
        (FRONT.replace("status", "written"), "line 4: not valid YAML, found duplicate key"),
        (FRONT.replace("draft", "approved"), "status is 'approved', so add approved: the day, and approved_by: the role"),
        ("---\n- draft\n---\n", "line 2: '- draft' is no line of this kind"),
        ("---\n---\n", "line 2: between the --- marks there must be lines such as"),
    ],
)  # fmt: skip
def test_says_what_is_wrong_with_the_front_matter(built: Path, published: Published, front: str, said: str):
    found = faults(built, published, WORDS, front)

    assert any(said in fault for fault in found), found
    assert all(fault.startswith(f"{FOLDER}/po1.md, line ") for fault in found)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("", "line 5: holds no text"),
        (FRONT.encode() + b"## Summary\n\ncaf\xe9", "line 8: holds letters that are not UTF-8"),
        (FRONT.encode() + b"## Summary\n\nno\x00", "line 8: holds the character 0x0000"),
        ("Words.\n\n## Summary\n\nWords.", "line 6: text stands before the first heading"),
        ("## Sumary\n\nWords.", "line 6: '## Sumary' is no section of this page: did you mean Summary?"),
        ("## Actions\n\nWords.", "line 1: has no summary"),
        ("# Summary\n\nWords.", "line 6: '# Summary' is no heading of a text"),
        (WORDS + "\n## Actions\n", "line 10: '## Actions' has no text below it"),
        (WORDS + "\n" + WORDS, "line 10: '## Summary' stands here a second time: it is in line 6 already"),
        (WORDS + "\n### claimants\n\nWords.", "line 10: '### claimants' names a measure: write it below"),
        (WORDS + "\n- ## Actions\n\nWords.", "line 10: a heading stands in a list or a quotation"),
        (WORDS + "\n##Actions\n\nWords.", "line 10: '##Actions' is no heading: write a space after ##"),
        (
            WORDS + "\n:::{voice}\n---\nwho: a father\nkind: resident\nconsent: in writing\nconsent_given: 2026-10-02\n"
            "de_identified_by: performance\nhtml: bold\n---\nThey rang.\n:::",
            "unknown key 'html'",
        ),
        (WORDS + "\n:::{voice}\nwords", "line 10: ':::{voice}' is opened here and never closed"),
        (WORDS + "\n```\nwords\n```", "line 10: '```' would show the words as code"),
        (WORDS + "\n    It {rose}`claimants`.", "line 10: four spaces before a line would show the words as code"),
        (WORDS + "\nSee {value}“claimants”.", "line 10: {value} has curly quotes after it"),
        (WORDS + "\nSee {value} `claimants`.", "line 10: {value} has no `...` right after it"),
        (WORDS + "\nIt is\n**so.", "line 11: holds '**' that nothing closes"),
        (WORDS + "\nIt is\n<b>so</b>.", "line 11: holds HTML, '<b>'"),
        (WORDS + "\nIt is {{ so }}.", "line 10: holds '{{', which fills in nothing here"),
        ("## Summary\n\n" + "word " * 10_001, "line 1: has 50,084 bytes, and a page's text at most 50,000: shorten it"),
    ],
)
def test_says_what_is_wrong_with_the_words(built: Path, published: Published, words: str | bytes, said: str):
    found = faults(built, published, words)

    assert any(said in fault for fault in found), found


def test_a_measure_has_one_section(built: Path, published: Published):
    words = WORDS + "\n## ready-to-learn\n\n### ready-for-reception\n\nOne.\n\n### ready-for-reception\n\nTwo.\n"

    assert faults(built, published, words) == [
        f"{FOLDER}/po1.md, line 16: '### ready-for-reception' stands here a second time: it is in line 12 already"
    ]


def test_every_fault_is_named_at_once(built: Path, published: Published):
    found = faults(built, published, "## Sumary\n\n## Actions\n\n**so\n\n## Nothing\n\nx")

    assert [fault.split(":")[0][-2:].strip() for fault in found] == ["6", "10", "12"]


def test_a_file_that_belongs_to_no_page_is_named(tmp_path: Path, published: Published):
    for name in ("po1.md", "po7.md", "po1.docx", "~$po1.docx"):
        write(tmp_path, WORDS, name).rename(tmp_path / FOLDER / name)

    found = stray_files(tmp_path, published.report, ["po1", "po2"])

    assert [fault.place.rpartition("/")[2] for fault in found] == ["po1.docx", "po7.md"]
    assert "did you mean po1.md?" in found[0].problem


@pytest.mark.parametrize(
    "words",
    [
        "[a](javascript:alert)",
        "![a](https://example.org/x.png)",
        "[a](data:text/html;base64,xxxx)",
        "&lt;script&gt;alert&lt;/script&gt;",
        "{quoted}`<script>alert</script> <Family team, diary>`",
        "`<script>alert</script>`",
    ],
)
def test_words_cannot_carry_scripts_or_fetch_anything(built: Path, published: Published, words: str):
    try:
        html = summary_html(summary_of(built, published, words), published, "nobody")
    except CommentaryError:
        return

    assert "<script" not in html
    assert "<img" not in html
    assert "javascript:" not in html.replace("[a](javascript:", "")
    assert 'href="data:' not in html
