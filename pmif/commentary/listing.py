"""What an analyst may name, as plain text: each figure, the sentences that are ready to paste, and every role."""

import re
import textwrap
from collections.abc import Callable, Iterable, Iterator, Sequence

from pmif.commentary.binding import QUOTED, VOCABULARY
from pmif.commentary.change_claims import change_role
from pmif.commentary.check import known_page, pages_of
from pmif.commentary.notation import ROLE, Target, read_target, write_role
from pmif.commentary.ready_made import ABSENT, CHANGED, PLACES, ReadyMade, Sentence, place_slug, subject
from pmif.commentary.text import COMMENTARY
from pmif.commentary.values import COUNTS
from pmif.commentary.vocabulary import CannotBindError, Entry, Kind, ask
from pmif.commentary.words import ClaimWords
from pmif.disclosure import Figure, Level, Published, PublishedMeasure
from pmif.disclosure.figure_name import area_slug, find_measure
from pmif.errors import CommentaryError, FigureNameError
from pmif.exhibits import gap_wording, wording
from pmif.framework import Bearing

WIDTH = 100
WITHHELD = "withheld to protect people"
INEQUALITIES = "inequalities"
NO_MEASURE = "No measure shows whether this is achieved."
# Words that fit a claim of some measures only, by their polarity or by how far back their figures go.
_NOT_ALWAYS = re.compile(r"best|worst|record")
# Claims that hold of the measures whose `change_role` they are, and of no others.
_TOLD_AT_ONCE = ("rising", "falling", "still-above", "still-below", "no-earlier-figure", *ABSENT)
_SPACE = "\N{NO-BREAK SPACE}"  # stands for the spaces inside a role, so that none is broken over two lines


def words_of(published: Published, words: ClaimWords, page: str = "", *, measure: str = "") -> str:
    """What may be named on a page, as lines of text; of one measure, everything; of neither, every role there is.

    Errors: CommentaryError for a page or a measure that there is not.
    """
    if page:
        known_page(published, page)
    if measure:
        pm = _known_measure(published, measure)
        return _text(_one_measure(ReadyMade(published, page or _page_of(pm), words), pm))
    if page:
        return _text(_one_page(ReadyMade(published, page, words)))
    return _text(_every_role(ReadyMade(published, pages_of(published)[0], words)))


def _known_measure(published: Published, measure: str) -> PublishedMeasure:
    try:
        return find_measure(published, measure)
    except FigureNameError as fault:
        raise CommentaryError(str(fault)) from None


def _page_of(pm: PublishedMeasure) -> str:
    """The page that a measure stands on; the overview for one that describes the borough."""
    address = pm.published.addresses.get(pm.id)
    return address.partition(".")[0] if address else pages_of(pm.published)[0]


def _text(lines: Iterable[str]) -> str:
    return "".join(f"{line.rstrip()}\n" for line in lines)


# --- one page ---------------------------------------------------------------------------------------------------


def _one_page(made: ReadyMade) -> Iterator[str]:
    published, page = made.published, made.page
    parts = published.parts_of(page)
    held = [pm for part in parts for pm in published.measures_of(part.id)] or list(published.everything)
    yield f"What may be named on page {page}, {_page_title(published, page)}: {published.report.label}"
    yield ""
    yield from _how(made, held)
    shown: list[Sentence] = []
    for part in parts:
        yield from ["", "", f"## {part.id}", *_wrapped(part.title)]
        if not published.evidence(part.id):
            yield from ["", f"  {NO_MEASURE}"]
        for pm in sorted(published.measures_of(part.id), key=lambda pm: pm.measure.bearing is Bearing.RELATED):
            sentences = made.all_of(pm)
            shown += sentences
            yield from _measure(pm, sentences)
    if not parts:
        for title, measures, said in _across(made):
            yield from ["", "", title]
            for pm in measures:
                sentences = said(pm)
                shown += sentences
                yield from _measure(pm, sentences)
    counts = made.counts()
    yield from ["", "", "How many measures of this page" if parts else "How many measures of the whole report"]
    yield from _sentences(counts)
    yield from ["", "  Each number alone, with nought for what there is none of:"]
    yield from _table([_counted(made, name) for name in COUNTS])
    yield from ["", "", "Other words for the claims above, to stand before <...>", ""]
    yield from _other_words(made.words, _roles([*shown, *counts]))


def _counted(made: ReadyMade, name: str) -> tuple[str, str]:
    typed = write_role("count", name)
    return typed, _bound(made, VOCABULARY["count"], name) or ""


def _page_title(published: Published, page: str) -> str:
    framework = published.framework
    titles = {o.id: o.title for o in framework.objectives} | {framework.scorecard.id: framework.scorecard.title}
    return titles.get(page, "the whole report")


