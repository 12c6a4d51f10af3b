"""The commands: `pmif check | build | run | demo | lab`.

A fault that the person running the report can mend is printed as sentences, without a trace, and
the command ends with 1.
"""

import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import ParamSpec

import click

from pmif.errors import PmifError

P = ParamSpec("P")

ROOT = click.option(
    "--root",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=".",
    show_default=True,
    help="The folder that holds data/ and book/commentary/.",
)


def _in_sentences(command: Callable[P, None]) -> Callable[P, None]:
    """Print a PmifError as what it says, to standard error, and end with 1."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            command(*args, **kwargs)
        except PmifError as fault:
            click.echo(str(fault), err=True)
            sys.exit(1)

    return run


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="pmif")
def main() -> None:
    """The report book of the council's Performance Management & Improvement Framework."""


@main.command()
@ROOT
@_in_sentences
def check(root: Path) -> None:
    """Check the framework, figures, places, notebooks and contents. Changes nothing."""
    # Each command pays only for what it uses.
    from pmif import disclosure
    from pmif.report.run import check_plan

    framework, _, tables = disclosure.check(root)
    check_plan(root)
    click.echo(
        f"All in order: {len(framework.measures)} measures, {sum(t.receipt.taken for t in tables)} observations, "
        f"{len(framework.sources)} sources."
    )


@main.command()
@click.argument("period", default="current")
@ROOT
@_in_sentences
def build(period: str, root: Path) -> None:
    """Work out and publish the figures of PERIOD (default: the current one) into data/built/."""
    from pmif import disclosure

    click.echo(f"Published figures: {disclosure.publish(root, period).as_posix()}")


@main.command()
@click.argument("period", default="current")
@ROOT
@click.option("--jobs", type=click.IntRange(min=1), help="Notebooks run at once (default: one a core).")
@_in_sentences
def run(period: str, root: Path, jobs: int | None) -> None:
    """Run the notebooks for PERIOD (default: the current one) and build the site."""
    from pmif.report.run import run_book

    site = run_book(root, period, jobs=jobs)
    click.echo(f"The book is ready: {(site / 'index.html').as_posix()}")


@main.command()
@ROOT
@_in_sentences
def demo(root: Path) -> None:
    """Build the made-up borough's book, watermarked as made up."""
    from pmif.report.run import run_book

    site = run_book(root / "tests/borough", "current")
    click.echo(f"The made-up book is ready: {(site / 'index.html').as_posix()}")


@main.command()
@ROOT
@_in_sentences
def lab(root: Path) -> None:
    """Open JupyterLab on the notebooks."""
    from pmif.report.lab import open_lab

    open_lab(root)
