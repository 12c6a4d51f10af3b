"""What a service sent becomes observations that know their cell, or faults that name it."""

from dataclasses import replace
from datetime import date

import openpyxl
import pytest

from pmif.hub.columns import STORED
from pmif.intake import form
from pmif.intake.layouts import read_layouts
from pmif.intake.opening import open_workbook
from pmif.intake.returns import Beside, read_return
from pmif.intake.schema import check_rows
from tests.intake.filling import blank_form, cell_of, fill
from tests.intake.returning import BOROUGH, asking_for, read
from tests.intake.sheets import cell, sheet, workbook

RECEIVED = date(2026, 10, 12)
FILE = "2026-10-12-return-1.xlsx"
HEADINGS = (
    form.MEASURE, form.PLACE, form.GROUP, form.PERIOD, form.NUMERATOR, form.DENOMINATOR, form.VALUE, form.STATUS,
    form.NOTE, form.MEASURE_ID, form.AREA,
)  # fmt: skip
CORRECTED = (*HEADINGS[2:], form.REASON)
VACANCIES = {
    form.MEASURE_ID: "staff-vacancies", form.AREA: "Z99000001", form.GROUP: "Everyone", form.PERIOD: "2026-27-q2",
    form.MEASURE: "Posts that stand empty", form.PLACE: "Madeborough", form.VALUE: form.WORKED_OUT,
}  # fmt: skip
COUNTS = {form.NUMERATOR: 120, form.DENOMINATOR: 2000}


@pytest.fixture(scope="module")
def known():
    return read(BOROUGH)


def about(**changes):
    stamp = {
        form.STAMP_FORM: form.VERSION, form.STAMP_COUNCIL: "Madeborough", form.STAMP_REPORT: "2026-27-q2",
        form.STAMP_ROLE: "people", form.STAMP_MADE: "2026-10-01",
    } | changes  # fmt: skip
    return sheet(form.ABOUT, *([label, text] for label, text in stamp.items() if text is not None))


def figures(*rows, name=form.FIGURES, headings=HEADINGS, **more):
    return sheet(
        name, ["2 figures are asked for"], list(headings), *([row.get(h) for h in headings] for row in rows), **more
    )


def sent(*rows, corrections=(), more=(), stamp=None, **of_sheet):
    return workbook(
        stamp or about(),
        figures(*rows, **of_sheet),
        figures(*corrections, name=form.CORRECTIONS, headings=CORRECTED),
        *more,
    )


def returned(known, book, layout=None, **more):
    return read_return(book, layout, *known, received=RECEIVED, file=FILE, **more)


def whole(known, book, layout=None, **more):
    """What was read, where nothing may be at fault."""
    found = returned(known, book, layout, **more)
    assert found.faults == ()
    return found


def rows_of(found):
    return found.rows.to_dict("records")


def faults_of(found):
    return [f"{f.sheet}!{f.cell}: {f.problem}" for f in found.faults]


# --- our form ---------------------------------------------------------------------------------------


def test_a_row_of_the_form_becomes_an_observation_that_knows_its_cell(known):
    found = whole(known, sent({**VACANCIES, **COUNTS, form.NOTE: "New posts since May"}))
    assert list(found.rows.columns) == STORED
    assert rows_of(found) == [
        {
            "measure": "staff-vacancies", "area": "Z99000001", "vintage": "borough-made-up", "period": "2026-27-q2",
            "dimension": "", "group": "", "numerator": "120", "denominator": "2000", "value": "", "lower": "", "upper": "",
            "status": "shown", "mark": "", "published": "2026-10-12", "published_basis": "on", "source": "council-return-made-up",
            "file": FILE, "sheet": "Figures", "cell": "E3", "row": "", "transform": "",
        }
    ]  # fmt: skip
    assert (found.report, found.role, found.layout) == ("2026-27-q2", "people", "form 1")
    assert found.interpretations == ()
    assert [(n.measure, n.period, n.text) for n in found.notes] == [
        ("staff-vacancies", "2026-27-q2", "New posts since May")
    ]
    assert check_rows(found.rows, *known) == []


