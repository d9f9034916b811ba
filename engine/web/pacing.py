"""How often and how many at once: what one person asks for, and what takes much of the machine."""

from __future__ import annotations

import asyncio
import threading
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from engine.web.limits import MINUTE, MOST_SOURCES
from engine.web.problems import bare


class Pace:
    """How often something may be within a minute, by name."""

    def __init__(self, most: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._most, self._clock, self._lock = most, clock, threading.Lock()
        self._seen: OrderedDict[str, tuple[float, int]] = OrderedDict()

    def check(self, name: str) -> None:
        """Raise Problem where it was as often as it may be."""
        with self._lock:
            began, times = self._known(name)
        if times >= self._most:
            raise bare(
                429,
                "Too much was asked within a minute; wait before the next request.",
                Retry_After=str(int(began + MINUTE - self._clock()) + 1),
            )

    def count(self, name: str) -> None:
        """It was once more."""
        with self._lock:
            began, times = self._known(name)
            self._seen[name] = (began, times + 1)
            if len(self._seen) > MOST_SOURCES:
                self._seen.popitem(last=False)

    def spend(self, name: str) -> None:
        """It is to be once more. Raises Problem where it was as often as it may be."""
        self.check(name)
        self.count(name)

    def _known(self, name: str) -> tuple[float, int]:
        now = self._clock()
        began, times = self._seen.get(name, (now, 0))
        if now - began >= MINUTE:
            self._seen.pop(name, None)
            return now, 0
        return began, times


class Turnstile:
    """Lets so many through at once, and some more wait; on one event loop."""

    def __init__(self, at_once: int, waiting: int) -> None:
        self._room = asyncio.Semaphore(at_once)
        self._most, self._inside = at_once + waiting, 0

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """One's turn. Raises Problem where too many wait for theirs."""
        if self._inside >= self._most:
            raise bare(503, "Too many sign in at once; try again soon.", Retry_After="2")
        self._inside += 1
        try:
            async with self._room:
                yield
        finally:
            self._inside -= 1