def _how(made: ReadyMade, measures: Sequence[PublishedMeasure]) -> Iterator[str]:
    """Ten lines on what is typed, each shown with a figure of the page."""
    published = made.published
    yield f"The text is {COMMENTARY}/{published.report.id}/{made.page}.md. It begins, with the day of writing:"
    roles = [role.id for role in published.framework.roles]
    yield from ("", "---", f"author_role: {roles[1] if len(roles) > 1 else roles[0]}", "status: draft")
    yield from (f"written: {published.report_date.isoformat()}", "---", "## Summary", "")
    yield from _wrapped(
        f"author_role is one of {', '.join(roles)}. Further sections begin with ## and an outcome's id."
    )
    yield ""
    yield "How to type it"
    pm = next((pm for pm in measures if pm.finding.value is not None), None)
    if pm is not None:
        yield from _table([row for row in _how_rows(made, pm) if row])
    yield from _wrapped("Numbers, dates and words such as 'rose' that stand outside these are listed by the check.")
    yield "Below a measure's own heading, ### its id, 'this' may stand for the id."
    yield from _table(
        [
            (f"pmif commentary words --measure {pm.id if pm else 'ID'}", "everything of one measure"),
            ("pmif commentary words", "all the words in {...} that there are"),
            (f"pmif commentary check {made.page} --show", "what you wrote, checked and filled in"),
        ]
    )


def _how_rows(made: ReadyMade, pm: PublishedMeasure) -> Iterator[tuple[str, str]]:
    x, claim = pm.id, change_role(pm)
    yield from _example(made, "a figure", write_role("value", x))
    yield from _example(made, "elsewhere", *(write_role("value", f"{x}/{place_slug(pm, kind)}") for kind in PLACES))
    before = pm.finding.previous_period
    if before is not None:
        yield from _example(made, "earlier", write_role("value", f"{x}/{before.id}"))
    yield from _example(made, "a claim, which is checked", write_role(claim, x))
    others = [write_role(claim, x, word) for word in made.words.words_of(claim)[1:]]
    yield from _example(made, "the same in your words", *others)
    yield from _example(made, "what others say", write_role(QUOTED, "Family hubs, review of 2026", "40 families"))


def _example(made: ReadyMade, what: str, *typed: str) -> list[tuple[str, str]]:
    """A row that shows the first of these that can be written, as it stands inside a sentence."""
    shown = made.first(*(f"It is {one}" for one in typed))
    return [(one.typed.removeprefix("It is "), f"{what}: {one.reads.removeprefix('It is ')}") for one in shown]


def _measure(pm: PublishedMeasure, sentences: Sequence[Sentence]) -> Iterator[str]:
    related = " (only touches this outcome)" if pm.measure.bearing is Bearing.RELATED else ""
    yield from ["", *_wrapped(f"{pm.id}: {pm.measure.title}{related}")]
    yield from _wrapped(_in_short(pm), "  ")
    yield from _sentences(sentences)


def _in_short(pm: PublishedMeasure) -> str:
    """The figure, the one before, and that of England, in one line; or why there is none."""
    finding = pm.finding
    if finding.value is None or finding.period is None:
        return f"{wording.state_words(pm)}. {finding.reason}".strip()
    said = [f"Now {wording.format_value(pm, finding.value)} ({finding.period.label})"]
    if finding.previous_value is not None and finding.previous_period is not None:
        said.append(f"before {wording.format_value(pm, finding.previous_value)} ({finding.previous_period.label})")
    country = finding.benchmarks.get("country")
    if country is not None and country.value is not None:
        said.append(f"{wording.area_name(pm, 'country')} {wording.format_value(pm, country.value)}")
    said += [f"gap {gap_wording.gap_of(pm, gap)}" for gap in pm.gaps]
    return f"{'; '.join(said)}. {wording.state_words(pm)}."


def _across(
    made: ReadyMade,
) -> Iterator[tuple[str, list[PublishedMeasure], Callable[[PublishedMeasure], list[Sentence]]]]:
    """For a page without outcomes of its own: what stands out in the whole report."""
    published = made.published
    every = published.everything
    changed = [pm for pm in every if pm.finding.state in CHANGED]
    levels = {pm.id: c.level for pm in every if (c := pm.finding.benchmarks.get("country")) and c.tested}
    apart = [pm for pm in every if levels.get(pm.id) in (Level.BETTER, Level.WORSE)]
    gaps = [pm for pm in published.all_measures if pm.gaps]
    country = published.areas.name("country")

    def change(pm: PublishedMeasure) -> list[Sentence]:
        return [*made.figure(pm), *made.change(pm), *made.judged(pm, subject(pm))]

    def beside(pm: PublishedMeasure) -> list[Sentence]:
        return made.beside(pm, "country", subject(pm))

    def gap(pm: PublishedMeasure) -> list[Sentence]:
        return [one for found in pm.gaps for one in made.gap(pm, found, subject(pm))]

    news = [
        ("Changes that a test finds", changed, change),
        (f"Better or worse than {country}, by a test", apart, beside),
    ]
    behind = [("Between wards, and between groups", gaps, gap)]
    yield from [*behind, *news] if made.page == INEQUALITIES else [*news, *behind]


