"""The ways of a step's guard that can hold at all, by what the definition says beside it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from engine.definition import Condition, Guard, Transition
from engine.edition import Edition, rests_on
from engine.errors import Need
from engine.guards import NOT_ANSWERED

NEVER = "this step can never be taken as the definition is written: "
MEND = "the definition is to be put right; `casetrail workflow verify` tells what is wrong with it"

_COMPARES = ("is", "at least", "at most")


def open_tables(step: Transition) -> tuple[tuple[Condition, ...], ...]:
    """The ways of a guard, but those in which something is not answered that the step needs."""
    tables = step.only_if.tables
    return tuple(table for table in tables if not any(_wanted(step, line) for line in table))


def can_hold(step: Transition) -> Guard:
    """The guard without the ways that can never hold; as it is where that leaves none."""
    return Guard(open_tables(step) or step.only_if.tables)


def never_given(edition: Edition, step: Transition, line: Condition) -> bool:
    """Whether a line asks for another answer than those that steps, and only they, can give."""
    givers = edition.set_by.get(line.subject, ()) if line.word in _COMPARES else ()
    if not givers or any(line.subject == name for name, _ in step.sets):
        return False
    return not any(_fits(line, dict(giver.sets)[line.subject]) for giver in givers)


def ruled_out(edition: Edition, step: Transition) -> Need:
    """That no way of a guard can ever hold, and why."""
    tables = step.only_if.tables
    why = dict.fromkeys(why for table in tables for why in _reasons(edition, step, table))
    return Need(f"{NEVER}{'; and '.join(why)}", how=MEND)


def _reasons(edition: Edition, step: Transition, table: Sequence[Condition]) -> Iterator[str]:
    for line in table:
        question = edition.workflow.questions.get(line.subject)
        if question and _wanted(step, line):
            yield f'it needs an answer to "{question.ask}", and asks that there is none'
        elif question and never_given(edition, step, line):
            yield f'it asks for another answer to "{question.ask}" than any step gives'


def _wanted(step: Transition, line: Condition) -> bool:
    """Whether a line asks that something is not answered which the step needs answered."""
    return line.word == NOT_ANSWERED and line.subject in rests_on(step)


def _fits(line: Condition, value: str) -> bool:
    if line.word == "is":
        return value in line.values
    least = int(line.values[0])
    return int(value) >= least if line.word == "at least" else int(value) <= least
