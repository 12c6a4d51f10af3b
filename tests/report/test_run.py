"""A run makes everything or changes nothing."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from filelock import FileLock

from pmif.disclosure import publish
from pmif.errors import RunError
from pmif.report import run
from tests.report.tiny import LABEL, REPOSITORY, edition_of, write_notebook

GOOD = "the last good book"


def make(home: Path, **options: object) -> Path:
    return run.make_book(home, edition_of(home), jobs=2, progress=False, **options)  # type: ignore[arg-type]


def contents_of(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


@pytest.fixture
def good(home: Path) -> Path:
    """A home whose last run went well, without having run it."""
    for folder in (home / "_build/html", home / "book/pages"):
        folder.mkdir(parents=True)
        (folder / "kept.html").write_text(GOOD, encoding="utf-8")
    (home / "_build/html/manifest.json").write_text("{}", encoding="utf-8")
    return home


def assert_untouched(home: Path) -> None:
    assert (home / "_build/html/kept.html").read_text(encoding="utf-8") == GOOD
    assert (home / "book/pages/kept.html").read_text(encoding="utf-8") == GOOD
    assert not (home / "_build/stage-html").exists()


def test_makes_pages_and_a_site_and_nothing_stale_survives(good: Path):
    (good / "book/pages/third.ipynb").write_text("{}", encoding="utf-8")

    site = make(good)

    assert site == good / "_build/html"
    assert sorted(p.name for p in (good / "book/pages").iterdir()) == ["first.ipynb", "second.ipynb"]
    assert "2026-27-q2" in (site / "book/pages/first.html").read_text(encoding="utf-8")
    assert LABEL in (site / "book/index.html").read_text(encoding="utf-8")
    assert not (site / "kept.html").exists()
    assert [p.name for p in sorted((good / "_build").iterdir()) if not p.name.startswith(".")] == ["html"]
    manifest = json.loads((site / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["period"] == "2026-27-q2"
    assert "notebooks/first.ipynb" in manifest["inputs"]
    for file in contents_of(site).values():
        assert str(good).encode() not in file
    for notebook in (good / "book/pages").iterdir():
        text = notebook.read_text(encoding="utf-8")
        assert str(good) not in text
        assert "papermill" not in text


def test_the_same_inputs_give_the_same_files(home: Path):
    first = contents_of(make(home)) | contents_of(home / "book/pages")
    second = contents_of(make(home)) | contents_of(home / "book/pages")

    assert first.keys() == second.keys()
    assert [name for name in first if first[name] != second[name]] == []


def test_a_failing_cell_is_named_in_a_sentence_and_changes_nothing(good: Path):
    write_notebook(good, "first", "Fragment(nobody)")
    write_notebook(good, "second", "# Words", "slug(period, period)")

    with pytest.raises(RunError) as error:
        make(good)

    said = str(error.value)
    assert "notebooks/first.ipynb, cell 4 (Fragment(nobody)): NameError: name 'nobody' is not defined" in said
    assert "notebooks/second.ipynb, cell 5 (slug(period, period)): TypeError:" in said
    assert "Traceback" not in said
    assert_untouched(good)


@pytest.mark.parametrize("parameters", ['perriod: str = "current"\nroot: str = ".."', 'period: str = "current"'])
def test_a_mistyped_or_missing_parameter_is_refused_before_anything_runs(
    good: Path, parameters: str, monkeypatch: pytest.MonkeyPatch
):
    write_notebook(good, "second", parameters=parameters)
    monkeypatch.setattr(run, "execute", lambda *a, **k: pytest.fail("something ran"))

    with pytest.raises(RunError, match=r"notebooks/second\.ipynb, cell 2: parameter '(period|root)' is not declared"):
        make(good)
    assert_untouched(good)


def test_warnings_of_the_build_are_faults_and_change_nothing(good: Path):
    (good / "book/index.md").write_text("# Home\n\n[x](nowhere.md)\n\n![](picture.png)\n", encoding="utf-8")
    write_notebook(good, "second", "#### Too deep")

    with pytest.raises(RunError) as error:
        make(good)

    said = str(error.value)
    assert "book/index.md, line 3: " in said
    assert "nowhere.md" in said
    assert "picture.png" in said
    assert "book/pages/second.ipynb" in said
    assert str(good) not in said
    assert_untouched(good)


def test_a_dead_link_in_an_exhibit_changes_nothing(good: Path):
    write_notebook(good, "first", "Fragment(\"<a href='po9.html'>x</a>\")")

    with pytest.raises(RunError, match=r"book/pages/first\.html: links to po9\.html, which is not there"):
        make(good)
    assert_untouched(good)


def test_a_machine_path_in_an_exhibit_changes_nothing(good: Path):
    write_notebook(good, "first", "Fragment(root)")

    with pytest.raises(RunError, match=r"notebooks/first\.ipynb, cell 4: shows"):
        run.make_book(good, edition_of(good, root=good / "data"), jobs=1, progress=False)
    assert_untouched(good)


def test_two_runs_at_once_refuse(good: Path):
    with FileLock(good / "_build/.html.lock"), pytest.raises(RunError, match="another run is making html"):
        make(good)
    assert (good / "_build/html/kept.html").exists()


def test_a_folder_of_something_else_is_not_replaced(home: Path, tmp_path: Path):
    other = tmp_path / "other"
    other.mkdir()
    (other / "letter.docx").write_text("mine", encoding="utf-8")

    with pytest.raises(RunError, match="is not a site of this report"):
        make(home, out=other)
    assert (other / "letter.docx").exists()


def test_a_made_up_councils_book_is_marked_and_leaves_the_real_pages_alone(good: Path, tmp_path: Path):
    root = tmp_path / "borough"
    root.mkdir()
    # A script typed into a hand-written page is shown, never run.
    (good / "book/index.md").write_text("# Home\n\n<script>alert(1)</script>\n", encoding="utf-8")

    site = run.make_book(good, edition_of(good, made_up=True, root=root), jobs=2, progress=False)

    assert site == good / "_build/demo"
    assert_untouched(good)
    for name in ("book/index.html", "book/pages/first.html", "book/pages/second.html"):
        html = (site / name).read_text(encoding="utf-8")
        assert "pm-watermark" in html
        assert "Every figure in this book is made up" in html
        assert "<script>alert(1)" not in html


def test_a_failed_swap_puts_the_old_book_back(good: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    new_site, new_pages = tmp_path / "site", tmp_path / "pages"
    new_site.mkdir()
    rename = Path.rename

    def stubborn(self: Path, target: Path) -> Path:
        if self == new_pages:
            raise PermissionError(13, "a file is open")
        return rename(self, target)

    new_pages.mkdir()
    monkeypatch.setattr(Path, "rename", stubborn)

    with pytest.raises(RunError, match="could not take the place of the old one"):
        run._swap(new_site, good / "_build/html", new_pages, good / "book/pages")
    assert_untouched(good)


def test_a_run_killed_between_two_renames_is_mended_by_the_next(good: Path):
    (good / "_build/html").rename(good / "_build/html-old")
    (good / "_build/stage-html").mkdir()

    run._recover(good / "_build/html", good / "book/pages")

    assert_untouched(good)
    assert not (good / "_build/html-old").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such signals")
def test_a_killed_run_leaves_the_old_book_and_the_next_run_works(good: Path):
    write_notebook(good, "first", "sleep(60)", imports="from time import sleep")
    script = (
        "import sys; from pathlib import Path; from pmif.report.run import make_book;"
        "from tests.report.tiny import edition_of; home = Path(sys.argv[1]);"
        "make_book(home, edition_of(home), jobs=1, progress=False)"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", script, str(good)], cwd=REPOSITORY, stderr=subprocess.DEVNULL, start_new_session=True
    )
    deadline = time.monotonic() + 60
    while not _kernels(process.pid) and time.monotonic() < deadline:
        time.sleep(0.1)
    started = _kernels(process.pid)
    assert started
    os.kill(process.pid, signal.SIGKILL)
    process.wait()

    assert (good / "_build/html/kept.html").read_text(encoding="utf-8") == GOOD
    assert (good / "book/pages/kept.html").read_text(encoding="utf-8") == GOOD
    deadline = time.monotonic() + 30
    while _alive(started) and time.monotonic() < deadline:
        time.sleep(0.2)
    assert not _alive(started), "workers and kernels end with the run that started them"

    write_notebook(good, "first", "Fragment(period)")
    assert not (make(good) / "kept.html").exists()


def _kernels(session: int) -> list[int]:
    """The processes of a session that run a notebook."""
    listed = subprocess.run(["ps", "-eo", "pid,sess,args"], capture_output=True, text=True, check=True).stdout
    rows = [line.split(None, 2) for line in listed.splitlines()[1:]]
    return [int(pid) for pid, sess, words in rows if int(sess) == session and "ipykernel" in words] or [
        int(pid) for pid, _, words in rows if "ipykernel" in words and _parent_session(int(pid)) == session
    ]


def _parent_session(pid: int) -> int:
    found = re.search(r"^PPid:\s+(\d+)", _status(pid), re.MULTILINE)
    try:
        return os.getsid(int(found[1])) if found else -1
    except ProcessLookupError:
        return -1


def _status(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    except OSError:
        return ""


def _alive(pids: list[int]) -> bool:
    return any("State:\tZ" not in _status(pid) and _status(pid) for pid in pids)


def test_an_edited_sentence_survives_a_rerun_and_is_on_the_page(home: Path, tmp_path: Path):
    root = tmp_path / "borough"
    shutil.copytree(REPOSITORY / "tests" / "borough" / "data", root / "data", ignore=shutil.ignore_patterns("built"))
    publish(root, "current")
    file = root / "book/commentary/2026-27-q2/first.md"
    file.parent.mkdir(parents=True)
    front = "---\nauthor_role: performance\nstatus: draft\nwritten: 2026-10-20\n---\n## Summary\n"
    file.write_bytes(f"{front}It rained.\r\n".encode())
    imports = 'from pmif.report import commentary, open_page\n\npage = open_page("first", period, root)'
    write_notebook(home, "first", "commentary(page)", imports=imports)
    shown = home / "_build/demo/book/pages/first.html"

    run.make_book(home, edition_of(home, made_up=True, root=root), jobs=2, progress=False)
    assert "It rained." in shown.read_text(encoding="utf-8")

    edited = f"{front}It snowed.  \r\n\r\n".encode()
    file.write_bytes(edited)
    run.make_book(home, edition_of(home, made_up=True, root=root), jobs=2, progress=False)

    assert "It snowed." in shown.read_text(encoding="utf-8")
    assert file.read_bytes() == edited
    assert [p.name for p in file.parent.iterdir()] == ["first.md"]
