"""The order across cases: committed events get their position, and their leaf in the partnership's
tree.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from engine import statements
from engine.database import Transaction
from engine.service.calls import queueing
from engine.service.workplace import Workplace
from engine.tree import Frontier, extend, from_text, root, to_text

BATCH = 1000


def seal_new(place: Workplace) -> int:
    """Give every committed event that has none its position; yields how many."""
    total = 0
    while True:
        with place.database.write() as tx:
            done = _some(place, tx)
        total += done
        if done < BATCH:
            return total


def turn(place: Workplace, tx: Transaction) -> None:
    """Let nobody else give places until this transaction has ended."""
    tx.exclusive(f"sequencer|{place.log}")


def seal_within(place: Workplace, tx: Transaction) -> None:
    """Give every committed event that has none its position, within a transaction."""
    while _some(place, tx) == BATCH:
        pass


def frontier(place: Workplace, tx: Transaction, *, lock: bool = False) -> Frontier:
    """The tree as it stands."""
    row = tx.row(statements.tree(lock=lock and tx.locks_rows), (place.log,))
    return from_text(row[1]) if row else Frontier(0, ())


def head(place: Workplace) -> tuple[int, str]:
    """How many events the tree holds, and its root."""
    with place.database.read() as tx:
        found = frontier(place, tx)
    return found.size, root(found)


def without_position(place: Workplace, tx: Transaction, most: int = BATCH) -> list[tuple[Any, ...]]:
    """The stream, number and hash of events without a position, in the order in which they get
    one.
    """
    return tx.rows(statements.events_without_position(tx.dialect), (place.log, most))


def _some(place: Workplace, tx: Transaction) -> int:
    turn(place, tx)
    new = without_position(place, tx)
    if new:
        give_places(place, tx, new)
    return len(new)


def give_places(place: Workplace, tx: Transaction, new: Sequence[tuple[Any, ...]]) -> None:
    """Give these events the next positions, in this order; each is a stream, a number, a hash.

    What is called after a step has its call from then on.
    """
    grown = frontier(place, tx, lock=True)
    first = grown.size
    placed = [(first + at, place.log, stream, n) for at, (stream, n, _) in enumerate(new)]
    tx.run_many(statements.update("events", ("position",)), placed)
    after = extend(grown, [hash_ for _, _, hash_ in new])
    if first:
        columns = ("size", "peaks")
        tx.run(statements.update("trees", columns), (after.size, to_text(after), place.log))
    else:
        tx.run(statements.insert("trees"), (place.log, after.size, to_text(after)))
    queueing.queue(place, tx, first)
