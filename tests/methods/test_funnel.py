import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chi2, norm, poisson

from pmif.errors import MethodError
from pmif.methods.funnel import (
    ABOUT,
    axis_positions,
    axis_range,
    derived_denominator,
    event_axis_range,
    pooled_average,
    proportion_flags,
    proportion_funnel,
    proportion_limits,
    rate_flags,
    rate_funnel,
    rate_limits,
    ratio_flags,
    ratio_limits,
)
from tests.methods.reference import cases, number

SETTINGS, AREAS, LIMITS = "funnel_cases.csv", "funnel_inputs.csv", "funnel_limits.csv"
FLAGS, POINTS = "funnel_significance.csv", "funnel_points.csv"

THEIR_FLAGS = {
    "above 99.8%": "High (0.001)",
    "above 95%": "High (0.025)",
    "inside": "Not significant",
    "below 95%": "Low (0.025)",
    "below 99.8%": "Low (0.001)",
}
LEVELS = (("95", 0.95), ("998", 0.998))


def funnel_of(case):
    """A case's settings, and its areas' counts, denominators and average as our functions take them."""
    (settings,) = case.rows[SETTINGS]
    count, denominator, rate = (np.array(case.column(AREAS, name)) for name in ("numerator", "denominator", "rate"))
    if settings["statistic"] == "rate":
        denominator = derived_denominator(count, rate / number(settings["multiplier"]), denominator)
    known = ~np.isnan(denominator)  # one standardised rate, of no events, is missing: it is in no average
    return settings, count, denominator, pooled_average(count[known], denominator[known])


@pytest.mark.parametrize("case", cases("funnel", SETTINGS, AREAS, LIMITS))
def test_limits_agree_with_the_reference_software(case):
    settings, _, _, average = funnel_of(case)
    for tail, confidence in LEVELS:
        for side in ("lower", "upper"):
            expected = case.column(LIMITS, f"{side}_{tail}")
            if settings["statistic"] == "proportion":
                limits = proportion_limits(case.column(LIMITS, "axis_value"), average, confidence)
                assert getattr(limits, side) * 100 == pytest.approx(expected, rel=1e-9, abs=0)
            elif settings["statistic"] == "ratio":  # a count's ratio is given less 1
                limits = ratio_limits(case.column(LIMITS, f"x_{side}_{tail}"), confidence)
                assert getattr(limits, side) == pytest.approx(np.array(expected) + 1, rel=1e-4)
            else:
                years, multiplier = number(settings["years_of_data"]), number(settings["multiplier"])
                person_years = np.array(case.column(LIMITS, f"x_{side}_{tail}")) * years
                limits = rate_limits(person_years, average, confidence)
                assert getattr(limits, side) * multiplier == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize("case", cases("funnel", SETTINGS, AREAS, LIMITS))
def test_the_axis_agrees_with_the_reference_software(case):
    settings, _, denominator, average = funnel_of(case)
    sizes = denominator[~np.isnan(denominator)]
    if settings["statistic"] == "proportion":
        made = axis_positions(*axis_range(sizes))
    elif settings["statistic"] == "ratio":
        made = axis_positions(*axis_range(sizes), 101)[:100]
    else:
        made = axis_positions(*event_axis_range(sizes, average, number(settings["years_of_data"])))

    assert made.tolist() == case.column(LIMITS, "axis_value")
    if settings["statistic"] != "ratio":  # whose baseline is 1
        baseline = average * number(settings["multiplier"])
        assert baseline == pytest.approx(number(case.rows[LIMITS][0]["baseline"]), rel=1e-9)


def flags_of(case):
    settings, count, denominator, average = funnel_of(case)
    if settings["statistic"] == "proportion":
        return proportion_flags(count, denominator, average)
    if settings["statistic"] == "ratio":
        return ratio_flags(count, denominator)
    return rate_flags(count, denominator, average, 10 if settings["rate_type"] == "dsr" else 0)