def test_the_form_as_it_is_made_and_filled_in_is_read_back(borough, tmp_path, known):
    people = blank_form(borough, "people", tmp_path)
    key = ("staff-vacancies", "2026-27-q2")
    book = open_workbook(
        fill(people, tmp_path / "sent.xlsx", {key: {form.NUMERATOR: "1,200", form.DENOMINATOR: 20000}})
    )
    found = whole(known, book)
    [row] = rows_of(found)
    assert (row["numerator"], row["denominator"], row["cell"]) == (
        "1200",
        "20000",
        cell_of(people, *key, form.NUMERATOR),
    )
    assert row["transform"] == "Count 1,200 read as 1200 (commas between thousands)"
    assert found.not_returned > 0, "the form asks for earlier periods as well, and they were left as they were"


def test_a_form_that_was_not_filled_in_is_no_figure_and_no_fault(borough, tmp_path, known):
    found = whole(known, open_workbook(blank_form(borough, "people", tmp_path)))
    assert (len(found.rows), found.notes) == (0, ())
    assert found.not_returned > 0


def test_a_note_without_a_figure_is_kept(known):
    found = whole(known, sent({**VACANCIES, form.NOTE: "In November"}))
    assert ([n.text for n in found.notes], found.not_returned, len(found.rows)) == (["In November"], 1, 0)


def test_columns_are_found_by_heading_wherever_they_stand(known):
    backwards = sent({**VACANCIES, **COUNTS}, headings=tuple(reversed(HEADINGS)))
    assert rows_of(whole(known, backwards))[0]["numerator"] == "120"


def test_what_the_sender_added_is_left_out_and_said(known):
    book = sent(
        {**VACANCIES, **COUNTS, "Ref": "HR-7"}, headings=(*HEADINGS, "Ref"), more=(sheet("Working", ["sum", 3.0]),)
    )
    said = [(i.place, i.found, i.taken_as) for i in whole(known, book).interpretations]
    assert said == [
        ("sheet 'Figures', cell L2", "Ref", "left out: a column of the sender's own"),
        ("sheet 'Working'", "2 cells", "left out: a sheet of the sender's own"),
    ]


def test_every_reading_that_is_not_plain_is_an_interpretation_and_in_the_transform(known):
    row = {
        **VACANCIES,
        form.NUMERATOR: "1,200",
        form.DENOMINATOR: cell(20000.0, formula="=SUM(A1:A9)"),
        form.PERIOD: "Q2 2026/27",
    }
    found = whole(known, sent(row))
    assert [(i.place, i.found, i.taken_as) for i in found.interpretations] == [
        ("sheet 'Figures', cell D3", "Q2 2026/27", "2026-27-q2 (July to September 2026)"),
        ("sheet 'Figures', cell E3", "1,200", "1200 (commas between thousands)"),
        ("sheet 'Figures', cell F3", "20000", "20000 (the result of a formula)"),
    ]
    assert rows_of(found)[0]["transform"] == (
        "Count 1,200 read as 1200 (commas between thousands); Out of 20000 read as 20000 (the result of a formula)"
    )


def test_a_comment_on_a_cell_and_words_after_a_figure_are_notes(known):
    row = {**VACANCIES, form.NUMERATOR: cell("120 (without schools)", comment="checked twice"), form.DENOMINATOR: 2000}
    assert [n.text for n in whole(known, sent(row)).notes] == ["without schools", "Comment on E3: checked twice"]


def test_what_a_marked_copy_said_is_no_note_of_the_sender_when_it_comes_back(known):
    marked = cell(120.0, comment="Fault: holds 'c. 120', which is approximate\nYour comment: checked twice")
    only_ours = cell(2000.0, comment="Please check: ten times the usual")
    row = {**VACANCIES, form.NUMERATOR: marked, form.DENOMINATOR: only_ours}
    assert [n.text for n in whole(known, sent(row)).notes] == ["Comment on E3: checked twice"]


