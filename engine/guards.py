"""Guards: the answers that a step or a timescale depends on, judged and said in words.

A guard is a table of answers and never an expression: nothing in it is run.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from engine.dates import iso
from engine.definition import Condition, Guard, Question, Workflow

ANSWERED = "answered"
NOT_ANSWERED = "not answered"
PASSED = "passed"
ALL_ENDED = "all ended"
AT_LEAST_ENDED = "at least ended"
MOST_LINES = 50

YES_OR_NO = ("yes", "no")
_ALONE = (ANSWERED, NOT_ANSWERED)
_NUMBER = re.compile(r"(at least|at most) (\d{1,9})")
_ENDED = re.compile(r"at least (\d{1,9}) ended")
_SAYABLE = {
    "number": ("a number", '"at least 1", "at most 4", "answered" or "not answered"'),
    "date": ("a date", '"passed", "answered" or "not answered"'),
    "agencies": ("a list of agencies", '"answered" or "not answered"'),
    "case": ("the reference of a case", '"answered" or "not answered"'),
    "text": ("a text", '"answered" or "not answered"'),
    "document": ("a document", '"answered" or "not answered"'),
}


class Facts(Protocol):
    """What a guard may know of a case: answers that are not personal, linked cases, the day."""

    @property
    def today(self) -> date:
        """The local civil day."""

    def value(self, question: str) -> str | int | None:
        """The public answer of the whole case to the question as asked now; None if unanswered."""

    def ended(self, process: str) -> tuple[int, int]:
        """How many linked cases of a process have ended, and how many were opened."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one line of a guard as it was written."""

    at: tuple[str | int, ...]
    """Where in the guard: the number of the table if there are several, then the line's name."""
    problem: str
    written: str = ""
    known: tuple[str, ...] = ()
    """What could have been meant by `written`."""


def holds(guard: Guard, facts: Facts) -> bool:
    """Whether every line of one of its tables holds; a guard without tables always does."""
    for table in guard.tables:
        for condition in table:
            if not satisfied(condition, facts):
                break
        else:
            return True
    return not guard.tables


def only_answer(condition: Condition) -> str:
    """The answer by which a line holds, where no other does; nothing where several do."""
    return condition.values[0] if condition.word == "is" and len(condition.values) == 1 else ""


def unmet(guard: Guard, facts: Facts) -> tuple[Condition, ...]:
    """Every line that fails in the table nearest to holding; nothing when the guard holds."""
    return min(ways(guard, facts), key=len, default=())


def ways(guard: Guard, facts: Facts) -> tuple[tuple[Condition, ...], ...]:
    """Each way in which a guard could come to hold, as the lines that fail; none when it does."""
    if holds(guard, facts):
        return ()
    failing = (tuple(c for c in table if not satisfied(c, facts)) for table in guard.tables)
    return tuple(dict.fromkeys(failing))


def satisfied(condition: Condition, facts: Facts) -> bool:
    """Whether one line holds; an unanswered question satisfies only "not answered"."""
    word = condition.word
    if word == "is":
        return facts.value(condition.subject) in condition.values
    if word in (ALL_ENDED, AT_LEAST_ENDED):
        ended, opened = facts.ended(condition.subject)
        return ended >= (opened if word == ALL_ENDED else int(condition.values[0]))
    value = facts.value(condition.subject)
    if value is None:
        return word == NOT_ANSWERED
    if word == PASSED:
        return _passed(str(value), iso(facts.today))
    if word == "at least":
        return int(value) >= int(condition.values[0])
    return int(value) <= int(condition.values[0]) if word == "at most" else word == ANSWERED


def _passed(day: str, today: str) -> bool:
    # A month or a year alone has passed only when all its days have.
    return day <= today if len(day) == len(today) else day < today[: len(day)]


def words(guard: Guard, workflow: Workflow) -> str:
    """The guard in English, by questions and not by identifiers; "" when it asks for nothing."""
    said = [", and ".join(clause(line, workflow) for line in table) for table in guard.tables]
    return f"either {'; or '.join(said)}" if len(said) > 1 else "".join(said)


def clause(condition: Condition, workflow: Workflow) -> str:
    """One line of a guard in English: "abuse or neglect is known or suspected"."""
    question = workflow.questions.get(condition.subject)
    if question is None:
        return _of_cases(condition, workflow.children[condition.subject].title)
    if condition.word in _ALONE:
        return f"“{question.ask}” is {condition.word}"
    if question.answer == "yes or no" and question.said and len(condition.values) == 1:
        return question.said if "yes" in condition.values else f"it is not so that {question.said}"
    if "..." in question.said:
        return question.said.replace("...", _or(condition.values) or _compared(condition), 1)
    quoted = _or(tuple(f"“{value}”" for value in condition.values))
    return f"“{question.ask}” is answered with {_compared(condition) or quoted}"


def required(condition: Condition, workflow: Workflow) -> str:
    """One line of a guard as what must be so, for whoever is told that it is not so yet.

    Said by itself, a clause would read as if it were on record that the child has died.
    """
    said = clause(condition, workflow)
    asked = workflow.questions.get(condition.subject)
    start = f"“{asked.ask}” is " if asked else ""
    if asked and said.startswith(start):
        return f"“{asked.ask}” must be {said.removeprefix(start)}"
    if asked:
        return f"it must be on record that {said}"
    title = workflow.children[condition.subject].title
    if condition.word == ALL_ENDED:
        return f"every linked case “{title}” must have ended"
    return f"{said.removesuffix(' ended')} must have ended"


