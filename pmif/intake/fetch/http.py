"""One way to ask a publisher's server for something, and to be told in a sentence when that fails.

Everything that fetches goes through `Http`: https with certificates always verified, bounds on time
and size, few and patient retries, no more haste than the publisher's server can bear. It reads and
never writes: whatever goes wrong, nothing of ours has been changed.
"""

import hashlib
import ipaddress
import json as json_text
import queue
import re
import ssl
import threading
import time
import urllib.request
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from importlib.metadata import version
from typing import Any
from urllib.parse import quote, unquote, urlencode, urljoin, urlsplit, urlunsplit

import urllib3
from urllib3.exceptions import HTTPError, LocationParseError, NameResolutionError, NewConnectionError, SSLError
from urllib3.exceptions import ProxyError as NoProxyError
from urllib3.exceptions import TimeoutError as TooSlow

from pmif.errors import FetchError

Params = Mapping[str, str] | Sequence[tuple[str, str]]

UNCHANGED = "nothing was changed"
_BUSY = (429, 502, 503, 504)
_MOVED = (301, 302, 303, 307, 308)


@dataclass(frozen=True)
class Limits:
    """How long, how much and how often. Times in seconds, sizes in bytes."""

    connect: float = 15
    read: float = 60  # between two bytes
    total: float = 300  # for one request, however slowly its bytes drip
    size: int = 200_000_000  # unpacked
    attempts: int = 4
    first_wait: float = 2  # doubled each time
    longest_wait: float = 30
    retry_after: float = 120  # the longest wait a server may ask for; it is told by another day otherwise
    redirects: int = 5
    gap: float = 1  # the least time between two requests to one host


@dataclass(frozen=True)
class Reply:
    """What a server gave: the bytes as they were before packing, and where and when they came from."""

    url: str  # the address that answered, after any redirect
    status: int
    headers: Mapping[str, str]  # names in small letters
    body: bytes
    fetched: datetime
    sent: bytes = b""  # what was sent to ask for it

    @property
    def host(self) -> str:
        return urlsplit(self.url).hostname or ""

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.body).hexdigest()

    def text(self, encoding: str = "") -> str:
        """The body as text: by its own mark, else `encoding`, else the charset its header names, else UTF-8.

        Errors: FetchError where the bytes are not that.
        """
        named = re.search(r"charset=[\"']?([\w.:-]+)", self.headers.get("content-type", ""), re.IGNORECASE)
        if self.body.startswith((b"\xff\xfe", b"\xfe\xff")):
            encoding = "utf-16"
        elif self.body.startswith(b"\xef\xbb\xbf"):
            encoding = "utf-8-sig"
        else:
            encoding = encoding or (named[1] if named else "utf-8")
        try:
            return self.body.decode(encoding)
        except LookupError:
            raise FetchError(f"{self.host} names a text encoding that does not exist, {encoding!r}") from None
        except UnicodeDecodeError as fault:
            raise FetchError(
                f"{self.host} sent text that is not {encoding.upper()} at byte {fault.start}: "
                "see which encoding the publisher uses, and name it in the request's 'encoding'"
            ) from None

    def json(self) -> Any:
        """The body as JSON.

        Errors: FetchError where it is none; a web page in its place is said to be one.
        """
        self.refuse_page("JSON")
        text = self.text()
        try:
            return json_text.loads(text.removeprefix("\ufeff"))
        except ValueError as fault:
            raise FetchError(
                f"{self.host} sent JSON that breaks off or cannot be read ({fault}): {UNCHANGED}; try again later"
            ) from None
        except RecursionError:
            raise FetchError(f"{self.host} sent JSON that is nested beyond reading: {UNCHANGED}") from None

    def refuse_page(self, expected: str) -> None:
        """Refuse a web page in the place of figures: a fault page, or a council's web filter.

        Errors: FetchError naming the page's title.
        """
        start = self.body[:500].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
        if start.startswith((b"<!doctype html", b"<html", b"<head", b"<body")):
            raise FetchError(
                f"{self.host} answered with a web page where {expected} was expected{_title(self.body)}: the service "
                f"is out of order, or a web filter stands between. {_sentence(UNCHANGED)}; open {self.url} in a "
                "browser to see it"
            )


