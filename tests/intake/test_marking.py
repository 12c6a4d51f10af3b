"""A marked copy shows its sender every cell to put right, and carries nothing but cells."""

import zipfile
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from pmif.errors import IntakeError
from pmif.intake import form, marking
from pmif.intake.marking import Mark, mark_up
from pmif.intake.opening import open_workbook
from pmif.intake.workbook import Cell, Sheet, Workbook

FAULT = Mark("Figures", "C3", "'twelve' is not a number: write it in figures", oddity=False)
ODD = Mark("Figures", "D2", "64% was 12% last time: say why in a note if it is right", oddity=True)


def sheet(name: str, *rows: tuple, **given) -> Sheet:
    cells = {}
    for r, row in enumerate(rows, start=1):
        for c, value in enumerate(row, start=1):
            if value is not None:
                percent = isinstance(value, float) and value < 1
                text = (
                    f"{value * 100:g}%" if percent else f"{value:%d/%m/%Y}" if isinstance(value, date) else str(value)
                )
                cells[r, c] = Cell(r, c, value, text, percent)
    return Sheet(name, cells, **given)


FIGURES = sheet(
    "Figures",
    ("Measure", "Period", "Count", "Share"),
    ("Calls answered", date(2026, 3, 31), 12.0, 0.64),
    ("=1+1", "-2", "twelve", "@x"),
)


def book(*sheets: Sheet, name: str = "return.xlsx") -> Workbook:
    return Workbook(name, name.rpartition(".")[2], "0" * 64, 1, sheets)


def marked(folder: Path, workbook: Workbook, *marks: Mark) -> openpyxl.Workbook:
    mark_up(folder / workbook.name, workbook, marks, folder / "marked.xlsx")
    return openpyxl.load_workbook(folder / "marked.xlsx")


def test_a_marked_cell_says_what_to_put_right_in_colour_and_without_it(tmp_path):
    page = marked(tmp_path, book(FIGURES), FAULT, ODD)["Figures"]

    fault, odd, other = page["C3"], page["D2"], page["C2"]
    assert fault.comment.text == f"Fault: {FAULT.problem}"
    assert odd.comment.text == f"Please check: {ODD.problem}"
    assert (fault.fill.fgColor.rgb, odd.fill.fgColor.rgb, other.fill.fill_type) == ("00F8CBAD", "00FFF2CC", None)
    assert (fault.border.left.style, odd.border.left.style, other.border.left.style) == ("thick", "mediumDashed", None)
    assert (fault.font.bold, odd.font.bold, odd.font.italic) == (True, False, True)
    assert other.comment is None


def test_the_first_sheet_lists_every_mark_with_a_link_to_its_cell(tmp_path):
    workbook = marked(tmp_path, book(FIGURES), FAULT, ODD, Mark("Figures", "", "a heading is missing", oddity=False))

    page = workbook.worksheets[0]
    rows = [[cell.value for cell in row] for row in page.iter_rows(min_row=5)]
    assert page.title == form.TO_PUT_RIGHT
    assert page["A1"].value == "return.xlsx: 2 to put right, 1 to check"
    assert rows == [
        ["No.", "Kind", "Sheet", "Cell", "What stands there", "What to do"],
        [1, "Fault", "Figures", "C3", "twelve", FAULT.problem],
        [2, "Please check", "Figures", "D2", "64%", ODD.problem],
        [3, "Fault", "Figures", None, None, "a heading is missing"],
    ]
    assert [page.cell(row, 4).hyperlink and page.cell(row, 4).hyperlink.location for row in (6, 7, 8)] == [
        "'Figures'!C3",
        "'Figures'!D2",
        None,
    ]


