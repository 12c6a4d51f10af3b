"""An Excel workbook (.xlsx): what its sheets share, and then each sheet (`xlsx_sheet.py`).

openpyxl says what a number format means and turns serial numbers into days; its reader is not used. That
reads either formulas or their results, passes over a sheet that is missing and a cell given twice, holds the
whole workbook in memory, and refuses files that Excel opens (an odd style, chart or property, none of them figures).
"""

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format, is_timedelta_format
from openpyxl.utils.datetime import MAC_EPOCH

from .container import Archive
from .lines import Lines, at
from .refusal import RefusedError, damaged
from .xlsx_sheet import Format, Shared, integer, read_sheet, unescaped
from .xml_events import START, TEXT, events

OURS = "PMIF check"  # the author of comments that `pmif.intake.marking` wrote: not the sender's words

_NOT_SHOWN = re.compile(r'"[^"]*"|\\.|_.|\[[^\]]*\]')  # parts of a number format that stand for themselves, or nothing
_LINKS = "links to other workbooks were not followed: the results kept in this file were read"
_CONNECTIONS = "connections to other data were not followed: the results kept in this file were read"


@dataclass(frozen=True)
class _Relation:
    """A part that another part refers to."""

    kind: str  # the last word of its type: worksheet, comments
    target: str


def read_xlsx(archive: Archive, lines: Lines) -> None:
    """Errors: RefusedError for a workbook that is damaged, that holds macros, or that could be read in two ways."""
    _refuse_macros(archive)
    books = [r.target for r in _relations(archive, "").values() if r.kind == "officeDocument"]
    if len(books) != 1 or books[0] not in archive:
        raise damaged("", "the list of its sheets, workbook.xml, is missing")
    relations = _relations(archive, books[0])
    shared = Shared()
    for relation in relations.values():
        if relation.kind == "sharedStrings":
            texts = _texts(archive.open(relation.target), "sst", "si", "the workbook's texts")
            shared.strings = [text for _, _, text in texts]
        elif relation.kind == "styles":
            shared.formats = _formats(archive.open(relation.target))
    sheets = []
    for kind, name, attributes in events(archive.open(books[0]), "workbook", "the list of sheets"):
        if kind == START and name == "workbookPr" and attributes.get("date1904") in ("1", "true"):
            shared.epoch = MAC_EPOCH
        elif kind == START and name == "sheet":
            sheets.append(attributes)
    if not sheets:
        raise damaged("", "it has no sheets")
    if any(name.startswith("xl/externallinks/") for name in archive.names):
        lines.note(_LINKS)
    if "xl/connections.xml" in archive:
        lines.note(_CONNECTIONS)
    for sheet in sheets:
        name = sheet.get("name", "")
        relation = relations.get(sheet.get("r:id", ""), _Relation("", ""))
        if not name or relation.target not in archive:
            raise damaged(at(name), "the sheet is listed, and is not there")
        if relation.kind == "worksheet":  # a chart or a dialogue may have a sheet to itself
            comments: dict[str, str] = {}
            for other in _relations(archive, relation.target).values():
                if other.kind == "comments":
                    comments |= _comments(archive, other.target, at(name))
            lines.begin(name, hidden=sheet.get("state", "visible") != "visible")
            read_sheet(archive.open(relation.target), name, shared, comments, lines)


def _refuse_macros(archive: Archive) -> None:
    save = "save it as an Excel workbook (.xlsx) and send that"
    for name in archive.names:
        if name.endswith("vbaproject.bin") or "/macrosheets/" in f"/{name}":
            raise RefusedError(("", f"it holds macros, which are never run here: {save}"))
    if "xl/workbook.bin" in archive:
        raise RefusedError(("", f"it is a binary workbook (.xlsb): {save}"))


def _relations(archive: Archive, part: str) -> dict[str, _Relation]:
    """What a part refers to inside the workbook. What lies outside it is passed over, never fetched."""
    folder, base = posixpath.split(part)
    name = posixpath.join(folder, "_rels", f"{base}.rels")
    found: dict[str, _Relation] = {}
    if name not in archive:
        return found
    for kind, element, attributes in events(archive.open(name), "Relationships", "the list of its parts"):
        if kind == START and element == "Relationship" and attributes.get("TargetMode") != "External":
            target = posixpath.normpath(posixpath.join("/", folder, attributes.get("Target", ""))).lstrip("/")
            found[attributes.get("Id", "")] = _Relation(attributes.get("Type", "").rpartition("/")[2], target)
    return found


def _texts(part: IO[bytes], root: str, item: str, what: str) -> Iterator[tuple[list[str], dict[str, str], str]]:
    """Each `item` of a part: the authors named so far, its attributes, and its text without fonts or pronunciation."""
    authors: list[str] = []
    attributes: dict[str, str] = {}
    pieces: list[str] = []
    taking, aloud = False, 0
    for kind, name, given in events(part, root, what):
        if kind == TEXT:
            if taking and not aloud:
                pieces.append(name)
        elif name in (item, "author"):
            if kind == START:
                attributes, pieces, taking = given, [], name == "author"
            elif name == "author":
                authors.append("".join(pieces))
                taking = False
            else:
                yield authors, attributes, unescaped("".join(pieces))
        elif name == "t":
            taking = kind == START
        elif name == "rPh":
            aloud += 1 if kind == START else -1


def _comments(archive: Archive, part: str, what: str) -> dict[str, str]:
    """The comment at each cell, unless it is one of ours."""
    found: dict[str, str] = {}
    for authors, attributes, text in _texts(archive.open(part), "comments", "comment", what):
        author = integer(attributes.get("authorId", ""))
        if text.strip() and not (0 <= author < len(authors) and authors[author] == OURS):
            found[attributes.get("ref", "").replace("$", "")] = text.strip()
    return found


def _formats(part: IO[bytes]) -> list[Format]:
    """What each cell style makes of a number. Fonts, colours and styles built on styles have no say in it."""
    codes = dict(BUILTIN_FORMATS)
    found: list[Format] = []
    inside = ""
    for kind, name, attributes in events(part, "styleSheet", "the workbook's styles"):
        if name in ("numFmts", "cellXfs"):
            inside = name if kind == START else ""
        elif kind == START and inside == "numFmts" and name == "numFmt":
            codes[integer(attributes.get("numFmtId", ""))] = attributes.get("formatCode", "")
        elif kind == START and inside == "cellXfs" and name == "xf":
            found.append(_meaning(codes.get(integer(attributes.get("numFmtId", "0")), "General")))
    return found


def _meaning(code: str) -> Format:
    if is_date_format(code):
        return Format(day=True, duration=bool(is_timedelta_format(code)))
    return Format(percent="%" in _NOT_SHOWN.sub("", code.split(";")[0]))
