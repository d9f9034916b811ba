from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator
from io import BytesIO, UnsupportedOperation
from pathlib import Path
from typing import Any

import httpx2
import pytest

from engine.errors import NotSignedInError, StorageError
from engine.service.filing import told_apart
from engine.service.looking import reading
from engine.service.workplace import By, File, Workplace
from engine.web import bodies, limits, protocol, reception, spool
from engine.web.denying import Gate
from engine.web.problems import Problem
from engine.web.spool import Spool
from tests.web.servers import Served, identify, problem, served
from tests.worlds import World

FORM = json.dumps({"question": "form"})
REQUEST = {"request": (None, FORM, "application/json")}


def attached(client: httpx2.Client, ref: str, **files: Any) -> httpx2.Response:
    return client.post(f"/cases/{ref}/documents", files={**REQUEST, **files})


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.web.parts.MOST_FILE", 200_000)
    monkeypatch.setattr("engine.web.bodies.MOST_TOGETHER", 300_000)


def test_a_json_document_of_a_megabyte_is_taken_and_no_larger_one(bess: httpx2.Client) -> None:
    head = {"content-type": "application/json"}
    fits = b'{"workflow": "x"' + b" " * (limits.MOST_JSON - 17) + b"}"
    assert bess.post("/cases", content=fits, headers=head).status_code == 400
    assert "1 MB" in problem(bess.post("/cases", content=fits + b" ", headers=head), 413)["detail"]

    def pieces() -> Iterator[bytes]:
        for _ in range(30):
            yield b" " * 50_000

    problem(bess.post("/cases", content=pieces(), headers=head), 413)


@pytest.mark.usefixtures("small")
def test_a_file_and_all_files_together_have_their_limits(
    office: World, bess: httpx2.Client
) -> None:
    ref = office.notified()
    assert attached(bess, ref, document=("a", b"x" * 200_000)).status_code == 200
    problem(attached(bess, ref, document=("a", b"x" * 200_001)), 413)
    two = {"document": ("a", b"x" * 160_000), "evidence": ("b", b"x" * 160_000)}
    problem(attached(bess, ref, **two), 413)

    def pieces() -> Iterator[bytes]:
        yield b'--x\r\nContent-Disposition: form-data; name="document"; filename="a"\r\n\r\n'
        for _ in range(30):
            yield b"x" * 50_000

    head = {"content-type": "multipart/form-data; boundary=x"}
    problem(bess.post(f"/cases/{ref}/documents", content=pieces(), headers=head), 413)


def test_what_is_not_let_in_is_refused_before_any_of_its_files_has_come(
    office: World, web: Served
) -> None:
    ref, sent = office.notified(), 0

    def pieces() -> Iterator[bytes]:
        nonlocal sent
        for _ in range(600):
            sent += 1
            yield b"x" * 50_000

    head = {"content-type": "multipart/form-data; boundary=x"}
    nobody = web.client(timeout=5)
    answer = nobody.post(f"/cases/{ref}/documents", content=pieces(), headers=head)
    problem(answer, 401)


def parts(*told: bytes) -> bytes:
    return b"".join(b"--x\r\n" + one + b"\r\n" for one in told) + b"--x--\r\n"


ASKED = b'Content-Disposition: form-data; name="request"\r\n\r\n' + FORM.encode()
GIVEN = b'Content-Disposition: form-data; name="document"; filename="a"\r\n\r\nwhat'


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"--x",
        b"nothing of the kind",
        parts(ASKED, GIVEN)[:-10],
        parts(ASKED, GIVEN, GIVEN),
        parts(ASKED, ASKED, GIVEN),
        parts(ASKED, GIVEN.replace(b"document", b"other")),
        parts(ASKED, GIVEN.replace(b"document", b"papers/form")),
        parts(ASKED, GIVEN.replace(b"; name", b"; nome")),
        parts(ASKED, GIVEN.replace(b"form-data", b"attachment")),
        parts(ASKED, GIVEN.replace(b'"a"', b'"\xff\xfe"')),
        parts(ASKED, GIVEN.replace(b"Content", b"X: " + b"y" * 9000 + b"\r\nContent")),
        parts(ASKED.replace(b"}", b""), GIVEN),
        parts(ASKED.replace(b"}", b', "document": "a"}'), GIVEN),
        parts(ASKED.replace(b"}", b', "ref": "a"}'), GIVEN),
        parts(GIVEN),
    ],
)
def test_parts_that_are_no_request_are_a_mistake(
    office: World, bess: httpx2.Client, body: bytes
) -> None:
    ref = office.notified()
    head = {"content-type": "multipart/form-data; boundary=x"}
    told = problem(bess.post(f"/cases/{ref}/documents", content=body, headers=head), 400)
    assert told["mistakes"]
    assert bess.get(f"/cases/{ref}/documents").json()["documents"] == []


