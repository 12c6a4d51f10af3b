import json

from pmif.report.lab import without_outputs
from tests.conftest import PROJECT


def spoilt() -> dict:
    """A template as JupyterLab holds it after an analyst ran it."""
    notebook = json.loads((PROJECT / "notebooks/po1.ipynb").read_text(encoding="utf-8"))
    for number, cell in enumerate(notebook["cells"]):
        if cell["cell_type"] == "code":
            cell["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "an old figure"}]
            cell["execution_count"] = number
            cell["metadata"]["execution"] = {"iopub.execute_input": "2026-11-22T09:00:00Z"}
    notebook["metadata"]["language_info"]["version"] = "3.11.7"
    return notebook


def test_what_a_template_showed_is_dropped_when_it_is_saved():
    model = {"type": "notebook", "content": spoilt()}
    without_outputs(model=model, path="notebooks/po1.ipynb", contents_manager=None)

    assert model["content"] == json.loads((PROJECT / "notebooks/po1.ipynb").read_text(encoding="utf-8"))


def test_an_analysts_own_notebook_keeps_what_it_showed():
    model = {"type": "notebook", "content": spoilt()}
    without_outputs(model=model, path="scratch/mine.ipynb", contents_manager=None)

    assert model["content"] == spoilt()
