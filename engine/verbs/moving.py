"""The verb by which open cases are moved to another edition of their process, and given back."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from typing import Any

from engine.decide.moving.carrying import CHOICES
from engine.decide.moving.migrating import Wishes
from engine.definition import Workflow
from engine.errors import TrailError, UsageError
from engine.guessing import meant
from engine.service import references
from engine.service.moving import families, giving_back, migrating
from engine.service.moving.giving_back import Back
from engine.service.moving.migrating import Move
from engine.service.workplace import Workplace
from engine.verbs import outcomes
from engine.verbs.fields import PATH, Field
from engine.verbs.verb import Document, Job, Verb


def migrate(job: Job) -> Document:
    """Move open cases to another edition, or give moved cases back to the one of before."""
    if bool(job.get("back", False)) == bool(job.get("to")):
        raise UsageError("Say either --to EDITION or --back.")
    job = job._replace(by=job.done_by(reason=str(job.get("reason"))))
    refs = tuple(references.read(ref) for ref in job.get("refs", ()))
    wishes = Wishes(
        states=dict(job.get("states", {})),
        clocks=dict(job.get("clocks", {})),
        provision=str(job.get("provision")),
        later=tuple(job.get("later", ())),
    )
    if job.get("back", False):
        return _give_back(job, refs, wishes)
    return _move(job, Move(str(job.get("workflow")), str(job.get("to")), wishes, refs))


def _move(job: Job, move: Move) -> Document:
    place, by, dry = job.place, job.by, bool(job.get("dry_run", False))
    new = migrating.target(place, move).workflow
    _check(place, new, move.wishes)
    if dry:
        found = list(migrating.foreseen(place, by, move))
    else:
        migrating.need_in_force(place, new)
        found = list(migrating.migrate(place, by, move))
        if found and all(one.refused for one in found):
            raise outcomes.refusal(found, "moved")
    return {
        **outcomes.document(new.name, found, dry=dry, back=False),
        "title": new.title,
        "to": {"edition": new.edition, "hash": new.hash, "in_force_from": new.in_force_from},
        "to_come": migrating.to_come(place, new),
        "caution": new.caution,
    }


def _give_back(job: Job, refs: tuple[str, ...], wishes: Wishes) -> Document:
    place, by, dry = job.place, job.by, bool(job.get("dry_run", False))
    workflow = str(job.get("workflow"))
    _check_back(place, workflow, wishes)
    if dry:
        found = list(giving_back.foreseen(place, by, Back(workflow, refs, wishes)))
    else:
        found = list(giving_back.give_back(place, by, workflow, refs, wishes))
    given = [one for one in found if not one.refused]
    if found and not given and not (dry and any(one.plans for one in found)):
        raise outcomes.refusal(found, "given back")
    return {**outcomes.document(workflow, found, dry=dry, back=True), "to": None}


def _check(place: Workplace, new: Workflow, wishes: Wishes) -> None:
    """Refuse a choice that there is not, and names that no edition has. Raises UsageError."""
    for name, choice in wishes.clocks.items():
        if choice not in CHOICES:
            raise UsageError(f"--timescale {name[:40]}= is one of: {', '.join(CHOICES)}.")
    every = [*_editions(place, new.name), new]
    processes = [one for edition in every for one in (edition, *edition.children.values())]
    _check_timescales(wishes, {name for one in processes for name in one.timescales})
    states = {name for one in processes for name in one.states}
    for old, to in wishes.states.items():
        there = {name for one in (new, *new.children.values()) for name in one.states}
        for name, known in ((old, states), (to, there)):
            if name not in known:
                raise UsageError(f'There is no state "{name[:40]}"{meant(name, known)}')


def _check_back(place: Workplace, workflow: str, wishes: Wishes) -> None:
    """Refuse any choice that goes with no way back. Raises UsageError."""
    if wishes.states or wishes.provision or {*wishes.clocks.values()} - {"stop"}:
        raise UsageError(
            "--back takes no other choice than --case, --reason, --dry-run, --yes, --allow-later "
            "TIMESCALE and --timescale TIMESCALE=stop."
        )
    if wishes.clocks or wishes.later:
        every = _editions(place, workflow)
        processes = [one for main in every for one in (main, *main.children.values())]
        _check_timescales(wishes, {name for one in processes for name in one.timescales})


def _check_timescales(wishes: Wishes, known: Collection[str]) -> None:
    for name in (*wishes.clocks, *wishes.later):
        if name not in known:
            raise UsageError(f'There is no timescale "{name[:40]}"{meant(name, known)}')
    for name in wishes.later:
        if wishes.clocks.get(name) == "stop":
            raise UsageError(
                f"Say either --timescale {name}=stop or --allow-later {name}, not both."
            )


def _editions(place: Workplace, workflow: str) -> list[Workflow]:
    """The editions under which there are open cases, as far as they can be read."""
    hashes = {edition for _, edition in families.waiting(place, workflow)}
    found = []
    with place.database.read() as tx:
        for one in sorted(hashes):
            with suppress(TrailError):
                found.append(place.edition(tx, one, workflow).workflow)
    return found


_FIELDS: tuple[Field, ...] = (
    Field("workflow", "word", "The process.", required=True, where=PATH),
    Field("to", "word", "The edition, by its name or its hash."),
    Field("back", "flag", "Give moved cases back to the edition of before."),
    Field("refs", "names", "Only these cases."),
    Field("dry_run", "flag", "Only say what would be done."),
    Field("states", "words", "By the old name of a state its new one."),
    Field("clocks", "words", "By timescale: keep, rebase, restart or stop."),
    Field("later", "names", "Timescales of which it is agreed that a duty becomes later."),
    Field("provision", "text", "What allows a clock to start anew."),
    Field("reason", "text", "Why."),
)

VERBS: tuple[Any, ...] = (
    Verb(
        "workflow migrate",
        "/workflows/{workflow}/migration",
        "Move open cases to another edition, or give them back.",
        _FIELDS,
        migrate,
        changes=True,
        of_store=True,
        method="POST",
    ),
)
