"""Tries changes of a process: each is loaded as anybody's files are, then played to the scenarios
that touch it, until one of them notices.
"""

from __future__ import annotations

import json
import os
import pickle
import resource
import select
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

from engine.definition import Workflow
from engine.errors import DefinitionError
from engine.loading import load, sources
from engine.trials.changing import Change, copied
from engine.trials.playing import Result
from engine.trials.ranking import Killers, noticed, ranked
from engine.trials.stage import Stage

CHECK: Final = "check"
VERIFY: Final = "verify"
SCENARIO: Final = "scenario"
NOBODY: Final = ""
SECONDS: Final = 60
"""Of processor time that one change may take; one that takes longer has been noticed."""

Made = TypeVar("Made")
Prove = Callable[[Workflow], str]
"""What is wrong with a process that loads, in a sentence; empty when nothing was found."""


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of a change: who noticed it, and what they said."""

    change: Change
    by: str
    """check, verify, scenario, or empty when nobody noticed."""
    said: str
    """The first mistake; the name of the scenario; what verification found."""


@dataclass(frozen=True, slots=True)
class Trial:
    """All that a change is tried with."""

    folder: Path
    """A copy of the definition, in which one file at a time is changed."""
    stage: Stage
    """Without the process."""
    results: Sequence[Result]
    """Of the scenarios on the process as it is; all of them passed."""
    prove: Prove | None = None
    """Asked last, of a change that no scenario noticed."""

    def fate(self, change: Change, killers: Killers) -> Fate:
        """Try one change."""
        file = self.folder / change.sheet.name
        kept = file.read_bytes()
        try:
            file.write_text(change.text(), encoding="utf-8")
            workflow = load(self.folder)
            return self._tried(change, workflow, killers)
        except DefinitionError as error:
            return Fate(change, CHECK, str(error.mistakes[0]))
        finally:
            file.write_bytes(kept)

    def _tried(self, change: Change, workflow: Workflow, killers: Killers) -> Fate:
        stage = self.stage.with_process(workflow, sources(self.folder))
        try:
            for result in ranked(change, self.results, killers):
                if not _passes(stage, result):
                    return Fate(change, SCENARIO, result.name)
        finally:
            stage.end()
        found = self.prove(workflow) if self.prove else ""
        return Fate(change, VERIFY if found else NOBODY, found)


def tried(
    definition: Path, changes: Sequence[Change], trial: Callable[[Path], Trial], jobs: int
) -> Iterator[Fate]:
    """The fate of each change, as they become known; `jobs` of them are tried at a time."""
    with tempfile.TemporaryDirectory() as folder:
        homes = []
        for number in range(jobs):
            home = Path(folder) / str(number)
            home.mkdir()
            homes.append(copied(definition, home))
        yield from _Jobs([trial(home) for home in homes], changes).run()


def can_fork() -> bool:
    """Whether this can be forked: what renders packs keeps threads, and no fork has them."""
    return hasattr(os, "fork") and "typst" not in sys.modules


def apart(work: Callable[[], Made]) -> Made:
    """What some work yields, done in a fork so that this process stays one that can be forked."""
    if not can_fork():
        return work()
    with tempfile.TemporaryFile() as kept:
        child = os.fork()
        if child == 0:
            code = 1
            try:
                kept.write(pickle.dumps(work()))
                kept.flush()
                code = 0
            finally:
                os._exit(code)
        _, status = os.waitpid(child, 0)
        if status:
            return work()
        kept.seek(0)
        made: Made = pickle.load(kept)
        return made


def _passes(stage: Stage, result: Result) -> bool:
    """Whether a scenario goes as it says; whatever stops it, it has noticed."""
    assert result.scenario is not None
    try:
        stage.play(result.scenario)
    except Exception:
        return False
    return True


class _Jobs:
    """Changes on trial, each in a fork of this process, a few at a time."""

    def __init__(self, trials: Sequence[Trial], changes: Sequence[Change]) -> None:
        self._free = list(trials)
        self._changes = changes
        self._running: dict[int, tuple[Trial, Change, int]] = {}
        self._killers: Killers = {}

    def run(self) -> Iterator[Fate]:
        for change in self._changes:
            while not self._free:
                yield self._ended()
            trial = self._free.pop()
            if can_fork():
                self._start(trial, change)
            else:
                self._free.append(trial)
                yield self._known(trial.fate(change, self._killers))
        while self._running:
            yield self._ended()

    def _start(self, trial: Trial, change: Change) -> None:
        reads, writes = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reads)
            _work(trial, change, self._killers, writes)
        os.close(writes)
        self._running[child] = (trial, change, reads)

    def _ended(self) -> Fate:
        # Whichever says something first; a child of somebody else's is not waited for.
        ready, *_ = select.select([reads for *_, reads in self._running.values()], [], [])
        child = next(one for one, (*_, reads) in self._running.items() if reads == ready[0])
        trial, change, reads = self._running.pop(child)
        with os.fdopen(reads, "rb") as pipe:
            said = pipe.read()
        os.waitpid(child, 0)
        self._free.append(trial)
        if not said:
            # It was stopped, for it did not come to an end, or ended the process.
            return Fate(change, SCENARIO, "it did not come to an end")
        by, words = json.loads(said)
        return self._known(Fate(change, by, words))

    def _known(self, fate: Fate) -> Fate:
        if fate.by == SCENARIO:
            noticed(fate.change, fate.said, self._killers)
        return fate


def _work(trial: Trial, change: Change, killers: Killers, writes: int) -> None:
    """In the fork: try the change, say what became of it, and end."""
    code = 1
    try:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        signal.alarm(2 * SECONDS)
        spent = int(sum(os.times()[:2])) + 1
        resource.setrlimit(resource.RLIMIT_CPU, (spent + SECONDS, spent + SECONDS))
        fate = trial.fate(change, killers)
        os.write(writes, json.dumps([fate.by, fate.said[:4000]]).encode())
        code = 0
    finally:
        os._exit(code)
