"""A service's file is taken in whole or not at all, once, and leads back to its cells."""

import os
import random
import re
import shutil
import subprocess
import sys
import time
from datetime import date, timedelta
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from pmif.disclosure import publish
from pmif.disclosure.explain import explain
from pmif.errors import HubError, IntakeError
from pmif.hub import read_batches, read_refusals, reading, writing
from pmif.intake import form
from pmif.intake.take import take_in
from tests.intake.filling import NOW, TODAY, blank_form, cell_of, fill

VACANCIES = ("staff-vacancies", "2026-27-q2")
SOAK = bool(os.environ.get("PMIF_SOAK"))


@pytest.fixture
def people(borough, tmp_path):
    return blank_form(borough, "people", tmp_path)


def filled(people, tmp_path, name="return.xlsx", **cells):
    return fill(people, tmp_path / name, {VACANCIES: cells or answer()})


def answer(part=120, whole=2000):
    return {form.NUMERATOR: part, form.DENOMINATOR: whole}


def known(root, day=TODAY):
    with reading(root) as hub:
        table = hub.known_at(day)
    return table[table["measure"] == VACANCIES[0]]


def test_a_filled_form_becomes_figures_that_know_their_cell(borough, people, tmp_path):
    taken = take_in(borough, filled(people, tmp_path), now=NOW)

    [row] = known(borough).to_dict("records")
    assert (row["period"], row["numerator"], row["denominator"], row["status"]) == ("2026-27-q2", 120, 2000, "shown")
    assert (row["sheet"], row["cell"]) == (form.FIGURES, cell_of(people, *VACANCIES, form.NUMERATOR))
    assert (row["batch"], row["known"]) == (taken.receipt.batch, "2026-10-12")
    assert (taken.receipt.role, taken.receipt.report, taken.receipt.taken) == ("people", "2026-27-q2", 1)
    assert "return.xlsx" not in row["file"], "what a sender calls a file may name a person"


def test_the_chain_from_the_page_to_the_cell_is_told(borough, people, tmp_path):
    path = filled(people, tmp_path, **answer("1,200", 20000))
    taken = take_in(borough, path, now=NOW)
    publish(borough, "current")

    told = explain(borough, "staff-vacancies/2026-27-q2")
    for part in (
        "6.0%", "from 1,200 of 20,000", f"sheet '{form.FIGURES}', cell {cell_of(people, *VACANCIES, form.NUMERATOR)}",
        "1,200 read as 1200", "since 2026-10-12", taken.receipt.batch, taken.receipt.sha256, "Head of People (made up)",
    ):  # fmt: skip
        assert part in told, told


def test_every_reading_that_is_not_plain_is_in_the_receipt(borough, people, tmp_path):
    path = filled(people, tmp_path, **answer("1,200", " 20 000 "), **{form.NOTE: "New posts since May"})
    receipt = take_in(borough, path, now=NOW).receipt
    assert [(i.found, i.taken_as.split()[0]) for i in receipt.interpretations] == [
        ("1,200", "1200"),
        ("20 000", "20000"),
    ]
    assert [n.text for n in receipt.notes] == ["New posts since May"]


def test_the_same_file_twice_changes_nothing(borough, people, tmp_path):
    path = filled(people, tmp_path)
    first = take_in(borough, path, now=NOW)
    again = take_in(borough, path, now=NOW + timedelta(days=1))
    assert (first.again, again.again) == (False, True)
    assert again.receipt == first.receipt
    assert len(read_batches(borough)) == 1


def test_a_correction_is_a_revision_with_its_reason(borough, people, tmp_path):
    take_in(borough, filled(people, tmp_path), now=NOW)
    row = {
        form.MEASURE_ID: VACANCIES[0], form.PERIOD: VACANCIES[1], form.AREA: known(borough)["area"].iloc[0],
        form.GROUP: "Everyone", form.NUMERATOR: 140, form.DENOMINATOR: 2000, form.REASON: "Schools had been left out",
    }  # fmt: skip
    later = NOW + timedelta(days=40)
    receipt = take_in(borough, fill(people, tmp_path / "later.xlsx", {}, corrections=[row]), now=later).receipt

    assert [n.text for n in receipt.notes] == ["Corrected: Schools had been left out"]
    assert known(borough)["numerator"].tolist() == [120], "what was known before stays known before"
    assert known(borough, later.date())[["numerator", "mark"]].to_numpy().tolist() == [[140, "r"]]
    with reading(borough) as hub:
        found = hub.revisions(TODAY, later.date(), [VACANCIES[0]])
    assert found[["change", "earlier_numerator", "numerator"]].to_numpy().tolist() == [["revised", 120, 140]]


