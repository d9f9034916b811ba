"""Writing a process: `workflow new` begins one, `workflow schema` helps an editor with it."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from engine import loading
from engine.cli.door import Door, argument, command, option, write
from engine.cli.printing import paragraph, program

SCHEMA_FILE = "definition.schema.json"
KINDS = ("definition", "overlay", "pack")
VERBS = ("check", "describe", "verify", "test")


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
    # What is opened or typed stands whole on a line of its own, however wide the terminal.
    lines = paragraph("This is a small process that works. Read it, and change it:")
    lines += [f"  {file}" for file in files]
    lines += ["", *paragraph("Say how it stands with:")]
    lines += [f"  {program()} workflow {verb} {shlex.quote(folder)}" for verb in VERBS]
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
        lines = ["The schema is in:", f"  {out}"]
    else:
        lines = _text(made).split("\n")
    door.answer({"file": out or None, "schema": made}, lines)


def _text(made: Mapping[str, Any]) -> str:
    return json.dumps(made, indent=2, ensure_ascii=False)
