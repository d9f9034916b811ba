"""Who asks, and how often somebody may fail to say it: neither the log nor the store is flooded.

Whoever has come in from an address lately still comes in, however often others fail from there.
"""

from __future__ import annotations

import hashlib
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from ipaddress import IPv6Address, ip_address
from typing import Any, Protocol, TypeVar

from engine import log
from engine.errors import NotSignedInError
from engine.service.workplace import By, Workplace
from engine.web.limits import (
    DENIED_AT_ONCE,
    DENIED_TOGETHER,
    MINUTE,
    MOST_SOURCES,
    STAYS_FAMILIAR,
)
from engine.web.problems import bare

T = TypeVar("T")


class Identify(Protocol):
    """Finds out who asks, by what stands in the Authorization header."""

    def __call__(self, place: Workplace, authorization: str) -> By:
        """Who it is, and how that is known. Raises NotSignedInError, and logs that it did."""


class Gate:
    """Lets those in who say who they are, and holds back whoever fails too often."""

    def __init__(self, identify: Identify, clock: Callable[[], float] = time.monotonic) -> None:
        self._identify, self._clock = identify, clock
        self._failed: OrderedDict[str, deque[float]] = OrderedDict()
        self._together: deque[float] = deque(maxlen=DENIED_TOGETHER)
        self._known: OrderedDict[bytes, None] = OrderedDict()

    def admit(self, place: Workplace, authorization: str, source: str) -> By:
        """Who asks. Raises NotSignedInError, and Problem for one more attempt too many."""
        return self.shown(authorization, source, lambda: self._identify(place, authorization))

    def shown(self, authorization: str, source: str, act: Callable[[], T]) -> T:
        """What comes of something for which somebody shows a token. Raises as `admit` does."""
        shown = _digest(network(source), authorization)
        try:
            found = self.attempt(source, act, exempt=shown in self._known)
        except NotSignedInError:
            self._known.pop(shown, None)
            raise
        _remember(self._known, shown, None)
        return found

    def attempt(self, source: str, act: Callable[[], T], *, exempt: bool = False) -> T:
        """What comes of something by which somebody is to come in. Raises as `admit` does; whoever
        is `exempt` is not held back for the failures of others.
        """
        address = network(source)
        if not exempt:
            self._hold_back(address)
        try:
            return act()
        except NotSignedInError:
            self._count(address)
            raise

    def _hold_back(self, address: str) -> None:
        now = self._clock()
        own = self._failed.get(address, deque())
        both = ((own, DENIED_AT_ONCE), (self._together, DENIED_TOGETHER))
        for failed, most in both:
            if len(failed) >= most and now - failed[0] < MINUTE:
                wait = int(MINUTE - (now - failed[0])) + 1
                raise bare(
                    429,
                    "Too many attempts to come in have failed; wait before the next.",
                    Retry_After=str(wait),
                )

    def _count(self, address: str) -> None:
        now = self._clock()
        own = self._failed.get(address) or deque(maxlen=DENIED_AT_ONCE)
        own.append(now)
        self._together.append(now)
        _remember(self._failed, address, own)
        if len(own) == DENIED_AT_ONCE and now - own[0] < MINUTE:
            log.alarm("attempts to come in are held back", source=address, number=len(own))


class Familiar:
    """Who has come in from where lately: what others get wrong does not keep them out from there.

    Ten failures of their own end that, so that nobody gains by an address alone.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._failed: OrderedDict[bytes, deque[float]] = OrderedDict()

    def knows(self, source: str, person: str) -> bool:
        """Whether this person is known from there."""
        return _digest(network(source), person) in self._failed

    def came_in(self, source: str, person: str) -> None:
        """This person has come in from there."""
        _remember(self._failed, _digest(network(source), person), deque(maxlen=DENIED_AT_ONCE))

    def failed(self, source: str, person: str) -> None:
        """Somebody has failed to come in as this person from there."""
        key = _digest(network(source), person)
        failed, now = self._failed.get(key), self._clock()
        if failed is None:
            return
        failed.append(now)
        if len(failed) == DENIED_AT_ONCE and now - failed[0] < STAYS_FAMILIAR:
            self._failed.pop(key, None)


def _digest(*said: str) -> bytes:
    """By which it is remembered what somebody said, without keeping it."""
    return hashlib.sha256("|".join(said).encode("utf-8", "surrogatepass")).digest()


def network(source: str) -> str:
    """The address of one household or office: of the newer kind, each has very many."""
    try:
        known = ip_address(source)
    except ValueError:
        return "unknown"
    if isinstance(known, IPv6Address) and known.ipv4_mapped is None:
        return str(IPv6Address(int(known) >> 64 << 64))
    return str(getattr(known, "ipv4_mapped", None) or known)


def _remember(kept: OrderedDict[Any, Any], key: object, value: object) -> None:
    kept[key] = value
    kept.move_to_end(key)
    if len(kept) > MOST_SOURCES:
        kept.popitem(last=False)
