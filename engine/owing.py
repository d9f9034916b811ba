"""Who owes what a timescale asks for, and from where on its way a step of theirs can be come to.

`workflow verify` and the refusals of an overlay mean the same by it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from typing import TypeVar

from engine.definition import Approval, Timescale, Transition, Workflow
from engine.guards import NOT_ANSWERED

Place = TypeVar("Place")


def owing(workflow: Workflow, timescale: Timescale) -> tuple[str, ...]:
    """The roles that owe what a timescale asks for: the one on which it waits, with those that may
    take with it a step that meets it; of a group of agencies, all that take such a step.
    """
    takers = [workflow.transitions[name].who for name in timescale.met_by]
    waited = timescale.waiting_on
    if waited in workflow.groups:
        return tuple(dict.fromkeys(role for roles in takers for role in roles))
    peers = (role for roles in takers if waited in roles for role in roles)
    return tuple(dict.fromkeys((waited, *peers)))


def leading_to(
    goals: Collection[str], steps: Iterable[tuple[Place, str, Place]]
) -> frozenset[Place]:
    """The places from which one of some steps can be come to and taken, by steps from to place."""
    every = list(steps)
    found = {place for place, step, _ in every if step in goals}
    more = set(found)
    while more:
        more = {place for place, _, there in every if there in found} - found
        found |= more
    return frozenset(found)


def can_end(process: Workflow, can_take: Callable[[Transition], bool]) -> bool:
    """Whether those who can take some steps of a linked process can close a case of it by them,
    from wherever it has come.
    """
    steps = process.transitions.values()
    moves = [(start, step.to or start) for step in steps if can_take(step) for start in step.starts]
    ended, more = {state.id for state in process.states.values() if state.closed}, True
    while more:
        found = {start for start, there in moves if there in ended} - ended
        ended |= found
        more = bool(found)
    return reached(process) <= ended


def reached(process: Workflow, without: Collection[str] = ()) -> frozenset[str]:
    """The states to which a case can come, without some steps."""
    steps = [step for step in process.transitions.values() if step.id not in without]
    found, more = {process.starts_at}, True
    while more:
        there = {step.to for step in steps if step.to and not found.isdisjoint(step.starts)}
        more = not there <= found
        found |= there
    return frozenset(found)


def is_theirs(
    step: Transition, process: Workflow, roles: Collection[str], seen: Collection[str] = ()
) -> bool:
    """Whether some roles alone can take a step: others approve nothing that it needs, answer
    nothing, unless on every way to it, and need not record for them that nobody replied.
    """
    if {*roles}.isdisjoint(step.who):
        return False
    if any(recorders(name, process).isdisjoint(roles) for name in step.asked):
        return False
    if not all(suffices(approval, roles) for approval in step.approve):
        return False
    return all(_is_had(name, step, process, roles, (*seen, step.id)) for name in required(step))


def suffices(approval: Approval, roles: Collection[str]) -> bool:
    """Whether some roles alone can give an approval: of one role only one person is sure to be."""
    return len({*roles} & {*approval.by}) >= approval.at_least


def _is_had(
    name: str, step: Transition, process: Workflow, roles: Collection[str], seen: Collection[str]
) -> bool:
    question = process.questions.get(name)
    if question is None:
        return True
    givers = givers_of(name, process)
    if question.asked_of or not givers:
        return not question.asked_of
    own = (one for one in givers if one.id not in seen)
    return is_given(name, step, process) or any(is_theirs(o, process, roles, seen) for o in own)


def givers_of(name: str, process: Workflow) -> list[Transition]:
    """The steps that alone answer a question; none where people answer it."""
    return [s for s in process.transitions.values() if name == s.dates or name in dict(s.sets)]


def recorders(name: str, process: Workflow) -> set[str]:
    """The roles that may record for an agency that it was asked a question and has not replied:
    those who keep the record, and those whose steps need the answer.
    """
    steps = (step for step in process.transitions.values() if name in _supplied(step))
    return {*process.keepers, *(role for step in steps for role in step.who)}


def _supplied(step: Transition) -> set[str]:
    return {*step.on_file, *(one.of for one in step.approve), step.dates, *dict(step.sets)}


def is_given(name: str, step: Transition, process: Workflow) -> bool:
    """Whether steps have answered a question on every way to where a step starts."""
    givers = {one.id for one in givers_of(name, process)}
    others = (one for one in process.transitions.values() if one.id not in givers)
    if any(name in one.asks_anew for one in others):
        return False
    return reached(process, givers).isdisjoint(step.starts)


def required(step: Transition) -> set[str]:
    """The questions that must be answered before a step, whichever way of its guard is taken."""
    tables = step.only_if.tables
    named = [{line.subject for line in t if line.word != NOT_ANSWERED} for t in tables]
    always = set.intersection(*named) if named else set()
    return {*step.on_file, *(one.of for one in step.approve), *always}
