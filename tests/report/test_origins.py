"""The page of origins: every shown figure with its file and row, a return by role and cell, and nothing withheld."""

import math
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pytest
from bs4 import BeautifulSoup, Tag

from pmif.disclosure import check, open_published, publish
from pmif.exhibits import wording
from pmif.exhibits.heat_table import ward_heat_table
from pmif.exhibits.rows import measure_rows
from pmif.exhibits.source import ORIGINS, origin_links
from pmif.hub import BatchKind, Confirmation, Receipt, write_batch
from pmif.report import figure_origins, files, origins_counted
from pmif.report.page import Page
from tests.borough.make_figures import secret_pattern
from tests.conftest import BOROUGH, PROJECT
from tests.site.test_truth import read

SMALL, OPEN = "pupils-excluded-for-good", "staff-vacancies"
SHA = "1a2b3c4d" + "0" * 56
SENT_AS = "Figures of A. Somebody (final).xlsx"
MADEBOROUGH = "Z99000001"


@dataclass(frozen=True)
class Told:
    """The page's two pieces, as read by a browser."""

    page: Page
    soup: BeautifulSoup

    def section(self, measure: str) -> Tag:
        found = self.soup.select_one(f"details > #m-{measure}")
        assert found is not None, measure
        return found

    def rows(self, measure: str) -> list[dict[str, str]]:
        table = self.section(measure).select_one("table.pm-origins")
        heads = [th.get_text() for th in table.select("thead th")]
        return [
            dict(zip(heads, (c.get_text() for c in tr.find_all(["th", "td"])), strict=True))
            for tr in table.select("tbody tr")
        ]

    def facts(self, measure: str) -> dict[str, str]:
        return {div.dt.get_text(): div.dd.get_text(" ") for div in self.section(measure).select("dl > div")}


def told(page: Page) -> Told:
    html = origins_counted(page).html + figure_origins(page).html + files(page).html
    return Told(page, BeautifulSoup(html, "html.parser"))


@pytest.fixture(scope="module")
def borough_told(published_borough: Page) -> Told:
    return told(published_borough)


@pytest.fixture(scope="module")
def returned(tmp_path_factory: pytest.TempPathFactory) -> Told:
    """The made-up borough with one return: figures of which some are withheld, and a measure of which none is."""
    root = tmp_path_factory.mktemp("returned") / "borough"
    shutil.copytree(BOROUGH / "data", root / "data", ignore=shutil.ignore_patterns("built"))
    tables = check(root)[2]
    standing = next(t.rows for t in tables if (t.rows["measure"] == SMALL).any())
    small = standing[(standing["measure"] == SMALL) & (standing["period"] == "2024-25-school")]
    confirmed = [
        (f"{OPEN}/{MADEBOROUGH}/2026-27-q2/spike", "A team moved here in July"),
        (f"{OPEN}/{MADEBOROUGH}/2026-27-q1/parts/sex", "Two did not say"),
        (f"{SMALL}/W99000001/2024-25-school/spike", "All 3 were one case"),
        (f"{SMALL}/wards/2024-25-school/copied", "Each ward had one case"),
    ]
    send(
        root,
        SHA,
        pd.concat([small, open_rows(root)]),
        [Confirmation(oddity=oddity, role="people", reason=reason) for oddity, reason in confirmed],
    )
    publish(root, "current")
    return told(Page("origins", root, open_published(root)))


def open_rows(root: Path) -> pd.DataFrame:
    """Two quarters of a measure that only the council holds, and of which nothing is withheld."""
    framework, areas, tables = check(root)
    assert framework.measure(OPEN).source == "council-return-made-up"
    like = tables[0].rows.iloc[:1].assign(
        measure=OPEN, area=MADEBOROUGH, vintage=areas.borough.vintage, dimension="", group="", value=math.nan,
        lower=math.nan, upper=math.nan, denominator=400.0, status="shown", source="council-return-made-up",
    )  # fmt: skip
    return pd.concat(
        [like.assign(period="2026-27-q1", numerator=21.0), like.assign(period="2026-27-q2", numerator=23.0)]
    )


