"""`workflow activate`: an edition of a process is proved, and brought into use."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from engine import bootstrap, loading
from engine.cli import overlaying, printing, saying
from engine.cli.door import argument, option
from engine.cli.printing import day, listed, paragraph
from engine.cli.visit import Visit, reads
from engine.definition import Workflow
from engine.errors import DefinitionError
from engine.nouns import count, with_the
from engine.service import editions
from engine.service.editions import AGAIN, NEW, InUse
from engine.service.moving import choosing
from engine.service.unasked import Unasked, unasked

if TYPE_CHECKING:
    from engine.cli.proving import Proof

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
    workflow, sources = _meant(door, name)
    bootstrap.check_appointments(door.settings, [workflow])
    to_do = editions.comes_to(door.place, door.visitor, workflow)
    proof = _proved(name, workflow) if to_do == NEW else None
    faults = len(proof.verdict.failures) if proof else 0
    before = editions.for_new_cases(door.place, workflow.name)
    refused = bool(faults) and not anyway
    done = bool(to_do) and not refused
    if done:
        editions.activate(door.place, door.visitor, workflow, sources, faults)
    known = _known(door, workflow, done)
    found = proof.plain() if proof else {"failures": [], "not_shown": []}
    document = {**known, **found, "unasked": [one._asdict() for one in known["unasked"]]}
    if proof and refused:
        door.answer(document, _refused(proof))
        raise click.exceptions.Exit(DefinitionError.exit_code)
    today = door.place.today().isoformat()
    lines = [*_begins(workflow, to_do, before, known["new_cases"], today), *doubts(faults, proof)]
    lines += [*overlaying.standing(workflow), *_left_behind(workflow, known["open_under_others"])]
    door.answer(document, [*lines, *_warned(known), *saying.caution(workflow.caution)])


def _meant(door: Visit, name: str) -> tuple[Workflow, dict[str, str]]:
    """The process of a folder and the texts of its files; or an edition in use, whose own stay."""
    process, at, edition = name.rpartition("@")
    if not (at and process and edition) or Path(name).exists():
        return editions.shipped(name)
    with door.place.database.read() as tx:
        return choosing.edition_in_use(door.place, tx, process, edition).workflow, {}


def _proved(name: str, workflow: Workflow) -> Proof:
    # What is in use already is not proved, and pays for none of it.
    from engine.cli.proving import prove

    if sys.stderr.isatty():
        printing.say_aside(["It is proved first; that may take some seconds."])
    return prove(loading.find(name), workflow)


def _known(door: Visit, workflow: Workflow, done: bool) -> dict[str, Any]:
    """How the process stands now, in its stable form."""
    governs = editions.for_new_cases(door.place, workflow.name)
    others = editions.passed_over(door.place, workflow)
    return {
        "workflow": workflow.name,
        "edition": workflow.edition,
        "hash": workflow.hash,
        "activated": done,
        "extends": overlaying.base_of(workflow),
        "open_under_others": choosing.under_others(door.place, workflow.name, workflow.hash),
        "new_cases": governs and {"edition": governs.edition, "hash": governs.hash},
        "passed_over": [{"edition": one.edition, "from": one.since} for one in others],
        "unasked": unasked(door.place.directory, workflow, door.place.today().isoformat()),
    }


def _refused(proof: Proof) -> list[str]:
    said = (
        "It was not brought into use. Mend what is told above and activate it again, or add "
        "--anyway where somebody answers for it as it is; the record will say so."
    )
    return [*proof.headline(), *proof.faults(), "", *paragraph(said)]


def _begins(
    workflow: Workflow, to_do: str, before: InUse | None, now: dict[str, str] | None, today: str
) -> list[str]:
    """That it is in use, and under which edition new cases open."""
    governs = now is not None and now["hash"] == workflow.hash
    use = {NEW: "is in use from now on" if governs else "is in use", AGAIN: "is in use again"}
    said = f"{workflow.title}, edition {workflow.edition}, {use.get(to_do, 'was in use already')}"
    lines = paragraph(f"{said} ({workflow.hash[:12]}).")
    under = f"new cases open under edition {_called(now)}" if now else "no case can be opened"
    if not governs:
        return [*lines, *paragraph(f"{_when(workflow, today)} {under}.")]
    if before and before.hash != workflow.hash:
        other = _called(before._asdict())
        return lines + paragraph(f"New cases open under it, and no longer under edition {other}.")
    return lines if to_do == NEW else lines + paragraph("New cases open under it.")


def _called(one: dict[str, Any]) -> str:
    return f"{one['edition']} ({one['hash'][:12]})"


def _when(workflow: Workflow, today: str) -> str:
    """Why it is not the one under which new cases open."""
    if workflow.in_force_from > today:
        return f"It is in force from {day(workflow.in_force_from)} on; until then"
    return f"It was in force until {day(workflow.in_force_to)};"


def doubts(faults: int, proof: Proof | None) -> list[str]:
    """With what faults it is in use, and what could not be shown of it."""
    lines: list[str] = []
    if faults:
        said = (
            "It was brought into use although `workflow verify` refutes it: "
            f"{count(faults, 'fault')}."
        )
        lines += map(printing.loud, paragraph(f"{said} The record says so."))
    if proof and proof.verdict.not_shown:
        open_ = count(len(proof.verdict.not_shown), "thing")
        lines += paragraph(f"{open_} of it could not be shown; `workflow verify` says which.")
    return lines


def _left_behind(workflow: Workflow, others: int) -> list[str]:
    """That open cases stay under other editions, and how to see what moving them would come to."""
    if not others:
        return []
    stay = count(others, "open case stays under another edition", "open cases stay under others")
    named = shlex.quote(workflow.edition)
    how = f"`workflow migrate {workflow.name} --to {named} --dry-run`"
    return paragraph(f"{stay}; {how} says what moving would come to.")


def _warned(known: dict[str, Any]) -> Iterator[str]:
    """What somebody who brings it into use should know beforehand."""
    for one in known["passed_over"]:
        yield from paragraph(
            f"Edition {one['edition']} is to be in force from {day(one['from'])} on, and no case "
            "would open under it, for this one was brought into use after it: activate it again "
            "if it is to take this one's place on that day."
        )
    for group in known["unasked"]:
        lines = paragraph(_nobody(group) if group.nobody else _not_all(group))
        yield from map(printing.loud, lines) if group.nobody else lines


def _nobody(group: Unasked) -> str:
    kinds = listed((f'"{kind}"' for kind in group.kinds), "or")
    return (
        f"Nobody will be asked before {_steps(group.steps)}: config.toml names none of "
        f"{with_the(group.title)}. Write there each of them as an [[agency]] whose kind is {kinds}."
    )


def _not_all(group: Unasked) -> str:
    kinds = listed((f'"{kind}"' for kind in group.kinds), "or")
    return (
        f"Of {with_the(group.title)}, who are asked before {_steps(group.steps)}, config.toml "
        f"names no agency whose kind is {kinds}; where there is one, write it there as an "
        "[[agency]]."
    )


def _steps(titles: Sequence[str]) -> str:
    named = [f'"{title}"' for title in titles[:NAMED]]
    more = len(titles) - len(named)
    return listed([*named, *([count(more, "other step")] if more else [])])
