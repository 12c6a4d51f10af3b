"""A bound text as a page shows it: figures lead to their source, what is quoted says from where, roles not people."""

from collections.abc import Mapping, MutableMapping, Sequence
from datetime import date
from functools import lru_cache
from html import escape
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererProtocol
from markdown_it.token import Token
from markdown_it.utils import OptionsDict

from pmif.commentary.binding import Bound, BoundText, Use
from pmif.commentary.front import Status, Voice
from pmif.commentary.text import Part, Section, markdown
from pmif.disclosure import Due, Published
from pmif.exhibits.exhibit import hidden
from pmif.exhibits.source import ORIGINS, origin_id
from pmif.period import Period

RESPONSES = (Part.CHALLENGES, Part.ACHIEVEMENTS, Part.ACTIONS, Part.RESOURCES, Part.VOICES)
NONE = "No commentary for this period"


def section_html(bound: BoundText, section: Section, published: Published) -> str:
    """The words of one section with its figures, and below them where quoted ones are from."""
    sources: list[str] = []
    scope = f"q-{section.part}{f'-{section.about}' if section.about else ''}"
    env = {"published": published, "page": bound.text.page, "sources": sources, "scope": scope}
    maker = _renderer()
    words = str(maker.renderer.render(list(section.body), maker.options, env))
    if not sources:
        return words
    notes = "".join(f'<li id="{scope}-{n}">[{n}] {escape(source)}</li>' for n, source in enumerate(sources, start=1))
    return f'{words}<div class="pm-small pm-from-notes">Quoted from: <ol>{notes}</ol></div>'


def summary_html(bound: BoundText | None, published: Published, owner: str) -> str:
    """The page's summary, dated and attributed; or that there is none, and whose it would be."""
    if bound is None:
        return _none(f"{NONE}. Owner of this page: {owner}.")
    summary = bound.text.section(Part.SUMMARY)
    assert summary is not None, "a text without a summary is refused"
    return _words(section_html(bound, summary, published), bound, whole=True)


def part_html(bound: BoundText | None, published: Published, about: str, owner: str) -> str:
    """What is written about one outcome; blank where the page has no text at all, which its summary says already."""
    if bound is None:
        return ""
    section = bound.text.section(Part.OUTCOME, about)
    if section is None:
        return _none(f"No commentary on this for the period. Owner: {owner}.")
    if section.empty:  # only its measures have any
        return ""
    return _words(section_html(bound, section, published) + _nothing_new(published, about), bound, whole=False)


def measure_notes(bound: BoundText | None, published: Published) -> dict[str, str]:
    """What is written about single measures, by measure."""
    if bound is None:
        return {}
    return {
        s.about: _words(section_html(bound, s, published), bound, whole=False)
        for s in bound.text.sections
        if s.part is Part.MEASURE
    }


def responses_html(bound: BoundText | None, published: Published, owner: str) -> str:
    """Challenges, achievements, actions, resources and voices, under the council's own headings."""
    found = [s for part in RESPONSES if bound and (s := bound.text.section(part))]
    if not bound or not found:
        return _none(f"Nothing is recorded here for this period. Owner of this page: {owner}.")
    parts = (f"<h3>{str(s.part).capitalize()}</h3>{section_html(bound, s, published)}" for s in found)
    return _words("".join(parts), bound, whole=True)


def _none(words: str) -> str:
    return f'<p class="pm-none">{escape(words)}</p>'


def _words(html: str, bound: BoundText, *, whole: bool) -> str:
    by = escape(attribution(bound, whole=whole))
    return f'<div class="pm-commentary">{html}<p class="pm-small pm-by">{by}</p></div>'


def attribution(bound: BoundText, *, whole: bool) -> str:
    """ "Written by: Policy and Improvement, 20 October 2026. Draft, not yet approved." """
    front = bound.text.front
    said = [f"Written by: {bound.text.author}, {day(front.written)}"]
    if front.generated:
        said = [f"Made from the figures by this program for {bound.text.author}, {day(front.written)}"]
    if front.status is Status.APPROVED and front.approved:
        said.append(f"approved {day(front.approved)}")
    state = "" if front.status is Status.APPROVED else f" {str(front.status).capitalize()}, not yet approved."
    return f"{', '.join(said)}.{state}" if whole else f"{bound.text.author}, {day(front.written)}, {front.status}"


