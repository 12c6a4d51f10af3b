"""A layout is declared strictly, and chosen only where exactly one fits."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from pmif.errors import IntakeError
from pmif.framework import load_framework
from pmif.intake import form
from pmif.intake.layouts import LAYOUTS, choose_layout, find_header, read_layouts
from pmif.methods import METHODS
from tests.intake.sheets import sheet, workbook

VACANCIES = f"{LAYOUTS}/vacancies-workbook.yml"
HEADINGS = (["Quarter", "Posts", None, "Position"], [None, "Empty", "All"])
MERGED = ((1, 2, 1, 3), (1, 1, 2, 1), (1, 4, 2, 4))


@pytest.fixture
def layouts(borough):
    return read_layouts(borough, load_framework(borough, METHODS))


def refused(root: Path) -> list[str]:
    with pytest.raises(IntakeError) as fault:
        read_layouts(root, load_framework(root, METHODS))
    return [str(f) for f in fault.value.faults]


def of(layouts, name):
    return next(layout for layout in layouts if layout.id == name)


def test_the_layouts_of_the_made_up_borough_are_read(layouts):
    assert [layout.id for layout in layouts] == ["debt-advice-waits", "vacancies-workbook"]
    assert of(layouts, "vacancies-workbook").columns["Posts / Empty"].holds == "numerator"


def test_without_a_folder_there_is_no_layout(borough):
    shutil.rmtree(borough / LAYOUTS)
    assert read_layouts(borough, load_framework(borough, METHODS)) == ()


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("title: Est", "tittle: Est", "unknown key 'tittle'"),
        ("  Quarter: period", "  Quarter: when", "columns.Quarter.as is 'when': use 'measure'"),
        ("  Quarter: period", "  Nothing: ignore", "no column holds the period, and fixed has none"),
        ("  measure: staff-vacancies", "", "no column holds the measure, and fixed has none"),
        ("  area: Z99000001", "", "no column holds the area, and fixed has none"),
        ("  Posts / All: denominator", "  Posts / All: numerator", "both hold the numerator of one figure"),
        ("  Checked: ignore", "  Checked: status", "'Position' and 'Checked' are both the status"),
        ("  Quarter: period", "  Quarter: {as: period, fractions: true}", "belong to a column of numbers"),
        ("measure: staff-vacancies", "measure: staff-vacancy", "measure 'staff-vacancy' is not defined, did you mean 'staff-vacancies'"),
        ("measure: staff-vacancies", "measure: budget-gap", "'budget-gap' comes from 'figures-made-up': services are not asked for it"),
        ("source: council-return-made-up", "source: figures-made-up", "is no card of a council's returns: use council-return-made-up"),
        ("role: people", "role: nobody", "role is 'nobody'"),
        ("vintage: borough-made-up", "vintage: ward-old", "area Z99000001 of vintage 'ward-old' is not known: the code is of vintage borough-made-up"),
        ('"-": unavailable', '"-": nothing', "is 'nothing': use 'suppressed'"),
        ("no figure: Not available", "no figure: none", "is 'none': use 'Figure given'"),
        ("header_rows: 2 ", "header_rows: 9 ", "header_rows is 9"),
    ],
)  # fmt: skip
def test_a_slip_in_a_layout_is_refused_with_file_line_and_reason(borough, old, new, says):
    path = borough / VACANCIES
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8", newline="\n")
    assert any(fault.startswith(f"{VACANCIES}, line ") and says in fault for fault in refused(borough)), refused(
        borough
    )


def test_an_unknown_key_is_named_with_its_own_line(borough):
    path = borough / VACANCIES
    lines = path.read_text(encoding="utf-8").splitlines()
    number = lines.index("stop_at: Temporary staff") + 1
    lines[number - 1] = "stops_at: Temporary staff"
    path.write_text("\n".join(lines), encoding="utf-8", newline="\n")
    [fault] = refused(borough)
    assert (
        fault
        == f"{VACANCIES}, line {number}: layout 'vacancies-workbook', unknown key 'stops_at': remove it or mend its spelling"
    )


def test_two_layouts_of_one_name_and_a_file_that_is_not_read_are_refused(borough):
    folder = borough / LAYOUTS
    shutil.copy(borough / VACANCIES, folder / "another.yml")
    shutil.copy(borough / VACANCIES, folder / "third.yaml")
    faults = refused(borough)
    assert any("already defined at" in fault for fault in faults)
    assert any("name it third.yml" in fault for fault in faults)


def test_headings_in_two_rows_are_joined_and_merged_ones_stand_over_each_column(layouts):
    header = find_header(
        sheet("Vacancies", *HEADINGS, ["Q1 2026/27", 1, 2], merged=MERGED), of(layouts, "vacancies-workbook")
    )
    assert header.columns == {1: "Quarter", 2: "Posts / Empty", 3: "Posts / All", 4: "Position"}
    assert (header.first_row, header.last_row) == (1, 2)


def test_headings_are_found_below_a_title_and_whatever_their_case_and_spaces(layouts):
    rows = (["Establishment"], [], ["QUARTER", "Posts ", None, "position"], [None, " empty", "ALL"])
    header = find_header(sheet("Vacancies", *rows, merged=((3, 2, 3, 3),)), of(layouts, "vacancies-workbook"))
    assert header.column("Posts / All") == 3


def test_a_heading_that_stands_twice_fits_nothing(layouts):
    rows = (["Quarter", "Posts / Empty", "Posts / All", "Position", "Quarter"], [])
    found = find_header(sheet("Vacancies", *rows), of(layouts, "vacancies-workbook"))
    assert "has the heading 'quarter' more than once" in found


def test_our_form_is_known_by_its_stamp_and_a_workbook_by_sheet_and_headings(layouts):
    assert choose_layout(workbook(sheet("About", [form.STAMP_FORM, "1"])), layouts) is None
    vacancies = workbook(sheet("vacancies 2026", *HEADINGS, merged=MERGED))
    assert choose_layout(vacancies, [of(layouts, "vacancies-workbook")]).id == "vacancies-workbook"
    assert choose_layout(vacancies, layouts, "form") is None


def choice(*arguments):
    with pytest.raises(IntakeError) as fault:
        choose_layout(*arguments)
    return "\n".join(map(str, fault.value.faults))


def test_a_workbook_that_fits_no_layout_is_told_what_each_lacks(layouts):
    said = choice(workbook(sheet("Vacancy", ["Quarter", "Position"])), layouts)
    assert "is no return form of ours" in said
    assert (
        "does not fit layout 'vacancies-workbook': no sheet is named 'Vacancies' or 'Vacancies *': the nearest is 'Vacancy'"
        in said
    )
    assert "does not fit layout 'debt-advice-waits': sheet 'Vacancy' lacks the heading 'Indicator'" in said


def test_a_sheet_of_another_name_is_not_guessed_even_with_all_the_headings(layouts):
    said = choice(workbook(sheet("Sheet1", *HEADINGS, merged=MERGED)), [of(layouts, "vacancies-workbook")])
    assert "no sheet is named 'Vacancies' or 'Vacancies *': there are 'Sheet1'" in said


def test_headings_that_are_missing_are_named(layouts):
    said = choice(workbook(sheet("Vacancies", ["Quarter", "Position"], [])), [of(layouts, "vacancies-workbook")])
    assert "sheet 'Vacancies', row 1 lacks the headings 'Posts / Empty', 'Posts / All'" in said


def test_a_workbook_that_fits_two_layouts_needs_one_named(layouts):
    one = of(layouts, "debt-advice-waits")
    both = [one, replace_id(one, "another")]
    book = workbook(sheet("", ["Indicator"]))
    assert "fits the layouts 'debt-advice-waits' and 'another': say which is meant, with --layout" in choice(book, both)
    assert choose_layout(book, both, "another").id == "another"


def test_a_layout_that_is_named_must_exist_and_fit(layouts):
    book = workbook(sheet("Sheet1", ["x"]))
    assert "did you mean 'vacancies-workbook'?" in choice(book, layouts, "vacancy-workbook")
    assert "does not fit layout 'debt-advice-waits'" in choice(book, layouts, "debt-advice-waits")


def test_without_layouts_only_our_form_is_read():
    assert "is no return form of ours" in choice(replace(workbook(sheet("Sheet1", ["x"]))), ())


def replace_id(layout, name):
    return layout.model_copy(update={"id": name})
