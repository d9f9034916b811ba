"""A provider of OpenID Connect that does as a test has it do, and a browser that goes there."""

from __future__ import annotations

import json
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from hashlib import sha256
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, parse_qsl, unquote, urlsplit

import httpx2
from joserfc import jwt
from joserfc.jwk import RSAKey

from engine import posting
from engine.service.accounts.openid.provider import Provider
from engine.service.workplace import Workplace
from engine.vouching import OpenId
from tests.knocking import at_the_door
from tests.receiving import Got, Receiver, Said, authority, http_server
from tests.web.servers import Served
from tests.worlds import World

VERIFIER = "a-verifier-of-this-test-that-is-long-enough-to-be-one"
CHALLENGE = urlsafe_b64encode(sha256(VERIFIER.encode()).digest()).decode().rstrip("=")
RETURN_TO = "http://127.0.0.1:49152/back"
SECRET = "the secret: of/this client"
ASK = {"challenge": CHALLENGE, "return_to": RETURN_TO}


@cache
def key(kid: str = "one") -> RSAKey:
    """A key of the provider, by its name."""
    return RSAKey.generate_key(2048, {"kid": kid, "use": "sig", "alg": "RS256"})


def public(*kids: str) -> list[dict[str, Any]]:
    """Keys as they are published."""
    return [dict(key(kid).as_dict(private=False)) for kid in kids]


@dataclass
class Sham:
    """What the provider says, each part as a test wants it."""

    issuer: str
    clock: Callable[[], float]
    metadata: dict[str, Any] = field(default_factory=dict)
    keys: list[dict[str, Any]] = field(default_factory=lambda: public("one"))
    claims: dict[str, Any] = field(default_factory=dict)
    """What stands in the ID token besides what must; None takes something out."""
    header: dict[str, Any] = field(default_factory=dict)
    sign: Callable[[dict[str, Any], dict[str, Any]], str] | None = None
    token: dict[str, Any] = field(default_factory=dict)
    answer: Callable[[Got], Said | None] = lambda _: None
    """What is said in the stead of all that."""
    asked: dict[str, Any] = field(default_factory=dict)
    """What the browser came with."""
    codes: list[dict[str, str]] = field(default_factory=list)
    """What codes were given back with."""
    known_as: list[str] = field(default_factory=list)

    def say(self, got: Got) -> Said:
        """The answer to a request."""
        if said := self.answer(got):
            return said
        if got.path.endswith("/.well-known/openid-configuration"):
            return _json(self._metadata())
        if got.path.endswith("/keys"):
            return _json({"keys": self.keys})
        self.codes.append(dict(parse_qsl(got.body.decode())))
        self.known_as.append(got.headers.get("Authorization", ""))
        return _json(self._given())

    def _metadata(self) -> dict[str, Any]:
        own = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
        }
        return {**own, **self.metadata}

    def _given(self) -> dict[str, Any]:
        now = int(self.clock())
        claims = {
            "iss": self.issuer,
            "aud": "casetrail",
            "sub": "lee-at-provider",
            "iat": now,
            "exp": now + 300,
            "nonce": self.asked.get("nonce"),
            **self.claims,
        }
        claims = {name: value for name, value in claims.items() if value is not None}
        header = {"alg": "RS256", "kid": "one", **self.header}
        header = {name: value for name, value in header.items() if value is not None}
        signed = self.sign or (lambda h, c: jwt.encode(h, c, key(h.get("kid", "one"))))
        text = signed(header, claims)
        return {"access_token": "an-access-token", "token_type": "Bearer", "id_token": text} | (
            self.token
        )


def _json(document: Mapping[str, Any]) -> Said:
    return Said(200, json.dumps(document).encode(), (("Content-Type", "application/json"),))


@dataclass
class AtProvider:
    """A partnership whose people sign in at a provider."""

    door: Served
    sham: Sham
    provider: Provider
    receiver: Receiver

    def begin(self, **asked: str) -> dict[str, str]:
        """Begin, and have the browser go to the provider: what it comes with."""
        told = self.door.client().post("/sign-in/openid", json={**ASK, **asked})
        assert told.status_code == 201, told.text
        parts = urlsplit(told.json()["address"])
        found = {name: values[0] for name, values in parse_qs(parts.query).items()}
        self.sham.asked = dict(found)
        return found

    def come_back(self, state: str, **said: str) -> httpx2.Response:
        """The browser comes back from the provider."""
        asked = {"state": state, **({"code": "a-code"} | said)}
        params = {name: value for name, value in asked.items() if value}
        return self.door.client().get("/sign-in/openid/callback", params=params)

    def finish(self, code: str, verifier: str = VERIFIER) -> httpx2.Response:
        """Whoever began gives the code back."""
        asked = {"code": code, "verifier": verifier}
        return self.door.client().post("/sign-in/openid/token", json=asked)

    def whole(self, **said: str) -> httpx2.Response:
        """The whole way; the last answer on it."""
        back = self.come_back(self.begin()["state"], **said)
        given = returned(back)
        return self.finish(given["code"]) if "code" in given else back

    def secrets_shown(self) -> list[tuple[str, str]]:
        """As whom the server was known to the provider."""
        every = [b64decode(one.removeprefix("Basic ")).decode() for one in self.sham.known_as]
        return [(unquote(a), unquote(b)) for a, _, b in (one.partition(":") for one in every)]


def returned(back: httpx2.Response) -> dict[str, str]:
    """With what the browser goes back to whoever began."""
    assert back.status_code == 303, (back.status_code, back.text)
    address = back.headers["location"]
    assert address.startswith(f"{RETURN_TO}?"), address
    return dict(parse_qsl(urlsplit(address).query))


def known_as(place: Workplace, **claims: str) -> None:
    """People whom config.toml names by what the provider says of them."""
    people = dict(place.directory.people)
    for person, claim in claims.items():
        people[person] = replace(people[person], openid=claim)
    place.directory = replace(place.directory, people=people)


@contextmanager
def at_provider(
    world: World, folder: Path, *people: str, clock: Callable[[], float] | None = None, **terms: Any
) -> Iterator[AtProvider]:
    """The partnership, served, with a provider that is tried out.

    Unless there is another `clock`, each look at that of the door is a minute later.
    """
    known_as(world.place, lee="lee-at-provider")
    tls, receiver = authority(folder), Receiver()
    with http_server(receiver, tls.server("localhost", "127.0.0.1")) as port:
        issuer = f"https://localhost:{port}"
        sham = Sham(issuer, lambda: world.clock.instant.timestamp())
        receiver.answer = sham.say
        said = {
            "client_id": "casetrail",
            "client_secret_file": folder / "secret",
            "server": "http://127.0.0.1",
            "inside": True,
            "ca": Path(tls.file),
        }
        made = OpenId(issuer, **{**said, **terms})
        seconds = [0.0]
        provider = Provider(made, lambda: SECRET, posting.asking(made, 1.0), lambda: seconds[0])
        provider.seconds = seconds  # type: ignore[attr-defined]
        how: Any = {"provider": lambda: provider, "clock": clock or count(0, 61).__next__}
        with at_the_door(world, *people, **how) as door:
            yield AtProvider(door, sham, provider, receiver)
