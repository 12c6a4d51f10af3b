"""Filling in a return form as a service would, in the made-up borough."""

from datetime import UTC, date, datetime
from pathlib import Path

import openpyxl
import pandas as pd

from pmif.framework import load_framework
from pmif.geography import load_areas
from pmif.hub import STORED
from pmif.intake import form
from pmif.intake.template import template_name, write_template
from pmif.methods import METHODS
from pmif.period import Period

NOW = datetime(2026, 10, 12, 9, 30, tzinfo=UTC)
TODAY = NOW.date()
REPORT = Period.parse("2026-27-q2")


def blank_form(root: Path, role: str, folder: Path, day: date = TODAY) -> Path:
    """A form as `pmif template` writes it, before anything was returned."""
    framework, areas = load_framework(root, METHODS), load_areas(root)
    path = folder / template_name(REPORT, role)
    held = pd.DataFrame(columns=[*STORED, "batch", "known"], dtype="str")
    assert write_template(path, framework, areas, REPORT, role, day, held)
    return path


def fill(path: Path, out: Path, answers, *, corrections=(), spoil=None) -> Path:
    """Write {(measure, period): {heading: text or number}} into a form, and save it as a service would."""
    book = openpyxl.load_workbook(path)
    sheet, headings, first = _table(book[form.FIGURES])
    rows = {
        (sheet.cell(r, headings[form.MEASURE_ID]).value, sheet.cell(r, headings[form.PERIOD]).value): r
        for r in range(first, sheet.max_row + 1)
    }
    for key, cells in answers.items():
        for heading, value in cells.items():
            sheet.cell(rows[key], headings[heading]).value = value
    sheet, headings, first = _table(book[form.CORRECTIONS])
    for row, cells in enumerate(corrections, start=first):
        for heading, value in cells.items():
            sheet.cell(row, headings[heading]).value = value
    if spoil:
        spoil(book)
    book.save(out)
    return out


def cell_of(path: Path, measure: str, period: str, heading: str) -> str:
    book = openpyxl.load_workbook(path)
    sheet, headings, first = _table(book[form.FIGURES])
    row = next(
        r
        for r in range(first, sheet.max_row + 1)
        if (sheet.cell(r, headings[form.MEASURE_ID]).value, sheet.cell(r, headings[form.PERIOD]).value)
        == (measure, period)
    )
    return sheet.cell(row, headings[heading]).coordinate


def _table(sheet):
    for row in sheet.iter_rows(max_row=20):
        texts = {str(c.value).splitlines()[0].strip(): c.column for c in row if c.value}
        if form.MEASURE_ID in texts:
            return sheet, texts, row[0].row + 1
    raise AssertionError(f"no headings on {sheet.title}")
