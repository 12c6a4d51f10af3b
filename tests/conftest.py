"""The made-up borough, whole and in copies that a test may spoil; and the count of reference cases."""

import re
import shutil
from collections import Counter
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[1]
BOROUGH = PROJECT / "tests/borough"
REFERENCE_CASE = re.compile(r"reference-(?P<method>[a-z-]+)-(?P<case>[A-Z]{2}\d+|absent)\b")


@pytest.fixture
def borough(tmp_path: Path) -> Path:
    """A copy of the made-up borough's data and commentary, for one test to spoil."""
    root = tmp_path / "borough"
    shutil.copytree(BOROUGH / "data", root / "data", ignore=shutil.ignore_patterns("built"))
    shutil.copytree(BOROUGH / "book", root / "book")
    return root


def pytest_terminal_summary(terminalreporter) -> None:
    """How many cases of the reference software were run, by method; a case counts once, however many tests use it."""
    ran: dict[str, dict[str, set[str]]] = {}
    for outcome in ("passed", "failed", "skipped"):
        for report in terminalreporter.stats.get(outcome, ()):
            if found := REFERENCE_CASE.search(getattr(report, "nodeid", "")):
                ran.setdefault(outcome, {}).setdefault(found["method"], set()).add(found["case"])
    if not ran:
        return
    terminalreporter.section("cases of the reference software")
    for outcome, methods in ran.items():
        counts = Counter({method: len(cases) for method, cases in methods.items()})
        words = ", ".join(f"{method} {count}" for method, count in sorted(counts.items()))
        total = len(set().union(*methods.values()))
        said = f"{total} {outcome}: {words}" if outcome != "skipped" else f"skipped, not here: {words}"
        terminalreporter.write_line(said)
