"""Reading our own form back: what a service filled in, row by row, and everything that stands in the way.

Columns are found by their headings, so that a service may add its own. A row that was left empty
is not an answer, and nothing is made of it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

import pandas as pd

from pmif.errors import IntakeError, PeriodError
from pmif.framework import Framework, Measure
from pmif.geography import Areas
from pmif.hub import STORED, Interpretation, Note
from pmif.intake import form
from pmif.intake.asked import NIL_RETURN, OWN, groups, return_measures
from pmif.intake.cells import Reading, counts_things, read_number
from pmif.intake.template import group_words
from pmif.intake.workbook import Cell, Sheet, Workbook, place
from pmif.period import Period

ANSWERS = (form.NUMERATOR, form.DENOMINATOR, form.VALUE, form.STATUS)


@dataclass(frozen=True)
class CellFault:
    """One thing to put right in a workbook. About a whole sheet, `cell` is blank; about the whole file, both are."""

    sheet: str
    cell: str
    problem: str


@dataclass(frozen=True)
class FormRead:
    """What a filled form says: rows as text (columns STORED), how its cells were understood, and its faults."""

    report: str
    role: str
    rows: pd.DataFrame
    interpretations: tuple[Interpretation, ...]
    notes: tuple[Note, ...]
    faults: tuple[CellFault, ...]


@dataclass(frozen=True)
class _Stamp:
    report: Period
    role: str


@dataclass(frozen=True)
class _Line:
    """A row of a sheet, with its cells under the form's headings."""

    sheet: Sheet
    row: int
    cells: Mapping[str, Cell]

    def text(self, heading: str) -> str:
        cell = self.cells.get(heading)
        return cell.text.strip() if cell else ""

    def fault(self, heading: str, problem: str, at: Mapping[str, int]) -> CellFault:
        return CellFault(self.sheet.name, Cell(self.row, at.get(heading, 1), None, "").at, problem)


def is_form(workbook: Workbook) -> bool:
    """Whether a workbook carries the stamp of our form."""
    about = workbook.sheet(form.ABOUT)
    return about is not None and form.STAMP_FORM in _stamp_of(about)


def read_form(workbook: Workbook, framework: Framework, areas: Areas, *, received: date, file: str) -> FormRead:
    """Read a filled form. `received` becomes the day its figures are known from; `file` is our name for it.

    Errors: IntakeError where the stamp is not one that can be read; all other faults are in the result.
    """
    stamp = _read_stamp(workbook, framework)
    faults: list[CellFault] = []
    said: list[Interpretation] = []
    notes: list[Note] = []
    rows: list[dict[str, str]] = []
    for name in (form.FIGURES, form.CORRECTIONS):
        sheet = workbook.sheet(name)
        if sheet is None:
            near = ", ".join(f"'{s.name}'" for s in workbook.sheets if s.name not in form.NOT_FOR_FILLING)
            faults.append(CellFault("", "", f"there is no sheet '{name}'; it has {near}: give the sheet its name back"))
            continue
        rows += _read_sheet(sheet, stamp, framework, areas, received, file, faults, said, notes)
    said += [
        Interpretation(place=f"sheet '{s.name}'", found="a sheet of the service's own", taken_as="left out")
        for s in workbook.sheets
        if s.name not in (form.FIGURES, form.CORRECTIONS, *form.NOT_FOR_FILLING) and s.cells
    ]
    table = pd.DataFrame(rows, columns=STORED, dtype="str").fillna("")
    return FormRead(stamp.report.id, stamp.role, table, tuple(said), tuple(notes), tuple(faults))


def _stamp_of(about: Sheet) -> dict[str, str]:
    labels = {row: cell.text.strip() for (row, column), cell in about.cells.items() if column == 1}
    return {text: cell.text.strip() if (cell := about.cell(row, 2)) else "" for row, text in labels.items()}


def _read_stamp(workbook: Workbook, framework: Framework) -> _Stamp:
    about = workbook.sheet(form.ABOUT)
    stamp = _stamp_of(about) if about else {}
    where, problems = f"{workbook.name}, sheet '{form.ABOUT}'", []
    if (version := stamp.get(form.STAMP_FORM, "")) != form.VERSION:
        problems.append(f"{form.STAMP_FORM} is '{version}', and this program reads {form.VERSION}: fill in a new form")
    if (council := stamp.get(form.STAMP_COUNCIL, "")) != framework.reporting.council:
        problems.append(f"{form.STAMP_COUNCIL} is '{council}': this is the book of {framework.reporting.council}")
    if (role := stamp.get(form.STAMP_ROLE, "")) not in {r.id for r in framework.roles}:
        problems.append(f"{form.STAMP_ROLE} is '{role}', which data/framework/roles.yml does not know")
    report = None
    try:
        report = Period.parse(stamp.get(form.STAMP_REPORT, ""))
    except PeriodError as fault:
        problems.append(f"{form.STAMP_REPORT}: {fault}")
    if problems or report is None:
        raise IntakeError(f"{workbook.name} cannot be read as a form", [f"{where}: {p}" for p in problems])
    return _Stamp(report, role)


