"""Published figures: the only thing that exhibits and pages may read."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TypeVar

from pmif.disclosure.figure import COLUMNS, Figure
from pmif.disclosure.reports import report_date, resolve_report
from pmif.errors import RunError
from pmif.framework import DEPRIVATION, Bearing, Framework, Measure, Outcome, Source, Unit, load_reporting
from pmif.geography import Areas, load_areas
from pmif.hub import BatchKind, built_folder, read_as_written
from pmif.indicators import Finding, Gap, unflatten
from pmif.period import Period

Key = TypeVar("Key")


@dataclass(frozen=True)
class PublishedBatch:
    """Figures that came together: a table of ours, a service's return, or what a publisher's service gave."""

    batch: str
    shown_as: str  # its name on a page
    kind: BatchKind
    file: str  # our name for the file, which says nothing of what its sender called it
    sha256: str  # blank where it is not told
    role: str  # title of who brought it, blank where nobody did
    received: date | None
    taken: int
    refused: int
    licence: str
    address: str


@dataclass(frozen=True)
class Published:
    """Everything one report may show. `rows` are the published figures as they are written, one a row."""

    framework: Framework
    areas: Areas
    report: Period
    rows: tuple[Mapping[str, str], ...]
    findings: dict[str, Finding]
    gaps: tuple[Gap, ...]
    batches: tuple[PublishedBatch, ...] = ()
    confirmations: tuple[Mapping[str, str], ...] = ()

    @property
    def report_date(self) -> date:
        return report_date(self.framework.reporting, self.report)

    @property
    def council(self) -> str:
        return self.framework.reporting.council

    @property
    def made_up(self) -> bool:
        return self.framework.reporting.made_up

    @property
    def deprivation(self) -> "PublishedMeasure | None":
        """The measure that orders wards from the most to the least deprived: the one tagged `deprivation`."""
        tagged = next((m for m in self.framework.measures if DEPRIVATION in m.tags), None)
        return self.measure(tagged.id) if tagged else None

    def has_shapes(self, vintage: str) -> bool:
        """Whether wards of this vintage can be drawn on a map."""
        return vintage in self.framework.reporting.ward_shapes

    @cached_property
    def _rows_of(self) -> dict[str, list[Mapping[str, str]]]:
        rows_of: dict[str, list[Mapping[str, str]]] = {}
        for row in self.rows:
            rows_of.setdefault(row["measure"], []).append(row)
        return rows_of

    def figures_of(self, measure_id: str) -> tuple[Figure, ...]:
        """Every figure of a measure, oldest first; made only when a page asks for it, since few ask for all."""
        made = map(Figure.read, self._rows_of.get(measure_id, ()))
        return tuple(sorted(made, key=lambda figure: figure.period.sort_key))

    @cached_property
    def _opened(self) -> dict[str, "PublishedMeasure"]:
        """Measures already asked for: a page asks for each many times."""
        return {}

    def measure(self, measure_id: str) -> "PublishedMeasure":
        """One measure with its figures.

        Errors: RunError naming the nearest ids where there is no such measure.
        """
        if measure_id not in self.findings:
            from difflib import get_close_matches  # only needed when something is wrong

            near = get_close_matches(measure_id, list(self.findings), n=3) or list(self.findings)[:5]
            raise RunError(f"there is no measure '{measure_id}': did you mean {', '.join(near)}?")
        if measure_id not in self._opened:
            self._opened[measure_id] = PublishedMeasure(
                published=self,
                measure=self.framework.measure(measure_id),
                finding=self.findings[measure_id],
                gaps=tuple(g for g in self.gaps if g.measure == measure_id),
            )
        return self._opened[measure_id]

    def measures_of(self, outcome_id: str) -> tuple["PublishedMeasure", ...]:
        return tuple(self.measure(m.id) for m in self.framework.measures_of(outcome_id))

    @property
    def all_measures(self) -> tuple["PublishedMeasure", ...]:
        return tuple(self.measure(m.id) for m in self.framework.measures)

    def parts_of(self, page_id: str) -> tuple[Outcome, ...]:
        """The outcomes of an objective's page, or the four areas of the scorecard's; none of any other page."""
        return self.framework.parts.get(page_id, ())

    def evidence(self, outcome_id: str) -> tuple["PublishedMeasure", ...]:
        """The measures that count as evidence for an outcome."""
        return tuple(pm for pm in self.measures_of(outcome_id) if pm.measure.bearing is Bearing.EVIDENCE)

    def counted(self, page_id: str) -> tuple["PublishedMeasure", ...]:
        """The measures that a summary of a page counts: its outcomes' evidence."""
        return tuple(pm for outcome in self.parts_of(page_id) for pm in self.evidence(outcome.id))

    @cached_property
    def everything(self) -> tuple["PublishedMeasure", ...]:
        """The measures that a summary of the whole report counts: evidence for any outcome or scorecard area."""
        return tuple(pm for page_id in self.framework.parts for pm in self.counted(page_id))

    @cached_property
    def addresses(self) -> dict[str, str]:
        """Where the row of every measure with a page stands."""
        return {
            m.id: f"{page_id}.html#m-{m.id}"
            for page_id, parts in self.framework.parts.items()
            for part in parts
            for m in self.framework.measures_of(part.id)
        }


