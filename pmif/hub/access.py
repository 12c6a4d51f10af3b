"""Opening the hub, to read or to write.

It is DuckDB in data/built/hub unless PMIF_HUB names another: a PostgreSQL server, where several
analysts share one. DuckDB lets one process write or several read, never both. So whoever writes
holds a lock, and leaves a copy behind that readers open: they never wait, and never see half an intake.
"""

import hashlib
import json
import os
import shutil
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa
from filelock import FileLock, Timeout

from pmif.errors import HubError
from pmif.hub.batches import clear_unfinished
from pmif.hub.database import Hub, batches, metadata, standing

FOLDER = "data/built/hub"
ADDRESS = "PMIF_HUB"  # an SQLAlchemy address: postgresql+psycopg://analyst@hub.example/pmif
PATIENCE = 60.0  # seconds that a second writer waits


def address_of(root: Path) -> str:
    """Where the hub is: what PMIF_HUB says, or a DuckDB file below data/built."""
    return os.environ.get(ADDRESS) or f"duckdb:///{(root / FOLDER / 'hub.duckdb').resolve().as_posix()}"


@contextmanager
def reading(root: Path, address: str | None = None) -> Iterator[Hub]:
    """The hub to read: with DuckDB, the copy that the last writer left; no writer is waited for.

    Errors: HubError where nothing has been taken in yet.
    """
    address = address or address_of(root)
    if not address.startswith("duckdb:"):
        with _engine(address, "pmif, reading") as engine:
            yield Hub(engine)
        return
    folder = _file_of(address).parent
    for attempt in range(5):
        pointer = _pointer(folder)
        if not pointer:
            raise HubError(
                "The hub is empty: run 'pmif build' first, which fills it from data/figures and data/returns"
            )
        snapshot = folder / pointer["file"]
        try:
            engine = sa.create_engine(f"duckdb:///{snapshot.as_posix()}", connect_args={"read_only": True})
            engine.connect().close()
            break
        except sa.exc.DBAPIError as fault:
            # A newer copy came between reading its name and opening it.
            if attempt == 4:
                raise HubError(f"{snapshot.name} cannot be opened ({fault.orig}): run 'pmif build' again") from fault
            time.sleep(0.05)
    try:
        yield Hub(engine)
    finally:
        engine.dispose()


@contextmanager
def _told(where: str) -> Iterator[None]:
    """Say what a database or a disk refused in a sentence."""
    try:
        yield
    except (sa.exc.DBAPIError, OSError) as fault:
        reason = str(getattr(fault, "orig", None) or fault).strip().splitlines()[0]
        raise HubError(
            f"the hub ({where}) could not be written: {reason}. What was kept in plain files is safe, and readers see "
            "what was there before: see that the disk has room and is yours to write, then run 'pmif build'"
        ) from fault


@contextmanager
def writing(root: Path, holder: str, address: str | None = None, *, patience: float = PATIENCE) -> Iterator[Hub]:
    """The hub to write to, had to oneself; readers get a new copy at the end if anything was added.

    `holder` is what a second writer is told while it waits: "pmif intake (Policy and Improvement)".
    Errors: HubError where another holds it longer than `patience` seconds, naming who and since when.
    """
    address = address or address_of(root)
    if address.startswith("duckdb:"):
        file = _file_of(address)
        with _told(file.as_posix()), _alone(file.parent, holder, patience):
            clear_unfinished(root)
            engine = _open_or_remake(file)
            try:
                yield Hub(engine)
                holds = _holds(engine)
            finally:
                engine.dispose()
            # Also where an earlier writer was killed between its last word and the copy.
            if _pointer(file.parent).get("holds") != holds:
                _leave_copy(file, holds)
        return
    with (
        _told(sa.engine.make_url(address).render_as_string(hide_password=True)),
        _alone(root / FOLDER, holder, patience),
        _engine(address, holder) as engine,
        _alone_on_server(engine, patience),
    ):
        clear_unfinished(root)
        metadata.create_all(engine)
        yield Hub(engine)


def _file_of(address: str) -> Path:
    return Path(address.removeprefix("duckdb:///"))


@contextmanager
def _engine(address: str, name: str) -> Iterator[sa.Engine]:
    try:
        engine = sa.create_engine(address, connect_args={"application_name": name[:63]})
        engine.connect().close()
    except (sa.exc.SQLAlchemyError, ModuleNotFoundError) as fault:
        where = sa.engine.make_url(address).render_as_string(hide_password=True)
        reason = str(getattr(fault, "orig", fault)).strip().splitlines()[0]
        raise HubError(
            f"the hub at {where} cannot be reached ({reason}): see that the server runs and that {ADDRESS} names it"
        ) from None
    try:
        yield engine
    finally:
        engine.dispose()


