"""Running notebooks: papermill in worker processes, and what is left of an executed notebook.

Workers are started fresh (spawn), as Windows does it, and each notebook gets a kernel of its own in
the interpreter that runs this program: never a kernel of the same name from another environment.
"""

import getpass
import logging
import os
import re
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from functools import lru_cache
from multiprocessing import get_context, parent_process
from pathlib import Path
from typing import Any

from pmif.errors import Fault

_PERIOD = re.compile(r"""(?m)^(period\b[^=\n]*=\s*["'])[^"'\n]*(["'])""")
CELL_TIMEOUT = 600  # seconds; a cell takes a few
KERNEL_METADATA = {
    "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"},
    "language_info": {"name": "python"},
}


@dataclass(frozen=True)
class Job:
    """One page to execute."""

    page: str
    template: Path
    output: Path
    parameters: Mapping[str, str]


def execute(jobs: Sequence[Job], *, workers: int | None = None, progress: bool = True) -> list[Fault]:
    """Execute every notebook, a few at once, and return what went wrong, in the order of the jobs.

    A failing page does not keep the others from running, so that every failure is known at once.
    """
    from tqdm import tqdm  # comes with papermill

    workers = max(1, min(workers or os.cpu_count() or 1, len(jobs)))
    faults: dict[str, list[Fault]] = {}
    with (
        tempfile.TemporaryDirectory(prefix="pmif-", ignore_cleanup_errors=True) as scratch,
        ProcessPoolExecutor(
            workers, mp_context=get_context("spawn"), initializer=_prepare_worker, initargs=(scratch,)
        ) as pool,
        tqdm(total=len(jobs), unit="page", desc="Pages", disable=not progress, file=sys.stderr) as bar,
    ):
        running = {pool.submit(_execute, job): job for job in jobs}
        for done in as_completed(running):
            job = running[done]
            try:
                faults[job.page] = done.result()
            except Exception as error:  # the worker itself died, so there is no cell to name
                place = f"notebooks/{job.template.name}"
                faults[job.page] = [Fault(place, f"could not be run: {sentence(type(error).__name__, str(error))}")]
            bar.set_postfix_str(job.page)
            bar.update()
    return [fault for job in jobs for fault in faults[job.page]]


def _prepare_worker(scratch: str) -> None:
    """What a kernel inherits: nothing of the user's own IPython, and the same hashes every time."""
    home = Path(scratch) / str(os.getpid())
    home.mkdir(exist_ok=True)
    os.environ.update(IPYTHONDIR=str(home), PYTHONHASHSEED="0", MPLBACKEND="agg", PYDEVD_DISABLE_FILE_VALIDATION="1")
    os.environ.pop("PYTHONSTARTUP", None)
    logging.getLogger("papermill").setLevel(logging.ERROR)
    logging.getLogger("traitlets").setLevel(logging.ERROR)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """A worker whose run was killed would wait for work for ever."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _execute(job: Job) -> list[Fault]:
    import nbformat
    import papermill
    from nbclient.exceptions import CellTimeoutError, DeadKernelError
    from papermill.exceptions import PapermillExecutionError

    name = f"notebooks/{job.template.name}"
    try:
        notebook = papermill.execute_notebook(
            str(job.template),
            None,
            parameters=dict(job.parameters),
            kernel_name="python3",
            language="python",
            progress_bar=False,
            cwd=str(job.template.parent),
            execution_timeout=CELL_TIMEOUT,
            kernel_manager_class="pmif.report.kernel.OwnKernel",
            extra_arguments=["--HistoryManager.enabled=False", "--IPKernelApp.log_level=50"],
        )
    except PapermillExecutionError as error:
        number = error.cell_index + 1 - _injected_before(job.template, error.cell_index)
        place = f"{name}, cell {number} ({first_line(error.source)})"
        return [Fault(place, sentence(error.ename, error.evalue))]
    except CellTimeoutError:
        return [Fault(name, f"a cell took longer than {CELL_TIMEOUT} seconds")]
    except DeadKernelError:
        return [Fault(name, "the kernel died: perhaps this machine ran out of memory; try --jobs 1")]
    notebook, faults = clean(notebook, name, (Path(job.parameters["root"]),) if "root" in job.parameters else ())
    if not faults:
        job.output.parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(notebook, job.output)  # type: ignore[no-untyped-call]
    return faults


def _injected_before(template: Path, index: int) -> int:
    """papermill puts a cell of its own after the parameters; a person's numbering has none."""
    from pmif.report.plan import read_page

    declaring = next((c.number for c in read_page(template).cells if "parameters" in c.tags), index + 2)
    return 1 if index >= declaring else 0


