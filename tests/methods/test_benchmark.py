import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chi2, poisson

from pmif.errors import MethodError
from pmif.framework.model import Polarity
from pmif.methods import polarity
from pmif.methods.benchmark import (
    HIGHER,
    LOWER,
    SIMILAR,
    Sides,
    by_interval,
    by_test_of_proportion,
    by_test_of_rate,
    by_two_intervals,
    by_two_levels,
    outcome,
)
from tests.methods.reference import Case, cases, number

POLARITIES = {"high_is_good": "higher-is-better", "low_is_good": "lower-is-better", "no_judgement": "neutral"}
# Cases of a target are in test_target.py.
BENCHMARKS = [
    param
    for param in cases("benchmark", "benchmark.csv")
    if param.values[0] is None or not param.values[0].rows["benchmark.csv"][0]["method"].startswith("target")
]


def judged(case: Case) -> tuple[Sides, str]:
    """The case by the method it names; and its outcome in the words of the reference."""
    (row,) = case.rows["benchmark.csv"]
    unit = float(row["unit"])

    def cell(name: str) -> float:
        return number(row[name])

    limits95 = cell("lower_95"), cell("upper_95")
    method = row["method"]
    if method == "single_ci_95":
        sides = by_interval(cell("value"), *limits95, cell("benchmark"))
    elif method == "single_ci_95_998":
        sides = by_two_levels(
            cell("value"), *limits95, cell("lower_998"), cell("upper_998"), cell("benchmark"),
        )  # fmt: skip
    elif method == "double_ci_95":
        sides = by_two_intervals(cell("value"), *limits95, cell("benchmark_lower_95"), cell("benchmark_upper_95"))
    else:
        test = by_test_of_proportion if "proportion" in method else by_test_of_rate
        level = 0.998 if method.endswith("998") else 0.95
        sides = test(cell("value") / unit, cell("denominator"), cell("benchmark") / unit, level)
    said = str(outcome(sides.side, POLARITIES[row["polarity"]])) or "not_compared"
    return sides, said + "_99.8" * bool(sides.strong and method == "single_ci_95_998")


@pytest.mark.parametrize("case", [param for param in BENCHMARKS if not param.id.endswith("BM199")])
def test_agrees_with_the_reference_software(case):
    sides, said = judged(case)

    assert said == case.rows["benchmark.csv"][0]["outcome"]
    assert (sides.reason == "") == (said != "not_compared")


@pytest.mark.parametrize("case", [param for param in BENCHMARKS if param.id.endswith(("BM199", "absent"))])
def test_without_its_998_limits_a_figure_is_judged_by_the_95_ones_and_says_so_unlike_the_reference(case):
    sides, said = judged(case)

    assert case.rows["benchmark.csv"][0]["outcome"] == "not_compared"
    assert said == "better"
    assert sides.reason == "no 99.8% interval: judged by the 95% interval alone"


def test_a_benchmark_on_the_edge_of_the_interval_counts_as_similar():
    sides = by_interval([50, 50, 50, 50], 45, 55, [44.9, 45, 55, 55.1])

    assert sides.side.tolist() == [HIGHER, SIMILAR, SIMILAR, LOWER]
    assert sides.strong.tolist() == [False] * 4
    assert sides.reason.tolist() == [""] * 4


def test_beyond_the_998_limits_is_the_stronger_grade():
    sides = by_two_levels([50] * 5, 45, 55, 42, 58, [41, 43, 50, 57, 59])

    assert sides.side.tolist() == [HIGHER, HIGHER, SIMILAR, LOWER, LOWER]
    assert sides.strong.tolist() == [True, False, False, False, True]


def test_one_998_limit_alone_makes_no_strong_difference():
    sides = by_two_levels([50, 50], 45, 55, [42, float("nan")], [float("nan"), 58], [40, 60])

    assert sides.side.tolist() == [HIGHER, LOWER]
    assert sides.strong.tolist() == [False, False]
    assert sides.reason.tolist() == ["no 99.8% interval: judged by the 95% interval alone"] * 2


def test_intervals_that_touch_are_similar():
    sides = by_two_intervals([50] * 4, 45, 55, [55, 55.01, 30, 30], [60, 60, 45, 44.99])

    assert sides.side.tolist() == [SIMILAR, LOWER, SIMILAR, HIGHER]


def test_control_limits_of_a_proportion_are_those_written_out_by_hand():
    # p = 0.2, n = 100, z = 1.959964: z² = 3.841459; √(z² + 4·100·0.2·0.8) = √67.841459 = 8.236593;
    # lower (40 + 3.841459 − 16.143423) / 207.682918 = 0.133367; upper (43.841459 + 16.143423) / 207.682918 = 0.288829.
    sides = by_test_of_proportion([0.13336, 0.13337, 0.28882, 0.28884], 100, 0.2)

    assert sides.side.tolist() == [LOWER, SIMILAR, SIMILAR, HIGHER]