class Http:
    """A client with its own pace. Make one a command, and pass it along.

    `now` gives the time of day with its zone, which marks each reply; `contact` says whom a publisher may ask.
    """

    def __init__(
        self,
        *,
        now: Callable[[], datetime],
        contact: str = "",
        limits: Limits | None = None,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.limits = limits or Limits()
        self._now, self._sleep, self._clock = now, sleep, clock
        self._agent = _agent(contact)
        self._pools: dict[str, urllib3.PoolManager] = {}
        self._last: dict[str, float] = {}  # when each host was last asked

    def get(self, url: str, params: Params = ()) -> Reply:
        """Ask for an address; asked again where the server is busy or cannot be reached.

        Errors: FetchError, one sentence, also for every status that is not a success.
        """
        return self._ask("GET", _with(url, params), None, {}, repeatable=True)

    def post(
        self, url: str, json: Any = None, *, form: Params = (), params: Params = (), repeatable: bool = False
    ) -> Reply:
        """Send `json`, or the fields of a `form`; `repeatable` where it only asks, so that it may be sent twice.

        Errors: as `get`.
        """
        if json is not None:
            body, kind = json_text.dumps(json, ensure_ascii=False).encode("utf-8"), "application/json"
        else:
            body, kind = urlencode(_pairs(form)).encode("ascii"), "application/x-www-form-urlencoded"
        return self._ask("POST", _with(url, params), body, {"Content-Type": kind}, repeatable=repeatable)

    def close(self) -> None:
        """Let go of every connection."""
        for pool in self._pools.values():
            pool.clear()

    def __enter__(self) -> "Http":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _ask(self, method: str, url: str, body: bytes | None, headers: dict[str, str], *, repeatable: bool) -> Reply:
        first = url
        for _ in range(self.limits.redirects + 1):
            reply = self._ask_patiently(method, url, body, headers, repeatable=repeatable)
            if reply.status not in _MOVED or "location" not in reply.headers:
                return _accepted(reply)
            url = _redirected(method, url, reply.headers["location"])
        raise FetchError(
            f"{_host(first)} sends us from one address to another without end ({self.limits.redirects} redirects): "
            f"{UNCHANGED}; open {first} in a browser, and put the address it ends at into the request"
        )

    def _ask_patiently(
        self, method: str, url: str, body: bytes | None, headers: dict[str, str], *, repeatable: bool
    ) -> Reply:
        _require_safe(url)
        for attempt in range(1, self.limits.attempts + 1):
            last = attempt == self.limits.attempts
            wait = min(self.limits.first_wait * 2 ** (attempt - 1), self.limits.longest_wait)
            self._keep_pace(url)
            try:
                reply = self._within_bounds(method, url, body, headers)
            except _Unreached as fault:
                if last or not repeatable or not fault.passing:
                    raise FetchError(fault.sentence) from fault.__cause__
            else:
                # 429 says that nothing was done; the others leave open whether a form was taken.
                if reply.status not in _BUSY or not (repeatable or reply.status == 429):
                    return reply
                asked = _retry_after(reply, self._now())
                if asked is not None and asked > self.limits.retry_after:
                    when = (self._now() + timedelta(seconds=asked)).astimezone().strftime("%H:%M on %d %B %Y")
                    raise FetchError(
                        f"{_host(url)} asks us to wait until {when} (status {reply.status}): {UNCHANGED}; "
                        "try again then"
                    )
                if last:
                    return reply
                wait = wait if asked is None else asked
            self._sleep(wait)
        raise AssertionError("unreachable")

    def _keep_pace(self, url: str) -> None:
        host = urlsplit(url).netloc
        if host in self._last and (early := self._last[host] + self.limits.gap - self._clock()) > 0:
            self._sleep(early)
        self._last[host] = self._clock()

    def _within_bounds(self, method: str, url: str, body: bytes | None, headers: dict[str, str]) -> Reply:
        """One exchange on a thread of its own.

        The bounds of a socket start afresh with every byte, and looking up a name has none: only
        someone who waits outside can put an end to a server that drips.
        """
        deadline = self._clock() + self.limits.total
        pool = self._pool(url)  # on this thread, so that a faulty proxy address is said here
        outcome: queue.SimpleQueue[Reply | BaseException] = queue.SimpleQueue()

        def exchange() -> None:
            try:
                outcome.put(self._exchange(pool, method, url, body, headers, deadline))
            except BaseException as fault:
                outcome.put(fault)

        threading.Thread(target=exchange, name=f"pmif fetch {_host(url)}", daemon=True).start()
        while True:
            try:
                # In short waits: on Windows a longer one cannot be interrupted from the keyboard.
                found = outcome.get(timeout=0.25)
                break
            except queue.Empty:
                if self._clock() > deadline + 1:
                    found = _too_slow(url, self.limits.total)
                    break
        if isinstance(found, HTTPError | OSError):
            raise _unreached(found, url) from found
        if isinstance(found, BaseException):
            raise found
        return found

    def _exchange(
        self,
        pool: urllib3.PoolManager,
        method: str,
        url: str,
        body: bytes | None,
        headers: dict[str, str],
        deadline: float,
    ) -> Reply:
        answer = pool.request(
            method,
            url,
            body=body,
            headers={"User-Agent": self._agent, "Accept-Encoding": "gzip", **headers},
            timeout=urllib3.Timeout(connect=self.limits.connect, read=self.limits.read),
            retries=False,
            redirect=False,
            preload_content=False,
            decode_content=False,
        )
        try:
            content = self._content(answer, url, deadline)
        except BaseException:
            answer.close()
            raise
        answer.release_conn()
        names = {name.lower(): value for name, value in answer.headers.items()}
        return Reply(url, answer.status, names, content, self._now(), body or b"")

    def _content(self, answer: urllib3.BaseHTTPResponse, url: str, deadline: float) -> bytes:
        """The whole body, unpacked, within the bounds; a packed one that breaks off is no whole body."""
        packing = answer.headers.get("Content-Encoding", "").strip().lower()
        if packing not in ("", "identity", "gzip", "x-gzip"):
            raise FetchError(
                f"{_host(url)} packed its answer as {_clean(packing, 40)!r}, which was not asked for: {UNCHANGED}"
            )
        unpack = zlib.decompressobj(16 + zlib.MAX_WBITS) if packing.endswith("gzip") else None
        content = bytearray()
        while piece := answer.read1(65536, decode_content=False):
            if self._clock() > deadline:
                raise _too_slow(url, self.limits.total)
            try:
                content += piece if unpack is None else unpack.decompress(piece, self.limits.size + 1 - len(content))
            except zlib.error:
                raise _Unreached(f"{_host(url)} sent a packed answer that cannot be unpacked: {UNCHANGED}") from None
            if len(content) > self.limits.size:
                raise FetchError(
                    f"{_host(url)} sends more than {self.limits.size / 1e6:g} MB, which no request of ours needs: "
                    f"{UNCHANGED}; ask for fewer areas or periods"
                )
        if unpack is not None and not unpack.eof and (content or answer.status < 300):
            raise _Unreached(f"the answer of {_host(url)} breaks off before its end: {UNCHANGED}")
        return bytes(content)

    def _pool(self, url: str) -> urllib3.PoolManager:
        """The connections to use: straight, or through the proxy that this machine's settings name."""
        proxy = _proxy_for(url)
        if proxy not in self._pools:
            self._pools[proxy] = _open_pool(proxy)
        return self._pools[proxy]


class _Unreached(Exception):  # noqa: N818  (it never leaves this module)
    """No whole answer came. `passing` where it may help to ask again."""

    def __init__(self, sentence: str, *, passing: bool = True) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.passing = passing


def _too_slow(url: str, seconds: float) -> _Unreached:
    return _Unreached(
        f"{_host(url)} had not sent its whole answer after {seconds:g} seconds: {UNCHANGED}; try again later",
        passing=False,
    )


def _unreached(fault: HTTPError | OSError, url: str) -> _Unreached:
    """What stood between us and the server, in words for someone who can call the council's IT service."""
    host, cause = _host(url), getattr(fault, "original_error", fault)
    if isinstance(fault, NoProxyError):
        return _Unreached(
            f"the council's web proxy cannot be reached, or does not let us through to {host} ({_reason(cause)}): "
            f"{UNCHANGED}; ask IT which proxy this machine should use, and whether {host} is allowed",
            passing=False,
        )
    if isinstance(fault, SSLError) or isinstance(cause, ssl.SSLError):
        return _Unreached(
            f"the certificate of {host} cannot be verified ({_reason(cause)}): {UNCHANGED}. If the council's network "
            "reads web traffic, ask IT to add its certificate to this machine",
            passing=False,
        )
    if isinstance(fault, NameResolutionError):
        return _Unreached(
            f"there is no network from here, or the publisher's server cannot be found ({host}): {UNCHANGED}",
            passing=False,
        )
    if isinstance(fault, NewConnectionError) or isinstance(cause, ConnectionRefusedError):
        return _Unreached(
            f"there is no network from here, or the publisher's server cannot be reached ({host}): {UNCHANGED}"
        )
    if isinstance(fault, TooSlow):
        return _Unreached(f"{host} does not answer: {UNCHANGED}; try again later")
    return _Unreached(
        f"the answer of {host} breaks off before its end ({_reason(fault)}): {UNCHANGED}; try again later"
    )


def _reason(fault: BaseException) -> str:
    """The library's own words, short, without the objects it prints."""
    if isinstance(fault, ssl.SSLCertVerificationError):
        return fault.verify_message
    words = str(getattr(fault, "strerror", "") or fault) or type(fault).__name__
    return _clean(re.sub(r"<[^>]*>:? ?", "", words), 120)


# --- addresses --------------------------------------------------------------------------------------


def is_loopback(url: str) -> bool:
    """Whether an address is of this machine itself, where tests have their servers."""
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _require_safe(url: str) -> None:
    parts = urlsplit(url)
    if parts.username or parts.password:
        raise FetchError(
            f"the address of {parts.hostname} holds a user name or password: addresses are kept; remove it"
        )
    if not parts.hostname or (parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(url))):
        raise FetchError(f"the address {_clean(url, 120)!r} is not fetched from: use one that begins with https://")


