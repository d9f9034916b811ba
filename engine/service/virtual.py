"""The clock of a demo: it stands, but for a microsecond at every look, and only a story moves it.

A real store refuses it: nobody can move a deadline by moving the clock.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from engine import queries
from engine.canonical import parse
from engine.database import Database
from engine.errors import TrailError

KIND = "virtual"
"""What a store says of its clock, in its first event and ever after."""


class VirtualClock:
    """A clock that only a story moves."""

    def __init__(self, start: datetime) -> None:
        self.instant = start

    def __call__(self) -> datetime:
        """The instant, UTC; the next look is a microsecond later."""
        self.instant += timedelta(microseconds=1)
        return self.instant

    def go_to(self, instant: datetime) -> None:
        """Move on to an instant; it never goes back."""
        self.instant = max(self.instant, instant)


def standing(database: Database, log: str) -> VirtualClock:
    """The clock of a store whose time is virtual: it stands where the record ends.

    Raises TrailError where the end of the record was altered.
    """
    with database.read() as tx:
        texts = tx.rows(queries.LAST_OF_STREAMS, (log, log))
        tick = tx.row(queries.TICK, (log,))
    try:
        recorded = [datetime.fromisoformat(parse(text)["recorded"]) for (text,) in texts]
        ticked = datetime.fromtimestamp((tick[0] if tick else 0) / 1_000_000, UTC)
        return VirtualClock(max([ticked, *recorded]))
    except (TrailError, ValueError, TypeError, KeyError, OverflowError):
        raise TrailError(
            "It cannot be told where the clock of this demo stands, for its record was altered; "
            "run `casetrail audit verify`."
        ) from None
