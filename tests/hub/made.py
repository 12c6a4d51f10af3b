"""Made-up rows, tables and returns for the tests of the hub."""

import hashlib
from datetime import UTC, datetime

import pandas as pd

from pmif.hub import STORED, BatchKind, Receipt, StandingTable, write_batch

BOROUGH = {"area": "Z08000001", "vintage": "borough-made-up", "dimension": "", "group": ""}
NOON = datetime(2026, 10, 12, 12, 0, tzinfo=UTC)


def rows(*figures):
    """Rows of a table, from (measure, period, value, published)."""
    given = [
        {
            **BOROUGH, "measure": measure, "period": period, "value": value, "published": published,
            "status": "shown", "mark": "", "published_basis": "on", "source": "made-up", "file": "made-up.csv",
            "row": str(number), "sheet": "", "cell": "", "transform": "",
            **dict.fromkeys(("numerator", "denominator", "lower", "upper"), float("nan")),
        }
        for number, (measure, period, value, published) in enumerate(figures, start=2)
    ]  # fmt: skip
    return pd.DataFrame(given)[STORED]


def table(*figures, name="made-up"):
    content = rows(*figures)
    sha = hashlib.sha256(content.to_csv().encode()).hexdigest()
    return StandingTable(
        Receipt(batch=f"table-{name}-{sha[:8]}", kind=BatchKind.TABLE, file=f"{name}.csv", sha256=sha), content
    )


def brought(root, received, *figures, role="people"):
    """A return with these figures, kept in plain files."""
    content = rows(*figures)
    sha = hashlib.sha256(content.to_csv().encode()).hexdigest()
    receipt = Receipt(
        batch=f"{received.date()}-return-{sha[:8]}", kind=BatchKind.RETURN, file="return.csv", sha256=sha,
        received=received, role=role, taken=len(content),
    )  # fmt: skip
    return write_batch(root, receipt, content, {"original.csv": b"as it came"})


def told(frame):
    return list(zip(frame["measure"], frame["period"], frame["value"], strict=True))
