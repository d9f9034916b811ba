"""Which definition somebody means who names one: a process, a folder, or an edition in use."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from engine import queries, statements
from engine.database import Transaction
from engine.edition import Edition
from engine.errors import UsageError
from engine.service import barriers
from engine.service.workplace import Workplace

SHORTEST = 6
"""So many digits of a hash, at the least, name an edition."""


def edition_in_use(place: Workplace, tx: Transaction, workflow: str, wanted: str = "") -> Edition:
    """An edition of a process that is in use, by its name or by the first digits of its hash.

    Without either it is the one that came into use last. Raises UsageError when there is none, and
    when what was typed may mean several.
    """
    rows = tx.rows(statements.EDITIONS_OF, (place.log, workflow))
    if not rows:
        known = [row[0] for row in tx.rows(statements.WORKFLOWS_IN_USE, (place.log,))]
        raise UsageError(
            f'No edition of "{workflow[:60]}" is in use; in use are: {", ".join(known) or "none"}.'
        )
    found = [row for row in rows if _is_meant(row, wanted)]
    if len(found) == 1 or (found and not wanted):
        return place.edition(tx, found[0][0], workflow)
    there = "; ".join(f"{row[1]} ({row[0][:12]})" for row in (found or rows))
    if found:
        raise UsageError(
            f'"{wanted[:60]}" names several editions of {workflow}; give the hash of one of them: '
            f"{there}."
        )
    raise UsageError(
        f'There is no edition "{wanted[:60]}" of {workflow} in use; there are: {there}. `casetrail '
        "workflow activate` brings one into use."
    )


def open_cases(place: Workplace) -> dict[str, int]:
    """By the hash of an edition how many open cases it has, without those that are linked."""
    with place.database.read() as tx:
        rows = tx.rows(queries.OPEN_MAIN, (place.log,))
        out = barriers.hidden(place, tx)
    return Counter(str(content_hash) for ref, content_hash in rows if ref not in out)


def under_others(place: Workplace, workflow: str, but: str) -> int:
    """How many open cases of a process are under another edition than this."""
    with place.database.read() as tx:
        rows = tx.rows(queries.OPEN_BY_EDITION, (place.log, workflow))
        out = barriers.hidden(place, tx)
    return sum(edition != but for ref, edition in rows if ref not in out)


def _is_meant(row: Sequence[Any], wanted: str) -> bool:
    content_hash, name = str(row[0]), str(row[1])
    if not wanted or wanted == name:
        return True
    return len(wanted) >= SHORTEST and content_hash.startswith(wanted.lower())
