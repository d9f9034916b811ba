"""A provider that lies, is slow or never ends: nobody comes in by it, and nobody waits for it."""

from __future__ import annotations

import hmac
import json
import time
import warnings
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
import trustme
from joserfc import jwt
from joserfc.errors import SecurityWarning
from joserfc.jwk import ECKey, RSAKey

from engine import posting
from engine.service.accounts.openid import provider as providers
from engine.service.accounts.openid.refusal import UNREACHABLE, Refusal
from engine.vouching import OpenId
from tests.entering import whys
from tests.faulty import faulty, http_faults
from tests.providing import ASK, AtProvider, at_provider, key, known_as, public, returned
from tests.receiving import Authority, Got, Said, authority
from tests.web.servers import problem
from tests.worlds import World

CAP = 0.4
"""Seconds that a call to the provider lasts in these tests."""
HTTP_FAULTS = http_faults("https://evil.example/")
NO = {"error": "access_denied"}
EC = ECKey.generate_key("P-256", {"kid": "curve", "use": "sig"})


@pytest.fixture
def at(world: World, tmp_path: Path) -> Iterator[AtProvider]:
    with at_provider(world, tmp_path) as made:
        yield made


def half(text: str) -> str:
    return urlsafe_b64encode(sha256(text.encode()).digest()[:16]).decode().rstrip("=")


def plain(part: dict[str, Any]) -> str:
    return urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")


def unsigned(header: dict[str, Any], claims: dict[str, Any]) -> str:
    return f"{plain({**header, 'alg': 'none'})}.{plain(claims)}."


def by_public_key(header: dict[str, Any], claims: dict[str, Any]) -> str:
    """Signed with what everybody knows, as if it were a secret (CVE-2015-9256)."""
    text = f"{plain({**header, 'alg': 'HS256'})}.{plain(claims)}"
    mark = hmac.digest(key("one").as_pem(private=False), text.encode(), "sha256")
    return f"{text}.{urlsafe_b64encode(mark).decode().rstrip('=')}"


def by_a_key_of_its_own(header: dict[str, Any], claims: dict[str, Any]) -> str:
    return jwt.encode(header, claims, key("not published"))


def with_its_own_key_inside(header: dict[str, Any], claims: dict[str, Any]) -> str:
    [own] = public("not published")
    return jwt.encode({**header, "jwk": own, "kid": "one"}, claims, key("not published"))


def altered(header: dict[str, Any], claims: dict[str, Any]) -> str:
    first, _, third = jwt.encode(header, claims, key("one")).split(".")
    return f"{first}.{plain({**claims, 'sub': 'lee-at-provider', 'x': 1})}.{third}"


def stripped(header: dict[str, Any], claims: dict[str, Any]) -> str:
    first, second, _ = jwt.encode(header, claims, key("one")).split(".")
    return f"{first}.{second}."


def critical(header: dict[str, Any], claims: dict[str, Any]) -> str:
    head = {**header, "crit": ["x"], "x": 1}
    text = f"{plain(head)}.{plain(claims)}"
    return f"{text}.{'A' * 342}"


