"""Read a piece of a page as a browser would, to ask what is on it."""

from html.parser import HTMLParser
from xml.etree import ElementTree


def drawings(html: str) -> list[ElementTree.Element]:
    """Every drawing in a piece of a page, parsed as XML: it must be well formed as well as good HTML."""
    found = []
    start = html.find("<svg")
    while start >= 0:
        end = html.index("</svg>", start) + len("</svg>")
        found.append(ElementTree.fromstring(html[start:end]))
        start = html.find("<svg", end)
    return found


def ids_of(html: str) -> list[str]:
    return [value for _, attributes in _tags(html) for name, value in attributes if name == "id" and value]


def references_of(html: str) -> list[str]:
    found = []
    for _, attributes in _tags(html):
        for name, value in attributes:
            if name == "href" and value and value.startswith("#"):
                found.append(value[1:])
            elif value and "url(#" in value:
                found.append(value.split("url(#")[1].split(")")[0])
    return found


def words_of(html: str) -> str:
    """What a reader sees, without tags."""

    class Words(HTMLParser):
        def __init__(self) -> None:
            super().__init__()
            self.found: list[str] = []

        def handle_data(self, data: str) -> None:
            self.found.append(data)

    parser = Words()
    parser.feed(html)
    return " ".join(" ".join(parser.found).split())


def tags_of(html: str) -> list[str]:
    return [tag for tag, _ in _tags(html)]


def _tags(html: str) -> list[tuple[str, list[tuple[str, str | None]]]]:
    found: list[tuple[str, list[tuple[str, str | None]]]] = []

    class Tags(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            found.append((tag, attrs))

        def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            found.append((tag, attrs))

    Tags().feed(html)
    return found
