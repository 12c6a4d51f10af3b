"""What inspectors, regulators and peers said of the council, newest first."""

from html import escape

from pmif.disclosure import Published
from pmif.exhibits.chip import icon
from pmif.exhibits.exhibit import Fragment
from pmif.exhibits.source import link
from pmif.framework import Judgement

MARKS = {"good": ("disc", "better"), "weak": ("diamond", "worse"), "advice": ("square", "")}


def judgement_timeline(published: Published) -> Fragment:
    """External judgements as dated facts, never scored by us. Scores are the body's own, as "3 of 4".

    Missing: a sentence of its own where none is known.
    """
    judgements = sorted(published.framework.judgements, key=lambda j: j.sort_date, reverse=True)
    if not judgements:
        return Fragment("<p>No judgement by an outside body is held.</p>")
    return Fragment(
        f'<ol class="pm-timeline" aria-label="Judgements, newest first">{"".join(map(_one, judgements))}</ol>'
    )


def _one(judgement: Judgement) -> str:
    shape, css = MARKS[judgement.standing]
    detail = f"<p>{escape(judgement.detail)}</p>" if judgement.detail else ""
    return (
        f'<li class="{css}"><span class="pm-when">{escape(judgement.on)}</span>'
        f'<span class="pm-what">{icon(shape)}<span><b>{escape(judgement.verdict)}</b>'
        f"<span>{escape(judgement.subject)}: {link(judgement.address, judgement.body)}</span></span></span>"
        f"{detail}{_scores(judgement)}</li>"
    )


def _scores(judgement: Judgement) -> str:
    if not judgement.scores:
        return ""
    lines = "".join(
        f"<li><span>{escape(s.what)}</span>"
        f"<span><strong>{s.value} of {s.out_of}</strong> {_discs(s.value, s.out_of)}</span></li>"
        for s in judgement.scores
    )
    return f'<ul class="pm-score" aria-label="{escape(judgement.subject)}: scores">{lines}</ul>'


def _discs(value: int, out_of: int) -> str:
    on = '<i class="on"></i>'
    return f'<span class="pm-dots" aria-hidden="true">{on * value}{"<i></i>" * (out_of - value)}</span>'
