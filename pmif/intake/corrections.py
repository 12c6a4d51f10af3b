"""Declared repairs of figures that a supplier got wrong: data/corrections/*.yml.

Nothing is mended in silence. A correction names one cell, what it holds, what it should hold, why, and
the role that decided so. It is refused once the cell no longer holds what was corrected, so that no
repair outlives its fault. The figure keeps both values in `transform` for as long as it travels.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

import pandas as pd
from pydantic import BeforeValidator, model_validator

from pmif.declared import Reader
from pmif.errors import Fault, IntakeError
from pmif.framework import Framework
from pmif.framework.model import Id, Model, PeriodId, Words
from pmif.hub import BatchKind
from pmif.intake.schema import KEY, NUMBERS, STATUSES, is_number, place_of

CORRECTIONS = "data/corrections"


def _text_of_date(value: object) -> object:
    """YAML reads 2026-06-26 as a date; the cell holds text."""
    return value.isoformat() if isinstance(value, date) else value


class Correction(Model):
    """One cell of one row, found by the row's key; `published` only where a figure was published more than once."""

    id: Id
    came_as: BatchKind = BatchKind.TABLE  # in which kind of batch the row stands
    measure: Id
    area: Words
    vintage: Words
    period: PeriodId
    dimension: str = ""
    group: str = ""
    published: Annotated[str, BeforeValidator(_text_of_date)] = ""
    column: Literal["numerator", "denominator", "value", "lower", "upper", "status"]
    supplied: str  # exactly what the cell holds; "" where it is blank
    corrected: str
    reason: Words
    decided_by: Id  # a role of roles.yml
    decided_on: date

    @model_validator(mode="after")
    def _mends_something(self) -> "Correction":
        if self.supplied == self.corrected:
            raise ValueError(f"supplied and corrected are both '{self.supplied}': there is nothing to correct")
        if self.column in NUMBERS and not is_number(self.corrected):
            raise ValueError(f"corrected is '{self.corrected}': expected a number without commas or signs, or blank")
        if self.column == "status" and self.corrected not in STATUSES:
            raise ValueError(f"corrected is '{self.corrected}': a status is one of {', '.join(STATUSES)}")
        if bool(self.dimension) != bool(self.group):
            raise ValueError("dimension and group go together: give both or neither")
        return self

    @property
    def key(self) -> tuple[str, ...]:
        return (self.measure, self.area, self.vintage, self.period, self.dimension, self.group)


@dataclass(frozen=True)
class Declared:
    """A correction, and the file and line where it is declared."""

    correction: Correction
    place: str


def read_corrections(root: Path, framework: Framework) -> tuple[Declared, ...]:
    """Every correction in data/corrections below `root`; none where there is no such folder.

    Errors: IntakeError with every fault of every file.
    """
    reader = Reader(root)
    found: list[Declared] = []
    for name in reader.files(CORRECTIONS):
        entries = reader.models(reader.read(name, ("corrections",)), "corrections", Correction)
        found += [Declared(entry, reader.place(Correction, entry.id)) for entry in entries]
    faults = [*reader.faults, *reader.duplicates(), *_unknown(found, framework), *_twice(found)]
    if faults:
        raise IntakeError("Corrections cannot be used as they stand", faults)
    return tuple(found)


def _unknown(found: list[Declared], framework: Framework) -> list[Fault]:
    """Corrections of a measure, or decided by a role, that is not defined."""
    measures, roles = {m.id for m in framework.measures}, {r.id for r in framework.roles}
    faults = []
    for each in found:
        what = f"correction '{each.correction.id}'"
        if each.correction.measure not in measures:
            problem = f"measure is '{each.correction.measure}', which is not defined in data/framework"
            faults.append(Fault(each.place, f"{what}, {problem}"))
        if each.correction.decided_by not in roles:
            problem = f"decided_by is '{each.correction.decided_by}', which is no role of data/framework/roles.yml"
            faults.append(Fault(each.place, f"{what}, {problem}"))
    return faults


