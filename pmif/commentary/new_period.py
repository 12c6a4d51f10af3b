"""`pmif new-period`: a period's texts begin as last period's approved ones, and what can no longer stand is marked.

The words are kept as they were; figures move on by themselves. A claim that the new figures do not bear out stays in
its place as {recheck}`claim: words <measure>`, below a comment that says what is now true:

    % No longer true: "This is better by 1.2 percentage points.". The figures say: ... True would be {got-worse}`x`
    This {recheck}`improved: is better <x>` by {change}`x`.

The program reads whatever stands in the folder and never writes over it, so a second run changes nothing.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from markdown_it.token import Token

from pmif.commentary import claim_words
from pmif.commentary.binding import RECHECK, VOCABULARY, BoundText, Failing, bind, says
from pmif.commentary.check import pages_of
from pmif.commentary.front import Status
from pmif.commentary.notation import ROLE, read_target
from pmif.commentary.text import (
    COMMENTARY,
    Part,
    Section,
    Text,
    folder,
    parse_text,
    read_text,
    stray_files,
    text_file,
)
from pmif.commentary.vocabulary import read_period
from pmif.commentary.words import ClaimWords
from pmif.disclosure import Published, open_published, publish, resolve_report
from pmif.errors import CommentaryError, Fault, FrameworkError, PeriodError, RunError
from pmif.framework import Reporting, load_reporting
from pmif.period import REPORT_KINDS, Period

REPORTING = "data/framework/reporting.yml"
NO_LONGER = "% No longer true: "
CANNOT = "% Can no longer be said: "
NOTHING_NEW = "% No new figure since "
_NOTE = re.compile(rf"^(?:{'|'.join(map(re.escape, (NO_LONGER, CANNOT, NOTHING_NEW)))}).*\n", re.MULTILINE)
_MARKED = re.compile(
    rf"\{{{RECHECK}\}}(?P<ticks>`+)(?P<role>[a-z-]+): (?P<content>.+?)(?P=ticks)(?!`)",
    re.DOTALL,
)
_CURRENT = re.compile(rb"^((?:\xef\xbb\xbf)?current:[ \t]*(['\"]?))[^\s'\"#]+(?=\2)", re.MULTILINE)


@dataclass(frozen=True)
class Begun:
    """One text that was started. `marked` counts what is to be rewritten, `still` the sections with no new figure."""

    place: str
    marked: int = 0
    still: int = 0
    left: tuple[str, ...] = ()  # what is wrong and could not be marked, because it is no role of the vocabulary


@dataclass(frozen=True)
class Started:
    """What became of every text of the period before."""

    report: Period
    before: Period | None  # whose texts these follow; None where there are none
    was_current: str = ""  # what reporting.yml said; blank where it was left as it is
    begun: tuple[Begun, ...] = ()
    kept: tuple[str, ...] = ()  # files that were there already
    passed_over: tuple[Fault, ...] = ()
    faults: tuple[Fault, ...] = ()  # texts that cannot be read, and files that cannot be written


def new_period(root: Path, period: str, today: date, *, with_drafts: bool = False) -> Started:
    """Make a report's figures, and start its texts from the approved ones of the period before.

    The report becomes the current one where it comes after that. If its figures cannot be published, nothing has
    changed. A text that cannot be taken over is told in `faults`, and the others are started all the same.
    Errors: PeriodError for a period that no report can have; else those of `publish`.
    """
    reporting = load_reporting(root)
    report = _report(reporting, period, today)
    before = _before(root, reporting, report)
    words = claim_words(root)
    later = report.end > Period.parse(reporting.current).end
    with _current(root, report) if later else nullcontext():
        publish(root, report.id)
        published = open_published(root, report.id)
        earlier = _published_before(root, before) if before else None
    started = Started(report, before, reporting.current if later else "")
    if before is None or earlier is None:
        return started
    return _start(_Starting(root, published, earlier, today, words), started, with_drafts=with_drafts)


def describe(started: Started) -> str:
    """What was done, as lines of text; what was not comes last."""
    report, before = started.report, started.before
    lines = [f"The figures of {report.id} ({report.label}) are published."]
    if started.was_current:
        lines.append(f"{REPORTING} now says current: {report.id}. It said {started.was_current}.")
    if before is None:
        lines.append(f"No earlier period has texts in {COMMENTARY}, so there is nothing to begin from.")
    else:
        other = "" if before.kind is report.kind else f", since no earlier {report.kind} has any"
        lines.append(f"The texts follow those of {before.id} ({before.label}){other}.")
    for text in started.begun:
        rewrite = f"{text.marked} to rewrite" if text.marked else "nothing to rewrite"
        still = f", {_counted(text.still, 'section')} without a new figure" if text.still else ""
        lines.append(f"begun        {text.place}: {rewrite}{still}")
        lines += [f"  to put right: {problem}" for problem in text.left]
    lines += [f"left         {place}: it is there already" for place in started.kept]
    lines += [f"passed over  {fault}" for fault in started.passed_over]
    lines += [f"not begun    {fault}" for fault in started.faults]
    return "".join(f"{line}\n" for line in lines)


def unmarked(words: str) -> str:
    """A text without what this module puts into it: its comments go, and what was to be rewritten stands as it was."""
    return _MARKED.sub(lambda m: f"{{{m['role']}}}{m['ticks']}{m['content']}{m['ticks']}", _NOTE.sub("", words))


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


# --- which report, and which came before -------------------------------------------------------------------


def _report(reporting: Reporting, text: str, today: date) -> Period:
    """Errors: PeriodError where there can be no such report, or none yet."""
    asked, current = Period.parse(text), Period.parse(reporting.current)
    latest = asked if asked.end > current.end else current
    report = resolve_report(reporting.model_copy(update={"current": latest.id}), text)
    if report.start > today:
        begins = Period.parse(report.start.isoformat()).label
        raise PeriodError(f"{report.id} begins on {begins}, so there is nothing to report of it yet")
    return report


def _before(root: Path, reporting: Reporting, report: Period) -> Period | None:
    """The newest earlier period with texts: of the same kind of report, else of any."""
    first = Period.parse(reporting.first)
    named = (read_period(path.name) for path in sorted((root / COMMENTARY).glob("*")) if path.is_dir())
    earlier = [
        period
        for period in named
        if period and period.kind in REPORT_KINDS and first.start <= period.start and period.end < report.end
        if any(folder(root, period).glob("*.md"))
    ]
    alike = [period for period in earlier if period.kind is report.kind]
    return max(alike or earlier, key=lambda period: period.sort_key, default=None)


@contextmanager
def _current(root: Path, report: Period) -> Iterator[None]:
    """The report as the current one in reporting.yml, where one line changes; put back if anything goes wrong."""
    file = root / REPORTING
    was = file.read_bytes()
    if len(_CURRENT.findall(was)) != 1:
        raise FrameworkError(f"{REPORTING} has no line like 'current: {report.id}': write it there, and run again")
    _write(file, _CURRENT.sub(lambda found: found[1] + report.id.encode(), was), REPORTING)
    try:
        yield
    except BaseException:  # whoever stops the program by hand wants the line back too
        _write(file, was, REPORTING)
        raise


def _published_before(root: Path, before: Period) -> Published:
    """The figures of the report before, made again where they are not kept, as they were known then."""
    try:
        return open_published(root, before.id)
    except RunError:
        publish(root, before.id)
        return open_published(root, before.id)


# --- starting texts -----------------------------------------------------------------------------------------


def _start(starting: "_Starting", started: Started, *, with_drafts: bool) -> Started:
    root, pages = starting.root, pages_of(starting.published)
    begun: list[Begun] = []
    kept: list[str] = []
    passed_over: list[Fault] = []
    faults = stray_files(root, starting.before, pages)
    for page in pages:
        file = text_file(root, started.report, page)
        place = file.relative_to(root).as_posix()
        if file.exists():
            kept.append(place)
            continue
        try:
            old = read_text(root, starting.before, page, starting.published.framework)
            if old is None:
                continue
            if old.front.status is not Status.APPROVED and not with_drafts:
                why = f"its status is '{old.front.status}': have it approved, or run again with --with-drafts"
                passed_over.append(Fault(old.place, why))
                continue
            text, content = starting.begin(old)
            _write(file, content.encode(), place)
            begun.append(text)
        except CommentaryError as error:
            faults += (fault for fault in error.faults if isinstance(fault, Fault))
    return replace(started, begun=tuple(begun), kept=tuple(kept), passed_over=tuple(passed_over), faults=tuple(faults))


@dataclass(frozen=True)
class _Starting:
    """What every text is held against: the figures of this report, and those of the one before."""

    root: Path
    published: Published
    earlier: Published
    today: date
    words: ClaimWords

    @property
    def before(self) -> Period:
        return self.earlier.report

    def begin(self, old: Text) -> tuple[Begun, str]:
        """The draft that an old text becomes.

        Errors: CommentaryError where it cannot be read once it is marked.
        """
        plain = self.front(old) + unmarked(_body(old))
        bound = self.bound(old, plain)
        marking = _Marking(bound, list(bound.text.lines))
        marking.mark()
        still = [section for section in bound.text.sections if self.nothing_new(section)]
        for section in still:
            marking.note(_below_heading(bound.text.lines, section), f"{NOTHING_NEW}{self.before.label}.")
        content = "\n".join(marking.written())
        # What was written is read again: whoever opens it must find the same words, and every mark in its place.
        again = self.bound(old, content)
        if unmarked(content) != plain or len(again.failing) != len(marking.left):
            problem = (
                "what no longer holds in it cannot be marked: copy it, and mend what 'pmif commentary check' lists"
            )
            raise CommentaryError("Commentary", [Fault(old.place, problem)])
        left = tuple(str(fault) for fault in again.faults)
        return Begun(bound.text.place, marking.marked, len(still), left), content

    def front(self, old: Text) -> str:
        lines = [
            f"author_role: {old.front.author_role}",
            f"status: {Status.DRAFT}",
            f"written: {self.today.isoformat()}",
            f"follows: {self.before.id}",
            *(["generated: true"] if old.front.generated else []),
        ]
        return "".join(f"{line}\n" for line in ("---", *lines, "---"))

    def bound(self, old: Text, content: str) -> BoundText:
        """A text that is not in its place yet, read as if it were, and held against the new figures."""
        published = self.published
        text = parse_text(content.encode(), self.root, published.report, old.page, published.framework)
        return bind(text, published, self.words)

    def nothing_new(self, section: Section) -> bool:
        """Whether an outcome or a measure shows no figure that the last report did not show, and none revised."""
        match section.part:
            case Part.OUTCOME:
                measures = [m.id for m in self.published.framework.measures_of(section.about)]
            case Part.MEASURE:
                measures = [section.about]
            case _:
                return False
        return bool(measures) and all(_shown(self.published, m) <= _shown(self.earlier, m) for m in measures)


def _shown(published: Published, measure: str) -> set[tuple[object, ...]]:
    """Every figure of a measure that may be seen, as what it is of and its value."""
    return {(*f.series, f.period, f.value) for f in published.figures_of(measure) if f.shown}


def _body(old: Text) -> str:
    """What stands below the front matter, its line ends made alike."""
    end = next(n for n, line in enumerate(old.lines[1:], start=1) if line.strip() == "---")
    return "\n".join(old.lines[end + 1 :])


def _below_heading(lines: tuple[str, ...], section: Section) -> int:
    """The place right below a section's heading, which may be underlined rather than begin with #."""
    at = section.line
    if not lines[at - 1].lstrip().startswith("#"):
        while set(lines[at - 1].strip()) not in ({"-"}, {"="}):
            at += 1
    return at


