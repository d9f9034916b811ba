"""Every command is a verb of the table, or is said to be local; so are its options."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

import click
import pytest

from engine import verbs
from engine.cli.commands import COMMANDS
from engine.verbs import table
from engine.verbs.table import LOCAL, VERBS

CALLED = {name: entry for name, entry in COMMANDS.items() if entry.module}
HOW = {
    *("json", "config", "out", "every", "paper", "brief"),
    *("form", "yes", "personal"),
}
"""What an option says of how it is printed, or asked about, and not of what is done."""
AT_THE_DOOR = {"as_person", "key", "if_version"}
"""Who asks, under which key, and for which state of the record: that goes beside a request."""
NEVER = {"local"}
"""What is always refused, with why."""
OTHERWISE = {"yes_erase": "confirm", "wanted": "other", "way": "by"}
"""Options that are called otherwise as a field."""


BESIDE = {"person": ["show personal"]}
"""Verbs that a command asks for besides its own."""


def verbs_of(command: str) -> list[str]:
    """The verbs that a command asks for: its own, those whose name begins with it, and others."""
    own = [name for name in VERBS if name == command or name.startswith(f"{command} ")]
    return own + BESIDE.get(command, [])


def test_every_command_is_a_verb_or_local_and_not_both() -> None:
    verbs = {name for name in CALLED if verbs_of(name)}

    assert set(CALLED) - verbs == set(LOCAL)
    assert not verbs & set(LOCAL)


@pytest.mark.parametrize("name", sorted(set(CALLED) - set(LOCAL)))
def test_each_option_of_a_command_is_a_field_of_its_verb_or_says_how_it_is_printed(
    name: str,
) -> None:
    entry = CALLED[name]
    command: click.Command = getattr(import_module(f"engine.cli.{entry.module}"), entry.name)
    known = {field.name for verb in verbs_of(name) for field in table.fields(VERBS[verb])}
    asked = {str(param.name) for param in command.params if isinstance(param, click.Option)}
    meant = {OTHERWISE.get(one, one) for one in asked - HOW - AT_THE_DOOR - NEVER}

    assert meant - known == set()


@pytest.mark.parametrize("name", VERBS)
def test_a_verb_is_found_by_the_name_that_it_has(name: str) -> None:
    assert VERBS[name].name == name


def test_a_module_has_no_verb_that_the_table_does_not_know() -> None:
    made: set[str] = set()
    for found in iter_modules(verbs.__path__, "engine.verbs."):
        if found.name != table.__name__:
            made |= {verb.name for verb in getattr(import_module(found.name), "VERBS", ())}

    assert made == set(VERBS)
