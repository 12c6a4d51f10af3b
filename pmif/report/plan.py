"""The plan of the book: which notebook makes which page, and what every notebook must be.

A template in `notebooks/` makes the page of its own name, `book/pages/<name>.ipynb`. The plan is read
from the notebooks themselves; `_toc.yml` and the framework are compared with it, so that no page is
missing, none is left over, and every outcome stands once on its objective's page in the council's words.
"""

import ast
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from pmif.errors import Fault, RunError
from pmif.framework import Framework, Outcome

PAGES = "book/pages"
PARAMETERS = {"period": "current", "root": ".."}  # what every template declares, with its default
ALLOWED_IMPORTS = ("pmif.exhibits", "pmif.disclosure", "pmif.report")
OUTCOME_CALLS = {"outcome": "outcome", "scorecard_area": "scorecard area"}  # function: what it shows


@dataclass(frozen=True)
class Cell:
    """One cell, numbered as a person counts them in JupyterLab, from 1."""

    number: int
    kind: str
    source: str
    tags: tuple[str, ...]
    ran: bool  # it carries outputs or an execution count

    @property
    def heading(self) -> tuple[int, str] | None:
        """Level and words of the heading this cell opens with."""
        first = self.source.split("\n", 1)[0]
        marks = len(first) - len(first.lstrip("#"))
        return (marks, first[marks:].strip()) if self.kind == "markdown" and marks else None


@dataclass(frozen=True)
class PlannedPage:
    """A page of the book: the notebook that makes it, and what that notebook says of itself."""

    id: str
    template: Path
    cells: tuple[Cell, ...]

    @property
    def title(self) -> str:
        heading = self.cells[0].heading if self.cells else None
        return heading[1] if heading and heading[0] == 1 else ""

    @property
    def parameters(self) -> dict[str, Any]:
        """What the cell tagged `parameters` declares: name to default."""
        return {
            name: default
            for cell in self.cells
            if "parameters" in cell.tags
            for name, default in _assigned(cell.source)
        }

    def place(self, cell: Cell) -> str:
        return f"notebooks/{self.template.name}, cell {cell.number}"


def find_home(root: Path) -> Path:
    """The book's own folder, which holds notebooks/ and _toc.yml: at or above a root.

    The repository is its own home; the made-up council in tests/borough borrows the repository's.
    """
    root = root.resolve()
    for folder in (root, *root.parents):
        if (folder / "_toc.yml").is_file() and (folder / "notebooks").is_dir():
            return folder
    raise RunError(f"{root}: neither this folder nor one above it holds _toc.yml and notebooks/, so there is no book")


def read_plan(home: Path) -> tuple[PlannedPage, ...]:
    """Every page there is to make, by name.

    Errors: RunError naming the notebooks that cannot be read.
    """
    pages: list[PlannedPage] = []
    faults: list[Fault] = []
    for template in sorted((home / "notebooks").glob("*.ipynb")):
        try:
            pages.append(read_page(template))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            faults.append(Fault(f"notebooks/{template.name}", f"cannot be read as a notebook ({_first_line(error)})"))
    if not pages and not faults:
        faults.append(Fault("notebooks", "there is no notebook here, so there is no page to make"))
    if faults:
        raise RunError("Notebooks", faults)
    return tuple(pages)


def read_page(template: Path) -> PlannedPage:
    """Read a template as the JSON it is: loading nbformat to do so takes longer than every check here."""
    notebook = json.loads(template.read_text(encoding="utf-8"))
    if notebook["nbformat"] != 4:
        raise ValueError(f"it is in format {notebook['nbformat']}: save it in format 4")
    return PlannedPage(template.stem, template, tuple(_cells(notebook)))


def check_plan(root: Path, framework: Framework, *, home: Path | None = None) -> None:
    """Refuse templates, contents and framework which do not fit together.

    Errors: RunError with every fault, naming notebook and cell.
    """
    home = home or find_home(root)
    pages = read_plan(home)
    faults = [*template_faults(pages), *contents_faults(home, pages), *framework_faults(pages, framework)]
    if faults:
        raise RunError("The plan of the pages", faults)


def template_faults(pages: Iterable[PlannedPage]) -> list[Fault]:
    """What keeps a notebook from being a template: thin, parameterised, without outputs."""
    return [fault for page in pages for fault in _template_faults(page)]


