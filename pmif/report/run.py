"""Running the book: check everything, execute the notebooks, build the site, look at it, swap it in.

Nothing that a reader can see changes until everything has passed. The work is done in a folder of
its own beside the site (`_build/stage-html` for `_build/html`); a run that fails or is killed leaves
the last good pages and site as they were, and the next run clears what it left behind.
"""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from html import escape
from pathlib import Path

from filelock import FileLock, Timeout
from ruamel.yaml import YAML

from pmif.commentary import Checked
from pmif.commentary.check import check_report
from pmif.disclosure import Published, open_published, publish
from pmif.errors import CommentaryError, Fault, RunError
from pmif.framework import Framework, load_framework
from pmif.methods import METHODS
from pmif.period import Period
from pmif.report import plan
from pmif.report.execute import Job, execute
from pmif.report.inspect import inspect_site

MANIFEST = "manifest.json"  # also the sign that a folder is a site of ours, and may be replaced


@dataclass(frozen=True)
class Edition:
    """What sets one book apart from another made of the same templates."""

    root: Path
    council: str
    period: str
    label: str
    known_at: date
    made_up: bool
    draft: bool = False  # it holds words that nobody has approved: every page says so
    # What hand-written pages take from the framework, as Markdown: {{ calendar }}, {{ committees }}, {{ contact }}.
    substitutions: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, root: Path, published: Published, *, draft: bool = False) -> "Edition":
        return cls(
            root=root,
            council=published.council,
            period=published.report.id,
            label=published.report.label,
            known_at=published.report_date,
            made_up=published.made_up,
            draft=draft,
            substitutions=_substitutions(published.framework),
        )

    @property
    def settings(self) -> dict[str, object]:
        """What Sphinx is told of this edition."""
        return {
            "pmif_council": self.council,
            "pmif_period": self.label,
            "pmif_known_at": Period.parse(self.known_at.isoformat()).label,
            "pmif_made_up": self.made_up,
            "pmif_draft": self.draft,
            "myst_substitutions": dict(self.substitutions),
        }


def _substitutions(framework: Framework) -> dict[str, str]:
    """The calendar, the committees' remits and the contact, from the files where staff keep them."""
    reporting = framework.reporting
    titles = {c.id: c.title for c in framework.committees} | {r.id: r.title for r in framework.roles}
    steps = [(step.when, step.what, "; ".join(titles[who] for who in step.who)) for step in reporting.calendar]
    parts: list[tuple[str, tuple[str, ...]]] = [
        *((f"{o.number}. {o.title}", o.committees) for o in framework.objectives),
        (framework.scorecard.title, framework.scorecard.committees),
    ]
    remits = [(title, "; ".join(titles[c] for c in committees) or "Not known") for title, committees in parts]
    contact = f"{reporting.contact}, {reporting.council}"
    return {
        "calendar": _markdown_table(("When", "What", "Who"), steps),
        "committees": _markdown_table(("Part of the report", "Committees that look at it"), remits),
        "contact": f"[{contact}]({reporting.contact_address})" if reporting.contact_address else contact,
    }


def _markdown_table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def check_plan(root: Path) -> None:
    """Refuse notebooks, contents, commentary and framework which do not fit together."""
    plan.check_plan(root, load_framework(root, METHODS))


def run_book(
    root: Path,
    period: str = "current",
    *,
    home: Path | None = None,
    out: Path | None = None,
    jobs: int | None = None,
    progress: bool = True,
    drafts: bool = False,
) -> Path:
    """Make the book of one report period, and return its site's folder.

    Words that nobody has approved are refused unless `drafts` asks for them; the book is then marked as a draft.

    `root` holds data/ and book/commentary/; `home` (by default the nearest folder at or above it with a
    _toc.yml) holds notebooks/ and the hand-written pages. A real council's site goes to _build/html and
    its pages to book/pages; a made-up council's to _build/demo alone.
    Errors: every PmifError there is; RunError where a page or the site fails.
    """
    root = root.resolve()
    home = (home or plan.find_home(root)).resolve()
    plan.check_plan(root, load_framework(root, METHODS), home=home)
    publish(root, period)
    published = open_published(root, period)
    checked = checked_commentary(root, published)
    if checked.not_approved and not drafts:
        raise CommentaryError(
            "Nothing was built: some words are not approved. For a draft book, marked as one on every page, "
            "run again with --draft",
            [
                Fault(t.text.place, f"status is '{t.text.front.status}': have it approved, then write status: approved")
                for t in checked.not_approved
            ],
        )
    edition = Edition.of(root, published, draft=bool(checked.not_approved))
    return make_book(home, edition, out=out, jobs=jobs, progress=progress)


