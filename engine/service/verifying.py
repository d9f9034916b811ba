"""`audit verify`: everything is derived again from the sealed events and compared with the store.

It names the first event or row that differs, says in plain words what the comparison shows, and
what it cannot show.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from engine import queries
from engine.apply import EFFECTS, changes
from engine.canonical import GENESIS, Place, event_hash, parse
from engine.case import Rows
from engine.checkpoint import Checkpoint
from engine.database import Transaction
from engine.errors import EngineError
from engine.service.comparing import Folded, compare
from engine.service.workplace import Workplace


@dataclass(slots=True)
class Verdict:
    """What a verification found."""

    events: int = 0
    cases: int = 0
    rows: int = 0
    size: int = 0
    """How many events the tree holds."""
    root: str = ""
    erased: int = 0
    """How many personal values are missing because a recorded erasure destroyed them."""
    problems: list[str] = field(default_factory=list)
    against: Checkpoint | None = None
    virtual: bool = False

    @property
    def holds(self) -> bool:
        """Whether nothing differed."""
        return not self.problems

    def lines(self) -> list[str]:
        """The verdict in plain words: what was compared, what it shows, and what it cannot show."""
        if self.problems:
            return [
                "The trail does not verify.",
                *self.problems[:20],
                *([f"... and {len(self.problems) - 20} more"] if len(self.problems) > 20 else []),
                "Change nothing; keep a copy of the database as it is, and ask who could write to "
                "it.",
            ]
        return [
            f"Consistent: {self.events} events of {self.cases} cases, and the {self.rows} rows "
            f"that "
            "follow from them, agree.",
            *self._erasures(),
            *self._reach(),
        ]

    def _erasures(self) -> list[str]:
        if not self.erased:
            return []
        return [
            f"{self.erased} personal values are gone because a recorded erasure destroyed them."
        ]

    def _reach(self) -> list[str]:
        if self.against is None:
            return [
                "Not proved against someone who can rewrite the whole database: for that, compare "
                "with a checkpoint that was kept elsewhere (audit verify --against FILE)."
            ]
        later = self.size - self.against.size
        return [
            f"Proved against the checkpoint: its {self.against.size} events are unchanged, "
            "complete and in their order.",
            f"The {later} events after it agree with each other, which someone who can rewrite the "
            "whole database could also bring about."
            if later
            else "No event has been added since.",
            "It cannot show whether what people recorded was true.",
        ]


def verify(place: Workplace, against: Checkpoint | None = None) -> Verdict:
    """Fold every event, compare every row, and prove the tree against a checkpoint kept elsewhere.

    Raises StorageError when the store cannot be read.
    """
    verdict = Verdict(against=against, virtual=place.demo)
    with place.database.read() as tx:
        folded = _fold(place, tx, verdict)
        verdict.cases = len(folded.rows.table("cases"))
        compare(place, tx, verdict, folded)
    return verdict


def _fold(place: Workplace, tx: Transaction, verdict: Verdict) -> Folded:
    folded = Folded(Rows())
    for event, hash_ in _events(place, tx, verdict):
        verdict.events += 1
        folded.heads[event["stream"]] = (event["n"], hash_)
        try:
            folded.rows.merge(changes(event))
            _note(folded, event)
        except (KeyError, TypeError, AttributeError, ValueError):
            where = f"event {event['stream']} @{event['n']}"
            verdict.problems.append(f"{where}: it is of no form that was ever sealed")
    return folded


def _note(folded: Folded, event: Mapping[str, Any]) -> None:
    stream, n, command = event["stream"], event["n"], event["command"]
    first, _ = folded.commands.get((command, stream), (n, n))
    folded.commands[command, stream] = (first, n)
    if event["type"] == "store created":
        folded.created = event["body"]
    for path, committed in event["sealed"].items():
        question, of, no = path.rsplit("/", 2)
        place = Place(event["log"], stream, command, question, of, int(no))
        folded.sealed[(stream, n, path)] = (committed, place)


def _events(
    place: Workplace, tx: Transaction, verdict: Verdict
) -> Iterator[tuple[Mapping[str, Any], str]]:
    """Every event in its stream's order, checked against the one before it."""
    before = ("", 0, GENESIS)
    for log, stream, n, kind, text, hash_ in tx.each(queries.ALL_EVENTS):
        if stream != before[0]:
            before = (stream, 0, GENESIS)
        where = f"event {stream} @{n}"
        try:
            event = parse(text)
        except EngineError:
            verdict.problems.append(f"{where}: its text is not in the sealed form")
            before = (stream, n, hash_)
            continue
        filed = (log, stream, n, kind, hash_) == (
            place.log,
            event["stream"],
            event["n"],
            event["type"],
            event_hash(text),
        )
        problem = _problem(event, before, n, filed=filed)
        if problem:
            verdict.problems.append(f"{where}: {problem}")
        before = (stream, n, event_hash(text))
        yield event, before[2]


def _problem(event: Mapping[str, Any], before: tuple[str, int, str], n: int, *, filed: bool) -> str:
    if not filed:
        return "it is not the event that was sealed here"
    if event["type"] not in EFFECTS:
        return "it is of a type that was never sealed"
    if n != before[1] + 1:
        return f"entry @{before[1] + 1} is missing before it"
    if event["prev"] != before[2]:
        return "it does not follow from the entry before it"
    return ""
