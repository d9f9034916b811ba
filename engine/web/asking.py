"""What a request asks: each name from the one place where its field stands, and the headers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import parse_qsl

from starlette.datastructures import Headers

from engine.errors import UsageError
from engine.verbs.fields import BODY, PATH, QUERY, Field, read
from engine.verbs.paging import FEW
from engine.verbs.verb import Verb
from engine.web.bodies import Body
from engine.web.limits import MOST_QUERY

STANDS: Final = {
    PATH: "in the path of the address",
    QUERY: "in the address, behind the question mark",
    BODY: "in the body",
}
MOST_NAMES = 50

_KEY = re.compile(r'"?([A-Za-z0-9_.:-]{6,64})"?')
_VERSION = re.compile(r'(?:W/)?"([1-9][0-9]{0,8})(?:\.[0-9a-f]{1,64})?"')


def asked(
    fields: Sequence[Field], path: Mapping[str, str], query: bytes, body: Body
) -> dict[str, Any]:
    """The request, ready for its verb. Raises UsageError with all that is wrong with it."""
    document = body.document
    if not isinstance(document, dict):
        raise UsageError("The JSON document of a request is an object.")
    known = {one.name: one for one in fields}
    raw: dict[str, Any] = {one.name: FEW for one in fields if one.kind == "limit"}
    behind = _pairs(query)
    inside = [*document.items(), *body.files.items()]
    raw |= {**dict(reversed(inside)), **dict(reversed(behind)), **path}
    given = [(PATH, name) for name in path]
    given += [(QUERY, name) for name, _ in behind] + [(BODY, name) for name, _ in inside]
    if wrong := _misplaced(known, given):
        raise UsageError("\n".join([*wrong, *_mistakes(fields, raw)]))
    return raw


def _misplaced(known: Mapping[str, Field], given: Sequence[tuple[str, str]]) -> list[str]:
    """What is wrong with where names stand, and with how often."""
    wrong: list[str] = []
    counted = Counter(name for _, name in given)
    for where, name in dict.fromkeys(given):
        if name in known and known[name].where != where:
            wrong.append(f'"{name}" stands {STANDS[known[name].where]}.')
        elif counted[name] > 1 and where != PATH:
            said = f'"{name}"' if name in known else "A name that is none of these"
            wrong.append(f"{said} is given twice.")
    return list(dict.fromkeys(wrong))


def key(headers: Headers) -> str:
    """The key under which a change is made once; empty where none is given. Raises UsageError."""
    said = headers.getlist("idempotency-key")
    if not said:
        return ""
    found = _KEY.fullmatch(said[0])
    if len(said) > 1 or found is None:
        raise UsageError(
            "Idempotency-Key is 6 to 64 letters, digits, dots, colons, hyphens or underscores; it "
            "stands in the trail, so it names nobody."
        )
    return found[1]


def version(headers: Headers, verb: Verb) -> int | None:
    """The version at which alone a case is to be changed. Raises UsageError."""
    said = headers.getlist("if-match")
    if not said or said == ["*"]:
        return None
    found = _VERSION.fullmatch(said[0])
    if len(said) > 1 or found is None:
        raise UsageError('If-Match is one version of a case, as ETag has it, such as "7".')
    if verb.changes and verb.new:
        raise UsageError("If-Match is for a case that is there; leave it out to open one.")
    return int(found[1])


def known_already(headers: Headers, tag: str) -> bool:
    """Whether whoever asks has this answer already, as If-None-Match says."""
    said = ",".join(headers.getlist("if-none-match"))
    return bool(tag) and (said.strip() == "*" or tag in re.findall(r'"[^"]*"', said))


def _pairs(query: bytes) -> list[tuple[str, str]]:
    if len(query) > MOST_QUERY:
        raise UsageError(f"There are more than {MOST_QUERY} characters behind the question mark.")
    try:
        text = query.decode("ascii")
        return parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=MOST_NAMES)
    except ValueError:
        raise UsageError("What stands behind the question mark cannot be read.") from None


def _mistakes(fields: Sequence[Field], raw: Mapping[str, Any]) -> list[str]:
    try:
        read(fields, raw)
    except UsageError as error:
        return str(error).split("\n")
    return []
