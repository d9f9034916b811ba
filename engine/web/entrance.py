"""Signing in and out over HTTP, and one's own password and code.

What was typed is in no log and no answer, and all that is wrong with it is told alike.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final, TypeVar
from urllib.parse import parse_qsl

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import Receive, Scope

from engine import log
from engine.errors import NotSignedInError
from engine.service.accounts import Visitor, own, signing_in
from engine.service.accounts.openid import flow
from engine.service.accounts.openid.flow import Back
from engine.service.accounts.openid.provider import Provider
from engine.service.accounts.openid.refusal import Refusal
from engine.service.accounts.signing_in import Terms, Typed
from engine.service.workplace import Workplace
from engine.verbs.fields import read
from engine.verbs.verb import Document
from engine.web import answering, asking, bodies, identity, pages
from engine.web.answering import of_problem
from engine.web.bodies import NOTHING
from engine.web.denying import Familiar, network
from engine.web.limits import (
    BEGUN_FROM_ONE,
    MOST_QUERY,
    MOST_SIGN_IN,
    SIGN_INS_OF_ONE,
    SIGNING_IN_AT_ONCE,
    WAITING_TO_SIGN_IN,
)
from engine.web.pacing import Pace, Turnstile
from engine.web.problems import bare, of_error
from engine.web.reception import Reception, answered, marked, shown
from engine.web.ways import AT_PROVIDER, HASHING, OPENID, PASSWORD, WAYS, Way, has_body

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
        self._turns = {
            turn: Turnstile(SIGNING_IN_AT_ONCE, WAITING_TO_SIGN_IN)
            for turn in (HASHING, AT_PROVIDER)
        }
        self._familiar = Familiar(reception.clock)
        self._came = Pace(SIGN_INS_OF_ONE, reception.clock)
        self._begun = Pace(BEGUN_FROM_ONE, reception.clock)
        self._doing: Final[Mapping[str, Callable[[Asked], Response]]] = {
            "sign-in ways": self._ways,
            "sign-in": self._sign_in,
            "sign-out": self._sign_out,
            "own password": self._password,
            "own code": self._begin_code,
            "own code confirmed": self._confirm_code,
            "sign-in at provider": self._begin,
            "sign-in from provider": self._come_back,
            "sign-in by code": self._finish,
            "sign-in done": lambda _: pages.page(pages.DONE),
        }

    def stands(self) -> dict[str, dict[str, Handler]]:
        """What each method of each path calls."""
        found: dict[str, dict[str, Handler]] = {}
        for way in WAYS:
            found.setdefault(way.path, {})[way.method] = partial(self._handle, way)
        return found

    async def _handle(self, way: Way, scope: Scope, receive: Receive) -> Response | None:
        work = partial(self._serve, way, scope, receive)
        name, shape = way.name.replace(" ", "-"), pages.of_problem if way.page else of_problem
        told = partial(answered, work, of_error, shape)
        return await self._reception.within(name, way.method, told)

    async def _serve(self, way: Way, scope: Scope, receive: Receive) -> Response:
        headers, body = Headers(scope=scope), NOTHING
        if has_body(way):
            media = bodies.form(headers, (), MOST_SIGN_IN)
            body = await bodies.alone(media, receive, (), MOST_SIGN_IN)
        act = partial(self._act, way, scope, headers, body)
        if not way.turn:
            return await self._reception.offload(act)
        async with self._turns[way.turn].turn():
            return await self._reception.offload(act)

    def _act(self, way: Way, scope: Scope, headers: Headers, body: bodies.Body) -> Response:
        if way.page:
            raw: Mapping[str, Any] = _of_browser(way, scope["query_string"])
        else:
            raw = asking.asked(way.fields, {}, scope["query_string"], body)
        asked = Asked(
            self._reception.place(),
            read(way.fields, raw),
            shown(headers),
            self._reception.source(headers, scope),
        )
        return self._doing[way.name](asked)

    def _ways(self, asked: Asked) -> Response:
        place, provider = asked.place, self._reception.provider()
        ways = [] if provider and provider.terms.only else [PASSWORD]
        ways += [OPENID] if provider else []
        told = {"ways": ways, "partnership": place.partnership, "demo": place.demo}
        return answering.of_document(told)

    def _sign_in(self, asked: Asked) -> Response:
        person, source = asked.text("person"), asked.source
        near = self._familiar.knows(source, person)
        terms = Terms(familiar=near, closed=self._is_closed_to(person))
        self._came.check(person)

        def come_in() -> Visitor:
            typed = asked.text("password"), asked.text("code")
            return signing_in.sign_in(asked.place, person, *typed, terms)

        try:
            visitor = self._reception.gate.attempt(source, come_in, exempt=near)
        except NotSignedInError:
            self._familiar.failed(source, person)
            raise
        self._familiar.came_in(source, person)
        self._came.count(person)
        return answering.of_new(marked(asked.place, _signed_in(visitor)))

    def _is_closed_to(self, person: str) -> bool:
        provider = self._reception.provider()
        return provider is not None and provider.terms.only and person != provider.terms.emergency

    def _begin(self, asked: Asked) -> Response:
        provider = self._provider()
        self._begun.spend(network(asked.source))
        try:
            address = flow.begin(
                asked.place, provider, asked.text("challenge"), asked.text("return_to")
            )
        except Refusal as refusal:
            log.alarm("a provider cannot be used", why=refusal.why)
            raise bare(
                503, "The provider cannot be reached now; try again soon.", Retry_After="10"
            ) from None
        return answering.of_new({"address": address})

    def _come_back(self, asked: Asked) -> Response:
        back = Back(*(asked.text(name) for name in ("state", "code", "error", "iss")))
        come = partial(flow.come_back, asked.place, self._provider(), back)
        return pages.sent_on(self._reception.gate.attempt(asked.source, come))

    def _finish(self, asked: Asked) -> Response:
        code, verifier = asked.text("code"), asked.text("verifier")
        finish = partial(flow.finish, asked.place, code, verifier)
        visitor = self._reception.gate.attempt(asked.source, finish)
        return answering.of_new(marked(asked.place, _signed_in(visitor)))

    def _provider(self) -> Provider:
        if provider := self._reception.provider():
            return provider
        raise bare(404, "People sign in by their password here.")

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


def _of_browser(way: Way, query: bytes) -> Mapping[str, Any]:
    """What a provider has the browser say: what else it says is passed over, what it says twice
    is not taken.
    """
    try:
        said = parse_qsl(query.decode("ascii"), errors="strict", max_num_fields=asking.MOST_NAMES)
    except ValueError:
        raise bare(400) from None
    known = [(name, value) for name, value in said if name in {one.name for one in way.fields}]
    if len(dict(known)) < len(known) or len(query) > MOST_QUERY:
        raise bare(400)
    return dict(known)


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
