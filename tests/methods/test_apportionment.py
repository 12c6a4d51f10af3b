import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pmif.errors import MethodError
from pmif.methods.apportionment import Lookup, apportion, best_fit
from tests.methods.reference import Case, cases, number

INPUTS, OUTPUTS = "reapportion_inputs.csv", "reapportion_outputs.csv"
OLD, NEW = "LSOA 2011", "ward 2023"


def lookup(rows, vintage=OLD):
    block, target, overlap = zip(*rows, strict=True)
    return Lookup(block, target, overlap, vintage, NEW)


def read(case: Case):
    rows = case.rows[INPUTS]
    blocks = {r["lsoa"]: (number(r["lsoa_count"]), number(r["lsoa_population"])) for r in rows}
    counts, people = zip(*blocks.values(), strict=True)
    return list(blocks), counts, people, lookup([(r["lsoa"], r["ward"], number(r["overlap_population"])) for r in rows])


@pytest.mark.parametrize("case", cases("apportionment", INPUTS, OUTPUTS))
def test_agrees_with_the_reference(case):
    blocks, counts, people, overlaps = read(case)
    both = np.column_stack([counts, people])

    shared = apportion(both, blocks, people, overlaps, vintage=OLD)
    fitted = best_fit(both, blocks, overlaps, vintage=OLD)

    assert shared.target.tolist() == fitted.target.tolist() == [row["ward"] for row in case.rows[OUTPUTS]]
    columns = ("apportioned_count", "apportioned_population", "best_fit_count", "best_fit_population")
    for name, ours in zip(columns, np.hstack([shared.value, fitted.value]).T, strict=True):
        assert ours == pytest.approx(case.column(OUTPUTS, name), rel=1e-9), name
    for found in (shared, fitted):
        assert found.reason.tolist() == [["", ""]] * len(found.target)
        assert found.unmatched.tolist() == found.unused.tolist() == found.short.tolist() == []
        assert found.target_vintage == NEW


# By hand: block A of 100 people lies whole in W1; B of 200 has 150 in W1 and 50 in W2.
ROWS = [("A", "W1", 100), ("B", "W1", 150), ("B", "W2", 50)]


def test_two_blocks_agree_with_arithmetic_by_hand():
    shared = apportion([10, 40], ["A", "B"], [100, 200], lookup(ROWS), vintage=OLD)
    fitted = best_fit([10, 40], ["A", "B"], lookup(ROWS), vintage=OLD)

    assert shared.value.tolist() == [10 + 40 * 150 / 200, 40 * 50 / 200]
    assert shared.blocks.tolist() == [2, 1]
    assert fitted.value.tolist() == [50, 0]
    assert fitted.blocks.tolist() == [2, 0]


def test_of_equal_parts_the_first_target_in_order_has_the_block():
    found = best_fit([7], ["A"], lookup([("A", "W2", 50), ("A", "W1", 50)]), vintage=OLD)

    assert found.target.tolist() == ["W1", "W2"]
    assert found.value.tolist() == [7, 0]


def test_a_lookup_by_centroids_has_one_row_a_block():
    found = best_fit([1, 2, 3], ["A", "B", "C"], lookup([("A", "W1", 1), ("B", "W2", 1), ("C", "W2", 1)]), vintage=OLD)

    assert found.value.tolist() == [1, 5]


@st.composite
def countries(draw):
    size = draw(st.integers(1, 12))
    parts = [
        draw(st.dictionaries(st.sampled_from(["W1", "W2", "W3", "W4"]), st.integers(1, 1000), min_size=1))
        for _ in range(size)
    ]
    rows = [(f"L{i:02}", target, overlap) for i, part in enumerate(parts) for target, overlap in part.items()]
    people = [sum(part.values()) for part in parts]
    counts = draw(st.lists(st.integers(0, 500), min_size=size, max_size=size))
    return [f"L{i:02}" for i in range(size)], counts, people, rows


@given(countries())
def test_nothing_is_lost_or_gained_on_the_way(country):
    blocks, counts, people, rows = country
    shared = apportion(counts, blocks, people, lookup(rows), vintage=OLD)
    fitted = best_fit(counts, blocks, lookup(rows), vintage=OLD)

    assert shared.value.sum() == pytest.approx(sum(counts))
    assert fitted.value.sum() == sum(counts)
    assert shared.short.tolist() == []


@given(countries(), st.randoms())
def test_figures_do_not_depend_on_the_order_of_rows_or_blocks(country, random):
    blocks, counts, people, rows = country
    order = list(range(len(blocks)))
    random.shuffle(order)
    mixed = random.sample(rows, len(rows))

    def turned(column):
        return [column[i] for i in order]

    here = apportion(counts, blocks, people, lookup(rows), vintage=OLD)
    there = apportion(turned(counts), turned(blocks), turned(people), lookup(mixed), vintage=OLD)
    assert there.value == pytest.approx(here.value, rel=1e-12)
    assert (
        best_fit(turned(counts), turned(blocks), lookup(mixed), vintage=OLD).value.tolist()
        == best_fit(counts, blocks, lookup(rows), vintage=OLD).value.tolist()
    )


@given(countries())
def test_where_blocks_nest_both_ways_agree(country):
    blocks, counts, people, rows = country
    nested = [(block, {b: t for b, t, _ in rows}[block], n) for block, n in zip(blocks, people, strict=True)]

    assert (
        apportion(counts, blocks, people, lookup(nested), vintage=OLD).value.tolist()
        == best_fit(counts, blocks, lookup(nested), vintage=OLD).value.tolist()
    )