@dataclass
class _Marking:
    """One text being marked. Roles change where they stand; comments go in last, so that lines keep their numbers."""

    bound: BoundText
    lines: list[str]
    marked: int = 0
    left: list[Failing] = field(default_factory=list)
    notes: dict[int, list[str]] = field(default_factory=lambda: defaultdict(list))

    def note(self, at: int, words: str) -> None:
        self.notes[at].append(words)

    def written(self) -> Iterator[str]:
        for n, line in enumerate(self.lines):
            yield from self.notes.get(n, ())
            yield line

    def mark(self) -> None:
        """Mark every role that fails; the reason goes above its paragraph, list or quotation as a whole."""
        top = 0
        for section in self.bound.text.sections:
            for token in section.body:
                if token.level == 0 and token.map:
                    top = token.map[0]
                if token.type == "inline":
                    self.paragraph(token, top)

    def paragraph(self, token: Token, top: int) -> None:
        roles = [child for child in token.children or () if child.type == "myst_role"]
        failing = [f for f in self.bound.failing if any(f.token is role for role in roles)]
        if not failing or token.map is None:
            return
        for words in _why(failing):
            self.note(top, words)
        self.left += (one for one in failing if not _can_be_marked(one.token))
        wrong = [one.token for one in failing if _can_be_marked(one.token)]
        first, last = token.map

        def mark(found: re.Match[str]) -> str:
            # Roles are met in the order in which they were read; what only looks like one is stepped over.
            if not roles or (found["role"], _one_line(found["content"])) != _typed(roles[0]):
                return found[0]
            role = roles.pop(0)
            if not any(role is one for one in wrong):
                return found[0]
            self.marked += 1
            ticks = found["ticks"]
            return f"{{{RECHECK}}}{ticks}{found['role']}: {found['content']}{ticks}"

        self.lines[first:last] = ROLE.sub(mark, "\n".join(self.lines[first:last])).split("\n")


