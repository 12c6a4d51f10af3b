"""The indices of deprivation: a file behind a page, pinned, of small areas whose vintage must be the lookup's."""

import hashlib

import pytest

from pmif.errors import FetchError
from pmif.intake.fetch import fetch_source
from tests.intake.fetch.publisher import NOW, Answer, Asked, patient, publishing

FILE = "File_7_All_Ranks.csv"
PLACES = """
areas:
  - {code: Z99000001, vintage: borough-made-up}
"""
HEADER = "LSOA code (2021),LSOA name (2021),District code (2024),Score,Decile,Residents"


def table(header: str = HEADER, decile: str = "1") -> str:
    lines = [header]
    lines += [f"L0100000{n},Made Up 00{n},Z99000001,{10 * n},{decile if n <= 2 else n},{1000 * n}" for n in range(1, 9)]
    lines.append("L01000099,Elsewhere 001,Z99000002,99,1,1500")
    return "\n".join(lines) + "\n"


LOOKUP = "from,to,weight\n" + "".join(f"L0100000{n},W9900000{n},1\n" for n in range(1, 9))


def declare(borough, table: str = LOOKUP, origin: str = "small-2021") -> None:
    """Small areas of two censuses, as many in each, and a lookup from one of them to the wards."""
    with (borough / "data/boundaries/geographies.yml").open("a", encoding="utf-8") as file:
        for year in (2011, 2021):
            file.write(
                f"  - id: small-{year}\n    title: Small areas\n    kind: small-area\n    code: L01\\d{{6}}\n    count: 8\n"
            )
    folder = borough / "data/boundaries/lookups"
    folder.mkdir()
    (folder / "small-to-wards.csv").write_text(table, encoding="utf-8")
    (folder / "small-to-wards.yml").write_text(
        f"id: small-to-wards\ntitle: Made up\nfrom: {origin}\nto: ward-old\nmethod: best-fit\npublisher: Made up\n"
        "dataset: Made up\nlicence: made-up\naddress: none\ndate: 2025-05-01\n",
        encoding="utf-8",
    )


def request(address: str, series: str, *, sha256: str = "", lookup: bool = False, wards: bool = False) -> str:
    return f"""
  - id: index
    page: statistics/indices-2025
    media: {address}media/
    file: {FILE}
    sha256: "{sha256}"
    lsoa: LSOA code (2021)
    district: District code (2024)
    districts: [Z99000001]
    small_areas: small-2021
    {"lookup: small-to-wards" if lookup else ""}
    {"wards: ward-old" if wards else ""}
    period: "2025"
    series:
{series}
"""


SHARE = "      - {measure: cold-homes, share_of: Decile, equals: 1, times: 100, decimals: 2}"
AVERAGE = "      - {measure: hardship-score, average: Score, weight: Residents, decimals: 3, mark: e}"


def serve(body: str | bytes, links: str = '<a href="/media/5f1c/{file}">x</a>'):
    def answer(asked: Asked) -> Answer:
        if asked.path == "/statistics/indices-2025":
            page = (
                f"<!DOCTYPE html><html><head><title>Indices</title></head><body>{links.replace('{file}', FILE)}</body>"
            )
            return Answer(page, headers={"Content-Type": "text/html; charset=utf-8"})
        return Answer(body, headers={"Content-Type": "text/csv"})

    return answer


def fetched(borough, ask, series=SHARE, body=None, sha256=None, answer=None, places=PLACES, **more):
    body = table() if body is None else body
    content = body.encode() if isinstance(body, str) else body
    pin = hashlib.sha256(content).hexdigest() if sha256 is None else sha256
    with publishing(answer or serve(content)) as publisher, patient() as http:
        requests = request(publisher.address, series, sha256=pin, **more)
        return fetch_source(
            borough, ask("mhclg-indices", publisher.address, requests, places=places), http, NOW
        ), publisher


def refused(borough, ask, *args, **more) -> str:
    with pytest.raises(FetchError) as fault:
        fetched(borough, ask, *args, **more)
    return str(fault.value)


def test_finds_the_file_on_its_page_and_takes_the_share(borough, ask):
    result, publisher = fetched(borough, ask)

    assert [a.path for a in publisher.asked] == ["/statistics/indices-2025", f"/media/5f1c/{FILE}"]
    one = result.rows.iloc[0]
    assert (one["area"], one["period"], one["value"]) == ("Z99000001", "2025", "25.00")  # 2 of 8; 0.25 times 100
    assert "share of small areas whose Decile is 1" in one["transform"]
    assert [name for name, *_ in result.raw] == ["index-1.html", "index-2.csv"]


def test_counts_may_come_with_the_share_and_stay_as_they_are(borough, ask):
    series = SHARE.replace("times", "takes: [value, numerator, denominator], times")
    result, _ = fetched(borough, ask, series)
    assert result.rows.iloc[0][["numerator", "denominator", "value"]].tolist() == ["2", "8", "25.00"]


