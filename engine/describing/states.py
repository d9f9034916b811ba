"""The states of a process in English, one by one along its main line, with what may happen next."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from engine.definition import Transition, Workflow
from engine.describing.places import Place, at_any_time, holders, top
from engine.describing.sheet import Paragraph, Sheet
from engine.describing.steps import step_paragraphs, waiting
from engine.prose import counted, ended, listed, quoted


@dataclass(frozen=True, slots=True)
class Steps:
    """The steps of one place: those described there, and those that an earlier place describes."""

    here: list[Transition] = field(default_factory=list)
    above: list[Transition] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Writing:
    """The sheet that is written on, the workflow that is described, and the steps of each place."""

    sheet: Sheet
    workflow: Workflow
    steps: Mapping[str, Steps]
    where: dict[str, str] = field(default_factory=dict)
    """The number of the heading under which each step was described."""


def say_states(sheet: Sheet, workflow: Workflow, depth: int) -> None:
    """Every state under a heading, then the steps for any time; each step is described once."""
    places = top(workflow)
    if any(at_any_time(workflow, transition) for transition in workflow.transitions.values()):
        sheet.say("Steps that may be taken at any time are described last.")
    writing = _Writing(sheet, workflow, _shared_out(workflow, places))
    for place in places:
        _say_place(writing, place, depth)
    _say_any_time(sheet, workflow, depth)


def _shared_out(workflow: Workflow, places: Sequence[Place]) -> Mapping[str, Steps]:
    """The steps of each place, by the state that stands for it."""
    found: dict[str, Steps] = defaultdict(Steps)
    for transition in workflow.transitions.values():
        if not at_any_time(workflow, transition):
            first, *others = holders(places, transition.starts)
            found[first.id].here.append(transition)
            for other in others:
                found[other.id].above.append(transition)
    return found


def _say_place(writing: _Writing, place: Place, depth: int) -> None:
    number = writing.sheet.heading(depth, place.state.title)
    writing.sheet.say(*_about(writing.workflow, place, writing.steps))
    if not place.state.abstract:
        _say_steps(writing, place, number)
    for inner in place.inner:
        _say_place(writing, inner, depth + 1)
    if place.state.abstract and place.state.id in writing.steps:
        states = counted(len(place.covers), "state")
        number = writing.sheet.heading(depth + 1, f"In each of these {states}")
        _say_steps(writing, place, number)


def _about(workflow: Workflow, place: Place, steps: Collection[str]) -> Paragraph:
    state = place.state
    said: Paragraph = ["A case begins here."] if state.id == workflow.starts_at else []
    if state.says:
        said.append(ended(state.says))
    if state.abstract:
        number = len(place.covers)
        said.append(
            f"A case here is in {'one of ' * (number > 1)}the {counted(number, 'state')} below."
        )
        if place.state.id in steps:
            said.append("What may happen in each of them is said after the last.")
    elif state.closed:
        said.append("The case ends here.")
    elif waits := waiting(workflow, "The case", state.waiting_on):
        said.append(waits)
    return said


def _say_steps(writing: _Writing, place: Place, number: str) -> None:
    steps = writing.steps.get(place.state.id, Steps())
    if steps.here:
        writing.sheet.say("This may still happen:" if place.state.closed else "This may happen:")
    for transition in steps.here:
        writing.where[transition.id] = number
        writing.sheet.item(transition.title, *step_paragraphs(writing.workflow, transition))
    if steps.above:
        also = "Still possible" if place.state.closed else "Possible"
        also = "Also possible" if steps.here else also
        named = [f"{quoted(step.title)} ({writing.where[step.id]})" for step in steps.above]
        writing.sheet.say(f"{also} here, as described above: {listed(named)}.")


def _say_any_time(sheet: Sheet, workflow: Workflow, depth: int) -> None:
    always = [t for t in workflow.transitions.values() if at_any_time(workflow, t)]
    if not always:
        return
    sheet.heading(depth, "At any time")
    closed = {state.id for state in workflow.states.values() if state.closed}
    for when, also_closed in (("while it is open", False), ("open or closed", True)):
        steps = [t for t in always if (closed <= set(t.starts)) == also_closed]
        if steps:
            sheet.say(f"Wherever a case is, {when}, this may happen:")
        for transition in steps:
            paragraphs = step_paragraphs(workflow, transition)
            sheet.item(transition.title, *paragraphs, _except(workflow, transition))


def _except(workflow: Workflow, transition: Transition) -> Paragraph:
    """The few open states in which a step for almost any time may not be taken."""
    known = [s for s in workflow.states.values() if not s.closed and not s.abstract]
    missing = [quoted(state.title) for state in known if state.id not in transition.starts]
    return [f"This is not possible at {listed(missing, 'or')}."] if missing else []
