"""What each role of a process may do, as its definition says: open, take, record, put right,
approve, be told and read. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from engine import rights
from engine.definition import Question, Workflow
from engine.edition import Edition
from engine.who import Role

NOTHING, PART, WHOLE = "nothing", "a part", "the whole case"


class Named(NamedTuple):
    """A thing of a process, and what it is called."""

    id: str
    title: str


class Reading(NamedTuple):
    """What of the personal answers of a case a role reads."""

    how: str
    """NOTHING, PART or WHOLE."""
    own_agency: bool
    """Whether only where the agency for which it is held is concerned."""
    states: tuple[Named, ...]
    """In which states alone; empty: in all of them."""
    beside: tuple[Named, ...]
    """The answers that it names, where it reads a part."""
    by_agency: tuple[Named, ...]
    """Those that it reads where it is held for the agency that gave them, or for one of the
    agencies that are named; for ever or until a moment."""
    kept: tuple[Named, ...]
    """Those that are kept to others, for ever or until a moment."""


class Powers(NamedTuple):
    """What a role may do."""

    role: str
    title: str
    outside: bool
    """Whether it is told, and does nothing here."""
    opens: bool
    keeps: bool
    """Whether it keeps the record: it records what others decided, and adds and erases people."""
    takes: tuple[Named, ...]
    records: tuple[Named, ...]
    corrects: tuple[Named, ...]
    approves: tuple[Named, ...]
    told: tuple[Named, ...]
    """Of which steps and timescales."""
    reads: Reading

    def plain(self) -> dict[str, Any]:
        """The same as every document has it."""
        return {name: _plain(value) for name, value in self._asdict().items()}


def every(edition: Edition, above: Workflow | None = None) -> tuple[Powers, ...]:
    """The powers of each role of a process, in the order of its definition; of a linked process
    `above` is the one whose state it is in which a role reads.
    """
    roles = edition.workflow.roles.values()
    return tuple(_of_role(edition, role, above or edition.workflow) for role in roles)


def of_children(edition: Edition) -> Mapping[str, tuple[Powers, ...]]:
    """The same of each linked process."""
    return {name: every(one, edition.workflow) for name, one in edition.children.items()}


def _of_role(edition: Edition, role: Role, above: Workflow) -> Powers:
    workflow, name = edition.workflow, role.id
    acts = not role.outside
    questions = workflow.questions.values()
    by_hand = [q for q in questions if q.id not in edition.dated_by and q.id not in edition.set_by]
    steps = workflow.transitions.values()
    approved = {a.of for step in steps for a in step.approve if name in a.by}
    return Powers(
        role=name,
        title=role.title,
        outside=role.outside,
        opens=acts and name in workflow.may_open,
        keeps=acts and name in workflow.keepers,
        takes=tuple(Named(s.id, s.title) for s in steps if acts and name in s.who),
        records=_asked(q for q in by_hand if acts and name in edition.suppliers(q.id)),
        corrects=_asked(q for q in by_hand if acts and name in edition.correctors(q)),
        approves=_asked(q for q in questions if acts and q.id in approved),
        told=tuple(_told(workflow, name)),
        reads=_reading(workflow, role, above),
    )


def _told(workflow: Workflow, role: str) -> Iterator[Named]:
    for step in workflow.transitions.values():
        if role in step.tell:
            yield Named(step.id, step.title)
    for one in workflow.timescales.values():
        if any(role in notice.tell for notice in one.notices):
            yield Named(one.id, one.title)


def _reading(workflow: Workflow, role: Role, above: Workflow) -> Reading:
    personal = [one for one in workflow.questions.values() if one.personal]
    hidden = [one for one in personal if one.seen_by and role.id not in _readers(one)]
    agencies = {rights.OWN_AGENCY, *workflow.groups}
    shared = [one for one in hidden if not agencies.isdisjoint(_readers(one))]
    states = tuple(Named(one, above.states[one].title) for one in role.reads_in)
    if role.outside:
        return Reading(NOTHING, role.own_agency, states, (), (), ())
    return Reading(
        how=PART if role.reads else WHOLE,
        own_agency=role.own_agency,
        states=states,
        beside=_asked(one for one in personal if one.id in role.reads),
        by_agency=_asked(shared),
        kept=_asked(one for one in hidden if one not in shared),
    )


def _readers(question: Question) -> set[str]:
    """Those who alone see the answers to a question."""
    return {entry.reader for entry in rights.entries(question)}


def _asked(questions: Iterable[Question]) -> tuple[Named, ...]:
    return tuple(Named(one.id, one.ask) for one in questions)


def _plain(value: Any) -> Any:
    if isinstance(value, Reading):
        return {name: _plain(one) for name, one in value._asdict().items()}
    return [one._asdict() for one in value] if isinstance(value, tuple) else value
