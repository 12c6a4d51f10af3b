"""Taking in what a publisher gave: the figures that are new or changed, with the replies byte for byte."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pmif.errors import Fault, IntakeError
from pmif.framework import load_framework
from pmif.geography import load_areas
from pmif.hub import BatchKind, Confirmation, Part, Receipt, write_batch, writing
from pmif.hub.columns import KEY
from pmif.hub.database import STATES, agree
from pmif.intake.corrections import apply_corrections, read_corrections
from pmif.intake.fetch import Http, fetch_source
from pmif.intake.schema import check_rows, typed
from pmif.intake.screening import screen, stray_confirmations, unconfirmed
from pmif.methods import METHODS


@dataclass(frozen=True)
class FetchTaken:
    """What came of a fetch: how many figures are as they were, and the receipt of those that are not, if any."""

    unchanged: int
    receipt: Receipt | None


def take_fetched(
    root: Path,
    source: str,
    http: Http,
    *,
    now: datetime,
    role: str = "",
    confirmed: Sequence[tuple[str, str]] = (),
) -> FetchTaken:
    """Fetch a source of data/fetch and take in what it says anew.

    A figure that comes again as it was is not kept twice: it stays known from the day it first came.

    Errors: FetchError where the publisher cannot be reached or answers amiss; IntakeError with every odd figure that
    is not confirmed; HubError as for a return. Nothing has then changed.
    """
    fetched = fetch_source(root, source, http, now)
    framework, areas = load_framework(root, METHODS), load_areas(root)
    with writing(root, f"pmif fetch {source}") as hub:
        hub.sync(root)
        rows, corrected, faults = apply_corrections(fetched.rows, read_corrections(root, framework), whole=False)
        faults += check_rows(rows, framework, areas)
        if faults:
            raise IntakeError(f"What {source} gave was refused, and nothing has changed", faults)
        table = typed(rows)
        history = hub.last_known(now.date(), sorted(set(table["measure"])))
        known = table[KEY].merge(history[[*KEY, *STATES]], on=KEY, how="left")
        news = table[~agree(table, known)].reset_index(drop=True)  # a figure that was not known has no status there
        if news.empty:
            return FetchTaken(len(table), None)
        odd = screen(news, history, framework, areas)
        said = tuple(Confirmation(oddity=name, role=role, reason=reason) for name, reason in confirmed)
        open_still = [Fault(o.place, f"please check: {o.asked}") for o in unconfirmed(odd, said)]
        stray = stray_confirmations(odd, said, [f"--confirm {one.oddity}" for one in said])
        if open_still or stray:
            raise IntakeError(f"What {source} gave was not taken in, and nothing has changed", [*open_still, *stray])
        parts = [
            Part(name=name, sha256=sha256, size=len(body), address=address, fetched=fetched_at)
            for name, body, address, fetched_at, sha256 in fetched.raw
        ]
        mark = hashlib.sha256("\n".join(p.sha256 for p in parts).encode()).hexdigest()
        receipt = Receipt(
            batch=f"{now.date().isoformat()}-fetch-{source}-{mark[:8]}",
            kind=BatchKind.FETCH,
            file=f"data/fetch/{source}.yml",
            sha256=mark,
            parts=tuple(parts),
            received=now,
            role=role,
            layout=f"the adapter '{fetched.plan.adapter}'",
            licence=fetched.licence,
            taken=len(news),
            confirmations=said,
            corrections=corrected,
        )
        kept = write_batch(root, receipt, news, {name: body for name, body, *_ in fetched.raw})
        hub.sync(root)
    return FetchTaken(len(table) - len(news), kept)
