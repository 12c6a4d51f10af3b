"""Read data/framework and data/sources into one Framework, reporting every mistake together.

Policy staff edit these files, so a fault names file, line and entry, what was found there and
what would be right. Nothing is guessed and no unknown key is passed over.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel

from pmif.declared import Reader
from pmif.errors import Fault, FrameworkError
from pmif.framework.check import OBJECTIVES, cross_check
from pmif.framework.model import (
    Committee,
    Dimension,
    DisclosureRule,
    Framework,
    Intervention,
    Judgement,
    Measure,
    Objective,
    Reporting,
    Role,
    Scorecard,
    Source,
    Unit,
)

M = TypeVar("M", bound=BaseModel)


def load_framework(root: Path, methods: Iterable[str]) -> Framework:
    """Read and cross-check the framework below `root`.

    `methods` are the methods that exist; a measure may name no other.
    Errors: FrameworkError with every fault found in every file.
    """
    reader = Reader(root)
    objectives: list[Objective] = []
    measures: list[Measure] = []
    for name in OBJECTIVES:
        page = reader.read(f"data/framework/{name}.yml", ("objective", "measures"))
        objectives += reader.models(page, "objective", Objective)
        measures += reader.models(page, "measures", Measure)
    page = reader.read("data/framework/scorecard.yml", ("scorecard", "measures"))
    scorecards = reader.models(page, "scorecard", Scorecard)
    measures += reader.models(page, "measures", Measure)
    page = reader.read("data/framework/context.yml", ("measures",))
    measures += reader.models(page, "measures", Measure)

    def listed(name: str, model: type[M], key: str | None = None) -> list[M]:
        key = key or name
        return reader.models(reader.read(f"data/framework/{name}.yml", (key,)), key, model)

    interventions = listed("interventions", Intervention)
    units = listed("units", Unit)
    dimensions = listed("dimensions", Dimension)
    roles = listed("roles", Role)
    committees = listed("committees", Committee)
    judgements = listed("judgements", Judgement)
    rules = listed("disclosure", DisclosureRule, "rules")
    reporting = reader.models(reader.read("data/framework/reporting.yml", None), None, Reporting)
    sources = [
        source
        for file in sorted((root / "data/sources").glob("*.yml"))
        for source in reader.models(reader.read(f"data/sources/{file.name}", None), None, Source)
    ]
    if not sources:
        reader.faults.append(Fault("data/sources", "no source card was found: write one file a source"))
    _refuse(reader.faults)

    framework = Framework(
        objectives=tuple(objectives),
        scorecard=scorecards[0],
        interventions=tuple(interventions),
        measures=tuple(measures),
        units=tuple(units),
        dimensions=tuple(dimensions),
        roles=tuple(roles),
        committees=tuple(committees),
        judgements=tuple(judgements),
        disclosure_rules=tuple(rules),
        sources=tuple(sources),
        reporting=reporting[0],
    )
    reader.faults += reader.duplicates()
    reader.faults += cross_check(framework, methods, reader.place)
    _refuse(reader.faults)
    return framework


def load_reporting(root: Path) -> Reporting:
    """Read data/framework/reporting.yml alone: which report is current, and when its figures close.

    Errors: FrameworkError with every fault found in it.
    """
    reader = Reader(root)
    found = reader.models(reader.read("data/framework/reporting.yml", None), None, Reporting)
    _refuse(reader.faults)
    return found[0]


def _refuse(faults: list[Fault]) -> None:
    if faults:
        raise FrameworkError("The framework cannot be used as it stands", faults)
