"""The provider: where it is asked, by which keys it signs, and what it gives for a code.

Every call is bounded in time and size, and goes to the issuer's own machine alone. What it says of
itself is asked once an hour; its keys once a minute at most where one is not known.
"""

from __future__ import annotations

import json
import threading
import time
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple, TypeVar
from urllib.parse import quote, urlencode, urlsplit

from engine.errors import DeliveryError
from engine.service.accounts.openid.refusal import (
    ANOTHER_ISSUER,
    CODE_REFUSED,
    NOT_REACHED,
    NOT_UNDERSTOOD,
    Refusal,
)
from engine.vouching import OpenId

T = TypeVar("T")

Fetch = Callable[[str, str, Mapping[str, str], bytes], tuple[int, bytes]]
"""Asks by a method, an address, headers and a body; yields the status and what came.

Raises DeliveryError.
"""

TIMEOUT: Final = 5.0
"""Seconds that one call may last."""
KNOWN_FOR: Final = 3600.0
"""Seconds for which it is known what the provider says of itself, and its keys."""
AGAIN_AFTER: Final = 10.0
"""Seconds before a provider that was not reached is asked again."""
KEYS_AGAIN_AFTER: Final = 60.0
"""Seconds before the keys are asked again because one is not known."""
WELL_KNOWN: Final = "/.well-known/openid-configuration"
MOST_KEYS: Final = 100

Key = Mapping[str, Any]
"""A key as the provider publishes it (RFC 7517)."""


class Metadata(NamedTuple):
    """What the provider says of itself."""

    authorization: str
    token: str
    keys: str
    says_issuer: bool
    """Whether it names itself where it sends the browser back (RFC 9207)."""
    secret_in_body: bool
    """Whether it takes the client's secret in the body alone."""


@dataclass(frozen=True, slots=True)
class _Keys:
    """Keys, and when they were asked."""

    every: Sequence[Key]
    asked: float


class Provider:
    """One provider; for a process, from any of its threads."""

    def __init__(
        self,
        terms: OpenId,
        secret: Callable[[], str],
        fetch: Fetch,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.terms, self._secret, self._fetch, self._clock = terms, secret, fetch, clock
        self._lock = threading.Lock()
        self._metadata: tuple[Metadata, float] | None = None
        self._keys: _Keys | None = None
        self._failed: float | None = None

    def metadata(self) -> Metadata:
        """What it says of itself. Raises Refusal."""
        with self._lock:
            known = self._metadata
            if known is None or self._clock() - known[1] >= KNOWN_FOR:
                known = self._metadata = (self._once(self._asked_metadata), self._clock())
        return known[0]

    def keys(self, kid: str | None) -> Sequence[Key]:
        """Its keys; asked anew where there is none of this name, but not again and again.

        Raises Refusal.
        """
        address = self.metadata().keys
        with self._lock:
            known, now = self._keys, self._clock()
            missing = known is None or (
                kid is not None and kid not in [one.get("kid") for one in known.every]
            )
            old = known is None or now - known.asked >= KNOWN_FOR
            if known is None or old or (missing and now - known.asked >= KEYS_AGAIN_AFTER):
                known = self._keys = _Keys(self._once(lambda: self._asked_keys(address)), now)
        return known.every

    def redeem(self, code: str, verifier: str) -> Mapping[str, Any]:
        """What it gives for a code. Raises Refusal."""
        metadata = self.metadata()
        headers = {
            "Accept": "application/json",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        asked = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.terms.callback,
            "code_verifier": verifier,
        }
        client = self.terms.client_id
        if metadata.secret_in_body:
            asked |= {"client_id": client, "client_secret": self._secret()}
        else:
            said = f"{quote(client, safe='')}:{quote(self._secret(), safe='')}"
            headers["Authorization"] = f"Basic {b64encode(said.encode()).decode()}"
        status, body = self._ask("POST", metadata.token, headers, urlencode(asked).encode())
        if status in (400, 401, 403):
            raise Refusal(CODE_REFUSED)
        return _document(status, body)

    def check(self) -> None:
        """Raise ConfigError unless the client's secret can be read."""
        self._secret()

    def _asked_metadata(self) -> Metadata:
        said = self._get(self.terms.issuer.rstrip("/") + WELL_KNOWN)
        if said.get("issuer") != self.terms.issuer:
            raise Refusal(ANOTHER_ISSUER)
        names = ("authorization_endpoint", "token_endpoint", "jwks_uri")
        authorization, token, keys = (self._own(said.get(name)) for name in names)
        ways = said.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        in_body = "client_secret_basic" not in ways and "client_secret_post" in ways
        says = said.get("authorization_response_iss_parameter_supported") is True
        return Metadata(authorization, token, keys, says, in_body)

    def _own(self, address: object) -> str:
        """An address that lies at the issuer's own machine."""
        own = urlsplit(self.terms.issuer)
        text = address if isinstance(address, str) and address.isascii() else ""
        if not text.startswith(f"https://{own.netloc}/") or set(text) & set(' \t\r\n#\\"<>'):
            raise Refusal(NOT_UNDERSTOOD)
        return text

    def _asked_keys(self, address: str) -> Sequence[Key]:
        listed = self._get(address).get("keys")
        if not isinstance(listed, list) or len(listed) > MOST_KEYS:
            raise Refusal(NOT_UNDERSTOOD)
        return [one for one in listed if isinstance(one, dict)]

    def _get(self, address: str) -> Mapping[str, Any]:
        status, body = self._ask("GET", address, {"Accept": "application/json"}, b"")
        return _document(status, body)

    def _ask(
        self, method: str, address: str, headers: Mapping[str, str], body: bytes
    ) -> tuple[int, bytes]:
        try:
            return self._fetch(method, address, headers, body)
        except DeliveryError:
            raise Refusal(NOT_REACHED) from None

    def _once(self, act: Callable[[], T]) -> T:
        """What the provider says; nobody waits for one that has just not been reached."""
        if self._failed is not None and self._clock() - self._failed < AGAIN_AFTER:
            raise Refusal(NOT_REACHED)
        try:
            found = act()
        except Refusal:
            self._failed = self._clock()
            raise
        self._failed = None
        return found


def _document(status: int, body: bytes) -> Mapping[str, Any]:
    """What came, where it is a JSON object; of anything else nothing is repeated."""
    try:
        found = json.loads(body) if status == 200 else None
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise Refusal(NOT_UNDERSTOOD if status == 200 else NOT_REACHED)
    return found
