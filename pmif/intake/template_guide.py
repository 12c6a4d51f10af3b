"""The first sheet of the form: in plain English, how it is filled in, with an example of each state."""

from openpyxl.styles import Font
from openpyxl.worksheet.worksheet import Worksheet

from pmif.framework import Framework, Measure
from pmif.intake import form
from pmif.intake.asked import value_words
from pmif.intake.template_look import LINE, WRAPPED, line_count, put, set_up
from pmif.period import Period

_WIDTHS = (44, 22, 54)  # of the three columns of the table of states; sentences run over all three


def write_guide(
    sheet: Worksheet,
    framework: Framework,
    report: Period,
    role: str,
    measure: Measure,
    asked_for: int,
    *,
    blank_periods: bool,
) -> None:
    """Fill the sheet. The examples are of `measure`, one of the service's own.

    `blank_periods` says that a period is to be filled in as well, where no date was promised.
    """
    reporting = framework.reporting
    many = "1 figure is" if asked_for == 1 else f"{asked_for} figures are"
    row = _Rows(sheet)
    row.heading(f"{reporting.council}: return for {report.label}", size=16)
    row.sentence(
        f"For: {framework.role(role).title}. {many} asked for on the sheet {form.FIGURES}. Fill it in, save the file "
        f"as an Excel workbook (.xlsx) and send it to {reporting.contact}."
    )
    row.heading("What to do")
    row.sentence(
        f"1. On the sheet {form.FIGURES}, fill in the cells that are light yellow with a thick border, under the words "
        "FILL IN. Grey cells need nothing, and say why."
    )
    row.sentence("2. A row that is left empty counts as not yet sent. Its figure can follow later in the same form.")
    row.sentence(
        "3. Give counts as they are, small ones too. Counts that could point to a person are withheld before anything "
        f"is published. Where counts are asked for, the {form.VALUE.lower()} is worked out from them."
    )
    row.sentence(
        "4. Write numbers only, in the unit that stands in the row: 66.4 for 66.4%. Words, stars and dashes belong "
        f"under {form.NOTE}, or are one of the states below."
    )
    row.sentence(
        f"5. A figure sent before that was wrong goes on the sheet {form.CORRECTIONS}, with the reason. A figure that "
        "has been sent is not asked for again."
    )
    if blank_periods:
        row.sentence(
            f"6. Where {form.PERIOD} is empty, no date was promised: write the period that your figure covers, as "
            "2026-27 for a financial year, 2026-27-q2 for July to September 2026, 2026 for a calendar year, 2026-03-31 "
            "for one day."
        )
    row.heading(f"What to choose under {form.STATUS}")
    row.table("When", form.STATUS, "Example", bold=True)
    for when, state, example in _examples(framework, measure):
        row.table(when, state, example)
    row.heading("Good to know")
    row.sentence(
        "You may write in the columns to the right of the last heading: they are left alone. The sheets are protected "
        "so that nothing is lost by mistake, without a password: Review, Unprotect Sheet."
    )
    row.sentence(
        f"Please leave the headings, the codes at the right and the sheet {form.ABOUT} as they are: by them the form "
        "is read when it comes back."
    )
    for letter, width in zip("ABC", _WIDTHS, strict=True):
        sheet.column_dimensions[letter].width = width
    sheet.sheet_view.showGridLines = False
    set_up(sheet)


def _examples(framework: Framework, measure: Measure) -> list[tuple[str, str, str]]:
    if measure.method == "as-published":
        given = f"{form.VALUE} 12, which is read as {value_words(12, measure, framework.unit(measure))}"
        nothing = f"{form.VALUE} left empty"
    else:
        given = f"{form.NUMERATOR} 166, {form.DENOMINATOR} 250"
        nothing = f"{form.NUMERATOR} and {form.DENOMINATOR} left empty"
    title = measure.title
    return [
        ("You have the final figure.", f"{form.GIVEN}, or leave it empty", f"{title}: {given}."),
        (
            "You have a figure, and it may still change.",
            form.PROVISIONAL,
            f"{title}: {given}. The final one follows on the sheet {form.CORRECTIONS}.",
        ),
        (
            "You looked, and there was nothing: no cases, nothing to count.",
            form.NIL,
            f"{title}: {nothing}. This is an answer, and does not count as missing.",
        ),
        (
            "There should be a figure, and you cannot give it.",
            form.NOT_AVAILABLE,
            f"{title}: {nothing}. {form.NOTE}: The system was replaced in July.",
        ),
        (
            "The measure did not apply in this period.",
            form.NOT_APPLICABLE,
            f"{title}: {nothing}. {form.NOTE}: The service closed in June.",
        ),
    ]


class _Rows:
    """Writes down the sheet, row after row, each as high as its words need."""

    def __init__(self, sheet: Worksheet) -> None:
        self.sheet = sheet
        self.last = 0

    def heading(self, text: str, size: int = 13) -> None:
        self._across(text, Font(name="Calibri", bold=True, size=size), size + 17)

    def sentence(self, text: str) -> None:
        self._across(
            text,
            Font(
                name="Calibri",
            ),
            16 * line_count(text, sum(_WIDTHS) - 6) + 6,
        )

    def table(self, *texts: str, bold: bool = False) -> None:
        self.last += 1
        for column, text in enumerate(texts, start=1):
            cell = self.sheet.cell(self.last, column)
            put(cell, text)
            cell.alignment, cell.border, cell.font = WRAPPED, LINE, Font(name="Calibri", bold=bold)
        lines = max(line_count(text, width) for text, width in zip(texts, _WIDTHS, strict=True))
        self.sheet.row_dimensions[self.last].height = 16 * lines + 6

    def _across(self, text: str, font: Font, height: float) -> None:
        self.last += 1
        cell = self.sheet.cell(self.last, 1)
        put(cell, text)
        cell.font, cell.alignment = font, WRAPPED
        self.sheet.merge_cells(start_row=self.last, start_column=1, end_row=self.last, end_column=len(_WIDTHS))
        self.sheet.row_dimensions[self.last].height = height
