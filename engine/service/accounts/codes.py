"""Codes of six digits from an app, as a second proof beside a password (RFC 6238)."""

from __future__ import annotations

import hmac
import re
from base64 import b32encode
from datetime import datetime
from typing import NamedTuple
from urllib.parse import quote

from engine.errors import UsageError
from engine.service.accounts import credentials, managing, tokens
from engine.service.accounts.credentials import CODE, PASSWORD, Kept
from engine.service.accounts.managing import VERB
from engine.service.workplace import By, Workplace

DIGITS = 6
STEP = 30
"""Seconds for which a code holds."""
DRIFT = 1
"""Steps by which a clock may be wrong, either way."""
SECRET = 20

_FORM = re.compile(rf"[0-9]{{{DIGITS}}}")


class Setup(NamedTuple):
    """A secret that is not in use yet; nothing of it is kept until a code shows that it was read.

    It has no short form to print, so that it is shown only where it is meant to be.
    """

    secret: bytes
    uri: str
    """What an app reads, as a picture or as text."""

    def __repr__(self) -> str:
        return "Setup(...)"


def begin(place: Workplace, by: By, person: str, issuer: str = "") -> Setup:
    """A new secret for somebody's app, which shows it under the issuer's name; nothing is changed.

    Raises RefusedError for whoever may not set it, UsageError for somebody without a password.
    """
    managing.need_to_manage(place, by, person, VERB)
    managing.need_person(place, person)
    with place.database.read() as tx:
        if credentials.find(place, tx, person, PASSWORD) is None:
            raise UsageError(
                "A code stands beside a password, and there is none; set it first, with "
                "`casetrail account password`."
            )
    return drawn(place, person, issuer)


def drawn(place: Workplace, person: str, issuer: str = "") -> Setup:
    """A new secret, for whoever may set one."""
    secret = place.randomness(SECRET)
    return Setup(secret, _uri(issuer or place.log, person, secret))


def confirm(place: Workplace, by: By, person: str, secret: bytes, code: str) -> None:
    """Ask for codes from now on, after a first one that fits.

    Raises UsageError where it does not fit; then nothing is changed.
    """
    managing.need_to_manage(place, by, person, VERB)
    managing.need_person(place, person)
    step = first(place, secret, code)
    with place.database.write() as tx:
        credentials.one_at_a_time(place, tx, person)
        tokens.close_sign_ins(place, tx, by, person)
        credentials.put(place, tx, by, person, Kept(CODE, secret, step))


def first(place: Workplace, secret: bytes, code: str) -> int:
    """The step of a first code, by which it shows that an app has the secret. Raises UsageError."""
    step = matching(secret, code, place.clock()) if len(secret) == SECRET else 0
    if not step:
        raise UsageError(
            "The code does not fit; see that the clocks of both machines are right, and begin "
            "again with a new one."
        )
    return step


def clear(place: Workplace, by: By, person: str) -> tuple[str, ...]:
    """Destroy the password and the codes of somebody, and close what is open under them.

    It may be somebody whom config.toml no longer names. Yields the kinds that there were. Raises
    RefusedError for whoever may not, UsageError for what is nobody's id.
    """
    managing.need_to_manage(place, by, person, VERB)
    managing.need_id(person)
    with place.database.write() as tx:
        credentials.one_at_a_time(place, tx, person)
        tokens.close_sign_ins(place, tx, by, person)
        return credentials.drop(place, tx, by, person)


def matching(secret: bytes | None, typed: str, now: datetime) -> int:
    """The step whose code was typed, the latest if of several; 0 for none.

    Without a secret the same work is done, and the answer is 0.
    """
    code = "".join(typed.split()) if len(typed) <= 4 * DIGITS else ""
    found, this = 0, int(now.timestamp()) // STEP
    for step in range(this - DRIFT, this + DRIFT + 1):
        expected = at(secret or bytes(SECRET), step)
        # A text that is no code is compared all the same, with one that never fits.
        given = code if _FORM.fullmatch(code) else "-" * DIGITS
        if hmac.compare_digest(expected.encode(), given.encode()):
            found = step
    return found if secret is not None else 0


def at(secret: bytes, step: int) -> str:
    """The code of a step: a half-minute since 1970."""
    from cryptography.hazmat.primitives.hashes import SHA1
    from cryptography.hazmat.primitives.twofactor.totp import TOTP

    # Every app knows SHA-1, and some know nothing else; in HMAC it is sound (RFC 6238, 1.2).
    return TOTP(secret, DIGITS, SHA1(), STEP).generate(step * STEP).decode()


def _uri(issuer: str, person: str, secret: bytes) -> str:
    issuer = quote(issuer)
    text = b32encode(secret).decode().rstrip("=")
    asked = f"secret={text}&issuer={issuer}&algorithm=SHA1&digits={DIGITS}&period={STEP}"
    return f"otpauth://totp/{issuer}:{quote(person)}?{asked}"
