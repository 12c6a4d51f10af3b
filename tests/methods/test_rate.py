import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chi2, poisson

from pmif.errors import MethodError
from pmif.methods.estimate import normal_quantile
from pmif.methods.rate import ABOUT, EXACT_BELOW, byar, crude_rate
from tests.methods.reference import cases, number

# Exact limits of a Poisson count (Pearson and Hartley, Biometrika Tables for Statisticians, table 40), two-sided 95%.
EXACT = [(0, 0.0, 3.69), (1, 0.0253, 5.57), (2, 0.242, 7.22), (5, 1.62, 11.67), (9, 4.12, 17.08)]


@pytest.mark.parametrize("case", cases("crude-rate", "rates.csv"))
def test_agrees_with_the_reference_software(case):
    for row in case.rows["rates.csv"]:
        confidence, multiplier = number(row["confidence"]), number(row["multiplier"])
        confidence = confidence / 100 if confidence > 1 else confidence
        given = [number(row["numerator"])], [number(row["denominator"])], confidence
        if row["status"] == "error" and "confidence" in row["message"]:
            with pytest.raises(MethodError, match="the confidence is"):
                crude_rate(*given)
            continue
        estimate = crude_rate(*given)
        made = [part[0] * multiplier for part in (estimate.value, estimate.lower, estimate.upper)]
        assert made == pytest.approx(
            [number(row[name]) for name in ("value", "lower", "upper")], rel=1e-9, abs=0, nan_ok=True
        )
        assert (estimate.reason[0] != "") == (row["status"] == "error")
        if row["method"]:
            assert row["method"] == ("Exact" if number(row["numerator"]) < EXACT_BELOW else "Byars")


@pytest.mark.parametrize("case", cases("crude-rate", "grouped_inputs.csv", "grouped_outputs.csv"))
def test_agrees_with_the_reference_software_on_strata_summed_by_area(case):
    strata, outputs = case.rows["grouped_inputs.csv"], case.rows["grouped_outputs.csv"]
    outputs = [row for row in outputs if row["fun"] == "phe_rate"]
    summed = {
        name: [sum(number(row[name]) for row in strata if row["area"] == output["area"]) for output in outputs]
        for name in ("numerator", "denominator")
    }
    assert summed == {name: [number(row[name]) for row in outputs] for name in summed}

    for confidence, digits in ((0.95, "95_0"), (0.998, "99_8")):
        estimate = crude_rate(summed["numerator"], summed["denominator"], confidence)
        for made, name in (
            (estimate.value, "value"),
            (estimate.lower, f"lower{digits}cl"),
            (estimate.upper, f"upper{digits}cl"),
        ):
            assert made * 100_000 == pytest.approx([number(row[name]) for row in outputs], rel=1e-9, abs=0)


@pytest.mark.parametrize(("events", "lower", "upper"), EXACT)
def test_fewer_than_ten_events_have_the_exact_poisson_limits(events, lower, upper):
    estimate = crude_rate([events], [1])

    assert estimate.lower == pytest.approx([lower], abs=5e-3)
    assert estimate.upper == pytest.approx([upper], abs=5e-3)


def test_agrees_with_byars_formula_by_hand():
    # O = 100, z = 1.959964, √100 = 10, √101 = 10.049876
    # lower: 100 × (1 − 1 ÷ 900 − 1.959964 ÷ 30)³ = 100 × 0.93355676³ = 81.3621
    # upper: 101 × (1 − 1 ÷ 909 + 1.959964 ÷ 30.149627)³ = 101 × 1.06390779³ = 121.6279
    estimate = crude_rate([100], [1])

    assert estimate.lower == pytest.approx([81.3621], abs=5e-5)
    assert estimate.upper == pytest.approx([121.6279], abs=5e-5)


@given(st.integers(1, 9), st.sampled_from([0.9, 0.95, 0.998]))
def test_agrees_with_scipys_chi_squared_below_ten(events, confidence):
    lower, upper = byar([events], confidence)

    assert lower == pytest.approx([chi2.ppf((1 - confidence) / 2, 2 * events) / 2], rel=1e-9)
    assert upper == pytest.approx([chi2.isf((1 - confidence) / 2, 2 * events + 2) / 2], rel=1e-9)


def test_the_exact_limits_end_just_below_ten_events():
    lower, upper = byar([9.99, 10])

    assert lower[0] == pytest.approx(chi2.ppf(0.025, 2 * 9.99) / 2)
    assert upper[0] == pytest.approx(chi2.isf(0.025, 2 * 9.99 + 2) / 2)
    z = normal_quantile(0.95)
    assert lower[1] == pytest.approx(10 * (1 - 1 / 90 - z / (3 * math.sqrt(10))) ** 3, rel=1e-12)
    assert upper[1] == pytest.approx(11 * (1 - 1 / 99 + z / (3 * math.sqrt(11))) ** 3, rel=1e-12)