def test_of_more_faults_than_are_marked_the_others_are_counted(tmp_path, monkeypatch):
    monkeypatch.setattr(marking, "MOST_MARKED", 2)
    marks = [Mark("Figures", f"{letter}3", "is wrong", oddity=False) for letter in "ABC"]

    workbook = marked(tmp_path, book(FIGURES), *marks)

    first, page = workbook.worksheets[0], workbook["Figures"]
    assert first["A1"].value == "return.xlsx: 3 to put right"
    assert first["A4"].value == "The first 2 are marked. Most will have one cause: put that right first."
    assert [first.cell(row, 4).value for row in range(6, 10)] == ["Cell", "A3", "B3", None]
    assert [bool(page[f"{letter}3"].comment) for letter in "ABC"] == [True, True, False]


def test_a_link_reaches_a_sheet_whatever_its_name(tmp_path):
    odd = "Bob's [old] figures: 2025/26, all of them together"

    workbook = marked(
        tmp_path,
        book(sheet(odd, ("a", 1.0)), sheet("Bob's  old  figures  2025 26, al", ("b", 2.0))),
        Mark(odd, "B1", "look", oddity=True),
    )

    titles = workbook.sheetnames
    assert len(titles) == len({title.casefold() for title in titles}) == 3
    assert all(len(title) <= 31 for title in titles)
    assert workbook.worksheets[0]["D6"].hyperlink.location == f"'{titles[1].replace(chr(39), chr(39) * 2)}'!B1"


def test_text_stays_text_whatever_it_begins_with(tmp_path):
    dangers = ("=1+1", "+1", "-2", "@x", "=cmd|'/c calc'!A1", "{=A1}", "\t=1")

    page = marked(tmp_path, book(sheet("Figures", dangers)), Mark("Figures", "A1", "=HYPERLINK(1)", oddity=False))[
        "Figures"
    ]

    assert [(cell.value, cell.data_type) for cell in page[1]] == [(text, "s") for text in dangers]
    assert [cell.quotePrefix for cell in page[1]] == [True] * 5 + [False] * 2
    with zipfile.ZipFile(tmp_path / "marked.xlsx") as archive:
        parts = b"".join(archive.read(name) for name in archive.namelist() if "worksheets/sheet" in name)
    assert b"=HYPERLINK(1)" in parts
    assert b"<f>" not in parts


def test_a_marked_copy_opened_again_has_the_figures_and_none_of_our_words(tmp_path):
    figures = sheet(
        "Figures",
        ("Measure", "Share"),
        ("Calls", 0.123),
        ("Made", date(2026, 3, 31)),
    )
    marks = [Mark("Figures", "B2", "odd", oddity=True), Mark("Figures", "C9", "a figure is missing", oddity=False)]
    marked(tmp_path, book(figures), *marks)

    again = open_workbook(tmp_path / "marked.xlsx")

    first, copy = again.sheets
    assert first.name == form.TO_PUT_RIGHT
    assert copy.cells == figures.cells
    assert again.notes == ()


def test_a_marked_copy_marked_again_has_one_list(tmp_path):
    marked(tmp_path, book(FIGURES), FAULT)
    again = open_workbook(tmp_path / "marked.xlsx")

    mark_up(tmp_path / "marked.xlsx", again, [ODD], tmp_path / "again.xlsx")

    workbook = openpyxl.load_workbook(tmp_path / "again.xlsx")
    assert workbook.sheetnames == [form.TO_PUT_RIGHT, "Figures"]
    assert workbook["Figures"]["C3"].comment is None


def test_what_was_hidden_or_merged_stays_so_unless_it_is_marked(tmp_path):
    rows = [("a", "b", "c")] * 4
    figures = sheet(
        "Figures", *rows, hidden_rows=frozenset({2, 3}), hidden_columns=frozenset({1, 2}), merged=((4, 1, 4, 2),)
    )
    workings = sheet("Workings", ("x",), hidden=True)

    workbook = marked(
        tmp_path,
        book(figures, workings),
        Mark("Figures", "B3", "look", oddity=True),
        Mark("Figures", "B4", "too", oddity=True),
    )

    page = workbook["Figures"]
    assert [page.row_dimensions[row].hidden for row in (1, 2, 3)] == [False, True, False]
    assert not page.column_dimensions["B"].hidden
    assert str(page.merged_cells) == "A4:B4"
    assert page["A4"].comment.text == "Please check: too"
    assert workbook["Workings"].sheet_state == "hidden"


