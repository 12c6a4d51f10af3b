"""Roles are filled in where they stand; what nothing binds is listed; an approved text may have none of it."""

from pathlib import Path

import pytest

from pmif.commentary import check_commentary, read_bound
from pmif.commentary.binding import Use
from pmif.commentary.render import section_html
from pmif.disclosure import Published
from pmif.errors import CommentaryError
from tests.commentary.writing import FRONT, bound, summary_of, write

HELP, READY = "family-help-in-time", "ready-for-reception"
APPROVED = FRONT.replace("draft", "approved").replace(
    "---\n", "---\napproved: 2026-11-12\napproved_by: performance\n", 1
)


def html(built: Path, published: Published, words: str, page: str = "po1") -> str:
    made = summary_of(built, published, words, page)
    assert made.faults == []
    return section_html(made, made.text.sections[0], published)


# --- on the page -----------------------------------------------------------------------------------------------


def test_figures_lead_to_their_definition(built: Path, published: Published):
    assert html(built, published, f"Of them {{value}}`{HELP}`, {{improved}}`better <{HELP}>`.") == (
        f'<p>Of them <a class="pm-bound" href="#m-{HELP}">66.2%</a>, '
        f'<a class="pm-bound pm-claim" href="#m-{HELP}">better</a>.</p>\n'
    )
    assert f'href="po1.html#m-{HELP}"' in html(built, published, f"Of them {{value}}`{HELP}`.", "overview")


def test_a_role_in_a_link_makes_no_second_one(built: Path, published: Published):
    made = html(
        built, published, f"See [{{value}}`{HELP}` and {{quoted}}`5 <Family team, diary>`](https://example.org)."
    )

    assert made.count("<a ") == 1
    assert '<span class="pm-bound">66.2%</span>' in made


def test_what_is_quoted_says_from_where_once(built: Path, published: Published):
    words = "There are {quoted}`40 <Family team, diary>`, {quoted}`50 <Family team, diary>`, {quoted}`6 <Schools & nurseries, notes>`."

    made = html(built, published, words)

    assert made.count("Family team, diary") == 1
    assert (
        '<li id="q-summary-1">[1] Family team, diary</li><li id="q-summary-2">[2] Schools &amp; nurseries, notes</li>'
        in made
    )


def test_a_claim_that_begins_a_sentence_has_a_capital(built: Path, published: Published):
    made = summary_of(built, published, f"{{improved}}`better <{HELP}>` so. {{highest}}`{READY}`.")

    assert made.paragraphs[0][1] == "Better so. Highest in Alderpond."


def test_each_use_is_counted(built: Path, published: Published):
    words = f"{{value}}`{HELP}`, {{rose}}`{HELP}`, {{count}}`measures`, {{quoted}}`5 <Family team, diary>`."

    made = summary_of(built, published, words)

    assert {use: made.count(use) for use in Use} == {Use.VALUE: 2, Use.CLAIM: 1, Use.QUOTED: 1, Use.RECHECK: 0}


def test_this_is_the_measure_of_its_own_section(built: Path, published: Published):
    words = "## Summary\n\nWords.\n\n## ready-to-learn\n\n### ready-for-reception\n\nIt {fell}`this`, {value}`this/madeland`.\n"

    made = bound(built, published, words)

    assert made.faults == []
    assert made.paragraphs[-1][1] == "It fell, 67.7%."
    assert "stands for the measure of a ### section" in summary_of(built, published, "{value}`this`").faults[0].problem


