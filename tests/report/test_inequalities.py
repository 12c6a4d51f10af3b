"""Who is left behind, on the page of inequalities of the made-up borough."""

from pmif.report.inequalities import deprivation_gradients, narrowing, ward_funnels
from tests.exhibits.reading import ids_of, words_of


def test_every_slope_is_in_the_table_and_only_measures_with_a_good_direction_are_drawn(published_borough):
    html = deprivation_gradients(published_borough).html
    words = words_of(html)

    assert "Adults in poor health, 2024 From the most to the least deprived end the line falls by" in words
    assert "Households without a car or van, 21 March 2021 From the most" in words
    drawn = {name for name in ids_of(html) if name.startswith("gradient-") and name.endswith("-ward")}
    assert drawn == {"gradient-ready-for-reception-ward", "gradient-poor-health-ward"}


def test_wards_stand_out_only_where_their_counts_are_held_and_withheld_ones_are_named_as_such(published_borough):
    html = ward_funnels(published_borough).html
    words = words_of(html)

    assert "Children ready for Reception: 1 ward clearly above the average, 1 clearly below" in words
    assert "funnel-poor-health" not in html
    assert "[c]" in words


def test_every_gap_between_groups_says_whether_it_narrows_or_why_not(published_borough):
    words = words_of(narrowing(published_borough).html)

    assert "The slope with deprivation is steeper: it was 12.9 percentage points in 2023/24." in words
    assert "No detectable change of the gap: it was 23.3 percentage points in 2023/24." in words
    assert "There is no earlier period with figures for both." in words
