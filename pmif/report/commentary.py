"""What staff write about a period: Markdown, one file a page, beside no code.

    book/commentary/2026-27-q2/po1.md

    ---
    author_role: performance
    status: draft
    date: 2026-10-20
    ---
    The figure fell because …

The words are theirs: a run reads these files and never writes one. HTML in them is shown as typed, and
pictures and raw links to scripts are not made.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from html import escape
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from pmif.errors import Fault, RunError
from pmif.framework import Framework
from pmif.period import MONTHS, Period

KEYS = ("author_role", "status", "date")
STATUSES = ("draft", "reviewed", "approved")
LOWEST_HEADING = 3  # commentary stands below a heading of the page's own
EXAMPLE = "---\nauthor_role: performance\nstatus: draft\ndate: 2026-10-20\n---"


@dataclass(frozen=True)
class Commentary:
    """One page's commentary for one period. `author` is a role's title, never a person."""

    author: str
    status: str
    written: date
    html: str


def folder(root: Path, period: Period) -> Path:
    return root / "book" / "commentary" / period.id


def read_commentary(root: Path, period: Period, page: str, framework: Framework) -> Commentary | None:
    """The commentary of a page, or None where nobody has written any.

    Errors: RunError saying what is wrong with the file, and where.
    """
    file = folder(root, period) / f"{page}.md"
    if not file.exists():
        return None
    found = _parse(file, _place(root, file), framework)
    if isinstance(found, list):
        raise RunError("Commentary", found)
    return found


def commentary_faults(root: Path, period: Period, pages: Iterable[str], framework: Framework) -> list[Fault]:
    """Everything wrong with a period's files: unreadable ones, and ones that belong to no page."""
    pages = set(pages)
    faults: list[Fault] = []
    for file in sorted(folder(root, period).glob("*")):
        place = _place(root, file)
        if file.name.startswith((".", "~")) or file.is_dir():
            continue
        if file.suffix != ".md" or file.stem not in pages:
            faults.append(
                Fault(place, f"belongs to no page: name it after one of {', '.join(sorted(pages))}, with .md")
            )
            continue
        found = _parse(file, place, framework)
        faults += found if isinstance(found, list) else []
    return faults


def _parse(file: Path, place: str, framework: Framework) -> Commentary | list[Fault]:
    try:
        text = file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = file.read_bytes()[: error.start].count(b"\n") + 1
        return [
            Fault(
                f"{place}, line {line}",
                "holds letters that are not UTF-8: save the file as UTF-8 and try again",
            )
        ]
    lines = text.splitlines()
    if not lines or lines[0].strip() != "---":
        return [Fault(f"{place}, line 1", f"does not begin with who wrote it and when:\n{EXAMPLE}")]
    end = next((n for n, line in enumerate(lines[1:], start=1) if line.strip() == "---"), None)
    if end is None:
        return [Fault(f"{place}, line 1", "the opening --- has no closing ---: add a line --- before the text")]
    try:
        # Blank lines stand in for the opening mark, so that a line's number is the file's.
        front = YAML(typ="safe", pure=True).load("\n" + "\n".join(lines[1:end])) or {}
    except YAMLError as error:
        mark = error.problem_mark if isinstance(error, MarkedYAMLError) else None
        where = f"{place}, line {mark.line + 1}" if mark else place
        problem = (error.problem if isinstance(error, MarkedYAMLError) else None) or "cannot be read"
        return [Fault(where, f"between the --- marks: {problem}; write lines such as 'status: draft'")]
    if not isinstance(front, dict):
        return [Fault(f"{place}, line 2", f"between the --- marks there must be lines such as:\n{EXAMPLE}")]

    faults = [Fault(place, f"'{key}' is not known: use {', '.join(KEYS)}") for key in front if key not in KEYS]
    faults += [Fault(place, f"{key} is missing: add it between the --- marks") for key in KEYS if not front.get(key)]
    status, written, author = front.get("status"), front.get("date"), front.get("author_role")
    if status and status not in STATUSES:
        faults.append(Fault(place, f"status is '{status}': use {', '.join(STATUSES)}"))
    if isinstance(written, datetime):
        written = written.date()
    if written and not isinstance(written, date):
        faults.append(Fault(place, f"date is '{written}': write it as 2026-10-20"))
    roles = {role.id: role.title for role in framework.roles}
    if author and author not in roles:
        faults.append(
            Fault(
                place,
                f"author_role is '{author}': use a role of data/framework/roles.yml ({', '.join(roles)})",
            )
        )
    body = "\n".join(lines[end + 1 :]).strip()
    if not body:
        faults.append(Fault(place, "holds no text: write some, or delete the file"))
    if faults:
        return faults
    assert isinstance(written, date)
    return Commentary(roles[str(author)], str(status), written, to_html(body))


def to_html(text: str) -> str:
    """CommonMark to HTML that cannot carry scripts; headings take their place below the page's own."""
    markdown = MarkdownIt("commonmark", {"html": False}).disable("image")
    tokens = markdown.parse(text)
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(6, max(LOWEST_HEADING, int(token.tag[1]) + 1))}"
    _mark_links(tokens)
    return str(markdown.renderer.render(tokens, markdown.options, {}))


def _mark_links(tokens: Iterable[Token]) -> None:
    for token in tokens:
        if token.type == "link_open":
            token.attrSet("rel", "noopener noreferrer")
        _mark_links(token.children or ())


def commentary_html(found: Commentary | None, owner: str) -> str:
    """A page's commentary, dated and attributed to a role; or that there is none, and whose it would be."""
    if found is None:
        return f'<p class="pm-none">No commentary for this period. Owner of this page: {escape(owner)}.</p>'
    state = "" if found.status == "approved" else f" {found.status.capitalize()}, not yet approved."
    day = f"{found.written.day} {MONTHS[found.written.month - 1]} {found.written.year}"
    return (
        f'<div class="pm-commentary">{found.html}'
        f'<p class="pm-small">Written by: {escape(found.author)}, {day}.{state}</p></div>'
    )


def _place(root: Path, file: Path) -> str:
    return file.relative_to(root).as_posix()
