"""Sentences made from the figures, ready to paste: `commentary words` offers them, and a first draft is made of them.

Each is bound before it is handed out, by the code that binds any other text, so none can fail the check.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from pmif.commentary.beside_claims import beside_roles, target_role
from pmif.commentary.binding import bind
from pmif.commentary.change_claims import change_role
from pmif.commentary.front import Front, Status
from pmif.commentary.notation import write_role
from pmif.commentary.place_claims import gap_role, slope_role
from pmif.commentary.text import Part, Section, Text, markdown
from pmif.commentary.words import ClaimWords
from pmif.disclosure import Due, Gap, JudgedBy, Published, PublishedMeasure, State
from pmif.disclosure.figure_name import area_slug
from pmif.exhibits import gap_wording, wording
from pmif.exhibits.counts import count
from pmif.period import Period

PLACES = ("country", "region", "neighbours")
CHANGED = (State.IMPROVING, State.GETTING_WORSE, State.MOVED)
ABSENT = ("wards-only", "withheld", "awaiting-return", "no-figure")
_FRONT = Front(author_role="generated", status=Status.DRAFT, written=date(1, 1, 1))


@dataclass(frozen=True)
class Sentence:
    """A sentence that the figures bear out: as it is typed, and as a reader sees it."""

    typed: str
    reads: str


@dataclass(frozen=True)
class ReadyMade:
    """Every sentence that can be made for a page. `words` are the words of claims, as for any text."""

    published: Published
    page: str
    words: ClaimWords

    def first(self, *ways: str) -> list[Sentence]:
        """The first of these ways to say it that passes the check; none where none does."""
        for typed in ways:
            section = Section(Part.SUMMARY, "", 1, tuple(markdown().parse(typed)))
            made = bind(Text("", self.page, _FRONT, (section,), (typed,)), self.published, self.words)
            if not made.faults and not made.unbound:
                return [Sentence(typed, made.paragraphs[0][1])]
        return []

    def every(self, sentences: Iterable[tuple[str, ...]]) -> list[Sentence]:
        return [made for ways in sentences for made in self.first(*ways)]

    # --- one measure --------------------------------------------------------------------------------------------

    def figure(self, pm: PublishedMeasure) -> list[Sentence]:
        """The newest figure and its period; or that there is none, and why."""
        finding, x = pm.finding, pm.id
        if change_role(pm) in ABSENT:
            return self.first(f"For {_title(pm)}, {write_role(change_role(pm), x)}.")
        if finding.period is None:
            return []
        who = f"By our estimate {subject(pm)}" if finding.mark == "e" else _capital(subject(pm))
        return self.first(f"{who} was {write_role('value', x)} {write_role('in-period', x)}.")

    def change(self, pm: PublishedMeasure, who: str = "it") -> list[Sentence]:
        """Whether it has changed, and from what. `who` is what changed, in the sentence's own words."""
        if change_role(pm) in ABSENT:
            return []
        return self.first(*_change(pm, who, _since(pm)), *_change(pm, who, ""))

    def judged(self, pm: PublishedMeasure, who: str = "it") -> list[Sentence]:
        """That a tested change is good, or bad; not where the last step went the other way, which "to" would hide."""
        role = {State.IMPROVING: "improved", State.GETTING_WORSE: "got-worse"}.get(pm.finding.state)
        if role is None or not wording.last_step_agrees(pm):
            return []
        to = f"{write_role('value', pm.id)} {write_role('in-period', pm.id)}"
        return self.first(f"{_capital(who)} {write_role(role, pm.id)}, to {to}.")

    def beside(self, pm: PublishedMeasure, kind: str = "country", who: str = "it") -> list[Sentence]:
        """The figure beside the country's, the region's or the neighbours'."""
        roles = beside_roles(pm, kind)
        if not roles:
            return []
        there = f"{pm.id}/{place_slug(pm, kind)}"
        return self.first(
            f"{_capital(who)} is {write_role(roles[0], there)}, where it was {write_role('value', there)}."
        )

    def target(self, pm: PublishedMeasure) -> list[Sentence]:
        role, x = target_role(pm), pm.id
        if not role:
            return []
        wanted = f"{write_role('target', x)} by {write_role('target-by', x)}"
        return self.first(f"Its target is {wanted}, and it is {write_role(role, x)}.")

    def gap(self, pm: PublishedMeasure, gap: Gap, who: str = "it") -> list[Sentence]:
        """Both ends of a gap, how far they are apart, whether it narrows, and its slope with deprivation."""
        x = f"{pm.id}/{gap.dimension}"
        return self.every(
            [
                *(_wards(gap, x, who) if gap.dimension == "ward" else _groups(pm, gap, x, who)),
                *([(f"The two ends {write_role('differ', x)}.",)] if gap.tested else []),
                _gap_change(gap, x),
                *_slope(gap, x),
            ]
        )

    def crossing(self, pm: PublishedMeasure) -> list[Sentence]:
        """That it is for the first time, or for the first time since, above or below a round number."""
        return self.first(*_crossing(pm))

    def due(self, pm: PublishedMeasure) -> list[Sentence]:
        """That its next figure is late, or that this one is new."""
        if pm.finding.due is Due.LATE:
            return self.first(f"The next figure {write_role('late', pm.id)}.")
        if pm.finding.due is Due.NEW:
            return self.first(f"It {write_role('new-figure', pm.id)}.")
        return []

    def all_of(self, pm: PublishedMeasure) -> list[Sentence]:
        """What a page most likely says of a measure, in the order in which it would say it."""
        return [
            *self.figure(pm),
            *self.change(pm),
            *(made for kind in PLACES for made in self.beside(pm, kind)),
            *self.target(pm),
            *(made for gap in pm.gaps for made in self.gap(pm, gap)),
            *self.due(pm),
        ]

    def further(self, pm: PublishedMeasure) -> list[Sentence]:
        """What may be said of a measure besides: its interval, its records, where it is from."""
        finding, x = pm.finding, pm.id
        said: list[tuple[str, ...]] = []
        changed = finding.state in CHANGED
        if finding.value is not None:
            said += [
                (f"The true figure is likely to be from {write_role('interval', x)}.",),
                (f"It is {write_role('within-range', x)}.",),
                (f"It is {write_role('highest-since', x)}.", f"It is {write_role('lowest-since', x)}."),
            ]
            if changed:
                since = {"since": _since(pm)} if _since(pm) else {}
                said.append((f"That is a change of {write_role('change', x, options=since)}.",))
            year_before = finding.last_year_period
            if year_before is not None and year_before != finding.previous_period:
                when = f"{_in(year_before)} {write_role('last-year-period', x)}"
                said.append((f"A year before it was {write_role('last-year', x)}, {when}.",))
            if not {"similar-to", "same-as"}.issuperset(beside_roles(pm, "country")):
                there = f"{x}/{place_slug(pm, 'country')}"
                said.append((f"The difference is {write_role('difference', there)}.",))
        if pm.measure.definition_changes:
            said.append((f"{write_role('definition-changed', x)}.",))
        if finding.due is not Due.NEVER_RECEIVED and wording.next_due(pm) != "Not known":
            said.append((f"{write_role('next-due', x)}.",))
        if pm.measure.note:
            said.append((f"{write_role('note', x)}.",))
        if finding.due is not Due.NEVER_RECEIVED:
            said.append((f"The figures are from {write_role('source', x)}.",))
            said.append((f"They come from a copy made on {write_role('copied', x)}.",))
        news = [*self.judged(pm), *self.crossing(pm)] if changed else []
        return [*news, *self.every(said)]

    # --- many measures --------------------------------------------------------------------------------------------

    @property
    def counted(self) -> tuple[PublishedMeasure, ...]:
        """The measures that the page counts: its own, or the whole report's where it has none."""
        return self.published.counted(self.page) or self.published.everything

    def counts(self) -> list[Sentence]:
        """How many of the page's measures are in each state."""
        return [*self.tally(), *self.sides(), *self.missing(), *self.dated()]

    def tally(self) -> list[Sentence]:
        """How many could be tested for change, and what the tests found."""
        states = count(self.counted).states
        found = [
            words
            for state, words in (
                (State.IMPROVING, _count("improving", "improved")),
                (State.GETTING_WORSE, _count("getting-worse", "got worse")),
                (State.NO_DETECTABLE_CHANGE, _count("no-detectable-change", "had no detectable change")),
                (State.MOVED, f"{_count('moved')} moved, which is called neither good nor bad"),
            )
            if states[state]
        ]
        tested = f"Of {_count('measures')} measures, {_count('tested')} could be tested for change"
        untested = f"Of the measures, {_count('change-not-tested', 'could not be tested for change')}."
        return [
            *self.first(f"{tested}{f': {wording.listed(found)}' if found else ''}."),
            *(self.first(untested) if states[State.CHANGE_NOT_TESTED] else []),
        ]

    def sides(self) -> list[Sentence]:
        """How many are better than the country, similar and worse."""
        levels = count(self.counted).levels
        country = self.published.areas.name("country")
        sides = [
            _count(name, f"are {level}")
            for level, name in (
                ("better", "better-than-england"),
                ("similar", "similar-to-england"),
                ("worse", "worse-than-england"),
            )
            if levels[level]
        ]
        bare = f"{_count('not-tested-against-england')} can be set beside {country} by the bare figure alone"
        return [
            *(self.first(f"Beside {country}, {wording.listed(sides)}.") if sides else []),
            *(self.first(f"Of the measures, {bare}.") if levels["untested"] else []),
        ]

    def missing(self) -> list[Sentence]:
        """For how many there is no return, no figure, or nothing to compare it with."""
        states = count(self.counted).states
        return self.every(
            (f"For {_count(state)} of the measures {words}.",)
            for state, words in (
                (State.AWAITING_A_RETURN, "no return has been received"),
                (State.WITHHELD, "the figure is withheld to protect people"),
                (State.NO_FIGURE, "there is no figure"),
                (State.WARDS_ONLY, "there are ward figures only"),
                (State.NOTHING_TO_COMPARE, "there is no earlier figure"),
            )
            if states[state]
        )

    def dated(self) -> list[Sentence]:
        """How many are late, and how many new."""
        due = count(self.counted).due
        return self.every(
            (f"Of the measures, {_count(name, words)}.",)
            for state, name, words in ((Due.LATE, "late", "are late"), (Due.NEW, "new-figures", "are new"))
            if due[state]
        )


