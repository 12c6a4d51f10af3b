"""What it costs an analyst to see whether the words hold, beside running the page itself.

    python benchmarks/commentary.py [--page po1] [--rounds 3]

Runs in turn, in one session: `pmif commentary check PAGE` as a command of its own, the page's own run (its notebook
executed in a fresh kernel, as `pmif run` does), and `pmif preview PAGE --once` (the notebook and its page of the
site). The least of each is shown, and how many times the check it is. Needs what `pmif build` has published.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from pmif.report.execute import Job, execute

HOME = Path(__file__).resolve().parents[1]


def timed(work: Callable[[], object], rounds: int) -> float:
    def once() -> float:
        began = time.perf_counter()
        work()
        return time.perf_counter() - began

    return min(once() for _ in range(rounds))


def command(*words: str) -> None:
    subprocess.run([sys.executable, "-m", "pmif", *words], cwd=HOME, check=True, capture_output=True)


def run_page(page: str) -> None:
    template = HOME / f"notebooks/{page}.ipynb"
    with tempfile.TemporaryDirectory() as folder:
        job = Job(page, template, Path(folder) / template.name, {"period": "current", "root": str(HOME)})
        assert execute([job], progress=False) == []


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--page", default="po1")
    words.add_argument("--rounds", type=int, default=3)
    given = words.parse_args()
    check = timed(lambda: command("commentary", "check", given.page), given.rounds)
    page = timed(lambda: run_page(given.page), given.rounds)
    preview = timed(lambda: command("preview", given.page, "--once"), given.rounds)
    print("| what | s | times the check |")
    print("|---|---|---|")
    for what, seconds in (
        (f"pmif commentary check {given.page}", check),
        ("the page's own run: its notebook in a fresh kernel", page),
        ("its notebook and its page of the site", preview),
    ):
        print(f"| {what} | {seconds:.2f} | {seconds / check:.1f} |")


if __name__ == "__main__":
    main()
