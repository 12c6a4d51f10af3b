"""A preview shows the page a run would make, keeps up with its files, and leaves nothing behind."""

import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from threading import Timer
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from filelock import FileLock

from pmif.disclosure import open_published
from pmif.errors import CommentaryError, RunError
from pmif.report.page import Page
from pmif.report.preview import preview
from pmif.report.run import Edition, make_book
from pmif.report.screen import Screen, served
from tests.report.tiny import REPOSITORY, write_contents, write_notebook

WAIT = 120  # seconds at most, on a machine that has other things to do
FRONT = "---\nauthor_role: performance\nstatus: draft\nwritten: 2026-11-10\n---\n## Summary\n\n"
CELLS = ('page = open_page("po1", period, root)', "opening(page)", "## Words", "commentary(page)")
IMPORTS = "from pmif.report import commentary, open_page, opening"
# Ctrl+C from a program: its input ends, and the interpreter does as it does when the keys are pressed.
PROGRAM = """
import signal, sys, threading, _thread
from pathlib import Path
from pmif.report.preview import preview
signal.signal(signal.SIGINT, signal.default_int_handler)  # a program begun in the background may have it ignored
threading.Thread(target=lambda: (sys.stdin.read(), _thread.interrupt_main()), daemon=True).start()
preview(Path(sys.argv[1]), "po1", open_browser=False)
"""


@pytest.fixture
def written(home: Path, published_borough: Page) -> Path:
    """A small book with one page about figures, and words about it."""
    shutil.copytree(published_borough.root / "data", home / "data")
    write_notebook(home, "po1", *CELLS, imports=IMPORTS, title="# Best start")
    (home / "notebooks/first.ipynb").unlink()
    (home / "book/index.md").write_text("# Home\n\nSee [the page](pages/po1.ipynb).\n", encoding="utf-8")
    write_contents(home, "second", "po1")
    save(home, "The first words.")
    return home


def words_of(home: Path) -> Path:
    return home / "book/commentary/2026-27-q2/po1.md"


def save(home: Path, words: str) -> None:
    words_of(home).parent.mkdir(parents=True, exist_ok=True)
    words_of(home).write_text(f"{FRONT}{words}\n", encoding="utf-8")


@dataclass
class Browser:
    """Someone who looks at the page, and at the terminal beside it."""

    address: str
    terminal: list[str] = field(default_factory=list)

    def get(self, path: str = "", host: str = "127.0.0.1") -> str:
        at = Request(self.address.split("/book/")[0] + path if path else self.address, headers={"Host": host})
        with urlopen(at, timeout=WAIT) as answer:
            return answer.read().decode()

    def after(self, page: str) -> str:
        """The next page after this one, by the question that its own script asks."""
        question = re.search(r'fetch\("(/newer-than/(\d+))"\)', page)
        assert question
        while self.get(question[1]) == question[2]:
            pass
        return self.get()


@contextmanager
def previewing(home: Path, temporary: Path) -> Iterator[Browser]:
    temporary.mkdir()
    folders = {"TMPDIR": str(temporary), "TEMP": str(temporary), "TMP": str(temporary)}
    program = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(home)],
        cwd=REPOSITORY,
        env={**os.environ, **folders, "PYTHONUTF8": "1"},
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )
    assert program.stdin and program.stderr
    browser = Browser("")
    try:
        for line in program.stderr:
            browser.terminal.append(line)
            if found := re.search(r"http://127\.0\.0\.1:\d+/\S+", line):
                browser.address = found[0]
                break
        assert browser.address, "".join(browser.terminal)
        yield browser
    finally:
        program.stdin.close()
        late = Timer(WAIT, program.kill)
        late.start()
        browser.terminal += program.stderr
        program.stderr.close()
        late.cancel()
        assert program.wait(WAIT) == 0, "".join(browser.terminal)


