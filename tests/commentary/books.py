"""Both books' published figures, each with an empty folder for words: the made-up borough's and the real one's."""

import shutil
from dataclasses import dataclass, field
from pathlib import Path

from pmif.commentary import claim_words
from pmif.commentary.binding import BoundText, bind
from pmif.commentary.text import read_text
from pmif.commentary.words import ClaimWords
from pmif.disclosure import Published, open_published, publish
from tests.conftest import PROJECT

PAGES = ("overview", "po1", "po2", "po3", "po4", "po5", "po6", "scorecard", "inequalities")
FRONT = "---\nauthor_role: to-confirm\nstatus: draft\nwritten: 2026-11-10\n---\n"


@dataclass(frozen=True)
class Book:
    root: Path
    published: Published
    listed: dict[tuple[str, str], str] = field(default_factory=dict)  # listings already made, by page and measure

    @property
    def words(self) -> ClaimWords:
        return claim_words(self.root)

    def file(self, page: str) -> Path:
        return self.root / "book/commentary" / self.published.report.id / f"{page}.md"

    def bound(self, page: str) -> BoundText:
        """A page's text, read from its file and bound as the check binds it."""
        text = read_text(self.root, self.published.report, page, self.published.framework)
        assert text is not None
        return bind(text, self.published, self.words)

    def bound_summary(self, paragraphs: list[str], page: str) -> BoundText:
        """These paragraphs as the summary of a page."""
        self.file(page).parent.mkdir(parents=True, exist_ok=True)
        words = "\n\n".join(paragraphs)
        self.file(page).write_text(f"{FRONT}## Summary\n\n{words}\n", encoding="utf-8", newline="\n")
        return self.bound(page)


def real_book(root: Path) -> Book:
    """The real council's figures as they are published now, with no words of anybody's."""
    shutil.copytree(PROJECT / "data", root / "data", ignore=shutil.ignore_patterns("built", "returns", "fetch"))
    publish(root, "2026-27-q2")
    return Book(root, open_published(root, "2026-27-q2"))