@pytest.mark.parametrize(
    ("cells", "status", "mark", "numerator"),
    [
        ({**COUNTS, form.STATUS: form.GIVEN}, "shown", "", "120"),
        ({**COUNTS, form.STATUS: form.PROVISIONAL}, "shown", "p", "120"),
        ({**COUNTS, form.STATUS: "provisional FIGURE"}, "shown", "p", "120"),
        ({form.NUMERATOR: "120 (provisional)", form.DENOMINATOR: 2000}, "shown", "p", "120"),
        ({form.STATUS: form.NOT_AVAILABLE}, "unavailable", "", ""),
        ({form.STATUS: form.NOT_AVAILABLE, form.NUMERATOR: "tbc"}, "unavailable", "", ""),
        ({form.STATUS: form.NOT_APPLICABLE}, "not-applicable", "", ""),
        ({form.NUMERATOR: "<5", form.DENOMINATOR: 2000}, "suppressed", "", ""),
        ({form.NUMERATOR: "n/a"}, "not-applicable", "", ""),
        ({form.STATUS: form.NIL}, "not-applicable", "", ""),
        ({form.STATUS: form.NIL, form.NUMERATOR: 0, form.DENOMINATOR: 0}, "not-applicable", "", ""),
        ({form.STATUS: form.NIL, form.NUMERATOR: 0, form.DENOMINATOR: 50}, "shown", "", "0"),
    ],
)  # fmt: skip
def test_a_state_or_a_marker_is_an_answer(known, cells, status, mark, numerator):
    found = whole(known, sent({**VACANCIES, **cells}))
    [row] = rows_of(found)
    assert (row["status"], row["mark"], row["numerator"]) == (status, mark, numerator)
    assert check_rows(found.rows, *known) == []
    assert found.nil == (cells.get(form.STATUS) == form.NIL)


def test_what_a_withheld_count_would_reveal_is_left_out_and_said(known):
    said = whole(known, sent({**VACANCIES, form.NUMERATOR: "<5", form.DENOMINATOR: 2000})).interpretations
    assert ("2000", "left out: the figure is suppressed") in [(i.found, i.taken_as) for i in said]


def test_a_nil_return_of_things_counted_is_nought_and_of_a_rate_nothing(known):
    framework, areas = known
    asked = asking_for(
        framework, "childcare-places", owner="people", geographies=["borough"], disclosure="small-counts"
    )
    row = {
        **VACANCIES, form.MEASURE_ID: "childcare-places", form.MEASURE: framework.measure("childcare-places").title,
        form.VALUE: None, form.STATUS: form.NIL, form.PERIOD: "2024-25-school",
    }  # fmt: skip
    [nought] = rows_of(whole((asked, areas), sent(row)))
    assert (nought["value"], nought["numerator"], nought["transform"]) == ("0", "0", "nil return read as 0")
    [nothing] = rows_of(whole(known, sent({**VACANCIES, form.STATUS: form.NIL})))
    assert (nothing["value"], nothing["transform"]) == ("", "nil return")


def test_a_correction_is_marked_revised_and_keeps_its_reason(known):
    row = {**VACANCIES, **COUNTS, form.VALUE: None, form.PERIOD: "2026-27-q1", form.REASON: "Schools had been left out"}
    found = whole(known, sent({**VACANCIES, **COUNTS}, corrections=[row]))
    assert [(r["period"], r["mark"], r["sheet"]) for r in rows_of(found)] == [
        ("2026-27-q2", "", "Figures"),
        ("2026-27-q1", "r", "Corrections"),
    ]
    assert "Corrected: Schools had been left out" in [n.text for n in found.notes]


def test_what_may_say_why_a_figure_changed_is_kept_for_each_row_that_was_understood(known):
    right = {**VACANCIES, **COUNTS, form.NOTE: "New posts"}
    wrong = {**right, form.NUMERATOR: "c. 9", form.NOTE: "Not this one"}
    corrected = {**right, form.VALUE: None, form.PERIOD: "2026-27-q1", form.REASON: "Schools had been left out"}
    found = returned(known, sent(wrong, right, corrections=[corrected]))
    assert len(found.rows) == 2
    assert found.beside == (Beside("Note", "New posts", ""), Beside("Note", "New posts", "Schools had been left out"))


