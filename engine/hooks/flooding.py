"""How often something happens in a minute, so that nobody can fill a log or keep a store busy."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final, NamedTuple

from engine import log
from engine.errors import EngineError
from engine.service import access
from engine.service.workplace import Workplace

MOST_ENTRIES: Final = 5
"""Entries of one kind in a minute; how many more there were is one entry after it."""

UNKNOWN = "unknown"
"""An endpoint that config.toml does not name: what was called is not kept."""

TOO_LARGE, NO_ENDPOINT, NOT_SIGNED, LATE, REPLAYED, TOO_OFTEN = (
    "too large",
    "no such endpoint",
    "not signed",
    "late",
    "replayed",
    "too often",
)
WHY: Final = (
    TOO_LARGE,
    NO_ENDPOINT,
    NOT_SIGNED,
    LATE,
    REPLAYED,
    TOO_OFTEN,
    access.CLOSED,
    access.NOT_RECORDED,
)
"""Why a call was refused: the closed list of the access log."""


Name = tuple[str, str]


class Minute:
    """Counts by name within each minute of a clock."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._minute = 0
        self._counts: dict[Name, int] = {}

    def count(self, name: Name) -> tuple[int, Mapping[Name, int]]:
        """How often it was this minute, this time with it; and what an earlier minute came to,
        once, where that is over.
        """
        with self._lock:
            before = self._turned()
            self._counts[name] = self._counts.get(name, 0) + 1
            return self._counts[name], before

    def over(self) -> Mapping[Name, int]:
        """What was counted, which begins anew."""
        with self._lock:
            before, self._counts = self._counts, {}
            return before

    def _turned(self) -> Mapping[Name, int]:
        minute = int(self._clock().timestamp()) // 60
        if minute == self._minute:
            return {}
        before, self._counts, self._minute = self._counts, {}, minute
        return before


class Refused(NamedTuple):
    """Calls that were refused alike."""

    endpoint: str
    why: str
    times: int


class Refusals:
    """Puts refused calls and files into the access log: at which endpoint, why and how often,
    nothing else.
    """

    def __init__(self, place: Workplace) -> None:
        self._place = place
        self._minute = Minute(place.clock)

    def note(self, endpoint: str, why: str) -> None:
        """Log that a call was refused, unless enough of that kind were in this minute.

        What cannot be logged is alarmed, and the call is refused all the same.
        """
        times, before = self._minute.count((endpoint, why))
        found = self._more(before)
        if times <= MOST_ENTRIES:
            found.append(Refused(endpoint, why, 1))
        self._write(found)

    def settle(self) -> None:
        """Log how many more there were in the minute that is not over yet: before a door closes."""
        self._write(self._more(self._minute.over()))

    def _more(self, counted: Mapping[Name, int]) -> list[Refused]:
        return [
            Refused(endpoint, why, times - MOST_ENTRIES)
            for (endpoint, why), times in counted.items()
            if times > MOST_ENTRIES
        ]

    def _write(self, found: list[Refused]) -> None:
        if not found:
            return
        entries: list[access.Entry] = [("call refused", one._asdict(), {}) for one in found]
        place = self._place
        try:
            with place.database.write() as tx:
                access.append(place, tx, access.STREAM, access.itself(place), entries)
        except EngineError as error:
            log.alarm("refused calls are not in the log", kind=type(error).__name__)
