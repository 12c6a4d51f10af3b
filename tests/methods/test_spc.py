from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import ndtr

from pmif.errors import MethodError
from pmif.framework.model import Polarity
from pmif.methods.spc import (
    ABOVE,
    BELOW,
    BEYOND,
    COMMON_CAUSE,
    FAIL,
    HIGH,
    HIT_AND_MISS,
    INSIDE,
    LIMITS,
    LOW,
    MULTIPLIERS,
    PASS,
    SHIFT,
    TREND,
    TWO_OF_THREE,
    assurance,
    by_phase,
    multiplier,
    newest_against_earlier,
    variation,
    xmr,
)
from tests.methods.reference import Case, cases, number

NAN = float("nan")
HIGHER_IS_BETTER, LOWER_IS_BETTER, NEUTRAL = "higher-is-better", "lower-is-better", "neutral"
POLARITIES = {"increase": HIGHER_IS_BETTER, "decrease": LOWER_IS_BETTER, "neutral": NEUTRAL}
ASSURED = {"consistent_pass": PASS, "consistent_fail": FAIL, "inconsistent": HIT_AND_MISS, "": ""}
FILES = ("spc_cases.csv", "spc_inputs.csv", "spc_points.csv", "spc_summary.csv")


def drawn(case: Case, **settings):
    """The case's chart with the settings of NHSRplotthedots, its points in order of date."""
    (asked,) = case.rows["spc_cases.csv"]
    rows = sorted(case.rows["spc_inputs.csv"], key=lambda row: date.fromisoformat(row["date"]))
    dates = [row["date"] for row in rows]
    return xmr(
        [number(row["value"]) for row in rows],
        phase_starts=[dates.index(day) for day in asked["rebase_dates"].split(";") if day],
        baseline=int(asked["fix_after_n_points"]) if asked["fix_after_n_points"] else None,
        screen_outliers=asked["screen_outliers"] == "TRUE",
        **{"trend_points": 7, "near_points_beyond": False} | settings,
    )


def rule_and_side(said: str) -> tuple[str, str]:
    """The reference's words for what is special about a point, in ours."""
    if said == "Common Cause":
        return "", ""
    if "Trend" in said:
        return TREND, HIGH if "Increasing" in said else LOW
    rule = {"2": TWO_OF_THREE, "7": SHIFT}.get(said[0], BEYOND)
    return rule, HIGH if "Above" in said else LOW


SPC = cases("spc", *FILES)


@pytest.mark.parametrize("case", SPC)
def test_agrees_with_the_reference_software(case):
    (asked,) = case.rows["spc_cases.csv"]
    if asked["status"] == "error":
        with pytest.raises(MethodError):
            drawn(case)
        return
    chart, points = drawn(case), case.rows["spc_points.csv"]

    for ours, theirs in ((chart.mean, "mean"), (chart.lower, "lpl"), (chart.upper, "upl")):
        assert ours == pytest.approx(case.column("spc_points.csv", theirs), rel=1e-9)
    assert chart.phase.tolist() == case.column("spc_points.csv", "rebase_group")
    assert chart.provisional.tolist() == [row["short_group_warning"] == "TRUE" for row in points]
    expected = [rule_and_side(row["special_cause_type"]) for row in points]
    assert list(zip(chart.rule.tolist(), chart.side.tolist(), strict=True)) == expected

    told = ~np.isnan(chart.value)
    theirs = [row for row, here in zip(points, told, strict=True) if here]
    assert chart.beyond[told].tolist() == [row["outside_limits"] == "TRUE" for row in theirs]
    side = np.sign(np.where(np.isclose(chart.value, chart.mean, rtol=1e-12), 0, chart.value - chart.mean))
    assert side[told].tolist() == [number(row["relative_to_mean"]) for row in theirs]
    near = (chart.value > chart.near_upper) | (chart.value < chart.near_lower)
    assert (near & ~chart.beyond)[told].tolist() == [row["close_to_limits"] == "TRUE" for row in theirs]

    polarity, target = POLARITIES[asked["improvement_direction"]], number(asked["target"])
    good = {HIGHER_IS_BETTER: HIGH, LOWER_IS_BETTER: LOW}.get(polarity)
    types = [
        "common_cause" if not side
        else f"special_cause_neutral_{side}" if good is None
        else f"special_cause_{'improvement' if side == good else 'concern'}"
        for side in chart.side.tolist()
    ]  # fmt: skip
    assert types == [row["point_type"] for row in points]

    (*_, summary) = case.rows["spc_summary.csv"]
    phases = by_phase(chart)
    for ours, theirs in ((phases.mean, "mean"), (phases.lower, "lpl"), (phases.upper, "upl")):
        assert ours == pytest.approx(case.column("spc_summary.csv", theirs), rel=1e-9)
    in_phase = np.bincount(chart.phase)
    assert in_phase.tolist() == case.column("spc_summary.csv", "n")
    for kind, column in (("common", "n_common_cause"), ("improvement", "n_improvement"), ("concern", "n_concern")):
        found = np.bincount(chart.phase, [kind in name for name in types])
        assert found.tolist() == case.column("spc_summary.csv", column)
    assert str(variation(chart, polarity).icon).replace(" ", "_") == summary["variation_icon"]
    assert types[-1] == summary["last_point_type"]
    assert str(assurance(chart, target, polarity).icon) == ASSURED[summary["assurance_type"]]