def _twice(found: list[Declared]) -> list[Fault]:
    """Two corrections of one cell: the order in which they were applied would decide the figure."""
    taken: dict[tuple[object, ...], list[Declared]] = {}
    faults = []
    for each in found:
        one = each.correction
        others = taken.setdefault((one.came_as, one.key, one.column), [])
        for other in others:
            # Without `published`, a correction means whichever row there is.
            if not one.published or not other.correction.published or one.published == other.correction.published:
                problem = f"corrects the same cell as '{other.correction.id}' at {other.place}: keep one of the two"
                faults.append(Fault(each.place, f"correction '{one.id}' {problem}"))
                break
        others.append(each)
    return faults


def apply_corrections(
    rows: pd.DataFrame, corrections: Sequence[Declared], *, whole: bool
) -> tuple[pd.DataFrame, tuple[str, ...], list[Fault]]:
    """The rows (as text) with what was declared put right, the ids of the corrections applied, and what went wrong.

    `whole` says that `rows` are all the tables of data/figures: then every correction of a table must find its
    row. Otherwise they are one return or fetch, and a correction whose row is not among them does not apply.
    The rows given are left as they are.
    """
    wanted = [each for each in corrections if (each.correction.came_as is BatchKind.TABLE) is whole]
    if not wanted:
        return rows, (), []
    lookup = _rows_of(rows, wanted)
    cells: dict[str, list[tuple[int, str]]] = {}
    transforms: dict[int, str] = {}
    applied: list[str] = []
    faults: list[Fault] = []
    for each in wanted:
        one = each.correction
        at = [row for row in lookup.get(one.key, []) if one.published in ("", str(rows["published"].iat[row]))]
        if len(at) != 1:
            if at or whole:
                faults.append(Fault(each.place, f"correction '{one.id}' {_astray(one, len(at))}"))
            continue
        (row,) = at
        held = str(rows[one.column].iat[row])
        if held != one.supplied:
            place = place_of(rows, row)
            faults.append(Fault(place, _no_longer(each, held)))
            continue
        cells.setdefault(one.column, []).append((row, one.corrected))
        before = transforms.get(row, str(rows["transform"].iat[row]) if "transform" in rows.columns else "")
        note = f"correction {one.id}: {one.supplied or 'blank'} to {one.corrected or 'blank'}"
        transforms[row] = f"{before}; {note}" if before else note
        applied.append(one.id)
    if not applied:
        return rows, (), faults
    cells["transform"] = list(transforms.items())
    changed = rows.copy() if "transform" in rows.columns else rows.assign(transform="")
    for column, values in cells.items():
        changed[column] = _with(changed[column], values)
    return changed, tuple(applied), faults


def _rows_of(rows: pd.DataFrame, wanted: list[Declared]) -> dict[tuple[str, ...], list[int]]:
    """Where the rows stand that have a corrected key. Few do, so only those of its measures are looked at."""
    keys = {each.correction.key for each in wanted}
    near = rows["measure"].isin({key[0] for key in keys}) & rows["period"].isin({key[3] for key in keys})
    found: dict[tuple[str, ...], list[int]] = {}
    positions = near.to_numpy().nonzero()[0].tolist()
    for row, key in zip(positions, rows.loc[near.to_numpy(), KEY].itertuples(index=False, name=None), strict=True):
        if key in keys:
            found.setdefault(key, []).append(row)
    return found


def _with(column: "pd.Series[Any]", values: list[tuple[int, str]]) -> "pd.Series[Any]":
    copy = column.copy()
    copy.iloc[[row for row, _ in values]] = [value for _, value in values]
    return copy


def _astray(one: Correction, found: int) -> str:
    """Why a correction does not find its one row."""
    figure = f"{one.measure}, {one.area} ({one.vintage}), {one.period}" + (
        f", {one.dimension} {one.group}" if one.dimension else ""
    )
    if found:
        return f"fits {found} rows of {figure}: say with 'published:' which of them is meant"
    which = f" published {one.published}" if one.published else ""
    return (
        f"finds no row of {figure}{which} in data/figures: mend its key or remove it; "
        "where a service sent the figure, say 'came_as: return'"
    )


def _no_longer(each: Declared, held: str) -> str:
    one = each.correction
    now = f"{one.column} was '{one.supplied}' when it was corrected, and the supplier now gives {held or 'a blank'}"
    if held == one.corrected:
        return f"{now}: remove correction {one.id} from {each.place}"
    return f"{now}: remove correction {one.id} from {each.place}, or decide again and declare what it holds now"