def test_a_table_without_notes_has_nowhere_to_say_why(known, layouts):
    book = wide("Q2 2026/27", row=("Average wait (working days)", 7.0))
    assert whole(known, book, layouts["debt-advice-waits"]).beside == (Beside("", "", ""),)


@pytest.mark.parametrize(
    ("cells", "where", "says"),
    [
        ({form.NUMERATOR: "c. 120"}, "E3", "approximate"),
        ({form.NUMERATOR: date(2026, 4, 3)}, "E3", "where a figure is due"),
        ({form.NUMERATOR: cell(None, text="", formula="=A1")}, "E3", "without a kept result"),
        ({form.DENOMINATOR: "12%"}, "F3", "a percentage, where a count is due"),
        ({form.STATUS: form.NOT_AVAILABLE}, "H3", "is 'Not available', yet a figure is given: Count holds '120'"),
        ({form.STATUS: form.NIL}, "H3", "is 'Nil return', yet a figure is given"),
        ({form.STATUS: form.GIVEN, form.NUMERATOR: "n/a"}, "H3", "is 'Figure given', but Count holds 'n/a'"),
        ({form.STATUS: form.GIVEN, form.NUMERATOR: None, form.DENOMINATOR: None}, "H3", "no figure is given"),
        ({form.STATUS: "done"}, "H3", "'done' is none of Figure given, Provisional figure"),
        ({form.NUMERATOR: "<5", form.DENOMINATOR: "tbc"}, "E3", "the row contradicts itself"),
        ({form.NUMERATOR: "120p", form.DENOMINATOR: "2000r"}, "E3", "marked as p and r at once"),
        ({form.PERIOD: "Q2"}, "D3", "'Q2' is not a period"),
        ({form.PERIOD: None}, "D3", "the period is blank"),
        ({form.PERIOD: "2026-27"}, "D3", "is a financial-year, but figures come by quarter"),
        ({form.PERIOD: "2031-32-q2"}, "D3", "has not begun"),
        ({form.PERIOD: "2026-27-q3"}, "D3", "ends after the report's own (July to September 2026)"),
        ({form.AREA: "Madeborough"}, "K3", "'Madeborough' is a name, and places are matched by code, never by name: write Z99000001"),
        ({form.AREA: "Z99000002"}, "K3", "did you mean Z99000001 (Madeborough)?"),
        ({form.AREA: "W99000011", form.PLACE: None}, "K3", "Alderpond is a ward; 'staff-vacancies' is asked for: borough"),
        ({form.PLACE: "Alderpond"}, "B3", "says 'Alderpond', but the row's area code is Z99000001"),
        ({form.MEASURE_ID: "staff-vacancy"}, "J3", "'staff-vacancy' is no measure: did you mean 'staff-vacancies'?"),
        ({form.MEASURE_ID: None}, "J3", "there is a figure, and no measure"),
        ({form.MEASURE_ID: "budget-gap", form.MEASURE: None}, "J3", "is not asked of services"),
        ({form.MEASURE_ID: "debt-advice-waits", form.MEASURE: None}, "J3", "is not asked of 'people'"),
        ({form.MEASURE: "Days people wait for debt advice"}, "A3", "cells have moved"),
        ({form.GROUP: "Women"}, "C3", "'Women' is no group of 'staff-vacancies': use 'Everyone'"),
    ],
)  # fmt: skip
def test_a_faulty_cell_is_named_with_what_to_do(known, cells, where, says):
    found = returned(known, sent({**VACANCIES, **COUNTS, **cells}))
    assert any(fault.startswith(f"Figures!{where}: ") and says in fault for fault in faults_of(found)), faults_of(found)
    assert found.rows.empty


def test_all_the_faults_of_a_file_are_said_at_once(known):
    first = {**VACANCIES, form.NUMERATOR: "c. 120", form.DENOMINATOR: "3/4", form.PERIOD: "Q2"}
    second = {**VACANCIES, **COUNTS, form.AREA: "Madeborough"}
    assert [fault.split(": ")[0] for fault in faults_of(returned(known, sent(first, second)))] == [
        "Figures!D3", "Figures!E3", "Figures!F3", "Figures!K4",
    ]  # fmt: skip


