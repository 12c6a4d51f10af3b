"""The commands: `pmif check | build | run | template | intake | status | fetch | explain | revisions | commentary |
new-period | preview | demo | lab`.

A fault that the person running the report can mend is printed as sentences, without a trace, and
the command ends with 1.
"""

import sys
from collections.abc import Callable, Hashable, Mapping
from datetime import date, datetime
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec

import click

from pmif.errors import FetchError, PmifError

if TYPE_CHECKING:
    from pandas import DataFrame

    from pmif.framework import Framework
    from pmif.geography import Areas
    from pmif.hub import Receipt
    from pmif.period import Period

P = ParamSpec("P")

ROOT = click.option(
    "--root",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=".",
    show_default=True,
    help="The folder that holds data/ and book/commentary/.",
)

BY = click.option(
    "--by", "role", default="", metavar="ROLE", help="Who brought the figures, where a file does not say."
)

CONFIRM = click.option(
    "--confirm",
    "confirmed",
    nargs=2,
    multiple=True,
    metavar="NAME REASON",
    help="An odd figure that is right after all, and how that is known. May be given again.",
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
    from pmif.intake.fetch import check_requests
    from pmif.intake.layouts import read_layouts
    from pmif.report.run import check_plan

    framework, areas, tables = disclosure.check(root)
    read_layouts(root, framework)
    if faults := check_requests(root, framework, areas):
        raise FetchError("What is to be fetched cannot be used as it stands", faults)
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
@click.option("--draft", is_flag=True, help="Take words that are not approved, and mark the book as a draft.")
@_in_sentences
def run(period: str, root: Path, jobs: int | None, draft: bool) -> None:
    """Run the notebooks for PERIOD (default: the current one) and build the site."""
    from pmif.report.run import run_book

    site = run_book(root, period, jobs=jobs, drafts=draft)
    click.echo(f"The book is ready: {(site / 'index.html').as_posix()}")


@main.command()
@click.argument("period", default="current")
@click.option("--owner", metavar="ROLE", help="Only the form of this role (default: one form for every role).")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="The folder to write to (default: _build/forms).",
)
@ROOT
@_in_sentences
def template(period: str, owner: str | None, out: Path | None, root: Path) -> None:
    """Write the form in which each service returns its figures for PERIOD."""
    from pmif.intake.template import template_name, templates, write_template

    folder, today = out or root / "_build/forms", date.today()
    framework, areas, report, held, receipts = _returns_so_far(root, period, today)
    if owner:
        path = folder / template_name(report, owner)
        made = {path: write_template(path, framework, areas, report, owner, today, held, receipts)}
    else:
        made = templates(folder, framework, areas, report, today, held, receipts)
    for path, figures in made.items():
        click.echo(f"{path.as_posix()}: {figures} figures asked for")


@main.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@BY
@click.option("--layout", default="", help="How they are laid out, where more than one layout of data/layouts fits.")
@CONFIRM
@ROOT
@_in_sentences
def intake(files: tuple[Path, ...], role: str, layout: str, confirmed: tuple[tuple[str, str], ...], root: Path) -> None:
    """Take returned FILES into the hub, each whole or not at all."""
    from pmif.intake.take import take_in

    refused = 0
    for file in files:
        try:
            taken = take_in(root, file, now=datetime.now().astimezone(), role=role, layout=layout, confirmed=confirmed)
        except PmifError as fault:
            click.echo(str(fault), err=True)
            refused += 1
            continue
        receipt = taken.receipt
        if taken.again:
            click.echo(f"{file.name}: the same file was taken in before, as {receipt.batch}. Nothing has changed.")
            continue
        click.echo(f"{file.name}: {receipt.taken} figures taken in, as {receipt.batch}.")
        for one in receipt.interpretations:
            click.echo(f"  {one.place}: '{one.found}' taken as {one.taken_as}")
    if refused:
        sys.exit(1)