@pytest.mark.parametrize("case", [c for c in cases("funnel", SETTINGS, AREAS, FLAGS) if not c.id.endswith("FN020")])
def test_flags_agree_with_the_reference_software(case):
    flags = flags_of(case)

    expected = [row["significance"] for row in case.rows[FLAGS]]
    tested = ["Not applicable" not in words for words in expected]
    assert (flags.reason == "").tolist() == tested
    assert [THEIR_FLAGS.get(flag) for flag in flags.flag[tested]] == [
        words for words, yes in zip(expected, tested, strict=True) if yes
    ]
    assert flags.reason[~np.array(tested)].tolist() == ["too few events to test"] * tested.count(False)
    assert len(expected) == len(case.rows[AREAS])


@pytest.mark.parametrize("case", cases("funnel", SETTINGS, AREAS, FLAGS, only=["FN020"]))
def test_areas_are_flagged_by_count_and_rate_alone_where_the_reference_software_fails(case):
    settings, count, denominator, average = funnel_of(case)
    assert settings["significance_status"] == "error"
    flags = flags_of(case)

    # By the arithmetic of the standard: Byar's limits of the count over the denominator behind the rate.
    expected = []
    for o, n in zip(count, denominator, strict=True):
        words = "inside"
        for level, z in (("95%", norm.isf(0.025)), ("99.8%", norm.isf(0.001))):
            if o * (1 - 1 / (9 * o) - z / (3 * math.sqrt(o))) ** 3 / n > average:
                words = f"above {level}"
            if (o + 1) * (1 - 1 / (9 * (o + 1)) + z / (3 * math.sqrt(o + 1))) ** 3 / n < average:
                words = f"below {level}"
        expected.append(words)
    assert flags.flag.tolist() == expected
    assert len(set(expected)) > 1
    assert flags.reason.tolist() == [""] * len(expected)


@pytest.mark.parametrize(
    "case", [c for c in cases("funnel", SETTINGS, AREAS, POINTS) if c.values[0] is None or c.values[0].rows[POINTS]]
)
def test_the_denominators_behind_published_rates_agree_with_the_reference_software(case):
    settings, count, denominator, _ = funnel_of(case)
    expected = case.column(POINTS, "denominator_derived")

    assert denominator / number(settings["years_of_data"]) == pytest.approx(expected, rel=1e-9, nan_ok=True)
    assert count / denominator * number(settings["multiplier"]) == pytest.approx(
        case.column(POINTS, "rate_chart"), rel=1e-9, abs=0, nan_ok=True
    )


def test_the_limits_of_a_proportion_agree_with_a_calculation_by_hand():
    # Average 0.2, 400 people: 0.2 ∓ 1.959964 × √(0.2 × 0.8 ÷ 400) = 0.2 ∓ 1.959964 × 0.02
    limits = proportion_limits([400, 1], 0.2)

    assert limits.lower == pytest.approx([0.2 - 0.03919928, 0], abs=5e-8)
    assert limits.upper == pytest.approx([0.2 + 0.03919928, 0.2 + 1.959964 * 0.4], abs=5e-7)


sizes = st.floats(0.5, 1e5)


@given(st.lists(sizes, min_size=1), st.floats(1e-3, 10), st.sampled_from([0.9, 0.95, 0.998]))
def test_the_limits_of_a_rate_are_counts_that_chance_falls_short_of_or_beyond_so_often(people, average, confidence):
    n, tail = np.array(people), (1 - confidence) / 2
    limits = rate_limits(n, average, confidence)

    expected = average * n
    assert chi2.ppf(tail, 2 * limits.upper * n) / 2 == pytest.approx(expected, rel=1e-6)
    few = limits.lower > 0
    assert chi2.isf(tail, 2 * limits.lower[few] * n[few] + 2) / 2 == pytest.approx(expected[few], rel=1e-6)
    # Where even none is no rare count, there is no lower limit.
    assert (poisson.pmf(0, expected) >= tail * (1 - 1e-6)).tolist() == (~few).tolist()


@given(st.lists(sizes, min_size=1), st.floats(0, 1), st.sampled_from([0.9, 0.95, 0.998, 1]))
def test_the_limits_of_a_proportion_hold_the_average_and_stay_within_0_and_1(people, average, confidence):
    limits = proportion_limits(people, average, confidence)

    in_order = np.stack(
        [np.zeros(len(people)), limits.lower, np.full(len(people), average), limits.upper, np.ones(len(people))]
    )
    assert (np.diff(in_order, axis=0) >= 0).tolist() == np.full((4, len(people)), True).tolist()


