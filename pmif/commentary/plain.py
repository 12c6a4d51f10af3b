"""Plain English and spelling: advice to the writer of a text, which never stops anything.

A council's report is for everyone who lives there. Advice is given on long sentences, on words that only officers
use, on spelling, on abbreviations that nobody has explained, and on a text that takes long schooling to read.
Everything here is a rule that can be followed by hand; none of it understands the text.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property, lru_cache
from importlib.util import find_spec
from itertools import pairwise
from math import ceil
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, field_validator

from pmif.commentary.lists import lists
from pmif.commentary.reading_age import Readability, chunks
from pmif.commentary.sentences import OPENING, sentences
from pmif.errors import CommentaryError, Fault

NAME = "plain-words.yml"
LONGEST_SENTENCE = 25  # words: the limit of GOV.UK's content guidance
OLDEST_READER = 14  # years; above it the whole text is advised on
OLDEST_PUPIL = 18  # no school goes on for longer, so a greater age says nothing


@dataclass(frozen=True)
class Advice:
    """What would make a text easier to read. It never stops anything."""

    line: int  # of the file
    says: str  # a sentence with what to do


class Kind(StrEnum):
    """What a term is, if its forms are to be found and offered as well: utilised, used."""

    VERB = "verb"
    NOUN = "noun"


class Term(BaseModel):
    """A word or phrase to avoid, and what to write instead; nothing, where a council takes a term off the list."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)
    rather_than: Annotated[str, Field(min_length=1)]
    say: str
    kind: Kind | None = None

    @field_validator("rather_than")
    @classmethod
    def _has_a_word(cls, phrase: str) -> str:
        if not _WORD.search(phrase):
            raise ValueError(f"'{phrase}' has no word in it: give the word or phrase to avoid")
        return phrase

    @property
    def id(self) -> str:
        return _same(self.rather_than)


