"""Running a program once, within limits: it can neither hang, nor flood, nor leave anything behind.

It is started by its path, without a shell, with no environment but what config.toml gives it, in an
empty folder of its own that goes when it has ended, with nothing open but its three streams. What
it prints is read up to a limit and thrown away, but for a short hash; beyond that its pipe is shut.
When its time is over it is killed with all of its process group; so is what it leaves there when it
ends. What has made a group of its own is out of reach, and nobody waits for it.
"""

from __future__ import annotations

import hashlib
import os
import selectors
import signal
import stat
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import IO, Any, Final

from engine.service.calls.after import After

ENVIRONMENT: Final[Mapping[str, str]] = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"}
"""All that a program has of an environment besides what config.toml gives it."""
MOST_OUTPUT: Final = 64 * 1024
"""Bytes that are read of what it prints."""
PIECE: Final = 16 * 1024
LOOK: Final = 0.25
"""Seconds between two looks whether it is to be ended, where nothing happens."""
GRACE: Final = 5.0
"""Seconds in which a program may end by itself once the worker is to end."""
REAP: Final = 5.0
"""Seconds for which a program that was killed is waited for."""
FOR_GOOD: Final = (os.EX_USAGE, os.EX_DATAERR)
"""The exit codes by which a program says that it will never do it: 64 and 65."""
LIMITED: Final = Path(__file__).with_name("limited.py")


@dataclass(frozen=True, slots=True)
class Ran:
    """What became of a try."""

    how: str
    """In fixed words, with a number at most."""
    done: bool = False
    again: bool = True
    """Whether it is tried again, if it is not done."""
    stopped: bool = False
    """Whether it was ended because the worker ends, which is no failure."""
    output: str = ""
    """The first digits of the SHA-256 of what was read of what it printed."""

    @property
    def said(self) -> str:
        """As the row of the call has it."""
        return f"{self.how} (output {self.output})" if self.output else self.how


def unfit(program: str) -> str:
    """Why a program cannot be called, as a sentence that says what to do; "" where it can."""
    path = Path(program)
    try:
        found = path.stat()
    except (OSError, ValueError):
        return f"{program} is not there; give the whole path of a program."
    if not stat.S_ISREG(found.st_mode):
        return f"{program} is no file; give the whole path of a program."
    if not os.access(path, os.X_OK):
        return f"{program} cannot be run; use: chmod u+x {program}"
    if found.st_mode & 0o022:
        return f"{program} can be changed by others; use: chmod go-w {program}"
    return ""


def run(after: After, told: bytes, stopping: threading.Event) -> Ran:
    """Call the program of a hook once; it is ended early when `stopping` is set."""
    if why := unfit(after.command[0]):
        return Ran(f"not started: {why.partition('; ')[0]}")
    with ExitStack() as stack:
        try:
            folder = stack.enter_context(
                tempfile.TemporaryDirectory(prefix="casetrail-call-", ignore_cleanup_errors=True)
            )
            running = _started(after, folder)
        except OSError as error:
            return Ran(f"not started: {os.strerror(error.errno or 0)}")
        return _Watch(running, told, monotonic() + after.timeout, stopping).ran()


def _started(after: After, folder: str) -> subprocess.Popen[bytes]:
    environment = {**ENVIRONMENT, **after.environment}
    limits = [str(os.getpid()), str(after.timeout + 1), ",".join(environment)]
    return subprocess.Popen(
        [sys.executable, "-I", "-S", str(LIMITED), *limits, *after.command],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=environment,
        cwd=folder,
        umask=0o077,
        bufsize=0,
        start_new_session=True,
    )


