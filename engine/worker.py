"""The worker: wakes every fifteen seconds, fires what is due, sends what waits, seals what is new,
and beside all this makes the calls after steps.

It never decides anything: when it is due stands in the store. When it cannot tick it ends, loudly,
so that whatever started it starts it again.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from types import FrameType
from typing import Any

from engine import bootstrap, log, posting
from engine.config.unvalued import without_values
from engine.errors import ConfigError, EngineError
from engine.service import deliveries
from engine.service.calls import declaring
from engine.service.calls.making import Caller, Made
from engine.service.ticks import Done, tick

__all__ = ["Calls", "Clocks", "Done", "Watch", "Worker", "run", "tick", "tick_of"]

INTERVAL = 15.0
"""Seconds between two ticks."""
MISSED = 4
"""After so many intervals without a good tick the worker ends."""
PARTED = 300.0
"""Seconds by which wall and monotonic time may part between two ticks."""
HELD = 900.0
"""Seconds for which nothing fires after they have parted."""
PATIENCE = 30.0
"""Seconds for which a tick under way may finish once the worker is to stop."""

INTERRUPTED = 130


@dataclass(frozen=True, slots=True)
class Clocks:
    """The two clocks: one that people set, and one that only goes forward."""

    wall: Callable[[], datetime] = bootstrap.now
    monotonic: Callable[[], float] = time.monotonic


class Watch:
    """Notices when wall and monotonic time part: somebody moved the clock, and firing waits."""

    def __init__(self, clocks: Clocks) -> None:
        self.clocks = clocks
        self._last = (clocks.wall(), clocks.monotonic())
        self._held_until = float("-inf")

    def held(self) -> bool:
        """Whether nothing may fire now."""
        wall, monotonic = self.clocks.wall(), self.clocks.monotonic()
        before, since = self._last
        self._last = (wall, monotonic)
        parted = (wall - before).total_seconds() - (monotonic - since)
        if abs(parted) > PARTED:
            self._held_until = monotonic + HELD
            log.alarm("the clock was moved and firing is held", parted=int(parted))
        return monotonic < self._held_until


def named(error: EngineError) -> dict[str, str | int]:
    """What a log may hold of an error: of settings also what is wrong with them."""
    found: dict[str, str | int] = {"kind": type(error).__name__, "code": error.exit_code}
    if isinstance(error, ConfigError):
        found["why"] = log.Sentence(without_values(str(error)))
    return found


def tick_of(config: str, *, held: bool = False) -> Done:
    """One tick of the partnership of a config.toml, which is read anew, as is its store.

    So people who come or go are known at once, and a store that is gone is noticed at once.
    """
    settings = bootstrap.settings(config)
    place = bootstrap.workplace(settings)
    place.door = "worker"
    try:
        declaring.note(place, settings.after.values())
        post = posting.sender(place, settings)
        done = tick(place, post, held=held)
        if post.follows:
            deliveries.follow(place, post.ask)
        return done
    finally:
        place.database.close()


class Calls:
    """The calls after steps, in rounds of their own: one that hangs keeps nothing else waiting."""

    def __init__(self, config: str, seconds: float = INTERVAL) -> None:
        self.config = config
        self.seconds = seconds
        self._caller = Caller()
        self._round = threading.Lock()

    def once(self) -> None:
        """One round; what goes wrong is alarmed by its kind alone, and tried again."""
        with self._round:
            try:
                made = self._made()
            except Exception as error:
                code = error.exit_code if isinstance(error, EngineError) else EngineError.exit_code
                log.alarm("calls failed", kind=type(error).__name__, code=code)
                return
        if made != Made():
            say = log.alarm if made.given_up else log.note
            say("calls", sent=made.done, failed=made.failed, given_up=made.given_up)

    def stop(self) -> None:
        """Begin no more, end what runs soon, and settle it."""
        self._caller.stop()
        with self._round:
            idle = self._caller.is_idle
        if not idle:
            self.once()

    def _made(self) -> Made:
        settings = bootstrap.settings(self.config)
        if not settings.after and self._caller.is_idle:
            return Made()
        place = bootstrap.workplace(settings)
        place.door = "worker"
        try:
            return self._caller.round(place, settings.after, settings.notify.link, self.seconds)
        finally:
            place.database.close()


class Worker:
    """Ticks until it is stopped, or until it cannot."""

    def __init__(
        self,
        act: Callable[[bool], Done],
        clocks: Clocks | None = None,
        interval: float = INTERVAL,
        calls: Calls | None = None,
    ) -> None:
        self.act = act
        self.calls = calls
        self.clocks = clocks or Clocks()
        self.interval = interval
        self.watch = Watch(self.clocks)
        self.stopped = threading.Event()
        self.signal = 0
        self._code = EngineError.exit_code
        self._good = self.clocks.monotonic()
        self._free = threading.Event()
        self._free.set()

    def run(self) -> int:
        """Tick until stopped; the exit code."""
        scheduler = _scheduler()
        scheduler.add_job(
            self.once,
            "interval",
            seconds=self.interval,
            next_run_time=datetime.now(UTC),
        )
        if self.calls:
            first = datetime.now(UTC)
            scheduler.add_job(
                self.calls.once, "interval", seconds=self.interval, next_run_time=first
            )
        scheduler.start()
        log.note("worker started", seconds=int(self.interval))
        code = self._wait()
        scheduler.shutdown(wait=False)
        if self.calls:
            self.calls.stop()
        finished = self._free.wait(PATIENCE)
        log.note("worker stopped", code=code)
        if code not in (0, INTERRUPTED) or not finished:
            # A tick that hangs would keep an ordinary exit waiting for ever.
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code or EngineError.exit_code)
        return code

    def once(self) -> None:
        """One tick; what goes wrong is alarmed by its kind alone, and tried again."""
        self._free.clear()
        try:
            done = self.act(self.watch.held())
        except EngineError as error:
            self._code = error.exit_code
            log.alarm("tick failed", **named(error))
        except Exception as error:
            self._code = EngineError.exit_code
            log.alarm("tick failed", kind=type(error).__name__, code=self._code)
        else:
            self._good = self.clocks.monotonic()
            if any(done.plain().values()):
                loud = done.given_up or done.set_aside
                (log.alarm if loud else log.note)("tick", **done.plain())
            for one in done.troubles:
                log.alarm(
                    "messages wait",
                    notifier=one.notifier,
                    messages=one.messages,
                    since=one.since,
                    why=log.Sentence(one.cause),
                )
        finally:
            self._free.set()

    def stop(self, number: int, frame: FrameType | None = None) -> None:
        """End once the tick that is under way has finished: what a signal does."""
        self.signal = number
        self.stopped.set()

    def _wait(self) -> int:
        while not self.stopped.wait(min(1.0, self.interval)):
            silent = self.clocks.monotonic() - self._good
            if silent > MISSED * self.interval:
                log.alarm("ticks have stopped", seconds=int(silent), code=self._code)
                return self._code
        return INTERRUPTED if self.signal == signal.SIGINT else 0


def run(
    act: Callable[[bool], Done],
    clocks: Clocks | None = None,
    interval: float = INTERVAL,
    calls: Calls | None = None,
) -> int:
    """Tick until SIGTERM or Ctrl-C; the exit code, which is not 0 when ticks have stopped."""
    worker = Worker(act, clocks, interval, calls)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, worker.stop)
    return worker.run()


def _scheduler() -> Any:
    import logging

    from apscheduler.schedulers.background import BackgroundScheduler

    # Its lines name jobs and print errors with their values: what matters is said by `log`.
    own = logging.getLogger("apscheduler")
    own.addHandler(logging.NullHandler())
    own.propagate = False
    return BackgroundScheduler(
        timezone=UTC,
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
    )
