"""Promise P23: messages are posted to allowed hosts alone, at a public number that was checked."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic

import pytest

from engine.errors import DeliveryError
from notifiers.posting import Answer, Call, Gate, exchange
from notifiers.targets import is_place, may_reach, target
from tests.receiving import Receiver, Said, authority, http_server
from tests.spellings import INSIDE, NAMES, NUMBERS, PUBLIC, SPELLINGS


@pytest.mark.parametrize("number", INSIDE)
def test_a_number_that_is_not_public_is_not_reached(number: str) -> None:
    assert not may_reach(number, inside=False)


@pytest.mark.parametrize("number", PUBLIC)
def test_a_public_number_is_reached(number: str) -> None:
    assert may_reach(number, inside=False)


@pytest.mark.parametrize("number", ["", "localhost", "1.2.3", "0x7f.1", "127.1", "1.2.3.4 ", "::g"])
def test_what_is_no_number_is_not_reached(number: str) -> None:
    assert not may_reach(number, inside=True)


@pytest.mark.parametrize(
    ("number", "reached"),
    [
        ("10.1.2.3", True),
        ("172.16.9.9", True),
        ("192.168.1.1", True),
        ("100.64.0.1", True),
        ("127.0.0.1", True),
        ("::1", True),
        ("fd12::1", True),
        ("8.8.8.8", True),
        ("169.254.169.254", False),
        ("100.100.100.200", False),
        ("fd00:ec2::254", False),
        ("fe80::1", False),
        ("0.0.0.0", False),
        ("::", False),
        ("224.0.0.1", False),
        ("::ffff:10.0.0.1", False),
        ("::ffff:169.254.169.254", False),
    ],
)
def test_a_host_of_the_own_network_is_reached_there_but_never_where_machines_tell_secrets(
    number: str, reached: bool
) -> None:
    assert may_reach(number, inside=True) is reached


@dataclass
class Canary:
    """Listens inside, and counts whoever comes."""

    port: int
    callers: list[str] = field(default_factory=list)


@contextmanager
def canary() -> Iterator[Canary]:
    with ExitStack() as stack:
        first = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        found = Canary(first.getsockname()[1])
        listening = [first]
        for number in ("127.0.0.2", "127.255.255.254", "::1"):
            family = socket.AF_INET6 if ":" in number else socket.AF_INET
            listening.append(
                stack.enter_context(socket.create_server((number, found.port), family=family))
            )
        counting = [threading.Thread(target=_count, args=(one, found)) for one in listening]
        for one in counting:
            one.start()
        try:
            yield found
        finally:
            for door, one in zip(listening, counting, strict=True):
                door.shutdown(socket.SHUT_RDWR)
                one.join()


def _count(door: socket.socket, found: Canary) -> None:
    while True:
        try:
            caller, (number, *_) = door.accept()
        except OSError:
            return
        found.callers.append(str(number))
        caller.close()


@pytest.fixture(scope="module")
def bird() -> Iterator[Canary]:
    with canary() as found:
        yield found


def test_the_canary_hears_whoever_comes(bird: Canary) -> None:
    for number in ("127.0.0.1", "127.0.0.2", "::1"):
        before = len(bird.callers)
        with closing(socket.create_connection((number, bird.port))) as caller:
            assert caller.recv(1) == b""
        assert len(bird.callers) == before + 1
    bird.callers.clear()


def test_there_are_enough_spellings() -> None:
    assert len(set(SPELLINGS)) >= 120


@dataclass
class Resolver:
    """Answers each time with the next of its answers, and then with the last for ever."""

    answers: Sequence[Sequence[str]]
    asked: list[str] = field(default_factory=list)

    def __call__(self, name: str, port: int) -> Sequence[str]:
        self.asked.append(name)
        return self.answers[min(len(self.asked), len(self.answers)) - 1]


def gate(resolver: Resolver, *allow: str, inside: Sequence[str] = (), folder: Path) -> Gate:
    return Gate(
        allow=frozenset(allow),
        timeout=2,
        trust=ssl.create_default_context(cafile=authority(folder).file),
        inside=frozenset(inside),
        allow_insecure=frozenset(inside),
        resolve=resolver,
    )


def sent(url: str, through: Gate) -> Answer | DeliveryError:
    """Post to a web address, as a message's recipient gives it."""
    try:
        where = target(url)
    except ValueError:
        return DeliveryError("no plain web address", again=False)
    try:
        return exchange(through, where, Call("POST", {}, b"{}"))
    except DeliveryError as error:
        return error


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_no_spelling_of_a_place_inside_is_ever_connected_to(
    spelling: str, bird: Canary, tmp_path_factory: pytest.TempPathFactory
) -> None:
    url = spelling.replace("{port}", f":{bird.port}")
    folder = tmp_path_factory.getbasetemp()
    # Every host is allowed that can be; whatever has a name is inside.
    hosts = [host for host in (*NUMBERS, *NAMES) if is_place(host, with_port=False)]
    allow = [f"{host}:{bird.port}" for host in (*hosts, "hooks.partnership.example")]
    through = gate(Resolver([["127.0.0.1", "::1", "127.0.0.2"]]), *allow, folder=folder)
    refused = sent(url, through)
    assert isinstance(refused, DeliveryError)
    assert bird.callers == []