@pytest.mark.parametrize(
    ("state", "status"),
    [(form.NIL, "not-applicable"), (form.NOT_AVAILABLE, "unavailable"), (form.NOT_APPLICABLE, "not-applicable")],
)
def test_a_state_without_a_figure_is_an_answer(borough, people, tmp_path, state, status):
    take_in(borough, filled(people, tmp_path, **{form.STATUS: state}), now=NOW)
    [row] = known(borough).to_dict("records")
    assert row["status"] == status
    assert pd.isna(row["numerator"]), "no figure is never nought"


@pytest.mark.parametrize(
    ("cells", "heading", "says"),
    [
        (answer(2100, 2000), form.NUMERATOR, "numerator 2100 is more than denominator 2000"),
        (answer("c. 120", 2000), form.NUMERATOR, "approximate"),
        (answer("12/10/2026", 2000), form.NUMERATOR, "date"),
        (answer(120, None), form.NUMERATOR, "needs a numerator and a denominator"),
        ({**answer(), form.STATUS: form.NOT_AVAILABLE}, form.STATUS, "yet a figure is given"),
        ({form.STATUS: form.GIVEN}, form.STATUS, "no figure is given"),
        ({**answer(), form.STATUS: "done"}, form.STATUS, "'done' is none of Figure given"),
        ({**answer(), form.PERIOD: "Q2"}, form.PERIOD, "'Q2' is not a period"),
        ({**answer(), form.PERIOD: "2031-32-q2"}, form.PERIOD, "has not begun"),
        ({**answer(), form.AREA: "Madeborough"}, form.AREA, "is a name, and places are matched by code"),
        ({**answer(), form.MEASURE_ID: "staff"}, form.MEASURE_ID, "'staff' is no measure"),
        ({**answer(), form.MEASURE_ID: "debt-advice-waits"}, form.MEASURE_ID, "is not asked of 'people'"),
        ({**answer(), form.GROUP: "Women"}, form.GROUP, "'Women' is no group"),
    ],
)  # fmt: skip
def test_a_faulty_row_refuses_the_file_with_its_cell_and_reason(borough, people, tmp_path, cells, heading, says):
    with pytest.raises(IntakeError) as refused:
        take_in(borough, filled(people, tmp_path, **cells), now=NOW)
    where = f"return.xlsx, sheet 'Figures', cell {cell_of(people, *VACANCIES, heading)}"
    assert any(str(f).startswith(where) and says in str(f) for f in refused.value.faults), refused.value
    assert read_batches(borough) == []


def test_all_faults_come_at_once_and_in_a_marked_copy(borough, people, tmp_path):
    path = filled(people, tmp_path, **answer("c. 120", "3/4"))
    with pytest.raises(IntakeError) as refused:
        take_in(borough, path, now=NOW)
    assert len(refused.value.faults) == 2
    [receipt] = read_refusals(borough)
    assert (receipt.role, receipt.taken, len(receipt.refusals)) == ("people", 0, 2)
    [copy] = (borough / "data/returns/refused").glob("*/to-put-right.xlsx")
    assert copy.as_posix() in str(refused.value)
    sheet = openpyxl.load_workbook(copy)[form.FIGURES]
    for heading in (form.NUMERATOR, form.DENOMINATOR):
        marked = sheet[cell_of(people, *VACANCIES, heading)]
        assert marked.comment and marked.fill.fgColor.rgb != "00000000"


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda book: setattr(book[form.FIGURES], "title", "Sheet1"), "there is no sheet 'Figures'; it has 'Sheet1'"),
        (lambda book: book[form.FIGURES].delete_rows(1, 4), "headings are missing"),
        (lambda book: setattr(book[form.ABOUT]["B2"], "value", "Elsewhere"), "this is the book of Madeborough"),
        (lambda book: setattr(book[form.ABOUT]["B1"], "value", "9"), "this program reads 1"),
        (lambda book: book.remove(book[form.ABOUT]), "is no return form of ours"),
    ],
)
def test_a_form_that_was_taken_apart_is_refused_in_a_sentence(borough, people, tmp_path, spoil, says):
    path = fill(people, tmp_path / "spoilt.xlsx", {VACANCIES: answer()}, spoil=spoil)
    with pytest.raises(IntakeError, match=says):
        take_in(borough, path, now=NOW)
    assert read_batches(borough) == []


def test_a_figure_in_a_hidden_row_is_refused(borough, people, tmp_path):
    row = int("".join(filter(str.isdigit, cell_of(people, *VACANCIES, form.NUMERATOR))))

    def hide(book):
        book[form.FIGURES].row_dimensions[row].hidden = True

    path = fill(people, tmp_path / "hidden.xlsx", {VACANCIES: answer()}, spoil=hide)
    with pytest.raises(IntakeError, match=f"row {row} is hidden and holds a figure"):
        take_in(borough, path, now=NOW)


def test_a_form_with_no_answer_is_refused(borough, people):
    with pytest.raises(IntakeError, match="holds no answer"):
        take_in(borough, people, now=NOW)