def checked_commentary(root: Path, published: Published) -> Checked:
    """Every page's words, bound to the figures.

    Errors: CommentaryError with everything that the figures do not bear out, or that cannot be read.
    """
    checked = check_report(root, published)
    if checked.faults:
        raise CommentaryError("Commentary", checked.faults)
    return checked


def make_book(
    home: Path, edition: Edition, *, out: Path | None = None, jobs: int | None = None, progress: bool = True
) -> Path:
    """Make a book from figures that are published already."""
    site = (out or home / "_build" / ("demo" if edition.made_up else "html")).resolve()
    # The repository keeps the pages of its own council's book only, and only those of the book in its place.
    keeps_pages = not edition.made_up and edition.root == home and out is None
    pages = home / plan.PAGES if keeps_pages else None
    _refuse_to_replace(site)
    with _alone(site):
        _recover(site, pages)
        stage = site.parent / f"stage-{site.name}"
        stage.mkdir()
        try:
            new_site = _build(home, edition, stage, jobs=jobs, progress=progress)
            _swap(new_site, site, stage / "source" / plan.PAGES, pages)
        finally:
            _remove(stage)
    return site


def _build(home: Path, edition: Edition, stage: Path, *, jobs: int | None, progress: bool) -> Path:
    source = stage / "source"
    planned = plan.read_plan(home)
    parameters = {"period": edition.period, "root": str(edition.root)}
    faults = [fault for page in planned for fault in plan.parameter_faults(page, parameters)]
    if faults:
        raise RunError("Parameters", faults)
    lay_out(home, edition, source)
    todo = [Job(p.id, p.template, source / plan.PAGES / p.template.name, parameters) for p in planned]
    faults = execute(todo, workers=jobs, progress=progress)
    if faults:
        raise RunError("Pages that could not be made; the last good book stays as it was", faults)
    if progress:
        sys.stderr.write("Building the site ...\n")
    site = _jupyter_book(source, stage)
    _write_index(site, edition)
    names = plan.contents(home)
    faults = inspect_site(site, names, period_label=edition.label, folders=(edition.root, home, stage))
    if faults:
        raise RunError("The site as built; the last good one stays as it was", faults)
    _write_manifest(home, edition, site)
    return site


def lay_out(home: Path, edition: Edition, source: Path) -> None:
    """A complete source tree: everything Jupyter Book reads, and nothing it might publish by mistake."""
    (source / plan.PAGES).mkdir(parents=True)
    for name in ("_toc.yml", "docutils.conf"):
        shutil.copyfile(home / name, source / name)
    for file in sorted((home / "book").glob("*.md")):
        shutil.copyfile(file, source / "book" / file.name)
    if (home / "book/_static").is_dir():
        shutil.copytree(home / "book/_static", source / "book/_static")
    yaml = YAML(typ="safe", pure=True)
    config = yaml.load((home / "_config.yml").read_text(encoding="utf-8"))
    config["title"] = f"{edition.council} performance report, {edition.label}"
    config["author"] = edition.council
    config.setdefault("sphinx", {}).setdefault("config", {}).update(edition.settings)
    with (source / "_config.yml").open("w", encoding="utf-8", newline="\n") as stream:
        yaml.dump(config, stream)


