import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import logit

from pmif.errors import MethodError
from pmif.methods import slope_index as module
from pmif.methods.slope_index import gradient, midpoint_ranks, slope_index
from tests.methods.reference import Case, cases, number

INPUTS, OUTPUTS = "sii_inputs.csv", "sii_outputs.csv"
KINDS = {"0": "other", "1": "rate", "2": "proportion"}
ERRORS = ["SI049", "SI050"]
SIMULATED_UNIT = 4  # the reference's limits are simulated: within four times their spread between runs


def computed(case: Case, row: dict[str, str]):
    """Our indices of a case, at the confidence of one row of its outputs."""
    people, x, value, lower, upper, se = (
        np.array(case.column(INPUTS, name)) for name in ("population", "x", "value", "lower_cl", "upper_cl", "se")
    )
    if row["uncertainty_input"] == "x":
        value = x / people
    interval = {"se": se} if row["uncertainty_input"] == "se" else {"lower": lower, "upper": upper}
    kind, transform = KINDS[row["value_type"]], row["transform"] == "TRUE"
    confidence = number(row["confidence"] or "0.95")  # an error has none
    return slope_index(people, value, **interval, kind=kind, transform=transform, confidence=confidence)


def in_units(found, row: dict[str, str]):
    """Our indices as the reference shows them: times its multiplier, which turns both about if it is below 0."""
    m = number(row["multiplier"])
    sii = [m * limit for limit in (found.sii.value, found.sii.lower, found.sii.upper)]
    rii = [found.rii.value, found.rii.lower, found.rii.upper]
    if m < 0:
        sii = [sii[0], sii[2], sii[1]]
        rii = [1 / rii[0], 1 / rii[2], 1 / rii[1]]
    return sii, rii


@pytest.mark.parametrize("case", cases("slope-index", INPUTS, OUTPUTS))
def test_agrees_with_the_reference(case):
    assert case.rows[OUTPUTS]
    for row in case.rows[OUTPUTS]:
        if row["status"] == "error":
            with pytest.raises(MethodError, match=r"outside 0 to 1|negative standard error"):
                computed(case, row)
            continue
        found = computed(case, row)
        assert found.sii.reason == ""
        assert found.rii.reason == ""
        sii, rii = in_units(found, row)
        assert sii[0] == pytest.approx(number(row["sii"]), rel=1e-9)
        assert rii[0] == pytest.approx(number(row["rii"]), rel=1e-9)
        scale = abs(number(row["multiplier"])) if row["transform"] == "TRUE" else 1
        assert found.intercept * scale == pytest.approx(number(row["intercept"]), rel=1e-9)

        ours = {"sii_lower": sii[1], "sii_upper": sii[2], "rii_lower": rii[1], "rii_upper": rii[2]}
        for name, limit in ours.items():
            if row[f"{name}_exact"]:
                assert limit == pytest.approx(number(row[f"{name}_exact"]), rel=1e-9), name
            assert limit == pytest.approx(number(row[name]), abs=SIMULATED_UNIT * number(row[f"sd_{name}"])), name


def test_some_cases_have_exact_limits_and_some_are_simulated():
    rows = [row for param in cases("slope-index", OUTPUTS) if param.values[0] for row in param.values[0].rows[OUTPUTS]]
    if not rows:
        pytest.skip("the reference cases are not here")
    exact = {bool(row["sii_lower_exact"]) for row in rows if row["status"] == "ok"}
    assert exact == {True, False}


# By hand: five groups of 100 people, so that midpoints are 0.1, 0.3, 0.5, 0.7 and 0.9, and Σa(x − 0.5)² = 0.08.
EQUAL, MIDPOINTS = [100] * 5, [0.1, 0.3, 0.5, 0.7, 0.9]


