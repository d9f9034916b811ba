"""Whether a message can be led to a place inside: real sockets, a real resolver, all numbers.

python bench/inside.py

It runs in a network of its own (`unshare -rnm`, of util-linux; as root, or where users may have
namespaces), in which this machine has every number that a place inside can have, and two public
ones. A server of names answers as an attacker would. Whoever listens counts at which number each
caller came in: but for the two public ones, nobody may.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import ssl
import struct
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from ipaddress import IPv6Address, ip_address
from pathlib import Path
from typing import Final

sys.path.insert(0, str(Path(__file__).parents[1]))

from engine.errors import DeliveryError
from notifiers.posting import Call, Gate, exchange
from notifiers.targets import is_place, target
from tests.receiving import Authority, authority
from tests.spellings import INSIDE, NAMES, NUMBERS, SPELLINGS
from tests.web.servers import until

OWN: Final = "CASETRAIL_BENCH_OWN_NETWORK"
PUBLIC: Final = ("93.184.215.14", "2606:4700::1111")
PORT: Final = 8443
NOT_ALLOWED = 3
"""Exit code where a network of one's own cannot be had."""
A, AAAA, CNAME = 1, 28, 5
STATUSES: Final = (301, 302, 303, 307, 308)
PATTERNS: Final = ("public, then inside", "inside, then public", "both at once", "by an alias")
"""What the server of names says of one name, at its first question and at those that follow."""


def main() -> None:
    """Go into a network of one's own, and try all of it there."""
    if OWN not in os.environ:
        if not allowed():
            print("A network of one's own cannot be had here: nothing was tried.")
            sys.exit(NOT_ALLOWED)
        words = ["unshare", "-rnm", sys.executable, __file__]
        os.execvpe(words[0], words, {**os.environ, OWN: "1"})
    with tempfile.TemporaryDirectory() as folder:
        had = settle(Path(folder))
        names, here = Names(), authority(Path(folder))
        doors = Doors(here)
        say(numbers_of_places_inside=len(had), heard_there=heard(doors, had))
        gate = Gate(everywhere(), 5, ssl.create_default_context(cafile=here.file))
        doors.callers.clear()
        say(tried="a message to a public place", came=_to(gate, f"https://good.example:{PORT}/"))
        for what, tries in (
            ("each spelling, directly", direct(gate)),
            ("redirected to each spelling", redirected(gate, doors)),
            ("names that are public and inside", rebound(gate, names, had)),
        ):
            say(tried=what, came=dict(Counter(tries)))
        inside = {number: times for number, times in doors.callers.items() if number not in PUBLIC}
        say(came_in_at_public_numbers=sum(doors.callers.values()), came_in_inside=inside)
        sys.exit(bool(inside))


def allowed() -> bool:
    """Whether this user may have a network of their own, and there is what sets it up."""
    if not (shutil.which("unshare") and shutil.which("ip")):
        return False
    tried = ["unshare", "-rnm", "ip", "link", "set", "lo", "up"]
    return not subprocess.run(tried, check=False, capture_output=True).returncode


def say(**found: object) -> None:
    print(json.dumps(found), flush=True)


def settle(folder: Path) -> list[str]:
    """Give this network all numbers, and a server of names; yields the numbers inside it has."""
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    (folder / "resolv.conf").write_text("nameserver 127.0.0.1\noptions timeout:2 attempts:1\n")
    (folder / "hosts").write_text("127.0.0.1 localhost\n")
    (folder / "nsswitch.conf").write_text("hosts: files dns\n")
    for name in ("resolv.conf", "hosts", "nsswitch.conf"):
        where = Path("/etc", name)
        if where.exists():
            subprocess.run(["mount", "--bind", folder / name, where.resolve()], check=True)
    return [number for number in (*PUBLIC, *INSIDE) if given(number) and number not in PUBLIC]


def given(number: str) -> bool:
    """Whether this machine has, or could be given, a number."""
    if "%" in number:
        return False
    words = ["ip", "addr", "add", number, "dev", "lo"]
    subprocess.run([*words, "nodad"] if ":" in number else words, check=False, capture_output=True)
    tried = socket.socket(socket.AF_INET6 if ":" in number else socket.AF_INET)
    with closing(tried), suppress(OSError):
        tried.bind((number, 0))
        return True
    return False


class Doors:
    """A server at every number: it counts who comes where, and leads callers on as it is told."""

    def __init__(self, here: Authority) -> None:
        self.callers: Counter[str] = Counter()
        self.location = ""
        self.status = 204
        self._tls = here.server(
            *(f"*.{zone}" for zone in ("example", "rebind.example")), "good.example"
        )
        for family, number in ((socket.AF_INET, "0.0.0.0"), (socket.AF_INET6, "::")):
            door = socket.socket(family)
            door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6:
                door.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            door.bind((number, PORT))
            door.listen(64)
            threading.Thread(target=self._open, args=(door,), daemon=True).start()

    def _open(self, door: socket.socket) -> None:
        while True:
            caller, _ = door.accept()
            self.callers[str(caller.getsockname()[0])] += 1
            threading.Thread(target=self._answer, args=(caller,), daemon=True).start()

    def _answer(self, caller: socket.socket) -> None:
        caller.settimeout(5)
        lines = [f"HTTP/1.1 {self.status} led on", "Content-Length: 0"]
        lines += [f"Location: {self.location}", f"Refresh: 0; url={self.location}"]
        with suppress(OSError), self._tls.wrap_socket(caller, server_side=True) as known:
            known.recv(65536)
            known.sendall("\r\n".join([*lines, "", ""]).encode("latin-1", "replace"))


