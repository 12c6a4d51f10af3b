"""The workbook that a service fills in: what is asked of it, with the last figure beside each cell to fill.

One workbook a service, made for one report. It holds no formula, macro or link, and the same
request makes the same file, byte for byte. What is filled in is read back by `pmif.intake.returns`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from pmif.errors import IntakeError
from pmif.framework import DisclosureRule, Framework, Measure, Unit
from pmif.geography import Areas
from pmif.hub import Receipt
from pmif.intake import form
from pmif.intake.asked import (
    ANSWERED,
    Asked,
    ReturnState,
    asked,
    groups,
    in_words,
    places,
    return_measures,
    return_roles,
)
from pmif.intake.template_guide import write_guide
from pmif.intake.template_look import (
    A3,
    BANNER,
    BOX,
    FILL_IN,
    FIRST,
    GREY,
    HEADINGS,
    LINE,
    OPEN,
    WRAPPED,
    head,
    height,
    line_count,
    number_rule,
    put,
    rule,
    save,
    set_up,
)
from pmif.period import MONTHS, Period

EVERYONE = "Everyone"

CORRECTION_ROWS = 40  # lines to fill on the sheet Corrections

# Heading and width, in characters, of each column of the sheet Figures.
COLUMNS = {
    form.MEASURE: 24,
    form.DEFINITION: 44,
    form.UNIT: 15,
    form.PLACE: 13,
    form.GROUP: 15,
    form.PERIOD_LABEL: 19,
    form.PERIOD: 13,
    form.LAST_PERIOD: 15,
    form.LAST_VALUE: 18,
    form.NUMERATOR: 13,
    form.DENOMINATOR: 13,
    form.VALUE: 14,
    form.STATUS: 17,
    form.NOTE: 32,
    form.MEASURE_ID: 32,
    form.AREA: 13,
}
FILLED_IN = (form.NUMERATOR, form.DENOMINATOR, form.VALUE, form.STATUS, form.NOTE)
CORRECTED = {
    form.MEASURE_ID: 32,
    form.AREA: 15,
    form.GROUP: 24,
    form.PERIOD: 19,
    form.NUMERATOR: 13,
    form.DENOMINATOR: 13,
    form.VALUE: 14,
    form.STATUS: 18,
    form.NOTE: 32,
    form.REASON: 44,
}

LISTED = (form.MEASURE_ID, form.AREA, form.GROUP, form.PERIOD, form.STATUS)  # columns of the sheet Lists


def templates(
    folder: Path,
    framework: Framework,
    areas: Areas,
    report: Period,
    day: date,
    held: pd.DataFrame,
    receipts: Sequence[Receipt] = (),
) -> dict[Path, int]:
    """Write one workbook for each role that is asked for something, and say how many figures each asks for.

    Errors: IntakeError where a file cannot be written.
    """
    made = {}
    for role in return_roles(framework):
        path = folder / template_name(report, role)
        made[path] = write_template(path, framework, areas, report, role, day, held, receipts)
    return made


def template_name(report: Period, role: str) -> str:
    return f"return-{report.id}-{role}.xlsx"


def write_template(
    path: Path,
    framework: Framework,
    areas: Areas,
    report: Period,
    role: str,
    day: date,
    held: pd.DataFrame,
    receipts: Sequence[Receipt] = (),
) -> int:
    """Write the workbook that `role` fills in for `report`, and return how many figures it asks for.

    A figure that has been answered is not asked for again: it is put right on the sheet Corrections.
    Errors: IntakeError where the role is asked for nothing, or the file cannot be written.
    """
    measures = return_measures(framework, role)
    if not measures:
        raise IntakeError(
            f"no measure awaits a return from '{role}': the roles that are asked for one are "
            f"{', '.join(return_roles(framework)) or 'none'}"
        )
    own = {m.id for m in measures}
    # An answer of not available may still be followed by a figure.
    open_still = [
        one
        for one in asked(framework, areas, report, day, held, receipts)
        if one.measure in own and (one.state not in ANSWERED or one.state is ReturnState.NOT_AVAILABLE)
    ]
    held = held[held["measure"].isin(list(own))]

    book = Workbook()
    guide = book.worksheets[0]
    guide.title = form.HOW_TO
    figures, corrections, about, lists = (
        book.create_sheet(name) for name in (form.FIGURES, form.CORRECTIONS, form.ABOUT, form.LISTS)
    )
    _write_lists(lists, _lists(measures, framework, areas, report, open_still, held))
    blank_periods = any(not one.period for one in open_still)
    write_guide(guide, framework, report, role, measures[0], len(open_still), blank_periods=blank_periods)
    _write_figures(figures, framework, areas, open_still, held, day)
    _write_corrections(corrections, lists)
    _write_about(about, framework, report, role, day)
    book.properties.creator = framework.reporting.council
    book.properties.title = f"Return for {report.label}: {framework.role(role).title}"
    save(book, path)
    return len(open_still)


# --- the sheets -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Line:
    """What a row of the sheet Figures says, and which of its cells are to be filled in."""

    says: dict[str, str]
    fill_in: tuple[str, ...]
    measure: Measure
    unit: Unit


def _write_figures(
    sheet: Worksheet, framework: Framework, areas: Areas, requests: Sequence[Asked], held: pd.DataFrame, day: date
) -> None:
    many = "1 figure is" if len(requests) == 1 else f"{len(requests)} figures are"
    banner = f"{many} asked for. Fill in the cells with a border; leave a row empty where you have no answer yet."
    head(sheet, COLUMNS, banner, FILLED_IN)
    rules = {r.id: r for r in framework.disclosure_rules}
    last = _last_figures(held)
    limits: dict[tuple[float | None, float | None, str], DataValidation] = {}
    counts, states, written = _rule_for_counts(), _rule_for_states(), _rule_for_periods()
    numbers = {heading: column for column, heading in enumerate(COLUMNS, start=1)}
    for row, one in enumerate(requests, start=FIRST):
        line = _line(one, framework, areas, rules, last, day)
        for heading, column in numbers.items():
            cell = sheet.cell(row, column)
            put(cell, line.says.get(heading, ""))
            cell.alignment, cell.border = WRAPPED, LINE
            if heading in line.fill_in:
                cell.fill, cell.border, cell.protection = FILL_IN, BOX, OPEN
            elif heading in FILLED_IN:
                cell.fill, cell.font = GREY, Font(name="Calibri", italic=True, color="404040")
        at = {heading: sheet.cell(row, column).coordinate for heading, column in numbers.items()}
        sheet.cell(row, numbers[form.MEASURE]).font = Font(name="Calibri", bold=True)
        sheet.cell(row, numbers[form.PERIOD]).number_format = "@"  # or 2026-03-31 would become a date
        for heading in line.fill_in:
            if heading in (form.NUMERATOR, form.DENOMINATOR):
                counts.add(at[heading])
            elif heading == form.VALUE:
                key = (line.unit.lowest, line.unit.highest, line.says[form.UNIT])
                limits.setdefault(key, _rule_for_values(line.unit.lowest, line.unit.highest, line.says[form.UNIT])).add(
                    at[heading]
                )
            elif heading == form.STATUS:
                states.add(at[heading])
            elif heading == form.PERIOD:
                written.add(at[heading])
        sheet.row_dimensions[row].height = height(
            max(line_count(text, COLUMNS[heading]) for heading, text in line.says.items())
        )
    for allowed in (counts, states, written, *limits.values()):
        if allowed.sqref:
            sheet.add_data_validation(allowed)
    ids = get_column_letter(numbers[form.MEASURE_ID] - 1)
    last_row = max(FIRST + len(requests) - 1, HEADINGS)
    sheet.print_area = f"A1:{ids}{last_row}"  # codes are for the program, not for paper
    sheet.auto_filter.ref = f"A{HEADINGS}:{get_column_letter(len(COLUMNS))}{last_row}"
    sheet.freeze_panes = f"B{FIRST}"
    own_columns = range(len(COLUMNS) + 1, len(COLUMNS) + 9)
    set_up(sheet, A3, repeated=f"{BANNER}:{HEADINGS}", open_columns=own_columns)


def _line(
    one: Asked,
    framework: Framework,
    areas: Areas,
    rules: dict[str, DisclosureRule],
    last: dict[tuple[str, ...], list[tuple[Period, "pd.Series[Any]"]]],
    day: date,
) -> _Line:
    measure = framework.measure(one.measure)
    unit = framework.unit(measure)
    area = areas.find(one.area, one.vintage)
    says = {
        form.MEASURE: measure.title,
        form.DEFINITION: _definition(measure, rules[measure.disclosure]),
        form.UNIT: unit_words(measure, unit),
        form.PLACE: area.short if area else one.area,
        form.GROUP: group_words(framework, one.dimension, one.group),
        form.PERIOD_LABEL: _wanted(one, day),
        form.PERIOD: one.period,
        form.MEASURE_ID: measure.id,
        form.AREA: one.area,
    }
    before = last.get((one.measure, one.area, one.vintage, one.dimension, one.group), [])
    limit = Period.parse(one.period).sort_key if one.period else None
    earlier = [(period, row) for period, row in before if limit is None or period.sort_key <= limit]
    if earlier:
        period, row = earlier[-1]
        says |= {form.LAST_PERIOD: period.label, form.LAST_VALUE: in_words(row, measure, unit)}
    else:
        says |= {form.LAST_PERIOD: "none yet", form.LAST_VALUE: "none yet"}
    fill_in = [form.STATUS, form.NOTE]
    if measure.method == "as-published":
        fill_in.append(form.VALUE)
        if rules[measure.disclosure].small is not None:
            fill_in.append(form.NUMERATOR)  # the gate needs the count of people, even beside a value
    else:
        fill_in += [form.NUMERATOR, form.DENOMINATOR]
        says[form.VALUE] = form.WORKED_OUT
    if not one.period:
        fill_in.append(form.PERIOD)
    says |= {h: form.NOT_NEEDED for h in (form.NUMERATOR, form.DENOMINATOR) if h not in fill_in}
    return _Line(says, tuple(fill_in), measure, unit)


def _write_corrections(sheet: Worksheet, lists: Worksheet) -> None:
    banner = (
        "Only for figures sent before that were wrong: one row each, with the right figure and why the old one was "
        "wrong. Leave it empty if there are none."
    )
    head(sheet, CORRECTED, banner, CORRECTED)
    chosen = {}
    for column, heading in enumerate(LISTED, start=1):
        letter = get_column_letter(column)
        ends = max(c.row for c in lists[letter] if c.value is not None)
        chosen[heading] = DataValidation(
            "list",
            formula1=f"{form.LISTS}!${letter}$2:${letter}${ends}",
            allow_blank=True,
            showErrorMessage=True,
            errorTitle=heading,
            error="Choose one from the list: open it with the arrow beside the cell.",
        )
    counts = _rule_for_counts()
    value = _rule_for_values(None, None, "the unit of the measure")
    for row in range(FIRST, FIRST + CORRECTION_ROWS):
        for column, heading in enumerate(CORRECTED, start=1):
            cell = sheet.cell(row, column)
            cell.fill, cell.border, cell.protection, cell.alignment = FILL_IN, BOX, OPEN, WRAPPED
            if heading in (form.AREA, form.GROUP, form.PERIOD):
                cell.number_format = "@"
            if heading in chosen:
                chosen[heading].add(cell.coordinate)
            elif heading in (form.NUMERATOR, form.DENOMINATOR):
                counts.add(cell.coordinate)
            elif heading == form.VALUE:
                value.add(cell.coordinate)
    for allowed in (*chosen.values(), counts, value):
        sheet.add_data_validation(allowed)
    sheet.freeze_panes = f"A{FIRST}"
    own_columns = range(len(CORRECTED) + 1, len(CORRECTED) + 9)
    set_up(sheet, repeated=f"{BANNER}:{HEADINGS}", open_columns=own_columns)


def _write_about(sheet: Worksheet, framework: Framework, report: Period, role: str, day: date) -> None:
    stamp = {
        form.STAMP_FORM: form.VERSION,
        form.STAMP_COUNCIL: framework.reporting.council,
        form.STAMP_REPORT: report.id,
        form.STAMP_ROLE: role,
        form.STAMP_MADE: day.isoformat(),
    }
    for row, (label, value) in enumerate(stamp.items(), start=1):
        put(sheet.cell(row, 1), label)
        put(sheet.cell(row, 2), value)
        sheet.cell(row, 1).font = Font(name="Calibri", bold=True)
        sheet.cell(row, 2).number_format = "@"
    said = "By these lines the form is known when it comes back. Please leave them as they are."
    put(sheet.cell(len(stamp) + 2, 1), said)
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 24, 44
    set_up(sheet)


def _lists(
    measures: Sequence[Measure],
    framework: Framework,
    areas: Areas,
    report: Period,
    requests: Sequence[Asked],
    held: pd.DataFrame,
) -> dict[str, list[str]]:
    """What may be chosen on the sheet Corrections; periods are those held, and those asked for."""
    periods = {Period.parse(text) for text in [*held["period"].unique(), *(one.period for one in requests)] if text}
    codes = {a.code: None for m in measures for a in places(m, areas, report.end)} | dict.fromkeys(held["area"])
    parts = {
        group_words(framework, dimension, group): None for m in measures for dimension, group in groups(m, framework)
    }
    choices = (
        [m.id for m in measures],
        list(codes),
        list(parts),
        [p.id for p in sorted(periods, key=lambda p: p.sort_key, reverse=True)] or [report.id],
        list(form.STATES),
    )
    return dict(zip(LISTED, choices, strict=True))


def _write_lists(sheet: Worksheet, lists: dict[str, list[str]]) -> None:
    for column, (heading, items) in enumerate(lists.items(), start=1):
        for row, text in enumerate([heading, *items], start=1):
            put(sheet.cell(row, column), text)
            sheet.cell(row, column).number_format = "@"
    sheet.sheet_state = "hidden"
    sheet.protection.enable()


# --- words ------------------------------------------------------------------------------------------


def unit_words(measure: Measure, unit: Unit) -> str:
    """What a number in the Figure cell counts: "percent", "days for each employee", "million pounds"."""
    if unit.is_money:
        return "million pounds" if unit.suffix == "m" else "pounds, in full"
    if unit.suffix == "%":
        return " ".join(filter(None, ["percent", measure.unit_words]))
    return measure.unit_words or unit.words or unit.short or "number"


def group_words(framework: Framework, dimension: str, group: str) -> str:
    """ "Everyone", or "Sex: Female": how the form names a group."""
    if not dimension:
        return EVERYONE
    return f"{framework.dimension(dimension).title}: {framework.group_title(dimension, group)}"


def _definition(measure: Measure, rule: DisclosureRule) -> str:
    """What is counted, and what each cell to fill in is of."""
    parts = [measure.definition]
    counts_asked = measure.method != "as-published"
    if counts_asked:
        parts += [f"{form.NUMERATOR}: {measure.numerator}.", f"{form.DENOMINATOR}: {measure.denominator}."]
    elif measure.numerator and measure.denominator:
        parts.append(f"Worked out from: {measure.numerator}; out of: {measure.denominator}.")
    if rule.small is not None and not counts_asked:
        who = measure.numerator or "how many people or households the figure is of"
        parts.append(f"{form.NUMERATOR}: {who}, also where it equals the figure: it shows whether anyone is at risk.")
    return "\n".join(parts)


def _wanted(one: Asked, day: date) -> str:
    """The period, and by when its figure is wanted."""
    if not one.period:
        return "whenever there is a figure: write its period beside"
    label = Period.parse(one.period).label
    if one.due is None:
        return label
    if one.state is ReturnState.NOT_AVAILABLE:
        return f"{label}\nnot available when last asked"
    due = f"{one.due.day} {MONTHS[one.due.month - 1]} {one.due.year}"
    late = one.days_late(day)
    return f"{label}\n{'was due' if late else 'due'} {due}"


def _last_figures(held: pd.DataFrame) -> dict[tuple[str, ...], list[tuple[Period, "pd.Series[Any]"]]]:
    """The figures of each series, oldest first."""
    periods = {text: Period.parse(text) for text in held["period"].unique()}
    series: dict[tuple[str, ...], list[tuple[Period, pd.Series[Any]]]] = {}
    for _, row in held.iterrows():
        key = tuple(str(row[c]) for c in ("measure", "area", "vintage", "dimension", "group"))
        series.setdefault(key, []).append((periods[row["period"]], row))
    for rows in series.values():
        rows.sort(key=lambda pair: pair[0].sort_key)
    return series


# --- what may be typed ------------------------------------------------------------------------------


def _rule_for_values(low: float | None, high: float | None, words: str) -> DataValidation:
    bounds = f" from {low:g} to {high:g}" if low is not None and high is not None else ""
    if low is not None and high is None:
        bounds = f", {low:g} or more"
    told = f"A number{bounds}, in {words}. No words, stars or dashes: choose a {form.STATUS} for those."
    example = " Write 66.4 for 66.4%." if words.startswith("percent") else ""
    return number_rule(low, high, form.VALUE, told + example)


def _rule_for_counts() -> DataValidation:
    told = f"A number, 0 or more, small ones too. No words, stars or dashes: choose a {form.STATUS} for those."
    return number_rule(0, None, form.NUMERATOR, told)


def _rule_for_states() -> DataValidation:
    letter = get_column_letter(LISTED.index(form.STATUS) + 1)
    told = f"Choose from the list, or leave it empty for a final figure. The sheet '{form.HOW_TO}' has examples."
    return rule("list", f"{form.LISTS}!${letter}$2:${letter}${len(form.STATES) + 1}", None, form.STATUS, told)


def _rule_for_periods() -> DataValidation:
    told = (
        "Write the period of your figure: 2026-27 (financial year), 2026-27-q2 (July to September 2026), 2026 "
        "(calendar year), 2026-03-31 (one day)."
    )
    return rule("textLength", "4", "18", form.PERIOD, told)
