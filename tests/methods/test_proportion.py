import math

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from statsmodels.stats.proportion import proportion_confint

from pmif.errors import MethodError
from pmif.methods.estimate import COUNT_MISSING, NOBODY_TO_COUNT, normal_quantile
from pmif.methods.proportion import ABOUT, proportion
from tests.methods.reference import cases, number

# Newcombe (1998), Statist. Med. 17, 857-872, table I, method 3 (score, no continuity correction).
NEWCOMBE_TABLE_1 = [
    (81, 263, 0.2553, 0.3662),
    (15, 148, 0.0624, 0.1605),
    (0, 20, 0.0000, 0.1611),
    (1, 29, 0.0061, 0.1718),
]


@pytest.mark.parametrize("case", cases("proportion", "proportions.csv"))
def test_agrees_with_the_reference_software(case):
    for row in case.rows["proportions.csv"]:
        confidence, multiplier = number(row["confidence"]), number(row["multiplier"])
        confidence = confidence / 100 if confidence > 1 else confidence
        given = [number(row["numerator"])], [number(row["denominator"])], confidence
        if row["status"] == "error":
            with pytest.raises(MethodError, match="the confidence is"):
                proportion(*given)
            continue
        estimate = proportion(*given)
        made = [part[0] * multiplier for part in (estimate.value, estimate.lower, estimate.upper)]
        assert made == pytest.approx(
            [number(row[name]) for name in ("value", "lower", "upper")], rel=1e-9, abs=0, nan_ok=True
        )
        assert (estimate.reason[0] != "") == math.isnan(number(row["value"]))


@pytest.mark.parametrize("case", cases("proportion", "grouped_inputs.csv", "grouped_outputs.csv"))
def test_agrees_with_the_reference_software_on_strata_summed_by_area(case):
    strata, outputs = case.rows["grouped_inputs.csv"], case.rows["grouped_outputs.csv"]
    outputs = [row for row in outputs if row["fun"] == "phe_proportion"]
    summed = {
        name: [sum(number(row[name]) for row in strata if row["area"] == output["area"]) for output in outputs]
        for name in ("numerator", "denominator")
    }
    assert summed == {name: [number(row[name]) for row in outputs] for name in summed}

    for confidence, digits in ((0.95, "95_0"), (0.998, "99_8")):
        estimate = proportion(summed["numerator"], summed["denominator"], confidence)
        for made, name in (
            (estimate.value, "value"),
            (estimate.lower, f"lower{digits}cl"),
            (estimate.upper, f"upper{digits}cl"),
        ):
            assert made * 100 == pytest.approx([number(row[name]) for row in outputs], rel=1e-9, abs=0)


@pytest.mark.parametrize(("part", "whole", "lower", "upper"), NEWCOMBE_TABLE_1)
def test_agrees_with_published_examples(part, whole, lower, upper):
    estimate = proportion([part], [whole])

    assert estimate.value == pytest.approx([part / whole])
    assert estimate.lower == pytest.approx([lower], abs=5e-5)
    assert estimate.upper == pytest.approx([upper], abs=5e-5)


counts = st.integers(1, 10**7).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@given(st.lists(counts, min_size=1), st.sampled_from([0.9, 0.95, 0.998]))
def test_agrees_with_statsmodels(pairs, confidence):
    estimate = proportion(*zip(*pairs, strict=True), confidence)

    lower, upper = proportion_confint(*np.transpose(pairs), alpha=1 - confidence, method="wilson")
    assert estimate.lower == pytest.approx(lower, rel=1e-9, abs=1e-12)
    assert estimate.upper == pytest.approx(upper, rel=1e-9, abs=1e-12)


@given(st.lists(counts, min_size=1))
def test_value_and_limits_are_in_order_and_never_leave_0_to_1(pairs):
    estimate = proportion(*zip(*pairs, strict=True))

    in_order = np.stack([np.zeros(len(pairs)), estimate.lower, estimate.value, estimate.upper, np.ones(len(pairs))])
    assert (np.diff(in_order, axis=0) >= 0).all()
    assert estimate.reason.tolist() == [""] * len(pairs)


@given(counts)
def test_the_interval_mirrors_when_the_count_does(pair):
    x, n = pair
    here, there = proportion([x], [n]), proportion([n - x], [n])

    assert here.lower == pytest.approx(1 - there.upper, abs=1e-12)


@given(st.integers(1, 10**7), st.floats(0.9, 0.999))
def test_none_of_n_begins_at_exactly_0_and_n_of_n_ends_at_exactly_1(n, confidence):
    estimate = proportion([0, n], [n, n], confidence)

    assert estimate.lower[0] == 0
    assert estimate.upper[1] == 1
    assert 0 < estimate.upper[0] < 1
    assert 0 < estimate.lower[1] < 1