def _why(failing: list[Failing]) -> Iterator[str]:
    """A comment for each claim that turned, and for each sentence of which something can no longer be said."""
    reasons: dict[str, dict[str, None]] = defaultdict(dict)  # by sentence, each once and in order
    for one in failing:
        if one.said is None:
            reasons[one.sentence][one.why] = None
        else:
            yield _one_line(f"{NO_LONGER}{one.sentence}. {says(one.said)}")
    for sentence, whys in reasons.items():
        yield _one_line(f"{CANNOT}{sentence}: {'; '.join(whys)}")


def _can_be_marked(role: Token) -> bool:
    """Whether a role is one of the vocabulary and can be taken apart; others are slips that no new figure explains."""
    return str(role.meta["name"]) in VOCABULARY and not isinstance(read_target(role.content), str)


def _typed(role: Token) -> tuple[str, str]:
    return str(role.meta["name"]), _one_line(role.content)


def _one_line(content: str) -> str:
    """A role's content without the line breaks and quotation marks that it goes across."""
    return " ".join(re.sub(r"\n[ \t>]*", " ", content).split())


def _write(file: Path, content: bytes, place: str) -> None:
    """Write a file whole or not at all.

    Errors: CommentaryError where the disk, or whoever has the file open, refuses.
    """
    fresh = file.with_name(f".{file.name}.unfinished")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        fresh.write_bytes(content)
        fresh.replace(file)
    except OSError as fault:
        fresh.unlink(missing_ok=True)
        problem = f"could not be written ({fault.strerror}): close it if it is open, or see that you may write there"
        raise CommentaryError("Commentary", [Fault(place, problem)]) from fault