@pytest.mark.parametrize(
    ("expected", "rounded_up", "rounded_down"), [(100, 100, 100), (7.3, 8, 7), (0.4, 1, 0), (1, 1, 1)]
)
def test_control_limits_of_a_rate_are_quantiles_of_chi_squared(expected, rounded_up, rounded_down):
    lower, upper = chi2.ppf(0.025, 2 * rounded_up) / 2, chi2.ppf(0.975, 2 * rounded_down + 2) / 2
    close = np.array([lower - 1e-6, lower + 1e-6, upper - 1e-6, upper + 1e-6])

    assert by_test_of_rate(close, 1, expected).side.tolist() == [LOWER, SIMILAR, SIMILAR, HIGHER]


def test_expected_events_that_are_whole_but_for_rounding_are_taken_as_whole():
    people = 110_000
    assert 0.0011 * people > 121  # by one part in 10^16; rounded up it would be 122
    lower = chi2.ppf(0.025, 2 * 121) / 2 / people

    assert by_test_of_rate([lower * 0.9999, lower * 1.0001], people, 0.0011).side.tolist() == [LOWER, SIMILAR]


def test_limits_of_a_rate_are_those_of_the_poisson_distribution():
    # One more event than the upper limit of 30 expected is too many for chance at 0.1%, by the limit's definition.
    upper = chi2.ppf(0.999, 62) / 2
    sides = by_test_of_rate([upper + 0.01], 1, 30)

    assert sides.strong.tolist() == [True]
    assert poisson.cdf(30, upper) == pytest.approx(0.001, rel=1e-9)


def test_a_benchmark_of_nobody_or_everybody_can_be_compared_with():
    sides = by_test_of_proportion([0, 0.5, 1, 0.5], 10, [0, 0, 1, 1])

    assert sides.side.tolist() == [SIMILAR, HIGHER, SIMILAR, LOWER]
    assert by_test_of_rate([0, 1], 10, 0).side.tolist() == [SIMILAR, HIGHER]
    people = np.arange(1, 1000)
    for level in (0.9, 0.95, 0.998):
        assert by_test_of_proportion(np.ones(999), people, 1, level).side.tolist() == [SIMILAR] * 999
        assert by_test_of_proportion(np.zeros(999), people, 0, level).side.tolist() == [SIMILAR] * 999


fractions = st.floats(0.001, 0.999)


@given(st.lists(st.tuples(fractions, fractions, st.integers(1, 10**6)), min_size=1))
def test_a_strong_difference_is_always_a_difference(rows):
    value, p, people = zip(*rows, strict=True)

    for sides in (by_test_of_proportion(value, people, p), by_test_of_rate(value, people, p)):
        assert (sides.strong & (sides.side == SIMILAR)).tolist() == [False] * len(rows)
        assert np.isin(sides.side, [LOWER, SIMILAR, HIGHER]).tolist() == [True] * len(rows)


@given(st.lists(st.tuples(fractions, fractions, st.integers(1, 10**6)), min_size=2), st.randoms())
def test_a_result_does_not_depend_on_its_neighbours(rows, random):
    order = random.sample(range(len(rows)), len(rows))
    value, p, people = (np.array(column) for column in zip(*rows, strict=True))

    together = by_test_of_proportion(value, people, p).side[order]
    assert together.tolist() == by_test_of_proportion(value[order], people[order], p[order]).side.tolist()
    assert str(by_test_of_proportion(value[0], people[0], p[0]).side) == by_test_of_proportion(value, people, p).side[0]


@given(fractions, fractions, st.integers(1, 10**6))
def test_counting_the_other_people_turns_the_side_of_a_proportion_round(value, p, people):
    here, there = by_test_of_proportion(value, people, p), by_test_of_proportion(1 - value, people, 1 - p)

    turned = {LOWER: HIGHER, HIGHER: LOWER, SIMILAR: SIMILAR}
    assert str(there.side) == turned[str(here.side)]


@given(st.floats(-1e6, 1e6), st.floats(0, 1e3), st.floats(0, 1e3), st.floats(-1e6, 1e6), st.floats(0, 1e3))
def test_two_intervals_never_find_a_difference_that_one_does_not(value, down, up, other, around):
    one = by_interval(value, value - down, value + up, other)
    two = by_two_intervals(value, value - down, value + up, other - around, other + around)

    assert str(two.side) in (SIMILAR, str(one.side))


