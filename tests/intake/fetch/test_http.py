"""The client against a server that behaves, and then in every way does not."""

import gzip
import json
import os
import shutil
import socket
import ssl
import subprocess
import time
from datetime import timedelta
from email.utils import format_datetime

import pytest

from pmif.errors import FetchError
from pmif.intake.fetch import http as client
from pmif.intake.fetch.http import Reply
from tests.intake.fetch.publisher import NOW, Answer, patient, publishing


def test_a_reply_says_what_came_from_where_and_when():
    with (
        publishing(lambda asked: Answer("a,b\n1,2\n", headers={"Content-Type": "text/csv"})) as publisher,
        patient() as http,
    ):
        reply = http.get(f"{publisher.address}data.csv", {"geo": "E08000037,E92000001", "time": "all"})

    assert (reply.status, reply.text(), reply.fetched) == (200, "a,b\n1,2\n", NOW)
    assert reply.url == f"{publisher.address}data.csv?geo=E08000037,E92000001&time=all"
    assert publisher.asked[0].query == {"geo": "E08000037,E92000001", "time": "all"}


def test_says_who_asks_and_whom_to_ask():
    with publishing(lambda asked: "a\n1\n") as publisher, patient() as http:
        http.get(publisher.address)

    agent = publisher.asked[0].headers["user-agent"]
    assert agent.startswith("PMIF/") and "performance@council.example" in agent


def test_a_contact_cannot_put_another_header_into_the_request():
    with publishing(lambda asked: "a\n1\n") as publisher:
        client.Http(now=lambda: NOW, contact="x\r\nEvil: yes").get(publisher.address)

    assert "evil" not in publisher.asked[0].headers


def test_a_packed_answer_is_unpacked():
    body = "name\n" + "Gateshead\n" * 5000
    packed = Answer(gzip.compress(body.encode()), headers={"Content-Encoding": "gzip"})
    with publishing(lambda asked: packed) as publisher, patient() as http:
        assert http.get(publisher.address).text() == body
    assert publisher.asked[0].headers["accept-encoding"] == "gzip"


def test_a_packed_answer_that_breaks_off_is_no_answer():
    packed = gzip.compress(os.urandom(3000))[:-20]
    answer = Answer(packed, headers={"Content-Encoding": "gzip"})  # its length is right: only the packing tells
    with (
        publishing(lambda asked: answer) as publisher,
        patient(attempts=2) as http,
        pytest.raises(FetchError, match="breaks off before its end"),
    ):
        http.get(publisher.address)
    assert len(publisher.asked) == 2


def test_an_answer_that_unpacks_without_end_is_stopped():
    bomb = Answer(gzip.compress(b"0" * 5_000_000), headers={"Content-Encoding": "gzip"})
    with (
        publishing(lambda asked: bomb) as publisher,
        patient(size=100_000) as http,
        pytest.raises(FetchError, match=r"more than 0\.1 MB"),
    ):
        http.get(publisher.address)


def test_a_large_answer_is_stopped():
    with (
        publishing(lambda asked: Answer(b"0" * 300_000)) as publisher,
        patient(size=100_000) as http,
        pytest.raises(FetchError, match=r"more than 0\.1 MB"),
    ):
        http.get(publisher.address)


def test_a_packing_that_was_not_asked_for_is_refused():
    with (
        publishing(lambda asked: Answer(b"x", headers={"Content-Encoding": "br"})) as publisher,
        patient() as http,
        pytest.raises(FetchError, match="packed its answer as 'br'"),
    ):
        http.get(publisher.address)


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_a_busy_server_is_asked_again_with_longer_waits(status):
    answers = [Answer(status=status), Answer(status=status), Answer("done")]
    slept: list[float] = []
    with publishing(lambda asked: answers.pop(0)) as publisher, patient(slept) as http:
        assert http.get(publisher.address).body == b"done"
    assert slept == [2, 4]


def test_waits_grow_no_longer_than_the_longest():
    slept: list[float] = []
    with (
        publishing(lambda asked: Answer(status=503)) as publisher,
        patient(slept, attempts=6, longest_wait=5) as http,
        pytest.raises(FetchError, match=r"status 503\) is too busy"),
    ):
        http.get(publisher.address)
    assert slept == [2, 4, 5, 5, 5]


@pytest.mark.parametrize("status", [400, 403, 404, 500])
def test_a_fault_that_will_not_pass_is_not_asked_about_again(status):
    with (
        publishing(lambda asked: Answer("wrong geography", status=status)) as publisher,
        patient() as http,
        pytest.raises(FetchError, match=f"status {status}.*wrong geography.*Nothing was changed"),
    ):
        http.get(publisher.address)
    assert len(publisher.asked) == 1


