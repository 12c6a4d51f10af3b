from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pmif.errors import MethodError
from pmif.methods.disparity import (
    best_value,
    between_group_deviation,
    between_group_variance,
    bounded_concentration_index,
    coefficient_of_variation,
    concentration_index,
    index_of_disparity,
    mean_difference,
    mean_log_deviation,
    population_attributable_fraction,
    population_attributable_risk,
    relative_concentration_index,
    theil,
)
from pmif.methods.gaps import (
    NARROWING,
    NO_CHANGE,
    REVERSED,
    WIDENING,
    absolute_gap,
    change_of_gap,
    relative_gap,
    standard_error,
)
from tests.methods.reference import Case, cases, number

INPUTS, OUTPUTS = "inequality_inputs.csv", "inequality_outputs.csv"
Z = NormalDist().inv_cdf(0.975)


class Groups:
    """A case's groups, and our measures of them, in the reference's units: percent, and WHO's 1,000."""

    def __init__(self, case: Case) -> None:
        rows = case.rows[INPUTS]
        self.y, self.se, self.people = (
            np.array(case.column(INPUTS, name)) for name in ("estimate", "se", "population")
        )
        self.ordered = rows[0]["subgroup_order"] != "0"
        self.high_is_good = rows[0]["favourable"] == "1"
        self.scale = number(rows[0]["scale"])

    def pair(self, array):
        """The two groups that the reference compares: last and first, or highest and lowest; the better one first."""
        if self.ordered:
            return (array[-1], array[0]) if self.high_is_good else (array[0], array[-1])
        low, high = np.nanargmin(self.y), np.nanargmax(self.y)
        return array[high], array[low]

    def measure(self, name):
        """Our estimate, and what it is multiplied by for the reference's unit."""
        (y1, y2), (s1, s2) = self.pair(self.y), self.pair(self.se)
        best = best_value(self.y, high_is_good=self.high_is_good)
        attributable = {"high_is_good": self.high_is_good, "reference": -1 if self.ordered else None}
        match name:
            case "d":
                return absolute_gap(y1, y2, s1, s2), 1
            case "r":
                return relative_gap(y1, y2, s1, s2), 1
            case "bgv":
                return between_group_variance(self.people, self.y, self.se), 1
            case "bgsd":
                return between_group_deviation(self.people, self.y), 1
            case "covar":
                return coefficient_of_variation(self.people, self.y), 100
            case "mdmw":
                return mean_difference(self.people, self.y), 1
            case "mdmu":
                return mean_difference(self.people, self.y, weighted=False), 1
            case "mdbw":
                return mean_difference(self.people, self.y, reference=best), 1
            case "idisw":
                return index_of_disparity(self.people, self.y), 100
            case "idisu":
                return index_of_disparity(self.people, self.y, weighted=False), 100
            case "mld":
                return mean_log_deviation(self.people, self.y, self.se), 1000
            case "ti":
                return theil(self.people, self.y, self.se), 1000
            case "aci":
                return concentration_index(self.people, self.y), 1
            case "rci":
                return relative_concentration_index(self.people, self.y), 1
            case "paf":
                return population_attributable_fraction(self.people, self.y / self.scale, **attributable), 100
            case "parisk":
                return population_attributable_risk(self.people, self.y / self.scale, **attributable), self.scale
        raise AssertionError(name)


# The reference multiplies these by 100 or 1,000 and leaves their standard errors as they were.
UNSCALED_ERRORS = {"mld", "ti", "paf"}
# Two of the three groups of IQ021 have people: a line through two points has no scatter to estimate an interval from.
NO_SCATTER = {("IQ021", "aci"), ("IQ021", "rci")}