def send(root: Path, sha: str, rows: pd.DataFrame, confirmations: Sequence[Confirmation] = ()) -> None:
    """A service's return of these figures, as it is kept once it has been taken in."""
    batch = f"2026-10-12-return-{sha[:8]}"
    rows = rows.assign(
        file=f"{batch}.xlsx", sheet="Figures", row="", cell=[f"J{n}" for n in range(7, 7 + len(rows))], mark="",
        published="2026-10-01", published_basis="on",
        transform=[f"'{int(x)} people' read as {int(x)}" for x in rows["numerator"]],
    )  # fmt: skip
    receipt = Receipt(
        batch=batch, kind=BatchKind.RETURN, file=f"{batch}.xlsx", sent_as=SENT_AS, sha256=sha, role="people",
        received=datetime(2026, 10, 12, 9, 30, tzinfo=UTC), taken=len(rows), licence="made-up",
        confirmations=tuple(confirmations),
    )  # fmt: skip
    write_batch(root, receipt, rows, {"original.xlsx": b"as it came"})


def test_every_figure_of_the_report_is_there_once_with_its_file_and_row(borough_told):
    published = borough_told.page.published
    shown = 0
    for pm in published.all_measures:
        if not pm.figures:
            assert borough_told.soup.select_one(f"#m-{pm.id}") is None
            continue
        rows = borough_told.rows(pm.id)
        facts = borough_told.facts(pm.id)
        assert len(rows) == len(pm.figures)
        several = len({f.file for f in pm.figures}) > 1
        for figure in (f for f in pm.figures if f.shown):
            text = wording.plain_value(pm, figure.value) + (f" [{figure.mark}]" if figure.mark else "")
            found = [
                row
                for row in rows
                if (row["Period"], row["Figure"], row["Row"]) == (figure.period.label, text, figure.row)
                and row["Of"].startswith(figure.name)
            ]
            assert len(found) == 1, (pm.id, figure)
            assert (found[0]["From"] if several else facts["From"]).startswith(figure.file)
            shown += 1
    assert shown > 700
    assert shown == sum(row["status"] == "shown" for row in published.rows)


def test_no_secret_is_there_and_what_is_withheld_says_why(borough_told):
    text = borough_told.soup.get_text(" ")
    secrets = read("secrets.csv")

    assert len(secrets) > 10
    assert [row for row in secrets if secret_pattern(row).search(text)] == []
    withheld = [row for row in borough_told.rows(SMALL) if row["Figure"].startswith("[c]")]
    assert {row["Figure"] for row in withheld} == {"[c] withheld to protect people"}
    assert len(withheld) >= 3
    assert all(row["Row"].isdigit() for row in withheld)


def test_the_page_counts_what_it_holds(borough_told):
    rows = borough_told.page.published.rows

    lead = borough_told.soup.select_one(".pm-lead").get_text()
    assert lead == f"{len(rows):,} figures of {len({row['measure'] for row in rows})} measures came in 8 tables."
    withheld = sum(row["status"] == "suppressed" for row in rows)
    assert f"{withheld} are withheld" in borough_told.soup.select(".pm-lead + p")[0].text


def test_every_anchor_is_its_own_and_every_link_within_the_page_leads_somewhere(borough_told, returned):
    for page in (borough_told, returned):
        ids = [tag["id"] for tag in page.soup.find_all(id=True)]
        links = [a["href"].removeprefix("#") for a in page.soup.find_all("a") if a["href"].startswith("#")]
        assert len(ids) == len(set(ids))
        assert len(links) > 40
        assert set(links) <= set(ids)


def test_a_table_can_be_read_without_seeing_it(borough_told):
    tables = borough_told.soup.select("table")

    assert len(tables) > 30
    for table in tables:
        assert table.caption.get_text()
        assert all(th["scope"] == "col" for th in table.select("thead th"))
        assert all(tr.th["scope"] == "row" for tr in table.select("tbody tr"))


def test_a_section_is_closed_until_it_is_wanted(borough_told):
    assert [d for d in borough_told.soup.select("details") if d.has_attr("open")] == []


