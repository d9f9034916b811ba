"""The partnership's keys, in a file apart from the database, and what is sealed under them.

No key is ever logged, printed or part of an error.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import stat
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain, pairwise
from pathlib import Path
from typing import Protocol

from engine.canonical import canonical
from engine.errors import ConfigError, EngineError, StorageError, TrailError

Randomness = Callable[[int], bytes]

CHUNK = 256 * 1024
"""How many bytes of a document are sealed at a time."""

_VERSION = 1
_NAMES = ("wrapping", "authenticating", "signing")
_NOTE = (
    "The keys of a Casetrail database. Keep a copy apart from the database, where only those "
    "responsible can read it: without this file no personal value can ever be read again."
)
_KEY = 32
_NONCE = 12
_TAG = 16
_LONGEST_FILE = 4096


class Source(Protocol):
    """Where the bytes of a document come from: a file, or what stands before one."""

    def read(self, size: int, /) -> bytes:
        """Up to so many bytes; none at the end."""


@dataclass(frozen=True, slots=True)
class Keys:
    """A partnership's keys, of 32 bytes each, as its key file holds them."""

    wrapping: bytes = field(repr=False)
    """Wraps the key of each subject."""
    authenticating: bytes = field(repr=False)
    """Authenticates rows and idempotency records (HMAC-SHA256)."""
    signing: bytes = field(repr=False)
    """The private Ed25519 key for checkpoints."""

    @property
    def id(self) -> str:
        """The short name of these keys, by which a row says what it was sealed under."""
        return self.fingerprint()[:16]

    def fingerprint(self) -> str:
        """Give 64 hexadecimal digits by which two copies of a key file can be compared."""
        parts = b"casetrail keys\x00" + self.wrapping + self.authenticating + self.signing
        return hashlib.sha256(parts).hexdigest()

    def public_key(self) -> bytes:
        """Give the public half of the signing key: what a verifier of checkpoints needs."""
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        return Ed25519PrivateKey.from_private_bytes(self.signing).public_key().public_bytes_raw()

    def mac(self, text: bytes) -> str:
        """Give the HMAC-SHA256 of a text in hexadecimal; compare with `hmac.compare_digest`."""
        return hmac.digest(self.authenticating, text, "sha256").hex()

    def new_subject_key(self, log: str, subject: str, randomness: Randomness) -> bytes:
        """Make a key for a subject, given wrapped; destroying that erases all sealed under it."""
        key = _draw(randomness, _KEY)
        return seal_value(self.wrapping, randomness, key, _of_subject(log, subject))

    def unwrap(self, log: str, subject: str, wrapped: bytes) -> bytes:
        """Give the key of a subject; TrailError if it was altered or is somebody else's."""
        key = _open(self.wrapping, wrapped, _of_subject(log, subject))
        if key is None or len(key) != _KEY:
            raise TrailError(
                "The key of a person or case does not open: it was altered, exchanged, or wrapped "
                "by another key file; restore the key file that belongs to this database."
            )
        return key


def make(path: Path, randomness: Randomness) -> Keys:
    """Make new keys and the file that holds them, for its owner's eyes only.

    Never replaces a file: raises ConfigError if there is one, StorageError if it cannot be written.
    """
    keys = Keys(*(_draw(randomness, _KEY) for _ in range(3)))
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise ConfigError(
            f"There is a key file at {path} already; keep it, for what was sealed under it cannot "
            "be read without it."
        ) from None
    except OSError as error:
        raise StorageError(f"The key file {path} cannot be made: {error.strerror}.") from None
    try:
        _write(descriptor, keys, path.parent)
    except OSError as error:
        path.unlink(missing_ok=True)
        raise StorageError(f"The key file {path} cannot be written: {error.strerror}.") from None
    return keys


def read(path: Path) -> Keys:
    """Read the key file; ConfigError if it is missing, damaged, or others may read it."""
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            content = file.read(_LONGEST_FILE + 1)
    except FileNotFoundError:
        raise ConfigError(
            f"There is no key file at {path}; restore it from its copy, or name it in config.toml."
        ) from None
    except OSError as error:
        raise ConfigError(f"The key file {path} cannot be read: {error.strerror}.") from None
    if not stat.S_ISREG(mode) or stat.S_IMODE(mode) & 0o077:
        raise ConfigError(
            f"The key file {path} is open to others than its owner; run `chmod 600 {path}` and "
            "find out who could read it."
        )
    keys = _parse(content)
    if keys is None:
        raise ConfigError(f"The key file {path} is damaged; restore it from its copy.")
    return keys


