"""The endpoints as one route of an ASGI application: `POST /hooks/ENDPOINT`."""

from __future__ import annotations

import asyncio
import time
from functools import partial

from anyio import CapacityLimiter, to_thread
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from engine import log
from engine.hooks import answer
from engine.hooks.answer import Answer
from engine.hooks.receiving import LARGEST, Headers, Reception

AT_ONCE = 8
"""Calls that are worked on at once; others wait."""


def route(reception: Reception, at_once: int = AT_ONCE) -> Route:
    """The route that takes the calls of all endpoints, each in a thread of its own."""
    limiter: list[CapacityLimiter] = []

    async def receive(request: Request) -> Response:
        began = time.perf_counter()
        # Made where there is a loop; before that there is none to make it for.
        limiter[:] = limiter or [CapacityLimiter(at_once)]
        body = await _body(request)
        headers = [(k.decode("latin-1"), v.decode("latin-1")) for k, v in request.headers.raw]
        work = partial(_answer, reception, request.path_params["endpoint"], headers, body)
        status, said, content = answer.response(await to_thread.run_sync(work, limiter=limiter[0]))
        spent = int((time.perf_counter() - began) * 1000)
        hook = reception.known(request.path_params["endpoint"])
        told = partial(log.note, "request", verb="hook", hook=hook, method="POST", status=status)
        # Once the answer has gone out: nobody waits for the line.
        asyncio.get_running_loop().call_soon(partial(told, milliseconds=spent))
        return Response(content, status, dict(said))

    return Route("/hooks/{endpoint}", receive, methods=["POST"])


async def _body(request: Request) -> bytes:
    """The body byte for byte; of one that is too large no more than shows it."""
    found = bytearray()
    async for piece in request.stream():
        found += piece
        if len(found) > LARGEST:
            break
    return bytes(found)


def _answer(reception: Reception, endpoint: str, headers: Headers, body: bytes) -> Answer:
    try:
        return reception.receive(endpoint, headers, body)
    except Exception as error:
        # Whatever it is, what was sent stands in no log and no answer.
        log.alarm("a hook failed", kind=type(error).__name__)
        return answer.LATER
