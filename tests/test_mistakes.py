"""Mistakes that people make, each through the real command on the made-up borough.

Every one of them must end the run with a sentence and leave the last good book as it was.
"""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.framework.test_load import spoil
from tests.site.conftest import copy_project

PERIOD = "2026-27-q2"


def pmif(root: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pmif", *words, "--root", str(root)]
    return subprocess.run(command, cwd=root.parents[1], capture_output=True, text=True, check=False)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project with the made-up borough, and a book that stands for the last good one."""
    borough = copy_project(tmp_path / "home")
    site = tmp_path / "home/_build/demo"
    site.mkdir(parents=True)
    (site / "manifest.json").write_text("{}", encoding="utf-8")
    (site / "index.html").write_text("the last good book", encoding="utf-8")
    return borough


def refused(root: Path, *words: str) -> str:
    """What the command says on refusing; there is no trace in it, and the last good book is untouched."""
    done = pmif(root, *(words or ("run", "--draft", PERIOD)))
    said = done.stderr + done.stdout
    assert done.returncode == 1, said
    assert "Traceback" not in said
    assert (root.parents[1] / "_build/demo/index.html").read_text(encoding="utf-8") == "the last good book"
    assert not list((root.parents[1] / "_build").glob("stage-*"))
    return said


def edit(root: Path, template: str, cell: int, source: str) -> None:
    path = root.parents[1] / "notebooks" / template
    notebook = json.loads(path.read_text(encoding="utf-8"))
    notebook["cells"][cell - 1]["source"] = source
    path.write_text(json.dumps(notebook), encoding="utf-8")


@pytest.mark.parametrize(
    ("period", "says"),
    [
        ("2026-27-q7", "'2026-27-q7' is not a period"),
        ("2027-28-q1", "there is no report for '2027-28-q1'"),
        ("2024-25-school", "a report covers a quarter"),
    ],
)
def test_a_wrong_period(root, period, says):
    assert says in refused(root, "run", period)


def test_a_deleted_ward(root):
    path = root / "data/boundaries/ward-old.geojson"
    shapes = json.loads(path.read_text(encoding="utf-8"))
    gone = shapes["features"].pop()["properties"]["ward_code"]
    path.write_text(json.dumps(shapes), encoding="utf-8")

    assert f"{gone}" in (said := refused(root))
    assert "has no shape" in said


def test_a_mistyped_parameter(root):
    edit(root, "po1.ipynb", 2, 'perid: str = "current"\nroot: str = ".."')
    said = refused(root)

    assert "notebooks/po1.ipynb, cell 2" in said
    assert "period" in said


def test_a_cell_that_raises(root):
    edit(root, "po3.ipynb", 4, "opening(period)")

    assert "notebooks/po3.ipynb, cell 4 (opening(period)): AttributeError: 'str' object has no attribute" in refused(
        root
    )


def test_a_broken_yaml_file(root):
    line = spoil(root, "data/framework/po2.yml", "polarity: higher-is-better", "polarity: upwards")

    assert f"data/framework/po2.yml, line {line}: measure " in (said := refused(root))
    assert "polarity is 'upwards': use 'higher-is-better'" in said


def test_a_broken_table_of_figures(root):
    spoil(root, "data/figures/po1.csv", ",15885,", ",many,")

    assert "data/figures/po1.csv, row 2: numerator is 'many'" in refused(root)


def test_a_method_that_does_not_exist(root):
    spoil(root, "data/framework/po1.yml", "method: proportion", "method: guess")

    assert "method is 'guess', which is not defined" in refused(root)


def test_an_outcome_left_out_of_its_notebook(root):
    path = root.parents[1] / "notebooks/po1.ipynb"
    notebook = json.loads(path.read_text(encoding="utf-8"))
    notebook["cells"] = [c for c in notebook["cells"] if "ready-to-learn" not in "".join(c["source"])]
    path.write_text(json.dumps(notebook), encoding="utf-8")

    assert "ready-to-learn" in refused(root)


def test_commentary_that_cannot_be_read(root):
    path = root / f"book/commentary/{PERIOD}/po1.md"
    path.write_bytes(path.read_bytes() + "café".encode("latin-1"))

    assert "po1.md" in refused(root)


@pytest.mark.site
def test_a_stale_page_does_not_outlive_its_figures_and_an_edited_sentence_does(root, tmp_path):
    """Two whole runs: what an earlier one left is gone, what an analyst wrote is on the page and as it was written."""
    site = tmp_path / "home/_build/demo"
    (site / "book").mkdir()
    (site / "book/stale.html").write_text("a figure of the last period", encoding="utf-8")
    words = root / f"book/commentary/{PERIOD}/po1.md"
    words.write_text(words.read_text(encoding="utf-8") + "\n- An analyst edited this sentence.\n", encoding="utf-8")
    written = words.read_bytes()

    done = pmif(root, "run", "--draft", PERIOD)

    assert done.returncode == 0, done.stderr
    assert not (site / "book/stale.html").exists()
    assert "An analyst edited this sentence." in (site / "book/pages/po1.html").read_text(encoding="utf-8")
    assert words.read_bytes() == written
    assert not (root.parents[1] / "book/pages").exists(), "made-up pages are never kept beside real ones"