def _since(pm: PublishedMeasure) -> str:
    """The period that a tested change is since, where that is not the figure before; blank where it is."""
    step = pm.finding.step.period
    earlier = pm.finding.judged_by is JudgedBy.STEP and step is not None and step != pm.finding.previous_period
    return step.id if earlier and step is not None else ""


def place_slug(pm: PublishedMeasure, kind: str) -> str:
    """How the country, the region or the neighbours are typed: england, north-east, neighbours."""
    return area_slug(wording.area_name(pm, kind))


def subject(pm: PublishedMeasure) -> str:
    """What a sentence is about, where nothing before it says so."""
    return f"the figure for {_title(pm)}"


def _title(pm: PublishedMeasure) -> str:
    return write_role("title", pm.id)


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _in(period: Period) -> str:
    """The word before a period, which its role leaves to the writer."""
    return wording.in_period(period).partition(" ")[0]


def _count(name: str, words: str = "") -> str:
    return write_role("count", name, words)


def _change(pm: PublishedMeasure, who: str, since: str) -> tuple[str, ...]:
    """Ways to say whether it has changed, the fullest first; beside the figure of `since` where one is named."""
    x, role = pm.id, change_role(pm)
    options = {"since": since} if since else {}
    claim, before, when = (write_role(r, x, options=options) for r in (role, "previous", "previous-period"))
    earlier = Period.parse(since) if since else pm.finding.previous_period
    it = _capital(who)
    then = f"{before} {_in(earlier)} {when}" if earlier else ""
    was = f"the figure before was {before}, {_in(earlier)} {when}" if earlier else ""
    match role:
        case "rose" | "fell":
            return f"{it} {claim} from {then}.", f"{it} {claim}."
        case "unchanged":
            return f"{it} is {claim} from {then}.", f"{it} is {claim}."
        case "rose-not-tested" | "fell-not-tested":
            return f"{it} {claim} than the figure before, {then}.", f"{it} {claim}."
        case "no-detectable-change" if who == "it":
            return f"{_capital(was)}: {claim}.", f"There is {claim}."
        case "no-detectable-change":
            return f"{it} shows {claim}: {was}.", f"{it} shows {claim}."
        case "no-earlier-figure":
            return (f"{claim}.",)
        case _:
            return f"{it} {claim}; {was}.", f"{it} {claim}."


