"""Open data: what publishers give to anyone who asks, fetched as data/fetch says and read as its adapter knows.

A fetch changes nothing. It gives rows that are checked and the bytes they came from; keeping them is for
whoever called it.
"""

import hashlib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from pmif.declared import Reader
from pmif.errors import Fault, FetchError
from pmif.framework import Framework, load_framework
from pmif.geography import Areas, load_areas
from pmif.intake.fetch import dfe_ees, fingertips, mhclg_indices, nomis, ons_local, police
from pmif.intake.fetch.http import UNCHANGED, Http, Limits, Reply
from pmif.intake.fetch.records import Page
from pmif.intake.fetch.request import FOLDER, Plan, Request
from pmif.intake.fetch.setting import Setting
from pmif.intake.schema import check_rows
from pmif.methods import METHODS

__all__ = ["ADAPTERS", "Fetched", "Http", "Limits", "Reply", "check_requests", "fetch_source", "fetch_sources"]


@dataclass(frozen=True)
class Adapter:
    """How one publisher is asked and understood. `read` needs no network: kept replies can be read again."""

    plan: type[Plan]
    fetch: Callable[[Any, Http, Setting], list[Reply]]
    read: Callable[[Sequence[Page], Any, Setting], pd.DataFrame]
    extension: str


def _adapter(module: Any) -> Adapter:
    return Adapter(module.Plan, module.fetch, module.read, module.EXTENSION)


ADAPTERS: Mapping[str, Adapter] = {
    "fingertips": _adapter(fingertips),
    "nomis": _adapter(nomis),
    "ons-local": _adapter(ons_local),
    "dfe-ees": _adapter(dfe_ees),
    "police": _adapter(police),
    "mhclg-indices": _adapter(mhclg_indices),
}
OTHER_ADAPTERS = ("open-geography",)  # of shapes, which are no observations: open_geography.py


@dataclass(frozen=True)
class Fetched:
    """What one source gave. `raw` is every reply as (name, bytes, address, time, checksum), in the order they came."""

    plan: Plan
    requests: tuple[Request, ...]
    replies: tuple[Reply, ...]
    rows: pd.DataFrame  # text: schema.COLUMNS, file, sheet, cell, row, transform
    licence: str
    raw: tuple[tuple[str, bytes, str, datetime, str], ...]


def fetch_sources(root: Path) -> tuple[str, ...]:
    """The sources that can be fetched: each a file of data/fetch that names one of our adapters."""
    return tuple(
        file.stem for file in sorted((root / FOLDER).glob("*.yml")) if _adapter_of(root, file.stem) in ADAPTERS
    )


def check_requests(root: Path, framework: Framework, areas: Areas) -> list[Fault]:
    """Every fault of every file of requests, without asking anybody anything."""
    faults: list[Fault] = []
    for file in sorted((root / FOLDER).glob("*.yml")):
        reader = Reader(root)
        page = reader.read(f"{FOLDER}/{file.name}", None)
        faults += reader.faults
        if page.data is not None and (named := page.data.get("adapter")) not in (*ADAPTERS, *OTHER_ADAPTERS):
            known = ", ".join((*ADAPTERS, *OTHER_ADAPTERS))
            faults.append(Fault(page.name, f"adapter is {named!r}: use {known}"))
    for source_id in fetch_sources(root):
        try:
            _plan(root, source_id, framework, areas)
        except FetchError as fault:
            faults += [f for f in fault.faults if isinstance(f, Fault)]
    return faults


