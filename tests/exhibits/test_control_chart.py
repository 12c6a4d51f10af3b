"""A measure beside its usual range: what is marked, what is said of it, and what is not."""

from typing import Any
from xml.etree import ElementTree

import pytest

from pmif.disclosure import State
from pmif.exhibits import style
from pmif.exhibits.control_chart import _chart, _grid, control_chart, draw
from pmif.framework.model import Target
from tests.exhibits.made import HOSTILE, Book, Entry
from tests.exhibits.reading import drawings, ids_of, tags_of, words_of

TARGET = Target(value=22.0, by="2027-28", set_by="Cabinet", set_on="March 2026", source="https://example.org/target")
YEARS = [f"{y}-{(y + 1) % 100:02d}" for y in range(2012, 2025)]
VALUES = [22.0, 20.7, 20.1, 23.1, 24.6, 23.0, 24.1, 24.9, 27.5, 24.2, 22.5, 24.4, 25.1]
SETTLED = {"since": YEARS[0], "points": 13, "mean": 23.5, "lower": 18.5, "upper": 28.4, "went": "no change"}
TRIAL = SETTLED | {"points": 9, "provisional": True}


def made(
    book: Book, values: list[Any], usual: dict[str, Any], *, years: list[str] | None = None, **changed: Any
) -> Entry:
    """A measure whose last value is its finding's."""
    cash = changed.pop("in_cash_terms", False)
    years = years or YEARS[-len(values) :]
    entry = book.measure("obesity", **({"title": "Year 6 obesity", "polarity": "lower-is-better"} | changed))
    return entry.series("borough", dict(zip(years, values, strict=True))).finding(
        State.NO_DETECTABLE_CHANGE, period=years[-1], value=values[-1], usual=usual, in_cash_terms=cash
    )


def charts(exhibit) -> list[ElementTree.Element]:
    """The two drawings, without the icons of the chips above them."""
    return [svg for svg in drawings(exhibit.drawing) if svg.get("class") == "pm-svg"]


def points_of(exhibit) -> list[ElementTree.Element]:
    return [e for e in charts(exhibit)[0].iter() if e.get("role") == "img"]


def names_of(exhibit) -> list[str]:
    return [e.get("aria-label") for e in points_of(exhibit)]


def shown(exhibit) -> str:
    return words_of(exhibit._repr_html_())


def roles_of(exhibit, number: int) -> set[str]:
    """The colour roles that a point is drawn in."""
    styles = " ".join(e.get("style", "") for e in points_of(exhibit)[number].iter())
    return {role for role in ("better", "worse", "gh") if f"--pm-{role}," in styles}


def test_without_a_usual_range_there_is_no_chart(book):
    entry = made(book, VALUES[-3:], {"points": 3, "reason": "fewer than 8 figures"})

    assert control_chart(entry.published) is None


def test_inside_the_range_it_says_usual_variation_and_no_more(book):
    exhibit = control_chart(made(book, VALUES, SETTLED).published)

    assert exhibit.title == "Year 6 obesity: 25.1% in 2024/25, within its usual range"
    assert "Usual variation: no sign of change" in shown(exhibit)
    assert "No target, so no verdict" in shown(exhibit)
    assert exhibit.alt_text == (
        "Control chart of year 6 obesity, 2012/13 to 2024/25: average 23.5 per cent, usual range 18.5 per cent to 28.4 per cent. "
        "Latest 25.1 per cent in 2024/25, inside the range."
    )
    assert all(svg.get("aria-label") == exhibit.alt_text for svg in charts(exhibit))
    assert "better" not in exhibit.title.lower() + exhibit.alt_text.lower()


def test_the_range_the_average_and_the_newest_figure_are_written_on_both_drawings(book):
    wide, narrow = charts(control_chart(made(book, VALUES, SETTLED).published))

    for svg in (wide, narrow):
        words = " ".join("".join(e.itertext()) for e in svg.iter() if e.tag == "text")
        for value in ("28.4%", "18.5%", "23.5%", "25.1%"):
            assert value in words


def test_the_subtitle_says_what_the_grey_is(book):
    assert control_chart(made(book, VALUES, SETTLED).published).subtitle.endswith(
        "Grey: the usual range, from all 13 figures"
    )


def test_few_figures_are_called_trial_limits_and_judge_the_newest_alone(book):
    values = [27.9, *VALUES[-8:-1], 31.0]
    exhibit = control_chart(made(book, values, TRIAL | {"went": "higher", "upper": 27.0}).published)

    assert exhibit.subtitle.endswith("Grey: the usual range, trial limits from 8 earlier figures")
    assert "judge only the newest" in exhibit.caption
    assert "Trial limits from 8 earlier figures." in exhibit.alt_text
    assert roles_of(exhibit, 0) == {"gh"}
    assert roles_of(exhibit, 8) == {"worse"}


