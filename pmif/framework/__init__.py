"""What the council said it would achieve, and how it will know."""

from pmif.framework.check import outcome_ids
from pmif.framework.load import load_framework, load_reporting
from pmif.framework.model import (
    Appearance,
    Bearing,
    Committee,
    Dimension,
    DisclosureRule,
    Framework,
    Frequency,
    Intervention,
    Judgement,
    Measure,
    Objective,
    Outcome,
    Polarity,
    Reporting,
    Role,
    Scorecard,
    Source,
    Unit,
)

__all__ = [
    "Appearance",
    "Bearing",
    "Committee",
    "Dimension",
    "DisclosureRule",
    "Framework",
    "Frequency",
    "Intervention",
    "Judgement",
    "Measure",
    "Objective",
    "Outcome",
    "Polarity",
    "Reporting",
    "Role",
    "Scorecard",
    "Source",
    "Unit",
    "load_framework",
    "load_reporting",
    "outcome_ids",
]
