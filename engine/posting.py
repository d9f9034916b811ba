"""What hands messages over and writes them out: the one module that knows the notifiers."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from engine.config import Settings
from engine.definition import Workflow
from engine.directory import Directory
from engine.errors import DeliveryError
from engine.service.workplace import Workplace
from engine.vouching import OpenId

if TYPE_CHECKING:
    from engine.service.accounts.openid.provider import Fetch
    from engine.service.outbox import Outgoing
    from engine.service.rehearsals.previewing import Preview
    from engine.service.rehearsals.rehearsing import Write
    from notifiers.message import Message

MACHINES = ("webhook", "notify", "command")
"""The notifiers that hand a message to another program, which words it."""


class Post:
    """What hands messages over, by the notifiers that config.toml names for each person."""

    def __init__(self, place: Workplace, settings: Settings) -> None:
        """Make every notifier that may be needed. Raises ConfigError."""
        # Only the wiring knows the notifiers, and only a command that sends needs them.
        from notifiers.making import Wiring, build, check_address

        wiring = Wiring(place.clock, sys.stdout, settings.folder, os.environ)
        tables = settings.notify.tables
        self._settings = settings
        self._notifiers = {n: build(n, tables.get(n, {}), wiring) for n in _used(settings)}
        for person, wish in settings.directory.preferences.items():
            for way in ways(settings, person):
                check_address(self._notifiers[way], person, wish.addresses.get(way, ""))
        self._write = writer(place, settings)

    def __call__(self, message: Outgoing) -> str:
        """Hand a message over and give the receipt. Raises DeliveryError."""
        from engine.service.wording import in_turn

        by, *also = ways(self._settings, message.person)

        def hand_over(way: str) -> str:
            try:
                receipt = self._notifiers[way].send(self._write(message, way))
            except DeliveryError as error:
                error.notifier = way
                raise
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
    from notifiers.making import goes_to
    from notifiers.message import body, subject, thin

    made = writer(place, settings)

    def write(message: Outgoing, by: str) -> Mail:
        found = made(message, by)
        if by in MACHINES:
            to = goes_to(by, settings.notify.tables.get(by, {}), found.to)
            return Mail(to, "", json.dumps(thin(found), ensure_ascii=False, indent=1))
        if by == "chat":
            text = f"{subject(found)}\n{body(found)}Message: {found.id}\n"
            return Mail(goes_to(by, settings.notify.tables.get(by, {}), found.to), "", text)
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
