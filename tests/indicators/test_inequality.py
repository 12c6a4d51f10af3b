from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import box

from pmif.framework import Dimension, Framework, Measure, Reporting
from pmif.framework.model import Group
from pmif.geography import Areas
from pmif.indicators.inequality import find_gaps
from pmif.indicators.neighbourhood import find_neighbourhood
from tests.indicators.test_trend import UNITS, measure


def table(figures: list[tuple], **same: object) -> pd.DataFrame:
    """Figures as (area name, group, value, lower, upper)."""
    columns = ["area_name", "group", "value", "lower", "upper"]
    rows = pd.DataFrame([(*f, np.nan, np.nan)[:5] for f in figures], columns=columns)
    rows["status"] = np.where(rows["value"].isna(), "suppressed", "shown")
    made = {"measure": "m", "vintage": "v", "period": "2025-26", "dimension": "", "kind": "ward", "mark": ""} | same
    return rows.assign(**made)


MEALS = Dimension(
    id="meals", title="Meals", groups=(Group(id="eligible", title="E"), Group(id="not-eligible", title="N"))
)
FIFTHS = Dimension(
    id="fifths", title="Fifths", ordered=True, groups=tuple(Group(id=f"fifth-{n}", title=str(n)) for n in range(1, 6))
)
REPORTING = Reporting(
    current="2026-27-q2", first="2025-26-q4", closes_after_days=40, council="Borough", contact="Team", wards_note="N",
    ward_shapes=(),
)  # fmt: skip
AREAS = Areas(Path(), ())


def gaps(rows: pd.DataFrame, *measures: Measure) -> list:
    framework = Framework.model_construct(
        measures=measures or (measure(),), dimensions=(MEALS, FIFTHS), units=UNITS, reporting=REPORTING
    )
    return find_gaps(rows, framework, AREAS)


def test_a_gap_names_the_ends_and_how_far_apart_they_are():
    wards = table([("Ash", "", 8.0), ("Beech", "", 2.0), ("Cedar", "", 5.0)])
    borough = table([("Borough", "", 4.5)], kind="borough")
    (gap,) = gaps(pd.concat([wards, borough], ignore_index=True))

    assert (gap.dimension, gap.highest, gap.lowest, gap.count, gap.shown) == ("ward", "Ash", "Beech", 3, 3)
    assert (gap.difference, gap.ratio, gap.average) == pytest.approx((6.0, 4.0, 4.5))
    assert not gap.tested


def test_a_withheld_ward_is_counted_and_never_an_end():
    (gap,) = gaps(table([("Ash", "", np.nan), ("Beech", "", 2.0), ("Cedar", "", 5.0)]))

    assert (gap.highest, gap.count, gap.shown) == ("Cedar", 3, 2)


def test_groups_are_compared_within_the_borough():
    rows = table([("Borough", "eligible", 47.1), ("Borough", "not-eligible", 72.4)], kind="borough", dimension="meals")
    (gap,) = gaps(rows)

    assert (gap.dimension, gap.highest, gap.lowest) == ("meals", "not-eligible", "eligible")


@pytest.mark.parametrize(("upper", "tested"), [(2.9, True), (3.0, False)])
def test_ends_are_apart_beyond_doubt_only_when_their_intervals_are(upper, tested):
    (gap,) = gaps(table([("Ash", "", 4.0, 3.0, 5.0), ("Beech", "", 2.0, 1.0, upper)]))

    assert gap.tested is tested


def test_nothing_is_so_many_times_nought():
    (gap,) = gaps(table([("Ash", "", 4.0), ("Beech", "", 0.0)]))

    assert gap.ratio is None


def test_the_newest_period_is_used_and_vintages_are_not_mixed():
    rows = pd.concat(
        [
            table([("Ash", "", 9.0), ("Beech", "", 1.0)], period="2024-25"),
            table([("Elm", "", 3.0), ("Fir", "", 2.0)], vintage="w"),
        ],
        ignore_index=True,
    )
    (gap,) = gaps(rows)

    assert (gap.highest, gap.lowest) == ("Elm", "Fir")


