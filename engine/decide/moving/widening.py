"""An edition widened by what another one had: a record names it still, and nothing leads to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from engine.definition import Transition, Workflow
from engine.edition import Edition

PARTS = ("roles", "groups", "questions", "states", "transitions")


def widened(edition: Edition, by: Edition) -> Edition:
    """An edition with the roles, groups, questions, states and steps that only another one has.

    Such a step starts from nowhere. Yields the edition itself where there is nothing of the kind.
    """
    own, other = edition.workflow, by.workflow
    if own.hash == other.hash:
        return edition
    gone: dict[str, Any] = {name: _gone(own, other, name) for name in PARTS}
    if not any(gone.values()):
        return edition
    steps: Mapping[str, Transition] = gone["transitions"]
    gone["transitions"] = {name: step._replace(starts=()) for name, step in steps.items()}
    parts: dict[str, Any] = {name: {**getattr(own, name), **found} for name, found in gone.items()}
    # Another hash, so that nothing kept of the edition is taken for what this one says.
    return Edition(replace(own, hash=f"{own.hash}+{other.hash}", **parts))


def _gone(own: Workflow, other: Workflow, name: str) -> dict[str, Any]:
    known, wanted = getattr(own, name), getattr(other, name)
    return {key: part for key, part in wanted.items() if key not in known}
