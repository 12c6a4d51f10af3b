"""Whatever a file is, opening it gives its cells as a person sees them, or sentences that say what to do."""

import hashlib
import io
import os
import re
import sys
import zipfile
from datetime import date, datetime, time, timedelta
from pathlib import Path
from xml.sax.saxutils import escape

import openpyxl
import psutil
import pytest
import python_calamine
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from openpyxl.comments import Comment

import pmif.intake.reader
from pmif.errors import IntakeError
from pmif.intake.opening import Limits, open_workbook
from pmif.intake.reader import plain
from pmif.intake.workbook import Cell, Workbook
from tests.intake.broken_files import KINDS, broken_files, ods, packed, parts_of, relations, sound_xlsx, xlsx

ROUNDS = 15 if os.environ.get("PMIF_SOAK") == "1" else 1  # of every kind of broken file
SHARES = 4  # that they are tested in, side by side where there are workers
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def opened(folder: Path, name: str, content: bytes | str, limits: Limits | None = None) -> Workbook:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return open_workbook(path, limits) if limits else open_workbook(path)


def refusal(folder: Path, name: str, content: bytes | str, limits: Limits | None = None) -> str:
    with pytest.raises(IntakeError) as refused:
        opened(folder, name, content, limits)
    assert refused.value.faults
    return str(refused.value)


