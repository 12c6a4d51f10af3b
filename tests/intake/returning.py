"""A framework that asks for returns of every kind, and rows as the hub gives them back."""

from datetime import UTC, date, datetime
from pathlib import Path

import pandas as pd

from pmif.framework import Framework, Measure, load_framework
from pmif.geography import Areas, load_areas
from pmif.hub import BatchKind, Receipt, Refusal
from pmif.hub.columns import NUMBERS, STORED
from pmif.methods import METHODS
from pmif.period import Period

PROJECT = Path(__file__).resolve().parents[2]
BOROUGH = PROJECT / "tests/borough"
REPORT = Period.parse("2026-27-q2")
DAY = date(2026, 11, 24)


def read(root: Path) -> tuple[Framework, Areas]:
    return load_framework(root, METHODS), load_areas(root)


def asking_for(framework: Framework, measure: str, **changes: object) -> Framework:
    """The framework with one measure changed and asked for, and no other."""
    said = framework.measure(measure).model_dump() | {"source": "council-return-made-up"} | changes
    one = Measure.model_validate(said)
    others = [
        m.model_copy(update={"source": "figures-made-up"}) if m.source == "council-return-made-up" else m
        for m in framework.measures
    ]
    return framework.model_copy(update={"measures": tuple(one if m.id == measure else m for m in others)})


def row(measure: str, period: str, value: float | None = None, **cells: object) -> dict[str, object]:
    figure = dict.fromkeys(STORED, "") | dict.fromkeys(NUMBERS, None)
    return figure | {
        "measure": measure,
        "area": "Z99000001",
        "vintage": "borough-made-up",
        "period": period,
        "value": value,
        "status": "shown",
        "published": "2026-10-12",
        "published_basis": "on",
        "source": "council-return-made-up",
        "batch": "2026-10-12-return-1",
        **cells,
    }


def held(*rows: dict[str, object]) -> pd.DataFrame:
    table = pd.DataFrame(list(rows), columns=[*STORED, "batch"])
    texts = [c for c in table.columns if c not in NUMBERS]
    return table.astype(dict.fromkeys(NUMBERS, "float64") | dict.fromkeys(texts, "str"))


def receipt(role: str, day: int, *, taken: int = 0, report: str = REPORT.id) -> Receipt:
    """A file of November 2026 that was taken in, or refused as a whole."""
    refused = (
        () if taken else (Refusal(place="sheet 'Figures', cell L3", problem="is 120: no percentage is above 100"),)
    )
    return Receipt(
        batch=f"2026-11-{day:02d}-return-1",
        kind=BatchKind.RETURN,
        file="return.xlsx",
        sha256="0" * 64,
        received=datetime(2026, 11, day, 9, tzinfo=UTC),
        role=role,
        report=report,
        taken=taken,
        refused=len(refused),
        refusals=refused,
    )
