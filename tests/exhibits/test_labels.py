"""Names beside dots and at the ends of lines: nobody can take one for that of something else."""

from hypothesis import given
from hypothesis import strategies as st

from pmif.exhibits import style
from pmif.exhibits.labels import CLEAR, Dot, draw_end_labels, draw_names, end_label, room_for
from pmif.exhibits.sheet import Box, Sheet

GROUND = Box(0, 0, 320, 300)
PLACES = st.tuples(st.integers(10, 310), st.integers(10, 290))


def written(dots: list[Dot], names: list[str]) -> Sheet:
    with style.chart_style():
        sheet = Sheet(320, 300)
        draw_names(sheet, list(zip(names, dots, strict=False)), dots, [], GROUND)
    return sheet


def test_a_name_stands_beside_its_dot_where_nothing_is_in_the_way():
    sheet = written([Dot(100, 100)], ["Felling"])

    ((text, box),) = sheet.texts
    assert text == "Felling"
    assert (box.left, (box.top + box.bottom) / 2) == (110, 100)


def test_a_name_is_never_nearer_to_another_dot():
    own, other = Dot(100, 100), Dot(122, 100)
    sheet = written([own, other], ["Felling"])

    ((_, box),) = sheet.texts
    assert own.away(box) + CLEAR <= other.away(box)


def test_a_long_name_goes_on_two_lines_where_one_has_no_room():
    sheet = written([Dot(160, 150), Dot(75, 128), Dot(75, 172)], ["Whickham South and Sunniside"])

    assert [text for text, _ in sheet.texts] == ["Whickham South", "and Sunniside"]


def test_a_name_that_finds_no_room_is_left_out():
    dots = [Dot(x, y) for x in range(0, 330, 20) for y in range(0, 310, 20)]

    assert written(dots, ["Felling"]).texts == []


@given(st.lists(PLACES, min_size=1, max_size=25, unique=True))
def test_names_touch_nothing_and_stay_on_the_ground(places):
    dots = [Dot(float(x), float(y)) for x, y in places]
    sheet = written(dots, ["Low Fell", "Dunston Hill and Whickham East", "Bridges", "Ryton, Crookhill and Stella"])

    for number, (_, box) in enumerate(sheet.texts):
        assert box.left >= 0
        assert box.right <= 320
        assert box.top >= 0
        assert box.bottom <= 300
        assert all(dot.away(box) > 0 for dot in dots)
        assert not any(box.touches(other) for _, other in sheet.texts[number + 1 :])


def test_labels_at_the_line_ends_fold_where_they_would_take_too_much_room():
    with style.chart_style():
        sheet = Sheet(328, 200)
        labels = [
            end_label(1, "Bottom of range", "18.7%", 328, "ink2"),
            end_label(2, "2024/25", "25.1%", 328, "gh", 700),
        ]
        draw_end_labels(sheet, labels, lambda value: 100 * value, 328 - room_for(labels) + 8, 200)

    assert [text for text, _ in sheet.texts] == ["Bottom of range", "18.7%", "2024/25 25.1%"]
    assert all(box.right <= 328 for _, box in sheet.texts)
