import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pmif.errors import MethodError
from pmif.methods.smoothing import empirical_bayes, local_empirical_bayes
from pmif.methods.spatial import row_standardised
from tests.methods.reference import Case, cases, number

INPUTS, OUTPUTS, PRIORS = "empirical_bayes_inputs.csv", "empirical_bayes_outputs.csv", "empirical_bayes_priors.csv"
NEIGHBOURS = "spatial_neighbours.csv"
# The neighbours' file also holds those of the cases of Moran's I.
CASES = cases("smoothing", INPUTS, OUTPUTS, PRIORS, NEIGHBOURS, only=["EB003", "EB007"])
ALL_NOUGHT = ["EB007"]


def mapped(case: Case):
    """A case's counts, populations and weights."""
    pairs = [(int(r["area"]) - 1, int(r["neighbour"]) - 1) for r in case.rows[NEIGHBOURS] if r["neighbour"]]
    counts, people = case.column(INPUTS, "count"), case.column(INPUTS, "population")
    return counts, people, row_standardised(len(counts), pairs)


@pytest.mark.parametrize("case", CASES)
def test_agrees_with_the_reference(case):
    counts, people, weights = mapped(case)
    found, local = empirical_bayes(counts, people), local_empirical_bayes(counts, people, weights)

    prior = case.rows[PRIORS][0]
    assert found.prior_mean == pytest.approx(np.full(len(counts), number(prior["prior_mean"])), rel=1e-9)
    assert found.prior_variance == pytest.approx(np.full(len(counts), number(prior["prior_variance"])), rel=1e-9)
    assert found.reason.tolist() == local.reason.tolist() == [""] * len(counts)
    assert found.raw == pytest.approx(case.column(OUTPUTS, "raw_rate"), rel=1e-9)
    if case.id not in ALL_NOUGHT:
        assert found.value == pytest.approx(case.column(OUTPUTS, "global_eb"), rel=1e-9)
        assert local.value == pytest.approx(case.column(OUTPUTS, "local_eb"), rel=1e-9)


@pytest.mark.parametrize("case", cases("smoothing", INPUTS, OUTPUTS, NEIGHBOURS, only=ALL_NOUGHT))
def test_where_nothing_happened_rates_are_nought_where_the_reference_divides_nought_by_nought(case):
    counts, people, weights = mapped(case)

    assert np.isnan(case.column(OUTPUTS, "local_eb")).tolist() == [True] * len(counts)
    assert empirical_bayes(counts, people).value.tolist() == [0] * len(counts)
    assert local_empirical_bayes(counts, people, weights).value.tolist() == [0] * len(counts)


def test_three_areas_agree_with_arithmetic_by_hand():
    # Rates 0.1, 0.2 and 0.4 of 100, 200 and 100 people: m = 90/400 = 0.225.
    # s² = (100 × 0.125² + 200 × 0.025² + 100 × 0.175²)/400 = (1.5625 + 0.125 + 3.0625)/400 = 0.011875
    # A = 0.011875 − 0.225/(400/3) = 0.011875 − 0.0016875 = 0.0101875
    found = empirical_bayes([10, 40, 40], [100, 200, 100])

    a, m = 0.0101875, 0.225
    assert found.prior_variance == pytest.approx(np.full(3, a))
    assert found.value == pytest.approx(
        np.array([m - a / (a + 0.00225) * 0.125, m - a / (a + 0.001125) * 0.025, m + a / (a + 0.00225) * 0.175])
    )


def test_agrees_with_esda_where_rates_differ_by_more_than_chance():
    from esda.smoothing import Empirical_Bayes

    draw = np.random.default_rng(2)
    people = draw.integers(200, 5000, 40)
    counts = draw.poisson(people * draw.gamma(4, 0.01, 40))

    assert empirical_bayes(counts, people).prior_variance[0] > 0
    assert empirical_bayes(counts, people).value == pytest.approx(Empirical_Bayes(counts, people).r.ravel(), rel=1e-9)


areas = st.lists(st.tuples(st.integers(0, 500), st.integers(500, 10**5)), min_size=1, max_size=20)


