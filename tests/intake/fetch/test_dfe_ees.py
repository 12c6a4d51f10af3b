"""Explore Education Statistics: ids that mean nothing until the metadata says what, and pages that must add up."""

import copy
import json

import pytest

from pmif.errors import FetchError
from pmif.intake.fetch import dfe_ees, fetch_source
from tests.intake.fetch.publisher import NOW, Answer, Asked, patient, publishing

REQUEST = """
  - id: help
    data_set: 63cfc86e-c334-4e58-2912-08da0807d53c
    version: "1.2"
    indicator: Parents offered help
    filters: {School type: Total}
    periods: school-year
    series:
      - {measure: parents-offered-help, takes: [value]}
"""
PLACES = """
areas:
  - {code: Z99000001, vintage: borough-made-up}
  - {code: Z92000001, vintage: country-made-up}
"""
META = {
    "filters": [
        {
            "id": "gIyO9",
            "column": "school_type",
            "label": "School type",
            "options": [{"id": "uKR2K", "label": "Total"}, {"id": "nAbQx", "label": "Primary"}],
        }
    ],
    "indicators": [
        {"id": "04nTr", "column": "parents_offered", "label": "Parents offered help"},
        {"id": "sOMdl", "column": "parents", "label": "Parents"},
    ],
    "geographicLevels": [{"code": "LA", "label": "Local authority"}, {"code": "NAT", "label": "National"}],
    "locations": [
        {"level": {"code": "NAT"}, "options": [{"id": "2FmYX", "label": "Country", "code": "Z92000001"}]},
        {
            "level": {"code": "LA"},
            "options": [{"id": "e0768", "label": "Made Up", "code": "Z99000001", "oldCode": "390"}],
        },
    ],
    "timePeriods": [{"code": "AY", "period": "2022/2023", "label": "2022/23"}],
}


def results() -> list[dict]:
    made = []
    for period in ("2022/2023", "2023/2024"):
        for level, place, value in (("LA", "e0768", "61.5"), ("NAT", "2FmYX", "67")):
            made.append(
                {
                    "timePeriod": {"code": "AY", "period": period},
                    "geographicLevel": level,
                    "locations": {"NAT": "2FmYX", level: place},
                    "filters": {"gIyO9": "uKR2K"},
                    "values": {"04nTr": value},
                }
            )
    return made