class Names:
    """A server of names. Of a name that it was not told of it says that it is inside."""

    def __init__(self) -> None:
        self.told: dict[str, tuple[Sequence[str], Sequence[str]]] = {}
        self.asked: Counter[tuple[str, int]] = Counter()
        self._door = socket.socket(type=socket.SOCK_DGRAM)
        self._door.bind(("127.0.0.1", 53))
        self.told["good.example"] = (PUBLIC, PUBLIC)
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            question, caller = self._door.recvfrom(512)
            with suppress(Exception):
                self._door.sendto(self._answer(question), caller)

    def _answer(self, question: bytes) -> bytes:
        labels, at = [], 12
        while length := question[at]:
            labels.append(question[at + 1 : at + 1 + length])
            at += 1 + length
        name, kind = b".".join(labels).decode().lower(), question[at + 2]
        first, then = self.told.get(name, (["127.0.0.1", "::1"],) * 2)
        said, owner = [], b"\xc0\x0c"
        for one in then if self.asked[name, kind] else first:
            said.append(record(owner, one, kind))
            owner = owner if is_number(one) else spelt(one)
        self.asked[name, kind] += 1
        every = [one for one in said if one]
        head = question[:2] + struct.pack(">HHHHH", 0x8580, 1, len(every), 0, 0)
        return head + question[12 : at + 5] + b"".join(every)


def record(owner: bytes, value: str, kind: int) -> bytes:
    """A record of a name: a number, if it is of this kind, or another name of the same."""
    if not is_number(value):
        data = spelt(value)
        return owner + struct.pack(">HHIH", CNAME, 1, 0, len(data)) + data
    number = ip_address(value)
    if (AAAA if isinstance(number, IPv6Address) else A) != kind:
        return b""
    return owner + struct.pack(">HHIH", kind, 1, 0, len(number.packed)) + number.packed


def is_number(value: str) -> bool:
    with suppress(ValueError):
        return bool(ip_address(value).version)
    return False


def spelt(name: str) -> bytes:
    """A name as it stands in an answer."""
    return b"".join(bytes([len(one)]) + one.encode() for one in name.split(".")) + b"\0"


class Everywhere(frozenset[str]):
    """Every host is allowed: what keeps a message out of here is nothing that somebody listed."""

    def __contains__(self, host: object) -> bool:
        return True


def everywhere() -> frozenset[str]:
    return Everywhere(host for host in (*NUMBERS, *NAMES) if is_place(host, with_port=False))


def heard(doors: Doors, numbers: Sequence[str]) -> int:
    """At how many of these numbers the doors hear whoever comes: else they would prove nothing."""
    known = 0
    for number in numbers:
        before = sum(doors.callers.values())
        with suppress(OSError), closing(socket.create_connection((number, PORT), timeout=5)):
            until(lambda before=before: sum(doors.callers.values()) > before)
            known += 1
    return known


def direct(gate: Gate) -> Iterator[str]:
    for spelling in SPELLINGS:
        yield _to(gate, spelling.replace("{port}", f":{PORT}"))


def redirected(gate: Gate, doors: Doors) -> Iterator[str]:
    for number, spelling in enumerate(SPELLINGS):
        there = spelling.replace("{port}", f":{PORT}")
        doors.location = "".join(one for one in there if one not in "\r\n")
        doors.status = STATUSES[number % len(STATUSES)]
        yield _to(gate, f"https://good.example:{PORT}/")
    doors.status, doors.location = 204, ""


def rebound(gate: Gate, names: Names, numbers: Sequence[str]) -> Iterator[str]:
    """Three messages to each name: what was looked up for one is looked up anew for the next."""
    for at, number in enumerate(numbers):
        ways: dict[str, tuple[Sequence[str], Sequence[str]]] = {
            PATTERNS[0]: (PUBLIC, [number]),
            PATTERNS[1]: ([number], PUBLIC),
            PATTERNS[2]: ([*PUBLIC, number], [number, *PUBLIC]),
            PATTERNS[3]: (["other.example", number],) * 2,
        }
        for kind, (pattern, told) in enumerate(ways.items()):
            name = f"n{at}-{kind}.rebind.example"
            names.told[name] = told
            for _ in range(3):
                yield f"{pattern}: {_to(gate, f'https://{name}:{PORT}/')}"


def _to(gate: Gate, url: str) -> str:
    try:
        where = target(url)
    except ValueError:
        return "refused: no plain address"
    try:
        return f"answered {exchange(gate, where, Call('POST', {}, b'{}')).status}"
    except DeliveryError as error:
        if "public network" in str(error):
            return "refused: not on the public network"
        return "not reached" if error.again else "refused"


if __name__ == "__main__":
    main()
