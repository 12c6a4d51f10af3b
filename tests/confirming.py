"""A made-up book whose figures a test has changed: whatever is odd in them is confirmed, so that it can be published."""

from pathlib import Path

import pandas as pd

from pmif.framework import load_framework
from pmif.geography import load_areas
from pmif.intake import read_tables
from pmif.intake.confirmed import CONFIRMED
from pmif.intake.screening import screen
from pmif.methods import METHODS


def confirm_odd(root: Path) -> None:
    """Write data/figures/confirmed.yml anew: what is odd in the tables as they stand, and nothing else."""
    framework, areas = load_framework(root, METHODS), load_areas(root)
    role = next(role.id for role in reversed(framework.roles))
    rows = pd.concat([table.rows for table in read_tables(root, framework, areas)], ignore_index=True)
    names = [oddity.name for oddity in screen(rows, rows.iloc[:0], framework, areas)]
    entries = [f"  - oddity: {name}\n    role: {role}\n    reason: Made up.\n" for name in names]
    (root / CONFIRMED).write_text(f"confirmations:{' []' * (not names)}\n{''.join(entries)}", encoding="utf-8")
