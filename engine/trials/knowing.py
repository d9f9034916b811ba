"""What a change may put in the place of something: the other names that the process knows."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from engine.definition import Workflow
from engine.trials.changing import GONE, Change, Sheet, Where


@dataclass(frozen=True, slots=True)
class Known:
    """The names of one process, and of the one that opens it."""

    roles: tuple[str, ...]
    """Those that act."""
    states: tuple[str, ...]
    closed: frozenset[str]
    dates: tuple[str, ...]
    choices: dict[str, tuple[str, ...]]
    """Of each question that is answered with a choice."""
    groups: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Beside a group the kinds of agency in it."""
    waiting: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Beside a question the steps that ask it, need it answered or wait for it."""
    within: Mapping[str, str] = field(default_factory=dict)
    """Beside a state the one that holds it."""
    always: frozenset[str] = frozenset()
    """What a linked case is opened with, dates by the day of the step if by nothing else."""


def known(workflow: Workflow, *, linked: bool = False) -> Known:
    """What a process knows; a linked one if that is said."""
    questions = workflow.questions.values()
    return Known(
        workflow.acting,
        tuple(state.id for state in workflow.states.values() if not state.abstract),
        frozenset(state.id for state in workflow.states.values() if state.closed),
        tuple(question.id for question in questions if question.answer == "date"),
        {
            question.id: question.choices or ("yes", "no")
            for question in questions
            if question.answer in ("choice", "yes or no")
        },
        {group.id: frozenset(group.kinds) for group in workflow.groups.values()},
        _waiting(workflow),
        {state.id: state.within for state in workflow.states.values() if state.within},
        _always(workflow) if linked else frozenset(),
    )


def _waiting(workflow: Workflow) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for step in workflow.transitions.values():
        for question in {*step.on_file, *step.asked, *step.asks}:
            found[question] = (*found.get(question, ()), step.id)
    return found


def _always(workflow: Workflow) -> frozenset[str]:
    anew = {name for step in workflow.transitions.values() for name in step.asks_anew}
    return frozenset(workflow.opening) - anew


def another(names: Sequence[str], taken: Iterable[str], seed: str) -> str:
    """One of the names that is not taken, the same for the same seed; "" if there is none."""
    without = set(taken)
    free = [name for name in names if name not in without]
    return free[zlib.crc32(seed.encode()) % len(free)] if free else ""


def listed(value: Any) -> list[Any]:
    """What may be written as one name or as a list of them."""
    if value is None:
        return []
    return list(value) if isinstance(value, list) else [value]


def dropped(
    value: Any, kind: str, sheet: Sheet, where: Where, words: tuple[str, str]
) -> Iterator[Change]:
    """Each element of a list left out; the key itself with the last. `words` are the thing that
    it is dropped from and the list's own name.
    """
    every = listed(value)
    thing, what = words
    for number, one in enumerate(every):
        left = [other for other in every if other is not one]
        at = (*where, number) if isinstance(value, list) else where
        said = f"{what} {one} was dropped from {thing}"
        about = (str(where[1]), *((str(one),) if isinstance(one, str) else ()))
        yield Placed(kind, sheet, where, left or GONE, said, about, at)


@dataclass(frozen=True, slots=True)
class Placed(Change):
    """A change of which a nearer place is known than that of the whole that is written anew."""

    at: Where = ()

    @property
    def line(self) -> int:
        """The line on which the changed element stands."""
        return self.sheet.lines.of(self.at or self.where)
