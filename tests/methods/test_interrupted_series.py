import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pmif.errors import MethodError
from pmif.methods.interrupted_series import interrupted_series
from tests.methods.reference import Case, cases, number

INPUTS, OUTPUTS = "its_inputs.csv", "its_outputs.csv"
TERMS = {
    "intercept": "intercept",
    "pre_slope": "slope_before",
    "level_change": "level_change",
    "slope_change": "slope_change",
}


def fitted(case: Case):
    start = int(case.rows[OUTPUTS][0]["intervention_t"]) - 1  # the reference counts from 1
    values, people = case.column(INPUTS, "value"), case.column(INPUTS, "denominator")
    return interrupted_series(values, start, denominator=None if np.isnan(people).all() else people)


@pytest.mark.parametrize("case", cases("interrupted-series", INPUTS, OUTPUTS))
def test_agrees_with_the_reference(case):
    found = fitted(case)

    assert found.reason == ""
    assert len(case.rows[OUTPUTS]) == len(TERMS)
    for row in case.rows[OUTPUTS]:
        term = getattr(found, TERMS[row["term"]])
        assert row["status"] == "ok"
        assert found.model == row["model"].replace("quasip", "quasi-p")
        assert term.value == pytest.approx(number(row["estimate"]), rel=1e-9), row["term"]
        assert term.se == pytest.approx(number(row["se_newey_west_lag2"]), rel=1e-9), row["term"]
        assert term.se_model == pytest.approx(number(row["se_model"]), rel=1e-9), row["term"]
        assert found.dispersion == pytest.approx(number(row["dispersion"]), rel=1e-9)
        assert found.fitted[-1] == pytest.approx(number(row["fitted_last"]), rel=1e-9)
        assert found.counterfactual[-1] == pytest.approx(number(row["counterfactual_last"]), rel=1e-9)
        if row["durbin_watson"]:
            assert found.durbin_watson == pytest.approx(number(row["durbin_watson"]), rel=1e-9)


def noisy(points, start, *, level=0.0, slope=0.0, seed=0):
    t = np.arange(points)
    after = t >= start
    draw = np.random.default_rng(seed)
    return 50 + 0.5 * t + level * after + slope * (t - start) * after + draw.normal(0, 1, points)


def test_a_series_without_noise_gives_back_the_change_that_was_put_in():
    t = np.arange(20)
    found = interrupted_series(10 + 2 * (t + 1) + np.where(t >= 12, 5 - 1.5 * (t - 12), 0), 12)

    terms = [found.intercept, found.slope_before, found.level_change, found.slope_change]
    assert [term.value for term in terms] == pytest.approx([10, 2, 5, -1.5])
    assert found.counterfactual == pytest.approx(10 + 2 * (t + 1))
    assert found.effect_last.value == pytest.approx(5 - 1.5 * 7)


def test_standard_errors_and_limits_agree_with_those_of_statsmodels():
    import statsmodels.api as sm

    values = noisy(30, 15, level=3)
    t = np.arange(30)
    after = (t >= 15).astype(float)
    design = np.column_stack([np.ones(30), t + 1, after, (t - 15) * after])
    for lag in (0, 2, 5):
        line = sm.OLS(values, design).fit()
        robust = line.get_robustcov_results("HAC", maxlags=lag, use_correction=True, use_t=True)
        found = interrupted_series(values, 15, lag=lag)
        terms = [found.intercept, found.slope_before, found.level_change, found.slope_change]
        assert [term.se for term in terms] == pytest.approx(robust.bse.tolist(), rel=1e-9)
        assert [term.lower for term in terms] == pytest.approx(robust.conf_int()[:, 0].tolist(), rel=1e-9)
        assert [term.upper for term in terms] == pytest.approx(robust.conf_int()[:, 1].tolist(), rel=1e-9)
        assert [term.p for term in terms] == pytest.approx(robust.pvalues.tolist(), rel=1e-6)
        assert found.lag == lag


def test_the_last_effect_is_what_lies_between_the_line_and_the_counterfactual():
    values = noisy(30, 15, level=3, slope=0.2)
    found = interrupted_series(values, 15)
    counts, people = np.random.default_rng(3).poisson(200, 30), np.full(30, 10_000)
    rates = interrupted_series(counts, 15, denominator=people)

    assert found.effect_last.value == pytest.approx(found.fitted[-1] - found.counterfactual[-1])
    assert np.exp(rates.effect_last.value) == pytest.approx(rates.fitted[-1] / rates.counterfactual[-1])
    # The level change is the effect at the first point after.
    assert found.level_change.value == pytest.approx(found.fitted[15] - found.counterfactual[15])
    assert found.fitted[:15].tolist() == found.counterfactual[:15].tolist()


