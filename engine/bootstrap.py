"""The wiring: from a config.toml to a partnership at work; the one module that knows the others."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from copy import copy
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine import calendars, database
from engine.config import Settings, directory_digest, directory_plain, misplaced, read
from engine.database import Database
from engine.definition import Workflow
from engine.directory import Directory
from engine.errors import ConfigError, DeliveryError, EngineError, StorageError, UsageError
from engine.keys import Randomness
from engine.keys import read as read_keys
from engine.prose import listed
from engine.service import people, starting, virtual
from engine.service.calls import declaring
from engine.service.virtual import VirtualClock
from engine.service.workplace import Workplace
from engine.vouching import OpenId

MACHINES = ("webhook", "notify", "command")
"""The notifiers that hand a message to another program, which words it."""

if TYPE_CHECKING:
    from engine.service.accounts.openid.provider import Fetch
    from engine.service.outbox import Outgoing  # most commands send nothing
    from engine.service.rehearsals.previewing import Preview
    from engine.service.rehearsals.rehearsing import Write
    from notifiers.message import Message


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

    def sender(self) -> Post:
        return sender(self._place, self._settings)

    def mails(self, also: Sequence[Workflow] = ()) -> Write:
        return mails(self._place, self._settings, also)

    def previews(self, by: str) -> tuple[Callable[[str], Sequence[str]], Preview]:
        if by and by not in notifiers():
            known = listed(notifiers(), "or")
            raise UsageError(f'There is no notifier "{by[:40]}"; "by" is {known}.')
        told = (lambda person: (by,)) if by else partial(ways, self._settings)
        return told, previews(self._place, self._settings)

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


class Post:
    """What hands messages over, by the notifiers that config.toml names for each person."""

    def __init__(self, place: Workplace, settings: Settings) -> None:
        """Make every notifier that may be needed. Raises ConfigError."""
        # Only the wiring knows the notifiers, and only a command that sends needs them.
        from notifiers.making import Wiring, build

        wiring = Wiring(place.clock, sys.stdout, settings.folder, os.environ)
        tables = settings.notify.tables
        self._settings = settings
        self._notifiers = {n: build(n, tables.get(n, {}), wiring) for n in _used(settings)}
        self._write = writer(place, settings)

    def __call__(self, message: Outgoing) -> str:
        """Hand a message over and give the receipt. Raises DeliveryError."""
        from engine.service.wording import in_turn

        by, *also = ways(self._settings, message.person)

        def hand_over(way: str) -> str:
            receipt = self._notifiers[way].send(self._write(message, way))
            return f"{receipt.channel}: {receipt.detail}"

        return in_turn(hand_over, by, also, at_once=message.urgent)

    @property
    def follows(self) -> bool:
        """Whether any of its channels tells later what became of a message."""
        return any(hasattr(one, "delivery") for one in self._notifiers.values())

    def ask(self, receipt: str) -> str | None:
        """What a channel says of the message with a receipt; None where none of them tells.

        Raises DeliveryError where it cannot be asked now.
        """
        for part in receipt.split("; "):
            channel, _, detail = part.partition(": ")
            tell = getattr(self._notifiers.get(channel), "delivery", None)
            if tell is not None:
                return str(tell(detail))
        return None


def sender(place: Workplace, settings: Settings) -> Post:
    """What hands messages over for a partnership."""
    return Post(place, settings)


def ways(settings: Settings, person: str) -> tuple[str, ...]:
    """The notifiers by which somebody is told: the one that must reach them, then the others."""
    wish = settings.directory.preference(person)
    return (wish.by or settings.notify.by, *wish.also)


def _used(settings: Settings) -> list[str]:
    """Every notifier that may be needed: a mistake in one shows before anything is sent."""
    wishes = settings.directory.preferences.values()
    named = (name for wish in wishes for name in (wish.by, *wish.also) if name)
    return list(dict.fromkeys((settings.notify.by, *named)))


def writer(
    place: Workplace, settings: Settings, also: Sequence[Workflow] = ()
) -> Callable[..., Message]:
    """What writes messages out as a notifier takes them, with the titles of the editions in use;
    before these count those of definitions that are `also` to be known.

    It takes a message and the notifier, where it is not the first by which that person is told. It
    raises DeliveryError for somebody whom config.toml does not name.
    """
    from engine.service import wording
    from notifiers.message import Message

    titles: dict[str, str] = {}

    def write(message: Outgoing, by: str = "") -> Message:
        if not titles:
            titles.update(_titles(place, also))
        to = _address(place.directory, message.person, by or ways(settings, message.person)[0])
        base: dict[str, Any] = {
            "to": to,
            "demo": place.demo,
            "partnership": settings.partnership[: wording.LONGEST_TITLE],
        }
        said = wording.words(place, message, titles, settings.notify.link)
        return Message(**base, **said)

    return write


def _address(directory: Directory, person: str, by: str) -> str:
    """Where a notifier finds somebody."""
    known = directory.people.get(person)
    if known is None:
        raise DeliveryError(
            f"{person} is not in config.toml; put them back, or tell them yourself.",
            again=False,
        )
    wish = directory.preference(person)
    return wish.addresses.get(by) or known.mail or f"{person}@without-address.invalid"


def _in_use(place: Workplace) -> list[Workflow]:
    """The processes in use; none where an edition is damaged, which other commands say."""
    # Only a command that sends needs them, and the first one after the people have changed.
    from engine.service.editions import in_use

    try:
        return in_use(place)
    except EngineError:
        return []


def mails(place: Workplace, settings: Settings, also: Sequence[Workflow] = ()) -> Write:
    """What writes messages out as mails, as whoever gets them reads them; nothing is sent."""
    # Only what says what would be sent needs them.
    from engine.service.rehearsals.rehearsing import Mail
    from notifiers.message import body, subject

    made = writer(place, settings, also)

    def write(message: Outgoing) -> Mail:
        found = made(message)
        return Mail(found.to, subject(found), body(found))

    return write


def previews(place: Workplace, settings: Settings) -> Preview:
    """What writes messages out as each notifier sends them; nothing is sent."""
    # Only what says what would be sent needs them.
    from engine.service.rehearsals.rehearsing import Mail
    from notifiers.message import body, subject, thin

    made = writer(place, settings)

    def write(message: Outgoing, by: str) -> Mail:
        found = made(message, by)
        if by in MACHINES:
            return Mail(found.to, "", json.dumps(thin(found), ensure_ascii=False, indent=1))
        if by == "chat":
            text = f"{subject(found)}\n{body(found)}Message: {found.id}\n"
            return Mail(found.to, "", text)
        return Mail(found.to, subject(found), body(found))

    return write


def asking(openid: OpenId, timeout: float) -> Fetch:
    """What asks a provider, and nobody else, for so many seconds a call. Raises ConfigError."""
    # Only signing in at a provider needs it.
    from notifiers import fetching

    return fetching.asking(openid.issuer, inside=openid.inside, ca=openid.ca, timeout=timeout)


def notifiers() -> tuple[str, ...]:
    """The names of all notifiers that there are."""
    from notifiers import NOTIFIERS

    return NOTIFIERS


def _titles(place: Workplace, also: Sequence[Workflow] = ()) -> dict[str, str]:
    """What roles and agencies are called: those of the editions in use, the newest first."""
    # Only a command that sends needs them.
    from engine.service.editions import in_use

    found = {one.id: one.title for one in place.directory.agencies.values()}
    for main in (*also, *in_use(place)):
        for workflow in (main, *main.children.values()):
            for role in workflow.roles.values():
                found.setdefault(role.id, role.title)
    return found


def config_file(given: str) -> Path:
    """The config.toml that a command was given, or the one in this folder."""
    return Path(given or "config.toml")


def settings(given: str) -> Settings:
    """What config.toml says. Raises ConfigError."""
    from notifiers import NOTIFIERS

    return read(config_file(given), NOTIFIERS)
