import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from pmif.errors import MethodError
from pmif.methods.rate import EXACT_BELOW, byar, crude_rate
from pmif.methods.standardised import (
    CLUSTERED_ABOUT,
    DIRECT_ABOUT,
    EUROPEAN_STANDARD_POPULATION_2013,
    INDIRECT_ABOUT,
    clustered_directly_standardised_rate,
    directly_standardised_rate,
    expected_events,
    indirectly_standardised_rate,
    indirectly_standardised_ratio,
)
from tests.methods.reference import cases, number

MISSING_TAKEN_FOR_ZERO = ("DS031", "IS003", "IS030")  # by the reference software, which we do not follow

DSR = "dsr_inputs.csv", "dsr_outputs.csv"
CLUSTERED = "dsr_nonindependent_inputs.csv", "dsr_nonindependent_outputs.csv"
ISR = "isr_inputs.csv", "isr_outputs.csv"


def complete(found):
    return [case for case in found if not case.id.endswith(MISSING_TAKEN_FOR_ZERO)]


def columns(case, file, *names, missing=math.nan):
    """Columns of a case's input, as one area's figures by age band."""
    return [np.nan_to_num(case.column(file, name), nan=missing) for name in names]


def limits(row):
    return [number(row[name]) for name in ("value", "lower", "upper")]


def agrees(estimate, row, multiplier):
    made = [float(part) * multiplier for part in (estimate.value, estimate.lower, estimate.upper)]
    assert made == pytest.approx(limits(row), rel=1e-9, abs=0, nan_ok=True)
    assert (str(estimate.reason) != "") == math.isnan(number(row["value"]))


@pytest.mark.parametrize("case", complete(cases("directly-standardised-rate", *DSR)))
def test_direct_rates_agree_with_the_reference_software(case):
    count, population, standard = columns(case, DSR[0], "count", "pop", "stdpop")
    for row in case.rows[DSR[1]]:
        if row["status"] == "error":
            with pytest.raises(MethodError, match="no standard population"):
                directly_standardised_rate(count, population, standard, number(row["confidence"]))
            continue
        estimate = directly_standardised_rate(count, population, standard, number(row["confidence"]))
        agrees(estimate, row, number(row["multiplier"]))
        assert [count.sum(), population.sum()] == [number(row["total_count"]), number(row["total_pop"])]
        assert (estimate.reason == "fewer than 10 events") == ("NA for total count < 10" in row["statistic"])


@pytest.mark.parametrize("case", cases("directly-standardised-rate", *DSR, only=["DS031"]))
def test_a_missing_count_leaves_no_direct_rate_where_the_reference_software_takes_it_for_zero(case):
    count, population, standard = columns(case, DSR[0], "count", "pop", "stdpop")
    estimate = directly_standardised_rate(count, population, standard)
    assert np.isnan([estimate.value, estimate.lower, estimate.upper]).tolist() == [True, True, True]
    assert estimate.reason == "count missing"

    for row in case.rows[DSR[1]]:
        agrees(
            directly_standardised_rate(np.nan_to_num(count), population, standard, number(row["confidence"])),
            row,
            number(row["multiplier"]),
        )


@pytest.mark.parametrize("case", cases("clustered-directly-standardised-rate", *CLUSTERED))
def test_rates_of_clustered_events_agree_with_the_reference_software(case):
    rows = case.rows[CLUSTERED[0]]
    bands = list(dict.fromkeys(row["ageband"] for row in rows))
    events_each = sorted({number(row["eventfreq"]) for row in rows})
    persons = np.full((len(bands), len(events_each)), np.nan)
    population, standard = np.full(len(bands), np.nan), np.full(len(bands), np.nan)
    for row in rows:
        band = bands.index(row["ageband"])
        persons[band, events_each.index(number(row["eventfreq"]))] = number(row["persons"])
        population[band], standard[band] = number(row["pop"]), number(row["stdpop"])

    for row in case.rows[CLUSTERED[1]]:
        estimate = clustered_directly_standardised_rate(
            persons, events_each, population, standard, number(row["confidence"])
        )
        agrees(estimate, row, number(row["multiplier"]))
        assert [(persons @ events_each).sum(), population.sum()] == [
            number(row["total_count"]),
            number(row["total_pop"]),
        ]