def test_what_a_server_says_cannot_command_the_terminal():
    with (
        publishing(lambda asked: Answer("no\x1b[2J\r\nhere", status=400)) as publisher,
        patient() as http,
        pytest.raises(FetchError) as refused,
    ):
        http.get(publisher.address)
    assert "\x1b" not in str(refused.value) and "\n" not in str(refused.value)


@pytest.mark.parametrize("as_date", [False, True])
def test_waits_as_long_as_the_server_asks(as_date):
    asked_for = format_datetime(NOW + timedelta(seconds=90), usegmt=True) if as_date else "90"
    answers = [Answer(status=429, headers={"Retry-After": asked_for}), Answer("done")]
    slept: list[float] = []
    with publishing(lambda asked: answers.pop(0)) as publisher, patient(slept) as http:
        assert http.get(publisher.address).body == b"done"
    assert slept == [90]


@pytest.mark.parametrize("asked_for", ["3600", format_datetime(NOW + timedelta(hours=1), usegmt=True)])
def test_says_when_to_try_again_where_the_server_asks_for_longer_than_we_wait(asked_for):
    slept: list[float] = []
    with (
        publishing(lambda asked: Answer(status=429, headers={"Retry-After": asked_for})) as publisher,
        patient(slept) as http,
        pytest.raises(FetchError, match=r"asks us to wait until \d\d:\d\d on 24 November 2026.*try again then"),
    ):
        http.get(publisher.address)
    assert slept == [] and len(publisher.asked) == 1


def test_an_unreadable_wait_is_our_own():
    answers = [Answer(status=503, headers={"Retry-After": "soon"}), Answer("done")]
    slept: list[float] = []
    with publishing(lambda asked: answers.pop(0)) as publisher, patient(slept) as http:
        http.get(publisher.address)
    assert slept == [2]


def test_a_form_that_may_have_been_taken_is_not_sent_twice():
    with (
        publishing(lambda asked: Answer(status=503)) as publisher,
        patient() as http,
        pytest.raises(FetchError, match="503"),
    ):
        http.post(publisher.address, form={"a": "1"})
    assert len(publisher.asked) == 1


def test_a_question_that_is_sent_as_a_form_may_be_sent_again():
    answers = [Answer(status=503), Answer("done")]
    with publishing(lambda asked: answers.pop(0)) as publisher, patient() as http:
        reply = http.post(publisher.address, form={"poly": "54.9,-1.6:54.8,-1.5"}, repeatable=True)
    assert reply.body == b"done"
    assert [a.body for a in publisher.asked] == [b"poly=54.9%2C-1.6%3A54.8%2C-1.5"] * 2
    assert reply.sent == publisher.asked[0].body


def test_json_is_sent_as_json():
    with publishing(lambda asked: Answer("{}")) as publisher, patient() as http:
        http.post(f"{publisher.address}query", {"name": "é"}, params={"page": "2"}, repeatable=True)
    asked = publisher.asked[0]
    assert (json.loads(asked.body), asked.headers["content-type"]) == ({"name": "é"}, "application/json")
    assert asked.query == {"page": "2"}


def _closed_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def test_without_a_network_it_says_so_in_a_sentence():
    with patient(attempts=2) as http, pytest.raises(FetchError) as refused:
        http.get(f"http://127.0.0.1:{_closed_port()}/")
    assert str(refused.value) == (
        "there is no network from here, or the publisher's server cannot be reached (127.0.0.1): nothing was changed"
    )


def test_a_name_that_is_not_found_is_not_asked_for_again(monkeypatch):
    def not_found(*_args: object, **_kw: object) -> None:
        raise socket.gaierror("Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", not_found)
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    slept: list[float] = []
    with patient(slept) as http, pytest.raises(FetchError, match=r"cannot be found \(fingertips.example\)"):
        http.get("https://fingertips.example/api")
    assert slept == []


def test_a_name_that_is_looked_for_without_end_does_not_hold_us(monkeypatch):
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_a, **_k: time.sleep(5))
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    began = time.monotonic()
    with patient(total=0.2) as http, pytest.raises(FetchError, match="had not sent its whole answer"):
        http.get("https://fingertips.example/api")
    assert time.monotonic() - began < 4


def _drip_body(publisher_ended):
    def drip(handler):
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        while not publisher_ended[0].wait(0.02):
            handler.wfile.write(b"0")

    return drip