def test_a_fault_and_an_oddity_of_one_cell_stand_together_with_the_senders_comment(tmp_path):
    cells = {(1, 1): Cell(1, 1, 5.0, "5", comment="counted twice")}
    marks = [Mark("Figures", "A1", "is odd", oddity=True), Mark("Figures", "A1", "is wrong", oddity=False)]

    page = marked(tmp_path, book(Sheet("Figures", cells)), *marks)["Figures"]

    assert page["A1"].comment.text == "Fault: is wrong\n\nPlease check: is odd\n\nYour comment: counted twice"
    assert page["A1"].fill.fgColor.rgb == "00F8CBAD"


def test_a_table_of_text_is_marked_as_a_workbook(tmp_path):
    path = tmp_path / "return.csv"
    path.write_bytes(b"measure,count\ncalls,tw\x0belve\n")

    workbook = marked(tmp_path, open_workbook(path), Mark("", "B2", "not a number", oddity=False))

    page = workbook["return"]
    assert page["B2"].value == "tw�elve"
    assert page["B2"].comment.text == "Fault: not a number"
    assert workbook.worksheets[0]["D6"].hyperlink.location == "'return'!B2"


def test_columns_are_wide_enough_and_headings_stay_in_sight(tmp_path):
    page = marked(tmp_path, book(FIGURES), FAULT)["Figures"]

    assert page.column_dimensions["A"].width >= len("Calls answered")
    assert page.freeze_panes == "A2"
    assert page["A1"].font.bold
    assert page["D2"].number_format == "0%"
    assert page["B2"].value.date() == date(2026, 3, 31)


def test_rows_are_as_high_as_their_words_and_sheets_print_on_one_page_across(tmp_path):
    long = "Posts that nobody holds on the last day of the quarter, of all that there are. " * 2
    figures = sheet("Figures", ("Measure", "Count"), (long, 1.0), ("short", 2.0), ("two\nlines", 3.0))

    pages = marked(tmp_path, book(figures), FAULT).worksheets

    heights = [pages[1].row_dimensions[row].height for row in (2, 3, 4)]
    assert heights == [15 * 3 + 6, None, 15 * 2 + 6]
    assert [(page.sheet_properties.pageSetUpPr.fitToPage, page.page_setup.fitToHeight) for page in pages] == [
        (True, 0)
    ] * 2


def test_what_may_be_right_is_explained_only_where_there_is_any(tmp_path):
    said = [
        marked(tmp_path, book(FIGURES), *marks).worksheets[0]["A2"].value for marks in ([FAULT], [ODD], [FAULT, ODD])
    ]
    assert ["must be put right" in text for text in said] == [True, False, True]
    assert ["may be correct" in text for text in said] == [False, True, True]


def test_the_senders_own_file_is_never_written_over(tmp_path):
    path = tmp_path / "return.xlsx"
    path.write_bytes(b"theirs")

    with pytest.raises(IntakeError, match="which is never changed"):
        mark_up(path, book(FIGURES), [FAULT], path)
    with pytest.raises(IntakeError, match=r"is a \.xlsx file"):
        mark_up(path, book(FIGURES), [FAULT], tmp_path / "marked.csv")

    assert path.read_bytes() == b"theirs"


def test_a_copy_that_cannot_be_written_leaves_nothing_behind(tmp_path, monkeypatch):
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "replace", refuse)

    with pytest.raises(IntakeError, match="close it in Excel"):
        mark_up(tmp_path / "return.xlsx", book(FIGURES), [FAULT], tmp_path / "marked.xlsx")

    assert list(tmp_path.iterdir()) == []
