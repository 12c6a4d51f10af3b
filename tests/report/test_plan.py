"""The plan refuses what does not fit together, all at once, and says where."""

from pathlib import Path

import nbformat
import pytest

from pmif.errors import RunError
from pmif.framework import load_framework
from pmif.methods import METHODS
from pmif.report import plan
from tests.report.tiny import PARAMETERS, REPOSITORY, write_contents, write_notebook

BOROUGH = REPOSITORY / "tests" / "borough"


def problems(home: Path) -> str:
    return "\n".join(str(fault) for fault in plan.template_faults(plan.read_plan(home)))


def test_a_thin_template_passes(home: Path):
    assert plan.template_faults(plan.read_plan(home)) == []
    assert plan.contents_faults(home, plan.read_plan(home)) == []


def test_the_templates_of_this_repository_pass():
    pages = plan.read_plan(REPOSITORY)

    assert {"po1", "po6", "scorecard", "overview", "inequalities", "sources"} <= {page.id for page in pages}
    assert plan.template_faults(pages) == []
    assert plan.contents_faults(REPOSITORY, pages) == []


def test_pages_carry_the_councils_words_and_every_outcome_once():
    pages = plan.read_plan(REPOSITORY)

    for root in (REPOSITORY, BOROUGH):
        assert plan.framework_faults(pages, load_framework(root, METHODS)) == []


@pytest.mark.parametrize(
    "statement",
    [
        "import pmif.indicators",
        "from pmif.hub import built_folder",
        "from pmif.intake import read_tables",
        "import pandas",
        "import pmif",
        "from pmif.reporting import x",
    ],
)
def test_a_template_imports_nothing_that_goes_round_the_gate(home: Path, statement: str):
    write_notebook(home, "first", imports=statement)

    assert "notebooks/first.ipynb, cell 3: imports " in problems(home)


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("1 + 1", "is not a call"),
        ("for x in []:\n    Fragment(x)", "is not a call"),
        ("Fragment('a')\nFragment('b')", "holds more than one call"),
        ("Fragment(1 + 1)", "works something out"),
        ("Fragment(html=str(2))", "works something out"),
        ("!ls", "is not plain Python"),
    ],
)
def test_a_cell_is_one_call(home: Path, code: str, said: str):
    write_notebook(home, "first", code)

    assert f"notebooks/first.ipynb, cell 4: {said}" in problems(home)


def test_outputs_and_counts_are_not_kept_in_a_template(home: Path):
    path = home / "notebooks/first.ipynb"
    notebook = nbformat.read(path, as_version=4)
    notebook.cells[3].execution_count = 4
    nbformat.write(notebook, path)

    assert "cell 4: carries outputs or an execution count" in problems(home)


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        ('perriod: str = "current"\nroot: str = ".."', "parameter 'period' is not declared here"),
        ('perriod: str = "current"\nroot: str = ".."', "parameter 'perriod' is declared but nothing gives it a value"),
        (PARAMETERS + "\nward: str = ''", "parameter 'ward' is declared but nothing gives it a value"),
        ('period: str = "2025-26-q4"\nroot: str = ".."', "period is '2025-26-q4' by default: write 'current'"),
        ('root: str = ".."', "parameter 'period' is not declared here"),
    ],
)
def test_parameters_are_exactly_those_a_page_is_given(home: Path, parameters: str, said: str):
    write_notebook(home, "first", parameters=parameters)

    assert said in problems(home)


def test_two_parameter_cells_are_refused(home: Path):
    path = home / "notebooks/first.ipynb"
    notebook = nbformat.read(path, as_version=4)
    notebook.cells[2].metadata["tags"] = ["parameters"]
    nbformat.write(notebook, path)

    assert "2 cells are tagged 'parameters'" in problems(home)


def test_contents_and_pages_are_the_same_list(home: Path):
    write_contents(home, "first", "third", "first")
    (home / "book/extra.md").write_text("# Extra\n", encoding="utf-8")

    said = "\n".join(str(f) for f in plan.contents_faults(home, plan.read_plan(home)))

    assert "book/pages/third is listed, but there is no notebooks/third.ipynb" in said
    assert "book/pages/second is not listed" in said
    assert "book/extra is not listed" in said
    assert "book/pages/first is listed 2 times" in said


def test_a_file_that_is_no_notebook_is_named(home: Path):
    (home / "notebooks/third.ipynb").write_text("not a notebook", encoding="utf-8")

    with pytest.raises(RunError, match=r"notebooks/third\.ipynb: cannot be read"):
        plan.read_plan(home)


@pytest.mark.parametrize(
    ("find", "put", "said"),
    [
        (
            "# Give every child",
            "# Give each child",
            "the council's words are 'Give every child the best start to life'",
        ),
        ("## All children start", "## Children start", "the council's words are '## All children start school"),
        ('outcome(page, "exclusions")', 'outcome(page, "ready-to-learn")', "is already on this page: show it once"),
        ('outcome(page, "exclusions")', 'outcome(page, "ready-to-learn")', "outcome 'exclusions' is missing"),
        ('outcome(page, "exclusions")', 'outcome(page, "clean-air")', "this page has no outcome 'clean-air'"),
        ('outcome(page, "exclusions")', 'scorecard_area(page, "employees")', "no scorecard area 'employees'"),
    ],
)
def test_words_and_outcomes_that_are_not_the_frameworks_are_refused(tmp_path: Path, find: str, put: str, said: str):
    (tmp_path / "notebooks").mkdir()
    for template in (REPOSITORY / "notebooks").glob("*.ipynb"):
        text = template.read_text(encoding="utf-8")
        if template.stem == "po1":
            escaped_find, escaped_put = find.replace('"', '\\"'), put.replace('"', '\\"')
            assert escaped_find in text
            text = text.replace(escaped_find, escaped_put)
        (tmp_path / "notebooks" / template.name).write_text(text, encoding="utf-8")

    faults = plan.framework_faults(plan.read_plan(tmp_path), load_framework(BOROUGH, METHODS))

    assert any(said in str(fault) and "notebooks/po1.ipynb" in str(fault) for fault in faults)


def test_the_made_up_council_borrows_the_repositorys_book():
    assert plan.find_home(BOROUGH) == REPOSITORY
    assert plan.find_home(REPOSITORY) == REPOSITORY
