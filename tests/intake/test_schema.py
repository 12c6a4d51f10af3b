"""Rows that are unknown, duplicate or contradict themselves are refused, with file and row, and all at once."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pmif.disclosure import check, publish
from pmif.errors import IntakeError
from pmif.framework import load_framework
from pmif.geography import load_areas
from pmif.intake import read_tables, schema
from pmif.intake.schema import COLUMNS, ORIGIN, STORED, check_rows, typed
from pmif.methods import METHODS
from tests.conftest import BOROUGH
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


# --- rows put to the rules directly --------------------------------------------------------------------


@pytest.fixture(scope="module")
def faults_of():
    framework, areas = load_framework(BOROUGH, METHODS), load_areas(BOROUGH)
    return lambda rows: [str(fault) for fault in check_rows(rows, framework, areas)]


def rows_of(*lines: str, **origin: str) -> pd.DataFrame:
    where = {"file": "po1.csv", "sheet": "", "cell": "", "transform": "", **origin}
    rows = pd.DataFrame([line.split(",") for line in lines], columns=COLUMNS, dtype="str")
    return rows.assign(row=[str(n) for n in range(2, len(lines) + 2)]).assign(**where)


@pytest.mark.parametrize(
    "text",
    ["1e5", "NaN", "nan", "inf", "-inf", " 15885", "15885 ", "15\u00a0885", "１５８８５", "١٥", "+1", "--1", ".5", "1.",
     "1_000", "0x1F", "15885\n", "½", "−1", "true", "9" * 400],
)  # fmt: skip
def test_what_is_no_plain_number_is_refused(faults_of, text):
    (fault,) = faults_of(rows_of(COUNTED).assign(numerator=text))

    assert fault == f"po1.csv, row 2: numerator is {text!r}: expected a number without commas or signs, or blank"


@pytest.mark.parametrize("text", ["0", "15885", "15885.0", "007", "0.123456789012345678", "9" * 15])
def test_a_plain_number_is_taken_as_it_stands(faults_of, text):
    rows = rows_of(COUNTED).assign(numerator=text, denominator="9" * 16)

    assert faults_of(rows) == []
    assert typed(rows)["numerator"].tolist() == [float(text)]


def test_a_later_figure_is_a_revision_and_the_same_day_twice_is_not(faults_of):
    revised = COUNTED.replace("15885", "15890").replace("shown,,2023-01-22", "shown,r,2023-04-22")

    assert faults_of(rows_of(COUNTED, revised)) == []
    (fault,) = faults_of(rows_of(COUNTED, revised, revised.replace("15890", "15891")))
    assert fault == "po1.csv, row 4: contradicts po1.csv, row 3: keep one of the two"


def test_a_fault_of_a_return_names_its_cell(faults_of):
    rows = rows_of(COUNTED.replace("15885", "many"), file="return.xlsx", sheet="Figures", cell="F12")

    assert faults_of(rows)[0].startswith("return.xlsx, sheet 'Figures', cell F12: numerator is 'many'")
    assert faults_of(rows.assign(sheet=""))[0].startswith("return.xlsx, cell F12: numerator is 'many'")
    assert faults_of(rows.assign(cell="", row=""))[0].startswith("return.xlsx: numerator is 'many'")
    assert faults_of(rows.drop(columns=["sheet", "cell", "transform"]))[0].startswith("return.xlsx, row 2: ")


def test_every_fault_is_told_up_to_a_thousand_and_the_rest_are_counted(faults_of):
    rows = pd.concat([rows_of(COUNTED.replace("15885", "x"))] * 2_500, ignore_index=True)
    faults = faults_of(rows)

    assert len(faults) == 1_001
    assert faults[-1] == "these figures: and 1,500 more: put these right, then check again"


def test_faults_are_told_in_the_order_of_the_rows(faults_of):
    bad = [COUNTED.replace("15885", "28942"), COUNTED.replace("shown", "hidden"), COUNTED.replace("2022-23-q3", "x")]
    good = COUNTED.replace("2022-23-q3", "2022-23-q4")
    told = [fault.split(":")[0] for fault in faults_of(rows_of(good, *bad))]

    # First what cannot be read, then what does not agree.
    assert told == ["po1.csv, row 4", "po1.csv, row 5", "po1.csv, row 3"]


def test_a_row_with_several_faults_has_all_of_them_told(faults_of):
    faults = faults_of(rows_of(COUNTED.replace("Z12000001", "Z12").replace("15885,28941", "-3,").replace("q3", "m3")))
    assert [fault.split(": ", 1)[1][:15] for fault in faults] == ["period is '2022"]

    faults = faults_of(rows_of(COUNTED.replace("Z12000001", "Z12").replace("15885,28941,,", "-3,,4,")))
    assert [fault.split(": ", 1)[1][:21] for fault in faults] == [
        "area Z12 of vintage '",
        "method 'proportion' n",
        "value is given, but m",
        "a count is below 0: w",
    ]


def test_typed_rows_are_numbers_and_text_with_where_they_came_from():
    rows = rows_of(COUNTED).drop(columns=["sheet", "cell", "transform"])
    table = typed(rows)

    assert list(table.columns) == STORED
    assert table.loc[0, ["numerator", "denominator"]].tolist() == [15885.0, 28941.0]
    assert table[["value", "lower", "upper"]].isna().all(axis=None)
    assert table.loc[0, ORIGIN].tolist() == ["po1.csv", "", "", "2", ""]
    assert typed(rows.iloc[:0]).dtypes.to_dict() == table.dtypes.to_dict()


def test_no_rows_have_no_faults(faults_of):
    assert faults_of(rows_of(COUNTED).iloc[:0]) == []


def test_a_cell_that_is_not_text_is_a_mistake_of_ours(faults_of):
    with pytest.raises(TypeError, match="column 'numerator' holds cells that are not text"):
        faults_of(rows_of(COUNTED).assign(numerator=[None]))


# --- columns as words and codes -------------------------------------------------------------------------


combinations = st.lists(st.tuples(*[st.integers(0, 5)] * 3), min_size=1, max_size=60)


@pytest.mark.parametrize("listed", [0, schema.MOST_LISTED, 1_000])
@given(rows=combinations)
def test_combinations_are_numbered_as_they_first_occur(rows, listed):
    numbers = {combination: number for number, combination in enumerate(dict.fromkeys(rows))}
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(schema, "MOST_LISTED", listed)
        codes, first = schema.together([np.array(part, dtype=np.int8) for part in zip(*rows, strict=True)])
        pair = schema.together_listed(*(np.array(part, dtype=np.int8) for part in list(zip(*rows, strict=True))[:2]))

    assert codes.tolist() == [numbers[row] for row in rows]
    assert first.tolist() == [rows.index(combination) for combination in numbers]
    assert len(set(zip(pair.tolist(), (row[:2] for row in rows), strict=True))) == len({row[:2] for row in rows})


@given(
    first=st.lists(st.sampled_from(["", "a", "b", "c"]), min_size=1), second=st.lists(st.sampled_from(["", "a", "x"]))
)
def test_a_column_holds_the_words_of_its_rows_and_no_others(first, second):
    as_categories = pd.Series(pd.Categorical(first, categories=["never", "c", "b", "a", ""]))
    for texts in (as_categories, pd.Series(first, dtype="str")):
        column = schema.Column.of(texts)
        both = schema.Column.one_after_the_other(column, schema.Column.of(pd.Series(second, dtype="str")))

        assert [column[row] for row in range(len(first))] == first
        assert sorted(column.words) == sorted(set(first))
        assert [both[row] for row in range(len(both.codes))] == [*first, *second]
        assert column.at(np.arange(1)).words == first[:1]


def test_many_words_are_numbered_apart():
    texts = [str(n) for n in range(40_000)]
    column = schema.Column.of(pd.Series(texts, dtype="str"))

    assert [column[row] for row in (0, 127, 128, 255, 32_767, 32_768, 39_999)] == [
        "0", "127", "128", "255", "32767", "32768", "39999",
    ]  # fmt: skip


def test_a_table_in_quotes_is_read_as_the_same_without(borough):
    plain = rows_read(borough)
    file = borough / TABLE
    lines = file.read_text(encoding="utf-8").splitlines()
    file.write_text("".join('"' + line.replace(",", '","') + '"\n' for line in lines), encoding="utf-8")

    pd.testing.assert_frame_equal(rows_read(borough), plain)


def test_a_line_within_quotes_is_not_taken_for_a_row(borough):
    row = spoil(borough, TABLE, COUNTED, COUNTED.replace("made-up", '"made\n-up"', 1))

    assert any(f"{TABLE}, row {row}: " in fault for fault in refusal(borough))


def rows_read(root: Path) -> pd.DataFrame:
    tables = read_tables(root, load_framework(root, METHODS), load_areas(root))
    return pd.concat([table.rows.astype(dict.fromkeys(ORIGIN, "str")) for table in tables]).astype(str)
