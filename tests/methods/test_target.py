import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pmif.errors import MethodError
from pmif.framework.model import Polarity
from pmif.methods.target import (
    CLOSE,
    MET,
    MISSED,
    UNCERTAIN,
    Ratings,
    rate_against_target,
    rate_between_thresholds,
    rate_interval_against_target,
)
from tests.methods.reference import Case, cases, number

POLARITIES = {"high_is_good": "higher-is-better", "low_is_good": "lower-is-better", "no_judgement": "neutral"}
SAID = {MET: "better", CLOSE: "similar", UNCERTAIN: "similar", MISSED: "worse", "": "not_compared"}
NO_POLARITY = ("BM263", "BM267", "BM271")  # rated by the reference as if high were good
TARGETS = [
    param
    for param in cases("target", "benchmark.csv")
    if param.values[0] is None or param.values[0].rows["benchmark.csv"][0]["method"].startswith("target")
]


def rated(case: Case) -> Ratings:
    (row,) = case.rows["benchmark.csv"]
    value, low, high = number(row["value"]), number(row["target_lower"]), number(row["target_upper"])
    polarity = POLARITIES[row["polarity"]]
    if row["method"] == "target_range":
        return rate_between_thresholds(value, low, high, polarity)
    if row["use_ci_for_target"] == "TRUE":
        limits = number(row["lower_95"]), number(row["upper_95"])
        return rate_interval_against_target(value, *limits, low, polarity)
    return rate_against_target(value, low, polarity)


@pytest.mark.parametrize("case", [param for param in TARGETS if not param.id.endswith(NO_POLARITY)])
def test_agrees_with_the_reference_software(case):
    (row,) = case.rows["benchmark.csv"]
    if row["outcome"] == "error":
        with pytest.raises(MethodError):
            rated(case)
    else:
        assert SAID[str(rated(case).rating)] == row["outcome"]


@pytest.mark.parametrize("case", [param for param in TARGETS if param.id.endswith((*NO_POLARITY, "absent"))])
def test_without_a_polarity_there_is_no_rating_unlike_the_reference(case):
    ratings = rated(case)

    assert (str(ratings.rating), str(ratings.reason)) == ("", "no polarity")


def test_a_target_is_met_on_it_and_close_within_its_tolerance():
    higher = rate_against_target([95, 94.9, 93, 92.9], 95, "higher-is-better", 2)
    lower = rate_against_target([95, 95.1, 97, 97.1], 95, "lower-is-better", 2)

    assert higher.rating.tolist() == lower.rating.tolist() == [MET, CLOSE, CLOSE, MISSED]
    assert higher.reason.tolist() == [""] * 4


def test_a_tolerance_can_be_a_share_of_the_target_whatever_its_sign():
    # 5% of 200 is 10: from 190; 5% of |−200| is 10: from −210.
    higher = rate_against_target([190, 189], 200, "higher-is-better", 0.05, tolerance_is_share=True)
    below_0 = rate_against_target([-210, -211], -200, "higher-is-better", 0.05, tolerance_is_share=True)

    assert higher.rating.tolist() == below_0.rating.tolist() == [CLOSE, MISSED]


def test_without_a_tolerance_nothing_is_close():
    ratings = rate_against_target([94.9, 94.9], 95, "higher-is-better", [0, float("nan")])

    assert ratings.rating.tolist() == [MISSED, MISSED]


def test_a_target_is_not_missed_by_rounding_alone():
    seven_per_cent = 0.07 * 100
    assert seven_per_cent > 7
    assert rate_against_target([seven_per_cent], 7, "lower-is-better").rating.tolist() == [MET]
    assert 0.8 - 0.7 > 0.1
    assert rate_against_target([0.7], 0.8, "higher-is-better", 0.1).rating.tolist() == [CLOSE]


def test_the_interval_decides_and_cannot_tell_where_it_holds_the_target():
    higher = rate_interval_against_target([9] * 4, [8, 7, 6, 6], [12, 11, 8, 7.9], 8, "higher-is-better")
    lower = rate_interval_against_target([9] * 4, [8, 7, 6, 6], [12, 11, 8, 7.9], 8, "lower-is-better")

    assert higher.rating.tolist() == [MET, UNCERTAIN, UNCERTAIN, MISSED]
    assert lower.rating.tolist() == [MISSED, UNCERTAIN, UNCERTAIN, MET]


