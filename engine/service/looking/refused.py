"""What other systems sent and was refused of late: their senders were told, and nobody here."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from engine import queries, statements
from engine.canonical import parse
from engine.database import Transaction
from engine.service import access
from engine.service.workplace import Workplace

DAYS: Final = 7
"""Days for which a refusal is told."""
MOST_ENTRIES: Final = 20_000
"""Latest entries of the access log that are looked at."""


def refused(place: Workplace, tx: Transaction) -> list[dict[str, Any]]:
    """By hook and door how much was refused, since which day, and last on which."""
    head = tx.row(statements.head_of_stream(lock=False), (place.log, access.STREAM))
    after = max(0, int(head[0]) - MOST_ENTRIES) if head else 0
    since = (place.today() - timedelta(days=DAYS - 1)).isoformat()
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for (text,) in tx.rows(queries.CALLS_REFUSED, (place.log, access.STREAM, after)):
        event = parse(text)
        body, day = event["body"], event["happened"]
        if body["why"] not in (access.NOT_RECORDED, access.CLOSED) or day < since:
            continue
        hook, door = str(body["endpoint"]), str(event["actor"]["door"])
        known = {"hook": hook, "door": door, "times": 0, "since": day, "refs": []}
        one = found.setdefault((hook, door), known)
        one |= {"times": one["times"] + body["times"], "latest": day}
    return [found[key] for key in sorted(found)]
