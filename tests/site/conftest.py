"""The made-up borough's book, built once by the real run, and a browser to look at it with."""

import functools
import http.server
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from pmif.report.run import run_book
from tests.browser import open_browser
from tests.conftest import BOROUGH, PROJECT

SHARED = ("book", "notebooks", "_config.yml", "_toc.yml", "docutils.conf")


def copy_project(home: Path) -> Path:
    """The project's templates and hand-written pages with the made-up borough, and nothing built; the borough's root."""
    home.mkdir(parents=True)
    for name in SHARED:
        source = PROJECT / name
        if source.is_dir():
            shutil.copytree(source, home / name, ignore=shutil.ignore_patterns("pages", ".ipynb_checkpoints"))
        else:
            shutil.copy(source, home / name)
    root = home / "tests/borough"
    shutil.copytree(BOROUGH, root, ignore=shutil.ignore_patterns("built", "__pycache__"))
    return root


@pytest.fixture(scope="session")
def borough_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_project(tmp_path_factory.mktemp("project") / "home")


@pytest.fixture(scope="session")
def site(borough_root: Path) -> Path:
    """The folder of the built book."""
    return run_book(borough_root, "2026-27-q2", progress=False, drafts=True)


@pytest.fixture(scope="session")
def pages(site: Path) -> list[str]:
    """Every page that the contents lead to, as a path below the site."""
    found = sorted(p.relative_to(site).as_posix() for p in (site / "book").rglob("*.html"))
    assert len(found) >= 15
    return found


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing: the tests speak for themselves."""


@pytest.fixture(scope="session")
def address(site: Path) -> Iterator[str]:
    """Where the book is served, on this machine alone."""
    handler = functools.partial(_Quiet, directory=str(site))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture(scope="session")
def browser():
    with open_browser() as opened:
        yield opened


@pytest.fixture(params=[1280, 360], ids=["desktop", "phone"])
def tab(request, browser):
    """A page of the browser at one width, which refuses to ask anything of another host."""
    context = browser.new_context(viewport={"width": request.param, "height": 900})
    page = context.new_page()
    page.asked, page.width = [], request.param
    page.on("request", lambda sent: page.asked.append(sent.url))
    yield page
    context.close()
