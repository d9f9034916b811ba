"""Conditions in English: what all alternatives share is said first, and once."""

from __future__ import annotations

from collections.abc import Iterable

from engine.definition import Condition, Guard, Question, Workflow
from engine.guards import ALL_ENDED, ANSWERED, NOT_ANSWERED, PASSED, clause
from engine.prose import day_of, listed, quoted, series

ONE_OF_THESE = "one of these is so"
MOST_IN_A_SENTENCE = 2


def condition(guard: Guard, workflow: Workflow) -> tuple[str, tuple[str, ...]]:
    """What follows "if", and the alternatives if there are too many for one sentence."""
    first, *others = guard.tables
    shared = [line for line in first if all(line in table for table in others)]
    apart = [[line for line in table if line not in shared] for table in guard.tables]
    clauses = _clauses(shared, workflow)
    if not all(apart):
        return _joined(clauses), ()
    ways = tuple(_joined(_clauses(table, workflow)) for table in apart)
    if len(ways) > MOST_IN_A_SENTENCE:
        return _joined([*clauses, ONE_OF_THESE]), ways
    return _joined([*clauses, f"either {', or '.join(ways)}"]), ()


def stated(line: Condition, workflow: Workflow) -> str:
    """One line of a guard as a statement: the child died or was seriously harmed."""
    question = workflow.questions.get(line.subject)
    if question is None:
        return _linked([line], workflow) if line.word == ALL_ENDED else clause(line, workflow)
    if line.word in (ANSWERED, NOT_ANSWERED):
        return _answered(question, line.word == ANSWERED)
    if line.word == PASSED:
        return f"{day_of(question)} has come"
    if line.word == "is" and "..." in question.said:
        return question.said.replace("...", listed(_values(question, line.values), "or"), 1)
    if line.word == "is" and not question.said:
        return f"the answer to {quoted(question.ask)} is {listed(map(quoted, line.values), 'or')}"
    return clause(line, workflow)


def _values(question: Question, values: tuple[str, ...]) -> tuple[str, ...]:
    """Answers as they stand in a statement; in quotes where they would not run on by themselves."""
    apart = question.said.partition("...")[0].rstrip().endswith(":")
    several = len(values) > 1 and any(" or " in value for value in values)
    if apart or several or any(sign in value for value in values for sign in ":;,"):
        return tuple(map(quoted, values))
    return values


def _answered(question: Question, given: bool) -> str:
    on_record = "is on record" if given else "is not on record"
    if question.answer == "date":
        return f"{day_of(question)} {on_record}"
    if question.ask.endswith("?"):
        return f"{quoted(question.ask)} has {'' if given else 'not '}been answered"
    return f"{quoted(question.ask)} {on_record}"


def _clauses(lines: Iterable[Condition], workflow: Workflow) -> list[str]:
    """Conditions as statements, in the order of their questions; linked cases are said together."""
    order = {name: n for n, name in enumerate((*workflow.questions, *workflow.children))}
    ordered = sorted(lines, key=lambda line: order[line.subject])
    ended = [line for line in ordered if line.word == ALL_ENDED]
    said = [stated(line, workflow) for line in ordered if line not in ended]
    return [*said, _linked(ended, workflow)] if ended else said


def _linked(lines: list[Condition], workflow: Workflow) -> str:
    if len(lines) == len(workflow.children) > 1:
        return "no linked case of any kind is still open"
    titles = [quoted(workflow.children[line.subject].title) for line in lines]
    return f"no linked case {listed(titles, 'or')} is still open"


def _joined(clauses: list[str]) -> str:
    """Statements that must all hold, as one; a comma parts those that have an "or" of their own."""
    if len(clauses) == 2 and any(f" {word} " in one for one in clauses for word in ("and", "or")):
        return ", and ".join(clauses)
    return series(clauses)
