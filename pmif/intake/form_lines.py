"""The lines of our own form, filled in by a service: its columns are found by their headings, never by position."""

from collections.abc import Iterator

from pmif.intake import form
from pmif.intake.cells import folded
from pmif.intake.figure_line import Lines
from pmif.intake.layouts import NUMBERS, by_row
from pmif.intake.line import Line
from pmif.intake.unseen import Merged, may_be_read
from pmif.intake.workbook import Cell, Sheet, Workbook

_HEADER_SEEN_WITHIN = 20  # rows from the top in which the form's headings are looked for

_HELD = {
    form.MEASURE_ID: "measure",
    form.AREA: "area",
    form.PERIOD: "period",
    form.GROUP: "group",
    form.NUMERATOR: "numerator",
    form.DENOMINATOR: "denominator",
    form.VALUE: "value",
    form.STATUS: "status",
    form.NOTE: "note",
    form.REASON: "reason",
    form.MEASURE: "title",
    form.PLACE: "place",
}
_BESIDE = (form.DEFINITION, form.UNIT, form.PERIOD_LABEL, form.LAST_PERIOD, form.LAST_VALUE)  # for whoever fills it in
_OPTIONAL = (form.NOTE, form.MEASURE, form.PLACE)
_GREY = {folded(prompt) for prompt in form.PROMPTS}


def form_lines(workbook: Workbook, lines: Lines) -> Iterator[Line]:
    sheets = {folded(s.name): s for s in workbook.sheets}
    wanted = (form.FIGURES, form.CORRECTIONS)
    ours = {folded(name) for name in (*wanted, *form.NOT_FOR_FILLING)}
    for name in wanted:
        sheet = sheets.get(folded(name))
        if sheet is not None:
            yield from _lines_of_form_sheet(sheet, lines, correction=name == form.CORRECTIONS)
        elif name == form.FIGURES:
            own = ", ".join(f"'{s.name}'" for key, s in sheets.items() if key not in ours) or "none of that kind"
            lines.fault("", "", f"there is no sheet '{name}'; it has {own}: give the sheet its name back")
    for sheet in workbook.sheets:
        if folded(sheet.name) not in ours and sheet.cells:
            lines.say(sheet.name, "", f"{len(sheet.cells)} cells", "left out: a sheet of the sender's own")


def _lines_of_form_sheet(sheet: Sheet, lines: Lines, *, correction: bool) -> Iterator[Line]:
    rows = by_row(sheet)
    needed = [h for h in _HELD if h not in _OPTIONAL and (correction or h != form.REASON)]
    texts = {r: {c: _heading(cell) for c, cell in rows[r].items()} for r in rows if r <= _HEADER_SEEN_WITHIN}
    keys = {folded(heading) for heading in needed}
    top = max(texts, key=lambda r: len(keys & set(texts[r].values())), default=0)
    found = texts.get(top, {})
    if missing := [heading for heading in needed if folded(heading) not in found.values()]:
        named = ", ".join(f"'{heading}'" for heading in missing)
        lines.fault(sheet.name, "", f"headings are missing: {named}; put them back, or fill in a new form")
        return
    columns: dict[str, int] = {}
    heads: dict[str, str] = {}
    for heading, holds in _HELD.items():
        under = [column for column, text in found.items() if text == folded(heading)]
        if len(under) > 1:
            at = " and ".join(rows[top][column].at for column in under)
            lines.fault(
                sheet.name, rows[top][under[1]].at, f"the heading '{heading}' stands twice, in {at}: rename one"
            )
        if under:
            columns[holds], heads[holds] = under[0], heading
    known = {*columns.values(), *(c for c, text in found.items() if text in {folded(h) for h in _BESIDE})}
    lines.say_left_out(sheet, rows, top, known)
    merged = Merged(sheet, {columns[n] for n in (*NUMBERS, "status") if n in columns}, lines)
    for row, cells in rows.items():
        if row <= top:
            continue
        held = {
            name: cells[column]
            for name, column in columns.items()
            if column in cells and folded(cells[column].text) not in _GREY
        }
        if correction:
            held = {n: c for n, c in held.items() if _says_something(c)}
        line = Line(sheet, row, held, columns, heads, correction=correction)
        if may_be_read(line, merged, lines, read_hidden=False):
            yield line


def _heading(cell: Cell) -> str:
    """A heading without what may stand under or after it: "Count (fill in)" is Count."""
    return folded(cell.text.split("\n", 1)[0].split("(", 1)[0])


def _says_something(cell: Cell) -> bool:
    return bool(cell.formula or cell.text.strip())
