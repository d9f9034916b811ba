"""Messages sent as mails by GOV.UK Notify, through its official client.

The client words and signs the calls; they go out through `notifiers.posting`, which bounds them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from notifications_python_client.authentication import create_jwt_token
from notifications_python_client.notifications import NotificationsAPIClient

from engine.errors import DeliveryError
from notifiers.message import Delivery, Message, Receipt, is_mail_address, thin
from notifiers.posting import Call, Gate, exchange, of_status
from notifiers.targets import Target

BASE_URL: Final = "https://api.notifications.service.gov.uk"

_STATES: Final[Mapping[str, Delivery]] = {
    "created": "sending",
    "sending": "sending",
    "delivered": "delivered",
    "permanent-failure": "permanent-failure",
    "temporary-failure": "temporary-failure",
    "technical-failure": "technical-failure",
}
"""What GOV.UK Notify says of a mail, and what that comes to."""


_UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_KEY = re.compile(rf"[\w-]+-{_UUID}-{_UUID}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Account:
    """The service at GOV.UK Notify that sends the mails."""

    key: str = field(repr=False)
    template: str
    """The id of the template that words them."""
    reference: str = ""
    """What the reference of each mail begins with; the message's id follows."""


def is_key(text: str) -> bool:
    """Tell a key: its name, the service's id and the secret, joined by hyphens."""
    return _KEY.fullmatch(text) is not None


def is_template(text: str) -> bool:
    """Tell the id of a template."""
    return re.fullmatch(_UUID, text) is not None


class NotifyNotifier:
    """Sends each message as one mail; a repeat shows by its reference."""

    name = "notify"

    def __init__(self, account: Account, base: Target, gate: Gate) -> None:
        self._account = account
        self._client: Any = _Client(account.key, base, gate)

    def send(self, message: Message) -> Receipt:
        """Hand the message over, or raise DeliveryError; the receipt is Notify's own id of it."""
        if not is_mail_address(message.to):
            raise DeliveryError(
                "A message was refused because its recipient has no plain mail address; "
                "correct the address of the post it is for.",
                again=False,
            )
        answer = self._client.send_email_notification(
            message.to,
            self._account.template,
            personalisation=_personalisation(message),
            reference=f"{self._account.reference}{message.id}",
        )
        # What was taken stays taken, even if its id cannot be read.
        return Receipt(self.name, _id(answer.get("id")) or "taken")

    def delivery(self, receipt: str) -> Delivery:
        """What became of the mail of a receipt's detail; raises DeliveryError if it is not told."""
        known = _id(receipt)
        if known is None:
            raise DeliveryError(
                "A receipt holds no id of GOV.UK Notify, so nothing can be asked of its mail.",
                again=False,
            )
        status = self._client.get_notification_by_id(known).get("status")
        if status not in _STATES:
            raise DeliveryError("GOV.UK Notify did not say what became of a mail; ask it later.")
        return _STATES[status]


class _Client(NotificationsAPIClient):
    """The official client, whose calls go out through a gate and not through requests."""

    def __init__(self, key: str, base: Target, gate: Gate) -> None:
        super().__init__(key)  # type: ignore[no-untyped-call]
        self._base = base
        self._gate = gate

    def request(
        self,
        method: str,
        url: str,
        data: Mapping[str, Any] | None = None,
        params: None = None,
    ) -> dict[str, Any]:
        """Make one call and give its JSON, empty if it cannot be read; raises DeliveryError."""
        where = self._base._replace(path=url)
        token = create_jwt_token(self.api_key, self.service_id)  # type: ignore[no-untyped-call]
        headers = self.generate_headers(token)  # type: ignore[no-untyped-call]
        body = json.dumps(data).encode() if data is not None else b""
        answer = exchange(self._gate, where, Call(method, headers, body), wanted=True)
        if not 200 <= answer.status < 300:
            raise of_status(where.host, answer.status)
        try:
            found = json.loads(answer.body)
        except (ValueError, RecursionError):
            found = {}
        return found if isinstance(found, dict) else {}


def _personalisation(message: Message) -> dict[str, str]:
    """The thin fields as a template takes them: Notify knows yes and no, but not true and false."""
    fields = thin(message)
    return {
        key: ("no", "yes")[value] if isinstance(value, bool) else value
        for key, value in fields.items()
    }


def _id(text: object) -> str | None:
    try:
        return str(UUID(text)) if isinstance(text, str) else None
    except ValueError:
        return None
