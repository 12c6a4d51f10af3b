"""Wards and groups in order of deprivation: the line, what is claimed of it, and what is not."""

from html import unescape
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest

from pmif.exhibits import style
from pmif.exhibits.gap_wording import slope_words
from pmif.exhibits.gradient_chart import _chart, _grid, draw, gradient_chart
from pmif.methods import slope_index
from tests.exhibits.made import HOSTILE, Book
from tests.exhibits.reading import drawings, ids_of, tags_of, words_of

# The later a ward's code, the less deprived it is; the fifth lies far above the line.
SCORES = [50.0 - 2 * n for n in range(22)]
VALUES = [round(8.0 - 0.3 * n + 0.2 * (-1) ** n, 1) for n in range(22)]
VALUES[4] = 9.9
CLEAR = {"method": "gradient", "value": -6.6, "lower": -7.5, "upper": -5.7, "start": 8.3, "groups": 22}
FIFTHS = ("poorest", "second", "third", "fourth", "richest")


def wards(
    book: Book, values: list[Any] = VALUES, slope: dict[str, Any] = CLEAR, *, mark: str = "", **changed: Any
) -> Book:
    """A score that orders the wards, and one measure of them."""
    book.measure("score", unit="score", polarity="neutral", tags=("deprivation",)).wards("2025", SCORES)
    held = {"title": "Claimants", "polarity": "lower-is-better"} | changed
    counts = held.pop("counts", None)
    book.measure("claimants", **held).wards("2024", values, slope=slope, mark=mark, counts=counts)
    return book


def groups(
    book: Book,
    slope: dict[str, Any],
    values: tuple[Any, ...] = (58.0, 63.0, 67.0, 70.0, 75.0),
    sizes: tuple[float, ...] = (500.0, 400.0, 300.0, 200.0, 100.0),
    **changed: Any,
) -> Book:
    """One measure by five ordered groups, with intervals. They are published in another order than their own."""
    entry = book.measure("readiness", **changed)
    for name, value, size in reversed(list(zip(FIFTHS, values, sizes, strict=True))):
        figure = value if isinstance(value, str) else (value, value - 4, value + 4)
        entry.series("borough", {"2024-25": figure}, dimension="deprivation-fifth", group=name, denominator=size)
    entry.gap("deprivation-fifth", "2024-25", "poorest", 58.0, "richest", 75.0, count=5, shown=5, slope=slope)
    return book


INDEX = {
    "method": "slope-index",
    "value": 20.0,
    "lower": 13.0,
    "upper": 27.0,
    "start": 55.0,
    "curve": "logit",
    "groups": 5,
}


def of_wards(book: Book):
    return gradient_chart(book.one("claimants"))


def of_groups(book: Book):
    return gradient_chart(book.one("readiness"), "deprivation-fifth")


def parts_of(svg: ElementTree.Element) -> list[ElementTree.Element]:
    return [e for e in svg.iter() if e.get("role") == "img"]


def test_without_a_slope_there_is_no_chart(book):
    assert of_wards(wards(book, slope={"reason": "2 of 22 wards are withheld"})) is None
    assert gradient_chart(book.one("score")) is None
    assert gradient_chart(book.one("claimants"), "deprivation-fifth") is None


def test_a_withheld_ward_leaves_no_chart_to_read_it_from(book):
    values: list[Any] = list(VALUES)
    values[7] = "suppressed"

    assert of_wards(wards(book, values)) is None


def test_wards_without_a_score_cannot_be_put_in_order(book):
    wards(book)
    book.rows = [row for row in book.rows if row["measure"] != "score" or row["value"] != 50.0]

    assert of_wards(book) is None


def test_wards_run_from_the_most_to_the_least_deprived(book):
    wards(book)
    for row in book.rows:
        if row["measure"] == "score":
            row["value"] = 100 - row["value"]  # so that the last by code is the most deprived
    wide, narrow = drawings(of_wards(book).drawing)
    names = [row["area_name"] for row in book.rows if row["measure"] == "claimants"]

    for svg in (wide, narrow):
        parts = parts_of(svg)
        assert [e.get("aria-label").split(":")[0] for e in parts] == names[::-1]
        across = [float(e.get("x")) for e in parts]
        assert across == sorted(across)
    assert parts_of(wide)[0].get("aria-label") == f"{names[-1]}: {VALUES[-1]} per cent"