# --- what is left of an executed notebook -----------------------------------------------------------


def clean(notebook: Any, name: str, folders: Sequence[Path] = ()) -> tuple[Any, list[Fault]]:
    """Keep words, code, tags and HTML; drop times, paths, random ids and what papermill added.

    What a cell printed, and a warning, are faults: nobody would see them on the page, and somebody
    should. So is anything that names this machine or the person at it.
    """
    faults: list[Fault] = []
    given = notebook.metadata.get("papermill", {}).get("parameters", {})
    notebook.cells = [c for c in notebook.cells if "injected-parameters" not in c.metadata.get("tags", [])]
    notebook.metadata = _node(KERNEL_METADATA)
    for number, cell in enumerate(notebook.cells, start=1):
        place = f"{name}, cell {number}"
        tags = list(cell.metadata.get("tags", []))
        cell.metadata = _node({"tags": tags} if tags else {})
        if cell.cell_type != "code":
            continue
        if "parameters" in tags and "period" in given:
            # The page says which period it is of; the root stays "..", since it was a path of this machine.
            cell.source = _PERIOD.sub(rf"\g<1>{given['period']}\g<2>", cell.source)
        cell.execution_count = None
        cell.outputs = [_clean_output(output) for output in cell.outputs]
        for output in cell.outputs:
            text = "\n".join(_texts(output))
            if output.output_type == "stream":
                kind = "gave a warning" if output.name == "stderr" else "printed"
                faults.append(Fault(place, f"{kind}: {first_line(text)}"))
            faults += [
                Fault(place, f"shows {found}: a page must not name the machine it was made on")
                for found in machine_names(text, folders)
            ]
    return notebook, faults


def machine_names(text: str, folders: Sequence[Path] = ()) -> list[str]:
    """The folders of this machine, and the person at it, that a text gives away."""
    patterns = [
        *_machine_patterns(),
        *(("the folder of the data", _path_pattern(f.resolve())) for f in folders),
    ]
    return [words for words, pattern in patterns if pattern.search(text)]


@lru_cache(maxsize=1)
def _machine_patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    folders = {
        "the home folder": Path.home(),
        "the folder of the book": Path(__file__).resolve().parents[2],
        "the folder of Python": Path(sys.prefix),
        "the folder for temporary files": Path(tempfile.gettempdir()),
    }
    # "/" alone would be found everywhere.
    patterns = [(words, _path_pattern(folder)) for words, folder in folders.items() if len(folder.parts) > 1]
    try:
        user = re.escape(getpass.getuser())
    except (OSError, KeyError):
        return tuple(patterns)
    return (*patterns, ("a user's name", re.compile(rf"[\\/](?:home|users)[\\/]+{user}\b", re.IGNORECASE)))


@lru_cache
def _path_pattern(folder: Path) -> re.Pattern[str]:
    """A folder as text and JSON write it: forward or backward slashes, single or doubled."""
    path = r"[\\/]+".join(re.escape(part.strip("\\/")) for part in folder.parts if part.strip("\\/"))
    start = r"(?<![\w.\-<])[\\/]+" if folder.parts[0] == "/" else r"(?<!\w)"
    return re.compile(start + path + r"(?=[\\/]+[\w.])", re.IGNORECASE)


def _clean_output(output: Any) -> Any:
    if output.output_type in ("execute_result", "display_data"):
        data = dict(output.data)
        if "text/html" in data:  # a page shows the HTML; the text beside it is only Python's name for the object
            data = {"text/html": data["text/html"]}
        return _node({"output_type": "display_data", "data": data, "metadata": {}})
    return output


def _texts(output: Any) -> Iterator[str]:
    if output.output_type == "stream":
        yield output.text
    for value in output.get("data", {}).values():
        yield value if isinstance(value, str) else str(value)


def _node(value: Mapping[str, Any]) -> Any:
    from nbformat import from_dict

    return from_dict(value)  # type: ignore[no-untyped-call]


def first_line(text: str) -> str:
    """The first line that says something."""
    lines = [line.strip() for line in text.strip().splitlines() if line.strip()]
    return lines[0] if lines else ""


def sentence(kind: str, words: str, limit: int = 600) -> str:
    """An error on one line: what kind it is, and what it said."""
    words = " ".join(words.split())
    said = f"{kind}: {words}" if words else kind
    return said if len(said) <= limit else said[:limit] + " …"