@pytest.mark.parametrize("case", [param for param in SPC if param.id.endswith(("SP022", "absent"))])
def test_two_of_three_needs_all_three_on_one_side_whichever_points_count_as_near(case):
    for beyond in (False, True):
        assert drawn(case, near_points_beyond=beyond).two_of_three.tolist() == [False] * 24


def test_limits_by_hand():
    # Mean (10 + 12 + 11 + 15) / 4 = 12; ranges 2, 1, 4, mean 7/3; 2.66 × 7/3 = 6.2067.
    chart = xmr([10, 12, 11, 15], screen_outliers=False)

    assert chart.mean.tolist() == [12] * 4
    assert chart.lower == pytest.approx([12 - 2.66 * 7 / 3] * 4)
    assert chart.upper == pytest.approx([12 + 2.66 * 7 / 3] * 4)
    assert chart.near_upper == pytest.approx([12 + 2.66 * 7 / 3 * 2 / 3] * 4)
    assert chart.near_lower == pytest.approx([12 - 2.66 * 7 / 3 * 2 / 3] * 4)
    assert chart.provisional.tolist() == [True] * 4
    assert chart.reason.tolist() == [""] * 4


def test_an_outlying_range_is_left_out_once():
    # Ranges: eighteen of 1 and one of 30; their mean is 48/19 = 2.53, and 3.267 × 2.53 = 8.25 leaves the 30 out.
    values = [0, 1] * 9 + [0, 30]
    values[18] = 0
    screened, plain = xmr(values), xmr(values, screen_outliers=False)

    assert (screened.upper - screened.mean) == pytest.approx([LIMITS * 1] * 20)
    assert (plain.upper - plain.mean) == pytest.approx([LIMITS * 48 / 19] * 20)


ALTERNATING = [50, 60] * 8  # mean about 55, ranges of 10, and no pattern of its own


def test_a_run_of_six_points_is_a_trend_and_of_seven_in_the_r_package():
    values = [*ALTERNATING, 52, 53, 54, 55, 56, 57, 50]

    assert np.flatnonzero(xmr(values).trend).tolist() == [16, 17, 18, 19, 20, 21]
    assert not xmr(values, trend_points=7).trend.any()
    assert set(xmr(values).side[16:22]) == {HIGH}
    assert set(xmr(values).rule[16:22]) == {TREND}


def test_six_falling_points_are_a_trend_and_low():
    chart = xmr([*ALTERNATING, 58, 57, 56, 55, 54, 53, 60])

    # The 60 before them is higher still: the fall has seven points.
    assert np.flatnonzero(chart.trend).tolist() == list(range(15, 22))
    assert chart.side[15:22].tolist() == [LOW] * 7


@pytest.mark.parametrize("middle", [[54, 54], [54, NAN], [54, 53]], ids=["tie", "missing", "fall"])
def test_an_equal_missing_or_falling_neighbour_breaks_a_rise(middle):
    assert not xmr([*ALTERNATING, 51, 52, *middle, 55, 56, 57, 50]).trend.any()