@pytest.mark.parametrize("case", cases("inequality", INPUTS, OUTPUTS))
def test_agrees_with_the_reference(case):
    groups = Groups(case)
    assert case.rows[OUTPUTS]
    for row in case.rows[OUTPUTS]:
        name = row["measure"]
        ours, unit = groups.measure(name)
        if row["status"] == "error":
            assert np.isnan(ours.value), name
            assert ours.reason != "", name
            continue
        assert ours.reason == "", name
        assert ours.value * unit == pytest.approx(number(row["estimate"]), rel=1e-9, abs=1e-12), name
        if (case.id, name) in NO_SCATTER:
            continue
        theirs = number(row["se"])
        if name in UNSCALED_ERRORS:
            theirs *= unit
        low, high = ours.lower * unit, ours.upper * unit
        our_error = np.log(high / low) / (2 * Z) if name == "r" else standard_error(low, high)
        assert our_error == pytest.approx(theirs, rel=1e-9, nan_ok=True), name
        if name not in UNSCALED_ERRORS:
            assert low == pytest.approx(number(row["lower_95"]), rel=1e-9, nan_ok=True), name
            assert high == pytest.approx(number(row["upper_95"]), rel=1e-9, nan_ok=True), name


@pytest.mark.parametrize(
    "case", cases("inequality", INPUTS, OUTPUTS, only=["IQ002", "IQ006", "IQ010", "IQ014", "IQ021"])
)
def test_limits_are_scaled_with_their_value_where_the_reference_scales_the_value_alone(case):
    groups = Groups(case)
    compared = 0
    for row in case.rows[OUTPUTS]:
        if row["measure"] in UNSCALED_ERRORS:
            ours, unit = groups.measure(row["measure"])
            reach = Z * number(row["se"]) * unit
            assert ours.lower * unit == pytest.approx(number(row["estimate"]) - reach, rel=1e-9)
            assert ours.upper * unit == pytest.approx(number(row["estimate"]) + reach, rel=1e-9)
            compared += 1
    assert compared == 3


@pytest.mark.parametrize("case", cases("inequality", INPUTS, OUTPUTS, only=["IQ021"]))
def test_two_groups_with_people_give_no_interval_where_the_reference_gives_one_of_no_width(case):
    groups = Groups(case)
    for name in ("aci", "rci"):
        ours, _ = groups.measure(name)
        assert np.isfinite(ours.value)
        assert np.isnan([ours.lower, ours.upper]).tolist() == [True, True]


# By hand: three groups of 25, 50 and 25 people in every 100, with values 0.1, 0.2 and 0.4.
PEOPLE, VALUES = [25, 50, 25], [0.1, 0.2, 0.4]
MEAN = 0.25 * 0.1 + 0.5 * 0.2 + 0.25 * 0.4  # 0.225


def test_measures_of_three_groups_agree_with_arithmetic_by_hand():
    assert mean_difference(PEOPLE, VALUES).value == pytest.approx(0.25 * 0.125 + 0.5 * 0.025 + 0.25 * 0.175)
    assert mean_difference(PEOPLE, VALUES, weighted=False).value == pytest.approx((0.125 + 0.025 + 0.175) / 3)
    assert index_of_disparity(PEOPLE, VALUES).value == pytest.approx(0.0875 / MEAN)
    assert between_group_variance(PEOPLE, VALUES).value == pytest.approx(
        0.25 * 0.125**2 + 0.5 * 0.025**2 + 0.25 * 0.175**2
    )
    assert mean_log_deviation(PEOPLE, VALUES).value == pytest.approx(
        np.log(MEAN) - 0.25 * np.log(0.1) - 0.5 * np.log(0.2) - 0.25 * np.log(0.4)
    )
    # Midpoints of rank: 0.125, 0.5 and 0.875.
    assert concentration_index(PEOPLE, VALUES).value == pytest.approx(0.25 * -0.75 * 0.1 + 0.25 * 0.75 * 0.4)
    # Where low is good the best group is the first, at 0.1.
    assert population_attributable_risk(PEOPLE, VALUES, high_is_good=False).value == pytest.approx(0.1 - MEAN)
    assert population_attributable_fraction(PEOPLE, VALUES, high_is_good=False).value == pytest.approx(0.1 / MEAN - 1)


def test_pearcy_and_keppels_index_takes_the_best_group_as_its_reference():
    best = best_value(VALUES, high_is_good=False)

    index = index_of_disparity(PEOPLE, VALUES, reference=best, weighted=False)

    assert best.tolist() == 0.1
    assert index.value == pytest.approx((0 + 0.1 + 0.3) / 3 / 0.1)