def test_a_slope_agrees_with_arithmetic_by_hand():
    values = [10, 12, 11, 15, 17]
    # slope = Σ 0.2 × (x − 0.5) × y / 0.08 = 0.2 × (−4 − 2.4 + 0 + 3 + 6.8) / 0.08 = 8.5; mean 13
    # Each group moves the slope by 0.2 × (x − 0.5) / 0.08 = −1, −0.5, 0, 0.5, 1; se = 0.4 × √2.5
    found = slope_index(EQUAL, values, se=[0.4] * 5)

    assert found.sii.value == pytest.approx(8.5)
    assert found.intercept == pytest.approx(13 - 4.25)
    assert found.end == pytest.approx(13 + 4.25)
    assert found.rii.value == pytest.approx(17.25 / 8.75)
    assert found.sii.upper - found.sii.value == pytest.approx(1.959963984540054 * 0.4 * 2.5**0.5)


def test_midpoints_agree_with_arithmetic_by_hand():
    assert midpoint_ranks(EQUAL) == pytest.approx(np.array(MIDPOINTS))
    assert midpoint_ranks([[10, 30, 60], [1, 1, 2]]) == pytest.approx(
        np.array([[0.05, 0.25, 0.7], [0.125, 0.375, 0.75]])
    )


def test_limits_of_the_ratio_agree_with_a_simulation():
    values, se = np.array([10, 12, 11, 15, 17.0]), np.array([0.4, 0.5, 0.3, 0.6, 0.5])
    found = slope_index(EQUAL, values, se=se, confidence=0.95)

    drawn = np.random.default_rng(5).normal(values, se, size=(400_000, 5))
    slope = drawn @ np.array([-1, -0.5, 0, 0.5, 1])
    start = drawn.mean(axis=1) - slope / 2
    simulated = np.quantile((start + slope) / start, [0.025, 0.975])

    assert [found.rii.lower, found.rii.upper] == pytest.approx(simulated.tolist(), rel=2e-3)


def test_simulated_limits_agree_with_exact_ones_where_the_spread_is_small():
    # With little chance in each rate, exp() is nearly straight, and the limits nearly those of a normal slope.
    rates = np.array([50, 45, 40, 35, 30.0])
    lower, upper = rates * np.exp(-0.001), rates * np.exp(0.001)
    error = rates * 0.001 / 1.959963984540054

    simulated = slope_index(EQUAL, rates, lower, upper, kind="rate")
    exact = slope_index(EQUAL, rates, se=error)

    assert simulated.sii.value == pytest.approx(exact.sii.value)
    for index in ("sii", "rii"):
        for part in ("lower", "upper"):
            assert getattr(getattr(simulated, index), part) == pytest.approx(
                getattr(getattr(exact, index), part), rel=2e-4
            )


people = st.lists(st.integers(1, 10**6), min_size=5, max_size=12)


@st.composite
def areas(draw, low=-1e4, high=1e4):
    size = draw(st.integers(5, 12))
    column = lambda values: st.lists(values, min_size=size, max_size=size)  # noqa: E731
    return (
        draw(column(st.integers(100, 10**6))),
        np.array(draw(column(st.floats(low, high)))),
        np.array(draw(column(st.floats(0.001, 100)))),
    )


@given(people)
def test_midpoints_rise_within_nought_and_one(counts):
    ranks = midpoint_ranks(counts)

    assert (np.diff(ranks, prepend=0, append=1) > 0).tolist() == [True] * (len(counts) + 1)


@given(people, st.integers(2, 1000))
def test_midpoints_do_not_depend_on_the_scale_of_populations(counts, times):
    assert midpoint_ranks(np.array(counts) * times) == pytest.approx(midpoint_ranks(counts))


@given(areas(), st.floats(-50, 50), st.floats(0.5, 20))
def test_the_index_shifts_and_scales_with_its_values(area, shift, scale):
    counts, values, se = area
    here, there = slope_index(counts, values, se=se), slope_index(counts, values * scale + shift, se=se * scale)

    for part in ("value", "lower", "upper"):
        assert getattr(there.sii, part) == pytest.approx(scale * getattr(here.sii, part), rel=1e-6, abs=1e-5)
    assert there.intercept == pytest.approx(scale * here.intercept + shift, rel=1e-6, abs=1e-5)


