"""A definition as somebody hands it over: its files by their names, laid out in a folder for as
long as it takes to read them.
"""

from __future__ import annotations

import base64
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from engine import loading
from engine.definition import Workflow
from engine.edition import Edition
from engine.errors import UsageError
from engine.guessing import resembling
from engine.service.moving import choosing
from engine.service.workplace import Workplace

Files = Mapping[str, Any]
"""By FOLDER/FILE each file as its text, or where it is none as {"base64": ...}."""

LAYERS_BESIDE = (
    "A folder that is handed over stands beside those that it extends: put them into one folder."
)


def handed_over(folder: Path) -> dict[str, Any]:
    """The files of a folder, and of those beside it that it extends, as they are handed over.

    Raises UsageError where it extends a folder that is elsewhere.
    """
    found: dict[str, Any] = {}
    for layer in loading.stands_on(folder):
        if layer.parent != folder.resolve().parent:
            raise UsageError(LAYERS_BESIDE)
        for name, file in loading.files_of(layer):
            content = file.read_bytes()
            try:
                found[f"{layer.name}/{name}"] = content.decode()
            except UnicodeDecodeError:
                found[f"{layer.name}/{name}"] = {"base64": base64.b64encode(content).decode()}
    return found


@contextmanager
def laid_out(name: str, files: Files) -> Iterator[Path]:
    """The folder of this name among the files, for as long as it is looked at.

    Raises UsageError where none of the files is in it.
    """
    if not any(called.startswith(f"{name}/") for called in files):
        raise UsageError("None of the files is in the folder that is named; write FOLDER/FILE.")
    with tempfile.TemporaryDirectory() as root:
        for called, content in files.items():
            file = Path(root, *called.split("/"))
            file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            file.write_bytes(_bytes(content))
        yield Path(os.path.realpath(root)) / name


def shipped(name: str) -> Path:
    """The folder of a process that comes with this program, by its name alone.

    Raises UsageError for anything else: a path would be one of the machine's own.
    """
    known = {one.name: one.folder for one in loading.available()}
    if name not in known:
        near = resembling(name, known)
        hint = f"Did you mean {near[0]}?" if near else "`workflow list` names them all."
        raise UsageError(f'There is no process "{name[:60]}". {hint}')
    return known[name]


@contextmanager
def folder_of(name: str, files: Files | None) -> Iterator[Path]:
    """The folder of a definition: of files that were handed over, or of a shipped process."""
    if not files:
        yield shipped(name)
        return
    with laid_out(name, files) as folder:
        yield folder


def meant(place: Workplace, name: str, edition: str, files: Files | None) -> Edition:
    """The definition that somebody means: of files, an edition in use, or a shipped process.

    Raises UsageError where there is none, and DefinitionError with the mistakes of files.
    """
    if edition and not files:
        with place.database.read() as tx:
            return choosing.edition_in_use(place, tx, name, edition)
    with folder_of(name, files) as folder:
        return Edition(loading.load(folder))


def with_sources(name: str, files: Files | None) -> tuple[Workflow, dict[str, str]]:
    """The same of files or a shipped process, with the texts of its files."""
    with folder_of(name, files) as folder:
        return loading.load(folder), loading.sources(folder)


def _bytes(content: Any) -> bytes:
    if isinstance(content, str):
        return content.encode()
    try:
        return base64.b64decode(content["base64"], validate=True)
    except ValueError as error:
        raise UsageError("A file that is no text is given as base64, and this is none.") from error
