"""A measure over time: what is drawn, what is said of it, and what is not."""

import pytest

from pmif.disclosure import State
from pmif.exhibits import style
from pmif.exhibits.trend_chart import _grid, draw, parted, points, trend_chart
from pmif.framework.model import Target
from tests.exhibits.made import HOSTILE
from tests.exhibits.reading import drawings, ids_of, tags_of, words_of


def test_fewer_than_three_figures_make_no_line(book):
    entry = book.measure("two").series("borough", {"2023-24": 1.0, "2024-25": 2.0})

    assert trend_chart(entry.published) is None


def test_both_drawings_name_every_point_with_its_value(trend):
    exhibit = trend_chart(trend.published)
    wide, narrow = drawings(exhibit.drawing)

    assert (wide.get("viewBox").split()[2], narrow.get("viewBox").split()[2]) == ("620", "328")
    for svg in (wide, narrow):
        names = [e.get("aria-label") for e in svg.iter() if e.get("role") == "img"]
        assert len(names) == 10
        assert names[-1] == "2024/25: 68.3 per cent"


def test_ids_are_the_exhibits_own_and_unique(trend):
    html = trend_chart(trend.published)._repr_html_()

    ids = ids_of(html)
    assert len(ids) == len(set(ids))
    assert all(i.startswith("trend-readiness") for i in ids)


def test_the_title_claims_no_change_that_was_not_found(trend):
    assert trend_chart(trend.published).title == "Readiness: 68.3% in 2024/25, similar to England"


def test_the_title_says_improving_where_a_test_says_so(trend):
    trend.finding(State.IMPROVING, period="2024-25", value=68.3)

    assert trend_chart(trend.published).title == "Readiness: improving, 68.3% in 2024/25"


def test_alt_text_is_written_from_the_data_and_is_not_the_title(trend):
    exhibit = trend_chart(trend.published)

    assert exhibit.alt_text == (
        "Line chart of readiness, 2015/16 to 2024/25. Gateshead rose from 60.1 per cent in 2015/16 to 68.3 per cent. "
        "Its 95 per cent interval runs from 66.8 to 69.8, similar to England. North East 68.5 per cent and England 68.7 "
        "per cent."
    )
    assert exhibit.alt_text != exhibit.title
    assert all(svg.get("aria-label") == exhibit.alt_text for svg in drawings(exhibit.drawing))


def test_alt_text_names_the_turning_point(book):
    values = [86, 95, 99, 97, 106, 114, 126, 133, 132, 124]
    entry = book.measure("looked-after", unit="per-10000", decimals=0).series(
        "borough", {str(y): v for y, v in zip(range(2016, 2026), values, strict=True)}
    )

    assert (
        "Gateshead rose from 86 in 2016 to a peak of 133 in 2023, then fell to 124."
        in trend_chart(entry.published).alt_text
    )


def test_a_missing_year_breaks_the_line(book):
    entry = book.measure("x").series("borough", {"2018-19": 1.0, "2019-20": 2.0, "2021-22": 3.0, "2022-23": 4.0})
    pm = entry.published

    assert parted(pm, points(pm, "borough")) == [False, False, True, False]


def test_a_change_of_definition_breaks_the_line_and_is_said(book):
    entry = book.measure("x", definition_changes=({"since": "2021-22", "what": "New goals"},))
    entry.series("borough", {"2019-20": 1.0, "2020-21": 2.0, "2021-22": 3.0, "2022-23": 4.0})
    pm = entry.published
    exhibit = trend_chart(pm)

    assert parted(pm, points(pm, "borough")) == [False, False, True, False]
    assert "Definition changed from 2021/22: New goals" in exhibit.caption
    assert "The definition changed." in exhibit.alt_text
    assert "Definition changed" in words_of(exhibit.drawing)
    assert words_of(exhibit.table).count("earlier") == 2


def test_a_census_is_joined_across_its_ten_years(book):
    entry = book.measure("x", frequency="occasional").series("borough", {"2001": 1.0, "2011": 2.0, "2021": 3.0})
    pm = entry.published

    assert parted(pm, points(pm, "borough")) == [False, False, False]


def test_the_table_has_every_figure_with_scoped_headers(trend):
    table = trend_chart(trend.published).table

    assert table.count('<th scope="row">') == 10
    assert table.count('<th scope="col">') == 5
    assert "<caption>" in table
    assert "66.8 to 69.8" in table
    assert 'tabindex="0" role="region" aria-label="Table: Readiness: per cent"' in table
    assert "<th></th>" not in table


def test_a_withheld_figure_is_c_in_the_table_and_absent_from_the_line(book):
    entry = book.measure("x").series(
        "borough", {"2020-21": 1.0, "2021-22": "suppressed", "2022-23": 2.0, "2023-24": 3.0}
    )
    exhibit = trend_chart(entry.published)

    assert "<td>[c]</td>" in exhibit.table
    assert "[c] withheld to protect people" in exhibit.table
    assert len([e for e in drawings(exhibit.drawing)[0].iter() if e.get("role") == "img"]) == 3


def test_an_axis_that_leaves_nought_says_so(trend):
    assert "axis from 55 to 70" in trend_chart(trend.published).subtitle


def test_a_target_is_drawn_with_who_set_it(trend, book):
    target = Target(
        value=75.0, by="2027-28", set_by="Cabinet", set_on="March 2026", source="https://example.org/target"
    )
    book.measures[0] = book.measures[0].model_copy(update={"target": target})
    exhibit = trend_chart(trend.published)

    assert "Target 75.0%" in words_of(exhibit.drawing)
    assert "set by Cabinet" in exhibit.caption


def test_hostile_names_are_text(book):
    entry = book.measure("x", title=HOSTILE).series("borough", {"2020-21": 1.0, "2021-22": 2.0, "2022-23": 3.0})
    html = trend_chart(entry.published)._repr_html_()

    assert "script" not in tags_of(html)
    assert "b" not in tags_of(html)
    assert HOSTILE in words_of(html)


@pytest.mark.parametrize("width", [style.WIDE, style.NARROW])
def test_no_two_labels_touch_and_none_leaves_the_sheet(trend, width):
    pm = trend.published
    lines = {kind: points(pm, kind) for kind in ("borough", "country", "region")}
    with style.chart_style():
        sheet = draw(pm, lines, _grid(pm, lines), width, 300)

    assert len(sheet.texts) > 8
    touching = [
        (a, b) for i, (a, box) in enumerate(sheet.texts) for b, other in sheet.texts[i + 1 :] if box.touches(other)
    ]
    assert touching == []
    assert all(box.left >= 0 and box.right <= width for _, box in sheet.texts)


def test_the_same_figures_make_the_same_page(trend):
    assert trend_chart(trend.published)._repr_html_() == trend_chart(trend.published)._repr_html_()
