"""A returned file becomes observations: our own form, or an older workbook by its declared layout.

The columns are found by their headings, never by position. A row left as it was is not returned, which is
neither a fault nor a figure. All that is wrong is said at once, each with its cell.
"""

from dataclasses import dataclass
from datetime import date

import pandas as pd

from pmif.errors import PeriodError
from pmif.framework import Framework
from pmif.geography import Areas
from pmif.hub import Interpretation, Note
from pmif.hub.columns import STORED
from pmif.intake import form
from pmif.intake.cells import folded
from pmif.intake.figure_line import Lines
from pmif.intake.form_lines import form_lines
from pmif.intake.layout_lines import layout_lines
from pmif.intake.layouts import NUMBERS, Layout
from pmif.intake.line import CellFault
from pmif.intake.workbook import Cell, Workbook
from pmif.period import REPORT_KINDS, Period

__all__ = ["Beside", "CellFault", "ReturnRead", "read_return"]


@dataclass(frozen=True)
class Beside:
    """What a file says beside a figure, in which may be why an earlier one was wrong."""

    heading: str  # of the column of notes; blank where there is none
    note: str
    reason: str  # of a row on the sheet Corrections


@dataclass(frozen=True)
class ReturnRead:
    """What came of a returned file: `rows` is text, in the hub's columns, and whole only where nothing is at fault."""

    rows: pd.DataFrame
    beside: tuple[Beside, ...]  # for each row
    interpretations: tuple[Interpretation, ...]
    notes: tuple[Note, ...]
    faults: tuple[CellFault, ...]
    report: str  # the report period it was asked for
    role: str  # who brought it
    layout: str  # "form 1", or the id of a layout
    nil: int = 0  # figures answered with a nil return
    not_returned: int = 0  # figures that were asked for, and left as they were


def read_return(
    workbook: Workbook,
    layout: Layout | None,
    framework: Framework,
    areas: Areas,
    *,
    received: date,
    file: str,
    role: str = "",
) -> ReturnRead:
    """Read a returned file by a layout, or as our own form where there is none.

    `received` is the day from which its figures are known; `file` is our name for the file. `role` is who brought
    it: needed where neither the form's stamp nor the layout says so.
    """
    sender = _stamp(workbook, framework, role) if layout is None else _declared(layout, framework, role)
    lines = Lines(
        framework,
        areas,
        role=sender.role,
        report=sender.report,
        received=received,
        file=file,
        layout=layout,
    )
    lines.faults += sender.faults
    for note in workbook.notes:
        lines.say("", "", workbook.format, note)
    beside: list[Beside] = []
    not_returned = 0
    for line in form_lines(workbook, lines) if layout is None else layout_lines(workbook, layout, lines):
        if line.answered:
            lines.take(line)
            if len(lines.rows) > len(beside):  # it was understood
                beside.append(Beside(line.heads.get("note", ""), line.text("note"), line.text("reason")))
        elif line.correction and line.cells:
            problem = "the correction has no figure: write the right one, or clear the row"
            lines.fault(line.sheet.name, line.at(*NUMBERS, "status"), problem)
        elif line.text("measure") or line.fixed.get("measure"):
            not_returned += 1
            if line.text("note"):
                lines.notes.append(
                    Note(measure=line.text("measure"), period=line.text("period"), text=line.text("note"))
                )
    return ReturnRead(
        rows=pd.DataFrame(lines.rows, columns=STORED, dtype="str"),
        beside=tuple(beside),
        interpretations=lines.interpretations,
        notes=tuple(lines.notes),
        faults=tuple(lines.faults),
        report=sender.report.id if sender.report else "",
        role=sender.role,
        layout=layout.id if layout is not None else f"form {form.VERSION}",
        nil=lines.nil,
        not_returned=not_returned,
    )


# --- who sent it, for which report --------------------------------------------------------------------


@dataclass(frozen=True)
class _Sender:
    role: str
    report: Period | None
    faults: tuple[CellFault, ...]


def _stamp(workbook: Workbook, framework: Framework, role: str) -> _Sender:
    """The lines of the sheet About, by which the form says what it is."""
    sheet = next(
        (s for s in workbook.sheets for c in s.cells.values() if c.column == 1 and _is(c, form.STAMP_FORM)), None
    )
    if sheet is None:
        problem = f"is no return form of ours: no sheet has the line '{form.STAMP_FORM}' in column A"
        return _Sender(role, None, (CellFault("", "", problem),))
    stamped: dict[str, tuple[str, str]] = {}
    for row, column in sorted(sheet.cells):
        beside = sheet.cell(row, 2)
        if column == 1 and beside is not None:
            stamped.setdefault(folded(sheet.cells[row, column].text), (" ".join(beside.text.split()), beside.at))
    faults = []

    def says(label: str) -> tuple[str, str]:
        text, cell = stamped.get(folded(label), ("", ""))
        if not text:
            faults.append(CellFault(sheet.name, cell, f"the line '{label}' is missing: send the figures in a new form"))
        return text, cell

    version, cell = says(form.STAMP_FORM)
    if version and version not in (form.VERSION, f"{form.VERSION}.0"):
        problem = f"the form is of version {version}, and this program reads {form.VERSION}: fill in a new form"
        faults.append(CellFault(sheet.name, cell, problem))
    council, cell = says(form.STAMP_COUNCIL)
    if council and folded(council) != folded(framework.reporting.council):
        problem = f"the form is of {council}, and this is the book of {framework.reporting.council}"
        faults.append(CellFault(sheet.name, cell, problem))
    text, cell = says(form.STAMP_REPORT)
    report = _report(text, framework) if text else None
    if text and report is None:
        first, current = framework.reporting.first, framework.reporting.current
        problem = f"there is no report for '{text}': reports run from {first} to {current}. Send a form of one of these"
        faults.append(CellFault(sheet.name, cell, problem))
    stamped_role, cell = says(form.STAMP_ROLE)
    roles = {r.id: r.title for r in framework.roles}
    if stamped_role and stamped_role not in roles:
        faults.append(CellFault(sheet.name, cell, f"there is no role '{stamped_role}': use one of {', '.join(roles)}"))
    elif role and stamped_role and role != stamped_role:
        problem = f"the form is for {roles[stamped_role]}, but it is said to come from {roles.get(role, role)}"
        faults.append(CellFault(sheet.name, cell, f"{problem}: leave the role to the form, or take the right form"))
    return _Sender(stamped_role if stamped_role in roles else role, report, tuple(faults))


def _declared(layout: Layout, framework: Framework, role: str) -> _Sender:
    report, faults = Period.parse(framework.reporting.current), []
    if not (role or layout.role):
        problem = f"neither the file nor layout '{layout.id}' says whose figures these are: give the role, with --by"
        faults.append(CellFault("", "", problem))
    elif role and layout.role and role != layout.role:
        problem = f"layout '{layout.id}' is the workbook of '{layout.role}', but it is said to come from '{role}'"
        faults.append(CellFault("", "", problem))
    return _Sender(role or layout.role or "", report, tuple(faults))


def _report(text: str, framework: Framework) -> Period | None:
    """The report period that a text names, where there is such a report."""
    first, current = Period.parse(framework.reporting.first), Period.parse(framework.reporting.current)
    try:
        period = Period.parse(text)
    except PeriodError:
        return None
    known = period.kind in REPORT_KINDS and first.start <= period.start and period.end <= current.end
    return period if known else None


def _is(cell: Cell, text: str) -> bool:
    return isinstance(cell.value, str) and folded(cell.value) == folded(text)
