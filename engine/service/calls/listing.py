"""What there is of calls: how many wait, were made or were given up, of each hook."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from engine import queries
from engine.canonical import parse
from engine.database import Transaction
from engine.errors import UsageError
from engine.service.calls.after import After
from engine.service.calls.queueing import Following
from engine.service.calls.wording import Document, told
from engine.service.workplace import Workplace

STATUSES = ("waiting", "done", "given up", "abandoned")


def counted(place: Workplace, declared: Iterable[After]) -> list[Document]:
    """Of each hook, and of each that is declared no more but has calls that wait, what there is."""
    ids = [one.id for one in declared]
    with place.database.read() as tx:
        rows = tx.rows(queries.CALLS_BY_STATUS, (place.log,))
        found = {name: _counts(name, rows) for name in dict.fromkeys([*ids, *(r[0] for r in rows)])}
        for one in found.values():
            row = tx.row(queries.LAST_FAILURE, (place.log, one["id"]))
            one["last_failure"] = row[0] if row else ""
    return [one for name, one in found.items() if name in ids or one["waiting"]]


def _counts(name: str, rows: Iterable[tuple[Any, ...]]) -> Document:
    counts = {status: number for hook, status, number, _ in rows if hook == name}
    failing = sum(tried for hook, status, _, tried in rows if (hook, status) == (name, "waiting"))
    told_of = {status.replace(" ", "_"): counts.get(status, 0) for status in STATUSES}
    return {"id": name, **told_of, "failing": failing}


def latest(place: Workplace, after: After, ref: str, link: str) -> Document:
    """What would be told of the latest step of a case that the hook is called after.

    Raises UsageError where the case has none.
    """
    follows = Following(after.id, *after.follows)
    with place.database.read() as tx:
        for n, step, process, above in _steps(place, tx, ref):
            if follows.is_called(process, above, step):
                return told(place, tx, after, ref, n, link)
    raise UsageError(
        f'"{after.id}" is called after no step of {ref} so far; choose another case, or look at '
        "its process, steps and linked in config.toml."
    )


def _steps(place: Workplace, tx: Transaction, ref: str) -> list[tuple[int, str, str, str | None]]:
    rows = tx.rows(queries.STEPS_OF, (place.log, ref))
    return [(n, parse(text)["body"]["transition"], own, above) for n, text, own, above in rows]
