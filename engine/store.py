"""The one writer: loads the rows of a case, and saves in one transaction all that a command made of
it.

Rows are never trusted as the record: the sealed texts of the events are, and `audit verify`
compares.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from engine import statements
from engine.apply import changes as effects
from engine.apply_clocks import Event
from engine.barring import main
from engine.case import Change, Key, Row, Rows, Sealed
from engine.commands import is_drawn
from engine.database import Transaction
from engine.decide.draft import Chain, Draft
from engine.errors import CaseNotFoundError, TrailError

_NONE: Mapping[Key, Any] = {}

MOST_CASES = 64
"""Of how many cases the rows are kept between two commands of one process."""

MOST_ROWS = 2000
"""Larger cases are read anew each time, so that what is kept stays small."""

MOST_NEW_ROWS = 100
"""After so many a case is read anew, which leaves behind what is done and over."""


def no_case(ref: str) -> CaseNotFoundError:
    """What is said of a case that is not there, and of one that is not there for somebody."""
    return CaseNotFoundError(
        f"There is no case {ref}; `casetrail list` shows those there are.", ref
    )


class Done(NamedTuple):
    """What a command did, as its row keeps it."""

    stream: str
    first: int
    last: int
    request: str


class Store:
    """A partnership's rows in one database."""

    def __init__(self, log: str, mac: Callable[[bytes], str]) -> None:
        self.log = log
        self._mac = mac
        self._kept: OrderedDict[str, Rows] = OrderedDict()

    def load(self, tx: Transaction, ref: str) -> Rows:
        """All rows of a case, to read it. Raises CaseNotFoundError."""
        return self._read(tx, ref, whole=True)

    def load_to_change(self, tx: Transaction, ref: str, *, whole: bool = True) -> Rows:
        """The rows of a case, which nobody else can change before this transaction ends.

        Unless `whole`, only those at which a step can look. Rows that were kept after the case's
        latest event are not read again: its head says that they are the same. Raises
        CaseNotFoundError.
        """
        head = tx.row(statements.head_of_case(lock=tx.locks_rows), (self.log, ref))
        kept = self._kept.pop(ref, None)
        if head and kept and kept.head == head[0] and (kept.whole or not whole):
            self._bar_anew(tx, ref, kept)
            return kept
        return self._read(tx, ref, whole=whole)

    def barriers(self, tx: Transaction, ref: str) -> dict[Key, Row]:
        """The rows of the barriers of a case, which for a linked one are of the case above it."""
        found = Rows()
        _keep(found, "barriers", tx.rows(statements.select("barriers"), (self.log, main(ref))))
        return found.table("barriers")

    def _bar_anew(self, tx: Transaction, ref: str, kept: Rows) -> None:
        # The head of a linked case does not say what has become of the case above it.
        if main(ref) != ref:
            kept.tables["barriers"] = self.barriers(tx, ref)

    def keep(self, ref: str, rows: Rows) -> None:
        """Keep the rows of a case as a command that was committed left them."""
        if rows.loaded + rows.added > min(rows.loaded + MOST_NEW_ROWS, MOST_ROWS):
            return
        self._kept[ref] = rows
        if len(self._kept) > MOST_CASES:
            self._kept.popitem(last=False)

    def pinned(self, ref: str) -> tuple[str, str] | None:
        """The edition and the process of a case as a command of this process left them; None where
        nothing is kept of it. Another may have moved it since.
        """
        kept = self._kept.get(ref)
        if kept is None:
            return None
        row = kept.table("cases")[(ref,)]
        return str(row["edition"]), str(row["workflow"])

    def kept_open(self, ref: str) -> bool:
        """Whether a command of this process left a main case with nothing that bars anybody.
        Another may have put something there since.
        """
        kept = self._kept.get(ref)
        return kept is not None and main(ref) == ref and not kept.table("barriers")

    def _read(self, tx: Transaction, ref: str, *, whole: bool) -> Rows:
        found = tx.row(statements.whole_case(tx.dialect, current=not whole), (self.log, ref))
        rows = Rows(whole=whole)
        every = json.loads(found[0]) if found else ()
        for table, listed in zip(statements.WHOLE_CASE_TABLES, every, strict=False):
            _keep(rows, table, listed)
        if not rows.table("cases"):
            raise no_case(ref)
        rows.loaded = rows.count()
        return rows

    def done(self, tx: Transaction, command: str) -> Done | None:
        """What a command with this key has already done, or None.

        Raises TrailError where what is kept of it was altered.
        """
        row = tx.row(statements.COMMAND, (self.log, command))
        if row is None:
            return None
        request, _, _ = row[3].partition(".")
        if row[3] != self.sealed(command, request):
            raise TrailError(
                "What was done under this key was altered in the database; run `casetrail audit "
                "verify`."
            )
        return Done(row[0], row[1], row[2], request)

    def sealed(self, command: str, request: str) -> str:
        """What the row of a command keeps of its request, so that it cannot be altered unseen."""
        return f"{request}.{self._mac(f'command|{self.log}|{command}|{request}'.encode())}"

    def head(self, tx: Transaction, stream: str) -> tuple[int, str]:
        """The number and hash of the latest event of a stream that is no case."""
        row = tx.row(statements.head_of_stream(lock=tx.locks_rows), (self.log, stream))
        return (int(row[0]), str(row[1])) if row else (0, "")

    def events(self, tx: Transaction, stream: str, first: int = 1) -> list[str]:
        """The sealed texts of a stream, in order."""
        return [row[0] for row in tx.rows(statements.EVENT_TEXTS, (self.log, stream, first))]

    def save(self, tx: Transaction, drafts: Sequence[Draft], request: str) -> None:
        """Save all that commands made: events, rows, and their keys. Nothing is saved twice.

        A command that was given no key cannot be repeated, so none is kept of it.
        """
        events: list[Sealed] = []
        changes: list[Change] = []
        leading: dict[str, Draft] = {}
        for draft in drafts:
            if draft.chain.events:
                events += draft.seal()
                changes += draft.changes
                if not is_drawn(draft.context.command):
                    leading.setdefault(draft.context.command, draft)
        self.append(tx, events)
        self.write(tx, changes)
        done = [
            (
                self.log,
                command,
                draft.case.ref,
                draft.first_n,
                draft.chain.n,
                self.sealed(command, request),
            )
            for command, draft in leading.items()
        ]
        if done:
            tx.run_many(statements.insert("commands"), done)

    def append(self, tx: Transaction, events: Iterable[Sealed]) -> None:
        """Add sealed events to their streams."""
        log = self.log
        listed = [(log, *sealed, None) for sealed in events]
        tx.run_many(statements.insert("events"), listed)

    def append_beside(self, tx: Transaction, chain: Chain) -> None:
        """Add the events of a stream that is no case, and keep its head."""
        self.append(tx, chain.seal())
        if chain.n == len(chain.events):
            row = (self.log, chain.stream, chain.n, chain.head)
            tx.run(statements.insert("streams"), row)
        else:
            columns = ("version", "head")
            sql = statements.update("streams", columns)
            tx.run(sql, (chain.n, chain.head, self.log, chain.stream))

    def write_effects(self, tx: Transaction, events: Iterable[Event]) -> None:
        """Do to the rows what events of a stream that is no case say."""
        self.write(tx, [change for event in events for change in effects(event)])

    def lock(self, tx: Transaction, ref: str) -> None:
        """Keep everybody else from changing a case before this transaction ends."""
        tx.row(statements.head_of_case(lock=True), (self.log, ref))

    def write(self, tx: Transaction, changes: Iterable[Change]) -> None:
        """Do changes to rows: the new ones first, table by table, then the changed ones."""
        new, changed = _merged(changes)
        for table, rows in new.items():
            layout = statements.TABLES[table]
            listed = [
                (self.log, *key, *map(columns.get, layout.columns)) for key, columns in rows.items()
            ]
            tx.run_many(statements.insert(table), listed)
        for (table, key), columns in changed.items():
            names = tuple(columns)
            sql = statements.update(table, names)
            tx.change(sql, (*columns.values(), self.log, *key))


def _keep(rows: Rows, table: str, found: Iterable[Sequence[Any]]) -> None:
    layout = statements.TABLES[table]
    size = len(layout.keys)
    kept = rows.table(table)
    for row in found:
        kept[tuple(row[:size])] = dict(zip(layout.columns, row[size:], strict=True))


def _merged(
    changes: Iterable[Change],
) -> tuple[dict[str, dict[Key, Mapping[str, Any]]], dict[tuple[str, Key], Mapping[str, Any]]]:
    new: dict[str, dict[Key, Mapping[str, Any]]] = {}
    changed: dict[tuple[str, Key], Mapping[str, Any]] = {}
    for table, key, columns, is_new in changes:
        rows = new.get(table, _NONE)
        if is_new:
            new.setdefault(table, {})[key] = columns
        elif key in rows:
            new[table][key] = {**rows[key], **columns}
        elif (table, key) in changed:
            changed[(table, key)] = {**changed[(table, key)], **columns}
        else:
            changed[(table, key)] = columns
    return new, changed
