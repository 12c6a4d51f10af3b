"""Staff's words are read, checked, made safe and shown; never written."""

from pathlib import Path

import pytest

from pmif.errors import RunError
from pmif.framework import Framework, load_framework
from pmif.methods import METHODS
from pmif.period import Period
from pmif.report.commentary import commentary_faults, commentary_html, read_commentary, to_html
from tests.report.tiny import REPOSITORY

PERIOD = Period.parse("2026-27-q2")
FRONT = "---\nauthor_role: performance\nstatus: draft\ndate: 2026-10-20\n---\n"


@pytest.fixture(scope="module")
def framework() -> Framework:
    return load_framework(REPOSITORY / "tests" / "borough", METHODS)


def write(root: Path, text: str | bytes, name: str = "po1.md") -> Path:
    file = root / "book/commentary/2026-27-q2" / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
    return file


def test_shows_words_role_and_date(tmp_path: Path, framework: Framework):
    write(tmp_path, FRONT + "It **fell** because of £5.\n")

    html = commentary_html(read_commentary(tmp_path, PERIOD, "po1", framework), "nobody")

    assert "<p>It <strong>fell</strong> because of £5.</p>" in html
    assert "Performance Team (made up), 20 October 2026" in html
    assert "Draft, not yet approved" in html


def test_says_so_when_there_is_none(tmp_path: Path, framework: Framework):
    found = read_commentary(tmp_path, PERIOD, "po1", framework)

    assert "No commentary for this period" in commentary_html(found, "Head of <b>")
    assert "Head of &lt;b&gt;" in commentary_html(found, "Head of <b>")


def test_a_byte_order_mark_and_windows_line_ends_are_no_fault(tmp_path: Path, framework: Framework):
    write(tmp_path, b"\xef\xbb\xbf" + (FRONT + "Words.\n").replace("\n", "\r\n").encode())

    found = read_commentary(tmp_path, PERIOD, "po1", framework)

    assert found is not None
    assert found.html == "<p>Words.</p>\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Words only.", "po1.md, line 1: does not begin with who wrote it"),
        ("---\nstatus: draft\nWords.", "the opening --- has no closing ---"),
        (FRONT.encode() + b"caf\xe9", "po1.md, line 6: holds letters that are not UTF-8"),
        (FRONT.replace("draft", "final") + "x", "status is 'final': use draft, reviewed, approved"),
        (FRONT.replace("2026-10-20", "20/10/2026") + "x", "date is '20/10/2026': write it as 2026-10-20"),
        (FRONT.replace("performance", "J Smith") + "x", "author_role is 'J Smith': use a role"),
        (FRONT.replace("status: draft\n", "") + "x", "status is missing"),
        (FRONT.replace("status", "stattus") + "x", "'stattus' is not known"),
        (FRONT, "holds no text"),
        ("---\nstatus: [draft\n---\nx", "between the --- marks"),
        ("---\n- draft\n---\nx", "there must be lines such as"),
    ],
)
def test_says_what_is_wrong_with_a_file(tmp_path: Path, framework: Framework, text: str | bytes, said: str):
    write(tmp_path, text)

    with pytest.raises(RunError) as error:
        read_commentary(tmp_path, PERIOD, "po1", framework)
    assert said in str(error.value)
    assert "book/commentary/2026-27-q2/po1.md" in str(error.value)


def test_a_file_that_belongs_to_no_page_is_named(tmp_path: Path, framework: Framework):
    write(tmp_path, FRONT + "x", "po7.md")
    write(tmp_path, FRONT + "x", "po1.docx")
    write(tmp_path, FRONT + "x", "~$po1.docx")

    faults = commentary_faults(tmp_path, PERIOD, ["po1", "po2"], framework)

    assert [str(f).split(":")[0].rsplit("/", 1)[1] for f in faults] == ["po1.docx", "po7.md"]


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[a](javascript:alert(1))",
        "![a](https://example.org/x.png)",
        "[a](data:text/html;base64,xxxx)",
        "<a href='javascript:alert(1)'>x</a>",
        "```{raw} html\n<script>alert(1)</script>\n```",
    ],
)
def test_commentary_cannot_carry_scripts_or_fetch_anything(text: str):
    html = to_html(text)

    assert "<script" not in html
    assert "<img" not in html
    assert 'href="' not in html.replace('href="https:', "")


def test_headings_take_their_place_below_the_pages_own():
    html = to_html("# One\n\n## Two\n\n### Three\n\n###### Six")

    assert html == "<h3>One</h3>\n<h3>Two</h3>\n<h4>Three</h4>\n<h6>Six</h6>\n"