# --- words of one's own ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (f"It {{improved}}`got worse <{HELP}>`.", "'got worse' says 'got worse', which is not what {improved} claims"),
        (f"It {{improved}}`is here <{HELP}>`.", "'is here' does not say what {improved} claims"),
        (f"It {{improved}}`is not better <{HELP}>`.", "turns the claim round with 'not'"),
        (f"It {{improved}}`is better by 5 <{HELP}>`.", "holds '5', which nothing binds"),
        (f"It {{improved}}`is better by ten points <{HELP}>`.", "holds 'by ten', which nothing binds"),
        (f"It {{improved}}`is better for a decade <{HELP}>`.", "holds 'for a decade', which nothing binds"),
        (f"It {{improved}}`improved in November <{HELP}>`.", "holds 'November', which nothing binds"),
        (f"It {{rose}}`rose sharply <{HELP}>`.", "says 'sharply'"),
        (f"It {{got-worse}}`got worse in Dunmade <{READY}>`.", "names Dunmade, and the claim is 'got worse' of"),
        (f"It {{got-worse}}`got worse in Madeland <{READY}>`.", "names Madeland"),
        (
            f"It is {{highest}}`highest in Copperlea <{READY}>`.",
            "names Copperlea, and the claim is 'highest in Alderpond'",
        ),
        (f"It is {{better-than}}`better than in Madeshire <{HELP}>`.", "names Madeshire"),
        (
            f"It is {{highest}}`worst in Alderpond <{READY}>`.",
            "'worst' is not what {highest} claims, since the best is",
        ),
        (f"It is {{lowest}}`best in Copperlea <{READY}>`.", "'best' is not what {lowest} claims"),
        (f"It is {{lowest-since}}`at a record low <{READY}>`.", "it is no record, but"),
        (f"It has not {{improved}}`improved <{HELP}>`.", "'not' turns {improved} round"),
        (f"It hardly ever {{improved}}`improved <{HELP}>`.", "'hardly' turns {improved} round"),
        ("There are {quoted}`40 families`.", "has no source"),
        ("There are {quoted}`40 families <us>`.", "does not say where '40 families' is from"),
    ],
)
def test_words_that_do_not_fit_the_claim_are_refused(built: Path, published: Published, words: str, said: str):
    made = summary_of(built, published, words)

    assert len(made.faults) == 1
    assert said in made.faults[0].problem


@pytest.mark.parametrize(
    "words",
    [
        f"It {{improved}}`is better <{HELP}>`.",
        f"Not all is told, but it {{improved}}`is better <{HELP}>`.",
        f"It {{better-than}}`is better than in Madeland <{HELP}>`.",
        f"In Madeland it {{no-detectable-change}}`shows no clear change in Madeland <{HELP}/madeland>`.",
        f"It is {{highest}}`best of all in Alderpond <{READY}>`.",
        f"It {{rising}}`has been rising over five years <{HELP}>`.".replace("rising}", "rose}").replace(
            " over five years", ""
        ),
    ],
)
def test_words_that_fit_the_claim_are_kept(built: Path, published: Published, words: str):
    assert summary_of(built, published, words).faults == []


# --- what nothing binds ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("There are 40 of them.", "'40'"),
        ("It cost £1,200.50 and more.", "'£1,200.50'"),
        ("Of them 5% came.", "'5%'"),
        ("It was so in 2024/25.", "'2024/25'"),
        ("It was so in March.", "'March'"),
        ("It was so on 3 May.", "'3 May'"),
        ("It was so in October 2025.", "'October 2025'"),
        ("It rose.", "'rose'"),
        ("It **ro**se.", "'rose'"),
        ("It went\nup.", "'went up'"),
        ("It is significantly so.", "'significantly'"),
        ("The worst ward is Copperlea.", "Copperlea"),
        ("It was half of the whole.", "half of"),
    ],
)
def test_what_nothing_binds_is_listed(built: Path, published: Published, words: str, found: str):
    made = summary_of(built, published, words)

    assert made.faults == []
    assert found in " ".join(fault.problem.partition('": ')[2] for fault in made.unbound)
    assert all(fault.place.endswith("po1.md, line 8") for fault in made.unbound)


@pytest.mark.parametrize(
    "words",
    [
        "They may march to higher education in early years.",
        "Copperlea has a new centre.",
        "Words {quoted}`rose by 40% in March <Family team, diary of 2026>`.",
        f"It {{rose}}`rose <{HELP}>` from {{previous}}`{HELP}` in {{previous-period}}`{HELP}`.",
    ],
)
def test_what_says_nothing_of_a_figure_is_not_listed(built: Path, published: Published, words: str):
    made = summary_of(built, published, words)

    assert [str(fault) for fault in (*made.faults, *made.unbound)] == []


