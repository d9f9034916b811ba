"""The plain pages with which a browser's way through signing in ends."""

from __future__ import annotations

from html import escape
from http import HTTPStatus
from typing import Final

from starlette.responses import Response

from engine.web.answering import ALWAYS
from engine.web.problems import Problem

DONE: Final = ("You are signed in", "You can close this window and return to the terminal.")
COULD_NOT: Final = (
    "You could not be signed in",
    "Close this window and begin again at the terminal. If it happens again, ask those who keep "
    "your accounts.",
)


def page(said: tuple[str, str], status: int = HTTPStatus.OK, **headers: str) -> Response:
    """A page of a heading and a sentence: no script, no style, nothing that was sent."""
    heading, text = map(escape, said)
    body = (
        '<!doctype html>\n<html lang="en-GB">\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width">\n'
        f"<title>{heading}</title>\n<main>\n<h1>{heading}</h1>\n<p>{text}</p>\n</main>\n</html>\n"
    )
    return Response(body.encode(), status, {**ALWAYS, **headers}, "text/html; charset=utf-8")


def of_problem(problem: Problem) -> Response:
    """The same for whatever has gone wrong."""
    status = problem.status if problem.status != HTTPStatus.UNAUTHORIZED else HTTPStatus.BAD_REQUEST
    waits = {name: text for name, text in problem.headers.items() if name == "Retry-After"}
    return page(COULD_NOT, status, **waits)


def sent_on(address: str) -> Response:
    """That the browser goes on to another address."""
    return Response(None, HTTPStatus.SEE_OTHER, {**ALWAYS, "Location": address})