@main.command()
@click.argument("period", default="current")
@ROOT
@_in_sentences
def status(period: str, root: Path) -> None:
    """Show who has returned what for PERIOD, what is late, and what has not moved for years. Changes nothing."""
    from pmif.intake.standing import describe, standing

    today = date.today()
    framework, areas, report, held, receipts = _returns_so_far(root, period, today)
    click.echo(describe(standing(framework, areas, report, today, held, receipts)), nl=False)


def _returns_so_far(
    root: Path, period: str, today: date
) -> "tuple[Framework, Areas, Period, DataFrame, list[Receipt]]":
    """What a report asks, what the hub knows today, and the receipts of all returns, those refused among them."""
    from pmif import disclosure
    from pmif.hub import read_refusals, writing

    framework, areas, tables = disclosure.check(root)
    report = disclosure.resolve_report(framework.reporting, period)
    with writing(root, "pmif status") as hub:
        hub.sync(root, tables)
        return framework, areas, report, hub.known_at(today), [*hub.receipts(), *read_refusals(root)]


@main.command()
@click.argument("source")
@CONFIRM
@BY
@ROOT
@_in_sentences
def fetch(source: str, role: str, confirmed: tuple[tuple[str, str], ...], root: Path) -> None:
    """Fetch SOURCE from its publisher, as data/fetch/SOURCE.yml says. Needs a network; nothing else does."""
    from pmif.framework import load_reporting
    from pmif.intake.fetch import Http, fetch_sources
    from pmif.intake.fetch.open_geography import fetch_wards, load_shapes_request
    from pmif.intake.take_fetched import take_fetched

    now = datetime.now().astimezone()
    http = Http(now=lambda: datetime.now().astimezone(), contact=load_reporting(root).contact_address or "")
    try:
        if source in fetch_sources(root):
            taken = take_fetched(root, source, http, now=now, role=role, confirmed=confirmed)
            if taken.receipt:
                click.echo(f"{source}: {taken.receipt.taken} figures taken in, as {taken.receipt.batch}.")
            click.echo(f"{source}: {taken.unchanged} figures are as they were.")
        else:
            shapes = fetch_wards(root, http, now, load_shapes_request(root, source))
            for remark in shapes.remarks:
                click.echo(f"  {remark}")
            click.echo(shapes.says)
    finally:
        http.close()


@main.command()
@click.argument("figure")
@click.option("--period", default="current", help="The report that the figure is in (default: the current one).")
@ROOT
@_in_sentences
def explain(figure: str, period: str, root: Path) -> None:
    """Show where FIGURE comes from: a measure's id, then /area, /period and /dimension=group as wanted."""
    from pmif.disclosure.explain import explain as explained

    click.echo(explained(root, figure, period))


@main.command()
@click.argument("earlier", type=click.DateTime(["%Y-%m-%d"]))
@click.argument("later", type=click.DateTime(["%Y-%m-%d"]))
@ROOT
@_in_sentences
def revisions(earlier: datetime, later: datetime, root: Path) -> None:
    """List the figures that were revised between the days EARLIER and LATER. For staff: nothing is withheld."""
    from pmif.hub import reading

    with reading(root) as hub:
        found = hub.revisions(earlier.date(), later.date())
    revised = found[found["change"] == "revised"]
    for row in revised.to_dict("records"):
        name = "/".join(str(row[c]) for c in ("measure", "area", "period", "group") if row[c])
        was, now = (_figure(row, prefix) for prefix in ("earlier_", ""))
        click.echo(f"{name}: {was} became {now} ({row['known']}, {row['batch']})")
    click.echo(f"{len(revised)} revised, {len(found) - len(revised)} new between {earlier.date()} and {later.date()}.")


def _figure(row: Mapping[Hashable, Any], prefix: str) -> str:
    value, numerator, denominator = (row[f"{prefix}{c}"] for c in ("value", "numerator", "denominator"))
    if row[f"{prefix}status"] != "shown":
        return str(row[f"{prefix}status"])
    return f"{value:.10g}" if value == value else f"{numerator:.10g} of {denominator:.10g}"


@main.group()
def commentary() -> None:
    """The words that staff write: check them, see where they stand, list the figures they may name."""


