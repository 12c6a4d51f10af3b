"""A declared repair is applied and told; it is refused once the supplier has mended the fault or the row is gone."""

from pathlib import Path

import pandas as pd
import pytest

from pmif.errors import IntakeError
from pmif.framework import load_framework
from pmif.intake.corrections import apply_corrections, read_corrections
from pmif.intake.schema import COLUMNS, ORIGIN
from pmif.methods import METHODS

ROWS = [
    "care-waits,Z99000001,borough-made-up,2026-27-q1,,,12,49,,,,shown,,2026-07-21,on,figures-made-up",
    "care-waits,Z99000001,borough-made-up,2026-27-q2,,,12,67,,,,shown,,2026-10-21,on,figures-made-up",
    "care-waits,Z99000001,borough-made-up,2026-27-q2,,,13,67,,,,shown,r,2026-11-21,on,figures-made-up",
]
SWAPPED = """\
corrections:
  - id: waits-2026
    measure: care-waits
    area: Z99000001
    vintage: borough-made-up
    period: 2026-27-q1
    column: numerator
    supplied: "12"
    corrected: "21"
    reason: The service wrote on 3 August 2026 that two digits were swapped.
    decided_by: children
    decided_on: 2026-08-04
"""
FILE = "data/corrections/waits.yml"


@pytest.fixture
def rows() -> pd.DataFrame:
    origin = [["data/figures/po6.csv", "", "", str(number), ""] for number in (2, 3, 4)]
    cells = [row.split(",") + where for row, where in zip(ROWS, origin, strict=True)]
    return pd.DataFrame(cells, columns=[*COLUMNS, *ORIGIN], dtype="str")


def declare(root: Path, text: str):
    (root / FILE).parent.mkdir(exist_ok=True)
    (root / FILE).write_text(text, encoding="utf-8", newline="\n")
    return read_corrections(root, load_framework(root, METHODS))


def refusal(root: Path, text: str) -> list[str]:
    with pytest.raises(IntakeError) as refused:
        declare(root, text)
    return [str(fault) for fault in refused.value.faults]


def test_a_book_without_corrections_has_none(borough, rows):
    assert read_corrections(borough, load_framework(borough, METHODS)) == ()

    same, applied, faults = apply_corrections(rows, (), whole=True)
    pd.testing.assert_frame_equal(same, rows)
    assert (applied, faults) == ((), [])


def test_a_correction_changes_its_cell_and_says_so(borough, rows):
    before = rows.copy(deep=True)
    corrected, applied, faults = apply_corrections(rows, declare(borough, SWAPPED), whole=True)

    assert faults == []
    assert applied == ("waits-2026",)
    assert corrected["numerator"].tolist() == ["21", "12", "13"]
    assert corrected["transform"].tolist() == ["correction waits-2026: 12 to 21", "", ""]
    pd.testing.assert_frame_equal(rows, before)
    pd.testing.assert_frame_equal(
        corrected.drop(columns=["numerator", "transform"]), rows.drop(columns=["numerator", "transform"])
    )


def test_what_was_done_to_a_cell_before_is_still_told(borough, rows):
    rows.loc[0, "transform"] = "1 2 read as 12"
    corrected, _, _ = apply_corrections(rows, declare(borough, SWAPPED), whole=True)

    assert corrected.loc[0, "transform"] == "1 2 read as 12; correction waits-2026: 12 to 21"


def test_two_cells_of_one_row_may_be_corrected(borough, rows):
    other = SWAPPED.split("\n", 1)[1].replace("waits-2026", "waits-2026-whole").replace("numerator", "denominator")
    text = SWAPPED + other.replace('"12"', '"49"').replace('"21"', '""')
    corrected, applied, _ = apply_corrections(rows, declare(borough, text), whole=True)

    assert applied == ("waits-2026", "waits-2026-whole")
    assert corrected.loc[0, ["numerator", "denominator"]].tolist() == ["21", ""]
    assert corrected.loc[0, "transform"] == (
        "correction waits-2026: 12 to 21; correction waits-2026-whole: 49 to blank"
    )


def test_a_correction_fails_once_the_supplier_has_mended_the_fault(borough, rows):
    rows.loc[0, "numerator"] = "21"
    unchanged, applied, (fault,) = apply_corrections(rows, declare(borough, SWAPPED), whole=True)

    assert str(fault) == (
        "data/figures/po6.csv, row 2: numerator was '12' when it was corrected, and the supplier now gives 21: "
        "remove correction waits-2026 from data/corrections/waits.yml, line 2"
    )
    assert applied == ()
    pd.testing.assert_frame_equal(unchanged, rows)


