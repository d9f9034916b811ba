"""Loads the definition of a process from its folder, or says everything that is wrong with it."""

from __future__ import annotations

from pathlib import Path

from engine.definition import Workflow
from engine.loading.files.folders import Process, available, find
from engine.loading.files.keeping import sources
from engine.loading.overlay.layers import Chain
from engine.loading.overlay.laying import lay

__all__ = ["Process", "available", "find", "load", "sources"]


def load(folder: Path) -> Workflow:
    """The workflow that a folder defines, over what it extends, with its content hash.

    Raises DefinitionError with all the mistakes of all its files, each with its file, its line and
    what was probably meant. Whether states are reached and clocks end is judged as soon as the
    links between states can be read.
    """
    return lay(Chain() / folder.resolve()).workflow
