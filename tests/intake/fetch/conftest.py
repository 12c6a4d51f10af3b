"""Requests of the made-up borough, written for one test."""

from collections.abc import Callable
from pathlib import Path

import pytest

Ask = Callable[..., str]

PLACES = """
areas:
  - {code: Z99000001, vintage: borough-made-up, formerly: [Z99000009]}
  - {code: Z12000001, vintage: region-made-up}
  - {code: Z92000001, vintage: country-made-up}
"""


@pytest.fixture
def ask(borough: Path) -> Ask:
    """Write data/fetch/made-up.yml: which adapter, at which address, with which requests; returns its id."""

    def write(adapter: str, address: str, requests: str, *, places: str = PLACES, more: str = "") -> str:
        folder = borough / "data/fetch"
        folder.mkdir(exist_ok=True)
        text = f"id: made-up\nadapter: {adapter}\ntitle: Made up\nsource: figures-made-up\naddress: {address}\n"
        (folder / "made-up.yml").write_text(f"{text}{more}{places}requests:\n{requests}", encoding="utf-8")
        return "made-up"

    return write