@pytest.mark.parametrize("where", [f"https://{host}/" for host in ("127.0.0.1", "[::1]")])
def test_a_host_that_is_not_allowed_is_not_even_looked_up(where: str, tmp_path: Path) -> None:
    resolver = Resolver([["8.8.8.8"]])
    through = gate(resolver, "hooks.partnership.example", folder=tmp_path)
    for url in (where, "https://other.example/", "https://hooks.partnership.example:8443/"):
        refused = sent(url, through)
        assert isinstance(refused, DeliveryError)
        assert refused.again
        assert "other.example" not in str(refused)
    assert resolver.asked == []


def test_no_redirect_to_any_spelling_is_followed(bird: Canary, tmp_path: Path) -> None:
    receiver = Receiver()
    with http_server(receiver) as port:
        through = gate(
            Resolver([["127.0.0.1"]]), f"hooks.example:{port}", inside=["hooks.example"],
            folder=tmp_path,
        )  # fmt: skip
        for number, spelling in enumerate(SPELLINGS):
            there = spelling.replace("{port}", f":{bird.port}")
            plain = there.encode("utf-8", "replace").decode("latin-1")
            safe = "".join(one for one in plain if one not in "\r\n")
            status = (301, 302, 303, 307, 308)[number % 5]
            receiver.answer = lambda _, safe=safe, status=status: Said(
                status, b"", (("Location", safe), ("Refresh", f"0; url={safe}"))
            )
            answer = sent(f"http://hooks.example:{port}/", through)
            assert isinstance(answer, Answer)
            assert answer.status == status
    assert len(receiver.got) == len(SPELLINGS)
    assert bird.callers == []


def test_a_name_is_looked_up_once_and_what_was_checked_is_connected_to(tmp_path: Path) -> None:
    receiver = Receiver()
    with http_server(receiver, authority(tmp_path).server("hooks.example")) as port:
        rebinding = Resolver([["127.0.0.1"], ["127.0.0.2"]])
        through = gate(
            rebinding, f"hooks.example:{port}", inside=["hooks.example"], folder=tmp_path
        )
        # Here somebody waits for whoever asks a second time.
        with socket.create_server(("127.0.0.2", port)) as second:
            answer = sent(f"https://hooks.example:{port}/", through)
            second.settimeout(0)
            with pytest.raises(BlockingIOError):
                second.accept()
    assert isinstance(answer, Answer)
    assert answer.status == 204
    assert rebinding.asked == ["hooks.example"]
    assert receiver.got[0].headers["Host"] == f"hooks.example:{port}"


@pytest.mark.parametrize("number", INSIDE)
def test_one_number_inside_among_public_ones_refuses_the_name(
    number: str, bird: Canary, tmp_path: Path
) -> None:
    for answer in (["8.8.8.8", number], [number, "2606:4700::1111"]):
        through = gate(Resolver([answer]), f"rebind.example:{bird.port}", folder=tmp_path)
        refused = sent(f"https://rebind.example:{bird.port}/", through)
        assert isinstance(refused, DeliveryError)
        assert refused.again
        assert "not on the public network" in str(refused)
    assert bird.callers == []


