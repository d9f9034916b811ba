"""Signing in and out over HTTP, and one's own password and code.

What was typed is in no log and no answer, and all that is wrong with it is told alike.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final, TypeVar

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import Receive, Scope

from engine.errors import NotSignedInError
from engine.service.accounts import Visitor, own, signing_in
from engine.service.accounts.signing_in import Terms, Typed
from engine.service.workplace import Workplace
from engine.verbs.fields import read
from engine.verbs.verb import Document
from engine.web import answering, asking, bodies, identity
from engine.web.bodies import NOTHING
from engine.web.denying import Familiar
from engine.web.limits import (
    MOST_SIGN_IN,
    SIGN_INS_OF_ONE,
    SIGNING_IN_AT_ONCE,
    WAITING_TO_SIGN_IN,
)
from engine.web.pacing import Pace, Turnstile
from engine.web.reception import Reception, answered, marked, shown
from engine.web.ways import PASSWORD, WAYS, Way, has_body

T = TypeVar("T")

Handler = Callable[[Scope, Receive], Awaitable[Response | None]]


@dataclass(frozen=True, slots=True)
class Asked:
    """A request at the entrance."""

    place: Workplace
    given: Mapping[str, Any]
    authorization: str
    source: str

    def text(self, name: str) -> str:
        """A field of it; empty where it was not given."""
        return str(self.given.get(name) or "")


class Entrance:
    """Lets people in and out."""

    def __init__(self, reception: Reception) -> None:
        self._reception = reception
        self._turnstile = Turnstile(SIGNING_IN_AT_ONCE, WAITING_TO_SIGN_IN)
        self._familiar = Familiar(reception.clock)
        self._came = Pace(SIGN_INS_OF_ONE, reception.clock)
        self._doing: Final[Mapping[str, Callable[[Asked], Response]]] = {
            "sign-in ways": self._ways,
            "sign-in": self._sign_in,
            "sign-out": self._sign_out,
            "own password": self._password,
            "own code": self._begin_code,
            "own code confirmed": self._confirm_code,
        }

    def stands(self) -> dict[str, dict[str, Handler]]:
        """What each method of each path calls."""
        found: dict[str, dict[str, Handler]] = {}
        for way in WAYS:
            found.setdefault(way.path, {})[way.method] = partial(self._handle, way)
        return found

    async def _handle(self, way: Way, scope: Scope, receive: Receive) -> Response | None:
        work = partial(self._serve, way, scope, receive)
        name = way.name.replace(" ", "-")
        return await self._reception.within(name, way.method, partial(answered, work))

    async def _serve(self, way: Way, scope: Scope, receive: Receive) -> Response:
        headers, body = Headers(scope=scope), NOTHING
        if has_body(way):
            media = bodies.form(headers, (), MOST_SIGN_IN)
            body = await bodies.alone(media, receive, (), MOST_SIGN_IN)
        act = partial(self._act, way, scope, headers, body)
        if not way.slow:
            return await self._reception.offload(act)
        async with self._turnstile.turn():
            return await self._reception.offload(act)

    def _act(self, way: Way, scope: Scope, headers: Headers, body: bodies.Body) -> Response:
        raw = asking.asked(way.fields, {}, scope["query_string"], body)
        asked = Asked(
            self._reception.place(),
            read(way.fields, raw),
            shown(headers),
            self._reception.source(headers, scope),
        )
        return self._doing[way.name](asked)

    def _ways(self, asked: Asked) -> Response:
        place = asked.place
        told = {"ways": [PASSWORD], "partnership": place.partnership, "demo": place.demo}
        return answering.of_document(told)

    def _sign_in(self, asked: Asked) -> Response:
        person, source = asked.text("person"), asked.source
        near = self._familiar.knows(source, person)
        self._came.check(person)

        def come_in() -> Visitor:
            typed = asked.text("password"), asked.text("code")
            return signing_in.sign_in(asked.place, person, *typed, Terms(familiar=near))

        try:
            visitor = self._reception.gate.attempt(source, come_in, exempt=near)
        except NotSignedInError:
            self._familiar.failed(source, person)
            raise
        self._familiar.came_in(source, person)
        self._came.count(person)
        return answering.of_new(marked(asked.place, _signed_in(visitor)))

    def _sign_out(self, asked: Asked) -> Response:
        self._with_token(asked, partial(signing_in.sign_out, asked.place, _token(asked)))
        return answering.empty(204)

    def _password(self, asked: Asked) -> Response:
        me = self._me(asked)
        own.change_password(asked.place, me, asked.text("old"), asked.text("new"))
        return answering.empty(204)

    def _begin_code(self, asked: Asked) -> Response:
        me, typed = self._me(asked), Typed(asked.text("password"), asked.text("code"))
        begun = own.begin_code(asked.place, me, typed, asked.place.partnership)
        return answering.of_new(marked(asked.place, begun._asdict()))

    def _confirm_code(self, asked: Asked) -> Response:
        own.confirm_code(asked.place, self._me(asked), asked.text("setup"), asked.text("code"))
        return answering.empty(204)

    def _me(self, asked: Asked) -> Visitor:
        me = self._with_token(asked, partial(identity.visitor, asked.place, asked.authorization))
        self._reception.pace.spend(me.person)
        return me

    def _with_token(self, asked: Asked, act: Callable[[], T]) -> T:
        return self._reception.gate.shown(asked.authorization, asked.source, act)


def _token(asked: Asked) -> str:
    return identity.bearer(asked.authorization)


def _signed_in(visitor: Visitor) -> Document:
    """What a sign-in has come to; the token is told this once."""
    until = datetime.fromtimestamp(visitor.until / 1_000_000, UTC).isoformat(timespec="seconds")
    return {
        "token": visitor.token,
        "person": visitor.person,
        "until": until.replace("+00:00", "Z"),
        "how": visitor.how,
    }