def everywhere(n):
    """Every area a neighbour of every other."""
    return row_standardised(n, [(i, j) for i in range(n) for j in range(n) if i != j])


@given(areas)
def test_smoothing_draws_each_rate_towards_the_average_and_never_past_it(rows):
    found = empirical_bayes(*zip(*rows, strict=True))

    low, high = np.minimum(found.raw, found.prior_mean), np.maximum(found.raw, found.prior_mean)
    assert ((found.value >= low - 1e-15) & (found.value <= high + 1e-15)).tolist() == [True] * len(rows)


@given(areas)
def test_where_all_are_neighbours_smoothing_is_the_same_as_over_the_whole_map(rows):
    counts, people = zip(*rows, strict=True)

    assert local_empirical_bayes(counts, people, everywhere(len(rows))).value == pytest.approx(
        empirical_bayes(counts, people).value, rel=1e-9
    )


@given(areas)
def test_smoothed_rates_do_not_depend_on_the_order_of_areas(rows):
    there, back = empirical_bayes(*zip(*rows, strict=True)), empirical_bayes(*zip(*rows[::-1], strict=True))

    assert there.value == pytest.approx(back.value[::-1], rel=1e-9)


@given(st.lists(st.integers(0, 100), min_size=6, max_size=6), st.lists(st.integers(0, 100), min_size=6, max_size=6))
def test_each_series_is_smoothed_on_its_own(first, second):
    people = np.full((2, 6), 1000)
    pairs = [(i, i + 1) for i in range(5)] + [(i + 1, i) for i in range(5)]
    weights = row_standardised(6, pairs)

    both, local = empirical_bayes([first, second], people), local_empirical_bayes([first, second], people, weights)
    for row, counts in enumerate((first, second)):
        np.testing.assert_allclose(both.value[row], empirical_bayes(counts, people[row]).value, rtol=1e-12, atol=1e-15)
        alone = local_empirical_bayes(counts, people[row], weights).value
        np.testing.assert_allclose(local.value[row], alone, rtol=1e-12, atol=1e-15)


def test_a_large_area_keeps_its_rate_where_a_small_one_of_the_same_rate_does_not():
    found = empirical_bayes([8000, 8, 3000, 20], [100_000, 100, 100_000, 1000])

    assert found.raw[0] == found.raw[1]
    moved = found.raw - found.value
    assert 0 < moved[0] < moved[1] / 10


def test_an_island_keeps_its_rate():
    weights = row_standardised(3, [(0, 1), (1, 0)])

    found = local_empirical_bayes([10, 40, 5], [100, 200, 1000], weights)

    assert found.value[2] == pytest.approx(0.005)
    assert found.prior_variance[2] == 0


def test_an_area_without_a_count_or_people_takes_no_part_and_has_a_reason():
    counts, people = [10, np.nan, 40, 3, 40], [100, 100, 200, 0, 100]
    found = empirical_bayes(counts, people)

    assert found.reason.tolist() == ["", "count missing", "", "nobody to count", ""]
    assert np.isnan(found.value).tolist() == [False, True, False, True, False]
    assert found.value[[0, 2, 4]] == pytest.approx(empirical_bayes([10, 40, 40], [100, 200, 100]).value)
    local = local_empirical_bayes(counts, people, everywhere(5))
    assert local.reason.tolist() == found.reason.tolist()
    assert local.value == pytest.approx(found.value, nan_ok=True)


REFUSED = [
    (lambda: empirical_bayes([1, -1], [5, 5]), "1 of 2 observations have a negative count, first 1"),
    (lambda: empirical_bayes([1, 1], [5, -5]), "source of population"),
    (lambda: empirical_bayes([1, 1], [5]), "shapes differ"),
    (lambda: empirical_bayes(1, 5), "areas lie along the last axis"),
    (lambda: local_empirical_bayes([1, 1], [5, 5], everywhere(3)), "2 counts for 3 areas"),
]


@pytest.mark.parametrize(("call", "words"), REFUSED)
def test_what_can_only_be_a_mistake_is_refused(call, words):
    with pytest.raises(MethodError, match=words):
        call()
