"""A figure that a service has sent before: as it was, it is nothing new; otherwise it is a revision, with its reason.

It is the same whether it comes on the sheet Corrections, in a form that was sent before, or in an older workbook
that repeats its earlier figures: a figure never changes without a word why.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from pmif.framework import Framework
from pmif.hub import BatchKind, Interpretation, Note, Receipt
from pmif.hub.columns import KEY
from pmif.hub.database import agree
from pmif.intake import form
from pmif.intake.asked import ReturnState, answer_of, in_words
from pmif.intake.returns import Beside
from pmif.intake.schema import RowFault, place_of, typed
from pmif.intake.workbook import place
from pmif.period import MONTHS

CORRECTED = "Corrected: "  # how the note of a reason begins


@dataclass(frozen=True)
class HeldAgainst:
    """What a file says that is not held already: `rows` as they were given, without those that say nothing new."""

    rows: pd.DataFrame
    notes: tuple[Note, ...]
    nothing_new: tuple[Interpretation, ...]
    faults: list[RowFault]


def hold_against(
    rows: pd.DataFrame,
    beside: Sequence[Beside],
    notes: Sequence[Note],
    held: pd.DataFrame,
    receipt_of: Callable[[str], Receipt],
    framework: Framework,
) -> HeldAgainst:
    """Hold the figures of a return (text) against those that earlier returns gave.

    `beside` is what stands beside each row, `notes` are those of the file, `held` is what the hub knows, and
    `receipt_of` gives the receipt of a batch. A reason is the one on the sheet Corrections, or else the row's note,
    unless that had come with the earlier figure. "Not available" may be followed by a figure without one.
    """
    table = typed(rows)
    before = table[KEY].merge(held, on=KEY, how="left")
    alike = agree(table, before)
    keep = np.ones(len(rows), dtype=np.bool_)
    said = list(notes)
    marks = rows["mark"].tolist()
    nothing_new: list[Interpretation] = []
    faults: list[RowFault] = []
    for at in np.flatnonzero(before["batch"].notna()).tolist():
        now, was = table.iloc[at], before.iloc[at]
        receipt = receipt_of(was["batch"])
        if receipt.kind is not BatchKind.RETURN:
            continue  # a table of data/figures is the council's own, and gives way to the service's word
        same = bool(alike.iat[at]) and answer_of(now) is answer_of(was)
        if same and (now["mark"] == "p") is (was["mark"] == "p"):
            keep[at] = False
            taken_as = f"nothing new: held since {was['known']}, from {was['batch']}"
            nothing_new.append(Interpretation(place=_where(now), found=_words(now, framework), taken_as=taken_as))
        elif same or answer_of(was) is ReturnState.NOT_AVAILABLE:
            continue
        elif reason := _reason(now, beside[at], receipt):
            marks[at] = "r"
            note = Note(measure=now["measure"], period=now["period"], text=reason)
            said = [n if n != note else n.model_copy(update={"text": f"{CORRECTED}{reason}"}) for n in said]
        else:
            problem = _without_reason(now, was, receipt, beside[at], framework)
            faults.append(RowFault(place_of(rows, at), problem, now["sheet"], now["cell"]))
    news = rows.assign(mark=marks)[keep].reset_index(drop=True)
    return HeldAgainst(news, tuple(said), tuple(nothing_new), faults)


def _reason(now: "pd.Series[Any]", beside: Beside, receipt: Receipt) -> str:
    """Why the figure changed, as far as the file says; a note that is only left from the first time says nothing."""
    of = (now["measure"], now["period"])
    earlier = {n.text.removeprefix(CORRECTED) for n in receipt.notes if (n.measure, n.period) == of}
    return beside.reason or (beside.note if beside.note not in earlier else "")


def _without_reason(
    now: "pd.Series[Any]", was: "pd.Series[Any]", receipt: Receipt, beside: Beside, framework: Framework
) -> str:
    day = receipt.received_on
    came = f" of {day.day} {MONTHS[day.month - 1]} {day.year}" if day else ""
    before = f"'{receipt.sent_as or receipt.file}'{came} said {_words(was, framework)}, and that is held"
    found = f"says {_words(now, framework)}, but {before}"
    if not beside.heading:
        to_do = f"send the change on the sheet '{form.CORRECTIONS}' of the form that `pmif template` makes"
    elif beside.note:
        to_do = f"say under '{beside.heading}' why it changed: what stands there now came with the earlier figure"
    else:
        to_do = f"say under '{beside.heading}' why it changed"
    return f"{found}. If the new figure is right, {to_do}. If it is not, clear the row"


def _words(row: "pd.Series[Any]", framework: Framework) -> str:
    measure = framework.measure(row["measure"])
    return in_words(row, measure, framework.unit(measure))


def _where(row: "pd.Series[Any]") -> str:
    return place(row["sheet"], row["cell"])
