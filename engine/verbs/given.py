"""Answers as a request has them, made into what a case is given."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from engine.case import Given
from engine.definition import Workflow
from engine.errors import UsageError
from engine.guessing import meant
from engine.verbs.fields import Field, Pair
from engine.verbs.paths import Asked

ANSWERS = Field(
    "answers", "answers", "Answers by QUESTION, QUESTION/OF or QUESTION/OF/NO, each as text."
)
SOURCE = Field("source", "word", "The agency that the answers came from.")


class Answers(NamedTuple):
    """Answers for the case itself, and for the linked cases that a step opens."""

    own: tuple[Given, ...]
    linked: tuple[Given, ...] = ()


def answers(
    pairs: Iterable[Pair], workflow: Workflow, source: str = "", linked: Workflow | None = None
) -> Answers:
    """The answers of a request; `linked` is the process of the cases that a step opens.

    Raises UsageError for an answer to a process that the step does not open.
    """
    own: list[Given] = []
    theirs: list[Given] = []
    for asked, text in pairs:
        other = is_of_linked(asked, workflow, linked)
        one = Given(asked.question, text, asked.of, asked.no, source=source)
        (theirs if other else own).append(one)
    return Answers(tuple(own), tuple(theirs))


def not_replied(pairs: Iterable[Pair], status: str) -> tuple[Given, ...]:
    """That agencies were asked, or did not reply, each with the day on which it was asked."""
    return tuple(
        Given(asked.question, None, asked.of, asked.no, status, asked_on=day)
        for asked, day in pairs
    )


def opened_by(workflow: Workflow, transition: str) -> Workflow | None:
    """The process of the linked cases that a step opens; None where it opens none."""
    known = workflow.transitions.get(transition)
    return workflow.children[known.opens.process] if known and known.opens else None


def is_of_linked(asked: Asked, workflow: Workflow, linked: Workflow | None) -> bool:
    """Whether an answer is for the linked cases. Raises UsageError for a process not opened."""
    if asked.process:
        if linked is None or asked.process != linked.name:
            known = [linked.name] if linked else []
            raise UsageError(f"This step opens no case of {asked.process}{meant('', known)}")
        return True
    if linked is None or asked.question in workflow.questions:
        return False
    return asked.question in linked.questions