@given(areas())
def test_the_index_turns_about_when_the_groups_do(area):
    counts, values, se = area
    here, there = slope_index(counts, values, se=se), slope_index(counts[::-1], values[::-1], se=se[::-1])

    assert there.sii.value == pytest.approx(-here.sii.value, rel=1e-6, abs=1e-5)
    assert there.sii.lower == pytest.approx(-here.sii.upper, rel=1e-6, abs=1e-5)
    assert there.intercept == pytest.approx(here.end, rel=1e-6, abs=1e-5)


@given(areas(), st.floats(-20, 20), st.floats(-20, 20))
def test_values_on_a_line_are_found_again(area, start, slope):
    counts, _, se = area
    found = slope_index(counts, start + slope * midpoint_ranks(counts), se=se)

    assert found.sii.value == pytest.approx(slope, abs=1e-6)
    assert found.intercept == pytest.approx(start, abs=1e-6)


@given(areas(low=100, high=1e4))
def test_limits_are_in_order_and_those_of_higher_confidence_lie_outside(area):
    counts, values, se = area
    narrow, wide = (slope_index(counts, values, se=se, confidence=c) for c in (0.95, 0.998))
    for index in ("sii", "rii"):
        inner, outer = getattr(narrow, index), getattr(wide, index)
        limits = [float(limit) for limit in (outer.lower, inner.lower, inner.value, inner.upper, outer.upper)]
        given = [limit for limit in limits if not np.isnan(limit)]
        assert given == sorted(given)


@given(areas(low=0.05, high=0.95), st.booleans())
def test_transformed_lines_stay_within_the_possible(area, by_rate):
    counts, values, _ = area
    kind = "rate" if by_rate else "proportion"
    found = slope_index(counts, values, values * 0.9, values * 1.05, kind=kind, transform=True)

    ends = [found.intercept, found.end]
    assert [end > 0 for end in ends] == [True, True]
    if not by_rate:
        assert [end < 1 for end in ends] == [True, True]
        assert logit(found.end) - logit(found.intercept) == pytest.approx(found.slope, rel=1e-6, abs=1e-9)
    assert found.sii.lower <= found.sii.value <= found.sii.upper
    assert found.rii.lower <= found.rii.value <= found.rii.upper


def test_an_areas_limits_do_not_depend_on_its_neighbours_nor_on_how_many_are_taken_at_once(monkeypatch):
    draw = np.random.default_rng(7)
    counts = draw.integers(1000, 9000, (7, 5))
    values = draw.uniform(0.1, 0.3, (7, 5))
    lower, upper = values * 0.9, values * 1.1

    def found(rows, **kinds):
        return slope_index(counts[rows], values[rows], lower[rows], upper[rows], **kinds, repetitions=1000)

    for kinds in ({}, {"kind": "proportion"}, {"kind": "rate", "transform": True}):
        together = found(slice(None), **kinds)
        monkeypatch.setattr(module, "AT_ONCE", 3000)
        in_steps = found(slice(None), **kinds)
        monkeypatch.undo()
        alone = [found(row, **kinds) for row in range(7)]
        for index in ("sii", "rii"):
            for part in ("value", "lower", "upper"):
                one_by_one = [getattr(getattr(area, index), part).tolist() for area in alone]
                assert getattr(getattr(together, index), part).tolist() == pytest.approx(one_by_one, rel=1e-12)
                assert getattr(getattr(in_steps, index), part).tolist() == pytest.approx(one_by_one, rel=1e-12)


def test_simulated_limits_repeat_with_their_seed_and_differ_with_another():
    rates = np.array([50, 45, 40, 35, 30.0])
    first, again, other = (
        slope_index(EQUAL, rates, rates * 0.9, rates * 1.1, kind="rate", repetitions=1000, seed=seed)
        for seed in (1, 1, 2)
    )

    assert first.sii.lower == again.sii.lower
    assert first.sii.lower != other.sii.lower


VALUES, SE = [10.0, 12, 11, 15, 17], [0.4] * 5