def _drip_headers(publisher_ended):
    def drip(handler):
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nX: ")
        while not publisher_ended[0].wait(0.02):
            handler.wfile.write(b"0")

    return drip


@pytest.mark.parametrize("drip", [_drip_body, _drip_headers])
def test_a_server_that_drips_does_not_hold_us(drip):
    ended: list = []
    with publishing(lambda asked: Answer(raw=drip(ended))) as publisher:
        ended.append(publisher.ended)
        began = time.monotonic()
        with (
            patient(total=0.3) as http,
            pytest.raises(FetchError, match=r"not sent its whole answer after 0.3 seconds"),
        ):
            http.get(publisher.address)
        assert time.monotonic() - began < 4
    assert len(publisher.asked) == 1


def test_a_server_that_says_nothing_is_given_up():
    ended: list = []
    with publishing(lambda asked: Answer(raw=lambda handler: ended[0].wait(5))) as publisher:
        ended.append(publisher.ended)
        with patient(read=0.1, attempts=2) as http, pytest.raises(FetchError, match="does not answer"):
            http.get(publisher.address)
    assert len(publisher.asked) == 2


@pytest.mark.parametrize(
    "sent",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nonly \r\n20\r\nthis",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nonly \r\n",
        b"HTTP/1.1 20",
        b"",
    ],
)
def test_an_answer_that_breaks_off_is_asked_for_again_and_never_taken(sent):
    with (
        publishing(lambda asked: Answer(raw=lambda handler: handler.wfile.write(sent))) as publisher,
        patient(attempts=2) as http,
        pytest.raises(FetchError, match="breaks off before its end"),
    ):
        http.get(publisher.address)
    assert len(publisher.asked) == 2


def test_a_whole_answer_in_pieces_is_put_together():
    sent = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nonly \r\n4\r\nthis\r\n0\r\n\r\n"
    with (
        publishing(lambda asked: Answer(raw=lambda handler: handler.wfile.write(sent))) as publisher,
        patient() as http,
    ):
        assert http.get(publisher.address).body == b"only this"


def test_follows_a_redirect_on_the_same_server():
    def answer(asked):
        return "moved here" if asked.path == "/new" else Answer(status=302, headers={"Location": "/new"})

    with publishing(answer) as publisher, patient() as http:
        reply = http.get(f"{publisher.address}old")
    assert (reply.text(), reply.url) == ("moved here", f"{publisher.address}new")


@pytest.mark.parametrize(
    "target", ["http://fingertips.example/", "ftp://fingertips.example/", "http://127.0.0.1:1/", "file:///etc/passwd"]
)
def test_never_follows_a_redirect_to_what_is_not_https(target):
    with (
        publishing(lambda asked: Answer(status=301, headers={"Location": target})) as publisher,
        patient() as http,
        pytest.raises(FetchError, match="we do not follow"),
    ):
        http.get(publisher.address)


def test_redirects_without_end_are_given_up():
    with (
        publishing(lambda asked: Answer(status=302, headers={"Location": "/again"})) as publisher,
        patient(redirects=3) as http,
        pytest.raises(FetchError, match="without end"),
    ):
        http.get(publisher.address)
    assert len(publisher.asked) == 4


def test_a_form_is_not_sent_on_to_another_address():
    with (
        publishing(lambda asked: Answer(status=308, headers={"Location": "/new"})) as publisher,
        patient() as http,
        pytest.raises(FetchError, match=r"has moved to .*/new"),
    ):
        http.post(publisher.address, form={"a": "1"}, repeatable=True)
    assert len(publisher.asked) == 1


@pytest.mark.parametrize(
    "address",
    [
        "http://fingertips.example/api",
        "ftp://127.0.0.1/",
        "file:///etc/passwd",
        "https:///path",
        "http://127.0.0.1.example/",
        "http://192.168.0.1/",
    ],
)
def test_fetches_from_https_alone(address):
    with patient() as http, pytest.raises(FetchError, match="begins with https://"):
        http.get(address)


def test_an_address_with_a_password_is_refused_and_not_repeated():
    with patient() as http, pytest.raises(FetchError, match="holds a user name or password") as refused:
        http.get("https://someone:hunter2@fingertips.example/")
    assert "hunter2" not in str(refused.value)


