"""Commentary written into a copy of the made-up borough, read and bound."""

from pathlib import Path

from pmif.commentary import claim_words
from pmif.commentary.binding import BoundText, bind
from pmif.commentary.text import Text, read_text
from pmif.disclosure import Published

FRONT = "---\nauthor_role: performance\nstatus: draft\nwritten: 2026-11-10\n---\n"
FIRST = FRONT.count("\n") + 1  # the first line below the front matter
FOLDER = "book/commentary/2026-27-q2"


def write(root: Path, words: str | bytes, page: str = "po1", front: str = FRONT) -> Path:
    """A page's commentary, after the front matter unless the words bring their own."""
    file = root / FOLDER / f"{page}.md"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(words if isinstance(words, bytes) else (front + words).encode())
    return file


def read(root: Path, published: Published, words: str | bytes, page: str = "po1", front: str = FRONT) -> Text:
    write(root, words, page, front)
    text = read_text(root, published.report, page, published.framework)
    assert text is not None
    return text


def bound(root: Path, published: Published, words: str | bytes, page: str = "po1", front: str = FRONT) -> BoundText:
    return bind(read(root, published, words, page, front), published, claim_words(root))


def summary_of(root: Path, published: Published, words: str, page: str = "po1") -> BoundText:
    """Words in the page's summary, bound."""
    return bound(root, published, f"## Summary\n\n{words}\n", page)