def test_a_peak_belongs_to_the_rise_and_a_dip_to_the_fall():
    rise = [52, 53, 54, 55, 56, 57]
    chart = xmr([*ALTERNATING, *rise, *rise[-2::-1], *rise[1:], 50])

    assert np.flatnonzero(chart.trend).tolist() == list(range(16, 32))
    assert chart.side[16:32].tolist() == [HIGH] * 6 + [LOW] * 5 + [HIGH] * 5


def test_seven_points_on_one_side_of_the_mean_are_a_shift():
    swing = [40, 60, 40, 60]
    chart = xmr([*swing * 3, 51, 52, 51, 52, 51, 52, 51, 40, 60, 40])
    # The mean is 50.25 or so: positions 12 to 18 are above it, as is 11, a 60.
    assert np.flatnonzero(chart.shift).tolist() == list(range(11, 19))
    assert chart.rule[12:19].tolist() == [SHIFT] * 7
    assert chart.side[11:19].tolist() == [HIGH] * 8
    assert not xmr([*swing * 3, 51, 52, 51, 52, 51, 52, 51, 40, 60, 40], shift_points=9).shift.any()


@pytest.mark.parametrize("broken", [0.0, NAN, -1.0], ids=["on the mean", "missing", "below"])
def test_a_point_on_the_mean_or_missing_breaks_a_shift(broken):
    values = np.array([9.0, -9, 9, -9, -1, 2, 1, 2, broken, 1, 2, 1, -9, 9, -9, 9, -9])
    values[-1] -= np.nansum(values)  # so that the mean is 0
    chart = xmr(values)

    assert chart.mean == pytest.approx([0] * 17, abs=1e-12)
    assert not chart.shift.any()


def test_two_of_three_near_a_limit_flags_only_the_near_points():
    # Steps of 10: limits 55 ± 26.6, near limits 55 ± 17.7. 74, 56 and 74 lie above the mean, two beyond the near limit.
    base = [50, 60] * 12
    values = [*base, 74, 56, 74, 50]
    chart = xmr(values, baseline=24)

    assert chart.near_upper[0] == pytest.approx(55 + 26.6 * 2 / 3)
    assert np.flatnonzero(chart.two_of_three).tolist() == [24, 26]
    assert chart.rule[[24, 25, 26]].tolist() == [TWO_OF_THREE, "", TWO_OF_THREE]


def test_whether_a_point_beyond_the_limit_counts_as_near_it_is_a_setting():
    values = [*[50, 60] * 12, 90, 56, 74, 50]  # 90 is beyond the limit, 74 near it

    assert np.flatnonzero(xmr(values, baseline=24).two_of_three).tolist() == [24, 26]
    assert not xmr(values, baseline=24, near_points_beyond=False).two_of_three.any()
    assert xmr(values, baseline=24).rule[24] == BEYOND


def test_each_phase_has_its_own_limits_and_no_run_crosses_into_the_next():
    first, second = [50, 60] * 6, [150, 170] * 4
    chart = xmr([first + second] * 2, phase_starts=[12])
    phases = by_phase(chart)

    assert chart.phase.tolist() == [[0] * 12 + [1] * 8] * 2
    assert phases.start.tolist() == [[0, 12]] * 2
    assert phases.mean.tolist() == [[55, 160]] * 2
    assert phases.upper == pytest.approx(np.array([[55 + 26.6, 160 + 53.2]] * 2))
    assert phases.points.tolist() == [[12, 8]] * 2
    assert phases.provisional.tolist() == [[True, True]] * 2
    assert phases.reason.tolist() == [["", ""]] * 2
    assert not chart.flagged.any()

    rising = [*[50, 60] * 3, 51, 52, 53, 54, 55, 56]
    assert xmr(rising).trend.sum() == 6
    assert not xmr(rising, phase_starts=[9]).trend.any()
    assert not xmr(rising, phase_starts=[7]).trend.any()  # five points in the phase; the step into it is not counted
    assert not xmr(rising, phases=[7] * 9 + [9] * 3).trend.any()

    # Four points above the mean at the end of the first phase, four at the start of the second.
    apart = [-6, 6, -6, 1, 2, 1, 2, 1, 2, 1, 2, 6, -6, -6]
    assert xmr(apart).shift.any()
    assert not xmr(apart, phase_starts=[7]).shift.any()
    # Two figures of 46 lie near the limit, with a 4 between them: two of three, unless a phase starts there.
    near = [*[-10, 10] * 12, 46, 4, 46, -10, *[10, -10] * 6]
    assert np.flatnonzero(xmr(near).two_of_three).tolist() == [24, 26]
    parted = xmr(near, phase_starts=[26])
    assert (parted.value > parted.near_upper)[24:27].tolist() == [True, False, True]
    assert not parted.two_of_three.any()


