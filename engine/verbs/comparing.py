"""The verb by which two editions of a process are compared."""

from __future__ import annotations

from typing import Any

from engine.changes import Change, compare, counted
from engine.definition import Workflow
from engine.service import uploads
from engine.verbs.fields import Field
from engine.verbs.verb import Document, Job, Verb


def between(job: Job) -> Document:
    """What has changed from one definition to another."""
    old, new = (
        uploads.meant(
            job.place,
            str(job.get(which)),
            str(job.get(f"{which}_edition")),
            job.get(f"{which}_files"),
        ).workflow
        for which in ("old", "new")
    )
    return compared(old, new)


def compared(old: Workflow, new: Workflow) -> dict[str, Any]:
    """What has changed, what weighs most first, and how much of which kind."""
    changes = compare(old, new)
    return {
        "old": _named(old),
        "new": _named(new),
        "summary": dict(counted(changes)),
        "changes": [_plain(one) for one in changes],
        "caution": new.caution,
    }


def _named(workflow: Workflow) -> dict[str, str]:
    return {
        "workflow": workflow.name,
        "title": workflow.title,
        "edition": workflow.edition,
        "hash": workflow.hash,
    }


def _plain(one: Change) -> dict[str, str]:
    return {
        "part": one.part,
        "at": one.at,
        "what": one.what,
        "was": one.was,
        "is": one.now,
        "verdict": one.verdict,
    }


def _which(name: str, of: str) -> tuple[Field, ...]:
    return (
        Field(name, "word", f"The process {of}, or the folder of its files.", required=True),
        Field(f"{name}_edition", "word", f"The edition in use {of}, by its name or its hash."),
        Field(f"{name}_files", "files", f"The files of a definition {of}."),
    )


VERBS = (
    Verb(
        "workflow compare",
        "/workflows/comparison",
        "What has changed between two editions, or definitions.",
        (*_which("old", "of before"), *_which("new", "of after")),
        between,
        method="POST",
    ),
)