def test_one_figure_is_no_gap():
    assert gaps(table([("Ash", "", 4.0), ("Beech", "", np.nan)])) == []


def test_a_single_group_is_set_beside_everyone():
    eligible = table([("Borough", "eligible", 41.5)], kind="borough", dimension="meals")
    everyone = table([("Borough", "", 60.6)], kind="borough")
    (gap,) = gaps(pd.concat([eligible, everyone], ignore_index=True))

    assert (gap.dimension, gap.lowest, gap.highest) == ("meals", "eligible", "everyone")


def test_the_interval_of_a_gap_comes_from_both_ends():
    (gap,) = gaps(table([("Ash", "", 8.0, 7.0, 9.0), ("Beech", "", 2.0, 1.0, 3.0)]))

    reach = 2**0.5  # both reach 1 either way: √(1² + 1²)
    assert (gap.difference_lower, gap.difference_upper) == pytest.approx((6 - reach, 6 + reach))


def by_year(*pairs: tuple[float, float], reach: float = np.nan, first: int = 2016) -> pd.DataFrame:
    """Two groups over the years: (eligible, others), with the same reach of every interval."""
    return pd.concat(
        [
            table(
                [("B", "eligible", low, low - reach, low + reach), ("B", "not-eligible", high, high - reach, high + reach)],
                kind="borough", dimension="meals", period=f"{year}-{(year + 1) % 100:02d}",
            )
            for year, (low, high) in enumerate(pairs, start=first)
        ],
        ignore_index=True,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("now", "went"), [((50.0, 60.0), "narrowing"), ((40.0, 70.0), "widening"), ((45.0, 65.5), "no detectable change")]
)
def test_a_gap_with_intervals_narrows_only_beyond_chance(now, went):
    (gap,) = gaps(by_year((45.0, 65.0), now, reach=1.0))

    assert (gap.change.went, gap.change.method) == (went, "change-of-gap")
    assert gap.change.earlier == pytest.approx(20.0)
    assert str(gap.change.since) == "2016-17"


def test_a_gap_without_intervals_is_judged_by_its_own_usual_range():
    steady = [(45.0, 65.0), (45.0, 66.0), (46.0, 65.5), (45.0, 65.5), (44.0, 64.5), (46.0, 66.0), (45.0, 65.0)]
    (narrower,) = gaps(by_year(*steady, (55.0, 60.0)))
    (same,) = gaps(by_year(*steady, (45.0, 65.5)))
    (few,) = gaps(by_year(*steady[:3]))

    assert (narrower.change.went, narrower.change.method) == ("narrowing", "usual-range")
    assert same.change.went == "no detectable change"
    assert (few.change.went, "there are 3" in few.change.reason) == ("", True)


def test_a_gap_is_not_followed_across_a_change_of_definition():
    rows = by_year((45.0, 65.0), (50.0, 60.0), reach=1.0)
    changed = measure(definition_changes=[{"since": "2017-18", "what": "Counted anew."}])
    (gap,) = gaps(rows, changed)

    assert gap.change.went == ""
    assert "no earlier period" in gap.change.reason


def fifths(values: list[float], reach: float = 1.0, period: str = "2025-26") -> pd.DataFrame:
    rows = [("B", f"fifth-{n}", v, v - reach, v + reach) for n, v in enumerate(values, start=1)]
    return table(rows, kind="borough", dimension="fifths", period=period).assign(denominator=1000.0, numerator=500.0)


def test_groups_in_order_have_a_slope_and_its_change():
    table = pd.concat([fifths([70, 72, 74, 76, 78], period="2024-25"), fifths([60, 65, 70, 75, 80])], ignore_index=True)
    (gap,) = gaps(table, measure(groups=["fifths"]))

    # Equal groups on a straight line: a step of 5 from middle to middle is 25 from end to end.
    assert (gap.slope.method, gap.slope.value, gap.slope.start) == (
        "slope-index",
        pytest.approx(25),
        pytest.approx(57.5),
    )
    assert gap.slope.lower < 25 < gap.slope.upper
    assert (gap.change.went, gap.change.earlier) == ("widening", pytest.approx(10))