@given(sizes, st.floats(1.01, 10), st.floats(0.01, 0.99))
def test_larger_areas_have_narrower_limits_and_more_confidence_has_wider_ones(size, times, average):
    for limits, surer in (
        (proportion_limits([size, size * times], average), proportion_limits([size], average, 0.998)),
        (rate_limits([size, size * times], average), rate_limits([size], average, 0.998)),
        (ratio_limits([size, size * times]), ratio_limits([size], 0.998)),
    ):
        assert limits.upper[1] <= limits.upper[0]
        assert limits.lower[1] >= limits.lower[0]
        assert surer.upper[0] >= limits.upper[0]
        assert surer.lower[0] <= limits.lower[0]


@given(st.lists(sizes, min_size=1), st.floats(1e-3, 10))
def test_the_limits_of_a_ratio_are_those_of_a_rate_over_its_average(people, average):
    rates, ratios = rate_limits(people, average), ratio_limits(np.multiply(people, average))

    assert rates.lower / average == pytest.approx(ratios.lower, rel=1e-9)
    assert rates.upper / average == pytest.approx(ratios.upper, rel=1e-9)


counts = st.integers(1, 10_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@given(st.lists(counts, min_size=2), st.floats(0, 1))
def test_a_flag_depends_on_nothing_but_its_own_area_and_the_average(pairs, average):
    x, n = zip(*pairs, strict=True)
    for method in (proportion_flags, rate_flags):
        together, alone = method(x, n, average), method(x[-1:], n[-1:], average)
        assert together.flag[-1] == alone.flag[0]


@given(counts, st.floats(0.001, 0.999))
def test_an_area_outside_the_limits_drawn_is_flagged_so(pair, average):
    x, n = pair
    near, far = proportion_limits([n], average), proportion_limits([n], average, 0.998)

    expected = "inside"
    for words, limits in (("95%", near), ("99.8%", far)):
        expected = f"above {words}" if x / n > limits.upper[0] else expected
        expected = f"below {words}" if x / n < limits.lower[0] else expected
    assert proportion_flags([x], [n], average).flag.tolist() == [expected]


def test_every_flag_can_be_given():
    average, n = 0.5, [100] * 5
    assert proportion_flags([80, 60, 50, 40, 20], n, average).flag.tolist() == list(THEIR_FLAGS)
    assert rate_flags([90, 68, 50, 34, 20], n, average).flag.tolist() == list(THEIR_FLAGS)
    assert ratio_flags([90, 68, 50, 34, 20], [50] * 5).flag.tolist() == list(THEIR_FLAGS)


@pytest.mark.parametrize("count", [[0, 0, 0], [10, 50, 100]])
def test_where_all_are_at_0_or_100_percent_the_funnel_has_no_width_and_nobody_is_flagged(count):
    funnel = proportion_funnel(count, [10, 50, 100])

    assert funnel.near.lower.tolist() == funnel.near.upper.tolist() == [funnel.average] * funnel.denominator.size
    assert funnel.far.lower.tolist() == funnel.far.upper.tolist()
    assert funnel.flags.flag.tolist() == ["inside"] * 3


def test_no_events_anywhere_flag_nobody():
    funnel = rate_funnel([0, 0], [10, 50])

    assert funnel.near.upper.tolist() == [0] * funnel.denominator.size
    assert funnel.flags.flag.tolist() == ["inside"] * 2


def test_an_area_that_was_not_tested_says_why():
    nan = np.nan
    proportions = proportion_flags([nan, 1, 1, 1], [5, nan, 5, 5], 0.5)
    assert proportions.reason.tolist() == ["count missing", "denominator missing", "", ""]
    assert proportions.flag.tolist() == ["", "", "inside", "inside"]
    assert proportion_flags([0], [0], 0.5).reason.tolist() == ["nobody to count"]

    for flags in (
        rate_flags([nan, 10, 10, 9, 10], [5, nan, 0, 5, 20], 0.5, 10),
        ratio_flags([nan, 10, 10, 9, 10], [5, nan, 0, 5, 10], 10),
    ):
        assert flags.reason.tolist() == [
            "count missing",
            "denominator missing",
            "nobody to count",
            "too few events to test",
            "",
        ]
        assert flags.flag.tolist() == ["", "", "", "", "inside"]


def test_the_average_is_of_all_areas_together():
    assert pooled_average([10, 40], [1000, 500]) == pytest.approx(50 / 1500)


@pytest.mark.parametrize(
    ("numerator", "denominator", "words"),
    [
        ([1, np.nan], [5, 5], "1 of 2 observations have no count, first 1: leave out"),
        ([1, 1], [np.nan, 5], "have no denominator, first 0: leave out"),
        ([1, 0], [5, 0], "have no denominator, first 1"),
        ([1, -1], [5, 5], "negative count"),
        ([1, 1], [5], "shapes differ"),
        ([], [], "no areas to average"),
    ],
)
def test_an_average_that_lacks_an_area_is_refused(numerator, denominator, words):
    with pytest.raises(MethodError, match=words):
        pooled_average(numerator, denominator)


def test_a_denominator_is_derived_from_count_and_rate_or_taken_as_supplied_where_nothing_happened():
    nan = np.nan
    made = derived_denominator([20, 0, 0, 5, nan], [0.1, 0, nan, nan, 0.1], [999, 300, 400, 500, 600])

    assert made == pytest.approx([200, 300, nan, nan, nan], nan_ok=True)
    assert derived_denominator([20, 0], [0.1, 0]) == pytest.approx([200, nan], nan_ok=True)
    with pytest.raises(MethodError, match="1 of 2 observations have events but a rate of 0, first 1: check"):
        derived_denominator([20, 1], [0.1, 0])
    with pytest.raises(MethodError, match="shapes differ"):
        derived_denominator([20, 1], [0.1, 0.1], [5])


@pytest.mark.parametrize(
    ("areas", "start", "end"),
    [
        # 1.05 × 3,770 = 3,958.5, up to 4,000; 53 is less than half of 3,770
        ([53, 3770], 0, 4000),
        # 1.05 × 102,936 = 108,082.8, up to 110,000; 0.95 × 82,124 = 78,017.8, down to 70,000
        ([82_124, 102_936], 70_000, 110_000),
        ([9, 9], 8, 10),
        ([40, 80], 30, 84),  # just twice as large
        ([40, 81], 0, 86),  # 1.05 × 81 = 85.05
        ([0.5, 0.6], 0, 0.7),
        ([100], 90, 110),
    ],
)
def test_the_axis_runs_from_below_the_smallest_to_beyond_the_largest(areas, start, end):
    assert axis_range(areas) == pytest.approx((start, end))


@given(st.lists(st.floats(1, 1e7), min_size=1, max_size=20))
def test_every_area_is_within_the_axis(areas):
    start, end = axis_range(areas)

    assert start <= min(areas)
    assert end >= max(areas)


@given(st.floats(0, 1e4), st.floats(1.5, 1e3))
def test_positions_rise_and_close_up_where_the_limits_bend(start, times):
    made = axis_positions(start, max(1, start) * times + 200)

    assert made.size == 100
    assert made[0] == max(1, start)
    assert (np.diff(made) >= 1 - 1e-9).tolist() == [True] * 99
    assert made[-1] == pytest.approx(max(1, start) * times + 200, abs=0.51)


def test_a_proportion_has_all_that_its_funnel_plot_needs():
    count, people = [30, 65, 200, 90], [200, 500, 900, 800]
    funnel = proportion_funnel(count, people)

    assert funnel.average == pytest.approx(385 / 2400)
    assert funnel.denominator[0] == 100  # half the smallest area
    assert funnel.denominator[-1] == 950  # 1.05 × 900 = 945, up to 950
    near, far = (
        proportion_limits(funnel.denominator, 385 / 2400),
        proportion_limits(funnel.denominator, 385 / 2400, 0.998),
    )
    assert funnel.near.lower.tolist() == near.lower.tolist()
    assert funnel.far.upper.tolist() == far.upper.tolist()
    assert funnel.flags.flag.tolist() == proportion_flags(count, people, 385 / 2400).flag.tolist()
    assert funnel.flags.flag.tolist() == ["inside", "inside", "above 99.8%", "below 99.8%"]


def test_a_rate_has_all_that_its_funnel_plot_needs():
    count, people = [30, 65, 260, 90], [20_000, 50_000, 90_000, 80_000]
    funnel = rate_funnel(count, people, years=10)

    assert funnel.average == pytest.approx(445 / 240_000)
    assert funnel.denominator[0] == 10_000
    assert funnel.denominator[-1] == 95_000
    assert (np.diff(funnel.denominator) > 0).tolist() == [True] * (funnel.denominator.size - 1)
    near, far = rate_limits(funnel.denominator, funnel.average), rate_limits(funnel.denominator, funnel.average, 0.998)
    assert funnel.near.upper.tolist() == near.upper.tolist()
    assert funnel.far.lower.tolist() == far.lower.tolist()
    assert funnel.flags.flag.tolist() == rate_flags(count, people, funnel.average).flag.tolist()
    assert rate_funnel([9, 30], [90, 300], fewest_events=10).flags.reason.tolist() == ["too few events to test", ""]


def test_with_the_boroughs_own_average_an_area_may_lack_its_figure():
    count, people = [np.nan, 65, 260], [200, 500, np.nan]
    for make in (proportion_funnel, rate_funnel):
        funnel = make(count, people, 0.15)
        assert funnel.average == 0.15
        assert funnel.flags.reason.tolist() == ["count missing", "", "denominator missing"]
        with pytest.raises(MethodError, match="have no count"):
            make(count, people)


@pytest.mark.parametrize("limits", [proportion_limits, rate_limits, lambda sizes, _: ratio_limits(sizes)])
@pytest.mark.parametrize(
    ("denominator", "words"), [([5, 0], "no denominator, first 1"), ([np.nan], "no denominator"), ([-1], "negative")]
)
def test_limits_at_no_size_are_refused(limits, denominator, words):
    with pytest.raises(MethodError, match=words):
        limits(denominator, 0.5)


@pytest.mark.parametrize("average", [-0.1, 1.1, math.nan, math.inf])
def test_an_average_that_no_such_figures_can_have_is_refused(average):
    for method in (
        lambda: proportion_limits([5], average),
        lambda: proportion_flags([1], [5], average),
        lambda: proportion_funnel([1], [5], average),
    ):
        with pytest.raises(MethodError, match="the average is not one"):
            method()
    if average != 1.1:
        for method in (
            lambda: rate_limits([5], average),
            lambda: rate_flags([1], [5], average),
            lambda: event_axis_range([5], average),
        ):
            with pytest.raises(MethodError, match="the average is not one"):
                method()


def test_mistakes_in_areas_years_and_confidence_are_refused():
    with pytest.raises(MethodError, match="not a part of a whole, first 0"):
        proportion_flags([6], [5], 0.5)
    with pytest.raises(MethodError, match="negative count"):
        rate_flags([-1], [5], 0.5)
    with pytest.raises(MethodError, match="no limits of a rate are certain"):
        rate_limits([5], 0.5, 1)
    with pytest.raises(MethodError, match="give a fraction"):
        proportion_limits([5], 0.5, 95)
    with pytest.raises(MethodError, match="give a fraction"):
        ratio_limits([5], 0.05)
    with pytest.raises(MethodError, match="there are no areas"):
        axis_range([])
    with pytest.raises(MethodError, match="there are no areas"):
        proportion_funnel([np.nan], [0], 0.5)
    for years in (0, -1, math.nan, math.inf):
        with pytest.raises(MethodError, match="years of data"):
            rate_funnel([1], [5], years=years)
        with pytest.raises(MethodError, match="years of data"):
            event_axis_range([5], 0.5, years)


def test_the_methods_page_can_show_the_formula_in_an_ordinary_font():
    assert ABOUT.id == "funnel"
    assert [letter for letter in ABOUT.formula if ord(letter) > 255 and letter not in "√Σ≤≥−χ"] == []