def test_averages_are_weighted_by_residents(borough, ask):
    series = AVERAGE.replace("hardship-score", "cold-homes")
    result, _ = fetched(borough, ask, series)
    squares = sum(10 * n * n for n in range(1, 9))
    assert float(result.rows.iloc[0]["value"]) == pytest.approx(squares / sum(range(1, 9)), abs=5e-4)
    assert result.rows.iloc[0]["mark"] == "e"


def test_wards_get_their_own_small_areas(borough, ask):
    declare(borough)
    result, _ = fetched(borough, ask, AVERAGE, lookup=True, wards=True, places="")
    assert result.rows["area"].tolist() == [f"W9900000{n}" for n in range(1, 9)]
    assert [float(v) for v in result.rows["value"]] == [10.0 * n for n in range(1, 9)]


def test_as_many_small_areas_of_another_vintage_are_still_refused(borough, ask):
    other = LOOKUP.replace("L01000003", "L01000033").replace("L01000005", "L01000055")
    assert other.count("\n") == LOOKUP.count("\n")  # the number is the same: only the codes tell
    declare(borough, other)
    said = refused(borough, ask, AVERAGE, lookup=True, wards=True, places="")
    assert "2 are not in the lookup (L01000003, L01000005), 2 of the lookup are not here (L01000033, L01000055)" in said
    assert "two vintages, however alike their number" in said


def test_a_lookup_of_another_vintage_is_refused_by_name(borough, ask):
    declare(borough, origin="small-2011")
    said = refused(borough, ask, AVERAGE, lookup=True, wards=True, places="")
    assert "goes from small-2011 to ward-old (best-fit): expected one by best fit from small-2021" in said


def test_a_lookup_that_is_not_there_is_said(borough, ask):
    said = refused(borough, ask, AVERAGE, lookup=True, wards=True, places="")
    assert "no lookup 'small-to-wards' in data/boundaries/lookups (held: none)" in said


def test_wards_without_a_lookup_are_refused(borough, ask):
    assert "wards and lookup go together" in refused(borough, ask, AVERAGE, wards=True, places="")


def test_a_file_of_another_vintage_has_another_column(borough, ask):
    said = refused(borough, ask, body=table(HEADER.replace("(2021)", "(2011)")))
    assert "column 'LSOA code (2021)' is missing: the file may be of another year" in said


def test_a_file_that_was_revised_is_not_taken(borough, ask):
    said = refused(borough, ask, sha256="0" * 64)
    assert "is not the file that was pinned" in said
    assert hashlib.sha256(table().encode()).hexdigest() in said


def test_a_file_that_is_not_pinned_is_not_taken_and_its_checksum_is_said(borough, ask):
    said = refused(borough, ask, sha256="")
    assert "is not pinned" in said and hashlib.sha256(table().encode()).hexdigest() in said


@pytest.mark.parametrize(
    ("links", "said"),
    [
        ('<a href="/media/5f1c/File_8.csv">x</a>', "does not link to File_7_All_Ranks.csv"),
        ('<a href="/media/1/{file}">x</a><a href="/media/2/{file}">y</a>', "links 2 times, differently, to"),
        ('<a href="https://elsewhere.example/media/1/{file}">x</a>', "does not link to"),
        ("", "it links to no CSV file"),
    ],
)
def test_a_page_without_the_one_link_is_refused(borough, ask, links, said):
    assert said in refused(borough, ask, answer=serve(table(), links))


def test_the_same_link_twice_is_one_link(borough, ask):
    links = "<a href=\"/media/1/{file}\">x</a><a href='/media/1/{file}'>again</a>"
    result, _ = fetched(borough, ask, answer=serve(table(), links))
    assert len(result.rows) == 1


def test_a_council_that_is_not_there_is_a_fault(borough, ask):
    said = refused(borough, ask, body=table().replace("Z99000001", "Z99000009"))
    assert "has no small area of Z99000001: there are Z99000002, Z99000009" in said


def test_a_small_area_that_stands_twice_is_a_fault(borough, ask):
    assert "more than once: L01000001" in refused(borough, ask, body=table().replace("L01000002", "L01000001"))


def test_a_score_that_is_no_number_is_a_fault(borough, ask):
    series = AVERAGE.replace("hardship-score", "cold-homes")
    said = refused(borough, ask, series, body=table().replace(",30,3,", ",x,3,"))
    assert "Score is 'x' with Residents '3000': expected two numbers" in said


def test_half_a_way_of_putting_together_is_refused_with_its_line(borough, ask):
    said = refused(borough, ask, "      - {measure: cold-homes, average: Score}")
    assert "data/fetch/made-up.yml, line" in said and "average goes with weight" in said