def fetch_source(root: Path, source_id: str, http: Http, now: datetime) -> Fetched:
    """Ask a publisher for all that data/fetch/<source_id>.yml names, and read it.

    Errors: FetchError where anything at all is wrong, with every fault that could be seen: then nothing is taken.
    """
    framework, areas = load_framework(root, METHODS), load_areas(root)
    plan = _plan(root, source_id, framework, areas)
    adapter, setting = ADAPTERS[plan.adapter], Setting(root, areas, plan, now.date())
    faults: list[Fault | str] = []
    tables: list[pd.DataFrame] = []
    pages: list[Page] = []
    for request in plan.requests:
        replies = adapter.fetch(request, http, setting)
        own = [Page(f"{request.id}-{n}.{_extension(r, adapter)}", r) for n, r in enumerate(replies, start=1)]
        pages += own
        try:
            tables.append(adapter.read(own, request, setting))
        except FetchError as fault:
            faults += fault.faults or [fault.what]
    if faults:
        raise FetchError(f"What was fetched for {source_id} cannot be used, and {UNCHANGED}", faults)
    rows = pd.concat(tables, ignore_index=True)
    if rows.empty:
        raise FetchError(
            f"{source_id} gave no figure at all, and {UNCHANGED}: see 'since' and the areas of its requests"
        )
    if refused := check_rows(rows, framework, areas):
        raise FetchError(f"Figures fetched for {source_id} were refused, and {UNCHANGED}", refused)
    cards = {request.source or plan.source for request in plan.requests}
    licence = ", ".join(sorted({source.licence for source in framework.sources if source.id in cards}))
    raw = tuple((p.name, p.reply.body, _address(p.reply), p.reply.fetched, p.reply.sha256) for p in pages)
    return Fetched(plan, tuple(plan.requests), tuple(p.reply for p in pages), rows, licence, raw)


def _plan(root: Path, source_id: str, framework: Framework, areas: Areas) -> Plan:
    """The requests of a source, checked against the framework and the places.

    Errors: FetchError with every fault, each with its file and line where it has one.
    """
    name = f"{FOLDER}/{source_id}.yml"
    known = fetch_sources(root)
    if source_id not in known:
        raise FetchError(
            f"there is no {name} that names an adapter of ours, and {UNCHANGED}: "
            f"{'use ' + ', '.join(known) if known else 'none is there yet'}"
        )
    reader = Reader(root)
    page = reader.read(name, None)
    found = reader.models(page, None, ADAPTERS[_adapter_of(root, source_id)].plan)
    faults = list(reader.faults)
    for plan in found:
        kind = type(plan.requests[0])
        reader.models(page, "requests", kind)  # again, each on its own: so their lines are known
        faults += _unknown(plan, source_id, framework, areas, partial(reader.place, kind))
    if faults:
        raise FetchError(f"{name} cannot be used, and {UNCHANGED}", faults)
    return found[0]


def _unknown(
    plan: Plan, source_id: str, framework: Framework, areas: Areas, place_of: Callable[[str], str]
) -> Iterator[Fault]:
    """What the plan names that does not exist."""
    measures = {m.id for m in framework.measures}
    sources = {s.id for s in framework.sources}
    if plan.id != source_id:
        yield Fault(f"{FOLDER}/{source_id}.yml", f"id is {plan.id!r}: expected {source_id!r}, as the file is named")
    for request in plan.requests:
        for problem in _unknown_in(request, plan, measures, sources, areas):
            yield Fault(place_of(request.id), f"request '{request.id}', {problem}")


def _unknown_in(
    request: Request, plan: Plan, measures: Collection[str], sources: Collection[str], areas: Areas
) -> Iterator[str]:
    if (card := request.source or plan.source) not in sources:
        yield f"source is {card!r}: there is no such card in data/sources"
    if request.wards and not areas.wards(request.wards):
        yield f"wards is {request.wards!r}: areas.csv has no ward of that vintage"
    if not request.wards and not plan.places(request):
        yield "no place is expected: list areas, in the request or for the whole file"
    for place in plan.places(request):
        if areas.find(place.code, place.vintage) is None:
            held = ", ".join(areas.vintages_of(place.code)) or "none"
            yield f"area {place.code} of {place.vintage} is not in areas.csv (vintages held: {held})"
    for series in request.series:
        if series.measure not in measures:
            yield f"measure is {series.measure!r}: there is no such measure in data/framework"


def _adapter_of(root: Path, source_id: str) -> str:
    """The adapter that a file names, "" where it names none: files of other adapters stand in the same folder."""
    page = Reader(root).read(f"{FOLDER}/{source_id}.yml", None)
    return str(page.data.get("adapter", "")) if page.data is not None else ""


def _extension(reply: Reply, adapter: Adapter) -> str:
    return "html" if "html" in reply.headers.get("content-type", "") else adapter.extension


def _address(reply: Reply) -> str:
    """Where a reply came from; what was sent there, if anything, by its checksum."""
    if not reply.sent:
        return reply.url
    return f"{reply.url} (sent {len(reply.sent)} bytes, sha256 {hashlib.sha256(reply.sent).hexdigest()})"
