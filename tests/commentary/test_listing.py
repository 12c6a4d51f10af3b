"""Whatever `pmif commentary words` offers passes the check as it is, reads as it says, and shows nothing withheld."""

import csv
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from pmif.cli import main
from pmif.commentary.beside_claims import beside_roles, target_role
from pmif.commentary.binding import VOCABULARY
from pmif.commentary.change_claims import change_role
from pmif.commentary.check import pages_of
from pmif.commentary.listing import WIDTH, words_of
from pmif.commentary.notation import ROLE
from pmif.commentary.ready_made import ABSENT, PLACES, ReadyMade
from pmif.disclosure import State
from pmif.errors import CommentaryError
from pmif.exhibits.wording import last_step_agrees
from tests.commentary.books import PAGES, Book
from tests.conftest import BOROUGH

# Of the real book's many measures, one of each kind: a wide survey, groups, wards, a return that has not come, context.
MEASURES = {
    "borough": ("ready-for-reception", "pupils-excluded-for-good", "care-waits", "poor-health", "budget-gap"),
    "real": ("life-satisfaction", "school-readiness", "fuel-poverty", "sickness-days", "population"),
}


def listed(book: Book, page: str = "", measure: str = "") -> str:
    asked = (page, measure)
    if asked not in book.listed:
        book.listed[asked] = words_of(book.published, book.words, page, measure=measure)
    return book.listed[asked]


def sentences_in(listing: str) -> list[tuple[str, str]]:
    """Every sentence that a listing offers: as it is typed, and as the listing says that it reads."""
    found = []
    for block in re.split(r"\n\s*\n", listing):
        lines = block.splitlines()
        typed = [line.strip() for line in lines if re.match(r" {6}\S", line)]
        reads = [line.strip() for line in lines if re.match(r" {2}\S", line)]
        # A measure's first block begins with its name, which stands at the margin.
        if typed and reads and not any(re.match(r"\S", line) for line in lines):
            found.append((" ".join(typed), " ".join(reads)))
    return found


def roles_in(listing: str) -> list[str]:
    """Every role of a listing's tables, as it is typed."""
    rows = (line for line in listing.splitlines() if line.startswith("  {"))
    return [found[0] for row in rows if (found := ROLE.match(row.strip()))]


# --- nothing is offered that fails --------------------------------------------------------------------------------


@pytest.mark.parametrize("page", PAGES)
def test_every_sentence_offered_for_a_page_passes_the_check_and_reads_as_it_says(book, page):
    offered = sentences_in(listed(book, page))

    bound = book.bound_summary([typed for typed, _ in offered], page)

    assert len(offered) > 10
    assert [*bound.faults, *bound.unbound] == []
    assert [words for _, words in bound.paragraphs] == [reads for _, reads in offered]


@pytest.mark.parametrize("number", range(5))
def test_all_that_is_offered_of_a_measure_passes_the_check(book, number):
    measure = MEASURES["borough" if book.published.made_up else "real"][number]
    listing = listed(book, measure=measure)
    offered, roles = sentences_in(listing), roles_in(listing)

    bound = book.bound_summary([*(typed for typed, _ in offered), *(f"It is {role}." for role in roles)], "overview")

    assert offered and roles
    assert [*bound.faults, *bound.unbound] == []
    assert [words for _, words in bound.paragraphs][: len(offered)] == [reads for _, reads in offered]


def test_every_example_of_a_role_passes_the_check(book):
    listing = listed(book)
    examples = [found[0] for found in re.finditer(rf"(?m)^    {ROLE.pattern}", listing)]

    bound = book.bound_summary([f"It is {example.strip()}." for example in examples], "overview")

    assert len(examples) > 40
    assert [*bound.faults, *bound.unbound] == []


def test_other_words_offered_for_a_claim_pass_the_check(book):
    said = []
    for block in listed(book).split("\n\n"):
        example, others = re.search(rf"(?m)^    {ROLE.pattern}", block), re.search(r"(?s)\n    or: (.*)", block)
        if example and others:
            role, target = example["role"], example["content"]
            said += [f"It {{{role}}}`{word} <{target}>`." for word in " ".join(others[1].split()).split(", ")]

    bound = book.bound_summary(said, "overview")

    assert len(said) > 100
    assert [*bound.faults, *bound.unbound] == []


# --- nothing is left out ------------------------------------------------------------------------------------------


def test_whatever_may_be_said_of_a_measure_has_a_sentence(book):
    made = ReadyMade(book.published, "overview", book.words)
    for pm in book.published.all_measures:
        has_figure = change_role(pm) not in ABSENT
        assert len(made.figure(pm)) == 1, pm.id
        assert len(made.change(pm)) == has_figure, pm.id
        assert len(made.target(pm)) == bool(target_role(pm)), pm.id
        good_or_bad = pm.finding.state in (State.IMPROVING, State.GETTING_WORSE) and last_step_agrees(pm)
        assert len(made.judged(pm)) == good_or_bad, pm.id
        for kind in PLACES:
            assert len(made.beside(pm, kind)) == bool(beside_roles(pm, kind)), pm.id
        for gap in pm.gaps:
            roles = {found["role"] for one in made.gap(pm, gap) for found in ROLE.finditer(one.typed)}
            assert {"gap", "highest-value" if gap.dimension == "ward" else "value"} <= roles, (pm.id, gap.dimension)
            assert any(role.startswith("gap-") and role != "gap-period" for role in roles), (pm.id, gap.dimension)


@pytest.mark.parametrize("page", PAGES)
def test_a_page_counts_every_state_that_its_measures_are_in(book, page):
    made = ReadyMade(book.published, page, book.words)
    names = {found["content"] for one in made.counts() for found in ROLE.finditer(one.typed)}
    names = {re.sub(r".*<(.*)>", r"\1", name) for name in names}

    assert {"measures", "tested", *(pm.finding.state for pm in made.counted)} <= names


