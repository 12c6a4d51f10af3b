"""The form a service fills in: everything that is asked for is on it, once, and nothing on it can do harm."""

import re
import zipfile
from datetime import date

import openpyxl
import pytest

from pmif.errors import IntakeError
from pmif.framework import Frequency
from pmif.intake import form
from pmif.intake.asked import asked, return_measures
from pmif.intake.template import template_name, templates, write_template
from pmif.intake.template_look import line_count
from pmif.period import Period
from tests.intake.returning import BOROUGH, PROJECT, REPORT, asking_for, held, read, receipt, row

FRAMEWORK, AREAS = read(BOROUGH)
DAY = date(2026, 10, 1)
WAITS, POSTS = "debt-advice-waits", "staff-vacancies"


def rows_of(sheet):
    """The sheet's rows below its headings, each by heading: cells, not values."""
    headings = next(r for r in sheet.iter_rows() if any(c.value == form.MEASURE_ID for c in r))
    names = [c.value for c in headings]
    return [dict(zip(names, cells, strict=True)) for cells in sheet.iter_rows(min_row=headings[0].row + 1)]


def written(tmp_path, *rows, framework=FRAMEWORK, role="to-confirm", areas=AREAS, report=REPORT, receipts=()):
    path = tmp_path / "form.xlsx"
    count = write_template(path, framework, areas, report, role, DAY, held(*rows), receipts)
    return openpyxl.load_workbook(path), count


def rules_at(sheet, cell):
    return [rule for rule in sheet.data_validations.dataValidation if cell.coordinate in rule.sqref]


def test_the_forms_of_the_real_framework_ask_for_every_measure_that_awaits_a_return_once_a_period(tmp_path):
    framework, areas = read(PROJECT)
    made = templates(tmp_path, framework, areas, REPORT, DAY, held())
    found = []
    for path, count in made.items():
        rows = rows_of(openpyxl.load_workbook(path)[form.FIGURES])
        assert len(rows) == count
        found += [(r[form.MEASURE_ID].value, r[form.AREA].value, r[form.PERIOD].value or "") for r in rows]

    assert sorted(found) == sorted((a.measure, a.area, a.period) for a in asked(framework, areas, REPORT, DAY, held()))
    assert len(found) == len(set(found))
    assert {measure for measure, _, _ in found} == {m.id for m in return_measures(framework)}
    assert len(return_measures(framework)) == 24


def test_each_role_has_a_form_of_its_own_named_by_us(tmp_path):
    made = templates(tmp_path / "forms", FRAMEWORK, AREAS, REPORT, DAY, held())
    assert sorted(p.name for p in made) == ["return-2026-27-q2-people.xlsx", "return-2026-27-q2-to-confirm.xlsx"]
    assert sorted(p.name for p in (tmp_path / "forms").iterdir()) == sorted(p.name for p in made), "and nothing else"
    people = rows_of(openpyxl.load_workbook(tmp_path / "forms" / template_name(REPORT, "people"))[form.FIGURES])
    assert {r[form.MEASURE_ID].value for r in people} == {POSTS}


def test_the_sheets_stand_in_order_with_the_guide_first_and_the_lists_hidden(tmp_path):
    book, _ = written(tmp_path)
    assert book.sheetnames == ["How to fill this in", "Figures", "Corrections", "About", "Lists"]
    assert set(book.sheetnames) - {form.FIGURES, form.CORRECTIONS} == {form.ABOUT, form.HOW_TO, form.LISTS}
    assert [s.title for s in book if s.sheet_state != "visible"] == ["Lists"]
    assert book.active.title == "How to fill this in"
    guide = " ".join(str(c.value) for r in book["How to fill this in"].iter_rows() for c in r if c.value)
    for state in form.STATES:
        assert state in guide


