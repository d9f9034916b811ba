"""Editions in use: activated with their text kept, and chosen by the day on which a case opens."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from engine import queries, statements
from engine.canonical import canonical, parse
from engine.case import Given
from engine.database import Transaction
from engine.dates import parse_partial, when
from engine.definition import Workflow, plain
from engine.directory import Directory
from engine.edition import Edition
from engine.errors import DeniedError, EngineError, Need, UsageError
from engine.guessing import resembling
from engine.nouns import any_of
from engine.prose import names_of
from engine.service import access
from engine.service.moving import choosing
from engine.service.workplace import By, Workplace
from engine.timescales import parse as parse_rule

NEW = "new"
"""An edition that was never in use here."""
AGAIN = "again"
"""One that was, and whose place another has taken since."""
_ACTIVATED = "edition activated"


class InUse(NamedTuple):
    """An edition in use, as it is found by name."""

    hash: str
    edition: str
    since: str
    """The first day on which it is in force."""
    until: str
    """The last day; empty if there is none."""


def activate(
    place: Workplace, by: By, workflow: Workflow, sources: dict[str, str], faults: int = 0
) -> bool:
    """Bring an edition into use: an event, and its canonical text and source files beside the
    trail; or an event alone where it takes the place of another again.

    `faults` is how many it was proved to have, where somebody answers for it all the same. Yields
    False when there is nothing to do. Raises UsageError where another has its name.
    """
    with place.database.write() as tx:
        to_do = _comes_to(place, _rows(place, tx, workflow.name), workflow)
        if not to_do:
            return False
        files = json.dumps(sources, sort_keys=True, ensure_ascii=False)
        if to_do == AGAIN:
            # What was stored stays, whatever remarks the files have by now.
            files = tx.rows(queries.SOURCES_OF, (place.log, workflow.hash))[0][0]
        body: dict[str, Any] = {
            "workflow": workflow.name,
            "edition": workflow.edition,
            "in_force_from": workflow.in_force_from,
            "in_force_to": workflow.in_force_to,
            "hash": workflow.hash,
            "sources": hashlib.sha256(files.encode()).hexdigest(),
        }
        body |= {"again": 1} if to_do == AGAIN else {}
        body |= {"faults": faults} if faults else {}
        who = access.visitor(place, by) if by.person else access.itself(place)
        chain = access.append(place, tx, access.STORE, who, [(_ACTIVATED, body, {})])
        place.store.write_effects(tx, chain.events)
        if to_do == NEW:
            row = (place.log, workflow.hash, canonical(plain(workflow)), files)
            tx.run(statements.insert("edition_texts"), row)
    return True


def comes_to(place: Workplace, by: By, workflow: Workflow) -> str:
    """What bringing an edition into use would do, for somebody who may: `new`, `again` for one
    whose place another has taken, or empty for nothing.

    It is for those who keep the record under the edition that is in use, or where there is none,
    under this one. Raises DeniedError for anybody else, and UsageError where another edition of
    the process has the same name.
    """
    with place.database.read() as tx:
        rows = _rows(place, tx, workflow.name)
        stands = place.edition(tx, rows[0].hash, workflow.name).workflow if rows else workflow
    if place.directory.acting(by.person, stands.keepers, place.today().isoformat()) is None:
        who = names_of(stands, stands.keepers)
        error = DeniedError(
            f'An edition of "{stands.title}" is brought into use by those who keep its record.',
            (Need(f"it is for {any_of(who)}", who, _how(place, stands.keepers)),),
        )
        access.refused(place, by, "activate", "", error)
        raise error
    return _comes_to(place, rows, workflow)


def _how(place: Workplace, roles: Sequence[str]) -> str:
    """How somebody of these roles comes to act."""
    if any(place.directory.appointed(role, place.today().isoformat()) for role in roles):
        return "have one of them activate it"
    return (
        "nobody holds the role today: give it to somebody in config.toml, in an [[appointment]] "
        f'with role = "{roles[0]}"'
    )


def _comes_to(place: Workplace, rows: Sequence[InUse], workflow: Workflow) -> str:
    mine = next((row for row in rows if row.hash == workflow.hash), None)
    if mine is None:
        _refuse_name(rows, workflow)
        return NEW
    # One whose days are still to come is asked about its first.
    day = max(place.today().isoformat(), mine.since)
    governs = next((row for row in rows if _holds(row, day)), mine)
    return AGAIN if _holds(mine, day) and governs != mine else ""


def _refuse_name(rows: Sequence[InUse], workflow: Workflow) -> None:
    named = [row.hash[:12] for row in rows if row.edition == workflow.edition]
    if named:
        raise UsageError(
            f'Another text of "{workflow.title}" is in use as edition {workflow.edition} '
            f"({named[0]}), and a name stands for one text alone: give this one "
            f'({workflow.hash[:12]}) a name of its own, as edition = "..." in its process.toml.'
        )


def of_process(place: Workplace, workflow: str) -> list[InUse]:
    """The editions of a process that are in use, the one that was activated last first."""
    with place.database.read() as tx:
        return _rows(place, tx, workflow)


def for_new_cases(place: Workplace, workflow: str) -> InUse | None:
    """The edition under which a case of a process would open today; None where none is in force."""
    day = place.today().isoformat()
    return next((row for row in of_process(place, workflow) if _holds(row, day)), None)


def passed_over(place: Workplace, workflow: Workflow) -> list[InUse]:
    """The editions to come that no case would ever open under, because this one, which is in force
    on their first day too, was activated after them.
    """
    rows = of_process(place, workflow.name)
    mine = [number for number, row in enumerate(rows) if row.hash == workflow.hash]
    today = place.today().isoformat()
    return [
        row
        for at in mine
        for row in rows[at + 1 :]
        if row.since > today and _holds(rows[at], row.since)
    ]


def titles(place: Workplace) -> dict[str, str]:
    """What the process is called in each edition in use, by its hash; without those that cannot be
    read, which `audit verify` names.
    """
    found = {}
    with place.database.read() as tx:
        for (workflow,) in tx.rows(statements.WORKFLOWS_IN_USE, (place.log,)):
            for row in _rows(place, tx, workflow):
                with suppress(EngineError):
                    found[row.hash] = place.edition(tx, row.hash, workflow).workflow.title
    return found


def faults(place: Workplace) -> dict[str, int]:
    """How many faults were proved of editions that were brought into use with them, by hash."""
    with place.database.read() as tx:
        texts = [row[0] for row in tx.rows(queries.HISTORY, (place.log, access.STORE))]
    found = {}
    for text in texts:
        # What cannot be read is named by `audit verify`.
        with suppress(EngineError, KeyError):
            event = parse(text)
            if event["type"] == _ACTIVATED:
                found[event["body"]["hash"]] = event["body"]["faults"]
    return found


def _rows(place: Workplace, tx: Transaction, workflow: str) -> list[InUse]:
    return [InUse(*row) for row in tx.rows(statements.EDITIONS_OF, (place.log, workflow))]


def to_open(
    place: Workplace, tx: Transaction, workflow: str, edition: str = "", on: str = ""
) -> Edition:
    """The edition under which a case opens: of those in force on the day, the one activated last.

    A historic case may name its `edition`, or give the first digits of its hash. Raises UsageError
    when there is none.
    """
    rows = tx.rows(statements.EDITIONS_OF, (place.log, workflow))
    if not rows:
        known = sorted({row[0] for row in tx.rows(statements.WORKFLOWS_IN_USE, (place.log,))})
        raise UsageError(
            f'No edition of "{workflow}" is in use; in use are: {", ".join(known) or "none"}. '
            "`casetrail workflow activate` brings one into use."
        )
    if edition:
        return choosing.edition_in_use(place, tx, workflow, edition)
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
    counting = {*pinned.opening, *(parse_rule(rule.due).anchor for rule in rules)}
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
