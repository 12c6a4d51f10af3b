import shutil
from pathlib import Path

import pytest

from pmif.disclosure import open_published, publish
from pmif.report.page import Page
from tests.conftest import BOROUGH
from tests.report.tiny import make_home


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return make_home(tmp_path)


@pytest.fixture(scope="session")
def published_borough(tmp_path_factory: pytest.TempPathFactory) -> Page:
    """A page of the made-up borough's newest report, whose figures are published."""
    root = tmp_path_factory.mktemp("published") / "borough"
    shutil.copytree(BOROUGH / "data", root / "data", ignore=shutil.ignore_patterns("built"))
    publish(root, "current")
    return Page("inequalities", root, open_published(root))
