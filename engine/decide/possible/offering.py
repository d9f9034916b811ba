"""What can be done on a case beside its steps: answers to be given, and approvals."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from engine.case import Given
from engine.decide.draft import Draft
from engine.decide.entries.answers import given_by_steps, given_only_with, of_whom
from engine.decide.entries.keeping import held, may_answer, suppliers
from engine.decide.steps.needs import approvers
from engine.definition import Question


class Offer(NamedTuple):
    """Something that can be put on record, and who may do it."""

    question: Question
    of: str
    roles: tuple[str, ...]
    mine: bool
    """Whether the person who looks may do it today."""
    again: bool = False
    """Whether there is an answer, which is given again as it changes."""
    lacking: int = 0
    """Of an approval: how many more a step asks for."""


def answers(draft: Draft) -> Iterator[Offer]:
    """The answers that can be put on record now, in the order of the definition: those that are
    open, and plans, which are answered again as they change.

    What a step answers, or asks anew, comes with that step.
    """
    person = draft.context.actor.decided
    for question in draft.workflow.questions.values():
        for of in of_whom(draft, question):
            one = Given(question.id, None, of)
            settled = draft.case.dealt_with(question.id, of)
            if settled and not question.may_change:
                continue
            if not (given_by_steps(draft, [one]) or given_only_with(draft, one)):
                mine = may_answer(draft, question, one, person)
                yield Offer(question, of, suppliers(draft, question.id), mine, settled)


def approvals(draft: Draft) -> Iterator[Offer]:
    """The approvals that a step asks for and that can be given now: there is something to approve.

    What several steps ask for is told once for each of those who may give it.
    """
    person, told = draft.context.actor.decided, set[tuple[str, tuple[str, ...]]]()
    every = (one for step in draft.workflow.transitions.values() for one in step.approve)
    for approval in every:
        question = draft.workflow.questions[approval.of]
        given = approvers(draft, approval)
        lacking = approval.at_least - len(given)
        subjects = of_whom(draft, question)
        there = any(draft.case.answered(approval.of, of) for of in subjects)
        if lacking < 1 or not there or (approval.of, approval.by) in told:
            continue
        told.add((approval.of, approval.by))
        mine = held(draft, approval.by) is not None and person not in given
        yield Offer(question, "", approval.by, mine, lacking=lacking)