def _redirected(method: str, url: str, location: str) -> str:
    target = urljoin(url, location)
    shown = _clean(target, 120)
    if method != "GET":
        raise FetchError(
            f"{_host(url)} says that its service has moved to {shown}: {UNCHANGED}; put that address into the request"
        )
    same_loopback = is_loopback(url) and urlsplit(target).netloc == urlsplit(url).netloc
    if not same_loopback and (urlsplit(target).scheme != "https" or is_loopback(target)):
        raise FetchError(f"{_host(url)} sends us on to {shown}, which is not https: we do not follow; {UNCHANGED}")
    return target


def _host(url: str) -> str:
    return urlsplit(url).hostname or url


def _with(url: str, params: Params) -> str:
    pairs = _pairs(params)
    if not pairs:
        return url
    parts = urlsplit(url)
    # Publishers' own examples write commas and colons as they are.
    added = urlencode(pairs, quote_via=quote, safe=",:*'")
    return urlunsplit(parts._replace(query="&".join(filter(None, (parts.query, added)))))


def _pairs(params: Params) -> list[tuple[str, str]]:
    return list(params.items() if isinstance(params, Mapping) else params)


# --- what a server says -----------------------------------------------------------------------------


def _accepted(reply: Reply) -> Reply:
    if 200 <= reply.status < 300:
        return reply
    host, said = reply.host, _said(reply)
    match reply.status:
        case 401 | 403:
            problem = f"refuses us{said}: the service wants a key or an account, or a web filter stands between"
        case 404 | 410:
            problem = f"has nothing at {_clean(reply.url, 200)}{said}: it was moved or withdrawn; mend the request"
        case 407:
            problem = "is behind a web proxy that wants a password: ask IT how this machine gets through it"
        case 429:
            problem = f"says that we ask too often{said}: try again in an hour"
        case status if status in _BUSY:
            problem = f"is too busy, or asked for more than it can give at once{said}: try again later"
        case status if status >= 500:
            problem = f"is out of order{said}: try again later"
        case _:
            problem = f"does not accept the request{said}: mend it"
    raise FetchError(f"{host} (status {reply.status}) {problem}. {_sentence(UNCHANGED)}")


