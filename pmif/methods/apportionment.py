"""Figures of small areas, moved to other areas: wards made from the small areas that lie in them.

Two ways. By best fit each small area goes whole to one ward, as official statistics do, so that sums agree with
theirs; a ward can be off by some percent. By apportionment a small area is shared out among wards as its people
are; the results are estimates, and not whole numbers. Numerators and denominators are moved each on their own,
and rates made afterwards: rates are never averaged.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pmif.errors import MethodError
from pmif.methods.about import About, Standing
from pmif.methods.estimate import Bools, Floats, Texts, counts, first_that_holds, refuse

Integers = NDArray[np.int_]

ROUNDING = 1e-6  # of a block's people: a larger part left out is a shortfall, and a larger excess a mistake

BEST_FIT_ABOUT = About(
    id="best-fit",
    title="Best fit of small areas to wards",
    tells="Each small area is counted whole in the one ward where most of its people live. "
    "Sums then agree with official statistics. A ward's figure can be off by some percent.",
    needs="Counts of small areas, and how many of their people live in each ward.",
    formula="count of a ward = Σ counts of the small areas that have their largest part in it",
    standing=Standing.ONS,
    source="Electoral wards: best fit approach (Local Health)",
    address="https://fingertips.phe.org.uk/profile/local-health/supporting-information/"
    "electoral%20wards%20-%20best%20fit%20approach",
)
APPORTIONMENT_ABOUT = About(
    id="apportionment",
    title="Apportionment by population",
    tells="A small area that lies in two wards is shared out between them, as its people are. "
    "The result is an estimate: it takes everyone in the small area to be alike.",
    needs="Counts and populations of small areas, and how many of their people live in each ward.",
    formula="count of a ward = Σ count of a small area × (its people in the ward ÷ all its people)\n"
    "Counts and populations are moved each on their own. Rates are made afterwards.",
    standing=Standing.CONVENTION,
    source="Population-weighted apportionment, as is usual where areas do not nest",
)


@dataclass(frozen=True)
class Lookup:
    """Which blocks (small areas) overlap which targets (wards), and with how many people: one row a pair.

    `vintage` says of which year the blocks are, and `target_vintage` of which year the targets: codes of other
    years can be the same and mean other places. A lookup by centroids has one row a block.
    """

    block: Sequence[str] | Texts
    target: Sequence[str] | Texts
    overlap: ArrayLike
    vintage: str
    target_vintage: str


@dataclass(frozen=True)
class Moved:
    """Figures of targets, in order of their codes, and everything that did not go as it should.

    `value` has one row a target, and a column for each column of the counts. `blocks` is how many blocks, or
    parts of blocks, went into each: 0 where no block fits best. `unmatched` are blocks with a count that the
    lookup does not know, so that their counts are in no target; `unused` are blocks of the lookup without a
    count given. `short` are blocks of which the lookup places only a part, and `shortfall` the part not placed.
    """

    target: Texts
    target_vintage: str
    value: Floats
    blocks: Integers
    reason: Texts
    unmatched: Texts
    unused: Texts
    short: Texts
    shortfall: Floats


def best_fit(count: ArrayLike, block: Sequence[str] | Texts, lookup: Lookup, *, vintage: str) -> Moved:
    """Move counts to targets, each block whole to the target with the largest part of its people.

    Of equal parts the first target in order of codes has the block.

    Shapes:  count (blocks,) or (blocks, columns) and block (blocks,); value (targets,) or (targets, columns).
    Units:   those of the counts.
    Missing: no figure for a target of which a block has no count, or of which no count is given.
    Errors:  MethodError if the counts are of blocks of another vintage than the lookup's, if a block is given
             twice, if shapes differ, or if a count or an overlap is negative.
    Source:  Electoral wards: best fit approach (Local Health); ONS small area population estimates.
    """
    figures, codes = _counts(count, block)
    pairs = _pairs(lookup, vintage)
    nowhere = np.bincount(pairs.block, pairs.overlap, pairs.codes.size) == 0
    _refuse_blocks(nowhere, pairs.codes, "have no people in any of their parts: say where each belongs")
    # By block, then from most people to least, then by target: each block's first row is its best.
    order = np.lexsort((pairs.target, -pairs.overlap, pairs.block))
    best = order[np.unique(pairs.block[order], return_index=True)[1]]
    chosen = replace(pairs, block=pairs.block[best], target=pairs.target[best], overlap=pairs.overlap[best])
    return _moved(figures, codes, chosen, np.ones(best.size), shortfall=np.zeros(codes.size), lookup=lookup)


def apportion(
    count: ArrayLike, block: Sequence[str] | Texts, population: ArrayLike, lookup: Lookup, *, vintage: str
) -> Moved:
    """Move counts to targets, each block shared out as its people are.

    Keep the decimals, and round where figures are shown. Intervals of such counts are approximate.

    Shapes:  count (blocks,) or (blocks, columns), block and population (blocks,); value (targets,) or
             (targets, columns).
    Units:   those of the counts.
    Missing: as for best_fit; also where a block has no population. A block of 0 people has nothing to share out
             unless its count is 0. What the lookup does not place of a block is in no target: see `shortfall`.
    Errors:  as for best_fit, and MethodError if the parts of a block have more people than the block.
    """
    figures, codes = _counts(count, block)
    (people,) = counts(population=population)
    if people.shape != codes.shape:
        raise MethodError(f"{people.size} populations for {codes.size} blocks: give one for each")
    pairs = _pairs(lookup, vintage)

    place = _places(codes, pairs.codes)
    whole = np.where(place < 0, np.nan, np.append(people, np.nan)[place])
    placed = np.bincount(pairs.block, pairs.overlap, pairs.codes.size)
    _refuse_blocks(
        placed > whole * (1 + ROUNDING),
        pairs.codes,
        "have more people in their parts than altogether: check that lookup and populations are of one year",
    )
    # weight = people of the block in the target / all its people. Where a block has none, it cannot be shared out,
    # which does not matter if there is nothing to share.
    whole_of_pair = whole[pairs.block]
    weight = np.divide(pairs.overlap, whole_of_pair, out=np.full(pairs.overlap.shape, np.nan), where=whole_of_pair > 0)
    nothing = np.append((_columns(figures) == 0).all(axis=1), False)[place[pairs.block]]
    weight = np.where(np.isnan(weight) & nothing, 0.0, weight)

    found = np.zeros(codes.size)
    found[place[place >= 0]] = placed[place >= 0]
    left = 1 - np.divide(found, people, out=np.ones(people.shape), where=people > 0)
    # A block that the lookup does not know at all is unmatched, rather than short.
    left = np.where(np.isin(codes, pairs.codes), left, 0.0)
    return _moved(figures, codes, pairs, weight, shortfall=left, lookup=lookup)


@dataclass(frozen=True)
class _Pairs:
    """A lookup's rows as positions in its codes, which are in order."""

    codes: Texts
    targets: Texts
    block: Integers
    target: Integers
    overlap: Floats


