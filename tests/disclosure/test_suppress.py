"""The gate: what it withholds, what it must then withhold as well, and what it leaves alone."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pmif.disclosure.suppress import HIDDEN, suppress
from pmif.errors import DisclosureError
from pmif.framework import DisclosureRule, Framework, Measure

RULE = DisclosureRule(
    id="small-counts",
    title="Small counts",
    withhold_from=1,
    withhold_to=7,
    set_by="a test",
    set_on="today",
    source="none",
)
OPEN = DisclosureRule(id="already-public", title="Already public", set_by="a test", set_on="today", source="none")


def measure(method: str = "proportion", disclosure: str = "small-counts") -> Measure:
    return Measure.model_validate(
        {
            "id": "m", "bearing": "context", "title": "M", "definition": "M", "numerator": "some", "denominator": "all",
            "unit": "percent", "decimals": 1, "polarity": "neutral", "method": method, "frequency": "quarter",
            "lag": "1 month", "owner": "to-confirm", "source": "s", "geographies": ["ward"], "disclosure": disclosure,
        }
    )  # fmt: skip


def framework(one: Measure) -> Framework:
    return Framework.model_construct(measures=(one,), disclosure_rules=(RULE, OPEN))


def wards(numerators: list[float], denominator: float = 1000) -> pd.DataFrame:
    """One period of wards, as `estimate` leaves them."""
    x = np.array(numerators, dtype=float)
    return pd.DataFrame(
        {
            "measure": "m", "area": [f"W{i}" for i in range(len(x))], "vintage": "v", "kind": "ward", "period": "2026-27-q2",
            "dimension": "", "group": "", "value": 100 * x / denominator, "lower": 0.0, "upper": 100.0,
            "interval": "calculated", "numerator": x, "denominator": float(denominator), "status": "shown", "reason": "",
        }
    )  # fmt: skip


def withheld(table: pd.DataFrame) -> list[str]:
    return table.loc[table["status"] == "suppressed", "area"].tolist()


def test_a_small_count_goes_with_every_value_that_would_reveal_it():
    seen = suppress(wards([3, 5, 40, 50]), framework(measure()))

    assert withheld(seen) == ["W0", "W1"]
    assert seen.loc[:1, HIDDEN].isna().all(axis=None)
    assert seen.loc[2:, HIDDEN].notna().all(axis=None)


def test_a_single_small_count_takes_the_next_smallest_with_it():
    """Otherwise it is the total less all the others."""
    assert withheld(suppress(wards([3, 90, 40, 50]), framework(measure()))) == ["W0", "W2"]


def test_a_nought_is_shown_and_never_the_partner():
    assert withheld(suppress(wards([3, 0, 40, 50]), framework(measure()))) == ["W0", "W2"]


def test_nearly_everybody_is_as_telling_as_nearly_nobody():
    assert withheld(suppress(wards([997, 996, 500]), framework(measure()))) == ["W0", "W1"]


def test_events_are_not_people_so_only_small_numbers_of_them_are_withheld():
    assert withheld(suppress(wards([997, 996, 500]), framework(measure("crude-rate")))) == []


def test_what_the_publisher_made_safe_already_is_left_alone():
    table = wards([3, 90])

    pd.testing.assert_frame_equal(suppress(table, framework(measure(disclosure="already-public"))), table)


def test_a_figure_the_supplier_withheld_counts_as_withheld():
    table = wards([20, 90, 40])
    table.loc[0, "status"] = "suppressed"

    assert withheld(suppress(table, framework(measure()))) == ["W0", "W2"]


def with_total(parts: pd.DataFrame, numerator: float, status: str = "shown") -> pd.DataFrame:
    """The wards with the borough figure that they add up to."""
    total = wards([numerator], 5000).assign(kind="borough", area="B", status=status)
    return pd.concat([parts, total], ignore_index=True)


def test_a_withheld_total_takes_a_part_with_it():
    """Otherwise it is the sum of the parts."""
    table = with_total(wards([20, 90, 40]), 150, status="suppressed")

    assert withheld(suppress(table, framework(measure()))) == ["W0", "B"]


def test_where_no_part_is_left_the_total_goes():
    assert withheld(suppress(with_total(wards([3, 0, 0]), 3000), framework(measure()))) == ["W0", "B"]


def test_withholding_a_total_for_one_sum_protects_it_in_the_other():
    """The total goes with the groups, so the wards, which add up to it too, must lose one."""
    groups = wards([3, 0]).assign(kind="borough", area="B", dimension="sex", group=["female", "male"])
    table = pd.concat([with_total(wards([500, 600]), 1100), groups], ignore_index=True)
    seen = suppress(table, framework(measure()))

    assert seen.loc[seen["status"] == "suppressed", ["kind", "area", "group"]].to_numpy().tolist() == [
        ["ward", "W0", ""],
        ["borough", "B", ""],
        ["borough", "B", "female"],
    ]


def test_a_figure_that_cannot_be_checked_is_refused():
    table = wards([20, 90])
    table.loc[1, "numerator"] = np.nan

    with pytest.raises(DisclosureError, match="needs counts"):
        suppress(table, framework(measure()))


@given(st.lists(st.integers(0, 400), min_size=2, max_size=30))
def test_no_small_count_is_shown_and_none_is_alone_in_hiding(numerators):
    table = wards(numerators)
    seen = suppress(table, framework(measure()))

    assert not seen["numerator"].between(1, 7).any()
    assert seen["value"].isna().equals(seen["numerator"].isna())
    hidden = len(withheld(seen))
    others = sum(n > 7 for n in numerators)
    assert hidden != 1 or others == 0


@given(st.lists(st.integers(0, 400), min_size=2, max_size=30), st.randoms())
def test_the_order_of_rows_does_not_matter(numerators, random):
    table = wards(numerators)
    order = list(table.index)
    random.shuffle(order)

    first = suppress(table, framework(measure())).groupby("numerator", dropna=False).size()
    second = (
        suppress(table.loc[order].reset_index(drop=True), framework(measure()))
        .groupby("numerator", dropna=False)
        .size()
    )
    pd.testing.assert_series_equal(first, second)
