"""A page's text as it is written: who wrote it, its sections, and what people said. Read, never written.

One file a page and period,

    book/commentary/2026-27-q2/po1.md

    ---
    author_role: policy-and-improvement
    status: draft
    written: 2026-10-20
    ---
    ## Summary
    ...
    ## ready-to-learn          an outcome, by its id or its title
    ### good-development       a measure of it
    ## Challenges              and Achievements, Actions, Resources
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.colon_fence import colon_fence_plugin
from mdit_py_plugins.myst_blocks import myst_block_plugin
from mdit_py_plugins.myst_role import myst_role_plugin

from pmif.commentary.front import EXAMPLE, SMART, VOICE_EXAMPLE, Front, Voice, read_agreed
from pmif.commentary.notation import ROLE
from pmif.errors import CommentaryError, Fault
from pmif.framework import Framework
from pmif.period import Period

COMMENTARY = "book/commentary"
LARGEST = 50_000  # bytes: some 8,000 words, far more than anybody reads on one page
_NO_TEXT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x85\u2028\u2029\ufffe\uffff]")
_STRAY_ROLE = re.compile(rf"\{{([a-z][a-z-]*)\}}\s*([{SMART}])?")


class Part(StrEnum):
    """What a section is: the page's summary, an outcome, a measure, or one of the council's own headings."""

    SUMMARY = "summary"
    OUTCOME = "outcome"
    MEASURE = "measure"
    CHALLENGES = "challenges"
    ACHIEVEMENTS = "achievements"
    ACTIONS = "actions"
    RESOURCES = "resources"
    VOICES = "voices"


HEADINGS = (Part.SUMMARY, Part.CHALLENGES, Part.ACHIEVEMENTS, Part.ACTIONS, Part.RESOURCES, Part.VOICES)


@dataclass(frozen=True)
class Section:
    """One section. `about` is an outcome's or a measure's id, blank for the council's own headings."""

    part: Part
    about: str
    line: int
    body: tuple[Token, ...] = ()

    @property
    def empty(self) -> bool:
        return not any(token.type in ("inline", "voice") for token in self.body)


@dataclass(frozen=True)
class Text:
    """A page's commentary for one period, as written; nothing in it is bound yet."""

    place: str  # book/commentary/2026-27-q2/po1.md
    page: str
    front: Front
    sections: tuple[Section, ...]
    lines: tuple[str, ...]
    author: str = ""  # the role's title

    def section(self, part: Part, about: str = "") -> Section | None:
        return next((s for s in self.sections if s.part is part and s.about == about), None)


def folder(root: Path, period: Period) -> Path:
    return root / COMMENTARY / period.id


def text_file(root: Path, period: Period, page: str) -> Path:
    return folder(root, period) / f"{page}.md"


@lru_cache(maxsize=1)
def markdown() -> MarkdownIt:
    """CommonMark with MyST's roles, comments and colon fences. HTML is shown as typed, and no picture is made."""
    made = MarkdownIt("commonmark", {"html": False}).disable("image")
    made.use(myst_role_plugin).use(myst_block_plugin).use(colon_fence_plugin)
    return made


def read_text(root: Path, period: Period, page: str, framework: Framework) -> Text | None:
    """A page's text, or None where nobody has written any.

    Errors: CommentaryError with everything wrong with the file, each with its line.
    """
    file = text_file(root, period, page)
    return parse_text(file.read_bytes(), root, period, page, framework) if file.exists() else None


def parse_text(content: bytes, root: Path, period: Period, page: str, framework: Framework) -> Text:
    """A page's text from what its file holds, or is to hold.

    Errors: CommentaryError with everything wrong with it, each with its line.
    """
    reading = _Reading(text_file(root, period, page).relative_to(root).as_posix(), page, framework)
    text = reading.read(content)
    if text is None or reading.faults:
        raise CommentaryError("Commentary", reading.faults)
    return text