def agrees_indirectly(row, count, population, reference_count, reference_population):
    given = count, population, reference_count, reference_population, number(row["confidence"])
    method = {"ratio": indirectly_standardised_ratio, "rate": indirectly_standardised_rate}[row["measure"]]
    if row["status"] == "error":
        with pytest.raises(MethodError, match="negative count"):
            method(*given)
        return
    multiplier = number(row["refvalue_or_multiplier"])
    agrees(method(*given), row, multiplier)
    assert expected_events(population, reference_count, reference_population) == pytest.approx(
        number(row["expected"]), rel=1e-9
    )
    assert count.sum() == number(row["observed"])
    assert row["method"] == ("Exact" if count.sum() < EXACT_BELOW else "Byars")
    if row["ref_rate"]:  # the rate that a ratio of 1 stands for
        ratio = indirectly_standardised_ratio(*given)
        assert method(*given).value / ratio.value * multiplier == pytest.approx(number(row["ref_rate"]), rel=1e-9)


@pytest.mark.parametrize("case", complete(cases("indirectly-standardised-ratio", *ISR)))
def test_indirect_ratios_and_rates_agree_with_the_reference_software(case):
    for row in case.rows[ISR[1]]:
        agrees_indirectly(row, *columns(case, ISR[0], "count", "pop", "refcount", "refpop"))


@pytest.mark.parametrize("case", cases("indirectly-standardised-ratio", *ISR, only=["IS003", "IS030"]))
def test_missing_figures_leave_no_indirect_ratio_where_the_reference_software_takes_them_for_zero(case):
    names = "count", "pop", "refcount", "refpop"
    with pytest.raises(MethodError, match="no reference rate"):
        indirectly_standardised_ratio(*columns(case, ISR[0], *names))
    for row in case.rows[ISR[1]]:
        agrees_indirectly(row, *columns(case, ISR[0], *names, missing=0))


# Two age bands, worked by hand: 10 events in 1,000 young people, 40 in 500 old; of 1,000 in the standard 700 are young.
YOUNG_AND_OLD = [[10, 40]], [[1000, 500]], [700, 300]


def test_a_direct_rate_agrees_with_a_calculation_by_hand():
    # D = (700 × 0.010 + 300 × 0.080) ÷ 1,000 = 31 ÷ 1,000 = 0.031
    # Var = (10 × (700 ÷ 1,000)² + 40 × (300 ÷ 500)²) ÷ 1,000² = (4.9 + 14.4) ÷ 1,000,000; √(Var ÷ 50) = 0.000621289
    # Byar's limits of 50: 50 × (1 − 1 ÷ 450 − 1.959964 ÷ 21.213203)³ = 50 × 0.905384³ = 37.1081
    #                      51 × (1 − 1 ÷ 459 + 1.959964 ÷ 21.424285)³ = 51 × 1.089305³ = 65.9202
    # 0.031 − 12.8919 × 0.000621289 and 0.031 + 15.9202 × 0.000621289
    estimate = directly_standardised_rate(*YOUNG_AND_OLD)

    assert estimate.value == pytest.approx([0.031])
    assert estimate.lower == pytest.approx([0.0229904], abs=5e-8)
    assert estimate.upper == pytest.approx([0.0408910], abs=5e-8)


def test_an_indirect_ratio_agrees_with_a_calculation_by_hand():
    # E = 1,000 × 20 ÷ 4,000 + 500 × 60 ÷ 1,000 = 5 + 30 = 35; 50 ÷ 35 = 1.428571; 37.1081 ÷ 35 and 65.9202 ÷ 35
    # crude rate of the reference 80 ÷ 5,000 = 0.016
    count, population, _ = YOUNG_AND_OLD
    ratio = indirectly_standardised_ratio(count, population, [20, 60], [4000, 1000])
    rate = indirectly_standardised_rate(count, population, [20, 60], [4000, 1000])

    assert expected_events(population, [20, 60], [4000, 1000]) == pytest.approx([35])
    assert ratio.value == pytest.approx([50 / 35])
    assert ratio.lower == pytest.approx([37.1081 / 35], abs=2e-6)
    assert ratio.upper == pytest.approx([65.9202 / 35], abs=2e-6)
    assert rate.value == pytest.approx([50 / 35 * 0.016])
    assert rate.upper == pytest.approx(ratio.upper * 0.016)


