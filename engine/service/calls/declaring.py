"""Which programs are called after which steps, on record since the command that first knew of it.

The first command that reads of a new one seals it, before it does anything else. That event has
its place among all events as every step has, and what has a place after it is called: so a hook is
never called for what was recorded before it was declared, and always for what is recorded later.

What changes, or is declared no more, is sealed only by the worker, and by who checks hooks by hand:
they are where the programs are. Another machine may have a config.toml that knows nothing of them.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from engine.service import access
from engine.service.calls.after import After
from engine.service.calls.queueing import Following, known
from engine.service.trail import sequencing
from engine.service.workplace import Workplace

DECLARED = "hooks declared"


def note_new(place: Workplace, declared: Collection[After]) -> bool:
    """Seal what config.toml declares of hooks that were never on record; whether there are any."""
    if not declared:
        return False
    with place.database.read() as tx:
        there = {one.hook: one for one in known(place, tx)}
    if all(one.id in there for one in declared):
        return False
    # What is on record stays as it is.
    new = {one.id: Following(one.id, *one.follows) for one in declared}
    return _note(place, {**new, **there}.values())


def note(place: Workplace, declared: Collection[After]) -> bool:
    """Seal what config.toml declares, where that is not on record yet; whether it was not."""
    return _note(place, [Following(one.id, *one.follows) for one in declared])


def _note(place: Workplace, declared: Collection[Following]) -> bool:
    with place.database.read() as tx:
        if not _changed(known(place, tx), declared):
            return False
    with place.database.write() as tx:
        # All that is committed has its place before it; nobody adds to the store's own stream.
        sequencing.turn(place, tx)
        place.store.head(tx, access.STORE)
        sequencing.seal_within(place, tx)
        if not (changed := _changed(known(place, tx), declared)):
            return False
        entry: access.Entry = (DECLARED, {"hooks": changed}, {})
        chain = access.append(place, tx, access.STORE, access.itself(place), [entry])
        place.store.write_effects(tx, chain.events)
        sequencing.give_places(place, tx, [(access.STORE, chain.n, chain.head)])
    return True


def _changed(
    before: Collection[Following], declared: Collection[Following]
) -> list[dict[str, Any]]:
    """What is declared anew, in another way, or no more."""
    there = {one.hook: one for one in before}
    wanted = {one.hook: one for one in declared}
    found = [one for one in wanted.values() if there.get(one.hook) != one]
    found += [
        one._replace(status="ended")
        for one in before
        if one.hook not in wanted and one.status == "in use"
    ]
    return [
        {
            "hook": one.hook,
            "process": one.process,
            "steps": one.steps.split(","),
            "linked": one.linked,
            "status": one.status,
            "first": one.hook not in there,
        }
        for one in found
    ]
