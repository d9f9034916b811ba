"""Every notifier against its real counterpart, and against one that goes wrong.

Whatever the counterpart does: the message is delivered, or there is one DeliveryError, in time,
that repeats nothing of what the counterpart said and of what it was told.
"""

from __future__ import annotations

import gzip
import socket
import threading
import traceback
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from time import monotonic

import pytest

from engine.errors import DeliveryError
from notifiers import NOTIFIERS
from notifiers.making import build
from notifiers.message import Notifier, Receipt
from tests.channels import (
    CHANNELS,
    chat_notifier,
    notify_notifier,
    program,
    webhook_notifier,
)
from tests.faulty import CANARY, Fault, faulty, http_faults, mail_faults
from tests.mailing import LOGIN, MESSAGE, SENDER, says_nothing_of, wiring
from tests.receiving import (
    API_KEY,
    KEY_SECRET,
    SECRET,
    Authority,
    Receiver,
    Said,
    authority,
    http_server,
)

GRACE = 4.0
"""Seconds more than its time limit that a delivery may take on a busy machine."""
NAMED = replace(MESSAGE, id="5f2c9a7e.remind-2", to="robin.canary@partnership.example")
SECRETS = (SECRET, KEY_SECRET, API_KEY, *LOGIN, "url-token-canary", "hooks/casetrail", CANARY)
"""Of these nothing may stand in an error."""


@dataclass(frozen=True)
class Outcome:
    """What came of one delivery."""

    receipt: Receipt | None
    error: BaseException | None
    seconds: float


def outcome(send: Callable[[], Receipt]) -> Outcome:
    begun = monotonic()
    try:
        return Outcome(send(), None, monotonic() - begun)
    except BaseException as error:
        return Outcome(None, error, monotonic() - begun)


def everything_in(error: BaseException) -> str:
    """All of an error that a log could ever show."""
    shown = "".join(traceback.format_exception(error))
    return f"{shown} {error!r} {vars(error)} {error.__context__!r} {error.__cause__!r}"


def mail_notifier(name: str, folder: Path, port: int) -> Notifier:
    table = {
        "host": "localhost",
        "port": port,
        "tls": "implicit",
        "from": SENDER,
        "timeout": 1,
        "ca_file": authority(folder).file,
    }
    return build(name, table, wiring(folder))


def chat_over_tls(folder: Path, port: int) -> Notifier:
    url = f"jsons://localhost:{port}/url-token-canary?rto=30&cto=30&verify=no&redirect=yes"
    return chat_notifier(folder, url, timeout=1, ca_file=authority(folder).file)


MAKERS: Mapping[str, Callable[[Path, int], Notifier]] = {
    "smtp": lambda folder, port: mail_notifier("smtp", folder, port),
    "calendar": lambda folder, port: mail_notifier("calendar", folder, port),
    "webhook": webhook_notifier,
    "notify": notify_notifier,
    "chat": chat_over_tls,
}
LASTS = {"smtp": 4, "calendar": 4}
"""How many seconds a delivery may last, where that is more than one."""
NEVER_TAKEN = {"chat": "Apprise reads the whole of an answer before it says that it has one."}
ALWAYS_AGAIN = {"chat": "Apprise does not say why."}

HTTP = http_faults("http://127.0.0.1:1/inside")
MAIL = mail_faults()
ALIKE = {
    "hangs after it accepts", "resets within the status", "says what is no chunk",
    "says no status", "says a status of words", "says status 999", "says status 103",
    "moves inside (301)", "moves inside (308)", "refuses (401)", "refuses (404)", "refuses (410)",
    "is slow itself (408)", "fails (503)", "shows a certificate that is not yet good",
    "speaks in clear first", "breaks off its body", "sends a line without end",
}  # fmt: skip
"""Each costs chat a program of its own, and Apprise does not tell it from another."""
FAULTS = {
    "webhook": HTTP,
    "notify": HTTP,
    "chat": {fault: told for fault, told in HTTP.items() if fault not in ALIKE},
    "smtp": MAIL,
    "calendar": MAIL,
}
CASES = [(name, fault) for name, faults in FAULTS.items() for fault in faults]


