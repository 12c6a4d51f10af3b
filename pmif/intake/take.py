"""Taking a service's file in: opened, understood, checked, screened, and kept whole or not at all.

A file with one fault is not taken, nor one with an odd figure that nobody has confirmed, nor one that changes a
figure without a word why.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

from pmif.errors import Fault, IntakeError
from pmif.framework import Framework, load_framework
from pmif.geography import load_areas
from pmif.hub import BatchKind, Confirmation, Part, Receipt, find_batch, write_batch, writing
from pmif.intake import form
from pmif.intake.corrections import apply_corrections, read_corrections
from pmif.intake.layouts import choose_layout, read_layouts
from pmif.intake.marking import Mark
from pmif.intake.opening import open_workbook, printed_name
from pmif.intake.refusing import hash_of_sent, refuse_marked, refuse_unread
from pmif.intake.returns import read_return
from pmif.intake.revision import hold_against
from pmif.intake.schema import RowFault, check_rows, typed
from pmif.intake.screening import Oddity, screen, stray_confirmations, unconfirmed
from pmif.methods import METHODS


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
    HubError where the hub is held by another, or the disk is full. No figure has then changed, and a file that was
    refused has left its receipt.
    """
    framework, areas = load_framework(root, METHODS), load_areas(root)
    _require_role(role, framework)
    layouts = read_layouts(root, framework)
    current = framework.reporting.current
    try:
        workbook = open_workbook(path)
        how = choose_layout(workbook, layouts, layout or None)
    except IntakeError as fault:
        if (sha256 := hash_of_sent(path)) is None:
            raise  # it is no file that a service sent
        named = next((one.role for one in layouts if one.id == layout), None)
        raise refuse_unread(root, _receipt(path, sha256, now, role or named or "", current), fault) from None
    with writing(root, f"pmif intake of {workbook.name}") as hub:
        hub.sync(root)
        if earlier := find_batch(root, BatchKind.RETURN, workbook.sha256):
            return Taken(earlier, again=True)
        receipt = _receipt(path, workbook.sha256, now, role, current)
        file, original = f"{receipt.batch}.{workbook.format}", f"original.{workbook.format}"
        read = read_return(workbook, how, framework, areas, received=now.date(), file=file, role=role)
        rows, corrected, unfit = apply_corrections(read.rows, read_corrections(root, framework), whole=False)
        faults = [*unfit, *check_rows(rows, framework, areas)]
        if rows.empty and not read.faults:
            faults.append(RowFault(path.name, f"holds no answer: write a figure, or a state such as '{form.NIL}'"))
        history = hub.known_at(now.date(), sorted(set(rows["measure"])))
        against = hold_against(rows, read.beside, read.notes, history, cache(hub.receipt), framework)
        faults += against.faults
        said = tuple(Confirmation(oddity=name, role=read.role, reason=reason) for name, reason in confirmed)
        odd: list[Oddity] = []
        if not faults and not read.faults:
            odd = screen(typed(against.rows), history, framework, areas)
            faults += stray_confirmations(odd, said, [f"--confirm {one.oddity}" for one in said])
        receipt = receipt.model_copy(
            update={
                "file": file,
                "role": read.role,
                "report": read.report or current,
                "layout": read.layout,
                "interpretations": (*read.interpretations, *against.nothing_new),
                "notes": against.notes,
            }
        )
        if faults or read.faults or unconfirmed(odd, said):
            of_rows = [f for f in faults if isinstance(f, RowFault)]
            found = [Mark(f.sheet, f.cell, f.problem, oddity=False) for f in read.faults]
            found += [Mark(f.sheet, f.cell, f.problem, oddity=False) for f in of_rows]
            found += [Mark(o.sheet, o.cell, o.asked, oddity=True) for o in unconfirmed(odd, said)]
            elsewhere = [f for f in faults if not isinstance(f, RowFault)]
            refused = len(rows) + len({(f.sheet, f.cell) for f in read.faults})
            raise refuse_marked(root, path, workbook, receipt, found, elsewhere, refused)
        part = Part(name=original, sha256=workbook.sha256, size=workbook.size)
        kept = receipt.model_copy(
            update={"parts": (part,), "taken": len(against.rows), "corrections": corrected, "confirmations": said}
        )
        kept = write_batch(root, kept, typed(against.rows), {original: path.read_bytes()})
        hub.sync(root)
    return Taken(kept, again=False)


def _require_role(role: str, framework: Framework) -> None:
    """A slip of whoever takes the file in is no fault of the file, and is told before it is opened."""
    roles = [one.id for one in framework.roles]
    if role and role not in roles:
        problem = f"is no role of data/framework/roles.yml: use one of {', '.join(roles)}"
        raise IntakeError("Nothing was taken in", [Fault(f"--by {role}", problem)])


def _receipt(path: Path, sha256: str, now: datetime, role: str, report: str) -> Receipt:
    """The receipt of a file before anything of it is understood.

    Names are ours: what its sender called it may name a person. Until it says for which report it is, it is taken
    to be for the current one.
    """
    batch = f"{now.date().isoformat()}-return-{sha256[:8]}"
    return Receipt(
        batch=batch,
        kind=BatchKind.RETURN,
        file=batch,
        sent_as=printed_name(path),
        sha256=sha256,
        received=now,
        role=role,
        report=report,
        licence="council-return",
    )
