"""One writer at a time, and readers who never wait."""

import subprocess
import sys
import time
from datetime import date

import pytest

from pmif.errors import HubError
from pmif.hub import reading, writing
from tests.hub.made import NOON, brought, table, told

HOLDING = """
import sys, time
from pathlib import Path
from pmif.hub import writing
with writing(Path(sys.argv[1]), "pmif intake (Finance)", sys.argv[2]):
    print("held", flush=True)
    time.sleep(float(sys.argv[3]))
"""


def hold(root, address, seconds):
    held = subprocess.Popen(
        [sys.executable, "-c", HOLDING, str(root), address, str(seconds)], stdout=subprocess.PIPE, text=True
    )
    assert held.stdout.readline() == "held\n"
    return held


def test_a_second_writer_waits_then_names_who_holds_the_hub(tmp_path, address, capsys):
    with hold(tmp_path, address, 60) as other:
        with (
            pytest.raises(HubError, match=r"the hub is held by pmif intake \(Finance\), .*since 20\d\d-"),
            writing(tmp_path, "a test", address, patience=0.5),
        ):
            pass
        assert "Waiting for the hub: pmif intake (Finance)" in capsys.readouterr().err
        other.kill()
    with writing(tmp_path, "a test", address, patience=20):
        pass  # a killed holder holds nothing


def test_a_second_writer_comes_in_when_the_first_has_ended(tmp_path, address):
    with hold(tmp_path, address, 1):
        began = time.monotonic()
        with writing(tmp_path, "a test", address) as hub:
            hub.sync(tmp_path, [table(("sickness", "2025", 8.1, "2026-02-01"))])
        assert time.monotonic() - began > 0.3


def test_readers_read_on_while_someone_writes_and_see_no_half(tmp_path, address):
    with writing(tmp_path, "a test", address) as hub:
        hub.sync(tmp_path, [table(("sickness", "2025", 8.1, "2026-02-01"))])
    brought(tmp_path, NOON, ("sickness", "2025", 8.4, "2026-10-12"))
    with reading(tmp_path, address) as open_before:
        with writing(tmp_path, "a test", address) as hub:
            if address.startswith("duckdb"):
                hub.sync(tmp_path)
            with reading(tmp_path, address) as other:
                assert told(other.known_at(date(2027, 1, 1))) == [("sickness", "2025", 8.1)]
            hub.sync(tmp_path)
        open_before.known_at(date(2027, 1, 1))
        with reading(tmp_path, address) as after:
            assert told(after.known_at(date(2027, 1, 1))) == [("sickness", "2025", 8.4)]
