"""Taking a service's file in: opened, understood, checked, and kept whole or not at all.

A file with one fault is not taken. What was wrong comes back twice: as sentences, all of them at
once, and as a marked copy of the workbook for the service to put right.
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
from pmif.intake.filled_form import CellFault, FormRead, is_form, read_form
from pmif.intake.marking import Mark, mark_up
from pmif.intake.opening import open_workbook
from pmif.intake.schema import check_rows, typed
from pmif.intake.workbook import Workbook, place
from pmif.methods import METHODS

MARKED = "to-put-right.xlsx"


@dataclass(frozen=True)
class Taken:
    """What became of a file that was not refused. `again` says that the same file had been taken in before."""

    receipt: Receipt
    again: bool


def take_in(root: Path, path: Path, *, now: datetime) -> Taken:
    """Take one returned form into the hub. `now` is the moment it came, with its time zone.

    The same file twice changes nothing.
    Errors: IntakeError with every fault, and where the marked copy is; HubError where the hub is held by another,
    or the disk is full. The hub is then as it was.
    """
    framework, areas = load_framework(root, METHODS), load_areas(root)
    workbook = open_workbook(path)
    if not is_form(workbook):
        raise IntakeError(
            f"{path.name} is no return form of ours: it has no sheet '{form.ABOUT}' with the form's stamp. "
            "Make a form with 'pmif template', copy the figures into it, and take that in"
        )
    with writing(root, f"pmif intake of {path.name}") as hub:
        hub.sync(root)
        if earlier := find_batch(root, BatchKind.RETURN, workbook.sha256):
            return Taken(earlier, again=True)
        receipt = _receipt(path, workbook, now)
        read = read_form(workbook, framework, areas, received=now.date(), file=receipt.file)
        receipt = receipt.model_copy(
            update={
                "role": read.role,
                "report": read.report,
                "interpretations": read.interpretations,
                "notes": read.notes,
            }
        )
        rows, corrected, unfit = apply_corrections(read.rows, read_corrections(root, framework), whole=False)
        faults = [*unfit, *check_rows(rows, framework, areas)]
        if rows.empty and not read.faults:
            faults.append(Fault(path.name, f"holds no answer: write a figure, or a state such as '{form.NIL}'"))
        if faults or read.faults:
            raise _refusal(root, path, workbook, receipt, read, faults)
        kept = receipt.model_copy(update={"taken": len(rows), "corrections": corrected})
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
        layout=f"form {form.VERSION}",
        licence="council-return",
    )


def _refusal(
    root: Path, path: Path, workbook: Workbook, receipt: Receipt, read: FormRead, faults: Sequence[Fault]
) -> IntakeError:
    """Keep the refusal with its marked copy, and say all of it in sentences."""
    found = [*read.faults, *(_of_rows(f, workbook) for f in faults)]
    said = [Fault(_place(path, f), f.problem) for f in found]
    refused = receipt.model_copy(
        update={
            "refused": len(read.rows) + len({(f.sheet, f.cell) for f in read.faults}),
            "refusals": tuple(Refusal(place=f.place, problem=f.problem) for f in said),
        }
    )
    copy = keep_refusal(root, refused) / MARKED
    mark_up(path, workbook, [Mark(f.sheet, f.cell, f.problem, oddity=False) for f in found], copy)
    return IntakeError(
        f"{path.name} was not taken in, and nothing has changed. A marked copy to send back is {copy.as_posix()}", said
    )


def _place(path: Path, fault: CellFault) -> str:
    if fault.cell:
        return f"{path.name}, {place(fault.sheet, fault.cell)}"
    return f"{path.name}, sheet '{fault.sheet}'" if fault.sheet else path.name


def _of_rows(fault: Fault, workbook: Workbook) -> CellFault:
    """A fault that the check of rows found, whose place is in words: "file, sheet 'Figures', cell J7"."""
    sheet = next((s.name for s in workbook.sheets if f"sheet '{s.name}'" in fault.place), "")
    _, found, cell = fault.place.rpartition("cell ")
    return CellFault(sheet, cell if found else "", fault.problem)
