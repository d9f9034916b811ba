"""What becomes of a request: who asks is found out, the verb does it, and the answer is written.

Nothing of the engine runs on the event loop, and nothing that was sent is said or logged again.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, TypeVar

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import Receive, Scope

from engine import log
from engine.errors import EngineError
from engine.service.accounts.openid.provider import Provider
from engine.service.looking import reading
from engine.service.workplace import By, Workplace
from engine.verbs import table
from engine.verbs.fields import QUERY
from engine.verbs.verb import Content, Document, Verb
from engine.web import answering, asking, bodies
from engine.web.answering import FileAnswer, of_problem
from engine.web.bodies import NOTHING, Body, Gone
from engine.web.denying import Gate, Identify
from engine.web.hushing import hushed
from engine.web.limits import (
    ASKED_BY_ONE,
    MOST_AT_ONCE,
    RETRY_AFTER,
    THREADS,
    TO_ANSWER_HEALTH,
)
from engine.web.pacing import Pace
from engine.web.pool import Pool
from engine.web.problems import AS_TYPED, WORDS, Problem, as_typed, bare, of_error, of_fault

NOBODY_LEFT = 499
"""In the log, the status of a request whose sender has gone before it was answered."""

T = TypeVar("T")


@dataclass
class Seen:
    """What is known of a request when something goes wrong with it."""

    key: str = ""
    """Under which it changes something."""
    raw: Mapping[str, Any] = field(default_factory=dict)
    known: frozenset[str] = frozenset()
    """The ids that config.toml has."""

    def take(self, raw: Mapping[str, Any], place: Workplace) -> None:
        """Keep what was asked, and where."""
        self.raw = raw
        self.known = frozenset({*place.directory.people, *place.directory.agencies})


class Reception:
    """Takes requests in, has the one table of verbs do what they ask, and answers them."""

    def __init__(
        self,
        place: Callable[[], Workplace],
        identify: Identify,
        *,
        behind_proxy: bool = False,
        pace: int = ASKED_BY_ONE,
        provider: Callable[[], Provider | None] = lambda: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.place, self._behind_proxy = place, behind_proxy
        self.provider = provider
        self.gate, self.clock = Gate(identify, clock), clock
        self.pace = Pace(pace, clock)
        # Of its own, and as many to the end: each thread keeps its connection to the store.
        self._pool = Pool(THREADS)
        self._busy = 0

    async def offload(self, act: Callable[..., T], *given: Any) -> T:
        """Do something that takes its time, on a thread of the pool."""
        found: T = await asyncio.wrap_future(self._pool.submit(act, *given))
        return found

    def close(self) -> None:
        """Give the threads back, once what they are at is done."""
        self._pool.close()

    async def answer(self, verb: Verb, scope: Scope, receive: Receive) -> Response | None:
        """What a request comes to; None where nobody is left to be told. It never raises."""
        seen = Seen()

        def told(error: EngineError) -> Problem:
            if Headers(scope=scope).get(WORDS) == AS_TYPED:
                return of_error(error, seen.key, as_typed)
            said = of_error(error, seen.key)
            return hushed(said, table.fields(verb), seen.raw, seen.known)

        name = verb.name.replace(" ", "-")
        work = partial(self._serve, verb, scope, receive, seen)
        return await self.within(name, verb.method, partial(answered, work, told))

    async def within(
        self, name: str, method: str, act: Callable[[], Awaitable[Response | None]]
    ) -> Response | None:
        """What comes of a request, if not too many are under way; it is logged by its name."""
        began = time.perf_counter()
        if self._busy >= MOST_AT_ONCE:
            found: Response | None = of_problem(_too_busy())
        else:
            self._busy += 1
            try:
                found = await act()
            finally:
                self._busy -= 1
        spent = int((time.perf_counter() - began) * 1000)
        status = found.status_code if found else NOBODY_LEFT
        told = partial(log.note, "request", verb=name, method=method, status=status)
        # Once the answer has gone out: nobody waits for the line.
        asyncio.get_running_loop().call_soon(partial(told, milliseconds=spent))
        return found

    async def _serve(self, verb: Verb, scope: Scope, receive: Receive, seen: Seen) -> Response:
        headers, fields = Headers(scope=scope), table.fields(verb)
        if verb.method == "GET":
            return await self.offload(self._read, verb, headers, scope, seen)
        try:
            media = bodies.form(headers, fields)
        except Problem:
            await self.offload(self._admit, headers, scope)
            raise
        if media != bodies.PARTS:
            body = await bodies.alone(media, receive, fields)
            return await self.offload(self._do, verb, headers, scope, seen, body)
        # Nobody's files are taken before it is known whose they are.
        await self.offload(self._admit, headers, scope)
        body = await bodies.with_files(headers, receive, fields, self.offload)
        try:
            return await self.offload(self._do, verb, headers, scope, seen, body)
        finally:
            body.close()

    def _admit(self, headers: Headers, scope: Scope) -> tuple[Workplace, By]:
        place = self.place()
        by = self.gate.admit(place, shown(headers), self.source(headers, scope))
        self.pace.spend(by.person)
        return place, by

    def source(self, headers: Headers, scope: Scope) -> str:
        """The address that a request comes from; of a proxy, what that itself has added last."""
        told = headers.getlist("x-forwarded-for")
        if self._behind_proxy and told:
            return told[-1].rpartition(",")[2].strip()
        return str(scope["client"][0]) if scope.get("client") else ""

    def _do(self, verb: Verb, headers: Headers, scope: Scope, seen: Seen, body: Body) -> Response:
        place, by = self._admit(headers, scope)
        by = replace(by, key=asking.key(headers), if_version=asking.version(headers, verb))
        fields, path = table.fields(verb), scope["path_params"]
        raw = asking.asked(fields, path, scope["query_string"], body)
        seen.take(raw, place)
        if verb.changes:
            seen.key = by.key or place.randomness(16).hex()
            by = replace(by, key=seen.key)
        found = table.run(place, by, verb.name, raw)
        if isinstance(found, Content):
            about = marked(place, found.about) if answering.takes_both(headers) else None
            return FileAnswer(found, answering.put_by(found), self.offload, about)
        found = marked(place, found)
        if verb.changes and "version" in found:
            return answering.of_document(found, ETag=answering.tag(int(found["version"])))
        return answering.of_document(found)

    def _read(self, verb: Verb, headers: Headers, scope: Scope, seen: Seen) -> Response:
        place, by = self._admit(headers, scope)
        asking.key(headers)
        asking.version(headers, verb)
        fields, path = table.fields(verb), scope["path_params"]
        raw = asking.asked(fields, path, scope["query_string"], NOTHING)
        seen.take(raw, place)
        # Looked up before: of what changes meanwhile, the earlier version is the one to be told.
        version = reading.version(place, verb.field("ref").read(raw["ref"])) if "ref" in raw else 0
        found = table.run(place, by, verb.name, raw)
        assert not isinstance(found, Content)
        found = marked(place, found)
        body = answering.written(found)
        tag = answering.tag(int(found.get("version", version)), body) if version else ""
        if asking.known_already(headers, tag):
            return answering.empty(304, ETag=tag)
        more = {"ETag": tag} if tag else {}
        if found.get("next"):
            query = {
                one.name: raw[one.name]
                for one in verb.fields
                if one.where == QUERY and one.name in raw
            }
            more["Link"] = answering.next_page(scope["raw_path"].decode(), query, found["next"])
        return answering.of_body(body, **more)

    async def health(self, scope: Scope, receive: Receive) -> Response:
        """Whether the database answers."""
        try:
            async with asyncio.timeout(TO_ANSWER_HEALTH):
                await self.offload(self._look)
        except (EngineError, TimeoutError, OSError):
            return of_problem(_not_well())
        return answering.of_document({"status": "ok"})

    def _look(self) -> None:
        place = self.place()
        reading.version(place, "")


async def answered(
    work: Callable[[], Awaitable[Response]],
    told: Callable[[EngineError], Problem] = of_error,
    shape: Callable[[Problem], Response] = of_problem,
) -> Response | None:
    """What comes of a request, or the problem that it comes to, in its shape; None where nobody is
    left to be told. It never raises.
    """
    try:
        return await work()
    except Gone:
        return None
    except Problem as problem:
        return shape(problem)
    except EngineError as error:
        return shape(told(error))
    except Exception as error:
        return shape(of_fault(error))


def shown(headers: Headers) -> str:
    """The Authorization header; empty where there is none, or more than one."""
    said = headers.getlist("authorization")
    return said[0] if len(said) == 1 else ""


def marked(place: Workplace, document: Document) -> Document:
    """A document that says where it comes from a demo."""
    return {**document, "demo": True} if place.demo else document


def _too_busy() -> Problem:
    return bare(503, "Too much is asked at once; try again soon.", Retry_After="1")


def _not_well() -> Problem:
    return bare(503, "The database does not answer.", Retry_After=str(RETRY_AFTER))
