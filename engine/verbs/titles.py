"""What the things of a process, and a partnership's people and agencies, are called."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from engine.definition import Workflow
from engine.directory import Directory

KINDS = ("transitions", "states", "timescales", "packs", "children", "roles", "groups")
"""The things of a process that have a title."""

_APART = re.compile(r"[/,]")

Titles = Mapping[str, Mapping[str, Any]]


def titles(
    workflow: Workflow,
    directory: Directory,
    tasks: Mapping[str, str] | None = None,
    formerly: Sequence[Workflow] = (),
) -> dict[str, dict[str, Any]]:
    """By kind and name what each thing is called; a question with how it is answered.

    What the edition does not have any more is called as the one of before called it that had it.
    """
    found: dict[str, dict[str, Any]] = {
        kind: {
            name: one.title
            for each in (*formerly, workflow)
            for name, one in getattr(each, kind).items()
        }
        for kind in KINDS
    }
    found["questions"] = {
        one.id: {"ask": one.ask, "answer": one.answer}
        for each in (*formerly, workflow)
        for one in each.questions.values()
    }
    found["agencies"] = {one.id: one.title for one in directory.agencies.values()}
    found["people"] = {one.id: one.name for one in directory.people.values()}
    found["tasks"] = dict(tasks or {})
    return found


def named(known: Titles, said: Any) -> dict[str, dict[str, Any]]:
    """Of all titles those of what something names: a document needs no others."""
    words = set(_words(said))
    return {kind: _only(each, words) for kind, each in known.items()}


def _only(each: Mapping[str, Any], words: Collection[str]) -> dict[str, Any]:
    return {name: title for name, title in each.items() if name in words}


def _words(said: Any) -> Iterator[str]:
    """Every name within a document, of paths and lists their parts too."""
    if isinstance(said, str):
        yield from (said, *(part for part in _APART.split(said) if part != said))
    elif isinstance(said, Mapping):
        for key, value in said.items():
            yield from _words(key)
            yield from _words(value)
    elif isinstance(said, Sequence):
        for value in said:
            yield from _words(value)
