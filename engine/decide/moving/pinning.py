"""Clocks that a migration left as they were counted: the rule of before holds for them until they
end, whatever the edition says that governs the case now.
"""

from __future__ import annotations

from typing import Any

from engine.case import Key
from engine.decide.draft import Draft
from engine.definition import Variant

NAMED = "kept:"
"""With what the name begins under which a case counts that a clock is pinned."""
KEPT = 1
"""It counts by its own rule still, and from the day on record: a corrected day moves it."""
RESTARTED = 2
"""It counts from the day on which it was started anew, and no corrected day moves it."""


def turn_of(key: Key) -> str:
    """The name under which a case counts that a clock is pinned."""
    return f"{NAMED}{key[1]}/{key[2]}/{key[3]}"


def every(draft: Draft) -> list[Key]:
    """The clocks of a case that are pinned."""
    turns = draft.case.rows.table("turns").items()
    if not any(row["no"] and str(key[1]).startswith(NAMED) for key, row in turns):
        return []
    return [key for key in draft.case.deadlines() if draft.case.turn(turn_of(key))]


def turn(draft: Draft, key: Key, no: int) -> dict[str, Any]:
    """What an event says of a clock that is pinned from now on, or with 0 no longer."""
    what = turn_of(key)
    return {"what": what, "no": no, "first": not draft.case.knows_turn(what)}


def pinned(draft: Draft, key: Key, variant: Variant, day: str) -> tuple[Variant, str]:
    """By which rule, and from which day, a clock counts: its own where it is pinned.

    Otherwise those that the edition has for it, as they are given here.
    """
    how = draft.case.turn(turn_of(key))
    if not how:
        return variant, day
    row = draft.case.deadlines()[key]
    rule, edition = str(row["rule"]), draft.edition
    own = variant._replace(due=rule)
    if how == RESTARTED:
        return own, str(row["starts_on"])
    anchor = edition.rule(rule).anchor
    if anchor == edition.rule(variant.due).anchor:
        return own, day
    return own, draft.case.value(anchor, str(key[2])) or str(row["starts_on"])