def _wards(gap: Gap, x: str, who: str) -> Iterator[tuple[str, ...]]:
    period = write_role("gap-period", x)
    when = f"{_in(gap.period)} {period}"
    high, low = (write_role(f"{which}-value", x) for which in ("highest", "lowest"))
    yield tuple(f"By ward {who} is {claim}, at {high}, {when}." for claim in _ends("highest", x))
    yield tuple(f"It is {claim}, at {low}." for claim in _ends("lowest", x))
    yield (f"The gap between wards is {write_role('gap', x)}.",)


def _ends(which: str, x: str) -> list[str]:
    return [write_role(role, x) for role in (which, f"{which}-shown", f"among-{which}")]


def _groups(pm: PublishedMeasure, gap: Gap, x: str, who: str) -> Iterator[tuple[str, ...]]:
    when = f"{_in(gap.period)} {write_role('gap-period', x)}"
    about = "The gap" if who == "it" else f"For {_title(pm)}, the gap"
    yield (f"{about} {gap_wording.gap_of(pm, gap)} is {write_role('gap', x)} {when}.",)
    high, low = (_end(pm, gap, group) for group in (gap.highest, gap.lowest))
    yield (f"{_capital(high)}; {low}.",)


def _end(pm: PublishedMeasure, gap: Gap, group: str) -> str:
    """One end of a gap with its figure: a group, or everyone where only one group has figures."""
    groups = {g.id: g.title for g in pm.published.framework.dimension(gap.dimension).groups}
    if group in groups:
        return f"{wording.lower_first(groups[group])}: {write_role('value', f'{pm.id}/{gap.dimension}={group}')}"
    everyone = pm.id if pm.finding.period == gap.period else f"{pm.id}/{gap.period.id}"
    return f"everyone: {write_role('value', everyone)}"


