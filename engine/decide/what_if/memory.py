"""A change that is decided in memory and never sealed: its rows can be put back as they were.

It draws no chance and reads no personal value: what was committed to stays as it is on record.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from engine.apply import changes
from engine.apply_clocks import Event
from engine.calendars import Calendar
from engine.canonical import canonical
from engine.case import AnswerKey, Case, Context, Rows
from engine.decide.draft import Draft
from engine.definition import Question
from engine.directory import Directory
from engine.edition import Edition

ANSWERING = ("answers recorded", "answers corrected")
NOT_KEPT = "0" * 64
"""Stands for a commitment that is not on record, and so opens nothing."""


@dataclass(slots=True)
class MemoryRows(Rows):
    """Rows that can be made again from the events that are kept."""

    def again(self, events: Iterable[Event]) -> None:
        """Put the rows as these events, the first of the case to its latest, leave them."""
        for table in self.tables.values():
            table.clear()
        latest: Event | None = None
        for latest in events:
            self.merge(changes(latest))
        if latest:
            # A draft counts its events in the row of the case itself.
            self.tables["cases"][(latest["stream"],)]["version"] = latest["n"]


class Around(NamedTuple):
    """What a decision rests on beside the case: whom config.toml names, and the working days."""

    directory: Directory
    calendar: Calendar | Callable[[], Calendar]
    """Itself, or what looks it up when something is first counted."""


class MemoryDraft(Draft):
    """A draft of which no event is ever sealed."""

    def __init__(
        self,
        case: Case,
        edition: Edition,
        context: Context,
        around: Around,
        sealed: Mapping[str, str],
    ) -> None:
        super().__init__(case, edition, context, around.directory, around.calendar, _no_chance)
        self._sealed = sealed
        """The commitments on record, by `question/of/no`."""
        self.unread: set[tuple[str, str]] = set()
        """The questions, and of whom, whose values are on record as personal."""

    def emit(
        self, kind: str, body: dict[str, Any], sealed: Mapping[str, str] | None = None
    ) -> None:
        """Add an event, and do to the rows what it says; of what cannot be read no value."""
        if self.unread and kind in ANSWERING:
            for item in body["answers"]:
                if (item["question"], item["of"]) in self.unread:
                    item |= {"value": None, "personal": 1}
        super().emit(kind, body, sealed)

    def secret(self, key: AnswerKey, value: str, subject: str = "") -> dict[str, str]:
        """What is on record in the stead of a personal value."""
        path = str(key)
        return {path: self._sealed.get(path, NOT_KEPT)}


def stands_for(draft: Draft, question: Question) -> str:
    """An answer that can be read where the real one is personal, and that nothing looks at."""
    given = {
        "date": draft.context.happened,
        "number": "0",
        "choice": next(iter(question.choices), ""),
        "yes or no": "yes",
        "agencies": next(iter(draft.directory.agencies), ""),
        "document": _DOCUMENT,
    }
    return given.get(question.answer, "-")


_DOCUMENT = canonical({"document": "", "name": "", "sha256": ""})


def _no_chance(size: int) -> bytes:
    return bytes(size)
