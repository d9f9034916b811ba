"""The entrance: finds the command that was called, and turns every error into a sentence."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any

import click

from engine import __version__
from engine.cli import printing
from engine.cli.commands import HEADINGS, Entry, within
from engine.cli.state import State
from engine.errors import DefinitionError, EngineError, Mistake, RefusedError, UsageError

INTERRUPTED = 130
FAULT = 1
WRONG_USE = 2

_ABOUT = """A workflow engine for statutory review processes.

Every command takes --json for one JSON document on standard output, and --config FILE where
config.toml is not in this folder. With --server, or CASETRAIL_SERVER, it is done at a server where
you have signed in: `casetrail sign-in`. A case is named by its reference, such as 2025-K7QF29.
"""


_OF_A_SERVER = (
    ("--server", "URL", "Do it at this server, where `casetrail serve` runs."),
    ("--server-ca", "FILE", "Trust this authority, where no system knows it (PEM)."),
    ("--token-file", "FILE", "Come in there by the token in this file."),
)
_BEFORE = tuple(name for name, _, _ in _OF_A_SERVER)


class Commands(click.Group):
    """A group of commands of which only the one that is called is imported."""

    def __init__(self, name: str, about: str, called: str = "") -> None:
        super().__init__(name, help=about, subcommand_metavar="COMMAND ...")
        self.called = called
        self.entries = within(called)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of the commands, in the order of the table."""
        return list(self.entries)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """A command by its name, imported now."""
        entry = self.entries.get(cmd_name)
        if entry is None:
            return None
        if not entry.module:
            return Commands(cmd_name, entry.help, f"{self.called} {cmd_name}".strip())
        found: click.Command = getattr(import_module(f"engine.cli.{entry.module}"), entry.name)
        return found

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that these words call. Raises UsageError with the nearest there is."""
        if (
            args[0] not in self.entries
            and not args[0].startswith("-")
            and not ctx.resilient_parsing
        ):
            raise UsageError(f"{_no_command(args[0], self.entries)} {_see_help(ctx)}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands by the table, without importing them."""
        parts: dict[str, list[tuple[str, str]]] = {}
        heading = "Commands"
        for name, entry in self.entries.items():
            heading = heading if self.called else HEADINGS.get(name, heading)
            parts.setdefault(heading, []).append((name, entry.help))
        for heading, listed in parts.items():
            with formatter.section(heading):
                formatter.write_dl(listed)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[Any]:
        """What the shell may complete a word to, without importing the commands."""
        from click.shell_completion import CompletionItem

        options = click.Command.shell_complete(self, ctx, incomplete)
        fits = [(n, e) for n, e in self.entries.items() if n.startswith(incomplete)]
        return [CompletionItem(name, help=entry.help) for name, entry in fits] + options

    def main(  # type: ignore[override]
        self, args: Sequence[str] | None = None, prog_name: str | None = None, **extra: Any
    ) -> None:
        """Do what was asked, and leave with its exit code."""
        printing.prepare()
        state = State()
        sys.exit(self._run(state, args, prog_name or "casetrail", extra))

    def _run(
        self, state: State, args: Sequence[str] | None, prog_name: str, extra: dict[str, Any]
    ) -> int:
        extra |= {"standalone_mode": False, "obj": state}
        try:
            return super().main(args, prog_name, **extra) or 0
        except EngineError as error:
            return _told(error, state)
        except click.ClickException as error:
            return _misused(error)
        except (click.Abort, KeyboardInterrupt):
            printing.say_aside([f"Stopped. {state.in_doubt()}"])
            return INTERRUPTED
        except OSError as error:
            printing.say_aside([_system(error, state)])
            return FAULT
        except Exception as error:
            printing.say_aside([_fault(error, state)])
            return FAULT


def root() -> Commands:
    """All commands."""
    made = Commands("casetrail", _ABOUT)
    for name, metavar, about in _OF_A_SERVER:
        made.params.append(
            click.Option([name], metavar=metavar, expose_value=False, callback=_keep, help=about)
        )
    made.params.append(
        click.Option(
            ["--version"],
            is_flag=True,
            expose_value=False,
            is_eager=True,
            callback=_show_version,
            help="Show the version and exit.",
        )
    )
    return made


def main() -> None:
    """The console command. What it makes is for its owner's eyes alone."""
    os.umask(0o077)
    root().main()


