import numpy as np
import pandas as pd
import pytest

from pmif.framework import Framework
from pmif.indicators import find_gaps
from tests.indicators.test_trend import measure


def table(figures: list[tuple], **same: object) -> pd.DataFrame:
    """Figures as (area name, group, value, lower, upper)."""
    columns = ["area_name", "group", "value", "lower", "upper"]
    rows = pd.DataFrame([(*f, np.nan, np.nan)[:5] for f in figures], columns=columns)
    rows["status"] = np.where(rows["value"].isna(), "suppressed", "shown")
    made = {"measure": "m", "vintage": "v", "period": "2025-26", "dimension": "", "kind": "ward", "mark": ""} | same
    return rows.assign(**made)


def gaps(rows: pd.DataFrame) -> list:
    return find_gaps(rows, Framework.model_construct(measures=(measure(),)))


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
