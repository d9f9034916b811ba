"""The wiring: from a config.toml to a partnership at work; the one module that knows the others."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from copy import copy
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from engine import calendars, database, posting
from engine.config import Settings, directory_digest, directory_plain, misplaced, read
from engine.database import Database
from engine.definition import Workflow
from engine.errors import ConfigError, EngineError, StorageError, UsageError
from engine.keys import Randomness
from engine.keys import read as read_keys
from engine.prose import listed
from engine.service import people, starting, virtual
from engine.service.calls import declaring
from engine.service.virtual import VirtualClock
from engine.service.workplace import Workplace

if TYPE_CHECKING:
    from engine.service.rehearsals.previewing import Preview
    from engine.service.rehearsals.rehearsing import Write


def now() -> datetime:
    """The instant, UTC: the one place at which the product looks at the machine's clock."""
    return datetime.now(UTC)


def workplace(settings: Settings) -> Workplace:
    """A partnership at work on its own store, as its config.toml says.

    A real store goes by the machine's clock. That of a demo is virtual, and stands where its story
    ended. Raises ConfigError when the store, its keys or its people do not fit.
    """
    place = _wired(settings)
    try:
        starting.check(place, place.database.identity.log)
        _note(place, settings)
    except EngineError:
        place.database.close()
        raise
    return place


def renewed(place: Workplace, settings: Settings) -> Workplace:
    """The same place by settings that were read anew: the people are others, the store is not.

    Raises ConfigError when it cannot go on with them.
    """
    if settings.log != place.log:
        raise ConfigError("config.toml is that of another partnership now; start again.")
    found = copy(place)
    found.directory = settings.directory
    found.partnership, found.names = settings.partnership, settings.names
    starting.check(found, found.database.identity.log)
    _note(found, settings)
    wire(found, settings)
    return found


def to_verify(settings: Settings) -> Workplace:
    """The same place, to be verified and nothing else: nothing is written, and what somebody may
    have altered in the store is not refused but left for the verification to name.

    Raises ConfigError where it cannot be this partnership's store.
    """
    place = _wired(settings, to_verify=True)
    try:
        starting.check_owner(place)
    except EngineError:
        place.database.close()
        raise
    return place


def begin(
    settings: Settings,
    clock: VirtualClock | None = None,
    randomness: Randomness = os.urandom,
) -> Workplace:
    """A partnership at work on the store that was just made for it, with its first events sealed.

    Raises ConfigError when the store has begun already, or is a real one and the clock is not.
    """
    place = _wired(settings, clock, randomness)
    starting.begin(place)
    _note(place, settings)
    return place


def _wired(
    settings: Settings,
    clock: Callable[[], datetime] | None = None,
    randomness: Randomness = os.urandom,
    *,
    to_verify: bool = False,
) -> Workplace:
    keys = read_keys(settings.keys)
    opener = database.open_to_verify if to_verify else database.open
    opened = opener(settings.database, folder=settings.folder)
    kind = opened.identity.clock
    if clock and kind != virtual.KIND:
        opened.close()
        raise ConfigError("The store is a real one; it refuses a virtual clock.")
    if kind == virtual.KIND:
        clock = clock or _standing(opened, settings.log, to_verify=to_verify)
    place = Workplace(
        log=settings.log,
        database=opened,
        keys=keys,
        directory=settings.directory,
        calendars=calendars.Shelf(),
        clock=clock or now,
        randomness=randomness,
        clock_kind=kind,
        partnership=settings.partnership,
        names=settings.names,
    )
    wire(place, settings)
    return place


def wire(place: Workplace, settings: Settings) -> None:
    """Give a place what only this module can make, such as what sends."""
    place.wire(_AtWork(place, settings))


class _AtWork:
    """What a place can be given by the one module that knows the notifiers."""

    def __init__(self, place: Workplace, settings: Settings) -> None:
        self._place = place
        self._settings = settings

    def sender(self) -> posting.Post:
        return posting.sender(self._place, self._settings)

    def mails(self, also: Sequence[Workflow] = ()) -> Write:
        return posting.mails(self._place, self._settings, also)

    def previews(self, by: str) -> tuple[Callable[[str], Sequence[str]], Preview]:
        if by and by not in posting.notifiers():
            known = listed(posting.notifiers(), "or")
            raise UsageError(f'There is no notifier "{by[:40]}"; "by" is {known}.')
        told = (lambda person: (by,)) if by else partial(posting.ways, self._settings)
        return told, posting.previews(self._place, self._settings)

    def misplaced(self, workflow: Workflow) -> list[str]:
        from engine.service.editions import own_agency_roles

        return [str(one) for one in misplaced(self._settings, own_agency_roles(workflow))]

    def check_appointments(self, workflows: Iterable[Workflow]) -> None:
        check_appointments(self._settings, workflows)


def _standing(opened: Database, log: str, *, to_verify: bool) -> Callable[[], datetime]:
    try:
        return virtual.standing(opened, log)
    except EngineError:
        if to_verify:
            return now
        opened.close()
        raise


def _note(place: Workplace, settings: Settings) -> None:
    """Keep what config.toml says that the record must know, from the first command on."""
    _note_people(place, settings)
    # A store that cannot be written can still be read; it is noted by the next command.
    with suppress(StorageError):
        declaring.note_new(place, settings.after.values())


def _note_people(place: Workplace, settings: Settings) -> None:
    digest = place.keys.mac(directory_digest(settings.directory).encode())
    if people.are_known(place, digest):
        return
    check_appointments(settings, _in_use(place))
    with suppress(StorageError):
        people.note_changes(place, digest, directory_plain(settings.directory))


def check_appointments(settings: Settings, workflows: Iterable[Workflow]) -> None:
    """Refuse settings that do not say for which agency somebody holds a role of these processes
    that counts at their own alone. Raises ConfigError with one line for every mistake.
    """
    from engine.service.editions import own_agency_roles

    own = set().union(*map(own_agency_roles, workflows))
    wrong = misplaced(settings, own) if own else []
    if wrong:
        raise ConfigError("\n".join(map(str, wrong)))


def _in_use(place: Workplace) -> list[Workflow]:
    """The processes in use; none where an edition is damaged, which other commands say."""
    # Only a command that sends needs them, and the first one after the people have changed.
    from engine.service.editions import in_use

    try:
        return in_use(place)
    except EngineError:
        return []


def config_file(given: str) -> Path:
    """The config.toml that a command was given, or the one in this folder."""
    return Path(given or "config.toml")


def settings(given: str) -> Settings:
    """What config.toml says. Raises ConfigError."""
    return read(config_file(given), posting.notifiers())