NOW = 1765792800
"""Ten on the day of these tests, in seconds since 1970 UTC."""
LIES: dict[str, tuple[dict[str, Any], str]] = {
    "another issuer": ({"claims": {"iss": "https://evil.example"}}, "another issuer"),
    "no issuer": ({"claims": {"iss": None}}, "another issuer"),
    "another client": ({"claims": {"aud": "another"}}, "meant for somebody else"),
    "no client": ({"claims": {"aud": None}}, "meant for somebody else"),
    "several clients and no word which": (
        {"claims": {"aud": ["casetrail", "another"]}},
        "meant for somebody else",
    ),
    "authorised for another": (
        {"claims": {"aud": ["casetrail", "another"], "azp": "another"}},
        "meant for somebody else",
    ),
    "authorised for us and meant for another": (
        {"claims": {"aud": "another", "azp": "casetrail"}},
        "meant for somebody else",
    ),
    "expired": ({"claims": {"exp": NOW - 61}}, "not of this moment"),
    "never expires": ({"claims": {"exp": None}}, "not of this moment"),
    "expires at no number": ({"claims": {"exp": "soon"}}, "not of this moment"),
    "expires at infinity": ({"claims": {"exp": 1e300}}, "not of this moment"),
    "issued later": ({"claims": {"iat": NOW + 3600}}, "not of this moment"),
    "not yet": ({"claims": {"nbf": NOW + 3600}}, "not of this moment"),
    "another nonce": ({"claims": {"nonce": "another"}}, "of another attempt"),
    "no nonce": ({"claims": {"nonce": None}}, "of another attempt"),
    "another access token": ({"claims": {"at_hash": half("x")}}, "of another access token"),
    "no subject": ({"claims": {"sub": None}}, "provider not understood"),
    "a subject that is no text": ({"claims": {"sub": 7}}, "provider not understood"),
    "an endless subject": ({"claims": {"sub": "x" * 201}}, "nobody vouched for"),
    "unsigned": ({"sign": unsigned}, "not signed by the provider"),
    "the public key as a secret": ({"sign": by_public_key}, "not signed by the provider"),
    "a key of its own": ({"sign": by_a_key_of_its_own}, "not signed by the provider"),
    "a key that it brings": ({"sign": with_its_own_key_inside}, "not signed by the provider"),
    "altered": ({"sign": altered}, "not signed by the provider"),
    "stripped of its signature": ({"sign": stripped}, "not signed by the provider"),
    "critical and unknown": ({"sign": critical}, "not signed by the provider"),
    "another kid": ({"header": {"kid": "not published"}}, "not signed by the provider"),
    "a kid that is no text": (
        {"sign": lambda h, c: f"{plain({**h, 'kid': 7})}.{plain(c)}.AAAA"},
        "not signed by the provider",
    ),
    "no token": ({"token": {"id_token": None}}, "provider not understood"),
    "a list of tokens": ({"token": {"id_token": ["x"]}}, "provider not understood"),
    "no JWT": ({"token": {"id_token": "x"}}, "not signed by the provider"),
    "an endless token": ({"token": {"id_token": "x" * 20_000}}, "provider not understood"),
}


def test_every_lie_is_refused_alike_and_told_apart_in_the_log(at: AtProvider, world: World) -> None:
    told = set()
    for changes, _ in LIES.values():
        for name in ("claims", "header", "token", "sign"):
            setattr(at.sham, name, changes.get(name, None if name == "sign" else {}))
        told.add(at.come_back(at.begin()["state"]).headers["location"])

    assert len(told) == 1
    assert dict(zip(LIES, whys(world), strict=True)) == {
        name: why for name, (_, why) in LIES.items()
    }


TRUE: dict[str, dict[str, Any]] = {
    "as most do": {},
    "with the access token": {"claims": {"at_hash": half("an-access-token")}},
    "a list of one client": {"claims": {"aud": ["casetrail"]}},
    "authorised for us": {"claims": {"aud": ["another", "casetrail"], "azp": "casetrail"}},
    "a clock that is a little fast": {"claims": {"iat": NOW + 50}},
    "one key, and no name for it": {"header": {"kid": None}},
    "a curve": {
        "keys": [*public("one"), dict(EC.as_dict(private=False))],
        "sign": lambda h, c: jwt.encode({"alg": "ES256", "kid": "curve"}, c, EC),
    },
}


@pytest.mark.parametrize("name", TRUE)
def test_whatever_is_true_is_taken(at: AtProvider, name: str) -> None:
    for part, value in TRUE[name].items():
        setattr(at.sham, part, value)

    assert at.whole().status_code == 201


