"""A few published measures made by hand, each to show one thing. The wards and their shapes are the book's own."""

import math
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from pmif.disclosure import Due, Finding, Gap, Published, PublishedMeasure, State
from pmif.disclosure.figure import COLUMNS
from pmif.framework import Framework, Measure, Objective, Outcome, Reporting, Role, Scorecard, Source, Unit
from pmif.framework.model import Dimension, Group, Judgement
from pmif.geography import load_areas
from pmif.period import Period

ROOT = Path(__file__).parents[2]
HOSTILE = '<script>alert("x")</script> & <b>bold</b>'
AREAS = {
    "borough": ("E08000037", "lad-2013", "Gateshead"),
    "region": ("E12000001", "region-2009", "North East"),
    "country": ("E92000001", "country-2009", "England"),
    "neighbours": ("neighbours-childrens-2025", "neighbours-2025", "Neighbours"),
}
UNITS = (
    Unit(id="percent", multiplier=100, suffix="%", short="%", difference="percentage points", lowest=0, highest=100),
    Unit(id="per-10000", multiplier=10_000, words="per 10,000", short="per 10,000", difference="per 10,000", lowest=0),
    Unit(
        id="millions", prefix="£", suffix="million", shown_in=1_000_000, short="£ million", difference="million pounds"
    ),
    Unit(id="score", short="score", difference="points", lowest=0),
)
SOURCE = Source(
    id="publisher", publisher="Department for Examples", dataset="Example statistics", licence="ogl-3",
    address="https://example.org/a?b=1&c=2", received=date(2026, 4, 8),
)  # fmt: skip
WARD_SHAPES = "ward-2004"


@dataclass
class Book:
    """Collects measures, then publishes them as the gate would have."""

    measures: list[Measure] = field(default_factory=list)
    rows: list[dict[str, Any]] = field(default_factory=list)
    findings: dict[str, Finding] = field(default_factory=dict)
    gaps: list[Gap] = field(default_factory=list)
    judgements: list[Judgement] = field(default_factory=list)

    def measure(self, measure_id: str, **changed: Any) -> "Entry":
        held = {
            "id": measure_id, "title": measure_id.replace("-", " ").capitalize(), "outcome": "ready",
            "definition": "What is counted", "unit": "percent", "decimals": 1, "polarity": "higher-is-better",
            "method": "as-published", "frequency": "financial-year", "lag": "5 months", "owner": "to-confirm",
            "source": "publisher", "geographies": ("borough",), "disclosure": "none",
        }  # fmt: skip
        self.measures.append(Measure(**(held | changed)))
        self.findings[measure_id] = Finding(measure=measure_id, state=State.NO_FIGURE, due=Due.NEVER_RECEIVED)
        return Entry(self, measure_id)

    def publish(self) -> Published:
        return Published(
            framework=Framework(
                objectives=(
                    Objective(
                        id="po1", number=1, title="First objective", short="First",
                        outcomes=(Outcome(id="ready", title="Children are ready", short="Ready"),),
                    ),
                ),
                scorecard=Scorecard(
                    id="scorecard", title="Scorecard", description="Health of the council",
                    areas=(
                        Outcome(id="employees", title="Employees", short="Employees"),
                        Outcome(id="external-assessment", title="External assessment", short="External"),
                    ),
                ),
                dimensions=(
                    Dimension(
                        id="free-school-meals", title="Free school meals",
                        groups=(Group(id="eligible", title="Eligible"), Group(id="others", title="Other pupils")),
                    ),
                    Dimension(
                        id="deprivation-fifth", title="Deprivation fifth", ordered=True,
                        groups=tuple(
                            Group(id=name, title=f"{name.capitalize()} fifth")
                            for name in ("poorest", "second", "third", "fourth", "richest")
                        ),
                    ),
                ),
                interventions=(), measures=tuple(self.measures), units=UNITS,
                roles=(Role(id="to-confirm", title="To be confirmed by the council", source="x"),),
                committees=(), judgements=tuple(self.judgements), disclosure_rules=(), sources=(SOURCE,),
                reporting=Reporting(
                    current="2026-27-q2", first="2025-26-q4", closes_after_days=40, council="Gateshead",
                    contact="The performance team", wards_note="Wards as before May 2026", ward_shapes=("ward-2004",),
                ),
            ),
            areas=load_areas(ROOT),
            report=Period.parse("2026-27-q2"),
            rows=tuple(map(_as_written, self.rows)),
            findings=self.findings,
            gaps=tuple(self.gaps),
        )  # fmt: skip

    def one(self, measure_id: str) -> PublishedMeasure:
        return self.publish().measure(measure_id)


