"""A case as its rows say it, and the values that decisions about it are made of.

A row is a plain mapping of columns; every row is a projection of the events, and `engine.apply`
says which. What a case lists is in one order, however a database or a command left its rows.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from operator import itemgetter
from typing import Any, NamedTuple

Key = tuple[str | int, ...]
Row = dict[str, Any]

Change = tuple[str, Key, Mapping[str, Any], bool]
"""What becomes of one row: its table, its key, columns, and whether it is new or they change."""

RUNNING = ("running", "provisional")
"""The stored statuses of a deadline that is still to be met."""


_WITHOUT_ZONE = len("2026-03-02T09:00:00.000000")


# Values that every step makes are named tuples: a frozen dataclass takes ten times as long to make.


class AnswerKey(NamedTuple):
    """Which answer: the question, whom it is about or from ("" for the case), which occurrence."""

    question: str
    of: str = ""
    no: int = 1

    def __str__(self) -> str:
        return f"{self.question}/{self.of}/{self.no}"


class Actor(NamedTuple):
    """Who did something, and how that is known."""

    decided: str
    recorded: str
    role: str = ""
    agency: str = ""
    stands_for: str = ""
    """The person for whom a deputy acted."""
    door: str = "command line"
    proof: str = "claimed"

    def sealed(self) -> dict[str, str]:
        """The actor as an event keeps it."""
        return {
            "decided": self.decided,
            "recorded": self.recorded,
            "role": self.role,
            "agency": self.agency,
            "for": self.stands_for,
            "door": self.door,
            "proof": self.proof,
        }


class Given(NamedTuple):
    """An answer as somebody gives it, before any rule has looked at it."""

    question: str
    value: str | None
    """None when what is recorded is only that it was asked, or that nobody replied."""
    of: str = ""
    no: int = 0
    """0 means the current occurrence."""
    status: str = "answered"
    """asked, answered or no reply."""
    source: str = ""
    """The agency it came from."""
    asked_on: str = ""
    """The day on which it was asked, where that is said with it."""


class Context(NamedTuple):
    """What surrounds a command: when, by whom, on what evidence, under which key."""

    log: str
    now: datetime
    """The instant at which it is recorded, UTC."""
    today: date
    """The local civil day of that instant."""
    actor: Actor
    command: str
    happened: str
    """The day, part of a day or instant at which it happened; a month or a year in historic
    cases.
    """
    clock: str = "real"
    evidence: str = ""
    reason: str = ""

    @property
    def recorded(self) -> str:
        """The instant at which it is recorded, as an event keeps it: UTC, microseconds."""
        return f"{self.now.isoformat(timespec='microseconds')[:_WITHOUT_ZONE]}Z"


class Secret(NamedTuple):
    """A personal value on its way to be encrypted under its subject's key."""

    stream: str
    n: int
    key: AnswerKey
    subject: str
    value: str
    salt: bytes
    commitment: str


class Sealed(NamedTuple):
    """An event as it was sealed: its text is stored once and never rebuilt."""

    stream: str
    n: int
    type: str
    text: str
    hash: str


@dataclass(slots=True)
class Rows:
    """Rows by table and key: what is loaded of a case, or all that events yield."""

    tables: defaultdict[str, dict[Key, Row]] = field(default_factory=lambda: defaultdict(dict))
    whole: bool = True
    """Whether every row of the case is there, and not only those at which a step can look."""
    loaded: int = 0
    """How many there were when they were read."""
    added: int = 0
    """How many have come since."""

    def table(self, name: str) -> dict[Key, Row]:
        """The rows of a table, by key."""
        return self.tables[name]

    def count(self) -> int:
        """How many there are."""
        return sum(map(len, self.tables.values()))

    @property
    def head(self) -> str:
        """The hash of the latest event of the one case of which these are the rows."""
        [row] = self.table("cases").values()
        return str(row["head"])

    def merge(self, changes: Iterable[Change]) -> None:
        """Do the changes to the rows.

        A change of a row that is not loaded is kept as the columns it sets: the store writes it all
        the same.
        """
        for table, key, columns, new in changes:
            rows = self.tables[table]
            if new:
                rows[key] = dict(columns)
                self.added += 1
            else:
                rows.setdefault(key, {}).update(columns)


