"""The verbs by which people are kept from a case, and by which one reads it for an hour."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from engine.service import breaking, restricting
from engine.service.restricting import Barred
from engine.verbs import changed
from engine.verbs.fields import PATH, REF, Field
from engine.verbs.naming import names
from engine.verbs.verb import Document, Job, Verb


def restrict(job: Job) -> Document:
    """From now on only those on the list see a case."""
    people = [str(one) for one in job.get("to", ())]
    return _told(job, restricting.restrict(job.place, job.by, job.ref, people))


def unrestrict(job: Job) -> Document:
    """Everybody sees a case again who could before."""
    return _told(job, restricting.lift(job.place, job.by, job.ref))


def declare(job: Job) -> Document:
    """Somebody is in conflict with a case."""
    person = str(job.get("person"))
    found = restricting.declare(job.place, job.by, job.ref, person)
    return _told(job, found, person=person)


def end(job: Job) -> Document:
    """Somebody is no more in conflict with a case."""
    person = str(job.get("person"))
    return _told(job, restricting.end(job.place, job.by, job.ref, person), person=person)


def _told(job: Job, found: Barred, **more: Any) -> Document:
    nobody = [{"role": role, "title": title} for role, title in found.nobody]
    return changed.document(
        job, found.outcome, **more, restricted_to=list(found.listed), nobody=nobody
    )


def break_glass(job: Job) -> Document:
    """Read for an hour a case that is not one's own to read; two others are told first."""
    found = breaking.break_glass(job.place, job.by, job.ref, job.place.wired.sender())
    glass, outcome = found.glass, found.outcome
    until = datetime.fromtimestamp(glass.until / 1_000_000, UTC)
    return {
        "ref": outcome.ref,
        "version": outcome.version,
        "key": outcome.key,
        "repeated": outcome.repeated,
        "open": found.open,
        "until": until.isoformat(timespec="seconds").replace("+00:00", "Z"),
        "told": list(found.sent),
        "not_told": [one for one in glass.told if one not in found.sent],
        "task": glass.task,
        "recorded_by": job.by.person,
        "proof": job.by.claimed,
        "names": names(job.place, job.by.person, *glass.told),
    }


_PERSON = Field("person", "word", "The person, by their id in config.toml.", True)
_LISTS = {
    "restricted_to": {"type": "array", "items": {"type": "string"}},
    "nobody": {
        "type": "array",
        "items": {
            "type": "object",
            "required": ["role", "title"],
            "properties": {"role": {"type": "string"}, "title": {"type": "string"}},
        },
    },
}
_BARRED = {
    **changed.SCHEMA,
    "required": [*changed.SCHEMA["required"], *_LISTS],
    "properties": {**changed.SCHEMA["properties"], **_LISTS},
}
_TEXTS = ("ref", "key", "until", "task", "recorded_by", "proof")
_PEOPLE = ("told", "not_told")
_BROKEN = {
    "type": "object",
    "required": ["version", "repeated", "open", *_TEXTS, *_PEOPLE, "names"],
    "properties": {
        "version": {"type": "integer", "minimum": 1},
        "repeated": {"type": "boolean"},
        "open": {"type": "boolean"},
        **{name: {"type": "string"} for name in _TEXTS},
        **{name: {"type": "array", "items": {"type": "string"}} for name in _PEOPLE},
        "names": {"type": "object", "additionalProperties": {"type": "string"}},
    },
}


def _barring(name: str, path: str, about: str, act: Any, *fields: Field) -> Verb:
    return Verb(name, path, about, (REF, *fields), act, changes=True, method="POST", answer=_BARRED)


VERBS = (
    _barring(
        "case restrict",
        "/cases/{ref}/restriction",
        "Let only these people see a case; `reason` says why.",
        restrict,
        Field("to", "names", "Everybody who may see it, by their ids; you among them.", True),
    ),
    _barring(
        "case unrestrict",
        "/cases/{ref}/restriction/lifted",
        "Let everybody see a case again who could before; `reason` says why.",
        unrestrict,
    ),
    _barring(
        "conflict declare",
        "/cases/{ref}/conflicts",
        "Declare a conflict of interest; `reason` says which.",
        declare,
        _PERSON,
    ),
    _barring(
        "conflict end",
        "/cases/{ref}/conflicts/{person}/ended",
        "End a conflict of interest of somebody else; `reason` says why.",
        end,
        _PERSON._replace(where=PATH),
    ),
    Verb(
        "break-glass",
        "/cases/{ref}/broken-glass",
        "Read for an hour a case that is not yours to read; two others are told first.",
        (REF,),
        break_glass,
        changes=True,
        method="POST",
        answer=_BROKEN,
    ),
)
"""In the order in which the API's description lists them."""