def test_two_thresholds_part_figures_into_three():
    higher = rate_between_thresholds([89.9, 90, 94.9, 95], 90, 95, "higher-is-better")
    lower = rate_between_thresholds([89.9, 90, 94.9, 95], 90, 95, "lower-is-better")

    assert higher.rating.tolist() == [MISSED, CLOSE, CLOSE, MET]
    assert lower.rating.tolist() == [MET, CLOSE, CLOSE, MISSED]


numbers = st.floats(-1e6, 1e6)
ways = st.sampled_from(["higher-is-better", "lower-is-better"])
ORDER = [MISSED, CLOSE, MET]


@given(st.lists(numbers, min_size=2), numbers, st.floats(0, 1e6), ways)
def test_a_better_figure_never_has_a_worse_rating(values, target, tolerance, way):
    values = sorted(values, reverse=way == "lower-is-better")
    ranks = [ORDER.index(rating) for rating in rate_against_target(values, target, way, tolerance).rating]

    assert ranks == sorted(ranks)


@given(st.lists(numbers, min_size=1), numbers, st.floats(0, 1e6))
def test_low_is_the_mirror_of_high(values, target, tolerance):
    values = np.array(values)
    high = rate_against_target(values, target, "higher-is-better", tolerance)
    low = rate_against_target(-values, -target, "lower-is-better", tolerance)

    assert high.rating.tolist() == low.rating.tolist()


@given(st.lists(st.tuples(numbers, numbers, ways), min_size=1))
def test_a_rating_does_not_depend_on_its_neighbours(rows):
    values, targets, polarities = zip(*rows, strict=True)

    together = rate_against_target(values, targets, polarities).rating.tolist()
    assert together == [str(rate_against_target(*row).rating) for row in rows]


@given(st.lists(numbers, min_size=1), numbers, ways)
def test_an_interval_of_no_width_never_contradicts_the_single_target(values, target, way):
    single = rate_against_target(values, target, way).rating
    interval = rate_interval_against_target(values, values, values, target, way).rating

    on_target = np.abs(np.array(values) - target) <= 2e-9 * np.abs(target)  # where the interval rule leans to "above"
    assert interval[~on_target].tolist() == single[~on_target].tolist()


NAN = float("nan")


@pytest.mark.parametrize(
    ("ratings", "reasons"),
    [
        (rate_against_target([NAN, 5, 5], [5, NAN, 5], ["higher-is-better"] * 2 + ["neutral"]),
         ["no value", "no target", "no polarity"]),
        (rate_interval_against_target([NAN, 5, 5, 5, 5], [4, 4, NAN, 4, 4], [6, 6, 6, NAN, 6], [5, NAN, 5, 5, 5],
                                      ["lower-is-better"] * 4 + ["neutral"]),
         ["no value", "no target", "no interval", "no interval", "no polarity"]),
        (rate_between_thresholds([NAN, 5, 5, 5], [4, NAN, 4, 4], [6, 6, NAN, 6], ["lower-is-better"] * 3 + ["neutral"]),
         ["no value", "no target", "no target", "no polarity"]),
    ],
)  # fmt: skip
def test_what_cannot_be_rated_says_why(ratings, reasons):
    assert ratings.reason.tolist() == reasons
    assert ratings.rating.tolist() == [""] * len(reasons)


def test_the_frameworks_polarities_are_understood():
    assert rate_against_target([1, 1], 2, [Polarity.LOWER, Polarity.NEUTRAL]).rating.tolist() == [MET, ""]


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (
            lambda: rate_against_target([5, 5], 5, "neutral", [1, -1]),
            "1 of 2 observations have a negative tolerance, first 1",
        ),
        (lambda: rate_against_target([5], 5, "good"), "observations have an unknown polarity"),
        (lambda: rate_against_target([5, 5], [5, 5, 5], "neutral"), "shapes do not match"),
        (lambda: rate_against_target([5, 5], 5, ["neutral"] * 3), "one for each, or one for all"),
        (lambda: rate_interval_against_target([5], [6], [4], 5, "neutral"), "lower limit is above the upper, first 0"),
        (
            lambda: rate_between_thresholds([5], 95, 90, "neutral"),
            "lower threshold above the upper one, first 0: swap them",
        ),
    ],
)
def test_what_can_only_be_a_mistake_is_refused(call, words):
    with pytest.raises(MethodError, match=words):
        call()
