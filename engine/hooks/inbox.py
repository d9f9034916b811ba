"""The drop folder: systems without HTTP put a file there, and find the answer beside it.

Whoever may write into the folder of an endpoint is its authority: nobody else in the world may.

A file is taken by one rename into `working`, done under a key that is drawn from its content, and
moved to `done` or `refused` after its answer is written. One process at a time works on a folder,
so what it finds in `working` is what another left there when it died: it is done again, which does
nothing twice, for the key is the same, and is told the same. So at whatever point a process dies,
the file is still there, and what it asks is done once.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import secrets
import stat
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Final, NamedTuple

from engine import log
from engine.config import Settings
from engine.config.hooks import Hook
from engine.errors import ConfigError, StorageError, UsageError
from engine.hooks import answer, doing, mail, receiving, strict_json
from engine.hooks.answer import Answer, Wrong
from engine.hooks.doing import Source
from engine.hooks.mapping import NONE, Files
from engine.service.workplace import Workplace

DOOR: Final = "drop folder"
WORKING, DONE, REFUSED = "working", "done", "refused"
ANSWER: Final = ".answer.json"
MOST_FILES: Final = 200
"""Of one endpoint in one round."""
YOUNG: Final = 2.0
"""Seconds after the last change of a file in which it may still be written."""
WAIT: Final = 0.5
"""Seconds between two looks at such files."""
LONGEST_NAME: Final = 200
"""Bytes of the name of a file."""

_LARGEST = {".json": receiving.LARGEST, ".eml": mail.LARGEST}
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


class Done(NamedTuple):
    """What one round did."""

    taken: int = 0
    refused: int = 0
    left: int = 0
    """Files that are still written, that are no plain files, or that are tried again later."""

    def and_also(self, other: Done) -> Done:
        """The two together."""
        return Done(*(mine + theirs for mine, theirs in zip(self, other, strict=True)))


class _Look(NamedTuple):
    """What a file was like when it was looked at."""

    file: int
    size: int
    changed: int


def take_waiting(place: Workplace, settings: Settings, wait: float = WAIT) -> Done:
    """Take what lies in the folders of all endpoints, once; nothing where there is no [inbox].

    Raises ConfigError, after all others were emptied, for a folder that others may write.
    """
    done, wrong = Done(), list[str]()
    if settings.inbox is None or not settings.inbox.is_dir():
        return done
    own = place.at(DOOR)
    for hook in settings.hooks.values():
        try:
            done = done.and_also(_endpoint(own, hook, settings.inbox, wait))
        except ConfigError as error:
            wrong.append(str(error))
    if wrong:
        raise ConfigError("\n".join(wrong))
    return done


def _endpoint(place: Workplace, hook: Hook, inbox: Path, wait: float) -> Done:
    folder = inbox / hook.id
    if not folder.is_dir():
        return Done()
    with ExitStack() as opened:
        try:
            opened.enter_context(_folder(inbox))
            own = _Own(place, hook, opened.enter_context(_folder(folder)))
            own.working, own.done, own.refused = (
                opened.enter_context(_folder(folder / name, make=True))
                for name in (WORKING, DONE, REFUSED)
            )
            return own.take(wait) if opened.enter_context(_alone(own.folder)) else Done()
        except OSError as error:
            raise StorageError(f"The folder {folder} cannot be used ({error.strerror}).") from None


@contextmanager
def _folder(path: Path, *, make: bool = False) -> Iterator[int]:
    """A folder, held open so that it stays the one that was looked at. Raises ConfigError."""
    if make:
        with suppress(FileExistsError):
            path.mkdir(mode=0o700)
    try:
        descriptor = os.open(path, _FOLDER)
    except OSError as error:
        raise ConfigError(f"{path} is no folder that can be used ({error.strerror}).") from None
    try:
        known = os.fstat(descriptor)
        if known.st_mode & 0o007 or known.st_uid not in (0, os.geteuid()):
            raise ConfigError(
                f"{path} is open to everybody, or is somebody else's, so nothing is taken from "
                f"it; make it yours, and run `chmod 770 {path}`."
            )
        yield descriptor
    finally:
        os.close(descriptor)


@contextmanager
def _alone(folder: int) -> Iterator[bool]:
    """Whether nobody else works on a folder, until this ends."""
    flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
    descriptor = os.open(".lock", flags, 0o600, dir_fd=folder)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        yield False
    else:
        yield True
    finally:
        os.close(descriptor)


class _Own:
    """The folder of one endpoint, and the three within it, by their descriptors."""

    working = done = refused = -1

    def __init__(self, place: Workplace, hook: Hook, folder: int) -> None:
        self.place, self.hook, self.folder = place, hook, folder

    def take(self, wait: float) -> Done:
        """Do what was left, then what has come."""
        done = Done()
        for name in sorted(_names(self.working)):
            done = done.and_also(self._work(name))
        for name in self._stable(wait):
            # Drawn anew, so that a file of the same name in `working` or `done` stays.
            taken = f"{secrets.token_hex(8)}.{name}"
            try:
                os.rename(name, taken, src_dir_fd=self.folder, dst_dir_fd=self.working)
            except FileNotFoundError:
                continue
            done = done.and_also(self._work(taken))
        left = len([name for name in _names(self.folder) if _waits(name)])
        return done.and_also(Done(left=left))

    def _stable(self, wait: float) -> list[str]:
        """The files that nobody writes any more, as far as can be seen."""
        names = [name for name in sorted(_names(self.folder)) if _waits(name)][:MOST_FILES]
        looks = {name: look for name in names if (look := _look(self.folder, name))}
        if any(time.time() - look.changed / 1e9 < YOUNG for look in looks.values()):
            time.sleep(wait)
        return [name for name, look in looks.items() if _look(self.folder, name) == look]

    def _work(self, taken: str) -> Done:
        """Do what a file asks, write the answer, and put the file away, in this order."""
        try:
            found = self._answer(taken)
        except Exception as error:
            # Whatever one file suffers from, the others are taken; this one is tried again.
            log.alarm("a file of the inbox failed", kind=type(error).__name__)
            found = answer.LATER
        if found in (answer.LATER, answer.TOO_OFTEN):
            return Done(left=1)
        self._say(taken.partition(".")[2], found)
        kept = self.done if found.taken else self.refused
        os.rename(taken, taken, src_dir_fd=self.working, dst_dir_fd=kept)
        return Done(taken=1) if found.taken else Done(refused=1)

    def _answer(self, taken: str) -> Answer:
        most = _LARGEST.get(os.path.splitext(taken)[1].lower(), 0)
        content = _content(self.working, taken, most)
        if content is None:
            return answer.TOO_LARGE
        try:
            document, files = _read(taken, content)
        except UsageError as error:
            return answer.wrong([Wrong("", "", str(error))])
        digest = hashlib.sha256(content).hexdigest()
        source = Source(DOOR, f"hook {self.hook.id}, {DOOR}", f"file|{digest}")
        return doing.do(self.place, self.hook, source, document, files)

    def _say(self, name: str, found: Answer) -> None:
        """Write the answer beside where the file lay: whole, or not at all."""
        new = f".{secrets.token_hex(8)}.new"
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        descriptor = os.open(new, flags, 0o640, dir_fd=self.folder)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(answer.text(found))
            file.flush()
            os.fsync(file.fileno())
        os.rename(new, f"{name}{ANSWER}", src_dir_fd=self.folder, dst_dir_fd=self.folder)


def _names(folder: int) -> list[str]:
    return os.listdir(folder)


def _waits(name: str) -> bool:
    """Whether a file is one to be taken, by its name."""
    return (
        os.path.splitext(name)[1].lower() in _LARGEST
        and not name.startswith(".")
        and not name.endswith(ANSWER)
        and len(os.fsencode(name)) <= LONGEST_NAME
    )


def _look(folder: int, name: str) -> _Look | None:
    """What a plain file is like; None of anything else, and of what has another name elsewhere."""
    try:
        known = os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return None
    if not stat.S_ISREG(known.st_mode) or known.st_nlink != 1:
        return None
    return _Look(known.st_ino, known.st_size, known.st_mtime_ns)


def _content(folder: int, name: str, most: int) -> bytes | None:
    """What a file holds; None where that is too much."""
    with os.fdopen(os.open(name, _READ, dir_fd=folder), "rb") as file:
        content = file.read(most + 1)
    return content if len(content) <= most else None


def _read(name: str, content: bytes) -> tuple[object, Files]:
    if name.lower().endswith(".eml"):
        return mail.read(content)
    return strict_json.read(content), NONE
