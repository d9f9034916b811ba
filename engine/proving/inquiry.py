"""One process under examination: its searches, the story-teller, and what has been found."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeVar

from engine.definition import Workflow
from engine.proving.effort import Effort, TooManyError
from engine.proving.ending import Prospects
from engine.proving.record import read
from engine.proving.story import Diary
from engine.proving.verdict import Entry, Failure, Open
from engine.proving.walking import Goal, Walks, Watch, Way

T = TypeVar("T")


@dataclass(slots=True)
class Found:
    """What has been found so far."""

    failures: list[Failure] = field(default_factory=list)
    not_shown: list[Open] = field(default_factory=list)


@dataclass(frozen=True)
class Inquiry:
    """A process, or one linked to it, and what has been found of it."""

    workflow: Workflow
    diary: Diary
    process: str = ""
    """The name of a linked process; empty for the process itself."""
    found: Found = field(default_factory=Found)
    effort: Effort = field(default_factory=Effort)
    """What all its searches may look at, with those of the processes linked to it."""

    @cached_property
    def walks(self) -> Walks:
        """The searches through the process."""
        return Walks(self.workflow, self.effort, linked=bool(self.process))

    @cached_property
    def prospects(self) -> Prospects:
        """What can still happen from wherever a case has come."""
        return Prospects(self.walks)

    def entry(self, section: str, name: str) -> Entry:
        """A table of this process."""
        return Entry(section, name, self.process)

    def fail(self, kind: str, says: str, entry: Entry, story: tuple[str, ...] = ()) -> None:
        """Note something that is not as it must be."""
        self.found.failures.append(
            Failure(kind, says, entry, tuple(line for line in story if line))
        )

    def open(self, kind: str, says: str, entry: Entry) -> None:
        """Note something that could not be shown."""
        self.found.not_shown.append(Open(kind, says, entry))

    def way(
        self,
        kind: str,
        entry: Entry,
        goal: Goal,
        watch: Watch | None = None,
        without: Collection[str] = (),
    ) -> Way | None:
        """The shortest way to a goal; None too where that cannot be told, which is noted."""
        return self.attempt(kind, entry, lambda: self.walks.find(goal, watch, without))

    def attempt(self, kind: str, entry: Entry, search: Callable[[], T | None]) -> T | None:
        """What a search finds; None too where it was given up, which is noted."""
        try:
            return search()
        except TooManyError:
            self.open(kind, "There are too many situations to look at each of them.", entry)
            return None

    def record(self, way: Way, names: Collection[str]) -> str:
        """What is on record of these subjects at the end of a way, as a sentence."""
        held = self.walks.at_end(way)
        said = []
        for name in names:
            known = self.walks.record.subjects.get(name)
            if known:
                mask = 0
                for one in held:
                    mask |= one[name]
                if mask != known.every:
                    said.append((name, known.said(mask)))
        return self.diary.record(said)

    def guards_read(self) -> Iterator[str]:
        """Every question and process that a guard of the process reads."""
        for step in self.workflow.transitions.values():
            yield from read(step)