class Case:
    """One case: a reading of its rows, in the words of the definition."""

    def __init__(self, ref: str, rows: Rows) -> None:
        self.ref = ref
        self.rows = rows
        self._key: Key = (ref,)
        tables = rows.tables
        self._cases = tables["cases"]
        self._turns = tables["turns"]
        self._answers = tables["answers"]
        self._deadlines = tables["deadlines"]

    @property
    def row(self) -> Row:
        """The columns of the case itself; they change with the rows."""
        return self._cases[self._key]

    @property
    def state(self) -> str:
        """Where the case is."""
        state: str = self._cases[self._key]["state"]
        return state

    @property
    def about(self) -> str:
        """The agency that the case is about, or ""; nothing before the case is there."""
        row = self._cases.get(self._key)
        return str(row["about"]) if row else ""

    @property
    def version(self) -> int:
        """The number of its latest event."""
        return int(self.row["version"])

    def turn(self, what: str) -> int:
        """Which occurrence of a question is being asked; how often a step was taken
        (`took:NAME`).
        """
        row = self._turns.get((self.ref, what))
        return int(row["no"]) if row else 0

    def knows_turn(self, what: str) -> bool:
        """Whether occurrences of this have been counted at all, even back to none."""
        return (self.ref, what) in self._turns

    def occurrence(self, question: str) -> int:
        """The occurrence of a question that is being asked now."""
        row = self._turns.get((self.ref, question))
        return (row["no"] or 1) if row else 1

    def taken_on(self, transition: str) -> str:
        """The day on which a step was last taken, or "" if it never was."""
        row = self._turns.get((self.ref, f"took:{transition}"))
        return str(row["happened"]) if row and row["no"] else ""

    def answer(self, question: str, of: str = "", no: int = 0) -> Row | None:
        """The answer on record, or None."""
        key = (self.ref, question, of, no or self.occurrence(question))
        row = self._answers.get(key)
        return row if row and row["status"] != "set aside" else None

    def answered(self, question: str, of: str = "") -> bool:
        """Whether the current occurrence of a question has an answer."""
        row = self.answer(question, of)
        return bool(row) and row is not None and row["status"] == "answered"

    def dealt_with(self, question: str, of: str) -> bool:
        """Whether an agency has answered, or was asked and the lack of a reply is on record."""
        row = self.answer(question, of)
        return row is not None and row["status"] in ("answered", "no reply")

    def value(self, question: str, of: str = "") -> str | None:
        """The public value of the current answer, or None."""
        turn = self._turns.get((self.ref, question))
        no = turn["no"] or 1 if turn else 1
        row = self._answers.get((self.ref, question, of, no))
        return row["value"] if row and row["status"] == "answered" else None

    def people(self, kind: str = "") -> tuple[str, ...]:
        """The people of the case, by their ids; of one kind when it is given."""
        rows = self.rows.table("people")
        return tuple(
            str(key[1])
            for key, row in sorted(rows.items())
            if row["status"] == "on the case" and (not kind or row["kind"] == kind)
        )

    def deadlines(self) -> dict[Key, Row]:
        """The deadlines, by (case, timescale, of, no)."""
        return self._deadlines

    def has_run(self, timescale: str) -> bool:
        """Whether any clock of a timescale was ever started."""
        return any([key[1] == timescale for key in self._deadlines])

    def open_deadlines(self, timescale: str = "") -> list[tuple[Key, Row]]:
        """The deadlines that are still to be met; of one timescale when it is given."""
        found = [
            (key, row)
            for key, row in self._deadlines.items()
            if row["status"] in RUNNING and (not timescale or key[1] == timescale)
        ]
        return sorted(found, key=itemgetter(0)) if len(found) > 1 else found

    def waiting_notices(self, deadline: Key) -> list[Key]:
        """The keys of the notices of a deadline that have not fired."""
        every = self.rows.table("notices").items()
        of_this = [key for key, row in every if row["status"] == "waiting" and key[:4] == deadline]
        return sorted(of_this)

    def open_tasks(self) -> list[tuple[Key, Row]]:
        """What is still to be done by somebody."""
        found = [pair for pair in self.rows.table("tasks").items() if pair[1]["status"] == "open"]
        return sorted(found, key=_number)

    def linked(self, process: str) -> tuple[int, int]:
        """How many linked cases of a process have ended, and how many there are."""
        row = self.rows.table("linked").get((self.ref, process))
        return (int(row["ended"]), int(row["opened"])) if row else (0, 0)


def _number(task: tuple[Key, Row]) -> tuple[int, int]:
    """Tasks are numbered 12.1, 12.2 and so on, by the event that left them."""
    event, _, place = str(task[0][1]).partition(".")
    return int(event), int(place or 0)
