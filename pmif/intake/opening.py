"""Open a file that came from outside: a spreadsheet or a table of text, as the cells that are in it.

Nobody here made the file. Everything that understands its content runs in a process of its own
(`pmif/intake/reader`), which is watched and killed beyond its time or memory, and whose result is believed only as
far as it can be checked. Whatever the file is, the answer is a Workbook or sentences that say what to do.
"""

import hashlib
import json
import subprocess
import sys
import tempfile
import time as clock
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import psutil

from pmif.errors import Fault, IntakeError
from pmif.intake.reader.lines import LAST_COLUMN, LAST_ROW, LONGEST_CELL, Allowed, name_of
from pmif.intake.workbook import Cell, Sheet, Workbook, place

_READER = Path(__file__).parent / "reader"
_SAVE_AS = "open it in Excel, save it as an Excel workbook (.xlsx) and send that"
_FORMATS = (".xlsx", ".ods", ".csv", ".tsv", ".txt")
_REFUSED_FORMATS = {
    ".xlsm": "may hold macros, which are never run here",
    ".xltm": "may hold macros, which are never run here",
    ".xls": "is a workbook of the old kind",
    ".xlsb": "is a binary workbook",
    ".numbers": "is a workbook of Apple Numbers",
}
SIGN_OF_OPEN = "~$"  # how Excel names what it keeps beside a workbook that is open
_BETWEEN_LOOKS = 0.02  # seconds from one look at the reader's memory to the next
_MERGED_LOOKED_AT = 5_000_000
_COVERED_NAMED = 10


@dataclass(frozen=True)
class Limits:
    """What one file may take. A return is a few hundred kilobytes; these are for the open tables of a whole country."""

    size: int = 50_000_000  # bytes on disk
    entries: int = 2_000  # parts in a zip
    unpacked: int = 300_000_000  # bytes of all parts, as they really unpack
    ratio: int = 250  # of a part's unpacked size to its packed size, past a few megabytes
    cells: int = 2_000_000  # that are not blank
    text: int = 50_000_000  # characters in all of them
    sheets: int = 250
    seconds: float = 60
    memory: int = 1 << 30  # bytes, resident


DEFAULT_LIMITS = Limits()


def open_workbook(path: Path, limits: Limits = DEFAULT_LIMITS) -> Workbook:
    """Read a .xlsx, .ods, .csv, .tsv or .txt file. The file is read once and never changed.

    Errors: IntakeError with a fault for everything that is wrong with it, as far as could be seen.
    """
    name = printed_name(path)
    content = _content(path, name, limits)
    with tempfile.TemporaryDirectory(prefix="pmif-", ignore_cleanup_errors=True) as folder:
        # A copy, so that what was hashed is what is read, even where the file is being saved meanwhile.
        copy, out = Path(folder) / "file", Path(folder) / "lines"
        copy.write_bytes(content)
        job = {
            "file": str(copy),
            "extension": path.suffix.lower(),
            "out": str(out),
            "seconds": limits.seconds + 5,
            "allowed": asdict(
                Allowed(limits.entries, limits.unpacked, limits.ratio, limits.cells, limits.text, limits.sheets)
            ),
        }
        _run_watched([sys.executable, "-I", "-B", "-X", "utf8", str(_READER), json.dumps(job)], name, limits)
        form, sheets, notes = _read_lines(out, name, limits)
    return Workbook(
        name=name,
        format=form,
        sha256=hashlib.sha256(content).hexdigest(),
        size=len(content),
        sheets=tuple(sheets),
        notes=tuple(notes),
    )


def _content(path: Path, name: str, limits: Limits) -> bytes:
    """The file's bytes, once its name and size have been found in order."""
    extension = path.suffix.lower()
    if not path.exists():
        raise _refused(name, "there is no such file: check the folder and the name")
    if not path.is_file():
        raise _refused(name, "this is a folder, not a file: give the file inside it" if path.is_dir() else "not a file")
    if name.startswith(SIGN_OF_OPEN):
        raise _refused(name, "this is Excel's sign that the workbook is open: close it, and give the workbook itself")
    if extension in _REFUSED_FORMATS:
        raise _refused(name, f"a {extension} file {_REFUSED_FORMATS[extension]}: {_SAVE_AS}")
    if extension not in _FORMATS:
        found = f"files named {extension}" if extension else "files without an extension"
        raise _refused(name, f"{found} are not read, only {', '.join(_FORMATS)}: {_SAVE_AS}")
    try:
        size = path.stat().st_size
        if size > limits.size:
            megabytes = f"{size / 1e6:,.1f} MB, where {limits.size / 1e6:,.0f} MB are allowed"
            raise _refused(name, f"it is {megabytes}: send only the sheets of figures, without pictures")
        with path.open("rb") as file:
            content = file.read(limits.size + 1)
    except PermissionError:
        raise _refused(
            name, "it may not be read: close it in other programs, or ask whoever keeps the folder"
        ) from None
    except OSError as fault:
        raise _refused(
            name, f"it could not be read ({fault.strerror}): copy it to this computer and try again"
        ) from None
    if not content:
        raise _refused(name, "it is empty: it may not have been saved or copied whole, so send it again")
    if len(content) > limits.size:
        raise _refused(name, "it grew while it was being read: close it in other programs and try again")
    return content