@pytest.mark.parametrize(
    ("polarity", "value", "went", "words", "role"),
    [
        ("lower-is-better", 30.0, "higher", "Worse than its usual range", "worse"),
        ("lower-is-better", 15.0, "lower", "Better than its usual range", "better"),
        ("higher-is-better", 30.0, "higher", "Better than its usual range", "better"),
        ("higher-is-better", 15.0, "lower", "Worse than its usual range", "worse"),
        ("neutral", 30.0, "higher", "Above its usual range", "gh"),
        ("neutral", 15.0, "lower", "Below its usual range", "gh"),
    ],
)
def test_a_newest_figure_outside_is_judged_by_the_polarity(book, polarity, value, went, words, role):
    usual = SETTLED | {"went": went, "rule": "beyond a limit"}
    exhibit = control_chart(made(book, [*VALUES[:-1], value], usual, polarity=polarity).published)

    assert words in shown(exhibit)
    side = "above" if went == "higher" else "below"
    assert exhibit.title == f"Year 6 obesity: {value}% in 2024/25, {side} its usual range"
    assert names_of(exhibit)[-1] == f"2024/25: {value} per cent, {side} the usual range"
    assert roles_of(exhibit, 12) == {role}
    assert roles_of(exhibit, 0) == {"gh"}


def test_money_over_the_years_is_neither_good_nor_bad(book):
    usual = SETTLED | {"went": "higher", "rule": "beyond a limit"}
    exhibit = control_chart(made(book, [*VALUES[:-1], 30.0], usual, in_cash_terms=True).published)

    assert "Above its usual range" in shown(exhibit)
    assert "prices rose as well" in exhibit.caption
    assert "A square is a change" in exhibit.caption


def test_earlier_signals_are_marked_and_named(book):
    usual = SETTLED | {"high": "2020-21", "low": "2013-14 2014-15"}
    values = [*VALUES[:8], 29.5, *VALUES[9:]]
    exhibit = control_chart(made(book, values, usual).published)

    assert names_of(exhibit)[8] == "2020/21: 29.5 per cent, above the usual range"
    assert names_of(exhibit)[1] == "2013/14: 20.7 per cent, within the usual range, but part of a change"
    assert [roles_of(exhibit, n) for n in (0, 1, 2, 8)] == [{"gh"}, {"better"}, {"better"}, {"worse"}]
    assert "Earlier figures above it: 2020/21." in exhibit.alt_text
    assert "Within the range a mark is part of a run" in exhibit.caption


def test_a_run_within_the_range_is_not_called_outside_it(book):
    usual = SETTLED | {"went": "higher", "rule": "shift", "high": " ".join(YEARS[-7:])}
    exhibit = control_chart(made(book, VALUES, usual).published)

    assert exhibit.title == "Year 6 obesity: 25.1% in 2024/25; at least seven figures in a row above the average"
    assert "For the worse: at least seven figures in a row above the average" in shown(exhibit)
    assert "inside the range, but at least seven figures in a row above the average" in exhibit.alt_text
    assert "Worse than its usual range" not in shown(exhibit)


@pytest.mark.parametrize(
    ("assurance", "provisional", "words"),
    [
        ("consistently pass", False, "All of its usual range meets the target"),
        ("consistently fail", False, "All of its usual range misses the target"),
        ("hit and miss", False, "May or may not meet its target by usual variation alone"),
        ("", True, "Too few figures for a verdict on the target"),
        ("", False, "No verdict on the target"),
    ],
)
def test_the_target_is_drawn_and_judged_by_the_range(book, assurance, provisional, words):
    usual = SETTLED | {"assurance": assurance, "provisional": provisional}
    entry = made(book, VALUES, usual)
    book.measures[0] = book.measures[0].model_copy(update={"target": TARGET})
    exhibit = control_chart(entry.published)

    assert words in shown(exhibit)
    assert "Target 22.0%" in words_of(exhibit.drawing)
    assert "set by Cabinet" in exhibit.caption
    assert "Target 22.0 per cent." in exhibit.alt_text
    assert "No target" not in shown(exhibit)


def test_a_range_ends_where_the_unit_does_and_says_so(book):
    usual = SETTLED | {"mean": 50.0, "lower": -3.2, "upper": 103.2}
    exhibit = control_chart(made(book, [40.0, 60.0] * 6 + [50.0], usual).published)

    assert "usual range 0.0 per cent to 100.0 per cent" in exhibit.alt_text
    assert "The top of the range was worked out as 103.2%; it is drawn at 100.0%" in exhibit.caption
    assert "The bottom of the range was worked out as −3.2%; it is drawn at 0.0%" in exhibit.caption


