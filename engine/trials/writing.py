"""Writes the tables of a definition's file as TOML again, for a process that is changed on trial.

Comments are lost, so this is never written where somebody keeps a definition.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import date
from typing import Any

_BARE = re.compile(r"[A-Za-z0-9_-]+")


def toml(document: Mapping[str, Any]) -> str:
    """A document that TOML reads back as it is: what is no table first, then table by table."""
    head = {key: value for key, value in document.items() if not _is_section(value)}
    lines = [f"{_key(key)} = {_value(value)}" for key, value in head.items()]
    for section, tables in document.items():
        if _is_section(tables):
            for name, table in tables.items():
                lines += ["", f"[{_key(section)}.{_key(name)}]"]
                lines += [f"{_key(key)} = {_value(value)}" for key, value in table.items()]
    return "\n".join([*lines, ""])


def _is_section(value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(one, dict) for one in value.values())


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list):
        # One element a line: the reader allows only so many dots on a line.
        return "[" + "".join(f"\n  {_value(one)}," for one in value) + "]"
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{_key(k)} = {_inline(v)}" for k, v in value.items()) + " }"
    return str(value)


def _inline(value: Any) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(map(_inline, value)) + "]"
    return _value(value)


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else json.dumps(name, ensure_ascii=False)
