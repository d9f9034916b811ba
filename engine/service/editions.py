"""Editions in use: activated once, with their text kept, and chosen by the day on which a case
opens.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from engine import statements
from engine.canonical import canonical
from engine.database import Transaction
from engine.definition import Workflow, plain
from engine.edition import Edition
from engine.errors import UsageError
from engine.service import access
from engine.service.workplace import By, Workplace


def activate(place: Workplace, by: By, workflow: Workflow, sources: dict[str, str]) -> bool:
    """Bring an edition into use: an event, and its canonical text and source files beside the
    trail.

    Yields False when this very edition is in use already.
    """
    resolved = canonical(plain(workflow))
    with place.database.write() as tx:
        if tx.row(statements.EDITION_TEXT, (place.log, workflow.hash)):
            return False
        listed = json.dumps(sources, sort_keys=True, ensure_ascii=False)
        body = {
            "workflow": workflow.name,
            "edition": workflow.edition,
            "in_force_from": workflow.in_force_from,
            "in_force_to": workflow.in_force_to,
            "hash": workflow.hash,
            "sources": hashlib.sha256(listed.encode()).hexdigest(),
        }
        who = access.visitor(place, by) if by.person else access.itself(place)
        chain = access.append(place, tx, access.STORE, who, [("edition activated", body, {})])
        place.store.write_effects(tx, chain.events)
        row = (place.log, workflow.hash, resolved, listed)
        tx.run(statements.insert("edition_texts"), row)
    return True


def to_open(
    place: Workplace, tx: Transaction, workflow: str, edition: str = "", on: str = ""
) -> Edition:
    """The edition under which a case opens: the newest activated one in force on the day.

    A historic case may name its `edition`. Raises UsageError when there is none.
    """
    rows = tx.rows(statements.EDITIONS_OF, (place.log, workflow))
    if not rows:
        known = sorted({row[0] for row in tx.rows(statements.WORKFLOWS_IN_USE, (place.log,))})
        raise UsageError(
            f'No edition of "{workflow}" is in use; in use are: {", ".join(known) or "none"}. '
            "`casetrail workflow activate` brings one into use."
        )
    if edition:
        named = [row for row in rows if edition in (row[1], row[0])]
        if not named:
            listed = ", ".join(dict.fromkeys(row[1] for row in rows))
            raise UsageError(f"There is no edition {edition} of {workflow} in use; only {listed}.")
        return place.edition(tx, named[0][0], workflow)
    day = on or place.today().isoformat()
    in_force = [row for row in rows if row[2] <= day and (not row[3] or day <= row[3])]
    if not in_force:
        listed = "; ".join(dict.fromkeys(_days(row) for row in rows))
        raise UsageError(
            f'No edition of "{workflow}" was in force on {day}. There are: {listed}. If the case '
            f"is historic, name one with --edition."
        )
    return place.edition(tx, in_force[0][0], workflow)


def _days(row: Sequence[Any]) -> str:
    """An edition and its days: `2025-06, from 2025-06-01`."""
    until = f" to {row[3]}" if row[3] else ""
    return f"{row[1]}, in force from {row[2]}{until}"


def roles_in_use(place: Workplace) -> set[str]:
    """The roles that an edition in use has, its linked processes' included."""
    found: set[str] = set()
    with place.database.read() as tx:
        for (workflow,) in tx.rows(statements.WORKFLOWS_IN_USE, (place.log,)):
            for row in tx.rows(statements.EDITIONS_OF, (place.log, workflow)):
                found |= roles_of(place.edition(tx, row[0], workflow).workflow)
    return found


def roles_of(workflow: Workflow) -> set[str]:
    """The roles of a process and of its linked processes."""
    return set(workflow.roles).union(*map(roles_of, workflow.children.values()))


def shipped(name: str) -> tuple[Workflow, dict[str, str]]:
    """A process as its folder has it now, checked; and the texts of its files."""
    # Loading brings in what only definitions need, so a step never pays for it.
    from engine import loading

    folder: Path = loading.find(name)
    return loading.load(folder), loading.sources(folder)
