"""Verifying what lies beside the projections: the store's word of itself, the tables themselves,
the commands, the keys and pieces of what is personal, the tries at sending, the latest tick.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterator

from engine import queries
from engine.case import Row
from engine.commands import is_drawn
from engine.database import NOBODY, Transaction, structure
from engine.errors import TrailError
from engine.migrations import LATEST
from engine.service import access
from engine.service.accounts import credentials
from engine.service.accounts.tokens import SIGN_IN, day_of
from engine.service.outbox import is_due
from engine.service.starting import sealed_tick
from engine.service.ticking import micros
from engine.service.trail import calls
from engine.service.trail.comparing import Folded
from engine.service.workplace import Workplace

Problem = tuple[str, str]
"""Which row, and what is wrong with it."""

SET_BACK = 15 * credentials.MINUTE
"""By how much a clock may have been put right since; no more is taken for altered."""

_ALIEN = "it is filed under another partnership"
_NO_EVENT = "no event made this row"


def problems(place: Workplace, tx: Transaction, folded: Folded) -> Iterator[Problem]:
    """All that is wrong beside the projections, first of all with the store itself."""
    looks: tuple[Callable[[Workplace, Transaction, Folded], Iterator[Problem]], ...] = (
        _store,
        _file,
        _commands,
        _subjects,
        _chunks,
        _tries,
        _tick,
        _credentials,
        _uses,
        _replays,
        calls.problems,
        _aliens,
    )
    for look in looks:
        yield from look(place, tx, folded)


def _store(place: Workplace, tx: Transaction, folded: Folded) -> Iterator[Problem]:
    """The store must be what its first event, and the database itself, say."""
    said, kept = folded.created, place.database.identity
    if kept == NOBODY:
        yield "store 1", "the row is gone"
    elif said and (said.get("partnership"), said.get("clock")) != (kept.log, kept.clock):
        yield "store 1", "its partnership or its clock is not that of its first event"
    elif place.database.unfit:
        yield "store 1", f"it does not fit, or was altered. {place.database.unfit}"
    for (number,) in tx.rows(queries.OTHER_STORES):
        yield f"store {number}", "no store was ever made so"
    made = [row[0] for row in tx.rows(queries.MADE_BY)]
    if made != [f"{LATEST:04}"]:
        yield "alembic_version", "it does not name the migration that made the tables"


def _file(place: Workplace, tx: Transaction, folded: Folded) -> Iterator[Problem]:
    """The file must be whole."""
    for said in structure.damage(tx):
        yield "the file", f"{said}; keep it as it is, and restore the latest backup"


def _commands(place: Workplace, tx: Transaction, folded: Folded) -> Iterator[Problem]:
    """Each command's row must name the events that it made, and none with a key may be gone."""
    outside = (access.STREAM, access.STORE)
    gone = {
        command
        for command, stream in folded.commands
        if stream not in outside and not is_drawn(command)
    }
    for log, command, stream, first, last, request in tx.each(queries.everything("commands")):
        gone.discard(command)
        where = f"commands {command}"
        made = folded.commands.get((command, stream))
        if log != place.log or made is None or made[0] != first:
            yield where, "the events name no such command"
        elif made[1] != last:
            yield where, "it does not name its last event"
        elif not _same(request, place.store.sealed(command, request.partition(".")[0])):
            yield where, "what it keeps of its request was altered"
    for command in sorted(gone):
        yield f"commands {command}", "the row is gone"


def _subjects(place: Workplace, tx: Transaction, folded: Folded) -> Iterator[Problem]:
    """Each key must open, but those of the erased, which must be gone for good."""
    erased = {str(subject) for (subject,) in folded.rows.table("subjects")}
    kept = {row[0] for row in tx.rows(queries.KEPT_SUBJECTS, (place.log, place.log))}
    left = kept | erased
    for subject, wrapped, gone in tx.rows(queries.SUBJECTS, (place.log,)):
        left.discard(subject)
        if subject in erased and (wrapped is not None or not gone):
            yield f"subjects {subject}", "the key of an erased person is there again"
        elif subject not in erased and (gone or not _opens(place, subject, wrapped)):
            yield f"subjects {subject}", "the key does not open, so it was altered"
    for subject in sorted(left):
        said = "that it was destroyed is kept no more" if subject in erased else "the row is gone"
        yield f"subjects {subject}", said


def _opens(place: Workplace, subject: str, wrapped: bytes | None) -> bool:
    if wrapped is None:
        return False
    try:
        place.keys.unwrap(place.log, subject, bytes(wrapped))
    except TrailError:
        return False
    return True


def _chunks(place: Workplace, tx: Transaction, folded: Folded) -> Iterator[Problem]:
    """Nothing may lie among the pieces of documents but the documents that are on file."""
    kept = folded.rows.table("documents")
    for log, document, pieces, first, last in tx.rows(queries.PIECES):
        row = kept.get((document,), {})
        whole = (pieces, first, last) == (row.get("chunks"), 0, pieces - 1)
        if log != place.log or row.get("erased", 1) or not whole:
            yield f"chunks {document}", "these are not the pieces of a document on file"