def test_blocks_that_the_lookup_does_not_know_are_listed_and_in_no_target():
    for found in (
        apportion([10, 40, 5], ["A", "B", "Z"], [100, 200, 50], lookup(ROWS), vintage=OLD),
        best_fit([10, 40, 5], ["A", "B", "Z"], lookup(ROWS), vintage=OLD),
    ):
        assert found.unmatched.tolist() == ["Z"]
        assert found.value.sum() == 50
        assert found.short.tolist() == []


def test_a_target_without_all_its_counts_has_a_reason_and_the_blocks_are_listed():
    rows = [*ROWS, ("C", "W3", 10), ("D", "W4", 10)]

    found = apportion([40, np.nan], ["B", "D"], [200, 10], lookup(rows), vintage=OLD)

    assert found.reason.tolist() == [
        "no count is given for some of its blocks",
        "",
        "no count is given for its blocks",
        "a block of it has no count",
    ]
    assert np.isnan(found.value).tolist() == [True, False, True, True]
    assert found.unused.tolist() == ["A", "C"]
    fitted = best_fit([40, np.nan], ["B", "D"], lookup(rows), vintage=OLD)
    assert fitted.reason.tolist() == found.reason.tolist()


def test_a_missing_count_leaves_the_other_columns_alone():
    found = best_fit([[1, np.nan], [2, 20]], ["A", "B"], lookup(ROWS), vintage=OLD)

    assert found.reason.tolist() == [["", "a block of it has no count"], ["", ""]]
    assert found.value[:, 0].tolist() == [3, 0]


def test_what_a_lookup_does_not_place_of_a_block_is_a_shortfall():
    found = apportion([40, 10], ["B", "A"], [250, 100], lookup(ROWS), vintage=OLD)

    assert found.short.tolist() == ["B"]
    assert found.shortfall == pytest.approx(np.array([0.2]))
    assert found.value.sum() == pytest.approx(10 + 40 * 0.8)


def test_a_block_without_people_can_share_out_nothing_but_nought():
    rows = [*ROWS, ("E", "W2", 0), ("F", "W3", 10)]
    some = apportion([10, 40, 0, 6], ["A", "B", "E", "F"], [100, 200, 0, np.nan], lookup(rows), vintage=OLD)

    assert some.reason.tolist() == ["", "", "a block of it has no people to be shared out by"]
    assert some.value[:2].tolist() == [40, 10]
    empty = apportion([0], ["F"], [0], lookup([("F", "W3", 0)]), vintage=OLD)
    assert empty.value.tolist() == [0]
    assert empty.reason.tolist() == [""]


def test_pairs_without_overlap_change_nothing():
    rows = [*ROWS, ("A", "W2", 0), ("Z", "W1", 0)]

    found = apportion([10, 40], ["A", "B"], [100, 200], lookup(rows), vintage=OLD)

    assert found.value.tolist() == [40, 10]
    assert found.blocks.tolist() == [2, 1]


def test_a_single_column_stays_a_column():
    assert best_fit([[1], [2]], ["A", "B"], lookup(ROWS), vintage=OLD).value.tolist() == [[3], [0]]


def test_the_whole_country_is_moved_at_once():
    size = 35_000
    blocks = [f"E{i:08}" for i in range(size)]
    rows = [(block, f"W{i // 5:05}", 1000) for i, block in enumerate(blocks)]
    rows += [(block, f"W{i // 5 + 1:05}", 500) for i, block in enumerate(blocks)]
    counts = np.ones((size, 10))
    overlaps = lookup(rows)

    found = apportion(counts, blocks, np.full(size, 1500), overlaps, vintage=OLD)

    assert found.value.sum() == pytest.approx(size * 10)


REFUSED = [
    (
        lambda: best_fit([1], ["A"], lookup([("A", "W1", 1)]), vintage="LSOA 2021"),
        "the counts are of LSOA 2021 blocks and the lookup is of LSOA 2011 ones",
    ),
    (
        lambda: apportion([1], ["A"], [1], lookup([("A", "W1", 1)]), vintage="LSOA 2021"),
        "the counts are of LSOA 2021 blocks and the lookup is of LSOA 2011 ones",
    ),
    (lambda: best_fit([1, 1], ["A", "A"], lookup(ROWS), vintage=OLD), "1 of 1 blocks are given twice.*first A"),
    (lambda: best_fit([1, 1], ["A"], lookup(ROWS), vintage=OLD), "give one row for each block"),
    (lambda: best_fit([-1], ["A"], lookup(ROWS), vintage=OLD), "negative count"),
    (lambda: best_fit([1], ["A"], lookup([("A", "W1", -1)]), vintage=OLD), "negative count.*source of overlap"),
    (lambda: best_fit([1], ["A"], lookup([("A", "W1", np.nan)]), vintage=OLD), "have no overlap"),
    (lambda: best_fit([1], ["A"], lookup([("A", "W1", 1)] * 2), vintage=OLD), "twice, first A in W1"),
    (lambda: best_fit([1], ["A"], lookup([("A", "W1", 0)]), vintage=OLD), "1 of 1 blocks have no people in any"),
    (lambda: best_fit([1], ["A"], Lookup(["A"], ["W1", "W2"], [1], OLD, NEW), vintage=OLD), "1 blocks, 2 targets"),
    (lambda: apportion([1], ["B"], [199], lookup(ROWS), vintage=OLD), "more people in their parts.*first B"),
    (lambda: apportion([1], ["B"], [199, 1], lookup(ROWS), vintage=OLD), "2 populations for 1 blocks"),
    (lambda: apportion([1], ["B"], [-1], lookup(ROWS), vintage=OLD), "source of population"),
]


@pytest.mark.parametrize(("call", "words"), REFUSED)
def test_what_can_only_be_a_mistake_is_refused(call, words):
    with pytest.raises(MethodError, match=words):
        call()
