"""Which folder a partnership's own files stand on: the process that they extend, and where."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.loading.files.folders import CHILDREN, PACKS, SHIPPED, available, head_of, toml_size
from engine.loading.files.lines import Lines
from engine.loading.files.reading import Sheet
from engine.loading.findings import Findings, Place
from engine.loading.names import NAME

EXTENDS = "extends"
PINNED = "extends_edition"
MOST_LAYERS = 4
"""Folders that stand one on the other."""


LONGEST_WAY = 500
"""Characters of the way to a folder."""


@dataclass(frozen=True, slots=True)
class Chain:
    """The folders on the way down to the process that they all stand on."""

    folders: tuple[Path, ...] = ()
    """Each with its links resolved."""
    prefixes: tuple[str, ...] = ()
    """What stands before the names of their files, so that each file is told from the others."""
    size: int = 0
    """Bytes of the files of all of them."""

    def __truediv__(self, folder: Path) -> Chain:
        prefix = f"{folder.name}/" if self.folders else ""
        size = self.size + toml_size(folder)
        return Chain((*self.folders, folder.resolve()), (*self.prefixes, prefix), size)

    @property
    def prefix(self) -> str:
        """What stands before the names of the files of the lowest folder."""
        return self.prefixes[-1]


def base_of(sheet: Sheet, chain: Chain, findings: Findings) -> Path | None:
    """The folder that the lowest of a chain extends; None if none, or with a mistake noted."""
    if EXTENDS not in sheet.head:
        return None
    place, written = sheet.head[EXTENDS]
    return _base(written, place, chain, findings)


def stands_on(folder: Path) -> Chain:
    """A folder and those that it extends, as their heads say; it ends where one says nonsense."""
    chain = Chain() / folder.resolve()
    while written := head_of(chain.folders[-1]).get(EXTENDS):
        base = _base(written, Place("", Lines()), chain, Findings())
        if base is None:
            break
        chain = chain / base
    return chain


def _base(written: Any, place: Place, chain: Chain, findings: Findings) -> Path | None:
    folder, problem, word = _found(written, chain.folders[-1])
    if folder is None:
        known = [process.name for process in available()] if word else []
        findings.unknown(place, problem, word, known)
        return None
    if problem := _not_to_stand_on(folder, chain):
        findings.add(place, problem)
        return None
    return folder


def _found(written: Any, at: Path) -> tuple[Path | None, str, str]:
    """The folder that is meant, or what is wrong and the word that may be mistyped."""
    if not isinstance(written, str) or not written.strip() or not written.isprintable():
        return None, '"extends" must be the name of a process, or the way to its folder.', ""
    if NAME.fullmatch(written) and (SHIPPED / written).is_dir():
        return SHIPPED / written, "", ""
    if Path(written).is_absolute():
        problem = '"extends" is the name of a process, or the way to its folder from this one.'
        return None, problem, ""
    if len(written) <= LONGEST_WAY and (at / written).is_dir():
        return (at / written).resolve(), "", ""
    return None, f'There is no process and no folder "{written[:80]}" to extend.', written[:80]


def _not_to_stand_on(folder: Path, chain: Chain) -> str:
    real = folder.resolve()
    if real in chain.folders:
        way = [one.name for one in (*chain.folders[chain.folders.index(real) :], real)]
        return f"This process extends itself: {', which extends '.join(way)}."
    if len(chain.folders) >= MOST_LAYERS:
        return f"At most {MOST_LAYERS} folders stand one on the other; this is one too many."
    if not NAME.fullmatch(folder.name) or folder.name in (CHILDREN, PACKS):
        return f'A folder that is extended cannot be called "{folder.name[:80]}".'
    if f"{folder.name}/" in chain.prefixes:
        return f'Two of these folders are called "{folder.name}"; give one another name.'
    return ""
