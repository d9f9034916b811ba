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
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from engine.config import Settings
from engine.errors import EngineError, RefusedError, UsageError
from engine.hooks import answer, doing, flooding, strict_json
from engine.hooks.answer import Answer, Wrong
from engine.hooks.doing import Source
from engine.hooks.flooding import Minute, Refusals
from engine.hooks.replaying import claim
from engine.hooks.secrets import Secrets
from engine.service.workplace import Workplace
from engine.signing import TIMESTAMP, Signed, verify

LARGEST: Final = 256 * 1024
"""Bytes of a body."""
MOST_CALLS: Final = 600
"""Signed calls of one endpoint in a minute."""
TURNS: Final = 64
"""Locks among which the ids of calls are shared out."""
DOOR: Final = "hook"
SIGNED: Final = "signed"

Headers = Sequence[tuple[str, str]]


class Reception:
    """Receives the calls of one partnership; one for a process, from any of its threads."""

    def __init__(self, place: Workplace, settings: Settings) -> None:
        self._place = doing.at_door(place, DOOR)
        self._hooks = settings.hooks
        self._secrets = Secrets(settings.folder, settings.hooks, place.randomness)
        self._refusals = Refusals(self._place)
        self._calls = Minute(place.clock)
        self._turns = [threading.Lock() for _ in range(TURNS)]

    def receive(self, endpoint: str, headers: Headers, body: bytes) -> Answer:
        """Do what a call asks, once, and say what came of it. It raises nothing of what was sent.

        `body` is what came, byte for byte.
        """
        hook = self._hooks.get(endpoint)
        known = hook.id if hook else flooding.UNKNOWN
        if len(body) > LARGEST:
            self._refusals.note(known, flooding.TOO_LARGE)
            return answer.TOO_LARGE
        signed, why = self._signed(endpoint, headers, body)
        if signed is None or hook is None:
            return self._refuse(known, why if hook else flooding.NO_ENDPOINT)
        if self._calls.count((hook.id, SIGNED))[0] > MOST_CALLS:
            self._refusals.note(known, flooding.TOO_OFTEN)
            return answer.TOO_OFTEN
        try:
            document = strict_json.read(body)
        except UsageError as error:
            return answer.wrong([Wrong("", "", str(error))])
        source = Source(
            DOOR,
            f"hook {hook.id}, {SIGNED}",
            f"call|{signed.id}",
            lambda: claim(self._place, known, signed.id, body),
        )
        # Of those that come at once only one tries, and the others find it done.
        with self._turns[hash((hook.id, signed.id)) % len(self._turns)]:
            found = doing.do(self._place, hook, source, document)
        return self._refuse(known, flooding.REPLAYED) if found is answer.REFUSED else found

    def settle(self) -> None:
        """Log what is counted and not logged yet: before the door closes."""
        self._refusals.settle()

    def _refuse(self, endpoint: str, why: str) -> Answer:
        self._refusals.note(endpoint, why)
        return answer.REFUSED

    def _signed(self, endpoint: str, headers: Headers, body: bytes) -> tuple[Signed | None, str]:
        """What a call says of itself, or why it does not hold."""
        secrets = self._secrets.of(endpoint)
        try:
            return verify(secrets, headers, body, self._place.clock()), ""
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
