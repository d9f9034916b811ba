"""Where processes are kept, and which files belong to one."""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from engine.errors import DefinitionError, Mistake, UsageError
from engine.filetext import TextFaultError, check_dots, decoded, read_bytes
from engine.loading.files.lines import Lines
from engine.loading.files.reading import LARGEST, TOO_LARGE
from engine.loading.findings import Findings, Place, guess
from engine.loading.names import NAME

SHIPPED = Path(__file__).resolve().parents[3] / "workflows"
"""The folder of processes beside the engine; found by its place and never imported."""

CHILDREN = "children"
PACKS = "packs"

MOST_BYTES = 768 * 1024
"""Bytes of all files of a process and of those that it extends."""

MOST_FILES = 300
"""Files of one process, and of one folder of it."""

DEEPEST = 4
"""Folders in the folder of packs, one in the other."""

LEADS_OUT = "This is a link that leads out of the folder; put the file itself here."

LARGEST_OTHER = 2 * 1024 * 1024
"""Bytes of a file of a pack, such as a picture."""
TOO_LARGE_OTHER = "This file is larger than 2 MB; make it smaller."

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
    if name and Path(name).is_file():
        raise UsageError(f'"{name}" is a file; name the folder in which it is: {_folder_of(name)}')
    shipped = [process.name for process in available(shelf)]
    hint = guess(name, shipped) or "`workflow list` names them all."
    raise UsageError(f'There is no process and no folder "{name}". {hint}')


def _folder_of(file: str) -> str:
    """The folder of the process that a file is of; those of packs and linked cases are in it."""
    within = Path(file).parent
    inner = within.name in (CHILDREN, PACKS)
    return str(within.parent if inner else within)


def own_files(folder: Path) -> list[tuple[str, Path]]:
    """The files that together are the process itself, in the order of their names."""
    return [(file.name, file) for file in _toml_files(folder, folder)]


def child_files(folder: Path) -> list[tuple[str, Path]]:
    """The files of its linked processes, one each."""
    return [(f"{CHILDREN}/{file.name}", file) for file in _toml_files(folder / CHILDREN, folder)]


def pack_files(folder: Path) -> list[tuple[str, Path]]:
    """The files of its packs, by the names that a definition gives them."""
    found: list[Path] = []
    _walk(folder / PACKS, folder, found, DEEPEST)
    return [(file.relative_to(folder).as_posix(), file) for file in sorted(found)]


def toml_size(folder: Path) -> int:
    """Bytes of the files of a folder that say something of its process."""
    files = (*own_files(folder), *child_files(folder), *pack_files(folder))
    toml = (file for _, file in files if file.suffix == ".toml" and _is_file(file))
    return sum(min(file.stat().st_size, LARGEST) for file in toml)


def _is_file(file: Path) -> bool:
    try:
        return file.is_file()
    except OSError:
        return False


def check_files(folder: Path, findings: Findings, prefix: str = "") -> None:
    """Note what keeps the files of a folder from being read: there are too many of them, a link
    leads out of the folder, or a name cannot be shown. The prefix is for mistakes.
    """
    files = [*own_files(folder), *child_files(folder), *pack_files(folder)]
    if len(files) > MOST_FILES:
        problem = f"This folder has more than {MOST_FILES} files; a process is written in fewer."
        findings.add(Place(prefix or folder.name, Lines()), problem)
    for place in (folder, folder / CHILDREN, folder / PACKS):
        for file in (place, *_listed(place)):
            called = ascii(file.relative_to(folder).as_posix())[1:-1]
            if not file.name.isprintable():
                problem = "This name has a character that is not seen; give it another."
                findings.add(Place(f"{prefix}{called}", Lines()), problem)
            if not inside(file, folder):
                findings.add(Place(f"{prefix}{called}", Lines()), LEADS_OUT)


def folder_texts(folder: Path) -> dict[str, str]:
    """The text of every file of one folder that is text, by its name.

    Raises DefinitionError when a file cannot be read.
    """
    texts = {}
    for name, file in (*own_files(folder), *child_files(folder), *pack_files(folder)):
        try:
            texts[name] = read_bytes(file, LARGEST_OTHER, TOO_LARGE_OTHER).decode("utf-8-sig")
        except UnicodeDecodeError:
            continue
        except (OSError, TextFaultError) as error:
            raise DefinitionError((Mistake(name, 1, _why(error)),)) from error
    return texts


def templates(folder: Path, findings: Findings, prefix: str = "") -> dict[str, str]:
    """The SHA-256 of each file of the packs, by its name; the prefix is for mistakes."""
    hashes = {}
    for name, file in pack_files(folder):
        place = Place(f"{prefix}{name}", Lines())
        if not all(map(_FILE_NAME.fullmatch, name.split("/"))):
            findings.add(place, "A pack's file is named with letters, digits, dots, _ and - only.")
        try:
            content = read_bytes(file, LARGEST_OTHER, TOO_LARGE_OTHER)
        except (OSError, TextFaultError) as error:
            findings.add(place, _why(error))
            continue
        hashes[name] = hashlib.sha256(content).hexdigest()
    return hashes


def _why(error: OSError | TextFaultError) -> str:
    if isinstance(error, TextFaultError):
        return str(error)
    return f"This file cannot be read: {error.strerror}."


def _toml_files(within: Path, folder: Path) -> list[Path]:
    found = (file for file in _listed(within) if file.suffix == ".toml")
    return [file for file in found if file.name.isprintable() and inside(file, folder)]


def _walk(within: Path, folder: Path, found: list[Path], levels: int) -> None:
    """Every file of a folder and of those in it; what a link leads to outside is left out."""
    for file in _listed(within) if inside(within, folder) else ():
        if not inside(file, folder) or not file.name.isprintable():
            continue
        if not (file.is_dir() and levels):
            found.append(file)
        elif not file.is_symlink() and len(found) <= MOST_FILES:
            _walk(file, folder, found, levels - 1)


def _listed(folder: Path) -> list[Path]:
    """What is in a folder and not hidden, by name, and not much more than may be."""
    if not folder.is_dir():
        return []
    visible = (file for file in folder.iterdir() if not file.name.startswith("."))
    return sorted(islice(visible, MOST_FILES + 1))


def inside(file: Path, folder: Path) -> bool:
    """Whether a file is in a folder once every link has been followed."""
    try:
        return file.resolve().is_relative_to(folder.resolve())
    except (OSError, RuntimeError):
        return True


def _process(folder: Path) -> Process:
    head = head_of(folder)
    title, edition = (str(head.get(key, "")) for key in ("title", "edition"))
    return Process(folder.name, title, edition, folder)


def head_of(folder: Path) -> dict[str, object]:
    """What the head of a process says, as far as it can be read."""
    head: dict[str, object] = {}
    for _, file in own_files(folder):
        for key, value in _head(file):
            head.setdefault(key, value)
    return head


def _head(file: Path) -> Iterator[tuple[str, object]]:
    """The keys above the first table of a file; none when they cannot be read."""
    try:
        text = decoded(read_bytes(file, LARGEST, TOO_LARGE))
        head = _FIRST_TABLE.split(text, maxsplit=1)[0]
        check_dots(head)
        yield from tomllib.loads(head).items()
    except (OSError, ValueError, RecursionError):
        return
