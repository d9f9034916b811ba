"""What a verb is: its name, where it stands in the web, what it is asked with, and what does it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from engine.service.workplace import By, File, Workplace
from engine.verbs.fields import Field

Request = Mapping[str, Any]
"""What somebody asks, read and checked: a value for each field that was given."""
Document = Mapping[str, Any]
"""What comes of it, as one JSON document can say it."""


@dataclass(frozen=True, slots=True)
class Content:
    """A file that comes of a verb, in the place of a document."""

    name: str
    media_type: str
    pieces: Iterator[bytes]
    about: Document = field(default_factory=dict)
    """What is said of it beside it, at a door that can hand over both."""


class Job(NamedTuple):
    """Somebody's request, to be done at a partnership."""

    place: Workplace
    by: By
    """Who asks, when it happened, why, and under which key."""
    asked: Request

    @property
    def ref(self) -> str:
        """The case that it is about."""
        return str(self.asked["ref"])

    def get(self, name: str, default: Any = "") -> Any:
        """What was asked with a field; the default where it was left out."""
        return self.asked.get(name, default)

    def done_by(self, **more: Any) -> By:
        """Who does it, with something else about how it was done."""
        return replace(self.by, **more)

    def file(self, name: str) -> File | None:
        """The file that was given with a field."""
        found = self.asked.get(name)
        return found if isinstance(found, File) else None


Act = Callable[[Job], Document | Content]
"""Does what was asked. Raises the errors of the service."""


@dataclass(frozen=True, slots=True)
class Verb:
    """One thing that Casetrail does, the same at every door."""

    name: str
    """As it is typed: `take`, `calendar add`."""
    path: str
    """Where it stands in the web, with its path fields in braces: `/cases/{ref}/steps`."""
    about: str
    """One sentence for help and for the API's own description."""
    fields: tuple[Field, ...]
    act: Act
    changes: bool = False
    """Whether it changes a case or the store; then it never acts twice under one key."""
    of_store: bool = False
    """Whether what it changes is no case, so that neither a day nor a reason goes with it."""
    new: bool = False
    """Whether what it changes is not there yet, and so has no version."""
    method: str = "GET"
    answer: Mapping[str, Any] | None = None
    """The JSON Schema of its document, where that is more than any object."""
    media_type: str = "application/json"
    """Of what comes of it."""

    def field(self, name: str) -> Field:
        """A field by its name. Raises KeyError."""
        return {one.name: one for one in self.fields}[name]
