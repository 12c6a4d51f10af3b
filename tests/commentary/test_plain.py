"""Advice on plain English and spelling: what it finds, what it offers, and what it leaves alone."""

import re
from csv import DictReader
from dataclasses import replace
from pathlib import Path

import pytest

from pmif.commentary import plain
from pmif.commentary.plain import PlainWords, plain_english, read_plain_words
from pmif.commentary.reading_age import _syllables, reading_age
from pmif.commentary.sentences import sentences as split
from pmif.errors import CommentaryError

REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def lists() -> PlainWords:
    return read_plain_words(REPOSITORY)


def said(text: str, lists: PlainWords) -> list[str]:
    return [advice.says for advice in plain_english([(7, text)], lists)]


# --- sentences -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("It rose. It fell! Did it? Yes.", ["It rose.", "It fell!", "Did it?", "Yes."]),
        ("It rose, e.g. in Felling. It fell.", ["It rose, e.g. in Felling.", "It fell."]),
        ("It rose, e.g. Felling's did.", ["It rose, e.g. Felling's did."]),
        ("St. Mary's and Dr. Smith agree. So do we.", ["St. Mary's and Dr. Smith agree.", "So do we."]),
        ("See Nos. 3 and 4. The answer is no. We asked.", ["See Nos. 3 and 4.", "The answer is no.", "We asked."]),
        ("It is 1.5 times as high. Next.", ["It is 1.5 times as high.", "Next."]),
        ("Schools, nurseries etc. are open. So are parks.", ["Schools, nurseries etc. are open.", "So are parks."]),
        ("J. Smith wrote it. So did I. Then we met.", ["J. Smith wrote it.", "So did I.", "Then we met."]),
        ("They said “we were helped.” Others agree.", ["They said “we were helped.”", "Others agree."]),
        ("(It rose.) It fell", ["(It rose.)", "It fell"]),
        ("In 2026. 12 people came.", ["In 2026.", "12 people came."]),
    ],
)
def test_a_stop_ends_a_sentence_unless_it_belongs_to_a_word(text: str, sentences: list[str]):
    assert [sentence for _, sentence in split(text)] == sentences


def test_twenty_five_words_are_not_too_many_and_twenty_six_are(lists: PlainWords):
    assert said(" ".join(["word"] * 25) + ".", lists) == []
    assert said("We met 1.5% of – " + " ".join(["word"] * 22) + ". Short.", lists) == [
        "the sentence that begins 'We met 1.5% of word' has 26 words: split it, so that none has more than 25"
    ]


def test_a_line_is_that_of_the_words_and_not_of_their_paragraph(lists: PlainWords):
    text = "It is short.\nIt has a centre.\nIt has a center and a\nrobust plan."

    assert [(a.line, a.says.split("'")[1]) for a in plain_english([(3, text)], lists)] == [(5, "center"), (6, "robust")]


# --- jargon --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "found", "offered"),
    [
        ("We utilise it.", "utilise", "'use'"),
        ("It is Utilised by us, and utilised.", "utilised", "'used'"),
        ("By utilizing it.", "utilizing", "'using'"),
        ("She signposts families.", "signposts", "'points to help'"),
        ("We assisted them.", "assisted", "'helped'"),
        ("It was purchased.", "purchased", "'bought'"),
        ("It facilitated visits.", "facilitated", "'helped' or 'made possible'"),
        ("The stakeholders met.", "stakeholders", "'partners' or 'residents'"),
        ("Our service users say so.", "service users", "'people who use the service'"),
        ("A service\nuser says so.", "service user", "'person who uses the service'"),
        ("A step-change came.", "step-change", "'big improvement'"),
        ("Going forward, we meet.", "Going forward", "'from now on'"),
        ("Looked-after children", "Looked-after children", "'children in care'"),
        ("It is 3 YTD.", "YTD", "'since April'"),
        ("Two KPIs moved.", "KPIs", "'measures'"),
        ("Wards and/or towns.", "and/or", "'or'"),
    ],
)
def test_offers_the_plain_word_in_the_same_form(text: str, found: str, offered: str, lists: PlainWords):
    assert f"instead of '{found}' write {offered}" in said(text, lists)


def test_the_longest_term_alone_is_advised_on(lists: PlainWords):
    assert said("We value stakeholder engagement.", lists) == [
        "instead of 'stakeholder engagement' write 'talking to the people concerned'"
    ]


@pytest.mark.parametrize(
    "text",
    [
        "A rag rug and a lac.",  # not RAG, nor LAC
        "The Stakeholder Forum met.",  # a name
        "Parents said “it was a holistic thing”.",  # somebody else's words
        'They asked for "robust" plans.',
        "It is at www.robust.gov.uk and in data/robust.csv.",
        "We like service, users like it too.",  # a comma between
        "Robustness is not listed.",
    ],
)
def test_jargon_is_not_found_where_it_is_none(text: str, lists: PlainWords):
    assert [says for says in said(text, lists) if says.startswith("instead")] == []


