"""The definition language as a JSON Schema, by which editors complete and check as one types.

It is made from the same shapes by which a file is read, so that the two say the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from engine.definition import Workflow
from engine.loading.kinds import NAME_OF, Names, Schema, Shape
from engine.loading.language import Key, about, key_of
from engine.loading.names import NAME
from engine.loading.overlay.overlay_shapes import ALSO, ALSO_HEAD
from engine.loading.shapes import HEAD, IN_FORCE, PACK_FILE, SECTIONS

DRAFT: Final = "http://json-schema.org/draft-07/schema#"
NEEDS: Final = "Needed in one of the files of a process."


def definition_schema(workflow: Workflow | None = None) -> Schema:
    """The schema of a definition's files; of a given process with the names that it defines.

    A definition is spread over files, so no key is required at the top of each of them.
    """
    names = _names(workflow) if workflow else {}
    properties = {key: _key(HEAD, key, names) for key in HEAD.keys}
    for section, shape in SECTIONS.items():
        properties[section] = _section(shape)
    return {
        "$schema": DRAFT,
        "title": f"A definition: {workflow.title}" if workflow else "A definition of a process",
        "description": about(HEAD.id),
        "type": "object",
        "properties": properties,
        "additionalProperties": False,
        "$defs": _defs([*SECTIONS.values(), IN_FORCE], names),
    }


def overlay_schema(base: Workflow | None = None) -> Schema:
    """The schema of the files of a folder that extends a process: nothing of a table of the base
    need be said again, and `also` adds to what it says.
    """
    made = definition_schema(base)
    names = _names(base) if base else {}
    made["properties"]["also"] = _also(HEAD.id, ALSO_HEAD, names)
    for section, shape in SECTIONS.items():
        made["$defs"][shape.id].pop("required", None)
        if section in ALSO:
            made["$defs"][shape.id]["properties"]["also"] = _also(shape.id, ALSO[section], names)
    return made


def _also(table: str, shape: Shape, names: Names) -> Schema:
    """What may be added to a table of the base; its keys mean what they mean there."""
    keys = {}
    for key, kind in shape.keys.items():
        known = key_of(table, key)
        held = {"allOf": [kind.schema(names)], "examples": [known.value]}
        keys[key] = {"description": known.says, **held}
    return {
        "description": "Added to what the base says.",
        "type": "object",
        "properties": keys,
        "additionalProperties": False,
    }


def pack_schema(workflow: Workflow | None = None) -> Schema:
    """The schema of a pack's file: what it prints."""
    names = _names(workflow) if workflow else {}
    return {
        "$schema": DRAFT,
        "title": "What a pack prints",
        "$ref": f"#/$defs/{PACK_FILE.id}",
        "$defs": _defs([PACK_FILE], names),
    }


def shapes(first: Iterable[Shape]) -> dict[str, Shape]:
    """These shapes, and those of the tables within them, by what they are called."""
    found: dict[str, Shape] = {}
    waiting = list(first)
    while waiting:
        shape = waiting.pop(0)
        if shape.id not in found:
            found[shape.id] = shape
            waiting += [within for kind in shape.keys.values() for within in kind.tables]
    return found


def _names(workflow: Workflow) -> Names:
    """All names that the files of a process may use, those of its linked processes too."""
    every = (workflow, *workflow.children.values())
    found: dict[str, list[str]] = {"process": list(workflow.children)}
    for section in SECTIONS:
        held = [name for one in every for name in getattr(one, f"{section}s")]
        found[section] = list(dict.fromkeys(held))
    return found


def _defs(first: Iterable[Shape], names: Names) -> dict[str, Schema | bool]:
    found = {name: _shape(shape, names) for name, shape in shapes(first).items()}
    # An enumeration without words is no schema; a process without packs names none.
    known = {f"{NAME_OF}{s}": {"enum": list(of)} if of else False for s, of in names.items()}
    return {**found, **known}


def _section(shape: Shape) -> Schema:
    """The tables of a section, each under a name of its own."""
    return {
        "description": about(shape.id),
        "type": "object",
        "propertyNames": {"pattern": f"^{NAME.pattern}$"},
        "additionalProperties": {"$ref": f"#/$defs/{shape.id}"},
    }


def _shape(shape: Shape, names: Names) -> Schema:
    found: Schema = {
        "description": about(shape.id),
        "type": "object",
        "properties": {key: _key(shape, key, names) for key in shape.keys},
        "additionalProperties": False,
    }
    if shape.needed:
        found["required"] = list(shape.needed)
    return found


def _key(shape: Shape, key: str, names: Names) -> Schema:
    """What a key may hold, with what it means and an example of it."""
    known: Key = key_of(shape.id, key)
    needed = f" {shape.needed[key]}" if key in shape.needed else ""
    held: Mapping[str, Any] = shape.keys[key].schema(names)
    # Beside a reference nothing else is read, so it stands in a list of its own.
    held = {"allOf": [held]} if "$ref" in held else held
    return {"description": f"{known.says}{needed}", **held, "examples": [known.value]}
