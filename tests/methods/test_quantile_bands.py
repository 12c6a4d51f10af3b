import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pmif.errors import MethodError
from pmif.methods.quantile_bands import (
    equal_count_bands,
    percentile_bands,
    percentile_bounds,
    population_bands,
    weighted_score,
)
from tests.methods.reference import cases, number

NAN = float("nan")


@pytest.mark.parametrize("case", cases("quantile-bands", "quantiles.csv"))
def test_agrees_with_the_reference_software(case):
    rows = case.rows["quantiles.csv"]
    for group in {row["group"] for row in rows}:
        ours = [row for row in rows if row["group"] == group]
        made = equal_count_bands(
            [number(row["value"]) for row in ours],
            int(ours[0]["nquantiles"]),
            highest_first=ours[0]["invert"] == "TRUE",
        )

        assert made.band.tolist() == [int(row["quantile"] or 0) for row in ours]
        assert (made.reason == "").tolist() == [row["quantile"] != "" for row in ours]


@pytest.mark.parametrize("case", cases("population-bands", "population_quintiles.csv"))
def test_bands_of_population_agree_with_the_worked_cases(case):
    made = population_bands(
        case.column("population_quintiles.csv", "score"), case.column("population_quintiles.csv", "population")
    )

    assert made.band.tolist() == case.column("population_quintiles.csv", "population_quintile")


def test_eleven_areas_in_five_bands_by_hand():
    # N / k = 2.2; rank 1 to 11: 6 − ceil((12 − rank) / 2.2) = 1, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5.
    made = equal_count_bands(np.arange(11), 5)

    assert made.band.tolist() == [1, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5]
    assert made.reason.tolist() == [""] * 11


def test_band_1_is_the_most_deprived_when_the_highest_come_first():
    assert equal_count_bands([1, 2, 3, 4], 2, highest_first=True).band.tolist() == [2, 2, 1, 1]
    assert percentile_bands([1, 2, 3, 4], 2, highest_first=True).band.tolist() == [2, 2, 1, 1]


def test_equal_values_share_a_band_and_an_empty_band_is_named():
    made = equal_count_bands([7, 7, 7, 7, 9], 5)

    assert made.band.tolist() == [1, 1, 1, 1, 5]
    assert made.empty.tolist() == [False, True, True, True, False]


def test_bounds_lie_on_straight_lines_between_neighbours():
    values = [15, 20, 35, 40, 50]
    # Position 1 + 4 × 1/5 = 1.8 lies 0.8 of the way from 15 to 20; 2.6 from 20 to 35; and so on.
    assert percentile_bounds(values, 5) == pytest.approx([19, 29, 37, 42])
    assert percentile_bounds(values, 5) == pytest.approx(np.percentile(values, [20, 40, 60, 80]))
    assert percentile_bands(values, 5).band.tolist() == [1, 2, 3, 4, 5]


def test_a_value_on_a_bound_falls_in_the_lower_band():
    values = [1, 2, 3, 4, 5]
    assert percentile_bounds(values, 2).tolist() == [3]
    assert percentile_bands(values, 2).band.tolist() == [1, 1, 1, 2, 2]


def test_one_large_area_can_leave_a_band_empty():
    # Midpoints of the cumulated people, most deprived first: 10, 60, 110 of 120; times 2 / 120: 0.17, 1, 1.83.
    made = population_bands([30, 20, 10], [20, 80, 20], 2)
    assert made.band.tolist() == [1, 2, 2]
    # Midpoints 2.5, 45 and 92.5 of 100; times 5 / 100: 0.125, 2.25, 4.625.
    made = population_bands([30, 20, 10], [5, 80, 15], 5)
    assert made.band.tolist() == [1, 3, 5]
    assert made.empty.tolist() == [False, True, False, True, False]


def test_areas_of_one_score_are_banded_as_one():
    # The two areas of score 20 hold people 10 to 90 of 100: their middle, 50, is in the third fifth.
    assert population_bands([30, 20, 20, 10], [10, 70, 10, 10]).band.tolist() == [1, 3, 3, 5]
    assert population_bands([30, 20, 20, 10], [10, 70, 10, 10], highest_first=False).band.tolist() == [5, 3, 3, 1]


def test_a_larger_areas_score_is_the_mean_of_its_peoples_scores():
    # (1000 × 10 + 3000 × 50) / 4000 = 40; the second ward has one small area, and a place left over.
    made = weighted_score([[10, 50], [25, NAN]], [[1000, 3000], [1500, 0]])

    assert made.value.tolist() == [40, 25]
    assert made.reason.tolist() == ["", ""]


sets = st.lists(st.one_of(st.integers(-9, 9).map(float), st.floats(-1e6, 1e6), st.just(NAN)), min_size=1, max_size=60)
makers = st.sampled_from([equal_count_bands, percentile_bands])


