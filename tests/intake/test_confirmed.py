"""A table with an odd figure is refused until a role confirms it in data/figures/confirmed.yml, and keeps that word."""

import re
from pathlib import Path

import pytest

from pmif.disclosure import check, publish
from pmif.disclosure.explain import explain
from pmif.errors import IntakeError
from pmif.framework import load_framework
from pmif.geography import load_areas
from pmif.hub import reading
from pmif.intake import read_tables
from pmif.intake.confirmed import CONFIRMED, read_confirmed
from pmif.methods import METHODS
from tests.confirming import confirm_odd

NAME = "weekly-pay/Z99000001/2026-04-30/unit-slip"
ENTRY = f"  - oddity: {NAME}\n    role: economy\n    reason: Made up. Pay is counted in pennies now.\n"


@pytest.fixture
def odd(borough: Path) -> Path:
    """The borough with one odd figure: a newest one that is ten times the usual."""
    table = borough / "data/figures/po3.csv"
    text = table.read_text(encoding="utf-8")
    assert text.count(",612.40,") == 1
    table.write_text(text.replace(",612.40,", ",6124,"), encoding="utf-8", newline="\n")
    return borough


def add(root: Path, entry: str) -> int:
    """Add an entry to the confirmations; the line where it begins."""
    file = root / CONFIRMED
    text = file.read_text(encoding="utf-8")
    file.write_text(text + entry, encoding="utf-8", newline="\n")
    return text.count("\n") + 1


def refusal(root: Path) -> list[str]:
    with pytest.raises(IntakeError) as refused:
        check(root)
    return [str(fault) for fault in refused.value.faults]


def names_of_batches(root: Path) -> dict[str, str]:
    tables = read_tables(root, load_framework(root, METHODS), load_areas(root))
    return {table.receipt.file: table.receipt.batch for table in tables}


# --- what is odd ----------------------------------------------------------------------------------------


def test_an_odd_figure_is_refused_with_its_row_and_the_lines_that_confirm_it(odd):
    [fault] = refusal(odd)

    lines = (odd / "data/figures/po3.csv").read_text(encoding="utf-8").splitlines()
    row = next(number for number, line in enumerate(lines, start=1) if ",6124," in line)
    assert fault.splitlines()[:2] == [
        f"data/figures/po3.csv, row {row}: value 6,124 is about 10 times the usual 553.45, as if in another unit: put "
        f"it right, or confirm it below 'confirmations:' in {CONFIRMED}",
        f"  - oddity: {NAME}",
    ]


def test_the_lines_that_are_offered_do_not_pass_until_role_and_reason_are_written(odd):
    [fault] = refusal(odd)
    lines = fault.split("\n", 1)[1] + "\n"
    at = add(odd, lines)
    assert [each.split(" is ")[0] for each in refusal(odd)] == [
        f"{CONFIRMED}, line {at + 1}: entry, role",
        f"{CONFIRMED}, line {at + 2}: entry, reason",
    ]

    file = odd / CONFIRMED
    text = re.sub(r"role:  #.*", "role: economy", file.read_text(encoding="utf-8"))
    file.write_text(re.sub(r"reason:  #.*", "reason: Made up.", text), encoding="utf-8")
    assert len(check(odd)[2]) == 8


def test_all_odd_figures_and_all_stray_confirmations_are_told_at_once(odd):
    table = odd / "data/figures/po5.csv"
    table.write_text(table.read_text(encoding="utf-8").replace(",1897,", ",9897,"), encoding="utf-8")
    at = add(odd, ENTRY.replace("unit-slip", "spike"))
    told = refusal(odd)

    assert [each.split(":")[0].split(",")[0] for each in told] == [
        "data/figures/po3.csv", "data/figures/po5.csv", CONFIRMED, CONFIRMED,
    ]  # fmt: skip
    assert told[2].endswith("did you mean anti-social-behaviour/Z99000001/2026-27-q2/unit-slip?")
    assert told[3] == (
        f"{CONFIRMED}, line {at}: nothing odd is named 'weekly-pay/Z99000001/2026-04-30/spike': did you mean {NAME}?"
    )


