"""Processes that race: each opens the store, waits at the line, and does its deed at the word.

What each says comes back through a pipe, outside the product.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any, NamedTuple

from engine import database
from engine.errors import EngineError
from engine.service.workplace import Workplace
from tests.worlds import Clock, place_on

Deed = Callable[[Workplace, Clock, int], Any]


class Runner(NamedTuple):
    """A process at the line: what it says is read here."""

    pid: int
    said: int


def race(url: str, runners: int, deed: Deed, day: str = "2025-12-15") -> list[Any]:
    """Let processes do a deed at the same moment; yields what each of them says it came to."""
    waiting, word = os.pipe()
    started = [_start(url, number, deed, day, waiting) for number in range(runners)]
    os.close(waiting)
    for runner in started:
        assert os.read(runner.said, 1) == b"r", "a runner did not come to the line"
    os.write(word, b"g" * runners)
    os.close(word)
    return [_result(runner) for runner in started]


def outcome(act: Callable[[], object]) -> str:
    """What came of it: done, or the name of the error of the engine."""
    try:
        act()
    except EngineError as error:
        return type(error).__name__
    return "done"


def _start(url: str, number: int, deed: Deed, day: str, waiting: int) -> Runner:
    reader, writer = os.pipe()
    pid = os.fork()
    if pid:
        os.close(writer)
        return Runner(pid, reader)
    with suppress(BaseException):
        said: Any = None
        try:
            place, clock = place_on(
                database.open(url, durable=False), day, seed=int.from_bytes(os.urandom(8))
            )
            os.write(writer, b"r")
            os.read(waiting, 1)
            said = deed(place, clock, number)
        except BaseException as error:
            said = f"failed: {type(error).__name__}: {error}"
        with os.fdopen(writer, "w") as file:
            file.write(json.dumps(said))
        sys.stderr.flush()
    os._exit(0)


def _result(runner: Runner) -> Any:
    with os.fdopen(runner.said) as file:
        said = file.read()
    os.waitpid(runner.pid, 0)
    result = json.loads(said) if said else "failed: it ended without a word"
    assert not str(result).startswith("failed"), result
    return result
