"""Policy is data that staff edit, so every slip in it is named with its file, its line and what would be right."""

import re
from pathlib import Path

import pytest

from pmif.errors import FrameworkError
from pmif.framework import load_framework, load_reporting
from pmif.methods import METHODS
from tests.conftest import BOROUGH

PO1 = "data/framework/po1.yml"


def spoil(root: Path, name: str, old: str, new: str) -> int:
    """Change the first `old` of a file to `new`; the line it stands on."""
    path = root / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return text[: text.index(old)].count("\n") + 1


def refusal(root: Path) -> list[str]:
    with pytest.raises(FrameworkError) as refused:
        load_framework(root, METHODS)
    return [str(fault) for fault in refused.value.faults]


def test_the_borough_is_read_whole():
    framework = load_framework(BOROUGH, METHODS)

    assert [o.id for o in framework.objectives] == ["po1", "po2", "po3", "po4", "po5", "po6"]
    assert [len(o.outcomes) for o in framework.objectives] == [4, 5, 2, 3, 6, 3]
    assert len(framework.scorecard.areas) == 4


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("polarity: higher-is-better", "polarity: up", "polarity is 'up': use 'higher-is-better', 'lower-is-better' or 'neutral'"),
        ("    decimals: 1\n", "", "decimals is missing: it must be given"),
        ("    decimals: 1\n", "    decimals: some\n", "decimals is 'some'"),
        ("unit: percent", "unti: percent", "unknown key 'unti'"),
        ("unit: percent", "unit: percnt", "unit is 'percnt', which is not defined: did you mean 'percent'"),
        ("method: proportion", "method: proprotion", "method is 'proprotion', which is not defined: did you mean 'proportion'"),
        ("owner: children\n    source", "owner: childen\n    source", "owner is 'childen', which is not defined: did you mean 'children'"),
        ("source: figures-made-up", "source: figures", "source is 'figures', which is not defined"),
        ("lag: 1 month", "lag: soon", "lag is 'soon': expected a number of months, like '5 months'"),
        ("id: family-help-in-time", "id: Family Help", "id is 'Family Help': expected small letters, digits and hyphens"),
        ("id: family-help-in-time", "id: parents-offered-help", "is already defined at data/framework/po1.yml, line"),
        ("committees: [families]", "committees: [famlies]", "committees is 'famlies', which is not defined"),
    ],
)  # fmt: skip
def test_a_slip_is_named_with_its_line_and_what_would_be_right(borough, old, new, says):
    line = spoil(borough, PO1, old, new)
    faults = refusal(borough)

    assert any(says in fault for fault in faults), faults
    named = [int(number) for number in re.findall(rf"{PO1}, line (\d+)", " ".join(faults))]
    assert any(abs(at - line) <= 25 for at in named), "the line is the slip's own, or its entry's first"


def test_every_fault_of_every_file_is_reported_at_once(borough):
    spoil(borough, PO1, "polarity: higher-is-better", "polarity: up")
    spoil(borough, "data/framework/po2.yml", "decimals: 1", "decimals: 9")
    (borough / "data/framework/roles.yml").unlink()
    spoil(borough, "data/framework/units.yml", "units:", "unit:")
    faults = " ".join(refusal(borough))

    for name in ("po1.yml", "po2.yml", "roles.yml: the file is missing", "units.yml", "unknown key 'unit'"):
        assert name in faults


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("objective: [unclosed", "not valid YAML"),
        ("objective:\n  id: a\n  id: b\nmeasures: []\n", "duplicate key"),
        ("just words", "expected the keys objective, measures, found the text 'just words'"),
        ("", "found nothing"),
    ],
)
def test_a_file_that_cannot_be_read_is_named(borough, text, says):
    (borough / PO1).write_text(text, encoding="utf-8")

    assert any(PO1 in fault and says in fault for fault in refusal(borough))


def test_a_file_that_is_not_utf_8_is_named(borough):
    (borough / PO1).write_bytes("title: café".encode("latin-1"))

    assert f"{PO1}: byte 10 is not UTF-8: save the file as UTF-8" in refusal(borough)


def test_windows_line_ends_and_a_byte_order_mark_change_nothing(borough):
    path = borough / PO1
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))

    assert load_framework(borough, METHODS) == load_framework(BOROUGH, METHODS)


def test_a_related_measure_must_say_why_it_is_not_evidence(borough):
    spoil(borough, PO1, "    unit: percent\n", "    bearing: related\n    unit: percent\n")

    assert any("related_note is missing" in fault for fault in refusal(borough))


def test_a_counted_measure_must_say_what_is_counted_out_of_what(borough):
    spoil(borough, PO1, "    denominator: ", "    note: ")

    assert any("needs numerator and denominator" in fault for fault in refusal(borough))


def test_the_current_period_is_one_line_and_must_be_a_period(borough):
    spoil(borough, "data/framework/reporting.yml", "current: 2026-27-q2", "current: 2026-27-q7")

    with pytest.raises(FrameworkError, match="'2026-27-q7' is not a period"):
        load_reporting(borough)


def test_models_cannot_be_changed_after_they_are_read():
    measure = load_framework(BOROUGH, METHODS).measures[0]

    with pytest.raises(ValueError, match="frozen"):
        measure.title = "Something else"
