"""Which of the steps that start from where a case is lead on from there, and which stand apart."""

from __future__ import annotations

from engine.decide.draft import Draft
from engine.decide.steps import once
from engine.decide.steps.as_taken import facts_of
from engine.decide.steps.holding import can_hold
from engine.definition import Condition, Transition
from engine.guards import NOT_ANSWERED, PASSED, Facts, ways

NEAR = 4
"""Of how many states a step may start from, and still belong to each of them."""

ANY_STATE = "possible in many states"
RULED_OUT = "ruled out by what is on record"


def apart(draft: Draft, transition: Transition) -> str:
    """Why a step is told of apart from those that lead on from here; nothing for one of these."""
    if once.is_done(draft, transition) or ruled_out_by(draft, transition):
        return RULED_OUT
    near = len(transition.starts) <= NEAR
    return "" if near or is_called_for(draft, transition) else ANY_STATE


def ruled_out_by(draft: Draft, transition: Transition) -> list[list[Condition]]:
    """Of each way to meet a guard, the lines that only other answers than those on record would
    meet; nothing where a way is left without them.
    """
    facts = facts_of(draft, transition)
    found = [
        [line for line in way if _ruled_out(draft, line, facts)]
        for way in ways(can_hold(transition), facts)
    ]
    return found if all(found) else []


def is_called_for(draft: Draft, transition: Transition) -> bool:
    """Whether an answer on record calls for a step that may be taken in many states.

    Its guard holds, and that it was taken for this answer is not yet on record.
    """
    if len(transition.starts) <= NEAR or not transition.only_if.tables:
        return False
    return not ways(can_hold(transition), draft.facts) and not _taken(draft, transition)


def _ruled_out(draft: Draft, line: Condition, facts: Facts) -> bool:
    """Whether only another answer than the one on record would make a line hold."""
    if line.subject not in draft.workflow.questions or line.word == PASSED:
        return False
    return line.word == NOT_ANSWERED or facts.value(line.subject) is not None


def _taken(draft: Draft, transition: Transition) -> bool:
    dated = bool(transition.dates) and draft.case.value(transition.dates) is not None
    return dated or once.is_done(draft, transition)
