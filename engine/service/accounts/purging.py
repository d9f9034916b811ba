"""Removing what is long over: sign-ins, the notes of them, and which calls a hook has taken.

What was done stays on the trail; tokens that were issued are listed for ever.
"""

from __future__ import annotations

from typing import Final

from engine.queries import doors
from engine.service.ticking import micros
from engine.service.workplace import Workplace

DAY: Final = 86_400_000_000
"""Microseconds."""
SIGN_INS_FOR: Final = 7 * DAY
"""How long a sign-in is kept that is over, so that whoever shows it late is told apart."""
NOTES_FOR: Final = DAY
"""How long it is kept which note of a sign-in was used; it holds for minutes."""
CALLS_FOR: Final = 400 * DAY
"""How long it is kept which body the id of a call belongs to; a call itself acts once for ever."""
AT_ONCE: Final = 200
"""Rows of each kind that one tick removes."""


def purge(place: Workplace) -> int:
    """Remove some of what is long over; how many rows that were. Raises StorageError."""
    now = micros(place)
    with place.database.read() as tx:
        over = tx.rows(doors.SIGN_INS_OVER, (place.log, now - SIGN_INS_FOR, AT_ONCE))
        before = (place.log, now - NOTES_FOR, now - CALLS_FOR, AT_ONCE)
        taken = tx.rows(doors.REPLAYS_BEFORE, before)
    if not over and not taken:
        return 0
    with place.database.write() as tx:
        for (token,) in over:
            tx.run(doors.DROP_USE, (place.log, token))
            tx.run(doors.DROP_TOKEN, (place.log, token))
        for endpoint, message in taken:
            tx.run(doors.DROP_REPLAY, (place.log, endpoint, message))
    return len(over) + len(taken)
