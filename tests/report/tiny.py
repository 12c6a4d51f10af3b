"""A tiny book: two pages, a home page, no figures. Enough to run the runner in seconds."""

import shutil
from datetime import date
from pathlib import Path

import nbformat

from pmif.report.run import Edition

REPOSITORY = Path(__file__).resolve().parents[2]
LABEL = "July to September 2026"
PARAMETERS = 'period: str = "current"\nroot: str = ".."'
IMPORTS = "from pmif.exhibits.exhibit import Fragment, slug"


def write_notebook(
    home: Path,
    name: str,
    *calls: str,
    parameters: str = PARAMETERS,
    imports: str = IMPORTS,
    title: str | None = None,
) -> None:
    """A template with these calls, one a cell; a call that begins with # is a text cell."""
    v4 = nbformat.v4
    cells = [
        v4.new_markdown_cell(title or f"# Page {name}"),
        v4.new_code_cell(parameters, metadata={"tags": ["parameters", "remove-cell"]}),
        v4.new_code_cell(imports, metadata={"tags": ["remove-cell"]}),
    ]
    for call in calls:
        make = v4.new_markdown_cell if call.startswith("#") else v4.new_code_cell
        cells.append(make(call))
    notebook = v4.new_notebook(cells=cells)
    for number, cell in enumerate(notebook.cells):
        cell.id = f"cell-{number}"
    nbformat.write(notebook, home / "notebooks" / f"{name}.ipynb")


def write_contents(home: Path, *pages: str) -> None:
    lines = ["format: jb-book", "root: book/index", "chapters:", *(f"- file: book/pages/{p}" for p in pages)]
    (home / "_toc.yml").write_text("\n".join(lines) + "\n", encoding="utf-8")


def make_home(folder: Path) -> Path:
    home = folder / "book home"  # a space, as on many a laptop
    (home / "notebooks").mkdir(parents=True)
    (home / "book/_static").mkdir(parents=True)
    for name in ("_config.yml", "docutils.conf"):
        shutil.copyfile(REPOSITORY / name, home / name)
    for name in ("tokens.css", "book.css", "theme.css", "pmif.js", "favicon.svg"):
        (home / "book/_static" / name).write_text("", encoding="utf-8")
    (home / "book/index.md").write_text("# Home\n\nSee [the first page](pages/first.ipynb).\n", encoding="utf-8")
    write_contents(home, "first", "second")
    for name in ("first", "second"):
        write_notebook(home, name, "Fragment(period)")
    return home


def edition_of(home: Path, *, made_up: bool = False, root: Path | None = None) -> Edition:
    return Edition(root or home, "Tinyborough", "2026-27-q2", LABEL, date(2026, 11, 14), made_up=made_up)
