"""One's own password and code, changed by whoever has signed in and gives the password once more.

Whoever has only got hold of a sign-in, or of a token that was issued, changes neither.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple, TypeVar

from engine.database import Transaction
from engine.errors import DeniedError, NotSignedInError, UsageError
from engine.service import access
from engine.service.accounts import codes, credentials, passwords, sealed, signing_in, tokens
from engine.service.accounts.credentials import CODE, PASSWORD, Kept
from engine.service.accounts.signing_in import Proof, Terms, Typed
from engine.service.accounts.visitor import Visitor
from engine.service.ticking import micros
from engine.service.workplace import Workplace

T = TypeVar("T")

SETUP: Final = "setting up a code"
TO_SET_UP: Final = 600
"""Seconds in which a first code must show that an app has the secret."""

_TOO_LATE = "What was begun here is over, or was meant for somebody else; begin again."


class Begun(NamedTuple):
    """A code that is being set up; it has no short form to print."""

    uri: str
    """What an app reads; it is shown once."""
    setup: str
    """What to give back with a first code."""

    def __repr__(self) -> str:
        return "Begun(...)"


def change_password(place: Workplace, me: Visitor, old: str, new: str) -> None:
    """Change one's own password; all other sign-ins of that person end.

    Raises UsageError for one that is not fit, DeniedError, which is logged, where the old one is
    not right.
    """
    _need_sign_in(place, me)
    secret = passwords.hashed(place, passwords.fit(place, me.person, new)).encode()

    def put(tx: Transaction, proof: Proof) -> None:
        tokens.close_sign_ins(place, tx, me.by, me.person, but=me.sign_in)
        credentials.put(place, tx, me.by, me.person, Kept(PASSWORD, secret))

    _proved(place, me, Typed(old), put, Terms(without_code=True))


def begin_code(place: Workplace, me: Visitor, typed: Typed, issuer: str = "") -> Begun:
    """A new secret for one's app; whoever gives a code already gives one here too.

    Raises DeniedError, which is logged, where what was typed is not right.
    """
    _need_sign_in(place, me)
    setup = codes.drawn(place, me.person, issuer)

    def begun(tx: Transaction, proof: Proof) -> Begun:
        signing_in.use(place, tx, me.person, proof)
        said = {"person": me.person, "secret": setup.secret.hex(), "since": _since(proof.held)}
        return Begun(setup.uri, sealed.seal(place, SETUP, said, TO_SET_UP))

    return _proved(place, me, typed, begun, signing_in.PLAIN)


def confirm_code(place: Workplace, me: Visitor, setup: str, code: str) -> None:
    """Ask for codes from now on, after a first one that fits; all other sign-ins end.

    Raises UsageError where it does not fit, or where it was begun too long ago.
    """
    _need_sign_in(place, me)
    note = sealed.unseal(place, SETUP, setup)
    if note is None or note.said["person"] != me.person or note.until <= micros(place):
        raise UsageError(_TOO_LATE)
    secret = bytes.fromhex(note.said["secret"])
    step = codes.first(place, secret, code)
    with place.database.write() as tx:
        credentials.one_at_a_time(place, tx, me.person)
        if _since(signing_in.held(place, tx, me.person)) != note.said["since"]:
            raise UsageError(_TOO_LATE)
        tokens.close_sign_ins(place, tx, me.by, me.person, but=me.sign_in)
        credentials.put(place, tx, me.by, me.person, Kept(CODE, secret, step))


def _since(held: signing_in.Held) -> str:
    """By which entries what somebody signs in by was set: it is confirmed once."""
    return "/".join(map(str, held.entries))


def _need_sign_in(place: Workplace, me: Visitor) -> None:
    if not me.sign_in:
        error = DeniedError("One's own account is changed by whoever has signed in, not by token.")
        access.refused(place, me.by, "account", "", error)
        raise error


def _proved(
    place: Workplace,
    me: Visitor,
    typed: Typed,
    then: Callable[[Transaction, Proof], T],
    terms: Terms,
) -> T:
    try:
        return signing_in.proved(place, me.person, typed, then, terms)
    except NotSignedInError:
        pass
    # Not as who is not signed in: they are, and stay so.
    raise DeniedError(
        "What was given is not the password and the code of this account, or too often was not; "
        "nothing was changed."
    )
