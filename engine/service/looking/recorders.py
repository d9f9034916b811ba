"""Who put an answer on record, by its own events: who decided it, and who recorded it."""

from __future__ import annotations

from engine import queries
from engine.canonical import parse
from engine.case import Case
from engine.database import Transaction
from engine.service.workplace import Workplace


def recorders(place: Workplace, tx: Transaction, case: Case, question: str) -> frozenset[str]:
    """Those from whom the current answers to a question came, of each whom it was asked of."""
    no = case.occurrence(question)
    given = {
        int(row["n"])
        for key, row in case.rows.table("answers").items()
        if key[1] == question and key[3] == no and row["status"] == "answered"
    }
    found: set[str] = set()
    for n in given:
        row = tx.row(queries.EVENT, (place.log, case.ref, n))
        actor = parse(row[0])["actor"] if row else {}
        found.update(str(actor.get(who, "")) for who in ("decided", "recorded"))
    return frozenset(found)