class Bird:
    """Listens where redirects lead, and counts who comes."""

    def __init__(self, door: socket.socket) -> None:
        self.port = door.getsockname()[1]
        self.callers = 0
        self._door = door

    def count(self) -> None:
        while True:
            try:
                caller, _ = self._door.accept()
            except OSError:
                return
            self.callers += 1
            caller.close()


@pytest.fixture(scope="module")
def bird() -> Iterator[Bird]:
    with socket.create_server(("127.0.0.1", 0)) as door:
        found = Bird(door)
        counting = threading.Thread(target=found.count)
        counting.start()
        yield found
        door.shutdown(socket.SHUT_RDWR)
        counting.join()


Played = Callable[[str], Mapping[str, Outcome]]


@pytest.fixture(scope="module")
def played(bird: Bird, tmp_path_factory: pytest.TempPathFactory) -> Played:
    """A notifier's delivery to every faulty receiver, many at a time: most of it is waiting."""
    here, elsewhere = (authority(tmp_path_factory.mktemp(name)) for name in ("ours", "others"))
    http = http_faults(f"http://127.0.0.1:{bird.port}/{CANARY}")

    @cache
    def play(name: str) -> Mapping[str, Outcome]:
        faults = FAULTS[name]
        with ThreadPoolExecutor(24) as players:
            told = [MAIL[fault] if name in LASTS else http[fault] for fault in faults]
            found = players.map(lambda one: met(name, one, here, elsewhere), told)
            return dict(zip(faults, found, strict=True))

    return play


def met(name: str, fault: Fault, here: Authority, elsewhere: Authority) -> Outcome:
    with ExitStack() as stack:
        port = stack.enter_context(faulty(fault, here, elsewhere))
        if fault.script is None:
            # Who is not accepted hangs only where as many wait as may.
            fill(port, stack)
        notifier = MAKERS[name](Path(here.file).parent, port)
        return outcome(lambda: notifier.send(NAMED))


def fill(port: int, stack: ExitStack) -> None:
    for _ in range(16):
        waiting = stack.enter_context(closing(socket.socket()))
        waiting.setblocking(False)
        waiting.connect_ex(("127.0.0.1", port))


def test_every_notifier_is_in_this_suite() -> None:
    beside = {"console", "file", "command"}
    assert {*MAKERS, *beside} == set(NOTIFIERS) == set(CHANNELS)
    assert FAULTS.keys() == MAKERS.keys()
    assert all(len(faults) >= 24 for faults in FAULTS.values())


@pytest.mark.parametrize(("name", "fault"), CASES)
def test_a_receiver_that_goes_wrong_makes_one_error_in_time_that_repeats_nothing(
    name: str, fault: str, played: Played
) -> None:
    found, told = played(name)[fault], FAULTS[name][fault]
    assert found.seconds < LASTS.get(name, 1) + GRACE
    if found.error is None:
        assert told.taken, "a message that was not taken counts as delivered"
        assert found.receipt is not None
        assert found.receipt.channel == name
        assert CANARY not in found.receipt.detail
        return
    assert isinstance(found.error, DeliveryError), everything_in(found.error)
    assert name in NEVER_TAKEN or not told.taken
    assert found.error.again is (told.again or name in ALWAYS_AGAIN)
    assert found.seconds >= 0.9 or not told.hangs
    shown = everything_in(found.error)
    assert [secret for secret in (*SECRETS, NAMED.to, "robin") if secret in shown] == []
    assert says_nothing_of(NAMED, shown)


@pytest.mark.parametrize("name", ["webhook", "notify", "chat"])
def test_nobody_is_led_on_to_a_place_inside(name: str, bird: Bird, played: Played) -> None:
    assert len(played(name)) == len(FAULTS[name])
    assert bird.callers == 0


