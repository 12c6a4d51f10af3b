"""One page of the book as it will look, made anew whenever a file of it is saved.

Nothing that a reader sees is touched, and nothing is locked: the page is made in a temporary folder, which is
removed at the end. The first time costs seconds, since everything is loaded. After that the libraries, the
figures and Sphinx stay in memory, only the cells that show the commentary run when it is saved, and only
this page is written.
"""

import io
import json
import sys
import tempfile
import time
import webbrowser
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pmif.commentary import check_commentary
from pmif.commentary.text import COMMENTARY
from pmif.disclosure import Published, open_published
from pmif.errors import CommentaryError, Fault, PmifError, RunError
from pmif.report import plan
from pmif.report.cells import Cells
from pmif.report.execute import KERNEL_METADATA, clean, sentence
from pmif.report.run import Edition, build_faults, lay_out, published_tables
from pmif.report.screen import Screen, served

if TYPE_CHECKING:
    from sphinx.application import Sphinx

PAUSE = 0.1  # seconds between two looks at the files
WORDS, NOTEBOOK, FIGURES = "the commentary", "the notebook", "the figures"
STUB = "This page is not part of the preview: `pmif run` makes the whole book."
OWN_STUB = "This page could not be made yet."

Stamps = dict[str, list[tuple[str, int, int]]]


def preview(
    root: Path, page: str, period: str = "current", *, port: int = 0, once: bool = False, open_browser: bool = True
) -> None:
    """Show one page in the browser, and make it anew when its commentary, its notebook or the figures change.

    Ends with Ctrl+C. `port` 0 takes any that is free. With `once` the page is made a single time and not shown,
    to see whether it can be.
    Errors: RunError for a page there is not, figures that have not been built, or a port that cannot be had.
    What is wrong with the page itself is shown above it and in the terminal; with `once` it is raised.
    """
    root = root.resolve()
    home = plan.find_home(root)
    _require(page, home)
    published = open_published(root, period)
    with tempfile.TemporaryDirectory(prefix="pmif-preview-", ignore_cleanup_errors=True) as folder:
        work = Path(folder).resolve()
        try:
            if once:
                with _ready(home, root, page, published, work) as making:
                    making.remake(set(making.files))
                    if making.error:
                        raise making.error
            else:
                screen = Screen(f"/{plan.PAGES}/{page}.html")
                with served(screen, work / "site", port) as address:
                    _say(f"Making {page} ...")
                    with _ready(home, root, page, published, work) as making:
                        _keep_up(making, screen, address, open_browser=open_browser)
        except KeyboardInterrupt:
            _say("The preview has ended.")


def _require(page: str, home: Path) -> None:
    known = [planned.id for planned in plan.read_plan(home)]
    if page not in known:
        near = get_close_matches(page, known, n=1)
        raise RunError(f"there is no page '{page}': {f'did you mean {near[0]}?' if near else ', '.join(known)}")


def _say(words: str) -> None:
    sys.stderr.write(f"{words}\n")
    sys.stderr.flush()


def _keep_up(making: "Making", screen: Screen, address: str, *, open_browser: bool) -> None:
    """Make the page, show it, and again after every change, until Ctrl+C."""
    seen = making.stamps()
    _make(making, screen, set(making.files))
    _say(f"The page is at {address} and is made anew when a file of it is saved. Ctrl+C ends it.")
    if open_browser:
        webbrowser.open(address)
    while True:
        # Looking at a few files ten times a second costs nothing, and works on a network drive, which tells nobody.
        time.sleep(PAUSE)
        now = making.stamps()
        if now == seen:
            continue
        while (later := _after_a_pause(making)) != now:  # a file may be saved in steps, and the figures are many files
            now = later
        changed = {what for what in now if now[what] != seen[what]}
        seen = now
        _make(making, screen, changed)


def _after_a_pause(making: "Making") -> Stamps:
    time.sleep(PAUSE / 2)
    return making.stamps()


def _make(making: "Making", screen: Screen, changed: set[str]) -> None:
    started = time.perf_counter()
    making.remake(changed)
    screen.show(making.html, making.error)
    _say(str(making.error) if making.error else f"Made in {time.perf_counter() - started:.1f} s.")