def test_the_same_advice_is_given_once_with_its_other_lines(lists: PlainWords):
    paragraphs = [(3, "A robust plan."), (5, "A robust view, a robust one."), (9, "One robust\nand one robust thing.")]

    assert [(a.line, a.says) for a in plain_english(paragraphs, lists)] == [
        (3, "instead of 'robust' write 'sound' or 'strong' (again in lines 5, 9, 10)")
    ]


def test_every_term_of_the_list_is_found_and_its_offer_needs_no_advice_itself(lists: PlainWords):
    assert len(lists.terms) > 120
    for term in lists.terms.values():
        for form, say in plain._forms(term):
            assert any(f"instead of '{form}' write" in says for says in said(f"It was {form} again.", lists)), form
            assert [says for says in said(f"It was {say} again.", lists) if "explained" not in says] == [], say


# --- spelling ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("We recieve it.", "'recieve' looks misspelt: write 'receive'"),
        ("Goverment's view.", "'Goverment's' looks misspelt: write 'government'"),
        ("The Childrens Act.", "'Childrens' looks misspelt: write 'children' or 'children's'"),
        ("An adn a.", "'adn' looks misspelt: write 'and'"),
        ("It was abd.", "'abd' looks misspelt: write 'and' or 'bad'"),
        ("An organiztion.", "'organiztion' looks misspelt: write 'organisation'"),  # not the American word
        ("The center's staff.", "'center's' is American spelling: write 'centre's'"),
        ("A program of practice for licensed, focused, biased stories.", None),
        ("The World Health Organization said so.", None),  # a name
        ("Organization matters.", "'Organization' is American spelling: write 'organisation'"),
        ("ADN, McRecieve, adn2 and recieve@adn.uk or adn.csv.", None),
    ],
)
def test_misspelt_and_american_words_come_with_the_british_one(text: str, says: str | None, lists: PlainWords):
    found = [advice for advice in said(text, lists) if "misspelt" in advice or "American" in advice]

    assert found == ([] if says is None else [says])


def test_no_british_spelling_is_marked(lists: PlainWords):
    british = sorted(plain._american().values())
    assert len(british) > 500
    assert "centre" in british

    marked = said(". ".join(british), replace(lists, terms={}))
    assert [says for says in marked if "misspelt" in says or "American" in says] == []


def test_no_area_of_the_council_is_misspelt(lists: PlainWords):
    with (REPOSITORY / "data/boundaries/areas.csv").open(encoding="utf-8", newline="") as file:
        names = sorted({row["name"] for row in DictReader(file)})
    assert len(names) > 30

    assert [says for says in said(". ".join(names), lists) if "misspelt" in says] == []


def test_names_are_left_alone(lists: PlainWords):
    text = "People of Recieve Hill and Center-on-Tyne."

    assert len(said(text, lists)) == 1
    assert said(text, replace(lists, names=frozenset({"Recieve Hill"}))) == []


# --- abbreviations -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "Young people not in education, employment or training (NEET) are few. NEET is our word.",
        "NEET (not in education, employment or training) is our word.",
        "NEET means not in education, employment or training.",
        "LSOA. Lower layer super output area.",
        "Lower layer super output areas, or LSOAs, are small.",
        "The Department for Education (DfE) says so.",
        "The NHS, two GPs, A&E and her GCSEs.",
        "GitHub and McDonald and E08000037.",
    ],
)
def test_no_advice_on_what_is_explained_or_known(text: str, lists: PlainWords):
    assert said(text, lists) == []


@pytest.mark.parametrize(
    "text", ["NEET is low.", "It is low (see NEET).", "NEET (down from 5%) is low.", "It fell: NEET."]
)
def test_an_abbreviation_is_advised_on_once_where_nothing_explains_it(text: str, lists: PlainWords):
    assert said(text + " NEET again.", lists) == ["'NEET' is not explained: write its words out, with NEET in brackets"]


def test_an_explanation_that_comes_too_late_is_told_with_its_line(lists: PlainWords):
    paragraphs = [(2, "The DfE says so."), (4, "The Department for Education (DfE) says more.")]

    assert [(a.line, a.says) for a in plain_english(paragraphs, lists)] == [
        (2, "'DfE' is explained only in line 4: write its words out here, where it is first used")
    ]


