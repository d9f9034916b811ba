"""A process on trial: everything that `workflow test` does with it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.definition import Workflow
from engine.loading import load, sources
from engine.proving import verify
from engine.trials.cast import cast
from engine.trials.changing import Change, sheets
from engine.trials.mutants import mutants, sample
from engine.trials.mutating import Fate, Trial, apart, tried
from engine.trials.playing import Result, chosen, play_all
from engine.trials.stage import Stage, empty

Watch = Callable[[Iterator[Fate], int], list[Fate]]
"""Takes the fates as they become known, and how many there will be."""


def unwatched(fates: Iterator[Fate], number: int) -> list[Fate]:
    """All of them, when the last is known."""
    return list(fates)


@dataclass(frozen=True, slots=True)
class OnTrial:
    """A process, and the stage that waits for it."""

    folder: Path
    workflow: Workflow
    stage: Stage
    """Without the process."""

    def play(self, names: Iterable[str] = ()) -> list[Result]:
        """Play the scenarios that are named, or all. Raises UsageError for an unknown name."""
        files = chosen(self.folder, names)
        return apart(lambda: self._play(files))

    def changes(self, size: int = 0, seed: int = 1) -> list[Change]:
        """A sample of the changes that can be tried, or with 0 all of them."""
        return sample(mutants(sheets(self.folder), self.workflow), size, seed)

    def try_each(
        self,
        changes: Sequence[Change],
        results: Sequence[Result],
        jobs: int = 2,
        watch: Watch = unwatched,
    ) -> list[Fate]:
        """What becomes of each of these changes, on scenarios that all passed."""
        known = frozenset(failures(self.workflow))

        def prove(changed: Workflow) -> str:
            return next((said for said in failures(changed) if said not in known), "")

        made = tried(self.folder, changes, lambda at: Trial(at, self.stage, results, prove), jobs)
        return watch(made, len(changes))

    def _play(self, files: Sequence[Path]) -> list[Result]:
        stage = self.stage.with_process(self.workflow, sources(self.folder))
        try:
            return play_all(stage, files)
        finally:
            stage.end()


def begun(folder: Path) -> OnTrial:
    """A process on trial, played by its own people or by the sample partnership.

    Raises DefinitionError when its files have a mistake.
    """
    workflow = load(folder)
    return OnTrial(folder, workflow, empty(cast(folder, workflow)))


def failures(workflow: Workflow) -> list[str]:
    """What `workflow verify` finds wrong with a process, or cannot show."""
    verdict = verify(workflow)
    return [*(one.says for one in verdict.failures), *(one.says for one in verdict.not_shown)]