@dataclass
class Making:
    """A page in the making: what it is made of, and what stays loaded between one time and the next."""

    home: Path
    root: Path
    page: str
    published: Published
    source: Path
    site: Path
    sphinx: "Sphinx"
    said: io.StringIO  # Sphinx's warnings
    cells: Cells
    html: str = ""  # the last page that could be made
    error: PmifError | None = None
    _changed: set[str] = field(default_factory=set)  # since a page could last be made

    @property
    def template(self) -> Path:
        return self.home / "notebooks" / f"{self.page}.ipynb"

    @property
    def files(self) -> dict[str, list[Path]]:
        """What the page is made of."""
        period = self.published.report.id
        return {
            WORDS: [self.root / COMMENTARY / period / f"{self.page}.md"],
            NOTEBOOK: [self.template],
            FIGURES: published_tables(self.root, period),
        }

    def stamps(self) -> Stamps:
        """When every file was last written, and its size; nothing of a file that is not there."""
        return {what: [stamp for file in files for stamp in _stamp(file)] for what, files in self.files.items()}

    def remake(self, changed: set[str]) -> None:
        """Make the page anew; where that fails, `error` says why and the last one stays."""
        self._changed |= changed
        try:
            executed = self._executed()
        except Exception as error:  # figures may be half written: whatever it is, the next change may mend it
            said = f"the page could not be made: {sentence(type(error).__name__, str(error))}"
            self.error = error if isinstance(error, PmifError) else RunError(said)
            if self.html:
                return
        else:
            self._changed.clear()
            self.error = None
            _write(executed, self.source / plan.PAGES / self.template.name)
        self._build()

    def _executed(self) -> Any:
        """The notebook with what its cells show now.

        Errors: whatever would stop a run at this page.
        """
        if FIGURES in self._changed:
            self.published = open_published(self.root, self.published.report.id)
        template = self._template()
        checked = check_commentary(self.root, self.published, [self.page])
        if checked.faults:
            raise CommentaryError("Commentary", checked.faults)
        edition = Edition.of(self.root, self.published, draft=bool(checked.not_approved))
        for name, value in edition.settings.items():
            self.sphinx.config[name] = value
        name = f"notebooks/{self.template.name}"
        executed = self.cells.run(template, name, only_words=self._changed == {WORDS})
        executed, faults = clean(executed, name, (self.root,))
        if faults:
            raise RunError("The page", faults)
        return executed

    def _template(self) -> Any:
        import nbformat

        name = f"notebooks/{self.template.name}"
        try:
            planned = plan.read_page(self.template)
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            said = sentence(type(error).__name__, str(error))
            raise RunError("The notebook", [Fault(name, f"cannot be read as a notebook ({said})")]) from None
        if faults := plan.template_faults([planned]):
            raise RunError("The notebook", faults)
        return nbformat.read(self.template, as_version=4)  # type: ignore[no-untyped-call]

    def _build(self) -> None:
        """Write the page, and hear what Sphinx has to say of it."""
        self.said.seek(0)
        self.said.truncate()
        try:
            self.sphinx.build()
        except Exception as error:  # Sphinx's own trace says nothing to an analyst
            self.error = RunError(f"the page could not be built: {sentence(type(error).__name__, str(error))}")
            if not self.html:
                raise self.error from None
            return
        self.html = (self.site / plan.PAGES / f"{self.page}.html").read_text(encoding="utf-8")
        if self.error is None and self.said.getvalue():
            about = str(Path(plan.PAGES) / self.template.name)
            faults = [f for f in build_faults(self.said.getvalue(), self.source) if f.place.startswith(about)]
            if faults:
                self.error = RunError("A run would refuse this page", faults)


def _stamp(file: Path) -> Iterator[tuple[str, int, int]]:
    try:
        found = file.stat()
    except OSError:
        return
    yield file.name, found.st_mtime_ns, found.st_size


@contextmanager
def _ready(home: Path, root: Path, page: str, published: Published, work: Path) -> Iterator[Making]:
    """Lay out a book whose other pages are titles only, so that contents and links are as in the whole book."""
    source, site, said = work / "source", work / "site", io.StringIO()
    lay_out(home, Edition.of(root, published), source)
    for planned in plan.read_plan(home):
        words = OWN_STUB if planned.id == page else STUB
        _write(_stub(planned.title, words), source / plan.PAGES / planned.template.name)
    parameters = {"period": published.report.id, "root": str(root)}
    with _sphinx(source, site, said) as sphinx:
        yield Making(home, root, page, published, source, site, sphinx, said, Cells(parameters))


@contextmanager
def _sphinx(source: Path, site: Path, said: io.StringIO) -> Iterator["Sphinx"]:
    """Jupyter Book's Sphinx, set up as its command line does it, and kept."""
    from jupyter_book.config import get_final_config
    from sphinx.application import Sphinx
    from sphinx.util.docutils import docutils_namespace, patch_docutils

    given = {"external_toc_path": str(source / "_toc.yml"), "latex_individualpages": False, "nitpicky": True}
    settings, _ = get_final_config(
        user_yaml=source / "_config.yml", cli_config=given, sourcedir=source, use_external_toc=True
    )
    with patch_docutils(str(source)), docutils_namespace():
        yield Sphinx(
            srcdir=source,
            confdir=None,
            outdir=site,
            doctreedir=site.with_name("doctrees"),
            buildername="html",
            confoverrides=settings,
            status=None,
            warning=said,
        )


def _stub(title: str, words: str) -> dict[str, Any]:
    cell = {"cell_type": "markdown", "id": "stub", "metadata": {}, "source": f"# {title}\n\n{words}"}
    return {"nbformat": 4, "nbformat_minor": 5, "metadata": KERNEL_METADATA, "cells": [cell]}


def _write(notebook: Any, file: Path) -> None:
    file.write_text(json.dumps(notebook), encoding="utf-8")