def test_series_may_have_phases_of_their_own():
    values = [[1, 2, 1, 2, 8, 9, 8, 9]] * 2
    chart = xmr(values, phases=[[0] * 8, [0] * 4 + [1] * 4])
    phases = by_phase(chart)

    assert phases.mean == pytest.approx(np.array([[5, NAN], [1.5, 8.5]]), nan_ok=True)
    assert phases.points.tolist() == [[8, 0], [4, 4]]
    assert phases.reason.tolist() == [["", "no such phase"], ["", ""]]
    assert chart.mean.tolist() == [[5] * 8, [1.5] * 4 + [8.5] * 4]


def test_a_baseline_draws_the_limits_from_the_first_positions_of_each_phase():
    values = [50, 60] * 6 + [90, 100] * 6
    chart = xmr(values, baseline=12)

    assert set(chart.mean.tolist()) == {55}
    assert np.flatnonzero(chart.beyond).tolist() == list(range(12, 24))
    assert not chart.provisional.any()


def test_equal_values_have_limits_equal_to_their_mean_and_nothing_flagged():
    for screened in (True, False):
        chart = xmr([[0.1] * 24, [80] * 24], screen_outliers=screened)

        assert chart.lower.tolist() == chart.mean.tolist() == chart.upper.tolist() == [[0.1] * 24, [80] * 24]
        assert not chart.flagged.any()
        assert variation(chart, HIGHER_IS_BETTER).icon.tolist() == [COMMON_CAUSE] * 2
        assert assurance(chart, [0.2, 80], HIGHER_IS_BETTER).icon.tolist() == [FAIL, HIT_AND_MISS]


def test_one_point_has_a_mean_and_no_limits_and_says_why():
    chart = xmr([[80], [NAN]])

    assert chart.mean == pytest.approx(np.array([[80], [NAN]]), nan_ok=True)
    assert np.isnan(chart.lower).tolist() == [[True], [True]]
    assert chart.reason.tolist() == [["no two neighbouring values: no limits"], ["no value"]]
    for icons in (variation(chart, HIGHER_IS_BETTER), assurance(chart, 70, HIGHER_IS_BETTER)):
        assert icons.icon.tolist() == ["", ""]
    assert variation(chart, HIGHER_IS_BETTER).reason.tolist() == chart.reason[:, 0].tolist()
    assert assurance(chart, 70, HIGHER_IS_BETTER).reason.tolist() == ["no two neighbouring values: no limits"] * 2
    assert by_phase(chart).reason.tolist() == [["no two neighbouring values: no limits"], ["no value"]]


def test_missing_values_are_left_out_of_mean_and_ranges():
    # 10, –, 12, 14: mean 12; the one range between neighbours is 2, not also the one across the gap.
    chart = xmr([10, NAN, 12, 14])

    assert chart.mean.tolist() == [12] * 4
    assert chart.upper == pytest.approx([12 + 2.66 * 2] * 4)
    assert chart.points.tolist() == [3] * 4
    assert chart.reason.tolist() == ["", "no value", "", ""]


def test_the_icon_is_that_of_the_latest_value():
    chart = xmr([[*[50, 60] * 12, 99, NAN], [*[50, 60] * 12, 1, 55]], baseline=24)

    assert variation(chart, HIGHER_IS_BETTER).icon.tolist() == ["improvement high", COMMON_CAUSE]


