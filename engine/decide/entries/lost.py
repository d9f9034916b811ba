"""What did not reach somebody: it becomes a task, and somebody else is told at once.

A message that says so and is lost itself is shown, and nobody is told of it again. Where nobody
deals with the task, all who can act are told once more before the day of the message.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from engine.dates import iso
from engine.decide.draft import Draft
from engine.decide.entries import tasks
from engine.decide.entries.telling import addressed
from engine.directory import Recipient
from engine.prose import name_of, with_article

GIVEN_UP = "message given up"
BOUNCED = "message bounced"
LOSSES = (GIVEN_UP, BOUNCED)
"""The events by which a message is lost, and by which somebody else is told so."""
MOST = 280
"""Characters of what somebody else is told."""


class Lost(NamedTuple):
    """A message that did not arrive, as the outbox has it."""

    id: str
    person: str
    role: str
    what: str
    by_when: str
    is_told: bool = True
    """Whether somebody else is told: not of what told of another loss."""


def lose(draft: Draft, lost: Lost, kind: str = GIVEN_UP, how: str = "") -> None:
    """Give a message up, leave a task to those who keep the record, and tell somebody else."""
    body: dict[str, Any] = {"message": lost.id, "status": "given up"}
    if how:
        body["how"] = how
    if found := _instead(draft, lost, "Not delivered"):
        body["messages"] = found
    draft.emit(kind, body)
    what = f'a message could not be delivered to {lost.person}: "{lost.what}"; tell them yourself'
    role = next(iter(draft.workflow.keepers), "")
    tasks.open_tasks(draft, [tasks.Task("message", what, role, lost.id)])


def warn(draft: Draft, lost: Lost) -> None:
    """Tell somebody else of a message that is still tried, while there is time to act."""
    if found := _instead(draft, lost, "Not delivered so far"):
        body = {"what": found[0]["what"], "lost": lost.id, "messages": found}
        draft.emit("people told", body)


def tell_again(draft: Draft, lost: Lost) -> None:
    """Tell all who can act of a loss that nobody has dealt with, and not only whom was told first.

    The event says of which message, so that it is done once.
    """
    what = _said(draft, lost, "Not delivered, and not dealt with, to")
    found = {one.person: one for role in ("", lost.role) for one in _recipients(draft, lost, role)}
    found |= {one.person: one for one in _keepers(draft, lost)}
    messages = [addressed(draft, one, what, lost.by_when, urgent=True) for one in found.values()]
    draft.emit("people told", {"what": what, "lost": lost.id, "messages": messages})


def _instead(draft: Draft, lost: Lost, said: str) -> list[dict[str, Any]]:
    if not lost.is_told:
        return []
    agency = draft.directory.agencies.get(lost.role)
    what = _said(draft, lost, f"{said} to")
    recipients = _recipients(draft, lost, "" if agency else lost.role)
    return [addressed(draft, one, what, lost.by_when, urgent=True) for one in recipients]


def _said(draft: Draft, lost: Lost, said: str) -> str:
    agency = draft.directory.agencies.get(lost.role)
    whom = agency.title if agency else with_article(name_of(draft.workflow, lost.role))
    what = f"{said} {whom}, tell them yourself: {lost.what}"
    return what if len(what) <= MOST else f"{what[: MOST - 3]}..."


def _recipients(draft: Draft, lost: Lost, role: str) -> list[Recipient]:
    """The fallback of the role; else those who keep the record. Never whom it did not reach."""
    directory, day = draft.directory, iso(draft.context.today)
    fallback = directory.fallback(role, day)
    if fallback and fallback != lost.person:
        return [Recipient(fallback, lost.role)]
    return _keepers(draft, lost)


def _keepers(draft: Draft, lost: Lost) -> list[Recipient]:
    directory, day = draft.directory, iso(draft.context.today)
    keepers = (one for name in draft.workflow.keepers for one in directory.to_tell(name, day))
    found = {one.person: one for one in keepers if one.person != lost.person}
    return list(found.values())
