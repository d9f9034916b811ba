"""Whom a step or a notice tells: roles and groups become people of that day, and each gets one thin
message.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from engine.case import Case
from engine.dates import iso
from engine.decide.draft import Draft
from engine.definition import Transition, Workflow
from engine.directory import Recipient
from engine.edition import named_by
from engine.prose import listed, quoted


class News(NamedTuple):
    """What people are told of a case, and which agencies it is about."""

    what: str
    by_when: str = ""
    urgent: bool = False
    of: str = ""
    """The agency for which the clock runs that it is about; others of a group are not told."""
    at: tuple[str, ...] = ()
    """The agencies that a step names: at them alone a role is told that counts at its own."""
    asked: Mapping[str, str] = MappingProxyType({})
    """What a group of agencies is told instead, of whom the step asks something."""


def of_step(draft: Draft, step: Transition, what: str) -> News:
    """What people are told of a step, with the agencies that its answers name now."""
    bound = any(_is_bound(draft.workflow, name) for name in step.tell)
    return News(what, at=concerned(draft.case, draft.workflow, _named(step)) if bound else ())


def of_asking(draft: Draft, step: Transition, news: News) -> News:
    """The news of a step by which agencies are asked: their own messages say what."""
    asks: dict[str, list[str]] = {}
    for question in (draft.workflow.questions[name] for name in step.asks):
        asks.setdefault(question.asked_of, []).append(quoted(question.ask))
    on = draft.context.happened
    asked = {
        group: f"Asked of your agency on {on}: {listed(said)} ({step.title})"
        for group, said in asks.items()
    }
    return news._replace(asked=asked)


def tell_asked(draft: Draft) -> None:
    """Tell whoever is asked at the agency that a linked case is about: what, where, by when.

    The message goes out from that case, so it has the reference under which they answer.
    """
    role = draft.workflow.states[draft.case.state].waiting_on
    clocks = [row for key, row in draft.case.open_deadlines() if _waits(draft, str(key[1]), role)]
    by_when = min((str(row["due_on"]) for row in clocks if row["due_on"]), default="")
    title, on = quoted(draft.workflow.title), draft.context.happened
    what = f"Asked of your agency on {on}, in a case of its own: {title}"
    _tell_agency(draft, role, what, by_when)


def tell_unasked(draft: Draft) -> None:
    """Tell whoever was asked in a linked case that it was set aside, and that nothing is wanted."""
    role = draft.workflow.states[draft.case.state].waiting_on
    _tell_agency(draft, role, f"No longer asked of your agency: {quoted(draft.workflow.title)}")


def _tell_agency(draft: Draft, role: str, what: str, by_when: str = "") -> None:
    about = draft.case.about
    if about and _is_bound(draft.workflow, role):
        tell(draft, (role,), News(what, by_when, of=about))


def _waits(draft: Draft, timescale: str, role: str) -> bool:
    known = draft.workflow.timescales.get(timescale)
    return known is not None and known.waiting_on == role


def of_clock(
    draft: Draft, title: str, of: str, said: str, *, by_when: str = "", urgent: bool = False
) -> News:
    """What people are told of a clock; of one that runs for an agency it says for which."""
    agency = draft.directory.agencies.get(of)
    called = f"{title} ({agency.title})" if agency else title
    return News(f"{called}: {said}", by_when, urgent, of)


def tell(draft: Draft, names: Iterable[str], news: News) -> None:
    """Tell the people behind these roles and groups, once each."""
    found = messages(draft, names, news)
    if found:
        draft.emit("people told", {"what": news.what, "messages": found})


def messages(draft: Draft, names: Iterable[str], news: News) -> list[dict[str, Any]]:
    """One message for each person behind these roles and groups. They hold no personal value.

    Nobody is told of what is entered as history.
    """
    if draft.case.row["historic"]:
        return []
    told: dict[str, tuple[Recipient, str]] = {}
    for name in names:
        what = news.asked.get(name, news.what)
        for recipient in recipients(draft, name, news):
            told.setdefault(recipient.person, (recipient, what))
    return [
        addressed(draft, recipient, what, news.by_when, urgent=news.urgent)
        for recipient, what in told.values()
    ]


def addressed(
    draft: Draft, recipient: Recipient, what: str, by_when: str = "", *, urgent: bool = False
) -> dict[str, Any]:
    """A message to one person, in the event that comes next."""
    return {
        "id": _message_id(draft, recipient.person),
        "person": recipient.person,
        "role": recipient.role,
        "what": what,
        "by_when": by_when,
        "urgent": int(urgent),
    }


def recipients(draft: Draft, name: str, news: News) -> tuple[Recipient, ...]:
    """The people whom a name in `tell` stands for on the day of the command."""
    workflow, directory = draft.workflow, draft.directory
    day = iso(draft.context.today)
    group = workflow.groups.get(name)
    if group:
        agencies = [agency.id for agency in directory.of_kinds(group.kinds, day)]
        wanted = [news.of] if news.of in agencies else agencies
        return tuple(one for agency in wanted for one in directory.contact(agency, day))
    role = workflow.roles.get(name)
    if role is None or role.outside:
        return ()
    if role.own_agency:
        of = (news.of,) if news.of else news.at
        return directory.to_tell_at(name, of or concerned(draft.case, workflow), day)
    return directory.to_tell(name, day)


def concerned(case: Case, workflow: Workflow, asked: Collection[str] = ()) -> tuple[str, ...]:
    """The agencies at which alone a role counts that is bound to its own agency.

    In a case about an agency it is that one. In any other they are those that answer one of the
    questions `asked`; where none does, those that answer any question of the case.
    """
    if case.about:
        return (case.about,)
    named = [
        (question.id in asked, agency)
        for question in workflow.questions.values()
        if question.answer == "agencies"
        for agency in (case.value(question.id) or "").split(",")
        if agency
    ]
    first = [agency for is_asked, agency in named if is_asked]
    return tuple(dict.fromkeys(first or [agency for _, agency in named]))


def waited_for(case: Case, workflow: Workflow, role: str, of: str = "") -> tuple[str, ...]:
    """The agencies at which alone somebody is waited for; none for a role not bound to its own.

    Without an agency for which a clock runs (`of`) they are those of the state where the case is:
    of the answers that the steps into it name.
    """
    if not _is_bound(workflow, role):
        return ()
    if of:
        return (of,)
    leading = [step for step in workflow.transitions.values() if step.to == case.state]
    return concerned(case, workflow, {name for step in leading for name in _named(step)})


def _named(step: Transition) -> frozenset[str]:
    """The questions that a step names."""
    return named_by(step) | ({step.opens.one_for} if step.opens else frozenset())


def _is_bound(workflow: Workflow, name: str) -> bool:
    role = workflow.roles.get(name)
    return role is not None and role.own_agency


def _message_id(draft: Draft, person: str) -> str:
    chain = draft.chain
    place = f"{draft.context.log}|{chain.stream}|{chain.n + 1}|{person}"
    return hashlib.sha256(place.encode()).hexdigest()[:32]
