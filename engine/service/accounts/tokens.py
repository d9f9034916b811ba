"""Tokens: what a program shows in the stead of a password, and what a sign-in leaves.

The text of a token is given once. What is kept is a hash, under the partnership's key, of that text
and of all that the token allows: whoever can write the database makes no token of their own, and
makes none last longer or reach further.
"""

from __future__ import annotations

import hmac
import json
import re
from base64 import b32encode, urlsafe_b64encode
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple

from engine import statements
from engine.calendars import at_local, local_date
from engine.canonical import clean_text
from engine.database import Transaction
from engine.dates import read_day
from engine.errors import CaseNotFoundError, UsageError
from engine.queries import doors
from engine.service import access, editions
from engine.service.accounts import managing
from engine.service.accounts.credentials import MINUTE
from engine.service.ticking import micros
from engine.service.workplace import By, Workplace

VERB: Final = "token"
ISSUED: Final = "issued"
SIGN_IN: Final = "sign-in"
MOST_DAYS = 366
SIGNED_IN_FOR = timedelta(hours=10)
IDLE_FOR = 15 * MINUTE
"""Microseconds without a request after which a sign-in is over."""
MARKED_EACH = MINUTE
"""Microseconds after which it is kept anew that a sign-in is in use."""

_ID = re.compile(r"[a-z2-7]{16}")
_TEXT = re.compile(rf"ct_({_ID.pattern})_[A-Za-z0-9_-]{{43}}")
_VERB = re.compile(r"[a-z][a-z-]{0,30}(?: [a-z][a-z-]{0,30}){0,3}")
_MARK = re.compile(r"[0-9]{1,18}")
_MICRO = timedelta(microseconds=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Token(NamedTuple):
    """A token as it is kept."""

    kind: str
    """issued or sign-in."""
    holder: str
    how: str
    """Of a sign-in, how it was made."""
    hash: str
    verbs: tuple[str, ...]
    processes: tuple[str, ...]
    since: int
    until: int
    revoked_on: str | None


class Wanted(NamedTuple):
    """A token that is to be made."""

    kind: str
    holder: str
    until: int
    verbs: Sequence[str] = ()
    processes: Sequence[str] = ()
    how: str = ""


def issue(
    place: Workplace,
    by: By,
    holder: str,
    verbs: Sequence[str],
    processes: Sequence[str],
    until: str,
) -> str:
    """A new token for a person or a service account, good to the end of a day; yields its text.

    Without verbs, or without processes, it is good for all. Raises UsageError for what cannot be
    asked, RefusedError for whoever may not.
    """
    if place.directory.is_service(holder):
        managing.need_keeper(place, by, VERB)
    else:
        managing.need_to_manage(place, by, holder, VERB)
    if holder not in place.directory.people:
        raise UsageError(
            "config.toml names nobody of this id; use that of a person or of a service account."
        )
    listed = (_verbs(verbs), _processes(place, processes))
    wanted = Wanted(ISSUED, holder, _end(place, until), *listed)
    with place.database.write() as tx:
        return make(place, tx, by, wanted)


def make(place: Workplace, tx: Transaction, by: By, wanted: Wanted) -> str:
    """Make a token within a transaction; yields its text."""
    token = b32encode(place.randomness(10)).decode().lower()
    secret = urlsafe_b64encode(place.randomness(32)).decode().rstrip("=")
    text = f"ct_{token}_{secret}"
    kept = Token(
        wanted.kind,
        wanted.holder,
        wanted.how,
        "",
        tuple(wanted.verbs),
        tuple(wanted.processes),
        micros(place),
        wanted.until,
        None,
    )
    body = {
        **kept._asdict(),
        "token": token,
        "verbs": list(kept.verbs),
        "processes": list(kept.processes),
        "hash": hash_of(place, text, kept),
    }
    del body["revoked_on"]
    _tell(place, tx, by, [("token issued", body, {})])
    return text


def revoke(place: Workplace, by: By, token: str, reason: str = "") -> None:
    """Let nobody in by a token from now on.

    Raises CaseNotFoundError where there is none, UsageError for one that was revoked, and
    RefusedError for whoever neither holds it nor keeps the record.
    """
    with place.database.read() as tx:
        known = find(place, tx, token)
    if known is None or known.holder != by.person:
        managing.need_keeper(place, by, VERB)
    if known is None:
        raise CaseNotFoundError("There is no such token; `casetrail token list` shows them.")
    said = {"reason": clean_text(reason).strip()} if reason.strip() else {}
    with place.database.write() as tx:
        tx.exclusive(f"token|{place.log}|{token}")
        latest = find(place, tx, token)
        if latest is None or latest.revoked_on is not None:
            raise UsageError("This token has been revoked already; nothing was changed.")
        _tell(place, tx, by, [("token revoked", {"token": token}, said)])


def close_sign_ins(place: Workplace, tx: Transaction, by: By, person: str, but: str = "") -> None:
    """End all sign-ins of somebody `but` one, within a transaction."""
    rows = tx.rows(doors.OPEN_SIGN_INS, (place.log, person, micros(place)))
    ended = [token for (token,) in rows if token != but]
    _tell(place, tx, by, [("token revoked", {"token": token}, {}) for token in ended])


def last_used(known: Token, mark: str) -> int:
    """When a sign-in was used last, in microseconds since 1970 UTC, to the minute; `mark` is what
    is kept of it.
    """
    return max(known.since, int(mark) if _MARK.fullmatch(mark) else 0)


def mark_use(place: Workplace, token: str) -> None:
    """Keep that a sign-in is in use now."""
    now = str(micros(place))
    with place.database.write() as tx:
        tx.exclusive(f"token|{place.log}|{token}")
        if not tx.run(statements.update("uses", ("used_on",)), (now, place.log, token)):
            tx.run(statements.insert("uses"), (place.log, token, now))


def every(place: Workplace, by: By) -> list[dict[str, Any]]:
    """The tokens that were issued, the latest last: all for those who keep the record, else one's
    own. Nothing of their texts.
    """
    now = micros(place)
    all_of_them = managing.is_keeper(place, by.person)
    with place.database.read() as tx:
        rows = tx.rows(doors.TOKENS, (place.log,))
    found = [_plain(token, _read(row), used_on, now) for token, used_on, *row in rows]
    return [one for one in found if all_of_them or one["holder"] == by.person]


def id_of(text: str) -> str:
    """The id of a token that has the form of one; empty for anything else."""
    found = _TEXT.fullmatch(text)
    return found[1] if found else ""


def find(place: Workplace, tx: Transaction, token: str) -> Token | None:
    """A token by its id."""
    if not _ID.fullmatch(token):
        return None
    row = tx.row(doors.TOKEN, (place.log, token))
    return None if row is None else _read(row)


def fits(place: Workplace, text: str, known: Token | None) -> bool:
    """Whether this is the text of a token that is kept, and the token as it was issued."""
    nobodys = Token(ISSUED, "", "", "0" * 64, (), (), 0, 0, None)
    kept = known or nobodys
    same = hmac.compare_digest(kept.hash.encode(), hash_of(place, text, kept).encode())
    return same and known is not None


def hash_of(place: Workplace, text: str, kept: Token) -> str:
    """What is kept of a token's text: it cannot be found by trying, or be made without the key."""
    allowed = [kept.kind, kept.holder, kept.how, list(kept.verbs), list(kept.processes)]
    whole = ["token", place.log, text, *allowed, str(kept.since), str(kept.until)]
    # Not in the canonical form, which refuses what somebody may have written into a row by hand.
    return place.keys.mac(json.dumps(whole).encode())


def _read(row: Sequence[Any]) -> Token:
    kind, holder, how, hash_, verbs, processes, since, until, revoked_on = row
    return Token(
        kind, holder, how, hash_, _listed(verbs), _listed(processes), since, until, revoked_on
    )


def _listed(text: str) -> tuple[str, ...]:
    """The names that a row keeps as one text."""
    return tuple(text.split(",")) if text else ()


def _tell(place: Workplace, tx: Transaction, by: By, entries: Sequence[access.Entry]) -> None:
    if entries:
        chain = access.append(place, tx, access.STORE, access.visitor(place, by), entries)
        place.store.write_effects(tx, chain.events)


def _plain(token: str, known: Token, used_on: str, now: int) -> dict[str, Any]:
    over = "expired" if now >= known.until else "in use"
    return {
        "token": token,
        "holder": known.holder,
        "verbs": list(known.verbs),
        "processes": list(known.processes),
        "since": day_of(known.since),
        "until": day_of(known.until - 1),
        "used_on": used_on or None,
        "revoked_on": known.revoked_on,
        "status": "revoked" if known.revoked_on is not None else over,
    }


def day_of(moment: int) -> str:
    """The local civil day of a moment, which is in microseconds since 1970 UTC."""
    return local_date(_EPOCH + moment * _MICRO).isoformat()


def _end(place: Workplace, until: str) -> int:
    """The moment at which a day ends, the last on which a token is good. Raises UsageError."""
    day, today = read_day(until), place.today()
    last = today + timedelta(MOST_DAYS)
    if not today <= day <= last:
        raise UsageError(
            f"A token is good until a day from today to {last.isoformat()}, {MOST_DAYS} days from "
            "today; give one of these."
        )
    return (at_local(day + timedelta(1), 0) - _EPOCH) // _MICRO


def _verbs(verbs: Iterable[str]) -> list[str]:
    listed = sorted(dict.fromkeys(verbs))
    if any(not _VERB.fullmatch(one) for one in listed):
        raise UsageError('A verb is the name of a command, such as "take" or "workflow list".')
    return listed


def _processes(place: Workplace, processes: Iterable[str]) -> list[str]:
    listed = sorted(dict.fromkeys(processes))
    known = {one.name for one in editions.in_use(place)} if listed else set()
    if not known.issuperset(listed):
        raise UsageError(
            "A token is for processes in use, and one of these is not; `casetrail workflow list` "
            "shows them."
        )
    return listed