def test_a_return_is_told_by_role_day_sheet_and_cell_and_never_by_what_its_sender_called_it(returned):
    rows = returned.rows(OPEN)

    assert returned.facts(OPEN)["From"].startswith("Return of Head of People (made up), received 12 October 2026")
    assert {row["Place in it"] for row in rows} == {"sheet 'Figures', cell J" + n for n in cells_of(returned, OPEN)}
    assert "Somebody" not in str(returned.soup)
    assert returned.facts(OPEN)["Known"] == "Since 12 October 2026"


def cells_of(returned: Told, measure: str) -> list[str]:
    return [f.cell.removeprefix("J") for f in returned.page.measure(measure).figures]


def test_what_was_done_is_told_of_a_shown_figure_and_of_no_other(returned):
    done = {row["Read"] for row in returned.rows(OPEN)}
    assert done == {"'23 people' read as 23", "'21 people' read as 21"}

    rows = [row for row in returned.rows(SMALL) if row["From"].startswith("Return")]
    told_of = {row["Figure"].startswith("[c]"): row["Read"] for row in rows}
    assert told_of[True] == "not told"
    assert "read as" in told_of[False]
    assert len([row for row in rows if row["Figure"].startswith("[c]")]) >= 3
    assert {row["transform"] for row in returned.page.published.rows if row["status"] != "shown"} == {""}


def test_an_odd_figure_that_a_role_confirmed_is_told_with_its_reason(returned):
    assert returned.facts(OPEN)["Confirmed"] == (
        "Madeborough, July to September 2026 (spike), by Head of People (made up): A team moved here in July "
        "Madeborough, by sex, April to June 2026 (parts), by Head of People (made up): Two did not say"
    )


def test_the_reason_for_a_withheld_figure_is_not_told(returned):
    assert "one case" not in str(returned.soup)
    assert "Confirmed" not in returned.facts(SMALL)
    assert "one case" not in str(returned.page.published.confirmations)


def test_no_hash_is_told_of_a_file_that_holds_a_withheld_figure(returned, tmp_path):
    """Of a file whose other rows are known, a hash would let the missing count be found by trying."""
    assert SHA[:8] not in str(returned.soup)
    assert "batch 2026-10-12-return" in returned.facts(OPEN)["From"]
    assert "Not told" in returned.soup.select_one("#batch-2026-10-12-return + dl").get_text()


def test_the_hash_of_a_file_all_of_whose_rows_are_shown_is_told(borough):
    send(borough, SHA, open_rows(borough))
    publish(borough, "current")
    soup = told(Page("origins", borough, open_published(borough))).soup

    assert SHA in soup.select_one(f"#batch-2026-10-12-return-{SHA[:8]} + dl").get_text()


def test_every_opened_row_and_every_exhibit_leads_to_the_section_of_its_measure(published_borough):
    led = 0
    for pm in published_borough.published.all_measures:
        soup = BeautifulSoup(measure_rows([pm]).html, "html.parser")
        address = f"{ORIGINS}#m-{pm.id}"
        found = [a["href"] for a in soup.select("details.pm-more a") if a["href"].startswith(ORIGINS)]
        assert (address in found) is bool(pm.figures)
        for caption in soup.select("details.pm-more figcaption"):
            assert caption.select(f'a[href="{address}"]'), (pm.id, caption)
            led += 1
    assert led > 50


def test_many_measures_share_one_link_and_a_few_are_named(published_borough):
    measures = [pm for pm in published_borough.published.all_measures if pm.figures]

    assert origin_links(measures) == f'<a href="{ORIGINS}">Where each figure comes from</a>'
    assert origin_links(measures[:2]).count(f'href="{ORIGINS}#m-') == 2
    assert ORIGINS in ward_heat_table(list(published_borough.with_wards), None)._repr_html_()


def test_a_measure_without_figures_leads_nowhere(published_borough):
    pm = published_borough.measure(OPEN)

    assert not pm.figures
    assert ORIGINS not in measure_rows([pm]).html


def test_the_page_that_links_lead_to_is_the_one_that_the_notebook_makes():
    assert (PROJECT / "notebooks" / ORIGINS.replace(".html", ".ipynb")).is_file()
