"""Which definition somebody means: a process of this program, a folder of theirs, or an edition."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from engine import loading
from engine.service import uploads


def with_edition(text: str) -> tuple[str, str]:
    """A process and its edition, of PROCESS@EDITION; a folder may have an @ in its name."""
    name, at, edition = text.rpartition("@")
    return (name, edition) if at and name and edition and not Path(text).exists() else (text, "")


def handed_over(name: str) -> tuple[str, dict[str, Any]]:
    """The name of a definition, and its files where it is no process of this program.

    Raises UsageError where there is neither, and DefinitionError with the mistakes of a folder.
    """
    folder = loading.find(name)
    if folder.parent == loading.SHIPPED:
        return name, {}
    # Its mistakes are told where its files are.
    loading.load(folder)
    return folder.resolve().name, uploads.handed_over(folder)
