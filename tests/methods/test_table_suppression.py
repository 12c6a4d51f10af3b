from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pmif.errors import MethodError
from pmif.methods.table_suppression import fewest_further_cells, hospital_rounding
from tests.methods.reference import Case, cases

TABLES, ANSWERS = "suppression_tables.csv", "suppression_answers.csv"


@pytest.mark.parametrize("case", cases("rounding", "rounding_suppression.csv"))
def test_rounding_agrees_with_the_reference(case):
    rows = case.rows["rounding_suppression.csv"]
    assert rows
    for row in rows:
        written = hospital_rounding([int(row["count"])], national=row["geography"] == "national")
        assert written.tolist() == [row["published"]]


def table_of(case: Case):
    rows = case.rows[TABLES]
    table = np.zeros((max(int(r["row"]) for r in rows), max(int(r["column"]) for r in rows)))
    for row in rows:
        table[int(row["row"]) - 1, int(row["column"]) - 1] = int(row["count"])
    return table


@pytest.mark.parametrize("case", cases("table-suppression", TABLES, ANSWERS))
def test_further_cells_agree_with_the_reference(case):
    table, answer = table_of(case), case.rows[ANSWERS][0]

    found = fewest_further_cells(table)

    assert table.shape == (int(answer["rows"]), int(answer["columns"]))
    assert ((table >= 1) & (table <= 7)).sum() == int(answer["primary_suppressed"])
    assert (found.cells is not None) == (answer["feasible"] == "TRUE")
    assert found.count == int(answer["minimum_secondary_cells"])
    assert found.total == int(answer["minimum_secondary_total"])
    assert can_be_found(table, found.cells) == set()


def can_be_found(table, further, primary=None):
    """The small cells with one value only that fits the totals: those that no move along the withheld cells can change.

    Written on another idea than the method: the moves that keep all totals are the null space of the sums.
    """
    small = (table >= 1) & (table <= 7) if primary is None else primary
    cells = np.argwhere(small | further)
    sums = np.zeros((sum(table.shape), len(cells)))
    for place, (row, column) in enumerate(cells):
        sums[row, place] = sums[table.shape[0] + column, place] = 1
    if not len(cells):
        return set()
    _, size, turned = np.linalg.svd(sums)
    rank = (size > 1e-9).sum()
    moves = np.abs(turned[rank:]).sum(axis=0) > 1e-9
    return {tuple(cell.tolist()) for cell, moved in zip(cells, moves, strict=True) if small[tuple(cell)] and not moved}


def by_trying_everything(table):
    """The fewest cells, then their smallest total; None where no choice would do."""
    small = (table >= 1) & (table <= 7)
    spare = [tuple(cell) for cell in np.argwhere((table > 0) & ~small).tolist()]
    for size in range(len(spare) + 1):
        totals = []
        for chosen in combinations(spare, size):
            further = np.zeros(table.shape, dtype=bool)
            for cell in chosen:
                further[cell] = True
            if not can_be_found(table, further):
                totals.append(int(table[further].sum()))
        if totals:
            return size, min(totals)
    return None


cells = st.one_of(st.integers(0, 12), st.integers(8, 200), st.just(1_000_003))


@st.composite
def tables(draw, low, high):
    rows, columns = draw(st.integers(low, high)), draw(st.integers(low, high))
    return np.array(draw(st.lists(cells, min_size=rows * columns, max_size=rows * columns))).reshape(rows, columns)


@settings(max_examples=60, deadline=None)
@given(tables(1, 3))
def test_no_choice_is_smaller_than_the_one_found(table):
    found = fewest_further_cells(table)
    best = by_trying_everything(table)

    if best is None:
        assert found.cells is None
        assert found.reason == "no further cells would do: withhold totals, or merge rows or columns"
    else:
        assert (found.count, found.total) == best


@settings(max_examples=40, deadline=None)
@given(tables(2, 8))
def test_no_small_cell_can_be_found_and_no_nought_is_withheld(table):
    found = fewest_further_cells(table)

    small = (table >= 1) & (table <= 7)
    if found.cells is None:
        everything = (table > 0) & ~small
        marked = {tuple(cell) for cell in np.argwhere(found.recoverable).tolist()}
        assert marked == can_be_found(table, everything) != set()
        return
    assert can_be_found(table, found.cells) == set()
    assert not (found.cells & ((table == 0) | small)).any()
    # None of the cells is withheld for nothing.
    for cell in np.argwhere(found.cells):
        fewer = found.cells.copy()
        fewer[tuple(cell)] = False
        assert can_be_found(table, fewer) != set()


