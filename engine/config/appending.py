"""Adds tables to the end of config.toml, whose own lines and comments stay as they are.

The file is replaced as a whole, or not at all, and only by one that can be read.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import date
from pathlib import Path

from engine.errors import ConfigError

Table = Mapping[str, str | date]


def as_lines(name: str, table: Table) -> list[str]:
    """One [[table]] as config.toml has it. Its texts are ids, which need no escape."""
    width = max(map(len, table))
    said = (f"{key:<{width}} = {_value(value)}" for key, value in table.items())
    return [f"[[{name}]]", *said, ""]


def _value(value: str | date) -> str:
    return value.isoformat() if isinstance(value, date) else f'"{value}"'


def append(file: Path, lines: Sequence[str], check: Callable[[Path], object]) -> None:
    """Add lines to the end of a file; `check` raises ConfigError for one that would not do.

    Raises ConfigError where the file cannot be written, or was changed meanwhile.
    """
    target = file.resolve()
    before = target.read_bytes()
    text = before if before.endswith(b"\n") or not before else before + b"\n"
    after = text + "\n".join(["", *lines]).rstrip("\n").encode() + b"\n"
    try:
        handle, part = tempfile.mkstemp(dir=target.parent, prefix=".config-", suffix=".toml")
        try:
            with open(handle, "wb") as opened:
                opened.write(after)
                opened.flush()
                os.fsync(handle)
            os.chmod(part, target.stat().st_mode & 0o7777)
            check(Path(part))
            if target.read_bytes() != before:
                raise ConfigError(f"{file} was changed meanwhile; nothing was added. Try again.")
            os.replace(part, target)
        finally:
            with suppress(OSError):
                os.unlink(part)
    except OSError as error:
        raise ConfigError(
            f"{file} cannot be written ({error.strerror}); add the lines to it yourself."
        ) from None
