"""An ID token: whether the provider has signed it, for this client and this very sign-in."""

from __future__ import annotations

from base64 import urlsafe_b64decode
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from authlib.oidc.core import CodeIDToken
from joserfc import jws, jwt
from joserfc.errors import (
    ExpiredTokenError,
    InvalidClaimError,
    JoseError,
    MissingClaimError,
)
from joserfc.jwk import ECKey, RSAKey

from engine.service.accounts.openid.provider import Key, Provider
from engine.service.accounts.openid.refusal import (
    ANOTHER_ACCESS,
    ANOTHER_ISSUER,
    ANOTHER_NONCE,
    NOT_FOR_US,
    NOT_OF_NOW,
    NOT_SIGNED,
    NOT_UNDERSTOOD,
    NOT_VOUCHED,
    TOO_WEAK,
    Refusal,
)
from engine.vouching import EMAIL, OpenId

ALGORITHMS: Final = {
    **dict.fromkeys(("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"), "RSA"),
    **dict.fromkeys(("ES256", "ES384", "ES512"), "EC"),
}
"""How a provider may sign, each with the kind of its key: never with a secret that both know."""
LEEWAY: Final = 60
"""Seconds by which its clock may differ from ours."""
LONGEST: Final = 16_000
"""Characters of a token."""
SMALLEST: Final = 256
"""Bytes of an RSA key."""
LONGEST_CLAIM: Final = 200

_WHY: Final = {
    "iss": ANOTHER_ISSUER,
    "aud": NOT_FOR_US,
    "azp": NOT_FOR_US,
    "nonce": ANOTHER_NONCE,
    "at_hash": ANOTHER_ACCESS,
    "exp": NOT_OF_NOW,
    "iat": NOT_OF_NOW,
    "nbf": NOT_OF_NOW,
}


class Expected(NamedTuple):
    """What must stand in a token, or fit it."""

    nonce: str
    access_token: str
    now: int
    """Seconds since 1970 UTC."""


def vouched(provider: Provider, text: object, expected: Expected) -> str:
    """By what the provider vouches for somebody: the value of their claim. Raises Refusal."""
    if not isinstance(text, str) or len(text) > LONGEST or not text.isascii():
        raise Refusal(NOT_UNDERSTOOD)
    header, claims = _signed(provider, text)
    _check(provider.terms, header, claims, expected)
    _check_strength(provider.terms, claims)
    return _claimed(provider.terms, claims)


def _signed(provider: Provider, text: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The header and the claims of a token that the provider has signed."""
    try:
        header = jws.extract_compact(text.encode()).headers()
    except (JoseError, ValueError, TypeError, KeyError):
        raise Refusal(NOT_SIGNED) from None
    algorithm, kid = header.get("alg"), header.get("kid")
    if algorithm not in ALGORITHMS or not isinstance(kid, str | None):
        raise Refusal(NOT_SIGNED)
    fitting = _fitting(provider.keys(kid), algorithm, kid)
    if len(fitting) != 1:
        raise Refusal(NOT_SIGNED)
    try:
        kind = RSAKey if ALGORITHMS[algorithm] == "RSA" else ECKey
        found = jwt.decode(text, kind.import_key(dict(fitting[0])), algorithms=[algorithm])
    except (JoseError, ValueError, TypeError, KeyError):
        raise Refusal(NOT_SIGNED) from None
    if not isinstance(found.claims, dict):
        raise Refusal(NOT_UNDERSTOOD)
    return found.header, found.claims


def _fitting(keys: Sequence[Key], algorithm: str, kid: str | None) -> list[Key]:
    """The keys by which this may be signed; without a name there must be one alone."""
    return [
        one
        for one in keys
        if one.get("kty") == ALGORITHMS[algorithm]
        and one.get("use", "sig") == "sig"
        and one.get("alg", algorithm) == algorithm
        and (kid is None or one.get("kid") == kid)
        and _is_strong(one)
    ]


def _is_strong(key: Key) -> bool:
    if key.get("kty") != "RSA":
        return True
    try:
        modulus = urlsafe_b64decode(f"{key['n']}===").lstrip(b"\x00")
    except (ValueError, KeyError):
        return False
    return len(modulus) >= SMALLEST


def _check(
    terms: OpenId, header: dict[str, Any], claims: dict[str, Any], expected: Expected
) -> None:
    """Raise Refusal unless it is for this client, of this moment and of this sign-in."""
    moments = [claims.get(name) for name in ("exp", "iat")]
    if not all(isinstance(one, int | float) and abs(one) < 1e12 for one in moments):
        raise Refusal(NOT_OF_NOW)
    options: Any = {
        "iss": {"essential": True, "value": terms.issuer},
        "aud": {"essential": True, "value": terms.client_id},
        "nonce": {"essential": True, "value": expected.nonce},
    }
    params = {
        "client_id": terms.client_id,
        "nonce": expected.nonce,
        "access_token": expected.access_token,
    }
    try:
        CodeIDToken(claims, header, options, params).validate(expected.now, LEEWAY)
    except (InvalidClaimError, MissingClaimError) as error:
        raise Refusal(_WHY.get(error.claim or "", NOT_UNDERSTOOD)) from None
    except ExpiredTokenError:
        raise Refusal(NOT_OF_NOW) from None
    except (JoseError, ValueError, TypeError):
        raise Refusal(NOT_UNDERSTOOD) from None


def _check_strength(terms: OpenId, claims: Mapping[str, Any]) -> None:
    """Raise Refusal unless they have proved themselves in every way that is asked for."""
    ways, level = claims.get("amr"), claims.get("acr")
    if not set(terms.require_amr) <= set(_words(ways)):
        raise Refusal(TOO_WEAK)
    if terms.require_acr and level not in terms.require_acr:
        raise Refusal(TOO_WEAK)


def _words(value: object) -> list[str]:
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []


def _claimed(terms: OpenId, claims: Mapping[str, Any]) -> str:
    value = claims.get(terms.claim)
    if not isinstance(value, str) or not 0 < len(value) <= LONGEST_CLAIM:
        raise Refusal(NOT_VOUCHED)
    if terms.claim == EMAIL and claims.get("email_verified") is not True:
        raise Refusal(NOT_VOUCHED)
    return value
