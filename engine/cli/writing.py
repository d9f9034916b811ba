"""Writing a process: `workflow new` begins one, `workflow schema` helps an editor with it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from engine import loading
from engine.cli.door import Door, argument, command, option, write
from engine.cli.printing import item, paragraph

SCHEMA_FILE = "definition.schema.json"
KINDS = ("definition", "overlay", "pack")


@command(
    "new",
    argument("folder", "FOLDER"),
    option("--title", metavar="TEXT", default="", help="What people call it."),
)
def new(door: Door, folder: str, title: str) -> None:
    """Begin a process: a folder with a small definition that works, and stories it must tell.

    The name of the folder is the name of the process: small letters, digits and underscores. Change
    what is there, line by line; `workflow check`, `verify` and `test` say how it stands.
    """
    from engine.loading.beginning import begin
    from engine.loading.schema import definition_schema

    made = begin(Path(folder), title)
    beside = Path(folder) / SCHEMA_FILE
    write(beside, f"{_text(definition_schema())}\n")
    files = [*map(str, made), str(beside)]
    lines = paragraph(f"{folder} holds a small process that works. Read it, and change it:")
    for file in files:
        lines += item(file)
    lines += ["", *paragraph("Say how it stands with:")]
    for verb in ("check", "describe", "verify", "test"):
        lines += item(f"casetrail workflow {verb} {folder}")
    door.answer({"folder": folder, "files": files}, lines)


@command(
    "schema",
    argument("name", "[NAME-OR-FOLDER]", required=False, default=""),
    option(
        "--for",
        "kind",
        type=click.Choice(KINDS),
        default="definition",
        help="The files of a definition, of a folder that extends one, or of packs/.",
    ),
    option("--out", metavar="FILE", default="", help="Write it into this file."),
)
def schema(door: Door, name: str, kind: str, out: str) -> None:
    """The definition language as a JSON Schema, by which an editor completes and checks.

    With a process it knows the names that the process defines, so that a misspelt state is seen as
    it is typed.
    """
    from engine.loading.schema import definition_schema, overlay_schema, pack_schema

    workflow = loading.load(loading.find(name)) if name else None
    makers = (definition_schema, overlay_schema, pack_schema)
    made = dict(zip(KINDS, makers, strict=True))[kind](workflow)
    if out:
        write(Path(out), f"{_text(made)}\n")
        lines = paragraph(f"The schema is in {out}.")
    else:
        lines = _text(made).split("\n")
    door.answer({"file": out or None, "schema": made}, lines)


def _text(made: Mapping[str, Any]) -> str:
    return json.dumps(made, indent=2, ensure_ascii=False)
