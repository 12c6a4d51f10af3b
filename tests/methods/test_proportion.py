import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pmif.errors import MethodError
from pmif.methods import proportion

# Newcombe (1998), Statist. Med. 17, 857-872, table I, method 3 (score, no continuity correction).
NEWCOMBE_TABLE_1 = [
    (81, 263, 0.2553, 0.3662),
    (15, 148, 0.0624, 0.1605),
    (0, 20, 0.0000, 0.1611),
    (1, 29, 0.0061, 0.1718),
]


@pytest.mark.parametrize(("part", "whole", "lower", "upper"), NEWCOMBE_TABLE_1)
def test_agrees_with_published_examples(part, whole, lower, upper):
    estimate = proportion([part], [whole])

    assert estimate.value == pytest.approx([part / whole])
    assert estimate.lower == pytest.approx([lower], abs=5e-5)
    assert estimate.upper == pytest.approx([upper], abs=5e-5)


counts = st.integers(1, 10**7).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


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


def test_a_row_without_a_count_says_why_it_has_no_figure():
    estimate = proportion([1, np.nan, 0], [np.nan, 5, 0])

    assert np.isnan(estimate.value).tolist() == [True, True, True]
    assert estimate.reason.tolist() == ["count missing", "count missing", "nobody to count"]


@pytest.mark.parametrize(("part", "whole"), [([-1], [5]), ([6], [5]), ([0], [-1])])
def test_what_is_no_part_of_a_whole_is_refused(part, whole):
    with pytest.raises(MethodError, match="not a part of a whole, first 0"):
        proportion(part, whole)
