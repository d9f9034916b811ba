"""Plays every scenario of a process once: which passed, what each touched, how long each took."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from engine.errors import DefinitionError, EngineError, UsageError
from engine.guessing import resembling
from engine.scenarios import reading
from engine.scenarios.coverage import Item
from engine.scenarios.story import Scenario, stories
from engine.trials.stage import Stage


@dataclass(frozen=True, slots=True)
class Result:
    """How one scenario went."""

    name: str
    title: str
    problem: str
    """Where it went otherwise than it says, with file and line; empty when it passed."""
    scenario: Scenario | None
    touched: frozenset[Item]
    named: frozenset[tuple[str, str]]
    """The steps and timescales that it names, and the questions that it answers, each with the
    linked process it is of.
    """
    seconds: float


def chosen(folder: Path, names: Iterable[str]) -> list[Path]:
    """The files of the scenarios that are named, or of all. Raises UsageError for another name."""
    every = {file.stem: file for file in stories(folder)}
    if not every:
        raise UsageError(f"{folder} has no scenarios; write them in its folder scenarios.")
    found = []
    for name in names:
        stem = Path(name).name.removesuffix(".toml")
        if stem not in every:
            near = resembling(stem, every, 1)
            hint = f' Did you mean "{near[0]}"?' if near else ""
            raise UsageError(f'There is no scenario "{stem}".{hint}')
        found.append(every[stem])
    return found or list(every.values())


def play_all(stage: Stage, files: Iterable[Path], *, watching: bool = True) -> list[Result]:
    """Play each of the scenarios on a store of its own."""
    return [_played(stage, file, watching=watching) for file in files]


def _played(stage: Stage, file: Path, *, watching: bool) -> Result:
    began, problem, watch, title = time.process_time(), "", None, file.stem
    scenario: Scenario | None = None
    try:
        scenario = reading.read(file)
        title = scenario.title
        watch = stage.play(scenario, watching)
    except DefinitionError as error:
        problem = "\n".join(map(str, error.mistakes))
    except EngineError as error:
        problem = str(error)
    return Result(
        file.stem,
        title,
        problem,
        scenario,
        frozenset(watch.touched if watch else ()),
        frozenset(watch.named if watch else ()),
        time.process_time() - began,
    )