@pytest.mark.parametrize(
    ("polarity", "high", "low"),
    [
        (HIGHER_IS_BETTER, "improvement high", "concern low"),
        (LOWER_IS_BETTER, "concern high", "improvement low"),
        (Polarity.NEUTRAL, "neutral high", "neutral low"),
    ],
)
def test_icons_of_variation_follow_the_polarity(polarity, high, low):
    chart = xmr([[*[50, 60] * 12, 99], [*[50, 60] * 12, 1], [*[50, 60] * 12, 55]], baseline=24)

    assert variation(chart, polarity).icon.tolist() == [high, low, COMMON_CAUSE]
    assert variation(chart, [polarity] * 3).reason.tolist() == [""] * 3


def test_icons_of_assurance_follow_the_polarity():
    chart = xmr([[50, 60] * 12] * 4)  # limits 28.4 to 81.6
    targets = [90, 20, 55, NAN]

    assert assurance(chart, targets, HIGHER_IS_BETTER).icon.tolist() == [FAIL, PASS, HIT_AND_MISS, ""]
    assert assurance(chart, targets, LOWER_IS_BETTER).icon.tolist() == [PASS, FAIL, HIT_AND_MISS, ""]
    assert assurance(chart, targets, HIGHER_IS_BETTER).reason.tolist() == ["", "", "", "no target"]
    assert assurance(chart, targets, NEUTRAL).reason.tolist() == ["no polarity"] * 3 + ["no target"]


figures = st.one_of(st.integers(-50, 50).map(float), st.floats(-1e3, 1e3), st.just(NAN))
several = st.integers(2, 30).flatmap(
    lambda n: st.lists(st.lists(figures, min_size=n, max_size=n), min_size=1, max_size=5)
)
FLAGS = ("beyond", "trend", "two_of_three", "shift", "high", "provisional", "points")


@given(several, st.integers(1, 29))
def test_a_series_does_not_depend_on_its_neighbours(rows, start):
    starts = [min(start, len(rows[0]) - 1)]
    together = xmr(rows, phase_starts=starts)

    for position, row in enumerate(rows):
        alone = xmr(row, phase_starts=starts)
        assert together.mean[position] == pytest.approx(alone.mean, rel=1e-12, abs=1e-12, nan_ok=True)
        assert together.upper[position] == pytest.approx(alone.upper, rel=1e-12, abs=1e-12, nan_ok=True)
        for name in FLAGS:
            assert getattr(together, name)[position].tolist() == getattr(alone, name).tolist()


whole = st.lists(st.one_of(st.integers(-50, 50).map(float), st.just(NAN)), min_size=2, max_size=30)


@given(whole, st.sampled_from([0.25, 2.0, 1024.0]), st.integers(-1000, 1000))
def test_the_unit_of_a_figure_does_not_matter(row, times, more):
    here, there = xmr(row), xmr(np.array(row) * times + more)

    assert there.mean == pytest.approx(here.mean * times + more, rel=1e-9, abs=1e-9, nan_ok=True)
    for name in ("trend", "points"):
        assert getattr(there, name).tolist() == getattr(here, name).tolist()


@given(whole)
def test_low_is_the_mirror_of_high(row):
    here, there = xmr(row), xmr(-np.array(row))

    turned = {HIGH: LOW, LOW: HIGH, "": ""}
    peak = here.trend & there.trend & ~here.beyond & (here.side == there.side)  # a peak is high, a dip is low
    assert here.rule.tolist() == there.rule.tolist()
    assert [turned[side] for side in here.side[~peak]] == there.side[~peak].tolist()


@given(whole)
def test_limits_hold_their_mean_and_a_point_inside_them_is_not_beyond(row):
    chart = xmr(row)
    told = ~np.isnan(chart.upper) & ~np.isnan(chart.value)
    inside = (chart.value >= chart.lower) & (chart.value <= chart.upper)

    assert (chart.upper[told] >= chart.mean[told]).tolist() == [True] * told.sum()
    assert (inside & chart.beyond)[told].tolist() == [False] * told.sum()
    assert chart.flagged[np.isnan(chart.value)].tolist() == [False] * np.isnan(chart.value).sum()


