"""Where processes are kept, and which files belong to one."""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from engine.errors import DefinitionError, Mistake, UsageError
from engine.loading.findings import Findings, Place, guess
from engine.loading.lines import Lines
from engine.loading.names import NAME
from engine.loading.reading import LARGEST

SHIPPED = Path(__file__).resolve().parents[2] / "workflows"
"""The folder of processes beside the engine; found by its place and never imported."""

CHILDREN = "children"
PACKS = "packs"

_FIRST_TABLE = re.compile(r"^[ \t]*\[", re.MULTILINE)
_FILE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")


@dataclass(frozen=True, slots=True)
class Process:
    """A process that can be had, as its head names it."""

    name: str
    title: str
    edition: str
    folder: Path


def available(shelf: Path = SHIPPED) -> tuple[Process, ...]:
    """The processes of a shelf, by name; what cannot be read of a head is left empty."""
    folders = sorted(shelf.iterdir()) if shelf.is_dir() else []
    return tuple(_process(f) for f in folders if NAME.fullmatch(f.name) and own_files(f))


def find(name_or_folder: str | Path, shelf: Path = SHIPPED) -> Path:
    """The folder of a shipped process, or the folder at a path; UsageError if there is neither."""
    name = str(name_or_folder)
    if NAME.fullmatch(name) and (shelf / name).is_dir():
        return shelf / name
    if name and Path(name).is_dir():
        return Path(name)
    shipped = [process.name for process in available(shelf)]
    hint = guess(name, shipped) or "`workflow list` names them all."
    raise UsageError(f'There is no process and no folder "{name}". {hint}')


def own_files(folder: Path) -> list[tuple[str, Path]]:
    """The files that together are the process itself, in the order of their names."""
    return [(file.name, file) for file in _visible(folder, "*.toml")]


def child_files(folder: Path) -> list[tuple[str, Path]]:
    """The files of its linked processes, one each."""
    return [(f"{CHILDREN}/{file.name}", file) for file in _visible(folder / CHILDREN, "*.toml")]


def pack_files(folder: Path) -> list[tuple[str, Path]]:
    """The files of its packs, by the names that a definition gives them."""
    base = folder / PACKS
    found = (file for file in _visible(base, "**/*") if not file.is_dir())
    return [(f"{PACKS}/{file.relative_to(base).as_posix()}", file) for file in found]


def sources(folder: Path) -> dict[str, str]:
    """The text of every file that the process consists of, by its name; they are stored with it.

    A file of a pack that is not text is left out: the hash of the edition covers it. Raises
    DefinitionError when a file cannot be read.
    """
    texts = {}
    for name, file in (*own_files(folder), *child_files(folder), *pack_files(folder)):
        try:
            texts[name] = file.read_bytes().decode("utf-8-sig")
        except UnicodeDecodeError:
            continue
        except OSError as error:
            problem = f"This file cannot be read: {error.strerror}."
            raise DefinitionError((Mistake(name, 1, problem),)) from error
    return texts


def templates(folder: Path, findings: Findings) -> dict[str, str]:
    """The SHA-256 of each file of the packs, by its name."""
    hashes = {}
    for name, file in pack_files(folder):
        place = Place(name, Lines())
        if not all(map(_FILE_NAME.fullmatch, name.split("/"))):
            findings.add(place, "A pack's file is named with letters, digits, dots, _ and - only.")
        try:
            content = file.read_bytes()
        except OSError as error:
            findings.add(place, f"This file cannot be read: {error.strerror}.")
            continue
        hashes[name] = hashlib.sha256(content).hexdigest()
    return hashes


def _visible(folder: Path, pattern: str) -> list[Path]:
    return sorted(f for f in folder.glob(pattern) if not f.name.startswith("."))


def _process(folder: Path) -> Process:
    head: dict[str, object] = {}
    for _, file in own_files(folder):
        for key, value in _head(file):
            head.setdefault(key, value)
    title, edition = (str(head.get(key, "")) for key in ("title", "edition"))
    return Process(folder.name, title, edition, folder)


def _head(file: Path) -> Iterator[tuple[str, object]]:
    """The keys above the first table of a file; none when they cannot be read."""
    try:
        if file.stat().st_size > LARGEST:
            return
        text = file.read_bytes().decode("utf-8-sig")
        yield from tomllib.loads(_FIRST_TABLE.split(text, maxsplit=1)[0]).items()
    except (OSError, ValueError, RecursionError):
        return
