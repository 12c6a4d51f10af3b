"""A check is run after every sentence, so it must not make its writer wait for what only charts and methods need."""

import shutil
import subprocess
import sys
from pathlib import Path

from tests.commentary.books import PAGES, Book
from tests.conftest import PROJECT

HEAVY = ("pandas", "numpy", "pyarrow", "sqlalchemy", "duckdb", "matplotlib", "geopandas")

CHECK = f"""
import sys
from pmif.cli import main
main(["commentary", "check", *sys.argv[1:]], standalone_mode=False)
print("loaded:", *(name for name in {HEAVY} if name in sys.modules))
"""


def test_a_check_of_every_page_loads_no_table_and_no_method(real: Book, tmp_path: Path):
    root = tmp_path / "book"
    shutil.copytree(real.root, root, ignore=shutil.ignore_patterns("hub", "figures"))
    shutil.copytree(PROJECT / "book/commentary", root / "book/commentary")
    command = [sys.executable, "-c", CHECK, *PAGES, "--root", str(root)]

    done = subprocess.run(command, capture_output=True, text=True, check=False)

    *texts, loaded = done.stdout.splitlines()
    assert done.stderr == ""
    assert len(texts) == len(PAGES)
    assert all("0 unbound, 0 to put right" in text for text in texts)
    assert loaded == "loaded:"