def _keep(ctx: click.Context, param: click.Parameter, value: str | None) -> None:
    state = ctx.find_object(State)
    if state is not None and value is not None:
        setattr(state, str(param.name), value)


def _show_version(ctx: click.Context, param: click.Parameter, value: bool) -> None:
    if value and not ctx.resilient_parsing:
        printing.say([f"casetrail {__version__}"])
        ctx.exit()


def _told(error: EngineError, state: State) -> int:
    if isinstance(error, RefusedError):
        _refused(error, state)
    elif isinstance(error, DefinitionError) and state.json:
        told = {"mistakes": [_mistake(one) for one in error.mistakes]}
        printing.say_json(state.marked(told))
    else:
        printing.say_aside(str(error).split("\n"))
        if error.exit_code == FAULT:
            printing.say_aside([state.in_doubt()])
    return error.exit_code


def _refused(error: RefusedError, state: State) -> None:
    if state.json:
        unmet = [n.plain() for n in error.unmet]
        told = {"transition": error.transition, "sentence": str(error), "unmet": unmet}
        printing.say_json(state.marked({"refused": told}))
        return
    lines = [str(error)]
    for need in error.unmet:
        lines += printing.item(printing.need(need.said, need.who, need.how))
    printing.say_aside([*lines, "Nothing was changed."])


def _mistake(one: Mistake) -> dict[str, str | int]:
    return {
        "file": one.file,
        "line": one.line,
        "problem": one.problem,
        "suggestion": one.suggestion,
    }


def _misused(error: click.ClickException) -> int:
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        printing.say_aside(error.format_message().split("\n"))
        return WRONG_USE
    ctx = getattr(error, "ctx", None)
    said = f"{_sentence(error)} {_see_help(ctx) if ctx else ''}"
    printing.say_aside([said.strip()])
    return WRONG_USE


def _sentence(error: click.ClickException) -> str:
    """What click found wrong, without the words that were typed: they may be about somebody."""
    if isinstance(error, click.NoSuchOption):
        return f"There is no option {error.option_name}{_meant(error)}"
    if isinstance(error, click.MissingParameter) and error.param:
        return f"{_called(error.param)} is missing."
    if isinstance(error, click.BadParameter) and error.param:
        if isinstance(error.param, click.Argument) and isinstance(error.param.type, click.Choice):
            return f"Write one of these there: {', '.join(map(str, error.param.type.choices))}."
        return f"{_called(error.param)} {_expected(error.param)}."
    if "extra argument" in error.format_message():
        return "There are more words than this command takes; put a value with spaces in quotes."
    return error.format_message()


def _meant(error: click.NoSuchOption) -> str:
    if error.option_name in _BEFORE:
        return f"here; write it before the command: `casetrail {error.option_name} ... COMMAND`."
    if error.ctx and isinstance(error.ctx.command, Commands):
        return "; options are written after the command."
    return f"; did you mean {error.possibilities[0]}?" if error.possibilities else "."


def _called(param: click.Parameter) -> str:
    return param.opts[0] if isinstance(param, click.Option) else (param.metavar or str(param.name))


def _expected(param: click.Parameter) -> str:
    if isinstance(param.type, click.Choice):
        return f"is one of: {', '.join(map(str, param.type.choices))}"
    return "needs a whole number" if param.type is click.INT else "cannot be what was given"


def _no_command(name: str, entries: dict[str, Entry]) -> str:
    from difflib import get_close_matches

    near = get_close_matches(name, entries, 1)
    hint = f'; did you mean "{near[0]}"?' if near else "."
    return f'There is no command "{name[:40]}"{hint}'


def _see_help(ctx: click.Context) -> str:
    return f"`{ctx.command_path} --help` says more."


def _system(error: OSError, state: State) -> str:
    reason = error.strerror or type(error).__name__
    return f"The operating system said no ({reason}). {state.in_doubt()}"


def _fault(error: Exception, state: State) -> str:
    """Where it happened and no more: what an unexpected error says may be about somebody."""
    import traceback

    frames = [f for f in traceback.extract_tb(error.__traceback__) if "engine" in f.filename]
    where = ""
    if frames:
        file = frames[-1].filename.rpartition("engine" + os.sep)[2]
        where = f" in {file}, line {frames[-1].lineno}"
    kind = type(error).__name__
    return f"Casetrail met a fault of its own ({kind}{where}); report it. {state.in_doubt()}"