def test_a_step_takes_the_documents_that_answer_its_questions(
    office: World, bess: httpx2.Client
) -> None:
    ref = office.notified()
    request = {"request": (None, "{}", "application/json")}
    paper = {"papers/form": ("C:\\Users\\x\\form\x07.pdf", b"what was sent")}
    answer = bess.post(f"/cases/{ref}/steps/record_letter", files={**request, **paper})
    assert answer.status_code == 200, answer.text
    [held] = bess.get(f"/cases/{ref}/documents").json()["documents"]
    assert held["question"] == "form"


@pytest.mark.parametrize("size", [0, 1, 99, 100, 101, 5000])
def test_a_file_on_its_way_is_read_as_it_was_written_and_lies_nowhere_in_clear(
    size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = BytesIO()
    monkeypatch.setattr(spool.tempfile, "TemporaryFile", lambda: disk)
    content = (b"a name that must not be found " * 200)[:size]
    made = Spool(in_memory=100)
    for at in range(0, size, 64):
        made.write(content[at : at + 64])
    for _ in range(2):
        made.rewind()
        assert b"".join(iter(lambda: made.read(37), b"")) == content
    assert bool(disk.getvalue()) == (size > 100)
    assert b"name that must" not in disk.getvalue()
    made.close()
    assert made.size == size


def test_a_file_on_its_way_has_no_name_in_any_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spool.tempfile, "tempdir", str(tmp_path))
    made = Spool(in_memory=1)
    made.write(b"what was found")
    assert list(tmp_path.iterdir()) == []
    made.close()


class Attempts:
    """A gate, who has a token, and a clock that the test holds."""

    def __init__(self, place: Workplace) -> None:
        self.now, self.judged = 0.0, 0
        self.place = place
        self.gate = Gate(self._identify, lambda: self.now)

    def _identify(self, place: Workplace, authorization: str) -> By:
        self.judged += 1
        if authorization != "right":
            raise NotSignedInError
        return By("bess")

    def come(self, source: str, said: str = "wrong") -> int:
        try:
            self.gate.admit(self.place, said, source)
        except NotSignedInError:
            return 401
        except Problem as found:
            return found.status
        return 200


def test_of_many_failed_attempts_from_one_address_only_the_first_are_judged_and_logged(
    office: World,
) -> None:
    door = Attempts(office.place)
    assert door.come("10.0.0.9", "right") == 200
    said = [door.come("10.0.0.9") for _ in range(30)]

    assert said == [401] * limits.DENIED_AT_ONCE + [429] * (30 - limits.DENIED_AT_ONCE)
    assert door.judged == 1 + limits.DENIED_AT_ONCE
    # Whoever came in from there before still does, and others from elsewhere do.
    assert door.come("10.0.0.9", "right") == 200
    assert door.come("10.0.0.8", "right") == 200
    door.now += limits.MINUTE
    assert door.come("10.0.0.9") == 401


def test_of_one_network_of_the_newer_kind_all_addresses_count_as_one(office: World) -> None:
    door = Attempts(office.place)
    said = [door.come(f"2001:db8:1:2::{at:x}") for at in range(1, 20)]
    assert said.count(401) == limits.DENIED_AT_ONCE
    assert door.come("2001:db8:1:3::1") == 401


