"""Fingertips: the table it documents, and what it is known to do besides."""

import csv
import io

import pytest

from pmif.errors import FetchError
from pmif.intake.fetch import fetch_source
from tests.intake.fetch.publisher import NOW, Answer, patient, publishing

HEADER = [
    "Indicator ID",
    "Indicator Name",
    "Parent Code",
    "Parent Name",
    "Area Code",
    "Area Name",
    "Area Type",
    "Sex",
    "Age",
    "Category Type",
    "Category",
    "Time period",
    "Value",
    "Lower CI 95.0 limit",
    "Upper CI 95.0 limit",
    "Lower CI 99.8 limit",
    "Upper CI 99.8 limit",
    "Count",
    "Denominator",
    "Value note",
    "Recent Trend",
    "Compared to England value or percentiles",
    "Compared to Region value or percentiles",
    "Time period Sortable",
    "New data",
    "Compared to goal",
    "Time period range",
]

REQUEST = """
  - id: good-health
    indicator: 90362
    area_type: 502
    parent_area_type: 6
    periods: rolling-years
    series:
      - {measure: years-in-good-health, where: {Sex: Female}, dimension: sex, group: female}
      - {measure: years-in-good-health, where: {Sex: Male}, dimension: sex, group: male}
"""


def row(area: str, sex: str, period: str, value: str, **more: str) -> dict[str, str]:
    limits = {f"{end} CI 95.0 limit": str(float(value) + by) for end, by in (("Lower", -1), ("Upper", 1)) if value}
    return {
        **dict.fromkeys(HEADER, ""),
        "Indicator ID": "90362",
        "Indicator Name": "Healthy life expectancy at birth",
        "Area Code": area,
        "Sex": sex,
        "Age": "All ages",
        "Time period": period,
        "Value": value,
        "Time period Sortable": f"{period[:4]}0000",
        "Time period range": "3y",
        **limits,
        **more,
    }


def whole() -> list[dict[str, str]]:
    """Two sexes, two pooled periods; England once for each parent, and places that nobody asked for."""
    rows = []
    for sex, base in (("Male", 60), ("Female", 61)):
        for n, period in enumerate(("2020 - 22", "2021 - 23")):
            rows += [
                row("Z92000001", sex, period, f"{base + n}.5", **{"Parent Code": p}) for p in ("Z12000001", "Z12000002")
            ]
            rows += [row(code, sex, period, f"{base + n}.25") for code in ("Z99000001", "Z12000001", "Z99000002")]
    return rows


def table(rows: list[dict[str, str]], header: list[str] | None = None) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, header or HEADER, extrasaction="ignore", lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def fetched(borough, ask, body, requests=REQUEST, **plan):
    with publishing(lambda asked: body) as publisher, patient() as http:
        return fetch_source(borough, ask("fingertips", publisher.address, requests, **plan), http, NOW), publisher


def refused(borough, ask, body, requests=REQUEST, **plan) -> str:
    with pytest.raises(FetchError) as fault:
        fetched(borough, ask, body, requests, **plan)
    assert "nothing was changed" in str(fault.value)
    return str(fault.value)


def test_takes_each_figure_once_with_its_limits_and_the_line_it_stood_on(borough, ask):
    result, publisher = fetched(borough, ask, table(whole()))

    assert publisher.asked[0].path == "/all_data/csv/by_indicator_id"
    assert publisher.asked[0].query == {
        "indicator_ids": "90362",
        "child_area_type_id": "502",
        "parent_area_type_id": "6",
    }
    assert len(result.rows) == 3 * 2 * 2  # places, periods, sexes: England's second copy is the same figure
    one = result.rows.query("area == 'Z99000001' and period == '2020-to-2022' and group == 'male'").iloc[0]
    assert (one["value"], one["lower"], one["upper"], one["status"]) == ("60.25", "59.25", "61.25", "shown")
    assert (one["published"], one["published_basis"], one["source"]) == (
        "2026-11-24",
        "not-later-than",
        "figures-made-up",
    )
    assert (one["file"], one["row"], one["transform"]) == ("good-health-1.csv", "4", "")
    assert set(result.rows["area"]) == {"Z99000001", "Z12000001", "Z92000001"}  # Z99000002 was not asked for


def test_gives_the_bytes_as_they_came_with_address_time_and_checksum(borough, ask):
    result, publisher = fetched(borough, ask, table(whole()))

    (name, content, address, when, checksum) = result.raw[0]
    assert (name, when, checksum) == ("good-health-1.csv", NOW, result.replies[0].sha256)
    assert content == table(whole()).encode()
    assert address.startswith(f"{publisher.address}all_data/csv/by_indicator_id?indicator_ids=90362")
    assert result.licence == "made-up"


@pytest.mark.parametrize(
    ("value", "note", "status", "how"),
    [
        (
            "",
            "Value suppressed for disclosure control due to small count",
            "suppressed",
            "blank beside 'Value suppressed",
        ),
        ("", "Value missing in source data", "unavailable", "blank beside 'Value missing"),
        ("", "Value cannot be calculated as number of cases is too small", "suppressed", "blank beside"),
        ("", "", "unavailable", "blank read as unavailable"),
        ("*", "", "suppressed", "'*' read as suppressed"),
        ("-", "", "unavailable", "'-' read as unavailable"),
        ("-1", "", "unavailable", "'-1' read as unavailable"),
        ("0", "Value suppressed for disclosure control", "suppressed", "0 flagged"),
    ],
)
def test_what_stands_for_a_figure_withheld_is_never_a_number(borough, ask, value, note, status, how):
    rows = whole()
    for one in rows:
        if (one["Area Code"], one["Sex"], one["Time period"]) == ("Z99000001", "Male", "2020 - 22"):
            one.update({"Value": value, "Value note": note, "Count": "3"})

    result, _ = fetched(borough, ask, table(rows))

    one = result.rows.query("area == 'Z99000001' and period == '2020-to-2022' and group == 'male'").iloc[0]
    assert one["status"] == status
    assert how in one["transform"]
    assert "".join(one[["numerator", "denominator", "value", "lower", "upper"]]) == ""


