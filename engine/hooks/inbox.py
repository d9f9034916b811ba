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
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Final, NamedTuple

from engine import log
from engine.config import Settings
from engine.config.hooks import Hook
from engine.errors import ConfigError, StorageError, UsageError
from engine.guessing import resembling
from engine.hooks import answer, doing, fitting, mail, receiving, strict_json
from engine.hooks.answer import Answer, Wrong
from engine.hooks.doing import Source
from engine.hooks.flooding import Refusals
from engine.hooks.mapping import NONE, Files
from engine.hooks.rounds import Done, Round, Told, need_all
from engine.hooks.strict_json import NotWholeError
from engine.service.access import NOT_RECORDED
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
MAY_GROW: Final = 60.0
"""Seconds after its last change in which a file that is not whole may still become so."""
LONG_SINCE: Final = 3600.0
"""Seconds after which a file under another name was forgotten, and is no longer written."""
UNFINISHED: Final = (".tmp", ".part", ".new")
"""Endings of a name under which a file is written first."""
LOCK: Final = ".lock"
LONGEST_NAME: Final = 200
"""Bytes of the name of a file."""

ANOTHER = "another process is at work on this folder, such as the worker"
CLOSED = (
    "nothing is taken from this folder, for its hook does not fit as things stand; `casetrail hook "
    "check` says why."
)
NO_HOOK = "is the folder of no hook, so nothing is taken from it."
NO_FILE = "is no plain file, or has another name elsewhere"
NO_KIND = "is neither a mail (.eml) nor a document (.json)"
NEXT_ROUND = "comes next; there are many"
WRITTEN = "is still written"
NOT_WHOLE = "is not whole, and may still be written; it is looked at again in a minute"
LATER = "cannot be done now; it is tried again"

_LARGEST = {".json": receiving.LARGEST, ".eml": mail.LARGEST}
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


class _Look(NamedTuple):
    """What a file was like when it was looked at."""

    file: int
    size: int
    changed: int

    @property
    def age(self) -> float:
        """Seconds since its last change; clocks that differ make it no older."""
        return abs(time.time() - self.changed / 1e9)


def take_waiting(place: Workplace, settings: Settings, wait: float = WAIT) -> Done:
    """Take what lies in the folders of all endpoints, once; nothing where there is no [inbox].

    Raises ConfigError, or StorageError, after all others were emptied, for a folder that cannot be
    used or that others may write.
    """
    done, every = Done(), rounds(place, settings, wait)
    for one in every:
        done = done.and_also(one.done)
    need_all(every)
    return done


def rounds(place: Workplace, settings: Settings, wait: float = WAIT) -> list[Round]:
    """Take what lies in the folders, once, each by itself; what became of each is told."""
    if settings.inbox is None or not settings.inbox.is_dir():
        return []
    own = place.at(DOOR)
    refusals = Refusals(own)
    closed = fitting.closed(place, settings)
    found = []
    for hook in settings.hooks.values():
        if hook.id not in closed:
            found.append(_endpoint(own, hook, settings.inbox, wait, refusals))
        elif (folder := settings.inbox / hook.id).is_dir():
            found.append(Round(hook.id, wrong=ConfigError(f"{folder}: {CLOSED}")))
    refusals.settle()
    return [*found, _beside(settings.inbox, settings.hooks)]


def _endpoint(place: Workplace, hook: Hook, inbox: Path, wait: float, refusals: Refusals) -> Round:
    folder, told = inbox / hook.id, Round(hook.id)
    if not folder.is_dir():
        return told
    with ExitStack() as opened:
        try:
            opened.enter_context(_folder(inbox))
            own = _Own(place, hook, folder, opened.enter_context(_folder(folder)), told)
            own.working, own.done, own.refused = (
                opened.enter_context(_folder(folder / name, make=True))
                for name in (WORKING, DONE, REFUSED)
            )
            if opened.enter_context(_alone(own.folder, folder)):
                own.take(wait, refusals)
            else:
                told.left.append(Told(str(folder), (ANOTHER,)))
        except ConfigError as error:
            told.wrong = error
        except OSError as error:
            told.wrong = StorageError(f"The folder {folder} cannot be used ({error.strerror}).")
    return told


