"""A file on its way through: what does not fit in memory lies on the disk for as long, encrypted.

The key is drawn for each and never written: what the disk may keep of it tells nobody anything.
"""

from __future__ import annotations

import os
import tempfile
from io import BytesIO, UnsupportedOperation
from typing import IO, BinaryIO, cast

from cryptography.hazmat.primitives.ciphers import Cipher, CipherContext
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CTR

from engine.web.limits import IN_MEMORY


class Spool:
    """Written once from its beginning to its end, and then read likewise, as often as it must."""

    def __init__(self, in_memory: int = IN_MEMORY) -> None:
        self._in_memory = in_memory
        self._held: IO[bytes] = BytesIO()
        self._key = b""
        self._stream: CipherContext | None = None
        self.size = 0

    @property
    def file(self) -> BinaryIO:
        """The same as a file that can be read."""
        return cast(BinaryIO, self)

    def write(self, piece: bytes) -> None:
        """Add a piece at the end."""
        self.size += len(piece)
        if not self._key and self.size > self._in_memory:
            self._to_disk()
        self._held.write(self._stream.update(piece) if self._stream else piece)

    def rewind(self) -> None:
        """Go back to the beginning, to read."""
        self._held.seek(0)
        self._begin()

    def read(self, size: int = -1) -> bytes:
        """The next bytes, as many as there are up to `size`."""
        piece = self._held.read(size)
        return self._stream.update(piece) if self._stream else piece

    def tell(self) -> int:
        """How many bytes were read, or written."""
        return self._held.tell()

    def seek(self, offset: int) -> int:
        """Go back to the beginning, and nowhere else. Raises UnsupportedOperation."""
        if offset:
            raise UnsupportedOperation("It is read from its beginning.")
        self.rewind()
        return 0

    def close(self) -> None:
        """Let go of it; nothing of it can be read any more."""
        self._held.close()
        self._key, self._stream = b"", None

    def _to_disk(self) -> None:
        held = cast(BytesIO, self._held).getvalue()
        self._held.close()
        # It has no name in any folder, or loses it when it is closed.
        self._held = tempfile.TemporaryFile()  # noqa: SIM115
        self._key = os.urandom(32)
        self._begin()
        assert self._stream
        self._held.write(self._stream.update(held))

    def _begin(self) -> None:
        # No key is used for two files, so that its counter may begin at nought.
        if self._key:
            self._stream = Cipher(AES(self._key), CTR(bytes(16))).encryptor()
