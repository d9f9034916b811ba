"""What a search of a definition comes to: what was shown, what fails and how, and what is open."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, NamedTuple

from engine.nouns import count
from engine.written import Written

PROPERTIES: Final[dict[str, str]] = {
    "states_reached": "Every state can be reached",
    "cases_end": "From wherever a case has come, it can be closed",
    "steps_possible": "Every step can be taken",
    "ways_possible": "Every situation that a condition names can be",
    "decisions": "Each decision has a way on in every situation, and one only",
    "clocks_can_start": "The day that starts a timescale is asked for in time",
    "clocks_end": "Every timescale can be met or stopped wherever it runs",
    "clocks_watched": "Every timescale waits on somebody, who is reminded, and lateness is told",
    "clocks_can_be_met": "No timescale starts where nobody can meet it",
    "own_part": "What is for one role alone, no other does",
    "records": "There is no way round what must be on record, asked, approved or done before",
    "rules": "Every other rule written beside the definition holds on every way",
    "duties_wait": "No duty waits for another body's answer, approval or step",
    "duties_stop": "No duty ends without a word of why, or otherwise than a rule says",
    "budgets": "Local times in sequence fit into the time that spans them",
    "packs": "What a pack must say can be answered before it is signed off",
    "private": "No personal answer is shown in a notification",
}
"""What is looked for, by its id, in the order in which it is told."""


class Entry(NamedTuple):
    """A table of a definition: its section and name, in a linked process or in the process."""

    section: str
    name: str
    process: str = ""


@dataclass(frozen=True, slots=True)
class Failure:
    """Something that is not as it must be, with a case to which it happens."""

    kind: str
    """Which of PROPERTIES does not hold."""
    says: str
    """What is wrong, as a sentence."""
    entry: Entry
    story: tuple[str, ...] = ()
    """The shortest case that shows it, a line for each day."""


@dataclass(frozen=True, slots=True)
class Open:
    """Something that could be shown neither to hold nor to fail."""

    kind: str
    says: str
    entry: Entry


@dataclass(slots=True)
class Verdict:
    """What was found of a process and of those linked to it."""

    title: str
    edition: str
    written: Written
    failures: list[Failure] = field(default_factory=list)
    not_shown: list[Open] = field(default_factory=list)

    @property
    def own_rules(self) -> int:
        """The rules that it says of itself."""
        return self.written.own

    @property
    def timescale_rules(self) -> int:
        """The rules of its timescales."""
        return self.written.timescales

    @property
    def unconfirmed(self) -> int:
        """How many of both nobody has marked as read in their source."""
        return self.written.unconfirmed

    @property
    def consistent(self) -> bool:
        """Whether nothing fails; what was not shown is told beside it."""
        return not self.failures

    @property
    def sentence(self) -> str:
        """The verdict; never that a process is lawful."""
        written = self.written.said("this file")
        if self.failures:
            return f"Not consistent with {written}: {count(len(self.failures), 'fault')}."
        if self.not_shown:
            open_ = count(len(self.not_shown), "thing")
            return f"No fault was found, but {open_} could not be shown, with {written}."
        return f"Consistent with {written}."
