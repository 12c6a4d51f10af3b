"""What is left of an executed notebook: words, code and HTML; no machine, no clock, nothing random."""

import getpass
import tempfile
from pathlib import Path

import nbformat
import pytest

from pmif.report.execute import clean, machine_names

v4 = nbformat.v4


def executed(*outputs: object) -> nbformat.NotebookNode:
    parameters = v4.new_code_cell('period: str = "current"  # x\nroot: str = ".."', metadata={"tags": ["parameters"]})
    injected = v4.new_code_cell('period = "2026-27-q2"', metadata={"tags": ["injected-parameters"]})
    cell = v4.new_code_cell("opening(page)", outputs=list(outputs), execution_count=3)
    cell.metadata.update(tags=["remove-input"], papermill={"duration": 1.2}, execution={"iopub.execute_input": "now"})
    metadata = {
        "papermill": {"input_path": "/home/someone/x.ipynb", "parameters": {"period": "2026-27-q2", "root": "/srv/x"}},
        "language_info": {"version": "3.11.2", "name": "python"},
    }
    return v4.new_notebook(cells=[v4.new_markdown_cell("# T"), parameters, injected, cell], metadata=metadata)


def shown(html: str) -> nbformat.NotebookNode:
    return v4.new_output("execute_result", {"text/html": html, "text/plain": "<Fragment at 0x7f>"}, execution_count=3)


def test_keeps_the_page_and_drops_the_run():
    notebook, faults = clean(executed(shown("<p>ok</p>")), "notebooks/po1.ipynb")
    text = nbformat.writes(notebook)

    assert faults == []
    assert len(notebook.cells) == 3
    assert notebook.cells[2].outputs[0].data == {"text/html": "<p>ok</p>"}
    assert notebook.cells[2].metadata == {"tags": ["remove-input"]}
    assert notebook.cells[2].execution_count is None
    for gone in ("papermill", "/srv/x", "someone", "3.11.2", "iopub", "0x7f", "injected"):
        assert gone not in text


def test_the_page_says_which_period_it_is_of():
    notebook, _ = clean(executed(shown("<p>ok</p>")), "x")

    assert notebook.cells[1].source == 'period: str = "2026-27-q2"  # x\nroot: str = ".."'


def test_what_is_printed_or_warned_is_a_fault():
    outputs = [v4.new_output("stream", name="stderr", text="UserWarning: odd\n"), v4.new_output("stream", text="hello")]
    _, faults = clean(executed(*outputs), "notebooks/po1.ipynb")

    assert [str(f) for f in faults] == [
        "notebooks/po1.ipynb, cell 3: gave a warning: UserWarning: odd",
        "notebooks/po1.ipynb, cell 3: printed: hello",
    ]


def test_a_machines_folder_in_an_output_is_a_fault():
    _, faults = clean(executed(shown(f"<p>{Path.home()}/data/x.csv</p>")), "notebooks/po1.ipynb")

    assert "notebooks/po1.ipynb, cell 3: shows the home folder" in str(faults[0])


@pytest.mark.parametrize(
    "text",
    [
        f"{Path.home()}/x",
        f"file://{Path.home()}/x",
        f"{tempfile.gettempdir()}/pmif-x/y",
        str(Path(__file__)),
        str(Path(__file__)).replace("/", "\\\\"),
        f"C:\\Users\\{getpass.getuser()}\\x",
        f"/home/{getpass.getuser()}/x",
    ],
)
def test_folders_are_found_as_text_and_json_write_them(text: str):
    assert machine_names(text)


@pytest.mark.parametrize("text", ["the root of it", "</root>", "https://example.org/root", "5/6", "tmp", "/tmp"])
def test_ordinary_words_are_no_folders(text: str):
    assert machine_names(text) == []


def test_the_folder_of_the_data_is_found_too(tmp_path: Path):
    assert machine_names("/srv/council/data/x.csv", [Path("/srv/council")]) == ["the folder of the data"]