def test_a_blank_area_is_the_borough_only_where_nothing_else_is_asked_for(known):
    found = whole(known, sent({**VACANCIES, **COUNTS, form.AREA: None}))
    assert rows_of(found)[0]["area"] == "Z99000001"
    assert [i.found for i in found.interpretations] == ["a blank area code"]
    framework, areas = known
    of_wards = asking_for(framework, "staff-vacancies", geographies=["borough", "ward"])
    assert "code is blank" in faults_of(returned((of_wards, areas), sent({**VACANCIES, **COUNTS, form.AREA: None})))[0]


def test_a_code_that_was_no_area_in_the_period_is_refused(known):
    framework, areas = known
    wards = asking_for(framework, "staff-vacancies", geographies=["ward"])
    row = {**VACANCIES, **COUNTS, form.PLACE: None, form.AREA: "W99000001"}
    [fault] = faults_of(returned((wards, areas), sent(row)))
    assert "W99000001 of ward-old was no area in July to September 2026" in fault
    [taken] = rows_of(whole((wards, areas), sent({**row, form.AREA: "W99000011"})))
    assert taken["vintage"] == "ward-new"


def test_groups_are_read_in_the_words_of_the_form(known):
    framework, areas = known
    by_sex = asking_for(framework, "staff-vacancies", groups=["sex"])
    [row] = rows_of(whole((by_sex, areas), sent({**VACANCIES, **COUNTS, form.GROUP: "Sex: Female"})))
    assert (row["dimension"], row["group"]) == ("sex", "female")
    blank = returned((by_sex, areas), sent({**VACANCIES, **COUNTS, form.GROUP: None}))
    assert "the group is blank: write 'Everyone' or one of 'Everyone', 'Sex: Female'" in faults_of(blank)[0]


def test_the_same_figure_twice_is_refused_with_both_cells(known):
    row = {**VACANCIES, **COUNTS}
    [same] = faults_of(returned(known, sent(row, row)))
    assert same == "Figures!E4: the same figure as sheet 'Figures', cell E3: keep one of the two"
    [other] = faults_of(
        returned(known, sent(row, corrections=[{**row, form.VALUE: None, form.NUMERATOR: 130, form.REASON: "slip"}]))
    )
    assert other == "Corrections!C3: contradicts sheet 'Figures', cell E3: keep one of the two"


def test_a_correction_needs_a_reason_and_a_figure(known):
    row = {**VACANCIES, **COUNTS, form.VALUE: None}
    assert "'Why it was wrong' is blank" in faults_of(returned(known, sent(corrections=[row])))[0]
    bare = {form.MEASURE_ID: "staff-vacancies", form.REASON: "slip"}
    assert "the correction has no figure" in faults_of(returned(known, sent(corrections=[bare])))[0]


@pytest.mark.parametrize(
    ("stamp", "says"),
    [
        ({form.STAMP_FORM: "9"}, "About!B1: the form is of version 9, and this program reads 1"),
        ({form.STAMP_COUNCIL: "Elsewhere"}, "About!B2: the form is of Elsewhere, and this is the book of Madeborough"),
        ({form.STAMP_REPORT: "2031-32-q2"}, "About!B3: there is no report for '2031-32-q2'"),
        ({form.STAMP_REPORT: "soon"}, "About!B3: there is no report for 'soon'"),
        ({form.STAMP_ROLE: "nobody"}, "About!B4: there is no role 'nobody'"),
        ({form.STAMP_ROLE: None}, "About!: the line 'Role id' is missing"),
    ],
)
def test_a_stamp_that_cannot_be_trusted_refuses_the_form(known, stamp, says):
    found = returned(known, sent({**VACANCIES, **COUNTS}, stamp=about(**stamp)))
    assert any(fault.startswith(says) for fault in faults_of(found)), faults_of(found)


def test_a_form_of_another_service_than_said_is_refused(known):
    assert (
        "said to come from Head of Finance"
        in faults_of(returned(known, sent({**VACANCIES, **COUNTS}), role="finance"))[0]
    )
    assert "is no return form of ours" in faults_of(returned(known, workbook(sheet("Sheet1", ["x"]))))[0]