def _open_or_remake(file: Path) -> sa.Engine:
    """Open the DuckDB file; one that cannot be read is put aside, since plain files remake it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    for attempt in ("as it is", "anew"):
        engine = sa.create_engine(f"duckdb:///{file.as_posix()}")
        try:
            metadata.create_all(engine)
            return engine
        except sa.exc.DBAPIError as fault:
            engine.dispose()
            if attempt == "anew" or not file.exists():
                raise HubError(
                    f"{file.as_posix()} cannot be opened ({fault.orig}): see that the disk has room"
                ) from fault
            file.replace(file.with_suffix(".unreadable"))
            file.with_name(f"{file.name}.wal").unlink(missing_ok=True)
    raise AssertionError("unreachable")


def _holds(engine: sa.Engine) -> str:
    """What changes when anything is added, or when another table stands."""
    with engine.connect() as connection:
        names = connection.execute(sa.select(batches.c.name).order_by(batches.c.batch)).scalars().all()
        stands = connection.execute(sa.select(standing.c.batch).order_by(standing.c.batch)).scalars().all()
    return hashlib.sha256(repr((names, stands)).encode()).hexdigest()


# --- the copy for readers ---------------------------------------------------------------------------

_POINTER = "snapshot.json"


def _pointer(folder: Path) -> dict[str, str]:
    """Which copy readers are to open, and what it holds; empty where there is none."""
    try:
        found: dict[str, str] = json.loads((folder / _POINTER).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    return found


def _leave_copy(file: Path, holds: str) -> None:
    """Copy the closed database under a new name, then point readers to it.

    No name is used twice: on Windows a file that someone has open cannot be replaced.
    """
    folder = file.parent
    old = _pointer(folder).get("file", "snapshot-000000.duckdb")
    number = int(Path(old).stem.split("-")[1]) + 1
    new, pointer = folder / f"snapshot-{number:06d}.duckdb", folder / _POINTER
    try:
        shutil.copyfile(file, new)
        fresh = pointer.with_suffix(".new")
        fresh.write_text(json.dumps({"file": new.name, "holds": holds}), encoding="utf-8")
        fresh.replace(pointer)
    except OSError as fault:
        new.unlink(missing_ok=True)
        raise HubError(
            f"the copy for readers could not be written ({fault.strerror}): what was taken in is kept, readers "
            "still see what was there before; make room, then run 'pmif build'"
        ) from fault
    for past in folder.glob("snapshot-*.duckdb"):
        if past.name not in (new.name, old):  # the last one may be in someone's hands
            try:
                past.unlink()
            except OSError:
                continue  # open on Windows: the next writer clears it


# --- one writer at a time ---------------------------------------------------------------------------


@contextmanager
def _alone(folder: Path, holder: str, patience: float) -> Iterator[None]:
    folder.mkdir(parents=True, exist_ok=True)
    lock, note = FileLock(folder / ".writer.lock"), folder / ".writer.json"
    try:
        try:
            lock.acquire(timeout=0)
        except Timeout:
            sys.stderr.write(f"Waiting for the hub: {_holder(note)} ...\n")
            lock.acquire(timeout=patience)
    except Timeout:
        raise HubError(f"the hub is held by {_holder(note)}: wait until that has ended, then try again") from None
    try:
        since = (
            datetime.now().astimezone().isoformat(timespec="seconds")
        )  # for people who wait; nothing is worked out from it
        note.write_text(
            json.dumps({"holder": holder, "process": os.getpid(), "machine": socket.gethostname(), "since": since}),
            encoding="utf-8",
        )
        yield
    finally:
        note.unlink(missing_ok=True)
        lock.release()


def _holder(note: Path) -> str:
    try:
        who = json.loads(note.read_text(encoding="utf-8"))
        return f"{who['holder']}, process {who['process']} on {who['machine']}, since {who['since']}"
    except (OSError, ValueError, KeyError):
        return "another program"


_SERVER_LOCK = 0x504D4946  # "PMIF"


@contextmanager
def _alone_on_server(engine: sa.Engine, patience: float) -> Iterator[None]:
    """One writer on the whole server, whichever machine it runs on."""
    with engine.connect() as connection:
        until, said = time.monotonic() + patience, False
        while not connection.execute(sa.select(sa.func.pg_try_advisory_lock(_SERVER_LOCK))).scalar():
            who = connection.execute(
                sa.text(
                    "SELECT application_name || ', user ' || usename || coalesce(' at ' || client_addr, '') "
                    "|| ', since ' || to_char(backend_start, 'YYYY-MM-DD HH24:MI') "
                    "FROM pg_locks JOIN pg_stat_activity USING (pid) "
                    "WHERE locktype = 'advisory' AND objid = :key AND granted"
                ),
                {"key": _SERVER_LOCK},
            ).scalar()
            if time.monotonic() > until:
                raise HubError(
                    f"the hub is held by {who or 'another program'}: wait until that has ended, then try again"
                )
            if not said:
                sys.stderr.write(f"Waiting for the hub: {who or 'another program'} ...\n")
                said = True
            time.sleep(0.2)
        connection.commit()
        try:
            yield
        finally:
            connection.execute(sa.select(sa.func.pg_advisory_unlock(_SERVER_LOCK)))
            connection.commit()
