"""The secrets of endpoints: files that only their owner may read, old and new beside each other."""

from __future__ import annotations

import base64
import hmac
import os
import stat
import threading
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final, NamedTuple

from engine.config.hooks import MOST_SECRETS, Hook
from engine.errors import ConfigError, EngineError, RefusedError, StorageError
from engine.keys import Randomness
from engine.signing import PREFIX, secrets_in

SIZE: Final = 32
"""Bytes of a secret that is made here."""
_LONGEST_FILE = 1024

_State = tuple[int, int, int, int]


class _Known(NamedTuple):
    state: _State | None
    secret: bytes | None


class Secrets:
    """The secrets as they stand in their files now; of every endpoint equally many."""

    def __init__(self, folder: Path, hooks: Mapping[str, Hook], randomness: Randomness) -> None:
        self._folder, self._hooks = folder, hooks
        self._names = tuple(hook.id.encode() for hook in hooks.values())
        # Nobody knows them: with them no call holds, and each takes as long to check as any other.
        self._nobodys = tuple(randomness(SIZE) for _ in range(MOST_SECRETS))
        self._known: dict[str, _Known] = {}
        self._lock = threading.Lock()

    def place(self, endpoint: str) -> int:
        """The place of an endpoint among the hooks, from 1; 0 where there is none of this name.

        All are compared, so that how long it takes tells nothing.
        """
        said, found = endpoint.encode(errors="replace"), 0
        for number, name in enumerate(self._names, 1):
            found += (0, number)[hmac.compare_digest(name, said)]
        return found

    def of(self, place: int) -> tuple[bytes, ...]:
        """As many secrets of any endpoint, known or not: one that has fewer has some of nobody's.

        One that two endpoints have is nobody's: a call for one would hold at the other. All files
        are looked at each time, so that how long it takes tells nothing.
        """
        with self._lock:
            found = [self._of(hook) for hook in self._hooks.values()]
        shared = Counter(secret for every in found for secret in set(every))
        # Made for all of them, so that one that is there takes no longer than one that is not.
        own = ([one for one in every if shared[one] == 1] for every in found)
        whole = [(*one, *self._nobodys)[:MOST_SECRETS] for one in own]
        return (self._nobodys, *whole)[place]

    def _of(self, hook: Hook) -> tuple[bytes, ...]:
        every = (self._current(self._folder / name) for name in hook.secrets)
        return tuple(secret for secret in every if secret is not None)

    def _current(self, file: Path) -> bytes | None:
        state, known = _state(file), self._known.get(str(file))
        if known is None or known.state != state:
            try:
                known = _Known(state, read(file))
            except EngineError:
                known = _Known(state, None)
            self._known[str(file)] = known
        return known.secret


def read(file: Path) -> bytes:
    """The one secret of a file. Raises ConfigError, which repeats nothing of it."""
    try:
        with file.open("rb") as opened:
            mode = os.fstat(opened.fileno()).st_mode
            content = opened.read(_LONGEST_FILE + 1)
    except OSError as error:
        raise ConfigError(
            f"The secret {file} cannot be read ({error.strerror}); make one with `casetrail hook "
            "secret`."
        ) from None
    if not stat.S_ISREG(mode) or stat.S_IMODE(mode) & 0o077:
        raise ConfigError(
            f"The secret {file} is open to others than its owner; make a new one with `casetrail "
            "hook secret`, for somebody may have read it."
        )
    found = secrets_in(content.decode("ascii", "replace"))
    if len(found) != 1:
        raise ConfigError(f"The file {file} holds more than one secret; keep each in its own.")
    return found[0]


def held(folder: Path, hook: Hook) -> frozenset[bytes]:
    """The secrets of an endpoint, of those files that can be read."""
    found = set()
    for name in hook.secrets:
        with suppress(EngineError):
            found.add(read(folder / name))
    return frozenset(found)


def renew(folder: Path, hook: Hook, randomness: Randomness) -> tuple[Path, Path | None]:
    """Make a new secret for an endpoint: where it is, and where the one before it is kept.

    Raises ConfigError where config.toml names no file for it, RefusedError while the one before is
    kept and still holds, StorageError where none can be made.
    """
    if not hook.secrets:
        raise ConfigError(
            f'config.toml names no file for the secret of "{hook.id}"; write secrets = '
            f'["hooks/{hook.id}.secret", "hooks/{hook.id}.secret.old"] below its id.'
        )
    file = folder / hook.secrets[0]
    older = folder / hook.secrets[1] if len(hook.secrets) > 1 else _beside(file, ".old")
    if len(hook.secrets) > 1 and file.exists() and older.exists():
        raise RefusedError(
            f"{older} holds a secret that may still be in use, and would be lost; remove it when "
            "whoever calls signs with the newer one, and do this again."
        )
    new = _beside(file, ".new")
    text = f"{PREFIX}{base64.b64encode(randomness(SIZE)).decode()}\n"
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        new.unlink(missing_ok=True)
        _write(new, text)
        kept = file.exists()
        if kept:
            file.replace(older)
        new.replace(file)
    except OSError as error:
        raise StorageError(f"The secret {file} cannot be made: {error.strerror}.") from None
    return file, older if kept else None


def _write(file: Path, text: str) -> None:
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as opened:
        opened.write(text)
        opened.flush()
        os.fsync(opened.fileno())


def _beside(file: Path, more: str) -> Path:
    return file.with_name(f"{file.name}{more}")


def _state(file: Path) -> _State | None:
    try:
        found = os.stat(file)
    except OSError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns, found.st_mode
