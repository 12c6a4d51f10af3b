"""A publisher's server on this machine, for one test: a real one, that answers as told and misbehaves as told."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

from pmif.intake.fetch.http import Http, Limits

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)


@dataclass(frozen=True)
class Asked:
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]  # names in small letters
    body: bytes


@dataclass(frozen=True)
class Answer:
    """What to answer. `raw` takes the connection over, to break off or drip."""

    body: bytes | str = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    raw: Callable[[BaseHTTPRequestHandler], None] | None = None


@dataclass
class Publisher:
    address: str
    asked: list[Asked]
    ended: threading.Event  # set when the test is over, so that nothing drips for longer


@contextmanager
def publishing(answer: Callable[[Asked], Answer | str]) -> Iterator[Publisher]:
    asked: list[Asked] = []
    ended = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            parts = urlsplit(self.path)
            size = int(self.headers.get("Content-Length") or 0)
            one = Asked(
                self.command,
                parts.path,
                dict(parse_qsl(parts.query, keep_blank_values=True)),
                {k.lower(): v for k, v in self.headers.items()},
                self.rfile.read(size),
            )
            asked.append(one)
            said = answer(one)
            said = Answer(said, headers={"Content-Type": "text/csv; charset=utf-8"}) if isinstance(said, str) else said
            if said.raw is not None:
                self.close_connection = True
                with suppress(OSError):  # the other side may have had enough
                    said.raw(self)
                return
            body = said.body.encode("utf-8") if isinstance(said.body, str) else said.body
            self.send_response(said.status)
            for name, value in {"Content-Length": str(len(body)), **said.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = answer  # noqa: N815  (the names that http.server looks for)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield Publisher(f"http://127.0.0.1:{server.server_address[1]}/", asked, ended)
    finally:
        ended.set()
        server.shutdown()
        server.server_close()
        thread.join()


def patient(slept: list[float] | None = None, **limits: float) -> Http:
    """A client that does not really wait; what it would have waited goes into `slept`."""
    return Http(
        now=lambda: NOW,
        contact="performance@council.example",
        limits=Limits(**{"gap": 0, "connect": 2, "read": 2, "total": 5, **limits}),  # type: ignore[arg-type]
        sleep=(slept if slept is not None else []).append,
    )