def test_limits_of_a_variance_agree_with_a_simulation():
    # The formula for its standard error is exact for independent normal values.
    error = np.array([0.02, 0.01, 0.03])
    share = np.array(PEOPLE) / 100
    drawn = np.random.default_rng(1).normal(VALUES, error, size=(200_000, 3))
    variances = (share * (drawn - (share * drawn).sum(axis=1, keepdims=True)) ** 2).sum(axis=1)

    ours = between_group_variance(PEOPLE, VALUES, error)

    assert standard_error(ours.lower, ours.upper) == pytest.approx(variances.std(), rel=0.01)


@pytest.mark.parametrize("measure", [mean_log_deviation, theil])
def test_limits_of_log_measures_agree_with_a_simulation(measure):
    error = np.array([0.002, 0.001, 0.003])
    drawn = np.random.default_rng(2).normal(VALUES, error, size=(20_000, 3))
    simulated = measure(np.broadcast_to(PEOPLE, drawn.shape), drawn).value

    ours = measure(PEOPLE, VALUES, error)

    assert standard_error(ours.lower, ours.upper) == pytest.approx(simulated.std(), rel=0.03)


def test_limits_of_the_attributable_fraction_agree_with_a_simulation():
    # Walter's formula is for a sample of people, in and out of the reference group, with and without the outcome.
    everyone = 20_000
    chances = np.array([0.4 * 0.1, 0.4 * 0.9, 0.6 * 0.2, 0.6 * 0.8])
    c, d, a, _ = np.random.default_rng(3).multinomial(everyone, chances, size=20_000).T
    simulated = (c / (c + d)) / ((a + c) / everyone) - 1

    ours = population_attributable_fraction([0.4 * everyone, 0.6 * everyone], [0.1, 0.2], high_is_good=False)

    assert standard_error(ours.lower, ours.upper) == pytest.approx(simulated.std(), rel=0.03)


def test_a_gap_between_two_groups_agrees_with_arithmetic_by_hand():
    # 24% less 18%, with standard errors of 0.3 and 0.4 points: √(0.09 + 0.16) = 0.5.
    gap = absolute_gap([0.24], [0.18], [0.003], [0.004])

    assert gap.value == pytest.approx([0.06])
    assert gap.lower == pytest.approx([0.06 - Z * 0.005])
    assert gap.upper == pytest.approx([0.06 + Z * 0.005])


def test_one_figure_is_compared_with_every_row():
    assert absolute_gap([1, 2, 3], 1).value.tolist() == [0, 1, 2]


proportions = st.floats(0.01, 0.99)
peoples = st.integers(1, 10**6)
group = st.tuples(peoples, proportions, st.floats(0.0001, 0.1))
areas = st.lists(group, min_size=3, max_size=12)
MEASURES = [
    between_group_variance,
    between_group_deviation,
    coefficient_of_variation,
    mean_difference,
    index_of_disparity,
    mean_log_deviation,
    theil,
]
ORDERED = [concentration_index, relative_concentration_index, bounded_concentration_index]


@given(st.integers(3, 12), peoples, proportions)
def test_where_all_groups_are_equal_every_measure_is_exactly_nought(size, people, value):
    for measure in [*MEASURES, *ORDERED]:
        estimate = measure([people] * size, [value] * size)
        assert estimate.value == pytest.approx(0, abs=1e-12), measure
        assert estimate.reason == "", measure
    for measure in [mean_log_deviation, theil, *ORDERED]:
        assert measure([people] * size, [value] * size).value == 0
    for measure in [population_attributable_risk, population_attributable_fraction]:
        assert measure([people] * size, [value] * size, high_is_good=True).value == pytest.approx(0, abs=1e-12)


def test_groups_that_are_all_nought_are_equal():
    for measure in [*MEASURES, *ORDERED]:
        estimate = measure([1, 2, 3], [0, 0, 0])
        assert estimate.value == 0, measure
        assert estimate.reason == "", measure


