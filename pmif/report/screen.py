"""One page in the browser, which shows itself anew whenever there is something newer.

Served to this machine alone. What makes the page reload, and the box that says what is to be put right, are
added to what is sent: no file of the page holds them.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from html import escape
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Condition, Thread
from typing import Any

from pmif.errors import PmifError, RunError

NEWER = "/newer-than/"  # answered as soon as there is something newer than the number that follows
PATIENCE = 20  # seconds a browser's question is kept open; it asks again
_START, _END = '<article class="bd-article">', "</body>"
_BOX = (
    "border: 3px solid var(--pm-worse, #b84600); border-radius: 4px; padding: 1rem 1.5rem; margin: 0 0 2rem; "
    "background: var(--pm-note_bg, #fff7d6); color: var(--pm-note, #6b5200); overflow-wrap: anywhere"
)
_SCRIPT = """<script>
(async () => {
  for (;;) {
    try {
      const answer = await fetch("%(newer)s%(shown)d");
      if (!answer.ok) throw answer;
      if ((await answer.text()) !== "%(shown)d") return location.reload();
    } catch {
      await new Promise((later) => setTimeout(later, 1000));
    }
  }
})();
</script>
"""


class Screen:
    """What is shown now: the last good page, and above it what is to be put right."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.shown = 0
        self._page = ""
        self._error: PmifError | None = None
        self._newer = Condition()

    def show(self, page: str, error: PmifError | None) -> None:
        with self._newer:
            self._page, self._error = page, error
            self.shown += 1
            self._newer.notify_all()

    def newer_than(self, shown: int) -> int:
        """The number of what is shown now; waits a while for it to be another than the browser's."""
        with self._newer:
            self._newer.wait_for(lambda: self.shown != shown, timeout=PATIENCE)
            return self.shown

    @property
    def html(self) -> str:
        with self._newer:
            page, box, script = self._page, _box(self._error), _SCRIPT % {"newer": NEWER, "shown": self.shown}
        page = page.replace(_START, f"{box}{_START}", 1)
        return page.replace(_END, f"{script}{_END}")


def _box(error: PmifError | None) -> str:
    """Every fault as a sentence. Nothing that an analyst wrote is taken for HTML."""
    if error is None:
        return ""
    heading = escape(str(error).splitlines()[0])
    faults = "".join(f"<li>{escape(str(fault))}</li>" for fault in error.faults)
    return (
        f'<section id="to-put-right" role="alert" style="{_BOX}"><p><strong>{heading}</strong></p>'
        f"{f'<ul>{faults}</ul>' if faults else ''}<p>The page below is the last that could be made.</p></section>"
    )


@contextmanager
def served(screen: Screen, site: Path, port: int) -> Iterator[str]:
    """Serve the screen, and the site around it, until the end of the block; gives the page's address.

    Errors: RunError where the port cannot be had.
    """
    try:
        server = _Server(("127.0.0.1", port), partial(_Answer, directory=str(site)))
    except OSError as error:
        raise RunError(
            f"port {port} cannot be had ({error.strerror}): another program may be using it; name another port, "
            "or none to take any that is free"
        ) from None
    server.screen = screen
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}{screen.address}"
    finally:
        server.shutdown()
        server.server_close()


class _Server(ThreadingHTTPServer):
    # On Windows this would let two programs have one port.
    allow_reuse_address = os.name != "nt"
    screen: Screen

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A browser that turns away in mid-sentence is no fault."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Answer(SimpleHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        screen, path = self.server.screen, self.path.split("?")[0]
        # A stranger's page could give its own name this machine's address, and read drafts.
        if self.headers.get("Host", "").rsplit(":", 1)[0] not in ("127.0.0.1", "localhost"):
            self.send_error(HTTPStatus.FORBIDDEN)
        elif path == "/":
            self.send_response(HTTPStatus.FOUND)
            self.send_header("Location", screen.address)
            self.end_headers()
        elif path == screen.address:
            self._send(screen.html, "text/html; charset=utf-8")
        elif path.startswith(NEWER) and path.removeprefix(NEWER).isdecimal():
            self._send(str(screen.newer_than(int(path.removeprefix(NEWER)))), "text/plain")
        else:
            super().do_GET()

    def _send(self, text: str, kind: str) -> None:
        content = text.encode()
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def end_headers(self) -> None:
        self.send_header("Cache-Control", "no-cache")
        super().end_headers()

    def list_directory(self, path: Any) -> None:
        self.send_error(HTTPStatus.NOT_FOUND)

    def log_message(self, format: str, *args: Any) -> None:
        """The terminal is for what the analyst has to know."""
