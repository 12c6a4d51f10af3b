"""Nothing that is shown goes round the gate: three proofs, besides the import contract that `make test` checks."""

import ast
import json
import shutil

import pytest

from pmif.disclosure import open_published, publish
from pmif.errors import RunError
from pmif.report.execute import Job, execute
from tests.confirming import confirm_odd
from tests.conftest import PROJECT

MAY_IMPORT = ("pmif.exhibits", "pmif.disclosure", "pmif.report")
TEMPLATES = sorted((PROJECT / "notebooks").glob("*.ipynb"))


def imports(source: str) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(node.module or ".")
    return found


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.stem)
def test_a_notebook_imports_only_what_lies_behind_the_gate(template):
    cells = json.loads(template.read_text(encoding="utf-8"))["cells"]
    found = set().union(*(imports("".join(cell["source"])) for cell in cells if cell["cell_type"] == "code"))

    assert found
    assert {name for name in found if not name.startswith(MAY_IMPORT)} == set()


def test_there_is_a_template_for_every_page():
    assert {t.stem for t in TEMPLATES} >= {
        "po1",
        "po2",
        "po3",
        "po4",
        "po5",
        "po6",
        "scorecard",
        "overview",
        "inequalities",
    }


def test_pages_are_made_with_the_earlier_tables_removed(borough, tmp_path):
    built = publish(borough, "2026-27-q2")
    for table in ("observations.csv", "indicators.csv"):
        (built / table).unlink()
    shutil.rmtree(borough / "data/figures")
    shutil.rmtree(borough / "data/sources")
    parameters = {"period": "2026-27-q2", "root": str(borough)}
    jobs = [Job(t.stem, t, tmp_path / t.name, parameters) for t in TEMPLATES if t.stem in ("po1", "inequalities")]

    assert execute(jobs, progress=False) == []
    assert len(jobs) == 2
    assert all(job.output.exists() for job in jobs)


@pytest.mark.parametrize("nothing", ["no ward and no group", "no figure at all"])
def test_pages_are_made_of_what_little_there_is(borough, tmp_path, nothing):
    """A first report may have no ward figures, or none whatever; every page must still say so in words."""
    for table in (borough / "data/figures").glob("*.csv"):
        head, *rows = table.read_text(encoding="utf-8").splitlines()
        plain = [row for row in rows if not row.split(",")[1].startswith("W") and not row.split(",")[4]]
        kept = plain if nothing == "no ward and no group" else []
        table.write_text("\n".join([head, *kept]) + "\n", encoding="utf-8")
    confirm_odd(borough)
    shutil.rmtree(borough / "book")  # its words are bound to figures that are gone
    publish(borough, "2026-27-q2")
    parameters = {"period": "2026-27-q2", "root": str(borough)}
    jobs = [Job(t.stem, t, tmp_path / t.name, parameters) for t in TEMPLATES]

    assert open_published(borough, "2026-27-q2").gaps == ()
    assert execute(jobs, progress=False) == []


def test_figures_published_by_another_version_are_not_opened(borough):
    built = publish(borough, "2026-27-q2")
    (built / "framework.json").write_text('{"objectives": []}', encoding="utf-8")

    with pytest.raises(RunError, match="made by another version of this program: run 'pmif build 2026-27-q2' again"):
        open_published(borough, "2026-27-q2")


def test_an_earlier_report_shows_less(borough):
    publish(borough, "2025-26-q2")
    publish(borough, "2026-27-q2")
    then, now = (open_published(borough, period) for period in ("2025-26-q2", "2026-27-q2"))

    assert 0 < len(then.rows) < len(now.rows)
    assert all(row["published"] <= then.report_date.isoformat() for row in then.rows)
    assert then.measure("family-help-in-time").newest_period.end <= then.report_date
