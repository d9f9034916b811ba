"""The access log as it is read: who came in or was kept out, who read, searched or took out what.

Of a case that is not there for whoever looks nothing is told, not even that somebody asked for it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from engine.canonical import parse
from engine.database import Transaction
from engine.errors import UsageError
from engine.prose import listed
from engine.queries import access as asked
from engine.service import access, barriers
from engine.service.looking.private import with_reason
from engine.service.workplace import By, Workplace

KINDS: Final = (
    *("read", "searched", "exported", "refused", "call refused"),
    *("signed in", "sign-in refused", "credential set", "credential cleared"),
)
"""The types of its entries."""
PIECE: Final = 500
"""Entries that are looked through at once."""
NEWEST: Final = 1 << 62
"""After every entry."""

Entry = dict[str, Any]


class Wish(NamedTuple):
    """Which entries somebody wants to see; nothing is every one."""

    since: str = ""
    """The first day, as ISO 8601."""
    person: str = ""
    """Who did it, or whom somebody claimed to be."""
    case: str = ""
    kind: str = ""


class Page(NamedTuple):
    """Entries, the latest first, and after which number more of them come; None at the end."""

    found: list[Entry]
    after: int | None


def entries(place: Workplace, wish: Wish, most: int, before: int = NEWEST) -> Page:
    """The entries that fit, the latest first, of those before a number.

    Raises UsageError for a kind that there is not.
    """
    if wish.kind and wish.kind not in KINDS:
        raise UsageError(f'There is no such kind of entry; "kind" is {listed(KINDS, "or")}.')
    found: list[Entry] = []
    with place.database.read() as tx:
        out = barriers.hidden(place, tx)
        for entry in _each(place, tx, before):
            if entry["day"] < wish.since:
                break
            if not _fits(entry, wish) or barriers.is_hidden(entry["ref"], out):
                continue
            if len(found) == most:
                return Page(found, int(found[-1]["n"]))
            found.append(entry)
    return Page(found, None)


def reasons(place: Workplace, by: By, numbers: list[int], why: str) -> dict[int, dict[str, str]]:
    """What is sealed of these entries, such as why somebody read; the read is logged first.

    Raises UsageError where nobody says why they look.
    """
    reason = with_reason(why)
    access.log(place, by, ("read", {"ref": "", "answers": len(numbers)}, {"why": reason}))
    found: dict[int, dict[str, str]] = {}
    with place.database.read() as tx:
        wanted = frozenset(numbers)
        for entry in _each(place, tx, max(wanted, default=0) + 1):
            if entry["n"] in wanted:
                found[entry["n"]] = _opened(place, tx, entry)
            if entry["n"] <= min(wanted):
                break
    return found


def _opened(place: Workplace, tx: Transaction, entry: Mapping[str, Any]) -> dict[str, str]:
    stream, n = access.STREAM, int(entry["n"])
    values = {path: place.vault.value(tx, stream, n, path) for path in entry["sealed"]}
    return {path.partition("/")[0]: value or "" for path, value in values.items()}


def _each(place: Workplace, tx: Transaction, before: int) -> Iterator[Entry]:
    at = before
    while rows := tx.rows(asked.ENTRIES, (place.log, access.STREAM, at, PIECE)):
        for (text,) in rows:
            event = parse(text)
            at = int(event["n"])
            document = str(event["body"].get("document", ""))
            of = tx.row(asked.CASE_OF_DOCUMENT, (place.log, document)) if document else None
            yield _entry(event, str(of[0]) if of else "")


def _entry(event: Mapping[str, Any], of_document: str) -> Entry:
    body, actor = event["body"], event["actor"]
    said = {name: value for name, value in body.items() if name not in ("ref", "person")}
    return {
        "n": event["n"],
        "at": event["recorded"],
        "day": event["happened"],
        "kind": event["type"],
        "door": actor["door"],
        "person": actor["recorded"],
        "claimed": body.get("person", ""),
        "proof": actor["proof"],
        "ref": body.get("ref", "") or of_document,
        "what": said,
        "sealed": sorted(event["sealed"]),
    }


def _fits(entry: Mapping[str, Any], wish: Wish) -> bool:
    return (
        (not wish.kind or entry["kind"] == wish.kind)
        and (not wish.person or wish.person in (entry["person"], entry["claimed"]))
        and (not wish.case or entry["ref"] == wish.case)
    )