@pytest.mark.parametrize(
    ("value", "lower", "upper", "title"),
    [
        (-6.6, -7.5, -5.7, "Claimants: tends to be higher in more deprived wards"),
        (6.6, 5.7, 7.5, "Claimants: tends to be lower in more deprived wards"),
        (-0.6, -1.5, 0.3, "Claimants: no clear slope with deprivation"),
        (-0.6, None, None, "Claimants: no clear slope with deprivation"),
    ],
)
def test_a_slope_is_claimed_only_where_its_interval_leaves_out_nought(book, value, lower, upper, title):
    slope = CLEAR | {"value": value, "lower": lower, "upper": upper}

    assert of_wards(wards(book, slope=slope)).title == title


def test_the_caption_gives_the_slope_in_words_and_claims_no_cause(book):
    exhibit = of_wards(wards(book))
    pm = book.one("claimants")

    assert unescape(exhibit.caption).startswith(slope_words(pm, pm.gaps[0]))
    assert "It describes areas, not the people in them, and shows no cause." in exhibit.caption
    assert "Example statistics" in exhibit.caption


def test_alt_text_is_written_from_the_data(book):
    exhibit = of_wards(wards(book))
    names = [row["area_name"] for row in book.rows if row["measure"] == "claimants"]

    assert exhibit.alt_text == (
        "Scatter of 22 wards in order of deprivation by claimants, 2024. The line falls from 8.3 per cent to 1.7 per cent "
        f"(95 per cent interval of the fall: 5.7 to 7.5). Most deprived: {names[0]} 8.2 per cent. Least deprived: "
        f"{names[-1]} 1.5 per cent. Furthest from the line: {names[4]} 9.9 per cent."
    )
    assert len(exhibit.alt_text.split()) <= 60
    assert all(svg.get("aria-label") == exhibit.alt_text for svg in drawings(exhibit.drawing))


def test_alt_text_claims_no_slope_that_was_not_found(book):
    exhibit = of_wards(wards(book, slope=CLEAR | {"value": -0.6, "lower": -1.5, "upper": 0.3}))

    assert "No clear slope: 95 per cent interval of the difference minus 1.5 to 0.3." in exhibit.alt_text
    assert "falls" not in exhibit.alt_text


def test_the_ends_of_the_axis_and_the_wards_that_matter_are_named(book):
    wards(book)
    names = [row["area_name"] for row in book.rows if row["measure"] == "claimants"]
    words = [text for text, _ in sheet_of(book, "ward", style.WIDE).texts]

    assert {"More deprived", "Less deprived"} <= set(words)
    assert {names[0], names[4]} <= set(words)
    assert sum(name in words for name in names) <= 4


def test_the_band_is_that_of_the_gradient_and_stays_within_the_unit(book):
    chart = _chart(wards(book).one("claimants"), "ward")

    ranks = (np.arange(22) + 0.5) / 22
    band = slope_index.gradient(ranks, VALUES, np.ones(22)).at([0.0, 0.5])
    assert chart.band[0] == pytest.approx((0.0, float(band.lower[0]), float(band.upper[0])))
    assert chart.band[12] == pytest.approx((0.5, float(band.lower[1]), float(band.upper[1])))
    low = _chart(wards(Book(), [max(v - 6, 0.1) for v in VALUES]).one("claimants"), "ward")
    assert min(lower for _, lower, _ in low.band) == 0
    assert "shaded: its 95% band" in of_wards(book).subtitle


def test_wards_of_unequal_size_take_their_share_of_the_width(book):
    sizes = [2000.0] + [1000.0] * 20 + [3000.0]
    slope = CLEAR | {"method": "slope-index"}
    limits = [(v, v - 0.5, v + 0.5) for v in VALUES]
    wards(book, limits, slope, counts=[(100.0, size) for size in sizes])
    chart = _chart(book.one("claimants"), "ward")

    assert [p.rank for p in chart.places] == pytest.approx(list(slope_index.midpoint_ranks(sizes)))
    assert chart.band == ()
    exhibit = of_wards(book)
    assert "shaded" not in exhibit.subtitle
    assert "Each ward takes the share of the width that it has of the people." in exhibit.caption
    assert "<td>7.7 to 8.7</td>" in exhibit.table