def test_the_stamp_says_what_the_form_is_for(tmp_path):
    book, _ = written(tmp_path, role="people")
    stamp = {a.value: b.value for a, b in book[form.ABOUT].iter_rows(max_col=2) if b.value}
    assert stamp == {
        form.STAMP_FORM: form.VERSION,
        form.STAMP_COUNCIL: "Madeborough",
        form.STAMP_REPORT: "2026-27-q2",
        form.STAMP_ROLE: "people",
        form.STAMP_MADE: "2026-10-01",
    }


def test_the_last_figure_stands_beside_the_cell_as_a_person_reads_it(tmp_path):
    book, count = written(tmp_path, row(WAITS, "2025-26-q4", 9.0), row(WAITS, "2026-27-q1", 8.5, mark="p"))
    newest, *earlier = rows_of(book[form.FIGURES])
    assert newest[form.PERIOD].value == "2026-27-q2"
    assert newest[form.PERIOD_LABEL].value == "July to September 2026\ndue 30 October 2026"
    assert newest[form.LAST_PERIOD].value == "April to June 2026"
    assert newest[form.LAST_VALUE].value == "8.5 days, provisional"
    assert newest[form.UNIT].value == "days"
    assert newest[form.GROUP].value == "Everyone"
    assert count == 1 + len(earlier)
    assert [r[form.PERIOD].value for r in earlier] == ["2025-26-q3", "2025-26-q2"], "answered ones are not asked again"
    assert {r[form.LAST_VALUE].value for r in earlier} == {"none yet"}, "a later figure is not the last one"


def test_a_figure_that_was_not_available_is_asked_for_again_and_a_nil_return_is_not(tmp_path):
    newest = {
        r[form.PERIOD].value
        for r in rows_of(written(tmp_path, row(WAITS, REPORT.id, status="unavailable"))[0]["Figures"])
    }
    assert REPORT.id in newest
    nil = row(WAITS, REPORT.id, status="not-applicable", transform="nil return")
    assert REPORT.id not in {r[form.PERIOD].value for r in rows_of(written(tmp_path, nil)[0]["Figures"])}


def test_where_everything_is_answered_the_form_is_for_corrections_alone(tmp_path):
    periods = ["2026-27-q2", "2026-27-q1", "2025-26-q4", "2025-26-q3", "2025-26-q2"]
    book, count = written(tmp_path, *(row(WAITS, p, 9.0) for p in periods))
    assert count == 0
    assert rows_of(book[form.FIGURES]) == []
    assert len(rows_of(book[form.CORRECTIONS])) > 10


@pytest.mark.parametrize(
    ("measure", "changes", "open_cells", "grey"),
    [
        (WAITS, {}, [form.VALUE], {form.NUMERATOR: form.NOT_NEEDED, form.DENOMINATOR: form.NOT_NEEDED}),
        ("family-help-in-time", {}, [form.NUMERATOR, form.DENOMINATOR], {form.VALUE: form.WORKED_OUT}),
        (WAITS, {"disclosure": "small-counts"}, [form.NUMERATOR, form.VALUE], {form.DENOMINATOR: form.NOT_NEEDED}),
        (WAITS, {"frequency": "occasional"}, [form.PERIOD, form.VALUE], {form.NUMERATOR: form.NOT_NEEDED}),
    ],
)
def test_cells_to_fill_in_are_empty_marked_and_open_and_the_others_say_why_they_are_not(
    tmp_path, measure, changes, open_cells, grey
):
    withholding = next(r.id for r in FRAMEWORK.disclosure_rules if r.small)
    if "disclosure" in changes:
        changes = {"disclosure": withholding}
    framework = asking_for(FRAMEWORK, measure, geographies=("borough",), groups=(), owner="people", **changes)
    book, _ = written(tmp_path, framework=framework, role="people")
    figures = book[form.FIGURES]
    first = next(r for r in rows_of(figures) if r[form.MEASURE_ID].value == measure)
    assert figures.protection.sheet
    assert not figures.protection.password
    for heading in (*open_cells, form.STATUS, form.NOTE):
        cell = first[heading]
        assert cell.value is None
        assert not cell.protection.locked
        assert cell.border.left.style == cell.border.top.style == "medium"
        assert cell.fill.fgColor.rgb.endswith("FFF6D6")
        if heading != form.NOTE:
            assert len(rules_at(figures, cell)) == 1
    for heading, words in grey.items():
        assert first[heading].value == words
        assert first[heading].protection.locked
    assert first[form.MEASURE].protection.locked
    above = {h: figures.cell(1, first[h].column).value for h in (form.NUMERATOR, form.VALUE, form.STATUS)}
    assert set(above.values()) == {"FILL IN"}