def test_a_slope_needs_every_group():
    (gap,) = gaps(fifths([60, 65, np.nan, 75, 80]))

    assert gap.slope.value is None
    assert gap.slope.reason == "It needs all groups, and 1 of 5 is withheld or has no figure."


def ward_book(values: list[float], tags: list[str], **same: object) -> list:
    names = [(f"Ward {n}", "", v) for n, v in enumerate(values)]
    scores = table([(f"Ward {n}", "", 50.0 - 3 * n) for n in range(len(values))]).assign(measure="score")
    rows = pd.concat([table(names), scores], ignore_index=True).assign(denominator=np.nan, numerator=np.nan, **same)
    rows["area"] = rows["area_name"]
    return gaps(rows, measure(tags=tags), measure(id="score", tags=["deprivation"]))


def test_wards_without_intervals_have_a_gradient_from_their_scatter():
    gap, of_score = ward_book([9.0, 8.2, 7.1, 6.0, 5.2, 4.1, 2.9, 2.0], [])

    assert gap.slope.method == "gradient"
    assert gap.slope.upper < 0, "the least deprived end is lower"
    assert of_score.slope.value is None, "the score has no slope against itself"


def test_what_the_deprivation_score_is_made_from_has_no_slope_against_it():
    gap, _ = ward_book([9.0, 8.0, 7.0, 6.0, 5.0, 4.0, 3.0, 2.0], ["part-of-deprivation-index"])

    assert gap.slope.value is None
    assert "made from this measure" in gap.slope.reason


def grid(values: list[float]) -> tuple[pd.DataFrame, gpd.GeoDataFrame]:
    """Sixteen square wards, four by four, and their figures row by row."""
    names = [f"Ward {n:02d}" for n in range(16)]
    rows = table([(name, "", v) for name, v in zip(names, values, strict=True)])
    squares = [box(n % 4, n // 4, n % 4 + 1, n // 4 + 1) for n in range(16)]
    return rows.assign(area=names), gpd.GeoDataFrame({"ward_code": names}, geometry=squares)


def test_wards_that_are_alike_beside_each_other_are_said_to_be_by_name():
    values = [float(30 * (n % 4 < 2) + n % 2 + n // 4) for n in range(16)]
    found = find_neighbourhood(*grid(values))

    assert found.i > 0.5
    assert found.p < 0.01
    assert set(found.high.split("; ")) <= {f"Ward {n:02d}" for n in range(16) if n % 4 < 2}
    assert found.high


def test_wards_in_no_order_are_not_called_alike():
    found = find_neighbourhood(*grid([float((n * 7) % 16) for n in range(16)]))

    assert found.p > 0.01
    assert (found.high, found.low) == ("", "")


def test_neighbours_are_not_judged_where_a_ward_is_withheld():
    rows, shapes = grid([1.0] * 15 + [np.nan])

    assert "1 of 16 cannot" in find_neighbourhood(rows, shapes).reason


def test_a_ward_without_a_row_is_a_reason_and_no_crash():
    rows, shapes = grid([float(n) for n in range(16)])

    assert find_neighbourhood(rows.iloc[1:], shapes).reason == "It needs all wards, and some have no row."


def test_where_all_are_alike_there_is_no_gap():
    assert gaps(table([("Ash", "", 0.0), ("Beech", "", 0.0)])) == []


def test_everyone_includes_the_group_so_the_gap_has_no_interval():
    eligible = table([("B", "eligible", 41.5, 40.0, 43.0)], kind="borough", dimension="meals")
    everyone = table([("B", "", 60.6, 60.0, 61.0)], kind="borough")
    (gap,) = gaps(pd.concat([eligible, everyone], ignore_index=True))

    assert (gap.difference_lower, gap.difference_upper) == (None, None)


def test_a_gap_that_turned_round_is_reversed_and_not_widening():
    turned = [(65.0, 55.0), (66.0, 55.0), (65.0, 55.5), (65.5, 55.0), (64.0, 54.5), (66.0, 55.0), (65.0, 55.0)]
    (gap,) = gaps(by_year(*turned, (58.0, 60.0)))

    assert gap.change.went == "reversed"