def test_a_correction_fails_once_the_supplier_gives_a_third_figure(borough, rows):
    rows.loc[0, "numerator"] = "19"
    _, _, (fault,) = apply_corrections(rows, declare(borough, SWAPPED), whole=True)

    assert "the supplier now gives 19" in fault.problem
    assert "decide again" in fault.problem


def test_a_correction_of_a_table_must_find_its_row(borough, rows):
    _, applied, (fault,) = apply_corrections(rows.iloc[1:], declare(borough, SWAPPED), whole=True)

    assert applied == ()
    assert fault.place == f"{FILE}, line 2"
    assert "correction 'waits-2026' finds no row of care-waits, Z99000001" in fault.problem


def test_a_correction_of_a_return_applies_only_where_its_row_is(borough, rows):
    corrections = declare(borough, SWAPPED.replace("    measure:", "    came_as: return\n    measure:"))

    assert apply_corrections(rows.iloc[1:], corrections, whole=False)[1:] == ((), [])
    assert apply_corrections(rows, corrections, whole=False)[1] == ("waits-2026",)
    assert apply_corrections(rows.iloc[1:], corrections, whole=True)[1:] == ((), [])


def test_a_figure_published_twice_is_corrected_as_published(borough, rows):
    text = SWAPPED.replace("q1", "q2").replace('"12"', '"13"')
    _, _, (fault,) = apply_corrections(rows, declare(borough, text), whole=True)
    assert "fits 2 rows" in fault.problem
    assert "say with 'published:' which of them is meant" in fault.problem

    text = text.replace("    column", "    published: 2026-11-21\n    column")
    corrected, _, faults = apply_corrections(rows, declare(borough, text), whole=True)
    assert faults == []
    assert corrected["numerator"].tolist() == ["12", "12", "21"]


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ("    reason", "    because: x\n    reason", 10, "unknown key 'because': remove it or mend its spelling"),
        ('    supplied: "12"\n', "", 2, "supplied is missing: it must be given"),
        ('"21"', "21", 9, "corrected is 21, the int 21: expected words; put it in quotes"),
        ('"21"', '"2,1"', 2, "corrected is '2,1': expected a number without commas or signs, or blank"),
        ('"21"', '"12"', 2, "there is nothing to correct"),
        ("numerator", "published", 7, "column is 'published': use 'numerator', 'denominator'"),
        ("column: numerator", "column: status", 2, "a status is one of shown, suppressed"),
        ("2026-27-q1", "2026-27-q5", 6, "'2026-27-q5' is not a period"),
        ("    column", "    group: eligible\n    column", 2, "dimension and group go together"),
        ("care-waits", "care-wait", 2, "measure is 'care-wait', which is not defined in data/framework"),
        ("decided_by: children", "decided_by: nobody", 2, "decided_by is 'nobody', which is no role"),
        ("2026-08-04", "August", 12, "decided_on is 'August'"),
        ("corrections:", "correction:", 1, "unknown key 'correction': use corrections"),
    ],
)
def test_a_slip_in_a_correction_is_named_with_its_line(borough, old, new, line, says):
    faults = refusal(borough, SWAPPED.replace(old, new))

    assert any(fault.startswith(f"{FILE}, line {line}: ") and says in fault for fault in faults), faults


def test_two_corrections_of_one_cell_are_refused(borough):
    second = SWAPPED.split("\n", 1)[1].replace("waits-2026", "again").replace('"21"', '"22"')
    (fault,) = refusal(borough, SWAPPED + second)

    assert fault == (
        f"{FILE}, line 13: correction 'again' corrects the same cell as 'waits-2026' at {FILE}, line 2: "
        "keep one of the two"
    )


def test_an_id_is_used_once(borough):
    faults = refusal(borough, SWAPPED + SWAPPED.split("\n", 1)[1].replace("numerator", "denominator"))

    assert any("correction 'waits-2026' is already defined" in fault for fault in faults), faults


def test_a_file_that_would_not_be_read_is_named(borough):
    declare(borough, SWAPPED)
    (borough / FILE).rename((borough / FILE).with_suffix(".yaml"))

    with pytest.raises(IntakeError, match=r"waits.yaml: is not read: name it waits.yml"):
        read_corrections(borough, load_framework(borough, METHODS))