def serve(found: list[dict], meta: dict = META, size: int = 1000, **paging):
    def answer(asked: Asked) -> Answer:
        if asked.path.endswith("/meta"):
            return Answer(json.dumps(meta), headers={"Content-Type": "application/json"})
        page = int(asked.query["page"])
        body = {
            "paging": {
                "page": page,
                "pageSize": size,
                "totalResults": len(found),
                "totalPages": -(-len(found) // size),
                **paging,
            },
            "warnings": [],
            "results": found[(page - 1) * size : page * size],
        }
        return Answer(json.dumps(body), headers={"Content-Type": "application/json"})

    return answer


def fetched(borough, ask, answer, requests=REQUEST):
    with publishing(answer) as publisher, patient() as http:
        source = ask("dfe-ees", f"{publisher.address}statistics/v1", requests, places=PLACES)
        return fetch_source(borough, source, http, NOW), publisher


def refused(borough, ask, answer, requests=REQUEST) -> str:
    with pytest.raises(FetchError) as fault:
        fetched(borough, ask, answer, requests)
    return str(fault.value)


def test_labels_become_ids_and_ids_become_labels(borough, ask):
    result, publisher = fetched(borough, ask, serve(results()))

    meta, query = publisher.asked
    assert meta.path == "/statistics/v1/data-sets/63cfc86e-c334-4e58-2912-08da0807d53c/meta"
    assert meta.query == {"dataSetVersion": "1.2"}
    assert (query.method, query.query["dataSetVersion"]) == ("POST", "1.2")
    assert json.loads(query.body) == {
        "criteria": {
            "and": [
                {
                    "geographicLevels": {"in": ["LA", "NAT"]},
                    "locations": {"in": [{"level": "LA", "code": "Z99000001"}, {"level": "NAT", "code": "Z92000001"}]},
                },
                {"filters": {"eq": "uKR2K"}},
            ]
        },
        "indicators": ["04nTr"],
    }
    assert result.rows[["area", "period", "value", "row"]].to_numpy().tolist() == [
        ["Z99000001", "2022-23-school", "61.5", "results/0"],
        ["Z92000001", "2022-23-school", "67", "results/1"],
        ["Z99000001", "2023-24-school", "61.5", "results/2"],
        ["Z92000001", "2023-24-school", "67", "results/3"],
    ]
    assert [name for name, *_ in result.raw] == ["help-1.json", "help-2.json"]
    assert "sent" in result.raw[1][2] and "sha256" in result.raw[1][2]


def test_all_pages_are_asked_for(borough, ask, monkeypatch):
    result, publisher = fetched(borough, ask, serve(results(), size=3))
    assert [a.query.get("page") for a in publisher.asked] == [None, "1", "2"]
    assert len(result.rows) == 4
    assert result.rows["file"].tolist()[-1] == "help-3.json"


@pytest.mark.parametrize(
    ("value", "status"), [("c", "suppressed"), ("x", "unavailable"), ("z", "not-applicable"), ("low", "unavailable")]
)
def test_a_mark_in_place_of_a_value_is_never_a_number(borough, ask, value, status):
    found = results()
    found[0]["values"]["04nTr"] = value
    result, _ = fetched(borough, ask, serve(found))
    one = result.rows.iloc[0]
    assert (one["value"], one["status"], one["transform"]) == ("", status, f"'{value}' read as {status}")


def test_a_label_that_is_gone_is_a_fault_with_those_that_are_there(borough, ask):
    said = refused(borough, ask, serve(results()), REQUEST.replace("Parents offered help", "Offered help"))
    assert "the indicator 'Offered help' is not in the data set, which has 'Parents', 'Parents offered help'" in said


def test_a_choice_that_is_gone_is_a_fault(borough, ask):
    said = refused(borough, ask, serve(results()), REQUEST.replace("type: Total", "type: All"))
    assert "under 'School type' the choice 'All' is not in the data set, which has 'Primary', 'Total'" in said


def test_a_label_that_stands_twice_is_a_fault(borough, ask):
    meta = copy.deepcopy(META)
    meta["indicators"].append({"id": "zzz", "column": "other", "label": "Parents offered help"})
    assert "stands 2 times" in refused(borough, ask, serve(results(), meta))


def test_an_id_without_meaning_is_a_fault(borough, ask):
    found = results()
    found[1]["filters"]["gIyO9"] = "other"
    assert "help-2.json, results/1: has no meaning in the data set's metadata ('other')" in refused(
        borough, ask, serve(found)
    )


def test_a_place_without_meaning_is_a_fault(borough, ask):
    found = results()
    found[0]["locations"]["LA"] = "other"
    assert "has no meaning" in refused(borough, ask, serve(found))


def test_a_filter_that_was_forgotten_cannot_pass(borough, ask):
    found = results()
    extra = copy.deepcopy(found[0])
    extra["filters"]["gIyO9"], extra["values"]["04nTr"] = "nAbQx", "50"
    requests = REQUEST.replace("    filters: {School type: Total}\n", "")
    assert "name in 'where' what tells the two apart" in refused(borough, ask, serve([*found, extra]), requests)


@pytest.mark.parametrize(
    ("paging", "said"),
    [
        ({"totalResults": 7}, "4 results came of 7: pages are missing"),
        ({"page": 3}, "is page 3, asked was page 1"),
        ({"totalPages": None}, "does not say how many pages there are"),
    ],
)
def test_pages_that_do_not_add_up_are_refused(borough, ask, paging, said):
    assert said in refused(borough, ask, serve(results(), **paging))


def test_a_number_of_results_that_changes_between_pages_is_refused(borough, ask):
    def answer(asked: Asked) -> Answer:
        later = asked.query.get("page") == "2"
        return serve(results() + (results()[:1] if later else []), size=3)(asked)

    assert "changed between pages" in refused(borough, ask, answer)


def test_pages_without_end_are_given_up(borough, ask, monkeypatch):
    monkeypatch.setattr(dfe_ees, "MOST_PAGES", 2)
    assert "more than 2 pages" in refused(borough, ask, serve(results(), size=1))


def test_no_result_is_an_error(borough, ask):
    assert "nothing matches the request" in refused(borough, ask, serve([], totalPages=1))


def test_a_warning_of_the_publisher_is_a_fault(borough, ask):
    def answer(asked: Asked) -> Answer:
        said = serve(results())(asked)
        if asked.method == "GET":
            return said
        body = {**json.loads(said.body), "warnings": [{"message": "One or more locations could not be found."}]}
        return Answer(json.dumps(body))

    assert "could not find all that was asked for (One or more locations" in refused(borough, ask, answer)


def test_a_fault_with_status_200_is_said(borough, ask):
    answer = Answer(json.dumps({"title": "Data set version was not found"}))
    said = refused(borough, ask, lambda asked: answer)
    assert "without 'filters', 'indicators', 'locations', which says 'Data set version was not found'" in said


def test_periods_of_another_kind_are_refused(borough, ask):
    found = results()
    for one in found:
        one["timePeriod"]["code"] = "FY"
    assert "is of a period of kind FY, the request declares school-year (AY)" in refused(borough, ask, serve(found))


def test_a_busy_service_is_asked_again(borough, ask):
    busy = [Answer(status=429, headers={"Retry-After": "1"})]

    def answer(asked: Asked) -> Answer:
        return busy.pop() if asked.method == "POST" and busy else serve(results())(asked)

    result, publisher = fetched(borough, ask, answer)
    assert len(result.rows) == 4 and len(publisher.asked) == 3