# --- reading age ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("word", "syllables"),
    [
        ("ward", 1), ("helped", 1), ("homes", 1), ("people", 2), ("needed", 2), ("houses", 2), ("many", 2),
        ("something", 2), ("framework", 2), ("children's", 2), ("family", 3), ("deprivation", 4), ("accommodation", 5),
        ("responsibility", 6),
    ],
)  # fmt: skip
def test_syllables_are_those_that_are_spoken(word: str, syllables: int):
    assert _syllables(word) == syllables


def test_reading_age_is_the_grade_of_flesch_and_kincaid_and_five_years():
    # 10 words a sentence, 14 syllables in ten words.
    text = "The people of the ward have made a new garden. " * 10
    syllables = [1, 2, 1, 1, 1, 1, 1, 1, 1, 2]

    expected = 0.39 * 10 + 11.8 * sum(syllables) / 10 - 15.59 + 5
    assert reading_age([text]) == pytest.approx(expected)
    assert reading_age([text, text]) == pytest.approx(expected)


def test_there_is_no_reading_age_of_under_a_hundred_words():
    assert reading_age(["One word more. " * 33]) is None  # 99
    assert reading_age(["One word more. " * 33, "Yes."]) is not None
    assert reading_age([]) is None


def test_a_hard_text_is_told_first_what_makes_it_hard(lists: PlainWords):
    long_words = "Administrative responsibility necessitates consideration. " * 30
    long_sentences = ("We all go to the big park in the town and we sit on the wall in the sun " * 3 + ". ") * 5

    words, sentences = (plain_english([(7, text)], lists)[0] for text in (long_words, long_sentences))
    assert (words.line, sentences.line) == (1, 1)
    assert re.fullmatch(
        r"this text is for readers of \d\d and over, .* long words, such as 'responsibility', .*", words.says
    )
    assert "for readers of 18 and over" in sentences.says  # not of 28
    assert "sentences of 57 words on average, so split some" in sentences.says
    assert "long words" not in sentences.says


# --- the lists -----------------------------------------------------------------------------------------------


def own(root: Path, text: str) -> Path:
    file = root / "data/language/plain-words.yml"
    file.parent.mkdir(parents=True)
    file.write_text(text, encoding="utf-8")
    return root


def test_a_council_adds_replaces_and_takes_off(tmp_path: Path):
    lists = read_plain_words(
        own(
            tmp_path,
            "terms:\n"
            "  - {rather_than: Cohort, say: ''}\n"
            "  - {rather_than: robust, say: firm}\n"
            "  - {rather_than: blue light service, say: emergency service, kind: noun}\n"
            "known_abbreviations: [NEET]\n"
            "spelt_right: [Recieve]\n",
        )
    )

    assert said("The cohorts and the NEET recieve it.", lists) == []
    assert said("A robust plan of blue light services.", lists) == [
        "instead of 'robust' write 'firm'",
        "instead of 'blue light services' write 'emergency services'",
    ]
    assert said("We utilise it.", lists) != []  # the program's own stay


def test_the_program_has_a_list_where_a_council_has_none(tmp_path: Path):
    assert read_plain_words(tmp_path) == read_plain_words(REPOSITORY)


def test_every_fault_of_a_list_comes_with_its_line(tmp_path: Path):
    root = own(
        tmp_path,
        "terms:\n"
        "  - {rather_than: robust}\n"
        "  - {rather_than: cohort, say: group, kind: adverb}\n"
        "  - {rather_than: '&', say: and}\n"
        "known_abbreviations: [12]\n"
        "jargon: []\n",
    )

    with pytest.raises(CommentaryError) as raised:
        read_plain_words(root)

    told = str(raised.value)
    for part in (
        "data/language/plain-words.yml, line 2: plain words, terms.1.say is missing",
        "line 3: plain words, terms.2.kind is 'adverb': use 'verb' or 'noun'",
        "line 4: plain words, terms.3.rather_than: '&' has no word in it",
        "line 5: plain words, known_abbreviations.1 is 12",
        "line 6: plain words, unknown key 'jargon'",
    ):
        assert part in told, told


def test_a_term_given_twice_or_taken_off_in_vain_is_a_fault(tmp_path: Path):
    root = own(
        tmp_path,
        "terms:\n  - {rather_than: robust, say: firm}\n  - {rather_than: cohorts, say: ''}\n  - {rather_than: Robust, say: sound}\n",
    )

    with pytest.raises(CommentaryError) as raised:
        read_plain_words(root)

    assert "line 3: 'cohorts' is not listed, so cannot be taken off" in str(raised.value)
    assert "line 4: term 'robust' is already defined at data/language/plain-words.yml, line 2" in str(raised.value)


def test_an_empty_text_has_no_advice(lists: PlainWords):
    assert plain_english([], lists) == []
    assert said(" \n ", lists) == []