def test_the_line_is_where_the_word_stands(built: Path, published: Published):
    made = summary_of(
        built, published, f"One {{quoted}}`line\nand <Family team,\ndiary>` and {{fell}}`{HELP}`\nthen 5."
    )

    assert [fault.place.rpartition(" ")[2] for fault in made.faults] == ["10"]
    assert [fault.place.rpartition(" ")[2] for fault in made.unbound] == ["11"]


def test_an_approved_text_may_have_nothing_unbound(built: Path, published: Published):
    write(built, "## Summary\n\nThere are 40.\n", front=APPROVED)

    with pytest.raises(CommentaryError) as error:
        read_bound(built, published, "po1")
    checked = check_commentary(built, published, ["po1"])

    assert "line 10: \"There are 40.\": the number '40' is bound to nothing" in str(error.value)
    assert [len(checked.faults), len(checked.unbound), len(checked.not_approved)] == [1, 0, 0]


def test_a_draft_with_unbound_words_stands(built: Path, published: Published):
    write(built, "## Summary\n\nThere are 40.\n")

    checked = check_commentary(built, published, ["po1"])

    assert read_bound(built, published, "po1") is not None
    assert [len(checked.faults), len(checked.unbound), len(checked.not_approved)] == [0, 1, 1]


def test_a_claim_that_no_longer_holds_is_marked_in_a_draft_alone(built: Path, published: Published):
    words = f"## Summary\n\nIt {{recheck}}`fell: has dropped <{HELP}>`.\n"
    draft = FRONT.replace("---\n", "---\nfollows: 2026-27-q1\n", 1)
    reviewed = draft.replace("draft", "reviewed").replace(
        "---\n", "---\nreviewed: 2026-11-12\nreviewed_by: performance\n", 1
    )

    made = bound(built, published, words, front=draft)
    shown = section_html(made, made.text.sections[0], published)

    assert made.faults == []
    assert '<mark class="pm-recheck">has dropped</mark> <strong>[to be rewritten: 66.2% in July to September' in shown
    assert "rewrite it before the text is reviewed" in bound(built, published, words, front=reviewed).faults[0].problem
    assert "is written by 'pmif new-period' alone" in bound(built, published, words).faults[0].problem


@pytest.mark.parametrize(
    ("typed", "named"),
    [
        ("It is {highest}`highest <ready-for-reception/ward>` in Dunmade.", "Dunmade"),
        ("In Dunmade it is {highest}`highest <ready-for-reception/ward>`.", "Dunmade"),
        (
            "It is {highest}`highest <ready-for-reception/ward>` in Copperlea and "
            "{lowest}`lowest <ready-for-reception/ward>` in Alderpond.",
            "Copperlea",
        ),
    ],
)
def test_a_ward_beside_a_claim_must_be_the_one_that_is_claimed(
    built: Path, published: Published, typed: str, named: str
):
    assert f"names {named}, but the claim is" in str(summary_of(built, published, typed).faults[0])


def test_the_right_ward_beside_a_claim_is_no_fault(built: Path, published: Published):
    text = (
        "It is {highest}`highest <ready-for-reception/ward>` in Alderpond and "
        "{lowest}`lowest <ready-for-reception/ward>` in Copperlea."
    )
    assert summary_of(built, published, text).faults == []


def test_a_claim_about_the_borough_in_a_sentence_about_a_ward_is_listed(built: Path, published: Published):
    listed = summary_of(built, published, "In Dunmade it {got-worse}`got worse <ready-for-reception>`.").unbound

    assert "names Dunmade, and {got-worse} is of" in str(listed[0])


@pytest.mark.parametrize("typed", ["All five are late.", "Nine are late.", "Fewer people are out of work."])
def test_numbers_in_words_and_bare_comparisons_are_listed(built: Path, published: Published, typed: str):
    assert len(summary_of(built, published, typed).unbound) == 1
