"""Coming in: by a password, with a code where one is asked for, or by a token.

Whatever is wrong, whoever is outside is told the same, after the same work. What it was stands in
the access log alone, in fixed words; what was typed stands nowhere.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from engine import queries, statements
from engine.database import Transaction
from engine.errors import NotSignedInError, TrailError, UsageError
from engine.service import access
from engine.service.accounts import codes, credentials, passwords, tokens
from engine.service.accounts.credentials import CODE, PASSWORD, Credential
from engine.service.accounts.tokens import Token, Wanted
from engine.service.accounts.visitor import UNPROVED, Visitor, signed_in
from engine.service.ticking import micros
from engine.service.workplace import By, Workplace

BY_TOKEN: Final = "token"
BY_PROVIDER: Final = "OpenID Connect"

WHY: Final = (
    "no such person",
    "no part here today",
    "no password",
    "wrong password",
    "wrong code",
    "locked out",
    "changed meanwhile",
    "altered in the store",
    "no such token",
    "not the token",
    "expired",
    "revoked",
)
"""Why somebody is not let in: the closed list of what the access log says of it."""


class _Held(NamedTuple):
    """What somebody signs in by, as it was when they began."""

    password: Credential | None
    code: Credential | None
    altered: bool = False


def sign_in(place: Workplace, person: str, password: str, code: str = "") -> Visitor:
    """Let somebody in by their password, and by a code where they have set one up.

    They are given a token for twelve hours. Raises NotSignedInError.
    """
    known = person if _is_person(place, person) else access.UNKNOWN
    with place.database.read() as tx:
        held = _held(place, tx, known)
    right = passwords.is_right(held.password and held.password.secret, password)
    step = codes.matching(held.code and held.code.secret, code, place.clock())
    better = _better(place, held, password) if right else b""
    with place.database.write() as tx:
        credentials.one_at_a_time(place, tx, known)
        why = _why_not(place, known, held, _held(place, tx, known), right=right, step=step)
        if not why:
            return _let_in(place, tx, known, held, (step, better))
        if held.password and why in ("wrong password", "wrong code"):
            now = credentials.find(place, tx, known, PASSWORD)
            credentials.failed(place, tx, known, now or held.password)
        _refuse(place, tx, known, why)
    raise NotSignedInError


def vouched_for(place: Workplace, person: str, how: str = BY_PROVIDER) -> Visitor:
    """Let in a person for whom a provider has vouched, which whoever calls has proved.

    They are given a token for twelve hours. Raises NotSignedInError.
    """
    known = person if _is_person(place, person) else access.UNKNOWN
    why = "" if _has_part(place, known) else "no part here today"
    with place.database.write() as tx:
        if known != access.UNKNOWN and not why:
            return _admit(place, tx, known, how)
        _refuse(place, tx, known, "no such person" if known == access.UNKNOWN else why)
    raise NotSignedInError


def by_token(place: Workplace, text: str) -> Visitor:
    """Let in whoever shows a token. Raises NotSignedInError.

    It is asked at each use whether the holder has a part here today. The first use on a day of one
    that was issued is in the access log; what is done with it names it each time.
    """
    token = tokens.id_of(text)
    with place.database.read() as tx:
        known = tokens.find(place, tx, token) if token else None
        used = tx.row(queries.USED_ON, (place.log, token))
    why = _why_no_token(place, text, known)
    if why or known is None:
        holder = known.holder if known and _is_named(place, known.holder) else access.UNKNOWN
        with place.database.write() as tx:
            _refuse(place, tx, holder, why, token if known else "")
        raise NotSignedInError
    proof = f"token {token}" if known.kind == tokens.ISSUED else signed_in(known.how)
    visitor = Visitor(known.holder, proof, known.verbs, known.processes, until=known.until)
    today = place.today().isoformat()
    if known.kind == tokens.ISSUED and used != (today,):
        _note_use(place, visitor, token, today)
    return visitor


def _admit(place: Workplace, tx: Transaction, person: str, how: str) -> Visitor:
    until = micros(place) + int(tokens.SIGNED_IN_FOR.total_seconds()) * 1_000_000
    visitor = Visitor(person, signed_in(how))
    text = tokens.make(place, tx, visitor.by, Wanted(tokens.SIGN_IN, person, until, how=how))
    _tell(place, tx, visitor, how, tokens.id_of(text))
    return Visitor(person, visitor.proof, token=text, until=until)


def _held(place: Workplace, tx: Transaction, person: str) -> _Held:
    try:
        password = credentials.find(place, tx, person, PASSWORD)
        return _Held(password, credentials.find(place, tx, person, CODE))
    except TrailError:
        return _Held(None, None, altered=True)


def _is_named(place: Workplace, person: str) -> bool:
    return person in place.directory.people


def _is_person(place: Workplace, person: str) -> bool:
    return _is_named(place, person) and not place.directory.is_service(person)


def _has_part(place: Workplace, person: str) -> bool:
    return _is_named(place, person) and place.directory.has_part(person, place.today().isoformat())


def _why_not(
    place: Workplace, person: str, held: _Held, now: _Held, *, right: bool, step: int
) -> str:
    """Why somebody cannot come in; empty where they can. `now` is what is kept at this moment."""
    if person == access.UNKNOWN:
        return "no such person"
    if held.altered or now.altered:
        return "altered in the store"
    if held.password is None or now.password is None:
        return "no password"
    if now.password.is_locked(micros(place)):
        return "locked out"
    if not right:
        return "wrong password"
    if _entries(held) != _entries(now):
        return "changed meanwhile"
    if now.code and step <= now.code.used:
        return "wrong code"
    return "" if _has_part(place, person) else "no part here today"


def _entries(held: _Held) -> tuple[int, int]:
    """By which entries these were set: others are set by later ones."""
    return held.password.n if held.password else 0, held.code.n if held.code else 0


def _better(place: Workplace, held: _Held, password: str) -> bytes:
    """The hash of a password that is right, where a new one would cost more to try."""
    known = held.password
    if known is None or not passwords.is_weak(known.secret):
        return b""
    return passwords.hashed(place, password).encode()


def _let_in(
    place: Workplace, tx: Transaction, person: str, held: _Held, found: tuple[int, bytes]
) -> Visitor:
    step, better = found
    credentials.forgive(place, tx, person)
    if held.code:
        credentials.use(place, tx, person, step)
    if better and held.password:
        credentials.renew(place, tx, person, held.password, better)
    return _admit(place, tx, person, "password and code" if held.code else "password")


def _why_no_token(place: Workplace, text: str, known: Token | None) -> str:
    if not tokens.fits(place, text, known) or known is None:
        return "no such token" if known is None else "not the token"
    if known.revoked_on is not None:
        return "revoked"
    if micros(place) >= known.until:
        return "expired"
    return "" if _has_part(place, known.holder) else "no part here today"


def _note_use(place: Workplace, visitor: Visitor, token: str, today: str) -> None:
    with place.database.write() as tx:
        tx.exclusive(f"token|{place.log}|{token}")
        before = tx.row(queries.USED_ON, (place.log, token))
        if before == (today,):
            return
        if before is None:
            tx.run(statements.insert("uses"), (place.log, token, today))
        else:
            tx.change(statements.update("uses", ("used_on",)), (today, place.log, token))
        _tell(place, tx, visitor, BY_TOKEN, token)


def _tell(place: Workplace, tx: Transaction, visitor: Visitor, how: str, token: str) -> None:
    who = access.visitor(place, visitor.by)
    body = {"person": visitor.person, "how": how, "token": token}
    access.append(place, tx, access.STREAM, who, [("signed in", body, {})])


def _refuse(place: Workplace, tx: Transaction, person: str, why: str, token: str = "") -> None:
    if why not in WHY:
        raise UsageError("The access log has no word for why somebody is not let in.")
    who = access.visitor(place, By(access.UNKNOWN, claimed=UNPROVED))
    body = {"person": person, "why": why, "token": token}
    access.append(place, tx, access.STREAM, who, [("sign-in refused", body, {})])