def test_a_table_that_was_refused_changes_neither_the_hub_nor_what_was_built(odd):
    table = odd / "data/figures/po3.csv"
    spoilt = table.read_text(encoding="utf-8")
    table.write_text(spoilt.replace(",6124,", ",612.40,"), encoding="utf-8")
    built = publish(odd, "current")
    before = {path.name: path.read_bytes() for path in built.iterdir()}
    with reading(odd) as hub:
        batches = [receipt.batch for receipt in hub.receipts()]
    table.write_text(spoilt, encoding="utf-8")
    with pytest.raises(IntakeError, match=NAME):
        publish(odd, "current")

    assert {path.name: path.read_bytes() for path in built.iterdir()} == before
    with reading(odd) as hub:
        assert [receipt.batch for receipt in hub.receipts()] == batches


def test_what_a_hub_knows_already_is_asked_about_again_where_nobody_confirms_it(odd):
    add(odd, ENTRY)
    publish(odd, "current")
    file = odd / CONFIRMED
    file.write_text(file.read_text(encoding="utf-8").replace(ENTRY, ""), encoding="utf-8")

    with pytest.raises(IntakeError, match=NAME):
        publish(odd, "current")


def test_a_book_of_figures_that_are_not_odd_needs_no_file(borough):
    for table in (borough / "data/figures").glob("*.csv"):
        if table.stem in ("po2", "po5"):  # those that the file is about
            table.unlink()
    (borough / CONFIRMED).unlink()

    assert len(check(borough)[2]) == 6


# --- what is kept ---------------------------------------------------------------------------------------


def test_a_confirmation_is_kept_in_the_receipt_of_its_table_and_told_with_the_figure(odd):
    add(odd, ENTRY)
    kept = {t.receipt.file: [c.oddity for c in t.receipt.confirmations] for t in check(odd)[2]}
    assert {file: names for file, names in kept.items() if names} == {
        "data/figures/po2.csv": [
            "domestic-abuse-reports/Z99000001/2025-26/spike", "young-people-not-learning/Z99000001/2026-m09/spike",
        ],
        "data/figures/po3.csv": [NAME],
        "data/figures/po5.csv": ["anti-social-behaviour/Z99000001/2026-27-q2/spike"],
    }  # fmt: skip

    publish(odd, "current")
    assert "Pay is counted in pennies now" in explain(odd, "weekly-pay/2026-04-30")


def test_another_word_of_confirmation_makes_another_batch_of_its_table_alone(odd):
    add(odd, ENTRY)
    before = names_of_batches(odd)
    file = odd / CONFIRMED
    file.write_text(file.read_text(encoding="utf-8").replace("in pennies now", "in pence now"), encoding="utf-8")
    after = names_of_batches(odd)

    assert {name for name in before if before[name] != after[name]} == {"data/figures/po3.csv"}


def test_whatever_is_odd_can_be_confirmed_at_once_for_tests(odd):
    confirm_odd(odd)

    framework = load_framework(odd, METHODS)
    assert NAME in [one.confirmation.oddity for one in read_confirmed(odd, framework)]
    check(odd)


# --- what cannot be used --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("entry", "line", "problem"),
    [
        (ENTRY.replace("role: economy", "role: mayor"), 0, "role is 'mayor': use one of children, public-health"),
        (ENTRY.replace("role: economy", "role: to-confirm"), 0, "role is 'to-confirm': use one of children"),
        (ENTRY.replace("Made up. Pay is counted in pennies now.", "' '"), 2, "reason is empty: it must be given"),
        (ENTRY.replace("reason:", "because:"), 2, "unknown key 'because': remove it or mend its spelling"),
        (ENTRY + ENTRY, 3, f"entry '{NAME}' is already defined at {CONFIRMED}, line"),
    ],
)
def test_a_confirmation_that_cannot_be_used_is_refused_with_its_line(odd, entry, line, problem):
    at = add(odd, entry)

    told = refusal(odd)
    assert any(each.startswith(f"{CONFIRMED}, line {at + line}: ") and problem in each for each in told), told


def test_a_file_that_would_be_passed_over_is_refused(borough):
    for name in ("confirmed.yaml", "odd.yml"):
        (borough / "data/figures" / name).write_text(f"confirmations:\n{ENTRY}", encoding="utf-8")

    assert sorted(refusal(borough)) == [
        "data/figures/confirmed.yaml: is not read: name it confirmed.yml",
        f"data/figures/odd.yml: is not read: what is odd in a table is confirmed in {CONFIRMED}",
    ]