def test_a_form_that_was_taken_apart_says_what_is_missing(known):
    renamed = workbook(about(), figures({**VACANCIES, **COUNTS}, name="Sheet1"))
    assert faults_of(returned(known, renamed)) == [
        "!: there is no sheet 'Figures'; it has 'Sheet1': give the sheet its name back"
    ]
    lost = sent({**VACANCIES, **COUNTS}, headings=[h for h in HEADINGS if h not in (form.STATUS, form.AREA)])
    [fault] = faults_of(returned(known, lost))
    assert fault == "Figures!: headings are missing: 'Area code', 'State'; put them back, or fill in a new form"
    twice = returned(known, sent({**VACANCIES, **COUNTS}, headings=(*HEADINGS, form.NUMERATOR)))
    assert faults_of(twice) == ["Figures!L2: the heading 'Count' stands twice, in E2 and L2: rename one"]


@pytest.mark.parametrize(
    ("hidden", "says"),
    [
        ({"hidden": True}, "the sheet is hidden"),
        ({"hidden_rows": frozenset({3})}, "row 3 is hidden and holds a figure"),
        ({"hidden_columns": frozenset({5})}, "its column is hidden"),
    ],
)
def test_a_figure_that_nobody_sees_is_refused(known, hidden, says):
    [fault] = faults_of(returned(known, sent({**VACANCIES, **COUNTS}, **hidden)))
    assert fault.startswith("Figures!E3: ")
    assert says in fault


def test_hidden_rows_without_figures_do_no_harm(known):
    assert whole(known, sent({**VACANCIES}, hidden_rows=frozenset({3}))).not_returned == 1


def test_a_figure_merged_over_two_rows_is_refused_for_the_second(known):
    book = sent({**VACANCIES, **COUNTS}, {**VACANCIES, form.PERIOD: "2026-27-q1"}, merged=((3, 5, 4, 5),))
    [fault] = faults_of(returned(known, book))
    assert fault.startswith("Figures!E4: is merged with E3, and a figure belongs to one row")


def test_what_was_left_alone_in_opening_is_in_the_interpretations(known):
    book = replace(sent({**VACANCIES, **COUNTS}), notes=("links to other files were not followed",))
    assert [(i.place, i.taken_as) for i in whole(known, book).interpretations] == [
        ("the file", "links to other files were not followed")
    ]


# --- older layouts ----------------------------------------------------------------------------------


@pytest.fixture
def layouts(known):
    return {layout.id: layout for layout in read_layouts(BOROUGH, known[0])}


YEAR = (
    ["Establishment of Madeborough"],
    ["Quarter", "Posts", None, "Position", "Comments", "Checked"],
    [None, "Empty", "All"],
    ["Q1 2026/27", 110.0, 1990.0, "final", None, "yes"],
    ["Q2 2026/27", "120", "2,000", "still to be checked", "Two schools are late", "no"],
    ["Quarter", "Posts", None, "Position", "Comments", "Checked"],
    [None, "Empty", "All"],
    ["Q4 2025/26", "-", "-", "no figure", None, "yes"],
    ["Total", 230.0, 3990.0],
    ["Temporary staff"],
    ["Q1 2026/27", 7.0, 20.0],
    ["Made by the People team"],
)
MERGED = ((2, 2, 2, 3), (2, 1, 3, 1))


def test_an_older_workbook_is_read_by_its_layout(known, layouts):
    found = whole(known, workbook(sheet("Vacancies 2026", *YEAR, merged=MERGED)), layouts["vacancies-workbook"])
    assert [
        (r["period"], r["numerator"], r["denominator"], r["status"], r["mark"], r["cell"]) for r in rows_of(found)
    ] == [
        ("2026-27-q1", "110", "1990", "shown", "", "B4"),
        ("2026-27-q2", "120", "2000", "shown", "p", "B5"),
        ("2025-26-q4", "", "", "unavailable", "", "B8"),
    ]
    assert {r["area"] for r in rows_of(found)} == {"Z99000001"}
    assert (found.role, found.report, found.layout) == ("people", "2026-27-q2", "vacancies-workbook")
    assert [n.text for n in found.notes] == ["Two schools are late"]
    assert check_rows(found.rows, *known) == []