def test_better_and_worse_follow_the_polarity():
    sides = [LOWER, SIMILAR, HIGHER, ""]

    assert outcome(sides, "higher-is-better").tolist() == ["worse", "similar", "better", ""]
    assert outcome(sides, "lower-is-better").tolist() == ["better", "similar", "worse", ""]
    assert outcome(sides, "neutral").tolist() == sides
    each = ["higher-is-better", "lower-is-better", "neutral", "neutral"]
    assert outcome([HIGHER] * 4, each).tolist() == ["better", "worse", "higher", "higher"]


def test_the_polarities_are_those_of_the_framework():
    assert {polarity.HIGHER_IS_BETTER, polarity.LOWER_IS_BETTER, polarity.NEUTRAL} == set(Polarity)
    assert outcome([HIGHER], Polarity.LOWER).tolist() == ["worse"]


NAN = float("nan")


@pytest.mark.parametrize(
    ("sides", "reasons"),
    [
        (by_interval([NAN, 5, 5, 5], [4, NAN, 4, 4], [6, 6, NAN, 6], [5, 5, 5, NAN]),
         ["no value", "no interval", "no interval", "no benchmark"]),
        (by_two_levels([NAN, 5, 5], [4, 4, NAN], [6, 6, 6], 3, 7, [5, NAN, 5]),
         ["no value", "no benchmark", "no interval"]),
        (by_two_intervals([NAN, 5, 5, 5], [4, NAN, 4, 4], 6, [4, 4, NAN, 4], [6, 6, 6, NAN]),
         ["no value", "no interval", "no interval of the benchmark", "no interval of the benchmark"]),
        (by_test_of_proportion([NAN, 0.5, 0.5, 0.5], [9, NAN, 9, 0], [0.5, 0.5, NAN, 0.5]),
         ["no value", "no denominator", "no benchmark", "nobody to count"]),
        (by_test_of_rate([NAN, 0.5, 0.5, 0.5], [9, NAN, 9, 0], [0.5, 0.5, NAN, 0.5]),
         ["no value", "no denominator", "no benchmark", "nobody to count"]),
        (by_interval([5, 5], 6, 7, 1, is_benchmark=[True, False]), ["this is the benchmark", ""]),
        (by_test_of_rate([5, 5], 6, 1, is_benchmark=True), ["this is the benchmark"] * 2),
    ],
)  # fmt: skip
def test_what_cannot_be_compared_says_why(sides, reasons):
    assert sides.reason.tolist() == reasons
    assert (sides.side == "").tolist() == [reason != "" for reason in reasons]
    assert sides.strong.tolist() == [False] * len(reasons)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (
            lambda: by_interval([5, 5], [4, 6], [6, 4], 5),
            "1 of 2 observations have a 95% interval whose lower limit is above .*first 1",
        ),
        (lambda: by_two_levels([5], [4], [6], [7], [3], 5), "have a 99.8% interval whose lower limit is above"),
        (lambda: by_two_levels([5], [4], [6], [4.5], [7], 5), "have a 99.8% interval that does not hold the 95% one"),
        (lambda: by_two_intervals([5], [4], [6], [7], [3]), "have a benchmark interval whose lower limit is above"),
        (lambda: by_test_of_proportion([0.1, 45.0], 100, 0.5), "outside 0 to 1, first 1: give fractions"),
        (lambda: by_test_of_proportion([0.1], 100, 50), "outside 0 to 1"),
        (lambda: by_test_of_proportion([0.1], -1, 0.5), "have a negative denominator"),
        (lambda: by_test_of_rate([-0.1], 10, 0.5), "have a negative rate"),
        (lambda: by_test_of_rate([0.1], 10, -0.5), "have a negative rate"),
        (lambda: by_test_of_rate([0.1], -10, 0.5), "have a negative denominator"),
        (lambda: by_test_of_rate([0.1], 10, 0.5, 0.998, 0.95), "confidences 0.998 and 0.95"),
        (lambda: by_test_of_proportion([0.1], 10, 0.5, 95, 99.8), "confidences 95 and 99.8"),
        (lambda: by_interval([5, 5], [4, 4, 4], 6, 5), r"shapes do not match \(value \(2,\), lower \(3,\)"),
        (lambda: by_interval([[5], [5], [5]], [4, 4], 6, 5), "shapes do not match"),
        (lambda: by_interval([5, float("inf")], 4, 6, 5), "1 of 2 observations have an infinite value, first 1"),
        (lambda: by_interval([5, 5], 4, 6, 5, is_benchmark=[True] * 3), "shapes do not match"),
        (lambda: outcome(["better"], "neutral"), "1 of 1 observations have an unknown side"),
        (
            lambda: outcome([HIGHER], "up"),
            "1 of 1 observations have an unknown polarity, first 0: use 'higher-is-better'",
        ),
        (lambda: outcome([HIGHER], ["neutral", "neutral"]), "give one for each, or one for all"),
    ],
)
def test_what_can_only_be_a_mistake_is_refused(call, words):
    with pytest.raises(MethodError, match=words):
        call()
