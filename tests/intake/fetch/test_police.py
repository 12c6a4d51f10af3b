"""data.police.uk: crimes at points nearby, counted in the shapes of wards."""

import json
from urllib.parse import parse_qs

import pytest
from shapely.geometry import MultiPolygon, Polygon

from pmif.errors import FetchError
from pmif.geography import load_areas
from pmif.intake.fetch import fetch_source
from tests.intake.fetch.publisher import NOW, Answer, Asked, patient, publishing

REQUEST = """
  - id: crime
    wards: ward-old
    periods: month
    series:
      - {measure: hardship-score, where: {category: burglary}}
"""
WARDS = [f"W9900000{n}" for n in range(1, 9)]


def crime(number: int, category: str, month: str = "2026-09") -> dict:
    return {
        "category": category,
        "persistent_id": "",
        "id": number,
        "month": month,
        "location_type": "Force",
        "location": {"latitude": "54.95", "longitude": "-1.60", "street": {"id": 1, "name": "On or near Supermarket"}},
        "outcome_status": None,
    }


def serve(crimes=None, months=("2026-07", "2026-08", "2026-09")):
    """Each ward asked about has its own crimes: one burglary more than the ward before, and a robbery."""
    count = [0]

    def answer(asked: Asked) -> Answer:
        if asked.path.endswith("crimes-street-dates"):
            body = [{"date": month, "stop-and-search": []} for month in reversed(months)]
        else:
            count[0] += 1
            n = count[0]
            body = [crime(100 * n + i, "burglary") for i in range(n - 1)] + [crime(100 * n + 99, "robbery")]
            body = crimes(n, body) if crimes else body
        return Answer(json.dumps(body), headers={"Content-Type": "application/json"})

    return answer


def fetched(borough, ask, answer, requests=REQUEST):
    with publishing(answer) as publisher, patient() as http:
        return fetch_source(
            borough, ask("police", f"{publisher.address}api", requests, places=""), http, NOW
        ), publisher


def refused(borough, ask, answer, requests=REQUEST) -> str:
    with pytest.raises(FetchError) as fault:
        fetched(borough, ask, answer, requests)
    return str(fault.value)


def test_counts_crimes_in_each_ward_and_marks_them_as_estimates(borough, ask):
    result, _ = fetched(borough, ask, serve())

    rows = result.rows
    assert rows["area"].tolist() == WARDS
    assert rows["value"].tolist() == [str(n) for n in range(8)]
    assert set(rows["mark"]) == {"e"} and set(rows["status"]) == {"shown"}
    assert set(rows["period"]) == {"2026-m09"}  # the latest there is
    assert "places are approximate" in rows.iloc[0]["transform"]


def test_sends_the_wards_shape_with_latitude_first(borough, ask):
    _, publisher = fetched(borough, ask, serve())

    shapes = load_areas(borough).shapes("ward-old").set_index("ward_code")["geometry"]
    form = parse_qs(publisher.asked[1].body.decode())
    assert (publisher.asked[1].method, publisher.asked[1].path) == ("POST", "/api/crimes-street/all-crime")
    assert form["date"] == ["2026-09"]
    corners = [tuple(float(x) for x in corner.split(",")) for corner in form["poly"][0].split(":")]
    assert corners == [(round(lat, 5), round(lng, 5)) for lng, lat in shapes["W99000001"].exterior.coords]


def test_a_ward_in_parts_is_asked_for_in_parts_and_a_crime_counts_once(borough, ask, monkeypatch):
    from pmif.geography import areas as places

    real = places.Areas.shapes

    def in_two(self, vintage):
        table = real(self, vintage)
        west, south, east, north = table.geometry.iloc[0].bounds
        middle = (west + east) / 2
        halves = [
            Polygon([(a, south), (b, south), (b, north), (a, north)]) for a, b in ((west, middle), (middle, east))
        ]
        table.loc[table.index[0], "geometry"] = MultiPolygon([halves[0], Polygon([(9, 9), (9.1, 9), (9.1, 9.1)])])
        return table

    monkeypatch.setattr(places.Areas, "shapes", in_two)
    shared = [crime(1, "burglary"), crime(2, "robbery")]
    result, publisher = fetched(borough, ask, serve(lambda n, body: shared if n <= 2 else body))

    assert len(publisher.asked) == 1 + 9
    assert result.rows.iloc[0]["value"] == "1"


def test_all_crimes_are_counted_where_no_category_is_named(borough, ask):
    result, _ = fetched(borough, ask, serve(), REQUEST.replace(", where: {category: burglary}", ""))
    assert result.rows["value"].tolist() == [str(n) for n in range(1, 9)]


def test_a_month_that_is_not_published_is_an_error_not_a_month_without_crime(borough, ask):
    requests = REQUEST.replace("    series:", "    months: [2026-m10]\n    series:")
    said = refused(borough, ask, serve(), requests)
    assert "does not hold 2026-10: it has 2026-07 to 2026-09" in said


def test_a_ward_without_any_crime_is_an_answer_not_given(borough, ask):
    said = refused(borough, ask, serve(lambda n, body: [] if n == 3 else body))
    assert "holds no crime at all for W99000003 in 2026-09" in said


def test_a_category_that_does_not_exist_is_an_error_not_a_nought(borough, ask):
    said = refused(borough, ask, serve(), REQUEST.replace("burglary", "burglarly"))
    assert "no crime anywhere is of category 'burglarly': there are burglary, robbery" in said


def test_crimes_of_another_month_are_refused(borough, ask):
    said = refused(borough, ask, serve(lambda n, body: [crime(1, "burglary", "2026-08")] if n == 1 else body))
    assert "is of '2026-08': asked was 2026-09" in said


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"error": "bad polygon"}, "is no list of crimes, which says 'bad polygon'"),
        (["x"], "is no crime"),
        ([{"id": 1}], "is no crime"),
    ],
)
def test_what_is_no_list_of_crimes_is_refused(borough, ask, body, said):
    assert said in refused(borough, ask, serve(lambda n, whole: body if n == 1 else whole))


def test_too_many_crimes_in_a_shape_is_explained(borough, ask):
    def answer(asked: Asked) -> Answer:
        return serve()(asked) if asked.method == "GET" else Answer(status=503)

    assert "may hold more than 10,000 crimes" in refused(borough, ask, answer)


def test_asked_too_often_it_waits(borough, ask):
    busy = [Answer(status=429)]
    whole = serve()

    def answer(asked: Asked) -> Answer:
        return busy.pop() if asked.method == "POST" and busy else whole(asked)

    result, _ = fetched(borough, ask, answer)
    assert len(result.rows) == 8


def test_without_a_list_of_months_nothing_is_asked(borough, ask):
    said = refused(borough, ask, lambda asked: Answer('{"error": "down"}'))
    assert "does not say which months it holds, which says 'down'" in said


def test_crimes_are_by_month_and_category_alone(borough, ask):
    said = refused(borough, ask, serve(), REQUEST.replace("periods: month", "periods: quarter"))
    assert "crimes are published by month" in said
    said = refused(borough, ask, serve(), REQUEST.replace("{category:", "{street:"))
    assert "crimes are told apart by category alone" in said
