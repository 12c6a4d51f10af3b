"""Maps, strips and the heat table: every ward carries its own figure, and none that was withheld."""

import pytest

from pmif.errors import GeographyError
from pmif.exhibits import scale, style, wording
from pmif.exhibits.heat_table import quarters_of, ward_heat_table
from pmif.exhibits.ward_map import _draw_narrow, _draw_wide, _shapes, _ward, ward_map
from pmif.exhibits.ward_strip import ward_strip
from tests.exhibits.made import HOSTILE
from tests.exhibits.reading import drawings, ids_of, tags_of, words_of


def marks(svg):
    return [e for e in svg.iter() if e.get("class") == "pm-mark"]


def test_every_ward_has_the_class_of_its_value(wards):
    pm = wards.published
    exhibit = ward_map(pm)
    shown = {f.area: f for f in pm.wards}
    breaks = scale.class_breaks([wording.as_shown(pm, f.value) for f in shown.values() if f.shown])

    pictures = drawings(exhibit.drawing)
    assert len(pictures) == 2
    for svg in pictures:
        assert len(marks(svg)) == 22
        for mark in marks(svg):
            figure = shown[mark.get("data-ward")]
            expected = scale.class_of(wording.as_shown(pm, figure.value), breaks) if figure.shown else 0
            assert mark.get("data-class") == str(expected)
            fills = {e.get("style").split("fill:")[1].split(";")[0] for e in mark.iter() if e.tag == "path"}
            assert any(f"--pm-s{expected}," in fill for fill in fills) if expected else any("url(#" in f for f in fills)


def test_every_ward_says_its_name_and_value(wards):
    names = {m.get("aria-label") for m in marks(drawings(ward_map(wards.published).drawing)[0])}
    figures_of = {f.name: f for f in wards.published.wards}

    assert len(names) == 22
    assert f"Bridges: {wording.number(figures_of['Bridges'].value, 1)} per cent" in names
    assert sum(name.endswith(": withheld to protect people") for name in names) == 1
    assert sum(name.endswith(": no figure") for name in names) == 1


def test_a_map_is_one_tab_stop_with_a_way_past(wards):
    html = ward_map(wards.published)._repr_html_()

    for svg in drawings(html):
        assert [m.get("tabindex") for m in marks(svg)] == ["0", *["-1"] * 21]
    assert html.index('class="pm-skip" href="#map-claimants-after"') < html.index("<svg")
    assert html.index('id="map-claimants-after"') > html.rindex("</svg>")


def test_a_withheld_ward_is_c_and_its_value_is_nowhere(wards):
    exhibit = ward_map(wards.published)

    assert "[c]" in words_of(exhibit.drawing)
    assert "<td>[c]</td>" in exhibit.table
    assert "nan" not in exhibit._repr_html_().lower().replace("finan", "").replace("governan", "")


def test_ids_are_the_exhibits_own_and_unique(wards):
    ids = ids_of(ward_map(wards.published)._repr_html_())

    assert len(ids) == len(set(ids))
    assert all(i.startswith("map-claimants") for i in ids)


def test_the_key_counts_every_ward(wards):
    words = words_of(ward_map(wards.published).drawing)
    counts = [
        int(word) for word, after in zip(words.split(), words.split()[1:], strict=False) if after in ("ward", "wards")
    ]

    assert sum(counts) == 22


def test_the_caption_carries_attribution_and_which_wards(wards):
    caption = ward_map(wards.published).caption

    assert "Contains OS data © Crown copyright and database right 2025." in caption
    assert "Wards as before May 2026." in caption
    assert "Example statistics" in caption


def test_estimates_say_so(book):
    entry = book.measure("x", geographies=("ward",)).wards("2021", [float(n) for n in range(1, 23)], mark="e")

    assert "Estimated by the makers of this report" in ward_map(entry.published).caption


def test_a_code_without_a_shape_makes_no_map(wards, book):
    book.rows[-1]["area"] = "E05009999"

    with pytest.raises(GeographyError) as caught:
        ward_map(wards.published)
    assert "E05009999 has a figure but no shape" in str(caught.value)
    assert "has a shape but no row" in str(caught.value)


def test_a_measure_without_ward_figures_has_no_map(trend):
    assert ward_map(trend.published) is None
    assert ward_strip([trend.published]) is None


def test_hostile_ward_names_are_text(wards, book):
    for row in book.rows:
        if row["area_name"] == "Felling":
            row["area_name"] = HOSTILE
    html = ward_map(wards.published)._repr_html_() + ward_strip([wards.published])._repr_html_()

    assert "script" not in tags_of(html)
    assert HOSTILE in words_of(html)


@pytest.mark.parametrize("size", [1.0, 1000.0])
def test_no_two_labels_on_a_map_touch(book, size):
    entry = book.measure("x").wards("2021", [round(size * (1.3 + 0.27 * ((n * 7) % 22)), 1) for n in range(22)])
    pm = entry.published
    held = pm.wards
    breaks = scale.class_breaks([f.value for f in held])
    wards, shapes = [_ward(pm, f, breaks) for f in held], _shapes(pm)

    with style.chart_style():
        sheets = [_draw_wide(wards, shapes), _draw_narrow(wards, shapes)]

    for sheet in sheets:
        assert len(sheet.texts) > 15
        touching = [
            (a, b) for i, (a, box) in enumerate(sheet.texts) for b, other in sheet.texts[i + 1 :] if box.touches(other)
        ]
        assert touching == []
        assert all(box.left >= 0 and box.right <= sheet.width for _, box in sheet.texts)


def test_the_strip_names_every_ward_and_the_boroughs_figure(wards, book):
    book.gaps[0] = book.gaps[0].model_copy(update={"average": 4.0})
    exhibit = ward_strip([wards.published], chosen="Felling")
    svg = drawings(exhibit.drawing)[0]

    assert len(marks(svg)) == 20
    assert "Gateshead 4.0%" in words_of(exhibit.drawing)
    assert exhibit.table.count('<th scope="row">') == 23
    assert "Not shown: " in exhibit.caption


def test_quarters_share_the_wards_out_and_ties_stay_together():
    quarters = quarters_of({str(n): float(n) for n in range(22)})

    assert [list(quarters.values()).count(q) for q in (1, 2, 3, 4)] == [6, 5, 6, 5]
    assert set(quarters_of({"a": 1.0, "b": 1.0, "c": 1.0}).values()) == {1}


def test_the_heat_table_has_the_figure_in_every_cell_and_the_most_deprived_first(wards, book):
    scores = book.measure("deprivation", unit="score", polarity="neutral").wards("2025", [float(n) for n in range(22)])
    published = book.publish()
    html = ward_heat_table([published.measure("claimants")], published.measure(scores.id)).html

    last = sorted(f.area for f in published.measure("claimants").wards)[-1]
    assert html.index(f'data-ward="{last}"') < html.index("</tr>", html.index("<tbody>"))
    assert html.count('<td class="q') == 20
    assert "<td>[c]</td>" in html
    assert 'role="region"' in html
    assert "most deprived ward first" in html
