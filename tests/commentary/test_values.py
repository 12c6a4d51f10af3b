"""Every value writes what the published tables hold, rounded and with its unit."""

from pathlib import Path

import pytest

from pmif.disclosure import Published
from tests.commentary.writing import summary_of

HELP, READY = "family-help-in-time", "ready-for-reception"


@pytest.mark.parametrize(
    ("role", "typed", "words"),
    [
        ("value", HELP, "66.2%"),
        ("value", f"{HELP}, decimals 0", "66%"),
        ("value", f"{HELP}/madeland", "60.0%"),
        ("value", f"{HELP}/country/2025-26-q2", "59.6%"),
        ("value", f"{READY}/sex=female", "67.3%"),
        ("value", "weekly-pay", "£612.40 a week"),
        ("value", "years-in-good-health", "57.1 years"),
        ("value", "pupils-excluded-for-good/copperlea", "697.73 per 100,000 pupils"),
        ("value", "claimants/copperlea-north", "6.9%"),  # the present ward, not the one before 2026
        ("number", "years-in-good-health", "57.1"),
        ("number", "budget-gap", "−£1.4m"),
        ("period", HELP, "July to September 2026"),
        ("period", "years-in-good-health", "2022 to 2024"),
        ("interval", HELP, "64.3% to 68.1%"),
        ("previous", HELP, "58.1%"),
        ("previous", f"{HELP}, since 2025-26-q2", "55.9%"),
        ("previous-period", HELP, "April to June 2026"),
        ("last-year", HELP, "55.9%"),
        ("last-year-period", HELP, "July to September 2025"),
        ("change", HELP, "8.1 percentage points"),
        ("change", "weekly-pay", "£22.70"),
        ("change-percent", "weekly-pay", "3.8%"),
        ("difference", f"{HELP}/madeland", "6.2 percentage points"),
        ("times", "pupils-excluded-for-good/free-school-meals=eligible", "2.2 times"),
        ("target", HELP, "70.0%"),
        ("target-by", HELP, "2025/26"),
        ("title", HELP, "families helped within ten working days"),
        ("next-due", HELP, "the figure for October to December 2026 is expected in January 2027"),
        ("highest-name", READY, "Alderpond"),
        ("lowest-name", READY, "Copperlea"),
        ("highest-value", READY, "82.3%"),
        ("lowest-value", READY, "33.8%"),
        ("gap", READY, "48.5 percentage points"),  # 82.3 less 33.8, as a reader's own sum has it
        ("gap", f"{READY}/free-school-meals", "26.0 percentage points"),
        ("gap-period", READY, "2024/25"),
        ("gap-earlier", f"{READY}/free-school-meals", "23.3 percentage points"),
        ("gap-earlier-period", f"{READY}/free-school-meals", "2023/24"),
        ("count", "improving", "7"),
        ("count", "improving, in po1", "2"),
        ("count", "improving, in report", "7"),
        ("count", "got better <improving>", "7 got better"),
        ("report", "period", "July to September 2026"),
        ("report", "known-at", "14 November 2026"),
        ("report", "council", "Madeborough"),
    ],
)
def test_a_value_writes_itself(built: Path, published: Published, role: str, typed: str, words: str):
    made = summary_of(built, published, f"Here is {{{role}}}`{typed}` now.", page="overview")

    assert made.faults == []
    assert made.unbound == []
    assert made.paragraphs[0][1] == f"Here is {words} now."


@pytest.mark.parametrize(
    ("role", "typed", "said"),
    [
        ("value", "famly-help-in-time", "there is no measure 'famly-help-in-time': did you mean family-help-in-time"),
        ("value", f"{HELP}/egnland", "'egnland' in 'family-help-in-time/egnland' is no area"),
        ("value", f"{HELP}/2031-32-q1", "has no figure of 2031-32-q1. It has 2022-23-q3"),
        ("value", f"{READY}/sex=femail", "has no such figure. It has areas"),
        ("value", f"{READY}/sex", "names a dimension"),
        ("value", f"is 66.2% <{HELP}>", "takes no words of yours"),
        ("value", f"{HELP}, since 2025-26-q2", "{value} has no option 'since': it takes decimals"),
        ("value", f"{HELP}, decimals 5", "this measure is given to 1 decimals"),
        ("value", "care-waits", "is withheld to protect people"),
        ("value", "staff-vacancies", "No return has been received yet"),
        ("valeu", HELP, "there is no 'valeu': did you mean value"),
        ("interval", "weekly-pay", "no interval is published for 30 April 2026"),
        ("target", "parents-finish-course", "has no target"),
        ("target", f"{HELP}/madeland", "{target} takes the measure alone"),
        ("previous", "green-space-nearby", "has no earlier figure to compare with"),
        ("previous", f"{READY}, since 2018-19-school", "the definition changed in 2021/22"),
        ("change-percent", HELP, "its change is in percentage points: write {change}"),
        ("difference", HELP, "needs another place or group"),
        ("times", "claimants/country", "the borough's figure is the smaller of the two"),
        ("highest-name", "pupils-excluded-for-good", "cannot be told apart, so none of them alone is the highest"),
        ("gap-times", "pupils-excluded-for-good", "one end of the gap is not above nought"),
        ("gap", HELP, "has no gap between wards or groups"),
        ("gap-earlier", "claimants", "no earlier gap is known. There is one period only"),
        ("count", "imprving", "'imprving' is not counted: did you mean improving"),
        ("count", "improving, in po9", "'in po9' is no part of the report"),
        ("count", "got worse <improving>", "'got worse' says 'got worse', which is not what {count} claims"),
        ("report", "perod", "'perod' is not known of a report"),
    ],
)  # fmt: skip
def test_a_value_that_cannot_be_written_says_why(built: Path, published: Published, role: str, typed: str, said: str):
    made = summary_of(built, published, f"Here is {{{role}}}`{typed}` now.", page="overview")

    (fault,) = made.faults
    assert fault.place.endswith("overview.md, line 8")
    assert said in fault.problem
    assert fault.problem.startswith(f'"Here is {{{role}}}`{typed}` now."'[:60])
