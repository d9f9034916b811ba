"""Comparing what the events say with what the store holds: row by row, value by value, leaf by
leaf.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

from engine import queries, statements
from engine.canonical import Place, commitment
from engine.case import Key, Rows
from engine.checkpoint import Checkpoint
from engine.database import Transaction
from engine.errors import EngineError, TrailError
from engine.nouns import count
from engine.service.accounts.tokens import SIGN_IN
from engine.service.ticking import micros
from engine.service.trail.sequencing import without_position
from engine.service.workplace import Workplace
from engine.statements import TABLES
from engine.tree import Frontier, extend, root, to_text

FOLDED = (
    "cases",
    "turns",
    "answers",
    "people",
    "deadlines",
    "notices",
    "tasks",
    "approvals",
    "linked",
    "messages",
    "documents",
    "packs",
    "editions",
    "directories",
    "calendars",
    "tokens",
    "barriers",
    "hooks",
)
"""The tables of which every row follows from the events."""


CallKey = tuple[str, str, int]
"""A call: the hook, the case, and the entry of the step."""


class Placed(NamedTuple):
    """A step of a case, or what was declared to be called after steps, by its place."""

    position: int
    ref: str = ""
    n: int = 0
    step: str = ""
    declared: Sequence[Mapping[str, Any]] = ()


@dataclass(slots=True)
class Folded:
    """What all events together say."""

    rows: Rows
    heads: dict[str, tuple[int, str]] = field(default_factory=dict)
    commands: dict[tuple[str, str], tuple[int, int]] = field(default_factory=dict)
    """By command and stream: one command may reach a case and the case above it."""
    sealed: dict[tuple[str, int, str], tuple[str, Place]] = field(default_factory=dict)
    placed: dict[int, str] = field(default_factory=dict)
    """The hash of the event at each position, by its text."""
    unplaced: int = 0
    """How many have no position yet."""
    credentials: dict[tuple[str, str], int] = field(default_factory=dict)
    """By person and kind, the entry of the access log that says it was set; 0 where cleared."""
    placed_for_calls: list[Placed] = field(default_factory=list)
    """The steps that have a place among all events, and what was declared to be called after some.
    """
    given_up: set[CallKey] = field(default_factory=set)
    """The calls of which their case says that they were given up."""
    created: Mapping[str, Any] = field(default_factory=dict)
    """What the first event of the store says of it."""


class Findings(Protocol):
    """Where a comparison writes what it finds."""

    rows: int
    size: int
    root: str
    erased: int
    problems: list[str]
    against: Checkpoint | None


def compare(place: Workplace, tx: Transaction, findings: Findings, folded: Folded) -> None:
    """Compare the projections, the secrets and the tree with what the events say."""
    comparison = _Comparison(place, tx, findings, folded)
    comparison.heads()
    comparison.rows()
    comparison.secrets()
    comparison.editions()
    comparison.documents()
    comparison.tree()


class _Comparison:
    """One comparison: the store on one side, the folded events on the other."""

    def __init__(
        self, place: Workplace, tx: Transaction, findings: Findings, folded: Folded
    ) -> None:
        self.place = place
        self.tx = tx
        self.findings = findings
        self.folded = folded

    def heads(self) -> None:
        """Each stream's row must name its latest event."""
        log = self.place.log
        kept = {
            row[0]: (int(row[1]), row[2]) for row in self.tx.rows(queries.ALL_HEADS, (log, log))
        }
        for stream in sorted(kept.keys() | self.folded.heads.keys()):
            if stream not in self.folded.heads:
                self._differs(f"stream {stream}", "its events are gone")
            elif stream not in kept:
                self._differs(f"stream {stream}", "its row is gone")
            elif kept[stream] != self.folded.heads[stream]:
                self._differs(f"stream {stream}", "its row does not name its latest event")

    def rows(self) -> None:
        """Each row that follows from the events must be there, as they say, and no other."""
        for (ref,), row in self.folded.rows.table("cases").items():
            row["version"], row["head"] = self.folded.heads.get(str(ref), (0, ""))
        for table in FOLDED:
            expected = self.folded.rows.table(table)
            found: set[Key] = set()
            for key, row in self._stored(table):
                found.add(key)
                self._compare_row(table, key, row, expected.get(key))
            for key in expected:
                if key not in found and not self._is_over(table, expected[key]):
                    self._differs(_where(table, key), "the row is gone")

    def _is_over(self, table: str, row: Mapping[str, Any]) -> bool:
        """Whether a row may have been removed: that of a sign-in that is over."""
        of_sign_in = table == "tokens" and row["kind"] == SIGN_IN
        return of_sign_in and row["until"] < micros(self.place)

    def secrets(self) -> None:
        """Each commitment must open, or a recorded erasure must name it; and nothing else lies
        there.
        """
        dropped = self.folded.rows.table("secrets")
        kept = {tuple(row[1:4]): (row[0], row[4]) for row in self.tx.rows(queries.SECRET_NAMES)}
        for key, (committed, where) in self.folded.sealed.items():
            log, lies_there = kept.pop(key, ("", False))
            if log != self.place.log:
                self._differs(_secret(key), "the value is gone, and no erasure says so")
            elif key not in dropped:
                self._open(key, committed, where)
            elif lies_there:
                self._differs(_secret(key), "an erased value is there again")
            else:
                self.findings.erased += 1
        for key in kept:
            self._differs(_secret(key), "no event sealed it")

    def editions(self) -> None:
        """Each edition's text must be there, whole, and the one whose hash it is named by."""
        kept = {row[0]: row[1] for row in self.tx.rows(queries.EDITION_SOURCES, (self.place.log,))}
        for (content_hash,), row in self.folded.rows.table("editions").items():
            where = f"edition_texts {content_hash}"
            sources = kept.pop(str(content_hash), None)
            if sources is None:
                self._differs(where, "the text of the edition is gone")
            elif hashlib.sha256(sources.encode()).hexdigest() != row["sources"]:
                self._differs(where, "its source files are not those that were activated")
            try:
                self.place.checked_edition(self.tx, str(content_hash))
            except TrailError as error:
                self._differs(where, str(error))
        for content_hash in kept:
            self._differs(f"edition_texts {content_hash}", "no event brought it into use")

    def documents(self) -> None:
        """Each document that was not erased must open, whole."""
        for (document,), row in self.folded.rows.table("documents").items():
            if row["erased"]:
                continue
            try:
                size = sum(
                    len(piece) for piece in self.place.vault.document(self.tx, str(document))
                )
            except EngineError:
                size = -1
            if size != row["size"]:
                self._differs(f"documents {document}", "it does not open whole, so it was altered")

    def tree(self) -> None:
        """The tree must hold the events in their order, and extend the checkpoint kept
        elsewhere.
        """
        placed = self.folded.placed
        leaves = [placed[position] for position in sorted(placed)]
        derived = extend(Frontier(0, ()), leaves)
        self.findings.size, self.findings.root = derived.size, root(derived)
        if placed and (min(placed), max(placed)) != (0, len(placed) - 1):
            self._differs("events", "their positions have a gap")
        row = self.tx.row(statements.tree(lock=False), (self.place.log,))
        if (row or (0, "")) != (derived.size, to_text(derived) if row else ""):
            self._differs("trees", "the tree does not hold the events in their order")
        waiting = without_position(self.place, self.tx, self.folded.unplaced + 1)
        if len(waiting) != self.folded.unplaced:
            self._differs("events", "one that has no place was not written after those that have")
        if self.findings.against:
            self._against([*leaves, *(hash_ for *_, hash_ in waiting)], self.findings.against)

    def _against(self, leaves: list[str], checkpoint: Checkpoint) -> None:
        if checkpoint.size > len(leaves):
            lost = checkpoint.size - len(leaves)
            self._differs(
                f"checkpoint{checkpoint.made}",
                f"{lost} of the {count(checkpoint.size, 'event')} it covers "
                f"{'is' if lost == 1 else 'are'} gone: the store was cut short, or is a backup "
                "from before it",
            )
        elif root(extend(Frontier(0, ()), leaves[: checkpoint.size])) != checkpoint.root:
            self._differs(
                f"checkpoint{checkpoint.made}",
                f"the first {count(checkpoint.size, 'event is not that', 'events are not those')} "
                "that it covers: they were rewritten, or this is another copy that went its own "
                "way before it",
            )

    def _open(self, key: tuple[str, int, str], committed: str, where: Place) -> None:
        try:
            opened = self.place.vault.salt_and_value(self.tx, *key)
        except (EngineError, ValueError, TypeError):
            self._differs(_secret(key), "the value does not open, so it was altered")
            return
        if opened is None:
            self._differs(_secret(key), "the value is gone, and no erasure says so")
        elif not _same(opened, where, committed):
            self._differs(_secret(key), "the value is not the one that the event sealed")

    def _compare_row(
        self, table: str, key: Key, row: dict[str, Any], wanted: dict[str, Any] | None
    ) -> None:
        self.findings.rows += 1
        if wanted is None:
            self._differs(_where(table, key), "no event made this row")
        elif wanted != row:
            names = ", ".join(name for name in row if row[name] != wanted.get(name))
            self._differs(_where(table, key), f"{names} differs from what the events say")

    def _stored(self, table: str) -> Iterator[tuple[Key, dict[str, Any]]]:
        layout = TABLES[table]
        size = len(layout.keys)
        for log, *values in self.tx.each(queries.everything(table)):
            key = tuple(values[:size])
            if log != self.place.log:
                self._differs(_where(table, key), "it is filed under another partnership")
            else:
                yield key, dict(zip(layout.columns, values[size:], strict=True))

    def _differs(self, where: str, problem: str) -> None:
        self.findings.problems.append(f"{where}: {problem}")


def _same(opened: tuple[bytes, str], where: Place, committed: str) -> bool:
    salt, value = opened
    return len(salt) == 32 and hmac.compare_digest(
        commitment(salt, where, value).encode(), committed.encode()
    )


def _secret(key: tuple[str, int, str]) -> str:
    return f"secrets {key[0]} @{key[1]} {key[2]}"


def _where(table: str, key: Iterable[str | int]) -> str:
    return f"{table} {'/'.join(str(part) for part in key)}"
