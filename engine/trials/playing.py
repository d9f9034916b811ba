"""Plays every scenario of a process once: which passed, what each touched, how long each took."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.errors import DefinitionError, Mistake, Otherwise, ScenarioError, UsageError
from engine.guessing import resembling
from engine.scenarios import reading
from engine.scenarios.coverage import Item
from engine.scenarios.knowing import Known
from engine.scenarios.story import Scenario, stories
from engine.trials.stage import Stage


@dataclass(frozen=True, slots=True)
class Result:
    """How one scenario went."""

    name: str
    title: str
    problem: str
    """Where it went otherwise than it says, with file and line; empty when it passed."""
    otherwise: Otherwise | None
    """The same, as a person would tell it; None when it passed, or could not be played."""
    mistakes: tuple[Mistake, ...]
    """Why it could not be played."""
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


def play_all(stage: Stage, files: Sequence[Path]) -> list[Result]:
    """Play each scenario of a process on a store of its own; one with a mistake is not played."""
    workflow = stage.edition.workflow if stage.edition else None
    known = Known(workflow, stage.settings.directory) if workflow else None
    layers = reading.layers_of(files[0])
    return [_played(stage, file, layers, known) for file in files]


def _played(stage: Stage, file: Path, layers: tuple[Path, ...], known: Known | None) -> Result:
    began = time.process_time()
    try:
        scenario = reading.read_of(layers, file, known)
    except DefinitionError as error:
        problem = "\n".join(map(str, error.mistakes))
        nothing: frozenset[Any] = frozenset()
        return Result(
            file.stem, file.stem, problem, None, error.mistakes, None, nothing, nothing, 0
        )
    watch, stopped = stage.watched(scenario)
    return Result(
        file.stem,
        scenario.title,
        str(stopped or ""),
        stopped.otherwise if isinstance(stopped, ScenarioError) else None,
        (),
        scenario,
        frozenset(watch.touched),
        frozenset(watch.named),
        time.process_time() - began,
    )
