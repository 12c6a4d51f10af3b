"""Words bound to figures: every role filled in or refused, and everything that nothing binds listed.

A claim that the figures do not bear out is a fault, with file, line, sentence, what the data say and what
would be true. Figures, months, claim words and wards with a superlative that stand outside every role are
remarks: an approved text may have none.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from enum import StrEnum
from functools import lru_cache

from markdown_it.token import Token

from pmif.commentary.claims import BESIDE_WORDS, CLAIMS, always_said
from pmif.commentary.notation import Target, read_target, write_role
from pmif.commentary.sentences import sentence_at, sentences
from pmif.commentary.text import Part, Section, Status, Text, inline_lines
from pmif.commentary.values import SAID_OF_COUNTED, VALUES
from pmif.commentary.vocabulary import CannotBindError, Entry, Kind, Said, ask
from pmif.commentary.words import ClaimWords
from pmif.disclosure import Published
from pmif.disclosure.figure_name import read_figure_name
from pmif.errors import Fault
from pmif.framework import Polarity
from pmif.geography import AreaKind
from pmif.period import MONTHS

VOCABULARY: dict[str, Entry] = {entry.role: entry for entry in (*VALUES, *CLAIMS)}
QUOTED = "quoted"
RECHECK = "recheck"
THIS = "this"
OF_ANY_PLACE = ("definition-changed", "late", "new-figure")  # their words may name who counts, and where
ROLES = (*VOCABULARY, QUOTED, RECHECK)


class Use(StrEnum):
    """What a role of a text is."""

    VALUE = "value"
    CLAIM = "claim"
    QUOTED = "quoted"
    RECHECK = "recheck"  # a claim or value of last period's text that can no longer stand, for its writer to mend


@dataclass(frozen=True)
class Bound:
    """One role of a text, filled in. `source` is where a quoted figure is from; `measure` what a bound one is of."""

    use: Use
    role: str
    content: str
    line: int
    words: str
    measure: str = ""
    source: str = ""
    said: Said | None = None


@dataclass(frozen=True)
class Failing:
    """A role that stops the build, and the sentence that it stands in. `said` is set of a claim that does not hold."""

    token: Token
    sentence: str
    why: str
    said: Said | None = None


@dataclass
class BoundText:
    """A text with its roles filled in. Its tokens carry what they came to, for the page to show."""

    text: Text
    bound: list[Bound] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)  # stop the build
    failing: list[Failing] = field(default_factory=list)  # the roles that these faults are about
    unbound: list[Fault] = field(default_factory=list)  # listed; in an approved text they are faults too
    paragraphs: list[tuple[int, str]] = field(default_factory=list)  # line and words as a reader sees them

    @property
    def stopping(self) -> list[Fault]:
        """Everything for which the book is not built."""
        refused = self.unbound if self.text.front.status is Status.APPROVED else []
        return [*self.faults, *refused]

    def count(self, use: Use) -> int:
        return sum(1 for one in self.bound if one.use is use)


def bind(text: Text, published: Published, words: ClaimWords) -> BoundText:
    """Fill in every role of a text, and list what is wrong and what is unbound."""
    binding = _Binding(text, published, words, BoundText(text))
    for section in text.sections:
        binding.measure = section.about if section.part is Part.MEASURE else ""
        for paragraph in inlines(section):
            binding.paragraph(paragraph)
    return binding.made


def inlines(section: Section) -> Iterator[Token]:
    """The paragraphs, list items and headings of a section, each as one token."""
    return (token for token in section.body if token.type == "inline")


@dataclass(frozen=True)
class _Piece:
    """A stretch of a paragraph: typed words, or a role with what it shows."""

    start: int
    line: int
    shown: str
    token: Token | None = None


@dataclass
class _Binding:
    text: Text
    published: Published
    words: ClaimWords
    made: BoundText
    measure: str = ""  # whose section is being bound; blank in others

    def fault(self, line: int, problem: str) -> None:
        self.made.faults.append(Fault(f"{self.text.place}, line {line}", problem))

    def failing(self, piece: _Piece, token: Token, shown: str, why: str, said: Said | None = None) -> None:
        sentence = _quoted(shown, piece.start)
        self.made.failing.append(Failing(token, sentence, why, said))
        self.fault(piece.line, f"{sentence}: {why}")

    def unbound(self, line: int, problem: str) -> None:
        self.made.unbound.append(Fault(f"{self.text.place}, line {line}", problem))

    def paragraph(self, token: Token) -> None:
        # Roles are filled in first, so that a fault can quote the sentence as a reader would see it.
        pieces: list[_Piece] = []
        refused: list[tuple[_Piece, Token, str]] = []
        at = 0
        for child, line in inline_lines(token):
            shown = {"softbreak": "\n", "hardbreak": "\n"}.get(child.type, child.content)
            piece = _Piece(at, line, shown)
            if child.type == "myst_role":
                role, content = str(child.meta["name"]), child.content
                try:
                    bound = self.role(role, content, line)
                except CannotBindError as fault:
                    bound = Bound(Use.VALUE, role, content, line, f"{{{role}}}`{content}`")
                    refused.append((_Piece(at, line, bound.words), child, str(fault)))
                else:
                    if _begins_sentence("".join(p.shown for p in pieces)):
                        bound = replace(bound, words=bound.words[:1].upper() + bound.words[1:])
                    self.made.bound.append(bound)
                child.meta["bound"] = bound
                piece = _Piece(at, line, bound.words, child)
            if piece.shown or piece.token:  # a claim that writes nothing is a claim all the same
                pieces.append(piece)
                at += len(piece.shown)
        shown = "".join(piece.shown for piece in pieces)
        for piece, role_token, problem in refused:
            self.failing(piece, role_token, shown, problem)
        for piece in pieces:
            self.claim(piece, shown)
        self.scan(pieces, shown)
        self.made.paragraphs.append((token.map[0] + 1 if token.map else 1, shown))

    # --- one role ---------------------------------------------------------------------------------------------

    def role(self, role: str, content: str, line: int) -> Bound:
        if role == QUOTED:
            return self.quoted(content, line)
        if role == RECHECK:
            return self.recheck(content, line)
        entry = VOCABULARY.get(role)
        if entry is None:
            near = get_close_matches(role, ROLES, n=3)
            hint = f"did you mean {', '.join(near)}?" if near else "'pmif commentary words' lists all there are"
            raise CannotBindError(f"there is no '{role}': {hint}")
        target = read_target(content)
        if isinstance(target, str):
            raise CannotBindError(f"{{{role}}}`{content}` {target}")
        target = self._this(target)
        said = ask(self.published, self.text.page, entry, target)
        counted = entry.takes == "count"
        words = said.words if counted else target.words or said.words
        for caution in filter(None, (always_said(role), said.caution)):
            if caution.strip("()") not in words:
                words = f"{words} {caution}"
        if target.words:
            self.own_words(role, SAID_OF_COUNTED.get(target.name, ()) if counted else (role,), target, said)
        measure = target.name.split("/")[0] if entry.takes == "measure" else ""
        use = Use.CLAIM if entry.kind is Kind.CLAIM else Use.VALUE
        return Bound(use, role, content, line, words, measure, said=said)

    def _this(self, target: Target) -> Target:
        """In a measure's own section, `this` is the measure."""
        first, slash, rest = target.name.partition("/")
        if first != THIS:
            return target
        if self.measure == "":
            raise CannotBindError(f"'{THIS}' stands for the measure of a ### section, and this is none: write its id")
        return replace(target, name=f"{self.measure}{slash}{rest}")

    def quoted(self, content: str, line: int) -> Bound:
        target = read_target(content.replace(",", "\x00"))  # a source may hold commas
        if isinstance(target, str) or not target.words:
            raise CannotBindError(
                f"{{quoted}}`{content}` has no source: write it like "
                "{quoted}`40 families <Family hubs, review of 2026>`"
            )
        source, words = (text.replace("\x00", ",") for text in (target.name, target.words))
        known = {s.id: f"{s.publisher}, {s.dataset}" for s in self.published.framework.sources}
        source = known.get(source, source)
        if len(re.findall(r"[^\W\d_]{2,}", source)) < 2:
            raise CannotBindError(
                f"'{source}' does not say where '{words}' is from: name who says so and in what, "
                "like 'Family hubs, review of 2026', or a source's id"
            )
        return Bound(Use.QUOTED, QUOTED, content, line, words, source=source)

    def recheck(self, content: str, line: int) -> Bound:
        """A role of last period's text that can no longer stand, as `pmif new-period` marked it."""
        role, _, typed = content.partition(":")
        role, target = role.strip(), read_target(typed)
        if role not in VOCABULARY or isinstance(target, str) or self.text.front.follows is None:
            raise CannotBindError(
                f"{{recheck}}`{content}` is written by 'pmif new-period' alone: write the claim that is true in its "
                "place"
            )
        try:
            bound = self.role(role, typed, line)
        except CannotBindError as fault:
            words = target.words or (role.replace("-", " ") if VOCABULARY[role].kind is Kind.CLAIM else target.name)
            bound = Bound(Use.RECHECK, role, typed, line, words, said=Said(words, holds=False, truth=str(fault)))
        if self.text.front.status is not Status.DRAFT:
            raise CannotBindError(
                f"'{bound.words}' held last period and no longer does: rewrite it before the text is reviewed"
            )
        if bound.said and bound.said.holds:
            bound = replace(bound, said=replace(bound.said, truth="this can be said again, so write it as it was"))
        return replace(bound, use=Use.RECHECK, role=RECHECK, content=content)

    def own_words(self, role: str, may: tuple[str, ...], target: Target, said: Said) -> None:
        """Refuse words of the writer's own that do not say what is claimed; `may` are the claims that they may make."""
        text, claims = target.words, self.words.claims
        left, fits = text, not may
        for found in self.words.in_role(self._without_wards(text)):
            if not set(may) & set(claims[found.phrase]):
                raise CannotBindError(
                    f"'{text}' says '{found.phrase}', which is not what {{{role}}} claims: {self._may_say(may)}"
                )
            fits = True
            left = left[: found.start] + " " * (found.end - found.start) + left[found.end :]
        if not fits:
            raise CannotBindError(f"'{text}' does not say what {{{role}}} claims: {self._may_say(may)}")
        if negation := self.words.negated(left):
            raise CannotBindError(
                f"'{text}' turns the claim round with '{negation.phrase}': write the claim that is true"
            )
        if number := _IN_OWN_WORDS.search(re.sub(r"\bfive[- ]years?\b", "", left)):
            raise CannotBindError(f"'{text}' holds '{number[0]}', which nothing binds: end the claim before it")
        said_so = {found.phrase for found in self.words.in_role(text)}
        if role.startswith(("highest", "lowest")):
            self._right_end(role, said_so, target, said)
        if VOCABULARY[role].takes == "measure" and role not in OF_ANY_PLACE:
            self._right_place(role, text, target, said)

    def _right_end(self, role: str, said_so: set[str], target: Target, said: Said) -> None:
        """Refuse 'best' and 'worst' at the other end of a measure, and a record that goes back to some period only."""
        polarity = self.published.framework.measure(target.name.split("/")[0]).polarity
        best = {Polarity.HIGHER: "highest", Polarity.LOWER: "lowest"}.get(polarity)
        for phrase in said_so & {"best", "worst"}:
            if best is None or (role.startswith(best) != (phrase == "best")):
                right = f"the best is the {best}" if best else "neither end is good or bad"
                raise CannotBindError(
                    f"'{phrase}' is not what {{{role}}} claims, since {right} here: leave that word out"
                )
        if (
            role.endswith("-since")
            and any("record" in phrase for phrase in said_so)
            and "figures began" not in said.words
        ):
            raise CannotBindError(
                f"it is no record, but '{said.words}': say since when, or leave the words to {{{role}}}"
            )

    def _may_say(self, claims: Sequence[str]) -> str:
        words = [word for claim in claims for word in self.words.words_of(claim)]
        if not words:
            return "leave that word out"
        return f"use {', '.join(words[:6])}, or add a word to data/language/claim-words.yml"

    def _right_place(self, role: str, text: str, target: Target, said: Said) -> None:
        """Refuse a place in the writer's words that the claim is not about."""
        areas = self.published.areas
        code = read_figure_name(self.published, target.name).area
        beside = code == areas.borough.code and role in BESIDE_WORDS  # England, where no place is named
        about = {
            n for a in areas.all if a.code == code or (beside and a.kind is AreaKind.COUNTRY) for n in (a.name, a.short)
        }
        wider = {a.short for a in areas.all if a.kind in (AreaKind.COUNTRY, AreaKind.REGION)}
        named = [*self._wards(text), *(n for n in sorted(wider) if re.search(rf"\b{re.escape(n)}\b", text))]
        for name in named:
            if name not in about and name not in said.words:
                raise CannotBindError(
                    f"'{text}' names {name}, and the claim is '{said.words}' of {target.name}: "
                    "name the place that it is about, or none"
                )

    # --- a claim in its sentence ----------------------------------------------------------------------------------

    def claim(self, piece: _Piece, shown: str) -> None:
        bound: Bound | None = piece.token.meta["bound"] if piece.token else None
        if piece.token is None or bound is None or bound.said is None:
            return
        if bound.use is Use.RECHECK:
            self.unbound(
                piece.line, f"{_quoted(shown, piece.start)}: '{bound.words}' is to be rewritten. {says(bound.said)}"
            )
        if bound.use is not Use.CLAIM:
            return
        before = re.split(r"[,;:.!?()]", shown[max(0, piece.start - 200) : piece.start])[-1].split()[-3:]
        if negation := self.words.negated(" ".join(before)):
            why = f"'{negation.phrase}' turns {{{bound.role}}} round: write the claim that is true"
            self.failing(piece, piece.token, shown, why)
        if not bound.said.holds:
            why = f"the figures do not bear out '{bound.words}'. {says(bound.said, 'They')}"
            self.failing(piece, piece.token, shown, why, bound.said)

    # --- what nothing binds ----------------------------------------------------------------------------------------

    def scan(self, pieces: list[_Piece], shown: str) -> None:
        bare = "".join("\x01" * len(p.shown) if p.token else p.shown for p in pieces)
        bare = self.words.without_harmless(bare)
        taken = bytearray(len(bare))

        def report(start: int, end: int, what: str) -> None:
            if any(taken[start:end]):
                return
            taken[start:end] = b"\x01" * (end - start)
            piece = pieces[bisect_right(pieces, start, key=lambda p: p.start) - 1]
            line = piece.line + piece.shown[: start - piece.start].count("\n")
            self.unbound(line, f"{_quoted(shown, start)}: {what}")

        for found in _MONTH.finditer(bare):
            report(*found.span(), f"the date '{found[0].strip()}' is bound to nothing: {_HOW_PERIOD}")
        for found in _NUMBER.finditer(bare):
            report(*found.span(), f"the number '{found[0]}' is bound to nothing: {_HOW_NUMBER}")
        for found in _NUMBER_WORD.finditer(bare):
            report(*found.span(), f"the number '{found[0]}' is bound to nothing: {_HOW_NUMBER}")
        for beside in self.words.comparisons(bare):
            report(
                beside.start,
                beside.end,
                f"'{beside.phrase}' sets two figures side by side and nothing checks it: {_HOW_BESIDE}",
            )
        for word in self.words.in_prose(self._without_wards(bare)):
            claims = self.words.claims[word.phrase]
            how = write_role(claims[0], "measure", word.phrase) if claims else "the figures themselves"
            report(
                word.start,
                word.end,
                f"'{word.phrase}' says something of a figure and nothing checks it: write {how}, or quote it: {_QUOTE}",
            )
        for name in self._wards(bare):
            place = bare.index(name)
            sentence = sentence_at(bare, place)
            if superlative := self.words.superlative(sentence):
                report(
                    place,
                    place + len(name),
                    f"'{superlative.phrase}' and {name} are bound to nothing: write {{highest}}`measure` or "
                    f"{{lowest}}`measure`, or quote it: {_QUOTE}",
                )

    def _without_wards(self, text: str) -> str:
        """The text with wards' names blanked out: nothing fell in High Fell."""
        for name in self._wards(text):
            text = text.replace(name, " " * len(name))
        return text

    def _wards(self, text: str) -> list[str]:
        """The wards that a text names, each as it names it."""
        names = {n for a in self.published.areas.all if a.kind is AreaKind.WARD for n in (a.name, a.short)}
        found: list[str] = []
        for name in sorted(names, key=len, reverse=True):
            if re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text) and not any(name in longer for longer in found):
                found.append(name)
        return found


