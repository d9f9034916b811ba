"""Who may set a password, or issue and revoke a token: one's own, and those who keep the record."""

from __future__ import annotations

import re
from typing import Final

from engine.errors import DeniedError, Need, UsageError
from engine.nouns import any_of
from engine.prose import names_of
from engine.service import access, admission, editions
from engine.service.workplace import By, Workplace

VERB: Final = "account"
AT_THE_STORE: Final = "command line"
"""The door of those who may read the database and its keys."""

_ID = re.compile(r"[a-z][a-z0-9_-]{0,39}")
_NOBODY = "config.toml names no person of this id; use that of somebody it names."


def need_to_manage(place: Workplace, by: By, person: str, verb: str) -> None:
    """Raise RefusedError, which is logged, unless it is one's own account, or somebody who keeps
    the record manages another's at the database itself.

    Through any other door nobody could otherwise come in as somebody else.
    """
    _need_somebody(place, by, verb)
    at_the_store = place.door == AT_THE_STORE
    if by.person != person and not (at_the_store and is_keeper(place, by.person)):
        how = "have one of them do it with `casetrail` where the database is"
        _refuse(place, by, verb, "Another's account is not yours to manage.", how)


def need_keeper(place: Workplace, by: By, verb: str) -> None:
    """Raise RefusedError, which is logged, unless somebody keeps the record of a process in use."""
    _need_somebody(place, by, verb)
    if not is_keeper(place, by.person):
        said = "That is done by those who keep the record of a process in use."
        _refuse(place, by, verb, said, "have one of them do it")


def need_id(person: str) -> None:
    """Raise UsageError unless it has the form of an id."""
    if not _ID.fullmatch(person):
        raise UsageError(_NOBODY)


def need_person(place: Workplace, person: str) -> None:
    """Raise UsageError unless it is a person whom config.toml names."""
    known = place.directory.people.get(person)
    if known is None:
        raise UsageError(_NOBODY)
    if known.service:
        raise UsageError(
            f'"{person}" is a service account, which has no password; issue a token for it, with '
            "`casetrail token issue`."
        )


def is_keeper(place: Workplace, person: str) -> bool:
    """Whether somebody keeps the record of a process in use, today, and is a person."""
    today, directory = place.today().isoformat(), place.directory
    every = editions.in_use(place)
    keeps = any(directory.acting(person, one.keepers, today) for one in every)
    return keeps and not directory.is_service(person)


def _need_somebody(place: Workplace, by: By, verb: str) -> None:
    admission.need_part(place, by, verb)
    if place.directory.is_service(by.person):
        said = "A service account manages no account."
        _refuse(place, by, verb, said, "have a person do it")


def _refuse(place: Workplace, by: By, verb: str, said: str, how: str) -> None:
    every = editions.in_use(place)
    who = tuple(dict.fromkeys(name for one in every for name in names_of(one, one.keepers)))
    what = f"it is for {any_of(who or ['keepers of a process'])}"
    error = DeniedError(said, (Need(what, who, how),))
    access.refused(place, by, verb, "", error)
    raise error
