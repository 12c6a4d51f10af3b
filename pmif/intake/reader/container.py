"""What a file is, by its content, and the zip that a workbook is packed in."""

import struct
import zipfile
import zlib
from pathlib import Path
from typing import IO

from .lines import Allowed
from .refusal import RefusedError, damaged, listed

ZIP, TEXT, OTHER = "zip", "text", "other"
UNKNOWN = "no kind of file that is known here"
_SAVE = "open it in Excel and save it as an Excel workbook (.xlsx)"
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ValueError,
    OverflowError,
    OSError,
)
_CHUNK = 1 << 20
_SMALL = 5_000_000  # unpacked bytes below which a high ratio harms nobody


def look(path: Path) -> tuple[str, str, str]:
    """The content's kind, what to call it, and what to do with it where it cannot be read."""
    with path.open("rb") as file:
        head = file.read(4096)
        start = head.removeprefix(b"\xef\xbb\xbf").lstrip()[:512].lower()
        if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
            return ZIP, "a zip file", "unzip it and send the workbook inside it"
        if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
            # An old workbook, or a new one under a password: the names of its streams tell.
            if "EncryptedPackage".encode("utf-16-le") in head + file.read():
                problem = "a workbook with a password"
                return OTHER, problem, "take the password off (File, Info, Protect Workbook, Encrypt), save and send it"
            return OTHER, "an Excel workbook of the old kind (.xls)", _SAVE
    if start.startswith((b"<!doctype html", b"<html", b"<table", b"<head", b"<script", b"<meta")):
        return OTHER, "a web page", f"{_SAVE}; if a web site gave it in place of figures, sign in there first"
    if start.startswith((b"<?xml", b"<workbook", b"<office:")):
        return OTHER, "XML", _SAVE
    for magic, called in _MAGIC:
        if head.startswith(magic):
            return OTHER, called, "send the workbook the figures are in"
    if head.startswith((b"\xff\xfe", b"\xfe\xff")) or not any(byte < 9 for byte in head):
        return TEXT, "plain text", f"if it is a table with commas, name it .csv; if not, {_SAVE}"
    return OTHER, UNKNOWN, _SAVE


_MAGIC = (
    (b"%PDF", "a PDF"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"\x1f\x8b", "a compressed file (gzip)"),
    (b"7z\xbc\xaf", "a compressed file (7z)"),
    (b"Rar!", "a compressed file (rar)"),
    (b"{\\rtf", "a document (rtf)"),
    (b"MZ", "a program"),
    (b"SQLite format 3", "a database"),
    (b"PAR1", "a Parquet table"),
)


class Archive:
    """A zip whose every entry has been unpacked once, to nowhere: its size counted and its checksum agreed.

    A zip's own list of sizes can lie, and a byte changed on the way can turn 12 into 72; neither is
    believed, and no part is read before all of them have been tried.
    """

    def __init__(self, path: Path, allowed: Allowed) -> None:
        try:
            self._zip = zipfile.ZipFile(path)
            self._entries = self._checked_names(allowed)
            self._check_content(allowed)
        except _BROKEN as fault:
            raise damaged("", _reason(fault)) from None

    def __contains__(self, name: str) -> bool:
        return name.casefold() in self._entries

    @property
    def names(self) -> list[str]:
        """Names of all entries, in small letters."""
        return list(self._entries)

    def open(self, name: str) -> IO[bytes]:
        if (entry := self._entries.get(name.casefold())) is None:
            raise damaged("", f"its part '{name[:100]}' is missing")
        return self._zip.open(entry)

    def start(self, name: str, size: int = 200) -> bytes:
        """The first bytes of an entry, or nothing where there is no such entry."""
        if name not in self:
            return b""
        with self.open(name) as part:
            return part.read(size)

    def _checked_names(self, allowed: Allowed) -> dict[str, zipfile.ZipInfo]:
        found = self._zip.infolist()
        if len(found) > allowed.entries:
            raise RefusedError(
                ("", f"it has {len(found):,} parts, where {allowed.entries:,} are allowed: send a plain workbook")
            )
        if any(entry.flag_bits & 0x1 for entry in found):
            raise RefusedError(("", "it is under a password: take the password off, save it and send it again"))
        if any(entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for entry in found):
            raise damaged("", "it is packed in a way that no spreadsheet program uses")
        odd = [e.orig_filename for e in found if _is_odd(e.orig_filename)]
        if odd:
            raise damaged("", f"parts with names no program gives: {listed(name[:60] for name in odd[:3])}")
        if sum(entry.file_size for entry in found) > allowed.unpacked:
            raise _too_large(allowed)
        entries = {entry.filename.casefold(): entry for entry in found}
        if len(entries) < len(found):
            raise damaged("", "two of its parts have the same name, so it could be read in two ways")
        return entries

    def _check_content(self, allowed: Allowed) -> None:
        total = 0
        for entry in self._entries.values():
            declared, size = entry.file_size, 0
            entry.file_size = allowed.unpacked + _CHUNK  # read to where the data end, not to where the list says
            with self._zip.open(entry) as part:
                while chunk := part.read(_CHUNK):
                    size += len(chunk)
                    total += len(chunk)
                    if total > allowed.unpacked:
                        raise _too_large(allowed)
                    if size > _SMALL and size > allowed.ratio * max(entry.compress_size, 1):
                        raise RefusedError(
                            ("", f"a part of it unpacks to over {allowed.ratio} times its size: do not use this file")
                        )
            entry.file_size = declared
            if size != declared:
                raise damaged("", f"a part said to be {declared:,} bytes is {size:,}")


def _is_odd(name: str) -> bool:
    parts = name.split("/")
    return not name.isprintable() or "\\" in name or ":" in name or ".." in parts or name.startswith("/")


def _too_large(allowed: Allowed) -> RefusedError:
    return RefusedError(
        ("", f"it unpacks to more than {allowed.unpacked // 1_000_000} MB: send only the sheets of figures")
    )


def _reason(fault: Exception) -> str:
    if "CRC" in str(fault):
        return "a part of it is not as it was when it was saved"
    return "it is cut short or changed, and cannot be unpacked"
