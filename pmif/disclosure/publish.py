"""Make the published figures of one report: read, estimate, pass the gate, then compare.

Findings and gaps are worked out from the figures that passed the gate and from nothing else, so
no sentence, direction or rank can lead back to a withheld count.
"""

from datetime import date, timedelta
from pathlib import Path

import pandas as pd

from pmif.disclosure.suppress import suppress, without_bands
from pmif.errors import PeriodError
from pmif.framework import Framework, Reporting, load_framework
from pmif.geography import Areas, load_areas
from pmif.hub import StandingTable, built_folder, replace_folder, write_table, writing
from pmif.indicators import Gap, column_names, estimate, find, find_gaps, flatten
from pmif.intake import read_tables
from pmif.methods import METHODS
from pmif.period import REPORT_KINDS, Period

FIGURE_COLUMNS = [
    "measure", "area", "vintage", "kind", "area_name", "period", "dimension", "group",
    "value", "lower", "upper", "interval", "numerator", "denominator",
    "status", "mark", "reason", "published", "published_basis", "source",
    "file", "sheet", "cell", "row", "transform", "batch", "known",
]  # fmt: skip

GAP_COLUMNS = column_names(Gap)  # a report may have no gap, and its table has its columns all the same


def check(root: Path) -> tuple[Framework, Areas, list[StandingTable]]:
    """Read and check everything a report rests on: the framework, the places and the tables of figures.

    Errors: FrameworkError, GeographyError or IntakeError with every fault found.
    """
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
    framework, areas, tables = check(root)
    report = resolve_report(framework.reporting, period)
    closed, closed_before = (report_date(framework.reporting, p) for p in (report, report.previous))

    with writing(root, f"pmif build {report.id}") as hub:
        hub.sync(root, tables)
        observations = hub.known_at(closed, [m.id for m in framework.measures])
    # A figure that came again otherwise is a revised one, whether its supplier says so or not.
    observations["mark"] = observations["mark"].mask(observations.pop("revises") & (observations["mark"] == ""), "r")
    indicators = _with_places(estimate(observations, framework, areas), areas)
    figures = suppress(without_bands(indicators, framework), framework)[FIGURE_COLUMNS]
    with replace_folder(built_folder(root, report.id)) as folder:
        write_table(folder, "observations", observations)
        write_table(folder, "indicators", indicators)
        write_table(folder, "published-figures", figures)
        findings = find(figures, framework, closed, closed_before)
        write_table(folder, "published-findings", pd.DataFrame([flatten(f) for f in findings]))
        gaps = find_gaps(figures, framework, areas)
        write_table(folder, "published-gaps", pd.DataFrame([flatten(g) for g in gaps], columns=GAP_COLUMNS))
        (folder / "framework.json").write_text(framework.model_dump_json(indent=1), encoding="utf-8", newline="\n")
    return built_folder(root, report.id)


def resolve_report(reporting: Reporting, period: str) -> Period:
    """The report period that `period` names; "current" is the one that reporting.yml names.

    Errors: PeriodError where no report exists for it, saying which do.
    """
    current, first = Period.parse(reporting.current), Period.parse(reporting.first)
    report = current if period == "current" else Period.parse(period)
    if report.kind not in REPORT_KINDS:
        raise PeriodError(
            f"'{period}' is a {report.kind}, but a report covers a quarter (2026-27-q2), six months or a year"
        )
    if not (first.start <= report.start and report.end <= current.end):
        raise PeriodError(
            f"there is no report for '{period}': reports run from {first.id} to {current.id}, "
            "the current period in data/framework/reporting.yml"
        )
    return report


def report_date(reporting: Reporting, report: Period) -> date:
    """The day on which a report's figures close: nothing published later is in it."""
    return report.end + timedelta(days=reporting.closes_after_days)


def _with_places(indicators: pd.DataFrame, areas: Areas) -> pd.DataFrame:
    found = {(a.code, a.vintage): a for a in areas.all}
    places = [found[key] for key in zip(indicators["area"], indicators["vintage"], strict=True)]
    return indicators.assign(kind=[str(p.kind) for p in places], area_name=[p.short for p in places])