class _Lists(BaseModel):
    """One file of plain words."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True, title="plain words")
    terms: tuple[Term, ...] = ()
    known_abbreviations: tuple[str, ...] = ()
    spelt_right: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Phrase:
    """A term as it is looked for in a text: its words in small letters, and what to write instead."""

    words: tuple[str, ...]
    say: str
    capitals: str  # the term itself where it must stand in those capitals, otherwise blank


@dataclass(frozen=True)
class PlainWords:
    """The lists that advice is given from. `names` are of places and people: none is misspelt."""

    terms: Mapping[str, Term]
    known_abbreviations: frozenset[str]
    spelt_right: frozenset[str]
    names: frozenset[str] = frozenset()

    @cached_property
    def phrases(self) -> Mapping[str, Sequence[_Phrase]]:
        """Every form of every term by its first word, the longest first."""
        found: dict[str, list[_Phrase]] = {}
        for term in self.terms.values():
            for form, say in _forms(term):
                words = tuple(_same(word) for word in _WORD.findall(form))
                capitals = form if any(_ABBREVIATION.fullmatch(word) for word in _WORD.findall(form)) else ""
                found.setdefault(words[0], []).append(_Phrase(words, say, capitals))
        return {first: sorted(phrases, key=lambda p: -len(p.words)) for first, phrases in found.items()}

    @cached_property
    def left_alone(self) -> frozenset[str]:
        """Every word that is spelt as it should be, whatever the dictionaries say."""
        return self.spelt_right | {_same(word) for name in self.names for word in _WORD.findall(name)}


def read_plain_words(root: Path) -> PlainWords:
    """The program's list, and what a council adds to it, replaces in it or takes off it.

    Errors: CommentaryError for a list that cannot be read, and for a term to take off that is not there.
    """
    terms: dict[str, Term] = {}
    known: set[str] = set()
    spelt_right: set[str] = set()
    faults: list[Fault] = []
    for reader, page in lists(root, NAME):
        for given in reader.models(page, None, _Lists):
            for term in reader.models(page, "terms", Term):  # once more, which notes the line of each
                if term.say:
                    terms[term.id] = term
                elif terms.pop(term.id, None) is None:
                    place = reader.place(Term, term.id)
                    faults.append(Fault(place, f"'{term.id}' is not listed, so cannot be taken off: see {NAME}"))
            known.update(given.known_abbreviations)
            spelt_right.update(_same(word) for word in given.spelt_right)
        faults += [*reader.faults, *reader.duplicates()]
    if faults:
        raise CommentaryError("Plain words", faults)
    return PlainWords(terms, frozenset(known), frozenset(spelt_right))


def plain_english(sentences_source: Sequence[tuple[int, str]], lists: PlainWords) -> list[Advice]:
    """Advice on a text, in the order of its lines; what holds for all of it stands first.

    `sentences_source` holds paragraphs: the line of the file each begins on, and its plain text as a reader sees
    it, figures filled in. A line break within the text is one in the file.
    """
    paragraphs = [_Paragraph.of(line, text) for line, text in sentences_source]
    advice = [
        *_long_sentences(paragraphs),
        *_together(_jargon(paragraphs, lists)),
        *_together(_spelling(paragraphs, lists)),
        *_abbreviations(paragraphs, lists),
    ]
    return [*_hard_to_read(paragraphs), *sorted(advice, key=lambda one: one.line)]


# --- words and sentences -------------------------------------------------------------------------------------

_WORD = re.compile(r"[^\W_]+(?:['’&][^\W_]+)*")
_BETWEEN_WORDS = re.compile(r"[\s/‑-]+")  # what may stand between the words of a phrase
# Addresses of sites, people and files: no words of the text.
_ADDRESS = re.compile(r"\S*(?:://|@|\\|_|\w\.[a-z]{2,})\S*")
_QUOTED = re.compile(r"“[^”]*”|\"[^\"]*\"")


def _same(word: str) -> str:
    return " ".join(word.lower().replace("’", "'").split())


@dataclass(frozen=True)
class _Word:
    """A word of a paragraph: as it stands, in small letters, and where."""

    text: str
    same: str
    start: int
    end: int


@dataclass(frozen=True)
class _Paragraph:
    """A paragraph taken apart once, for all that is asked of it."""

    line: int
    text: str
    sentences: tuple[tuple[int, str], ...]
    words: tuple[_Word, ...]
    starts: frozenset[int]  # where the first word of a sentence stands
    quoted: tuple[tuple[int, int], ...]

    @classmethod
    def of(cls, line: int, text: str) -> "_Paragraph":
        text = _ADDRESS.sub(lambda found: " " * len(found[0]), text) if _ADDRESS.search(text) else text
        found = tuple(sentences(text))
        words = tuple(_Word(w[0], _same(w[0]), w.start(), w.end()) for w in _WORD.finditer(text))
        firsts = (_WORD.search(text, start) for start, _ in found)
        starts = frozenset(first.start() for first in firsts if first)
        return cls(line, text, found, words, starts, tuple(quote.span() for quote in _QUOTED.finditer(text)))

    def line_at(self, position: int) -> int:
        return self.line + self.text.count("\n", 0, position)

    def is_quoted(self, word: _Word) -> bool:
        return any(start < word.start < end for start, end in self.quoted)

    def is_name(self, words: Sequence[_Word]) -> bool:
        """Whether capitals make a name of them; a capital that only begins a sentence makes none."""
        if len(words) == 1 and words[0].start in self.starts:
            return False
        return all(word.text[0].isupper() for word in words)


# --- long sentences ------------------------------------------------------------------------------------------


def _long_sentences(paragraphs: Iterable[_Paragraph]) -> Iterator[Advice]:
    for paragraph in paragraphs:
        for start, sentence in paragraph.sentences:
            words = chunks(sentence)
            if len(words) > LONGEST_SENTENCE:
                opening = " ".join(words[:5])
                yield Advice(
                    paragraph.line_at(start),
                    f"the sentence that begins '{opening}' has {len(words)} words: "
                    f"split it, so that none has more than {LONGEST_SENTENCE}",
                )


# --- jargon --------------------------------------------------------------------------------------------------


def _jargon(paragraphs: Iterable[_Paragraph], lists: PlainWords) -> Iterator[Advice]:
    """Terms of the list, except in what somebody is quoted as saying and in names."""
    for paragraph in paragraphs:
        at = 0
        while at < len(paragraph.words):
            phrase = _phrase_at(paragraph, at, lists)
            if phrase is None:
                at += 1
                continue
            words = paragraph.words[at : at + len(phrase.words)]
            if not paragraph.is_quoted(words[0]) and (phrase.capitals or not paragraph.is_name(words)):
                found = " ".join(paragraph.text[words[0].start : words[-1].end].split())
                yield Advice(paragraph.line_at(words[0].start), f"instead of '{found}' write {_either(phrase.say)}")
            at += len(words)


def _phrase_at(paragraph: _Paragraph, at: int, lists: PlainWords) -> _Phrase | None:
    for phrase in lists.phrases.get(paragraph.words[at].same, ()):
        words = paragraph.words[at : at + len(phrase.words)]
        if tuple(word.same for word in words) != phrase.words:
            continue
        gaps = (paragraph.text[one.end : two.start] for one, two in pairwise(words))
        if not all(_BETWEEN_WORDS.fullmatch(gap) for gap in gaps):
            continue
        if not phrase.capitals or paragraph.text[words[0].start : words[-1].end] == phrase.capitals:
            return phrase
    return None


def _either(say: str) -> str:
    return " or ".join(f"'{one}'" for one in say.split(" or "))


def _together(advice: Iterable[Advice]) -> Iterator[Advice]:
    """The same advice once, where it is first due, with the other lines it is due in."""
    lines: dict[str, list[int]] = {}
    for one in advice:
        lines.setdefault(one.says, []).append(one.line)
    for says, (first, *others) in lines.items():
        later = [str(line) for line in sorted(set(others) - {first})]
        again = f" (again in line{'s' if len(later) > 1 else ''} {', '.join(later)})" if later else ""
        yield Advice(first, says + again)


# --- the forms of a term -------------------------------------------------------------------------------------

# Verbs of the list that do not follow the rule: past, and with -ing.
_BENT = {
    "be": ("been", "being"),
    "begin": ("begun", "beginning"),
    "buy": ("bought", "buying"),
    "do": ("done", "doing"),
    "find": ("found", "finding"),
    "get": ("got", "getting"),
    "give": ("given", "giving"),
    "keep": ("kept", "keeping"),
    "make": ("made", "making"),
    "plan": ("planned", "planning"),
    "put": ("put", "putting"),
    "set": ("set", "setting"),
    "show": ("shown", "showing"),
    "speed": ("sped", "speeding"),
    "tell": ("told", "telling"),
}


def _forms(term: Term) -> Iterator[tuple[str, str]]:
    """A term in each of its forms, with what to write instead in the same form; -ise as -ize too."""
    forms = [(term.rather_than, term.say)]
    if term.kind is Kind.VERB:
        forms += zip(_verb(term.rather_than), _each(term.say, _verb), strict=True)
    if term.kind is Kind.NOUN:
        forms += zip(_plural(term.rather_than), _each(term.say, _plural), strict=True)
    for form, say in forms:
        yield form, say
        if re.search(r"is(e[sd]?|ing|ation)\b", form):
            yield re.sub(r"is(?=(e[sd]?|ing|ation)\b)", "iz", form), say


def _each(say: str, bend: Callable[[str], Sequence[str]]) -> list[str]:
    """Every choice of "start or begin", bent in the same way."""
    return [" or ".join(choices) for choices in zip(*(bend(one) for one in say.split(" or ")), strict=True)]


def _verb(phrase: str) -> Sequence[str]:
    """The phrase with its first word, a verb, ending in -s, in -ed and in -ing."""
    verb, *rest = phrase.split()
    stem = verb[:-1] if verb.endswith("e") else verb
    past = verb[:-1] + "ied" if re.search(r"[^aeiou]y$", verb) else stem + "ed"
    past, ing = _BENT.get(verb, (past, (verb if verb.endswith("ee") else stem) + "ing"))
    return [" ".join([bent, *rest]) for bent in (_with_s(verb), past, ing)]


def _plural(phrase: str) -> Sequence[str]:
    """The phrase with its last word in the plural."""
    *rest, noun = phrase.split()
    return [" ".join([*rest, _with_s(noun)])]


def _with_s(word: str) -> str:
    if re.search(r"[^aeiou]y$", word):
        return word[:-1] + "ies"
    return word + ("es" if re.search(r"(s|sh|ch|x|z)$", word) else "s")


# --- spelling ------------------------------------------------------------------------------------------------


def _spelling(paragraphs: Iterable[_Paragraph], lists: PlainWords) -> Iterator[Advice]:
    """Misspellings that codespell lists, and American spellings; names are left alone.

    Only what is listed is found: a word that nobody has yet misspelt in that way passes.
    """
    misspelt, american = _misspellings(), _american()
    for paragraph in paragraphs:
        for word in paragraph.words:
            base = word.same.removesuffix("'s")
            if word.text[1:] != word.text[1:].lower() or base in lists.left_alone or word.same in lists.left_alone:
                continue
            wrong = word.same if word.same in misspelt else base
            if wrong in misspelt:
                instead = " or ".join(f"'{american.get(right, right)}'" for right in _choices(misspelt[wrong]))
                yield Advice(paragraph.line_at(word.start), f"'{word.text}' looks misspelt: write {instead}")
            elif base in american and not paragraph.is_name([word]):
                british = word.same.replace(base, american[base])
                yield Advice(paragraph.line_at(word.start), f"'{word.text}' is American spelling: write '{british}'")


def _choices(data: str) -> list[str]:
    """The right spellings of an entry of codespell's: "and, bad," has two; what follows the last comma is a remark."""
    words = data.rsplit(",", 1)[0]
    return [word.strip() for word in words.split(",")]