def _run_watched(command: list[str], name: str, limits: Limits) -> None:
    """Run to the end, or to a limit; nothing is left running, whatever happens."""
    deadline = clock.monotonic() + limits.seconds
    process = psutil.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
    )
    try:
        while True:
            try:
                process.wait(timeout=_BETWEEN_LOOKS)
                return
            except psutil.TimeoutExpired:
                pass
            if _memory(process) > limits.memory:
                megabytes = f"{limits.memory / 1e6:,.0f} MB"
                raise _refused(
                    name, f"it took more than {megabytes} of memory to read, as no table of figures does: {_SAVE_AS}"
                )
            if clock.monotonic() > deadline:
                raise _refused(
                    name,
                    f"it took more than {limits.seconds:g} seconds to read, as no table of figures does: {_SAVE_AS}",
                )
    finally:
        _end(process)


def _family(process: psutil.Process) -> list[psutil.Process]:
    """The process and all it started: on Windows a virtual environment's python is a launcher for another."""
    try:
        return [*process.children(recursive=True), process]
    except psutil.NoSuchProcess:
        return [process]


def _memory(process: psutil.Process) -> int:
    total = 0
    for one in _family(process):
        try:
            total += one.memory_info().rss
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
    return total


def _end(process: psutil.Popen) -> None:
    if process.poll() is not None:
        return
    family = _family(process)
    for one in family:
        try:
            one.kill()
        except psutil.NoSuchProcess:
            continue
    psutil.wait_procs(family, timeout=10)
    process.wait(timeout=10)


def _read_lines(out: Path, name: str, limits: Limits) -> tuple[str, list[Sheet], list[str]]:
    """The reader's result, each line checked: it has read what we would not, and may have been misled."""
    sheets: list[Sheet] = []
    covered: list[str] = []
    try:
        ending = _take_sheets(_checked_lines(out, limits), sheets, covered, limits)
        if "refused" in ending:
            faults = [
                Fault(", ".join(part for part in (name, _text(at, 1_000)) if part), _text(problem, 5_000))
                for at, problem in ending["refused"]
            ]
            raise IntakeError(f"{name} could not be opened", faults)
        if "unexpected" in ending:
            raise ValueError(_text(ending["unexpected"], 1_000)[:120])
        if ending["done"] not in ("xlsx", "ods", "csv"):
            raise ValueError("it is of no format that is known")
        notes = [_text(note, 5_000) for note in ending["notes"]]
    except (ValueError, TypeError, KeyError, OSError, RecursionError) as fault:
        reason = _printable(str(fault))[:160] or type(fault).__name__
        raise _refused(name, f"it could not be read ({reason}): {_SAVE_AS}") from None
    if len(covered) > _COVERED_NAMED:
        covered[_COVERED_NAMED:] = [f"{len(covered) - _COVERED_NAMED:,} more cells lie under merged cells, likewise"]
    return str(ending["done"]), sheets, [*notes, *covered]


def _checked_lines(out: Path, limits: Limits) -> Iterator[Any]:
    if out.stat().st_size > 12 * limits.text + 200 * limits.cells + 1_000_000:
        raise ValueError("what was read is larger than it may be")
    with out.open(encoding="utf-8", newline="\n") as file:
        for line in file:
            if line.strip():
                yield json.loads(line)


