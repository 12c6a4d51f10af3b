"""Every check and test of the project, one after another.

    python tests/run.py            checks, then tests; words after `--` go to pytest
    python tests/run.py --static   the checks that read the code without running it
    python tests/run.py --fix      layout and imports put right
    python tests/run.py --soak     the long tests, with full counts
    python tests/run.py --clean    what the other commands made is removed

A failing check does not keep the others from running. pytest comes last, so that its summary is the
last line printed; the exit code is 0 only when everything passed.
"""

import argparse
import os
import shutil
import subprocess
import sys
import sysconfig
import time
from pathlib import Path

from tests.browser import install_chromium

ROOT = Path(__file__).resolve().parent.parent
LEFTOVERS = (
    "_build",
    "book/pages",
    "data/built",
    ".pytest_cache",
    ".mypy_cache",
    ".ruff_cache",
    ".import_linter_cache",
    ".hypothesis",
)
KEPT = ("releases",)  # within _build: what has been published is kept for ever


def tool(name: str, *arguments: str) -> list[str]:
    """Return the command for a program of this environment."""
    return [str(Path(sysconfig.get_path("scripts")) / name), *arguments]


STATIC = {
    "ruff check": tool("ruff", "check", "--quiet", "--output-format=concise"),
    "ruff format": tool("ruff", "format", "--check", "--quiet"),
    "mypy": tool("mypy", "--no-error-summary"),
    "import-linter": tool("lint-imports", "--no-cache", "--no-logo"),
    "codespell": tool("codespell"),
}


# All tests on a few processes. What stays together, and the order, are ours: see tests/conftest.py.
MOST_PROCESSES = 4  # a test may have a browser and kernels of its own
SHARED_OUT = (
    f"--numprocesses={min(os.cpu_count() or 1, MOST_PROCESSES)}", "--dist=loadscope", "--no-loadscope-reorder",
)  # fmt: skip


def run_static() -> list[str]:
    """Run every check, print what the failing ones say, and return their names."""
    failed = []
    for name, command in STATIC.items():
        began = time.perf_counter()
        done = subprocess.run(
            command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
        )
        verdict = "failed" if done.returncode else "passed"
        print(f"{name:<15} {verdict} in {time.perf_counter() - began:.1f} s", flush=True)
        if done.returncode:
            failed.append(name)
            print(done.stdout.rstrip(), flush=True)
    return failed


def run_fix() -> int:
    subprocess.run(tool("ruff", "check", "--fix", "--quiet"), cwd=ROOT, check=False)
    return subprocess.run(tool("ruff", "format"), cwd=ROOT, check=False).returncode


def run_pytest(*arguments: str, soak: bool = False) -> int:
    env = dict(os.environ)
    if soak:
        env["PMIF_SOAK"] = "1"
    command = [sys.executable, "-m", "pytest", *arguments]
    return subprocess.run(command, cwd=ROOT, env=env, check=False).returncode


def clean() -> None:
    """Remove what was built and what tools left behind, but no release."""
    for name in LEFTOVERS:
        folder = ROOT / name
        if not folder.is_dir():
            continue
        for path in folder.iterdir():
            if name == "_build" and path.name in KEPT:
                continue
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink()
        if not any(folder.iterdir()):
            folder.rmdir()


def main() -> int:
    parser = argparse.ArgumentParser(description="Check and test the project.")
    kind = parser.add_mutually_exclusive_group()
    kind.add_argument("--static", action="store_true", help="only the checks that run no code")
    kind.add_argument("--fix", action="store_true", help="put layout and imports right")
    kind.add_argument("--soak", action="store_true", help="the long tests, with full counts")
    kind.add_argument("--clean", action="store_true", help="remove what was built")
    parser.add_argument("pytest", nargs="*", help="words for pytest, after --")
    chosen = parser.parse_args()

    if chosen.clean:
        clean()
        return 0
    if chosen.fix:
        return run_fix()
    if chosen.soak:
        install_chromium()
        return run_pytest("-m", "soak", *chosen.pytest, soak=True)
    failed = run_static()
    if chosen.static:
        return 1 if failed else 0
    install_chromium()
    if failed:
        print(f"To put right, above: {', '.join(failed)}. The tests run all the same.", flush=True)
    tested = run_pytest(*(chosen.pytest or SHARED_OUT))
    return tested or (1 if failed else 0)


if __name__ == "__main__":
    sys.exit(main())
