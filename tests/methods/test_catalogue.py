"""Every method has its description, once, and the page can be made from them."""

import pkgutil
from importlib import import_module

import pytest

import pmif.methods
from pmif.methods import CATALOGUE, METHODS
from pmif.methods.about import About


def described() -> list[About]:
    """Every description beside a method's code."""
    modules = [import_module(f"pmif.methods.{found.name}") for found in pkgutil.iter_modules(pmif.methods.__path__)]
    return [about for module in modules for about in vars(module).values() if isinstance(about, About)]


def test_every_description_is_in_the_catalogue_once():
    assert len(described()) > 30
    assert {about.id for about in described()} | {"as-published"} == {about.id for about in CATALOGUE}
    assert len({about.id for about in CATALOGUE}) == len(CATALOGUE)
    assert len({about.title for about in CATALOGUE}) == len(CATALOGUE)


def test_every_method_that_a_measure_can_name_is_described():
    assert set(METHODS) <= {about.id for about in CATALOGUE}


@pytest.mark.parametrize("about", CATALOGUE, ids=lambda about: about.id)
def test_a_description_says_everything_and_leads_nowhere_unsafe(about):
    for text in (about.id, about.title, about.tells, about.needs, about.formula, about.source):
        assert text == text.strip() != ""
    assert about.tells.endswith(".") and about.needs.endswith(".")
    assert about.address == "" or about.address.startswith("https://")
    assert len(about.tells.split()) <= 80