def seal_value(key: bytes, randomness: Randomness, plaintext: bytes, associated: bytes) -> bytes:
    """Seal a value with AES-256-GCM; `associated` says what it is, and must be given to open it."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    nonce = _draw(randomness, _NONCE)
    return nonce + AESGCM(key).encrypt(nonce, plaintext, associated)


def open_value(key: bytes, sealed: bytes, associated: bytes) -> bytes:
    """Open what `seal_value` sealed; TrailError if anything about it was changed."""
    plaintext = _open(key, sealed, associated)
    if plaintext is None:
        raise TrailError(
            "A sealed value does not open: it was altered, moved from another place, or sealed "
            "under another key."
        )
    return plaintext


def seal_chunks(
    key: bytes, randomness: Randomness, document: str, source: Source
) -> Iterator[bytes]:
    """Seal a document piece by piece, so that no piece can be altered, exchanged or left out.

    Holds two pieces in memory at most. `document` is its id, unique under this key.
    """
    index, piece = 0, _piece(source)
    while piece or index == 0:
        after = _piece(source)
        yield seal_value(key, randomness, piece, _of_piece(document, index, last=not after))
        index, piece = index + 1, after


def open_chunks(key: bytes, document: str, sealed: Iterable[bytes]) -> Iterator[bytes]:
    """Open a document piece by piece; raises TrailError at the first that is not as it was sealed.

    That the end was cut off shows only at the end: until the iteration is over, keep what it gives
    apart and show it to nobody.
    """
    index = -1
    for index, (piece, after) in enumerate(pairwise(chain(sealed, (None,)))):
        is_last = _of_piece(document, index, last=after is None)
        plaintext = None if piece is None else _open(key, piece, is_last)
        if plaintext is None:
            raise TrailError(
                "A stored document does not open: a part of it was altered, exchanged or left out."
            )
        yield plaintext
    if index < 0:
        raise TrailError("A stored document is missing; restore it from a backup.")


def _open(key: bytes, sealed: bytes, associated: bytes) -> bytes | None:
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    if len(sealed) < _NONCE + _TAG:
        return None
    try:
        return AESGCM(key).decrypt(sealed[:_NONCE], sealed[_NONCE:], associated)
    except InvalidTag:
        return None


def _of_subject(log: str, subject: str) -> bytes:
    return canonical(["subject key", log, subject]).encode()


def _of_piece(document: str, index: int, *, last: bool) -> bytes:
    return canonical(["document", document, index, last]).encode()


def _piece(source: Source) -> bytes:
    piece = b""
    while len(piece) < CHUNK and (more := source.read(CHUNK - len(piece))):
        piece += more
    return piece


def _draw(randomness: Randomness, size: int) -> bytes:
    drawn = randomness(size)
    if len(drawn) != size:
        raise EngineError("The source of randomness gave too few bytes; nothing was sealed.")
    return drawn


def _write(descriptor: int, keys: Keys, folder: Path) -> None:
    content = {"note": _NOTE, "version": _VERSION, "id": keys.id}
    content |= {name: getattr(keys, name).hex() for name in _NAMES}
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        # A narrower umask than ours would leave a file that nobody can read.
        os.fchmod(descriptor, 0o600)
        file.write(json.dumps(content, indent=2) + "\n")
        file.flush()
        os.fsync(descriptor)
    # The database must never outlive the entry of the file its values were sealed under.
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _parse(content: bytes) -> Keys | None:
    try:
        held = json.loads(content)
        keys = Keys(*(bytes.fromhex(held[name]) for name in _NAMES))
    except (ValueError, TypeError, LookupError, RecursionError):
        return None
    whole = {len(getattr(keys, name)) for name in _NAMES} == {_KEY}
    return keys if whole and (held.get("version"), held.get("id")) == (_VERSION, keys.id) else None