def test_the_standard_population_is_the_european_one_of_2013():
    # Eurostat (2013), Revision of the European Standard Population: 100,000 people in all, 19 bands to 90 and over.
    assert len(EUROPEAN_STANDARD_POPULATION_2013) == 19
    assert sum(EUROPEAN_STANDARD_POPULATION_2013) == 100_000
    assert EUROPEAN_STANDARD_POPULATION_2013[-1] == 1000


bands = 4
events = arrays(float, (3, bands), elements=st.integers(5, 500).map(float))
people = arrays(float, (3, bands), elements=st.integers(500, 50_000).map(float))
weights = arrays(float, bands, elements=st.integers(1, 9000).map(float))


@given(events, people, weights)
def test_a_direct_rate_lies_between_its_limits_and_between_the_rates_of_the_bands(count, population, standard):
    estimate = directly_standardised_rate(count, population, standard)

    assert estimate.reason.tolist() == ["", "", ""]
    assert (estimate.lower < estimate.value).tolist() == [True] * 3
    assert (estimate.value < estimate.upper).tolist() == [True] * 3
    rates = count / population
    assert (estimate.value >= rates.min(axis=-1) * (1 - 1e-12)).tolist() == [True] * 3
    assert (estimate.value <= rates.max(axis=-1) * (1 + 1e-12)).tolist() == [True] * 3


@given(events, people)
def test_with_the_areas_own_ages_as_the_standard_a_direct_rate_is_the_crude_one(count, population):
    here = directly_standardised_rate(count[0], population[0], population[0])
    there = crude_rate(count[0].sum(), population[0].sum())

    assert here.value == pytest.approx(there.value)
    assert here.lower == pytest.approx(there.lower)
    assert here.upper == pytest.approx(there.upper)


@given(events, people, weights, st.permutations(range(bands)), st.integers(2, 1000))
def test_neither_the_order_of_bands_nor_the_size_of_the_standard_matters(count, population, standard, order, times):
    here = directly_standardised_rate(count, population, standard)
    there = directly_standardised_rate(count[:, order], population[:, order], standard[list(order)] * times)

    assert there.value == pytest.approx(here.value)
    assert there.lower == pytest.approx(here.lower)


@given(events, people, weights)
def test_an_area_does_not_depend_on_its_neighbours(count, population, standard):
    together = directly_standardised_rate(count, population, standard)
    alone = directly_standardised_rate(count[1], population[1], standard)
    ratio = indirectly_standardised_ratio(count, population, standard, standard * 99)
    ratio_alone = indirectly_standardised_ratio(count[1], population[1], standard, standard * 99)

    assert together.upper[1] == pytest.approx(alone.upper, rel=1e-12)
    assert ratio.upper[1] == pytest.approx(ratio_alone.upper, rel=1e-12)


@given(events, people, weights)
def test_events_of_one_each_do_not_cluster(count, population, standard):
    here = directly_standardised_rate(count, population, standard)
    there = clustered_directly_standardised_rate(count[..., None], [1], population, standard)

    assert there.value == pytest.approx(here.value)
    assert there.lower == pytest.approx(here.lower)
    assert there.upper == pytest.approx(here.upper)


@given(events, people, weights)
def test_clustered_events_are_less_certain_than_as_many_single_ones(count, population, standard):
    pairs = clustered_directly_standardised_rate(count[..., None], [2], population, standard)
    single = directly_standardised_rate(count * 2, population, standard)

    assert pairs.value == pytest.approx(single.value)
    # Var is f² Var_f, 4 instead of 2 times that of the people, so the interval is √2 times as wide.
    assert pairs.upper - pairs.lower == pytest.approx((single.upper - single.lower) * math.sqrt(2))


