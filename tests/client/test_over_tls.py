"""A server is made sure of: by the authorities that the system knows, or the one that is named."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import trustme

from engine.cli.remote.address import server
from engine.cli.remote.wire import Call, Wire
from engine.errors import UnreachableError
from tests.client.remote import Away
from tests.client.standing_in import Said, StandIn, standing_in

EMPTY = {"cases": [], "complete": True, "next": None, "cautions": []}


@contextmanager
def listening(host: str, ca: trustme.CA, *answers: Said) -> Iterator[StandIn]:
    """A stand-in with a certificate for a name."""
    made = StandIn([*answers])

    class Handler(BaseHTTPRequestHandler):
        timeout = 5

        def do_GET(self) -> None:
            made.take(self, b"")

        def log_message(self, *said: object) -> None:
            return

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *said: object) -> None:
            """A client that does not trust it goes away."""

    listener = Server(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ca.issue_cert(host).configure_cert(context)
    listener.socket = context.wrap_socket(
        listener.socket, server_side=True, do_handshake_on_connect=False
    )
    thread = threading.Thread(target=listener.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    made.url = f"https://127.0.0.1:{listener.server_address[1]}"
    try:
        yield made
    finally:
        listener.shutdown()
        listener.server_close()
        thread.join(5)


@pytest.fixture(scope="module")
def ca() -> trustme.CA:
    return trustme.CA()


def test_an_authority_that_is_named_is_trusted_and_no_other(ca: trustme.CA, tmp_path: Path) -> None:
    mine, other = tmp_path / "mine.pem", tmp_path / "other.pem"
    ca.cert_pem.write_to_path(str(mine))
    trustme.CA().cert_pem.write_to_path(str(other))
    with listening("127.0.0.1", ca, Said(200, EMPTY)) as it:
        away = Away("", "lee", tmp_path)
        words = ("--server", it.url, "--server-ca")
        assert away.run(*words, str(mine), "list").exit_code == 0
        said = away.refused(11, *words, str(other), "list")
        assert "The certificate of 127.0.0.1 is not trusted (" in said
        assert "name its certificate with --server-ca FILE" in said
        assert "is not trusted" in away.refused(11, "--server", it.url, "list")
        assert "it is a PEM file" in away.refused(2, *words, str(tmp_path / "none"), "list")


def test_a_certificate_for_another_name_is_not_taken(ca: trustme.CA, tmp_path: Path) -> None:
    mine = tmp_path / "mine.pem"
    ca.cert_pem.write_to_path(str(mine))
    with listening("elsewhere.example", ca) as it:
        away = Away("", "lee", tmp_path)
        said = away.refused(11, "--server", it.url, "--server-ca", str(mine), "list")
    assert "is not trusted" in said
    assert it.asked == []


def test_no_proxy_of_the_environment_is_asked_and_one_that_is_named_is(
    ca: trustme.CA, tmp_path: Path
) -> None:
    mine = tmp_path / "mine.pem"
    ca.cert_pem.write_to_path(str(mine))
    nobody = "http://127.0.0.1:1"
    with listening("127.0.0.1", ca, Said(200, EMPTY)) as it:
        away = Away("", "lee", tmp_path)
        words = ("--server", it.url, "--server-ca", str(mine), "list")
        environment = {"https_proxy": nobody, "HTTPS_PROXY": nobody, "ALL_PROXY": nobody}
        assert away.run(*words, **environment).exit_code == 0
        assert "There is no way to" in away.refused(11, *words, CASETRAIL_PROXY=nobody)


def test_what_does_not_speak_tls_is_said_not_to(tmp_path: Path) -> None:
    class Plain(BaseHTTPRequestHandler):
        def log_message(self, *said: object) -> None:
            return

    listener = ThreadingHTTPServer(("127.0.0.1", 0), Plain)
    thread = threading.Thread(target=listener.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    url = f"https://127.0.0.1:{listener.server_address[1]}"
    said = Away(url, "lee", tmp_path).refused(11, "list")
    listener.shutdown()
    listener.server_close()
    thread.join(5)

    assert "does not speak TLS" in said


def test_a_server_that_never_ends_its_answer_is_let_go_of() -> None:
    stop = threading.Event()

    def dripping(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "1000000")
        handler.end_headers()
        while not stop.wait(0.02):
            handler.wfile.write(b" ")

    with standing_in(dripping) as it:
        reply = Wire(server(it.url), to_answer=0.3).send(Call("GET", "/cases"))
        with pytest.raises(OSError, match="broke off"):
            reply.read()
        stop.set()


def test_a_server_that_sends_more_than_anything_holds_is_let_go_of() -> None:
    with standing_in(Said(200, b"x" * 100_000)) as it:
        reply = Wire(server(it.url)).send(Call("GET", "/cases"))
        with pytest.raises(UnreachableError, match="which is not taken"):
            reply.read(most=50_000)