# --- one measure ------------------------------------------------------------------------------------------------


def _one_measure(made: ReadyMade, pm: PublishedMeasure) -> Iterator[str]:
    where = f"page {made.page}, ## {pm.measure.outcome}" if pm.measure.outcome else f"describes {pm.council}"
    yield from _wrapped(f"{pm.id}: {pm.measure.title} ({where})")
    yield from _wrapped(" ".join(pm.measure.definition.split()), "  ")
    yield from _wrapped(_in_short(pm), "  ")
    sentences = [*made.all_of(pm), *made.further(pm)]
    yield from ["", "Sentences, ready to paste"]
    yield from _sentences(sentences)
    rows = list(_bindable(made, pm))
    for kind, title in ((Kind.VALUE, "Values"), (Kind.CLAIM, "Claims that are true now")):
        found = [(typed, reads) for typed, reads, entry in rows if entry.kind is kind]
        if found:
            yield from ["", title, *_table(found)]
    claims = list(dict.fromkeys(entry.role for _, _, entry in rows if entry.kind is Kind.CLAIM))
    if claims:
        yield from ["", "Other words for these claims, to stand before <...>", *_other_words(made.words, claims)]
    for title, found in (("Groups", _groups(made, pm)), ("Wards", _wards(made, pm)), ("Earlier", _periods(made, pm))):
        if found:
            yield from ["", title, *_table(found)]
    if pm.finding.value is not None:
        yield from ["", *_wrapped(f"A place, a period and a group go together in any order: {pm.id}/place/period.")]


def _bindable(made: ReadyMade, pm: PublishedMeasure) -> Iterator[tuple[str, str, Entry]]:
    """Every role that can be written of a measure, what it writes now, and what it is."""
    for entry in VOCABULARY.values():
        if entry.takes != "measure":
            continue
        for typed in _ways(pm, entry):
            if (reads := _bound(made, entry, typed)) is not None:
                yield write_role(entry.role, typed), reads, entry


def _ways(pm: PublishedMeasure, entry: Entry) -> list[str]:
    """What may stand between the backticks: the measure, other places, and each gap."""
    gaps = [f"{pm.id}/{gap.dimension}" for gap in pm.gaps]
    if "dimension" in entry.parts:
        return gaps
    places = [f"{pm.id}/{place_slug(pm, kind)}" for kind in PLACES if pm.series(kind)]
    return [pm.id, *(places if "area" in entry.parts else [])]


def _bound(made: ReadyMade, entry: Entry, typed: str) -> str | None:
    """What a role writes, or None where it may not be written."""
    target = read_target(typed)
    assert isinstance(target, Target), "only what can be read is tried"
    try:
        said = ask(made.published, made.page, entry, target)
    except CannotBindError:
        return None
    return said.words if said.holds else None


def _groups(made: ReadyMade, pm: PublishedMeasure) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for dimension in dict.fromkeys(f.dimension for f in pm.figures if f.dimension):
        found += [_value_of(made, f"{pm.id}/{dimension}={f.group}", f) for f in pm.by_group(dimension)]
    return found


def _wards(made: ReadyMade, pm: PublishedMeasure) -> list[tuple[str, str]]:
    return [_value_of(made, f"{pm.id}/{area_slug(f.name)}", f) for f in pm.wards]


def _periods(made: ReadyMade, pm: PublishedMeasure) -> list[tuple[str, str]]:
    """The borough's earlier figures, the newest first."""
    earlier = [f for f in reversed(pm.series()) if f.period != pm.finding.period]
    return [_value_of(made, f"{pm.id}/{f.period.id}", f) for f in earlier]


def _value_of(made: ReadyMade, name: str, figure: Figure) -> tuple[str, str]:
    """A figure by name, with what it writes; or that it is withheld or missing, which cannot be written."""
    reads = _bound(made, VOCABULARY["value"], name) if figure.shown else None
    if reads is None:
        return name, WITHHELD if figure.status == "suppressed" else "no figure"
    return write_role("value", name), reads


# --- every role -------------------------------------------------------------------------------------------------


