"""The ways in and out, which are no verbs: nobody has come in yet, or it is about that alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from engine.verbs.fields import QUERY, Field

Schema = Mapping[str, Any]

PASSWORD, OPENID = "password", "openid"
"""How somebody may come in."""
HASHING, AT_PROVIDER = "hashing", "at the provider"

_TEXT: Final[Schema] = {"type": "string"}
_WAYS: Final[Schema] = {"type": "array", "items": {"enum": [PASSWORD, OPENID]}, "uniqueItems": True}
_MOMENT: Final[Schema] = {"type": "string", "format": "date-time"}


class Way(NamedTuple):
    """One of them."""

    name: str
    method: str
    path: str
    about: str
    fields: tuple[Field, ...] = ()
    status: int = 200
    """Of what comes of it when all is well."""
    answer: Schema | None = None
    """What is then answered; nothing where there is none."""
    token: bool = False
    """Whether it needs one."""
    refusals: frozenset[int] = frozenset()
    """Statuses of problems besides those of every request."""
    turn: str = ""
    """Among which few that are worked on at once it waits for its turn: HASHING, AT_PROVIDER."""
    page: bool = False
    """Whether a browser comes by it, which is shown a page."""


def _object(**said: Schema) -> Schema:
    return {"type": "object", "required": list(said), "properties": said}


_SIGNED_IN: Final = _object(token=_TEXT, person=_TEXT, until=_MOMENT, how=_TEXT)
_PASSWORD: Final = Field("password", "text", "Their password.", required=True)
_CODE: Final = Field("code", "text", "The code of their app, where one was set up.")

WAYS: Final = (
    Way(
        "sign-in ways",
        "GET",
        "/sign-in",
        "How one may sign in here.",
        answer=_object(ways=_WAYS, partnership=_TEXT, demo={"type": "boolean"}),
    ),
    Way(
        "sign-in",
        "POST",
        "/sign-in",
        "Sign in by a password.",
        (Field("person", "text", "Their id.", required=True), _PASSWORD, _CODE),
        status=201,
        answer=_SIGNED_IN,
        refusals=frozenset({401}),
        turn=HASHING,
    ),
    Way(
        "sign-out",
        "DELETE",
        "/sign-in",
        "Sign out: the token of the sign-in opens nothing any more.",
        status=204,
        token=True,
        refusals=frozenset({401}),
    ),
    Way(
        "own password",
        "PUT",
        "/account/password",
        "Change one's own password; all other sign-ins of one's own end.",
        (
            Field("old", "text", "The password until now.", required=True),
            Field("new", "text", "The new one.", required=True),
        ),
        status=204,
        token=True,
        refusals=frozenset({401, 403}),
        turn=HASHING,
    ),
    Way(
        "own code",
        "POST",
        "/account/code",
        "Begin to set up one's own code: what an app is given, this once.",
        (_PASSWORD, _CODE),
        status=201,
        answer=_object(uri=_TEXT, setup=_TEXT),
        token=True,
        refusals=frozenset({401, 403}),
        turn=HASHING,
    ),
    Way(
        "own code confirmed",
        "PUT",
        "/account/code",
        "Give a code from now on, after a first one; all other sign-ins of one's own end.",
        (
            Field("setup", "text", "What beginning gave.", required=True),
            Field("code", "text", "The code that the app shows now.", required=True),
        ),
        status=204,
        token=True,
        refusals=frozenset({401, 403}),
    ),
    Way(
        "sign-in at provider",
        "POST",
        "/sign-in/openid",
        "Begin to sign in at the provider: the address to which the browser goes.",
        (
            Field("challenge", "word", "Base64url of SHA-256 of a verifier.", required=True),
            Field("return_to", "word", "http://127.0.0.1:PORT/PATH.", required=True),
        ),
        status=201,
        answer=_object(address=_TEXT),
        refusals=frozenset({404}),
        turn=AT_PROVIDER,
    ),
    Way(
        "sign-in from provider",
        "GET",
        "/sign-in/openid/callback",
        "Where the provider sends the browser back to.",
        tuple(
            Field(name, "text", "As the provider says it.", where=QUERY)
            for name in ("state", "code", "error", "iss")
        ),
        status=303,
        turn=AT_PROVIDER,
        refusals=frozenset({404}),
        page=True,
    ),
    Way(
        "sign-in by code",
        "POST",
        "/sign-in/openid/token",
        "Sign in by the code with which the browser came back.",
        (
            Field("code", "text", "It holds for a minute, and once.", required=True),
            Field("verifier", "word", "Of which the challenge was made.", required=True),
        ),
        status=201,
        answer=_SIGNED_IN,
        refusals=frozenset({401}),
    ),
    Way(
        "sign-in done",
        "GET",
        "/sign-in/openid/done",
        "A page that says that one is signed in, and may go back.",
        page=True,
    ),
)
"""All of them."""


def has_body(way: Way) -> bool:
    """Whether it takes a JSON document."""
    return any(one.where != QUERY for one in way.fields)
