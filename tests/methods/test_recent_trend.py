import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.stats import chi2

from pmif.errors import MethodError
from pmif.methods.benchmark import HIGHER_IS_BETTER, LOWER_IS_BETTER
from pmif.methods.recent_trend import (
    CRITICAL,
    DECREASING,
    INCREASING,
    NO_CHANGE,
    POINTS,
    recent_trend,
    recent_trend_of_proportions,
    trend_outcome,
)
from tests.methods.reference import cases, number

NAN = float("nan")
POLARITIES = {"high_is_good": HIGHER_IS_BETTER, "low_is_good": LOWER_IS_BETTER}
CASES = cases("recent-trend", "trend_inputs.csv", "trend_outputs.csv")


def by_counts(case):
    return recent_trend_of_proportions(
        case.column("trend_inputs.csv", "count"), case.column("trend_inputs.csv", "denominator")
    )


def by_limits(case):
    return recent_trend(*(case.column("trend_inputs.csv", name) for name in ("value", "lower_95", "upper_95")))


def of_kind(params, *, proportions):
    """The cases of proportions, or the others; the one that says the folder is absent belongs to both."""
    return [
        param
        for param in params
        if param.values[0] is None
        or (param.values[0].rows["trend_inputs.csv"][0]["value_type"] == "proportion") == proportions
    ]


def agrees(trend, row):
    """Compare one row of the reference with one trend: marker, label, χ² and slope, as far as it has them."""
    marker = "" if row["marker"] == "cannot_be_calculated" else row["marker"].replace("_", " ")
    label = row["label"].replace("_", " ") or marker

    assert str(trend.direction) == marker
    assert str(trend_outcome(trend.direction, POLARITIES[row["polarity"]])) == label
    assert (str(trend.reason) == "") == (row["message"] == "")
    assert (str(trend.direction) in (INCREASING, DECREASING)) == (row["significant"] == "TRUE")
    if not row["message"]:
        assert float(trend.chi_squared) == pytest.approx(number(row["chi_square"]), rel=1e-9, abs=1e-20)
        if row["slope"]:
            assert float(trend.slope) == pytest.approx(number(row["slope"]), rel=1e-9, abs=1e-20)


@pytest.mark.parametrize("case", of_kind(CASES, proportions=True))
def test_proportions_agree_with_the_published_method(case):
    (row,) = [row for row in case.rows["trend_outputs.csv"] if row["method"] == "proportion_chi_square"]

    agrees(by_counts(case), row)


@pytest.mark.parametrize("case", of_kind(CASES, proportions=False))
def test_rates_agree_with_both_releases_of_the_reference(case):
    rows = [row for row in case.rows["trend_outputs.csv"] if row["method"].startswith("weighted_regression")]
    assert len(rows) == 2

    for row in rows:
        agrees(by_limits(case), row)


# The reference also puts the weighted line through proportions. We do not by default; the arithmetic is the same.
@pytest.mark.parametrize("case", [p for p in of_kind(CASES, proportions=True) if not p.id.endswith("TR007")])
def test_the_weighted_line_through_proportions_agrees_too(case):
    rows = [row for row in case.rows["trend_outputs.csv"] if row["method"].startswith("weighted_regression")]
    assert len(rows) == 2

    for row in rows:
        agrees(by_limits(case), row)


@pytest.mark.parametrize("case", [p for p in CASES if p.id.endswith(("TR007", "absent"))])
def test_a_year_in_which_everyone_was_counted_is_refused_by_counts_and_not_by_limits_unlike_the_reference(case):
    assert str(by_counts(case).reason) == "everyone was counted in one of the years"
    # Limits of 57% to 100% are limits like any others; only log-odds have no figure at 100%. But they lie about 5 of 5
    # people: for a proportion whose counts are known, the counts are asked.
    assert str(by_limits(case).direction) == DECREASING


@pytest.mark.parametrize("case", [p for p in CASES if p.id.endswith(("TR040", "absent"))])
def test_a_missing_year_is_a_break_unlike_in_the_current_code_of_the_reference(case):
    assert str(by_counts(case).reason) == "one of the latest five years is missing"
    assert str(by_limits(case).reason) == "one of the latest five years is missing"


def test_the_critical_value_is_that_of_two_in_a_thousand():
    assert pytest.approx(chi2.isf(0.002, 1), abs=5e-7) == CRITICAL
    assert POINTS == 5


def test_chi_squared_of_counts_by_hand():
    # x = 10, 12, 14, 16, 18 of n = 100: N = 500, X = 70, Σtx = 230, Σtn = 1500, Σt²n = 5500.
    # (500·230 − 70·1500)² = 10000² = 10⁸; 500·10⁸ / (70·430·(500·5500 − 1500²)) = 5·10¹⁰ / (30100·500000) = 3.322259.
    trend = recent_trend_of_proportions([10, 12, 14, 16, 18], [100] * 5)

    assert float(trend.chi_squared) == pytest.approx(5e10 / (30100 * 500000), rel=1e-12)
    assert str(trend.direction) == NO_CHANGE


