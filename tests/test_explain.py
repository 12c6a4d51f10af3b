"""The chain behind a figure is told from the page to the cell, and tells nothing that is withheld."""

import re

import pytest

from pmif.disclosure import open_published, publish
from pmif.disclosure.explain import explain
from pmif.errors import FigureNameError


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    import shutil

    from tests.conftest import BOROUGH

    root = tmp_path_factory.mktemp("explained")
    shutil.copytree(BOROUGH / "data", root / "data", ignore=shutil.ignore_patterns("built"))
    publish(root, "current")
    return root


def test_a_figure_leads_to_its_row_its_batch_and_its_source(book):
    told = explain(book, "claimants/W99000003/2025-09-30")
    for part in ("data/figures/po3.csv, row", "batch       table-po3-", "sha256 ", "source      ", "known       since"):
        assert part in told, told


def test_no_chain_of_a_withheld_figure_tells_a_number_of_it(book):
    withheld = [row for row in open_published(book).rows if row["status"] == "suppressed"]
    assert len(withheld) > 10
    for row in withheld[:25]:
        group = f"/{row['dimension']}={row['group']}" if row["group"] else ""
        told = explain(book, f"{row['measure']}/{row['area']}/{row['period']}{group}")
        first = told.splitlines()[0]
        assert first.split(": ", 1)[1].startswith("suppressed")
        assert " from " not in re.sub(r"\n  from .*", "", told), "counts are not told"


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("claimant", "did you mean claimants"),
        ("claimants/W00000000", "is no area that 'claimants' has figures for, no period and no dimension"),
        ("claimants/1999", "has no figure of 1999"),
        ("claimants/sex=female", "has no such figure"),
        ("debt-advice-waits", "has no figure in the report"),
    ],
)
def test_a_name_that_fits_nothing_says_what_would(book, name, says):
    with pytest.raises(FigureNameError, match=re.escape(says)):
        explain(book, name)