@dataclass(frozen=True, eq=False)  # one object a measure
class PublishedMeasure:
    """One measure as a report may show it."""

    published: Published
    measure: Measure
    finding: Finding
    gaps: tuple[Gap, ...]

    @cached_property
    def figures(self) -> tuple[Figure, ...]:
        """All of them, oldest first; a withheld one has NaN."""
        return self.published.figures_of(self.id)

    @cached_property
    def by_series(self) -> dict[tuple[str, str, str], tuple[Figure, ...]]:
        """Its figures by area, dimension and group, oldest first."""
        return _parted(self.figures, lambda figure: figure.series)

    @property
    def id(self) -> str:
        return self.measure.id

    @property
    def council(self) -> str:
        return self.published.council

    @property
    def unit(self) -> Unit:
        return self.published.framework.unit(self.measure)

    @property
    def source(self) -> Source:
        return self.published.framework.source(self.measure.source)

    @property
    def newest_period(self) -> Period | None:
        return self.finding.period

    def series(self, kind: str = "borough") -> tuple[Figure, ...]:
        """Everyone's figures of one kind of area, oldest first."""
        return self._by_kind.get(kind, ())

    @cached_property
    def _by_kind(self) -> dict[str, tuple[Figure, ...]]:
        return _parted((f for f in self.figures if not f.dimension), lambda figure: figure.kind)

    @cached_property
    def wards(self) -> tuple[Figure, ...]:
        """The newest period's figure of every ward, by name; empty where none has any."""
        every = self.series("ward")
        if not every:
            return ()
        newest = every[-1]
        now = (f for f in every if (f.period, f.vintage) == (newest.period, newest.vintage))
        return tuple(sorted(now, key=lambda figure: figure.name))

    @property
    def can_be_mapped(self) -> bool:
        """Whether its newest ward figures are of wards whose shapes are held."""
        return bool(self.wards) and all(self.published.has_shapes(f.vintage) for f in self.wards)

    def by_group(self, dimension: str) -> tuple[Figure, ...]:
        """The borough's newest figures by the groups of a dimension; empty where there are none."""
        every = [f for f in self.figures if f.kind == "borough" and f.dimension == dimension]
        return tuple(f for f in every if f.period == every[-1].period)


def _parted(figures: Iterable[Figure], by: Callable[[Figure], Key]) -> dict[Key, tuple[Figure, ...]]:
    parts: dict[Key, list[Figure]] = {}
    for figure in figures:
        parts.setdefault(by(figure), []).append(figure)
    return {key: tuple(held) for key, held in parts.items()}


def open_published(root: Path | str, period: str = "current") -> Published:
    """Open what `pmif build` published for a report period ("current": the one in reporting.yml).

    Errors: RunError where it has not been built; PeriodError for a period without a report.
    """
    root = Path(root)
    report = resolve_report(load_reporting(root), period)
    folder = built_folder(root, report.id)
    if not (folder / "framework.json").exists():
        raise RunError(f"nothing has been published for {report.id}: run 'pmif build {report.id}' first")
    try:
        findings = [Finding.model_validate(unflatten(row)) for row in read_as_written(folder, "published-findings")]
        gaps = [Gap.model_validate(unflatten(row)) for row in read_as_written(folder, "published-gaps")]
        framework = Framework.model_validate_json((folder / "framework.json").read_bytes())
        batches = tuple(_batch(row) for row in read_as_written(folder, "published-batches"))
        confirmations = tuple(read_as_written(folder, "published-confirmations"))
        rows = tuple(read_as_written(folder, "published-figures"))
        if rows and set(rows[0]) != set(COLUMNS):
            raise KeyError("other columns than ours")
    except (ValueError, KeyError, FileNotFoundError):
        raise RunError(
            f"what was published for {report.id} was made by another version of this program: "
            f"run 'pmif build {report.id}' again"
        ) from None
    return Published(
        framework=framework,
        areas=load_areas(root),
        report=report,
        rows=rows,
        findings={f.measure: f for f in findings},
        gaps=tuple(gaps),
        batches=batches,
        confirmations=confirmations,
    )


def _batch(row: dict[str, str]) -> PublishedBatch:
    return PublishedBatch(
        batch=row["batch"],
        shown_as=row["shown_as"],
        kind=BatchKind(row["kind"]),
        file=row["file"],
        sha256=row["sha256"],
        role=row["role"],
        received=date.fromisoformat(row["received"]) if row["received"] else None,
        taken=int(row["taken"]),
        refused=int(row["refused"]),
        licence=row["licence"],
        address=row["address"],
    )
