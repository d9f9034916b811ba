"""A pytest plugin: the tests once for a map of what they reach, and then again for each mutant.

The mutants and the switch between them are mutmut's. Each mutant is tried in a fork of a process
that has already collected the tests and made their stores, so that one costs a tenth of a second.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from _pytest.runner import runtestprotocol
from mutmut.mutation.trampoline import set_mutant_under_test
from mutmut.state import state
from mutmut.utils.format_utils import mangled_name_from_mutant_name

CHILDREN = 2
WARM = "sqlite_sample"
NO_TESTS = "no tests"
SURVIVED = "survived"
TIMEOUT = "timeout"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Where the names of the mutants are, and where their fate is written."""
    parser.addoption("--mutants", type=Path)
    parser.addoption("--fates", type=Path)
    parser.addoption("--seconds", type=float, default=10.0)


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool:
    """Every test once, then every mutant."""
    options = session.config.option
    mutants: list[str] = json.loads(options.mutants.read_text())
    items = {item.nodeid: item for item in session.items}
    reached, took = _mapped(session)
    _warm(session, took)
    tests = {name: [items[test] for test in found] for name, found in reached.items()}
    _Trials(session, tests, took, options.seconds, options.fates).run(mutants)
    return True


def _mapped(session: pytest.Session) -> tuple[dict[str, list[str]], dict[str, float]]:
    """The tests that reach each function, and how long each takes.

    Found in a fork, because a test may leave threads behind, and no fork takes them with it.
    """
    with tempfile.TemporaryDirectory() as folder:
        found = Path(folder) / "map.json"
        child = os.fork()
        if child == 0:
            try:
                found.write_text(json.dumps(_map(session)))
            except BaseException as error:
                found.write_text(json.dumps(str(error)))
            os._exit(0)
        os.waitpid(child, 0)
        made = json.loads(found.read_text())
    if isinstance(made, str):
        raise pytest.UsageError(made)
    reached, took = made
    return reached, took


def _map(session: pytest.Session) -> tuple[dict[str, list[str]], dict[str, float]]:
    set_mutant_under_test("stats")
    reached: dict[str, list[str]] = defaultdict(list)
    took: dict[str, float] = {}
    for item, after in _in_turn(session.items, session):
        state()._stats.clear()
        began = time.process_time()
        passed = _passed(item, after)
        took[item.nodeid] = time.process_time() - began
        for function in state()._stats if passed else ():
            reached[function].append(item.nodeid)
    return reached, took


def _warm(session: pytest.Session, took: dict[str, float]) -> None:
    """Make the store that most tests start from, once for all forks."""
    quickest = sorted(session.items, key=lambda item: took[item.nodeid])
    for item in quickest:
        if WARM in getattr(item, "fixturenames", ()):
            _passed(item, session)
            return


def _passed(item: pytest.Item, after: Any) -> bool:
    """Whether it passes without any mutant; one that does not is left out, and named."""
    failed = [one for one in runtestprotocol(item, log=False, nextitem=after) if one.failed]
    if failed:
        sys.__stderr__.write(f"left out, for it fails without any mutant: {item.nodeid}\n")
    return not failed


def _in_turn(items: list[pytest.Item], session: pytest.Session) -> Iterator[tuple[Any, Any]]:
    """Each test with the one after it; what the session holds is kept after the last."""
    return zip(items, [*items[1:], session], strict=True)


class _Trials:
    """Mutants being tried, a few at a time."""

    def __init__(
        self,
        session: pytest.Session,
        reached: dict[str, list[pytest.Item]],
        took: dict[str, float],
        seconds: float,
        kept: Path,
    ) -> None:
        self.session = session
        self.reached = reached
        self.took = took
        self.seconds = seconds
        self.kept = kept
        self.killers: dict[str, list[str]] = defaultdict(list)
        self.running: dict[int, tuple[str, int]] = {}
        self.fates: dict[str, str] = {}

    def run(self, mutants: list[str]) -> None:
        """Keep the fate of each: the test that noticed it, or that none did."""
        for mutant in mutants:
            tests = self._tests(mangled_name_from_mutant_name(mutant))
            if not tests:
                self.fates[mutant] = NO_TESTS
                continue
            while len(self.running) >= CHILDREN:
                self._wait()
            self._start(mutant, tests)
        while self.running:
            self._wait()
        self._keep()

    def _tests(self, function: str) -> list[pytest.Item]:
        """The quickest within the budget, those first that noticed another mutant of it."""
        known = self.killers[function]
        order = sorted(
            self.reached.get(function, ()),
            key=lambda item: (item.nodeid not in known, self.took[item.nodeid]),
        )
        left, found = self.seconds, []
        for item in order:
            left -= self.took[item.nodeid]
            if left > 0 or not found:
                found.append(item)
        return found

    def _start(self, mutant: str, tests: list[pytest.Item]) -> None:
        reads, writes = os.pipe()
        child = os.fork()
        if child == 0:
            self._try(mutant, tests, writes)
        os.close(writes)
        self.running[child] = (mutant, reads)

    def _try(self, mutant: str, tests: list[pytest.Item], writes: int) -> None:
        spent = int(time.process_time())
        limit = spent + 10 + int(4 * self.seconds)
        resource.setrlimit(resource.RLIMIT_CPU, (limit, limit))
        signal.alarm(120)
        set_mutant_under_test(mutant)
        fate = SURVIVED
        try:
            for item, after in _in_turn(tests, self.session):
                reports = runtestprotocol(item, log=False, nextitem=after)
                if any(report.failed for report in reports):
                    fate = item.nodeid
                    break
        except BaseException as error:
            fate = f"{type(error).__name__} in the run"
        os.write(writes, fate.encode())
        os._exit(0)

    def _wait(self) -> None:
        child, _ = os.wait()
        if child not in self.running:
            return
        mutant, reads = self.running.pop(child)
        fate = os.read(reads, 4096).decode() or TIMEOUT
        os.close(reads)
        self.fates[mutant] = fate
        if fate not in (SURVIVED, TIMEOUT):
            killers = self.killers[mangled_name_from_mutant_name(mutant)]
            if fate not in killers:
                killers.append(fate)
        self._keep()

    def _keep(self) -> None:
        self.kept.write_text(json.dumps(self.fates, indent=1))
