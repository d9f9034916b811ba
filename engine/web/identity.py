"""Who asks: what stands in the Authorization header, made into somebody at work."""

from __future__ import annotations

from engine.service.accounts import Visitor, signing_in
from engine.service.workplace import By, Workplace

SCHEME = "bearer"


def bearer(authorization: str) -> str:
    """The token that an Authorization header holds; empty where it holds none."""
    scheme, _, text = authorization.partition(" ")
    return text.strip() if scheme.lower() == SCHEME else ""


def identify(place: Workplace, authorization: str) -> By:
    """Whoever shows a token. Raises NotSignedInError, which is logged."""
    return visitor(place, authorization).by


def visitor(place: Workplace, authorization: str) -> Visitor:
    """The same, with how long they stay and by which sign-in. Raises NotSignedInError."""
    return signing_in.by_token(place, bearer(authorization))