def test_a_control_takes_out_what_happened_to_both():
    # With a straight line, a control is the same as following the difference between the two.
    values, control = noisy(30, 15, level=6, seed=1), noisy(30, 15, level=4, seed=2)

    found = interrupted_series(values, 15, control=control)
    difference = interrupted_series(values - control, 15)

    for name in ("intercept", "slope_before", "level_change", "slope_change", "effect_last"):
        ours, theirs = getattr(found, name), getattr(difference, name)
        assert (ours.value, ours.se) == pytest.approx((theirs.value, theirs.se), rel=1e-6), name
    assert (found.fitted - found.counterfactual)[15:] == pytest.approx(
        difference.fitted[15:] - difference.counterfactual[15:]
    )
    alone = interrupted_series(values, 15)
    assert found.fitted == pytest.approx(alone.fitted)
    assert found.durbin_watson == pytest.approx(alone.durbin_watson)


def test_a_series_that_is_its_own_control_shows_no_change():
    counts, people = np.random.default_rng(3).poisson(200, 30), np.full(30, 10_000)

    found = interrupted_series(counts, 15, denominator=people, control=counts, control_denominator=people)

    assert found.level_change.value == pytest.approx(0, abs=1e-9)
    assert found.effect_last.value == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("season", [2, 3, 4, 12])
def test_a_season_is_not_taken_for_a_change(season):
    t = np.arange(48)
    wave = 8 * np.cos(2 * np.pi * t / season + 1)
    values = noisy(48, 27, level=3) + wave

    found = interrupted_series(values, 27, season=season)

    without = interrupted_series(values - wave, 27)
    assert found.level_change.value == pytest.approx(without.level_change.value, abs=1.5)
    # Without the season's terms its wave is left in the errors.
    assert found.dispersion < 2 < 10 < interrupted_series(values, 27).dispersion


def test_a_missing_point_keeps_its_place_and_is_a_caution():
    t = np.arange(24)
    values = 10.0 + t + np.where(t >= 12, 4, 0)
    values[[3, 20]] = np.nan

    found = interrupted_series(values, 12)

    assert found.level_change.value == pytest.approx(4)
    assert found.slope_before.value == pytest.approx(1)
    assert found.fitted[20] == pytest.approx(34)
    assert found.cautions == ("2 points have no figure",)
    counts, people = np.full(24, 50.0), np.full(24, 1000.0)
    people[5] = 0
    assert interrupted_series(counts, 12, denominator=people).cautions == ("1 point has no figure",)


def test_points_with_a_missing_one_between_them_are_not_taken_as_neighbours():
    values = noisy(30, 15)
    values[7] = np.nan
    t = np.arange(30)
    after = (t >= 15).astype(float)
    design = np.column_stack([np.ones(30), t + 1, after, (t - 15) * after])
    known = ~np.isnan(values)
    coefficients = np.linalg.lstsq(design[known], values[known], rcond=None)[0]
    score = np.where(known[:, None], design * (np.nan_to_num(values) - design @ coefficients)[:, None], 0)
    meat = sum(
        (1 - abs(i - j) / 3) * np.outer(score[i], score[j]) for i in range(30) for j in range(30) if abs(i - j) <= 2
    )
    bread = np.linalg.inv(design[known].T @ design[known])
    expected = np.sqrt(np.diag(bread @ meat @ bread) * 29 / 25)

    found = interrupted_series(values, 15)

    terms = [found.intercept, found.slope_before, found.level_change, found.slope_change]
    assert [term.se for term in terms] == pytest.approx(expected.tolist(), rel=1e-6)


def test_intervals_hold_the_truth_as_often_as_they_say():
    held = [
        term.lower <= 3 <= term.upper
        for term in (interrupted_series(noisy(40, 20, level=3, seed=s), 20, lag=0).level_change for s in range(300))
    ]
    assert 0.9 < np.mean(held) < 0.98


series = st.lists(st.floats(-100, 100), min_size=20, max_size=20)


@settings(max_examples=25)
@given(series, st.floats(0.5, 20), st.floats(-50, 50))
def test_changes_scale_with_the_series_and_do_not_depend_on_its_level(values, scale, shift):
    here, there = interrupted_series(values, 10), interrupted_series(np.array(values) * scale + shift, 10)

    for name in ("level_change", "slope_change"):
        assert getattr(there, name).value == pytest.approx(scale * getattr(here, name).value, rel=1e-6, abs=1e-6)
        assert getattr(there, name).lower == pytest.approx(scale * getattr(here, name).lower, rel=1e-4, abs=1e-5)


@settings(max_examples=25)
@given(st.lists(st.integers(1, 500), min_size=20, max_size=20), st.integers(2, 50))
def test_a_ratio_of_rates_does_not_depend_on_the_unit_of_people(counts, times):
    people = np.full(20, 10_000)
    here, there = (interrupted_series(counts, 10, denominator=n) for n in (people, people * times))

    assert there.level_change.value == pytest.approx(here.level_change.value, abs=1e-7)
    assert there.level_change.se == pytest.approx(here.level_change.se, rel=1e-6)