@commentary.command("check")
@click.argument("pages", nargs=-1)
@click.option("--period", default="current", help="The report (default: the current one).")
@click.option("--show", is_flag=True, help="Print the words with their figures filled in.")
@click.option("--plain", is_flag=True, help="Advise on plain English and spelling as well; it stops nothing.")
@ROOT
@_in_sentences
def commentary_check(pages: tuple[str, ...], period: str, show: bool, plain: bool, root: Path) -> None:
    """Check the words of PAGES (default: all) against the figures that were last built. Changes nothing."""
    from pmif.commentary.check import advice, check_pages, describe

    checked = check_pages(root, period, pages)
    for line in advice(checked, root) if plain else ():
        click.echo(line)
    click.echo(describe(checked, show=show), nl=False)
    if checked.faults:
        sys.exit(1)


@commentary.command("words")
@click.argument("page", default="")
@click.option("--measure", metavar="ID", default="", help="Everything that may be said of one measure.")
@click.option("--period", default="current", help="The report (default: the current one).")
@ROOT
@_in_sentences
def commentary_words(page: str, measure: str, period: str, root: Path) -> None:
    """List the figures that PAGE may name, with sentences to paste (default: every word there is). Changes nothing."""
    from pmif.commentary import claim_words
    from pmif.commentary.listing import words_of
    from pmif.disclosure import open_published

    click.echo(words_of(open_published(root, period), claim_words(root), page, measure=measure), nl=False)


@commentary.command("draft")
@click.argument("page")
@click.option("--period", default="current", help="The report (default: the current one).")
@ROOT
@_in_sentences
def commentary_draft(page: str, period: str, root: Path) -> None:
    """Write a first draft of PAGE from the figures, marked as generated, where nothing is written yet."""
    from pmif.commentary import claim_words
    from pmif.commentary.drafts import write_draft
    from pmif.disclosure import open_published

    file = write_draft(root, open_published(root, period), claim_words(root), page, date.today())
    click.echo(f"{file.as_posix()}: a draft made from the figures. Rewrite it, then take out 'generated: true'.")


@commentary.command("status")
@click.argument("period", default="current")
@click.option("--sections", is_flag=True, help="Tell of each section as well.")
@ROOT
@_in_sentences
def commentary_status(period: str, sections: bool, root: Path) -> None:
    """Show how far the words of every page are for PERIOD (default: the current one). Changes nothing."""
    from pmif.commentary.status import status_of
    from pmif.disclosure import open_published

    click.echo(status_of(open_published(root, period), root, date.today(), sections=sections), nl=False)


@main.command("new-period")
@click.argument("period")
@click.option("--with-drafts", is_flag=True, help="Begin from texts that are not approved as well.")
@ROOT
@_in_sentences
def new_period(period: str, with_drafts: bool, root: Path) -> None:
    """Publish the figures of PERIOD, and begin its texts from last period's approved ones."""
    from pmif.commentary.new_period import describe
    from pmif.commentary.new_period import new_period as begin

    started = begin(root, period, date.today(), with_drafts=with_drafts)
    click.echo(describe(started), nl=False)
    if started.faults:
        sys.exit(1)


@main.command()
@click.argument("page")
@click.option("--period", default="current", help="The report (default: the current one).")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="The port to serve on (default: any free one).")
@click.option("--once", is_flag=True, help="Only see whether the page can be made; do not show it.")
@ROOT
@_in_sentences
def preview(page: str, period: str, port: int, once: bool, root: Path) -> None:
    """Show PAGE in the browser, and make it anew whenever its commentary, notebook or figures change."""
    from pmif.report.preview import preview as show

    show(root, page, period, port=port, once=once)


@main.command()
@ROOT
@_in_sentences
def demo(root: Path) -> None:
    """Build the made-up borough's book, watermarked as made up."""
    from pmif.report.run import run_book

    site = run_book(root / "tests/borough", "current", drafts=True)
    click.echo(f"The made-up book is ready: {(site / 'index.html').as_posix()}")


@main.command()
@ROOT
@_in_sentences
def lab(root: Path) -> None:
    """Open JupyterLab on the notebooks."""
    from pmif.report.lab import open_lab

    open_lab(root)