@settings(max_examples=30, deadline=None)
@given(tables(2, 6))
def test_a_table_turned_on_its_side_needs_as_many(table):
    here, there = fewest_further_cells(table), fewest_further_cells(table.T)

    assert (here.count, here.total, here.reason) == (there.count, there.total, there.reason)


@settings(max_examples=30, deadline=None)
@given(tables(2, 6))
def test_the_same_table_has_the_same_cells_each_time(table):
    here, there = fewest_further_cells(table), fewest_further_cells(table)

    assert (here.cells is None) == (there.cells is None)
    if here.cells is not None:
        assert here.cells.tolist() == there.cells.tolist()


def test_one_small_cell_needs_three_more_at_the_corners_of_a_rectangle():
    # Rectangles from the 3: 20 + 30 + 40 with the nearer corner, 20 + 90 + 95 with the farther.
    found = fewest_further_cells([[3, 20, 90], [30, 40, 95], [80, 85, 99]])

    assert found.cells.tolist() == [[False, True, False], [True, True, False], [False, False, False]]
    assert (found.count, found.total) == (3, 90)


def test_the_cells_withheld_may_be_named():
    primary = np.zeros((3, 3), dtype=bool)
    primary[2, 2] = True

    found = fewest_further_cells([[3, 20, 90], [30, 40, 95], [80, 85, 99]], primary)

    assert found.count == 3
    assert found.cells.any(axis=1)[2]
    assert fewest_further_cells([[3, 20], [30, 40]], np.zeros((2, 2))).count == 0


def test_a_hard_table_takes_no_more_than_a_moment():
    # Few small cells scattered over many rows leave a great many choices of equal number.
    draw = np.random.default_rng(0)
    table = draw.integers(8, 300, (12, 10))
    table[[0, 2, 4, 6, 8, 10, 11], [0, 1, 2, 3, 4, 5, 9]] = 3

    found = fewest_further_cells(table)

    assert found.count == 7
    assert can_be_found(table, found.cells) == set()


def test_where_no_choice_would_do_there_are_no_cells_to_publish_by():
    # The 3 stands alone in its column but for zeros.
    found = fewest_further_cells([[3, 20], [0, 40]])

    assert found.cells is None
    assert found.recoverable.tolist() == [[True, False], [False, False]]
    assert found.reason == "no further cells would do: withhold totals, or merge rows or columns"


def test_missing_counts_are_written_as_not_available():
    assert hospital_rounding([[np.nan, 0], [3, 23]]).tolist() == [["[x]", "0"], ["*", "25"]]
    assert hospital_rounding([np.nan, 3], national=True).tolist() == ["[x]", "3"]


@given(st.lists(st.integers(0, 10**9), min_size=1))
def test_rounded_counts_are_steps_of_five_within_two_of_the_count(numbers):
    for number, written in zip(numbers, hospital_rounding(numbers).tolist(), strict=True):
        if 1 <= number <= 7:
            assert written == "*"
        else:
            assert int(written) % 5 == 0
            assert abs(int(written) - number) <= 2


REFUSED = [
    (lambda: hospital_rounding([1, -1]), "1 of 2 observations have a negative count, first 1"),
    (lambda: hospital_rounding([1.5]), "1 of 1 observations are not whole"),
    (lambda: fewest_further_cells([1, 2]), "this has 1 axes"),
    (lambda: fewest_further_cells([[1, np.nan]]), r"of the table are missing, first \(0, 1\)"),
    (lambda: fewest_further_cells([[1, 2.5]]), "are not whole"),
    (lambda: fewest_further_cells([[1, -2]]), "negative count"),
    (lambda: fewest_further_cells([[1, 2]], [True, False]), r"primary has the shape \(2,\) and the table \(1, 2\)"),
]


@pytest.mark.parametrize(("call", "words"), REFUSED)
def test_what_can_only_be_a_mistake_is_refused(call, words):
    with pytest.raises(MethodError, match=words):
        call()