def test_one_point_after_has_a_level_but_no_slope():
    values = noisy(13, 12, level=8)
    found = interrupted_series(values, 12)

    assert found.reason == ""
    assert found.slope_change.reason == "only one point after the change"
    assert np.isnan([found.slope_change.value, found.slope_change.se]).tolist() == [True, True]
    assert found.level_change.value == pytest.approx(values[12] - found.counterfactual[12])
    assert found.cautions == ("1 point after the change, fewer than the usual 8",)


def test_few_points_on_a_side_take_their_limits_from_the_model():
    # Newey and West's error leaves out the chance in points that the line passes through.
    for after in (1, 2, 3):
        term = interrupted_series(noisy(12 + after, 12), 12).level_change
        half = (term.upper - term.lower) / 2
        reach_of_model, reach = (half / error for error in (term.se_model, term.se))
        chosen = reach_of_model if after < 3 else reach
        assert 2 < chosen < 2.4, after


def test_fewer_than_eight_points_on_a_side_are_a_caution_and_no_refusal():
    found = interrupted_series(noisy(11, 7), 7)

    assert found.reason == ""
    assert found.cautions == (
        "7 points before the change, fewer than the usual 8",
        "4 points after the change, fewer than the usual 8",
    )
    assert interrupted_series(noisy(16, 8), 8).cautions == ()


def test_a_series_that_never_moves_has_no_change_at_all():
    found = interrupted_series(np.zeros(20), 10)

    assert (found.level_change.value, found.level_change.p) == (0, 1)
    assert np.isnan(found.durbin_watson)


def test_counts_that_never_move_have_no_change_at_all():
    found = interrupted_series(np.full(20, 3), 10, denominator=np.full(20, 1000))

    assert found.level_change.value == pytest.approx(0, abs=1e-9)
    assert found.dispersion == pytest.approx(0, abs=1e-9)
    assert found.fitted == pytest.approx(np.full(20, 3.0))


NONE = np.zeros(10)
SOME = np.arange(5, 15)
REASONS = [
    (np.concatenate([NONE, SOME]), 10, {}, "no events before the change, so that rates have no ratio"),
    (np.concatenate([SOME, NONE]), 10, {}, "no events after the change, so that rates have no ratio"),
    (
        np.concatenate([SOME, SOME]),
        10,
        {"control": np.concatenate([NONE, SOME])},
        "no events before the change, so that rates have no ratio",
    ),
    (np.concatenate([SOME, [5], NONE[:9]]), 10, {}, "too few events for so many terms"),
    (np.concatenate([SOME, SOME]), 2, {}, "fewer than 3 points before the change"),
    (np.concatenate([SOME, SOME]), 20, {}, "no point after the change"),
    (SOME[:6], 3, {"season": 12}, "too few points for so many terms"),
    # Only every other point is known, and a wave of two points is always at its height there.
    (np.where(np.arange(24) % 2, np.nan, 20), 12, {"season": 2}, "too few points for so many terms"),
]


@pytest.mark.parametrize(("counts", "start", "control", "reason"), REASONS)
def test_a_series_without_a_figure_has_a_reason(counts, start, control, reason):
    people = np.full(len(counts), 1000)
    if "control" in control:
        control = {**control, "control_denominator": people}

    found = interrupted_series(counts, start, denominator=people, **control)

    assert found.reason == reason
    for term in (found.intercept, found.level_change, found.slope_change, found.effect_last):
        assert term.reason == reason
        assert np.isnan([term.value, term.se, term.lower, term.p]).tolist() == [True] * 4
    assert np.isnan(found.fitted).tolist() == [True] * len(counts)


FLAT = np.ones(20)
REFUSED = [
    (lambda: interrupted_series(FLAT, 21), "the intervention is at 21 of 20 points"),
    (lambda: interrupted_series(FLAT, -1), "the intervention is at -1 of 20 points"),
    (lambda: interrupted_series(FLAT, 10, lag=-1), "the lag is -1"),
    (lambda: interrupted_series(FLAT, 10, season=1), "a season of 1 points"),
    (lambda: interrupted_series([FLAT], 10), "a series has one axis, and this has 2"),
    (lambda: interrupted_series(-FLAT, 10, denominator=FLAT), "20 of 20 observations have a negative count"),
    (lambda: interrupted_series(FLAT, 10, denominator=FLAT[:19]), "shapes differ"),
    (lambda: interrupted_series(FLAT, 10, control=FLAT[:19]), "the control has 19 points and the series 20"),
    (lambda: interrupted_series(FLAT, 10, denominator=FLAT, control=FLAT), "give both a denominator, or neither"),
    (lambda: interrupted_series(FLAT, 10, confidence=1), "no limits are certain"),
    (lambda: interrupted_series(FLAT, 10, confidence=95), "the confidence is 95"),
]


@pytest.mark.parametrize(("call", "words"), REFUSED)
def test_what_can_only_be_a_mistake_is_refused(call, words):
    with pytest.raises(MethodError, match=words):
        call()