def test_areas_without_an_index_have_a_reason():
    nan = np.nan
    counts = np.array([EQUAL, [100, nan, 100, 100, 100], [100, 0, 100, 100, 100], EQUAL, EQUAL])
    values = np.array([[10, nan, 11, 15, 17], VALUES, VALUES, VALUES, VALUES])
    errors = np.array([SE, SE, SE, [0.4, nan, 0.4, 0.4, 0.4], SE])

    found = slope_index(counts, values, se=errors)

    expected = ["a group is missing", "population missing", "a group has no people", "a group has no interval", ""]
    assert found.sii.reason.tolist() == expected
    assert found.rii.reason.tolist() == expected
    for array in (found.sii.value, found.sii.lower, found.rii.value, found.intercept, found.end, found.slope):
        assert np.isnan(array).tolist() == [True] * 4 + [False]


@pytest.mark.parametrize("transform", [True, False])
@pytest.mark.parametrize(
    ("kind", "value", "lower", "reason"),
    [
        (
            "rate",
            [0, 1, 2, 3, 4],
            [0, 1, 2, 3, 4],
            "a figure or limit of 0 has no place on the scale of ratios that this needs",
        ),
        (
            "rate",
            [1, 1, 2, 3, 4],
            [0, 1, 2, 3, 4],
            "a figure or limit of 0 has no place on the scale of ratios that this needs",
        ),
        (
            "proportion",
            [0.1, 0.1, 0.1, 0.1, 0.2],
            [0, 0.1, 0.1, 0.1, 0.1],
            "a figure or limit of none or of everyone has no place on the scale of odds that this needs",
        ),
        (
            "proportion",
            [0.1, 0.1, 0.1, 0.1, 1],
            [0.1] * 5,
            "a figure or limit of none or of everyone has no place on the scale of odds that this needs",
        ),
    ],
)
def test_nought_has_no_place_on_a_scale_of_ratios(kind, value, lower, reason, transform):
    upper = np.minimum(np.array(value) + 1, 1) if kind == "proportion" else np.array(value) + 1
    found = slope_index(EQUAL, value, lower, upper, kind=kind, transform=transform, repetitions=10)

    assert found.sii.reason == reason
    assert np.isnan([found.sii.value, found.rii.value]).tolist() == [True, True]


def test_a_line_that_is_not_above_nought_has_an_index_but_no_ratio():
    found = slope_index(EQUAL, [-2, -1, 0, 1, 2], se=SE)

    assert found.sii.value == pytest.approx(5)
    assert found.sii.reason == ""
    assert np.isnan([found.rii.value, found.rii.lower]).tolist() == [True, True]
    assert found.rii.reason == "the line is not above 0 from end to end, so that it has no ratio"


def test_a_line_that_could_start_at_nought_has_a_ratio_without_limits():
    found = slope_index(EQUAL, [1, 2, 3, 4, 5], se=[2] * 5)

    assert found.rii.value == pytest.approx(5.5 / 0.5)
    assert np.isnan([found.rii.lower, found.rii.upper]).tolist() == [True, True]
    assert found.rii.reason == ""


def test_a_simulated_line_that_could_start_at_nought_has_a_ratio_without_limits():
    rates = np.array([1, 2, 3, 4, 5.0])
    found = slope_index(EQUAL, rates, rates / 3, rates * 3, kind="rate", repetitions=2000)

    assert np.isfinite([found.sii.lower, found.sii.upper]).tolist() == [True, True]
    assert np.isnan([found.rii.lower, found.rii.upper]).tolist() == [True, True]


