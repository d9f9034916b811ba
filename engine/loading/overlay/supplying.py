"""What a body can itself supply to a step, and what it would have to wait for others to give.

Names that are at fault, and told of as such, are passed over here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from typing import Final, NamedTuple

from engine.definition import Approval, Condition, Group, Guard, Role, Transition, Workflow
from engine.guards import AT_LEAST_ENDED, NOT_ANSWERED, satisfied
from engine.loading.files.lines import Path
from engine.loading.overlay.stronger import TO_COME, Kind, UndecidedError, kinds_of, let_through
from engine.nouns import any_of, with_the
from engine.owing import can_end, givers_of, is_given, is_theirs, recorders, suffices

Roles = Collection[str]
Asked = tuple[str, int, str]
"""The key of a step and the number in its list, and for what a body would wait."""


NO_GUARD: Final = Guard()


class Wait(NamedTuple):
    """A key of a step that asks a body for what it cannot supply itself."""

    step: str
    at: Path
    said: str
    """What it comes to: `would wait for the executive to approve "..."`."""


class Supplies:
    """Who can supply what to the steps of a base, and to those of it with an overlay."""

    def __init__(self, base: Workflow, new: Workflow) -> None:
        self._base, self._new = base, new

    def waits(self, before: Transition, after: Transition, body: Roles) -> Iterator[Wait]:
        """What a step asks for besides with an overlay, that this body cannot supply."""
        if {*body} & {*before.who} and not {*body} & {*after.who}:
            said = f"would wait for {called(self._new, after.who)} to take it"
            yield Wait(after.id, ("who",), said)
        for key, number, said in (
            *self._records(before, after, body),
            *self._approvals(before, after, body),
            *self._opinions(before, after, body),
        ):
            yield Wait(after.id, (key, number), f"would wait for {said}")
        if before.only_if != after.only_if:
            for said in self._shut(before.only_if, after, body):
                yield Wait(after.id, ("only_if",), f"could not be done in {said}")

    def _records(self, before: Transition, after: Transition, body: Roles) -> Iterator[Asked]:
        for number, name in enumerate(after.on_file):
            if name not in before.on_file and (said := self._not_given(name, after, body)):
                yield "on_file", number, said

    def _approvals(self, before: Transition, after: Transition, body: Roles) -> Iterator[Asked]:
        for number, approval in enumerate(after.approve):
            if not any(_is_within(approval, one) for one in before.approve):
                for said in self._not_approved(approval, after, body):
                    yield "approve", number, said

    def _opinions(self, before: Transition, after: Transition, body: Roles) -> Iterator[Asked]:
        for number, name in enumerate(after.asked):
            if name not in before.asked and not self._may_record(name, body):
                ask = self._new.questions[name].ask
                said = f'to record whom "{ask}" was asked, and who has not replied'
                yield "asked", number, f"{called(self._new, self._new.keepers)} {said}"

    def _may_record(self, name: str, body: Roles) -> bool:
        """Whether a body can itself record of an agency that it was asked, and has not replied."""
        known = name in self._new.questions
        return not known or not recorders(name, self._new).isdisjoint(body)

    def _not_approved(self, approval: Approval, step: Transition, body: Roles) -> Iterator[str]:
        question = self._new.questions.get(approval.of)
        if question and not {*body} & {*approval.by}:
            yield f'{called(self._new, approval.by)} to approve "{question.ask}"'
        elif question and not suffices(approval, body):
            who = called(self._new, approval.by)
            yield f'{approval.at_least} people ({who}) to approve "{question.ask}"'
        elif said := self._not_given(approval.of, step, body):
            yield said

    def _not_given(self, name: str, step: Transition, body: Roles, seen: Roles = ()) -> str:
        """Whose answer to a question it is, if this body cannot give one; "" if it can."""
        question = self._new.questions.get(name)
        if question is None:
            return ""
        if question.answer == "case" and name not in self._base.questions:
            return f'another open case, for there may be none, to answer "{question.ask}"'
        if question.asked_of:
            group = self._new.groups.get(question.asked_of)
            return f'an answer of {with_the(group.title)} to "{question.ask}"' if group else ""
        givers = givers_of(name, self._new)
        if not givers or is_given(name, step, self._new):
            return ""
        if any(self._may_take(one, step, body, seen) for one in givers):
            return ""
        by = f'{called(self._new, givers[0].who)} gives by "{givers[0].title}"'
        return f'an answer to "{question.ask}", which {by}'

    def _may_take(self, giver: Transition, at: Transition, body: Roles, seen: Roles) -> bool:
        """Whether a body can take a step wherever another starts, and is there still after it."""
        if giver.id in seen or not {*body} & {*giver.who} or not {*at.starts} <= {*giver.starts}:
            return False
        if giver.to and {*at.starts} != {giver.to}:
            return False
        seen = {*seen, giver.id}
        needs = (*giver.on_file, *(one.of for one in giver.approve))
        if any(self._not_given(name, giver, body, seen) for name in needs):
            return False
        if not all(suffices(one, body) for one in giver.approve):
            return False
        if not all(self._may_record(name, body) for name in giver.asked):
            return False
        return not giver.only_if.tables or not [*self._shut(Guard(), giver, body, seen)]

    def shuts_out(self, before: Guard, step: Transition, body: Roles) -> bool:
        """Whether a guard shuts out a case that another lets in, whatever a body does about it."""
        return any(self._shut(before, step, body))

    def _shut(
        self, before: Guard, step: Transition, body: Roles, seen: Roles = ()
    ) -> Iterator[str]:
        """A case that a guard shuts out for as long as only this body does something about it.

        Which answer an overlay's own question has is the body's to say, where that may change; of
        any other it can give an answer, and not choose which.
        """
        seen = {*seen, step.id}
        left: list[tuple[Condition, ...]] = []
        for table in step.only_if.tables or ((),):
            own = {line.subject for line in table if self._is_free(line.subject, step, body, seen)}
            if all(self._can_be(name, table, step, body, seen) for name in own):
                left.append(tuple(line for line in table if line.subject not in own))
        known = [line.subject for table in before.tables for line in table if _is_not(line)]
        named = {line.subject for guard in (before, step.only_if) for line in _lines(guard)}
        given = {
            name
            for name in named & {*self._new.questions} - {*known}
            if not self._not_given(name, step, body, seen)
        }
        if not left:
            yield "any case"
            return
        try:
            example = let_through(
                before,
                Guard(tuple(left)),
                self._new,
                lambda name, kind: self._is_possible(name, kind, given),
            )
        except UndecidedError:
            yield "every case, as far as can be seen: its guard is too long"
            return
        if example is not None:
            yield f"a case where {example}"

    def _is_possible(self, name: str, kind: Kind, given: Collection[str]) -> bool:
        if kind.answer is None:
            return name not in given
        return name not in self._facts or kind.said != TO_COME

    @property
    def _facts(self) -> set[str]:
        """The days on which something happened, none of which is to come."""
        dated = {step.dates for step in self._new.transitions.values()}
        return dated | {*self._new.opening}

    def _is_free(self, name: str, step: Transition, body: Roles, seen: Roles) -> bool:
        """Whether a body can make of a subject whatever a guard asks, for it is its own to say."""
        question = self._new.questions.get(name)
        if question is None:
            return name not in self._base.children and self._ends(name, step, body, seen)
        if name in self._base.questions or self._not_given(name, step, body, seen):
            return False
        return bool(question.may_change or question.answer == "date" or givers_of(name, self._new))

    def _ends(self, name: str, at: Transition, body: Roles, seen: Roles) -> bool:
        """Whether a body can close each case of a linked process of an overlay's own, and where
        some must have ended, open one.
        """
        process = self._new.children.get(name)
        if process is None:
            return True
        linked = Supplies(replace(process, questions={}, transitions={}), process)
        lines = (line for line in _lines(at.only_if) if line.subject == name)
        if any(line.word == AT_LEAST_ENDED for line in lines):
            steps = (s for s in self._new.transitions.values() if s.opens)
            opens = (s for s in steps if s.opens and s.opens.process == name)
            if not any(self._may_take(one, at, body, seen) for one in opens):
                return False
        return can_end(process, lambda step: linked.can_take(step, body))

    def can_take(self, step: Transition, body: Roles, before: Guard = NO_GUARD) -> bool:
        """Whether a body can take a step whatever is answered there, where a guard holds before."""
        return is_theirs(step, self._new, body) and not [*self._shut(before, step, body)]

    def _can_be(
        self, name: str, table: Iterable[Condition], step: Transition, body: Roles, seen: Roles
    ) -> bool:
        """Whether what a body can make of a subject of its own satisfies a table."""
        question = self._new.questions.get(name)
        lines = [line for line in table if line.subject == name]
        givers = givers_of(name, self._new)
        sets = [one for one in givers if self._may_take(one, step, body, seen)]
        values = {value for one in sets or givers for own, value in one.sets if own == name}
        kinds = kinds_of(question, lines)
        met = [
            all(satisfied(line, kind) for line in lines)
            for kind in kinds
            if not values or str(kind.answer) in values
        ]
        return any(met) if sets or not values else all(met)


def called(workflow: Workflow, names: Iterable[str]) -> str:
    """Roles and groups as people call them, without what their titles explain: `the unit`."""
    people: dict[str, Role | Group] = {**workflow.groups, **workflow.roles}
    known = (people[name].title for name in names if name in people)
    titles = (title.partition(" (")[0] for title in known)
    return any_of(dict.fromkeys(title.partition(":")[0] for title in titles))


def _is_within(approval: Approval, known: Approval) -> bool:
    """Whether an approval asks for nothing that one of the base does not."""
    same = approval.of == known.of and {*approval.by} >= {*known.by}
    return same and approval.at_least <= known.at_least


def _is_not(line: Condition) -> bool:
    return line.word == NOT_ANSWERED


def _lines(guard: Guard) -> Iterator[Condition]:
    for table in guard.tables:
        yield from table
