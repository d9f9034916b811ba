"""The verb by which the table of authority is read: who may do what, by verb and by role."""

from __future__ import annotations

from typing import Any

from engine import authority, powers
from engine.authority import DECIDED_BY, MEANING, Relation, Row, Verdict
from engine.edition import Edition
from engine.errors import UsageError
from engine.guessing import meant
from engine.service.moving import choosing
from engine.verbs import table
from engine.verbs.fields import QUERY, Field
from engine.verbs.verb import Document, Job, Verb


def read(job: Job) -> Document:
    """The table; and of a process what each role, or one, may do in it by its definition."""
    name, role = str(job.get("process")), str(job.get("role"))
    if role and not name:
        raise UsageError('Say of which process: "process" beside "role".')
    found = {**published(), "process": None}
    if not name:
        return found
    with job.place.database.read() as tx:
        edition = choosing.edition_in_use(job.place, tx, name, str(job.get("edition")))
    return {**found, "process": of_process(edition, role)}


def published() -> dict[str, Any]:
    """What each verb, and each command that is none, needs of whoever asks."""
    return {
        "relations": [
            {"relation": one.value, "means": MEANING[one], "decided_by": DECIDED_BY[one]}
            for one in Relation
        ],
        "verbs": [
            _line(name, table.VERBS[name].about, row)
            for name in table.VERBS
            if (row := authority.ROWS.get(name))
        ],
        "local": [_line(name, why, authority.LOCAL[name]) for name, why in table.LOCAL.items()],
    }


def of_process(edition: Edition, role: str = "") -> dict[str, Any]:
    """What each role of a process and of its linked ones may do. Raises UsageError for a role that
    none of them has.
    """
    every = {edition.workflow.name: powers.every(edition), **powers.of_children(edition)}
    known = {one.role for each in every.values() for one in each}
    if role and role not in known:
        raise UsageError(f'This process has no role "{role[:40]}"{meant(role, sorted(known))}')
    workflow = edition.workflow
    titles = {workflow.name: workflow.title}
    titles |= {name: one.workflow.title for name, one in edition.children.items()}
    return {
        "workflow": workflow.name,
        "edition": workflow.edition,
        "hash": workflow.hash,
        "processes": [
            {
                "workflow": name,
                "title": titles[name],
                "roles": [one.plain() for one in each if role in ("", one.role)],
            }
            for name, each in every.items()
        ],
        "caution": workflow.caution,
    }


def _line(name: str, about: str, row: Row) -> dict[str, Any]:
    cells = {one.value: row.cells.get(one, Verdict.DENIED).value for one in Relation}
    return {"verb": name, "about": about, "cells": cells, "logged": row.logged, "here": row.here}


VERBS = (
    Verb(
        "authority",
        "/authority",
        "Who may do what: the table of authority, and of a process what each role may do.",
        (
            Field("process", "word", "A process of which an edition is in use.", where=QUERY),
            Field("edition", "word", "This edition, by its name or hash.", where=QUERY),
            Field("role", "word", "This role of the process alone.", where=QUERY),
        ),
        read,
    ),
)
