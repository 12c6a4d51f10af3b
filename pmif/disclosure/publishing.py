"""Make the published figures of one report: read, estimate, pass the gate, then compare.

Findings and gaps are worked out from the figures that passed the gate and from nothing else, so
no sentence, direction or rank can lead back to a withheld count.
"""

from pathlib import Path

import pandas as pd

from pmif.disclosure.figure import COLUMNS
from pmif.disclosure.reports import report_date, resolve_report
from pmif.disclosure.suppress import suppress, without_bands
from pmif.framework import TO_CONFIRM, Framework, load_framework
from pmif.geography import AreaKind, Areas, load_areas
from pmif.hub import BatchKind, Receipt, StandingTable, built_folder, replace_folder, write_table, writing
from pmif.hub.columns import KEY
from pmif.indicators import Gap, column_names, flatten
from pmif.indicators.estimate import estimate
from pmif.indicators.inequality import find_gaps
from pmif.indicators.trend import find
from pmif.intake import read_tables, screen_tables
from pmif.intake.screening.oddity import PARTS, WARDS
from pmif.methods import METHODS

GAP_COLUMNS = column_names(Gap)  # a report may have no gap, and its table has its columns all the same

BATCH_COLUMNS = [
    "batch", "shown_as", "kind", "file", "sha256", "role", "received", "taken", "refused", "licence", "address",
]  # fmt: skip
CONFIRMATION_COLUMNS = ["batch", *KEY, "oddity", "role", "reason"]

OVER_BANDS = "worked out from the figures of every age band, the first of which is named"


def check(root: Path) -> tuple[Framework, Areas, list[StandingTable]]:
    """Read and check everything a report rests on: the framework, the places and the tables of figures.

    Errors: FrameworkError, GeographyError or IntakeError with every fault found, and every odd figure of a table
    that nobody has confirmed.
    """
    framework, areas, tables = _read(root)
    screen_tables(root, tables, framework, areas)
    return framework, areas, tables


def _read(root: Path) -> tuple[Framework, Areas, list[StandingTable]]:
    """The same before the tables are screened."""
    framework = load_framework(root, METHODS)
    areas = load_areas(root)
    for vintage in framework.reporting.ward_shapes:
        areas.shapes(vintage)
    return framework, areas, read_tables(root, framework, areas)


def publish(root: Path, period: str) -> Path:
    """Build the tables of one report in data/built/<period>/ and return that folder.

    The hub is brought up to date first, with every table and batch that is kept in plain files; the report then
    rests on what was known on the day it closed.
    `period` is a report period's id, or "current". The folder is replaced as a whole or not at all.
    Errors: PeriodError for a period no report exists for; else those of `check`.
    """
    framework, areas, tables = _read(root)
    report = resolve_report(framework.reporting, period)
    closed, closed_before = (report_date(framework.reporting, p) for p in (report, report.previous))

    with writing(root, f"pmif build {report.id}") as hub:
        hub.sync(root, tables, provided=lambda: screen_tables(root, tables, framework, areas))
        observations = hub.known_at(closed, [m.id for m in framework.measures])
        receipts = hub.receipts()
    # A figure that came again otherwise is a revised one, whether its supplier says so or not.
    observations["mark"] = observations["mark"].mask(observations.pop("revises") & (observations["mark"] == ""), "r")
    indicators = _with_places(estimate(observations, framework, areas), areas)
    figures = suppress(without_bands(indicators, framework), framework)[list(COLUMNS)]
    figures["transform"] = _transforms(figures, framework)
    receipts = [r for r in receipts if r.batch in set(figures["batch"])]
    with replace_folder(built_folder(root, report.id)) as folder:
        write_table(folder, "observations", observations)
        write_table(folder, "indicators", indicators)
        write_table(folder, "published-figures", figures)
        write_table(folder, "published-batches", _batches(receipts, figures, framework))
        write_table(folder, "published-confirmations", _confirmations(receipts, figures, framework))
        findings = find(figures, framework, closed, closed_before)
        write_table(folder, "published-findings", pd.DataFrame([flatten(f) for f in findings]))
        gaps = find_gaps(figures, framework, areas)
        write_table(folder, "published-gaps", pd.DataFrame([flatten(g) for g in gaps], columns=GAP_COLUMNS))
        (folder / "framework.json").write_text(framework.model_dump_json(indent=1), encoding="utf-8", newline="\n")
    return built_folder(root, report.id)


def _with_places(indicators: pd.DataFrame, areas: Areas) -> pd.DataFrame:
    found = {(a.code, a.vintage): a for a in areas.all}
    places = [found[key] for key in zip(indicators["area"], indicators["vintage"], strict=True)]
    return indicators.assign(kind=[str(p.kind) for p in places], area_name=[p.short for p in places])


