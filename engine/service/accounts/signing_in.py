"""Coming in: by a password, with a code where one is asked for, or by a token.

Whatever is wrong, whoever is outside is told the same, after the same work. What it was stands in
the access log alone, in fixed words; what was typed stands nowhere.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple, TypeVar

from engine import statements
from engine.database import Transaction
from engine.errors import NotSignedInError, TrailError, UsageError
from engine.queries import doors
from engine.service import access
from engine.service.accounts import codes, credentials, passwords, tokens
from engine.service.accounts.credentials import CODE, PASSWORD, Credential
from engine.service.accounts.openid.refusal import WHY_NOT
from engine.service.accounts.tokens import Token, Wanted
from engine.service.accounts.visitor import UNPROVED, Visitor, signed_in
from engine.service.ticking import micros
from engine.service.workplace import By, Workplace

T = TypeVar("T")

BY_TOKEN: Final = "token"
BY_PROVIDER: Final = "OpenID Connect"

WHY: Final = (
    "no such person",
    "no part here today",
    "no password",
    "by the provider alone",
    "wrong password",
    "wrong code",
    "locked out",
    "changed meanwhile",
    "altered in the store",
    "no such token",
    "not the token",
    "expired",
    "idle",
    "revoked",
    *WHY_NOT,
)
"""Why somebody is not let in: the closed list of what the access log says of it."""


class Held(NamedTuple):
    """What somebody signs in by, as it was when they began."""

    password: Credential | None
    code: Credential | None
    altered: bool = False

    @property
    def entries(self) -> tuple[int, int]:
        """By which entries these were set: others are set by later ones."""
        return self.password.n if self.password else 0, self.code.n if self.code else 0


class Typed(NamedTuple):
    """What somebody has typed; it has no short form to print."""

    password: str
    code: str = ""

    def __repr__(self) -> str:
        return "Typed(...)"


class Proof(NamedTuple):
    """That somebody has typed what is theirs."""

    held: Held
    step: int
    """The half-minute whose code was typed; 0 where none was."""
    better: bytes
    """The hash of the password anew, where that costs more to try."""


class Terms(NamedTuple):
    """What the door knows of an attempt, besides what was typed."""

    familiar: bool = False
    """Whether they came in from the same place lately: what others get wrong elsewhere does not
    keep them out.
    """
    closed: bool = False
    """Whether they come in by the provider alone."""
    without_code: bool = False
    """Whether a code is not asked for, because they have come in already."""


PLAIN: Final = Terms()


def sign_in(
    place: Workplace, person: str, password: str, code: str = "", terms: Terms = PLAIN
) -> Visitor:
    """Let somebody in by their password, and by a code where they have set one up.

    They are given a token for ten hours. Raises NotSignedInError.
    """

    def let_in(tx: Transaction, proof: Proof) -> Visitor:
        return _let_in(place, tx, person, proof)

    return proved(place, person, Typed(password, code), let_in, terms)


def proved(
    place: Workplace,
    person: str,
    typed: Typed,
    then: Callable[[Transaction, Proof], T],
    terms: Terms = PLAIN,
) -> T:
    """Do something in the transaction in which it is known that whoever asks is this person.

    Raises NotSignedInError, which is logged; then it is not done.
    """
    known = person if _is_person(place, person) else access.UNKNOWN
    with place.database.read() as tx:
        before = held(place, tx, known)
    right = passwords.is_right(before.password and before.password.secret, typed.password)
    step = codes.matching(before.code and before.code.secret, typed.code, place.clock())
    better = _better(place, before, typed.password) if right else b""
    with place.database.write() as tx:
        credentials.one_at_a_time(place, tx, known)
        now = held(place, tx, known)
        why = _why_closed(place, known, (before, now), terms)
        why = why or _why_not(place, known, (before, now), (right, step), terms)
        if not why:
            return then(tx, Proof(now, step, better))
        if now.password and why in ("wrong password", "wrong code"):
            credentials.failed(place, tx, known, now.password)
        refuse(place, tx, known, why)
    raise NotSignedInError


def vouched_for(place: Workplace, person: str, how: str = BY_PROVIDER) -> Visitor:
    """Let in a person for whom a provider has vouched, which whoever calls has proved.

    They are given a token for ten hours. Raises NotSignedInError.
    """
    known = person if _is_person(place, person) else access.UNKNOWN
    why = "" if _has_part(place, known) else "no part here today"
    with place.database.write() as tx:
        if known != access.UNKNOWN and not why:
            return _admit(place, tx, known, how)
        refuse(place, tx, known, "no such person" if known == access.UNKNOWN else why)
    raise NotSignedInError


def by_token(place: Workplace, text: str) -> Visitor:
    """Let in whoever shows a token. Raises NotSignedInError.

    It is asked at each use whether the holder has a part here today. The first use on a day of one
    that was issued is in the access log; what is done with it names it each time.
    """
    token = tokens.id_of(text)
    with place.database.read() as tx:
        known = tokens.find(place, tx, token) if token else None
        used = tx.row(doors.USED_ON, (place.log, token)) or ("",)
    why = _why_no_token(place, text, known, str(used[0]))
    if why or known is None:
        holder = known.holder if known and _is_named(place, known.holder) else access.UNKNOWN
        with place.database.write() as tx:
            refuse(place, tx, holder, why, token if known else "")
        raise NotSignedInError
    if known.kind == tokens.SIGN_IN:
        if micros(place) - tokens.last_used(known, str(used[0])) >= tokens.MARKED_EACH:
            tokens.mark_use(place, token)
        how = signed_in(known.how)
        return Visitor(known.holder, how, sign_in=token, until=known.until)
    visitor = Visitor(
        known.holder, f"token {token}", known.verbs, known.processes, until=known.until
    )
    today = place.today().isoformat()
    if used != (today,):
        _note_use(place, visitor, token, today)
    return visitor


def sign_out(place: Workplace, text: str) -> None:
    """End the sign-in whose token is shown; from the next request on it opens nothing.

    Raises NotSignedInError, and UsageError for a token that was issued.
    """
    visitor = by_token(place, text)
    if not visitor.sign_in:
        raise UsageError(
            "This token was issued, and belongs to no sign-in; revoke it with `casetrail token "
            "revoke`."
        )
    tokens.revoke(place, visitor.by, visitor.sign_in)


def _admit(place: Workplace, tx: Transaction, person: str, how: str) -> Visitor:
    until = micros(place) + int(tokens.SIGNED_IN_FOR.total_seconds()) * 1_000_000
    visitor = Visitor(person, signed_in(how))
    text = tokens.make(place, tx, visitor.by, Wanted(tokens.SIGN_IN, person, until, how=how))
    _tell(place, tx, visitor, how, tokens.id_of(text))
    return Visitor(person, visitor.proof, token=text, until=until)


def held(place: Workplace, tx: Transaction, person: str) -> Held:
    """What somebody signs in by, at this moment."""
    try:
        password = credentials.find(place, tx, person, PASSWORD)
        return Held(password, credentials.find(place, tx, person, CODE))
    except TrailError:
        return Held(None, None, altered=True)


def _is_named(place: Workplace, person: str) -> bool:
    return person in place.directory.people


def _is_person(place: Workplace, person: str) -> bool:
    return _is_named(place, person) and not place.directory.is_service(person)


def _has_part(place: Workplace, person: str) -> bool:
    return _is_named(place, person) and place.directory.has_part(person, place.today().isoformat())


def _why_closed(place: Workplace, person: str, kept: tuple[Held, Held], terms: Terms) -> str:
    """Why nobody comes in as this person, whatever was typed; empty where somebody may."""
    if person == access.UNKNOWN:
        return "no such person"
    if terms.closed:
        return "by the provider alone"
    if any(one.altered for one in kept):
        return "altered in the store"
    if any(one.password is None for one in kept):
        return "no password"
    now = kept[1].password
    locked = now is not None and now.is_locked(micros(place)) and not terms.familiar
    return "locked out" if locked else ""


def _why_not(
    place: Workplace, person: str, kept: tuple[Held, Held], found: tuple[bool, int], terms: Terms
) -> str:
    """Why what was typed lets nobody in; empty where it does.

    `kept` is what was kept before and at this moment, `found` whether the password is right, and
    the half-minute of the code.
    """
    (before, now), (right, step) = kept, found
    if not right:
        return "wrong password"
    if before.entries != now.entries:
        return "changed meanwhile"
    if now.code and step <= now.code.used and not terms.without_code:
        return "wrong code"
    return "" if _has_part(place, person) else "no part here today"


def _better(place: Workplace, before: Held, password: str) -> bytes:
    """The hash of a password that is right, where a new one would cost more to try."""
    known = before.password
    if known is None or not passwords.is_weak(known.secret):
        return b""
    return passwords.hashed(place, password).encode()


def _let_in(place: Workplace, tx: Transaction, person: str, proof: Proof) -> Visitor:
    use(place, tx, person, proof)
    known = proof.held.password
    if proof.better and known:
        credentials.renew(place, tx, person, known, proof.better)
    return _admit(place, tx, person, "password and code" if proof.held.code else "password")


def use(place: Workplace, tx: Transaction, person: str, proof: Proof) -> None:
    """Take the code that was typed, and forget failures, but for those of a lock-out that still
    holds for everybody else.
    """
    known = proof.held.password
    if known and not known.is_locked(micros(place)):
        credentials.forgive(place, tx, person)
    if proof.held.code and proof.step:
        credentials.use(place, tx, person, proof.step)


def _why_no_token(place: Workplace, text: str, known: Token | None, used: str) -> str:
    if not tokens.fits(place, text, known) or known is None:
        return "no such token" if known is None else "not the token"
    if known.revoked_on is not None:
        return "revoked"
    now = micros(place)
    if now >= known.until:
        return "expired"
    if known.kind == tokens.SIGN_IN and now - tokens.last_used(known, used) >= tokens.IDLE_FOR:
        return "idle"
    return "" if _has_part(place, known.holder) else "no part here today"


def _note_use(place: Workplace, visitor: Visitor, token: str, today: str) -> None:
    with place.database.write() as tx:
        tx.exclusive(f"token|{place.log}|{token}")
        before = tx.row(doors.USED_ON, (place.log, token))
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


def refuse(place: Workplace, tx: Transaction, person: str, why: str, token: str = "") -> None:
    """Log that somebody was not let in, and why, in one of the fixed words."""
    if why not in WHY:
        raise UsageError("The access log has no word for why somebody is not let in.")
    who = access.visitor(place, By(access.UNKNOWN, claimed=UNPROVED))
    body = {"person": person, "why": why, "token": token}
    access.append(place, tx, access.STREAM, who, [("sign-in refused", body, {})])
