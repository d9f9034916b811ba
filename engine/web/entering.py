"""The part of the description that is about the ways in and out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from engine.verbs.fields import QUERY, Field
from engine.web.problems import MEDIA_TYPE
from engine.web.ways import WAYS, Way, has_body

Schema = dict[str, Any]

ALWAYS: Final = frozenset({400, 429, 500, 503})
WITH_BODY: Final = frozenset({408, 413, 415})


def paths(root: str, parameter: Callable[[Field], Schema], body: Callable[..., Schema]) -> Schema:
    """Each path with its operations; `parameter` and `body` say what a field is there."""
    found: Schema = {}
    for way in WAYS:
        made = _operation(way)
        if behind := [parameter(one) for one in way.fields if one.where == QUERY]:
            made["parameters"] = behind
        if has_body(way):
            made["requestBody"] = body(way.fields)
        found.setdefault(f"{root}{way.path}", {})[way.method.lower()] = made
    return found


def _operation(way: Way) -> Schema:
    statuses = ALWAYS | way.refusals | (WITH_BODY if has_body(way) else frozenset())
    refusal = _refused_page if way.page else _refused
    refused = {str(one): refusal(one) for one in sorted(statuses)}
    return {
        "operationId": way.name.replace(" ", "_").replace("-", "_"),
        "tags": [way.path.split("/")[1]],
        "summary": way.about,
        **({} if way.token else {"security": []}),
        "responses": {str(way.status): _answer(way), **refused},
    }


def _refused(status: int) -> Schema:
    return {"$ref": f"#/components/responses/{status}"}


def _refused_page(status: int) -> Schema:
    """As a page; what goes wrong before it is known who asks is told as everywhere."""
    problem = {"schema": {"$ref": "#/components/schemas/Problem"}}
    return {
        "description": "That it could not be.",
        "content": {"text/html": {"schema": {"type": "string"}}, MEDIA_TYPE: problem},
    }


def _answer(way: Way) -> Schema:
    if way.page and way.status == 200:
        content = {"text/html": {"schema": {"type": "string"}}}
        return {"description": "The page.", "content": content}
    if way.page:
        headers: Schema = {"Location": {"schema": {"type": "string"}, "description": "Whither."}}
        return {"description": "The browser goes on.", "headers": headers}
    if way.answer is None:
        return {"description": "It is done."}
    answer: Schema = {"schema": way.answer}
    content = {"application/json": answer}
    return {"description": "What came of it.", "content": content}
