"""A service's file is taken in whole or not at all, once, and leads back to its cells."""

import hashlib
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
from pmif.errors import Fault, HubError, IntakeError
from pmif.framework import load_framework
from pmif.geography import load_areas
from pmif.hub import STORED, read_batches, read_refusals, reading, writing
from pmif.intake import form, take
from pmif.intake.asked import ReturnState
from pmif.intake.marking import MOST_MARKED
from pmif.intake.opening import Limits, open_workbook
from pmif.intake.refusing import RefusedReturnError
from pmif.intake.standing import standing
from pmif.intake.take import take_in
from pmif.methods import METHODS
from tests.intake.filling import NOW, REPORT, TODAY, blank_form, cell_of, fill

VACANCIES = ("staff-vacancies", "2026-27-q2")
SOAK = bool(os.environ.get("PMIF_SOAK"))


@pytest.fixture
def people(borough, tmp_path):
    return blank_form(borough, "people", tmp_path)


def filled(people, tmp_path, name="return.xlsx", **cells):
    return fill(people, tmp_path / name, {VACANCIES: cells or answer()})


def answer(part=120, whole=2000):
    return {form.NUMERATOR: part, form.DENOMINATOR: whole}


def why(n=0):
    return {form.NOTE: f"Counted again, {n}"}


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

    with pytest.raises(IntakeError, match="nothing odd is named 'staff-vacancies/x'"):
        take_in(borough, path, now=NOW + timedelta(days=1), confirmed=[("staff-vacancies/x", "It is right")])
    taken = take_in(borough, path, now=NOW + timedelta(days=1), confirmed=[(name, "Schools moved to us in July")])
    assert [(c.oddity, c.role, c.reason) for c in taken.receipt.confirmations] == [
        (name, "people", "Schools moved to us in July")
    ]
    publish(borough, "current")
    assert "Schools moved to us in July" in explain(borough, "staff-vacancies/2026-27-q2")


# --- what is left of a file that was refused ----------------------------------------------------------


def people_stand(root, receipts=None):
    """How the requests to the People team stand on the day, and the files that say nobody's name."""
    framework, areas = load_framework(root, METHODS), load_areas(root)
    held = pd.DataFrame(columns=[*STORED, "batch"], dtype="str")
    found = standing(framework, areas, REPORT, TODAY, held, read_refusals(root) if receipts is None else receipts)
    return next(s.counts for s in found.services if s.role == "people"), found.strays


OLD_OFFICE = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(4096)
UNDER_PASSWORD = OLD_OFFICE + "EncryptedPackage".encode("utf-16-le")