def _template_faults(page: PlannedPage) -> Iterator[Fault]:
    name = f"notebooks/{page.template.name}"
    if not page.title:
        yield Fault(f"{name}, cell 1", "the first cell must be text that opens with the page's title: # Title")
    declaring = [cell for cell in page.cells if "parameters" in cell.tags]
    if len(declaring) != 1:
        yield Fault(name, f"{len(declaring)} cells are tagged 'parameters': tag exactly one")
    yield from parameter_faults(page, PARAMETERS)
    for parameter, default in page.parameters.items():
        if parameter in PARAMETERS and default != PARAMETERS[parameter]:
            yield Fault(
                page.place(declaring[0]),
                f"parameter {parameter} is {default!r} by default: write {PARAMETERS[parameter]!r}",
            )
    for cell in page.cells:
        if cell.kind != "code":
            continue
        if cell.ran:
            yield Fault(page.place(cell), "carries outputs or an execution count: clear all outputs before saving")
        if "parameters" not in cell.tags:
            yield from (Fault(page.place(cell), problem) for problem in _code_problems(cell.source))


def parameter_faults(page: PlannedPage, given: Mapping[str, object]) -> list[Fault]:
    """A parameter the template does not declare, or one it declares and is not given.

    papermill only warns, and would publish a page made from the default.
    """
    cell = next((c for c in page.cells if "parameters" in c.tags), None)
    place = page.place(cell) if cell else f"notebooks/{page.template.name}"
    declared = set(page.parameters)
    wanted = " and ".join(sorted(given))
    faults = [
        Fault(place, f"parameter '{name}' is not declared here: declare {wanted}")
        for name in sorted(set(given) - declared)
    ]
    faults += [
        Fault(
            place,
            f"parameter '{name}' is declared but nothing gives it a value: declare {wanted}",
        )
        for name in sorted(declared - set(given))
    ]
    return faults


def contents_faults(home: Path, pages: Iterable[PlannedPage]) -> list[Fault]:
    """Where `_toc.yml`, the notebooks and the hand-written pages differ."""
    try:
        listed = contents(home)
    except (YAMLError, KeyError, TypeError) as error:
        return [Fault("_toc.yml", f"cannot be read as a table of contents ({_first_line(error)})")]
    made = {f"{PAGES}/{page.id}" for page in pages}
    written = {f"book/{file.stem}" for file in (home / "book").glob("*.md")}
    faults = [
        Fault("_toc.yml", f"{name} is listed {listed.count(name)} times: list it once")
        for name in sorted(set(listed))
        if listed.count(name) > 1
    ]
    for name in sorted(set(listed) - made - written):
        maker = f"notebooks/{name.removeprefix(PAGES + '/')}.ipynb" if name.startswith(PAGES) else f"{name}.md"
        faults.append(Fault("_toc.yml", f"{name} is listed, but there is no {maker}"))
    faults += [
        Fault("_toc.yml", f"{name} is not listed, so no reader would find it: add a line '- file: {name}'")
        for name in sorted((made | written) - set(listed))
    ]
    return faults


def contents(home: Path) -> list[str]:
    """Every page in `_toc.yml`, in order, the first page first."""
    toc = YAML(typ="safe").load((home / "_toc.yml").read_text(encoding="utf-8"))

    def below(entry: Mapping[str, Any]) -> Iterator[str]:
        if "file" in entry:
            yield str(entry["file"])
        for key in ("parts", "chapters", "sections"):
            for child in entry.get(key, ()):
                yield from below(child)

    return [str(toc["root"]), *below(toc)]


def framework_faults(pages: Iterable[PlannedPage], framework: Framework) -> list[Fault]:
    """Where the pages' titles, headings and outcomes are not the framework's, word for word."""
    by_id = {page.id: page for page in pages}
    parts: list[tuple[str, str, str, tuple[Outcome, ...]]] = [
        (o.id, "outcome", o.title, o.outcomes) for o in framework.objectives
    ]
    parts.append((framework.scorecard.id, "scorecard_area", framework.scorecard.title, framework.scorecard.areas))
    faults: list[Fault] = []
    for page_id, call, title, outcomes in parts:
        page = by_id.pop(page_id, None)
        if page is None:
            faults.append(Fault(f"notebooks/{page_id}.ipynb", f"is missing: '{title}' has no page"))
            continue
        if page.title != title:
            faults.append(
                Fault(
                    page.place(page.cells[0]),
                    f"the title is '{page.title}': the council's words are '{title}'",
                )
            )
        faults += _outcome_faults(page, call, outcomes)
    for page in by_id.values():
        faults += [
            Fault(
                page.place(cell),
                f"{call}(page, \"{outcome}\") belongs on an objective's page or the scorecard's",
            )
            for cell, call, outcome in _outcome_calls(page)
        ]
    return faults


