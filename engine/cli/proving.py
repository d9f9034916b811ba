"""`workflow verify`: a definition held against every way that its cases can go."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from engine import loading
from engine.cli import progress, ruling, saying
from engine.cli.door import Door, argument, command, option
from engine.cli.printing import item, paragraph, strong
from engine.dates import read_day
from engine.errors import DefinitionError, IncompleteError, Mistake
from engine.proving import PROPERTIES
from engine.verbs.proving import NOTHING, SHOWN, proved

Known = Mapping[str, Any]


@command(
    "verify",
    argument("name", "NAME-OR-FOLDER"),
    option("--as-at", metavar="DATE", default="", help="With the rules that held on this day."),
)
def verify_(door: Door, name: str, as_at: str) -> None:
    """Hold a process against every way that its cases can go, and tell each fault as a story.

    It shows that a definition is consistent with the rules written in it, and never that it is
    lawful. What could not be shown is named.
    """
    day = read_day(as_at) if as_at else None
    with progress.working(door.state, "Verifying", ticking=True):
        found = proved(loading.find(name), day)
    lines = [*headline(found), *ruling.told(found), *faults(found)]
    lines += [*_mistakes(found), *_looked_for(found), *saying.caution(found["caution"])]
    door.answer(found, lines)
    if found["failures"]:
        raise click.exceptions.Exit(DefinitionError.exit_code)
    if found["not_shown"]:
        raise click.exceptions.Exit(IncompleteError.exit_code)


def headline(found: Known) -> list[str]:
    """What was found, in one sentence."""
    return paragraph(f"{found['title']}, edition {found['edition']}. {found['verdict']}")


def faults(found: Known) -> list[str]:
    """Each fault with its story, and then what could not be shown."""
    lines: list[str] = []
    for one in found["failures"]:
        lines += ["", *paragraph(_at(one) + strong(one["problem"]))]
        for line in one["story"]:
            lines += item(line)
    for one in found["not_shown"]:
        said = f"Not shown: {PROPERTIES[one['check']]}. {one['problem']}"
        lines += ["", *paragraph(_at(one) + said)]
    return lines


def _mistakes(found: Known) -> list[str]:
    if "mistakes" not in found:
        return []
    lines = ["", strong("What `workflow check` says of it")]
    return [*lines, *(line for one in found["mistakes"] for line in item(str(Mistake(**one))))]


def _looked_for(known: Known) -> list[str]:
    """What was shown, what there was nothing of, and what neither says."""
    lines: list[str] = []
    for wanted, heading in (
        (SHOWN, "Shown, on every way that a case can go"),
        (NOTHING, "Nothing of this kind here, and so nothing shown"),
    ):
        found = [one["title"] for one in known["checked"] if one["result"] == wanted]
        lines += ["", *map(strong, paragraph(heading))] if found else []
        lines += [line for title in found for line in item(f"{title}.")]
    lines += [
        "",
        *paragraph(
            "This says nothing of whether the rules are the law, nor of whether anybody holds a "
            "role; `workflow describe` gives the source of each rule, and how far it is confirmed. "
            "A step recorded as already done is not kept from anywhere: what "
            "it lacked stays an open task."
        ),
    ]
    return lines


def _at(one: Known) -> str:
    return f"{one['file']}:{one['line']}: " if one["file"] else ""