@pytest.mark.parametrize("name", NOTIFIERS)
def test_a_repeat_is_known_by_its_id_and_another_message_by_another(
    name: str, tmp_path: Path
) -> None:
    with CHANNELS[name](tmp_path) as channel:
        first = channel.notifier.send(MESSAGE)
        assert channel.notifier.send(MESSAGE) == first
        channel.notifier.send(NAMED)
        ids = [got.id for got in channel.delivered()]
    assert set(ids) == {MESSAGE.id, NAMED.id}
    assert len(ids) in (2, 3)


@pytest.mark.parametrize("name", NOTIFIERS)
def test_a_failure_before_takes_nothing_from_what_comes_after(name: str, tmp_path: Path) -> None:
    with CHANNELS[name](tmp_path) as channel:
        for _ in range(2):
            with pytest.raises(DeliveryError) as failure:
                channel.broken.send(NAMED)
            assert failure.value.again
            assert NAMED.to not in everything_in(failure.value)
        channel.notifier.send(NAMED)
        assert [got.id for got in channel.delivered()] == [NAMED.id]


@pytest.mark.parametrize("name", NOTIFIERS)
def test_many_may_send_at_once(name: str, tmp_path: Path) -> None:
    messages = [replace(MESSAGE, id=f"many-{number}") for number in range(8)]
    if name == "console":
        messages = messages[:1]  # one stream, which one worker writes
    with CHANNELS[name](tmp_path) as channel, ThreadPoolExecutor(4) as senders:
        receipts = list(senders.map(channel.notifier.send, messages))
        assert {got.id for got in channel.delivered()} == {one.id for one in messages}
    assert {receipt.channel for receipt in receipts} == {name}


PROGRAMS: Mapping[str, tuple[str, bool, bool]] = {
    "hangs": ("sleep 60", True, True),
    "hangs and hears no signal": ("trap '' TERM INT HUP; sleep 60 & wait", True, True),
    "leaves one behind that hangs": ("sleep 60 & sleep 60", True, True),
    "never reads and hangs": ("exec <&-; sleep 60", True, True),
    "prints without end": (f"yes {CANARY}", True, True),
    "prints without end where errors go": (f"yes {CANARY} >&2", True, True),
    "ends with 1": (f"echo {CANARY}; cat >&2; exit 1", False, False),
    "ends with 2": ("exit 2", False, False),
    "ends with 75": ("exit 75", True, False),
    "ends with 76": ("exit 76", False, False),
    "ends with 127": ("exec /nowhere", False, False),
    "is killed": ("kill -9 $$", False, False),
}
"""A script, whether it is tried again, and whether only the time limit ends it."""


@pytest.mark.parametrize("does", PROGRAMS)
def test_a_program_that_goes_wrong_makes_one_error_in_time(does: str, tmp_path: Path) -> None:
    script, again, hangs = PROGRAMS[does]
    table = {"program": program(tmp_path, "tell", script), "timeout": 1}
    found = outcome(lambda: build("command", table, wiring(tmp_path)).send(NAMED))
    assert isinstance(found.error, DeliveryError)
    assert found.error.again is again
    assert (found.seconds >= 0.9) is hangs
    assert found.seconds < 1 + GRACE
    shown = everything_in(found.error)
    assert says_nothing_of(NAMED, shown)
    assert CANARY not in shown


@pytest.mark.parametrize("name", ["webhook", "notify", "chat"])
def test_an_answer_is_not_decompressed_or_at_least_harms_nobody(name: str, tmp_path: Path) -> None:
    bomb = gzip.compress(bytes(50_000_000))
    receiver = Receiver(lambda _: Said(200, bomb, (("Content-Encoding", "gzip"),)))
    with http_server(receiver, authority(tmp_path).server()) as port:
        notifier = MAKERS[name](tmp_path, port)
        found = outcome(lambda: notifier.send(NAMED))
    assert found.error is None
    assert receiver.got
    if name != "chat":
        assert receiver.got[0].headers["Accept-Encoding"] == "identity"