def _tries(place: Workplace, tx: Transaction, folded: Folded) -> Iterator[Problem]:
    """Tries are of messages, and failures of notices, that there are; how many is no record.

    But no message that waits may be kept back for ever.
    """
    messages, now = folded.rows.table("messages"), micros(place)
    for log, message, *counts in tx.each(queries.everything("attempts")):
        tries, next_at, lease_until, _ = counts
        if log != place.log or (message,) not in messages or min(counts) < 0:
            yield f"attempts {message}", _NO_EVENT
        elif messages[(message,)]["status"] == "waiting" and not is_due(
            tries, next_at, lease_until, now, can_wait=_can_wait(place, messages[(message,)])
        ):
            yield f"attempts {message}", "it keeps a message back for longer than any worker does"
    for log, message, *_ in tx.each(queries.everything("causes")):
        if log != place.log or (message,) not in messages:
            yield f"causes {message}", _NO_EVENT
    notices = {"|".join(map(str, key)) for key in folded.rows.table("notices")}
    for log, notice, times in tx.each(queries.everything("failures")):
        if log != place.log or notice not in notices or times < 1:
            yield f"failures {notice}", _NO_EVENT


def _can_wait(place: Workplace, message: Row) -> bool:
    """Whether whoever gets a message wishes to be told at some hours alone."""
    wish = place.directory.preference(str(message["person"]))
    return not message["urgent"] and wish.can_wait


def _tick(place: Workplace, tx: Transaction, folded: Folded) -> Iterator[Problem]:
    """When the clock last ticked must be there, under its seal."""
    row = tx.row(queries.TICK, (place.log,))
    if row is None:
        if folded.created:
            yield f"ticks {place.log}", "the row is gone"
    elif not _same(row[1], sealed_tick(place, row[0])):
        yield f"ticks {place.log}", "when the clock last ticked was altered"


def _credentials(place: Workplace, tx: Transaction, folded: Folded) -> Iterator[Problem]:
    """What people sign in by must open, be what the access log says was set, and let them in."""
    left = {key for key, n in folded.credentials.items() if n}
    rows = tx.rows(queries.everything("credentials"))
    for log, person, kind, *_, n, failures, locked_until, used in rows:
        where = f"credentials {person}/{kind}"
        left.discard((person, kind))
        if log != place.log:
            yield where, _ALIEN
        elif folded.credentials.get((person, kind), 0) != n:
            yield where, "no entry of the access log says that it was set"
        elif person not in place.directory.people:
            yield where, "config.toml names nobody of this id"
        elif not _counts(place, failures, locked_until, used):
            yield where, "it keeps somebody out for longer than any failure does"
        elif not _is_whole(place, tx, person, kind):
            yield where, "it does not open, so it was altered"
    for person, kind in sorted(left):
        yield f"credentials {person}/{kind}", "the row is gone"


def _is_whole(place: Workplace, tx: Transaction, person: str, kind: str) -> bool:
    try:
        return credentials.find(place, tx, person, kind) is not None
    except TrailError:
        return False


def _counts(place: Workplace, failures: str, locked_until: int, used: int) -> bool:
    """Whether failures are such as can have been counted by now."""
    now = micros(place) + SET_BACK
    try:
        counted = credentials.moments(failures)
    except TrailError:
        return False
    latest = max((*counted, locked_until - credentials.LOCKED_FOR), default=0)
    last = now // credentials.MINUTE * 2 + 3
    return len(counted) <= credentials.MOST_FAILURES and latest <= now and 0 <= used <= last


def _uses(place: Workplace, tx: Transaction, folded: Folded) -> Iterator[Problem]:
    """A use is of a token that there is, on a day or at a moment that has come."""
    known, today = folded.rows.table("tokens"), place.today().isoformat()
    now = micros(place) + SET_BACK
    for log, token, used_on in tx.each(queries.everything("uses")):
        row = known.get((token,), {})
        since = row.get("since")
        if log != place.log or since is None:
            yield f"uses {token}", _NO_EVENT
        elif row["kind"] == SIGN_IN:
            if not (used_on.isascii() and used_on.isdigit() and since <= int(used_on) <= now):
                yield f"uses {token}", "the sign-in cannot have been used at that moment"
        elif not day_of(since) <= used_on <= today or len(used_on) != len(today):
            yield f"uses {token}", "the token cannot have been used on that day"


def _replays(place: Workplace, tx: Transaction, folded: Folded) -> Iterator[Problem]:
    """What a hook has taken it has taken by now."""
    now = micros(place) + SET_BACK
    for log, endpoint, message, received in tx.each(queries.everything("replays")):
        where = f"replays {endpoint}/{message}"
        if log != place.log:
            yield where, _ALIEN
        elif not 0 <= received <= now:
            yield where, "it was taken at a moment that has not come"


def _aliens(place: Workplace, tx: Transaction, folded: Folded) -> Iterator[Problem]:
    """Nothing may be filed under a partnership that this store is not of."""
    for table in ("trees", "streams", "ticks", "subjects", "edition_texts"):
        for (log,) in tx.rows(queries.other_logs(table), (place.log,)):
            yield f"{table} {log}", _ALIEN


def _same(kept: object, sealed: str) -> bool:
    return hmac.compare_digest(str(kept).encode(), sealed.encode())
