"""Nomis: pages of records that say how many there are, and what happens when they do not add up."""

import pytest

from pmif.errors import FetchError
from pmif.intake.fetch import fetch_source, nomis
from tests.intake.fetch.publisher import NOW, Answer, Asked, patient, publishing

REQUEST = """
  - id: cold-homes
    dataset: NM_162_1
    date: latestMINUS2-latest
    ask: {gender: 0, age: 0, measure: "1,2", measures: 20100}
    periods: calendar-year
    series:
      - {measure: cold-homes, where: {MEASURE_NAME: Rate}, takes: [value]}
"""
COLUMNS = "DATE_NAME,GEOGRAPHY_CODE,GEOGRAPHY_NAME,OBS_VALUE,OBS_STATUS_NAME,RECORD_OFFSET,RECORD_COUNT,MEASURE_NAME"


def records() -> list[list[str]]:
    rows = []
    for year in ("2023", "2024"):
        for code in ("Z99000001", "Z12000001", "Z92000001"):
            for measure, value in (("Count", "1200"), ("Rate", f"4.{year[-1]}")):
                rows.append([year, code, f"{code} (Made up)", value, "Normal Value", "", "", measure])
    return rows


def serve(rows: list[list[str]], total: int | None = None, header: str = COLUMNS):
    """As Nomis serves: from an offset, at most so many, each record saying how many there are."""

    def answer(asked: Asked) -> str:
        start, most = int(asked.query["recordoffset"]), int(asked.query["recordlimit"])
        lines = [header]
        for n, row in enumerate(rows[start : start + most], start=start):
            lines.append(",".join(f'"{c}"' for c in [*row[:5], str(n), str(total or len(rows)), *row[7:]]))
        return "\r\n".join(lines) + "\r\n"

    return answer


def fetched(borough, ask, answer, requests=REQUEST):
    with publishing(answer) as publisher, patient() as http:
        return fetch_source(borough, ask("nomis", publisher.address, requests), http, NOW), publisher


def refused(borough, ask, answer, requests=REQUEST) -> str:
    with pytest.raises(FetchError) as fault:
        fetched(borough, ask, answer, requests)
    return str(fault.value)


def test_takes_the_measure_that_is_meant(borough, ask):
    result, publisher = fetched(borough, ask, serve(records()))

    query = publisher.asked[0].query
    assert publisher.asked[0].path == "/dataset/NM_162_1.data.csv"
    assert (query["geography"], query["gender"], query["measure"]) == ("Z99000001,Z12000001,Z92000001", "0", "1,2")
    assert "record_count" in query["select"] and "measure_name" in query["select"]
    rows = result.rows
    assert rows["value"].tolist() == ["4.3"] * 3 + ["4.4"] * 3
    assert (rows["transform"] == "").all()
    assert rows["row"].tolist() == ["3", "5", "7", "9", "11", "13"]


def test_asks_for_page_after_page_until_all_have_come(borough, ask, monkeypatch):
    monkeypatch.setattr(nomis, "AT_ONCE", 5)
    result, publisher = fetched(borough, ask, serve(records()))

    assert [a.query["recordoffset"] for a in publisher.asked] == ["0", "5", "10"]
    assert len(result.rows) == 6
    assert {r["file"] for _, r in result.rows.iterrows()} == {
        "cold-homes-1.csv",
        "cold-homes-2.csv",
        "cold-homes-3.csv",
    }
    assert [name for name, *_ in result.raw] == ["cold-homes-1.csv", "cold-homes-2.csv", "cold-homes-3.csv"]


def test_a_page_cut_off_in_silence_is_asked_on_from_where_it_ended(borough, ask):
    """The guest's limit may be less than was asked for: what came counts, not what was asked."""
    whole = serve(records())

    def cut(asked: Asked) -> str:
        lines = whole(asked).split("\r\n")
        return "\r\n".join(lines[:5]) + "\r\n"

    result, publisher = fetched(borough, ask, cut)
    assert len(publisher.asked) == 3 and len(result.rows) == 6


