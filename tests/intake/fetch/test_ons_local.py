"""Explore Local Statistics: whole series of one indicator, with columns that differ by indicator."""

import pytest

from pmif.errors import FetchError
from pmif.intake.fetch import fetch_source
from tests.intake.fetch.publisher import NOW, Answer, patient, publishing

REQUEST = """
  - id: cold-homes
    indicator: fuel-poverty
    periods: calendar-year
    series:
      - {measure: cold-homes, decimals: 3}
"""
PLAIN = """areacd,areanm,period,value,status
Z99000001,Made Up,2023-01-01/P1Y,12.34567,
Z12000001,Region,2023-01-01/P1Y,13.5,
Z92000001,Country,2023-01-01/P1Y,14,
"""
LIMITS = """areacd,areanm,period,value,lci_95,uci_95,status
Z99000001,Made Up,2023-01-01/P1Y,12.34567,11.0001,13.99999,u
Z12000001,Region,2023-01-01/P1Y,,,,x
Z92000001,Country,2023-01-01/P1Y,14,13,15,p
"""


def fetched(borough, ask, body, requests=REQUEST):
    with publishing(lambda asked: body) as publisher, patient() as http:
        return fetch_source(borough, ask("ons-local", publisher.address, requests), http, NOW), publisher


def refused(borough, ask, body, requests=REQUEST) -> str:
    with pytest.raises(FetchError) as fault:
        fetched(borough, ask, body, requests)
    return str(fault.value)


def test_asks_for_every_period_and_for_what_is_odd(borough, ask):
    _, publisher = fetched(borough, ask, PLAIN)
    assert publisher.asked[0].path == "/data.csv"
    assert publisher.asked[0].query == {
        "indicator": "fuel-poverty",
        "geo": "Z99000001,Z12000001,Z92000001",
        "time": "all",
        "includeStatus": "true",
    }


def test_an_indicator_without_limits_has_none(borough, ask):
    result, _ = fetched(borough, ask, PLAIN)
    one = result.rows.iloc[0]
    assert (one["value"], one["lower"], one["upper"]) == ("12.346", "", "")
    assert one["transform"] == "12.34567 to 3 decimal places"
    assert result.rows.iloc[1]["transform"] == ""


def test_flags_are_read_as_the_publisher_means_them(borough, ask):
    result, _ = fetched(borough, ask, LIMITS)
    rows = result.rows
    assert rows["status"].tolist() == ["shown", "unavailable", "shown"]
    assert rows["mark"].tolist() == ["", "", "p"]
    assert (rows.iloc[0]["lower"], rows.iloc[0]["upper"]) == ("11.000", "14.000")
    assert "flagged 'u' by the publisher" in rows.iloc[0]["transform"]
    assert "blank beside 'x' read as unavailable" in rows.iloc[1]["transform"]


def test_shares_of_one_become_percentages_and_say_so(borough, ask):
    body = PLAIN.replace("12.34567", "0.1234567").replace("13.5", "0.135").replace(",14,", ",0.14,")
    result, _ = fetched(borough, ask, body, REQUEST.replace("decimals: 3", "times: 100, decimals: 1"))
    assert result.rows.iloc[0]["value"] == "12.3"
    assert result.rows.iloc[0]["transform"] == "0.1234567 times 100, to 1 places"


@pytest.mark.parametrize(("text", "plain"), [("1,234.5", "1234.5"), ("1.2E+1", "12"), (".5", "0.5"), ("-.5", "-0.5")])
def test_numbers_written_otherwise_are_read_and_said(text, plain):
    from pmif.intake.fetch.ons_local import LAYOUT, Request
    from pmif.intake.fetch.records import understand

    request = Request.model_validate(
        {"id": "x", "indicator": "y", "periods": "month", "series": [{"measure": "cold-homes"}]}
    )
    found = understand(text, "", LAYOUT, request)
    assert found is not None and (found.number, found.how) == (plain, f"{text} read as {plain}")


@pytest.mark.parametrize(
    "text", ["12%", "£3", "1,23", "12 (r)", "NaN", "inf", "1e999", "1e20", "9" * 40, "１２", "12.", "--1", "0x1F"]
)
def test_what_is_no_number_is_never_made_one(text):
    from pmif.intake.fetch.ons_local import LAYOUT, Request
    from pmif.intake.fetch.records import understand

    request = Request.model_validate(
        {"id": "x", "indicator": "y", "periods": "month", "series": [{"measure": "cold-homes"}]}
    )
    assert understand(text, "", LAYOUT, request) is None


def test_a_refusal_by_the_service_is_repeated(borough, ask):
    said = refused(borough, ask, Answer("Request contained invalid time period.", status=400))
    assert "does not accept the request and says 'Request contained invalid time period.'" in said


def test_an_answer_with_a_page_in_place_of_a_table_is_refused(borough, ask):
    assert "web page where a table was expected" in refused(borough, ask, Answer("<html><title>ONS</title></html>"))


def test_an_unknown_indicator_that_comes_empty_is_an_error(borough, ask):
    assert "empty table" in refused(borough, ask, "areacd,areanm,period,value\n")


def test_a_value_outside_what_the_unit_allows_is_refused(borough, ask):
    assert "were refused, and nothing was changed" in refused(borough, ask, PLAIN.replace("12.34567", "123.4"))


def test_periods_of_another_kind_than_the_measures_are_refused(borough, ask):
    said = refused(borough, ask, PLAIN.replace("-01-01/P1Y", "-04-01/P1Y"))
    assert "period '2023-04-01/P1Y' is not a calendar year" in said