def _take_sheets(lines: Iterator[Any], sheets: list[Sheet], covered: list[str], limits: Limits) -> dict[str, Any]:
    """Add each sheet that was read, and return the line that ends them."""
    name, hidden = None, False
    cells: dict[tuple[int, int], Cell] = {}
    total = 0
    for line in lines:
        if isinstance(line, list):
            if name is None:
                raise ValueError("a cell stands on no sheet")
            cell = _cell(line)
            cells[cell.row, cell.column] = cell
            total += 1
            if total > limits.cells:
                raise ValueError("there are more cells than may be")
        elif "sheet" in line:
            name, hidden, cells = _text(line["sheet"], 1_000), line["hidden"] is True, {}
        elif "end" in line:
            if name is None or _text(line["end"], 1_000) != name:
                raise ValueError("a sheet ends that was not begun")
            merged = tuple(_area(area) for area in line["merged"])
            covered += _drop_covered(name, cells, merged)
            last_row = max((row for row, _ in cells), default=0)
            last_column = max((column for _, column in cells), default=0)
            sheets.append(
                Sheet(
                    name=name,
                    cells=cells,
                    hidden=hidden,
                    hidden_rows=_numbers(line["hidden_rows"], last_row),
                    hidden_columns=_numbers(line["hidden_columns"], last_column),
                    merged=merged,
                )
            )
            name = None
        elif isinstance(line, dict):
            return line
    raise ValueError("it was not read to its end")


def _cell(line: list[Any]) -> Cell:
    row, column, tagged, text, percent, formula, comment = line
    if not (1 <= _whole(row) <= LAST_ROW and 1 <= _whole(column) <= LAST_COLUMN):
        raise ValueError("a cell stands on no row or column")
    value: str | float | bool | date | datetime | time | None
    match tagged:
        case ["-"]:
            value = None
        case ["s", str(kept)]:
            value = _text(kept, LONGEST_CELL, lines=True)
        case ["b", bool(kept)]:
            value = kept
        case ["n", float(kept)] if kept - kept == 0:  # neither infinite nor no number
            value = kept
        case ["d", str(kept)]:
            value = date.fromisoformat(kept)
        case ["w", str(kept)]:
            value = datetime.fromisoformat(kept)
        case ["t", str(kept)]:
            value = time.fromisoformat(kept)
        case _:
            raise ValueError("a cell holds no kind of value that is known")
    return Cell(
        row,
        column,
        value,
        _text(text, LONGEST_CELL, lines=True),
        percent is True,
        _text(formula, LONGEST_CELL, lines=True),
        _text(comment, LONGEST_CELL, lines=True),
    )


def _drop_covered(
    name: str, cells: dict[tuple[int, int], Cell], merged: tuple[tuple[int, int, int, int], ...]
) -> Iterator[str]:
    """Take out what merged cells cover, and say so: nobody who looked at the sheet has seen it."""
    looked_at = 0
    for top, left, bottom, right in merged:
        area = (bottom - top + 1) * (right - left + 1)
        looked_at += min(area, len(cells))
        if looked_at > _MERGED_LOOKED_AT:
            raise ValueError("it has more merged cells than can be looked at")
        if area <= len(cells):
            inside = [(r, c) for r in range(top, bottom + 1) for c in range(left, right + 1) if (r, c) in cells]
        else:
            inside = [(r, c) for r, c in cells if top <= r <= bottom and left <= c <= right]
        for row, column in inside:
            if (row, column) != (top, left):
                del cells[row, column]
                yield f"{place(name, name_of(row, column))} lies under a merged cell and was left out"


def _area(area: Any) -> tuple[int, int, int, int]:
    top, left, bottom, right = (_whole(number) for number in area)
    if not (1 <= top <= bottom <= LAST_ROW and 1 <= left <= right <= LAST_COLUMN):
        raise ValueError("a merged cell is on no row or column")
    return top, left, bottom, right


def _numbers(ranges: Any, last: int) -> frozenset[int]:
    return frozenset(n for first, end in ranges for n in range(max(1, _whole(first)), min(_whole(end), last) + 1))


def _whole(number: Any) -> int:
    if type(number) is not int:
        raise ValueError("a row or column is no number")
    return number


def _text(text: Any, longest: int, *, lines: bool = False) -> str:
    """Text as it was read; where it goes into a message, without what could move a cursor or hide a word."""
    if not isinstance(text, str) or len(text) > longest:
        raise ValueError("a text is longer than it may be, or is none")
    return text if lines else _printable(text)


def printed_name(path: Path) -> str:
    """What the sender called a file, as it may stand in a message."""
    return _printable(path.name)[:200]


def _printable(text: str) -> str:
    """Text without what could move a cursor or hide a word."""
    return "".join(c if c.isprintable() else " " for c in text)


def _refused(name: str, problem: str) -> IntakeError:
    return IntakeError(f"{name} could not be opened", [Fault(name, problem)])