def _every_role(made: ReadyMade) -> Iterator[str]:
    published = made.published
    yield f"Every role that commentary may hold, with an example from the report for {published.report.label}"
    yield ""
    yield from _how(made, published.everything)
    examples = dict(_examples(made))
    for kind, title in (
        (Kind.VALUE, "Values: each writes itself"),
        (Kind.CLAIM, "Claims: each is checked, then written in these words or in yours"),
    ):
        yield from ["", "", title]
        for role, entry in VOCABULARY.items():
            if entry.kind is kind:
                yield from ["", *_role(made, entry, examples.get(role))]
    yield from ["", "", "Quoted: what others say, which no figure here can bear out", ""]
    yield from _table([(write_role(QUOTED, "Family hubs, review of 2026", "40 families"), "40 families, with a note")])


def _role(made: ReadyMade, entry: Entry, example: tuple[str, str] | None) -> Iterator[str]:
    takes = {"measure": "/".join(["measure", *entry.parts]), "count": "count", "report": "report"}[entry.takes]
    options = "".join(f", {option} ..." for option in entry.options)
    yield from _wrapped(f"{{{entry.role}}}`{takes}{options}`", hold=True)
    yield from _wrapped(entry.says, "    ")
    yield from _table([example] if example else [("no figure bears this out now", "")], "    ")
    if words := _of_any_measure(made.words, entry.role):
        yield from _wrapped(f"or: {', '.join(words[:8])}", "    ")


def _examples(made: ReadyMade) -> Iterator[tuple[str, tuple[str, str]]]:
    """For each role the first figure of the report that bears it out."""
    wanted = dict(VOCABULARY)
    for role, typed in (("count", "measures"), ("report", "period")):
        entry = wanted.pop(role)
        if (reads := _bound(made, entry, typed)) is not None:
            yield role, (write_role(role, typed), reads)
    for pm in made.published.all_measures:
        for role, entry in list(wanted.items()):
            if role in _TOLD_AT_ONCE and role != change_role(pm):
                continue
            for typed in [*_ways(pm, entry), *_crossings(made, pm, entry)]:
                if (reads := _bound(made, entry, typed)) is not None:
                    yield role, (write_role(role, typed), reads)
                    del wanted[role]
                    break


def _crossings(made: ReadyMade, pm: PublishedMeasure, entry: Entry) -> list[str]:
    """Where a role needs a number to cross, one that the figures cross."""
    if not entry.role.startswith("first-"):
        return []
    found = (role for one in made.crossing(pm) for role in ROLE.finditer(one.typed))
    return [role["content"] for role in found if role["role"] == entry.role]


# --- lines ------------------------------------------------------------------------------------------------------


def _sentences(sentences: Iterable[Sentence]) -> Iterator[str]:
    """Each sentence as it is read, and below it as it is typed; a blank line before each."""
    for one in sentences:
        yield ""
        yield from _wrapped(one.reads, "  ")
        yield from _wrapped(one.typed, "      ", hold=True)


def _roles(sentences: Iterable[Sentence]) -> list[str]:
    """The claims that stand in these sentences, each once, in the vocabulary's order."""
    used = {found["role"] for one in sentences for found in ROLE.finditer(one.typed)}
    return [role for role, entry in VOCABULARY.items() if entry.kind is Kind.CLAIM and role in used]


def _other_words(words: ClaimWords, roles: Iterable[str]) -> Iterator[str]:
    found = {role: _of_any_measure(words, role) for role in roles}
    yield from _table([(f"{{{role}}}", ", ".join(of[:10])) for role, of in found.items() if of])


def _of_any_measure(words: ClaimWords, role: str) -> list[str]:
    return [word for word in words.words_of(role) if not _NOT_ALWAYS.search(word)]


def _table(rows: Sequence[tuple[str, str]], indent: str = "  ") -> Iterator[str]:
    """Two columns; what does not fit beside its first stands below it."""
    widest = max((len(left) for left, _ in rows if len(left) <= 58), default=0)
    for left, right in rows:
        beside = indent + left.ljust(widest) + "  "
        if len(left) > widest:
            yield from _wrapped(left, indent, hold=True)
            beside = indent + " " * widest + "  "
        yield from textwrap.wrap(right, WIDTH, initial_indent=beside, subsequent_indent=" " * len(beside)) or [beside]


def _wrapped(text: str, indent: str = "", *, hold: bool = False) -> list[str]:
    """Lines of at most WIDTH; with `hold`, no role is broken over two."""
    if hold:
        text = ROLE.sub(lambda found: found[0].replace(" ", _SPACE), text)
    lines = textwrap.wrap(
        text, WIDTH, initial_indent=indent, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )
    return [line.replace(_SPACE, " ") for line in lines]
