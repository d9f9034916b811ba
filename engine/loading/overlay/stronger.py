"""Whether one guard holds only where another does, decided exactly over all that guards tell apart.

Answers fall into finitely many kinds: no guard can tell two answers of one kind from each other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from engine.definition import Condition, Guard, Question, Workflow
from engine.guards import ALL_ENDED, AT_LEAST_ENDED, PASSED, YES_OR_NO, satisfied

MOST_TRIED = 20_000
"""Ways tried before it is given up; what two guards of ordinary size need is a few hundred."""

TODAY = date(2000, 1, 2)
TO_COME = "a day to come"
_UNANSWERED = None


class UndecidedError(Exception):
    """The guards are too long to be compared."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of answer, or of how linked cases stand, as the facts that a guard looks at."""

    answer: str | int | None = _UNANSWERED
    linked: tuple[int, int] = (0, 0)
    said: str = ""

    @property
    def today(self) -> date:
        """A day before which, and after which, the days of the kinds lie."""
        return TODAY

    def value(self, question: str) -> str | int | None:
        """The answer of this kind, whatever is asked."""
        return self.answer

    def ended(self, process: str) -> tuple[int, int]:
        """How many linked cases have ended, and how many were opened."""
        return self.linked


Left = Mapping[str, tuple[Kind, ...]]
"""The kinds of answers that are still possible, by question or process."""


def anything(name: str, kind: Kind) -> bool:
    """That every kind of answer is possible."""
    return True


def let_through(
    new: Guard, old: Guard, workflow: Workflow, possible: Callable[[str, Kind], bool] = anything
) -> str | None:
    """An example of what `new` lets through and `old` does not, in words; None if there is none.

    Only the kinds of answers that are `possible` are looked at. Raises UndecidedError for guards
    that are too long to be compared.
    """
    tried = [0]
    every = _kinds((new, old), workflow)
    kinds = {name: tuple(k for k in known if possible(name, k)) for name, known in every.items()}
    for table in new.tables or ((),):
        left = _narrowed(kinds, table)
        if left is None:
            continue
        found = _outside(left, list(old.tables or ((),)), tried)
        if found is not None:
            return _said(found, old)
    return None


def can_hold(guard: Guard, workflow: Workflow) -> bool:
    """Whether some answers satisfy a guard."""
    kinds = _kinds((guard,), workflow)
    return any(_narrowed(kinds, table) is not None for table in guard.tables or ((),))


def both(first: Guard, second: Guard) -> Guard:
    """The guard that holds where two hold."""
    tables = (
        tuple(dict.fromkeys((*one, *other)))
        for one in first.tables or ((),)
        for other in second.tables or ((),)
    )
    joined = tuple(dict.fromkeys(tables))
    return Guard() if joined == ((),) else Guard(joined)


def _outside(left: Left, tables: list[tuple[Condition, ...]], tried: list[int]) -> Left | None:
    """What is possible where none of these tables holds; None if nothing is."""
    tried[0] += 1
    if tried[0] > MOST_TRIED:
        raise UndecidedError
    options = [(_failing(left, table), number) for number, table in enumerate(tables)]
    if not options:
        return left
    fewest, number = min(options, key=lambda each: len(each[0]))
    rest = tables[:number] + tables[number + 1 :]
    for narrowed in fewest:
        found = _outside(narrowed, rest, tried)
        if found is not None:
            return found
    return None


def _failing(left: Left, table: tuple[Condition, ...]) -> list[Left]:
    """The ways in which one line of a table fails; one way, if a line cannot but fail."""
    ways: list[Left] = []
    for line in table:
        known = left[line.subject]
        failing = tuple(kind for kind in known if not satisfied(line, kind))
        if len(failing) == len(known):
            return [left]
        if failing:
            ways.append({**left, line.subject: failing})
    return ways


def _narrowed(left: Left, table: tuple[Condition, ...]) -> Left | None:
    found = dict(left)
    for line in table:
        found[line.subject] = tuple(k for k in found[line.subject] if satisfied(line, k))
        if not found[line.subject]:
            return None
    return found


def _kinds(guards: tuple[Guard, ...], workflow: Workflow) -> Left:
    lines: dict[str, list[Condition]] = {}
    for guard in guards:
        for table in guard.tables:
            for line in table:
                lines.setdefault(line.subject, []).append(line)
    return {
        name: tuple(kinds_of(workflow.questions.get(name), said)) for name, said in lines.items()
    }


def kinds_of(question: Question | None, lines: list[Condition]) -> Iterator[Kind]:
    """The kinds of answers to a question that these lines tell apart; None: of linked cases."""
    if question is None:
        yield from _of_cases(lines)
        return
    yield Kind(said="not answered")
    if question.answer in ("choice", "yes or no"):
        for choice in question.choices or YES_OR_NO:
            yield Kind(choice, said=f'"{choice}"')
    elif question.answer == "number":
        for number in _numbers(question.at_most, lines):
            yield Kind(number, said=str(number))
    elif any(line.word == PASSED for line in lines):
        yield Kind("2000-01-01", said="a day that has passed")
        yield Kind("2000-01-03", said=TO_COME)
    else:
        yield Kind("answered", said="answered")


def _numbers(at_most: int | None, lines: list[Condition]) -> list[int]:
    named = {int(value) for line in lines for value in line.values}
    near = {number + step for number in named for step in (-1, 0, 1)} | {0}
    return sorted(n for n in near if n >= 0 and (at_most is None or n <= at_most))


def _of_cases(lines: list[Condition]) -> Iterator[Kind]:
    numbers = {int(v) for line in lines if line.word == AT_LEAST_ENDED for v in line.values}
    numbers |= {number - 1 for number in numbers} | {0}
    waits = any(line.word == ALL_ENDED for line in lines)
    for ended in sorted(numbers):
        for running in (0, 1) if waits else (0,):
            said = f"{ended} ended and {running} running" if waits else f"{ended} ended"
            yield Kind(linked=(ended, ended + running), said=said)


def _said(left: Left, old: Guard) -> str:
    """The answers that fail the table of a guard which is nearest to holding."""
    lines = [line for table in old.tables for line in table]
    chosen = {
        name: max(kinds, key=lambda kind: _met(kind, name, lines)) for name, kinds in left.items()
    }
    tables = [[one for one in t if not satisfied(one, chosen[one.subject])] for t in old.tables]
    names = sorted({line.subject for line in min(tables, key=len)})
    return " and ".join(f"{name} is {chosen[name].said}" for name in names)


def _met(kind: Kind, name: str, lines: list[Condition]) -> tuple[int, bool]:
    met = sum(satisfied(line, kind) for line in lines if line.subject == name)
    return met, kind.answer is not _UNANSWERED
