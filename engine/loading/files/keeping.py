"""The texts of the files that a process consists of, as they are stored when it comes into use."""

from __future__ import annotations

from pathlib import Path

from engine.loading.files.folders import PACKS, folder_texts
from engine.loading.overlay.joining import joined_text
from engine.loading.overlay.layers import stands_on


def sources(folder: Path) -> dict[str, str]:
    """The text of every file that a process consists of, by its name; they are stored with it.

    The files of a process that it extends have the name of their folder before their own. Packs'
    files stand by their own names as they are printed, with what was added to them. A file of a
    pack that is not text is left out: the hash of the edition covers it. Raises DefinitionError
    when a file cannot be read.
    """
    chain = stands_on(folder)
    found: dict[str, str] = {}
    packs: dict[str, str] = {}
    for prefix, layer in reversed([*zip(chain.prefixes, chain.folders, strict=True)]):
        for name, text in folder_texts(layer).items():
            found[f"{prefix}{name}"] = text
            if name.startswith(f"{PACKS}/"):
                packs[name] = joined_text(packs[name], text) if name in packs else text
    return {**found, **packs}