def test_chi_squared_of_counts_is_the_squared_correlation_of_person_and_year_times_the_people():
    # An identity of the Cochran-Armitage statistic: with one row a person (counted or not) and year, χ² = N r².
    x, n = [83, 90, 129, 70, 61], [86, 93, 136, 82, 75]
    counted = np.concatenate([np.arange(people) < part for part, people in zip(x, n, strict=True)])
    r = np.corrcoef(counted, np.repeat(np.arange(1, 6), n))[0, 1]

    assert float(recent_trend_of_proportions(x, n).chi_squared) == pytest.approx(sum(n) * r**2, rel=1e-12)


def test_the_weighted_line_is_that_of_statsmodels():
    value, lower, upper = [2.9, 1.9, 2.8, 2.9, 3.0], [2.7, 1.8, 2.6, 2.7, 2.8], [3.1, 2.1, 2.9, 3.1, 3.2]
    error = (np.array(upper) - lower) / 3.92
    # With the scale fixed at 1 the errors of the line are those of known variances.
    line = sm.WLS(value, sm.add_constant(np.arange(1, 6)), weights=1 / error**2).fit(cov_type="fixed scale")
    trend = recent_trend(value, lower, upper)

    assert float(trend.slope) == pytest.approx(line.params[1], rel=1e-9)
    assert float(trend.chi_squared) == pytest.approx((line.params[1] / line.bse[1]) ** 2, rel=1e-9)


def test_only_the_latest_five_years_count():
    long = recent_trend_of_proportions([900, 1, 100, 140, 180, 220, 260], [1000] * 7)
    short = recent_trend_of_proportions([100, 140, 180, 220, 260], [1000] * 5)

    assert str(long.direction) == INCREASING
    assert float(long.chi_squared) == float(short.chi_squared)


def test_one_year_alone_makes_no_trend():
    # Without its high first year this series rises; with it, it falls. χ² is huge all the same.
    trend = recent_trend_of_proportions([600, 250, 252, 255, 260], [1000] * 5)

    assert float(trend.chi_squared) > CRITICAL
    assert str(trend.direction) == NO_CHANGE
    assert str(
        recent_trend([60, 25, 25.2, 25.5, 26], [59, 24, 24.2, 24.5, 25], [61, 26, 26.2, 26.5, 27]).direction
    ) == (NO_CHANGE)


def test_a_year_of_nobody_counted_takes_the_direction_of_the_counts_and_says_so():
    trend = recent_trend_of_proportions([[0, 20, 40, 60, 80], [80, 60, 40, 20, 0]], [1000] * 5)

    assert trend.direction.tolist() == [INCREASING, DECREASING]
    assert trend.reason.tolist() == ["a count of 0 has no log-odds: the direction is that of the counts"] * 2
    assert np.isnan(trend.slope).tolist() == [True, True]


def test_a_slope_of_0_but_for_rounding_has_no_sign_to_keep():
    # Without the last year this series reads the same both ways: its slope is 0, and the last year makes the trend.
    x, n = [113, 1, 1, 113, 71], [267, 53, 53, 267, 113]
    for trend in (recent_trend_of_proportions(x, n), recent_trend_of_proportions(x[::-1], n[::-1])):
        assert float(trend.chi_squared) > CRITICAL
        assert str(trend.direction) == NO_CHANGE


def test_nobody_ever_counted_is_no_change():
    trend = recent_trend_of_proportions([0] * 5, [1000] * 5)

    assert (str(trend.direction), float(trend.chi_squared)) == (NO_CHANGE, 0)


def test_log_odds_that_contradict_the_counts_make_no_trend():
    # Three large years rise from 50% to 52%; two years of ten people each fall from 90% to 10%. The counts see the
    # large years, whichever is left out; the slope of the log-odds counts each year alike.
    trend = recent_trend_of_proportions([50 * 10**4, 9, 51 * 10**4, 1, 52 * 10**4], [10**6, 10, 10**6, 10, 10**6])

    assert float(trend.chi_squared) > CRITICAL
    assert float(trend.slope) < 0
    assert str(trend.direction) == NO_CHANGE


counts = st.tuples(*[st.integers(2, 3000).flatmap(lambda n: st.tuples(st.integers(1, n - 1), st.just(n)))] * 5)


@given(counts)
def test_a_series_read_backwards_has_the_opposite_trend(years):
    x, n = np.array(years).T
    there, back = recent_trend_of_proportions(x, n), recent_trend_of_proportions(x[::-1], n[::-1])

    opposite = {INCREASING: DECREASING, DECREASING: INCREASING, NO_CHANGE: NO_CHANGE}
    assert float(back.chi_squared) == pytest.approx(float(there.chi_squared), rel=1e-9, abs=1e-9)
    assert float(back.slope) == pytest.approx(-float(there.slope), rel=1e-9, abs=1e-9)
    assume(abs(float(there.slope)) > 1e-9)
    assert str(back.direction) == opposite[str(there.direction)]


