"""Requests of the made-up borough, written for one test."""

from collections.abc import Callable
from pathlib import Path

import pytest

from pmif.framework import Framework, load_framework
from pmif.methods import METHODS
from tests.conftest import BOROUGH

Ask = Callable[..., str]

PLACES = """
areas:
  - {code: Z99000001, vintage: borough-made-up, formerly: [Z99000009]}
  - {code: Z12000001, vintage: region-made-up}
  - {code: Z92000001, vintage: country-made-up}
"""


@pytest.fixture(scope="session")
def made_up_framework() -> Framework:
    return load_framework(BOROUGH, METHODS)


@pytest.fixture
def ask(borough: Path, made_up_framework: Framework, monkeypatch: pytest.MonkeyPatch) -> Ask:
    """Write data/fetch/made-up.yml: which adapter, at which address, with which requests; returns its id.

    The borough's framework, which these tests leave as it is, is read once for all of them.
    """
    monkeypatch.setattr("pmif.intake.fetch.load_framework", lambda root, methods: made_up_framework)

    def write(adapter: str, address: str, requests: str, *, places: str = PLACES, more: str = "") -> str:
        folder = borough / "data/fetch"
        folder.mkdir(exist_ok=True)
        text = f"id: made-up\nadapter: {adapter}\ntitle: Made up\nsource: figures-made-up\naddress: {address}\n"
        (folder / "made-up.yml").write_text(f"{text}{more}{places}requests:\n{requests}", encoding="utf-8")
        return "made-up"

    return write