def test_a_note_beside_a_figure_that_stands_is_kept(borough, ask):
    rows = whole()
    rows[2]["Value note"] = "There is a data quality issue with this value"
    result, _ = fetched(borough, ask, table(rows))

    assert "flagged 'There is a data quality issue" in " ".join(result.rows["transform"])
    assert (result.rows["status"] == "shown").all()


def test_england_twice_with_two_values_is_a_fault_that_names_both_lines(borough, ask):
    rows = whole()
    rows[1]["Value"] = "60.9"
    said = refused(borough, ask, table(rows))
    assert "Z92000001 in 2020-to-2022 is 60.9 here and 60.5 in 2" in said
    assert "name in 'where' what tells the two apart" in said


def test_a_filter_that_was_forgotten_cannot_pass(borough, ask):
    request = REQUEST.split("      - {measure")[0] + "      - {measure: years-in-good-health}\n"
    assert "name in 'where'" in refused(borough, ask, table(whole()), request)


def test_rows_of_deprivation_deciles_are_left_out(borough, ask):
    decile = row("Z92000001", "Male", "2020 - 22", "52.0")
    decile.update({"Category Type": "District & UA deprivation deciles", "Category": "Most deprived decile"})
    result, _ = fetched(borough, ask, table([*whole(), decile]))

    assert "52.0" not in set(result.rows["value"])


def test_columns_are_found_by_name_in_any_order(borough, ask):
    result, _ = fetched(borough, ask, table(whole(), sorted(HEADER)))
    same, _ = fetched(borough, ask, table(whole()))
    assert result.rows["value"].tolist() == same.rows["value"].tolist()


def test_a_renamed_column_is_named_with_the_nearest(borough, ask):
    header = [h.replace("Lower CI 95.0 limit", "Lower CI 95% limit") for h in HEADER]
    said = refused(borough, ask, table([{**r, "Lower CI 95% limit": "1"} for r in whole()], header))
    assert "column 'Lower CI 95.0 limit' is missing" in said
    assert "the nearest is 'Lower CI 95% limit'" in said


def test_a_code_of_other_boundaries_is_not_taken_for_ours(borough, ask):
    rows = [{**r, "Area Code": r["Area Code"].replace("Z99000001", "Z99000009")} for r in whole()]
    said = refused(borough, ask, table(rows))
    assert "no figure for Z99000001, but one for Z99000009, a code it had before" in said


def test_a_place_that_is_missing_is_a_fault(borough, ask):
    rows = [r for r in whole() if r["Area Code"] != "Z12000001"]
    assert "there is no figure for Z12000001 (region-made-up)" in refused(borough, ask, table(rows))


def test_another_indicator_than_was_asked_for_is_refused(borough, ask):
    rows = [{**r, "Indicator ID": "90366"} for r in whole()]
    assert "holds indicator 90366, asked was 90362" in refused(borough, ask, table(rows))


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (table([]), "empty table"),
        ("", "empty table"),
        (table(whole())[:-60], "breaks off"),
        ('{"error": "Too many indicators"}', "'Too many indicators'"),
        (Answer("<!DOCTYPE html><title>Sorry</title>", headers={"Content-Type": "text/html"}), "web page"),
        (table(whole()).replace("Sex,", "Age,", 1), "columns named more than once: Age"),
        (Answer(table(whole()).replace("All ages", "café").encode("cp1252")), "not UTF-8"),
    ],
)
def test_an_answer_that_is_not_the_table_is_refused(borough, ask, body, said):
    assert said in refused(borough, ask, body)


def test_the_encoding_may_be_declared(borough, ask):
    body = Answer(table(whole()).replace("All ages", "café").encode("cp1252"))
    result, _ = fetched(borough, ask, body, more="encoding: cp1252\n")
    assert len(result.rows) == 12


def test_a_cell_that_is_neither_number_nor_mark_is_a_fault(borough, ask):
    rows = whole()
    rows[2]["Value"] = "~"
    assert "Value is '~': expected a number or a known mark" in refused(borough, ask, table(rows))


def test_a_mark_may_be_declared(borough, ask):
    rows = whole()
    rows[2]["Value"] = "~"
    requests = REQUEST.replace("    series:", "    markers: {'~': suppressed}\n    series:")
    result, _ = fetched(borough, ask, table(rows), requests)
    assert result.rows.iloc[2:].query("status == 'suppressed'")["transform"].tolist() == ["'~' read as suppressed"]


def test_periods_of_another_form_are_refused(borough, ask):
    said = refused(borough, ask, table(whole()), REQUEST.replace("rolling-years", "financial-year"))
    assert "period '2020 - 22' is not a financial year" in said


def test_earlier_periods_may_be_passed_over(borough, ask):
    requests = REQUEST.replace("    series:", "    since: 2021-to-2023\n    series:")
    result, _ = fetched(borough, ask, table(whole()), requests)
    assert set(result.rows["period"]) == {"2021-to-2023"}


def test_every_fault_is_told_at_once(borough, ask):
    rows = [r for r in whole() if r["Area Code"] != "Z12000001"]
    rows[1]["Value"] = "60.9"
    rows[3]["Time period"] = "20-22"
    said = refused(borough, ask, table(rows))
    assert "Z12000001" in said and "60.9" in said