def _read_sheet(
    sheet: Sheet,
    stamp: _Stamp,
    framework: Framework,
    areas: Areas,
    received: date,
    file: str,
    faults: list[CellFault],
    said: list[Interpretation],
    notes: list[Note],
) -> Iterator[dict[str, str]]:
    corrects = sheet.name == form.CORRECTIONS
    found = _headings(sheet)
    needed = [form.MEASURE_ID, form.PERIOD, *ANSWERS, *([form.REASON] if corrects else [])]
    if found is None or (missing := [h for h in needed if h not in found[1]]):
        lost = missing if found else needed
        faults.append(
            CellFault(sheet.name, "", f"headings are missing: {', '.join(map(repr, lost))}; fill in a new form")
        )
        return
    heading_row, at = found
    measures = {m.id: m for m in framework.measures}
    own = {m.id for m in return_measures(framework, stamp.role)}
    words = {group_words(framework, d, g): (d, g) for m in return_measures(framework) for d, g in groups(m, framework)}
    for row in range(heading_row + 1, sheet.last_row + 1):
        cells = {h: cell for h, column in at.items() if (cell := sheet.cell(row, column)) and cell.text.strip()}
        line = _Line(sheet, row, cells)
        if not any(h in cells for h in ANSWERS if not _is_prompt(cells.get(h))):
            if note := line.text(form.NOTE):
                notes.append(Note(measure=line.text(form.MEASURE_ID), period=line.text(form.PERIOD), text=note))
            continue
        problems = list(_hidden(sheet, line, at))
        measure = measures.get(line.text(form.MEASURE_ID))
        if measure is None:
            problems.append(
                (form.MEASURE_ID, f"'{line.text(form.MEASURE_ID)}' is no measure: leave this column as it came")
            )
        elif measure.id not in own:
            problems.append(
                (form.MEASURE_ID, f"'{measure.id}' is not asked of '{stamp.role}': send it to whoever it is asked of")
            )
        period, problem = _period(line.text(form.PERIOD))
        if problem:
            problems.append((form.PERIOD, problem))
        elif period and period.start > received:
            problems.append((form.PERIOD, f"{period.label} has not begun: write the period that the figure covers"))
        code = line.text(form.AREA) or areas.borough.code
        place_of = [a for a in areas.all if a.code == code and a.kind in OWN]
        if not place_of:
            problems.append((form.AREA, _no_such_place(code, areas)))
        group = line.text(form.GROUP) or group_words(framework, "", "")
        if group not in words:
            problems.append((form.GROUP, f"'{group}' is no group of the framework: choose one from the list"))
        if corrects and not line.text(form.REASON):
            problems.append((form.REASON, "is blank: say why the earlier figure was wrong"))
        if measure is None or period is None or not place_of or group not in words:
            faults += [line.fault(h, p, at) for h, p in problems]
            continue
        answer = _answer(line, measure, framework, problems, said)
        faults += [line.fault(h, p, at) for h, p in problems]
        for kind, text in ((form.NOTE, line.text(form.NOTE)), (form.REASON, line.text(form.REASON))):
            if text:
                notes.append(
                    Note(measure=measure.id, period=period.id, text=text if kind == form.NOTE else f"Corrected: {text}")
                )
        notes += [
            Note(measure=measure.id, period=period.id, text=cell.comment)
            for h, cell in cells.items()
            if cell.comment and h in ANSWERS
        ]
        if answer and not problems:
            dimension, name = words[group]
            first = next(h for h in (form.VALUE, form.NUMERATOR, form.STATUS, form.DENOMINATOR) if h in answer.used)
            yield {
                "measure": measure.id,
                "area": code,
                "vintage": place_of[0].vintage,
                "period": period.id,
                "dimension": dimension,
                "group": name,
                **answer.figures,
                "lower": "",
                "upper": "",
                "status": answer.status,
                "mark": "r" if corrects else answer.mark,
                "published": received.isoformat(),
                "published_basis": "on",
                "source": measure.source,
                "file": file,
                "sheet": sheet.name,
                "cell": cells[first].at,
                "row": "",
                "transform": "; ".join(answer.transforms),
            }


@dataclass(frozen=True)
class _Answer:
    figures: dict[str, str]
    status: str
    mark: str
    transforms: tuple[str, ...]
    used: tuple[str, ...]


