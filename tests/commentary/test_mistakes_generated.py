"""Generated mistakes in commentary: each is refused in sentences that name file and line, or shown as harmless words."""

import os
import re
import shutil
import subprocess
import sys
import time
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

import pytest

from pmif.commentary import check_commentary, read_bound
from pmif.commentary.render import measure_notes, part_html, responses_html, summary_html
from pmif.commentary.text import Part
from pmif.disclosure import Published
from tests.commentary.mistakes import EITHER, REFUSED, SHOWN, Making, Mistake
from tests.commentary.writing import FOLDER, write

SOAK = bool(os.environ.get("PMIF_SOAK"))
MANY = 300 if SOAK else 20
SEED = 20261120
PLACE = re.compile(rf"{FOLDER}/po1\.md, line ([1-9]\d*)")
# What a fault says that there is to do, or that would be true.
ADVICE = re.compile(
    r"\b(write|use|add|save|mend|remove|rewrite|did you mean|delete|shorten|leave|begin|quote|give|name|end|do not bear out"
    r"|must be given|should be|needs?|it has|must be|go together|expected|like|takes|lists all|have|which is before|to speak of"
    r"|no target|no earlier|is withheld|has no|already|close|not shown)\b",
    re.IGNORECASE,
)
TAGS = {
    "a": {"class", "href", "rel", "title"}, "blockquote": set(), "br": set(), "code": {"class"}, "div": {"class"},
    "em": set(), "figcaption": set(), "figure": {"class"}, "h3": set(), "hr": set(), "li": {"id"},
    "ol": {"class", "start"}, "p": {"class"}, "pre": set(), "span": {"class"}, "strong": set(), "sup": set(), "ul": set(),
}  # fmt: skip
ADDRESS = re.compile(r"#[\w-]+|[a-z0-9-]+\.html(#[\w-]+)?|https?://.+|mailto:.+|[^:]*")


class Safe(HTMLParser):
    """Collects whatever has no business in commentary's HTML."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in TAGS:
            self.found.append(f"<{tag}>")
        for name, value in attrs:
            if name not in TAGS.get(tag, ()):
                self.found.append(f"<{tag} {name}>")
            if name == "href" and not ADDRESS.fullmatch(value or ""):
                self.found.append(f"{name}={value}")
        if tag == "a" and "a" in self.open:
            self.found.append("a link in a link")
        if tag not in ("br", "hr"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in ("br", "hr"):  # the parser ends <hr /> as well
            return
        if not self.open or self.open.pop() != tag:
            self.found.append(f"</{tag}> closes nothing")

    def handle_comment(self, data: str) -> None:
        self.found.append(f"<!--{data}-->")

    def handle_decl(self, decl: str) -> None:
        self.found.append(f"<!{decl}>")

    def handle_pi(self, data: str) -> None:
        self.found.append(f"<?{data}>")


def unsafe(html: str) -> list[str]:
    parser = Safe()
    parser.feed(html)
    parser.close()
    return parser.found + [f"<{tag}> is left open" for tag in parser.open]


def pages_html(built: Path, published: Published) -> str:
    """Everything that a page shows of a text."""
    bound = read_bound(built, published, "po1")
    assert bound is not None
    outcomes = [s.about for s in bound.text.sections if s.part is Part.OUTCOME]
    return "".join(
        [
            summary_html(bound, published, "nobody"),
            *(part_html(bound, published, outcome, "nobody") for outcome in outcomes),
            *measure_notes(bound, published).values(),
            responses_html(bound, published, "nobody"),
        ]
    )


def wrong_with(built: Path, published: Published, mistake: Mistake) -> list[str]:
    """What the program makes of a mistake that it should not."""
    file = write(built, mistake.content)
    began = time.process_time()  # of the processor, which a busy machine does not lengthen
    checked = check_commentary(built, published, ["po1"])
    done = time.process_time()
    html = "" if checked.faults else pages_html(built, published)
    took = max(done - began, time.process_time() - done)
    wrong = [f"took {took:.1f} seconds"] if took >= 2 else []
    lines = len(re.split(rb"\r\n|\n|\r", file.read_bytes()))
    faults = [(int(found[1]) if (found := PLACE.fullmatch(f.place)) else 0, f.problem) for f in checked.faults]
    wrong += [f"names no line of the file: {place}" for place, _ in faults if not 1 <= place <= lines]
    wrong += [f"does not say what to do: {problem}" for _, problem in faults if not ADVICE.search(problem)]
    wrong += [f"lets through {found}" for found in unsafe(html)]
    if mistake.fate == SHOWN and faults:
        wrong.append(f"refused: {faults}")
    if mistake.fate == REFUSED:
        named = [f for f in faults if mistake.names in f[1] and mistake.line in (0, f[0])]
        if not named:
            wrong.append(f"no fault in line {mistake.line} names {mistake.names!r}: {faults or 'none at all'}"[:1000])
    return wrong


@pytest.mark.soak
def test_every_mistake_is_refused_in_a_sentence_or_shown_as_harmless_words(
    built: Path, published: Published, pytestconfig: pytest.Config
):
    kinds: Counter[str] = Counter()
    wrong: list[str] = []

    for mistake in Making(published).many(MANY, SEED):
        kinds[mistake.fate] += 1
        wrong += [
            f"{mistake.kind}: {said}\n{mistake.content[-700:]!r}" for said in wrong_with(built, published, mistake)
        ]

    assert wrong == []
    assert kinds.total() == MANY
    assert kinds[REFUSED] > MANY / 2
    if SOAK:
        pytestconfig.get_terminal_writer().line(f"\n{MANY} mistakes in commentary: {dict(kinds)}, none let through")


@pytest.mark.soak
def test_the_command_says_the_same_in_sentences_and_fails(built: Path, published: Published, tmp_path: Path):
    root = tmp_path / "borough"
    shutil.copytree(built, root, ignore=shutil.ignore_patterns("commentary"))
    several = [m for m in Making(published).many(60, SEED + 1) if m.fate == REFUSED and m.names]

    for mistake in several[: 12 if SOAK else 2]:
        write(root, mistake.content)
        command = [sys.executable, "-m", "pmif", "commentary", "check", "--root", str(root)]
        done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)

        said = done.stdout + done.stderr
        assert done.returncode == 1, f"{mistake.kind}: {said}"
        assert "Traceback" not in said
        assert PLACE.search(said), f"{mistake.kind}: {said}"
        assert mistake.names in said, f"{mistake.kind}: {said}"


@pytest.mark.parametrize(
    ("html", "found"),
    [
        ("<p>fine</p>", []),
        ("<script>x</script>", ["<script>"]),
        ("<p onclick='x'>x</p>", ["<p onclick>"]),
        ("<a href='javascript:x'>x</a>", ["href=javascript:x"]),
        ("<p><em>x</p></em>", ["</p> closes nothing", "</em> closes nothing"]),
        ("<ul><li>x", ["<ul> is left open", "<li> is left open"]),
        ("<!-- x -->", ["<!-- x -->"]),
    ],
)
def test_the_check_itself_finds_what_is_unsafe(html: str, found: list[str]):
    assert unsafe(html) == found


def test_there_are_kinds_enough(published: Published):
    makers = Making(published).makers()

    assert len({kind for kind, _ in makers}) >= 60
    assert EITHER in {make.fate for make in Making(published).many(len(makers), SEED)}
