"""Counts made safe to publish: hospital counts rounded, and the cells of a table that small ones could be found from.

Withholding a small count is not enough where totals are published: it can be found by subtraction. In a table
with totals of rows and columns, further cells are withheld until no small one can be found exactly.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from pmif.errors import MethodError
from pmif.methods.about import About, Standing
from pmif.methods.estimate import Bools, Floats, Texts, counts, refuse

SMALLEST, LARGEST_SMALL = 1, 7  # the counts that the NHS rule withholds
STEP = 5
Cell = tuple[int, int]

WITHHELD, NOT_AVAILABLE = "*", "[x]"

HOSPITAL_ROUNDING_ABOUT = About(
    id="hospital-rounding",
    title="Rounding of hospital counts",
    tells="Counts of hospital patients below national level are rounded to the nearest 5, and 1 to 7 are not shown. "
    "So nobody can be recognised by a small number, or by subtracting one number from another.",
    needs="Whole counts.",
    formula="0 is shown as 0, 1 to 7 as *, and others to the nearest 5.\nNational counts are shown as they are.",
    standing=Standing.NHS,
    source="Disclosure control methodology for HES and ECDS from September 2018",
    address="https://digital.nhs.uk/data-and-information/data-tools-and-services/data-services/"
    "hospital-episode-statistics/change-to-disclosure-control-methodology-for-hes-and-ecds-from-september-2018",
)
FURTHER_CELLS_ABOUT = About(
    id="further-cells",
    title="Further cells withheld",
    tells="Where a small count is withheld and totals are shown, the count could be found by subtraction. "
    "So a few further cells are withheld, as few as will do, and of those the smallest.",
    needs="A whole table of counts, with totals of rows and columns.",
    formula="A withheld cell cannot be found exactly if a path leads from it, by turns along a row and along a column "
    "through withheld cells only, back to itself.",
    standing=Standing.CONVENTION,
    source="The rule of cycles in a table with totals both ways; for the duty to protect, "
    "Policy on protecting confidentiality in tables of birth and death statistics (ONS)",
    address="https://www.ons.gov.uk/methodology/methodologytopicsandstatisticalconcepts/disclosurecontrol/"
    "policyonprotectingconfidentialityintablesofbirthanddeathstatistics",
)


@dataclass(frozen=True)
class FurtherCells:
    """The further cells to withhold, or why no choice of them would do.

    `cells` is None where there is a `reason`: the table must not be published as it is. `recoverable` marks the
    small cells that could be found even if every other count were withheld.
    """

    cells: Bools | None
    count: int
    total: int
    recoverable: Bools
    reason: str


def hospital_rounding(count: ArrayLike, national: bool = False) -> Texts:
    """Write each count as the NHS publishes hospital counts: 0, * for 1 to 7, and others to the nearest 5.

    Shapes:  count of any shape; the result has it too.
    Missing: a missing count is written [x], the sign for a figure that is not available.
    Errors:  MethodError if a count is negative or not whole.
    Source:  Disclosure control methodology for HES and ECDS from September 2018 (NHS).
    """
    (figures,) = counts(count=count)
    _require_whole(figures)
    missing = np.isnan(figures)
    whole = np.where(missing, 0, figures).astype(np.int64)
    # A whole number is never halfway between two steps of 5.
    shown = whole if national else (whole + STEP // 2) // STEP * STEP
    written = shown.astype(str)
    if not national:
        written = np.where((whole >= SMALLEST) & (whole <= LARGEST_SMALL), WITHHELD, written)
    return np.where(missing, NOT_AVAILABLE, written)


def fewest_further_cells(table: ArrayLike, primary: ArrayLike | None = None) -> FurtherCells:
    """Find the fewest further cells to withhold, and of those the smallest, so that no small cell can be found.

    Totals of rows and columns are published. A withheld cell joins its row to its column; it can be found exactly
    if and only if this join is in no cycle of such joins. Then it alone joins two parts of the rows and columns,
    and any solution withholds another cell between the two. Such demands are collected, and the cheapest choice
    that meets them all is found by integer programming, until every small cell is in a cycle: no cheaper choice
    meets even the demands found so far, so this one is the best. Of equally good choices one is taken, always the
    same. A table of 8 by 8 takes a tenth of a second, and one of 30 by 20 some seconds at worst.

    Zeros are shown and cannot serve. Not looked at: linked tables, rates with a public denominator, and how
    narrowly a cell can be bounded.

    Shapes:  table (rows, columns), without its totals; primary likewise, the cells withheld in any case: counts
             of 1 to 7 unless given.
    Errors:  MethodError if the table has missing, negative or broken counts, or primary another shape.
    """
    (figures,) = counts(table=table)
    if figures.ndim != 2:
        raise MethodError(
            f"a table has rows and columns, and this has {figures.ndim} axes: give one table, without totals"
        )
    refuse(np.isnan(figures), "of the table are missing", "a table with totals needs every count")
    _require_whole(figures)
    small = (figures >= SMALLEST) & (figures <= LARGEST_SMALL) if primary is None else np.asarray(primary, dtype=bool)
    if small.shape != figures.shape:
        raise MethodError(f"primary has the shape {small.shape} and the table {figures.shape}: mark every cell")

    candidates = (figures > 0) & ~small
    recoverable = np.zeros(small.shape, dtype=bool)
    for cell, _ in _loose(small | candidates):
        recoverable[cell] = small[cell]
    if recoverable.any():
        reason = "no further cells would do: withhold totals, or merge rows or columns"
        return FurtherCells(None, 0, 0, recoverable, reason)
    cells = _cheapest(figures, small, candidates)
    return FurtherCells(cells, int(cells.sum()), int(figures[cells].sum()), recoverable, "")


def _cheapest(figures: Floats, small: Bools, candidates: Bools) -> Bools:
    """The fewest candidates that put every small cell in a cycle, and of those the ones of the smallest total."""
    from scipy.optimize import Bounds, LinearConstraint, milp

    rows, columns = small.shape
    demands: list[Floats] = []
    bounds: list[int] = []

    def demand(part: Bools, cell: Cell) -> None:
        """That a cell other than this one join the part to the rest: always if this is small, else if it is chosen."""
        between = candidates & (part[:rows, None] != part[None, rows:])
        needed = between.astype(float)
        needed[cell] = 0 if small[cell] else -1
        demands.append(needed[candidates])
        bounds.append(int(small[cell]))

    further = np.zeros(small.shape, dtype=bool)
    loose = _loose(small)
    if not loose:
        return further
    # A choice that is the best has no cell outside every cycle: it would serve nothing. So in a row or column without
    # small cells, never one alone is chosen. To demand this from the start spares looking at endless dead ends.
    joined = np.concatenate([small.any(axis=1), small.any(axis=0)])
    for at in np.flatnonzero(~joined):
        alone = np.arange(rows + columns) == at
        for row, column in np.argwhere(candidates & (alone[:rows, None] | alone[None, rows:])):
            demand(alone, (int(row), int(column)))
    # One cell more costs more than all counts together.
    cost = figures[candidates]
    cost = cost + cost.sum() + 1
    while any(small[cell] for cell, _ in loose):
        for cell, parts in loose:
            for part in parts:
                demand(part, cell)
        chosen = milp(
            cost,
            integrality=np.ones(cost.size, dtype=int),
            bounds=Bounds(0, 1),
            constraints=LinearConstraint(np.array(demands), lb=np.array(bounds)),
            options={"mip_rel_gap": 0},
        )
        if not chosen.success:  # all candidates together are a solution, so there always is a cheapest one
            raise RuntimeError(f"no choice of cells found: {chosen.message}")
        further[candidates] = chosen.x > 0.5
        loose = _loose(small | further)
    return further


def _loose(withheld: Bools) -> list[tuple[Cell, tuple[Bools, Bools]]]:
    """The withheld cells in no cycle, each with the two parts of the rows and columns that it alone joins."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    rows, columns = withheld.shape
    found = []
    joined = np.argwhere(withheld)
    for at, (row, column) in enumerate(joined):
        others = np.delete(joined, at, axis=0).T
        joins = coo_array((np.ones(others.shape[1]), (others[0], rows + others[1])), shape=(rows + columns,) * 2)
        part = connected_components(joins, directed=False)[1]
        ends = part[row], part[rows + column]
        if ends[0] != ends[1]:
            found.append(((int(row), int(column)), (part == ends[0], part == ends[1])))
    return found


def _require_whole(figures: Floats) -> None:
    refuse(~np.isnan(figures) & (figures != np.floor(figures)), "are not whole", "give counts before any sharing out")