def _dictionary(name: str) -> Iterator[tuple[str, str]]:
    # Its data alone: importing codespell's command line takes as long again as reading its list.
    package = find_spec("codespell_lib")
    assert package is not None and package.origin is not None, "codespell is one of our dependencies"
    text = (Path(package.origin).parent / "data" / name).read_text(encoding="utf-8")
    for line in text.splitlines():
        wrong, _, right = line.partition("->")
        yield wrong, right


@lru_cache(maxsize=1)
def _misspellings() -> Mapping[str, str]:
    """What codespell knows to be misspelt; the right words are still in its notation."""
    return dict(_dictionary("dictionary.txt"))


@lru_cache(maxsize=1)
def _american() -> Mapping[str, str]:
    """American spellings with the British ones. Those that are also British words are in the list's `spelt_right`."""
    return {american: british for british, american in _dictionary("dictionary_en-GB_to_en-US.txt")}


# --- abbreviations -------------------------------------------------------------------------------------------

# NEET, A&E, DfE, KS2, GCSEs; not GitHub or McDonald.
_ABBREVIATION = re.compile(r"([A-Z](?:[A-Z&]|[a-z](?=[A-Z]))*[A-Z]\d*)(?:['’]?s)?")
_SPELT_OUT_AFTER = re.compile(r"\s*(?:\(|:|\.|–|means|stands for|is short for)\s*[“\"'‘]?")
_SPELT_OUT_BEFORE = re.compile(r"(?:,? or|called|known as)\s+(?:the\s+)?[“\"'‘]?$")