@given(people, weights, weights)
def test_the_reference_population_has_a_ratio_of_1_and_its_own_crude_rate(population, count, size):
    reference = count, size * 100
    ratio = indirectly_standardised_ratio(*reference, *reference)
    rate = indirectly_standardised_rate(*reference, *reference)

    assert ratio.value == pytest.approx(1)
    assert rate.value == pytest.approx(count.sum() / reference[1].sum())
    # Twice the people at the same ages have twice the events to expect.
    twice = expected_events(population * 2, *reference)
    assert twice == pytest.approx(expected_events(population, *reference) * 2)


def test_an_area_without_a_direct_rate_says_why():
    nan = np.nan
    estimate = directly_standardised_rate(
        [[nan, 20], [20, 20], [20, 20], [4, 5], [5, 5], [nan, 20]],
        [[100, 100], [nan, 100], [0, 100], [100, 100], [100, 100], [nan, 0]],
        [1, 1],
    )

    assert estimate.reason.tolist() == [
        "count missing", "population missing", "nobody in an age band", "fewer than 10 events", "", "count missing",
    ]  # fmt: skip
    for part in (estimate.value, estimate.lower, estimate.upper):
        assert np.isnan(part).tolist() == [True, True, True, True, False, True]


def test_an_area_without_an_indirect_ratio_says_why():
    nan = np.nan
    given = [[nan, 2], [2, 2], [2, 2], [2, 2]], [[9, 9], [nan, 9], [0, 9], [9, 0]], [0, 5], [100, 100]
    ratio, rate = indirectly_standardised_ratio(*given), indirectly_standardised_rate(*given)

    assert ratio.reason.tolist() == ["count missing", "population missing", "", "no events expected"]
    assert rate.reason.tolist() == ratio.reason.tolist()
    for part in (ratio.value, ratio.lower, ratio.upper, rate.value, rate.lower, rate.upper):
        assert np.isnan(part).tolist() == [True, True, False, True]
    assert np.isnan(expected_events(given[1], *given[2:])).tolist() == [False, True, False, False]


def test_no_limits_are_certain():
    for estimate in (
        directly_standardised_rate(*YOUNG_AND_OLD, confidence=1),
        indirectly_standardised_ratio(*YOUNG_AND_OLD[:2], [1, 1], [99, 99], confidence=1),
        indirectly_standardised_rate(*YOUNG_AND_OLD[:2], [1, 1], [99, 99], confidence=1),
    ):
        assert np.isfinite(estimate.value).tolist() == [True]
        assert np.isnan([estimate.lower, estimate.upper]).tolist() == [[True], [True]]
        assert estimate.reason.tolist() == ["no limits are certain"]


def test_a_few_events_that_carry_most_of_the_weight_leave_the_lower_limit_below_0_as_the_formula_has_it():
    # 10 events that hardly count and 1 that does: D is about 1 ÷ 10, √(Var ÷ O) about 0.1 ÷ √11, Byar's limit 5.48
    estimate = directly_standardised_rate([[10, 1]], [[100_000, 10]], [1, 1_000_000])

    assert estimate.lower == pytest.approx(0.1 + 0.1 / math.sqrt(11) * (byar([11])[0] - 11), rel=1e-4)
    assert estimate.lower[0] < 0