def _gap_change(gap: Gap, x: str) -> tuple[str, ...]:
    role = gap_role(gap.change.went)
    claim, earlier, when = (write_role(r, x) for r in (role, "gap-earlier", "gap-earlier-period"))
    alone = {
        "gap-no-detectable-change": f"There is {claim}.",
        "gap-change-not-tested": f"{claim}.",
    }.get(role, f"The gap {claim}.")
    if gap.change.since is None:
        return (alone,)
    then = f"{earlier} {_in(gap.change.since)} {when}"
    with_it = {
        "gap-no-detectable-change": f"The gap was {then}: {claim}.",
        "gap-change-not-tested": f"The gap was {then}; {claim}.",
    }.get(role, f"The gap {claim} from {then}.")
    return with_it, alone


def _slope(gap: Gap, x: str) -> Iterator[tuple[str, ...]]:
    if role := slope_role(gap.slope.value, gap.slope.lower, gap.slope.upper):
        yield (f"The figure {write_role(role, x)}.",)


def _crossing(pm: PublishedMeasure) -> tuple[str, ...]:
    """Ways to say that it is on the other side of a number than before, the roundest number first."""
    now, before = pm.finding.value, pm.finding.previous_value
    if now is None or before is None:
        return ()
    side = "above" if now > before else "below"
    low, high = sorted(wording.as_shown(pm, value) / pm.unit.shown_in for value in (now, before))
    lines = dict.fromkeys(high // step * step for step in (100, 50, 10, 5, 1))
    return tuple(
        f"It is {write_role(f'first-{side}', pm.id, options={side: f'{line:.0f}'})}."
        for line in lines
        if max(low, 0) < line < high
    )
