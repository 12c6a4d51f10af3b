"""Odd figures of our own tables that a role says are right: data/figures/confirmed.yml.

A table is screened as a return is, and holds whole series, so that its own rows are what its figures are set
beside: what is odd depends on the files alone. An odd figure is put right, or confirmed here under its name, with
a role and a reason; the receipt of its table keeps both. A confirmation of nothing odd is refused, so that none
outlives its figure.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from pmif.declared import Reader
from pmif.errors import Fault, IntakeError
from pmif.framework import TO_CONFIRM, Framework
from pmif.framework.model import Id, Model, Words
from pmif.geography import Areas
from pmif.hub import Confirmation, StandingTable
from pmif.intake.schema import MOST_FAULTS, Column
from pmif.intake.screening import Oddity, screen, stray_confirmations, unconfirmed

CONFIRMED = "data/figures/confirmed.yml"


class Entry(Model):
    oddity: Words  # its name, as the refusal gives it
    role: Id  # who says so: a role of roles.yml
    reason: Words

    @property
    def id(self) -> str:
        return self.oddity


@dataclass(frozen=True)
class Confirmed:
    """A confirmation, and the file and line where it is declared."""

    confirmation: Confirmation
    place: str


def read_confirmed(root: Path, framework: Framework) -> tuple[Confirmed, ...]:
    """Every confirmation of data/figures/confirmed.yml below `root`; none where there is no such file.

    Errors: IntakeError with every fault of the file.
    """
    reader = Reader(root)
    found: list[Confirmed] = []
    for name in reader.files(str(Path(CONFIRMED).parent)):
        if name != CONFIRMED:
            reader.faults.append(Fault(name, f"is not read: what is odd in a table is confirmed in {CONFIRMED}"))
            continue
        entries = reader.models(reader.read(name, ("confirmations",)), "confirmations", Entry)
        found += [Confirmed(Confirmation(**dict(one)), reader.place(Entry, one.oddity)) for one in entries]
    faults = [*reader.faults, *reader.duplicates(), *_unknown_roles(found, framework)]
    if faults:
        raise IntakeError("Confirmations cannot be used as they stand", faults)
    return tuple(found)


def _unknown_roles(found: Sequence[Confirmed], framework: Framework) -> list[Fault]:
    """Confirmations by a role that is not defined, or by the one that stands for none."""
    roles = [role.id for role in framework.roles if role.id != TO_CONFIRM]
    return [
        Fault(each.place, f"role is '{each.confirmation.role}': use one of {', '.join(roles)}")
        for each in found
        if each.confirmation.role not in roles
    ]


def confirmations_of(rows: pd.DataFrame, confirmed: Sequence[Confirmed]) -> tuple[Confirmation, ...]:
    """The confirmations that are of the measures of one table."""
    if not confirmed:
        return ()
    measures = set(Column.of(rows["measure"]).words)
    return tuple(c.confirmation for c in confirmed if c.confirmation.oddity.split("/")[0] in measures)


def screen_tables(root: Path, tables: Sequence[StandingTable], framework: Framework, areas: Areas) -> None:
    """See that every odd figure of the tables, together all there are of data/figures, is confirmed.

    Errors: IntakeError with every odd figure that is not, and every confirmation that names none.
    """
    confirmed = read_confirmed(root, framework)
    said = [each.confirmation for each in confirmed]
    held = [table.rows for table in tables]
    rows = held[0] if len(held) == 1 else pd.concat(held, ignore_index=True)
    odd = screen(rows, rows.iloc[:0], framework, areas)
    open_still = unconfirmed(odd, said)
    faults = [Fault(one.place, f"{one.problem}: {_advice(one)}") for one in open_still[:MOST_FAULTS]]
    if more := len(open_still) - len(faults):
        faults.append(Fault("these figures", f"and {more:,} more: see to these, then check again"))
    faults += stray_confirmations(odd, said, [each.place for each in confirmed])
    if faults:
        raise IntakeError("Figures were refused, and nothing was built", faults)


def _advice(oddity: Oddity) -> str:
    """What to do, with the very lines to add: neither role nor reason can be left as it stands."""
    return "\n".join(
        [
            f"put it right, or confirm it below 'confirmations:' in {CONFIRMED}",
            f"  - oddity: {oddity.name}",
            "    role:  # who says that it is right: an id of data/framework/roles.yml",
            "    reason:  # how that is known",
        ]
    )
