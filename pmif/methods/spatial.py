"""Do neighbouring areas fare alike? Moran's I for the whole map, and for each area with its neighbours.

Areas beside each other often share what makes people well or ill. Moran's I says whether values on a map
cluster more than chance would have it; the local figures say where. Neither says why.

An area without neighbours (an island) counts as an area, has nothing beside it to compare with, and takes no
part in the sums over neighbours; its local figure has a reason.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from math import nan
from typing import TYPE_CHECKING
from warnings import catch_warnings

import numpy as np
import scipy
from numpy.typing import ArrayLike

from pmif.errors import MethodError
from pmif.methods.about import About, Standing
from pmif.methods.estimate import Bools, Floats, Texts, first_that_holds, numbers

if TYPE_CHECKING:
    from libpysal.weights import W

FEWEST_AREAS = 4  # the variance divides by n − 3
FALSE_DISCOVERIES = 0.05  # of the areas called significant, the share that may be so by chance

MORAN_ABOUT = About(
    id="morans-i",
    title="Moran's I",
    tells="Moran's I says whether areas beside each other have more similar figures than chance would bring. "
    "Near 1, high areas lie beside high ones and low beside low. Near 0 there is no pattern. "
    "Below 0, high areas lie beside low ones. It does not say why.",
    needs="A figure for every area, and which areas are neighbours.",
    formula="I = (n ÷ Σw) × Σ w × z × (z of the neighbour) ÷ Σz²\n"
    "z is an area's figure less the average of all areas.\n"
    "w is 1 ÷ the number of an area's neighbours.\n"
    "I is tested against its average, −1 ÷ (n − 1), over all ways to deal the figures out to the areas.",
    standing=Standing.ACADEMIC,
    source="Moran (1950) Notes on continuous stochastic phenomena, Biometrika 37, 17-23",
)
LOCAL_MORAN_ABOUT = About(
    id="local-moran",
    title="Clusters of areas",
    tells="An area is part of a cluster where it and its neighbours are all high, or all low, beyond chance. "
    "As many areas are tested at once, the test is made stricter: "
    "of the areas called clusters, about one in twenty may be so by chance.",
    needs="A figure for every area, and which areas are neighbours.",
    formula="I of an area = z × (average z of its neighbours) ÷ (Σz² ÷ n)\n"
    "z is an area's figure less the average of all areas.\n"
    "Areas are called significant by the rule of Benjamini and Hochberg at 5%.",
    standing=Standing.ACADEMIC,
    source="Anselin (1995) Local indicators of spatial association, Geographical Analysis 27, 93-115",
)


@dataclass(frozen=True)
class Moran:
    """How far a map's values cluster, tested in two ways; NaN throughout where there is a reason.

    `variance`, `z` and `p` suppose that the figures could have been dealt out to the areas in any order; those
    `_normality` suppose that they were drawn from one normal distribution. p is two-sided.
    """

    i: float
    expected: float
    variance: float
    z: float
    p: float
    variance_normality: float
    z_normality: float
    p_normality: float
    reason: str


@dataclass(frozen=True)
class LocalMoran:
    """How far each area goes with its neighbours: arrays of one shape.

    `quadrant` names the area's own side of the average, then its neighbours': "high-low" is a high area among
    low ones. `significant` allows for the number of areas tested.
    """

    i: Floats
    expected: Floats
    variance: Floats
    z: Floats
    p: Floats
    quadrant: Texts
    significant: Bools
    reason: Texts


@dataclass(frozen=True)
class Geary:
    """Geary's C: below 1 where neighbours are alike, above 1 where they are not."""

    c: float
    reason: str


def row_standardised(n: int, pairs: Iterable[tuple[int, int]]) -> "W":
    """Weights of neighbours, so that those of one area add up to 1 and each counts the same.

    Shapes:  pairs of positions from 0 to n − 1, an area and its neighbour; give each pair both ways. A pair
             given twice counts once. Areas in no pair are islands.
    Errors:  MethodError if a position is outside 0 to n − 1, an area is its own neighbour, or an area
             is a neighbour of one that is not its neighbour.
    """
    from libpysal.weights import W

    # The shape is stated, for a map of islands has no pair to show it.
    ends = np.array(sorted({(int(area), int(neighbour)) for area, neighbour in pairs}), dtype=int).reshape(-1, 2)
    outside = ((ends < 0) | (ends >= n)).any(axis=1)
    itself = ends[:, 0] == ends[:, 1]
    codes = ends[:, 0] * n + ends[:, 1]
    one_way = ~np.isin(ends[:, 1] * n + ends[:, 0], codes) & ~outside
    for fault, problem in (
        (outside, f"name an area outside 0 to {n - 1}: count areas from 0"),
        (itself, "join an area to itself: leave them out"),
        (one_way, "are given one way only: give each pair both ways"),
    ):
        if fault.any():
            raise MethodError(
                f"{fault.sum()} of {len(ends)} pairs of neighbours {problem}, first {tuple(ends[fault][0].tolist())}"
            )
    starts = np.searchsorted(ends[:, 0], np.arange(n + 1))
    neighbours = {area: ends[starts[area] : starts[area + 1], 1].tolist() for area in range(n)}
    weights = W(neighbours, id_order=list(range(n)), silence_warnings=True)
    weights.transform = "r"
    return weights