@given(areas)
def test_measures_without_order_are_never_below_nought_and_do_not_depend_on_order(rows):
    people, values, _ = map(list, zip(*rows, strict=True))
    for measure in MEASURES:
        there, back = measure(people, values).value, measure(people[::-1], values[::-1]).value
        assert there >= -1e-12, measure
        assert there == pytest.approx(back, rel=1e-9, abs=1e-12), measure


@given(areas)
def test_the_concentration_index_turns_its_sign_with_the_order(rows):
    people, values, _ = map(list, zip(*rows, strict=True))
    for measure in ORDERED:
        there, back = measure(people, values), measure(people[::-1], values[::-1])
        assert there.value == pytest.approx(-back.value, rel=1e-6, abs=1e-12)


@given(areas)
def test_the_bounded_index_of_an_absence_is_that_of_the_presence_turned_about(rows):
    people, values, _ = map(np.array, zip(*rows, strict=True))

    assert bounded_concentration_index(people, 1 - values).value == pytest.approx(
        -bounded_concentration_index(people, values).value, rel=1e-6, abs=1e-12
    )


@given(areas, st.sampled_from([10.0, 1e5]))
def test_relative_measures_do_not_depend_on_the_unit(rows, unit):
    people, values, _ = map(np.array, zip(*rows, strict=True))
    for measure in [
        coefficient_of_variation,
        index_of_disparity,
        mean_log_deviation,
        theil,
        relative_concentration_index,
    ]:
        assert measure(people, values * unit).value == pytest.approx(measure(people, values).value, rel=1e-6, abs=1e-12)


@given(st.lists(areas.filter(lambda rows: len(rows) >= 4).map(lambda rows: rows[:4]), min_size=2, max_size=5))
def test_an_areas_measures_do_not_depend_on_its_neighbours(batch):
    people, values, errors = np.moveaxis(np.array(batch), -1, 0)
    for measure in [between_group_variance, mean_log_deviation, theil]:
        together = measure(people, values, errors)
        alone = [measure(*row) for row in zip(people, values, errors, strict=True)]
        for part in ("value", "lower", "upper"):
            np.testing.assert_allclose(
                getattr(together, part), [getattr(one, part) for one in alone], rtol=1e-12, atol=1e-9
            )


@given(proportions, proportions, st.floats(0.001, 0.1), st.floats(0.001, 0.1))
def test_limits_of_gaps_surround_their_value(one, other, se, other_se):
    for gap in (absolute_gap, relative_gap):
        estimate = gap([one], [other], [se], [other_se])
        assert (np.diff([estimate.lower, estimate.value, estimate.upper], axis=0) > 0).tolist() == [[True], [True]]


@given(proportions, proportions, st.floats(0.001, 0.1), st.floats(0.001, 0.1))
def test_the_gap_seen_from_the_other_side_is_its_opposite(one, other, se, other_se):
    there, back = absolute_gap([one], [other], [se], [other_se]), absolute_gap([other], [one], [other_se], [se])
    assert there.lower == pytest.approx(-back.upper)
    there, back = relative_gap([one], [other], [se], [other_se]), relative_gap([other], [one], [other_se], [se])
    assert there.lower == pytest.approx(1 / back.upper)


@given(st.floats(-1e6, 1e6), st.floats(0, 1e3), st.sampled_from([0.9, 0.95, 0.998]))
def test_a_standard_error_is_found_again_in_the_limits_made_with_it(value, se, confidence):
    reach = NormalDist().inv_cdf((1 + confidence) / 2) * se

    assert standard_error([value - reach], [value + reach], confidence) == pytest.approx([se], abs=1e-9)


def test_a_group_without_a_value_is_left_out_with_its_population():
    with_gap = between_group_variance([10, 20, 30, 40, 50, 60, 70, 80], [1, 2, np.nan, 4, 5, 6, 7, 8])
    without = between_group_variance([10, 20, 40, 50, 60, 70, 80], [1, 2, 4, 5, 6, 7, 8])

    assert with_gap.value == pytest.approx(without.value)
    assert index_of_disparity([1] * 8, [1, 2, np.nan, 4, 5, 6, 7, 8], weighted=False).value == pytest.approx(
        index_of_disparity([1] * 7, [1, 2, 4, 5, 6, 7, 8], weighted=False).value
    )