@dataclass(slots=True)
class _Watch:
    """A program that runs: it is told, heard, and ended in time."""

    running: subprocess.Popen[bytes]
    told: bytes
    until: float
    stopping: threading.Event
    hurried: bool = False
    """Whether its time was cut because the worker ends."""
    heard: int = 0
    digest: Any = field(default_factory=hashlib.sha256)

    def ran(self) -> Ran:
        """What became of it, when it has ended or was."""
        with selectors.DefaultSelector() as events:
            try:
                over = self._watched(events)
            finally:
                code = self._ended()
        if not over:
            return self._cut_short()
        output = self.digest.hexdigest()[:8] if self.heard else ""
        if code is None:
            return Ran("did not end when it was killed", output=output)
        if code < 0:
            return Ran(f"ended by signal {-code}", output=output)
        return Ran(f"ended with {code}", done=code == 0, again=code not in FOR_GOOD, output=output)

    def _cut_short(self) -> Ran:
        if self.hurried:
            return Ran("ended with the worker", stopped=True)
        return Ran("took too long and was ended")

    def _watched(self, events: selectors.BaseSelector) -> bool:
        """Whether it ended by itself, in time."""
        stdin, stdout = self.running.stdin, self.running.stdout
        assert stdin is not None
        assert stdout is not None
        for pipe, what in ((stdin, selectors.EVENT_WRITE), (stdout, selectors.EVENT_READ)):
            os.set_blocking(pipe.fileno(), False)
            events.register(pipe, what)
        end = _end_of(self.running.pid)
        try:
            if end is not None:
                events.register(end, selectors.EVENT_READ)
            while not self._has_ended():
                if (left := self._left()) <= 0:
                    return False
                for key, _ in events.select(min(left, LOOK if end is not None else LOOK / 5)):
                    self._go_on(events, key.fileobj)
            self._hear(events, stdout)
            return True
        finally:
            if end is not None:
                os.close(end)

    def _left(self) -> float:
        """Seconds that it may still take."""
        if self.stopping.is_set() and not self.hurried:
            self.hurried = True
            self.until = min(self.until, monotonic() + GRACE)
        return self.until - monotonic()

    def _go_on(self, events: selectors.BaseSelector, pipe: Any) -> None:
        if pipe == self.running.stdin:
            self._tell(events, pipe)
        elif pipe == self.running.stdout:
            self._hear(events, pipe)

    def _tell(self, events: selectors.BaseSelector, pipe: IO[bytes]) -> None:
        try:
            self.told = self.told[os.write(pipe.fileno(), self.told[:PIECE]) :]
        except BlockingIOError:
            return
        except OSError:
            # It need not read what it is told.
            self.told = b""
        if not self.told:
            _shut(events, pipe)

    def _hear(self, events: selectors.BaseSelector, pipe: IO[bytes]) -> None:
        """Read what there is, up to the limit; what it prints beyond that, it cannot."""
        while not pipe.closed:
            try:
                piece = os.read(pipe.fileno(), min(PIECE, MOST_OUTPUT - self.heard))
            except BlockingIOError:
                return
            except OSError:
                piece = b""
            self.heard += len(piece)
            self.digest.update(piece)
            if not piece or self.heard >= MOST_OUTPUT:
                _shut(events, pipe)

    def _has_ended(self) -> bool:
        """Whether it has, while its number still is its own and that of its group."""
        wanted = os.WEXITED | os.WNOHANG | os.WNOWAIT
        return os.waitid(os.P_PID, self.running.pid, wanted) is not None

    def _ended(self) -> int | None:
        """End what is left of its group; how it ended itself, None where it does not."""
        with suppress(OSError):
            os.killpg(self.running.pid, signal.SIGKILL)
        for pipe in (self.running.stdin, self.running.stdout):
            if pipe:
                with suppress(OSError):
                    pipe.close()
        try:
            return self.running.wait(REAP)
        except subprocess.TimeoutExpired:
            return None


def _shut(events: selectors.BaseSelector, pipe: IO[bytes]) -> None:
    events.unregister(pipe)
    with suppress(OSError):
        pipe.close()


def _end_of(pid: int) -> int | None:
    """What can be read from when a process has ended, where the machine has such a thing."""
    try:
        return os.pidfd_open(pid)
    except (AttributeError, OSError):
        return None
