"""Packs that stand: out of date as soon as what they rest on changes, frozen when signed off.

It looks at what a command has changed, in the command's own transaction; a case of which no pack
was ever built costs nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from engine import queries, statements
from engine.database import Transaction
from engine.decide.draft import Draft
from engine.decide.entries import packs
from engine.definition import Pack
from engine.packs.files import Touched, causes, linked_causes, touched
from engine.service.workplace import Workplace

Load = Callable[[str], Draft]
"""Gives a draft of another case in the same context, locked for this transaction."""

STANDS = ("current", "out of date")


def follow(place: Workplace, tx: Transaction, drafts: Sequence[Draft], load: Load) -> list[Draft]:
    """Mark or freeze the packs that these changes touch; yields the drafts that this adds."""
    known = {draft.case.ref: draft for draft in drafts}
    for draft in drafts:
        if packs.standing(draft.case, draft.workflow):
            _own(place, tx, draft)
        parent, dot, _ = draft.case.ref.rpartition(".")
        if dot and draft.chain.events and _has_packs(place, tx, known.get(parent), parent):
            _above(place, tx, draft, known.setdefault(parent, known.get(parent) or load(parent)))
    return list(known.values())[len(drafts) :]


def out_of_date(place: Workplace, most: int = 50) -> list[tuple[str, str]]:
    """The packs, by case and name, whose latest version is out of date."""
    with place.database.read() as tx:
        rows = tx.rows(queries.PACKS_OUT_OF_DATE, (place.log, most))
    return [(str(ref), str(pack)) for ref, pack in rows]


def _own(place: Workplace, tx: Transaction, draft: Draft) -> None:
    # As it is now: what is found below adds to it.
    events = tuple(draft.chain.events)
    taken = {event["body"]["transition"] for event in events if event["type"] == _TAKEN}
    for pack, no, status in _standing(place, tx, draft):
        if pack.signed_off_by in taken:
            packs.freeze(draft, pack, no, stale=status != "current")
        elif status == "current" and not _marked(draft, pack.id, no):
            found = causes(_touched(place, tx, draft, pack), events)
            if found:
                packs.out_of_date(draft, pack.id, no, found)


def _above(place: Workplace, tx: Transaction, draft: Draft, parent: Draft) -> None:
    """What changes on a linked case may be printed in a pack of the case above it."""
    events = tuple(draft.chain.events)
    for pack, no, status in _standing(place, tx, parent):
        rests_on = _touched(place, tx, parent, pack)
        found = linked_causes(rests_on, draft.workflow.name, events)
        if found and status == "current" and not _marked(parent, pack.id, no):
            packs.out_of_date(parent, pack.id, no, found)


_TAKEN = "transition taken"


def _has_packs(place: Workplace, tx: Transaction, loaded: Draft | None, parent: str) -> bool:
    if loaded is not None:
        return bool(packs.standing(loaded.case, loaded.workflow))
    return tx.row(queries.PACKS_OF, (place.log, parent)) is not None


def _standing(place: Workplace, tx: Transaction, draft: Draft) -> list[tuple[Pack, int, str]]:
    """The latest version of each pack that is neither a draft nor settled."""
    latest: dict[str, tuple[int, str]] = {}
    for key, row in versions(place, tx, draft.case.ref):
        # What was sent and never built here rests on nothing, and takes no version's place.
        if row["status"] != "draft" and row["archive"]:
            latest[str(key[1])] = (int(key[2]), str(row["status"]))
    known = draft.workflow.packs
    found = ((known[name], no, status) for name, (no, status) in latest.items() if name in known)
    return [one for one in found if one[2] in STANDS]


def versions(
    place: Workplace, tx: Transaction, ref: str
) -> list[tuple[tuple[str, str, int], Mapping[str, Any]]]:
    """Every version of every pack of a case, by (case, pack, number), in their order."""
    layout = statements.TABLES["packs"]
    rows = tx.rows(statements.select("packs"), (place.log, ref))
    found = [
        ((str(row[0]), str(row[1]), int(row[2])), dict(zip(layout.columns, row[3:], strict=True)))
        for row in rows
    ]
    return sorted(found, key=lambda one: one[0])


def _touched(place: Workplace, tx: Transaction, draft: Draft, pack: Pack) -> Touched:
    return touched(place.pack_file(tx, draft.edition, pack.template), draft.workflow)


def _marked(draft: Draft, pack: str, no: int) -> bool:
    """Whether this very command has marked or frozen the version already."""
    bodies = (e["body"] for e in draft.chain.events if e["type"] == "pack changed")
    return any((body["pack"], body["no"]) == (pack, no) for body in bodies)