def test_an_odd_figure_is_taken_once_a_role_confirms_it_with_a_reason(borough, people, tmp_path):
    rows = [
        {form.MEASURE_ID: VACANCIES[0], form.PERIOD: p, form.GROUP: "Everyone", form.NUMERATOR: n, form.DENOMINATOR: 2000, form.REASON: "Sent late"}
        for p, n in zip(("2025-26-q1", "2025-26-q2", "2025-26-q3", "2025-26-q4", "2026-27-q1"), (120, 122, 119, 121, 120), strict=True)
    ]  # fmt: skip
    take_in(borough, fill(people, tmp_path / "earlier.xlsx", {}, corrections=rows), now=NOW)
    path = filled(people, tmp_path, "odd.xlsx", **answer(1200, 2000))
    with pytest.raises(IntakeError, match="please check") as refused:
        take_in(borough, path, now=NOW + timedelta(days=1))
    [fault] = refused.value.faults
    name = re.search(r"--confirm (\S+)", fault.problem)[1]
    assert cell_of(people, *VACANCIES, form.NUMERATOR) in fault.place

    with pytest.raises(IntakeError, match="nothing odd in this file has that name"):
        take_in(borough, path, now=NOW + timedelta(days=1), confirmed=[("staff-vacancies/x", "It is right")])
    taken = take_in(borough, path, now=NOW + timedelta(days=1), confirmed=[(name, "Schools moved to us in July")])
    assert [(c.oddity, c.role, c.reason) for c in taken.receipt.confirmations] == [
        (name, "people", "Schools moved to us in July")
    ]
    publish(borough, "current")
    assert "Schools moved to us in July" in explain(borough, "staff-vacancies/2026-27-q2")


def command(root: Path, *files: Path) -> list[str]:
    return [sys.executable, "-m", "pmif", "intake", *map(str, files), "--root", str(root)]


def test_two_people_at_once_lose_no_row(borough, people, tmp_path):
    files = [filled(people, tmp_path, f"{n}.xlsx", **answer(100 + n)) for n in range(3)]
    at_once = [subprocess.Popen(command(borough, f), stdout=subprocess.PIPE, stderr=subprocess.PIPE) for f in files]
    said = [each.communicate(timeout=120) for each in at_once]
    assert [each.returncode for each in at_once] == [0, 0, 0], said
    with reading(borough) as hub:
        assert len([r for r in hub.receipts() if r.kind == "return"]) == 3


@pytest.mark.soak
def test_a_kill_at_any_moment_leaves_the_hub_as_before_or_after(borough, people, tmp_path):
    publish(borough, "current")
    rounds = 200 if SOAK else 5
    files = [filled(people, tmp_path, f"{n}.xlsx", **answer(100 + n)) for n in range(rounds + 1)]
    began = time.monotonic()
    subprocess.run(command(borough, files[-1]), check=True, capture_output=True)
    whole = time.monotonic() - began
    chance = random.Random(20261124)
    ends = {"before": 0, "after": 0}
    for n in range(rounds):
        before = len(read_batches(borough))
        started = subprocess.Popen(command(borough, files[n]), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(chance.uniform(0.2, 1.05) * whole)
        started.kill()
        started.wait()
        with reading(borough) as hub:  # a reader sees a whole hub at once
            assert len(hub.receipts()) >= before
        with writing(borough, "a test") as hub:
            hub.sync(borough)
            receipts = [r for r in hub.receipts() if r.kind == "return"]
        kept = read_batches(borough)
        assert len(kept) in (before, before + 1)
        assert {r.batch for r in receipts} == {r.batch for r, _ in kept}
        assert not list((borough / "data/returns").glob(".unfinished-*"))
        ends["after" if len(kept) > before else "before"] += 1
    print(f"kills: {rounds}, {ends}")  # noqa: T201
    if SOAK:
        assert min(ends.values()) > 0, ends


@pytest.fixture
def small_disk(tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(disk)]
    if not shutil.which("mount") or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("skipped: a small disk can only be made by root on Linux")
    yield disk
    subprocess.run(["umount", "-l", str(disk)], check=True)


def test_a_full_disk_gives_a_sentence_and_loses_nothing(borough, people, small_disk, tmp_path):
    root = small_disk / "borough"
    shutil.copytree(borough, root)
    take_in(root, filled(people, tmp_path, "first.xlsx"), now=NOW)
    before = known(root)
    filler = small_disk / "filler"
    with filler.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"\0" * 4096)
        except OSError:
            pass
    path = filled(people, tmp_path, "second.xlsx", **answer(130))
    with pytest.raises(HubError, match=r"could not be (kept|written)"):
        take_in(root, path, now=NOW + timedelta(days=1))
    pd.testing.assert_frame_equal(known(root), before)
    filler.unlink()
    assert not take_in(root, path, now=NOW + timedelta(days=1)).again
    assert known(root, date(2026, 10, 13))["numerator"].tolist() == [130]
