"""What was known on a day, what was revised since, and where each figure came from: in DuckDB and in PostgreSQL."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
import sqlalchemy as sa

from pmif.errors import HubError
from pmif.hub import STORED, read_batches, reading, writing
from pmif.hub.columns import KEY, NUMBERS
from tests.hub.made import BOROUGH, NOON, brought, table, told


def test_a_day_knows_the_newest_figure_that_had_come_by_then(tmp_path, address):
    with writing(tmp_path, "a test", address) as hub:
        hub.sync(tmp_path, [table(("sickness", "2025", 8.1, "2026-02-01"), ("sickness", "2025", 8.4, "2026-06-01"))])
    with reading(tmp_path, address) as hub:
        assert told(hub.known_at(date(2026, 1, 31))) == []
        assert told(hub.known_at(date(2026, 2, 1))) == [("sickness", "2025", 8.1)]
        later = hub.known_at(date(2026, 6, 1))
    assert told(later) == [("sickness", "2025", 8.4)]
    assert list(later["revises"]) == [True]


def test_a_return_is_known_from_the_day_it_came_whatever_its_rows_say(tmp_path, address):
    brought(tmp_path, NOON, ("sickness", "2025", 8.1, "2026-01-05"))
    with writing(tmp_path, "a test", address) as hub:
        hub.sync(tmp_path)
        assert told(hub.known_at(date(2026, 10, 11))) == []
        assert told(hub.known_at(date(2026, 10, 12))) == [("sickness", "2025", 8.1)]


def test_the_difference_between_two_days_is_the_list_of_revisions(tmp_path, address):
    first = (("sickness", "2025", 8.1, "2026-02-01"), ("vacancies", "2025", 5.0, "2026-02-01"))
    brought(tmp_path, NOON, ("sickness", "2025", 8.4, "2026-10-12"), ("calls", "2025", 90.0, "2026-10-12"), ("vacancies", "2025", 5.0, "2026-10-12"))  # fmt: skip
    with writing(tmp_path, "a test", address) as hub:
        hub.sync(tmp_path, [table(*first)])
        found = hub.revisions(date(2026, 9, 30), date(2026, 10, 31))
        assert hub.revisions(date(2026, 3, 1), date(2026, 9, 30)).empty
    said = found[["measure", "change", "earlier_value", "value"]].set_index("measure").T.to_dict("list")
    assert said["sickness"] == ["revised", 8.1, 8.4]
    assert said["calls"][0] == "new"
    assert set(said) == {"sickness", "calls"}, "a figure that came again as it was is no revision"


def test_an_edited_table_is_a_new_batch_and_only_the_new_one_stands(tmp_path, address):
    old, new = (table(("sickness", "2025", value, "2026-02-01")) for value in (81, 8.1))
    with writing(tmp_path, "a test", address) as hub:
        hub.sync(tmp_path, [old])
    with writing(tmp_path, "a test", address) as hub:
        hub.sync(tmp_path, [new])
        assert told(hub.known_at(date(2026, 3, 1))) == [("sickness", "2025", 8.1)]
        key = ["sickness", *(BOROUGH[c] for c in ("area", "vintage")), "2025", "", ""]
        assert list(hub.history(key)["value"]) == [81, 8.1], "nothing that was taken in is ever removed"
        hub.sync(tmp_path, [old])
        assert told(hub.known_at(date(2026, 3, 1))) == [("sickness", "2025", 81)]
        assert len(hub.receipts()) == 2, "a table that held the same before is the same batch"


def test_the_same_batches_twice_change_nothing(tmp_path, address):
    brought(tmp_path, NOON, ("sickness", "2025", 8.1, "2026-10-12"))
    given = [table(("vacancies", "2025", 5.0, "2026-02-01"))]
    with writing(tmp_path, "a test", address) as hub:
        assert len(hub.sync(tmp_path, given)) == 2
        before = hub.known_at(date(2027, 1, 1))
        assert hub.sync(tmp_path, given) == []
        pd.testing.assert_frame_equal(hub.known_at(date(2027, 1, 1)), before)


def test_figures_of_a_page_are_asked_for_by_measure(tmp_path, address):
    with writing(tmp_path, "a test", address) as hub:
        hub.sync(tmp_path, [table(("sickness", "2025", 8.1, "2026-02-01"), ("vacancies", "2025", 5.0, "2026-02-01"))])
        found = hub.known_at(date(2026, 3, 1), ["vacancies"])
    assert told(found) == [("vacancies", "2025", 5.0)]
    assert list(found.columns) == [*STORED, "known", "batch", "revises"]
    assert {c: str(t) for c, t in found.dtypes.items() if c in ("value", "lower", "status", "known")} == {
        "value": "float64", "lower": "float64", "status": "str", "known": "str",
    }  # fmt: skip


def test_what_new_figures_are_set_beside_is_what_is_known(tmp_path, address):
    """Revised by a table, by returns of one day and of another, or not at all: it is what `known_at` says."""
    rng = np.random.default_rng(4)

    def some(day):
        periods = sorted(rng.choice(np.arange(2000, 2030), 20, replace=False))
        return [("sickness", str(period), float(rng.integers(99)), day) for period in periods]

    tables = [table(*some("2026-01-05"), *some("2026-03-01"), ("vacancies", "2025", 5.0, "2026-02-01"))]
    for hour in (9, 10, 11):
        brought(tmp_path, NOON.replace(hour=hour), *some("2026-10-01"))
    brought(tmp_path, NOON.replace(day=20), *some("2026-03-01"))
    columns = [*KEY, *NUMBERS, "status", "published"]
    with writing(tmp_path, "a test", address) as hub:
        hub.sync(tmp_path, tables)
        for day in (date(2025, 1, 1), date(2026, 2, 1), date(2026, 10, 12), date(2027, 1, 1)):
            for measures in (None, ["sickness"]):
                found = hub.last_known(day, measures).sort_values(KEY, ignore_index=True)
                pd.testing.assert_frame_equal(found, hub.known_at(day, measures)[columns])
        assert len(hub.last_known(date(2027, 1, 1))) > 21, "the days tell nothing apart if nothing came"


def test_rows_of_one_measure_lie_together_whatever_the_order_they_came_in(tmp_path):
    given = table(("b", "2025", 1.0, "2026-02-01"), ("a", "2025", 2.0, "2026-02-01"), ("b", "2024", 3.0, "2026-02-01"))
    with writing(tmp_path, "a test") as hub:
        hub.sync(tmp_path, [given])
        with hub.engine.connect() as connection:
            lying = connection.execute(sa.text("SELECT measure, line FROM observations")).all()
    assert [tuple(row) for row in lying] == [("a", 1), ("b", 0), ("b", 2)]


def test_a_failure_half_way_leaves_the_hub_as_it_was(tmp_path, address):
    with writing(tmp_path, "a test", address) as hub:
        hub.sync(tmp_path, [table(("sickness", "2025", 8.1, "2026-02-01"))])
    good, spoilt = (
        table(("calls", "2025", 90.0, "2026-02-01"), name="good"),
        table(("x", "2025", 1.0, "not a day"), name="spoilt"),
    )
    with pytest.raises(Exception, match="not a day"), writing(tmp_path, "a test", address) as hub:
        hub.sync(tmp_path, [good, spoilt])
    with reading(tmp_path, address) as hub:
        assert told(hub.known_at(date(2027, 1, 1))) == [("sickness", "2025", 8.1)]


def test_what_is_not_provided_for_leaves_the_hub_as_it_was(tmp_path, address):
    """The condition runs while rows are added, and is waited for before any of it stands."""

    def refused():
        raise HubError("refused in the end")

    good = table(("calls", "2025", 90.0, "2026-02-01"), name="good")
    with writing(tmp_path, "a test", address) as hub:
        hub.sync(tmp_path, [table(("sickness", "2025", 8.1, "2026-02-01"))])
        with pytest.raises(HubError, match="refused in the end"):
            hub.sync(tmp_path, [good], provided=refused)
        assert told(hub.known_at(date(2027, 1, 1))) == [("sickness", "2025", 8.1)]
        assert len(hub.receipts()) == 1
        asked = []
        assert hub.sync(tmp_path, [good], provided=lambda: asked.append("once")) == [good.receipt.batch]
    assert asked == ["once"]
    with reading(tmp_path, address) as hub:
        assert told(hub.known_at(date(2027, 1, 1))) == [("calls", "2025", 90.0)]


def test_a_hub_remade_from_plain_files_answers_as_the_one_that_was_kept(tmp_path):
    given = [table(("vacancies", "2025", 5.0, "2026-02-01"))]
    for day, value in ((12, 8.1), (13, 8.4), (14, 8.2)):
        brought(tmp_path, NOON.replace(day=day), ("sickness", "2025", value, "2026-10-01"))
        with writing(tmp_path, "a test") as hub:
            hub.sync(tmp_path, given)
            kept = [hub.known_at(date(2026, 10, d)) for d in (11, 12, 13, 14)]
    for file in (tmp_path / "data/built/hub").iterdir():
        file.unlink()
    with writing(tmp_path, "a test") as hub:
        hub.sync(tmp_path, given)
        for one, other in zip([hub.known_at(date(2026, 10, d)) for d in (11, 12, 13, 14)], kept, strict=True):
            pd.testing.assert_frame_equal(one, other)


def test_a_database_that_cannot_be_read_is_put_aside_and_remade(tmp_path):
    brought(tmp_path, NOON, ("sickness", "2025", 8.1, "2026-10-12"))
    (tmp_path / "data/built/hub").mkdir(parents=True)
    (tmp_path / "data/built/hub/hub.duckdb").write_bytes(b"half a database" * 1000)
    with writing(tmp_path, "a test") as hub:
        hub.sync(tmp_path)
        assert told(hub.known_at(date(2026, 10, 12))) == [("sickness", "2025", 8.1)]


def test_a_batch_that_was_changed_by_hand_is_noticed(tmp_path):
    brought(tmp_path, NOON, ("sickness", "2025", 8.1, "2026-10-12"))
    [(receipt, folder)] = read_batches(tmp_path)
    file = folder / "rows.csv"
    file.write_text(file.read_text(encoding="utf-8").replace("8.1", "1.8"), encoding="utf-8")
    with (
        pytest.raises(HubError, match=f"{receipt.batch}/rows.csv: was changed or removed"),
        writing(tmp_path, "a test") as hub,
    ):
        hub.sync(tmp_path)


def test_nothing_can_be_read_before_anything_was_taken_in(tmp_path):
    with pytest.raises(HubError, match="run 'pmif build' first"), reading(tmp_path):
        pass


def test_a_server_that_cannot_be_reached_is_named_without_its_password(tmp_path):
    address = "postgresql+psycopg://analyst:secret@127.0.0.1:1/pmif"
    with pytest.raises(HubError, match="cannot be reached") as refused, reading(tmp_path, address):
        pass
    assert "secret" not in str(refused.value)