def _counts(count: ArrayLike, block: Sequence[str] | Texts) -> tuple[Floats, Texts]:
    (figures,) = counts(count=count)
    codes = np.asarray(block, dtype=str)
    if codes.ndim != 1 or figures.ndim not in (1, 2) or figures.shape[0] != codes.size:
        raise MethodError(f"counts of shape {figures.shape} for {codes.size} blocks: give one row for each block")
    unique, times = np.unique(codes, return_counts=True)
    _refuse_blocks(times > 1, unique, "are given twice: add their counts up first")
    return figures, codes


def _columns(figures: Floats) -> Floats:
    return figures[:, None] if figures.ndim == 1 else figures


def _pairs(lookup: Lookup, vintage: str) -> _Pairs:
    if vintage != lookup.vintage:
        raise MethodError(
            f"the counts are of {vintage} blocks and the lookup is of {lookup.vintage} ones: "
            "find the lookup of the counts' own vintage"
        )
    block, target = (np.asarray(codes, dtype=str) for codes in (lookup.block, lookup.target))
    (overlap,) = counts(overlap=lookup.overlap)
    if not block.shape == target.shape == overlap.shape or block.ndim != 1:
        raise MethodError(
            f"a lookup of {block.size} blocks, {target.size} targets and {overlap.size} overlaps: give rows"
        )
    refuse(np.isnan(overlap), "have no overlap", "leave a pair that does not overlap out of the lookup")
    codes, block_at = np.unique(block, return_inverse=True)
    targets, target_at = np.unique(target, return_inverse=True)
    _, first, times = np.unique(block_at * targets.size + target_at, return_index=True, return_counts=True)
    twice = first[times > 1]
    if twice.size:
        raise MethodError(
            f"{twice.size} pairs of block and target are in the lookup twice, first {block[twice[0]]} in "
            f"{target[twice[0]]}: add their overlaps up first"
        )
    return _Pairs(codes, targets, block_at, target_at, overlap)


def _places(codes: Texts, wanted: Texts) -> Integers:
    """Where each wanted code is among the codes; −1 where it is not."""
    if not codes.size:
        return np.full(wanted.shape, -1)
    order = np.argsort(codes)
    at = np.searchsorted(codes, wanted, sorter=order).clip(max=codes.size - 1)
    return np.where(codes[order[at]] == wanted, order[at], -1)


def _moved(figures: Floats, codes: Texts, pairs: _Pairs, weight: Floats, *, shortfall: Floats, lookup: Lookup) -> Moved:
    from scipy.sparse import coo_array

    place = _places(codes, pairs.codes)[pairs.block]
    overlaps = pairs.overlap > 0
    known, unknown = overlaps & (place >= 0), overlaps & (place < 0)
    size = pairs.targets.size
    part = known & (weight != 0)  # a missing weight takes part, and leaves its target without a figure
    share = coo_array((weight[part], (pairs.target[part], place[part])), shape=(size, codes.size)).tocsr()
    value = share @ _columns(figures)

    given, not_given, without_people = (
        np.bincount(pairs.target[rows], minlength=size) > 0 for rows in (known, unknown, part & np.isnan(weight))
    )
    reason = first_that_holds(
        value.shape,
        ((not_given & ~given)[:, None], "no count is given for its blocks"),
        (not_given[:, None], "no count is given for some of its blocks"),
        (without_people[:, None], "a block of it has no people to be shared out by"),
        (np.isnan(value), "a block of it has no count"),
    )
    value = np.where(reason == "", value, np.nan)
    if figures.ndim == 1:
        value, reason = value[:, 0], reason[:, 0]
    short = shortfall > ROUNDING
    return Moved(
        target=pairs.targets,
        target_vintage=lookup.target_vintage,
        value=value,
        blocks=np.bincount(pairs.target[part], minlength=size),
        reason=reason,
        unmatched=np.sort(codes[~np.isin(codes, pairs.codes)]),
        unused=pairs.codes[~np.isin(pairs.codes, codes)],
        short=codes[short],
        shortfall=shortfall[short],
    )


def _refuse_blocks(faulty: Bools, codes: Texts, problem: str) -> None:
    faults = codes[faulty]
    if faults.size:
        raise MethodError(f"{faults.size} of {codes.size} blocks {problem}, first {faults[0]}")
