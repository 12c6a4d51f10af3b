"""Workbooks as they were read, made by hand: a test says only what is in the cells."""

from dataclasses import replace
from datetime import date

from pmif.intake.workbook import Cell, Sheet, Workbook


def cell(value, row=1, column=1, **more):
    text = (
        f"{value:%d/%m/%Y}" if isinstance(value, date) else f"{value:.15g}" if isinstance(value, float) else str(value)
    )
    return replace(Cell(row, column, value, text), **more)


def sheet(name, *rows, **more):
    """A sheet from its rows: None is a blank cell, a Cell is taken with what it says, anything else is its value."""
    cells = {}
    for r, values in enumerate(rows, start=1):
        for c, value in enumerate(values, start=1):
            if value is not None:
                one = replace(value, row=r, column=c) if isinstance(value, Cell) else cell(value, r, c)
                cells[r, c] = one
    return Sheet(name, cells, **more)


def workbook(*sheets, name="sent.xlsx", notes=()):
    return Workbook(name, name.rsplit(".")[-1], "0" * 64, 1000, sheets, notes)
