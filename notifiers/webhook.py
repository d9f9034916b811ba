"""Messages posted to another system as signed calls (Standard Webhooks 1.0.0).

What is posted is thin: no name, no mail address, nothing of what the case holds.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import datetime

from engine import signing
from engine.errors import DeliveryError
from notifiers.message import Message, Receipt, thin
from notifiers.posting import Call, Gate, exchange, of_status, refusal
from notifiers.targets import Target, target


class WebhookNotifier:
    """Posts each message as one call; a repeat shows by its webhook-id."""

    name = "webhook"

    def __init__(
        self,
        gate: Gate,
        secrets: Sequence[bytes],
        now: Callable[[], datetime],
        url: Target | None = None,
    ) -> None:
        """Post to `url`, or where it is None, to the web address that a message is for."""
        self._gate = gate
        self._secrets = tuple(secrets)
        self._now = now
        self._url = url

    def cannot_reach(self, to: str) -> str:
        """Why nobody is reached at an address of theirs, as far as it tells; nothing where it may
        be. With one `url` for all nobody has an address of their own.
        """
        if self._url:
            return ""
        try:
            return refusal(self._gate, target(to))
        except ValueError as error:
            return f"{error}; give one that begins with https, in small plain letters."

    def send(self, message: Message) -> Receipt:
        """Post the message, or raise DeliveryError that names the host and nothing more of it."""
        where = self._url or _address(message)
        if not signing.is_id(message.id):
            raise DeliveryError(
                "A message was refused because its id is too long to be signed; "
                "correct where it comes from.",
                again=False,
            )
        body = json.dumps(thin(message)).encode()
        signed = signing.sign(self._secrets, message.id, self._now(), body)
        call = Call("POST", {"Content-Type": "application/json", **signed}, body)
        status = exchange(self._gate, where, call).status
        if not 200 <= status < 300:
            raise of_status(where.host, status)
        return Receipt(self.name, f"HTTP {status}")


def _address(message: Message) -> Target:
    try:
        return target(message.to)
    except ValueError:
        raise DeliveryError(
            "A message was refused because its recipient has no plain web address; "
            "correct it, or give one 'url' for all in config.toml."
        ) from None