def _of_cases(condition: Condition, title: str) -> str:
    if condition.word == ALL_ENDED:
        return f"every linked case “{title}” has ended"
    least = condition.values[0]
    return f"at least {least} linked case{'s' * (least != '1')} “{title}” ended"


def _compared(condition: Condition) -> str:
    if condition.word == PASSED:
        return "today or an earlier day"
    return "" if condition.word == "is" else f"{condition.word} {condition.values[0]}"


def _or(values: tuple[str, ...]) -> str:
    return " or ".join(part for part in (", ".join(values[:-1]), *values[-1:]) if part)


def parse(
    written: object, questions: Mapping[str, Question], processes: Collection[str]
) -> tuple[Guard, tuple[Fault, ...]]:
    """The guard that a table, or a list of tables, writes down, and every fault of it.

    What has a fault is left out of the guard, which must then not be used.
    """
    faults: list[Fault] = []
    tables = []
    for at, table in _tables(written):
        if not isinstance(table, dict) or not table:
            faults.append(Fault(at, 'A condition is a table such as { QUESTION = "ANSWER" }.'))
            continue
        lines = [_line((*at, n), n, table[n], questions, processes) for n in sorted(table)]
        faults += [line for line in lines if isinstance(line, Fault)]
        tables.append(tuple(line for line in lines if isinstance(line, Condition)))
    if sum(map(len, tables)) > MOST_LINES:
        faults.append(Fault((), f"A guard has at most {MOST_LINES} lines."))
    return Guard(tuple(tables)), tuple(faults)


def _tables(written: object) -> Iterator[tuple[tuple[int, ...], object]]:
    if isinstance(written, list) and written:
        yield from (((number,), table) for number, table in enumerate(written))
    else:
        yield (), written


def _line(
    at: tuple[str | int, ...],
    name: str,
    written: Any,
    questions: Mapping[str, Question],
    processes: Collection[str],
) -> Condition | Fault:
    if name in processes:
        return _linked_cases(at, name, written)
    question = questions.get(name)
    if question is None:
        known = (*questions, *processes)
        return Fault(at, f'There is no question or process "{name}".', name, known)
    if problem := _not_for_rules(question):
        return Fault(at, problem)
    if written in _ALONE:
        return Condition(name, written)
    if question.answer in ("choice", "yes or no"):
        return _choice(at, question, written)
    if not question.answer:
        return Condition(name, ANSWERED)
    return _compare(at, question, written)


def _not_for_rules(question: Question) -> str:
    if question.personal:
        return (
            f'The answer to "{question.id}" is personal, and no rule reads a personal answer; ask '
            "what the rule needs as a question of its own that is not personal, or use on_file."
        )
    if question.asked_of or question.per:
        return (
            f'"{question.id}" has more than one answer, so no rule can read it; '
            "use on_file or asked, which look at each of them."
        )
    return ""


def _choice(at: tuple[str | int, ...], question: Question, written: Any) -> Condition | Fault:
    choices = question.choices or YES_OR_NO
    values = written if isinstance(written, list) else [written]
    if mixed := [value for value in values if value in _ALONE]:
        return Fault(at, f'"{mixed[0]}" stands alone; for several ways write a list of tables.')
    if not values or not all(isinstance(value, str) for value in values):
        return Fault(at, f"Write {_or(tuple(map(_quoted, choices)))}, or a list of these.")
    for value in values:
        if value not in choices:
            problem = f'"{value}" cannot be the answer to "{question.id}".'
            return Fault(at, problem, value, choices)
    return Condition(question.id, "is", tuple(sorted(set(values), key=choices.index)))


def _compare(at: tuple[str | int, ...], question: Question, written: Any) -> Condition | Fault:
    if question.answer == "date" and written == PASSED:
        return Condition(question.id, PASSED)
    found = _NUMBER.fullmatch(written) if isinstance(written, str) else None
    if question.answer != "number" or not found:
        what, ways = _SAYABLE[question.answer]
        return Fault(at, f"{_shown(written)} says nothing about {what}; write {ways}.")
    if found[1] == "at least" and question.at_most is not None and int(found[2]) > question.at_most:
        problem = f'"{written}" cannot be: "{question.id}" is at most {question.at_most}.'
        return Fault(at, problem)
    return Condition(question.id, found[1], (str(int(found[2])),))


def _linked_cases(at: tuple[str | int, ...], name: str, written: Any) -> Condition | Fault:
    if written == ALL_ENDED:
        return Condition(name, ALL_ENDED)
    found = _ENDED.fullmatch(written) if isinstance(written, str) else None
    if not found or int(found[1]) == 0:
        ways = '"all ended" or "at least 1 ended"'
        return Fault(at, f"{_shown(written)} says nothing about linked cases; write {ways}.")
    return Condition(name, AT_LEAST_ENDED, (str(int(found[1])),))


def _quoted(word: str) -> str:
    return f'"{word}"'


def _shown(written: Any) -> str:
    return _quoted(written) if isinstance(written, str) else "What stands here"