@given(st.lists(st.sampled_from([0.0, 1.0, 2.0, 3.0, NAN]), min_size=1, max_size=40), st.integers(3, 8))
def test_runs_are_found_as_by_going_along_the_points(row, length):
    found = xmr(row, trend_points=length).trend
    expected = np.zeros(len(row), dtype=bool)
    for start in range(len(row) - length + 1):
        steps = np.diff(row[start : start + length])
        if (steps > 0).all() or (steps < 0).all():
            expected[start : start + length] = True

    assert found.tolist() == expected.tolist()


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: xmr([1, 2], baseline=11), "a baseline of 11 points is too short: give 12 or more"),
        (lambda: xmr([1, 2], trend_points=2), r"runs of 2 \(trend\) and 7 \(shift\)"),
        (lambda: xmr([1, 2], shift_points=1), "at least 3"),
        (lambda: xmr(1), "found a single number or none"),
        (lambda: xmr([]), "found a single number or none"),
        (lambda: xmr([1, float("inf")]), "1 of 2 observations have an infinite values, first 1"),
        (
            lambda: xmr([1, 2], phase_starts=[1, 2]),
            "1 of 2 observations are phases that start outside the series, first 1: .* 0 to 1",
        ),
        (lambda: xmr([1, 2], phase_starts=[1], phases=[0, 1]), "phases are given twice"),
        (lambda: xmr([1, 2], phases=[0, 1, 1]), "do not match"),
        (lambda: xmr([1, 2], phases=[0, 0.5]), "1 of 2 observations have a phase that is not a whole number, first 1"),
        (lambda: xmr([1, 2], phases=[0, NAN]), "have a phase that is not a whole number"),
        (lambda: xmr([1, 2], phases=[1, 0]), "1 of 2 observations have a phase that goes back, first 1"),
        (lambda: variation(xmr([1, 2]), "increase"), "observations have an unknown polarity"),
        (lambda: assurance(xmr([1, 2]), 1, "up"), "observations have an unknown polarity"),
        (lambda: assurance(xmr([[1, 2]] * 2), [1, 2, 3], NEUTRAL), "shapes do not match"),
        (lambda: newest_against_earlier(3), "found a single number or none"),
    ],
)
def test_what_can_only_be_a_mistake_is_refused(call, words):
    with pytest.raises(MethodError, match=words):
        call()


def test_a_thousand_series_are_drawn_at_once():
    values = np.random.default_rng(1).normal(80, 3, (1000, 36))
    chart = xmr(values)

    assert chart.upper.shape == (1000, 36)
    for at in (0, 499, 999):
        assert np.array_equal(chart.upper[at], xmr(values[at]).upper)


# Gateshead: two-year-olds in funded places, per cent of those entitled, 2017/18 to 2024/25 (data/figures/dfe-lait.csv).
FUNDED_PLACES = [82.1, 82.5, 85.6, 77.3, 81.3, 76.7, 81.1, 65.9]


def test_the_fall_of_funded_places_is_seen_by_the_earlier_figures_and_hidden_by_all_of_them():
    # Earlier seven: mean 566.6 / 7 = 80.943; ranges 0.4, 3.1, 8.3, 4.0, 4.6, 4.4, mean 24.8 / 6 = 4.133;
    # 80.943 ± 3.17 × 4.133 = 67.840 to 94.046.
    usual = newest_against_earlier(FUNDED_PLACES)

    assert float(usual.mean) == pytest.approx(566.6 / 7)
    assert float(usual.lower) == pytest.approx(566.6 / 7 - 3.17 * 24.8 / 6)
    assert float(usual.upper) == pytest.approx(566.6 / 7 + 3.17 * 24.8 / 6)
    assert (int(usual.points), str(usual.outside), bool(usual.provisional), str(usual.reason)) == (7, BELOW, True, "")
    assert not xmr(FUNDED_PLACES).flagged.any()


@pytest.mark.parametrize("earlier", [7, 8, 9, 10, 11, 12, 14, 15, 17, 20, 25, 30, 45, 80])
def test_one_newest_figure_in_fifty_is_outside_by_chance_whatever_their_number(earlier):
    # Newest − mean is normal with variance 1 + 1/n, whatever the ranges: only those are drawn.
    rng = np.random.default_rng(20260408)
    ranges = np.abs(np.diff(rng.standard_normal((40_000, earlier)), axis=1)).mean(axis=1)
    alarms = 2 * ndtr(-multiplier(earlier) * ranges / np.sqrt(1 + 1 / earlier)).mean()

    assert alarms == pytest.approx(0.02, abs=0.0007)