def _as_written(row: dict[str, Any]) -> dict[str, str]:
    """A row as `pmif build` would have written it: a number that is not there is blank, and so is all else."""
    texts = {key: "" if isinstance(value, float) and math.isnan(value) else str(value) for key, value in row.items()}
    return dict.fromkeys(COLUMNS, "") | texts


@dataclass
class Entry:
    """One measure in the making."""

    book: Book
    id: str

    def series(
        self,
        kind: str,
        figures: dict[str, Any],
        *,
        dimension: str = "",
        group: str = "",
        mark: str = "",
        denominator: float = math.nan,
    ) -> "Entry":
        """A value, or (value, lower, upper), by period; a text is a status instead of a figure."""
        code, vintage, name = AREAS[kind]
        for period, figure in figures.items():
            self._row(code, vintage, kind, name, period, figure, dimension, group, mark, (math.nan, denominator))
        return self

    def wards(
        self,
        period: str,
        values: list[Any],
        *,
        mark: str = "",
        counts: list[tuple[float, float]] | None = None,
        **more: Any,
    ) -> "Entry":
        """A figure for each of the wards, in the order of their codes; `counts` are numerators and denominators."""
        wards = sorted(load_areas(ROOT).wards(WARD_SHAPES), key=lambda ward: ward.code)
        of = counts or [(math.nan, math.nan)] * len(wards)
        for ward, figure, count in zip(wards, values, of, strict=True):
            self._row(ward.code, ward.vintage, "ward", ward.name, period, figure, "", "", mark, count)
        shown = [
            (v[0] if isinstance(v, tuple) else v, w.name)
            for w, v in zip(wards, values, strict=True)
            if not isinstance(v, str)
        ]
        (low, low_name), (high, high_name) = min(shown), max(shown)
        return self.gap(
            "ward", period, low_name, low, high_name, high, count=len(wards), shown=len(shown), estimated=mark == "e",
            **more,
        )  # fmt: skip

    def gap(
        self, dimension: str, period: str, lowest: str, low: float, highest: str, high: float, **more: Any
    ) -> "Entry":
        self.book.gaps.append(
            Gap(
                measure=self.id, dimension=dimension, period=Period.parse(period), highest=highest, highest_value=high,
                lowest=lowest, lowest_value=low, difference=high - low, ratio=high / low if low > 0 else None,
                **({"count": 2, "shown": 2} | more),
            )
        )  # fmt: skip
        return self

    def finding(self, state: State, due: Due = Due.NOT_DUE, **known: Any) -> "Entry":
        for key in ("period", "previous_period", "last_year_period", "expected_period"):
            if isinstance(known.get(key), str):
                known[key] = Period.parse(known[key])
        self.book.findings[self.id] = Finding(measure=self.id, state=state, due=due, **known)
        return self

    @property
    def published(self) -> PublishedMeasure:
        return self.book.one(self.id)

    def _row(
        self,
        code: str,
        vintage: str,
        kind: str,
        name: str,
        period: str,
        figure: Any,
        dimension: str,
        group: str,
        mark: str,
        counts: tuple[float, float] = (math.nan, math.nan),
    ) -> None:
        status = figure if isinstance(figure, str) else "shown"
        value, lower, upper = (
            (math.nan,) * 3
            if isinstance(figure, str)
            else figure
            if isinstance(figure, tuple)
            else (figure, math.nan, math.nan)
        )
        self.book.rows.append(
            {
                "measure": self.id, "area": code, "vintage": vintage, "kind": kind, "area_name": name, "period": period,
                "dimension": dimension, "group": group, "value": value, "lower": lower, "upper": upper,
                "interval": "" if math.isnan(lower) else "published",
                "numerator": math.nan if isinstance(figure, str) else counts[0],
                "denominator": math.nan if isinstance(figure, str) else counts[1],
                "status": status, "mark": mark, "source": "publisher",
            }
        )  # fmt: skip
