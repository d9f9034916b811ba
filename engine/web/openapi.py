"""The description of the door for other systems (OpenAPI 3.1), made from the one table of verbs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any, Final

from engine import __version__
from engine.verbs import table
from engine.verbs.fields import BODY, PATH, QUERY, Field
from engine.verbs.paging import FEW
from engine.verbs.verb import Verb
from engine.web import entering
from engine.web.parts import REQUEST
from engine.web.problems import KIND, MEDIA_TYPE

ABOUT: Final = """Every verb of Casetrail, with the same refusals as at its command line.

A change is made once under one `Idempotency-Key`, and with `If-Match` only where the case is still
as it was seen. What goes wrong is told as RFC 9457 has it, and repeats nothing that was sent.
"""
ROOT: Final = "/v1"
FILES: Final = ("file", "papers")
Schema = dict[str, Any]

_PROBLEM: Final[Schema] = {
    "type": "object",
    "required": ["type", "title", "status"],
    "properties": {
        "type": {"type": "string", "pattern": f"^{KIND}[a-z-]+$"},
        "title": {"type": "string"},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": {"type": "string"},
        "mistakes": {"type": "array", "items": {"type": "string"}, "minItems": 1},
        "transition": {"type": "string"},
        "unmet": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["what", "who", "how"],
                "properties": {
                    "what": {"type": "string"},
                    "who": {"type": "array", "items": {"type": "string"}},
                    "how": {"type": "string"},
                },
            },
        },
        "key": {"type": "string", "description": "Under which to repeat the change."},
        "fault": {"type": "string", "description": "Under which the log has it."},
    },
}
_SAID: Final[Mapping[int, str]] = {
    400: "The request is mistaken: all its mistakes at once.",
    401: "Nobody is let in so.",
    403: "What was asked is for others; that it was asked is logged.",
    404: "There is no such case, or nothing of that name.",
    408: "The request did not come to its end in time.",
    409: "The rules say no: everything that stands in the way, who can supply it, and how.",
    412: "The case has changed since it was seen; nothing was changed.",
    413: "The request, or a file in it, is too large.",
    415: "Neither JSON nor, where there are files, multipart/form-data.",
    429: "Too many attempts to come in have failed, or too much was asked within a minute.",
    500: "A fault of ours; the log has it under the id that is told.",
    503: "Not now; Retry-After says when. With a key: whether it was saved cannot be told.",
}
_VERSION: Final = {"schema": {"type": "string"}, "description": "The version of the case."}


@cache
def description() -> Schema:
    """The whole description."""
    paths: dict[str, Schema] = {}
    for verb in table.VERBS.values():
        paths.setdefault(f"{ROOT}{verb.path}", {})[verb.method.lower()] = _operation(verb)
    paths |= entering.paths(ROOT, _parameter, _body)
    paths[f"{ROOT}/health"] = {"get": _health()}
    paths[f"{ROOT}/openapi.json"] = {"get": _own()}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Casetrail", "version": __version__, "description": ABOUT},
        "servers": [{"url": "/"}],
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "schemas": {"Problem": _PROBLEM},
            "responses": {str(status): _problem(said) for status, said in _SAID.items()},
        },
    }


def _operation(verb: Verb) -> Schema:
    fields = table.fields(verb)
    made: Schema = {
        "operationId": verb.name.replace(" ", "_").replace("-", "_"),
        "tags": [verb.path.split("/")[1]],
        "summary": verb.about,
        "parameters": [_parameter(one) for one in fields if one.where != BODY] + _headers(verb),
        "responses": _responses(verb),
    }
    if verb.method != "GET":
        made["requestBody"] = _body([one for one in fields if one.where == BODY])
    return made


def _parameter(field: Field) -> Schema:
    schema = {name: said for name, said in field.schema.items() if name != "description"}
    if field.kind == "limit":
        schema["default"] = FEW
    required = {"required": True} if field.required or field.where == PATH else {}
    where = "query" if field.where == QUERY else "path"
    return {
        "name": field.name,
        "in": where,
        "description": field.about,
        **required,
        "schema": schema,
    }


def _headers(verb: Verb) -> list[Schema]:
    version = '^(\\*|(W/)?"[1-9][0-9]{0,8}(\\.[0-9a-f]{1,64})?")$'
    found = []
    if verb.changes:
        about = "Never do it twice under the same key."
        found.append(_header("Idempotency-Key", about, '^"?[A-Za-z0-9_.:-]{6,64}"?$'))
    if verb.changes and not verb.new:
        about = 'Only if the case is still at this version, as ETag had it: "7".'
        found.append(_header("If-Match", about, version))
    if _is_read_of_one(verb):
        about = "Nothing is sent again that is as it was; the ETag of the answer one has."
        found.append(_header("If-None-Match", about, "^[!-~]{1,200}$"))
    return found


def _header(name: str, about: str, pattern: str) -> Schema:
    schema = {"type": "string", "pattern": pattern}
    return {"name": name, "in": "header", "description": about, "schema": schema}


def _body(fields: Sequence[Field]) -> Schema:
    plain = _object([one for one in fields if one.kind not in FILES])
    files = [one for one in fields if one.kind in FILES]
    content: Schema = {}
    if not any(one.required for one in files):
        content["application/json"] = {"schema": plain}
    if files:
        content["multipart/form-data"] = {
            "schema": _parts(plain, files),
            "encoding": {REQUEST: {"contentType": "application/json"}},
        }
    required = any(one.required for one in fields)
    return {"required": required, "content": content}


def _object(fields: Iterable[Field]) -> Schema:
    fields = list(fields)
    required = [one.name for one in fields if one.required]
    return {
        "type": "object",
        "properties": {one.name: _property(one) for one in fields},
        **({"required": required} if required else {}),
        "additionalProperties": False,
    }


def _property(field: Field) -> Schema:
    schema = field.schema
    if field.kind == "limit":
        schema = {**schema, "default": FEW}
    # What is not given may be null: many programs send it so.
    return schema if field.required else {**schema, "type": [schema["type"], "null"]}


def _parts(plain: Schema, files: Sequence[Field]) -> Schema:
    named = {one.name: one.schema for one in files if one.kind == "file"}
    papers = [one for one in files if one.kind == "papers"]
    required = [one.name for one in files if one.required]
    needs_request = [REQUEST] if plain.get("required") else []
    return {
        "type": "object",
        "properties": {REQUEST: plain, **named},
        **({"required": [*needs_request, *required]} if [*needs_request, *required] else {}),
        **({"patternProperties": _papers(papers)} if papers else {}),
        "additionalProperties": False,
    }


def _papers(papers: Sequence[Field]) -> Schema:
    return {
        f"^{one.name}/[a-z][a-z0-9_]*(/[A-Za-z0-9_.-]{{1,60}})?$": {
            "type": "string",
            "contentMediaType": "application/octet-stream",
            "description": one.about,
        }
        for one in papers
    }


def _responses(verb: Verb) -> Schema:
    found: Schema = {"200": _answer(verb)}
    if _is_read_of_one(verb):
        found["304"] = {"description": "As it was.", "headers": {"ETag": _VERSION}}
    for status in _statuses(verb):
        found[str(status)] = {"$ref": f"#/components/responses/{status}"}
    return found


def _statuses(verb: Verb) -> list[int]:
    """Every status of a problem that may come of a verb."""
    always = {400, 401, 403, 404, 409, 429, 500, 503}
    with_body = {408, 413, 415} if verb.method != "GET" else set[int]()
    return sorted(always | with_body | ({412} if verb.changes and not verb.new else set()))


def _answer(verb: Verb) -> Schema:
    if verb.media_type != "application/json":
        return {"description": "The file.", "content": {verb.media_type: {}}}
    headers: Schema = {}
    if _is_read_of_one(verb) or verb.changes:
        headers["ETag"] = _VERSION
    if any(one.kind == "cursor" and one.where == QUERY for one in verb.fields):
        headers["Link"] = {"schema": {"type": "string"}, "description": "To the next page."}
    schema = verb.answer or _any_answer(verb)
    return {
        "description": "What came of it.",
        **({"headers": headers} if headers else {}),
        "content": {"application/json": {"schema": schema}},
    }


def _any_answer(verb: Verb) -> Schema:
    """Any document; of a list, that it says where the next page begins."""
    if not any(one.kind == "cursor" for one in verb.fields):
        return {"type": "object"}
    return {
        "type": "object",
        "required": ["next"],
        "properties": {"next": {"type": ["string", "null"]}},
    }


def _problem(said: str) -> Schema:
    schema = {"$ref": "#/components/schemas/Problem"}
    return {"description": said, "content": {MEDIA_TYPE: {"schema": schema}}}


def _health() -> Schema:
    ok = {"type": "object", "required": ["status"], "properties": {"status": {"const": "ok"}}}
    return {
        "operationId": "health",
        "tags": ["health"],
        "summary": "Whether it runs, and the database answers.",
        "security": [],
        "responses": {
            "200": {"description": "Well.", "content": {"application/json": {"schema": ok}}},
            "503": {"$ref": "#/components/responses/503"},
        },
    }


def _own() -> Schema:
    return {
        "operationId": "openapi",
        "tags": ["health"],
        "summary": "This description.",
        "security": [],
        "responses": {
            "200": {
                "description": "It.",
                "content": {"application/json": {"schema": {"type": "object"}}},
            }
        },
    }


def _is_read_of_one(verb: Verb) -> bool:
    """Whether it reads one case."""
    return verb.method == "GET" and any(one.name == "ref" for one in verb.fields)