REFUSED = [
    (lambda: slope_index([1] * 4, VALUES[:4], se=SE[:4]), "5 to 100 groups along the last axis, and there are 4"),
    (lambda: slope_index(np.ones(101), np.ones(101), se=np.ones(101)), "there are 101"),
    (lambda: slope_index(EQUAL, VALUES), "where there are none, use gradient"),
    (lambda: slope_index(EQUAL, VALUES, lower=VALUES), "give lower and upper limits"),
    (lambda: slope_index(EQUAL, VALUES, VALUES, VALUES, SE), "give lower and upper limits, or standard errors"),
    (lambda: slope_index(EQUAL, VALUES, se=SE, kind="rate"), "the standard error of a rate"),
    (lambda: slope_index(EQUAL, VALUES, se=SE, kind="count"), "the kind of value is 'count'"),
    (lambda: slope_index(EQUAL, VALUES, se=SE, transform=True), "leave transform off"),
    (lambda: slope_index(EQUAL, VALUES, se=SE, confidence=1), "no limits are certain"),
    (lambda: slope_index(EQUAL, VALUES, se=SE, confidence=95), "the confidence is 95"),
    (lambda: slope_index([1, 1, -1, 1, 1], VALUES, se=SE), "1 of 5 observations have a negative population, first 2"),
    (lambda: slope_index(EQUAL, VALUES, se=[1, 1, 1, 1, -1]), "negative standard error, first 4"),
    (lambda: slope_index(EQUAL, VALUES, [9] * 5, [8] * 5), "5 of 5 observations have an upper limit below"),
    (lambda: slope_index(EQUAL, [0.1, 0.1, 0.1, 0.1, 12], [0.1] * 5, [0.2] * 5, kind="proportion"), "outside 0 to 1"),
    (lambda: slope_index(EQUAL, [1, 1, -1, 1, 1], [1] * 5, [2] * 5, kind="rate"), "negative rates, first 2"),
    (lambda: slope_index(EQUAL, VALUES[:4], se=SE), "shapes differ"),
    (lambda: slope_index(1, 1, se=1), "groups lie along the last axis"),
    (lambda: midpoint_ranks([1, -1]), "negative population, first 1"),
    (lambda: midpoint_ranks(1), "groups lie along the last axis"),
    (lambda: gradient([0.5] * 8, [1] * 8, [-1] * 8), "8 of 8 observations have a negative weight, first 0"),
    (lambda: gradient([1.5] * 8, [1] * 8, [1] * 8), "a rank outside 0 to 1, first 0"),
    (lambda: gradient([0.5] * 8, [1] * 7, [1] * 8), "shapes differ"),
    (lambda: gradient([0.5] * 8, [1] * 8, [1] * 8, confidence=1), "no limits are certain"),
]


@pytest.mark.parametrize(("call", "words"), REFUSED)
def test_what_can_only_be_a_mistake_is_refused(call, words):
    with pytest.raises(MethodError, match=words):
        call()


def test_midpoints_are_missing_where_a_population_is_or_nobody_is_counted():
    ranks = midpoint_ranks([[1, np.nan, 1], [0, 0, 0], [1, 1, 2]])

    assert np.isnan(ranks).tolist() == [[True] * 3, [True] * 3, [False] * 3]


# The gradient, against statsmodels' weighted least squares, which was written by others.

RANKS = midpoint_ranks([120, 80, 100, 90, 110, 70, 95, 105, 130])
LEVELS = np.array([31.0, 27.5, 29.1, 24.0, 25.2, 21.9, 22.4, 18.8, 19.5])
WEIGHTS = np.array([120.0, 80, 100, 90, 110, 70, 95, 105, 130])


def test_the_gradient_and_its_band_agree_with_statsmodels():
    import statsmodels.api as sm

    fitted = sm.WLS(LEVELS, sm.add_constant(RANKS), weights=WEIGHTS).fit()
    at = np.array([0, 0.3, 1])
    band = fitted.get_prediction(sm.add_constant(at)).conf_int(alpha=0.05)

    found = gradient(RANKS, LEVELS, WEIGHTS)

    assert [found.intercept, found.slope.value] == pytest.approx(fitted.params.tolist(), rel=1e-9)
    assert [found.slope.lower, found.slope.upper] == pytest.approx(fitted.conf_int()[1].tolist(), rel=1e-9)
    assert found.p == pytest.approx(fitted.pvalues[1], rel=1e-6)
    assert found.at(at).lower == pytest.approx(band[:, 0], rel=1e-9)
    assert found.at(at).upper == pytest.approx(band[:, 1], rel=1e-9)
    assert found.areas == 9


