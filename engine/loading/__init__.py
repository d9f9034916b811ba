"""Loads the definition of a process from its folder, or says everything that is wrong with it."""

from __future__ import annotations

from pathlib import Path

from engine.definition import Workflow
from engine.loading.files.folders import (
    SHIPPED,
    Process,
    available,
    child_files,
    find,
    own_files,
    pack_files,
)
from engine.loading.files.keeping import sources
from engine.loading.overlay.layers import Chain
from engine.loading.overlay.layers import stands_on as _stands_on
from engine.loading.overlay.laying import lay

__all__ = ["SHIPPED", "Process", "available", "files_of", "find", "load", "sources", "stands_on"]


def load(folder: Path) -> Workflow:
    """The workflow that a folder defines, over what it extends, with its content hash.

    Raises DefinitionError with all the mistakes of all its files, each with its file, its line and
    what was probably meant. Whether states are reached and clocks end is judged as soon as the
    links between states can be read.
    """
    return lay(Chain() / folder.resolve()).workflow


def stands_on(folder: Path) -> tuple[Path, ...]:
    """A folder, and those that it extends and that do not come with this program."""
    return tuple(one for one in _stands_on(folder).folders if not one.is_relative_to(SHIPPED))


def files_of(folder: Path) -> list[tuple[str, Path]]:
    """The files of one folder that say something of its process, each with its name within."""
    return [*own_files(folder), *child_files(folder), *pack_files(folder)]
