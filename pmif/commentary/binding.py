"""Words bound to figures: every role filled in or refused, and everything that nothing binds listed.

A claim that the figures do not bear out is a fault, with file, line, sentence, what the data say and what
would be true. Figures, months, claim words and wards with a superlative that stand outside every role are
remarks: an approved text may have none.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from enum import StrEnum

from markdown_it.token import Token

from pmif.commentary.claims import CLAIMS
from pmif.commentary.front import Status
from pmif.commentary.notation import Target, read_target
from pmif.commentary.own_words import check_own_words
from pmif.commentary.paragraph import Piece, quoted
from pmif.commentary.sentences import sentence_at
from pmif.commentary.text import Part, Section, Text, inline_lines
from pmif.commentary.told import wards_named
from pmif.commentary.unbound import unbound
from pmif.commentary.values import SAID_OF_COUNTED, VALUES
from pmif.commentary.vocabulary import CannotBindError, Entry, Kind, Said, ask
from pmif.commentary.words import ClaimWords
from pmif.disclosure import Published
from pmif.disclosure.figure_name import area_slug
from pmif.errors import Fault

VOCABULARY: dict[str, Entry] = {entry.role: entry for entry in (*VALUES, *CLAIMS)}
QUOTED = "quoted"
RECHECK = "recheck"
THIS = "this"
OF_THE_BOROUGH = re.compile(r"rose|fell|rising|falling|still-|no-detectable|unchanged|improved|got-worse|within-range")
RANKING = re.compile(r"(?:among-)?(?:highest|lowest)(?:-shown)?")
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


@dataclass
class _Binding:
    text: Text
    published: Published
    words: ClaimWords
    made: BoundText
    measure: str = ""  # whose section is being bound; blank in others

    def fault(self, line: int, problem: str) -> None:
        self.made.faults.append(Fault(f"{self.text.place}, line {line}", problem))

    def failing(self, piece: Piece, token: Token, shown: str, why: str, said: Said | None = None) -> None:
        sentence = quoted(shown, piece.start)
        self.made.failing.append(Failing(token, sentence, why, said))
        self.fault(piece.line, f"{sentence}: {why}")

    def unbound(self, line: int, problem: str) -> None:
        self.made.unbound.append(Fault(f"{self.text.place}, line {line}", problem))

    def paragraph(self, token: Token) -> None:
        # Roles are filled in first, so that a fault can quote the sentence as a reader would see it.
        pieces: list[Piece] = []
        refused: list[tuple[Piece, Token, str]] = []
        at = 0
        for child, line in inline_lines(token):
            shown = {"softbreak": "\n", "hardbreak": "\n"}.get(child.type, child.content)
            piece = Piece(at, line, shown)
            if child.type == "myst_role":
                role, content = str(child.meta["name"]), child.content
                try:
                    bound = self.role(role, content, line)
                except CannotBindError as fault:
                    bound = Bound(Use.VALUE, role, content, line, f"{{{role}}}`{content}`")
                    refused.append((Piece(at, line, bound.words), child, str(fault)))
                else:
                    if _begins_sentence("".join(p.shown for p in pieces)):
                        bound = replace(bound, words=bound.words[:1].upper() + bound.words[1:])
                    self.made.bound.append(bound)
                child.meta["bound"] = bound
                piece = Piece(at, line, bound.words, child)
            if piece.shown or piece.token:  # a claim that writes nothing is a claim all the same
                pieces.append(piece)
                at += len(piece.shown)
        shown = "".join(piece.shown for piece in pieces)
        for piece, role_token, problem in refused:
            self.failing(piece, role_token, shown, problem)
        typed = "".join("\x01" * len(piece.shown) if piece.token else piece.shown for piece in pieces)
        for piece in pieces:
            self.claim(piece, shown)
            self.place(piece, shown, typed)
            self.ranked(piece, pieces, shown, typed)
        for line, problem in unbound(pieces, shown, typed, self.published.areas, self.words):
            self.unbound(line, problem)
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
        if said.caution.strip("()") not in words:
            words = f"{words} {said.caution}"
        if target.words:
            may = SAID_OF_COUNTED.get(target.name, ()) if counted else (role,)
            check_own_words(role, may, target, said, self.published, self.words)
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

    # --- a claim in its sentence ----------------------------------------------------------------------------------

    def claim(self, piece: Piece, shown: str) -> None:
        bound: Bound | None = piece.token.meta["bound"] if piece.token else None
        if piece.token is None or bound is None or bound.said is None:
            return
        if bound.use is Use.RECHECK:
            self.unbound(
                piece.line, f"{quoted(shown, piece.start)}: '{bound.words}' is to be rewritten. {says(bound.said)}"
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

    def place(self, piece: Piece, shown: str, typed: str) -> None:
        """List a claim about the borough in a sentence that names a ward: a reader would take it as the ward's."""
        bound: Bound | None = piece.token.meta["bound"] if piece.token else None
        if bound is None or bound.use is not Use.CLAIM or not OF_THE_BOROUGH.match(bound.role) or "/" in bound.content:
            return
        _, sentence = sentence_at(typed, piece.start)
        for ward in wards_named(sentence, self.published.areas)[:1]:
            self.unbound(
                piece.line,
                f"{quoted(shown, piece.start)}: names {ward[0]}, and {{{bound.role}}} is of {self.published.council}: "
                f"write {{{bound.role}}}`{bound.measure}/{area_slug(ward[0])}`, or part the sentence in two",
            )

    def ranked(self, piece: Piece, pieces: list[Piece], shown: str, typed: str) -> None:
        """Refuse a ward that stands beside a claim about the highest or lowest one, and is not the one claimed."""
        if not (said := _ranking(piece)) or wards_named(piece.shown, self.published.areas):
            return
        start, sentence = sentence_at(typed, piece.start)
        others = [other for other in pieces if _ranking(other) and other is not piece]
        end = min([o.start for o in others if o.start > piece.start] + [start + len(sentence)])
        begin = max([o.start for o in others if o.start < piece.start] + [start])
        # The ward that follows, or else the one that went before, is the one a reader takes it to be of.
        after, before = (
            wards_named(t, self.published.areas) for t in (typed[piece.start : end], typed[begin : piece.start])
        )
        nearest = [*after[:1], *before[-1:]][:1]
        if nearest and nearest[0][0] not in said.words and piece.token is not None:
            why = f"names {nearest[0][0]}, but the claim is '{said.words}': write the ward into the claim itself"
            self.failing(piece, piece.token, shown, why)


def _ranking(piece: Piece) -> Said | None:
    """What a claim about the highest or lowest ward or group comes to; None of any other piece."""
    bound: Bound | None = piece.token.meta["bound"] if piece.token else None
    return bound.said if bound and bound.use is Use.CLAIM and RANKING.fullmatch(bound.role) else None


def says(said: Said, who: str = "The figures") -> str:
    """What the data say of a claim, and the claims that would hold."""
    instead = f" True would be {' or '.join(said.instead)}" if said.instead else ""
    return f"{who} say: {said.truth.rstrip('.')}.{instead}"


def _begins_sentence(before: str) -> bool:
    return before.rstrip()[-1:] in ("", ".", "!", "?")
