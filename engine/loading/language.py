"""What each key of the definition language means, with an example: for editors, and for the page.

`python -m engine.loading.language` writes docs/keys.md.
"""

from __future__ import annotations

import sys
import tomllib
from functools import cache
from pathlib import Path
from typing import Any, Final, NamedTuple

FILE: Final = Path(__file__).parents[1] / "data" / "language.toml"
PAGE: Final = Path("docs/keys.md")
SAME: Final = {"variant": "timescale", "escalation": "reminder"}
"""Tables whose keys mean what they mean in another."""
_OPENING: Final = (
    "# Every key of a definition",
    "",
    "Each table of the definition language with its keys, what they mean, and an example. How the",
    "parts work together is in [the definition language](definition-language.md); how to write a",
    "process from the beginning is in [Writing a process](writing-a-process.md). What is here",
    "`casetrail workflow schema` gives to an editor, which then completes and checks as one types.",
    "",
)


class Key(NamedTuple):
    """A key: what it means, and an example of it."""

    name: str
    says: str
    example: str

    @property
    def value(self) -> Any:
        """The value of the example, as JSON has it."""
        return _plain(tomllib.loads(self.example)[self.name])


@cache
def _written() -> dict[str, dict[str, Any]]:
    return tomllib.loads(FILE.read_text(encoding="utf-8"))


def tables() -> tuple[str, ...]:
    """The tables that are explained, in order."""
    return tuple(_written())


def about(table: str) -> str:
    """What a table is."""
    return str(_written()[table]["_says"])


def keys_of(table: str) -> tuple[Key, ...]:
    """The keys of a table, in order."""
    known = _written()[table]
    return tuple(Key(k, v["says"], v["example"]) for k, v in known.items() if k != "_says")


def key_of(table: str, key: str) -> Key:
    """What a key of a table means. Raises KeyError for one that nobody has explained."""
    known = _written()[table].get(key) or _written()[SAME[table]][key]
    return Key(key, known["says"], known["example"])


def page() -> str:
    """The page on every key."""
    lines = [*_OPENING]
    for table in tables():
        lines += [f"## {_heading(table)}", "", about(table), ""]
        for key in keys_of(table):
            lines += [f"- **`{key.name}`** {key.says}", "", "  ```toml"]
            lines += [f"  {key.example}", "  ```", ""]
    return "\n".join(lines).rstrip("\n") + "\n"


def _heading(table: str) -> str:
    return table.replace("_", " ").capitalize()


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value if isinstance(value, str | int | bool) else value.isoformat()


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    sys.stdout.write(f"{PAGE}\n")
