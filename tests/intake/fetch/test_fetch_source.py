"""A whole fetch: the requests as policy, one publisher, and nothing touched where anything is wrong."""

import hashlib
import shutil
import socket
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from pmif.errors import FetchError
from pmif.framework import load_framework
from pmif.geography import load_areas
from pmif.intake.fetch import ADAPTERS, check_requests, fetch_source, fetch_sources
from pmif.intake.fetch.records import ROWS
from pmif.methods import METHODS
from tests.conftest import PROJECT
from tests.intake.fetch.publisher import NOW, Answer, patient, publishing

TABLE = """areacd,areanm,period,value
Z99000001,Made Up,2023-01-01/P1Y,12.5
Z12000001,Region,2023-01-01/P1Y,13.5
Z92000001,Country,2023-01-01/P1Y,14
"""
REQUEST = """
  - id: cold-homes
    indicator: fuel-poverty
    periods: calendar-year
    series:
      - {measure: cold-homes}
"""
ANOTHER = """
  - id: particles
    indicator: fine-particles
    periods: calendar-year
    series:
      - {measure: fine-particles}
"""


def everything_below(root: Path) -> dict[str, str]:
    return {
        str(p.relative_to(root)): hashlib.sha256(p.read_bytes()).hexdigest() for p in root.rglob("*") if p.is_file()
    }


def test_a_fetch_changes_nothing_itself(borough, ask):
    with publishing(lambda asked: TABLE) as publisher, patient() as http:
        source = ask("ons-local", publisher.address, REQUEST)
        before = everything_below(borough)
        fetched = fetch_source(borough, source, http, NOW)
    assert everything_below(borough) == before
    assert list(fetched.rows.columns) == ROWS
    assert [r.id for r in fetched.requests] == ["cold-homes"]


def test_without_a_network_there_is_a_sentence_and_nothing_is_touched(borough, ask):
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        closed = f"http://127.0.0.1:{listener.getsockname()[1]}/"
    source = ask("ons-local", closed, REQUEST)
    before = everything_below(borough)
    with patient(attempts=2) as http, pytest.raises(FetchError) as fault:
        fetch_source(borough, source, http, NOW)
    assert str(fault.value) == (
        "there is no network from here, or the publisher's server cannot be reached (127.0.0.1): nothing was changed"
    )
    assert everything_below(borough) == before


def test_one_request_that_fails_leaves_nothing_of_the_others(borough, ask):
    def answer(asked):
        return TABLE if asked.query["indicator"] == "fuel-poverty" else Answer("gone", status=404)

    with publishing(answer) as publisher, patient() as http, pytest.raises(FetchError, match="status 404"):
        fetch_source(borough, ask("ons-local", publisher.address, REQUEST + ANOTHER), http, NOW)


def test_faults_of_all_requests_are_told_together(borough, ask):
    def answer(asked):
        if asked.query["indicator"] == "fuel-poverty":
            return TABLE.replace("Z12000001", "Z12000009")
        return TABLE.replace("12.5", "many")

    with publishing(answer) as publisher, patient() as http, pytest.raises(FetchError) as fault:
        fetch_source(borough, ask("ons-local", publisher.address, REQUEST + ANOTHER), http, NOW)
    assert "cold-homes, measure 'cold-homes': there is no figure for Z12000001" in str(fault.value)
    assert "particles-1.csv, line 2: value is 'many'" in str(fault.value)


def test_two_requests_for_one_figure_are_refused(borough, ask):
    twice = REQUEST + REQUEST.replace("id: cold-homes", "id: again")
    with publishing(lambda asked: TABLE) as publisher, patient() as http, pytest.raises(FetchError) as fault:
        fetch_source(borough, ask("ons-local", publisher.address, twice), http, NOW)
    assert "were refused, and nothing was changed" in str(fault.value)
    assert "again-1.csv, row 2" in str(fault.value)


def test_a_publication_day_that_is_known_is_the_day(borough, ask):
    requests = REQUEST.replace("    series:", "    published: 2026-06-26\n    series:")
    with publishing(lambda asked: TABLE) as publisher, patient() as http:
        rows = fetch_source(borough, ask("ons-local", publisher.address, requests), http, NOW).rows
    assert set(rows["published"]) == {"2026-06-26"} and set(rows["published_basis"]) == {"on"}