def test_a_key_that_is_weak_or_for_something_else_signs_nothing(
    at: AtProvider, world: World
) -> None:
    with warnings.catch_warnings(action="ignore", category=SecurityWarning):
        weak = RSAKey.generate_key(1024, {"kid": "weak", "use": "sig"})
    [own] = public("one")
    for keys, sign in (
        ([dict(weak.as_dict(private=False))], weak),
        ([{**own, "use": "enc"}], key("one")),
        ([{**own, "alg": "RS512"}], key("one")),
        ([own, own], key("one")),
        ([{"kid": "one", "kty": "RSA"}], key("one")),
        ([{**own, "n": "!"}], key("one")),
        ([{"kid": "one", "kty": "oct", "k": "AAAA"}], key("one")),
        ([], key("one")),
    ):
        at.provider._keys = None
        at.sham.keys, kid = keys, sign.kid
        at.sham.sign = lambda h, c, kid=kid, sign=sign: jwt.encode(  # type: ignore[misc]
            {"alg": "RS256", "kid": kid}, c, sign
        )
        assert returned(at.whole()) == NO

    assert whys(world) == ["not signed by the provider"] * 8


def test_a_new_key_is_asked_for_but_not_again_and_again(at: AtProvider, world: World) -> None:
    assert at.whole().status_code == 201
    at.sham.keys, at.sham.header = public("one", "two"), {"kid": "two"}
    assert returned(at.whole()) == NO
    at.provider.seconds[0] += 60  # type: ignore[attr-defined]
    assert at.whole().status_code == 201
    at.sham.header = {"kid": "three"}
    for _ in range(5):
        assert returned(at.whole()) == NO
    asked = [got.path for got in at.receiver.got if got.path.endswith("/keys")]
    assert len(asked) == 2
    at.provider.seconds[0] += 60  # type: ignore[attr-defined]
    assert returned(at.whole()) == NO
    asked = [got.path for got in at.receiver.got if got.path.endswith("/keys")]
    assert len(asked) == 3


def test_who_has_proved_themselves_too_weakly_does_not_come_in(
    world: World, tmp_path: Path
) -> None:
    strong = {"require_amr": ("mfa", "pwd"), "require_acr": ("high", "higher")}
    with at_provider(world, tmp_path, **strong) as at:
        assert at.begin()["acr_values"] == "high higher"
        weak: list[dict[str, Any]] = [
            {},
            {"amr": ["pwd"], "acr": "high"},
            {"amr": "mfa pwd", "acr": "high"},
            {"amr": ["mfa", "pwd"], "acr": "low"},
            {"amr": ["mfa", "pwd"]},
        ]
        for claims in weak:
            at.sham.claims = claims
            assert returned(at.whole()) == NO
        at.sham.claims = {"amr": ["pwd", "mfa", "otp"], "acr": "higher"}
        assert at.whole().status_code == 201

    why = whys(world)
    assert why.count("proved too weakly") + why.count("provider not understood") == len(weak)


def test_a_mail_address_counts_once_the_provider_has_verified_it(
    world: World, tmp_path: Path
) -> None:
    with at_provider(world, tmp_path, claim="email", scopes=("openid", "email")) as at:
        known_as(at.door.place, lee="Lee@council.example")
        assert at.begin()["scope"] == "openid email"
        mail = {"email": "lee@Council.example"}
        for verified in (None, False, "true", 1):
            at.sham.claims = {**mail, "email_verified": verified}
            assert returned(at.whole()) == NO
        at.sham.claims = {**mail, "email_verified": True}
        assert at.whole().status_code == 201

    assert whys(world) == ["nobody vouched for"] * 4


def test_another_claim_counts_letter_by_letter(world: World, tmp_path: Path) -> None:
    with at_provider(world, tmp_path, claim="oid") as at:
        known_as(at.door.place, lee="Object-7")
        at.sham.claims = {"oid": "object-7"}
        problem(at.whole(), 401)
        at.sham.claims = {"oid": "Object-7"}
        assert at.whole().status_code == 201


