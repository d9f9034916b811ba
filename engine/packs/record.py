"""What a pack is made from: a case and its linked cases as their rows say, as at a day.

Personal values are looked up by their place in the trail; without them it can still be said what
would be printed, so that nobody's value is opened to find out whether anything has changed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from engine import rights
from engine.calendars import Calendar
from engine.case import AnswerKey, Case, Key, Row
from engine.decide.moving.left import Left
from engine.definition import Pack, Question, Workflow
from engine.directory import Directory
from engine.edition import Edition
from engine.names import NamesPeriod, named
from engine.packs.files import LinkedPart, PackFile
from engine.prose import straight

ERASED = "(erased)"


class Where(NamedTuple):
    """Where in the trail a personal value was given."""

    stream: str
    n: int
    path: str


class Values:
    """Personal values on their way into a pack: what is asked of them, and what they are.

    Without `opened` every value is said as the commitment that the trail holds of it.
    """

    def __init__(self, opened: Mapping[Where, str | None] | None = None) -> None:
        self.opened = opened
        self.asked: dict[Where, str] = {}
        """The values that were asked for, each with its subject."""

    def said(self, where: Where, row: Row, say: Callable[[str], str]) -> str:
        """A value as it is printed; "(erased)" for one that was."""
        self.asked[where] = str(row["subject"])
        if self.opened is None:
            return str(row["commitment"])
        value = self.opened[where]
        return ERASED if value is None else say(value)


@dataclass(frozen=True, slots=True)
class Side:
    """A case and the edition it is pinned to."""

    case: Case
    edition: Edition
    entered: int = 1
    """The number of the event by which it came to where it is."""
    left: Mapping[Key, Left] = field(default_factory=dict)
    """The clocks that a move to another edition left as they were."""

    @property
    def workflow(self) -> Workflow:
        """The process of the case."""
        return self.edition.workflow

    def event(self, n: int) -> str:
        """An event of the case as a pack names it."""
        return f"{self.case.ref} @{n}"


@dataclass(frozen=True, slots=True)
class Around:
    """What surrounds a pack: the partnership's people and names, its calendar, and the day."""

    directory: Directory
    calendar: Calendar
    as_at: date
    """The day as at which the record is told."""
    partnership: str = ""
    names: tuple[NamesPeriod, ...] = ()
    demo: bool = False


@dataclass(frozen=True, slots=True)
class Record:
    """All that a pack is made from."""

    pack: Pack
    file: PackFile
    own: Side
    linked: tuple[Side, ...]
    around: Around
    values: Values
    proofs: Mapping[int, str] = field(default_factory=dict)
    """How it is known who gave an approval, by the number of its event."""

    def words(self, text: str) -> str:
        """A text of the definition in the partnership's own names of the day."""
        return named(text, self.around.names, self.around.as_at.isoformat())

    def agency(self, agency: str) -> str:
        """The title of an agency."""
        known = self.around.directory.agencies.get(agency)
        return known.title if known else agency

    def person(self, person: str) -> str:
        """The name and post of somebody of the partnership."""
        known = self.around.directory.people.get(person)
        if known is None:
            return person
        return f"{known.name}, {known.post}" if known.post else known.name

    def chosen(self, part: LinkedPart) -> tuple[Side, ...]:
        """The linked cases that a section prints, in the order in which they were opened."""
        return tuple(
            side
            for side in self.linked
            if side.workflow.name == part.process
            and not side.workflow.was_set_aside(side.case.state, side.case.row["closed_on"])
            and all(side.case.value(name) in values for name, values in part.only.items())
        )


class Told(NamedTuple):
    """What the record says in answer to a question; nothing where it says nothing."""

    value: str
    rests_on: tuple[str, ...] = ()


def where(side: Side, question: str, of: str, row: Row) -> Where:
    """Where the current answer to a question was given."""
    path = AnswerKey(question, of, side.case.occurrence(question))
    return Where(side.case.ref, int(row["n"]), str(path))


def withheld(record: Record, side: Side, question: Question) -> str:
    """Why an answer is kept out of this pack, as a sentence; nothing where it may be printed."""
    if not question.seen_by:
        return ""
    readers = [entry.reader for entry in rights.entries(question)]
    if record.pack.to in readers or rights.unlocked(side.case, side.workflow, question):
        return ""
    shown = straight(rights.shown_to(side.workflow, question))
    return record.words(f"Withheld from this pack: it is shown only to {shown}.")