def test_groups_stand_in_their_own_order_with_whiskers(book):
    exhibit = of_groups(groups(book, INDEX))
    parts = parts_of(drawings(exhibit.drawing)[0])

    assert [e.get("aria-label") for e in parts] == [
        "Poorest fifth: 58.0 per cent", "Second fifth: 63.0 per cent", "Third fifth: 67.0 per cent",
        "Fourth fifth: 70.0 per cent", "Richest fifth: 75.0 per cent",
    ]  # fmt: skip
    assert exhibit.title == "Readiness: tends to be lower in more deprived groups"
    assert "upright: 95% intervals" in exhibit.subtitle
    assert "Poorest fifth" in words_of(exhibit.drawing)
    chart = _chart(book.one("readiness"), "deprivation-fifth")
    assert [p.rank for p in chart.places] == pytest.approx(
        [250 / 1500, 700 / 1500, 1050 / 1500, 1300 / 1500, 1450 / 1500]
    )


def test_a_group_without_a_figure_leaves_no_chart(book):
    assert of_groups(groups(book, INDEX, (58.0, "suppressed", 67.0, 70.0, 75.0))) is None


@pytest.mark.parametrize(
    ("curve", "middle"),
    [
        ("", 65.0),
        ("log", (55.0 * 75.0) ** 0.5),
        ("logit", 100 / (1 + ((45 / 55) * (25 / 75)) ** 0.5)),
    ],
)
def test_the_line_is_straight_on_the_scale_that_it_was_found_on(book, curve, middle):
    chart = _chart(groups(book, INDEX | {"curve": curve}).one("readiness"), "deprivation-fifth")

    assert [chart.fitted(rank) for rank in (0.0, 0.5, 1.0)] == pytest.approx([55.0, middle, 75.0])


def test_the_table_has_score_and_value_the_most_deprived_first(book):
    table = of_wards(wards(book)).table

    assert table.count('<th scope="row">') == 22
    assert table.count('<th scope="col">') == 3
    assert "most deprived ward first" in table
    assert table.index("<td>50.0</td><td>8.2</td>") < table.index("<td>8.0</td><td>1.5</td>")


def test_the_table_of_groups_has_their_intervals(book):
    table = of_groups(groups(book, INDEX)).table

    assert table.count('<th scope="row">') == 5
    assert "Poorest fifth</th><td>58.0</td><td>54.0 to 62.0</td>" in table


def test_estimates_say_so(book):
    exhibit = of_wards(wards(book, mark="e"))

    assert "Estimated by the makers of this report" in exhibit.caption
    assert "[e]" in exhibit.subtitle
    assert "[e]" in exhibit.table
    assert "Estimated" not in of_wards(wards(Book())).caption


def test_ids_are_the_exhibits_own_and_unique(book):
    groups(wards(book), INDEX)
    ids = ids_of(of_wards(book)._repr_html_() + of_groups(book)._repr_html_())

    assert len(ids) == len(set(ids))
    assert all(i.startswith(("gradient-claimants-ward", "gradient-readiness-deprivation-fifth")) for i in ids)


def test_hostile_names_are_text(book):
    wards(book, title=HOSTILE)
    for row in book.rows:
        row["area_name"] = HOSTILE + row["area_name"]
    html = of_wards(book)._repr_html_()

    assert "script" not in tags_of(html)
    assert HOSTILE in words_of(html)


def sheet_of(book: Book, dimension: str, width: float):
    chart = _chart(book.one("claimants" if dimension == "ward" else "readiness"), dimension)
    with style.chart_style():
        return draw(chart, _grid(chart), width, 310)


@pytest.mark.parametrize("width", [style.WIDE, style.NARROW])
@pytest.mark.parametrize("dimension", ["ward", "deprivation-fifth"])
def test_no_two_labels_touch_and_none_leaves_the_sheet(book, width, dimension):
    sheet = sheet_of(groups(wards(book), INDEX), dimension, width)

    assert len(sheet.texts) > 8
    touching = [
        (a, b) for i, (a, box) in enumerate(sheet.texts) for b, other in sheet.texts[i + 1 :] if box.touches(other)
    ]
    assert touching == []
    assert all(box.left >= 0 and box.right <= width and box.bottom <= 310 for _, box in sheet.texts)


def test_no_text_is_smaller_than_it_may_be(book):
    both = drawings(of_wards(wards(book)).drawing)

    sizes = [float(e.get("style").split("font-size:")[1].split("px")[0]) for svg in both for e in svg.iter("text")]
    assert len(sizes) > 16
    assert min(sizes) >= style.TEXT


def test_the_same_figures_make_the_same_page(book):
    pm = wards(book).one("claimants")

    assert gradient_chart(pm)._repr_html_() == gradient_chart(pm)._repr_html_()
