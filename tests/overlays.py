"""A partnership's own files over the small sound definition, and what loading says of them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from engine.definition import Workflow
from engine.errors import DefinitionError
from engine.loading import load
from tests.definitions import SOUND, write

HEAD = 'extends = "../national"\nedition = "1 local"\n'

OWN = """
[question.form]
ask    = "The form of our own"
answer = "document"

[question.seen_on]
ask      = "When was it looked at?"
answer   = "date"
said     = "it was looked at on ..."
personal = false
because  = "a date of the process"
"""
"""Questions of a partnership's own."""


def laid(folder: Path, text: str, files: Mapping[str, str] | None = None) -> Path:
    """The folder of an overlay, beside that of the process that it extends."""
    write(folder / "national", SOUND)
    return write(folder / "local", {"process.toml": HEAD + text, **(files or {})})


def over(folder: Path, text: str, files: Mapping[str, str] | None = None) -> Workflow:
    """The process with an overlay."""
    return load(laid(folder, text, files))


def refusal(folder: Path, text: str, files: Mapping[str, str] | None = None) -> list[str]:
    """What is wrong with an overlay; nothing when it has nothing wrong."""
    try:
        over(folder, text, files)
    except DefinitionError as error:
        return [str(mistake) for mistake in error.mistakes]
    return []
