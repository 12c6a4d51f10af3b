"""Every claim holds where the made-up borough's figures say so, and says what is true where it does not."""

from pathlib import Path

import pytest

from pmif.disclosure import Published
from tests.commentary.writing import summary_of

HELP, READY, EXCLUDED = "family-help-in-time", "ready-for-reception", "pupils-excluded-for-good"


@pytest.mark.parametrize(
    ("role", "typed", "words"),
    [
        ("rose", HELP, "rose"),
        ("rose", f"{HELP}, since 2022-23-q3", "rose"),
        ("fell", READY, "fell"),
        ("fell", f"has dropped <{READY}>", "has dropped"),
        ("falling", "deaths-before-their-time", "has been falling over five years"),
        ("no-detectable-change", EXCLUDED, "no detectable change"),
        ("higher-no-detectable-change", f"{HELP}/region", "is higher (no detectable change)"),
        ("lower-no-detectable-change", f"was lower <{READY}/2023-24-school>", "was lower (no detectable change)"),
        ("fell-not-tested", "adults-who-volunteer", "is lower (not tested)"),
        ("rose-not-tested", "grew <weekly-pay>", "grew (not tested)"),
        ("unchanged", "parents-offered-help", "unchanged"),
        ("no-earlier-figure", "green-space-nearby", "there is no earlier figure to compare with"),
        ("wards-only", "poor-health", "there are ward figures only"),
        ("withheld", "care-waits", "the figure is withheld to protect people"),
        ("awaiting-return", "staff-vacancies", "no return has been received"),
        ("no-figure", "complaints-upheld", "there is no figure"),
        ("improved", HELP, "improved"),
        ("got-worse", READY, "got worse"),
        ("within-range", "residents-in-work", "within its usual range"),
        ("late", "fine-particles", "is late"),
        ("new-figure", HELP, "is new in this report"),
        ("definition-changed", READY, "its definition changed in 2021/22"),
        ("better-than", HELP, "better than Madeland"),
        ("better-than", f"better than in Madeshire <{HELP}/region>", "better than in Madeshire"),
        ("higher-than", f"{HELP}/neighbours", "higher than its neighbours"),
        ("worse-than", READY, "worse than Madeland"),
        ("similar-to", EXCLUDED, "similar to Madeland"),
        ("higher-than-not-tested", "parents-finish-course", "higher than Madeland (not tested)"),
        ("lower-than-not-tested", "below Madeland <weekly-pay>", "below Madeland (not tested)"),
        ("same-as", "parents-offered-help", "the same as Madeland"),
        ("on-target", "homes-easy-to-heat", "on target"),
        ("off-target", HELP, "off target"),
        ("not-yet-at-target", "council-carbon", "not yet at its target"),
        ("highest", READY, "highest in Alderpond"),
        ("highest", f"is best in Alderpond <{READY}/alderpond>", "is best in Alderpond"),
        ("highest", f"{READY}/sex=female", "highest for female"),
        ("highest-shown", "cold-homes", "highest in Copperlea, of those that can be shown (our estimate)"),
        ("among-highest", f"{EXCLUDED}/brackenwick", "among the highest in Brackenwick"),
        ("lowest", f"is worst in Copperlea <{READY}>", "is worst in Copperlea"),
        ("gap-widened", f"{READY}/deprivation-quintile", "widened"),
        ("gap-no-detectable-change", f"{READY}/free-school-meals", "no detectable change of the gap"),
        ("gap-change-not-tested", READY, "whether the gap narrows cannot be told"),
        ("differ", READY, "differ clearly"),
        ("lower-where-deprived", f"{READY}/deprivation-quintile", "is lower in more deprived places"),
        ("higher-where-deprived", "poor-health", "is higher in more deprived places"),
        ("highest-since", HELP, "the highest since figures began in October to December 2022"),
        ("highest-since", f"is a record high <{HELP}>", "is a record high"),
        ("lowest-since", READY, "the lowest since it was first counted this way in 2021/22"),
        ("first-above", f"{HELP}, above 62.1", "for the first time above 62.1%"),
        ("first-below", f"for the first time <{READY}, below 63>", "for the first time"),
    ],
)
def test_a_claim_that_holds_is_written(built: Path, published: Published, role: str, typed: str, words: str):
    made = summary_of(built, published, f"Here {{{role}}}`{typed}` now.", page="overview")

    assert made.faults == []
    assert made.paragraphs[0][1] == f"Here {words} now."


