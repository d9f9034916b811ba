"""Passwords: argon2id, with the same work whether or not there is somebody or a password.

No password is ever kept, logged, or part of an error.
"""

from __future__ import annotations

import threading
import unicodedata
from base64 import b64encode
from typing import TYPE_CHECKING

from engine.errors import ConfigError, UsageError
from engine.service.accounts import credentials, managing, tokens
from engine.service.accounts.credentials import PASSWORD, Kept
from engine.service.accounts.managing import VERB
from engine.service.workplace import By, Workplace

if TYPE_CHECKING:
    from argon2 import PasswordHasher

SHORTEST = 12
LONGEST = 200
SALT = 16
AT_ONCE = 4
"""Passwords that one process checks at a time: each takes 64 MB of memory."""

_room = threading.BoundedSemaphore(AT_ONCE)


def put(place: Workplace, by: By, person: str, password: str) -> None:
    """Keep a new password; whatever was open under the old one is closed.

    Raises UsageError for one that is not fit, RefusedError for whoever may not set it.
    """
    managing.need_to_manage(place, by, person, VERB)
    managing.need_person(place, person)
    secret = hashed(place, fit(place, person, password)).encode()
    with place.database.write() as tx:
        credentials.one_at_a_time(place, tx, person)
        tokens.close_sign_ins(place, tx, by, person)
        credentials.put(place, tx, by, person, Kept(PASSWORD, secret))


def hashed(place: Workplace, password: str) -> str:
    """The hash of a password, with a salt of its own."""
    with _room:
        return _hasher().hash(_bytes(password), salt=place.randomness(SALT))


def is_right(secret: bytes | None, typed: str) -> bool:
    """Whether this is the password of which that is the hash.

    Without one the same work is done, and the answer is no.
    """
    tried = typed if len(typed) <= LONGEST else ""
    known = _verified(_nobodys() if secret is None else secret.decode(), tried)
    return known and secret is not None


def is_weak(secret: bytes) -> bool:
    """Whether a hash costs less to try than a new one would."""
    return _hasher().check_needs_rehash(secret.decode())


def _verified(known: str, typed: str) -> bool:
    """One verification, which is where the time goes."""
    from argon2.exceptions import InvalidHashError, VerificationError

    with _room:
        try:
            return _hasher().verify(known, _bytes(typed))
        except (VerificationError, InvalidHashError):
            return False


def _nobodys() -> str:
    """A hash of no password, which costs as much to try as a new one."""
    hasher = _hasher()
    cost = f"m={hasher.memory_cost},t={hasher.time_cost},p={hasher.parallelism}"
    salt, hash_ = (b64encode(bytes(n)).decode().rstrip("=") for n in (SALT, hasher.hash_len))
    return f"$argon2id$v=19${cost}${salt}${hash_}"


def _hasher() -> PasswordHasher:
    try:
        from argon2 import PasswordHasher
    except ImportError:
        raise ConfigError(
            'Passwords need a library that is not here; install "casetrail[web]".'
        ) from None
    return PasswordHasher()


def fit(place: Workplace, person: str, password: str) -> str:
    """A password that may be set. Raises UsageError, which repeats nothing of it."""
    if any(unicodedata.category(one) in ("Cc", "Cs") for one in password):
        raise UsageError("A password is one line of text; leave out what is no character.")
    if not SHORTEST <= len(password) <= LONGEST:
        raise UsageError(
            f"A password has {SHORTEST} to {LONGEST} characters; three or four words that do not "
            "belong together are easy to keep in mind."
        )
    known = place.directory.people[person]
    own = {known.id, known.name, known.mail, known.account, known.post}
    if _plain(password) in {_plain(one) for one in own}:
        raise UsageError("A password is not what everybody knows of a person; choose another.")
    return password


def _plain(text: str) -> str:
    return "".join(one for one in text.casefold() if one.isalnum())


def _bytes(password: str) -> bytes:
    """The same bytes for the same characters, on whatever keyboard they were typed."""
    return unicodedata.normalize("NFC", password).encode("utf-8", "surrogatepass")