def test_what_may_be_typed_is_bounded_by_the_unit_and_said_in_words(tmp_path):
    framework, areas = read(PROJECT)
    book, _ = written(tmp_path, framework=framework, areas=areas)
    figures = book[form.FIGURES]
    first = {r[form.MEASURE_ID].value: r for r in reversed(rows_of(figures))}

    (share,) = rules_at(figures, first["vacancies"][form.VALUE])
    assert (share.type, share.formula1, share.formula2) == ("decimal", "0", "100")
    assert "Write 66.4 for 66.4%" in share.prompt
    (money,) = rules_at(figures, first["budget-variance"][form.VALUE])
    assert float(money.formula1) < -1e12, "an underspend is below nought"
    (state,) = rules_at(figures, first["vacancies"][form.STATUS])
    assert state.formula1 == "Lists!$E$2:$E$6"
    assert [book["Lists"].cell(r, 5).value for r in range(2, 7)] == list(form.STATES)

    corrections = book[form.CORRECTIONS]
    (chosen,) = rules_at(corrections, rows_of(corrections)[0][form.MEASURE_ID])
    assert chosen.formula1 == "Lists!$A$2:$A$25"
    assert {book["Lists"].cell(r, 1).value for r in range(2, 26)} == {m.id for m in return_measures(framework)}
    for sheet in book:
        for rule in sheet.data_validations.dataValidation:
            # Excel calls a file with longer words than these damaged.
            assert max(len(rule.prompt or ""), len(rule.error or "")) <= 255
            assert max(len(rule.promptTitle or ""), len(rule.errorTitle or "")) <= 32


def test_periods_that_may_be_corrected_are_those_held_and_those_asked_for(tmp_path):
    book, _ = written(tmp_path, row(WAITS, "2024-25-q4", 9.0))
    periods = [c.value for c in book["Lists"]["D"] if c.value][1:]
    assert periods == ["2026-27-q2", "2026-27-q1", "2025-26-q4", "2025-26-q3", "2025-26-q2", "2024-25-q4"]


@pytest.mark.parametrize("sign", ["=", "+", "-", "@"])
def test_words_that_begin_like_a_formula_stay_words(tmp_path, sign):
    words = f'{sign}HYPERLINK("http://example.org")'
    framework = asking_for(FRAMEWORK, WAITS, title=words, definition=words + "\x07")
    book, _ = written(tmp_path, framework=framework)
    first = rows_of(book[form.FIGURES])[0]
    assert (first[form.MEASURE].value, first[form.MEASURE].data_type) == (words, "s")
    assert first[form.MEASURE].quotePrefix, "it must stay a word when someone edits the cell"
    with zipfile.ZipFile(tmp_path / "form.xlsx") as kept:
        assert not any(b"<f>" in kept.read(n) or b"<f " in kept.read(n) for n in kept.namelist() if "/sheet" in n)