def _beside(inbox: Path, hooks: Mapping[str, Hook]) -> Round:
    """What lies where no hook looks."""
    told = Round("")
    for name in sorted(os.listdir(inbox)):
        if name not in hooks and not name.startswith("."):
            near = resembling(name, hooks, 1)
            meant = f' Did you mean "{near[0]}"?' if near else ""
            told.left.append(Told(str(inbox / name), (f"{NO_HOOK}{meant}",)))
    return told


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
def _alone(folder: int, path: Path = Path()) -> Iterator[bool]:
    """Whether nobody else works on a folder, until this ends. Raises ConfigError."""
    flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
    in_the_way = f"{path / LOCK} is no plain file, so nothing is taken beside it; remove it."
    try:
        descriptor = os.open(LOCK, flags, 0o600, dir_fd=folder)
    except OSError:
        raise ConfigError(in_the_way) from None
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise ConfigError(in_the_way)
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

    def __init__(self, place: Workplace, hook: Hook, path: Path, folder: int, told: Round) -> None:
        self.place, self.hook, self.path, self.folder, self.told = place, hook, path, folder, told

    def take(self, wait: float, refusals: Refusals) -> None:
        """Do what was left, then what has come."""
        before = len(self.told.refused)
        for name in sorted(os.listdir(self.working)):
            self._work(name)
        for name in self._ready(wait):
            # Drawn anew, so that a file of the same name in `working` or `done` stays.
            taken = f"{secrets.token_hex(8)}.{name}"
            try:
                os.rename(name, taken, src_dir_fd=self.folder, dst_dir_fd=self.working)
            except FileNotFoundError:
                continue
            except OSError as error:
                self._leave(name, f"cannot be taken ({error.strerror})")
                continue
            self._work(taken)
        for _ in self.told.refused[before:]:
            refusals.note(self.hook.id, NOT_RECORDED)

    def _ready(self, wait: float) -> list[str]:
        """The files that are whole and that nobody writes any more, as far as can be seen; why
        others are left is told.
        """
        looks = dict[str, _Look]()
        for name in sorted(filter(_is_left_here, os.listdir(self.folder))):
            look = _look(self.folder, name)
            if why := self._passed_over(name, look):
                self._leave(name, why)
            elif look and len(looks) >= MOST_FILES:
                self._leave(name, NEXT_ROUND)
            elif look and _ending(name) in _LARGEST:
                looks[name] = look
        if any(look.age < YOUNG for look in looks.values()):
            time.sleep(wait)
        return [name for name, look in looks.items() if self._is_ready(name, look)]

    def _is_ready(self, name: str, before: _Look) -> bool:
        if _look(self.folder, name) != before:
            self._leave(name, WRITTEN)
            return False
        # Somebody may write slowly, or have stopped; a minute later it is told that it is cut.
        if before.age < MAY_GROW and not self._is_whole(name):
            self._leave(name, NOT_WHOLE)
            return False
        return True

    def _is_whole(self, name: str) -> bool:
        content = _content(self.folder, name, _LARGEST[_ending(name)])
        with suppress(UsageError):
            try:
                _read(name, content or b"")
            except NotWholeError:
                return content is None
        return True

    def _passed_over(self, name: str, look: _Look | None) -> str:
        """Why a file is not taken, whatever it holds; empty where nothing is to be said."""
        if look is None:
            return NO_FILE
        if _ending(name) not in _LARGEST:
            unfinished = _ending(name) in UNFINISHED and look.age < LONG_SINCE
            return "" if unfinished else NO_KIND
        if len(os.fsencode(name)) > LONGEST_NAME:
            return f"has a name of more than {LONGEST_NAME} bytes"
        with suppress(FileNotFoundError):
            known = os.stat(f"{name}{ANSWER}", dir_fd=self.folder, follow_symlinks=False)
            if not stat.S_ISREG(known.st_mode):
                return f"{self.path / name}{ANSWER} stands where its answer goes; remove that"
        return ""

    def _leave(self, name: str, why: str) -> None:
        self.told.left.append(Told(str(self.path / name), (why,)))

    def _work(self, taken: str) -> None:
        """Do what a file asks, write the answer, and put the file away, in this order."""
        own = f"{WORKING}/{taken}"
        try:
            found = self._answer(taken)
        except Exception as error:
            # Whatever one file suffers from, the others are taken; this one is tried again.
            log.alarm("a file of the inbox failed", kind=type(error).__name__)
            found = answer.LATER
        if found in (answer.LATER, answer.TOO_OFTEN):
            self._leave(own, LATER)
            return
        name = taken.partition(".")[2]
        try:
            self._say(name, found)
            kept = self.done if found.taken else self.refused
            os.rename(taken, taken, src_dir_fd=self.working, dst_dir_fd=kept)
        except OSError as error:
            self._leave(own, f"is done, and cannot be answered or put away ({error.strerror})")
            return
        if found.taken:
            self.told.taken += 1
        else:
            self.told.refused.append(Told(str(self.path / name), answer.sentences(found)))

    def _answer(self, taken: str) -> Answer:
        most = _LARGEST.get(_ending(taken), 0)
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
            _let_in(descriptor, self.folder)
            file.write(answer.text(found))
            file.flush()
            os.fsync(file.fileno())
        os.rename(new, f"{name}{ANSWER}", src_dir_fd=self.folder, dst_dir_fd=self.folder)


def _let_in(file: int, folder: int) -> None:
    """Let those read a file who may come into its folder by their group."""
    known = os.fstat(folder)
    with suppress(PermissionError):
        os.fchown(file, -1, known.st_gid)
        os.fchmod(file, 0o600 | known.st_mode & 0o040)


def _ending(name: str) -> str:
    return os.path.splitext(name)[1].lower()


def _is_left_here(name: str) -> bool:
    """Whether another may have left it, by its name."""
    ours = (WORKING, DONE, REFUSED)
    return name not in ours and not name.startswith(".") and not name.endswith(ANSWER)


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