def test_what_was_kept_can_be_read_again_without_a_network(borough, ask):
    from pmif.intake.fetch import Setting
    from pmif.intake.fetch.records import Page

    with publishing(lambda asked: TABLE) as publisher, patient() as http:
        fetched = fetch_source(borough, ask("ons-local", publisher.address, REQUEST), http, NOW)
    setting = Setting(borough, load_areas(borough), fetched.plan, NOW.date())
    pages = [Page(name, reply) for (name, *_), reply in zip(fetched.raw, fetched.replies, strict=True)]
    again = ADAPTERS["ons-local"].read(pages, fetched.requests[0], setting)
    assert again.equals(fetched.rows)


@pytest.mark.parametrize(
    ("was", "becomes", "said"),
    [
        ("indicator: fuel", "indicater: fuel", "line 13: plan 'made-up', requests.1.indicator is missing"),
        (
            "measure: cold-homes",
            "measure: cold-home",
            "line 13: request 'cold-homes', measure is 'cold-home': there is no such measure",
        ),
        ("Z12000001, vintage: region-made-up", "Z12000001, vintage: region-2009", "(vintages held: region-made-up)"),
        ("source: figures-made-up", "source: figures", "source is 'figures': there is no such card"),
        ("id: made-up", "id: other", "id is 'other': expected 'made-up', as the file is named"),
        ("http://127.0.0.1", "http://publisher.example", "write an address that begins with https://"),
        ("periods: calendar-year", "periods: year", "periods is 'year': use"),
        ("periods: calendar-year", "period: '2023'\n    periods: calendar-year", "give either periods"),
        (
            "periods: calendar-year",
            "starts: '13-01'\n    periods: calendar-year",
            "line 15: plan 'made-up', requests.1.starts: month must be in 1..12",
        ),
        ("{measure: cold-homes}", "{measure: cold-homes, group: x}", "dimension and group go together"),
        ("{measure: cold-homes}", "{measure: cold-homes, takes: [valu]}", "takes.1 is 'valu': use"),
        (
            "periods: calendar-year",
            "wards: ward-2031\n    periods: calendar-year",
            "areas.csv has no ward of that vintage",
        ),
    ],
)
def test_a_slip_in_the_requests_is_told_before_anybody_is_asked(borough, ask, was, becomes, said):
    with publishing(lambda asked: TABLE) as publisher, patient() as http:
        source = ask("ons-local", publisher.address, REQUEST)
        file = borough / "data/fetch/made-up.yml"
        text = file.read_text(encoding="utf-8")
        assert was in text
        file.write_text(text.replace(was, becomes), encoding="utf-8")
        with pytest.raises(FetchError) as fault:
            fetch_source(borough, source, http, NOW)
    assert publisher.asked == []
    assert said in str(fault.value)
    assert "data/fetch/made-up.yml" in str(fault.value) and "nothing was changed" in str(fault.value)
    faults = check_requests(borough, load_framework(borough, METHODS), load_areas(borough))
    assert any(said in str(f) for f in faults)  # what `pmif check` would say


def test_requests_named_twice_are_refused(borough, ask):
    ask("ons-local", "https://publisher.example/", REQUEST + REQUEST)
    faults = check_requests(borough, load_framework(borough, METHODS), load_areas(borough))
    assert any("requests named more than once: cold-homes" in str(f) for f in faults)


def test_a_source_that_is_not_there_is_answered_with_those_that_are(borough, ask):
    ask("ons-local", "https://publisher.example/", REQUEST)
    with patient() as http, pytest.raises(FetchError, match=r"no data/fetch/elsewhere\.yml .* use made-up"):
        fetch_source(borough, "elsewhere", http, NOW)
    with patient() as http, pytest.raises(FetchError, match="nothing was changed"):
        fetch_source(borough, "../../etc/passwd", http, NOW)


def test_files_of_other_adapters_stand_in_the_same_folder(borough, ask):
    ask("ons-local", "https://publisher.example/", REQUEST)
    (borough / "data/fetch/shapes.yml").write_text("id: shapes\nadapter: open-geography\n", encoding="utf-8")
    (borough / "data/fetch/broken.yml").write_text("a: [1\n", encoding="utf-8")
    (borough / "data/fetch/slip.yml").write_text("id: slip\nadapter: ons-locla\n", encoding="utf-8")
    assert fetch_sources(borough) == ("made-up",)
    faults = check_requests(borough, load_framework(borough, METHODS), load_areas(borough))
    assert [f.place for f in faults] == ["data/fetch/broken.yml, line 2", "data/fetch/slip.yml"]
    assert "adapter is 'ons-locla': use fingertips, nomis" in faults[1].problem


# --- the book's own requests ------------------------------------------------------------------------


