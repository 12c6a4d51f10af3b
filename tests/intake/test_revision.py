"""A figure that comes again is nothing new, or a revision with its reason; it never changes without a word."""

import pandas as pd
import pytest

from pmif.hub import STORED, BatchKind, Note, Receipt
from pmif.intake.returns import Beside
from pmif.intake.revision import hold_against
from tests.intake.returning import BOROUGH, held, read, row

FRAMEWORK, _ = read(BOROUGH)
WAITS, PERIOD = "debt-advice-waits", "2026-27-q2"
SENT = Receipt(batch="2026-10-12-return-1", kind=BatchKind.RETURN, file="x", sent_as="waits.xlsx", sha256="0" * 64)
NO_NOTE = Beside("Note", "", "")
NIL = {"value": "", "status": "not-applicable", "transform": "nil return"}


def given(value="9.5", **cells):
    """A row as a file gives it, all text."""
    cells = row(WAITS, PERIOD, **({"value": value, "sheet": "Figures", "cell": "L5"} | cells))
    return pd.DataFrame([{c: cells[c] or "" for c in STORED}], dtype="str")


def against(now, was, beside=NO_NOTE, receipt=SENT):
    known = held(*([] if was is None else [row(WAITS, PERIOD, **was)])).assign(known="2026-10-12")
    notes = [Note(measure=WAITS, period=PERIOD, text=beside.note)] if beside.note else []
    return hold_against(now, [beside], notes, known, lambda _: receipt, FRAMEWORK)


@pytest.mark.parametrize(
    "was",
    [
        None,
        {"status": "unavailable"},
        {"value": 9.5, "mark": "p"},  # it is final now
    ],
)
def test_what_was_not_known_before_is_taken_without_a_reason(was):
    found = against(given(), was)
    assert (found.faults, found.nothing_new) == ([], ())
    assert found.rows[["value", "mark"]].to_numpy().tolist() == [["9.5", ""]]


@pytest.mark.parametrize(
    ("now", "was"),
    [
        ({}, {"value": 9.5}),
        ({"value": "9.50"}, {"value": 9.5}),
        ({}, {"value": 9.5, "mark": "r"}),
        ({"mark": "p"}, {"value": 9.5, "mark": "p"}),
        ({"value": "", "status": "unavailable"}, {"status": "unavailable"}),
        (NIL, {"status": "not-applicable", "transform": "nil return"}),
    ],
)
def test_what_is_held_already_is_left_out_and_said(now, was):
    found = against(given(**now), was, Beside("Note", "As before", ""))
    assert (found.faults, len(found.rows)) == ([], 0)
    [said] = found.nothing_new
    assert (said.place, said.taken_as) == (
        "sheet 'Figures', cell L5",
        "nothing new: held since 2026-10-12, from 2026-10-12-return-1",
    )
    assert [n.text for n in found.notes] == ["As before"], "a note may be new though the figure is not"


@pytest.mark.parametrize(
    ("now", "was", "says"),
    [
        ({}, {"value": 9.0}, "says 9.5 days, but 'waits.xlsx' said 9.0 days, and that is held. If"),
        ({}, {"value": 9.0, "mark": "p"}, "said 9.0 days, provisional, and that is held"),
        ({"value": "", "status": "unavailable"}, {"value": 9.0}, "says not available, but"),
        ({}, {"status": "suppressed"}, "said withheld, and that is held"),
        (NIL, {"status": "not-applicable"}, "says nil return, but 'waits.xlsx' said does not apply"),
    ],
)
def test_a_change_without_a_reason_is_refused_at_its_cell(now, was, says):
    [fault] = against(given(**now), was).faults
    assert (fault.sheet, fault.cell) == ("Figures", "L5")
    assert says in fault.problem
    assert "say under 'Note' why it changed. If it is not, clear the row" in fault.problem


@pytest.mark.parametrize("beside", [Beside("Note", "Counted twice", ""), Beside("Note", "Counted twice", "A slip")])
def test_a_change_with_a_reason_is_a_revision(beside):
    found = against(given(), {"value": 9.0}, beside)
    assert found.faults == []
    assert found.rows[["value", "mark"]].to_numpy().tolist() == [["9.5", "r"]]
    if not beside.reason:
        assert [n.text for n in found.notes] == ["Corrected: Counted twice"]


@pytest.mark.parametrize("before", ["New posts since May", "Corrected: New posts since May"])
def test_a_note_that_is_left_from_the_first_time_is_no_reason(before):
    receipt = SENT.model_copy(update={"notes": (Note(measure=WAITS, period=PERIOD, text=before),)})
    [fault] = against(given(), {"value": 9.0}, Beside("Note", "New posts since May", ""), receipt).faults
    assert "say under 'Note' why it changed: what stands there now came with the earlier figure." in fault.problem
    same_reason = Beside("Note", "", "New posts since May")
    assert against(given(), {"value": 9.0}, same_reason, receipt).faults == [], (
        "a reason is one, also for the second time"
    )


def test_where_a_workbook_has_no_notes_the_change_goes_on_the_form():
    [fault] = against(given(), {"value": 9.0}, Beside("", "", "")).faults
    assert "send the change on the sheet 'Corrections' of the form that `pmif template` makes" in fault.problem


def test_a_table_of_our_own_gives_way_to_a_return():
    table = SENT.model_copy(update={"kind": BatchKind.TABLE})
    for was in (9.0, 9.5):
        found = against(given(), {"value": was}, receipt=table)
        assert (found.faults, found.nothing_new, len(found.rows)) == ([], (), 1)