def test_keeps_a_polite_gap_between_requests_to_one_host():
    times = iter([0.0, 0.1, 0.2, 0.3, 5.0, 5.1, 5.2, 5.3, 20.0, 20.1, 20.2, 20.3])
    slept: list[float] = []
    with publishing(lambda asked: "a\n1\n") as publisher:
        http = client.Http(
            now=lambda: NOW,
            limits=client.Limits(gap=10, total=1000),
            sleep=slept.append,
            clock=lambda: next(times, 30.0),
        )
        http.get(publisher.address)
        http.get(publisher.address)
        http.close()
    assert len(slept) == 1 and 0 < slept[0] <= 10


def test_certificates_are_always_verified():
    context = client._open_pool("").connection_pool_kw["ssl_context"]

    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname
    assert context.minimum_version >= ssl.TLSVersion.TLSv1_2


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl makes the certificate that nobody vouches for")
def test_a_certificate_that_nobody_vouches_for_is_refused(tmp_path):
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    subprocess.run([*made, "-keyout", str(key), "-out", str(certificate)], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        import threading

        def shake() -> None:
            connection, _ = listener.accept()
            try:
                context.wrap_socket(connection, server_side=True).close()
            except OSError:
                connection.close()

        thread = threading.Thread(target=shake, daemon=True)
        thread.start()
        slept: list[float] = []
        with patient(slept) as http, pytest.raises(FetchError, match=r"certificate of 127\.0\.0\.1 cannot be verified"):
            http.get(f"https://127.0.0.1:{listener.getsockname()[1]}/")
        thread.join(5)
    assert slept == []


def test_goes_through_the_proxy_that_the_environment_names(monkeypatch):
    with publishing(lambda asked: Answer(status=407)) as proxy:
        monkeypatch.delenv("NO_PROXY", raising=False)
        monkeypatch.delenv("no_proxy", raising=False)
        monkeypatch.setenv("HTTPS_PROXY", proxy.address.replace("http://", "http://me:hunter2@"))
        monkeypatch.setenv("https_proxy", proxy.address.replace("http://", "http://me:hunter2@"))
        with patient(attempts=2) as http, pytest.raises(FetchError, match="web proxy") as refused:
            http.get("https://fingertips.example/api")
    assert "hunter2" not in str(refused.value)


def test_this_machine_is_never_asked_through_a_proxy(monkeypatch):
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy", "HTTPS_PROXY", "https_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{_closed_port()}")
    with publishing(lambda asked: "a\n1\n") as publisher, patient() as http:
        assert http.get(publisher.address).text() == "a\n1\n"


def test_a_proxy_that_we_cannot_use_is_said_in_a_sentence(monkeypatch):
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.setenv("HTTPS_PROXY", "socks5://me:hunter2@proxy.example:1080")
    monkeypatch.setenv("https_proxy", "socks5://me:hunter2@proxy.example:1080")
    with patient() as http, pytest.raises(FetchError, match="which we cannot use") as refused:
        http.get("https://fingertips.example/api")
    assert "hunter2" not in str(refused.value)


def _reply(body: bytes, content_type: str = "") -> Reply:
    return Reply("https://publisher.example/x", 200, {"content-type": content_type}, body, NOW)


@pytest.mark.parametrize(
    ("body", "content_type", "encoding"),
    [
        ("Durham – café".encode(), "text/csv", ""),
        ("Durham – café".encode("utf-8-sig"), "text/csv; charset=iso-8859-1", ""),
        ("Durham – café".encode("cp1252"), "text/csv; charset=windows-1252", ""),
        ("Durham – café".encode("cp1252"), "text/csv", "cp1252"),
        ("Durham – café".encode("utf-16"), "text/csv; charset=utf-8", ""),
    ],
)
def test_text_is_read_in_the_encoding_it_is_in(body, content_type, encoding):
    assert _reply(body, content_type).text(encoding) == "Durham – café"


def test_text_in_another_encoding_is_refused_not_garbled():
    with pytest.raises(FetchError, match="not UTF-8 at byte 7"):
        _reply("Durham – café".encode("cp1252"), "text/csv").text()


def test_an_encoding_that_does_not_exist_is_said():
    with pytest.raises(FetchError, match="does not exist"):
        _reply(b"x", "text/csv; charset=utf-9").text()


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"<!DOCTYPE html><html><head><title>Service unavailable</title>", "headed 'Service unavailable'"),
        (b"\xef\xbb\xbf  <HTML>", "web page where JSON was expected"),
        (b'{"a": [1, 2', "breaks off"),
        (b"", "breaks off"),
        (b"[" * 100_000, "nested beyond reading"),
    ],
)
def test_what_is_no_json_is_said(body, said):
    with pytest.raises(FetchError, match=said):
        _reply(body).json()