@pytest.mark.parametrize(
    ("role", "typed", "truth", "instead"),
    [
        ("fell", HELP, "66.2% in July to September 2026; rose from 58.1%", "{rose}`family-help-in-time`"),
        ("rose", READY, "60.6% in 2024/25", "{fell}`ready-for-reception`"),
        ("rose", EXCLUDED, "No detectable change", f"{{no-detectable-change}}`{EXCLUDED}`"),
        ("rose", "weekly-pay", "£612.40", "{rose-not-tested}`weekly-pay`"),
        ("improved", READY, "60.6%", "{got-worse}`ready-for-reception`"),
        ("late", HELP, "is expected in January 2027", ""),
        ("definition-changed", HELP, "no change of its definition is recorded", ""),
        ("worse-than", HELP, "Madeborough 66.2%, Madeland 60.0%: better than Madeland", f"{{better-than}}`{HELP}`"),
        ("better-than", "weekly-pay", "not tested", "{lower-than-not-tested}`weekly-pay`"),
        ("on-target", HELP, "66.2%, target 70.0%: off target", f"{{off-target}}`{HELP}`"),
        ("highest", f"{READY}/copperlea", "the highest is 82.3%, Alderpond", f"{{highest}}`{READY}/ward`"),
        ("highest", EXCLUDED, "cannot be told apart", f"{{among-highest}}`{EXCLUDED}`"),
        ("lowest", EXCLUDED, "3 of 8 are not shown", f"{{lowest-shown}}`{EXCLUDED}`"),
        ("among-highest", f"{EXCLUDED}/free-school-meals", "444.66", f"{{highest}}`{EXCLUDED}/free-school-meals`"),
        ("gap-narrowed", f"{READY}/free-school-meals", "No detectable change", f"{{gap-no-detectable-change}}`{READY}/free-school-meals`"),
        ("higher-where-deprived", f"{READY}/ward", "the line rises by", f"{{lower-where-deprived}}`{READY}/ward`"),
        ("lowest-since", HELP, "66.2%", ""),
        ("first-above", f"{HELP}, above 50", "66.2% in July to September 2026, 58.1% in April to June 2026", ""),
    ],
)  # fmt: skip
def test_a_claim_that_does_not_hold_says_what_does(
    built: Path, published: Published, role: str, typed: str, truth: str, instead: str
):
    made = summary_of(built, published, f"Here {{{role}}}`{typed}` now.", page="overview")

    (fault,) = made.faults
    assert fault.place.endswith("overview.md, line 8")
    assert "the figures do not bear out" in fault.problem
    assert truth in fault.problem
    assert fault.problem.endswith(f" True would be {instead}" if instead else ".")


@pytest.mark.parametrize(
    ("role", "typed", "said"),
    [
        ("rose", "care-waits", "withheld"),
        ("better-than", "council-carbon", "there is no figure for Madeland"),
        ("better-than", f"{READY}/copperlea", "a claim beside a ward is not tested"),
        ("on-target", "parents-finish-course", "has no target that its figure can be set beside"),
        ("highest", HELP, "has no gap between wards or groups"),
        ("gap-narrowed", f"{READY}/age", "no area that 'ready-for-reception' has figures for"),
        ("higher-where-deprived", f"{READY}/sex", "o slope"),
        ("highest-since", "green-space-nearby", "has no earlier figure"),
        ("first-above", HELP, "needs the number after a comma"),
        ("first-above", f"{HELP}, above half", "'half' is no number"),
        ("first-above", f"{HELP}, above 1e999", "'1e999' is no number"),
        ("improved", f"{HELP}/madeland", "{improved} takes the measure alone"),
    ],
)
def test_a_claim_that_cannot_be_made_says_why(built: Path, published: Published, role: str, typed: str, said: str):
    made = summary_of(built, published, f"Here {{{role}}}`{typed}` now.", page="overview")

    assert len(made.faults) == 1
    assert said in made.faults[0].problem
