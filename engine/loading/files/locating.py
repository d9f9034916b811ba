"""Finds again in which file, and on which line, a table of a process stands."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from engine.loading.files.folders import CHILDREN, child_files, own_files
from engine.loading.files.reading import read_document
from engine.loading.findings import Findings
from engine.loading.overlay.layers import stands_on


class Where(NamedTuple):
    """A line of a file, counted from 1."""

    file: str
    line: int


def locate(folder: Path, section: str, name: str, process: str = "") -> Where | None:
    """Where a table of a process, or of one linked to it, is written; None if it is not found.

    Of a process that extends another, the nearest file that writes it.
    """
    for called, file in _files(folder, process):
        document = read_document(called, file, Findings())
        tables = (document.keys or {}).get(section)
        if isinstance(tables, dict) and name in tables:
            place = document.place / section / name
            return Where(place.file, place.line)
    return None


def _files(folder: Path, process: str) -> Iterator[tuple[str, Path]]:
    chain = stands_on(folder)
    for at, prefix in zip(chain.folders, chain.prefixes, strict=True):
        files = child_files(at) if process else own_files(at)
        for called, file in files:
            if not process or called == f"{CHILDREN}/{process}.toml":
                yield f"{prefix}{called}", file
