"""`audit verify`: everything is derived again from the sealed events and compared with the store.

It names the first event or row that differs, says in plain words what the comparison shows, and
what it cannot show.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from engine import queries
from engine.apply import EFFECTS, changes
from engine.canonical import GENESIS, Place, event_hash, parse
from engine.case import Rows
from engine.checkpoint import Checkpoint
from engine.database import Transaction, structure
from engine.errors import EngineError, StorageError
from engine.nouns import count
from engine.service.trail import beside
from engine.service.trail.comparing import Folded, Placed, compare
from engine.service.trail.sequencing import head, seal_new
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
            f"Consistent: {count(self.events, 'event')} of {count(self.cases, 'case')}, and the "
            f"{count(self.rows, 'row that follows', 'rows that follow')} from them, agree.",
            *self._erasures(),
            *self._reach(),
        ]

    def _erasures(self) -> list[str]:
        if not self.erased:
            return []
        gone = count(self.erased, "personal value is", "personal values are")
        it = "it" if self.erased == 1 else "them"
        return [f"{gone} gone because a recorded erasure destroyed {it}."]

    def _reach(self) -> list[str]:
        if self.against is None:
            return [
                "Not proved against someone who can rewrite the whole database: for that, compare "
                "with a checkpoint that was kept elsewhere (audit verify --against FILE)."
            ]
        later = self.events - self.against.size
        return [
            f"Proved against the checkpoint{self.against.made}: its "
            f"{count(self.against.size, 'event is', 'events are')} unchanged, complete and in "
            f"{'its place' if self.against.size == 1 else 'their order'}.",
            f"The {count(later, 'event after it fits', 'events after it agree with each other')}"
            ", which someone who can rewrite the whole database could also bring about."
            if later
            else "No event has been added since.",
            "It cannot show whether what people recorded was true.",
        ]


def verify(place: Workplace, against: Checkpoint | None = None) -> Verdict:
    """Fold every event, compare every row, and prove the tree against a checkpoint kept elsewhere.

    Where a table is not as it was made, what the tables hold is not looked at.
    Raises StorageError when the store cannot be read.
    """
    verdict = Verdict(against=against, virtual=place.demo)
    with place.database.read() as tx:
        verdict.problems += [f"{name}: {said}" for name, said in structure.differences(tx)]
        if not any(problem.startswith("table ") for problem in verdict.problems):
            _compare(place, tx, verdict)
    return verdict


def _compare(place: Workplace, tx: Transaction, verdict: Verdict) -> None:
    folded = _fold(place, tx, verdict)
    verdict.cases = len(folded.rows.table("cases"))
    try:
        compare(place, tx, verdict, folded)
        found = beside.problems(place, tx, folded)
        verdict.problems += [f"{where}: {problem}" for where, problem in found]
    except (KeyError, TypeError, AttributeError, ValueError):
        # Rows that follow from an event that was altered may be of no known form.
        if verdict.holds:
            raise
        verdict.problems.append("The rest cannot be compared with such events.")


def verify_and_seal(place: Workplace, against: Checkpoint | None = None) -> Verdict:
    """Verify, and where nothing differs, put events in order that have no place yet.

    Where something differs nothing is written: it stays as it was found.
    """
    verdict = verify(place, against)
    if verdict.holds and verdict.events > verdict.size:
        # A store that can only be read is verified as it is.
        with suppress(StorageError):
            seal_new(place)
            verdict.size, verdict.root = head(place)
    return verdict


def _fold(place: Workplace, tx: Transaction, verdict: Verdict) -> Folded:
    folded = Folded(Rows())
    for event, hash_, position in _events(place, tx, verdict, folded):
        verdict.events += 1
        place.came(verdict.events)
        folded.heads[event["stream"]] = (event["n"], hash_)
        try:
            folded.rows.merge(changes(event))
            _note(folded, event)
            if position is not None:
                _note_followed(folded, event, position)
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
    elif event["type"] in _ON_CREDENTIALS:
        body = event["body"]
        n = event["n"] if event["type"] == "credential set" else 0
        folded.credentials[body["person"], body["kind"]] = n
    elif event["type"] == "call given up":
        folded.given_up.add((event["body"]["hook"], stream, event["body"]["step"]))
    for path, committed in event["sealed"].items():
        question, of, no = path.rsplit("/", 2)
        place = Place(event["log"], stream, command, question, of, int(no))
        folded.sealed[(stream, n, path)] = (committed, place)


def _note_followed(folded: Folded, event: Mapping[str, Any], position: int) -> None:
    """Note from what it follows which calls there are."""
    stream, body = event["stream"], event["body"]
    if event["type"] == "transition taken":
        step = Placed(position, stream, event["n"], body["transition"])
        folded.placed_for_calls.append(step)
    elif event["type"] == "hooks declared":
        folded.placed_for_calls.append(Placed(position, declared=body["hooks"]))


_ON_CREDENTIALS = ("credential set", "credential cleared")


def _events(
    place: Workplace, tx: Transaction, verdict: Verdict, folded: Folded
) -> Iterator[tuple[Mapping[str, Any], str, int | None]]:
    """Every event in its stream's order, checked against the one before it."""
    before = _Before("")
    for *row, position in tx.each(queries.ALL_EVENTS):
        stream, n, text = row[1], row[2], row[4]
        if stream != before.stream:
            before = _Before(stream)
        made = event_hash(text)
        if position is None:
            folded.unplaced += 1
        else:
            folded.placed[position] = made
        event, problem = _read(place, row, made, before)
        problem = problem or _misplaced(position, before)
        if problem:
            verdict.problems.append(f"event {stream} @{n}: {problem}")
        before = _Before(stream, n, made, position)
        if event is not None:
            yield event, made, position


def _read(
    place: Workplace, row: Sequence[Any], made: str, before: _Before
) -> tuple[Mapping[str, Any] | None, str]:
    """The event of a row, where it has the form of one, and what is wrong with it."""
    log, stream, n, kind, text, hash_ = row
    try:
        event = parse(text)
    except EngineError:
        return None, "its text is not in the sealed form"
    if not _is_formed(event):
        return None, "it is of no form that was ever sealed"
    own = (event["log"], event["stream"], event["n"], event["type"], made)
    filed = log == place.log and own == (log, stream, n, kind, hash_)
    return event, _problem(event, before, filed=filed)


class _Before(NamedTuple):
    """The event before, in a stream."""

    stream: str
    n: int = 0
    hash: str = GENESIS
    position: int | None = -1


def _misplaced(position: int | None, before: _Before) -> str:
    """What is wrong with its place among all events, which keeps the order of its stream."""
    if position is None or (before.position is not None and position > before.position):
        return ""
    return "it is not in its place among all events"


def _is_formed(event: Mapping[str, Any]) -> bool:
    """Whether an event has every part that all events have."""
    parts = [event.get(name) for name in ("log", "stream", "type", "prev", "command")]
    sealed = event.get("sealed")
    return (
        all(isinstance(part, str) for part in parts)
        and isinstance(event.get("n"), int)
        and isinstance(event.get("body"), dict)
        and isinstance(sealed, dict)
        and all(isinstance(commitment, str) for commitment in sealed.values())
    )


def _problem(event: Mapping[str, Any], before: _Before, *, filed: bool) -> str:
    if not filed:
        return "it is not the event that was sealed here"
    if event["type"] not in EFFECTS:
        return "it is of a type that was never sealed"
    if event["n"] != before.n + 1:
        return f"entry @{before.n + 1} is missing before it"
    if event["prev"] != before.hash:
        return "it does not follow from the entry before it"
    return ""
