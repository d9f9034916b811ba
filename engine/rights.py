"""Who may read what of a case: by the roles that they hold on the day, and whom a question names.

Pure; a door logs every read, and every refusal of one, beside it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from engine.case import Case
from engine.definition import Question, Role, Workflow
from engine.directory import Appointment, Directory
from engine.edition import named_by
from engine.errors import DeniedError, Need
from engine.prose import capital, listed, names_of, people, quoted

UNTIL = " until "
OWN_AGENCY = "own agency"


class Entry(NamedTuple):
    """One entry of `seen_by`: a role, a group or the own agency, and until when only they see."""

    reader: str
    until: str = ""


class Concern(NamedTuple):
    """Which agencies a case concerns."""

    about: str = ""
    """The agency that it is about, if it is a linked case about one."""
    agencies: frozenset[str] = frozenset()
    """Otherwise those whose people opened the case, or about which it has a linked case."""
    at: frozenset[str] = frozenset()
    """The state where the case is, or for a linked case the one above it, and all it is within."""


NOBODYS = Concern()


class Reader(NamedTuple):
    """What somebody is to a process on a day: the roles they hold, and for which agencies."""

    roles: frozenset[str]
    agencies: frozenset[str]
    kinds: frozenset[str]
    """Of these agencies."""
    alone: frozenset[str] | None = None
    """The questions to which alone they read the answers, beside those of their agency."""

    @property
    def whole(self) -> bool:
        """Whether they read the whole case, but for what a question keeps to others."""
        return bool(self.roles) and self.alone is None


NOBODY = Reader(frozenset(), frozenset(), frozenset())
"""Somebody who reads nothing."""
BROKEN_GLASS = "broken glass"
"""In the place of a role: no question can name it."""


def by_broken_glass(own: Reader) -> Reader:
    """Somebody who broke the glass: they read the whole, with what is theirs anyway."""
    return own._replace(roles=own.roles | {BROKEN_GLASS}, alone=None)


def reader(
    directory: Directory, workflow: Workflow, person: str, day: str, concern: Concern = NOBODYS
) -> Reader:
    """What somebody is to a case of a process on a day, deputies included, whoever is away.

    Roles from outside give no right: their holders are told, and never act here. One that reads
    only where its own agency is concerned gives none elsewhere; and in a case that is not about an
    agency, only what the steps that name it need or give. One that reads certain answers gives no
    more than these and that; and one that reads in certain states, nothing in others.
    """
    held = [
        one
        for role in workflow.acting
        for one in directory.appointed(role, day)
        if one.person == person and _counts(workflow, one, concern)
    ]
    speaking = (one.agency for one in held if not workflow.roles[one.role].reads)
    agencies = frozenset(speaking) - {""}
    known = (directory.agencies.get(agency) for agency in agencies)
    kinds = frozenset(agency.kind for agency in known if agency)
    roles = frozenset(one.role for one in held)
    bound = all(_is_partial(workflow.roles[role], concern) for role in roles)
    return Reader(roles, agencies, kinds, _readable(workflow, roles) if bound else None)


def _counts(workflow: Workflow, one: Appointment, concern: Concern) -> bool:
    role = workflow.roles[one.role]
    if role.reads_in and concern.at.isdisjoint(role.reads_in):
        return False
    if not role.own_agency:
        return True
    return one.agency == concern.about if concern.about else one.agency in concern.agencies


def _is_partial(role: Role, concern: Concern) -> bool:
    """Whether a role reads only a part of such a case."""
    return bool(role.reads) or (role.own_agency and not concern.about)


def _readable(workflow: Workflow, roles: frozenset[str]) -> frozenset[str]:
    """The questions that these roles name, or their steps need or give: not those that each agency
    is asked, unless they are named.
    """
    steps = (step for step in workflow.transitions.values() if not roles.isdisjoint(step.who))
    needed = {name for step in steps for name in named_by(step)}
    asked = {question.id for question in workflow.questions.values() if question.asked_of}
    return frozenset(needed - asked).union(*(workflow.roles[role].reads for role in roles))


def is_bound(directory: Directory, workflow: Workflow, person: str) -> bool:
    """Whether what somebody may read depends on where a case is, or which agencies it concerns."""
    held = {one.role for one in directory.appointments if one.person == person}
    bound = (role.id for role in workflow.roles.values() if role.own_agency or role.reads_in)
    return any(role in held for role in bound)


def check(who: Reader, workflow: Workflow, ref: str, *, whole: bool = False) -> None:
    """Raise DeniedError, with those who may, for somebody who holds no role of the process.

    Where the `whole` of a case is to be read, also for one who reads only a part of it.
    """
    if who.whole or (who.roles and not whole):
        return
    known = [workflow.roles[name] for name in workflow.acting]
    what = "on this day you hold no role of the process that acts in it"
    if who.roles:
        what = "it takes all that is personal on the case, and your role reads only a part of it"
    elif any(role.own_agency for role in known):
        what += ", or one that reads only where its own agency is concerned"
    if not who.roles and any(role.reads_in for role in known):
        what += ", or one that reads only while a case is in certain states, and this is not"
    acting = [role.id for role in known if not (whole and _is_partial(role, NOBODYS))]
    need = Need(what, names_of(workflow, acting), "config.toml says who holds which role")
    raise DeniedError(f"What is personal on {ref} is not yours to read.", (need,))


def may_read(
    who: Reader, case: Case, workflow: Workflow, question: Question | None, agency: str = ""
) -> bool:
    """Whether somebody may read a personal answer that came from an agency.

    What answers no question, such as a reason, is for everybody with a role of the process that
    reads the whole case.
    """
    if not _is_theirs(who, question, agency):
        return False
    if not who.roles or question is None or unlocked(case, workflow, question):
        return bool(who.roles)
    return any(_is(who, workflow, entry.reader, agency) for entry in entries(question))


def entries(question: Question) -> tuple[Entry, ...]:
    """Those who alone may see the answers to a question; none where everybody may."""
    parts = (entry.partition(UNTIL) for entry in question.seen_by)
    return tuple(Entry(name, moment) for name, _, moment in parts)


def unlocked(case: Case, workflow: Workflow, question: Question) -> bool:
    """Whether nobody is kept from an answer: no one is named, or the moment has been reached."""
    moments = {entry.until for entry in entries(question) if entry.until}
    return not question.seen_by or any(reached(case, workflow, moment) for moment in moments)


def shown_to(workflow: Workflow, question: Question) -> str:
    """Whom a question names: `the legal adviser`, `the agency that gave it until “given”`."""
    named = entries(question)
    readers = dict.fromkeys(entry.reader for entry in named)
    own = ["the agency that gave it"] if OWN_AGENCY in readers else []
    others = [name for name in readers if name != OWN_AGENCY]
    shown = " and ".join([*own, *([people(workflow, others)] if others else [])])
    moments = dict.fromkeys(entry.until for entry in named if entry.until)
    titles = [quoted(_title(workflow, moment)) for moment in moments]
    return f"{shown} until {listed(titles, 'or')}" if titles else shown


def reached(case: Case, workflow: Workflow, moment: str) -> bool:
    """Whether a state has been reached, or a step taken, and not been set aside."""
    if moment in workflow.transitions:
        return case.turn(f"took:{moment}") > 0
    inside = {name for name in workflow.states if moment in around(workflow, name)}
    steps = (t for t in workflow.transitions.values() if t.to in inside)
    return case.state in inside or any(case.turn(f"took:{t.id}") > 0 for t in steps)


def _is_theirs(who: Reader, question: Question | None, agency: str) -> bool:
    """Whether an answer is among those that somebody reads at all."""
    if who.alone is None:
        return True
    if agency and agency in who.agencies:
        return True
    return question is not None and question.id in who.alone


def _is(who: Reader, workflow: Workflow, name: str, agency: str) -> bool:
    if name == OWN_AGENCY:
        return bool(agency) and agency in who.agencies
    group = workflow.groups.get(name)
    return name in who.roles or (group is not None and not who.kinds.isdisjoint(group.kinds))


def around(workflow: Workflow, state: str) -> Iterator[str]:
    """A state and all that it is within."""
    while state:
        yield state
        state = workflow.states[state].within


def _title(workflow: Workflow, moment: str) -> str:
    known = workflow.states.get(moment) or workflow.transitions.get(moment)
    return capital(known.title) if known else moment
