"""The templates run as an analyst runs them in JupyterLab: from their own folder, with their own defaults."""

import subprocess
import sys

from pmif.disclosure import publish
from tests.conftest import PROJECT


def test_every_template_runs_with_its_defaults_on_the_real_figures():
    publish(PROJECT, "current")
    notebooks = [*sorted((PROJECT / "notebooks").glob("*.ipynb")), PROJECT / "docs/hub.ipynb"]
    command = [
        sys.executable,
        "-m",
        "pytest",
        "--nbval-lax",
        "-n",
        "2",
        "--dist",
        "loadfile",
        "-p",
        "no:cacheprovider",
        "-o",
        "addopts=",
        "-q",
    ]
    done = subprocess.run([*command, *map(str, notebooks)], cwd=PROJECT, capture_output=True, text=True, check=False)

    assert len(notebooks) == 13
    assert done.returncode == 0, done.stdout[-3000:]
    assert " passed" in done.stdout