def _outcome_faults(page: PlannedPage, expected_call: str, outcomes: tuple[Outcome, ...]) -> Iterator[Fault]:
    expected = {outcome.id: outcome for outcome in outcomes}
    seen: set[str] = set()
    for cell, call, outcome_id in _outcome_calls(page):
        what = OUTCOME_CALLS[call]
        if call != expected_call or outcome_id not in expected:
            yield Fault(
                page.place(cell),
                f"this page has no {what} '{outcome_id}': show {', '.join(expected)}, with {expected_call}",
            )
            continue
        if outcome_id in seen:
            yield Fault(page.place(cell), f"{what} '{outcome_id}' is already on this page: show it once")
        seen.add(outcome_id)
        above = next((c.heading for c in reversed(page.cells[: cell.number - 1]) if c.heading), None)
        if above != (2, expected[outcome_id].title):
            found = "no heading" if above is None else f"'{'#' * above[0]} {above[1]}'"
            yield Fault(
                page.place(cell),
                f"above it stands {found}: the council's words are '## {expected[outcome_id].title}'",
            )
    for missing in (outcome for outcome in expected if outcome not in seen):
        call = f'{expected_call}(page, "{missing}")'
        yield Fault(
            f"notebooks/{page.template.name}",
            f"{OUTCOME_CALLS[expected_call]} '{missing}' is missing: add a cell {call}",
        )


def _outcome_calls(page: PlannedPage) -> Iterator[tuple[Cell, str, str]]:
    for cell in page.cells:
        if cell.kind != "code":
            continue
        for node in ast.walk(_parse(cell.source) or ast.Module([], [])):
            match node:
                case ast.Call(func=ast.Name(id=call), args=[_, ast.Constant(value=str(outcome))]):
                    if call in OUTCOME_CALLS:
                        yield cell, call, outcome


def _cells(notebook: Mapping[str, Any]) -> Iterator[Cell]:
    for number, cell in enumerate(notebook["cells"], start=1):
        source = cell["source"] if isinstance(cell["source"], str) else "".join(cell["source"])
        ran = bool(cell.get("outputs")) or cell.get("execution_count") is not None
        yield Cell(number, cell["cell_type"], source, tuple(cell["metadata"].get("tags", ())), ran)


def _parse(source: str) -> ast.Module | None:
    try:
        return ast.parse(source)
    except SyntaxError:
        return None


def _assigned(source: str) -> Iterator[tuple[str, Any]]:
    for node in getattr(_parse(source), "body", ()):
        match node:
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.Constant(value=value)):
                yield name, value
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant(value=value)):
                yield name, value
            case ast.AnnAssign(target=ast.Name(id=name)) | ast.Assign(targets=[ast.Name(id=name)]):
                yield name, None


def _code_problems(source: str) -> Iterator[str]:
    """Why a cell is more than imports, or one call to a function of the package."""
    tree = _parse(source)
    if tree is None:
        yield "is not plain Python (no % or ! commands)"
        return
    allowed_names = ", ".join(ALLOWED_IMPORTS)
    imports = [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
    for node in imports:
        names = [node.module or ""] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names]
        for name in names:
            if not any(name == allowed or name.startswith(allowed + ".") for allowed in ALLOWED_IMPORTS):
                yield f"imports {name}: a page shows only published figures, so import only {allowed_names}"
    others = [node for node in tree.body if node not in imports]
    if len(others) > 1:
        yield "holds more than one call: give each its own cell"
    for other in others:
        match other:
            case (
                ast.Expr(value=ast.Call(func=ast.Name(), args=args, keywords=named))
                | ast.Assign(value=ast.Call(func=ast.Name(), args=args, keywords=named))
            ):
                if not all(_is_plain(argument) for argument in (*args, *(n.value for n in named))):
                    yield "works something out between its brackets: move that into the package"
            case _:
                yield "is not a call such as opening(page): move the work into the package"


def _is_plain(argument: ast.expr) -> bool:
    """A name, an attribute, a constant, a call to the page (page.measure("...")) or a list of these."""
    match argument:
        case ast.Name() | ast.Constant() | ast.Attribute(value=ast.Name()):
            return True
        case ast.Call(func=ast.Attribute(value=ast.Name()), args=args):
            return all(_is_plain(a) for a in args)
        case ast.List(elts=elements):
            return all(_is_plain(e) for e in elements)
    return False


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