def test_records_that_never_all_come_are_refused(borough, ask):
    assert "empty table" in refused(borough, ask, serve(records(), total=100))


def test_a_count_that_changes_between_pages_is_refused(borough, ask, monkeypatch):
    monkeypatch.setattr(nomis, "AT_ONCE", 5)

    def answer(asked: Asked) -> str:
        return serve(records(), total=13 if asked.query["recordoffset"] == "0" else 12)(asked)

    assert "changed between pages (12, 13)" in refused(borough, ask, answer)


def test_pages_that_overlap_are_refused(borough, ask, monkeypatch):
    monkeypatch.setattr(nomis, "AT_ONCE", 6)
    whole = serve(records())

    def answer(asked: Asked) -> str:
        return whole(Asked("GET", asked.path, {**asked.query, "recordoffset": "0"}, {}, b""))

    assert "pages overlap" in refused(borough, ask, answer)


def test_pages_without_end_are_given_up(borough, ask, monkeypatch):
    monkeypatch.setattr(nomis, "AT_ONCE", 1)
    monkeypatch.setattr(nomis, "MOST_PAGES", 4)
    assert "more than 4 records" in refused(borough, ask, serve(records()))


def test_without_a_count_nothing_is_taken(borough, ask):
    header = COLUMNS.replace("RECORD_COUNT", "RECORDS")
    assert "does not say how many records there are" in refused(borough, ask, serve(records(), header=header))


@pytest.mark.parametrize(
    ("value", "flag", "status"),
    [
        ("0", "Suppressed to protect confidentiality", "suppressed"),
        ("", "These figures are missing", "unavailable"),
        ("0", "These figures are missing", "unavailable"),
        ("-", "Normal Value", "unavailable"),
    ],
)
def test_a_flag_that_withholds_wins_over_a_nought(borough, ask, value, flag, status):
    rows = records()
    rows[1][3:5] = [value, flag]
    result, _ = fetched(borough, ask, serve(rows))
    one = result.rows.iloc[0]
    assert (one["value"], one["status"]) == ("", status)


def test_a_nought_that_is_meant_stays(borough, ask):
    rows = records()
    rows[1][3] = "0"
    result, _ = fetched(borough, ask, serve(rows))
    assert (result.rows.iloc[0]["value"], result.rows.iloc[0]["status"]) == ("0", "shown")


def test_a_fault_in_place_of_records_is_said(borough, ask):
    answer = Answer('{"error": "Invalid geography"}', headers={"Content-Type": "application/json"})
    assert "'Invalid geography'" in refused(borough, ask, lambda asked: answer)


def test_wards_are_asked_for_by_their_codes(borough, ask):
    wards = [f"W9900000{n}" for n in range(1, 9)]
    rows = [["October 2023", w, "x", "3.1", "Normal Value", "", "", "Rate"] for w in wards]
    requests = """
  - id: by-ward
    dataset: NM_162_1
    wards: ward-old
    periods: month
    series:
      - {measure: hardship-score, where: {MEASURE_NAME: Rate}, takes: [value]}
"""
    result, publisher = fetched(borough, ask, serve(rows), requests)
    assert publisher.asked[0].query["geography"] == ",".join(wards)
    assert result.rows["area"].tolist() == wards
    assert set(result.rows["vintage"]) == {"ward-old"} and set(result.rows["period"]) == {"2023-m10"}


def test_wards_of_another_vintage_are_a_fault_that_counts_them(borough, ask):
    rows = [["October 2023", f"W9900001{n}", "x", "3.1", "Normal Value", "", "", "Rate"] for n in range(1, 8)]
    requests = """
  - id: by-ward
    dataset: NM_162_1
    wards: ward-old
    periods: month
    series:
      - {measure: hardship-score, where: {MEASURE_NAME: Rate}, takes: [value]}
"""
    said = refused(borough, ask, serve(rows), requests)
    assert "no figure for W99000001 (ward-old): the publisher has 7 other places" in said
    assert "codes are of another vintage" in said