def test_a_figure_beyond_a_limit_never_reads_the_same_as_the_limit(book):
    usual = SETTLED | {"went": "higher", "upper": 28.41, "rule": "beyond a limit"}
    exhibit = control_chart(made(book, [*VALUES[:-1], 28.44], usual).published)

    assert "28.44%" in exhibit.title
    assert "usual range 18.50 per cent to 28.41 per cent" in exhibit.alt_text


def test_figures_that_are_all_the_same_lie_within_a_range_of_no_height(book):
    usual = SETTLED | {"mean": 5.1, "lower": 5.1 - 1e-15, "upper": 5.1 - 1e-15}
    exhibit = control_chart(made(book, [5.1] * 13, usual).published)

    assert exhibit.title == "Year 6 obesity: 5.1% in 2024/25, within its usual range"
    assert words_of(exhibit.table).count("Within") == 13


def test_the_table_says_where_every_figure_lies(book):
    values = [*VALUES[:8], "suppressed", *VALUES[9:12], 30.0]
    usual = SETTLED | {"went": "higher", "rule": "beyond a limit"}
    exhibit = control_chart(made(book, values, usual).published)

    table = words_of(exhibit.table)
    assert exhibit.table.count('<th scope="row">') == 13
    assert exhibit.table.count('<th scope="col">') == 3
    assert "Average 23.5%, usual range 18.5% to 28.4%" in table
    assert "2024/25 30.0 Above" in table
    assert "2020/21 [c] No figure" in table
    assert table.count("Within") == 11
    assert "[c] withheld to protect people" in table
    assert len(names_of(exhibit)) == 12


def test_a_missing_year_breaks_the_line_and_is_said(book):
    years = [y for y in YEARS if y not in ("2019-20", "2020-21")]
    exhibit = control_chart(made(book, VALUES[:11], SETTLED, years=years).published)

    assert "No figure for 2019/20 and 2020/21." in exhibit.caption


def test_figures_of_another_definition_are_left_out_and_that_is_said(book):
    changes = ({"since": "2016-17", "what": "New goals"},)
    usual = TRIAL | {"since": "2016-17"}
    exhibit = control_chart(made(book, VALUES, usual, definition_changes=changes).published)

    assert len(names_of(exhibit)) == 9
    assert exhibit.table.count('<th scope="row">') == 9
    assert "Definition changed from 2016/17: New goals" in exhibit.caption
    assert "Only figures of the present definition are shown." in exhibit.caption


def test_ids_are_the_exhibits_own_and_unique(book):
    ids = ids_of(control_chart(made(book, VALUES, SETTLED).published)._repr_html_())

    assert len(ids) == len(set(ids))
    assert all(i.startswith("control-obesity") for i in ids)


def test_hostile_names_are_text(book):
    html = control_chart(made(book, VALUES, SETTLED, title=HOSTILE).published)._repr_html_()

    assert "script" not in tags_of(html)
    assert "b" not in tags_of(html)
    assert HOSTILE in words_of(html)


@pytest.mark.parametrize("width", [style.WIDE, style.NARROW])
@pytest.mark.parametrize("upper", [28.4, 25.2, 23.6])
def test_no_two_labels_touch_and_none_leaves_the_sheet(book, width, upper):
    entry = made(book, VALUES, SETTLED | {"upper": upper})
    book.measures[0] = book.measures[0].model_copy(update={"target": TARGET})
    chart = _chart(entry.published)
    with style.chart_style():
        sheet = draw(chart, _grid(chart), width, 300)

    assert len(sheet.texts) > 12
    touching = [
        (a, b) for i, (a, box) in enumerate(sheet.texts) for b, other in sheet.texts[i + 1 :] if box.touches(other)
    ]
    assert touching == []
    assert all(box.left >= 0 and box.right <= width and box.bottom <= 300 for _, box in sheet.texts)


def test_no_text_is_smaller_than_it_may_be(book):
    html = control_chart(made(book, VALUES, SETTLED).published).drawing

    sizes = [
        float(e.get("style").split("font-size:")[1].split("px")[0]) for s in drawings(html) for e in s.iter("text")
    ]
    assert len(sizes) > 20
    assert min(sizes) >= style.TEXT


def test_alt_text_has_sixty_words_at_most(book):
    usual = SETTLED | {"went": "higher", "upper": 20.0, "rule": "beyond a limit", "high": " ".join(YEARS)}
    exhibit = control_chart(made(book, VALUES, usual, title="A measure with quite a long name " * 3).published)

    assert len(exhibit.alt_text.split()) <= 60


def test_the_same_figures_make_the_same_page(book):
    pm = made(book, VALUES, SETTLED).published

    assert control_chart(pm)._repr_html_() == control_chart(pm)._repr_html_()
