"""A file that is not taken in: what is kept of it, and what is said.

Every refusal leaves a receipt with its reasons, so that nobody chases a service for a file that it did send. Where
the cells could be read, what was wrong comes back twice: in sentences, and as a marked copy for the service.
"""

import hashlib
from collections.abc import Sequence
from pathlib import Path

from pmif.errors import Fault, IntakeError
from pmif.hub import Receipt, Refusal, keep_refusal, writing
from pmif.intake.marking import MOST_MARKED, Mark, mark_up, row_and_column
from pmif.intake.opening import SIGN_OF_OPEN
from pmif.intake.workbook import Workbook, place

MARKED = "to-put-right.xlsx"
SHOWN = 50  # faults that are printed; the marked copy has the others


class RefusedReturnError(IntakeError):
    """A file that was refused for what its cells say. `faults` are all of them; the text has the first."""

    def __init__(self, name: str, faults: Sequence[Fault], to_check: int, copy: Path) -> None:
        super().__init__(f"{name} was not taken in, and nothing has changed", faults)
        self.to_check, self.copy = to_check, copy.as_posix()

    def __str__(self) -> str:
        to_mend, more = len(self.faults) - self.to_check, len(self.faults) - SHOWN
        counts = [(to_mend, "to put right"), (self.to_check, "to check")]
        lines = [f"{self.what}: {', '.join(f'{count:,} {what}' for count, what in counts if count)}"]
        lines += [f"  {fault}" for fault in self.faults[:SHOWN]]
        if more > 0:
            marked = "all" if len(self.faults) <= MOST_MARKED else f"as far as the first {MOST_MARKED:,} of all"
            lines.append(f"  and {more:,} more, {marked} marked in the copy {self.copy}")
        return "\n".join([*lines, f"To send back to the service: {self.copy}"])


def refuse_marked(
    root: Path,
    path: Path,
    workbook: Workbook,
    receipt: Receipt,
    found: Sequence[Mark],
    elsewhere: Sequence[Fault],
    refused: int,
) -> RefusedReturnError:
    """Keep the refusal of a file whose cells were read, with a copy of it that has every fault marked.

    `receipt` is the one it would have had, `refused` the number of its figures. What was found is said in the order
    in which it stands in the workbook, and then what lies `elsewhere`, in a correction say.
    """
    sheets = {sheet.name: number for number, sheet in enumerate(workbook.sheets)}
    marks = sorted(found, key=lambda mark: (sheets.get(mark.sheet, -1), row_and_column(mark.cell) or (0, 0)))
    faults = [
        Fault(_place(workbook.name, mark), f"please check: {mark.problem}" if mark.oddity else mark.problem)
        for mark in marks
    ]
    faults += elsewhere
    marks += [Mark("", "", str(fault), oddity=False) for fault in elsewhere]
    kept = receipt.model_copy(update={"refused": refused, "refusals": _refusals(faults)})
    copy = keep_refusal(root, kept) / MARKED
    mark_up(path, workbook, marks, copy)
    return RefusedReturnError(workbook.name, faults, sum(mark.oddity for mark in marks), copy)


def refuse_unread(root: Path, receipt: Receipt, fault: IntakeError) -> IntakeError:
    """Keep the refusal of a file that could not be opened, or that no layout fits: there is nothing to mark."""
    faults = [f if isinstance(f, Fault) else Fault(receipt.sent_as, f) for f in fault.faults]
    with writing(root, f"pmif intake of {receipt.sent_as}"):
        keep_refusal(root, receipt.model_copy(update={"refusals": _refusals(faults)}))
    whose = "" if receipt.role else ", and with --by ROLE it is counted for the service that sent it"
    return IntakeError(f"{fault.what}. `pmif status` says that it came{whose}", fault.faults)


def hash_of_sent(path: Path) -> str | None:
    """The sha256 of a file that someone sent; None where there is no such file, or it cannot be read."""
    if not path.is_file() or path.name.startswith(SIGN_OF_OPEN):
        return None
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError:
        return None


def _refusals(faults: Sequence[Fault]) -> tuple[Refusal, ...]:
    return tuple(Refusal(place=f.place, problem=f.problem) for f in faults[:MOST_MARKED])


def _place(name: str, mark: Mark) -> str:
    if mark.cell:
        return f"{name}, {place(mark.sheet, mark.cell)}"
    return f"{name}, sheet '{mark.sheet}'" if mark.sheet else name