def real() -> list[tuple[str, dict]]:
    found = [
        (f.stem, YAML(typ="safe").load(f.read_text(encoding="utf-8"))) for f in (PROJECT / "data/fetch").glob("*.yml")
    ]
    return sorted((name, plan) for name, plan in found if plan["adapter"] in ADAPTERS)


def test_the_books_own_requests_are_in_order():
    framework, areas = load_framework(PROJECT, METHODS), load_areas(PROJECT)
    assert check_requests(PROJECT, framework, areas) == []
    assert {"ons-local", "nomis", "fingertips", "mhclg-indices"} <= set(fetch_sources(PROJECT))


def test_every_request_declares_the_form_that_its_measure_has():
    measures = {m.id: m for m in load_framework(PROJECT, METHODS).measures}
    seen = 0
    for name, plan in real():
        for request in plan["requests"]:
            for series in request["series"]:
                frequency = str(measures[series["measure"]].frequency)
                seen += 1
                assert frequency in (request.get("periods"), "occasional"), (name, request["id"])
    assert seen > 40


def test_every_place_asked_for_is_one_that_the_measure_has():
    measures = {m.id: m for m in load_framework(PROJECT, METHODS).measures}
    areas = load_areas(PROJECT)
    for name, plan in real():
        for request in plan["requests"]:
            listed = request.get("areas") or ([] if request.get("wards") else plan["areas"])
            kinds = {areas.find(p["code"], p["vintage"]).kind for p in listed}
            kinds |= {"ward"} if request.get("wards") else set()
            for series in request["series"]:
                assert kinds <= set(measures[series["measure"]].geographies), (name, request["id"])


def test_no_figure_is_asked_for_twice():
    asked = [
        (s["measure"], s.get("group"), r.get("wards"))
        for _, plan in real()
        for r in plan["requests"]
        for s in r["series"]
    ]
    assert len(asked) == len(set(asked))


@pytest.mark.parametrize("name", [name for name, _ in real()])
def test_requests_say_that_they_were_not_yet_run(name):
    text = (PROJECT / f"data/fetch/{name}.yml").read_text(encoding="utf-8")
    assert "Not yet run against the live service" in text


def test_the_books_own_requests_are_understood_by_a_server_that_answers_as_documented(tmp_path):
    """The series already held, served as Explore Local Statistics serves them, come back as they are held."""
    import csv

    from pmif.period import Period, PeriodKind

    root = tmp_path / "book"
    for folder in ("data/framework", "data/sources", "data/boundaries", "data/fetch"):
        shutil.copytree(PROJECT / folder, root / folder)
    with (PROJECT / "data/figures/ons-local.csv").open(encoding="utf-8", newline="") as file:
        held = list(csv.DictReader(file))
    plan = YAML(typ="safe").load((root / "data/fetch/ons-local.yml").read_text(encoding="utf-8"))
    requests = {r["indicator"]: r for r in plan["requests"]}

    def dated(period: Period, starts: str) -> str:
        years = period.end.year - period.start.year + (0 if period.end.month < 12 else 1)
        if period.kind is PeriodKind.SCHOOL_YEAR:
            return f"{period.start.year}-09-01/P1Y"
        if period.kind in (PeriodKind.DATE, PeriodKind.MONTH):
            return period.start.isoformat()
        if starts:
            return f"{period.start.year}-{starts}" + ("" if starts == "04-01" else "/P1Y")
        return f"{period.start.isoformat()}/P{years}Y"

    def answer(asked):
        request = requests[asked.query["indicator"]]
        lines = ["areacd,areanm,period,value,lci_95,uci_95,status"]
        for row in held:
            if row["measure"] == request["series"][0]["measure"] and row["area"] in asked.query["geo"].split(","):
                period = dated(Period.parse(row["period"]), request.get("starts", ""))
                lines.append(f"{row['area']},x,{period},{row['value']},{row['lower']},{row['upper']},")
        return "\n".join(lines) + "\n"

    with publishing(answer) as publisher, patient() as http:
        file = root / "data/fetch/ons-local.yml"
        text = file.read_text(encoding="utf-8")
        file.write_text(text.replace(plan["address"], publisher.address), encoding="utf-8")
        rows = fetch_source(root, "ons-local", http, NOW).rows

    columns = ["measure", "area", "vintage", "period", "dimension", "group", "value", "lower", "upper", "source"]
    assert sorted(map(tuple, rows[columns].to_numpy())) == sorted(tuple(r[c] for c in columns) for r in held)
