"""The made-up borough, whole and in copies that a test may spoil; and the count of reference cases."""

import re
import shutil
from collections import Counter
from pathlib import Path, PurePosixPath

import pytest
from xdist.scheduler import LoadScopeScheduling

PROJECT = Path(__file__).resolve().parents[1]
BOROUGH = PROJECT / "tests/borough"
TOGETHER = ("site", "commentary", "hub")
LONGEST = ("site", "commentary", "report", "test_gate", "test_mistakes", "test_notebooks", "intake", "hub")
REFERENCE_CASE = re.compile(r"reference-(?P<method>[a-z-]+)-(?P<case>[A-Z]{2}\d+|absent)\b")


class Sharing(LoadScopeScheduling):
    """What stays together where several processes share the tests: those of a file, or of a folder whose book is
    built once for all of them."""

    def _split_scope(self, nodeid: str) -> str:
        file = PurePosixPath(nodeid.split("::", 1)[0])
        return file.parent.name if file.parent.name in TOGETHER else str(file)


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> Sharing:
    return Sharing(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest begins first."""
    place = {name: n for n, name in enumerate(LONGEST)}
    items.sort(key=lambda item: min(place.get(n, len(LONGEST)) for n in (item.path.parent.name, item.path.stem)))


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
