"""What the record of a case can hold, as far as any guard looks at it, and what a step does to it.

Of each question there are a few values that guards tell apart; the sets of values that may stand on
record are bit masks, one for each question, since nothing that anybody does to one answer depends
on another.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from operator import or_
from typing import NamedTuple

from engine.definition import Condition, Question, Transition, Workflow
from engine.edition import Edition, rests_on, subjects
from engine.guards import ALL_ENDED, ANSWERED, AT_LEAST_ENDED, NOT_ANSWERED, PASSED, YES_OR_NO

NOTHING = "no answer"
GIVEN = "an answer"
COMING = "a day to come"
PAST = "a day that has come"
DONE = "done for this answer"
ONCE = "once:"

Masks = tuple[int, ...]
_NOTHING_HELD: tuple[Masks, ...] = ((),)
_APART = (((), ()),)


class Lines(NamedTuple):
    """One way in which a step can be taken: what must be on record, and what it leaves there."""

    needs: tuple[tuple[str, int], ...]
    leaves: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Subject:
    """A question, or the linked cases of a process, with the values that guards tell apart."""

    name: str
    values: tuple[str, ...]
    first: int
    """What may stand on record when a case is opened."""
    later: tuple[int, ...]
    """What may come of each value without a step, where people may answer."""

    @property
    def every(self) -> int:
        """All values."""
        return (1 << len(self.values)) - 1

    def bit(self, value: str) -> int:
        """One value, as a mask."""
        return 1 << self.values.index(value)

    def said(self, mask: int) -> tuple[str, ...]:
        """The values of a mask."""
        return tuple(value for at, value in enumerate(self.values) if mask >> at & 1)


class Record:
    """What guards look at in a workflow, and how each step changes it."""

    def __init__(self, workflow: Workflow, *, linked: bool = False) -> None:
        self.workflow = workflow
        self.edition = Edition(workflow)
        days = (name for name in workflow.opening if workflow.questions[name].answer == "date")
        self.opening = frozenset(days if linked else workflow.opening)
        """What a case is surely opened with; a linked one is given no more than its days."""
        self.by_step = frozenset((*self.edition.dated_by, *self.edition.set_by))
        self.subjects = {one.name: one for one in self._subjects()}
        steps = workflow.transitions.values()
        self.begins = {step.id: self._begins(step) for step in steps}
        self.ways = {step.id: tuple(self._ways(step)) for step in steps}

    def subjects_of(self, step: str) -> Iterator[str]:
        """The subjects that a step reads."""
        for way in self.ways[step]:
            for name, _ in way.needs:
                yield name

    def is_closed_to(self, name: str, state: str) -> bool:
        """Whether nobody can answer a question in a state, other than with a step there."""
        if name in self.by_step or name.startswith(ONCE):
            return True
        steps = self.edition.given_with.get(name, ())
        others = self._asking.get(name, ()) if steps else ()
        if any(state in step.starts for step in (*others, *steps)):
            return not any(state in step.starts for step in others)
        return False

    @cached_property
    def _asking(self) -> dict[str, list[Transition]]:
        """The steps that ask for an answer, of each question, and do not ask it anew."""
        found: dict[str, list[Transition]] = {}
        for step in self.workflow.transitions.values():
            for name in {*rests_on(step), *step.asked}.difference(step.asks_anew):
                found.setdefault(name, []).append(step)
        return found

    def later(self, name: str, state: str) -> tuple[int, ...]:
        """What may come of each value of a subject without a step, in a state."""
        known = self.subjects[name]
        if name in self.workflow.questions and self.is_closed_to(name, state):
            past = 1 << known.values.index(PAST) if COMING in known.values else 0
            return tuple(
                1 << at | (past if value == COMING else 0) for at, value in enumerate(known.values)
            )
        return known.later

    def holding(self, line: Condition) -> int:
        """The values with which a line of a guard holds."""
        known = self.subjects[line.subject]
        return sum(1 << at for at, value in enumerate(known.values) if _holds(line, value))

    def answered(self, name: str) -> int:
        """The values of a question other than that it has no answer."""
        known = self.subjects[name]
        return known.every & ~known.bit(NOTHING)

    def _subjects(self) -> Iterator[Subject]:
        steps = tuple(self.workflow.transitions.values())
        guards = [guard for step in steps for guard in (step.only_if, step.undecided_if)]
        guards += [clock.only_if for clock in self.workflow.timescales.values()]
        lines = [line for guard in guards for table in guard.tables for line in table]
        rested = [name for step in steps for name in rests_on(step) if name in self.by_step]
        once = [step.once_for for step in steps if step.once_for]
        for name in dict.fromkeys([*(line.subject for line in lines), *rested, *once]):
            mine = [line for line in lines if line.subject == name]
            question = self.workflow.questions.get(name)
            if question is None:
                yield _linked(name, mine, self.workflow.children[name])
            else:
                yield self._question(question, mine)
        for step in steps:
            if step.once_for:
                yield Subject(ONCE + step.id, (NOTHING, DONE), 1, (1, 2))

    def _question(self, question: Question, lines: Sequence[Condition]) -> Subject:
        values = (NOTHING, *self._values(question, lines))
        some = (1 << len(values)) - 2
        own = [1 << at for at in range(len(values))]
        if question.id not in self.by_step:
            own[0] = some | 1
            if question.may_change:
                own[1:] = [some] * (len(values) - 1)
        if COMING in values:
            own[values.index(COMING)] |= 1 << values.index(PAST)
        return Subject(question.id, values, some if question.id in self.opening else 1, tuple(own))

    def _values(self, question: Question, lines: Sequence[Condition]) -> tuple[str, ...]:
        if question.answer == "date":
            facts = self.edition.facts
            return (PAST,) if question.id in facts else (COMING, PAST)
        if question.answer == "number":
            given = {
                int(v)
                for step in self.edition.set_by.get(question.id, ())
                for name, v in step.sets
                if name == question.id
            }
            ends = {int(line.values[0]) for line in lines if line.values}
            near = {0, *given, *(n + more for n in ends for more in (-1, 0, 1))}
            most = question.at_most
            kept = (n for n in near if n >= 0 and (most is None or n <= most))
            return tuple(str(n) for n in sorted(kept))
        if question.answer in ("choice", "yes or no"):
            return question.choices or YES_OR_NO
        return (GIVEN,)

    def _begins(self, step: Transition) -> tuple[tuple[str, int], ...]:
        """What a step makes of the record before it is judged: asked anew, dated and set."""
        found: dict[str, int] = {}
        for name in step.asks_anew:
            if name in self.subjects:
                found[name] = self._asked_anew(name, step)
        if step.dates in self.subjects:
            found[step.dates] = self.subjects[step.dates].bit(PAST)
        for name, value in step.sets:
            if name in self.subjects:
                found[name] = self.subjects[name].bit(value)
        anew = {*step.asks_anew, step.dates, *dict(step.sets)}
        for other in self.workflow.transitions.values():
            if other.once_for in anew and other.once_for:
                found[ONCE + other.id] = 1
        return tuple(found.items())

    def _asked_anew(self, name: str, step: Transition) -> int:
        nothing = self.subjects[name].bit(NOTHING)
        if name in self.by_step:
            return nothing
        return self.answered(name) if name in step.on_file else self.answered(name) | nothing

    def _ways(self, step: Transition) -> Iterator[Lines]:
        needed = [(name, self.answered(name)) for name in rests_on(step) if name in self.subjects]
        leaves = self._opened(step)
        for table in step.only_if.tables or ((),):
            needs = [*needed, *((line.subject, self.holding(line)) for line in table)]
            if not step.once_for:
                yield Lines(_both(needs), leaves)
                continue
            mark, answer = ONCE + step.id, step.once_for
            done = (*leaves, (mark, 2))
            yield Lines(_both([*needs, (mark, 1), (answer, self.answered(answer))]), done)
            yield Lines(_both([*needs, (mark, 1), (answer, 1)]), leaves)

    def _opened(self, step: Transition) -> tuple[tuple[str, int], ...]:
        if step.opens is None or step.opens.process not in self.subjects:
            return ()
        known = self.subjects[step.opens.process]
        left = sum(1 << at for at, value in enumerate(known.values) if value.startswith("some"))
        sure = not step.opens.one_for or step.opens.one_for in step.on_file
        return ((known.name, left if sure else known.every),)


class Projection:
    """The record seen through some of its subjects alone; the others are taken to be as needed."""

    def __init__(self, record: Record, names: Iterable[str]) -> None:
        self.names = tuple(sorted(names))
        self._record = record
        at = {name: number for number, name in enumerate(self.names)}
        self._later: dict[str, tuple[tuple[int, ...], ...]] = {}
        self._after: dict[tuple[str, str, Masks], tuple[Masks, ...]] = {}
        start = record.workflow.starts_at
        self.first = self.settled(start, tuple(record.subjects[n].first for n in self.names))
        self._begins = {
            step: tuple((at[name], mask) for name, mask in begun if name in at)
            for step, begun in record.begins.items()
        }
        self._ways = {
            step: tuple(dict.fromkeys(_seen(way, at) for way in ways))
            for step, ways in record.ways.items()
        }
        self._apart = frozenset(
            step for step, ways in self._ways.items() if ways == _APART and not self._begins[step]
        )
        """The steps that read and change nothing of what is looked at."""

    def settled(self, state: str, held: Masks) -> Masks:
        """The record in a state, with whatever may come of it there without a step."""
        return tuple(map(_image, self._later_in(state), held))

    def _later_in(self, state: str) -> tuple[tuple[int, ...], ...]:
        if state not in self._later:
            self._later[state] = tuple(self._record.later(name, state) for name in self.names)
        return self._later[state]

    def after(self, step: str, there: str, held: Masks) -> tuple[Masks, ...]:
        """The record after a step that leads to a state, for each way in which it can be taken."""
        if not held:
            return _NOTHING_HELD
        key = ("" if step in self._apart else step, there, held)
        known = self._after.get(key)
        if known is None:
            known = self._after[key] = tuple(self._taken(step, there, held))
        return known

    def _taken(self, step: str, there: str, held: Masks) -> Iterator[Masks]:
        before = list(held)
        for number, mask in self._begins[step]:
            before[number] = mask
        for needs, leaves in self._ways[step]:
            now = list(before)
            for number, mask in needs:
                now[number] &= mask
                if not now[number]:
                    break
            else:
                for number, mask in leaves:
                    now[number] = mask
                yield self.settled(there, tuple(now))

    def before(self, step: str, there: str, wanted: Masks) -> Iterator[Masks]:
        """The records with which a step to a state can be taken so that one of these may come of
        it, for each way in which it can be taken.
        """
        settled = self.unsettled(there, wanted)
        for needs, leaves in self._ways[step]:
            now = list(settled)
            for number, mask in leaves:
                now[number] = self.every[number] if now[number] & mask else 0
            for number, mask in needs:
                now[number] &= mask
            for number, mask in self._begins[step]:
                now[number] = self.every[number] if now[number] & mask else 0
            if all(now):
                yield tuple(now)

    def unsettled(self, state: str, wanted: Masks) -> Masks:
        """The records of which one of these may come in a state without a step."""
        return tuple(map(_origin, self._later_in(state), wanted))

    @cached_property
    def every(self) -> Masks:
        """Whatever may be on record of each subject."""
        return tuple(one.every for one in self.subjects)

    def lacking(self, step: str, held: Masks, *, every: bool = False) -> set[str]:
        """Subjects for which a step cannot be taken with this record; none if it can.

        The first of each of its ways, or every one.
        """
        before = list(held)
        for number, mask in self._begins[step]:
            before[number] = mask
        found: set[str] = set()
        for needs, _ in self._ways[step]:
            failing = [n for n, mask in needs if not before[n] & mask]
            if not failing:
                return set()
            found |= {self.names[number] for number in (failing if every else failing[:1])}
        return found

    @cached_property
    def subjects(self) -> tuple[Subject, ...]:
        """The subjects that are looked at, in their order."""
        return tuple(self._record.subjects[name] for name in self.names)


def within(one: Masks, other: Masks) -> bool:
    """Whether all that one record may be, another may be too."""
    return tuple(map(or_, one, other)) == other


def read(step: Transition) -> tuple[str, ...]:
    """The questions and processes that the guard of a step reads."""
    return subjects(step.only_if)


@lru_cache(maxsize=65536)
def _image(later: tuple[int, ...], mask: int) -> int:
    found = 0
    for at, more in enumerate(later):
        if mask >> at & 1:
            found |= more
    return found


@lru_cache(maxsize=65536)
def _origin(later: tuple[int, ...], wanted: int) -> int:
    return sum(1 << at for at, more in enumerate(later) if more & wanted)


def _seen(
    way: Lines, at: dict[str, int]
) -> tuple[tuple[tuple[int, int], ...], tuple[tuple[int, int], ...]]:
    needs = tuple((at[name], mask) for name, mask in way.needs if name in at)
    return needs, tuple((at[name], mask) for name, mask in way.leaves if name in at)


def _both(needs: Sequence[tuple[str, int]]) -> tuple[tuple[str, int], ...]:
    """Several needs as one for each subject."""
    found: dict[str, int] = {}
    for name, mask in needs:
        found[name] = found.get(name, mask) & mask
    return tuple(found.items())


def _holds(line: Condition, value: str) -> bool:
    if line.word == ALL_ENDED:
        return value.startswith("all")
    if line.word == AT_LEAST_ENDED:
        return int(value.rpartition(" ")[2]) >= int(line.values[0])
    if value == NOTHING:
        return line.word == NOT_ANSWERED
    if line.word in (ANSWERED, NOT_ANSWERED):
        return line.word == ANSWERED
    if line.word == PASSED:
        return value == PAST
    if line.word == "is":
        return value in line.values
    number, least = int(value), int(line.values[0])
    return number >= least if line.word == "at least" else number <= least


def _linked(name: str, lines: Sequence[Condition], process: Workflow) -> Subject:
    """The linked cases of a process: whether all have ended, and how many, as far as it matters."""
    most = max((int(line.values[0]) for line in lines if line.values), default=0)
    numbers = range(most + 1)
    values = (*(f"all ended, {n}" for n in numbers), *(f"some open, {n}" for n in numbers))
    again = any(
        process.states[start].closed and step.to and not process.states[step.to].closed
        for step in process.transitions.values()
        for start in step.starts
    )
    later = []
    for at, value in enumerate(values):
        ended = int(value.rpartition(" ")[2])
        may = {at}
        if value.startswith("some"):
            may |= {most + 1 + n for n in numbers if n >= ended}
            may |= {n for n in numbers if n >= min(ended + 1, most)}
        elif again:
            may |= {most + 1 + n for n in numbers if n <= ended}
        later.append(sum(1 << one for one in may))
    return Subject(name, values, 1, tuple(later))
