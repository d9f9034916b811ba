"""Which calls an endpoint has taken: an id belongs to the body it first came with, for 400 days.

It is not what keeps a call from acting twice: that is the key of the command, which is saved with
its effect in one transaction. This keeps an id from meaning something else later.
"""

from __future__ import annotations

from engine import queries, statements
from engine.database import Transaction
from engine.service.ticking import micros
from engine.service.workplace import Workplace


def claim(place: Workplace, endpoint: str, call: str, body: bytes) -> bool:
    """Take an id for a body; no where another body has it. Raises StorageError."""
    ours = f"{call} {place.keys.mac(body)}"
    with place.database.read() as tx:
        known = _known(place, tx, endpoint, call)
    if known is None:
        with place.database.write() as tx:
            tx.exclusive(f"hook|{place.log}|{endpoint}")
            known = _known(place, tx, endpoint, call)
            if known is None:
                tx.run(statements.insert("replays"), (place.log, endpoint, ours, micros(place)))
    return known in (None, ours)


def _known(place: Workplace, tx: Transaction, endpoint: str, call: str) -> str | None:
    # No id holds a space, which is what comes before an exclamation mark.
    row = tx.row(queries.TAKEN_BY_HOOK, (place.log, endpoint, f"{call} ", f"{call}!"))
    return str(row[0]) if row else None
