"""Personal values at rest: each under its subject's key, opened only for a reader whose read is
logged.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from typing import BinaryIO

from engine import statements
from engine.case import Secret
from engine.database import Transaction
from engine.errors import CaseNotFoundError, RefusedError
from engine.keys import Keys, Randomness, open_chunks, open_value, seal_chunks, seal_value

MOST_BYTES = 25 * 1024 * 1024
"""The largest document that is kept: 25 MB."""
TOO_LARGE = "The document is larger than 25 MB; attach it in parts, or a smaller copy."


class Vault:
    """The personal values of one partnership, and the keys of those whom they are about."""

    def __init__(self, log: str, keys: Keys, randomness: Randomness) -> None:
        self.log = log
        self.keys = keys
        self.randomness = randomness

    def ensure(self, tx: Transaction, subject: str) -> None:
        """See to it that there is a key for a subject, to be destroyed with their erasure.

        Raises RefusedError when it was destroyed already.
        """
        self._key(tx, subject)

    def put(self, tx: Transaction, secrets: Iterable[Secret]) -> None:
        """Encrypt values and save them beside the events that hold their commitments."""
        listed = []
        for secret in secrets:
            key = self._key(tx, secret.subject)
            path = str(secret.key)
            place = self._place(secret.stream, secret.n, path)
            sealed = seal_value(key, self.randomness, secret.value.encode(), place)
            row = (self.log, secret.stream, secret.n, path, secret.subject, secret.salt, sealed)
            listed.append(row)
        if listed:
            tx.run_many(statements.insert("secrets"), listed)

    def value(self, tx: Transaction, stream: str, n: int, path: str) -> str | None:
        """A personal value in clear, or None when it was erased."""
        found = tx.row(statements.SECRET, (self.log, stream, n, path))
        if found is None or found[2] is None:
            return None
        subject, _, sealed = found
        wrapped = self._wrapped(tx, subject)
        if wrapped is None:
            return None
        key = self.keys.unwrap(self.log, subject, wrapped)
        return open_value(key, bytes(sealed), self._place(stream, n, path)).decode()

    def salt_and_value(
        self, tx: Transaction, stream: str, n: int, path: str
    ) -> tuple[bytes, str] | None:
        """What a commitment was made of, for those who verify it; None when it was erased."""
        found = tx.row(statements.SECRET, (self.log, stream, n, path))
        value = self.value(tx, stream, n, path)
        return (bytes(found[1]), value) if found and value is not None else None

    def store_document(self, tx: Transaction, document: str, subject: str, source: Hashing) -> int:
        """Encrypt a document piece by piece; yields the number of pieces."""
        key = self._key(tx, subject)
        chunks = 0
        for sealed in seal_chunks(key, self.randomness, document, source):
            tx.run(statements.insert("chunks"), (self.log, document, chunks, sealed))
            chunks += 1
        return chunks

    def document(self, tx: Transaction, document: str) -> Iterator[bytes]:
        """A document in clear, piece by piece. Raises CaseNotFoundError when it is not there."""
        row = tx.row(statements.DOCUMENT, (self.log, document))
        if row is None or row[1]:
            raise CaseNotFoundError("There is no such document, or it was erased.")
        wrapped = self._wrapped(tx, row[0])
        if wrapped is None:
            raise CaseNotFoundError("The document was erased with the person it was about.")
        key = self.keys.unwrap(self.log, row[0], wrapped)
        pieces = (bytes(r[0]) for r in tx.rows(statements.CHUNKS, (self.log, document)))
        return open_chunks(key, document, pieces)

    def _key(self, tx: Transaction, subject: str) -> bytes:
        found = tx.row(statements.SUBJECT, (self.log, subject))
        if found is None:
            wrapped = self.keys.new_subject_key(self.log, subject, self.randomness)
            tx.run(statements.insert("subjects"), (self.log, subject, wrapped, 0))
            return self.keys.unwrap(self.log, subject, wrapped)
        if found[0] is None:
            raise RefusedError(
                "The person was erased from this case; nothing more is kept about them."
            )
        return self.keys.unwrap(self.log, subject, bytes(found[0]))

    def _wrapped(self, tx: Transaction, subject: str) -> bytes | None:
        found = tx.row(statements.SUBJECT, (self.log, subject))
        return bytes(found[0]) if found and found[0] is not None else None

    def _place(self, stream: str, n: int, path: str) -> bytes:
        return f"{self.log}|{stream}|{n}|{path}".encode()


class Hashing:
    """A source that measures and hashes what is read of it, and stops at the largest that is
    kept.
    """

    def __init__(self, source: BinaryIO) -> None:
        self._source = source
        self._hash = hashlib.sha256()
        self.size = 0

    @property
    def sha256(self) -> str:
        """The hash of all that was read."""
        return self._hash.hexdigest()

    def read(self, size: int = -1) -> bytes:
        """Read like the source itself. Raises RefusedError past 25 MB."""
        piece = self._source.read(size)
        self.size += len(piece)
        if self.size > MOST_BYTES:
            raise RefusedError(TOO_LARGE)
        self._hash.update(piece)
        return piece
