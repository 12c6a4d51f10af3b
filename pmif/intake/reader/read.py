"""The reader's process: one job in, one file of lines out, whatever happens.

A job is JSON: the copy to read, the file's own extension, where to write, the limits, and the seconds
after which the process ends itself, should the one that watches it be gone.
"""

import json
import os
import threading
from pathlib import Path

from .container import TEXT, UNKNOWN, ZIP, Archive, look
from .delimited import read_delimited
from .lines import Allowed, Lines
from .ods import MIMETYPE, read_ods
from .refusal import RefusedError

_TEXT_FORMATS = (".csv", ".tsv", ".txt")
_SEND = "send the table or workbook that the figures are in"


def main(job: str) -> None:
    given = json.loads(job)
    timer = threading.Timer(given["seconds"], os._exit, [3])
    timer.daemon = True
    timer.start()
    with Path(given["out"]).open("w", encoding="utf-8", newline="\n") as out:
        try:
            _read(Path(given["file"]), given["extension"], Lines(out, allowed := Allowed(**given["allowed"])), allowed)
        except RefusedError as refused:
            out.write("\n" + json.dumps({"refused": refused.faults}) + "\n")
        except Exception as fault:
            # A file that nobody thought of. What Python calls it helps whoever mends the reader.
            out.write("\n" + json.dumps({"unexpected": f"{type(fault).__name__}: {fault}"}) + "\n")


def _read(path: Path, extension: str, lines: Lines, allowed: Allowed) -> None:
    kind, called, advice = look(path)
    if extension in _TEXT_FORMATS:
        if kind == ZIP:
            found, called = _packed(Archive(path, allowed))
            advice = _name_it(found)
        if kind != TEXT and called != UNKNOWN:
            raise _not_what_it_is_named(extension, called, advice)
        read_delimited(path, lines)
        lines.done("csv")
        return
    if kind != ZIP:
        raise _not_what_it_is_named(extension, called, advice)
    archive = Archive(path, allowed)
    found, called = _packed(archive)
    if found != extension:
        raise _not_what_it_is_named(extension, called, _name_it(found))
    if found == ".ods":
        read_ods(archive, lines)
    else:
        from .xlsx import read_xlsx  # only here: openpyxl takes longer to import than most files to read

        read_xlsx(archive, lines)
    lines.done(found.removeprefix("."))


def _packed(archive: Archive) -> tuple[str, str]:
    """The extension that belongs to what is in the zip, or "", and what to call it."""
    mimetype = archive.start("mimetype")
    if mimetype.strip() == MIMETYPE:
        return ".ods", "an OpenDocument spreadsheet (.ods)"
    if mimetype.startswith(b"application/vnd.oasis.opendocument"):
        return "", "an OpenDocument file that is no spreadsheet"
    if "word/document.xml" in archive:
        return "", "a Word document"
    if "ppt/presentation.xml" in archive:
        return "", "a PowerPoint presentation"
    if "[Content_Types].xml" in archive:
        return ".xlsx", "an Excel workbook (.xlsx)"
    return "", "a zip file"


def _name_it(extension: str) -> str:
    return f"name it {extension}" if extension else _SEND


def _not_what_it_is_named(extension: str, called: str, advice: str) -> RefusedError:
    return RefusedError(("", f"it is named {extension}, and looks like {called}: {advice}"))