def test_every_role_there_is_stands_in_the_list_of_all(book):
    listing = listed(book)

    for role, entry in VOCABULARY.items():
        assert re.search(rf"(?m)^\{{{role}\}}`", listing), role
        assert " ".join(entry.says.split()[:4]) in " ".join(listing.split()), role
    assert "{quoted}`" in listing


def test_a_page_lists_each_of_its_measures_below_its_outcome(book):
    listing = listed(book, "po1")
    at = 0
    for outcome in book.published.parts_of("po1"):
        at = listing.index(f"\n## {outcome.id}\n", at)
        for pm in book.published.measures_of(outcome.id):
            assert listing.index(f"\n{pm.id}: ", at) > at


# --- what is withheld ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("measure", ["pupils-excluded-for-good", "care-waits", "tooth-admissions"])
def test_a_withheld_figure_is_said_to_be_withheld_and_never_shown(borough, measure):
    listing = listed(borough, measure=measure)
    with (BOROUGH / "secrets.csv").open(encoding="utf-8") as file:
        secrets = [row["rounded"] for row in csv.DictReader(file) if row["measure"] == measure]

    assert secrets
    assert "withheld to protect people" in listing
    assert [secret for secret in secrets if re.search(rf"(?<![\d.]){re.escape(secret)}(?!\d)", listing)] == []


def test_a_withheld_ward_has_no_role_to_type(borough):
    listing = listed(borough, measure="pupils-excluded-for-good")

    assert re.search(r"(?m)^  pupils-excluded-for-good/thimble-hill +withheld to protect people$", listing)
    assert "`pupils-excluded-for-good/thimble-hill`" not in listing


# --- how it reads -------------------------------------------------------------------------------------------------


def test_a_change_since_an_earlier_figure_names_that_figure(borough):
    """Rolling years are judged beside those that they do not overlap, so the words must go back to them too."""
    book = borough
    made = ReadyMade(book.published, "po2", book.words)

    (change,) = made.change(book.published.measure("adults-low-wellbeing"))

    assert change.reads == "It rose from 9.5% in 2019 to 2021."
    assert "{rose}`adults-low-wellbeing, since 2019-to-2021`" in change.typed


@pytest.mark.parametrize(
    ("measure", "sentence"),
    [
        ("family-help-in-time", "Its target is 70.0% by 2025/26, and it is off target."),
        ("family-help-in-time", "It is better than Madeland, where it was 60.0%."),
        ("parents-offered-help", "It is unchanged from 81.5% in 2023/24."),
        (
            "deaths-before-their-time",
            "It has been falling over five years; the figure before was 1,471.8 per 100,000, in 2024.",
        ),
        ("debt-advice-waits", "For days people wait for debt advice, no return has been received."),
        ("care-waits", "For people who wait more than 28 days for care, the figure is withheld to protect people."),
        ("complaints-upheld", "For complaints that were upheld, there is no figure."),
        ("ready-for-reception", "By ward it is highest in Alderpond, at 82.3%, in 2024/25."),
        ("ready-for-reception", "The gap was 23.3 percentage points in 2023/24: no detectable change of the gap."),
        ("poor-health", "The figure is higher in more deprived places."),
    ],
)
def test_sentences_of_the_made_up_borough(borough, measure, sentence):
    listing = listed(borough, measure=measure)

    assert sentence in [reads for _, reads in sentences_in(listing)]


def test_no_difference_is_offered_where_a_test_finds_none(borough):
    listing = listed(borough, measure="young-people-who-cope")

    assert "no detectable change" in listing
    assert "That is a change of" not in listing
    assert "The difference is" not in listing


def test_a_page_without_outcomes_begins_with_what_it_is_about(borough):
    overview, inequalities = (listed(borough, page) for page in ("overview", "inequalities"))

    assert overview.index("Changes that a test finds") < overview.index("Between wards, and between groups")
    assert inequalities.index("Between wards, and between groups") < inequalities.index("Changes that a test finds")
    assert "\ncouncil-tax-collected: " in overview
    assert "By ward the figure for children ready for Reception is highest in Alderpond" in " ".join(
        inequalities.split()
    )


def test_no_line_is_too_wide_but_for_a_role_that_cannot_be_broken(book):
    for listing in (listed(book), listed(book, "po1"), listed(book, measure="claimants")):
        for line in listing.splitlines():
            assert len(line) <= WIDTH or re.fullmatch(rf"\s*{ROLE.pattern}[.,;:]?", line), line


# --- the command --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("page", "measure", "says"),
    [
        ("p01", "", "there is no page 'p01': did you mean po1?"),
        ("claimants", "", "that is a measure, so write --measure claimants"),
        ("", "claimant", "there is no measure 'claimant': did you mean claimants?"),
    ],
)
def test_an_unknown_name_is_answered_with_the_nearest(borough, page, measure, says):
    with pytest.raises(CommentaryError, match=re.escape(says)):
        listed(borough, page, measure)


def test_the_command_lists_a_page_a_measure_and_every_role(built: Path):
    def run(*words: str) -> str:
        result = CliRunner().invoke(main, ["commentary", "words", *words, "--root", str(built)])
        assert result.exit_code == 0, result.output
        return result.output

    assert run("po1").startswith("What may be named on page po1")
    assert run("--measure", "claimants").startswith("claimants: Working-age residents who claim")
    assert run().startswith("Every role that commentary may hold")


def test_every_page_can_be_listed(borough):
    assert pages_of(borough.published) == PAGES
