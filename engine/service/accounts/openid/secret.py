"""The secret by which this server is known to its provider: a file that only its owner may read."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from engine.errors import ConfigError

LONGEST = 1000


def client_secret(file: Path) -> str:
    """The one line of the file. Raises ConfigError, which repeats nothing of it."""
    try:
        with file.open("rb") as opened:
            mode = os.fstat(opened.fileno()).st_mode
            content = opened.read(LONGEST + 1)
    except OSError as error:
        raise ConfigError(
            f"The secret {file} cannot be read ({error.strerror}); put there what the provider "
            "gave, as one line."
        ) from None
    if not stat.S_ISREG(mode) or stat.S_IMODE(mode) & 0o077:
        raise ConfigError(
            f"The secret {file} is open to others than its owner; have the provider make a new "
            "one, and keep it with `chmod 600`."
        )
    text = content.decode("ascii", "replace").strip()
    if not text or len(text) > LONGEST or not text.isascii() or not text.isprintable():
        raise ConfigError(f"The secret {file} is not one line of plain characters; put it anew.")
    return text
