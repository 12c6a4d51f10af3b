"""A whole run of the book against the same notebooks executed by Jupyter Book itself.

    python benchmarks/whole_run.py [--rounds 3]

Both make the same site from the same published figures, turn about, each into a folder of its own.
Jupyter Book runs one notebook after another and publishes a page whose notebook failed; papermill
runs as many as there are cores, and a failing page stops the run.
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import nbformat
from ruamel.yaml import YAML

from pmif.disclosure import open_published, publish
from pmif.report.run import Edition

PROJECT = Path(__file__).resolve().parents[1]


def lay_out(folder: Path) -> None:
    """The book's sources with the templates themselves as pages, to be executed by Jupyter Book."""
    (folder / "book/pages").mkdir(parents=True)
    for name in ("_toc.yml", "docutils.conf"):
        shutil.copy(PROJECT / name, folder / name)
    shutil.copytree(PROJECT / "book/_static", folder / "book/_static")
    for page in (PROJECT / "book").glob("*.md"):
        shutil.copy(page, folder / "book" / page.name)
    for template in (PROJECT / "notebooks").glob("*.ipynb"):
        notebook = nbformat.read(template, 4)
        for cell in notebook.cells:
            if "parameters" in cell.metadata.get("tags", []):
                cell.source = f'period = "current"\nroot = {str(PROJECT)!r}'
        nbformat.write(notebook, folder / "book/pages" / template.name)
    yaml = YAML(typ="safe", pure=True)
    config = yaml.load((PROJECT / "_config.yml").read_text(encoding="utf-8"))
    config["execute"] = {"execute_notebooks": "force", "timeout": 600}
    config["sphinx"]["config"].update(Edition.of(PROJECT, open_published(PROJECT)).settings)
    with (folder / "_config.yml").open("w", encoding="utf-8") as file:
        yaml.dump(config, file)


def seconds(command: list[str], cwd: Path) -> float:
    began = time.perf_counter()
    environment = {**os.environ, "PYTHONWARNINGS": "ignore"}
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{' '.join(command)} failed:\n{done.stdout[-1500:]}\n{done.stderr[-1500:]}")
    return time.perf_counter() - began


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    rounds = parser.parse_args().rounds
    publish(PROJECT, "current")
    ours, theirs = [], []
    for _ in range(rounds):
        ours.append(seconds([sys.executable, "-m", "pmif", "run"], PROJECT))
        with tempfile.TemporaryDirectory(prefix="pmif-benchmark-") as scratch:
            folder = Path(scratch) / "source"
            lay_out(folder)
            build = "from jupyter_book.cli.main import main; main()"
            theirs.append(seconds([sys.executable, "-c", build, "build", str(folder), "-q"], folder))
    for name, times in (("pmif run", ours), ("jupyter-book, force", theirs)):
        spread = f"from {min(times):.1f} to {max(times):.1f}, {rounds} rounds"
        print(f"{name:<22} {statistics.median(times):6.1f} s ({spread})")
    print(f"ratio of the medians   {statistics.median(theirs) / statistics.median(ours):6.2f}")


if __name__ == "__main__":
    main()
