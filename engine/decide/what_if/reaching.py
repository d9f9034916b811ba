"""Why a message goes to whom it goes: somebody holds the role, stands in, or is the last resort."""

from __future__ import annotations

from typing import NamedTuple

from engine.definition import Workflow
from engine.directory import ANY_ROLE, Directory, Recipient

HOLDER, DEPUTY, CONTACT, FALLBACK, AWAY = (
    "holder",
    "deputy",
    "contact",
    "fallback",
    "holder, although away",
)


class Why(NamedTuple):
    """Why somebody is told on a day."""

    kind: str
    """holder, deputy, contact, deputy of the contact, fallback; or holder, although away."""
    stands_for: str = ""
    """The person in whose place a deputy is told."""


def why(directory: Directory, told: Recipient, day: str) -> Why:
    """Why this person is told on a day in a role, or for an agency."""
    agency = directory.agencies.get(told.role)
    if agency is not None:
        if told.person == agency.contact:
            return Why(CONTACT)
        if any(_deputises(directory, told, agency.contact, agency.id, day)):
            return Why(f"{DEPUTY} of the {CONTACT}", agency.contact)
        return Why(FALLBACK)
    held = [one for one in directory.appointed(told.role, day) if one.person == told.person]
    if not held:
        return Why(FALLBACK)
    if directory.away(told.person, day):
        return Why(FALLBACK if told.person in _fallbacks(directory, told.role) else AWAY)
    own = [one for one in held if not one.deputy_for]
    return Why(HOLDER) if own else Why(DEPUTY, held[0].deputy_for)


def _deputises(
    directory: Directory, told: Recipient, person: str, agency: str, day: str
) -> list[bool]:
    return [
        True
        for one in directory.appointments
        if one.person == told.person
        and one.deputy_for == person
        and one.agency in ("", agency)
        and one.since <= day <= one.until
    ]


def _fallbacks(directory: Directory, role: str) -> tuple[str, ...]:
    known = (directory.fallbacks.get(role), directory.fallbacks.get(ANY_ROLE))
    return tuple(person for person in known if person)


class Gap(NamedTuple):
    """A role that somebody must be told in, and who is not there on a day."""

    role: str
    away: tuple[str, ...]
    """Those appointed who are away; nobody where the role is held by nobody at all."""


def gaps(directory: Directory, workflow: Workflow, names: tuple[str, ...], day: str) -> list[Gap]:
    """The roles among these of which somebody who holds them is away on a day, or nobody does."""
    found = []
    for name in names:
        role = workflow.roles.get(name)
        if role is None or role.outside or name in workflow.groups:
            continue
        own = [one for one in directory.appointed(name, day) if not one.deputy_for]
        away = tuple(one.person for one in own if directory.away(one.person, day))
        if away or not directory.holders(name, day):
            found.append(Gap(name, away))
    return found
