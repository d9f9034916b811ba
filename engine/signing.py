"""Signs and checks calls between machines by the Standard Webhooks specification, version 1.0.0.

It looks at no clock and keeps nothing: whoever checks a call gives the moment, and remembers ids.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NoReturn

from engine.errors import ConfigError, RefusedError

PREFIX: Final = "whsec_"
"""What the text of a secret begins with."""
SECRET_BYTES: Final = (24, 64)
"""The fewest and the most bytes of a secret."""
WINDOW: Final = 300
"""How many seconds a call may be older than now, or newer."""
MOST_SIGNATURES: Final = 8
"""How many signatures one call may carry: one for each secret while secrets are changed."""

ID, TIMESTAMP, SIGNATURE = "webhook-id", "webhook-timestamp", "webhook-signature"

_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_TIMESTAMP = re.compile(r"[0-9]{1,12}")
_ONE = r"v[0-9]{1,2}[a-z]?,[A-Za-z0-9+/=]{1,128}"
_SIGNATURES = re.compile(rf"{_ONE}(?: {_ONE}){{0,{MOST_SIGNATURES - 1}}}")


@dataclass(frozen=True, slots=True)
class Signed:
    """What a call that holds says of itself."""

    id: str
    """The same at every repeat of the call: who acts on it keeps it, and acts once."""
    timestamp: int
    """Seconds since 1970 UTC at which it was signed."""


def is_id(text: str) -> bool:
    """Whether a call may have this id: 1 to 64 letters, digits, dots, hyphens and underscores."""
    return _ID.fullmatch(text) is not None


def secrets_in(text: str) -> tuple[bytes, ...]:
    """The secrets in a text, one to a line, each as `whsec_` and base64.

    Raises ConfigError, which repeats nothing of them, unless there is one and all can be used.
    """
    found = tuple(_secret(word) for word in text.split())
    if not 1 <= len(found) <= MOST_SIGNATURES:
        raise ConfigError(f"From 1 to {MOST_SIGNATURES} secrets are wanted, one to a line.")
    return found


def sign(secrets: Sequence[bytes], call: str, at: datetime, body: bytes) -> dict[str, str]:
    """The three headers of a call, signed with every secret, so that old and new both hold.

    Raises ValueError for an id that `is_id` does not know, or with no or too many secrets.
    """
    if not is_id(call) or not 1 <= len(secrets) <= MOST_SIGNATURES:
        raise ValueError("no such id, or no such number of secrets")
    timestamp = str(int(at.timestamp()))
    signatures = [_signature(secret, call, timestamp, body) for secret in secrets]
    return {ID: call, TIMESTAMP: timestamp, SIGNATURE: " ".join(signatures)}


def verify(
    secrets: Sequence[bytes], headers: Iterable[tuple[str, str]], body: bytes, now: datetime
) -> Signed:
    """Check a call, its body byte for byte as it came; names of headers in any case.

    Raises RefusedError, in the same words whatever is wrong, unless one of its signatures is by one
    of the secrets and it was signed within WINDOW of now. All pairs of the two are compared.
    """
    given: dict[str, str] = {}
    for name, value in headers:
        if (known := name.lower()) in (ID, TIMESTAMP, SIGNATURE):
            if known in given:
                _refuse()
            given[known] = value
    call, timestamp = given.get(ID, ""), given.get(TIMESTAMP, "")
    said = given.get(SIGNATURE, "")
    if not (is_id(call) and _TIMESTAMP.fullmatch(timestamp) and _SIGNATURES.fullmatch(said)):
        _refuse()
    holds = False
    for secret in secrets:
        ours = _signature(secret, call, timestamp, body)
        for theirs in said.split(" "):
            # The texts are compared, not what they decode to: one signature has one spelling.
            holds |= hmac.compare_digest(ours, theirs)
    if not holds or abs(now.timestamp() - int(timestamp)) > WINDOW:
        _refuse()
    return Signed(call, int(timestamp))


def _signature(secret: bytes, call: str, timestamp: str, body: bytes) -> str:
    signed = f"{call}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(secret, signed, hashlib.sha256).digest()).decode()


def _secret(text: str) -> bytes:
    coded = text.removeprefix(PREFIX)
    try:
        secret = base64.b64decode(coded + "=" * (-len(coded) % 4), validate=True)
    except (binascii.Error, ValueError):
        secret = b""
    fewest, most = SECRET_BYTES
    if not text.startswith(PREFIX) or not fewest <= len(secret) <= most:
        raise ConfigError(
            f"A secret is not {PREFIX} and then {fewest} to {most} random bytes in base64; "
            f"make one anew."
        ) from None
    return secret


def _refuse() -> NoReturn:
    raise RefusedError("The call is not signed as it must be; nothing was done.")
