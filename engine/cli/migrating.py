"""`workflow migrate`: open cases moved to another edition of their process, and given back.

The database's own schema is another matter: that is `casetrail migrate`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

from engine.cli import printing, saying, texts
from engine.cli.door import argument, option
from engine.cli.printing import day, item, listed, paragraph
from engine.cli.visit import Visit, reads
from engine.decide.moving.carrying import CHOICES, Carried
from engine.decide.moving.migrating import Plan, Wishes
from engine.definition import Workflow
from engine.errors import RefusedError, TrailError, UsageError
from engine.nouns import count
from engine.service import references
from engine.service.moving import families, giving_back, migrating
from engine.service.moving.families import Moved
from engine.service.moving.migrating import Move
from engine.service.workplace import By

SAID = {
    "keep": "stays as it was counted",
    "rebase": "is counted by the new edition",
    "restart": "starts anew today",
    "stop": "no longer applies",
    "start": "starts",
}


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
    option("--provision", metavar="TEXT", default="", help="What allows a clock to start anew."),
    option("--reason", metavar="TEXT", default="", help=f"Why: {texts.FREE}"),
)
def migrate(door: Visit, workflow: str, **asked: Any) -> None:
    """Move open cases to another edition of their process, which must be in use.

    A case is moved only to where its own history would have led it under that edition; all others
    are listed with what would be needed, and stay as they are. Linked cases go with the case above
    them. Each clock that runs is kept as it was counted, counted anew by the new edition (rebase),
    started anew (restart) or stopped; no duty is ended or made later but by the new edition's own
    law. --dry-run says what would happen; --back takes a migration back. The database's own schema
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
    move = Move(workflow, asked["to"], Wishes(states, clocks, provision), refs)
    new = migrating.target(door.place, move).workflow
    _check(door, new, move.wishes)
    if not asked["dry_run"]:
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
    timescales = {name for one in processes for name in one.timescales}
    states = {name for one in processes for name in one.states}
    for name in wishes.clocks:
        if name not in timescales:
            raise UsageError(
                f'There is no timescale "{name[:40]}"{printing.meant(name, timescales)}'
            )
    for old, to in wishes.states.items():
        there = {name for one in (new, *new.children.values()) for name in one.states}
        for name, known in ((old, states), (to, there)):
            if name not in known:
                raise UsageError(f'There is no state "{name[:40]}"{printing.meant(name, known)}')


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
    printing.say_aside(_lines(seen, dry=True))
    if not texts.confirmed(f"Move {count(len(movable), 'case')}?"):
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
        raise _refused(found, "moved")
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
    document = _document(new.name, found, dry=dry, back=False)
    document["to"] = {"edition": new.edition, "hash": new.hash}
    door.answer(document, [*paragraph(said), *_lines(found, dry=dry), *saying.caution(new.caution)])


def _refused(found: list[Moved], what: str) -> RefusedError:
    """That nothing could be done at all, with all that would be needed."""
    if len(found) == 1:
        return RefusedError(found[0].sentence, found[0].needs)
    sentence = f"None of {count(len(found), 'case')} could be {what}; all stay as they are."
    needs = [replace(need, what=f"{one.ref}: {need.what}") for one in found for need in one.needs]
    return RefusedError(sentence, tuple(needs))


def _give_back(
    door: Visit, by: By, workflow: str, refs: tuple[str, ...], asked: Mapping[str, Any]
) -> None:
    if asked["dry_run"] or asked["states"] or asked["clocks"] or asked["provision"]:
        raise UsageError("--back takes no other choice than --case, --reason and --yes.")
    if not asked["yes"]:
        if door.state.json or not texts.at_keyboard():
            raise UsageError("Say --yes to give cases back to the edition of before.")
        if not texts.confirmed("Give them back to the edition of before?"):
            raise UsageError("Nothing was changed.")
    found = _done(door, giving_back.give_back(door.place, by, workflow, refs))
    given = [one for one in found if not one.refused]
    if found and not given:
        raise _refused(found, "given back")
    cases = count(len(given), "case is", "cases are")
    said = f"{cases} under the edition of before again."
    if not found:
        said = f"No open case of {workflow} was moved to the edition that it is under."
    lines = [line for one in found for line in _back_lines(one)]
    document = _document(workflow, found, dry=False, back=True)
    door.answer(document | {"to": None}, [*paragraph(said), *lines])


def _back_lines(one: Moved) -> Iterator[str]:
    if one.refused:
        yield from _refused_lines(one)
    else:
        yield from item(f"{one.ref}: edition {one.opened}")


def _lines(found: Iterable[Moved], *, dry: bool) -> Iterator[str]:
    for one in found:
        if one.refused:
            yield from _refused_lines(one)
            continue
        linked = [plan.ref for plan in one.plans[1:]]
        more = f", with {listed(linked)}" if linked else ""
        where = one.plans[0].state
        yield from item(f'{one.ref}, from edition {one.opened}: at "{where}"{more}')
        for plan in one.plans:
            for clock in plan.clocks:
                yield from paragraph(_clock(one.ref, plan, clock), 6, 2)


def _refused_lines(one: Moved) -> Iterator[str]:
    yield from item(one.sentence)
    for need in one.needs:
        yield from paragraph(f"- {printing.need(need.what, need.who, need.how)}", 6, 2)


def _clock(ref: str, plan: Plan, clock: Carried) -> str:
    """What becomes of a clock: `"Notify the Panel": is counted by the new edition, due ...`."""
    of = f" ({clock.key[2]})" if clock.key[2] else ""
    case = f"{plan.ref}: " if plan.ref != ref else ""
    old = clock.old or {}
    was, now = day(old.get("due_on")), day(clock.now.get("due_on", old.get("due_on")))
    said = SAID[clock.choice]
    if clock.now.get("status") in ("met", "met late"):
        said = f"counts as {clock.now['status']}"
    elif clock.choice == "start" and clock.old:
        said = "runs again"
    elif clock.choice == "rebase" and not clock.changes:
        said = "stays the same"
    facts = [said, *([f"due {now}"] if now and clock.choice != "stop" else [])]
    facts += [f"was due {was}"] if was and (was != now or clock.choice == "stop") else []
    return f'{case}"{clock.title}"{of}: {", ".join(facts)}'


def _document(workflow: str, found: Iterable[Moved], *, dry: bool, back: bool) -> dict[str, Any]:
    every = list(found)
    return {
        "workflow": workflow,
        "dry_run": dry,
        "back": back,
        "moved": [_plain(one) for one in every if not one.refused],
        "refused": [
            {
                "ref": one.ref,
                "sentence": one.sentence,
                "unmet": [{"what": n.what, "who": list(n.who), "how": n.how} for n in one.needs],
            }
            for one in every
            if one.refused
        ],
    }


def _plain(one: Moved) -> dict[str, Any]:
    return {
        "ref": one.ref,
        "edition": one.opened,
        "cases": [
            {
                "ref": plan.ref,
                "from": plan.came_from,
                "to": plan.to,
                "clocks": [clock.plain() for clock in plan.clocks],
            }
            for plan in one.plans
        ],
    }
