"""Wards by size: which stand out by more than chance, and that the others are not ranked."""

from typing import Any

import pytest

from pmif.exhibits import style
from pmif.exhibits.funnel_plot import _chart, _grid, draw, funnel_plot
from tests.exhibits.made import HOSTILE, Book, Entry
from tests.exhibits.reading import drawings, ids_of, tags_of, words_of

# 20 of every 100 in each of 22 wards, but for the first three: far above, far below, and above the inner limits only.
SIZES = [1000.0 + 40 * n for n in range(22)]
COUNTS = [(round(0.2 * n), n) for n in SIZES]
COUNTS[:3] = [(270, 1000.0), (140, 1040.0), (246, 1080.0)]


def made(
    book: Book, counts: list[tuple[float, float]] = COUNTS, withheld: tuple[int, ...] = (), **changed: Any
) -> Entry:
    values: list[Any] = [100 * count / size for count, size in counts]
    for n in withheld:
        values[n] = "suppressed"
    held = {"method": "proportion", "numerator": "Claimants", "denominator": "Residents aged 16 to 64",
            "polarity": "lower-is-better", "title": "Residents who claim"}  # fmt: skip
    average = 100 * sum(count for count, _ in counts) / sum(size for _, size in counts)
    return book.measure("claimants", **(held | changed)).wards("2025", values, counts=counts, average=average)


def named_of(exhibit) -> dict[str, str]:
    """Every mark's words by the ward's code."""
    svg = drawings(exhibit.drawing)[0]
    return {e.get("data-ward"): e.get("aria-label") for e in svg.iter() if e.get("role") == "img"}


def wards_of(entry: Entry) -> list[str]:
    return [row["area_name"] for row in entry.book.rows]


def test_wards_are_placed_by_the_funnel(book):
    entry = made(book)
    exhibit = funnel_plot(entry.published)
    first, second, third, *_ = wards_of(entry)

    named = named_of(exhibit).values()
    assert len(named) == 22
    assert f"{first}: 27.0 per cent, above the 99.8 per cent limits" in named
    assert f"{second}: 13.5 per cent, below the 99.8 per cent limits" in named
    assert f"{third}: 22.8 per cent, above the 95 per cent limits" in named
    assert sum(words.endswith("inside the limits") for words in named) == 19


def test_the_title_counts_what_is_clear_and_ranks_nothing(book):
    exhibit = funnel_plot(made(book).published)

    assert exhibit.title == "Residents who claim: 1 ward clearly above the average, 1 clearly below"
    assert "Inside the limits wards are not ranked." in exhibit.caption
    assert "Dotted: 95% limits. Dashed: 99.8% limits" in exhibit.subtitle


def test_where_no_ward_stands_out_it_says_so(book):
    exhibit = funnel_plot(made(book, [(round(0.2 * n), n) for n in SIZES]).published)

    assert exhibit.title == "Residents who claim: no ward clearly apart from the average"
    assert "Inside the limits: 22." in exhibit.alt_text
    assert words_of(exhibit.drawing).endswith("inside the limits: not told apart from the average")


@pytest.mark.parametrize(
    ("polarity", "above", "below"),
    [
        ("lower-is-better", "worse", "better"),
        ("higher-is-better", "better", "worse"),
    ],
)
def test_a_shape_says_better_or_worse_by_the_polarity(book, polarity, above, below):
    entry = made(book, polarity=polarity)
    svg = drawings(funnel_plot(entry.published).drawing)[0]
    first, second, *_ = wards_of(entry)

    roles = {}
    for mark in (e for e in svg.iter() if e.get("role") == "img"):
        roles[mark.get("aria-label").split(":")[0]] = [
            r for r in ("better", "worse") if f"--pm-{r}," in mark.get("style", "")
        ]
    assert (roles[first], roles[second]) == ([above], [below])
    assert sum(bool(found) for found in roles.values()) == 3


def test_a_neutral_measure_has_squares_and_no_verdict(book):
    exhibit = funnel_plot(made(book, polarity="neutral").published)

    words = words_of(exhibit._repr_html_())
    assert "above or below the average by more than chance" in words
    assert "better" not in words
    assert "worse" not in words


def test_only_wards_outside_are_named_on_the_drawing(book):
    entry = made(book)
    words = [text for text, _ in sheet_of(entry, style.WIDE).texts]
    first, second, third, *others = wards_of(entry)

    assert {first, second, third} <= set(words)
    assert not set(others) & set(words)


def test_between_the_limits_a_ward_is_named_only_where_few_are_beyond_them(book):
    counts = list(COUNTS)
    for n in range(3, 7):
        counts[n] = (round(0.3 * SIZES[n]), SIZES[n])
    entry = made(book, counts)

    words = [text for text, _ in sheet_of(entry, style.WIDE).texts]
    assert wards_of(entry)[3] in words
    assert wards_of(entry)[2] not in words


def test_a_withheld_ward_is_named_as_not_shown_and_found_nowhere_else(book):
    entry = made(book, withheld=(0, 5))
    exhibit = funnel_plot(entry.published)
    names = wards_of(entry)

    assert f"Not shown, but in the average: {names[0]} and {names[5]}." in exhibit.caption
    assert len(named_of(exhibit)) == 20
    assert exhibit.table.count("<td>[c]</td><td>[c]</td><td>Not shown</td>") == 2
    html = exhibit._repr_html_()
    assert "27.0" not in html
    assert "nan" not in html.lower()