def morans_i(value: ArrayLike, weights: "W") -> Moran:
    """Estimate how far values cluster on the map, and test it.

    Islands count among the n areas and in the average.

    Shapes:  value (n,), one map; weights from row_standardised(n, ...).
    Missing: no figure where a value is missing, all are equal, no area has a neighbour, or there are fewer
             than 4 areas.
    Errors:  MethodError if there is not one value for each area of the weights.
    Source:  Moran (1950), Biometrika 37, 17-23; calculated by esda.
    """
    y = _one_map(value, weights)
    reason = _no_figure(y, weights)
    if reason:
        return Moran(nan, nan, nan, nan, nan, nan, nan, nan, reason)
    from esda import Moran as Calculated

    found = Calculated(y, weights, permutations=0)
    return Moran(
        i=float(found.I),
        expected=float(found.EI),
        variance=float(found.VI_rand),
        z=float(found.z_rand),
        p=float(found.p_rand),
        variance_normality=float(found.VI_norm),
        z_normality=float(found.z_norm),
        p_normality=float(found.p_norm),
        reason="",
    )


def local_moran(value: ArrayLike, weights: "W", false_discoveries: float = FALSE_DISCOVERIES) -> LocalMoran:
    """Estimate how far each area goes with its neighbours, and test which do so beyond chance.

    Each area's figure stays where it is, and the others could have been dealt out in any order.

    Shapes:  value (n,), one map; each array of the result (n,).
    Missing: as for morans_i; also for an area without neighbours.
    Errors:  MethodError if there is not one value for each area of the weights.
    Source:  Anselin (1995), Geogr. Anal. 27, 93-115; moments of Sokal et al. (1998), Geogr. Anal. 30, 331-354,
             calculated by esda; Benjamini and Hochberg (1995), J. R. Stat. Soc. B 57, 289-300.
    """
    y = _one_map(value, weights)
    nowhere = _no_figure(y, weights)
    island = np.isin(np.arange(y.size), weights.islands)
    reason = first_that_holds(y.shape, (bool(nowhere), nowhere), (island, "no neighbours"))
    usable = reason == ""
    i, expected, variance, lag = (np.full(y.shape, np.nan) for _ in range(4))
    if not nowhere:
        from esda import Moran_Local

        with catch_warnings():  # esda changes for everyone what warnings are shown; this puts it back
            found = Moran_Local(y, weights, permutations=0)
        # esda divides I by Σz²/(n − 1); the definition, and esda's own moments of it, divide by Σz²/n.
        i = np.where(usable, found.Is * y.size / (y.size - 1), np.nan)
        expected, variance = np.where(usable, found.EIc, np.nan), np.where(usable, found.VIc, np.nan)
        lag = weights.sparse @ found.z
    # An area exactly at the average has an I that cannot vary, and 0.
    z = np.divide(i - expected, np.sqrt(variance), out=np.where(usable, 0.0, np.nan), where=variance > 0)
    p = np.asarray(2 * scipy.special.ndtr(-np.abs(z)))
    own = np.where(y > y.mean(), "high-", "low-")
    quadrant = np.where(usable, np.char.add(own, np.where(lag > 0, "high", "low")), "")
    return LocalMoran(i, expected, variance, z, p, quadrant, _discoveries(p, false_discoveries), reason)


def gearys_c(value: ArrayLike, weights: "W") -> Geary:
    """Estimate how unlike neighbours are, by the squares of their differences: 1 where there is no pattern.

    Shapes, Missing, Errors: as for morans_i.
    Source:  Geary (1954), Incorp. Statist. 5, 115-145; calculated by esda.
    """
    y = _one_map(value, weights)
    reason = _no_figure(y, weights)
    if reason:
        return Geary(nan, reason)
    from esda import Geary as Calculated

    return Geary(float(Calculated(y, weights, permutations=0).C), "")


def _one_map(value: ArrayLike, weights: "W") -> Floats:
    (y,) = numbers(value=value)
    if y.shape != (weights.n,):
        raise MethodError(f"values of shape {y.shape} for {weights.n} areas: give one value for each area, in order")
    return y


def _no_figure(y: Floats, weights: "W") -> str:
    missing = int(np.isnan(y).sum())
    if missing:
        return "1 area has no value" if missing == 1 else f"{missing} areas have no value"
    if y.size < FEWEST_AREAS:
        return f"fewer than {FEWEST_AREAS} areas"
    if np.ptp(y) == 0:
        return "all areas are equal"
    if len(weights.islands) == y.size:
        return "no area has a neighbour"
    return ""


def _discoveries(p: Floats, share: float) -> Bools:
    """Benjamini and Hochberg: all tests up to the last, in order of p, that has p ≤ share × place ÷ tests."""
    tested = np.flatnonzero(~np.isnan(p))
    found = np.zeros(p.shape, dtype=bool)
    in_order = tested[np.argsort(p[tested], kind="stable")]
    passes = np.flatnonzero(p[in_order] <= share * np.arange(1, tested.size + 1) / max(tested.size, 1))
    if passes.size:
        found[in_order[: passes[-1] + 1]] = True
    return found
