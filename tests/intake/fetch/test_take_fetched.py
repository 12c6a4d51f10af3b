"""What a publisher gives goes through the same checks and screening, and is kept with the bytes it came in."""

import hashlib
from datetime import timedelta
from pathlib import Path

import pandas as pd
import pytest

from pmif.errors import FetchError, IntakeError
from pmif.hub import read_batches, reading
from pmif.intake.take_fetched import take_fetched
from tests.intake.fetch.publisher import NOW, Answer, patient, publishing

HEADER = "areacd,areanm,period,measure,value,lci_95,uci_95,status\n"
BOROUGH = "Z99000001"


def declare(root: Path, address: str) -> None:
    (root / "data/fetch").mkdir(exist_ok=True)
    (root / "data/fetch/made-up.yml").write_text(
        f"""id: made-up
adapter: ons-local
title: A made-up publisher's figures
source: figures-made-up
address: {address}
areas:
  - code: {BOROUGH}
    vintage: borough-made-up
requests:
  - id: particles
    indicator: fine-particles
    periods: calendar-year
    series:
      - measure: fine-particles
        takes: [value]
""",
        encoding="utf-8",
    )


def figures(*values: tuple[str, object]) -> str:
    return HEADER + "".join(f"{BOROUGH},Madeborough,{year},x,{value},,,\n" for year, value in values)


def known(root, day):
    with reading(root) as hub:
        table = hub.known_at(day, ["fine-particles"])
    return {(r["area"], r["period"]): r for r in table.to_dict("records")}


def test_new_figures_are_kept_with_their_reply_and_lead_back_to_it(borough):
    body = figures(("2008", 7.25), ("2009", 7.5))
    with publishing(lambda _: body) as publisher:
        declare(borough, publisher.address)
        taken = take_fetched(borough, "made-up", patient(), now=NOW)
        row = known(borough, NOW.date())[(BOROUGH, "2009")]
        assert (row["value"], row["batch"], row["known"]) == (7.5, taken.receipt.batch, "2026-11-24")
        [(receipt, folder)] = read_batches(borough)
        [part] = receipt.parts
        assert (folder / part.name).read_bytes() == body.encode()
        assert part.sha256 == hashlib.sha256(body.encode()).hexdigest()
        assert part.address.startswith(publisher.address) and receipt.licence == "made-up"


def test_figures_that_come_again_as_they_were_are_not_kept_twice(borough):
    answers = [figures(("2008", 7.25)), figures(("2008", 7.25)), figures(("2008", 7.3), ("2009", 7.4))]
    with publishing(lambda _: answers.pop(0)) as publisher:
        declare(borough, publisher.address)
        take_fetched(borough, "made-up", patient(), now=NOW)
        again = take_fetched(borough, "made-up", patient(), now=NOW + timedelta(days=1))
        assert (again.unchanged, again.receipt) == (1, None)
        later = NOW + timedelta(days=2)
        assert take_fetched(borough, "made-up", patient(), now=later).receipt.taken == 2
    assert known(borough, NOW.date())[(BOROUGH, "2008")]["value"] == 7.25
    assert known(borough, later.date())[(BOROUGH, "2008")]["value"] == 7.3


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (HEADER, "empty table"),
        (figures(("2008", "n/a?")), "n/a?"),
        (figures(("2008", 7.2), ("2008", 7.4)), "2008"),
        (figures(("2008", 7.2)).replace("value", "figure", 1), "value"),
        (Answer("<html><title>Sorry</title></html>", headers={"Content-Type": "text/html"}), "web page"),
        (Answer("busy", status=500), "500"),
    ],
)
def test_a_bad_answer_is_a_sentence_and_changes_nothing(borough, answer, says):
    with publishing(lambda _: answer) as publisher:
        declare(borough, publisher.address)
        with pytest.raises((FetchError, IntakeError)) as refused:
            take_fetched(borough, "made-up", patient(), now=NOW)
    assert says in str(refused.value), refused.value
    assert read_batches(borough) == []


def test_without_a_network_it_says_so_and_touches_nothing(borough):
    with publishing(lambda _: "") as publisher:
        declare(borough, publisher.address)
    before = sorted(p.relative_to(borough) for p in borough.rglob("*"))
    with pytest.raises(FetchError, match="nothing was changed"):
        take_fetched(borough, "made-up", patient(), now=NOW)
    assert sorted(p.relative_to(borough) for p in borough.rglob("*")) == before


def test_a_suppressed_figure_is_never_nought(borough):
    body = HEADER + f"{BOROUGH},Madeborough,2008,x,,,,c\n"
    with publishing(lambda _: body) as publisher:
        declare(borough, publisher.address)
        take_fetched(borough, "made-up", patient(), now=NOW)
    row = known(borough, NOW.date())[(BOROUGH, "2008")]
    assert row["status"] == "suppressed" and pd.isna(row["value"])
