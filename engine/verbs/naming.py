"""What people and agencies are called, beside the ids by which a document has them."""

from __future__ import annotations

from engine.errors import UsageError
from engine.guessing import meant
from engine.service.workplace import Workplace


def names(place: Workplace, *people: str) -> dict[str, str]:
    """The names of these people; of somebody whom config.toml does not name, nothing."""
    known = place.directory.people
    return {one: known[one].name for one in people if one in known}


def called(place: Workplace, person: str) -> str:
    """The name of somebody; the id where config.toml names nobody of it."""
    return names(place, person).get(person, person)


def agency(place: Workplace, said: str) -> str:
    """An agency that config.toml names; nothing for nothing. Raises UsageError."""
    known = place.directory.agencies
    if said and said not in known:
        raise UsageError(f'config.toml names no agency "{said[:40]}"{meant(said, known)}')
    return said
