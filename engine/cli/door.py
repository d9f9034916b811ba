"""What every command has in common: its options, and one answer as text or as JSON."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from inspect import cleandoc
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import click

from engine.cli import own_folders, printing
from engine.cli.state import State
from engine.errors import OutcomeUnknownError, UsageError

Function = Callable[..., None]
"""A command: it is given its door, then its own parameters by their names."""


class Door:
    """One run of a command: what it was asked with, and where its answer goes."""

    def __init__(self, state: State, options: Mapping[str, Any]) -> None:
        self.state = state
        self.options = options
        state.json = bool(options.get("json"))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give back what the run holds open."""

    def answer(self, document: Mapping[str, Any], lines: Iterable[str]) -> None:
        """Print what was asked for, in the one form or the other."""
        if self.state.json:
            printing.say_json(self.state.marked(document))
        else:
            printing.say(lines)

    def remark(self, line: str, *, loud: bool = False) -> None:
        """Say something before the answer: above it, or under --json on standard error."""
        if self.state.json:
            printing.say_aside([line])
        else:
            lines = printing.paragraph(line)
            printing.say(printing.loud(one) if loud else one for one in lines)


def write(file: Path, text: str) -> None:
    """Write what was asked for into a file. Raises UsageError where that cannot be."""
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{file} cannot be written ({error.strerror}); name another.") from error


def option(*names: str, **more: Any) -> click.Option:
    """An option of a command."""
    return click.Option([*names], **{"shell_complete": _completed, **more})


def argument(name: str, shown: str = "", **more: Any) -> click.Argument:
    """A word of a command."""
    return click.Argument([name], metavar=shown or None, **{"shell_complete": _completed, **more})


def _completed(context: click.Context, param: click.Parameter, incomplete: str) -> list[Any]:
    """What the shell may complete a word to; a choice completes itself."""
    if isinstance(param.type, click.Choice):
        return param.type.shell_complete(context, param, incomplete)
    from engine.cli import completing

    return completing.complete(str(param.name), context, incomplete)


def common() -> list[click.Parameter]:
    """The options that every command takes."""
    return [
        option("--json", is_flag=True, help="One JSON document on standard output."),
        option("--config", metavar="FILE", default="", help="Where config.toml is."),
    ]


def command(
    name: str, *own: click.Parameter, more: Iterable[click.Parameter] = (), door: type[Door] = Door
) -> Callable[[Function], click.Command]:
    """Make a function a command: `own` parameters are given to it, all others to its door."""
    given = {str(param.name) for param in own}

    def make(function: Function) -> click.Command:
        def run(**options: Any) -> None:
            context = click.get_current_context()
            state = context.find_object(State) or State()
            reach(context.command_path, state, options)
            mine = {name: options.pop(name) for name in given}
            with door(state, options) as opened:
                _run(state, lambda: function(opened, **mine))

        about = cleandoc(function.__doc__ or "")
        params = [*own, *more, *common()]
        return click.Command(name, callback=run, params=params, help=about)

    return make


def reach(called: str, state: State, options: Mapping[str, Any]) -> None:
    """Find out at which server a command is done, where any is named at all."""
    state.json = bool(options.get("json"))
    named = state.server is not None or "CASETRAIL_SERVER" in os.environ
    if named or os.path.exists(own_folders.client_file()):
        from engine.cli.remote import choosing

        state.reached = choosing.chosen(called.partition(" ")[2], state, options)


def _run(state: State, act: Callable[[], None]) -> None:
    try:
        act()
    except OutcomeUnknownError as error:
        again = f" Repeat it with: --key {state.key}" if state.key else ""
        raise OutcomeUnknownError(f"{error}{again}") from None
