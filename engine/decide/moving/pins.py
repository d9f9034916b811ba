"""Clocks that a migration left to their own rule, when the day from which they count is put right.

The edition may count them from another day by now, and would not look at this one.
"""

from __future__ import annotations

from collections.abc import Collection

from engine.decide.draft import Draft
from engine.decide.moving.pinning import KEPT, turn_of
from engine.decide.timing import clocks
from engine.decide.timing.starting import Start


def follow(draft: Draft, questions: Collection[str], cause: str) -> None:
    """Count such clocks from these answers, where the edition's own rule counts from others."""
    for key, row in draft.case.open_deadlines():
        anchor = draft.edition.rule(str(row["rule"])).anchor
        if anchor not in questions or draft.case.turn(turn_of(key)) != KEPT:
            continue
        timescale = draft.workflow.timescales[str(key[1])]
        day = draft.case.value(anchor, str(key[2]))
        if day is not None:
            start = Start(timescale.variants[0], "running", day, int(key[3]))
            clocks.move(draft, timescale, key, start, cause)