METADATA: dict[str, dict[str, Any]] = {
    "of another issuer": {"issuer": "https://evil.example"},
    "keys elsewhere": {"jwks_uri": "https://evil.example/keys"},
    "a token endpoint elsewhere": {"token_endpoint": "https://evil.example/token"},
    "a page elsewhere": {"authorization_endpoint": "https://evil.example/authorize"},
    "in clear": {"token_endpoint": "http://localhost/token"},
    "a name before ours": {"jwks_uri": "https://localhost@evil.example/keys"},
    "no keys": {"jwks_uri": None},
    "a number": {"token_endpoint": 7},
    "a line break": {"authorization_endpoint": "https://localhost/\r\nX: y"},
}


def test_a_provider_that_points_elsewhere_is_not_followed(at: AtProvider) -> None:
    said = "The provider cannot be reached now; try again soon."
    for at.sham.metadata in METADATA.values():
        at.provider._failed = None
        told = at.door.client().post("/sign-in/openid", json=ASK)
        assert problem(told, 503)["detail"] == said

    assert len(at.receiver.got) == len(METADATA)
    at.sham.metadata, at.provider._failed = {}, None
    assert at.whole().status_code == 201


def elsewhere(got: Got) -> Said:
    return Said(302, b"", (("Location", "https://evil.example/"),))


ANSWERS: dict[str, Callable[[Got], Said]] = {
    "redirects": elsewhere,
    "fails": lambda _: Said(500, b"{}"),
    "is not there": lambda _: Said(404, b"{}"),
    "no JSON": lambda _: Said(200, b"<html>"),
    "a list": lambda _: Said(200, b"[]"),
    "too deep": lambda _: Said(200, b"[" * 60_000),
    "ten megabytes": lambda _: Said(200, b"{" + b" " * 10_000_000 + b"}"),
    "nothing": lambda _: Said(200, b""),
}


@pytest.mark.parametrize("part", ["/.well-known/openid-configuration", "/keys", "/token"])
def test_a_provider_that_answers_wrongly_lets_nobody_in(
    at: AtProvider, world: World, part: str
) -> None:
    for said in ANSWERS.values():
        at.provider._metadata = at.provider._keys = at.provider._failed = None
        at.sham.answer = lambda got, said=said: (  # type: ignore[misc]
            said(got) if got.path.endswith(part) else None
        )
        if part.startswith("/.well"):
            problem(at.door.client().post("/sign-in/openid", json=ASK), 503)
        else:
            assert returned(at.whole()) == NO

    assert set(whys(world)) <= {"provider not reached", "provider not understood"}


def test_a_code_that_the_provider_refuses_is_told_apart(at: AtProvider, world: World) -> None:
    at.sham.answer = lambda got: Said(400, b"{}") if got.path.endswith("/token") else None
    assert returned(at.whole()) == NO

    assert whys(world) == ["provider refused the code"]


@pytest.mark.parametrize("name", HTTP_FAULTS)
def test_a_provider_that_hangs_drips_floods_or_shows_a_bad_certificate_holds_nobody_up(
    tmp_path: Path, name: str
) -> None:
    good = authority(tmp_path)
    with faulty(HTTP_FAULTS[name], good, Authority("", trustme.CA())) as port:
        terms = OpenId(
            f"https://localhost:{port}",
            "casetrail",
            tmp_path / "secret",
            "http://127.0.0.1",
            inside=True,
            ca=Path(good.file),
        )
        provider = providers.Provider(terms, lambda: "", posting.asking(terms, CAP))
        began = time.monotonic()
        with pytest.raises(Refusal) as refusal:
            provider.metadata()
        assert time.monotonic() - began < CAP + 1
        assert refusal.value.why in UNREACHABLE
        began = time.monotonic()
        with pytest.raises(Refusal):
            provider.metadata()
        assert time.monotonic() - began < CAP / 2


def test_a_provider_that_was_not_reached_is_asked_again_after_a_while(at: AtProvider) -> None:
    at.sham.answer = lambda _: Said(500)
    for _ in range(4):
        problem(at.door.client().post("/sign-in/openid", json=ASK), 503)
    assert len(at.receiver.got) == 1
    at.sham.answer = lambda _: None
    at.provider.seconds[0] += providers.AGAIN_AFTER  # type: ignore[attr-defined]

    assert at.whole().status_code == 201