@pytest.mark.parametrize(
    ("name", "content", "limits", "says"),
    [
        ("posts.xlsx", b"Dear all, the figures follow.", {}, ""),
        ("posts.xlsx", UNDER_PASSWORD, {}, "password"),
        ("posts.xlsx", b"", {}, "it is empty"),
        ("posts.xls", OLD_OFFICE, {}, "is a workbook of the old kind"),
        ("posts.docx", b"PK", {}, "files named .docx are not read"),
        ("posts.csv", b"a,b\n1,2\n", {"size": 5}, "where 0 MB are allowed"),
        ("posts.csv", b"a,b\n1,2\n", {"seconds": 0}, "it took more than 0 seconds to read"),
        ("posts.csv", b"a,b\n1,2\n", {"memory": 1}, "it took more than 0 MB of memory"),
        ("posts.csv", b"a,b\n1,2\n", {}, "is no return form of ours"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_understood_leaves_its_refusal(
    borough, tmp_path, monkeypatch, name, content, limits, says
):
    monkeypatch.setattr(take, "open_workbook", lambda path: open_workbook(path, Limits(**limits)))
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(IntakeError, match=re.escape("`pmif status` says that it came, and with --by ROLE")) as refused:
        take_in(borough, path, now=NOW)

    [receipt] = read_refusals(borough)
    assert (receipt.sent_as, receipt.role, receipt.report, receipt.taken) == (name, "", "2026-27-q2", 0)
    assert receipt.sha256 == hashlib.sha256(content).hexdigest()
    assert name not in receipt.file, "what a sender calls a file may name a person"
    assert [(r.place, r.problem) for r in receipt.refusals] == [(f.place, f.problem) for f in refused.value.faults]
    assert says in receipt.refusals[0].problem
    assert read_batches(borough) == []
    counts, [stray] = people_stand(borough)
    assert ReturnState.REFUSED not in counts
    assert (stray.sent_as, stray.on) == (name, TODAY)
    assert receipt.refusals[0].problem in stray.why

    with pytest.raises(IntakeError, match="`pmif status` says that it came:"):
        take_in(borough, path, now=NOW + timedelta(minutes=1), role="people")
    counts, strays = people_stand(borough)
    assert (list(counts), strays) == ([ReturnState.REFUSED], ())


def test_a_layout_that_is_named_says_whose_file_it_is(borough, tmp_path):
    path = tmp_path / "posts.csv"
    path.write_bytes(b"a,b\n1,2\n")
    with pytest.raises(IntakeError, match="does not fit layout 'vacancies-workbook'"):
        take_in(borough, path, now=NOW, layout="vacancies-workbook")
    assert [r.role for r in read_refusals(borough)] == ["people"]


def test_a_form_that_lost_its_report_is_refused_for_the_current_one(borough, people, tmp_path):
    path = fill(people, tmp_path / "lost.xlsx", {VACANCIES: answer()}, spoil=lambda b: b[form.ABOUT].delete_rows(3))
    with pytest.raises(IntakeError, match="the line 'Report period' is missing"):
        take_in(borough, path, now=NOW)
    assert [(r.role, r.report) for r in read_refusals(borough)] == [("people", "2026-27-q2")]
    assert list(people_stand(borough)[0]) == [ReturnState.REFUSED]


def test_what_nobody_sent_leaves_no_refusal(borough, people, tmp_path):
    (tmp_path / "~$posts.xlsx").write_bytes(b"x")
    for path, role in (
        (tmp_path / "gone.xlsx", ""),
        (tmp_path, ""),
        (tmp_path / "~$posts.xlsx", ""),
        (people, "nobody"),
    ):
        with pytest.raises(IntakeError):
            take_in(borough, path, now=NOW, role=role)
    assert read_refusals(borough) == []


def test_a_file_of_many_faults_prints_the_first_in_order_and_marks_them_all(borough, tmp_path):
    path = tmp_path / "waits.csv"
    lines = ["Indicator,Q2 2026/27", *(f"Waits {n},7" for n in range(2, 62))]
    path.write_text("\n".join(lines), encoding="utf-8", newline="\n")
    with pytest.raises(IntakeError) as refused:
        take_in(borough, path, now=NOW)
    [copy] = (borough / "data/returns/refused").glob("*/to-put-right.xlsx")
    head, *shown, more, send = str(refused.value).splitlines()
    assert head == "waits.csv was not taken in, and nothing has changed: 60 to put right"
    assert [line.split(": ")[0] for line in shown] == [f"  waits.csv, cell A{row}" for row in range(2, 52)]
    assert more == f"  and 10 more, all marked in the copy {copy.as_posix()}"
    assert send == f"To send back to the service: {copy.as_posix()}"
    page = openpyxl.load_workbook(copy)["waits"]
    assert [row for row in range(1, 63) if page.cell(row, 1).comment] == list(range(2, 62))
    assert len(refused.value.faults) == 60


def test_beyond_what_a_copy_marks_the_text_says_so(tmp_path):
    faults = [Fault(f"a.xlsx, cell A{n}", "is odd") for n in range(MOST_MARKED + 1)]
    said = str(RefusedReturnError("a.xlsx", faults, 1, tmp_path / "copy.xlsx")).splitlines()
    assert said[0].endswith(": 20,000 to put right, 1 to check")
    assert said[-2].strip().startswith("and 19,951 more, as far as the first 20,000 of all marked in the copy ")


def test_what_is_wrong_is_told_in_the_order_of_the_sheet(borough, people, tmp_path):
    first = answer(2100, 2000)  # known to be wrong only once the whole row is looked at
    path = fill(people, tmp_path / "two.xlsx", {VACANCIES: first, (VACANCIES[0], "2026-27-q1"): answer("c. 9")})
    with pytest.raises(IntakeError) as refused:
        take_in(borough, path, now=NOW)
    cells = [cell_of(people, VACANCIES[0], period, form.NUMERATOR) for period in ("2026-27-q2", "2026-27-q1")]
    assert [f.place for f in refused.value.faults] == [f"two.xlsx, sheet 'Figures', cell {cell}" for cell in cells]
    assert [r.place for r in read_refusals(borough)[0].refusals] == [f.place for f in refused.value.faults]


# --- a figure that comes again ------------------------------------------------------------------------


LATER = NOW + timedelta(days=40)


def test_a_figure_that_comes_again_with_another_value_needs_a_reason(borough, people, tmp_path):
    take_in(borough, filled(people, tmp_path), now=NOW)
    path = filled(people, tmp_path, "again.xlsx", **answer(140))
    with pytest.raises(IntakeError) as refused:
        take_in(borough, path, now=LATER)
    [fault] = refused.value.faults
    assert fault.place == f"again.xlsx, sheet 'Figures', cell {cell_of(people, *VACANCIES, form.NUMERATOR)}"
    assert fault.problem == (
        "says 7.0% (140 of 2,000), but 'return.xlsx' of 12 October 2026 said 6.0% (120 of 2,000), and that is held. If the "
        "new figure is right, say under 'Note' why it changed. If it is not, clear the row"
    )
    assert known(borough, LATER.date())["numerator"].tolist() == [120]

    path = filled(people, tmp_path, "again.xlsx", **answer(140), **{form.NOTE: "Schools had been left out"})
    receipt = take_in(borough, path, now=LATER).receipt
    assert [n.text for n in receipt.notes] == ["Corrected: Schools had been left out"]
    assert known(borough, LATER.date())[["numerator", "mark"]].to_numpy().tolist() == [[140, "r"]]
    with reading(borough) as hub:
        assert hub.revisions(TODAY, LATER.date(), [VACANCIES[0]])["change"].tolist() == ["revised"]


def test_a_file_with_nothing_new_is_kept_and_says_since_when(borough, people, tmp_path):
    first = take_in(borough, filled(people, tmp_path), now=NOW).receipt
    with pytest.raises(IntakeError):
        take_in(borough, filled(people, tmp_path, "wrong.xlsx", **answer("c. 9")), now=LATER)
    path = fill(people, tmp_path / "again.xlsx", {VACANCIES: answer()}, spoil=lambda b: b.create_sheet("Mine"))
    again = take_in(borough, path, now=LATER + timedelta(hours=1)).receipt

    cell = cell_of(people, *VACANCIES, form.NUMERATOR)
    assert again.taken == 0
    assert [(i.place, i.found, i.taken_as) for i in again.interpretations] == [
        (
            f"sheet 'Figures', cell {cell}",
            "6.0% (120 of 2,000)",
            f"nothing new: held since 2026-10-12, from {first.batch}",
        )
    ]
    assert known(borough, LATER.date())["known"].tolist() == ["2026-10-12"], "it is known since it first came"
    with reading(borough) as hub:
        assert len(hub.receipts()) == 2
        receipts = [*hub.receipts(), *read_refusals(borough)]
    assert ReturnState.REFUSED not in people_stand(borough, receipts)[0], "a file with nothing new is no refusal"


def test_a_changed_figure_is_told_beside_the_other_faults(borough, people, tmp_path):
    take_in(borough, filled(people, tmp_path), now=NOW)
    both = {VACANCIES: answer(140), (VACANCIES[0], "2026-27-q1"): answer("c. 9")}
    with pytest.raises(IntakeError) as refused:
        take_in(borough, fill(people, tmp_path / "both.xlsx", both), now=LATER)
    assert ["that is held" in f.problem for f in refused.value.faults] == [True, False]


def command(root: Path, *files: Path) -> list[str]:
    return [sys.executable, "-m", "pmif", "intake", *map(str, files), "--root", str(root)]


def test_two_people_at_once_lose_no_row(borough, people, tmp_path):
    files = [filled(people, tmp_path, f"{n}.xlsx", **answer(100 + n), **why(n)) for n in range(3)]
    at_once = [subprocess.Popen(command(borough, f), stdout=subprocess.PIPE, stderr=subprocess.PIPE) for f in files]
    said = [each.communicate(timeout=120) for each in at_once]
    assert [each.returncode for each in at_once] == [0, 0, 0], said
    with reading(borough) as hub:
        assert len([r for r in hub.receipts() if r.kind == "return"]) == 3


@pytest.mark.soak
def test_a_kill_at_any_moment_leaves_the_hub_as_before_or_after(borough, people, tmp_path):
    publish(borough, "current")
    rounds = 200 if SOAK else 5
    files = [filled(people, tmp_path, f"{n}.xlsx", **answer(100 + n), **why(n)) for n in range(rounds + 1)]
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
    path = filled(people, tmp_path, "second.xlsx", **answer(130), **why())
    with pytest.raises(HubError, match=r"could not be (kept|written)"):
        take_in(root, path, now=NOW + timedelta(days=1))
    pd.testing.assert_frame_equal(known(root), before)
    filler.unlink()
    assert not take_in(root, path, now=NOW + timedelta(days=1)).again
    assert known(root, date(2026, 10, 13))["numerator"].tolist() == [130]
