"""JupyterLab on the notebooks, so that an analyst may run them and never spoil one by saving it."""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any

from pmif.errors import RunError
from pmif.report import plan
from pmif.report.execute import KERNEL_METADATA


def open_lab(root: Path, *, arguments: Sequence[str] = ()) -> None:
    """Open JupyterLab on the notebooks, with this interpreter's kernel, until it is closed.

    A template runs as it stands: its default parameters are the current period and the book's own figures.
    What it shows is dropped when it is saved.
    """
    home = plan.find_home(root.resolve())
    command = [
        sys.executable,
        "-m",
        "jupyterlab",
        f"--ServerApp.root_dir={home}",
        "--LabApp.default_url=/lab/tree/notebooks/overview.ipynb",
        "--MultiKernelManager.default_kernel_name=python3",
        "--KernelSpecManager.allowed_kernelspecs=python3",
        "--FileContentsManager.pre_save_hook=pmif.report.lab.without_outputs",
        "--custom-css",
        *arguments,
    ]
    environment = {**os.environ, "JUPYTER_CONFIG_DIR": str(_dressed(home / "book/_static"))}
    done = subprocess.run(command, cwd=home, env=environment, check=False)
    if done.returncode not in (0, 130, -2):
        raise RunError(f"JupyterLab ended with exit code {done.returncode}")


def _dressed(static: Path) -> Path:
    """A settings folder of this environment's own, with the book's styles: rows and charts look as on the page."""
    settings = Path(sys.prefix) / "etc" / "pmif-jupyter"
    custom = settings / "custom"
    custom.mkdir(parents=True, exist_ok=True)
    styles = "\n".join((static / name).read_text(encoding="utf-8") for name in ("tokens.css", "book.css"))
    (custom / "custom.css").write_text(styles, encoding="utf-8", newline="\n")
    shutil.copytree(static / "fonts", custom / "fonts", dirs_exist_ok=True)
    return settings


def without_outputs(model: dict[str, Any], path: str, **_: object) -> None:
    """Drop what a template's cells showed, as JupyterLab saves it: old figures must not pass for new ones.

    What it adds about the kernel goes as well, so that a saved template differs only in what was written.

    The signature is Jupyter's own for a hook before saving.
    """
    if model["type"] != "notebook" or not path.strip("/").startswith("notebooks/"):
        return
    for cell in model["content"]["cells"]:
        if cell["cell_type"] == "code":
            cell.update(outputs=[], execution_count=None)
            cell["metadata"].pop("execution", None)
    model["content"]["metadata"] = deepcopy(KERNEL_METADATA)