def test_a_form_holds_no_macro_link_or_author_and_the_same_request_makes_the_same_bytes(tmp_path, monkeypatch):
    written(tmp_path)
    first = (tmp_path / "form.xlsx").read_bytes()
    with zipfile.ZipFile(tmp_path / "form.xlsx") as kept:
        names = kept.namelist()
        assert {i.date_time for i in kept.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        core = kept.read("docProps/core.xml").decode("utf-8")
        book = kept.read("xl/workbook.xml").decode("utf-8")
    assert not [n for n in names if "vba" in n.lower() or "externalLink" in n]
    assert set(re.findall(r"\d{4}-\d\d-\d\dT", core)) == {"1980-01-01T"}
    assert "<dc:creator>Madeborough</dc:creator>" in core
    assert set(re.findall(r'definedName name="([^"]+)"', book)) <= {
        "_xlnm.Print_Titles", "_xlnm.Print_Area", "_xlnm._FilterDatabase"
    }  # fmt: skip

    monkeypatch.setattr("zipfile.time.localtime", lambda *_: (2031, 5, 5, 5, 5, 5, 0, 0, 0))
    written(tmp_path)
    assert (tmp_path / "form.xlsx").read_bytes() == first


def test_a_form_prints_and_reads_well(tmp_path):
    framework, areas = read(PROJECT)
    book, _ = written(tmp_path, framework=framework, areas=areas)
    figures = book[form.FIGURES]
    assert figures.freeze_panes == "B3"
    assert figures.page_setup.orientation == "landscape"
    assert (figures.page_setup.fitToWidth, figures.page_setup.fitToHeight) == (1, 0)
    assert figures.sheet_properties.pageSetUpPr.fitToPage
    assert figures.print_title_rows == "$1:$2"
    for cells in rows_of(figures):
        for cell in cells.values():
            assert cell.alignment.wrap_text
            width = figures.column_dimensions[cell.column_letter].width
            needed = line_count(str(cell.value or ""), width) * 15
            assert figures.row_dimensions[cell.row].height >= needed, f"{cell.coordinate} would be cut off"
            assert max(len(word) for word in str(cell.value or "-").split()) <= width, f"{cell.coordinate}: too narrow"
    beyond = openpyxl.utils.get_column_letter(figures.max_column + 1)
    assert not figures.column_dimensions[beyond].protection.locked, "a service may write beside the form"


def test_wards_and_groups_are_named_and_coded(tmp_path):
    framework = asking_for(FRAMEWORK, WAITS, geographies=("borough", "ward"), groups=("sex",))
    rows = rows_of(written(tmp_path, framework=framework)[0][form.FIGURES])
    named = {
        (r[form.PLACE].value, r[form.AREA].value, r[form.GROUP].value)
        for r in rows
        if r[form.PERIOD].value == REPORT.id
    }
    assert ("Alderpond", "W99000011", "Sex: Female") in named
    assert ("Madeborough", "Z99000001", "Everyone") in named
    assert ("Alderpond", "W99000001", "Everyone") not in named, "the ward's old code"


def test_a_role_that_is_asked_for_nothing_gets_a_sentence(tmp_path):
    with pytest.raises(IntakeError, match=r"no measure awaits a return from 'finance': .* are to-confirm, people"):
        written(tmp_path, role="finance")
    assert list(tmp_path.iterdir()) == []


def test_a_form_that_cannot_be_written_leaves_the_old_one_as_it_was(tmp_path):
    folder = tmp_path / "form.xlsx"
    folder.mkdir()  # as a file that someone has open refuses to be replaced
    with pytest.raises(IntakeError, match="could not be written"):
        written(tmp_path)
    assert list(tmp_path.iterdir()) == [folder]


def test_a_refused_file_is_asked_for_again(tmp_path):
    book, count = written(tmp_path, role="people", receipts=[receipt("people", 3)], report=Period.parse("2026-27-q2"))
    assert count == len(rows_of(book[form.FIGURES])) == 5


def test_an_occasional_period_is_told_how_to_be_written(tmp_path):
    framework = asking_for(FRAMEWORK, WAITS, frequency="occasional")
    assert framework.measure(WAITS).frequency is Frequency.OCCASIONAL
    book, _ = written(tmp_path, framework=framework)
    cell = rows_of(book[form.FIGURES])[0][form.PERIOD]
    (rule,) = rules_at(book[form.FIGURES], cell)
    assert "2026-27-q2 (July to September 2026)" in rule.prompt
    assert cell.number_format == "@", "Excel must not make a date of 2026-03-31"