def _said(reply: Reply) -> str:
    """The server's own short explanation where it gave one, as words fit to print."""
    if b"<" in reply.body[:200]:
        return _title(reply.body)
    words = _clean(reply.body[:2000].decode("utf-8", "replace"), 200)
    return f" and says {words!r}" if words else ""


def _title(page: bytes) -> str:
    found = re.search(rb"<title[^>]*>(.*?)</title>", page[:20_000], re.IGNORECASE | re.DOTALL)
    words = _clean(found[1].decode("utf-8", "replace"), 100) if found else ""
    return f" (headed {words!r})" if words else ""


def _clean(text: str, longest: int) -> str:
    """Words from outside, in one line and without anything a terminal would obey."""
    words = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return words if len(words) <= longest else f"{words[: longest - 3]}..."


def _sentence(words: str) -> str:
    return words[0].upper() + words[1:]


def _retry_after(reply: Reply, now: datetime) -> float | None:
    """Seconds that the server asks us to wait, as it may say in seconds or as a date."""
    said = reply.headers.get("retry-after", "").strip()
    if re.fullmatch(r"\d{1,9}", said):
        return float(said)
    try:
        when = parsedate_to_datetime(said)
    except ValueError:
        return None
    when = when if when.tzinfo else when.replace(tzinfo=UTC)
    return max(0.0, (when - now).total_seconds())