def test_from_however_many_addresses_attempts_are_held_back_and_little_is_remembered(
    office: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.web.denying.MOST_SOURCES", 50)
    door = Attempts(office.place)
    said = [door.come(f"10.1.{at // 250}.{at % 250}") for at in range(1000)]
    assert said.count(401) == limits.DENIED_TOGETHER
    assert len(door.gate._failed) <= 50
    for at in range(100):
        door.come(f"10.2.0.{at}", "right")
    assert len(door.gate._known) <= 50


def test_behind_a_proxy_what_it_added_last_is_the_address(office: World) -> None:
    seen: list[str] = []
    with served(office.place, behind_proxy=True) as web:
        admit = web.reception.gate.admit

        def look(place: Workplace, authorization: str, source: str) -> By:
            seen.append(source)
            return admit(place, authorization, source)

        web.reception.gate.admit = look  # type: ignore[method-assign]
        head = {"X-Forwarded-For": "6.6.6.6, 10.0.0.7"}
        assert web.client("bess").get("/today", headers=head).status_code == 200
    assert seen == ["10.0.0.7"]


def test_more_requests_at_once_than_can_be_answered_are_told_to_come_again(
    office: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reception, "MOST_AT_ONCE", 1)
    inside, go_on = threading.Event(), threading.Event()

    def wait(place: Workplace, authorization: str) -> By:
        inside.set()
        assert go_on.wait(10)
        return identify(place, authorization)

    with served(office.place, identify=wait) as web:
        said: list[int] = []
        slow = web.client("bess")
        first = threading.Thread(target=lambda: said.append(slow.get("/today").status_code))
        first.start()
        assert inside.wait(10)
        busy = web.client("bess").get("/today")
        go_on.set()
        first.join(10)
    assert problem(busy, 503)["detail"]
    assert busy.headers["retry-after"] == "1"
    assert said == [200]


def test_health_says_no_more_than_whether_the_database_answers(
    office: World, web: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    nobody = web.client()
    assert nobody.get("/health").json() == {"status": "ok"}

    def fail(*given: object) -> int:
        raise StorageError("The disk /dev/sda is full.")

    monkeypatch.setattr(reading, "version", fail)
    assert "sda" not in str(problem(nobody.get("/health"), 503))


def raw(web: Served, sent: bytes) -> bytes:
    """What comes back on a connection of its own, to its end."""
    host, _, port = web.url.removeprefix("http://").removesuffix("/v1").partition(":")
    with socket.create_connection((host, int(port)), 10) as connection:
        connection.sendall(sent)
        return b"".join(iter(lambda: connection.recv(65536), b""))


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"GARBAGE\r\n\r\n", b"400"),
        (b"GET /v1/health HTTP/1.1\r\n\r\n", b"400"),
        (b"GET /v1/health HTTP/1.1\r\nHost: x\r\nX: " + b"y" * 40_000, b"431"),
        (b"POST /v1/cases HTTP/1.1\r\nHost: x\r\nContent-Length: x\r\n\r\n", b"400"),
        (
            b"POST /v1/cases HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n"
            b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            b"400",
        ),
    ],
)
def test_what_is_no_http_is_told_so_as_a_problem(web: Served, sent: bytes, status: bytes) -> None:
    head, _, body = raw(web, sent).partition(b"\r\n\r\n")
    assert head.split()[1] == status
    assert b"application/problem+json" in head
    assert b"no-store" in head
    assert json.loads(body)["status"] == int(status)


def test_whoever_begins_no_request_is_let_go(
    office: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protocol, "TO_BEGIN", 0.3)
    with served(office.place) as web:
        began = time.monotonic()
        assert raw(web, b"") == b""
        assert raw(web, b"GET /v1/health HTTP/1.1\r\nHost:") == b""
        again = raw(web, b"GET /v1/health HTTP/1.1\r\nHost: x\r\n\r\n")
        assert time.monotonic() - began < 10
        assert again.startswith(b"HTTP/1.1 200")


def test_whoever_does_not_end_a_request_is_told_that_it_took_too_long(
    office: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bodies, "TO_SEND", 0.3)
    head = (
        b"POST /v1/cases HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer token-bess\r\n"
        b"Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{"
    )
    with served(office.place) as web:
        assert raw(web, head).startswith(b"HTTP/1.1 408")


def test_there_are_no_more_connections_than_there_may_be(
    office: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protocol, "MOST_CONNECTIONS", 2)
    with served(office.place) as web:
        host, _, port = web.url.removeprefix("http://").removesuffix("/v1").partition(":")
        held = [socket.create_connection((host, int(port)), 10) for _ in range(2)]
        for one in held:
            one.sendall(b"GET /v1/health HTTP/1.1\r\nHost: x\r\n\r\n")
            assert one.recv(100)
        assert raw(web, b"").startswith(b"HTTP/1.1 503")
        for one in held:
            one.close()


def test_whoever_goes_away_before_the_end_leaves_nothing_behind(office: World, web: Served) -> None:
    before = len(office.events(office.notified()))
    host, _, port = web.url.removeprefix("http://").removesuffix("/v1").partition(":")
    with socket.create_connection((host, int(port)), 10) as connection:
        connection.sendall(
            b"POST /v1/cases HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer token-bess\r\n"
            b"Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{"
        )
    assert before
    assert web.client("bess").get("/today").status_code == 200


def test_a_file_on_its_way_is_told_from_another_and_read_from_its_beginning_again() -> None:
    made = Spool(in_memory=4)
    made.write(b"12345678")
    made.rewind()

    first = told_apart(File("a.pdf", made.file))

    assert first == told_apart(File("a.pdf", BytesIO(b"12345678")))
    assert first != told_apart(File("a.pdf", BytesIO(b"12345679")))
    assert (made.read(), made.seek(0), made.read()) == (b"12345678", 0, b"12345678")
    with pytest.raises(UnsupportedOperation):
        made.seek(3)
    made.close()