def test_a_name_that_nobody_knows_is_tried_again(tmp_path: Path) -> None:
    def nobody(_: str, __: int) -> Sequence[str]:
        raise socket.gaierror(-2, "Name or service not known")

    for resolver in (nobody, Resolver([[]])):
        through = Gate(
            frozenset(["hooks.example"]), 1, ssl.create_default_context(), resolve=resolver
        )
        refused = sent("https://hooks.example/", through)
        assert isinstance(refused, DeliveryError)
        assert refused.again


def test_a_resolver_that_never_answers_is_not_waited_for(tmp_path: Path) -> None:
    asked, over = threading.Event(), threading.Event()

    def silent(_: str, __: int) -> Sequence[str]:
        asked.set()
        over.wait(30)
        return []

    through = Gate(frozenset(["hooks.example"]), 0.2, ssl.create_default_context(), resolve=silent)
    refused = sent("https://hooks.example/", through)
    over.set()
    assert asked.is_set()
    assert isinstance(refused, DeliveryError)
    assert refused.again
    assert "timed out" in str(refused)


def test_the_next_number_is_tried_where_one_does_not_answer(tmp_path: Path) -> None:
    receiver = Receiver()
    with http_server(receiver) as port:
        through = gate(
            Resolver([["::1", "127.0.0.9", "127.0.0.1"]]), f"a.example:{port}",
            inside=["a.example"], folder=tmp_path,
        )  # fmt: skip
        assert sent(f"http://a.example:{port}/", through) == Answer(204, b"")


def test_a_number_that_hangs_leaves_time_for_the_next(tmp_path: Path) -> None:
    receiver = Receiver()
    with http_server(receiver) as port, ExitStack() as stack:
        stack.enter_context(socket.create_server(("127.0.0.9", port), backlog=0))
        for _ in range(8):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(("127.0.0.9", port))
        through = gate(
            Resolver([["127.0.0.9", "127.0.0.1"]]), f"a.example:{port}",
            inside=["a.example"], folder=tmp_path,
        )  # fmt: skip
        begun = monotonic()
        assert sent(f"http://a.example:{port}/", through) == Answer(204, b"")
        assert monotonic() - begun >= 0.9


def test_no_proxy_of_the_environment_is_used(
    bird: Canary, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        for spelt in (name, name.upper()):
            monkeypatch.setenv(spelt, f"http://127.0.0.1:{bird.port}")
    receiver = Receiver()
    with http_server(receiver) as port:
        through = gate(
            Resolver([["127.0.0.1"]]), f"a.example:{port}", inside=["a.example"], folder=tmp_path
        )
        assert sent(f"http://a.example:{port}/", through) == Answer(204, b"")
    assert bird.callers == []


@pytest.mark.parametrize(
    ("url", "parts"),
    [
        ("https://a.example", ("https", "a.example", 443, "/")),
        ("http://a.example/b", ("http", "a.example", 80, "/b")),
        ("https://a.example?x=y", ("https", "a.example", 443, "/?x=y")),
        (
            "https://xn--bcher-kva.example:8443/b/c?d=e?f",
            ("https", "xn--bcher-kva.example", 8443, "/b/c?d=e?f"),
        ),
        ("https://8.8.8.8:65535/", ("https", "8.8.8.8", 65535, "/")),
        ("https://[2606:4700::1111]/", ("https", "[2606:4700::1111]", 443, "/")),
    ],
)
def test_a_plain_address_is_taken_apart(url: str, parts: tuple[str, str, int, str]) -> None:
    assert tuple(target(url)) == parts


@pytest.mark.parametrize(
    "url",
    [
        "https://[2606:4700:0::1111]/",
        "https://[2606:4700::0:1111]/",
        "https://[2606:4700:0:0:0:0:0:1111]/",
        "https://[2606:4700::1111",
        "https://[8.8.8.8]/",
        "https://08.8.8.8/",
        "https://8.8.2056/",
        "https://134744072/",
        "https://0x8080808/",
        "https://a.0x8/",
        "https://a.example:0443/",
        "https://a.example:65536/",
        "https://" + "a." * 126 + "aa/",
    ],
)
def test_a_public_place_that_is_spelt_otherwise_is_not_taken(url: str) -> None:
    with pytest.raises(ValueError, match="plain"):
        target(url)