# --- this machine -----------------------------------------------------------------------------------


def _agent(contact: str) -> str:
    about = f"PMIF/{version('pmif')} (council performance report book{'; ' + contact if contact else ''})"
    return _clean(about, 200).encode("ascii", "ignore").decode("ascii")


def _proxy_for(url: str) -> str:
    host = urlsplit(url).hostname or ""
    if is_loopback(url) or urllib.request.proxy_bypass(host):
        return ""
    named = urllib.request.getproxies()
    proxy = named.get("https") or named.get("all") or ""
    return proxy if not proxy or "://" in proxy else f"http://{proxy}"


def _open_pool(proxy: str) -> urllib3.PoolManager:
    # The machine's own store of certificates: on council laptops it also holds the council's.
    certificates = ssl.create_default_context()
    certificates.minimum_version = ssl.TLSVersion.TLSv1_2  # whatever this machine would still put up with
    if not proxy:
        return urllib3.PoolManager(num_pools=8, ssl_context=certificates)
    parts = urlsplit(proxy)
    address = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
    who = f"{unquote(parts.username)}:{unquote(parts.password or '')}" if parts.username else None
    try:
        return urllib3.ProxyManager(
            address,
            num_pools=8,
            ssl_context=certificates,
            proxy_headers=urllib3.make_headers(proxy_basic_auth=who) if who else None,
        )
    except (HTTPError, AssertionError, ValueError, LocationParseError):
        raise FetchError(
            f"this machine's settings name the web proxy {_clean(address, 80)!r}, which we cannot use: {UNCHANGED}; "
            "a proxy is named like http://proxy.example:8080"
        ) from None
