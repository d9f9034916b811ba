"""A closed case that a step recorded as already done finds open: what its closing began ends.

The steps of the definition that lead out of a closed state say what that is; no other step does.
"""

from __future__ import annotations

from engine.dates import parse_partial, when
from engine.decide.draft import Draft
from engine.decide.timing import clocks
from engine.definition import Transition
from engine.errors import Need, RefusedError

CAUSE = "the case was opened again"
AGAIN = (
    "set the closing aside with `undo`, record this step with --already-done, and close the case "
    "again"
)


def reopens(draft: Draft, transition: Transition) -> bool:
    """Whether a step leads a closed case into an open state."""
    states = draft.workflow.states
    to = transition.to
    return bool(to) and states[draft.case.state].closed and not states[to].closed


def need_after_closing(draft: Draft, transition: Transition) -> None:
    """Raise RefusedError for a step from before the day on which the case was closed.

    What came before the closing cannot have opened the case again. History may be entered in any
    order.
    """
    closed_on = str(draft.case.row["closed_on"])
    happened = draft.context.happened
    if draft.case.row["historic"] or parse_partial(happened).last >= parse_partial(closed_on).first:
        return
    need = Need(
        f"the case was closed {when(closed_on)}, and this happened {when(happened)}", how=AGAIN
    )
    sentence = f'"{transition.title}" came before the case was closed, and does not open it again.'
    raise RefusedError(sentence, (need,), transition.id)


def asked_anew(draft: Draft) -> list[str]:
    """The days of closing that every step of the definition out of this state asks anew."""
    states, ways = draft.workflow.states, _ways_out(draft, draft.case.state)
    steps = draft.workflow.transitions.values()
    days = dict.fromkeys(step.dates for step in steps if step.to and states[step.to].closed)
    return [day for day in days if ways and all(day in way.asks_anew for way in ways)]


def stop_what_closing_began(draft: Draft, closed: str) -> None:
    """Stop the clocks that every step of the definition out of a closed state stops."""
    ways = _ways_out(draft, closed)
    for key, row in draft.case.open_deadlines():
        stops_if = draft.workflow.timescales[str(key[1])].stops_if
        if ways and all(way.id in stops_if for way in ways):
            clocks.stop(draft, key, row, CAUSE)


def _ways_out(draft: Draft, closed: str) -> list[Transition]:
    states = draft.workflow.states
    steps = draft.workflow.from_state(closed)
    return [step for step in steps if step.to and not states[step.to].closed]