def stray_files(root: Path, period: Period, pages: Iterable[str]) -> list[Fault]:
    """Files of a period that belong to no page: nobody would ever see them."""
    names = sorted(pages)
    faults = []
    for file in sorted(folder(root, period).glob("*")):
        if file.name.startswith((".", "~")) or file.is_dir() or (file.suffix == ".md" and file.stem in names):
            continue
        place = file.relative_to(root).as_posix()
        near = get_close_matches(file.stem, names, n=1)
        hint = f"did you mean {near[0]}.md?" if near else f"name it after one of {', '.join(names)}, with .md"
        faults.append(Fault(place, f"belongs to no page: {hint}"))
    return faults


@dataclass
class _Reading:
    """One file being read; every fault is kept, with its line."""

    place: str
    page: str
    framework: Framework
    faults: list[Fault] = field(default_factory=list)

    def fault(self, line: int, problem: str) -> None:
        self.faults.append(Fault(f"{self.place}, line {line}", problem))

    def read(self, content: bytes) -> Text | None:
        if len(content) > LARGEST:
            self.fault(1, f"has {len(content):,} bytes, and a page's text at most {LARGEST:,}: shorten it")
            return None
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = content[: error.start].count(b"\n") + 1
            self.fault(line, "holds letters that are not UTF-8: save the file as UTF-8 and try again")
            return None
        if found := _NO_TEXT.search(text):
            line = len(re.split(r"\r\n|\n|\r", text[: found.start()]))
            self.fault(
                line,
                f"holds the character {ord(found[0]):#06x}, which no text has: remove it, or save the file as UTF-8",
            )
            return None
        lines = tuple(re.split(r"\r\n|\n|\r", text))
        end = self._front_end(lines)
        if end is None:
            return None
        front = self._front(lines, end)
        # Blank lines stand in for the front matter, so that a line's number is the file's.
        body = "\n" * (end + 1) + "\n".join(lines[end + 1 :])
        if not body.strip():
            self.fault(end + 1, "holds no text: write some under ## Summary, or delete the file")
        sections = self._sections(markdown().parse(body), lines) if body.strip() else ()
        if front is None:
            return None
        author = next((r.title for r in self.framework.roles if r.id == front.author_role), "")
        return Text(self.place, self.page, front, sections, lines, author)

    def _front_end(self, lines: Sequence[str]) -> int | None:
        if not lines or lines[0].strip() != "---":
            self.fault(1, f"does not begin with who wrote it and when:\n{EXAMPLE}")
            return None
        end = next((n for n, line in enumerate(lines[1:], start=1) if line.strip() == "---"), None)
        if end is None:
            self.fault(1, "the opening --- has no closing ---: add a line --- before the text")
        return end

    def _front(self, lines: Sequence[str], end: int) -> Front | None:
        front, faults = read_agreed(self.place, lines[1:end], 2, Front, EXAMPLE)
        self.faults += faults
        if front is None:
            return None
        roles = {role.id for role in self.framework.roles}
        for key, role in front.roles:
            if role not in roles:
                at = next((n for n, typed in enumerate(lines[1:end], start=2) if typed.startswith(key)), 1)
                self.fault(
                    at, f"{key} is '{role}': use a role of data/framework/roles.yml ({', '.join(sorted(roles))})"
                )
        return front

    # --- sections ------------------------------------------------------------------------------------------

    def _sections(self, tokens: Sequence[Token], lines: Sequence[str]) -> tuple[Section, ...]:
        found: list[Section] = []
        body: list[Token] = []
        current: Section | None = None
        skip = False  # the heading was refused, and so was everything below it
        at = 0
        while at < len(tokens):
            token = tokens[at]
            if token.type == "heading_open" and token.level > 0:
                self.fault(_line(token), "a heading stands in a list or a quotation: begin its line with ## or ###")
            elif token.type == "heading_open":
                if current is not None:
                    found.append(_closed(current, body))
                body = []
                current = self._open(token, tokens[at + 1].content.strip(), current, found)
                skip = current is None
                at += 3
                continue
            if current is None and not skip and token.type not in ("myst_line_comment", "myst_block_break"):
                self.fault(_line(token), "text stands before the first heading: begin with ## Summary")
                skip = True
            body += self._body(token, lines)
            at += 1
        if current is not None:
            found.append(_closed(current, body))
        self._whole(found, lines)
        return tuple(found)

    def _open(self, token: Token, words: str, current: Section | None, before: Sequence[Section]) -> Section | None:
        line, level = _line(token), int(token.tag[1])
        if level == 3:
            return self._measure(line, words, current, before)
        if level != 2:
            self.fault(
                line, f"'{token.markup} {words}' is no heading of a text: write ## for a section, ### for a measure"
            )
            return None
        plain = _plain(words)
        part = next((part for part in HEADINGS if part == plain), None)
        about = ""
        outcomes = self.framework.parts.get(self.page, ())
        if part is None:
            about = next((o.id for o in outcomes if plain in (_plain(o.id), _plain(o.title), _plain(o.short))), "")
            part = Part.OUTCOME if about else None
        if part is None:
            known = [str(p).capitalize() for p in HEADINGS] + [o.id for o in outcomes]
            near = get_close_matches(words, [*known, *(o.title for o in outcomes)], n=2, cutoff=0.5)
            hint = f"did you mean {' or '.join(near)}?" if near else f"use {', '.join(known)}"
            self.fault(line, f"'## {words}' is no section of this page: {hint}")
            return None
        if twice := next((s for s in before if s.part is part and s.about == about), None):
            self.fault(line, f"'## {words}' stands here a second time: it is in line {twice.line} already")
            return None
        return Section(part, about, line)

    def _measure(self, line: int, words: str, current: Section | None, before: Sequence[Section]) -> Section | None:
        if current is None or current.part not in (Part.OUTCOME, Part.MEASURE):
            self.fault(line, f"'### {words}' names a measure: write it below its outcome's ## heading")
            return None
        every = {m.id: m for m in self.framework.measures}
        outcome = current.about if current.part is Part.OUTCOME else every[current.about].outcome
        mine = [m for m in every.values() if m.outcome == outcome]
        found = next((m for m in mine if _plain(words) in (_plain(m.id), _plain(m.title))), None)
        if found is None:
            near = get_close_matches(words, [m.id for m in mine] + [m.title for m in mine], n=2, cutoff=0.5)
            hint = f"did you mean {' or '.join(near)}?" if near else f"use {', '.join(m.id for m in mine)}"
            self.fault(line, f"'### {words}' is no measure of outcome '{outcome}': {hint}")
            return None
        if twice := next((s for s in before if s.part is Part.MEASURE and s.about == found.id), None):
            self.fault(line, f"'### {words}' stands here a second time: it is in line {twice.line} already")
            return None
        return Section(Part.MEASURE, found.id, line)

    def _whole(self, sections: Sequence[Section], lines: Sequence[str]) -> None:
        if self.faults:
            return
        if not any(s.part is Part.SUMMARY for s in sections):
            self.fault(1, "has no summary: add a section ## Summary")
        for section in sections:
            # An outcome's heading may stand alone above its measures'.
            below = next((s for s in sections if s.line > section.line), None)
            stands_above = section.part is Part.OUTCOME and below is not None and below.part is Part.MEASURE
            if section.empty and not stands_above:
                self.fault(
                    section.line, f"'{lines[section.line - 1].strip()}' has no text below it: write some, or remove it"
                )

    # --- what stands in a section -----------------------------------------------------------------------------

    def _body(self, token: Token, lines: Sequence[str]) -> list[Token]:
        if token.type in ("fence", "colon_fence") and token.map and not _closes(lines, token):
            self.fault(
                _line(token),
                f"'{lines[token.map[0]].strip()}' is opened here and never closed: add a line {token.markup}",
            )
            return []
        if token.type in ("fence", "code_block"):
            what = (
                f"'{token.markup}{token.info.strip()[:40]}'" if token.type == "fence" else "four spaces before a line"
            )
            self.fault(_line(token), f"{what} would show the words as code, which nothing checks: leave it out")
            return []
        if token.type == "colon_fence":
            voice = self._voice(token)
            if voice is None:
                return []
            return [Token("voice", "", 0, map=token.map, meta={"voice": voice})]
        if token.type == "inline":
            self._inline(token)
        return [token]

    def _inline(self, token: Token) -> None:
        """What would be shown as typed, though its writer meant something else."""
        for child, line in inline_lines(token):
            if child.type == "link_open" and child.attrGet("title"):
                self.fault(line, f"a link has the title '{child.attrGet('title')}', which nothing checks: leave it out")
            if child.type == "code_inline" and ROLE.search(child.content):
                self.fault(line, f"'{child.content[:40]}' is shown as typed: leave out the ` around it")
            if child.type != "text":
                continue
            if found := _STRAY_ROLE.search(child.content):
                how = "has curly quotes after it" if found[2] else "has no `...` right after it"
                self.fault(line, f"{{{found[1]}}} {how}: write {{{found[1]}}}`measure`, with backticks and no space")
            elif "`" in child.content:
                self.fault(line, "holds a ` that nothing closes: write both backticks, or none")
            elif found := re.search(r"\*\*|__|\]\(", child.content):
                self.fault(line, f"holds '{found[0]}' that nothing closes or opens: mend the Markdown, or leave it out")
            elif found := re.search(r"</?[a-zA-Z][^<>]*>|<!--", child.content):
                self.fault(line, f"holds HTML, '{found[0][:40]}', which would be shown as typed: use Markdown alone")
            elif found := re.search(r"\{\{|\{%", child.content):
                self.fault(line, f"holds '{found[0]}', which fills in nothing here: write {{value}}`measure`")
            elif found := re.match(r"#{1,6}(?=[A-Za-z])", child.content):
                self.fault(
                    line, f"'{child.content[:40]}' is no heading: write a space after {found[0]}, or no {found[0]}"
                )

    def _voice(self, token: Token) -> tuple[Voice, str] | None:
        """What was agreed, and the words as HTML; None where something is amiss."""
        line = _line(token)
        if token.info.strip() != "{voice}":
            name = token.info.strip() or "nothing"
            self.fault(line, f"'{token.markup}{name}' is not known: use {token.markup}{{voice}}, or leave it out")
            return None
        lines = token.content.splitlines()
        marks = [n for n, text in enumerate(lines) if text.strip() == "---"]
        if len(marks) < 2 or marks[0] != 0:
            self.fault(line, f"this voice does not begin with what was agreed:\n{VOICE_EXAMPLE}")
            return None
        voice, faults = read_agreed(self.place, lines[1 : marks[1]], line + 2, Voice, VOICE_EXAMPLE)
        self.faults += faults
        words = "\n".join(lines[marks[1] + 1 :]).strip()
        unfit = []
        if not words:
            unfit.append("this voice says nothing: write the words below its lines")
        if ROLE.search(words):
            unfit.append("figures are not bound in what somebody said: quote the words as they were")
        if voice and voice.de_identified_by not in {r.id for r in self.framework.roles}:
            unfit.append(f"de_identified_by is '{voice.de_identified_by}': use a role of data/framework/roles.yml")
        for problem in unfit:
            self.fault(line, problem)
        return None if voice is None or unfit else (voice, plain_markdown().render(words))