def test_the_gradient_is_the_slope_index_s_own_line_where_weights_are_people():
    index = slope_index(WEIGHTS, LEVELS, se=np.ones(9))
    found = gradient(RANKS, LEVELS, WEIGHTS)

    assert found.slope.value == pytest.approx(index.sii.value)
    assert found.intercept == pytest.approx(index.intercept)
    assert found.slope.lower != pytest.approx(index.sii.lower, rel=1e-3)


@given(st.lists(st.floats(-100, 100), min_size=9, max_size=9), st.floats(0.5, 20), st.floats(-50, 50))
def test_the_gradient_shifts_and_scales_with_its_values(values, scale, shift):
    here, there = gradient(RANKS, values, WEIGHTS), gradient(RANKS, np.array(values) * scale + shift, WEIGHTS)

    for part in ("value", "lower", "upper"):
        assert getattr(there.slope, part) == pytest.approx(scale * getattr(here.slope, part), rel=1e-6, abs=1e-6)


@given(st.lists(st.floats(-100, 100), min_size=9, max_size=9), st.permutations(range(9)))
def test_the_gradient_does_not_depend_on_the_order_of_areas(values, order):
    order = list(order)
    here, there = gradient(RANKS, values, WEIGHTS), gradient(RANKS[order], np.array(values)[order], WEIGHTS[order])

    assert there.slope.lower == pytest.approx(here.slope.lower, rel=1e-6, abs=1e-6)


def test_series_are_fitted_each_on_its_own():
    values = np.stack([LEVELS, LEVELS[::-1], np.full(9, 3.0), np.where(np.arange(9) < 7, LEVELS, np.nan)])
    shape = (4, 9)
    found = gradient(np.broadcast_to(RANKS, shape), values, np.broadcast_to(WEIGHTS, shape))

    alone = [gradient(RANKS, row, WEIGHTS) for row in values]
    np.testing.assert_array_equal(found.slope.upper, [one.slope.upper for one in alone])
    np.testing.assert_array_equal(found.at([0, 1]).lower, [one.at([0, 1]).lower for one in alone])
    assert found.reason.tolist() == ["", "", "", "fewer than 8 areas have a value"]


def test_the_band_is_narrowest_at_the_middle_and_holds_the_line():
    found = gradient(RANKS, LEVELS, WEIGHTS)
    band = found.at(np.linspace(0, 1, 101))

    width = band.upper - band.lower
    assert abs(np.argmin(width) / 100 - found.mean_rank) < 0.01
    assert band.value == pytest.approx((band.lower + band.upper) / 2)


def test_areas_that_are_all_equal_have_no_slope_at_all():
    found = gradient(RANKS, np.full(9, 0.1), WEIGHTS)

    assert [found.slope.value, found.slope.lower, found.slope.upper] == [0, 0, 0]
    assert found.p == 1


def test_areas_exactly_on_a_line_have_a_slope_that_is_certain():
    found = gradient(np.arange(8) / 8, np.arange(8.0), np.ones(8))

    assert found.slope.value == pytest.approx(8)
    assert found.p == pytest.approx(0, abs=1e-12)


def test_an_area_without_a_value_or_weight_is_left_out():
    values, weights = np.append(LEVELS, [np.nan, 50]), np.append(WEIGHTS, [10, 0])

    found = gradient(np.append(RANKS, [0.5, 0.6]), values, weights)

    assert found.areas == 9
    assert found.slope.lower == pytest.approx(gradient(RANKS, LEVELS, WEIGHTS).slope.lower)


def test_a_gradient_without_a_figure_has_a_reason():
    few = gradient(RANKS[:7], LEVELS[:7], WEIGHTS[:7])
    same = gradient([0.1] * 8, LEVELS[:8], [1] * 8)

    assert few.reason == "fewer than 8 areas have a value"
    assert same.reason == "all areas have the same rank"
    for found in (few, same):
        band = found.at([0, 1])
        assert np.isnan([found.slope.value, found.slope.lower, found.intercept, found.p]).tolist() == [True] * 4
        assert np.isnan(band.value).tolist() == [True, True]
        assert band.reason.tolist() == [str(found.reason)] * 2
