"""Finds again in which file, and on which line, tables of a process stand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from engine.loading.files.folders import CHILDREN, child_files, own_files
from engine.loading.files.reading import Document, read_document
from engine.loading.findings import Findings
from engine.loading.overlay.layers import stands_on


class Where(NamedTuple):
    """A line of a file, counted from 1."""

    file: str
    line: int


Entry = tuple[str, str, str]
"""A section, the name of a table of it, and the linked process that it is of; "" of none."""


def locate(folder: Path, entries: Iterable[Entry]) -> dict[Entry, Where | None]:
    """Where tables of a process, or of those linked to it, are written; None of one not found.

    Of a process that extends another, the nearest file that writes it. Each file is read once.
    """
    documents: dict[str, list[Document]] = {}
    found: dict[Entry, Where | None] = {}
    for section, name, process in entries:
        if process not in documents:
            read = (read_document(*file, Findings()) for file in _files(folder, process))
            documents[process] = list(read)
        found[section, name, process] = _where(documents[process], section, name)
    return found


def _where(documents: Iterable[Document], section: str, name: str) -> Where | None:
    for document in documents:
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