@given(st.integers(10, 10**6))
def test_byars_limits_stay_close_to_the_exact_ones(events):
    estimate = crude_rate([events], [1])

    # The chance of a count this far out, given each limit, is close to one in forty.
    assert poisson.sf(events - 1, estimate.lower[0]) == pytest.approx(0.025, abs=0.002)
    assert poisson.cdf(events, estimate.upper[0]) == pytest.approx(0.025, abs=0.002)


@given(st.lists(st.tuples(st.integers(0, 10**6), st.integers(1, 10**7)), min_size=1))
def test_value_and_limits_are_in_order(pairs):
    estimate = crude_rate(*zip(*pairs, strict=True))

    assert (
        np.diff(np.stack([np.zeros(len(pairs)), estimate.lower, estimate.value, estimate.upper]), axis=0) >= 0
    ).all()
    assert estimate.reason.tolist() == [""] * len(pairs)


@given(st.integers(0, 10**6), st.integers(1, 10**6), st.integers(2, 50))
def test_a_rate_scales_with_its_population(events, people, times):
    here, there = crude_rate([events], [people]), crude_rate([events], [people * times])

    assert there.upper * times == pytest.approx(here.upper)


@given(st.integers(0, 10**6))
def test_more_events_raise_both_limits_and_more_confidence_parts_them(events):
    lower, upper = byar([events, events + 1])
    surer_lower, surer_upper = byar([events], 0.998)

    assert lower[1] > lower[0]
    assert upper[1] > upper[0]
    assert surer_upper[0] > upper[0]
    assert surer_lower[0] < lower[0] or events == 0


@given(st.lists(st.integers(0, 10**6), min_size=2))
def test_a_row_does_not_depend_on_its_neighbours(events):
    together, alone = byar(events), byar(events[-1:])

    assert [limit[-1] for limit in together] == pytest.approx([limit[0] for limit in alone], rel=1e-12)


def test_byars_lower_limit_is_never_negative_short_of_certainty():
    lower, _ = byar([10.0, 11.0, 1e6], np.nextafter(1, 0))

    assert (lower > 0).tolist() == [True, True, True]


def test_no_limits_of_a_rate_are_certain():
    estimate = crude_rate([0, 8, 100], [50, 50, 50], confidence=1)

    assert estimate.value == pytest.approx([0, 0.16, 2])
    assert np.isnan(estimate.lower).tolist() == [True, True, True]
    assert np.isnan(estimate.upper).tolist() == [True, True, True]
    assert estimate.reason.tolist() == ["no limits are certain"] * 3


def test_there_may_be_more_events_than_people():
    assert crude_rate([13], [10]).value == pytest.approx([1.3])


def test_a_single_figure_and_a_table_keep_their_shape():
    assert crude_rate(3, 7).upper.shape == ()
    assert crude_rate([[1, 20], [3, 4]], [[5, 5], [5, 5]]).lower.shape == (2, 2)
    assert crude_rate([], []).value.shape == (0,)


def test_a_row_without_a_count_says_why_it_has_no_figure():
    estimate = crude_rate([np.nan, 0, 7, 2, np.nan], [5, 0, 0, np.nan, 0])

    assert estimate.reason.tolist() == [
        "count missing",
        "nobody to count",
        "nobody to count",
        "count missing",
        "count missing",
    ]
    for part in (estimate.value, estimate.lower, estimate.upper):
        assert np.isnan(part).tolist() == [True] * 5


def test_a_negative_count_is_refused():
    with pytest.raises(MethodError, match="negative count, first 1: check the source of numerator"):
        crude_rate([1, -1], [5, 5])
    with pytest.raises(MethodError, match="negative count, first 0: check the source of denominator"):
        crude_rate([1, 1], [-5, 5])
    with pytest.raises(MethodError, match="negative count"):
        byar([-1])


def test_figures_of_different_shapes_and_infinite_ones_are_refused():
    with pytest.raises(MethodError, match="shapes differ"):
        crude_rate([1, 2], [5])
    with pytest.raises(MethodError, match="infinite numerator, first 0"):
        crude_rate([np.inf], [5])


def test_the_methods_page_can_show_the_formula_in_an_ordinary_font():
    assert ABOUT.id == "crude-rate"
    assert [letter for letter in ABOUT.formula if ord(letter) > 255 and letter not in "√Σ≤≥−χ"] == []
