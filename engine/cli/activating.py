"""`workflow activate`: an edition of a process is proved, and brought into use."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import click

from engine import loading
from engine.cli import overlaying, printing, proving, saying
from engine.cli.door import argument, option
from engine.cli.folders import handed_over, with_edition
from engine.cli.printing import day, listed, paragraph
from engine.cli.visit import Visit, reads
from engine.errors import DefinitionError
from engine.nouns import count, with_the

Known = Mapping[str, Any]

NEW, AGAIN = "new", "again"
"""What bringing it into use came to."""
NAMED = 2
"""So many steps are named where nobody is asked before them; of others it is said how many."""


@reads(
    "activate",
    argument("name", "NAME-OR-FOLDER"),
    option(
        "--anyway",
        is_flag=True,
        help="Although `workflow verify` refutes it; the record says with how many faults.",
    ),
)
def activate(door: Visit, name: str, anyway: bool) -> None:
    """Bring an edition of a process into use; cases that are open stay under theirs.

    It is proved first, as `workflow verify` does; what is refuted is brought into use with --anyway
    alone. An edition whose place another has taken takes it again: from its folder, or by its name
    as PROCESS@EDITION.
    """
    process, edition = with_edition(name)
    wanted: dict[str, Any] = {"workflow": process, "edition": edition}
    if not edition:
        wanted["workflow"], wanted["files"] = handed_over(name)
        if sys.stderr.isatty() and _is_new(door, name):
            printing.say_aside(["It is proved first; that may take some seconds."])
    with door.working("Proving", ticking=True):
        found = door.settle("workflow activate", anyway=anyway, **wanted)
    if found["refused"]:
        door.state.changed = False
        door.answer(found, _refused(found))
        raise click.exceptions.Exit(DefinitionError.exit_code)
    lines = [*_begins(found), *doubts(found["faults"], len(found["not_shown"]))]
    lines += [*overlaying.standing(found), *_left_behind(found)]
    door.answer(found, [*lines, *_warned(found), *saying.caution(found["caution"])])


def _is_new(door: Visit, name: str) -> bool:
    """Whether a definition was never in use here, so that it is proved."""
    used = {one["hash"] for one in door.ask("workflow list")["in_use"]}
    return loading.load(loading.find(name)).hash not in used


def _refused(found: Known) -> list[str]:
    said = (
        "It was not brought into use. Mend what is told above and activate it again, or add "
        "--anyway where somebody answers for it as it is; the record will say so."
    )
    return [*proving.headline(found), *proving.faults(found), "", *paragraph(said)]


def _begins(found: Known) -> list[str]:
    """That it is in use, and under which edition new cases open."""
    now, before, to_do = found["new_cases"], found["before"], found["to_do"]
    governs = now is not None and now["hash"] == found["hash"]
    use = {NEW: "is in use from now on" if governs else "is in use", AGAIN: "is in use again"}
    said = f"{found['title']}, edition {found['edition']}, {use.get(to_do, 'was in use already')}"
    lines = paragraph(f"{said} ({found['hash'][:12]}).")
    under = f"new cases open under edition {_called(now)}" if now else "no case can be opened"
    if not governs:
        return [*lines, *paragraph(f"{_when(found)} {under}.")]
    if before and before["hash"] != found["hash"]:
        other = _called(before)
        return lines + paragraph(f"New cases open under it, and no longer under edition {other}.")
    return lines if to_do == NEW else lines + paragraph("New cases open under it.")


def _called(one: Known) -> str:
    return f"{one['edition']} ({one['hash'][:12]})"


def _when(found: Known) -> str:
    """Why it is not the one under which new cases open."""
    if found["in_force_from"] > found["today"]:
        return f"It is in force from {day(found['in_force_from'])} on; until then"
    return f"It was in force until {day(found['in_force_to'])};"


def doubts(faults: int, not_shown: int) -> list[str]:
    """With how many faults it is in use, and how many things could not be shown of it."""
    lines: list[str] = []
    if faults:
        said = (
            "It was brought into use although `workflow verify` refutes it: "
            f"{count(faults, 'fault')}."
        )
        lines += map(printing.loud, paragraph(f"{said} The record says so."))
    if not_shown:
        open_ = count(not_shown, "thing")
        lines += paragraph(f"{open_} of it could not be shown; `workflow verify` says which.")
    return lines


def _left_behind(found: Known) -> list[str]:
    """That open cases stay under other editions, and how to see what moving them would come to."""
    others = found["open_under_others"]
    if not others:
        return []
    stay = count(others, "open case stays under another edition", "open cases stay under others")
    named = shlex.quote(found["edition"])
    how = f"`workflow migrate {found['workflow']} --to {named} --dry-run`"
    return paragraph(f"{stay}; {how} says what moving would come to.")


def _warned(known: Known) -> Iterator[str]:
    """What somebody who brings it into use should know beforehand."""
    for one in known["passed_over"]:
        yield from paragraph(
            f"Edition {one['edition']} is to be in force from {day(one['from'])} on, and no case "
            "would open under it, for this one was brought into use after it: activate it again "
            "if it is to take this one's place on that day."
        )
    for group in known["unasked"]:
        lines = paragraph(_nobody(group) if group["nobody"] else _not_all(group))
        yield from map(printing.loud, lines) if group["nobody"] else lines


def _nobody(group: Known) -> str:
    kinds = listed((f'"{kind}"' for kind in group["kinds"]), "or")
    return (
        f"Nobody will be asked before {_steps(group['steps'])}: config.toml names none of "
        f"{with_the(group['title'])}. Write there each of them as an [[agency]] whose kind is "
        f"{kinds}."
    )


def _not_all(group: Known) -> str:
    kinds = listed((f'"{kind}"' for kind in group["kinds"]), "or")
    return (
        f"Of {with_the(group['title'])}, who are asked before {_steps(group['steps'])}, "
        f"config.toml names no agency whose kind is {kinds}; where there is one, write it there as "
        "an [[agency]]."
    )


def _steps(titles: Sequence[str]) -> str:
    named = [f'"{title}"' for title in titles[:NAMED]]
    more = len(titles) - len(named)
    return listed([*named, *([count(more, "other step")] if more else [])])
