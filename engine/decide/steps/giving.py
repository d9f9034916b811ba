"""The steps that alone give an answer: it is recorded by taking one of them, and not before."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from engine.case import Given
from engine.decide.draft import Draft
from engine.decide.entries.answers import given_only_with
from engine.definition import Transition


def givers(
    draft: Draft,
    transition: Transition,
    name: str,
    of: str = "",
    deciding: Sequence[Transition] = (),
) -> tuple[Transition, ...]:
    """The steps of which one is to be taken for an answer that a step needs; none where somebody
    records it. `deciding` are those whose decision it is.
    """
    return (
        tuple(deciding)
        or given_only_with(draft, Given(name, "", of))
        or _dating(draft, transition, name)
    )


def asking_anew(draft: Draft, question: str) -> list[Transition]:
    """The steps after which a question has another answer: they give it, or ask it afresh."""
    every = draft.workflow.transitions.values()
    return [step for step in every if question in (step.dates, *step.asks_anew)]


def takers(steps: Iterable[Transition]) -> tuple[str, ...]:
    """The roles that take one of these steps, each once."""
    return tuple(dict.fromkeys(role for step in steps for role in step.who))


def _dating(draft: Draft, transition: Transition, name: str) -> tuple[Transition, ...]:
    """The steps that answer a date question: those that start where a step does, if any do; of
    these, and of all others, those that start where the case is, if any do.

    It may start elsewhere than the case is, and its way there gives no such day.
    """
    every = draft.edition.dated_by.get(name, ())
    near = [one for one in every if not set(one.starts).isdisjoint(transition.starts)] or every
    here = [one for one in near if draft.case.state in one.starts]
    return tuple(here or near)
