"""The made-up borough, whole and in copies that a test may spoil."""

import shutil
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[1]
BOROUGH = PROJECT / "tests/borough"


@pytest.fixture
def borough(tmp_path: Path) -> Path:
    """A copy of the made-up borough's data and commentary, for one test to spoil."""
    root = tmp_path / "borough"
    shutil.copytree(BOROUGH / "data", root / "data", ignore=shutil.ignore_patterns("built"))
    shutil.copytree(BOROUGH / "book", root / "book")
    return root