def _jupyter_book(source: Path, stage: Path) -> Path:
    """Build the site with every warning an error, and say what was wrong in sentences."""
    build = "from jupyter_book.cli.main import main; main()"
    words = ["build", str(source), "--path-output", str(stage / "made"), "-W", "-n", "--keep-going", "-q"]
    environment = {
        **os.environ,
        "PYTHONHASHSEED": "0",
        "PYTHONWARNINGS": "ignore",
        "PYTHONUTF8": "1",
        "NO_COLOR": "1",
    }
    done = subprocess.run(
        [sys.executable, "-c", build, *words],
        cwd=source,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    site = stage / "made" / "_build" / "html"
    if done.returncode or not (site / "index.html").exists():
        faults = build_faults(done.stderr, source)
        raise RunError("The site could not be built; the last good one stays as it was", faults)
    # Sphinx's own notes about the build; a reader has no use for them.
    for name in ("objects.inv", ".buildinfo", "genindex.html"):
        (site / name).unlink(missing_ok=True)
    return site


def build_faults(text: str, source: Path) -> list[Fault]:
    """Sphinx's warnings as faults: "place:line: WARNING: words" """
    text = re.sub(r"\x1b\[[0-9;]*m", "", text).replace(f"{source}{os.sep}", "")
    faults = []
    for line in dict.fromkeys(text.splitlines()):
        if found := re.match(r"(?:(?P<place>.*?):\s)?(?P<kind>WARNING|ERROR|CRITICAL|SEVERE): (?P<words>.*)", line):
            place = (found["place"] or "the book").rstrip(":")
            place = re.sub(r":(\d+)$", r", line \1", place)
            faults.append(Fault(place, re.sub(r" \[[\w.]+\]$", "", found["words"])))
    if not faults:
        last = [line.strip() for line in text.splitlines() if line.strip()][-1:] or ["it said nothing"]
        faults.append(Fault("Jupyter Book", last[0]))
    return faults


def _write_index(site: Path, edition: Edition) -> None:
    """The way in. Works from a folder, without a server and without scripts."""
    title = escape(f"{edition.council} performance report")
    (site / "index.html").write_text(
        "<!DOCTYPE html>\n"
        f'<html lang="en-GB"><head><meta charset="utf-8"><title>{title}</title>\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta http-equiv="refresh" content="0; url=book/index.html"></head>\n'
        f'<body><main><h1>{title}</h1><p><a href="book/index.html">Open the report</a></p></main></body>\n'
        "</html>\n",
        encoding="utf-8",
        newline="\n",
    )


def _write_manifest(home: Path, edition: Edition, site: Path) -> None:
    """What went in, by hash. No clock time: the same inputs give the same file."""
    inputs = [home / name for name in ("_config.yml", "_toc.yml", "docutils.conf")]
    inputs += [*(home / "notebooks").glob("*.ipynb"), *(home / "book").glob("*.md")]
    commentary = edition.root / "book" / "commentary" / edition.period
    inputs += [*commentary.glob("*.md"), *published_tables(edition.root, edition.period)]
    hashes = {_name(file, edition.root, home): _hash(file) for file in inputs if file.is_file()}
    manifest = {
        "council": edition.council,
        "made_up": edition.made_up,
        "draft": edition.draft,
        "period": edition.period,
        "label": edition.label,
        "known_at": edition.known_at.isoformat(),
        "inputs": dict(sorted(hashes.items())),
    }
    text = json.dumps(manifest, indent=1, ensure_ascii=False) + "\n"
    (site / MANIFEST).write_text(text, encoding="utf-8", newline="\n")


def published_tables(root: Path, period: str) -> list[Path]:
    """Every file that a report's figures are read from."""
    folder = root / "data" / "built" / period
    return [*folder.glob("published-*.csv"), *folder.glob("framework.json")]


def _name(file: Path, root: Path, home: Path) -> str:
    return (file.relative_to(root) if file.is_relative_to(root) else file.relative_to(home)).as_posix()


def _hash(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


# --- one run at a time, and all or nothing ----------------------------------------------------------


@contextmanager
def _alone(site: Path) -> Iterator[None]:
    """Two runs into one place would mix their pages."""
    site.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(site.parent / f".{site.name}.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise RunError(
            f"another run is making {site.name} at this moment: wait for it to end, then run again"
        ) from None
    try:
        yield
    finally:
        lock.release()


def _refuse_to_replace(site: Path) -> None:
    if site.exists() and not (site / MANIFEST).is_file() and any(site.iterdir()):
        raise RunError(f"{site} holds something that is not a site of this report: name another folder, or remove it")


def _old(folder: Path) -> Path:
    return folder.with_name(f"{folder.name}-old")


def _recover(site: Path, pages: Path | None) -> None:
    """Put back what a killed run had moved aside, and clear what it left."""
    for place in filter(None, (site, pages)):
        if _old(place).exists() and not place.exists():
            _old(place).rename(place)
        _remove(_old(place))
    _remove(site.parent / f"stage-{site.name}")


def _swap(new_site: Path, site: Path, new_pages: Path, pages: Path | None) -> None:
    """Replace site and pages by renaming; when anything fails, both are put back."""
    moves = [(new_site, site)] + ([(new_pages, pages)] if pages else [])
    aside: list[Path] = []
    placed: list[Path] = []
    try:
        for new, place in moves:
            if place.exists():
                place.rename(_old(place))
                aside.append(place)
            new.rename(place)
            placed.append(place)
    except OSError as error:
        for place in placed:
            _remove(place)
        for place in aside:
            _old(place).rename(place)
        raise RunError(
            f"the new book is complete but could not take the place of the old one ({error.strerror}): "
            "close every program that has a file of it open, then run again"
        ) from error
    for place in aside:
        _remove(_old(place))


def _remove(folder: Path) -> None:
    """Remove a folder; what cannot be removed now (a file open on Windows) is cleared by the next run."""
    if folder.is_dir():
        shutil.rmtree(folder, ignore_errors=True)