def files_of(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def test_the_page_keeps_up_with_its_files_and_nothing_is_left_behind(written: Path, tmp_path: Path):
    (written / "_build").mkdir()
    before = files_of(written)

    # A run may have the book to itself meanwhile.
    with FileLock(written / "_build/.html.lock"), previewing(written, tmp_path / "temporary") as browser:
        first = browser.get()
        assert "The first words." in first
        assert "Best start" in first
        assert 'href="second.html"' in first
        assert "not part of the preview" in browser.get("/book/pages/second.html")
        assert "to-put-right" not in first

        save(written, "The second words.")
        second = browser.after(first)
        assert "The second words." in second
        assert "The first words." not in second

        save(written, "It {fell}`<script>no-such-measure`. And {value}`nor-this-one`.")
        wrong = browser.after(second)
        box = re.search(r'<section id="to-put-right".*?</section>', wrong, re.DOTALL)
        assert box
        assert "Commentary: 2 to put right" in box[0]
        assert box[0].count("<li>") == 2
        assert "po1.md, line 8" in box[0]
        assert "&lt;script&gt;no-such-measure" in box[0]
        assert "<script>" not in box[0]
        assert wrong.index(box[0]) < wrong.index("<h1>Best start")
        assert "The second words." in wrong

        save(written, "The third words.")
        mended = browser.after(wrong)
        assert "to-put-right" not in mended
        assert "The third words." in mended

        write_notebook(written, "po1", *CELLS, "## A new heading", "responses(page)", imports=IMPORTS)
        undefined = browser.after(mended)
        assert "cell 9 (responses(page)): NameError: name &#x27;responses&#x27; is not defined" in undefined
        # What is saved while something else is at fault is not forgotten.
        save(written, "The fourth words.")
        undefined = browser.after(undefined)
        assert "NameError" in undefined
        write_notebook(written, "po1", *CELLS, "## A new heading", imports=IMPORTS, title="# Best start")
        page = browser.after(undefined)
        assert "A new heading" in page
        assert "The fourth words." in page
        assert "to-put-right" not in page

        # What only the building of the site finds.
        write_notebook(written, "po1", *CELLS, "#### Too deep", imports=IMPORTS, title="# Best start")
        deep = browser.after(page)
        assert "A run would refuse this page: 1 to put right" in deep
        assert "book/pages/po1.ipynb" in deep
        assert "Too deep" in deep

    said = "".join(browser.terminal)
    assert "no-such-measure" in said
    assert "NameError" in said
    assert "Traceback" not in said
    assert said.endswith("The preview has ended.\n")
    assert list((tmp_path / "temporary").iterdir()) == []
    after = files_of(written)
    changed = {"notebooks/po1.ipynb", "book/commentary/2026-27-q2/po1.md", "_build/.html.lock"}
    assert {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)} <= changed


def test_the_page_follows_the_figures_and_the_status_of_the_words(written: Path, tmp_path: Path):
    with previewing(written, tmp_path / "temporary") as browser:
        first = browser.get()
        assert "pm-draft" in first

        figures = written / "data/built/2026-27-q2/framework.json"
        owner = Page("po1", written, open_published(written)).owner
        assert f"Owner: {escape(owner)}." in first
        text = figures.read_text(encoding="utf-8")
        figures.write_text(text.replace(f'"{owner}"', '"Another owner"'), encoding="utf-8")
        second = browser.after(first)
        assert "Owner: Another owner." in second
        assert escape(owner) not in second

        words = words_of(written).read_text(encoding="utf-8")
        approved = "status: approved\nreviewed_by: performance\nreviewed: 2026-11-11\napproved_by: performance\napproved: 2026-11-12"
        words_of(written).write_text(words.replace("status: draft", approved), encoding="utf-8")
        third = browser.after(second)
        assert "to-put-right" not in third
        assert "pm-draft" not in third


def test_it_is_the_page_that_a_run_makes(written: Path, tmp_path: Path):
    site = make_book(written, Edition.of(written, open_published(written), draft=True), jobs=2, progress=False)
    made = (site / "book/pages/po1.html").read_text(encoding="utf-8")

    with previewing(written, tmp_path / "temporary") as browser:
        shown = browser.get()

    script = re.search(r"<script>\s*\(async.*?</script>\n", shown, re.DOTALL)
    assert script
    assert shown.replace(script[0], "") == made


def test_only_this_machine_is_answered_and_only_about_the_site(tmp_path: Path):
    (tmp_path / "site/book").mkdir(parents=True)
    (tmp_path / "site/book/other.html").write_text("another page", encoding="utf-8")
    (tmp_path / "secret").write_text("not of the site", encoding="utf-8")
    screen = Screen("/book/po1.html")
    screen.show("<body>the page</body>", None)

    with served(screen, tmp_path / "site", 0) as address:
        browser = Browser(address)
        assert "the page" in browser.get()
        assert browser.get("/") == browser.get()
        assert browser.get("/book/other.html") == "another page"
        for path, host, code in (
            ("/book/po1.html", "somewhere.example:80", 403),
            ("/newer-than/0", "somewhere.example", 403),
            ("/book/", "127.0.0.1", 404),
            ("/../secret", "127.0.0.1", 404),
        ):
            with pytest.raises(HTTPError) as refused:
                browser.get(path, host)
            refused.value.close()
            assert refused.value.code == code


def test_an_unknown_page_offers_the_nearest(home: Path):
    with pytest.raises(RunError, match=r"there is no page 'frist': did you mean first\?"):
        preview(home, "frist")
    with pytest.raises(RunError, match="there is no page 'xyz': first, second"):
        preview(home, "xyz")


def test_a_port_in_use_says_so(written: Path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        with pytest.raises(RunError, match=rf"port {port} cannot be had .*name another port"):
            preview(written, "po1", port=port, open_browser=False)


def test_once_makes_the_page_and_raises_what_is_wrong(written: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    before = files_of(tmp_path)

    preview(written, "po1", once=True)
    assert files_of(tmp_path) == before

    save(written, "{value}`no-such-measure`")
    before = files_of(tmp_path)
    with pytest.raises(CommentaryError, match="no-such-measure"):
        preview(written, "po1", once=True)
    assert files_of(tmp_path) == before