def test_a_rate_has_its_own_limits(book):
    counts = [(round(0.002 * n * 10), n * 10) for n in SIZES]
    counts[0] = (60, 10000.0)
    entry = book.measure(
        "admissions", title="Admissions", unit="per-10000", method="crude-rate", numerator="Admissions",
        denominator="Residents", polarity="lower-is-better",
    )  # fmt: skip
    entry.wards("2025", [10_000 * x / n for x, n in counts], counts=counts)
    exhibit = funnel_plot(entry.published)

    assert exhibit.title == "Admissions: 1 ward clearly above the average"
    assert f"{wards_of(entry)[0]}: 60.0, above the 99.8 per cent limits" in named_of(exhibit).values()
    assert _chart(entry.published).average == pytest.approx(
        10_000 * sum(x for x, _ in counts) / sum(n for _, n in counts)
    )


def test_more_outside_than_chance_would_put_there_is_said(book):
    few = funnel_plot(made(book).published)
    many = funnel_plot(made(Book(), [(round((0.1 + 0.01 * n) * s), s) for n, s in enumerate(SIZES)]).published)

    assert "More lie outside here" not in few.caption
    assert "More lie outside here" in many.caption


def test_without_counts_or_with_too_few_wards_there_is_no_funnel(book, wards):
    assert funnel_plot(wards.published) is None
    assert funnel_plot(book.measure("borough-only").series("borough", {"2025": 1.0}).published) is None
    assert funnel_plot(made(Book(), withheld=tuple(range(18))).published) is None
    assert funnel_plot(made(Book(), withheld=tuple(range(17))).published) is not None


def test_wards_that_are_withheld_for_small_counts_do_not_lift_the_average(book):
    """They are withheld because they are low: the rest alone would put other wards outside the limits."""
    low = [*COUNTS[:18], *((3, size) for size in SIZES[18:])]
    entry = made(book, low, withheld=(18, 19, 20, 21))
    whole = 100 * sum(count for count, _ in low) / sum(size for _, size in low)

    assert _chart(entry.published).average == pytest.approx(whole)


def test_without_the_boroughs_figure_there_is_no_funnel_of_wards_of_which_some_are_withheld(book):
    values = [100 * count / size for count, size in COUNTS]
    held = {"method": "proportion", "numerator": "a", "denominator": "b"}
    entry = book.measure("x", **held).wards("2025", ["suppressed", *values[1:]], counts=COUNTS)

    assert funnel_plot(entry.published) is None


def test_the_table_has_every_ward_and_where_it_lies(book):
    entry = made(book)
    table = funnel_plot(entry.published).table

    assert table.count('<th scope="row">') == 22
    assert table.count('<th scope="col">') == 4
    assert table.count("<td>Inside the limits</td>") == 19
    assert f"{wards_of(entry)[0]}</th><td>1,000</td><td>27.0</td><td>Above the 99.8% limits</td>" in table


def test_alt_text_is_written_from_the_data(book):
    entry = made(book)
    exhibit = funnel_plot(entry.published)
    first, second, *_ = wards_of(entry)

    assert exhibit.alt_text == (
        f"Funnel plot of residents who claim, 2025: 22 wards by size. Average 20.1 per cent. Clearly above: {first} 27.0. "
        f"Clearly below: {second} 13.5. Between the 95 and the 99.8 per cent limits: 1. Inside the limits: 19."
    )
    assert len(exhibit.alt_text.split()) <= 60


def test_estimates_say_so(book):
    values = [100 * x / n for x, n in COUNTS]
    entry = book.measure("x", method="proportion", numerator="a", denominator="b").wards(
        "2021", values, counts=COUNTS, mark="e"
    )
    exhibit = funnel_plot(entry.published)

    assert "Estimated by the makers of this report" in exhibit.caption
    assert "[e]" in exhibit.subtitle


def test_ids_are_the_exhibits_own_and_unique(book):
    ids = ids_of(funnel_plot(made(book).published)._repr_html_())

    assert len(ids) == len(set(ids))
    assert all(i.startswith("funnel-claimants") for i in ids)


def test_hostile_names_are_text(book):
    entry = made(book, title=HOSTILE, denominator=HOSTILE, withheld=(4,))
    for row in book.rows[:5]:
        row["area_name"] = HOSTILE + row["area_name"]
    html = funnel_plot(entry.published)._repr_html_()

    assert "script" not in tags_of(html)
    assert HOSTILE in words_of(html)


def sheet_of(entry: Entry, width: float):
    chart = _chart(entry.published)
    with style.chart_style():
        return draw(chart, _grid(chart), width, 340)


@pytest.mark.parametrize("width", [style.WIDE, style.NARROW])
@pytest.mark.parametrize("spread", [0.0, 0.005, 0.015])
def test_no_two_labels_touch_and_none_leaves_the_sheet(book, width, spread):
    counts = [(round((0.2 + spread * ((n * 7) % 22 - 11)) * size), size) for n, size in enumerate(SIZES)]
    sheet = sheet_of(made(book, counts), width)

    assert len(sheet.texts) > 8
    touching = [
        (a, b) for i, (a, box) in enumerate(sheet.texts) for b, other in sheet.texts[i + 1 :] if box.touches(other)
    ]
    assert touching == []
    assert all(box.left >= 0 and box.right <= width and box.bottom <= 340 for _, box in sheet.texts)


def test_no_text_is_smaller_than_it_may_be(book):
    html = funnel_plot(made(book).published).drawing

    sizes = [
        float(e.get("style").split("font-size:")[1].split("px")[0])
        for svg in drawings(html[: html.index("<ul")])
        for e in svg.iter("text")
    ]
    assert len(sizes) > 16
    assert min(sizes) >= style.TEXT


def test_the_same_figures_make_the_same_page(book):
    pm = made(book).published

    assert funnel_plot(pm)._repr_html_() == funnel_plot(pm)._repr_html_()
