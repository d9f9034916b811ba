"""What a message says before it goes out, by each notifier: one that waits, or a notice to come.

A notice is decided in memory, as it would fire if nobody did anything more; nothing is written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from engine import queries
from engine.calendars import at_local, local_date
from engine.case import Case, Key
from engine.decide.what_if.rehearsal import Fired, Rehearsal
from engine.errors import UsageError
from engine.prose import listed
from engine.service.outbox import Outgoing
from engine.service.rehearsals.rehearsing import Mail, loaded
from engine.service.workplace import Workplace

Preview = Callable[[Outgoing, str], Mail]
"""Writes a message out as a notifier would send it; raises DeliveryError where it cannot."""

LEAST = 4
"""Characters of a message's id that name it, where no other message of the case begins so."""
FEW = 6
"""Notices that are suggested for one that there is not."""


def preview(
    place: Workplace, ref: str, what: str, ways: Callable[[str], Sequence[str]], write: Preview
) -> dict[str, Any]:
    """What a message, or each of a notice that is still to come, says to everybody who gets it.

    `what` is the id of a message, or as much of it as no other begins with; a timescale, a notice,
    or both as TIMESCALE/NOTICE. Raises CaseNotFoundError, and UsageError for what there is not.
    """
    with place.database.read() as tx:
        now = loaded(place, tx, ref)
        rows = tx.rows(queries.MESSAGES_OF, (place.log, ref))
    found = [_outgoing(row) for row in rows if len(what) >= LEAST and row[0].startswith(what)]
    if len(found) > 1:
        raise UsageError("Several messages of this case begin so; write more of the id.")
    at = ""
    if not found:
        keys = _notices(now.case, what)
        rehearsal = Rehearsal(place.log, place.clock_kind, [now])
        last = max(now.case.rows.table("notices")[key]["at"] for key in keys)
        end = local_date(datetime.fromtimestamp(last / 1_000_000, UTC)) + timedelta(days=1)
        rehearsal.run(place.clock(), at_local(end, 0), [])
        fired = [one for one in rehearsal.fired if _is_meant(one, keys)]
        at = min((local_date(one.at).isoformat() for one in fired), default="")
        found = [message for one in fired for message in _messages(one)]
    return {
        "ref": ref,
        "what": what,
        "on": at,
        "messages": [_previewed(one, way, write) for one in found for way in ways(one.person)],
    }


def _previewed(message: Outgoing, way: str, write: Preview) -> dict[str, Any]:
    mail = write(message, way)
    return {
        "id": message.id,
        "on": message.on,
        "person": message.person,
        "role": message.role,
        "by": way,
        "to": mail.to,
        "subject": mail.subject,
        "text": mail.text,
    }


def _notices(case: Case, what: str) -> list[Key]:
    """The notices that wait and are meant."""
    waiting = [key for key, row in case.rows.table("notices").items() if row["status"] == "waiting"]
    meant = [key for key in waiting if what in _names(key)]
    if not meant:
        some = listed(dict.fromkeys(f"{key[1]}/{key[4]}" for key in sorted(waiting)[:FEW]))
        hint = f"still to come are {some}" if some else "no notice of it is still to come"
        raise UsageError(f'This case has no message or notice "{what[:60]}"; {hint}.')
    return meant


def _names(key: Key) -> tuple[str, ...]:
    return (str(key[1]), str(key[4]), f"{key[1]}/{key[4]}")


def _is_meant(one: Fired, keys: Sequence[Key]) -> bool:
    return (one.ref, one.timescale, one.of, one.no, one.notice) in {key[:5] for key in keys}


def _messages(one: Fired) -> Iterator[Outgoing]:
    on = local_date(one.at).isoformat()
    for each in one.messages:
        said = (each["person"], each["role"], each["what"], each["by_when"])
        yield Outgoing(each["id"], one.ref, *said, bool(each["urgent"]), 0, on=on)


def _outgoing(row: Sequence[Any]) -> Outgoing:
    message, ref, person, role, what, by_when, urgent, n = row
    return Outgoing(message, ref, person, role, what, by_when, bool(urgent), int(n))