@given(makers, sets, st.integers(2, 10), st.booleans())
def test_a_higher_value_never_has_a_lower_band(make, values, bands, highest_first):
    made = make(values, bands, highest_first=highest_first)
    values = np.array(values)
    told = made.band > 0
    order = np.argsort(-values[told] if highest_first else values[told])

    assert (np.diff(made.band[told][order]) >= 0).tolist() == [True] * max(0, told.sum() - 1)
    assert made.band.max(initial=0) <= bands
    assert (made.band == 0).tolist() == (made.reason != "").tolist()
    assert (~made.empty).sum() == len(set(made.band[told].tolist()))


@given(st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=60, unique=True), st.integers(2, 10))
def test_bands_of_different_values_differ_by_one_area_at_most(values, bands):
    made = equal_count_bands(values, bands)
    sizes = np.bincount(made.band, minlength=bands + 1)[1:]

    if len(values) >= bands:
        assert sizes.max() - sizes.min() <= 1
    else:
        assert sizes.tolist() == [0] * bands


@given(makers, sets, st.integers(2, 10), st.randoms())
def test_the_order_of_areas_does_not_matter(make, values, bands, random):
    order = random.sample(range(len(values)), len(values))
    values = np.array(values)

    assert make(values[order], bands).band.tolist() == make(values, bands).band[order].tolist()


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 10**6)), min_size=1, max_size=60), st.integers(2, 10))
def test_people_are_banded_in_order_and_wherever_the_middle_of_their_area_lies(rows, bands):
    score, people = (np.array(column) for column in zip(*rows, strict=True))
    made = population_bands(score, people, bands)
    if people.sum() == 0:
        assert made.reason.tolist() == ["nobody to count"] * len(rows)
        return
    before = np.array([people[score > s].sum() for s in score])
    with_own = np.array([people[score >= s].sum() for s in score])
    expected = np.minimum(bands * (before + with_own) // (2 * people.sum()) + 1, bands)

    assert made.band.tolist() == expected.tolist()


@given(makers, st.lists(st.tuples(*[st.one_of(st.floats(-9, 9), st.just(NAN))] * 3), min_size=2, max_size=20))
def test_a_set_does_not_depend_on_its_neighbours(make, rows):
    sets_of_areas = np.array(rows).T
    together = make(sets_of_areas, 2)

    assert together.band.tolist() == [make(one, 2).band.tolist() for one in sets_of_areas]
    assert together.empty.tolist() == [make(one, 2).empty.tolist() for one in sets_of_areas]


def test_bands_of_population_and_scores_are_made_row_by_row():
    score, people = [[3, 2, 1], [1, 2, NAN]], [[1, 1, 1], [5, 1, 1]]

    assert population_bands(score, people, 3).band.tolist() == [[1, 2, 3], [2, 1, 0]]
    assert float(weighted_score([1, 3], [1, 1]).value) == 2


def test_an_area_without_a_band_says_why():
    assert equal_count_bands([1, NAN, 2], 2).reason.tolist() == ["", "no value", ""]
    assert equal_count_bands([1, NAN], 2).reason.tolist() == ["fewer areas than bands", "no value"]
    assert percentile_bands([1, NAN], 2).reason.tolist() == ["fewer areas than bands", "no value"]
    assert percentile_bands([1, NAN], 2).band.tolist() == [0, 0]
    assert percentile_bands([NAN, NAN], 2).empty.tolist() == [True, True]
    made = population_bands([1, NAN, 2], [1, 1, NAN], 2)
    assert made.reason.tolist() == ["", "no score", "no population"]
    assert made.band.tolist() == [2, 0, 0]
    assert population_bands([1, 2], [0, 0]).reason.tolist() == ["nobody to count"] * 2


def test_a_larger_area_without_a_score_says_why():
    made = weighted_score([[1, NAN], [1, 2], [1, 2]], [[1, 1], [0, 0], [1, NAN]])

    assert made.reason.tolist() == [
        "a small area has no score", "nobody to count", "a small area has no population",
    ]  # fmt: skip
    assert np.isnan(made.value).tolist() == [True, True, True]


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: equal_count_bands([1, 2], 1), "1 bands: give at least two"),
        (lambda: percentile_bands([1, 2], 0), "0 bands: give at least two"),
        (lambda: equal_count_bands(1, 2), "found a single number or none"),
        (lambda: percentile_bands([], 2), "found a single number or none"),
        (lambda: population_bands([1, 2], [1, -1]), "1 of 2 observations have a negative population, first 1"),
        (lambda: population_bands([1, 2], [1, 1, 1]), "shapes do not match"),
        (lambda: weighted_score([1, 2], [1, -1]), "1 of 2 observations have a negative weight, first 1"),
        (lambda: weighted_score(1, 2), "found a single number"),
    ],
)
def test_what_can_only_be_a_mistake_is_refused(call, words):
    with pytest.raises(MethodError, match=words):
        call()
