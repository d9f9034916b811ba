"""Editions in use: activated once, with their text kept, and chosen by the day on which a case
opens.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from engine import statements
from engine.canonical import canonical
from engine.case import Given
from engine.database import Transaction
from engine.dates import parse_partial, when
from engine.definition import Workflow, plain
from engine.directory import Directory
from engine.edition import Edition
from engine.errors import Need, RefusedError, UsageError
from engine.guessing import resembling
from engine.nouns import any_of
from engine.prose import names_of
from engine.service import access
from engine.service.workplace import By, Workplace
from engine.timescales import parse


def activate(place: Workplace, by: By, workflow: Workflow, sources: dict[str, str]) -> bool:
    """Bring an edition into use: an event, and its canonical text and source files beside the
    trail.

    Yields False when this very edition is in use already.
    """
    resolved = canonical(plain(workflow))
    with place.database.write() as tx:
        if tx.row(statements.EDITION_TEXT, (place.log, workflow.hash)):
            return False
        files = json.dumps(sources, sort_keys=True, ensure_ascii=False)
        body = {
            "workflow": workflow.name,
            "edition": workflow.edition,
            "in_force_from": workflow.in_force_from,
            "in_force_to": workflow.in_force_to,
            "hash": workflow.hash,
            "sources": hashlib.sha256(files.encode()).hexdigest(),
        }
        who = access.visitor(place, by) if by.person else access.itself(place)
        chain = access.append(place, tx, access.STORE, who, [("edition activated", body, {})])
        place.store.write_effects(tx, chain.events)
        row = (place.log, workflow.hash, resolved, files)
        tx.run(statements.insert("edition_texts"), row)
    return True


def replace(place: Workplace, by: By, workflow: Workflow, sources: dict[str, str]) -> bool:
    """Bring an edition into use as somebody who may: one who keeps the record under the edition
    that is in use, or where there is none, under this one.

    Yields False when this very edition is in use already. Raises RefusedError for anybody else.
    """
    with place.database.read() as tx:
        rows = tx.rows(statements.EDITIONS_OF, (place.log, workflow.name))
        stands = place.edition(tx, rows[0][0], workflow.name).workflow if rows else workflow
    if place.directory.acting(by.person, stands.keepers, place.today().isoformat()) is None:
        who = names_of(stands, stands.keepers)
        error = RefusedError(
            f'An edition of "{stands.title}" is brought into use by those who keep its record.',
            (Need(f"it is for {any_of(who)}", who, "have one of them activate it"),),
        )
        access.refused(place, by, "activate", "", error)
        raise error
    return activate(place, by, workflow, sources)


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
            there = ", ".join(dict.fromkeys(row[1] for row in rows))
            raise UsageError(f"There is no edition {edition} of {workflow} in use; only {there}.")
        return place.edition(tx, named[0][0], workflow)
    day = on or place.today().isoformat()
    in_force = [row for row in rows if _holds(row, day)]
    if not in_force:
        there = "; ".join(dict.fromkeys(_days(row) for row in rows))
        following = min(rows, key=lambda row: (row[2] <= day, row[2]))[1]
        raise UsageError(
            f'No edition of "{workflow}" was in force {when(day)}. There are: {there}. A case of '
            f"that time is entered as history, under an edition that is named: `casetrail open "
            f"{workflow} --historic --edition {following} --on {day} QUESTION=VALUE ...`."
        )
    return place.edition(tx, in_force[0][0], workflow)


def before_any(place: Workplace, tx: Transaction, pinned: Workflow, given: Iterable[Given]) -> str:
    """What to beware of where no edition in use was in force on the day from which a case counts:
    the earliest of the days given when it opens that are asked first or that start a clock. A
    sentence; empty if there is nothing.
    """
    rules = [one for timescale in pinned.timescales.values() for one in timescale.variants]
    counting = {*pinned.opening, *(parse(rule.due).anchor for rule in rules)}
    asked = [one for name, one in pinned.questions.items() if name in counting]
    dated = {one.id for one in asked if one.answer == "date"}
    days = [parse_partial(one.value).last for one in given if one.value and one.question in dated]
    day = min(days).isoformat() if days else ""
    rows = tx.rows(statements.EDITIONS_OF, (place.log, pinned.name))
    if not day or any(_holds(row, day) for row in rows):
        return ""
    followed = next(_days(row) for row in rows if row[0] == pinned.hash)
    return (
        f'No edition of "{pinned.name}" that is in use was in force {when(day)}, the day from '
        f"which this case counts; it follows {followed}. An old case is opened with --historic, "
        "under the edition that --edition names."
    )


def _holds(row: Sequence[Any], day: str) -> bool:
    return bool(row[2] <= day and (not row[3] or day <= row[3]))


def _days(row: Sequence[Any]) -> str:
    """An edition and its days: `2025-06, from 2025-06-01`."""
    until = f" to {row[3]}" if row[3] else ""
    return f"{row[1]}, in force from {row[2]}{until}"


def in_use(place: Workplace) -> list[Workflow]:
    """The processes of which an edition is in use, in each of these editions."""
    with place.database.read() as tx:
        return [
            place.edition(tx, row[0], workflow).workflow
            for (workflow,) in tx.rows(statements.WORKFLOWS_IN_USE, (place.log,))
            for row in tx.rows(statements.EDITIONS_OF, (place.log, workflow))
        ]


def roles_of(workflow: Workflow) -> set[str]:
    """The roles of a process and of its linked processes."""
    return set(workflow.roles).union(*map(roles_of, workflow.children.values()))


def own_agency_roles(workflow: Workflow) -> set[str]:
    """Those of these roles that count at their holder's own agency alone."""
    own = {role.id for role in workflow.roles.values() if role.own_agency}
    return own.union(*map(own_agency_roles, workflow.children.values()))


def kinds_of(workflow: Workflow) -> set[str]:
    """The kinds of agencies that a process and its linked processes name in groups."""
    own = {kind for group in workflow.groups.values() for kind in group.kinds}
    return own.union(*map(kinds_of, workflow.children.values()))


def mistyped_kinds(directory: Directory, kinds: Iterable[str]) -> dict[str, str]:
    """The kinds of agencies that no definition has but that are nearly one, and which.

    An agency of another kind is nothing wrong; one of a mistyped kind is asked nothing and told
    nothing.
    """
    known = sorted(set(kinds))
    named = sorted({agency.kind for agency in directory.agencies.values()} - set(known))
    near = {kind: resembling(kind, known, 1, 0.75) for kind in named}
    return {kind: found[0] for kind, found in near.items() if found}


def shipped(name: str) -> tuple[Workflow, dict[str, str]]:
    """A process as its folder has it now, checked; and the texts of its files."""
    # Loading brings in what only definitions need, so a step never pays for it.
    from engine import loading

    folder: Path = loading.find(name)
    return loading.load(folder), loading.sources(folder)