@given(st.lists(counts, min_size=1, max_size=8))
def test_a_series_does_not_depend_on_its_neighbours(series):
    x, n = np.moveaxis(np.array(series), -1, 0)
    together = recent_trend_of_proportions(x, n)
    alone = [recent_trend_of_proportions(*pair) for pair in zip(x, n, strict=True)]

    assert together.direction.tolist() == [str(one.direction) for one in alone]
    assert together.chi_squared.tolist() == pytest.approx([float(one.chi_squared) for one in alone], rel=1e-12)


values = st.tuples(*[st.tuples(st.floats(-100, 100), st.floats(0.01, 10), st.floats(0.01, 10))] * 5)


@given(values, st.floats(0.01, 1000), st.floats(-1000, 1000))
def test_the_unit_of_a_figure_does_not_matter(years, times, more):
    value, down, up = np.array(years).T
    here = recent_trend(value, value - down, value + up)
    there = recent_trend(value * times + more, (value - down) * times + more, (value + up) * times + more)

    assert float(there.chi_squared) == pytest.approx(float(here.chi_squared), rel=1e-6, abs=1e-6)
    assert float(there.slope) == pytest.approx(float(here.slope) * times, rel=1e-6, abs=1e-6 * max(times, 1))


@given(st.floats(-1e9, 1e9), st.floats(1e-3, 1e3))
def test_equal_values_are_no_change_with_a_slope_of_exactly_0(value, width):
    trend = recent_trend([value] * 5, value - width, value + width)

    assert (str(trend.direction), float(trend.slope), float(trend.chi_squared)) == (NO_CHANGE, 0, 0)


def test_a_series_without_a_trend_says_why():
    trend = recent_trend_of_proportions(
        [[1, NAN, 3, 4, 5], [1, 2, 3, 4, 5], [1, 2, 3, 4, 9], [1, 2, 3, 4, 5]],
        [[9, 9, 9, 9, 9], [9, 0 + NAN, 9, 9, 9], [9, 9, 9, 9, 9], [9, 9, 9, 9, 9]],
    )
    assert trend.reason.tolist() == [
        "one of the latest five years is missing",
        "one of the latest five years is missing",
        "everyone was counted in one of the years",
        "",
    ]
    assert trend.direction.tolist() == ["", "", "", NO_CHANGE]
    assert np.isnan([trend.chi_squared, trend.slope]).tolist() == [[True, True, True, False]] * 2

    nobody = recent_trend_of_proportions([[0, 1, 1, 1, 1], [3, 1, 1, 1, 1]], [0, 9, 9, 9, 9])
    assert nobody.reason.tolist() == ["a year has nobody to count"] * 2
    assert str(recent_trend_of_proportions([1, 2, 3, 4], [9] * 4).reason) == "fewer than five years"
    assert recent_trend([[1, 2, 3, 4]] * 2, 0, 9).reason.tolist() == ["fewer than five years"] * 2

    value = np.array([[1, 2, NAN, 4, 5], [1, 2, 3, 4, 5], [1, 2, 3, 4, 5]])
    lower, upper = np.full((3, 5), 0.0), np.full((3, 5), 9.0)
    lower[1, 0], lower[2, 4], upper[2, 4] = NAN, 5, 5
    trend = recent_trend(value, lower, upper)
    assert trend.reason.tolist() == [
        "one of the latest five years is missing", "a year has no interval", "a year has an interval of no width",
    ]  # fmt: skip
    assert trend.direction.tolist() == ["", "", ""]
    assert np.isnan([trend.chi_squared, trend.slope]).tolist() == [[True] * 3] * 2


def test_better_and_worse_follow_the_polarity():
    directions = [INCREASING, DECREASING, NO_CHANGE, ""]

    assert trend_outcome(directions, HIGHER_IS_BETTER).tolist() == ["getting better", "getting worse", NO_CHANGE, ""]
    assert trend_outcome(directions, LOWER_IS_BETTER).tolist() == ["getting worse", "getting better", NO_CHANGE, ""]
    assert trend_outcome(directions, "neutral").tolist() == directions


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: recent_trend_of_proportions([1, 2, 3, 4, 10], [9] * 5), "1 of 5 observations are not a part of a whole, first 4"),
        (lambda: recent_trend_of_proportions([-1, 2, 3, 4, 5], [9] * 5), "not a part of a whole, first 0"),
        (lambda: recent_trend_of_proportions([1, 2], [9] * 5), "shapes do not match"),
        (lambda: recent_trend_of_proportions(1, 9), "found a single number"),
        (lambda: recent_trend([1] * 5, [3] * 5, [2] * 5), "lower limit is above the upper, first 0"),
        (lambda: trend_outcome(["rising"], "neutral"), "1 of 1 observations have an unknown direction"),
        (lambda: trend_outcome([INCREASING], "up"), "observations have an unknown polarity"),
    ],
)  # fmt: skip
def test_what_can_only_be_a_mistake_is_refused(call, words):
    with pytest.raises(MethodError, match=words):
        call()
