"""What many tests read and none changes: it is read once by each process of the test run."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from engine.definition import Workflow
from engine.loading import load
from engine.scenarios.reading import read
from engine.scenarios.story import Scenario


def loaded(folder: Path) -> Workflow:
    """The workflow of a folder that stays as it is: a shipped one, or the sample."""
    return _loaded(folder.resolve())


@cache
def scenario(file: Path) -> Scenario:
    """A story that stays as it is."""
    return read(file)


@cache
def _loaded(folder: Path) -> Workflow:
    return load(folder)