CHANGES = [
    # gap now, before, and the outcome, with standard errors of 1: a change of more than 2.77 is detectable
    (5, 10, NARROWING),
    (10, 5, WIDENING),
    (-5, -10, NARROWING),
    (-10, -5, WIDENING),
    (5, 6, NO_CHANGE),
    (-5, 5, REVERSED),
    (-0.5, 5, NARROWING),
    (5, -0.5, WIDENING),
    (-1.5, 1.5, REVERSED),
]


@pytest.mark.parametrize(("now", "before", "outcome"), CHANGES)
def test_a_gaps_change_is_named_where_it_can_be_detected(now, before, outcome):
    change = change_of_gap([now], [1], [before], [1])

    assert change.outcome.tolist() == [outcome]
    assert change.z == pytest.approx([(now - before) / np.sqrt(2)])
    assert change.p == pytest.approx([2 * (1 - NormalDist().cdf(abs(now - before) / np.sqrt(2)))])
    assert change.value.tolist() == [now - before]
    assert change.upper - change.value == pytest.approx([Z * np.sqrt(2)])


@given(st.floats(0, 10), st.floats(0, 10), st.floats(0.01, 5), st.floats(0.01, 5))
def test_a_change_is_named_only_where_its_limits_leave_out_nought(now, before, se, earlier_se):
    change = change_of_gap([now], [se], [before], [earlier_se])

    assert (change.outcome != NO_CHANGE).tolist() == ((change.lower > 0) | (change.upper < 0)).tolist()


def test_a_change_without_a_gap_or_an_error_has_a_reason():
    change = change_of_gap([np.nan, 1, 1, 1], [1, 1, np.nan, 0], [1, np.nan, 1, 1], [1, 1, 1, 0])

    assert change.reason.tolist() == ["gap missing", "gap missing", "standard error missing", "standard errors are 0"]
    assert change.outcome.tolist() == [""] * 4
    assert np.isnan(change.z).tolist() == [True] * 4


def test_gaps_without_a_figure_have_a_reason():
    absolute = absolute_gap([np.nan, 1], [1, np.nan])
    relative = relative_gap([np.nan, 1, 1, -1, 0], [1, np.nan, 0, 1, 2], [1] * 5, [1] * 5)

    assert absolute.reason.tolist() == ["value missing", "value to compare with missing"]
    assert relative.reason.tolist() == [
        "value missing",
        "value to compare with missing",
        "the base is 0",
        "a ratio needs values of 0 or more",
        "",
    ]
    assert np.isnan(relative.value).tolist() == [True] * 4 + [False]


def test_a_ratio_of_nought_and_a_gap_without_errors_stand_without_limits():
    for estimate in (relative_gap([0], [2], [1], [1]), absolute_gap([1], [2])):
        assert np.isfinite(estimate.value).tolist() == [True]
        assert np.isnan([estimate.lower, estimate.upper]).tolist() == [[True], [True]]


def test_every_reason_of_measures_of_all_groups():
    nan = np.nan
    people = [[1, 1, 1, 1], [1, 1, 1, 1], [0, 0, 0, 0], [1, nan, 1, 1], [1, 1, 1, 1]]
    values = [[1, 2, nan, 4], [nan, nan, nan, nan], [1, 2, 3, 4], [1, 2, 3, 4], [-1, 2, 3, 4]]

    expected = ["too many groups have no value"] * 2 + ["nobody to count", "population missing"]
    for measure in MEASURES:
        estimate = measure(people[:4], values[:4])
        assert estimate.reason.tolist() == expected, measure
        assert np.isnan(estimate.value).tolist() == [True] * 4, measure
    for measure in (mean_log_deviation, theil):
        estimate = measure(people, values)
        assert estimate.reason.tolist() == [*expected, "a value is below 0"]
        assert np.isnan(estimate.value).tolist() == [True] * 5
    for measure in ORDERED:
        assert measure([1] * 8, [0.1, 0.2, nan, 0.4, 0.5, 0.6, 0.7, 0.8]).reason == "a group has no value"
    for measure in MEASURES:
        assert measure([1, 1], [0.1, 0.2]).reason == "fewer than 3 groups have a value"


