"""Whom a step or a notice tells: roles and groups become people of that day, and each gets one thin
message.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any

from engine.decide.draft import Draft
from engine.directory import Recipient


def tell(
    draft: Draft, names: Iterable[str], what: str, by_when: str = "", *, urgent: bool = False
) -> None:
    """Tell the people behind these roles and groups, once each; a role that nobody holds becomes a
    task.
    """
    found = messages(draft, names, what, by_when, urgent=urgent)
    if found:
        draft.emit("people told", {"what": what, "messages": found})


def messages(
    draft: Draft, names: Iterable[str], what: str, by_when: str, *, urgent: bool
) -> list[dict[str, Any]]:
    """One message for each person behind these roles and groups. They hold no personal value.

    Nobody is told of what is entered as history.
    """
    if draft.case.row["historic"]:
        return []
    told: dict[str, Recipient] = {}
    for name in names:
        for recipient in recipients(draft, name):
            told.setdefault(recipient.person, recipient)
    return [
        {
            "id": _message_id(draft, recipient.person),
            "person": recipient.person,
            "role": recipient.role,
            "what": what,
            "by_when": by_when,
            "urgent": int(urgent),
        }
        for recipient in told.values()
    ]


def recipients(draft: Draft, name: str) -> tuple[Recipient, ...]:
    """The people whom a name in `tell` stands for on the day of the command."""
    day = draft.context.today.isoformat()
    group = draft.workflow.groups.get(name)
    if group:
        agencies = draft.directory.of_kinds(group.kinds, day)
        return tuple(r for agency in agencies for r in draft.directory.contact(agency.id, day))
    role = draft.workflow.roles.get(name)
    if role is None or role.outside:
        return ()
    return _of_the_agency(draft, name, day) or draft.directory.to_tell(name, day)


def _of_the_agency(draft: Draft, role: str, day: str) -> tuple[Recipient, ...]:
    """In a linked case about one agency, those who hold the role there, and not at every agency.

    Where the role is held at several agencies and at this one by nobody, its contact is told.
    """
    about = str(draft.case.row["about"])
    if not about:
        return ()
    held = draft.directory.holders(role, day)
    own = tuple(Recipient(one.person, role) for one in held if one.agency == about)
    if own or len({one.agency for one in held}) < 2:
        return own
    return draft.directory.contact(about, day)


def _message_id(draft: Draft, person: str) -> str:
    chain = draft.chain
    place = f"{draft.context.log}|{chain.stream}|{chain.n + 1}|{person}"
    return hashlib.sha256(place.encode()).hexdigest()[:32]