def saved(book: openpyxl.Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def row(*cells: str) -> str:
    return f'<sheetData><row r="1">{"".join(cells)}</row></sheetData>'


def texts(workbook: Workbook) -> dict[str, str]:
    (sheet,) = workbook.sheets
    return {cell.at: cell.text for cell in sheet.cells.values()}


def only(workbook: Workbook) -> Cell:
    (sheet,) = workbook.sheets
    (cell,) = sheet.cells.values()
    return cell


# What a workbook holds


SHOWN = [
    (12, None, 12.0, "12"),
    (12.5, None, 12.5, "12.5"),
    (0.07 * 3, None, 0.21, "0.21"),  # openpyxl writes sixteen digits
    (100_000, None, 100_000.0, "100000"),
    (1e21, None, 1e21, "1000000000000000000000"),
    (1.5e-7, None, 1.5e-7, "0.00000015"),
    (-0.0, None, 0.0, "0"),
    (0.123, "0%", 0.123, "12.3%"),
    (0.5, "0.00%;[Red]-0.00%", 0.5, "50%"),
    (1234.5, "#,##0.00", 1234.5, "1234.5"),
    (12, '0"%"', 12.0, "12"),
    (True, None, True, "TRUE"),
    ("Low Fell", None, "Low Fell", "Low Fell"),
    (date(2026, 3, 31), "d mmm yyyy", date(2026, 3, 31), "31/03/2026"),
    (datetime(2026, 3, 31, 14, 30), None, datetime(2026, 3, 31, 14, 30), "31/03/2026 14:30"),
    (time(0, 2, 30), None, time(0, 2, 30), "00:02:30"),
    (timedelta(hours=26, minutes=30), "[h]:mm:ss", "26:30:00", "26:30:00"),
    (-5, "dd/mm/yyyy", "#####", "#####"),
    ("#REF!", None, "#REF!", "#REF!"),
]


@pytest.mark.parametrize(("column", "case"), enumerate(SHOWN, start=1))
def test_a_cell_is_shown_as_a_person_sees_it(one_book: Workbook, column: int, case: tuple):
    _, _, value, text = case

    cell = one_book.sheets[0].cells[1, column]

    assert (cell.value, type(cell.value), cell.text) == (value, type(value), text)
    assert cell.percent is text.endswith("%")


@pytest.fixture(scope="module")
def one_book(tmp_path_factory) -> Workbook:
    book = openpyxl.Workbook()
    for column, (value, form, _, _) in enumerate(SHOWN, start=1):
        cell = book.active.cell(1, column, value)
        if form:
            cell.number_format = form
    return opened(tmp_path_factory.mktemp("book"), "book.xlsx", saved(book))


def test_a_formula_gives_the_result_that_was_kept_and_says_so(tmp_path):
    body = row(
        '<c r="A1"><f>B1*2</f><v>24</v></c>',
        '<c r="B1"><f>SUM(C1:C9)</f></c>',
        '<c r="C1" t="str"><f>""</f><v></v></c>',
        '<c r="D1" t="str"><f>_xlfn.CONCAT("a")</f><v>a</v></c>',
        '<c r="E1"><f t="shared" ref="E1:F1" si="0">A1+1</f><v>25</v></c>',
        '<c r="F1"><f t="shared" si="0"/><v>26</v></c>',
        '<c r="G1" t="e"><f>1/0</f><v>#DIV/0!</v></c>',
    )

    (sheet,) = opened(tmp_path, "book.xlsx", xlsx(body)).sheets

    assert {cell.at: (cell.value, cell.text, cell.formula) for cell in sheet.cells.values()} == {
        "A1": (24.0, "24", "=B1*2"),
        "B1": (None, "", "=SUM(C1:C9)"),
        "C1": ("", "", '=""'),
        "D1": ("a", "a", '=CONCAT("a")'),
        "E1": (25.0, "25", "=A1+1"),
        "F1": (26.0, "26", "=B1+1"),
        "G1": ("#DIV/0!", "#DIV/0!", "=1/0"),
    }


def test_what_is_hidden_merged_and_commented_is_told(tmp_path):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Figures"
    for number in range(1, 6):
        sheet.append([number] * 5)
    sheet.row_dimensions[2].hidden = sheet.row_dimensions[3].hidden = True
    sheet.column_dimensions["B"].hidden = True
    sheet.merge_cells("D1:E2")
    sheet["A1"].comment = Comment("counted by hand", "someone")
    sheet["G9"].comment = Comment("will follow in May", "someone")
    book.create_sheet("Workings").sheet_state = "veryHidden"

    workbook = opened(tmp_path, "book.xlsx", saved(book))

    figures, workings = workbook.sheets
    assert (figures.hidden, workings.hidden) == (False, True)
    assert figures.hidden_rows == {2, 3}
    assert figures.hidden_columns == {2}
    assert figures.merged == ((1, 4, 2, 5),)
    assert figures.cells[1, 1].comment == "counted by hand"
    assert (9, 7) not in figures.cells
    assert "sheet 'Figures', cell G9 is blank, and has a comment: 'will follow in May'" in workbook.notes


def test_what_lies_under_a_merged_cell_is_left_out_and_said(tmp_path):
    body = row('<c r="A1"><v>1</v></c>', '<c r="B1"><v>2</v></c>') + '<mergeCells><mergeCell ref="A1:B1"/></mergeCells>'

    workbook = opened(tmp_path, "book.xlsx", xlsx(body))

    assert texts(workbook) == {"A1": "1"}
    assert workbook.notes == ("sheet 'Figures', cell B1 lies under a merged cell and was left out",)


def test_texts_are_read_without_fonts_pronunciation_or_escapes(tmp_path):
    strings = (
        f'<sst xmlns="{MAIN}"><si><r><rPr><b/></rPr><t>Low </t></r><r><t>Fell</t></r><rPh sb="0" eb="1"><t>loh</t></rPh></si>'
        "<si><t>two_x000D_\nlines_x0000_</t></si></sst>"
    )
    parts = parts_of(
        xlsx(
            row(
                '<c r="A1" t="s"><v>0</v></c>',
                '<c r="B1" t="s"><v>1</v></c>',
                '<c r="C1" t="inlineStr"><is><t> </t></is></c>',
            )
        )
    )
    rels = relations(("worksheet", "worksheets/sheet1.xml"), ("sharedStrings", "sharedStrings.xml"))

    workbook = opened(
        tmp_path,
        "book.xlsx",
        packed({**parts, "xl/sharedStrings.xml": strings.encode(), "xl/_rels/workbook.xml.rels": rels.encode()}),
    )

    assert texts(workbook) == {"A1": "Low Fell", "B1": "two\nlines_x0000_"}


def test_days_are_counted_from_1904_where_the_workbook_says_so(tmp_path):
    book = openpyxl.Workbook()
    book.epoch = openpyxl.utils.datetime.MAC_EPOCH
    book.active["A1"] = date(2026, 3, 31)

    assert only(opened(tmp_path, "book.xlsx", saved(book))).value == date(2026, 3, 31)


def test_a_workbook_in_the_strict_form_is_read_like_any_other(tmp_path):
    strict = {
        name: part.replace(MAIN.encode(), b"http://purl.oclc.org/ooxml/spreadsheetml/main")
        for name, part in parts_of(sound_xlsx()).items()
    }

    loose = opened(tmp_path, "loose.xlsx", sound_xlsx())

    assert opened(tmp_path, "strict.xlsx", packed(strict)).sheets == loose.sheets
    assert len(loose.sheets[0].cells) == 195


def test_the_file_is_described_and_left_as_it_was(tmp_path):
    workbook = opened(tmp_path, "return.xlsx", sound_xlsx())

    content = (tmp_path / "return.xlsx").read_bytes()
    assert content == sound_xlsx()
    assert (workbook.name, workbook.format, workbook.size) == ("return.xlsx", "xlsx", len(content))
    assert workbook.sha256 == hashlib.sha256(content).hexdigest()
    assert [sheet.name for sheet in workbook.sheets] == ["Figures", "Notes"]
    assert workbook.notes == ()


def test_links_to_other_files_are_not_followed_and_said(tmp_path):
    parts = parts_of(xlsx(row('<c r="A1"><f>[1]Sheet1!A1</f><v>12</v></c>')))

    workbook = opened(
        tmp_path, "book.xlsx", packed({**parts, "xl/externalLinks/externalLink1.xml": b"<externalLink/>"})
    )

    assert only(workbook).text == "12"
    assert workbook.notes == ("links to other workbooks were not followed: the results kept in this file were read",)


LETTERS = st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cn", "Z"))
VALUES = st.one_of(
    st.integers(-(10**15), 10**15).map(float),
    st.floats(allow_nan=False, allow_infinity=False),
    st.booleans(),
    st.text(LETTERS, min_size=1, max_size=20).filter(lambda text: "_x" not in text),
)


def written(name: str, value: float | bool | str) -> str:
    if isinstance(value, str):
        return f'<c r="{name}" t="inlineStr"><is><t>{escape(value)}</t></is></c>'
    return (
        f'<c r="{name}" t="b"><v>{value:d}</v></c>'
        if isinstance(value, bool)
        else f'<c r="{name}"><v>{value!r}</v></c>'
    )


# Without shrinking: each try starts a process, and a few hundred values at once are few enough to look through.
@settings(max_examples=8, deadline=None, derandomize=True, phases=[Phase.generate])
@given(column=st.lists(VALUES, min_size=200, max_size=300))
def test_any_figures_come_back_as_they_are_in_the_file_and_as_another_reader_has_them(tmp_path_factory, column):
    folder = tmp_path_factory.mktemp("any")
    rows = "".join(f'<row r="{n}">{written(f"A{n}", value)}</row>' for n, value in enumerate(column, start=1))

    (sheet,) = opened(folder, "book.xlsx", xlsx(f"<sheetData>{rows}</sheetData>")).sheets

    mine = [cell.value for cell in sheet.cells.values()]
    assert mine == column
    assert list(map(type, mine)) == list(map(type, column))
    other = python_calamine.CalamineWorkbook.from_path(str(folder / "book.xlsx")).get_sheet_by_index(0)
    assert [[value] for value in mine] == other.to_python(skip_empty_area=False)


@given(st.floats(-1e300, 1e300))
def test_a_number_is_shown_plainly_and_to_fifteen_digits(value):
    text = plain.number(value)

    assert re.fullmatch(r"-?(0|[1-9][0-9]*)(\.[0-9]*[1-9])?", text)
    assert float(text) == pytest.approx(value, rel=1e-14, abs=0)


# OpenDocument


def test_an_opendocument_sheet_is_read_as_a_person_sees_it(tmp_path):
    before = '<style:style style:name="ta9" style:family="table"><style:table-properties table:display="false"/></style:style>'
    table = (
        '<table:table-column/><table:table-column table:visibility="collapse" table:number-columns-repeated="2"/>'
        "<table:table-row>"
        '<table:table-cell office:value-type="percentage" office:value="0.123"><text:p>12 %</text:p></table:table-cell>'
        '<table:table-cell office:value-type="date" office:date-value="2026-03-31"/>'
        '<table:table-cell office:value-type="float" office:value="7" table:number-columns-repeated="2" table:formula="of:=SUM([.A1])"/>'
        '<table:table-cell office:value-type="string"><office:annotation><text:p>a remark</text:p></office:annotation>'
        '<text:p>Low<text:s text:c="2"/><text:span>Fell</text:span></text:p><text:p>West</text:p></table:table-cell>'
        '<table:table-cell office:value-type="string" office:string-value="" calcext:value-type="error"><text:p>#REF!</text:p></table:table-cell>'
        '<table:table-cell office:value-type="time" office:time-value="PT26H30M00S"/>'
        '<table:table-cell office:value-type="boolean" office:boolean-value="true"/>'
        '<table:table-cell table:number-columns-spanned="2" table:number-rows-spanned="1" office:value-type="currency" office:value="12.50"/>'
        '<table:covered-table-cell office:value-type="float" office:value="99"/>'
        "</table:table-row>"
        '<table:table-row table:number-rows-repeated="3"><table:table-cell/></table:table-row>'
        '<table:table-row table:visibility="filter" table:number-rows-repeated="2"><table:table-cell office:value-type="float" office:value="5"/></table:table-row>'
        '<table:table-row table:visibility="collapse" table:number-rows-repeated="1048570"><table:table-cell table:number-columns-repeated="16384"/></table:table-row>'
        '</table:table><table:table table:name="Workings" table:style-name="ta9">'
    )

    workbook = opened(tmp_path, "book.ods", ods(table, before))

    figures, workings = workbook.sheets
    assert {cell.at: (cell.value, cell.text) for cell in figures.cells.values()} == {
        "A1": (0.123, "12.3%"),
        "B1": (date(2026, 3, 31), "31/03/2026"),
        "C1": (7.0, "7"),
        "D1": (7.0, "7"),
        "E1": ("Low  Fell\nWest", "Low  Fell\nWest"),
        "F1": ("#REF!", "#REF!"),
        "G1": ("26:30:00", "26:30:00"),
        "H1": (True, "TRUE"),
        "I1": (12.5, "12.5"),
        "A5": (5.0, "5"),
        "A6": (5.0, "5"),
    }
    assert figures.cells[1, 1].percent
    assert figures.cells[1, 3].formula == "=SUM([.A1])"
    assert figures.cells[1, 5].comment == "a remark"
    assert (figures.hidden_rows, figures.hidden_columns) == ({5, 6}, {2, 3})
    assert figures.merged == ((1, 9, 1, 10),)
    assert (figures.hidden, workings.hidden) == (False, True)
    assert workbook.format == "ods"


@pytest.mark.parametrize(("rows", "columns"), [("1048576", "16384"), ("2000000", "1"), ("1", "99999999999999999999")])
def test_figures_repeated_without_end_are_refused_before_they_are_made(tmp_path, rows, columns):
    cell = f'<table:table-cell office:value-type="float" office:value="7" table:number-columns-repeated="{columns}"/>'

    said = refusal(
        tmp_path, "bomb.ods", ods(f'<table:table-row table:number-rows-repeated="{rows}">{cell}</table:table-row>')
    )

    assert "more than 2,000,000 cells" in said or "beyond the last row or column" in said


# Tables of text


@pytest.mark.parametrize(
    ("content", "cells", "note"),
    [
        ("a,b\n1,2\n".encode("utf-8-sig"), {"A1": "a", "B1": "b", "A2": "1", "B2": "2"}, ""),
        (b"a;b\r\n12,3;4,5\r\n", {"A1": "a", "B1": "b", "A2": "12,3", "B2": "4,5"}, "semicolons"),
        (b"a\tb\n1\t2,5\n", {"A1": "a", "B1": "b", "A2": "1", "B2": "2,5"}, "tabs"),
        (b"sep=;\na;b,c\n", {"A2": "a", "B2": "b,c"}, "semicolons"),
        ("£;é\n1;2\n".encode("utf-16"), {"A1": "£", "B1": "é", "A2": "1", "B2": "2"}, "semicolons"),
        ("£1,é\n".encode("cp1252"), {"A1": "£1", "B1": "é"}, "Windows-1252"),
        (b'"Felling, upper","say ""one"""\n', {"A1": "Felling, upper", "B1": 'say "one"'}, ""),
        (b'a,"two\nlines"\n\n1,2\n', {"A1": "a", "B1": "two\nlines", "A3": "1", "B3": "2"}, ""),
        (b'a,b\n"1,234",5\n', {"A1": "a", "B1": "b", "A2": "1,234", "B2": "5"}, ""),
        (b"Crimes, by ward\nward,count\nFelling,12\nDeckham,9\n", {"A1": "Crimes", "B1": " by ward", "A2": "ward", "B2": "count", "A3": "Felling", "B3": "12", "A4": "Deckham", "B4": "9"}, ""),
        (b"a,b\n1\n1,2,x\n1,2\n", {"A1": "a", "B1": "b", "A2": "1", "A3": "1", "B3": "2", "C3": "x", "A4": "1", "B4": "2"}, "row 3 has 3 cells"),
        (b"=1+1,@x\n", {"A1": "=1+1", "B1": "@x"}, ""),
    ],
)  # fmt: skip
def test_a_table_of_text_is_read_as_it_is_written(tmp_path, content, cells, note):
    workbook = opened(tmp_path, "table.csv", content)

    assert texts(workbook) == cells
    assert all(cell.value == cell.text for cell in workbook.sheets[0].cells.values())
    assert (note in " ".join(workbook.notes)) if note else workbook.notes == ()


@pytest.mark.parametrize(
    ("content", "place", "problem"),
    [
        (b"ward,all,part\nFelling,1,234,5\nBirtley,9,1,234\nDeckham,7,6\n", "cell B2", "1,234 looks like one number"),
        (b"Felling,1,2\nBirtley,1,234,5\n", "cell B2", "1,234 looks like one number"),
        (b"a,b\n1,2\n3,\x004\n", "line 3", "byte of value 0"),
        ("é,1\n".encode() + "é,2\n".encode("cp1252"), "line 2", "partly in UTF-8"),
        (b"a,b\n\x81,2\n", "line 2", "0x81 is no letter"),
        (b'a,b\n"x,1\ny,2\n', "lines 2 to 3", "quotation mark is not closed"),
        (b'a,b\n"x"y,1\n', "line 2", "quotation mark"),
        (b"1" * 40_000, "line 1", "32,767 characters"),
        (b"\xff\xfea\x00,", "line 1", "begins as UTF-16"),
        (b"<!doctype html><p>Please sign in", "table.csv", "looks like a web page"),
    ],
)
def test_a_table_of_text_with_two_readings_is_refused_with_the_place(tmp_path, content, place, problem):
    said = refusal(tmp_path, "table.csv", content)

    assert place in said
    assert problem in said


# Files that cannot be read


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("book.xlsm", b"x", "may hold macros"),
        ("book.xls", b"x", "old kind: open it in Excel, save it as an Excel workbook (.xlsx)"),
        ("book.pdf", b"x", "files named .pdf are not read"),
        ("book", b"x", "files without an extension are not read"),
        ("book.xlsx", b"", "it is empty"),
        ("~$book.xlsx", b"x", "sign that the workbook is open"),
        ("book.xlsx", b"a,b\n1,2\n", "looks like plain text: if it is a table with commas, name it .csv"),
        ("book.xlsx", b"<html>", "looks like a web page"),
        ("book.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(99), "looks like an Excel workbook of the old kind"),
        ("book.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "looks like a workbook with a password"),
        ("book.ods", sound_xlsx(), "looks like an Excel workbook (.xlsx): name it .xlsx"),
        ("book.csv", sound_xlsx(), "looks like an Excel workbook (.xlsx): name it .xlsx"),
        ("book.xlsx", ods(), "looks like an OpenDocument spreadsheet (.ods): name it .ods"),
        ("book.xlsx", packed({"word/document.xml": b"<x/>"}), "looks like a Word document"),
        ("book.xlsx", packed({**parts_of(sound_xlsx()), "xl/vbaProject.bin": b"x"}), "holds macros, which are never run here: save it as"),
        ("book.xlsx", sound_xlsx()[:-300], "the file is damaged"),
        ("book.xlsx", xlsx(row('<c r="A1" t="s"><v>5</v></c>')), "sheet 'Figures', cell A1: it holds text number 5"),
        ("book.xlsx", xlsx(row('<c r="A1"><v>NaN</v></c>')), "cell A1: it is said to hold a number, and holds 'NaN'"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_read_is_refused_with_what_to_do(tmp_path, name, content, problem):
    said = refusal(tmp_path, name, content)

    assert problem in said
    assert name in said


def test_a_missing_file_and_a_folder_are_refused(tmp_path):
    with pytest.raises(IntakeError, match="there is no such file"):
        open_workbook(tmp_path / "none.xlsx")
    with pytest.raises(IntakeError, match="this is a folder"):
        open_workbook(tmp_path)


def test_a_file_that_may_not_be_read_is_refused(tmp_path, monkeypatch):
    (tmp_path / "book.csv").write_bytes(b"a")

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)

    with pytest.raises(IntakeError, match="close it in other programs"):
        open_workbook(tmp_path / "book.csv")


def test_all_faulty_cells_are_told_at_once(tmp_path):
    body = row(*(f'<c r="{letter}1"><v>twelve</v></c>' for letter in "ABC"))

    said = refusal(tmp_path, "book.xlsx", xlsx(body))

    assert "3 to put right" in said
    assert all(f"cell {letter}1" in said for letter in "ABC")


def test_what_a_file_says_cannot_move_the_cursor_or_hide_a_word(tmp_path):
    book = xlsx(
        others={
            "xl/workbook.xml": f'<workbook xmlns="{MAIN}"><sheets><sheet name="a&#x85;&#x202e;b"/></sheets></workbook>'
        }
    )

    said = refusal(tmp_path, "book.xlsx", book)

    assert all(letter.isprintable() for letter in said.replace("\n", ""))


# Limits


READER = str(Path(pmif.intake.reader.__file__).parent)


def left_running() -> list[list[str]]:
    """The processes that read a workbook and have not ended; a browser of other tests may be running as well."""
    found = []
    for process in psutil.Process().children(recursive=True):
        try:
            command = process.cmdline()
        except psutil.Error:  # it ended meanwhile
            continue
        if READER in command:
            found.append(command)
    return found


def test_a_reader_that_was_left_running_would_be_seen():
    with psutil.Popen([sys.executable, "-c", "import time; time.sleep(60)", READER]) as process:
        assert [command[-1] for command in left_running()] == [READER]
        process.kill()
    assert left_running() == []


@pytest.mark.parametrize(
    ("limits", "problem"),
    [
        (Limits(size=100), "MB are allowed"),
        (Limits(entries=3), "parts, where 3 are allowed"),
        (Limits(unpacked=1_000), "unpacks to more than"),
        (Limits(cells=100), "more than 100 cells in use"),
        (Limits(text=100), "more than 100 characters"),
        (Limits(sheets=1), "more than 1 sheets"),
        (Limits(seconds=0.001), "it took more than 0.001 seconds"),
        (Limits(memory=1_000_000), "it took more than 1 MB of memory"),
    ],
)
def test_a_file_beyond_a_limit_is_refused_and_nothing_is_left_running(tmp_path, limits, problem):
    assert problem in refusal(tmp_path, "book.xlsx", sound_xlsx(), limits)
    assert left_running() == []


def test_a_size_that_lies_is_not_believed(tmp_path):
    content = bytearray(packed({**parts_of(sound_xlsx()), "xl/zeros.bin": bytes(3_000_000)}))
    at = content.index(b"xl/zeros.bin", content.index(b"PK\x01\x02"))
    content[at - 22 : at - 18] = (100).to_bytes(4, "little")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.getinfo("xl/zeros.bin").file_size == 100

    assert "unpacks to more than 1 MB" in refusal(tmp_path, "book.xlsx", bytes(content), Limits(unpacked=1_000_000))
    assert "said to be 100 bytes is 3,000,000" in refusal(tmp_path, "book.xlsx", bytes(content))


# The worst day


@pytest.mark.soak
@pytest.mark.parametrize("share", range(SHARES))
def test_a_broken_file_gives_cells_or_a_sentence(tmp_path, share):
    """Seeded, so that a failure comes again: each kind in one form in `make test`, and in fifteen in `make soak`."""
    sound = opened(tmp_path, "sound.xlsx", sound_xlsx()).sheets
    files = list(broken_files(seed=20_261_124, count=ROUNDS * len(KINDS)))[share::SHARES]
    assert len(files) >= ROUNDS * len(KINDS) // SHARES
    for kind, name, content in files:
        try:
            workbook = opened(tmp_path, name, content)
        except IntakeError as refused:
            assert refused.faults, kind
            for fault in refused.faults:
                assert fault.place.startswith(name), kind
                assert len(fault.problem) > 15, kind
            assert "Traceback" not in str(refused), kind
            assert "could not be read (" not in str(refused), f"nobody thought of {kind}"
        else:
            # A zip that was changed does not agree with its checksums: the figures are the sender's, or there are none.
            assert kind != "bytes flipped" or workbook.sheets == sound
        assert left_running() == [], kind
