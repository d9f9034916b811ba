"""Closing a case: no clock is left running on it that the definition lets end before."""

from __future__ import annotations

from engine.case import Key
from engine.decide.draft import Draft
from engine.decide.timing import clocks
from engine.definition import Timescale, Transition

CAUSE = "the case was closed"


def closing(draft: Draft, transition: Transition) -> bool:
    """Whether a step closes the case. History may be entered in any order, so it never does."""
    states = draft.workflow.states
    if not transition.to or not states[transition.to].closed or draft.case.row["historic"]:
        return False
    return not states[draft.case.state].closed


def left_running(draft: Draft, transition: str = "") -> list[Key]:
    """The clocks that run and do not end by themselves, nor by this step; without what is kept."""
    return [
        key
        for key, _ in draft.case.open_deadlines()
        if _ends(draft, draft.workflow.timescales[str(key[1])], transition)
    ]


def stop_all(draft: Draft) -> None:
    """Stop what is left running on a case that is closed all the same, but no clock of a duty.

    A duty that was not done is still to be seen: it ends when what did or ended it is recorded.
    """
    rows = draft.case.deadlines()
    for key in left_running(draft):
        if not draft.workflow.timescales[str(key[1])].duty:
            clocks.stop(draft, key, rows[key], CAUSE)


def _ends(draft: Draft, timescale: Timescale, transition: str) -> bool:
    ends = (*timescale.met_by, *timescale.stops_if)
    if timescale.keep or not ends or clocks.recurs(draft, timescale):
        return False
    return transition not in ends
