import shutil
from pathlib import Path

import pytest

from pmif.disclosure import Published, open_published, publish
from tests.commentary.books import Book, real_book
from tests.conftest import BOROUGH


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The made-up borough with its figures published, for every test of commentary to write its own words into."""
    root = tmp_path_factory.mktemp("commentary") / "borough"
    shutil.copytree(BOROUGH / "data", root / "data", ignore=shutil.ignore_patterns("built"))
    publish(root, "current")
    return root


@pytest.fixture(scope="session")
def published(built: Path) -> Published:
    return open_published(built)


@pytest.fixture(scope="session")
def borough(published: Published, tmp_path_factory: pytest.TempPathFactory) -> Book:
    return Book(tmp_path_factory.mktemp("words"), published)


@pytest.fixture(scope="session")
def real(tmp_path_factory: pytest.TempPathFactory) -> Book:
    return real_book(tmp_path_factory.mktemp("real"))


@pytest.fixture(params=["borough", "real"])
def book(request: pytest.FixtureRequest) -> Book:
    """Each of the two in turn."""
    found: Book = request.getfixturevalue(request.param)
    return found
