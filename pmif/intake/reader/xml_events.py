"""XML as a stream of events, in constant memory, with nothing that could fetch or unfold.

expat itself rather than defusedxml, whose parser is pure Python and several times slower on a large sheet.
Its defence is kept: entities, inner and outer, need a document type, and a document with one is refused.
"""

from collections.abc import Iterator
from typing import IO
from xml.parsers import expat

from .refusal import RefusedError, damaged

START, TEXT, END = 1, 2, 3
Event = tuple[int, str, dict[str, str]]  # for TEXT the text stands in place of the name

DEEPEST = 200  # elements inside each other; spreadsheets use about ten

# Elements and attributes are named as in the standards, whatever prefix a file gives them.
_PREFIXES = {
    "http://schemas.openxmlformats.org/spreadsheetml/2006/main": "",
    "http://purl.oclc.org/ooxml/spreadsheetml/main": "",
    "http://schemas.openxmlformats.org/package/2006/relationships": "",
    "http://schemas.openxmlformats.org/package/2006/content-types": "",
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships": "r:",
    "http://purl.oclc.org/ooxml/officeDocument/relationships": "r:",
    "urn:oasis:names:tc:opendocument:xmlns:office:1.0": "office:",
    "urn:oasis:names:tc:opendocument:xmlns:table:1.0": "table:",
    "urn:oasis:names:tc:opendocument:xmlns:text:1.0": "text:",
    "urn:oasis:names:tc:opendocument:xmlns:style:1.0": "style:",
    "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0": "manifest:",
    "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0": "calcext:",
}


def events(stream: IO[bytes], root: str, what: str) -> Iterator[Event]:
    """The stream's starts, texts and ends in order. It must be a `root`; `what` names it in a refusal.

    Errors: RefusedError if it is not whole XML, is something else, holds a document type, or goes too deep.
    """
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    found: list[Event] = []
    names: dict[str, str] = {}
    depth = 0

    def named(raw: str) -> str:
        if (name := names.get(raw)) is None:
            uri, _, local = raw.rpartition(" ")
            name = names[raw] = (_PREFIXES.get(uri, "other:") if uri else "") + local
        return name

    def start(raw: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        name = named(raw)
        if depth == 1 and name != root:
            raise damaged(what, f"'{root}' was expected, and '{name:.40}' is there")
        if depth > DEEPEST:
            raise damaged(what, f"more than {DEEPEST} elements inside each other")
        found.append((START, name, {named(k): v for k, v in attributes.items()}))

    def text(data: str) -> None:
        found.append((TEXT, data, {}))

    def end(raw: str) -> None:
        nonlocal depth
        depth -= 1
        found.append((END, named(raw), {}))

    def doctype(*_: object) -> None:
        raise RefusedError((what, "it holds XML entities, which no spreadsheet program writes: do not use this file"))

    parser.StartElementHandler = start
    parser.CharacterDataHandler = text
    parser.EndElementHandler = end
    parser.StartDoctypeDeclHandler = doctype
    try:
        while chunk := stream.read(65_536):
            parser.Parse(chunk, False)
            yield from found
            found.clear()
        parser.Parse(b"", True)
    except expat.ExpatError as fault:
        raise damaged(what, f"line {fault.lineno}, {expat.ErrorString(fault.code)}") from None
    except (ValueError, LookupError) as fault:  # an encoding that does not exist
        raise damaged(what, str(fault)) from None
    yield from found