@pytest.mark.parametrize(
    ("count", "population", "standard", "words"),
    [
        ([[1, -1]], [[5, 5]], [1, 1], r"1 of 2 observations have a negative count, first \(0, 1\): .* count"),
        ([[1, 1]], [[5, -5]], [1, 1], r"negative count, first \(0, 1\): .* population"),
        ([[1, 1]], [[5, 5, 5]], [1, 1], "shapes differ"),
        ([[1, 1]], [[5, 5]], [1, 1, 1], "do not have the same age bands"),
        ([[1, 1]], [[5, 5]], 1, "do not have the same age bands"),
        (1, 5, 1, "do not have the same age bands"),
        ([[1, 1]], [[5, 5]], [1, np.nan], "no standard population, first 1: give every age band"),
        ([[1, 1]], [[5, 5]], [1, -1], "negative count, first 1: .* standard"),
        ([[1, 1]], [[5, 5]], [0, 0], "nobody in the standard population"),
        ([[1, 1]], [[5, np.inf]], [1, 1], "infinite population"),
    ],
)  # fmt: skip
def test_figures_that_can_only_be_mistakes_are_refused_a_direct_rate(count, population, standard, words):
    with pytest.raises(MethodError, match=words):
        directly_standardised_rate(count, population, standard)


@pytest.mark.parametrize(
    ("persons", "events_each", "population", "words"),
    [
        ([[1, 1], [2, 2]], [1, 2, 3], [5, 5], "shapes do not fit"),
        ([[1, 1], [2, 2]], [1, 2], [5, 5, 5], "shapes do not fit"),
        ([[1, 1], [2, 2]], 1, [5, 5], "shapes do not fit"),
        ([[1, 1], [2, 2]], [0, 1], [5, 5], "no number of events, first 0: leave out"),
        ([[1, 1], [2, 2]], [1, np.nan], [5, 5], "no number of events, first 1"),
        ([[1, -1], [2, 2]], [1, 2], [5, 5], r"negative count, first \(0, 1\): .* persons"),
    ],
)
def test_figures_that_can_only_be_mistakes_are_refused_a_rate_of_clustered_events(
    persons, events_each, population, words
):
    with pytest.raises(MethodError, match=words):
        clustered_directly_standardised_rate(persons, events_each, population, [1, 1])


def test_a_rate_of_clustered_events_needs_every_count_and_ten_events_not_people():
    persons = [[[3, 2], [2, np.nan]], [[3, 2], [2, 0]], [[3, 2], [2, 1]]]
    estimate = clustered_directly_standardised_rate(persons, [1, 2], [[50, 50]] * 3, [1, 1])

    assert estimate.reason.tolist() == ["count missing", "fewer than 10 events", ""]
    assert np.isnan(estimate.value).tolist() == [True, True, False]


@pytest.mark.parametrize(
    ("reference_count", "reference_population", "words"),
    [
        ([1, np.nan], [9, 9], "no reference rate, first 1: give every age band"),
        ([1, 1], [0, 9], "no reference rate, first 0"),
        ([1, 1], [9, np.nan], "no reference rate, first 1"),
        ([1, -1], [9, 9], "negative count"),
        ([1, 1, 1], [9, 9, 9], "do not have the same age"),
        (1, 9, "do not have the same age"),
        ([1, 1], [9, 9, 9], "shapes differ"),
    ],
)
def test_a_reference_population_that_can_only_be_a_mistake_is_refused(reference_count, reference_population, words):
    for method in (indirectly_standardised_ratio, indirectly_standardised_rate):
        with pytest.raises(MethodError, match=words):
            method([[1, 1]], [[5, 5]], reference_count, reference_population)
    with pytest.raises(MethodError, match=words):
        expected_events([[5, 5]], reference_count, reference_population)


def test_a_wrong_confidence_is_refused():
    with pytest.raises(MethodError, match="give a fraction"):
        directly_standardised_rate(*YOUNG_AND_OLD, confidence=95)
    with pytest.raises(MethodError, match="give a fraction"):
        indirectly_standardised_ratio(*YOUNG_AND_OLD[:2], [1, 1], [9, 9], confidence=0.05)


@pytest.mark.parametrize("about", [DIRECT_ABOUT, CLUSTERED_ABOUT, INDIRECT_ABOUT], ids=lambda about: about.id)
def test_the_methods_page_can_show_the_formula_in_an_ordinary_font(about):
    assert about.id in {
        "directly-standardised-rate",
        "clustered-directly-standardised-rate",
        "indirectly-standardised-ratio",
    }
    assert [letter for letter in about.formula if ord(letter) > 255 and letter not in "√Σ≤≥−χ"] == []
