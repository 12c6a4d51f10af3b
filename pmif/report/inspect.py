"""The last look at a site before it replaces the old one: what was built, not what was meant.

Every page is read once. No page may ask another host for anything, point at a page or place that is
not there, show a picture without words, a trace, code, or a folder of this machine.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

from pmif.errors import Fault
from pmif.report.execute import machine_names

# Attributes which make a browser fetch something. An <a> only offers to.
FETCHING = {
    "script": ("src",), "img": ("src", "srcset"), "iframe": ("src",), "embed": ("src",), "object": ("data",),
    "source": ("src", "srcset"), "video": ("src", "poster"), "audio": ("src",), "track": ("src",),
    "input": ("src",), "link": ("href",), "image": ("href", "xlink:href"), "use": ("href", "xlink:href"),
    "form": ("action",), "button": ("formaction",),
}  # fmt: skip
HARMLESS_LINKS = {"canonical", "next", "prev", "index", "search", "author", "license"}
CSS_ADDRESS = re.compile(r"""(?:url\(\s*|@import\s+)["']?(?P<address>[^"')\s;]+)""")
TRACE = re.compile(r"Traceback \(most recent call last\)|<ipython-input-|CellExecutionError")
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


@dataclass
class _Page:
    """What one HTML file holds that can be wrong."""

    ids: set[str] = field(default_factory=set)
    repeated: set[str] = field(default_factory=set)
    links: list[str] = field(default_factory=list)
    fetches: list[str] = field(default_factory=list)
    unnamed: list[str] = field(default_factory=list)
    code: bool = False
    language: str = ""
    text: str = ""


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.page = _Page()
        self._hidden: list[str] = []  # open elements from the outermost hidden one inwards
        self._style = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        page, given = self.page, {name: value or "" for name, value in attrs}
        if self._hidden:
            if tag not in VOID:
                self._hidden.append(tag)
        elif given.get("aria-hidden") == "true" and tag not in VOID:
            self._hidden.append(tag)
        if identity := given.get("id"):
            (page.repeated if identity in page.ids else page.ids).add(identity)
        if tag == "html":
            page.language = given.get("lang", "")
        if tag == "a":
            if name := given.get("name"):
                page.ids.add(name)
            if "href" in given:
                page.links.append(given["href"])
        self._note_fetches(tag, given)
        if tag == "img" and "alt" not in given and not self._hidden:
            page.unnamed.append(f"picture {given.get('src', '')}")
        if tag == "svg" and not self._hidden and not (given.get("aria-label") or given.get("aria-labelledby")):
            page.unnamed.append(f"drawing {given.get('id', '') or given.get('class', '')}".strip())
        if "cell_input" in given.get("class", "").split():
            page.code = True
        self._style = tag == "style"
        page.fetches += _css_addresses(given.get("style", ""))

    def handle_endtag(self, tag: str) -> None:
        if self._hidden and tag in self._hidden:
            while self._hidden and self._hidden.pop() != tag:
                pass
        if tag == "style":
            self._style = False

    def handle_data(self, data: str) -> None:
        if self._style:
            self.page.fetches += _css_addresses(data)

    def _note_fetches(self, tag: str, given: dict[str, str]) -> None:
        if tag == "link" and set(given.get("rel", "").split()) <= HARMLESS_LINKS:
            self.page.links.append(given.get("href", ""))
            return
        for name in FETCHING.get(tag, ()):
            if address := given.get(name):
                self.page.fetches += [part.split()[0] for part in address.split(",")] if name == "srcset" else [address]
        if tag == "meta" and given.get("http-equiv", "").lower() == "refresh":
            self.page.fetches.append(given.get("content", "").partition("=")[2].strip())


def inspect_site(site: Path, pages: Sequence[str], *, period_label: str, folders: Sequence[Path] = ()) -> list[Fault]:
    """Everything wrong with a built site.

    `pages` are the names in the contents (book/pages/po1), `period_label` what each must carry.
    """
    read = {file.relative_to(site).as_posix(): _read(file) for file in sorted(site.rglob("*.html"))}
    read = {name: page for name, page in read.items() if not name.startswith("_static/")}
    expected = {f"{name}.html" for name in pages}
    faults = [Fault(name, "is in the contents but was not built") for name in sorted(expected - read.keys())]
    faults += [
        Fault(name, "was built, but is not in the contents")
        for name in sorted(read.keys() - expected - {"index.html", "search.html"})
    ]
    for name, page in read.items():
        faults += [Fault(name, problem) for problem in _page_problems(name, page, site, read)]
        if name in expected and period_label not in page.text:
            faults.append(Fault(name, f"does not say which period it is of ('{period_label}')"))
        faults += [Fault(name, f"shows {found}") for found in machine_names(page.text, folders)]
    for file in sorted(site.rglob("*.css")):
        name = file.relative_to(site).as_posix()
        outside = [a for a in _css_addresses(file.read_text(encoding="utf-8")) if _is_outside(a)]
        faults += [Fault(name, f"asks another host for {address}") for address in outside]
    for file in _other_texts(site):
        found = machine_names(file.read_text(encoding="utf-8", errors="replace"), folders)
        faults += [Fault(file.relative_to(site).as_posix(), f"shows {what}") for what in found]
    return faults


def _read(file: Path) -> _Page:
    reader = _Reader()
    text = file.read_text(encoding="utf-8")
    reader.feed(text)
    reader.close()
    reader.page.text = text
    return reader.page


def _page_problems(name: str, page: _Page, site: Path, read: dict[str, _Page]) -> Iterator[str]:
    if not page.language.startswith("en"):
        yield "does not say that it is in English (lang)"
    for address in sorted(set(page.fetches)):
        if _is_outside(address):
            yield f"asks another host for {address}"
        elif not address.startswith(("data:", "#")) and not _exists(site, _target(name, address)):
            yield f"asks for {address}, which is not there"
    for address in sorted(set(page.links)):
        problem = _link_problem(name, address, site, read)
        if problem:
            yield problem
    for identity in sorted(page.repeated):
        yield f"has the id '{identity}' more than once"
    for unnamed in page.unnamed:
        yield f"{unnamed} has no words for those who cannot see it"
    if page.code:
        yield "shows code"
    if trace := TRACE.search(page.text):
        yield f"shows an error ('{trace[0]}')"


def _link_problem(name: str, address: str, site: Path, read: dict[str, _Page]) -> str:
    parts = urlsplit(address)
    if parts.scheme in ("http", "https", "mailto", "tel"):
        return ""
    if parts.scheme or parts.netloc:
        return f"links to {address}: only http, https, mailto and tel links can be followed"
    target = _target(name, address)
    if not _exists(site, target):
        return f"links to {address}, which is not there"
    if parts.fragment and target in read and unquote(parts.fragment) not in read[target].ids:
        return f"links to {address}, but {target} has no such place"
    return ""


def _target(name: str, address: str) -> str:
    path = unquote(urlsplit(address).path)
    if not path:
        return name
    steps: list[str] = []
    for step in (PurePosixPath(name).parent / path).parts:
        if step == ".." and steps:
            steps.pop()
        elif step != ".":
            steps.append(step)
    return "/".join(steps)


def _exists(site: Path, target: str) -> bool:
    return not target.startswith(("..", "/")) and (site / target).is_file()


def _is_outside(address: str) -> bool:
    parts = urlsplit(address)
    return bool(parts.netloc) or parts.scheme in ("http", "https", "ftp")


def _css_addresses(text: str) -> list[str]:
    return [found["address"] for found in CSS_ADDRESS.finditer(text)] if "url(" in text or "@import" in text else []


def _other_texts(site: Path) -> Iterable[Path]:
    return (file for kind in ("*.js", "*.json", "*.inv", "*.txt", "*.ipynb") for file in sorted(site.glob(kind)))
