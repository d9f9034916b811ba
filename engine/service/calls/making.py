"""Making the calls that are due, beside everything else that a worker does.

Each call runs in a thread of its own, in which no transaction is open and no database is looked at;
whoever makes the rounds claims and settles. A hook has its own few places, so that one which hangs
keeps no other waiting, and no case waits for another while there is a place.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Mapping
from queue import Empty, SimpleQueue
from time import monotonic
from typing import Final, NamedTuple

from engine.errors import StorageError
from engine.service.calls.after import After
from engine.service.calls.running import Ran, run
from engine.service.calls.settling import Claim, Outcome, claim, settle
from engine.service.calls.wording import as_bytes, told
from engine.service.workplace import Workplace

AT_ONCE: Final = 2
"""How many calls of one hook are made at the same time, each of another case."""
LOOK: Final = 1.0
"""Seconds between two looks at what is due."""


class Made(NamedTuple):
    """What a round of calls did."""

    done: int = 0
    failed: int = 0
    given_up: int = 0


class _Ended(NamedTuple):
    """A call that was made, and what became of it."""

    claim: Claim
    ran: Ran


class Caller:
    """Makes calls until it is to stop; what runs goes on from one round to the next."""

    def __init__(self) -> None:
        self.stopping = threading.Event()
        self._running: dict[Claim, threading.Thread] = {}
        self._ended: SimpleQueue[_Ended | None] = SimpleQueue()
        self._left: list[_Ended] = []
        """What has ended and could not be settled."""

    def stop(self) -> None:
        """Begin no more calls, and end those that run soon."""
        self.stopping.set()
        self._ended.put(None)

    @property
    def is_idle(self) -> bool:
        """Whether nothing runs, and all is settled."""
        return not self._running and not self._left

    def round(
        self, place: Workplace, hooks: Mapping[str, After], link: str, seconds: float | None = None
    ) -> Made:
        """Begin what is due and settle what has ended, for so many seconds.

        Without a number of seconds it goes on until nothing is due and nothing runs. Raises
        StorageError when the store cannot be written; nothing of what ran is lost by it.
        """
        until = None if seconds is None else monotonic() + seconds
        outcomes: list[Outcome] = []
        while True:
            outcomes += self._settle(place)
            if not self.stopping.is_set():
                for after in hooks.values():
                    self._begin(place, after, link)
            if self._is_over(until):
                return _counted(outcomes)
            self._wait(until)

    def _is_over(self, until: float | None) -> bool:
        if until is None or self.stopping.is_set():
            return self.is_idle
        return monotonic() >= until

    def _wait(self, until: float | None) -> None:
        """Until a call ends, or it is time to look again."""
        left = LOOK
        if until is not None and not self.stopping.is_set():
            left = min(LOOK, max(0.0, until - monotonic()))
        try:
            if ended := self._ended.get(timeout=left):
                self._left.append(ended)
        except Empty:
            return

    def _settle(self, place: Workplace) -> list[Outcome]:
        while not self._ended.empty():
            if ended := self._ended.get():
                self._left.append(ended)
        outcomes: list[Outcome] = []
        while self._left:
            one = self._left[0]
            self._running.pop(one.claim, None)
            outcomes.append(settle(place, one.claim, one.ran))
            del self._left[0]
        return outcomes

    def _begin(self, place: Workplace, after: After, link: str) -> None:
        free = AT_ONCE - sum(one.hook == after.id for one in self._running)
        for one in claim(place, after, free) if free > 0 else ():
            text = _text(place, after, one, link)
            thread = threading.Thread(
                target=self._call, args=(after, one, text), name=f"call {after.id}", daemon=True
            )
            self._running[one] = thread
            thread.start()

    def _call(self, after: After, one: Claim, text: bytes | None) -> None:
        ran = Ran("not started: its record cannot be read")
        try:
            if text is not None:
                ran = run(after, text, self.stopping)
        except Exception as error:
            # Whatever becomes of it, its place is free again, and it is tried again.
            ran = Ran(f"failed: {type(error).__name__}")
        finally:
            self._ended.put(_Ended(one, ran))


def _text(place: Workplace, after: After, one: Claim, link: str) -> bytes | None:
    """What it is told; None where that cannot be found out now."""
    try:
        with place.database.read() as tx:
            return as_bytes(told(place, tx, after, one.ref, one.n, link))
    except StorageError:
        raise
    except Exception:
        # Whatever one case suffers from, the calls of others are made.
        return None


def _counted(outcomes: list[Outcome]) -> Made:
    count = Counter(outcomes)
    return Made(count["done"], count["failed"], count["given up"] + count["abandoned"])
