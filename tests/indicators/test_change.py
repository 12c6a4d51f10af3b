"""Which tests of change the figures support, what each finds, and the one state they add up to."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pmif.indicators import JudgedBy, State, Went
from pmif.indicators.change import Series
from tests.indicators.test_trend import find_one, rows


def years(*values: float, reach: float | None = None, first: int = 2014) -> pd.DataFrame:
    """Figures of financial years in a row, with or without an interval."""
    limits = [(v, v - reach, v + reach) if reach else (v,) for v in values]
    return rows(*((f"{y}-{(y + 1) % 100:02d}", *cells) for y, cells in enumerate(limits, start=first)))


STEADY = (80.0, 81.0, 79.5, 80.5, 80.0, 79.0, 81.0)


def test_a_fall_in_a_short_series_cannot_hide_in_the_limits_that_it_widens():
    """The places for two-year-olds: with limits from all the figures, the fall from 81 to 66 was no clear change."""
    finding = find_one(years(78.0, 80.0, 81.0, 79.0, 80.0, 78.0, 79.0, 66.0))

    assert (finding.state, finding.judged_by) == (State.GETTING_WORSE, JudgedBy.USUAL_RANGE)
    assert finding.usual.went is Went.LOWER
    assert finding.usual.provisional
    assert finding.usual.points == 8


def test_a_newest_figure_like_the_others_is_no_detectable_change():
    finding = find_one(years(*STEADY, 80.0))

    assert finding.state is State.NO_DETECTABLE_CHANGE
    assert finding.judged_by is None
    assert finding.usual.lower < 80.0 < finding.usual.upper


def test_seven_figures_are_too_few_for_a_usual_range():
    finding = find_one(years(*STEADY))

    assert finding.state is State.CHANGE_NOT_TESTED
    assert finding.usual.went is None
    assert "8" in finding.usual.reason


def test_three_yearly_figures_have_no_control_chart():
    finding = find_one(years(50.0, 51.0, 60.0))

    assert finding.usual.lower is None
    assert finding.usual.reason


def test_from_thirteen_figures_on_the_nhs_chart_is_drawn_and_its_limits_are_not_provisional():
    finding = find_one(years(*STEADY, *STEADY[:5], 90.0, first=2012))

    assert (finding.usual.points, finding.usual.provisional) == (13, False)
    assert (finding.usual.went, finding.usual.rule, finding.usual.high) == (Went.HIGHER, "beyond a limit", "2024-25")


def test_a_missing_year_leaves_the_place_of_the_figure_empty_on_the_chart():
    table = years(*STEADY, 80.0, 79.0, 80.5)
    finding = find_one(table[table["period"] != "2017-18"].reset_index(drop=True))

    assert finding.usual.points == 9
    assert finding.usual.went is Went.NO_CHANGE


def test_money_moves_and_is_never_better_or_worse():
    finding = find_one(years(500.0, 515.0, 520.0, 540.0, 560.0, 575.0, 590.0, 640.0), unit="pounds")

    assert finding.usual.went is Went.HIGHER
    assert (finding.state, finding.in_cash_terms) == (State.MOVED, True)


def test_figures_of_several_years_together_have_no_usual_range():
    periods = [f"{y}-to-{y + 2}" for y in range(2008, 2020)]
    finding = find_one(rows(*((p, 50.0 + n % 2) for n, p in enumerate(periods))), frequency="rolling-years")

    assert finding.usual.went is None
    assert "share" in finding.usual.reason


# --- the recent trend -----------------------------------------------------------------------------------


def test_a_drift_that_two_intervals_cannot_see_is_a_trend():
    finding = find_one(years(50.0, 51.0, 52.0, 53.0, 54.0, reach=1.0))

    assert finding.step.went is Went.NO_CHANGE
    assert finding.trend.went is Went.HIGHER
    assert (finding.state, finding.judged_by) == (State.IMPROVING, JudgedBy.TREND)
    assert str(finding.trend.since) == "2014-15"


def test_a_trend_needs_five_years_in_a_row():
    table = years(50.0, 51.0, 52.0, 53.0, 54.0, 55.0, reach=1.0)
    with_a_gap = find_one(table[table["period"] != "2017-18"].reset_index(drop=True))
    of_four = find_one(table.tail(4).reset_index(drop=True))

    assert (with_a_gap.trend.went, of_four.trend.went) == (None, None)
    assert "missing" in with_a_gap.trend.reason
    assert "there are 4" in of_four.trend.reason


def test_a_trend_of_a_share_uses_the_counts_behind_it():
    table = years(50.0, 52.0, 54.0, 56.0, 58.0, reach=1.5).assign(
        numerator=[500, 520, 540, 560, 580], denominator=1000.0
    )
    counted = find_one(table, method="proportion", numerator="N", denominator="D")

    # Cochran and Armitage's chi-squared, by hand: N(NΣtx − XΣtn)² / (X(N − X)(NΣt²n − (Σtn)²)).
    t, x, n = np.arange(1, 6), np.array([500, 520, 540, 560, 580]), np.full(5, 1000)
    whole, part = n.sum(), x.sum()
    by_hand = whole * (whole * (t * x).sum() - part * (t * n).sum()) ** 2
    by_hand /= part * (whole - part) * (whole * (t**2 * n).sum() - (t * n).sum() ** 2)
    assert counted.trend.chi_squared == pytest.approx(by_hand)


def test_a_trend_without_counts_or_intervals_says_so():
    assert "none is published" in find_one(years(50.0, 51.0, 52.0, 53.0, 54.0)).trend.reason


def test_a_trend_is_for_yearly_figures():
    table = rows(*((f"2024-25-q{q}", 50.0, 49.0, 51.0) for q in range(1, 5)), ("2025-26-q1", 50.0, 49.0, 51.0))

    assert "yearly" in find_one(table, frequency="quarter").trend.reason


def test_a_trend_of_figures_for_three_years_together_takes_only_those_that_share_no_year():
    periods = [(f"{y}-to-{y + 2}", 50.0 + y - 2000, 49.5 + y - 2000, 50.5 + y - 2000) for y in range(2005, 2018)]
    finding = find_one(rows(*periods), frequency="rolling-years")

    assert finding.trend.went is Went.HIGHER
    assert str(finding.trend.since) == "2005-to-2007"
    assert "there are 4" in find_one(rows(*periods[1:]), frequency="rolling-years").trend.reason


# --- one state -------------------------------------------------------------------------------------------


def test_the_newest_step_decides_where_the_trend_goes_the_other_way():
    finding = find_one(years(50.0, 54.0, 58.0, 62.0, 59.0, reach=1.0))

    assert (finding.step.went, finding.trend.went) == (Went.LOWER, Went.HIGHER)
    assert (finding.state, finding.judged_by) == (State.GETTING_WORSE, JudgedBy.STEP)


def test_trial_limits_never_overrule_a_published_interval():
    """Residents in work: 76.3 (72.0 to 80.6), just above trial limits, after 70.6 with as wide an interval."""
    finding = find_one(years(*STEADY, 90.0, reach=6.0))

    assert (finding.usual.went, finding.usual.provisional) == (Went.HIGHER, True)
    assert finding.step.went is Went.NO_CHANGE
    assert (finding.state, finding.judged_by) == (State.NO_DETECTABLE_CHANGE, None)


def test_an_nhs_chart_counts_beside_intervals():
    finding = find_one(years(*STEADY, *STEADY[:5], 90.0, reach=6.0, first=2012))

    assert (finding.state, finding.judged_by) == (State.IMPROVING, JudgedBy.USUAL_RANGE)


def test_where_no_test_can_be_made_the_reason_is_given():
    finding = find_one(years(50.0, 51.0))

    assert (finding.state, finding.tested) == (State.CHANGE_NOT_TESTED, False)
    assert finding.reason
    assert [bool(test.reason) for test in finding.tests.values()] == [True, True, True]


series = st.lists(st.floats(1, 99).map(lambda x: round(x, 1)), min_size=2, max_size=16)


@given(series, st.sampled_from([None, 0.5, 3.0]))
def test_every_test_is_made_or_says_why_not(values, reach):
    finding = find_one(years(*values, reach=reach, first=2008))

    for test in finding.tests.values():
        assert (test.went is None) == bool(test.reason)
    decided = finding.state in (State.IMPROVING, State.GETTING_WORSE)
    assert decided == (finding.judged_by is not None)
    if finding.judged_by:
        better = finding.tests[finding.judged_by].went is Went.HIGHER
        assert better == (finding.state is State.IMPROVING)


@given(series)
def test_better_up_is_worse_down_whichever_test_decides(values):
    table = years(*values, reach=1.0, first=2008)
    up, down = (find_one(table, polarity=p) for p in ("higher-is-better", "lower-is-better"))

    opposite = {State.IMPROVING: State.GETTING_WORSE, State.GETTING_WORSE: State.IMPROVING}
    assert down.state is opposite.get(up.state, up.state)
    assert down.judged_by is up.judged_by


def test_a_series_keeps_each_figure_in_its_place():
    table = rows(("2016-01-21", 1.0), ("2017-01-19", 2.0), ("2019-01-17", 4.0))

    assert Series.of(table).places == [0, 1, 3]
    assert np.isnan(Series.of(table).even("value")).tolist() == [False, False, True, False]


def test_two_figures_for_one_place_have_none():
    assert Series.of(rows(("2024-04-01", 1.0), ("2024-06-01", 2.0), ("2025-04-01", 3.0))).places is None


def test_many_years_of_months_and_quarters_each_keep_their_place():
    months = [(f"{2016 + n // 12}-m{n % 12 + 1:02d}", 50.0 + n % 3) for n in range(130)]
    quarters = [(f"{2010 + n // 4}-{(11 + n // 4) % 100:02d}-q{n % 4 + 1}", 50.0) for n in range(60)]

    assert Series.of(rows(*months)).places == list(range(130))
    assert Series.of(rows(*quarters)).places == list(range(60))
    assert find_one(rows(*months), frequency="month").usual.points == 130


def test_figures_that_hardly_vary_have_no_usual_range_to_leave():
    for values in ([70.0] * 12 + [71.0] + [70.0] * 3, [70.0] * 16):
        finding = find_one(years(*values, first=2008))

        assert finding.usual.went is None
        assert finding.usual.reason == "The figures hardly vary, so no usual range can be drawn."


def test_a_trend_from_a_year_of_none_is_kept_although_its_direction_comes_with_a_remark():
    table = years(0.0, 5.0, 10.0, 20.0, 40.0).assign(numerator=[0.0, 5.0, 10.0, 20.0, 40.0], denominator=100.0)
    finding = find_one(table, method="proportion", numerator="N", denominator="D")

    assert finding.trend.went is Went.HIGHER
    assert finding.trend.reason == ""
