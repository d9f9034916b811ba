"""What is to be typed, as the command line would take it: what it prints must be what it reads."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping
from typing import Any

import click

from engine.cli.main import root
from engine.errors import EngineError

_LINE = re.compile(r"\s*(casetrail .*)")
_QUOTED = re.compile(r"`(casetrail [^`]*)`")


def printed(text: str) -> Iterator[str]:
    """Every command that a text of the command line tells people to type."""
    yield from (found[1] for line in text.splitlines() if (found := _LINE.fullmatch(line)))
    yield from _QUOTED.findall(" ".join(text.split()))


def told(document: Any) -> Iterator[str]:
    """Every command that a document has for people to type."""
    if isinstance(document, Mapping):
        for name, value in document.items():
            if name == "command":
                yield f"casetrail {value}"
            elif name == "commands":
                yield from (f"casetrail {one}" for one in value)
            else:
                yield from told(value)
    elif isinstance(document, list | tuple):
        for one in document:
            yield from told(one)


def fault(line: str) -> str:
    """Why the command line would not take a command as it is typed; nothing if it would."""
    try:
        words = shlex.split(line)[1:]
        return _fault(words)
    except click.ClickException as error:
        return error.format_message()
    except (EngineError, ValueError) as error:
        return str(error)


def _fault(words: list[str]) -> str:
    group: click.Command | None = root()
    ctx = click.Context(root(), info_name="casetrail")
    while isinstance(group, click.Group):
        if not words:
            return "It names no command."
        name, group, words = group.resolve_command(ctx, words)
        assert group is not None
        ctx = click.Context(group, info_name=name, parent=ctx)
    assert group is not None
    with group.make_context(group.name, list(words), parent=ctx.parent):
        return ""
