"""`workflow migrate`: open cases moved to another edition of their process, and given back.

The database's own schema is another matter: that is `casetrail migrate`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from typing import Any

from engine import dates
from engine.cli import outcomes, printing, saying, texts
from engine.cli.door import argument, option
from engine.cli.printing import paragraph
from engine.cli.visit import Visit, reads
from engine.decide.moving.carrying import CHOICES
from engine.decide.moving.migrating import Wishes
from engine.definition import Workflow
from engine.errors import TrailError, UsageError
from engine.nouns import count
from engine.service import references
from engine.service.moving import families, giving_back, migrating
from engine.service.moving.families import Moved
from engine.service.moving.giving_back import Back
from engine.service.moving.migrating import Move
from engine.service.workplace import By


@reads(
    "migrate",
    argument("workflow", "PROCESS"),
    option("--to", metavar="EDITION", default="", help="The edition, by its name or its hash."),
    option("--back", is_flag=True, help="Give moved cases back to the edition of before."),
    option("--case", "refs", metavar="REF", multiple=True, help="Only this case; may be repeated."),
    option("--dry-run", is_flag=True, help="Only say what would be done."),
    option("--yes", is_flag=True, help="Do it without asking."),
    option("--state", "states", metavar="OLD=NEW", multiple=True, help="A state's new name."),
    option(
        "--timescale",
        "clocks",
        metavar="TIMESCALE=CHOICE",
        multiple=True,
        help="keep, rebase, restart or stop what runs; left out: rebase.",
    ),
    option(
        "--allow-later",
        "later",
        metavar="TIMESCALE",
        multiple=True,
        help="Agree that a duty's deadline becomes later; may be repeated.",
    ),
    option("--provision", metavar="TEXT", default="", help="What allows a clock to start anew."),
    option("--reason", metavar="TEXT", default="", help=f"Why: {texts.FREE}"),
)
def migrate(door: Visit, workflow: str, **asked: Any) -> None:
    """Move open cases to another edition of their process, which must be in use.

    A case is moved only to where its own history would have led it under that edition; all others
    are listed with what would be needed, and stay as they are. Linked cases go with the case above
    them. Each clock that runs is kept as it was counted, counted anew by the new edition (rebase),
    started anew (restart) or stopped. A duty is made later only with --allow-later, and its clock
    ended only with --timescale TIMESCALE=stop; a case of which nobody has said so stays where it
    is. --dry-run says what would happen; --back takes a migration back. The database's own schema
    is brought up to date with `casetrail migrate`.
    """
    if asked["back"] == bool(asked["to"]):
        raise UsageError("Say either --to EDITION or --back.")
    refs = tuple(references.read(ref) for ref in asked["refs"])
    by = door.visitor
    reason = texts.free_text(asked["reason"], "--reason")
    by = By(by.person, reason=reason, claimed=by.claimed)
    if asked["back"]:
        _give_back(door, by, workflow, refs, asked)
        return
    provision = texts.free_text(asked["provision"], "--provision")
    states = _pairs(asked["states"], "--state", "OLD=NEW")
    clocks = _pairs(asked["clocks"], "--timescale", "TIMESCALE=keep")
    wishes = Wishes(states, clocks, provision, asked["later"])
    move = Move(workflow, asked["to"], wishes, refs)
    new = migrating.target(door.place, move).workflow
    _check(door, new, move.wishes)
    if not asked["dry_run"]:
        migrating.need_in_force(door.place, new)
        _agree(door, by, move, yes=asked["yes"])
    if asked["dry_run"]:
        _answer(door, new, list(migrating.foreseen(door.place, by, move)), dry=True)
    else:
        _answer(door, new, _done(door, migrating.migrate(door.place, by, move)), dry=False)


def _pairs(written: Iterable[str], name: str, form: str) -> dict[str, str]:
    found = {}
    for one in written:
        key, sign, value = (part.strip() for part in one.partition("="))
        if not (key and sign and value):
            raise UsageError(f"Write {name} {form}.")
        if key in found:
            raise UsageError(f"{name} names {key[:40]} twice.")
        found[key] = value
    return found


def _check(door: Visit, new: Workflow, wishes: Wishes) -> None:
    """Refuse a choice that there is not, and names that no edition has. Raises UsageError."""
    for name, choice in wishes.clocks.items():
        if choice not in CHOICES:
            raise UsageError(f"--timescale {name[:40]}= is one of: {', '.join(CHOICES)}.")
    every = [*_editions(door, new.name), new]
    processes = [one for edition in every for one in (edition, *edition.children.values())]
    _check_timescales(wishes, {name for one in processes for name in one.timescales})
    states = {name for one in processes for name in one.states}
    for old, to in wishes.states.items():
        there = {name for one in (new, *new.children.values()) for name in one.states}
        for name, known in ((old, states), (to, there)):
            if name not in known:
                raise UsageError(f'There is no state "{name[:40]}"{printing.meant(name, known)}')


def _check_timescales(wishes: Wishes, known: Collection[str]) -> None:
    for name in (*wishes.clocks, *wishes.later):
        if name not in known:
            raise UsageError(f'There is no timescale "{name[:40]}"{printing.meant(name, known)}')
    for name in wishes.later:
        if wishes.clocks.get(name) == "stop":
            raise UsageError(
                f"Say either --timescale {name}=stop or --allow-later {name}, not both."
            )


def _editions(door: Visit, workflow: str) -> list[Workflow]:
    """The editions under which there are open cases, as far as they can be read."""
    hashes = {edition for _, edition in families.waiting(door.place, workflow)}
    found = []
    with door.place.database.read() as tx:
        for one in sorted(hashes):
            with suppress(TrailError):
                found.append(door.place.edition(tx, one, workflow).workflow)
    return found


def _agree(door: Visit, by: By, move: Move, *, yes: bool) -> None:
    """Ask before cases are moved. Raises UsageError where nobody agrees, or can be asked."""
    if yes:
        return
    if door.state.json or not texts.at_keyboard():
        raise UsageError("Look at it with --dry-run first; then say --yes.")
    seen = list(migrating.foreseen(door.place, by, move))
    movable = [one for one in seen if not one.refused]
    printing.say_aside(outcomes.lines(seen))
    warning = outcomes.warning(movable, dry=True)
    if not texts.confirmed(f"Move {count(len(movable), 'case')}?{warning}"):
        raise UsageError("Nothing was changed.")


def _done(door: Visit, moves: Iterable[Moved]) -> list[Moved]:
    """What came of each case; if the next one fails, those before it have been moved."""
    found = []
    for one in moves:
        found.append(one)
        door.state.changed = door.state.changed or not one.refused
    return found


def _answer(door: Visit, new: Workflow, found: list[Moved], *, dry: bool) -> None:
    moved = [one for one in found if not one.refused]
    if found and not moved and not dry:
        raise outcomes.refusal(found, "moved")
    to = f"{new.title}, edition {new.edition} ({new.hash[:12]})"
    verb = "can be moved" if dry else "was moved" if len(moved) == 1 else "were moved"
    stay = len(found) - len(moved)
    said = f"{count(len(moved), 'case')} {verb} to {to}"
    said += (
        f"; {count(stay, 'case')} cannot be, and {'stays' if stay == 1 else 'stay'}."
        if stay
        else "."
    )
    if not found:
        said = f"Every open case of {new.title} is under edition {new.edition} already."
    if day := migrating.to_come(door.place, new):
        first = dates.said(day, short=True)
        said += f" It is in force from {first}, and no case is moved to it before that day."
    said += outcomes.warning(found if dry else moved, dry=dry)
    document = outcomes.document(new.name, found, dry=dry, back=False)
    document["to"] = {"edition": new.edition, "hash": new.hash, "in_force_from": new.in_force_from}
    lines = [*paragraph(said), *outcomes.lines(found)]
    door.answer(document, [*lines, *saying.caution(new.caution)])


def _give_back(
    door: Visit, by: By, workflow: str, refs: tuple[str, ...], asked: Mapping[str, Any]
) -> None:
    wishes, dry = _back_wishes(door, workflow, asked), bool(asked["dry_run"])
    back = Back(workflow, refs, wishes)
    if dry:
        found = list(giving_back.foreseen(door.place, by, back))
    else:
        _agree_back(door, by, back, yes=asked["yes"])
        found = _done(door, giving_back.give_back(door.place, by, workflow, refs, wishes))
    given = [one for one in found if not one.refused]
    if found and not given and not (dry and any(one.plans for one in found)):
        raise outcomes.refusal(found, "given back")
    cases = count(len(given), "case is", "cases are")
    said = f"{cases} under the edition of before again."
    if dry:
        stay = len(found) - len(given)
        cannot = f"; {count(stay, 'case')} cannot be, and {'stays' if stay == 1 else 'stay'}"
        said = f"{count(len(given), 'case')} can be given back{cannot if stay else ''}."
    said += outcomes.warning(found if dry else given, dry=dry)
    if not found:
        said = f"No open case of {workflow} was moved to the edition that it is under."
    lines = [line for one in found for line in outcomes.back_lines(one)]
    document = outcomes.document(workflow, found, dry=dry, back=True)
    door.answer(document | {"to": None}, [*paragraph(said), *lines])


def _agree_back(door: Visit, by: By, back: Back, *, yes: bool) -> None:
    """Ask before cases are given back. Raises UsageError where nobody agrees, or can be asked."""
    if yes:
        return
    if door.state.json or not texts.at_keyboard():
        raise UsageError(
            "Say --yes to give cases back to the edition of before; --dry-run says first what "
            "would become of them."
        )
    seen = list(giving_back.foreseen(door.place, by, back))
    printing.say_aside(line for one in seen for line in outcomes.back_lines(one))
    given = [one for one in seen if not one.refused]
    warning = outcomes.warning(given, dry=True)
    asked = f"Give {count(len(given), 'case')} back to the edition of before?{warning}"
    if not texts.confirmed(asked):
        raise UsageError("Nothing was changed.")


def _back_wishes(door: Visit, workflow: str, asked: Mapping[str, Any]) -> Wishes:
    """What was agreed to when cases are given back. Raises UsageError for any other choice."""
    clocks = _pairs(asked["clocks"], "--timescale", "TIMESCALE=stop")
    others = asked["states"] or asked["provision"]
    if others or {*clocks.values()} - {"stop"}:
        raise UsageError(
            "--back takes no other choice than --case, --reason, --dry-run, --yes, --allow-later "
            "TIMESCALE and --timescale TIMESCALE=stop."
        )
    wishes = Wishes(clocks=clocks, later=asked["later"])
    if clocks or wishes.later:
        processes = [
            one for main in _editions(door, workflow) for one in (main, *main.children.values())
        ]
        _check_timescales(wishes, {name for one in processes for name in one.timescales})
    return wishes
