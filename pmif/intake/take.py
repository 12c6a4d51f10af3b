"""Taking a service's file in: opened, understood, checked, screened, and kept whole or not at all.

A file with one fault is not taken, nor one with an odd figure that nobody has confirmed. What was
wrong comes back twice: as sentences, all of them at once, and as a marked copy of the workbook for
the service to put right.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pmif.errors import Fault, IntakeError
from pmif.framework import load_framework
from pmif.geography import load_areas
from pmif.hub import (
    BatchKind,
    Confirmation,
    Part,
    Receipt,
    Refusal,
    find_batch,
    keep_refusal,
    write_batch,
    writing,
)
from pmif.intake import form
from pmif.intake.corrections import apply_corrections, read_corrections
from pmif.intake.layouts import choose_layout, read_layouts
from pmif.intake.marking import Mark, mark_up
from pmif.intake.opening import open_workbook
from pmif.intake.returns import CellFault, ReturnRead, read_return
from pmif.intake.schema import RowFault, check_rows, typed
from pmif.intake.screening import Oddity, screen, stray_confirmations, unconfirmed
from pmif.intake.workbook import Workbook, place
from pmif.methods import METHODS

MARKED = "to-put-right.xlsx"


@dataclass(frozen=True)
class Taken:
    """What became of a file that was not refused. `again` says that the same file had been taken in before."""

    receipt: Receipt
    again: bool


def take_in(
    root: Path,
    path: Path,
    *,
    now: datetime,
    role: str = "",
    layout: str = "",
    confirmed: Sequence[tuple[str, str]] = (),
) -> Taken:
    """Take one returned file into the hub: our own form, or an older workbook by a layout of data/layouts.

    `now` is the moment it came, with its time zone. `role` is who brought it, where the file does not say, and
    `layout` the id of a layout, where more than one fits. `confirmed` names odd figures that are right after all,
    each with the reason, which the receipt keeps. The same file twice changes nothing.
    Errors: IntakeError with every fault and every odd figure that is not confirmed, and where the marked copy is;
    HubError where the hub is held by another, or the disk is full. The hub is then as it was.
    """
    framework, areas = load_framework(root, METHODS), load_areas(root)
    workbook = open_workbook(path)
    how = choose_layout(workbook, read_layouts(root, framework), layout or None)
    with writing(root, f"pmif intake of {path.name}") as hub:
        hub.sync(root)
        if earlier := find_batch(root, BatchKind.RETURN, workbook.sha256):
            return Taken(earlier, again=True)
        receipt = _receipt(path, workbook, now)
        read = read_return(workbook, how, framework, areas, received=now.date(), file=receipt.file, role=role)
        receipt = receipt.model_copy(
            update={
                "role": read.role,
                "report": read.report,
                "layout": read.layout,
                "interpretations": read.interpretations,
                "notes": read.notes,
            }
        )
        rows, corrected, unfit = apply_corrections(read.rows, read_corrections(root, framework), whole=False)
        faults = [*unfit, *check_rows(rows, framework, areas)]
        if rows.empty and not read.faults:
            faults.append(RowFault(path.name, f"holds no answer: write a figure, or a state such as '{form.NIL}'"))
        said = tuple(Confirmation(oddity=name, role=read.role, reason=reason) for name, reason in confirmed)
        odd: list[Oddity] = []
        if not faults and not read.faults:
            history = hub.known_at(now.date(), sorted(set(rows["measure"])))
            odd = screen(typed(rows), history, framework, areas)
            faults += stray_confirmations(odd, said)
        if faults or read.faults or unconfirmed(odd, said):
            raise _refusal(root, path, workbook, receipt, read, faults, unconfirmed(odd, said))
        kept = receipt.model_copy(update={"taken": len(rows), "corrections": corrected, "confirmations": said})
        kept = write_batch(root, kept, typed(rows), {receipt.parts[0].name: path.read_bytes()})
        hub.sync(root)
    return Taken(kept, again=False)


def _receipt(path: Path, workbook: Workbook, now: datetime) -> Receipt:
    """The receipt of a file before anything of it is understood.

    Names are ours: what its sender called it may name a person.
    """
    batch = f"{now.date().isoformat()}-return-{workbook.sha256[:8]}"
    return Receipt(
        batch=batch,
        kind=BatchKind.RETURN,
        file=f"{batch}.{workbook.format}",
        sent_as=path.name,
        sha256=workbook.sha256,
        parts=(Part(name=f"original.{workbook.format}", sha256=workbook.sha256, size=workbook.size),),
        received=now,
        licence="council-return",
    )


def _refusal(
    root: Path,
    path: Path,
    workbook: Workbook,
    receipt: Receipt,
    read: ReturnRead,
    faults: Sequence[Fault],
    odd: Sequence[Oddity],
) -> IntakeError:
    """Keep the refusal with its marked copy, and say all of it in sentences."""
    found = [*read.faults, *(_in_workbook(f) for f in faults)]
    asked = [CellFault(o.sheet, o.cell, o.problem) for o in odd]
    said = [
        *(Fault(_place(path, f), f.problem) for f in found),
        *(Fault(_place(path, f), f"please check: {f.problem}") for f in asked),
    ]
    refused = receipt.model_copy(
        update={
            "refused": len(read.rows) + len({(f.sheet, f.cell) for f in read.faults}),
            "refusals": tuple(Refusal(place=f.place, problem=f.problem) for f in said),
        }
    )
    copy = keep_refusal(root, refused) / MARKED
    marks = [Mark(f.sheet, f.cell, f.problem, oddity=False) for f in found]
    mark_up(path, workbook, [*marks, *(Mark(f.sheet, f.cell, f.problem, oddity=True) for f in asked)], copy)
    return IntakeError(
        f"{path.name} was not taken in, and nothing has changed. A marked copy to send back is {copy.as_posix()}", said
    )


def _place(path: Path, fault: CellFault) -> str:
    if fault.cell:
        return f"{path.name}, {place(fault.sheet, fault.cell)}"
    return f"{path.name}, sheet '{fault.sheet}'" if fault.sheet else path.name


def _in_workbook(fault: Fault) -> CellFault:
    """A fault as one of the workbook; what lies elsewhere, in a correction say, keeps its place in words."""
    if isinstance(fault, RowFault):
        return CellFault(fault.sheet, fault.cell, fault.problem)
    return CellFault("", "", str(fault))
