"""On what terms a provider of OpenID Connect vouches for people."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

SUBJECT, EMAIL = "sub", "email"
CALLBACK: Final = "/v1/sign-in/openid/callback"
"""Where the provider sends the browser back to, at this server."""


@dataclass(frozen=True, slots=True)
class OpenId:
    """A provider, and on what terms people come in by it."""

    issuer: str
    client_id: str
    client_secret_file: Path
    server: str
    """What the address of this server begins with, as browsers reach it."""
    claim: str = SUBJECT
    """By which a person is known; what it says stands in their `openid`."""
    scopes: tuple[str, ...] = ("openid",)
    require_amr: tuple[str, ...] = ()
    """Every way of proving oneself that the provider must have asked for, such as `mfa`."""
    require_acr: tuple[str, ...] = ()
    """Levels of assurance, of which one must have been met."""
    only: bool = False
    """Whether nobody signs in by a password."""
    emergency: str = ""
    """The one person who does all the same."""
    inside: bool = False
    """Whether the provider is a machine of the own network."""
    ca: Path | None = None
    """The certificates to trust in the stead of the usual ones."""

    @property
    def callback(self) -> str:
        """The address that the provider has to know."""
        return f"{self.server}{CALLBACK}"
