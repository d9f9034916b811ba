"""Begins a process: a small definition that works, to be changed line by line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

from engine.canonical import clean_text
from engine.errors import UsageError
from engine.loading.names import name_problem, proper

SAMPLE: Final = Path(__file__).parents[1] / "data" / "new"
LONGEST: Final = 200
"""Of a title, in characters."""


def begin(folder: Path, title: str) -> tuple[Path, ...]:
    """Write the files of a small process into a new folder, whose name is the process's name.

    Raises UsageError where the name is none, or something is there already.
    """
    name = folder.resolve().name
    if problem := name_problem("process", name):
        meant = proper(name) or "local_learning_review"
        raise UsageError(f"{problem} Name the folder so: {meant}.")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(f"{folder} is there already; name a folder that is not, or an empty one.")
    called = clean_text(title).strip()[:LONGEST] or name.replace("_", " ").capitalize()
    words = {
        "@title_quoted@": json.dumps(called, ensure_ascii=False),
        "@title@": " ".join(called.split()),
        "@folder@": str(folder),
    }
    return tuple(_written(file, folder, words) for file in sorted(SAMPLE.rglob("*.toml")))


def _written(sample: Path, folder: Path, words: dict[str, str]) -> Path:
    text = sample.read_text(encoding="utf-8")
    for word, meant in words.items():
        text = text.replace(word, meant)
    file = folder / sample.relative_to(SAMPLE)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{file} cannot be written ({error.strerror}).") from error
    return file
