"""Who asks, and how often somebody may fail to say it: neither the log nor the store is flooded.

Whoever has come in from an address lately still comes in, however often others fail from there.
"""

from __future__ import annotations

import hashlib
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from ipaddress import IPv6Address, ip_address
from typing import Any, Protocol

from engine import log
from engine.errors import NotSignedInError
from engine.service.workplace import By, Workplace
from engine.web.limits import DENIED_AT_ONCE, DENIED_TOGETHER, MINUTE, MOST_SOURCES
from engine.web.problems import bare


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
        address = _network(source)
        shown = hashlib.sha256(f"{address}|{authorization}".encode()).digest()
        if shown not in self._known:
            self._hold_back(address)
        try:
            by = self._identify(place, authorization)
        except NotSignedInError:
            self._known.pop(shown, None)
            self._count(address)
            raise
        _remember(self._known, shown, None)
        return by

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


def _network(source: str) -> str:
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
