"""A change of a definition, one at a time: what was where, and what stands there now."""

from __future__ import annotations

import copy
import shutil
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from engine.loading.files.folders import CHILDREN, PACKS, child_files, own_files
from engine.loading.files.lines import Lines
from engine.trials.writing import toml

GONE: Final = object()
"""In place of a value: the key, or the element, is left out."""

Where = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file of a definition: its name within the folder, its tables, and where each stands."""

    name: str
    tables: Mapping[str, Any]
    lines: Lines

    @property
    def process(self) -> str:
        """The linked process that it defines; empty for a file of the process itself."""
        folder, _, name = self.name.rpartition("/")
        return Path(name).stem if folder == CHILDREN else ""


@dataclass(frozen=True, slots=True)
class Change:
    """One change, as an administrator could have made it by mistake."""

    kind: str
    """What sort of change it is, in a few words that stay the same."""
    sheet: Sheet
    where: Where
    value: Any
    said: str
    """What it was and what became of it, in English: `5 working days became 6 in ...`."""
    about: tuple[str, ...]
    """The steps, timescales or states that it touches, the changed one first."""

    @property
    def line(self) -> int:
        """The line on which the changed thing stands."""
        return self.sheet.lines.of(self.where)

    @property
    def name(self) -> str:
        """File, line and what became of it."""
        return f"{self.sheet.name}:{self.line}: {self.said}"

    def text(self) -> str:
        """The changed file."""
        tables = copy.deepcopy(dict(self.sheet.tables))
        around: Any = tables
        for key in self.where[:-1]:
            around = around[key]
        if self.value is GONE:
            del around[self.where[-1]]
        else:
            around[self.where[-1]] = self.value
        return toml(tables)


def sheets(folder: Path) -> list[Sheet]:
    """The files of a definition that can be read as TOML."""
    found = []
    for name, file in (*own_files(folder), *child_files(folder)):
        text = file.read_text(encoding="utf-8-sig")
        found.append(Sheet(name, tomllib.loads(text), Lines(text)))
    return found


def copied(folder: Path, to: Path) -> Path:
    """A copy of a definition to try changes on, under its own name."""
    made = to / folder.resolve().name
    made.mkdir()
    for name, file in own_files(folder):
        shutil.copyfile(file, made / name)
    for part in (CHILDREN, PACKS):
        if (folder / part).is_dir():
            shutil.copytree(folder / part, made / part)
    return made
