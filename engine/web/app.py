"""The door for other systems as an ASGI application: a route for each verb of the one table."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Match, Router
from starlette.types import Receive, Scope, Send

from engine.verbs import table
from engine.verbs.verb import Verb
from engine.web import answering, openapi
from engine.web.answering import of_problem
from engine.web.entrance import Entrance
from engine.web.limits import MOST_HEAD, TO_TAKE
from engine.web.problems import Problem, bare
from engine.web.reception import Reception

HEALTH: Final = f"{openapi.ROOT}/health"
DESCRIPTION: Final = f"{openapi.ROOT}/openapi.json"

TOO_LONG: Final = f"The first line and the headers are longer than {MOST_HEAD // 1000} kB."

Handler = Callable[[Scope, Receive], Any]


class Stand:
    """One path: which verb a method there calls, and what any other method is told."""

    def __init__(self, handlers: Mapping[str, Handler]) -> None:
        self._handlers = dict(handlers)
        if "GET" in handlers:
            self._handlers["HEAD"] = handlers["GET"]
        self._allowed = ", ".join(sorted({*self._handlers, "OPTIONS"}))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request; whoever does not take the answer in time is let go."""
        found: Response | None
        if problem := _no_request(scope):
            found = of_problem(problem)
        elif scope["method"] == "OPTIONS":
            found = answering.empty(204, Allow=self._allowed)
        elif scope["method"] not in self._handlers:
            found = of_problem(bare(405, Allow=self._allowed))
        else:
            found = await self._handlers[scope["method"]](scope, receive)
        if found is None:
            return
        try:
            async with asyncio.timeout(TO_TAKE):
                await found(scope, receive, send)
        except TimeoutError:
            return


class Stands(BaseRoute):
    """All paths as one route: of each request only those of as many parts are looked at."""

    def __init__(self, stands: Mapping[str, Stand]) -> None:
        self._stands: dict[int, list[tuple[tuple[str, ...], Stand]]] = {}
        # What is named stands before what may be any name.
        for path in sorted(stands, key=lambda path: ("{" in path, path.count("{"), path)):
            parts = tuple(path.split("/"))
            self._stands.setdefault(len(parts), []).append((parts, stands[path]))

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """The stand of a request's path, and what its names are there."""
        said = scope["path"].split("/") if scope["type"] == "http" else []
        for parts, stand in self._stands.get(len(said), ()):
            named = _named(parts, said)
            if named is not None:
                return Match.FULL, {"endpoint": stand, "path_params": named}
        return Match.NONE, {}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Have the stand answer it."""
        await scope["endpoint"](scope, receive, send)


def _named(parts: Sequence[str], said: Sequence[str]) -> dict[str, str] | None:
    """What a path says for each name of its pattern; None where it is another path."""
    named = {}
    for part, one in zip(parts, said, strict=True):
        if part[:1] == "{" and one:
            named[part[1:-1]] = one
        elif part != one:
            return None
    return named


def make(reception: Reception, beside: Sequence[BaseRoute] = ()) -> Starlette:
    """The application: a route for each path of the table, the ways in and out, its own
    description, and its health; and those `beside`, such as the one of hooks.
    """
    stands: dict[str, dict[str, Handler]] = {
        HEALTH: {"GET": reception.health},
        DESCRIPTION: {"GET": _describe},
    }
    for path, handlers in Entrance(reception).stands().items():
        stands[openapi.ROOT + path] = handlers
    for verb in table.VERBS.values():
        stands.setdefault(openapi.ROOT + verb.path, {})[verb.method] = _asking(reception, verb)
    app = Starlette(exception_handlers={HTTPException: _no_such_path})
    app.router = Router(
        [Stands({path: Stand(handlers) for path, handlers in stands.items()}), *beside],
        redirect_slashes=False,
    )
    return app


def _asking(reception: Reception, verb: Verb) -> Handler:
    async def handle(scope: Scope, receive: Receive) -> Response | None:
        return await reception.answer(verb, scope, receive)

    return handle


def _no_request(scope: Scope) -> Problem | None:
    """What is wrong with the head of a request, whatever it asks for."""
    if _head_of(scope) > MOST_HEAD:
        return bare(431, TOO_LONG)
    if {b"content-length", b"transfer-encoding"} <= {name for name, _ in scope["headers"]}:
        # Where this ends, somebody in between may see otherwise.
        return bare(400, "A request says in one way how long it is.", Connection="close")
    return None


def _head_of(scope: Scope) -> int:
    """Bytes of a request's first line and headers."""
    lines = sum(len(name) + len(value) + 4 for name, value in scope["headers"])
    return lines + len(scope["raw_path"]) + len(scope["query_string"])


async def _describe(scope: Scope, receive: Receive) -> Response:
    return answering.of_document(openapi.description())


async def _no_such_path(request: Request, error: Exception) -> Response:
    return of_problem(bare(404))
