import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import poisson

from pmif.errors import MethodError
from pmif.methods import crude_rate

# Exact limits of a Poisson count (Pearson and Hartley, Biometrika Tables for Statisticians, table 40), two-sided 95%.
EXACT = [(0, 0.0, 3.69), (1, 0.0253, 5.57), (2, 0.242, 7.22), (5, 1.62, 11.67), (9, 4.12, 17.08)]


@pytest.mark.parametrize(("events", "lower", "upper"), EXACT)
def test_fewer_than_ten_events_have_the_exact_poisson_limits(events, lower, upper):
    estimate = crude_rate([events], [1])

    assert estimate.lower == pytest.approx([lower], abs=5e-3)
    assert estimate.upper == pytest.approx([upper], abs=5e-3)


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


@given(st.integers(0, 10**6), st.integers(1, 10**6), st.integers(2, 50))
def test_a_rate_scales_with_its_population(events, people, times):
    here, there = crude_rate([events], [people]), crude_rate([events], [people * times])

    assert there.upper * times == pytest.approx(here.upper)


def test_a_row_without_a_count_says_why_it_has_no_figure():
    estimate = crude_rate([np.nan, 0], [5, 0])

    assert estimate.reason.tolist() == ["count missing", "nobody to count"]
    assert np.isnan(estimate.upper).tolist() == [True, True]


def test_a_negative_count_is_refused():
    with pytest.raises(MethodError, match="negative count, first 1"):
        crude_rate([1, -1], [5, 5])
