"""Restricting a case to those on a list, and conflicts of interest: by whoever may say so, in one
transaction with what is not sent any more.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple

from engine.database import Transaction
from engine.decide.draft import Draft
from engine.decide.entries import barriers, keeping
from engine.prose import name_of
from engine.queries import doors
from engine.service.barriers import need_to_act
from engine.service.changing import Outcome, Wanted, change
from engine.service.workplace import By, Workplace

RESTRICT: Final = "case restrict"


class Barred(NamedTuple):
    """What came of a change of who may see a case."""

    outcome: Outcome
    nobody: tuple[tuple[str, str], ...]
    """The roles, each with its title, of which nobody is left who may see the case."""
    listed: tuple[str, ...] = ()
    """Those who alone may see it from now on; everybody may where it is empty."""


def restrict(place: Workplace, by: By, ref: str, people: Sequence[str]) -> Barred:
    """From now on only these people see a case; others are told that there is none.

    Raises RefusedError, UsageError, CaseNotFoundError and StorageError; nothing is changed then.
    """

    def act(draft: Draft, tx: Transaction) -> None:
        if not barriers.is_left_to_keepers(draft):
            need_to_act(place, tx, by.person, (ref, draft.case.rows))
        barriers.restrict(draft, people, _waiting(place, tx, ref))

    return _changed(place, by, ref, (RESTRICT, {"to": list(people)}, act))


def lift(place: Workplace, by: By, ref: str) -> Barred:
    """Everybody sees a case again who could before. Raises what `restrict` raises."""

    def act(draft: Draft, tx: Transaction) -> None:
        barriers.lift(draft)

    return _changed(place, by, ref, ("case unrestrict", {}, act))


def declare(place: Workplace, by: By, ref: str, person: str) -> Barred:
    """Somebody is in conflict with a case. Raises what `restrict` raises."""

    def act(draft: Draft, tx: Transaction) -> None:
        barriers.declare(draft, person, _waiting(place, tx, ref))

    return _changed(place, by, ref, ("conflict declare", {"person": person}, act))


def end(place: Workplace, by: By, ref: str, person: str) -> Barred:
    """Somebody is no more in conflict with a case. Raises what `restrict` raises."""

    def act(draft: Draft, tx: Transaction) -> None:
        barriers.end(draft, person)

    return _changed(place, by, ref, ("conflict end", {"person": person}, act))


Asked = tuple[str, dict[str, Any], Callable[[Draft, Transaction], None]]
"""The verb, what identifies the request, and what decides."""


def _changed(place: Workplace, by: By, ref: str, asked: Asked) -> Barred:
    verb, request, decide = asked
    nobody: list[tuple[str, str]] = []
    listed: list[str] = []

    def act(draft: Draft, tx: Transaction) -> None:
        decide(draft, tx)
        workflows = [draft.workflow, *(one.workflow for one in draft.edition.children.values())]
        titles = {role: name_of(one, role) for one in workflows for role in one.roles}
        nobody.extend((role, titles[role]) for role in barriers.without_anybody(draft))
        listed.extend(barriers.listed(draft))

    # A new list may be made where nobody of the old one is here any more; it is looked at there.
    too = verb == RESTRICT
    wanted = Wanted(verb, ref, act, keeping.roles, request, need_role=_no_role, barred_too=too)
    return Barred(change(place, by, wanted), tuple(nobody), tuple(listed))


def _no_role(draft: Draft, verb: str) -> None:
    """Who may say so is judged where it is decided."""


def _waiting(place: Workplace, tx: Transaction, ref: str) -> dict[str, str]:
    rows = tx.rows(doors.WAITING_FOR, (place.log, ref, ref))
    return {str(message): str(person) for message, person in rows}