@given(counts)
def test_more_confidence_and_fewer_people_make_the_interval_wider(pair):
    x, n = pair
    here, surer, larger = proportion([x], [n]), proportion([x], [n], 0.998), proportion([x * 4], [n * 4])

    assert surer.upper - surer.lower > here.upper - here.lower
    assert larger.upper - larger.lower < here.upper - here.lower


@given(st.lists(counts, min_size=2))
def test_a_row_does_not_depend_on_its_neighbours(pairs):
    together, alone = proportion(*zip(*pairs, strict=True)), proportion([pairs[-1][0]], [pairs[-1][1]])

    last = [together.value[-1], together.lower[-1], together.upper[-1]]
    assert last == pytest.approx([*alone.value, *alone.lower, *alone.upper], rel=1e-12)


def test_weighted_counts_need_not_be_whole():
    # x = 2.5 of n = 10 and z² = 3.841459: (5 + 3.841459 ∓ 1.959964 × √(3.841459 + 10 × 0.75)) ÷ (2 × 13.841459)
    estimate = proportion([2.5], [10])

    assert estimate.lower == pytest.approx([(8.841459 - 1.959964 * math.sqrt(11.341459)) / 27.682918], abs=1e-6)
    assert estimate.upper == pytest.approx([(8.841459 + 1.959964 * math.sqrt(11.341459)) / 27.682918], abs=1e-6)


@given(st.floats(0, 1e-6), st.floats(1, 10))
@example(6.9742e-10, 1.144)  # whose lower limit is −5.6e-17 before it is mended
def test_a_weighted_count_close_to_none_has_no_limit_below_0(part, whole):
    estimate = proportion([part], [whole])

    assert 0 <= estimate.lower[0] <= estimate.value[0] <= estimate.upper[0]


def test_only_0_to_1_is_certain():
    estimate = proportion([3, np.nan], [7, 7], confidence=1)

    assert estimate.value == pytest.approx([3 / 7, np.nan], nan_ok=True)
    assert estimate.lower == pytest.approx([0, np.nan], nan_ok=True)
    assert estimate.upper == pytest.approx([1, np.nan], nan_ok=True)


def test_a_single_figure_and_a_table_keep_their_shape():
    assert proportion(3, 7).upper.shape == ()
    assert proportion([[1, 2], [3, 4]], [[5, 5], [5, 5]]).reason.shape == (2, 2)
    assert proportion([], []).value.shape == (0,)


def test_a_row_without_a_count_says_why_it_has_no_figure():
    estimate = proportion([1, np.nan, 0], [np.nan, 5, 0])

    for part in (estimate.value, estimate.lower, estimate.upper):
        assert np.isnan(part).tolist() == [True, True, True]
    assert estimate.reason.tolist() == [COUNT_MISSING, COUNT_MISSING, NOBODY_TO_COUNT]
    assert estimate.reason.tolist() == ["count missing", "count missing", "nobody to count"]


@pytest.mark.parametrize(("part", "whole"), [([-1], [5]), ([6], [5]), ([0], [-1])])
def test_what_is_no_part_of_a_whole_is_refused(part, whole):
    with pytest.raises(MethodError, match="not a part of a whole, first 0"):
        proportion(part, whole)


def test_a_refusal_says_how_many_where_and_what_to_do():
    with pytest.raises(MethodError, match=r"^2 of 4 observations .* first 1: check that numerator and denominator"):
        proportion([1, 6, 2, 9], [5, 5, 5, 5])
    with pytest.raises(MethodError, match=r"^1 of 4 observations .* first \(1, 0\): check that"):
        proportion([[1, 2], [9, 3]], [[5, 5], [5, 5]])


def test_figures_of_different_shapes_and_infinite_ones_are_refused():
    with pytest.raises(MethodError, match=r"shapes differ \(numerator \(2,\), denominator \(1,\)\)"):
        proportion([1, 2], [5])
    with pytest.raises(MethodError, match="infinite denominator, first 1"):
        proportion([1, 2], [5, np.inf])


@pytest.mark.parametrize("confidence", [0.05, 0, -1, 1.5, 95, math.nan])
def test_a_confidence_that_is_no_share_of_nine_tenths_or_more_is_refused(confidence):
    with pytest.raises(MethodError, match="give a fraction from"):
        proportion([1], [5], confidence)


def test_a_confidence_stands_for_so_many_standard_deviations():
    assert normal_quantile(0.95) == pytest.approx(1.959964, abs=5e-7)
    assert normal_quantile(0.998) == pytest.approx(3.090232, abs=5e-7)
    assert normal_quantile(1) == math.inf


def test_the_methods_page_can_show_the_formula_in_an_ordinary_font():
    assert ABOUT.id == "proportion"
    assert [letter for letter in ABOUT.formula if ord(letter) > 255 and letter not in "√Σ≤≥−χ"] == []
