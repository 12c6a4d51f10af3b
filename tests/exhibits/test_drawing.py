"""From matplotlib to the page: ids, colours, fonts, and labels that do not touch."""

import filecmp
import re
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pmif.exhibits import scale, style
from pmif.exhibits.sheet import Sheet, pushed_apart
from pmif.exhibits.svg import Part
from tests.exhibits.reading import drawings, ids_of, references_of

REPOSITORY = Path(__file__).parents[2]
STATIC = REPOSITORY / "book" / "_static"


def a_drawing(prefix: str = "x-w", parts: dict[str, Part] | None = None, text: str = "Words") -> str:
    with style.chart_style():
        sheet = Sheet(200, 100)
        sheet.line([10, 190], [10.123456, 90], "gh", 2)
        sheet.marks([20, 40], [30, 30], "gh", gid="dots")
        sheet.area([[(5, 5), (50, 5), (50, 50), (5, 5)]], "s2", outline="ink", width=1, hatch="///", gid="ward-1")
        sheet.text(text, 100, 50, halo="s2", weight=700)
        return sheet.inline(prefix, "A picture of nothing", parts)


def test_every_id_carries_the_exhibits_prefix_and_every_reference_leads_to_one():
    html = a_drawing("trend-x-w") + a_drawing("trend-x-n")

    ids = ids_of(html)
    assert ids
    assert len(ids) == len(set(ids))
    assert all(i.startswith(("trend-x-w-", "trend-x-n-")) for i in ids)
    assert set(references_of(html)) <= set(ids)


def test_a_drawing_keeps_its_viewbox_and_has_no_size_of_its_own():
    (svg,) = drawings(a_drawing())

    assert svg.get("viewBox") == "0 0 200 100"
    assert svg.get("width") is None
    assert svg.get("role") == "img"
    assert svg.get("aria-label") == "A picture of nothing"


def test_the_same_figure_is_the_same_bytes():
    assert a_drawing() == a_drawing()
    assert re.search(r"20\d\d-\d\d-\d\d", a_drawing()) is None


def test_colours_are_the_pages_own():
    html = a_drawing()

    assert "var(--pm-gh,#12436d)" in html
    assert not re.search(r"(?<!,)#[0-9a-f]{6}", html.replace("url(#", "url("))


def test_text_stays_text_and_is_escaped():
    html = a_drawing(text="<script>1 & 2</script>")

    assert "&lt;script&gt;1 &amp; 2&lt;/script&gt;</text>" in html
    assert "<script" not in html


def test_dollar_signs_are_not_mathematics():
    assert "$5 and $6</text>" in a_drawing(text="$5 and $6")


def test_numbers_are_rounded_to_a_tenth():
    assert "10.1" in a_drawing()
    assert not re.search(r"\d\.\d\d", re.sub(r'aria-label="[^"]*"', "", a_drawing()))


def test_named_parts_make_the_drawing_a_group():
    html = a_drawing(parts={"ward-1": Part("Felling: 6.6 per cent", {"ward": "1", "tab": "0"}, focusable=True)})
    (svg,) = drawings(html)

    assert svg.get("role") == "group"
    (part,) = [e for e in svg.iter() if e.get("role") == "img"]
    assert (part.get("aria-label"), part.get("tabindex"), part.get("data-ward")) == ("Felling: 6.6 per cent", "0", "1")
    assert [e.get("aria-hidden") for e in svg.iter() if e.tag == "text"] == ["true"]


def test_a_part_that_is_not_drawn_is_refused():
    with pytest.raises(ValueError, match="ward-2"):
        a_drawing(parts={"ward-2": Part("Nowhere")})


def test_each_colour_role_has_a_value_of_its_own_and_a_token():
    tokens = (STATIC / "tokens.css").read_text(encoding="utf-8")

    assert len(set(style.COLOURS.values())) == len(style.COLOURS)
    for role, value in style.COLOURS.items():
        assert f"--pm-{role}: {value};" in tokens


def test_page_and_charts_use_the_same_font_file():
    shipped = sorted(p.name for p in style.FONTS.iterdir())
    assert any(name.endswith(".woff2") for name in shipped)
    assert any("OFL" in name for name in shipped)

    match, mismatch, errors = filecmp.cmpfiles(style.FONTS, STATIC / "fonts", shipped, shallow=False)
    assert (sorted(match), mismatch, errors) == (shipped, [], [])
    tokens = (STATIC / "tokens.css").read_text(encoding="utf-8")
    assert f'"{style.FAMILY}"; src: url("fonts/{style.FONT_FILE.name}")' in tokens


@pytest.mark.parametrize("weight", style.WEIGHTS)
def test_matplotlib_finds_the_books_font_and_no_other(weight):
    from matplotlib import font_manager

    files = style.register_fonts()
    wanted = font_manager.FontProperties(family=style.FAMILY, weight=weight)

    assert font_manager.findfont(wanted, fallback_to_default=False) == str(files[style.WEIGHTS.index(weight)])


def test_bold_text_is_measured_as_bold():
    assert style.text_width("Gateshead 66.4%", weight=700) > style.text_width("Gateshead 66.4%") > 80


def test_the_scripts_and_styles_ask_no_other_host_for_anything():
    files = [p for p in STATIC.iterdir() if p.suffix in (".css", ".js")]
    assert len(files) >= 4
    for file in files:
        text = file.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
        assert not re.search(r"(https?:)?//[a-z]", re.sub(r"^\s*//.*$|\s// .*$", "", text, flags=re.MULTILINE)), (
            file.name
        )


@given(
    st.lists(st.tuples(st.floats(0, 300), st.sampled_from([19.0, 38.0])), min_size=1, max_size=6),
)
def test_labels_are_pushed_apart_and_stay_on_the_sheet(labels):
    wanted, heights = [w for w, _ in labels], [h for _, h in labels]

    placed = pushed_apart(wanted, heights, 0, 320)

    spans = sorted((p - h / 2, p + h / 2) for p, h in zip(placed, heights, strict=True))
    assert spans[0][0] >= -1e-6
    assert spans[-1][1] <= 320 + 1e-6
    assert all(above[1] <= below[0] + 1e-6 for above, below in pairwise(spans))


@given(st.floats(-1000, 1e7), st.floats(1e-3, 1e7))
def test_an_axis_has_at_most_five_lines_and_holds_every_value(low, reach):
    lines = scale.axis(low, low + reach)

    assert 2 <= len(lines) <= 5
    dust = 1e-6 * (abs(low) + reach)
    assert lines[0] <= low + dust
    assert lines[-1] >= low + reach - dust


@given(st.lists(st.floats(0.1, 1e5).map(lambda v: round(v, 1)), min_size=2, max_size=22))
def test_map_classes_hold_every_value_and_are_always_the_same(values):
    breaks = scale.class_breaks(values)

    assert breaks == sorted(set(breaks))
    assert breaks == scale.class_breaks(list(reversed(values)))
    assert sum(scale.count_classes(values, breaks)) == len(values)
    assert all(1 <= scale.class_of(v, breaks) <= 4 for v in values)


def test_map_classes_are_round():
    values = [
        1.3,
        1.9,
        2.3,
        2.7,
        2.8,
        3.0,
        3.1,
        3.3,
        3.3,
        3.5,
        3.5,
        3.6,
        4.0,
        4.1,
        4.4,
        4.4,
        4.5,
        5.1,
        5.6,
        6.4,
        6.6,
        7.1,
    ]

    assert scale.class_breaks(values) == [3.0, 4.0, 5.0]
    assert scale.class_of(3.0, [3.0, 4.0, 5.0]) == 2