@lru_cache(maxsize=1)
def plain_markdown() -> MarkdownIt:
    """Paragraphs, lists and emphasis alone, for what somebody said."""
    return MarkdownIt("commonmark", {"html": False}).disable(["image", "link", "autolink", "heading", "lheading"])


def inline_lines(token: Token) -> Iterator[tuple[Token, int]]:
    """Every child of an inline token, those of links and emphasis among them, with its line in the file."""
    assert token.map is not None
    line, at = token.map[0] + 1, 0
    for child in token.children or ():
        if child.type in ("softbreak", "hardbreak"):
            line += 1
        yield child, line
        if child.type == "myst_role":
            # Its content has lost its line breaks, so they are counted where it stands.
            found = ROLE.search(token.content, at)
            if found:
                line += found[0].count("\n")
                at = found.end()


def _line(token: Token) -> int:
    return token.map[0] + 1 if token.map else 1


def _plain(words: str) -> str:
    return " ".join(words.lower().replace("’", "'").rstrip(".:").split())


def _closed(section: Section, body: Sequence[Token]) -> Section:
    return replace(section, body=tuple(body))


def _closes(lines: Sequence[str], token: Token) -> bool:
    """Whether a fence has its end: Markdown itself lets an open one run to the end of the file."""
    assert token.map is not None
    last = lines[token.map[1] - 1].strip() if token.map[1] - 1 < len(lines) else ""
    return token.map[1] - 1 > token.map[0] and last.startswith(token.markup) and not last.strip(token.markup[0])