def says(said: Said, who: str = "The figures") -> str:
    """What the data say of a claim, and the claims that would hold."""
    instead = f" True would be {' or '.join(said.instead)}" if said.instead else ""
    return f"{who} say: {said.truth.rstrip('.')}.{instead}"


def _begins_sentence(before: str) -> bool:
    return before.rstrip()[-1:] in ("", ".", "!", "?")


@lru_cache(maxsize=2)
def _sentences(paragraph: str) -> tuple[tuple[int, str], ...]:
    """A paragraph's sentences with their places, kept because every fault in it quotes one."""
    return tuple(sentences(paragraph))


def _quoted(paragraph: str, place: int) -> str:
    found = _sentences(paragraph)
    at = bisect_right(found, place, key=lambda sentence: sentence[0])
    sentence = " ".join((found[at - 1][1] if at else paragraph)[:1000].split())
    return f'"{sentence if len(sentence) <= 200 else sentence[:200] + " ..."}"'


_ALWAYS = "|".join(month for month in MONTHS if month not in ("March", "May"))
_MONTH = re.compile(
    rf"\b(?:{_ALWAYS})\b(?:\s+\d{{4}})?|(?<=\bin )(?:March|May)\b(?:\s+\d{{4}})?"
    r"|\b(?:March|May)\s+\d{4}\b|\b\d{1,2}\s+(?:March|May)\b"  # "march" and "may" are also everyday words
)
_NUMBER = re.compile(r"£?\d(?:[\d,]*\d)?(?:\.\d+)?(?:/\d{2})?%?")
_SMALL = (
    "two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"
)
_NUMBER_WORD = re.compile(
    rf"\b(?:one|{_SMALL}|hundred|thousand|half)\s+(?:in|out of|of|per cent|times)\s+"
    rf"(?:the|every|a|all|its|our|{_SMALL}|hundred|thousand)\b"
    rf"|\b(?:{_SMALL})\s+(?:per cent|times)\b|\ba (?:third|quarter|fifth|tenth) of\b|\b(?:nearly |almost )?twice\b",
    re.IGNORECASE,
)
# A number or a date in a writer's own words of a claim, in words too: "by ten", "for three years", "in March". An age
# ("at ten or eleven") is none.
_PARTS = "half|a third|a quarter|a fifth|a tenth|a decade|a dozen|decades"
_IN_OWN_WORDS = re.compile(
    rf"\d[\d,.]*|\b(?:by|for|over|to|from|than)\s+(?:(?:nearly|almost|about|over)\s+)?(?:{_SMALL}|{_PARTS}|hundreds?)\b"
    rf"|\b(?:{_SMALL})\s+(?:points|per cent|percentage|times|years|quarters|months)\b|\btwice\b|{_MONTH.pattern}"
)
_QUOTE = "{quoted}`the words <who says so, in what>`"
_HOW_NUMBER = f"write {{value}}`measure`, or quote it: {_QUOTE}"
_HOW_BESIDE = f"write {{higher-than}}`higher than England <measure/england>` or its like, or quote it: {_QUOTE}"
_HOW_PERIOD = f"write {{period}}`measure`, or quote it: {_QUOTE}"