def test_every_row_that_was_left_out_is_said_with_its_reason(known, layouts):
    found = whole(known, workbook(sheet("Vacancies 2026", *YEAR, merged=MERGED)), layouts["vacancies-workbook"])
    assert [(i.place.split()[-1], i.found, i.taken_as) for i in found.interpretations if "left out" in i.taken_as] == [
        ("A6", "Quarter", "left out: the headings again"),
        ("B7", "Empty", "left out: the headings again"),
        ("A9", "Total", "left out: the layout skips rows that say 'Total'"),
        ("A10", "Temporary staff", "left out: below 'Temporary staff', where the layout says that the table ends"),
        ("A11", "Q1 2026/27", "left out: below 'Temporary staff', where the layout says that the table ends"),
        ("A12", "Made by the People team", "left out: below 'Temporary staff', where the layout says that the table ends"),
    ]  # fmt: skip


def test_what_a_layout_does_not_declare_is_refused_and_not_guessed(known, layouts):
    layout = layouts["vacancies-workbook"].model_copy(update={"repeated_header": False, "skip_rows": (), "markers": {}})
    faults = "\n".join(faults_of(returned(known, workbook(sheet("Vacancies", *YEAR, merged=MERGED)), layout)))
    assert "B7: holds 'Empty', where a count is due" in faults
    assert "A9: 'Total' is not a period" in faults
    assert "B8: holds '-', which may mean zero, not applicable or not available" in faults


def wide(*headings, row=("Average wait (working days)",)):
    return workbook(sheet("Sheet1", ["Indicator", *headings], list(row), ["Source: the advice service"]))


def test_a_table_with_a_column_a_quarter_is_read_across(known, layouts):
    book = wide(
        "Q4 2025/26",
        "Q1 2026/27",
        "Jul-Sep 2026",
        "Trend",
        row=("Average wait (working days)", 8.2, "9.1*", 7.0, "down"),
    )
    found = whole(known, book, layouts["debt-advice-waits"])
    assert [(r["measure"], r["period"], r["value"], r["cell"], r["transform"]) for r in rows_of(found)] == [
        ("debt-advice-waits", "2025-26-q4", "8.2", "B2", ""),
        ("debt-advice-waits", "2026-27-q1", "9.1", "C2", "9.1* read as 9.1 (leaving out the mark *)"),
        ("debt-advice-waits", "2026-27-q2", "7", "D2", ""),
    ]
    said = [(i.found, i.taken_as) for i in found.interpretations]
    assert ("Trend", "left out: a column of the sender's own") in said
    assert ("Jul-Sep 2026", "2026-27-q2 (July to September 2026)") in said
    assert ("Average wait (working days)", "debt-advice-waits") in said
    assert ("Source: the advice service", "left out: a note below the table") in said


def test_two_columns_of_one_period_are_the_same_figure_twice(known, layouts):
    book = wide("Q2 2026/27", "Jul-Sep 2026", row=("Average wait (working days)", 7.0, 7.0))
    assert faults_of(returned(known, book, layouts["debt-advice-waits"])) == [
        "Sheet1!C2: the same figure as sheet 'Sheet1', cell B2: keep one of the two"
    ]


def test_a_heading_that_may_be_two_periods_is_refused_and_not_passed_over(known, layouts):
    found = returned(known, wide("Q2 2026", row=("Average wait (working days)", 7.0)), layouts["debt-advice-waits"])
    assert "Sheet1!B1: 'Q2 2026' may be more than one period" in faults_of(found)[0]


def test_a_table_without_a_period_in_its_headings_is_refused(known, layouts):
    assert (
        "no heading that reads as a period"
        in faults_of(
            returned(known, wide("Latest", row=("Average wait (working days)", 7.0)), layouts["debt-advice-waits"])
        )[0]
    )


