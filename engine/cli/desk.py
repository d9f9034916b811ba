"""Where a command asks for everything: the one table of verbs, at whatever place it is reached."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, NamedTuple, Protocol

from engine.service.workplace import By, Workplace
from engine.verbs import table
from engine.verbs.verb import Content, Document


class Head(NamedTuple):
    """What goes with a request to change something, beside what is asked."""

    key: str = ""
    """Under which it is never done twice."""
    if_version: int | None = None
    """How many entries the record must have."""


LOOKING = Head()
"""Of a request that changes nothing."""


class Desk(Protocol):
    """Answers what a command asks; who asks is settled when the desk is reached."""

    def ask(self, verb: str, request: Mapping[str, Any], head: Head = LOOKING) -> Document:
        """The document that comes of a verb. Raises the errors of the engine."""

    def fetch(self, verb: str, request: Mapping[str, Any], head: Head = LOOKING) -> Content:
        """The file that comes of a verb, with what is said of it. Raises the same."""


class Here:
    """The desk at the partnership's own database."""

    def __init__(self, place: Workplace, who: Callable[[str], By]) -> None:
        self._place = place
        self._who = who

    def ask(self, verb: str, request: Mapping[str, Any], head: Head = LOOKING) -> Document:
        """The document that comes of a verb."""
        found = self._run(verb, request, head)
        assert not isinstance(found, Content)
        return found

    def fetch(self, verb: str, request: Mapping[str, Any], head: Head = LOOKING) -> Content:
        """The file that comes of a verb."""
        found = self._run(verb, request, head)
        assert isinstance(found, Content)
        return found

    def _run(self, verb: str, request: Mapping[str, Any], head: Head) -> Document | Content:
        by = replace(self._who(verb), key=head.key, if_version=head.if_version)
        return table.run(self._place, by, verb, request)