def day(when: date) -> str:
    return Period.parse(when.isoformat()).label


def _nothing_new(published: Published, outcome: str) -> str:
    measures = published.evidence(outcome)
    if not measures or any(pm.finding.due is Due.NEW for pm in measures):
        return ""
    return '<p class="pm-small">No figure on this is new since the last report.</p>'


# --- tokens as HTML ---------------------------------------------------------------------------------------

_Env = MutableMapping[str, Any]


@lru_cache(maxsize=1)
def _renderer() -> MarkdownIt:
    maker = markdown()
    for kind, rule in _RULES.items():
        maker.add_render_rule(kind, rule)
    return maker


def _nothing(self: RendererProtocol, tokens: Sequence[Token], at: int, options: OptionsDict, env: _Env) -> str:
    return ""  # comments are for whoever edits the file


def _role(self: RendererProtocol, tokens: Sequence[Token], at: int, options: OptionsDict, env: _Env) -> str:
    bound: Bound = tokens[at].meta["bound"]
    words = escape(bound.words)
    if bound.said and (caution := bound.said.caution):
        words = words.replace(caution, f"<small>{caution}</small>")
    match bound.use:
        case Use.QUOTED:
            sources: list[str] = env["sources"]
            if bound.source not in sources:
                sources.append(bound.source)
            n = sources.index(bound.source) + 1
            if _said_before(tokens, at, bound):
                return f'<span class="pm-quoted">{words}</span>'
            note = f"[{n}]" if _in_link(tokens, at) else f'<a href="#{env["scope"]}-{n}">[{n}{hidden("source")}]</a>'
            return f'<span class="pm-quoted">{words}</span><sup>{note}</sup>'
        case Use.RECHECK:
            truth = bound.said.truth.rstrip(".") if bound.said else ""
            return f'<mark class="pm-recheck">{words}</mark> <strong>[to be rewritten: {escape(truth)}]</strong>'
        case _:
            address = _address(env["published"], env["page"], bound.measure)
            css = "pm-bound pm-claim" if bound.use is Use.CLAIM else "pm-bound"
            if not address or _in_link(tokens, at):
                return f'<span class="{css}">{words}</span>'
            return f'<a class="{css}" href="{escape(address)}">{words}</a>'


def _said_before(tokens: Sequence[Token], at: int, bound: Bound) -> bool:
    """Whether the same source is named earlier in the paragraph."""
    earlier = (token.meta.get("bound") for token in tokens[:at] if token.type == "myst_role")
    return any(one and one.use is Use.QUOTED and one.source == bound.source for one in earlier)


def _in_link(tokens: Sequence[Token], at: int) -> bool:
    opened = sum({"link_open": 1, "link_close": -1}.get(token.type, 0) for token in tokens[:at])
    return opened > 0


def _address(published: Published, page: str, measure: str) -> str:
    """Where a measure's definition and source stand: its row, or its section on the page of origins."""
    if not measure:
        return ""
    address = published.addresses.get(measure, f"{ORIGINS}#{origin_id(measure)}")
    return address.removeprefix(f"{page}.html")


def _link(self: RendererProtocol, tokens: Sequence[Token], at: int, options: OptionsDict, env: _Env) -> str:
    tokens[at].attrSet("rel", "noopener noreferrer")
    return str(self.renderToken(tokens, at, options, env))  # type: ignore[attr-defined]


def _voice(self: RendererProtocol, tokens: Sequence[Token], at: int, options: OptionsDict, env: _Env) -> str:
    voice: Voice
    voice, words = tokens[at].meta["voice"]
    published: Published = env["published"]
    role = next(r.title for r in published.framework.roles if r.id == voice.de_identified_by)
    about = f"Consent: {voice.consent}, {day(voice.consent_given)}. Made anonymous by {role}."
    who = f"{voice.who[:1].upper()}{voice.who[1:]}"
    return (
        f'<figure class="pm-voice"><blockquote>{words}</blockquote>'
        f"<figcaption>{escape(who)} ({escape(str(voice.kind))})"
        f'<span class="pm-small">{escape(about)}</span></figcaption></figure>'
    )


_RULES: Mapping[str, Any] = {
    "myst_role": _role,
    "myst_line_comment": _nothing,
    "myst_block_break": _nothing,
    "myst_target": _nothing,
    "link_open": _link,
    "voice": _voice,
}
