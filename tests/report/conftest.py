from pathlib import Path

import pytest

from tests.report.tiny import make_home


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return make_home(tmp_path)
