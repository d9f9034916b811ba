"""`completion`: what a shell is to be told so that it completes the words of this command."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from engine.cli import printing
from engine.cli.door import Door, argument, command

SHELLS = ("bash", "zsh", "fish")
NO_SPACE = "COMPREPLY+=($value)\n            [[ $value == *= ]] && compopt -o nospace"
"""Behind an equals sign the answer follows at once."""


@command("completion", argument("shell", "|".join(SHELLS), type=click.Choice(SHELLS)))
def completion(door: Door, shell: str) -> None:
    """Print what makes a shell complete references, steps, questions and options.

    bash: add `eval "$(casetrail completion bash)"` to ~/.bashrc; zsh: the same with zsh, to
    ~/.zshrc; fish: `casetrail completion fish > ~/.config/fish/completions/casetrail.fish`. What is
    completed is read as somebody who may see it would, and it neither logs nor asks for anything.
    """
    known = get_completion_class(shell)
    assert known is not None
    made = known(click.get_current_context().find_root().command, {}, printing.PROGRAM, _VARIABLE)
    text = made.source_template % made.source_vars()
    if shell == "bash":
        text = text.replace("COMPREPLY+=($value)", NO_SPACE)
    door.answer({"shell": shell, "script": text}, text.strip("\n").split("\n"))


_VARIABLE = "_CASETRAIL_COMPLETE"
"""By which click is told to complete, and in whose form."""