def test_the_multiplier_falls_as_figures_are_added():
    reach = multiplier(np.arange(7, 500))

    assert (np.diff(reach) < 0).tolist() == [True] * 492
    assert np.isnan(multiplier([0, 6])).tolist() == [True, True]
    assert multiplier(list(MULTIPLIERS)).tolist() == pytest.approx(list(MULTIPLIERS.values()))


def test_the_newest_lies_above_below_or_inside():
    earlier = [50, 60] * 4  # mean 55, ranges of 10, k for eight figures 2.99: 25.1 to 84.9
    usual = newest_against_earlier([[*earlier, 85], [*earlier, 25], [*earlier, 84], [*earlier, 26]])

    assert usual.outside.tolist() == [ABOVE, BELOW, INSIDE, INSIDE]
    assert usual.upper == pytest.approx([84.9] * 4)


def test_a_range_is_a_trial_range_until_there_are_thirteen_figures():
    usual = [newest_against_earlier(np.arange(n) % 2 + 1.0) for n in (8, 12, 13)]

    assert [bool(one.provisional) for one in usual] == [True, True, False]
    assert [int(one.points) for one in usual] == [7, 11, 12]


def test_a_gap_can_only_widen_the_range():
    whole_series, gap = np.array([5.0, 6] * 6 + [7]), np.array([5.0, 6] * 6 + [7])
    gap[5] = NAN
    here, there = newest_against_earlier(whole_series), newest_against_earlier(gap)

    # Nine ranges are left, so k is that of ten earlier figures, although eleven are there.
    assert int(there.points) == 11
    assert float(there.upper - there.mean) == pytest.approx(2.76)
    assert float(here.upper - here.mean) == pytest.approx(2.62)


def test_a_series_without_a_usual_range_says_why():
    usual = newest_against_earlier(
        [
            [1, 2, 1, 2, 1, 2, 1, 2, 1, NAN],
            [NAN, NAN, NAN, 2, 1, 2, 1, 2, 1, 2],
            [1, 2, NAN, 2, 1, NAN, 1, 2, 1, 2],
            [5, 5, 5, 5, 5, 5, 5, 5, 5, 9],
            [1, 2, 1, 2, 1, 2, 1, 2, 1, 2],
        ]
    )

    assert usual.reason.tolist() == [
        "no newest figure",
        "fewer than 8 figures",
        "too few figures next to one another",
        "the earlier figures are all the same",
        "",
    ]
    assert usual.outside.tolist() == ["", "", "", "", INSIDE]
    assert usual.points.tolist() == [9, 6, 7, 9, 9]
    for array in (usual.mean, usual.lower, usual.upper):
        assert np.isnan(array).tolist() == [True] * 4 + [False]
    assert usual.provisional.tolist() == [False] * 4 + [True]
    assert newest_against_earlier([[4]]).reason.tolist() == ["fewer than 8 figures"]


@settings(max_examples=50)
@given(st.lists(st.lists(figures, min_size=12, max_size=12), min_size=1, max_size=5), st.floats(0.01, 100))
def test_a_usual_range_depends_neither_on_neighbours_nor_on_the_unit(rows, times):
    together, scaled = newest_against_earlier(rows), newest_against_earlier(np.array(rows) * times)

    for position, row in enumerate(rows):
        alone = newest_against_earlier(row)
        assert str(alone.outside) == together.outside[position]
        assert str(alone.reason) == together.reason[position]
        assert float(alone.upper) == pytest.approx(together.upper[position], rel=1e-12, nan_ok=True)
    assert scaled.reason.tolist() == together.reason.tolist()
    assert scaled.upper == pytest.approx(together.upper * times, rel=1e-9, abs=1e-9, nan_ok=True)


@given(st.lists(st.integers(-50, 50), min_size=7, max_size=15), st.integers(0, 10**4), st.integers(0, 10**4))
def test_a_newest_figure_further_out_is_never_less_remarkable(earlier, near, further):
    newest = np.mean(earlier) + np.array(sorted([near, further]))
    usual = newest_against_earlier([[*earlier, figure] for figure in newest])

    ranks = [["", INSIDE, ABOVE].index(word) for word in usual.outside]
    assert ranks == sorted(ranks)
