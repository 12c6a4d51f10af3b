import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import t, ttest_1samp

from pmif.errors import MethodError
from pmif.methods.mean import ABOUT, mean
from tests.methods.reference import cases, number

# Student (1908), The probable error of a mean, Biometrika 6, 1-25: hours of sleep gained with the
# second drug over the first, by ten patients. The mean is 1.58; R prints the interval 0.7001142 to 2.4598858.
STUDENT = [1.2, 2.4, 1.3, 1.3, 0.0, 1.0, 1.8, 0.8, 4.6, 1.4]


@pytest.mark.parametrize("case", cases("mean", "means_inputs.csv", "means_outputs.csv"))
def test_agrees_with_the_reference_software(case):
    values = case.column("means_inputs.csv", "value")
    for row in case.rows["means_outputs.csv"]:
        n = int(row["n"])
        estimate = mean(values, number(row["confidence"]))
        made = [estimate.value, estimate.lower, estimate.upper, estimate.value * len(values)]
        expected = [number(row[name]) for name in ("mean", "lower", "upper", "sum")]
        assert made == pytest.approx(expected, rel=1e-9, abs=0, nan_ok=True)
        assert len(values) == n
        assert (estimate.reason != "") == (n == 1)
        if n > 1:  # the standard deviation that the limits rest on
            spread = (
                (estimate.upper - estimate.lower) / 2 * np.sqrt(n) / t.isf((1 - number(row["confidence"])) / 2, n - 1)
            )
            assert spread == pytest.approx(number(row["stdev"]), rel=1e-9)


def test_agrees_with_students_own_example():
    estimate = mean(STUDENT)

    assert estimate.value == pytest.approx(1.58)
    assert estimate.lower == pytest.approx(0.7001142, abs=5e-8)
    assert estimate.upper == pytest.approx(2.4598858, abs=5e-8)


def test_agrees_with_a_calculation_by_hand():
    # 2 4 4 4 5 5 7 9: mean 40 ÷ 8 = 5; squares of the differences 9 1 1 1 0 0 4 16, together 32; s = √(32 ÷ 7);
    # t with 7 degrees of freedom is 2.364624 for 95%; 2.364624 × 2.138090 ÷ 2.828427 = 1.787488
    estimate = mean([[2, 4, 4, 4, 5, 5, 7, 9]])

    assert estimate.value == pytest.approx([5])
    assert estimate.upper - estimate.value == pytest.approx([1.787488], abs=2e-6)


sensible = st.floats(-1e6, 1e6, allow_subnormal=False)


@given(arrays(float, (3, 5), elements=sensible), st.sampled_from([0.9, 0.95, 0.998]))
def test_agrees_with_scipy(values, confidence):
    varied = values + np.arange(5)  # never all the same
    estimate = mean(varied, confidence)

    interval = ttest_1samp(varied, 0, axis=-1).confidence_interval(confidence)
    assert estimate.lower == pytest.approx(interval.low, rel=1e-9, abs=1e-8)
    assert estimate.upper == pytest.approx(interval.high, rel=1e-9, abs=1e-8)


@given(arrays(float, 6, elements=sensible), st.permutations(range(6)))
def test_the_order_of_values_does_not_matter(values, order):
    here, there = mean(values), mean(values[list(order)])

    assert here.upper == pytest.approx(there.upper, rel=1e-9, abs=1e-6)
    assert here.lower <= here.value <= here.upper


@given(sensible, st.integers(2, 30))
def test_equal_values_have_an_interval_of_no_width(value, n):
    estimate = mean([value] * n)

    assert [estimate.lower, estimate.value, estimate.upper] == [value, value, value]
    assert estimate.reason == ""


@given(arrays(float, (4, 5), elements=sensible))
def test_a_row_does_not_depend_on_its_neighbours(values):
    together, alone = mean(values), mean(values[2])

    assert together.lower[2] == pytest.approx(alone.lower, rel=1e-12)


@given(arrays(float, 5, elements=sensible), st.integers(0, 5))
def test_missing_values_can_be_dropped_when_asked(values, place):
    here, there = mean(values), mean(np.insert(values, place, np.nan), drop_missing=True)

    for made, expected in ((there.value, here.value), (there.lower, here.lower), (there.upper, here.upper)):
        assert made == pytest.approx(expected, rel=1e-12, abs=1e-9)
    assert there.reason == ""


def test_rows_with_different_numbers_of_values_stand_side_by_side():
    nan = np.nan
    estimate = mean([[1, 2, 3, 4], [nan, 2, 3, nan], [nan, nan, 5, nan], [nan, nan, nan, nan]], drop_missing=True)

    assert estimate.value == pytest.approx([2.5, 2.5, 5, nan], nan_ok=True)
    assert estimate.upper == pytest.approx(
        [2.5 + t.isf(0.025, 3) * np.sqrt(5 / 3) / 2, 2.5 + t.isf(0.025, 1) * np.sqrt(0.5 / 2), nan, nan], nan_ok=True
    )
    assert estimate.reason.tolist() == ["", "", "one value has no spread", "no values"]


def test_a_missing_value_makes_the_mean_missing_and_says_so():
    estimate = mean([[1, np.nan, 3], [np.nan, np.nan, 3], [1, 2, 3]])

    assert estimate.reason.tolist() == ["value missing", "value missing", ""]
    assert np.isnan(estimate.value).tolist() == [True, True, False]
    assert np.isnan(estimate.lower).tolist() == [True, True, False]


def test_one_value_is_its_own_mean_without_limits_and_none_has_no_mean():
    estimate = mean([[7.25]])
    assert estimate.value.tolist() == [7.25]
    assert np.isnan([estimate.lower, estimate.upper]).tolist() == [[True], [True]]
    assert estimate.reason.tolist() == ["one value has no spread"]

    nothing = mean(np.empty((2, 0)))
    assert np.isnan(nothing.value).tolist() == [True, True]
    assert nothing.reason.tolist() == ["no values", "no values"]


def test_no_limits_of_a_mean_are_certain():
    estimate = mean([[1, 2, 3]], confidence=1)

    assert estimate.value.tolist() == [2]
    assert np.isnan([estimate.lower, estimate.upper]).tolist() == [[True], [True]]
    assert estimate.reason.tolist() == ["no limits are certain"]


def test_an_infinite_value_and_a_wrong_confidence_are_refused():
    with pytest.raises(MethodError, match=r"infinite values, first \(0, 1\)"):
        mean([[1, np.inf]])
    with pytest.raises(MethodError, match="give a fraction"):
        mean([[1, 2]], confidence=95)


def test_the_methods_page_can_show_the_formula_in_an_ordinary_font():
    assert ABOUT.id == "mean"
    assert [letter for letter in ABOUT.formula if ord(letter) > 255 and letter not in "√Σ≤≥−χ"] == []