def test_a_hidden_row_is_read_only_where_the_layout_says_so(known, layouts):
    book = wide("Q2 2026/27", row=("Average wait (working days)", 7.0))
    book = replace(book, sheets=(replace(book.sheets[0], hidden_rows=frozenset({2})),))
    found = whole(known, book, layouts["debt-advice-waits"])
    assert any("row 2 is hidden, as its layout says" in i.taken_as for i in found.interpretations)
    strict = layouts["debt-advice-waits"].model_copy(update={"hidden": "refuse"})
    assert "row 2 is hidden and holds a figure" in faults_of(returned(known, book, strict))[0]


def test_a_name_of_a_measure_or_place_that_is_not_declared_is_refused(known, layouts):
    found = returned(known, wide("Q2 2026/27", row=("Waits", 7.0)), layouts["debt-advice-waits"])
    assert "'Waits' is no measure" in faults_of(found)[0]


def test_names_of_wards_are_read_only_by_a_declared_table_of_one_vintage(known, layouts):
    framework, areas = known
    wards = asking_for(framework, "staff-vacancies", geographies=["ward"])
    columns = {h: {"as": holds} for h, holds in (("Ward", "area"), ("Empty", "numerator"), ("All", "denominator"))}
    said = layouts["vacancies-workbook"].model_dump(by_alias=True) | {
        "columns": columns, "header_rows": 1, "fixed": {"measure": "staff-vacancies", "period": "2025-26-q4"},
        "areas": {"vintage": "ward-old", "codes": {"Alderpond": "W99000001"}}, "stop_at": None, "periods_across": None,
    }  # fmt: skip
    layout = type(layouts["vacancies-workbook"]).model_validate(said)
    table = sheet("Vacancies", ["Ward", "Empty", "All"], ["Alderpond", 3.0, 90.0], ["Thimble Hill", 4.0, 80.0])
    found = returned((wards, areas), workbook(table), layout)
    assert [(r["area"], r["vintage"]) for r in rows_of(found)] == [("W99000001", "ward-old")]
    assert ("Alderpond", "W99000001") in [(i.found, i.taken_as) for i in found.interpretations]
    [fault] = faults_of(found)
    assert "A3: 'Thimble Hill' is a name" in fault
    assert "W99000008 (ward-old) or W99000017 (ward-new)" in fault


def test_a_layout_without_a_role_needs_one_from_whoever_brought_the_file(known, layouts):
    book = wide("Q2 2026/27", row=("Average wait (working days)", 7.0))
    nobody = layouts["debt-advice-waits"].model_copy(update={"role": None})
    assert "give the role, with --by" in faults_of(returned(known, book, nobody))[0]
    assert whole(known, book, nobody, role="to-confirm").role == "to-confirm"
    assert (
        "is the workbook of 'to-confirm'"
        in faults_of(returned(known, book, layouts["debt-advice-waits"], role="people"))[0]
    )


def test_a_csv_file_has_no_sheet_to_name(borough, tmp_path, known, layouts):
    path = tmp_path / "waits.csv"
    path.write_text(
        "Indicator,Q1 2026/27,Q2 2026/27\nAverage wait (working days),8.5,tbc\n", encoding="utf-8", newline="\n"
    )
    found = whole(known, open_workbook(path), layouts["debt-advice-waits"])
    assert [(r["sheet"], r["cell"], r["value"], r["status"]) for r in rows_of(found)] == [
        ("", "B2", "8.5", "shown"),
        ("", "C2", "", "unavailable"),
    ]


def test_a_workbook_as_a_spreadsheet_saves_it_is_read_by_its_layout(tmp_path, known, layouts):
    book = openpyxl.Workbook()
    page = book.active
    page.title = "Vacancies"
    for row in YEAR:
        page.append(list(row))
    page.merge_cells("B2:C2")
    page.merge_cells("A2:A3")
    book.save(tmp_path / "vacancies.xlsx")
    found = whole(known, open_workbook(tmp_path / "vacancies.xlsx"), layouts["vacancies-workbook"])
    assert [r["numerator"] for r in rows_of(found)] == ["110", "120", ""]
