"""The wiring: from a config.toml to a partnership at work; the one module that knows the others."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from engine import calendars, database
from engine.config import Settings, directory_digest, directory_plain, misplaced, read
from engine.database import Database
from engine.dates import short_day
from engine.definition import Workflow
from engine.errors import ConfigError, DeliveryError, EngineError, StorageError
from engine.keys import Randomness
from engine.keys import read as read_keys
from engine.service import people, starting, virtual
from engine.service.virtual import VirtualClock
from engine.service.workplace import Workplace

if TYPE_CHECKING:
    from engine.service.outbox import Outgoing, Sender  # most commands send nothing
    from engine.service.rehearsals.rehearsing import Write
    from notifiers.message import Message

LONGEST_TITLE = 200
"""Of what a message says of a role or a partnership, in characters."""

_DAY = re.compile(r"\b\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])\b")

_IS_DUE = re.compile(r": (?:is|was) due(?=$|, | \()")
MOST_SAID = 300
"""Characters of what a message says."""


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
        _note_people(place, settings)
    except EngineError:
        place.database.close()
        raise
    return place


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
    _note_people(place, settings)
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
    return Workplace(
        log=settings.log,
        database=opened,
        keys=keys,
        directory=settings.directory,
        calendars=calendars.Shelf(),
        clock=clock or now,
        randomness=randomness,
        clock_kind=kind,
    )


def _standing(opened: Database, log: str, *, to_verify: bool) -> Callable[[], datetime]:
    try:
        return virtual.standing(opened, log)
    except EngineError:
        if to_verify:
            return now
        opened.close()
        raise


def _note_people(place: Workplace, settings: Settings) -> None:
    digest = place.keys.mac(directory_digest(settings.directory).encode())
    if people.are_known(place, digest):
        return
    check_appointments(settings, _in_use(place))
    # A store that cannot be written can still be read; the change is noted by the next command.
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


def sender(place: Workplace, settings: Settings) -> Sender:
    """What hands messages over, by the notifier that config.toml names."""
    # Only the wiring knows the notifiers, and only a command that sends needs them.
    from notifiers.making import Wiring, build

    wiring = Wiring(place.clock, sys.stdout, settings.folder, os.environ)
    notifier = build(settings.notify.by, settings.notify.tables.get(settings.notify.by, {}), wiring)
    made = writer(place, settings)

    def send(message: Outgoing) -> str:
        receipt = notifier.send(made(message))
        return f"{receipt.channel}: {receipt.detail}"

    return send


def writer(
    place: Workplace, settings: Settings, also: Sequence[Workflow] = ()
) -> Callable[[Outgoing], Message]:
    """What writes messages out as a notifier takes them, with the titles of the editions in use;
    before these count those of definitions that are `also` to be known.

    It raises DeliveryError for somebody whom config.toml does not name.
    """
    from notifiers.message import Message

    titles: dict[str, str] = {}

    def write(message: Outgoing) -> Message:
        if not titles:
            titles.update(_titles(place, also))
        person = place.directory.people.get(message.person)
        if person is None:
            raise DeliveryError(
                f"{message.person} is not in config.toml; put them back, or tell them yourself.",
                again=False,
            )
        return Message(
            id=message.id,
            to=person.mail or f"{person.id}@without-address.invalid",
            to_role=titles.get(message.role, message.role)[:LONGEST_TITLE],
            reference=message.ref,
            what=_dated(_days_said(message.what), by_when := _days_said(message.by_when)),
            by_when=by_when,
            link=_link(settings, message.ref),
            urgent=message.urgent,
            demo=place.demo,
            partnership=settings.partnership[:LONGEST_TITLE],
        )

    return write


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


def _dated(what: str, by_when: str) -> str:
    """What a notice says, with the day on which it is or was due: its subject says no more."""
    found = [*_IS_DUE.finditer(what)]
    if not found or not by_when or len(what) + len(by_when) >= MOST_SAID:
        return what
    end = found[-1].end()
    return f"{what[:end]} {by_when}{what[end:]}"


def _days_said(text: str) -> str:
    """A text with its days as people read them."""
    return _DAY.sub(lambda found: short_day(date.fromisoformat(found[0])), text)


def _link(settings: Settings, ref: str) -> str:
    return f"{settings.notify.link.rstrip('/')}/{ref}" if settings.notify.link else ""


def config_file(given: str) -> Path:
    """The config.toml that a command was given, or the one in this folder."""
    return Path(given or "config.toml")


def settings(given: str) -> Settings:
    """What config.toml says. Raises ConfigError."""
    from notifiers import NOTIFIERS

    return read(config_file(given), NOTIFIERS)
