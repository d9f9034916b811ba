"""Signed calls of other systems, by the Standard Webhooks specification.

A call is refused in the same words, and after the same work, whether its endpoint is unknown, its
signature forged, its moment past, its id taken by another body, or it was meant for another
endpoint; the access log says which. Only whoever signs rightly is told more.

A repeat is no forgery: by the specification a sender who saw no answer makes the same call again,
with the same id and a new moment and signature. Whoever sends on a call that they have seen, within
its five minutes, cannot be told from that sender, and gets what they got: the first outcome, and no
second effect. So a repeat with the same body is answered as it was the first time; the same id with
another body means something else, and is refused alike.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Final, NamedTuple

from engine import log
from engine.config import Settings
from engine.config.hooks import Hook
from engine.errors import EngineError, RefusedError, UsageError
from engine.hooks import answer, doing, fitting, flooding, strict_json
from engine.hooks.answer import Answer, Wrong
from engine.hooks.doing import Source
from engine.hooks.flooding import Minute, Refusals
from engine.hooks.replaying import claim
from engine.hooks.secrets import Secrets
from engine.service.access import CLOSED, NOT_RECORDED
from engine.service.workplace import Workplace
from engine.signing import TIMESTAMP, Signed, verify

LARGEST: Final = 256 * 1024
"""Bytes of a body."""
MOST_CALLS: Final = 600
"""Signed calls of one endpoint in a minute."""
LOOK: Final = 15.0
"""Seconds after which it is looked anew which endpoints fit: a day may have passed."""
TURNS: Final = 64
"""Locks among which the ids of calls are shared out."""
DOOR: Final = "hook"
SIGNED: Final = "signed"

Headers = Sequence[tuple[str, str]]


class _AtWork(NamedTuple):
    """A partnership with its endpoints, as config.toml says them."""

    place: Workplace
    settings: Settings
    secrets: Secrets
    hooks: tuple[Hook | None, ...]
    """By the place of an endpoint; the first stands for one that there is not."""
    names: tuple[str, ...]
    """The same as the access log has them."""
    closed: frozenset[str]
    """The endpoints that do not fit as things stand."""
    looked: int
    """When that was looked at, in steps of LOOK."""


class Reception:
    """Receives the calls of one partnership; one for a process, from any of its threads.

    `anew` yields the partnership and its settings as they are now, where they may change.
    """

    def __init__(
        self,
        place: Workplace,
        settings: Settings,
        anew: Callable[[], tuple[Workplace, Settings]] | None = None,
    ) -> None:
        self._anew = anew
        self._at_work = _at_work(place, settings)
        self._lock = threading.Lock()
        self._refusals = Refusals(self._at_work.place)
        self._calls = Minute(place.clock)
        self._turns = [threading.Lock() for _ in range(TURNS)]

    def receive(self, endpoint: str, headers: Headers, body: bytes) -> Answer:
        """Do what a call asks, once, and say what came of it. It raises nothing of what was sent.

        `body` is what came, byte for byte. Raises ConfigError while the settings cannot be used.
        """
        at_work = self._now()
        number = at_work.secrets.place(endpoint)
        place, hook, known = at_work.place, at_work.hooks[number], at_work.names[number]
        if len(body) > LARGEST:
            self._refusals.note(known, flooding.TOO_LARGE)
            return answer.TOO_LARGE
        signed, why = _signed(at_work, number, headers, body)
        if signed is None or hook is None:
            # Nothing is asked of one that is there and not of the other, be it as quick as this.
            return self._refuse(known, (flooding.NO_ENDPOINT, why)[number > 0])
        if hook.id in at_work.closed:
            return self._refuse(known, CLOSED)
        if self._calls.count((hook.id, SIGNED))[0] > MOST_CALLS:
            self._refusals.note(known, flooding.TOO_OFTEN)
            return answer.TOO_OFTEN
        try:
            document = strict_json.read(body)
        except UsageError as error:
            return self._told(known, answer.wrong([Wrong("", "", str(error))]))
        source = Source(
            DOOR,
            f"hook {hook.id}, {SIGNED}",
            f"call|{signed.id}",
            lambda: claim(place, known, signed.id, body),
        )
        # Of those that come at once only one tries, and the others find it done.
        with self._turns[hash((hook.id, signed.id)) % len(self._turns)]:
            found = doing.do(place, hook, source, document)
        if found is answer.REFUSED:
            return self._refuse(known, flooding.REPLAYED)
        return self._told(known, found)

    def known(self, endpoint: str) -> str:
        """An endpoint as a log may name it: what was called and is none is not kept."""
        return endpoint if endpoint in self._at_work.settings.hooks else flooding.UNKNOWN

    def settle(self) -> None:
        """Log what is counted and not logged yet: before the door closes."""
        self._refusals.settle()

    def _refuse(self, endpoint: str, why: str) -> Answer:
        self._refusals.note(endpoint, why)
        return answer.REFUSED

    def _told(self, endpoint: str, found: Answer) -> Answer:
        """Note what could not be recorded: at the partnership nobody else hears of it."""
        if found.status == answer.UNFIT:
            self._refusals.note(endpoint, NOT_RECORDED)
        return found

    def _now(self) -> _AtWork:
        """The partnership as it is now: who has left is out at the next call."""
        before = self._at_work
        place, settings = self._anew() if self._anew else (before.place, before.settings)
        if settings is not before.settings or _step(place) != before.looked:
            with self._lock:
                before = self._at_work
                if settings is not before.settings or _step(place) != before.looked:
                    self._at_work = _at_work(place, settings, before)
        return self._at_work


def _at_work(place: Workplace, settings: Settings, before: _AtWork | None = None) -> _AtWork:
    """A partnership with those endpoints open that fit now; of one that was closed it is told."""
    closed = fitting.closed(place, settings)
    for hook in sorted(closed - (before.closed if before else frozenset())):
        log.alarm("hooks do not fit", hook=hook)
    if before and settings is before.settings:
        return before._replace(closed=closed, looked=_step(place))
    secrets = Secrets(settings.folder, settings.hooks, place.randomness)
    hooks = tuple(settings.hooks.values())
    names = (flooding.UNKNOWN, *(hook.id for hook in hooks))
    return _AtWork(place.at(DOOR), settings, secrets, (None, *hooks), names, closed, _step(place))


def _step(place: Workplace) -> int:
    return int(place.clock().timestamp() / LOOK)


def _signed(
    at_work: _AtWork, number: int, headers: Headers, body: bytes
) -> tuple[Signed | None, str]:
    """What a call says of itself, or why it does not hold."""
    secrets = at_work.secrets.of(number)
    try:
        return verify(secrets, headers, body, at_work.place.clock()), ""
    except RefusedError:
        pass
    # As it would have been at the moment that it names: is it a forgery, or only late?
    try:
        verify(secrets, headers, body, _named(headers))
    except EngineError:
        return None, flooding.NOT_SIGNED
    return None, flooding.LATE


def _named(headers: Headers) -> datetime:
    """The moment at which a call says it was signed; any other where it says none."""
    said = next((value for name, value in headers if name.lower() == TIMESTAMP), "")
    digits = said if said.isascii() and said.isdigit() and len(said) <= 11 else "0"
    return datetime.fromtimestamp(int(digits), UTC)