def _abbreviations(paragraphs: Sequence[_Paragraph], lists: PlainWords) -> Iterator[Advice]:
    """Abbreviations whose words are not given where they are first used.

    They are taken as given where the abbreviation itself stands in brackets, or where words beside it begin with
    its letters: "NEET (not in education, employment or training)".
    """
    first: dict[str, int] = {}
    explained: dict[str, int] = {}
    listed = {*lists.known_abbreviations, *(term.rather_than for term in lists.terms.values())}
    for paragraph in paragraphs:
        for word in paragraph.words:
            found = _ABBREVIATION.fullmatch(word.text)
            if found is None or found[1] in listed or word.same in lists.left_alone:
                continue
            line = paragraph.line_at(word.start)
            first.setdefault(found[1], line)
            if found[1] not in explained and _is_explained(paragraph, word, found[1]):
                explained[found[1]] = line
    for abbreviation, line in first.items():
        if abbreviation not in explained:
            how = f"write its words out, with {abbreviation} in brackets"
            yield Advice(line, f"'{abbreviation}' is not explained: {how}")
        elif explained[abbreviation] > line:
            yield Advice(
                line,
                f"'{abbreviation}' is explained only in line {explained[abbreviation]}: "
                "write its words out here, where it is first used",
            )


def _is_explained(paragraph: _Paragraph, word: _Word, abbreviation: str) -> bool:
    before, after = paragraph.text[: word.start], paragraph.text[word.end :]
    if before.rstrip(OPENING[1:]).endswith("(") and re.match(r"[\"'”’]?[),;]", after) and _WORD.search(before):
        return True
    letters = [letter.lower() for letter in abbreviation if letter.isalpha()]
    near = 2 * len(letters) + 2  # words: room for small ones, as in "not in education, employment or training"
    if (cue := _SPELT_OUT_AFTER.match(after)) and _begin_with(letters, _WORD.findall(after[cue.end() :])[:near]):
        return True
    cue = _SPELT_OUT_BEFORE.search(before)
    return cue is not None and _begin_with(letters, _WORD.findall(before[: cue.start()])[-near:])


def _begin_with(letters: Sequence[str], words: Sequence[str]) -> bool:
    """Whether the letters begin words in this order, others between them."""
    initials = iter(word[0].lower() for word in words)
    return all(letter in initials for letter in letters)


# --- reading age ---------------------------------------------------------------------------------------------


def _hard_to_read(paragraphs: Iterable[_Paragraph]) -> Iterator[Advice]:
    measured = Readability.of(paragraph.text for paragraph in paragraphs)
    if measured is None or measured.age <= OLDEST_READER:
        return
    # What each adds beyond a text of fifteen words a sentence and one and a half syllables a word, which is for age 13.
    by_sentences = 0.39 * (measured.words_per_sentence - 15)
    by_words = 11.8 * (measured.syllables_per_word - 1.5)
    sentences = f"sentences of {measured.words_per_sentence:.0f} words on average, so split some"
    words = f"long words, such as {', '.join(repr(word) for word in measured.longest)}, so use shorter ones"
    drives = [says for adds, says in ((by_sentences, sentences), (by_words, words)) if adds > 0.5]
    age = min(ceil(measured.age), OLDEST_PUPIL)
    yield Advice(
        1,
        f"this text is for readers of {age} and over, and {OLDEST_READER} is the most to ask for; "
        f"it comes from {'; and from '.join(drives or [words])}",
    )