# --- where figures came from ------------------------------------------------------------------------


def _transforms(figures: pd.DataFrame, framework: Framework) -> "pd.Series[str]":
    """What was done to each figure, without what would tell a withheld one.

    The words may quote the cell: "12.3% read as 12.3". So of a figure that is not shown nothing is told, nor of
    the age band that a figure over all bands leads back to.
    """
    told = figures["transform"].mask(figures["measure"].isin(_banded(framework)), OVER_BANDS)
    return told.mask(figures["status"] != "shown", "")


def _batches(receipts: list[Receipt], figures: pd.DataFrame, framework: Framework) -> pd.DataFrame:
    """The batches that a report rests on, with nothing of what their senders called them. `role` is a title."""
    telling = _telling_hashes(receipts, figures, framework)
    rows = [
        {
            "batch": receipt.batch,
            # A batch's name ends in a part of the hash.
            "shown_as": receipt.batch.rpartition("-")[0] if receipt.batch in telling else receipt.batch,
            "kind": receipt.kind.value,
            "file": receipt.file,
            "sha256": "" if receipt.batch in telling else receipt.sha256,
            "role": _role(receipt.role, framework),
            "received": receipt.received_on.isoformat() if receipt.received_on else "",
            "taken": receipt.taken,
            "refused": receipt.refused,
            "licence": receipt.licence,
            "address": next((part.address for part in receipt.parts if part.address), ""),
        }
        for receipt in receipts
    ]
    return pd.DataFrame(rows, columns=BATCH_COLUMNS)


def _telling_hashes(receipts: list[Receipt], figures: pd.DataFrame, framework: Framework) -> set[str]:
    """The batches whose hash would tell: of a small file whose other rows are known, it gives a count away by trying.

    They hold a withheld figure or an age band; or they are a return of which more was taken in than is shown.
    """
    hidden = (figures["status"] == "suppressed") | figures["measure"].isin(_banded(framework))
    shown = figures.loc[figures["status"] == "shown", "batch"].value_counts()
    returns = [r for r in receipts if r.kind is BatchKind.RETURN]
    return {*figures.loc[hidden, "batch"], *(r.batch for r in returns if shown.get(r.batch, 0) < r.taken)}


def _confirmations(receipts: list[Receipt], figures: pd.DataFrame, framework: Framework) -> pd.DataFrame:
    """The odd figures of this report that a role says are right: only those that are shown.

    A reason may quote a count, so it is told only of a measure of which nothing is withheld. Nor is it told of such
    a measure that its wards are alike, or what its groups add up to: that gives one away from the others.
    """
    shown = figures[figures["status"] == "shown"]
    silent = {*figures.loc[figures["status"] == "suppressed", "measure"], *_banded(framework)}
    rows = []
    for receipt in receipts:
        own = shown[shown["batch"] == receipt.batch]
        for confirmation in receipt.confirmations:
            wanted, of, oddity = _read_oddity(confirmation.oddity)
            found = own[(own[list(wanted)] == pd.Series(wanted)).all(axis=1)]
            together = of["area"] == WARDS or oddity == PARTS
            if found.empty or (together and wanted["measure"] in silent):
                continue
            told: dict[str, str] = {
                "batch": receipt.batch,
                **{column: str(found[column].iloc[0]) for column in KEY},
                **of,
                "oddity": oddity,
                "role": _role(confirmation.role, framework),
                "reason": "" if wanted["measure"] in silent else confirmation.reason,
            }
            rows.append(told)
    return pd.DataFrame(rows, columns=CONFIRMATION_COLUMNS)


def _read_oddity(name: str) -> tuple[dict[str, str], dict[str, str], str]:
    """A figure that an oddity is of, what it is of as it is told, and of what kind.

    sickness-days/E08000037/2026-27-q2/spike/sex=female is of one figure. Of all wards together the area is `wards`,
    and of a sum of groups the dimension stands alone: any of the wards is looked for then, or everyone.
    """
    measure, area, period, kind, tail = [*name.split("/"), "", "", "", ""][:5]
    dimension, _, group = tail.partition("=")
    figure = {"measure": measure, "period": period, "dimension": dimension if group else "", "group": group}
    figure |= {"kind": str(AreaKind.WARD)} if area == WARDS else {"area": area}
    return figure, {"area": area, "dimension": dimension, "group": group}, kind


def _banded(framework: Framework) -> list[str]:
    return [m.id for m in framework.measures if m.bands]


def _role(role: str, framework: Framework) -> str:
    """A role's title; blank where none is known, or the council has yet to confirm which."""
    return next((r.title for r in framework.roles if r.id == role and role != TO_CONFIRM), "")