def _answer(
    line: _Line,
    measure: Measure,
    framework: Framework,
    problems: list[tuple[str, str]],
    said: list[Interpretation],
) -> _Answer | None:
    """What a row answers: figures, or the state that stands for them."""
    unit = framework.unit(measure)
    readings: dict[str, Reading] = {}
    for heading in (form.NUMERATOR, form.DENOMINATOR, form.VALUE):
        cell = line.cells.get(heading)
        if cell is None or _is_prompt(cell):
            continue
        reading = read_number(cell, unit if heading == form.VALUE else None, words=measure.unit_words or "")
        if reading.problem:
            problems.append((heading, reading.problem))
        elif not reading.blank:
            readings[heading] = reading
            if reading.interpretation:
                said.append(
                    Interpretation(
                        place=place(line.sheet.name, cell.at), found=reading.found, taken_as=reading.interpretation
                    )
                )
    if problems:
        return None
    state = line.text(form.STATUS)
    if state and state not in form.STATES:
        problems.append((form.STATUS, f"'{state}' is none of {', '.join(form.STATES)}: choose one from the list"))
        return None
    statuses = {r.status for r in readings.values()}
    shown = {h: r for h, r in readings.items() if r.status == "shown"}
    transforms = tuple(r.transform for r in readings.values() if r.transform)
    used = tuple(readings) or (form.STATUS,)
    nothing = dict.fromkeys(("numerator", "denominator", "value"), "")
    zero = all(float(r.value or 0) == 0 for r in shown.values())
    if state in (form.NOT_AVAILABLE, form.NOT_APPLICABLE) or (state == form.NIL and not zero):
        if shown:
            problems.append((form.STATUS, f"is '{state}', yet a figure is given: keep one of the two"))
            return None
        status = "unavailable" if state == form.NOT_AVAILABLE else "not-applicable"
        return _Answer(nothing, status, "", (f"'{state}'", *transforms), (form.STATUS,))
    if state == form.NIL:
        said.append(
            Interpretation(
                place=place(line.sheet.name, line.cells[form.STATUS].at),
                found=form.NIL,
                taken_as="0, counted"
                if measure.method == "as-published" and counts_things(unit)
                else "nothing to work out",
            )
        )
        if measure.method == "as-published" and counts_things(unit):
            return _Answer({**nothing, "value": "0"}, "shown", "", (f"{NIL_RETURN} read as 0",), (form.STATUS,))
        return _Answer(nothing, "not-applicable", "", (NIL_RETURN,), (form.STATUS,))
    if not readings:
        problems.append((form.STATUS, f"is '{state}', but no figure is given: write the figure, or another state"))
        return None
    if not shown:
        if len(statuses) > 1:
            problems.append((form.STATUS, f"the cells of this row say different things: {', '.join(sorted(statuses))}"))
            return None
        return _Answer(nothing, statuses.pop(), "", transforms, used)
    if len(shown) < len(readings):
        problems.append(
            (form.STATUS, "one cell gives a figure and another says that there is none: give all, or a state")
        )
        return None
    columns = {form.NUMERATOR: "numerator", form.DENOMINATOR: "denominator", form.VALUE: "value"}
    figures = {**nothing, **{columns[h]: r.value or "" for h, r in shown.items()}}
    marks = {r.mark for r in readings.values() if r.mark} | ({"p"} if state == form.PROVISIONAL else set())
    return _Answer(figures, "shown", next((m for m in ("p", "r", "e") if m in marks), ""), transforms, used)


def _headings(sheet: Sheet) -> tuple[int, dict[str, int]] | None:
    """The row of headings, and the column of each: the first row that names the measure's id."""
    for row in sorted({row for row, _ in sheet.cells})[:30]:
        texts = {
            cell.text.strip().splitlines()[0].strip(): column
            for (r, column), cell in sheet.cells.items()
            if r == row and cell.text.strip()
        }
        if form.MEASURE_ID in texts:
            return row, texts
    return None


def _is_prompt(cell: Cell | None) -> bool:
    """The form's own words in a cell that is not to be filled in."""
    return cell is None or cell.text.strip() in form.PROMPTS


def _hidden(sheet: Sheet, line: _Line, at: Mapping[str, int]) -> Iterator[tuple[str, str]]:
    advice = "show it, see that it is meant, and send it again"
    if sheet.hidden:
        yield form.MEASURE_ID, f"the sheet is hidden and holds figures: {advice}"
    if line.row in sheet.hidden_rows:
        yield form.MEASURE_ID, f"row {line.row} is hidden and holds a figure: {advice}"
    for heading in ANSWERS:
        if heading in line.cells and at[heading] in sheet.hidden_columns:
            yield heading, f"its column is hidden and holds a figure: {advice}"


def _period(text: str) -> tuple[Period | None, str]:
    try:
        return Period.parse(text), ""
    except PeriodError as fault:
        return None, str(fault) if text else "the period is blank: write the period that the figure covers"


def _no_such_place(code: str, areas: Areas) -> str:
    named = [a for a in areas.all if code.casefold() in (a.name.casefold(), a.short.casefold())]
    if named:
        codes = ", ".join(f"{a.code} ({a.vintage})" for a in named)
        return f"'{code}' is a name, and places are matched by code: write {codes}"
    return f"'{code}' is no place of the council's: leave this column as it came"
