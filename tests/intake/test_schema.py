"""Rows that are unknown, duplicate or contradict themselves are refused, with file and row, and all at once."""

from pathlib import Path

import pytest

from pmif.disclosure import check, publish
from pmif.errors import IntakeError
from tests.framework.test_load import spoil

TABLE = "data/figures/po1.csv"
COUNTED = (
    "family-help-in-time,Z12000001,region-made-up,2022-23-q3,,,15885,28941,,,,shown,,2023-01-22,on,figures-made-up"
)


def refusal(root: Path) -> list[str]:
    with pytest.raises(IntakeError) as refused:
        check(root)
    return [str(fault) for fault in refused.value.faults]


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("family-help-in-time", "family-help", "measure is 'family-help': no such measure in data/framework"),
        ("Z12000001", "Z12000009", "area Z12000009 of vintage 'region-made-up' is not known"),
        ("region-made-up", "region-2009", "the code is of vintage region-made-up"),
        ("2022-23-q3", "2022-23-q5", "period is '2022-23-q5': not a period"),
        ("2022-23-q3", "2022-23", "period 2022-23 is a financial-year, but the measure's frequency is quarter"),
        (",,,15885", ",sex,,15885", "dimension and group go together"),
        (",,,15885", ",sex,male,15885", "dimension 'sex' is not among the measure's groups"),
        ("15885", "15;885", "numerator is '15;885': expected a number without commas or signs"),
        ("15885", "", "needs a numerator and a denominator"),
        ("15885", "28942", "numerator 28942 is more than denominator 28941"),
        ("15885", "-1", "a count is below 0"),
        ("28941,,", "28941,54.9,", "leave it blank"),
        ("shown", "hidden", "status is 'hidden': use shown, suppressed"),
        ("shown", "suppressed", "status is 'suppressed', yet a count or value is given"),
        ("shown,,", "shown,q,", "mark is 'q': use p (provisional)"),
        ("2023-01-22", "22/01/2023", "expected a date like 2026-06-26"),
        ("2023-01-22", "2023-02-30", "expected a date like 2026-06-26"),
        (",on,", ",by,", "published_basis is 'by'"),
        ("figures-made-up", "figures", "source is 'figures': no such card"),
        ("28941,,,,", "28941,,1,,", "one limit is given without the other"),
    ],
)  # fmt: skip
def test_a_faulty_row_is_refused_with_its_row_and_reason(borough, old, new, says):
    row = spoil(borough, TABLE, COUNTED, COUNTED.replace(old, new, 1))
    faults = refusal(borough)

    assert any(f"{TABLE}, row {row}: " in fault and says in fault for fault in faults), faults


@pytest.mark.parametrize(
    ("change", "says"), [(("15885", "15885"), "the same figure as"), (("15885", "15886"), "contradicts")]
)
def test_the_same_figure_twice_is_refused(borough, change, says):
    spoil(borough, TABLE, COUNTED, COUNTED + "\n" + COUNTED.replace(*change))

    (fault,) = refusal(borough)
    assert says in fault
    assert "row 2: keep one of the two" in fault


def test_all_faulty_rows_are_reported_together(borough):
    spoil(borough, TABLE, "15885", "x")
    spoil(borough, TABLE, "15928", "y")
    spoil(borough, "data/figures/po2.csv", ",shown,", ",maybe,")
    spoil(borough, "data/figures/po3.csv", ",Z92000001,", ",Z92000002,")

    assert len(refusal(borough)) == 4


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("measure,area", "measure,place", "columns missing: area"),
        ("measure,area", "extra,measure,area", "unknown columns: 'extra'"),
    ],
)
def test_columns_are_read_by_name_and_must_be_the_ones_expected(borough, old, new, says):
    spoil(borough, TABLE, old, new)

    assert any(f"{TABLE}, row 1: {says}" in fault for fault in refusal(borough))


def test_a_row_with_a_cell_too_many_is_refused(borough):
    spoil(borough, TABLE, COUNTED, COUNTED + ",surplus")

    assert any("has 17 cells: expected 16" in fault for fault in refusal(borough))


def test_real_and_made_up_figures_are_never_mixed(borough):
    spoil(borough, "data/sources/figures-made-up.yml", "licence: made-up", "licence: ogl-3")

    assert any("made-up and real figures are never mixed" in fault for fault in refusal(borough))


def test_bad_figures_cost_nothing_already_built(borough):
    built = publish(borough, "current")
    before = {path.name: path.read_bytes() for path in built.iterdir()}
    spoil(borough, TABLE, "15885", "many")

    with pytest.raises(IntakeError):
        publish(borough, "current")
    assert {path.name: path.read_bytes() for path in built.iterdir()} == before
