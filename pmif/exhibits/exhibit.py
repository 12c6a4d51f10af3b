"""An exhibit: a drawing with everything a reader needs to trust it, or to do without it.

A chart or a map is a function from published figures to an `Exhibit`. What is not a picture
(rows, chips, lists) is a `Fragment`. Both show themselves as HTML in a notebook.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape


@dataclass(frozen=True)
class Exhibit:
    """One chart or map on a page.

    `id` is unique on a page and prefixes every id inside the drawing. `title`, `subtitle` and
    `alt_text` are plain text; `drawing`, `table` and `caption` are HTML whose text is already escaped.
    The alt text stands in the drawing itself, since only there can its parts have names of their own.
    """

    id: str
    title: str
    subtitle: str
    drawing: str
    alt_text: str
    table: str
    caption: str

    def _repr_html_(self) -> str:
        subtitle = f'<p class="pm-s">{escape(self.subtitle)}</p>' if self.subtitle else ""
        caption = f"<figcaption>{self.caption}</figcaption>" if self.caption else ""
        return (
            f'<figure class="pm-ex" id="{escape(self.id)}"><p class="pm-t">{escape(self.title)}</p>{subtitle}'
            f"{self.drawing}{caption}{details(f'Figures as a table{hidden(self.title)}', self.table)}</figure>"
        )


@dataclass(frozen=True)
class Fragment:
    """A piece of a page that is not a picture. Its text is already escaped."""

    html: str

    def _repr_html_(self) -> str:
        return self.html


def fragment(*parts: "Exhibit | Fragment | str") -> Fragment:
    """Several pieces as one, in this order. A plain string is HTML already."""
    return Fragment("".join(part if isinstance(part, str) else part._repr_html_() for part in parts))


def hidden(text: str) -> str:
    """Words for those who hear the page: what a repeated "Figures as a table" belongs to."""
    return f'<span class="pm-vh">: {escape(text)}</span>'


STOP = '<span class="pm-vh">. </span>'  # between lines that stand apart on the page, for those who hear them


def details(summary: str, content: str, css: str = "pm-figures", *, is_open: bool = False) -> str:
    """What stays closed until a reader wants it. Both texts are HTML."""
    return f'<details class="{css}"{" open" if is_open else ""}><summary>{summary}</summary>{content}</details>'


def slug(text: str) -> str:
    """Text as an id: letters and digits, with hyphens between."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-") or "x"


@dataclass(frozen=True)
class Shaded:
    """A cell of a heat table: its text, and which quarter it lies in (1 to 4)."""

    text: str
    quarter: int


def _cell(cell: str | Shaded) -> str:
    if isinstance(cell, Shaded):
        return f'<td class="q{cell.quarter}">{escape(cell.text)}</td>'
    return f"<td>{escape(cell)}</td>"


def table(
    caption: str,
    columns: Sequence[str],
    rows: Iterable[tuple[str, Sequence["str | Shaded"]]],
    *,
    css: str = "",
    hint: str = "",
    row_ids: Sequence[str] = (),
) -> str:
    """A table of plain texts with caption and scoped headers, which scrolls within itself on a phone.

    The first column heads the rows. `row_ids` ties a row to the ward of the same code on a map.
    """
    head = "".join(f'<th scope="col">{escape(column)}</th>' for column in columns)
    lines = []
    for number, (name, cells) in enumerate(rows):
        tie = f' data-ward="{escape(row_ids[number])}"' if row_ids else ""
        body = "".join(_cell(cell) for cell in cells)
        lines.append(f'<tr{tie}><th scope="row">{escape(name)}</th>{body}</tr>')
    opening = f'<table class="{css}">' if css else "<table>"
    content = (
        f"{opening}<caption><span>{escape(caption)}</span></caption>"
        f"<thead><tr>{head}</tr></thead><tbody>{''.join(lines)}</tbody></table>"
    )
    return scroll(caption, content, hint)


def scroll(name: str, content: str, hint: str = "") -> str:
    """A region with a name that can be reached by keyboard and slid sideways."""
    words = f'<p class="pm-hint phone">{escape(hint)}</p>' if hint else ""
    label = escape(f"Table: {name}")
    return f'{words}<div class="pm-scroll" tabindex="0" role="region" aria-label="{label}">{content}</div>'
