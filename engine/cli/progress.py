"""How far long work has come, on standard error: at a terminal alone, and never beside `--json`.

It is one line that is written over, a few times a second at most, without colour. Where that cannot
be read, at a terminal that cannot go back or by a program that reads aloud (TERM=dumb, or
CASETRAIL_PLAIN=1), it is a line of its own every ten seconds.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, TextIO

from engine.cli.state import State

QUIET: Final = 1.0
"""Seconds for which nothing is shown: most work is done by then."""
APART: Final = 0.3
APART_PLAIN: Final = 10.0
BAR: Final = 20
"""Characters of the bar; it is left out where the line is too narrow for it."""
ROOM: Final = 60


class Progress:
    """How far one piece of work has come."""

    def __init__(
        self,
        what: str,
        stream: TextIO | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._what, self._stream, self._clock = what, stream, clock
        self._plain = is_plain()
        self._began = clock()
        self._next = self._began + (APART_PLAIN if self._plain else QUIET)
        self._shown = 0
        self._at = (0, 0)

    def came(self, done: int, of: int = 0) -> None:
        """That so much is done, of so much where that is known."""
        self._at = (done, of)
        self.look()

    def look(self) -> None:
        """Show it, if it was last shown long enough ago."""
        now = self._clock()
        if self._stream is None or now < self._next:
            return
        self._next = now + (APART_PLAIN if self._plain else APART)
        if self._plain:
            self._write(f"{self._line(now)}.\n")
            return
        line = self._line(now)
        self._write(f"\r{line.ljust(self._shown)}")
        self._shown = len(line)

    def end(self) -> None:
        """Leave nothing of it on the screen."""
        if self._shown:
            self._write(f"\r{' ' * self._shown}\r")
        self._shown, self._stream = 0, None

    def _line(self, now: float) -> str:
        done, of = self._at
        room = columns(self._stream) - 1
        spent = f"{int(now - self._began)} s"
        if not of:
            known = f"{done:,}, " if done else ""
            return f"{self._what}: {known}{spent}"[:room]
        share = min(1.0, done / of)
        full = int(BAR * share)
        bar = f"[{'#' * full}{'.' * (BAR - full)}] " if room >= ROOM and not self._plain else ""
        return f"{self._what}: {bar}{done:,} of {of:,} ({share:.0%}), {spent}"[:room]

    def _write(self, text: str) -> None:
        stream = self._stream
        if stream is None:
            return
        try:
            stream.write(text)
            stream.flush()
        except OSError:
            self._stream = None


@contextmanager
def working(state: State, what: str, *, ticking: bool = False) -> Iterator[Progress]:
    """Show how far work has come until the end of the block.

    `ticking`: it cannot say how far it has come, and only for how long it has been at it.
    """
    shown = Progress(what, sys.stderr if is_wanted(state) else None)
    over = threading.Event()
    ticker = threading.Thread(target=_tick, args=(shown, over), daemon=True)
    if ticking and is_wanted(state):
        ticker.start()
    try:
        yield shown
    finally:
        over.set()
        if ticker.ident:
            ticker.join()
        shown.end()


def is_wanted(state: State) -> bool:
    """Whether somebody at a terminal may want to see it."""
    try:
        return not state.json and sys.stderr.isatty()
    except ValueError:
        return False


def is_plain() -> bool:
    """Whether what is shown is to stay as it was written, line for line."""
    return os.environ.get("CASETRAIL_PLAIN", "") not in ("", "0") or (
        os.environ.get("TERM", "") == "dumb"
    )


def columns(stream: TextIO | None) -> int:
    """How many columns a line may have there."""
    try:
        return os.get_terminal_size(stream.fileno()).columns or 80  # type: ignore[union-attr]
    except (AttributeError, ValueError, OSError):
        return 80


def _tick(shown: Progress, over: threading.Event) -> None:
    while not over.wait(APART):
        shown.look()