def test_relative_measures_need_an_average_above_nought():
    for measure in (coefficient_of_variation, index_of_disparity, relative_concentration_index):
        estimate = measure([1, 1, 1], [-1, 0, 1])
        assert estimate.reason == "the average or reference is not above 0"
        assert np.isnan(estimate.value)


def test_a_missing_reference_is_a_reason():
    for measure in (mean_difference, index_of_disparity):
        assert measure([1, 1, 1], [1, 2, 3], reference=np.nan).reason == "reference missing"


def test_a_reference_group_worse_than_the_average_gives_nought_without_limits():
    for measure in (population_attributable_risk, population_attributable_fraction):
        estimate = measure([1, 1, 1], [0.3, 0.2, 0.1], high_is_good=True, reference=-1)
        assert estimate.value == 0
        assert np.isnan(estimate.lower)
        assert estimate.reason == ""


def test_the_attributable_fraction_of_values_beyond_one_has_no_limits():
    estimate = population_attributable_fraction([1, 1], [10, 20], high_is_good=True)

    assert estimate.value == pytest.approx(20 / 15 - 1)
    assert np.isnan(estimate.lower)


def test_a_missing_error_leaves_a_measure_without_limits():
    for measure in (between_group_variance, mean_log_deviation, theil):
        estimate = measure([1, 1, 1], [1, 2, 3], [0.1, np.nan, 0.1])
        assert np.isfinite(estimate.value)
        assert np.isnan(estimate.lower)


def test_a_missing_limit_gives_no_standard_error():
    assert np.isnan(standard_error([np.nan, 1], [1, 2])).tolist() == [True, False]


def test_the_best_group_is_found_among_those_with_a_value():
    values = [[1, np.nan, 3], [np.nan, np.nan, np.nan]]
    assert best_value(values, high_is_good=True).tolist()[0] == 3
    assert best_value(values, high_is_good=False).tolist()[0] == 1
    assert np.isnan(best_value(values, high_is_good=True)).tolist() == [False, True]


REFUSED = [
    (lambda: absolute_gap([1, 2], [1, 2, 3]), "shapes do not match"),
    (
        lambda: absolute_gap([1, 2], [1, 2], [1, -1], [1, 1]),
        "1 of 2 observations have a negative standard error, first 1",
    ),
    (lambda: absolute_gap([1], [np.inf]), "infinite other"),
    (lambda: absolute_gap([1], [1], confidence=95), "confidence is 95"),
    (lambda: absolute_gap([1], [1], confidence=1), "no limits are certain"),
    (lambda: standard_error([1, 2], [2, 1]), "1 of 2 observations have an upper limit below their lower one, first 1"),
    (lambda: change_of_gap([1], [-1], [1], [1]), "negative standard error"),
    (lambda: between_group_variance([1, -1, 1], [1, 2, 3]), "1 of 3 observations have a negative population, first 1"),
    (lambda: between_group_variance([1, 1, 1], [1, 2, 3], [1, 1, -1]), "negative standard error, first 2"),
    (lambda: between_group_variance([1, 1, 1], [1, 2, 3], [1, 1]), "shapes differ"),
    (lambda: between_group_variance([1, 1, 1], [1, 2]), "shapes differ"),
    (lambda: theil(1, 1), "groups lie along the last axis"),
    (lambda: index_of_disparity([1, 1, 1], [1, 2, 3], reference=[1, 2]), "shapes differ"),
    (
        lambda: bounded_concentration_index([1, 1, 1], [0.1, 0.2, 1.2]),
        "1 of 3 observations lie outside 0 to 1, first 2",
    ),
    (
        lambda: population_attributable_risk([1, 1], [1, 2], high_is_good=True, reference=2),
        "the reference is group 2 of 2",
    ),
]


@pytest.mark.parametrize(("call", "words"), REFUSED)
def test_what_can_only_be_a_mistake_is_refused(call, words):
    with pytest.raises(MethodError, match=words):
        call()
