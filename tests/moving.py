"""Other editions of the sample process, in use beside it, and cases that are moved to them."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from engine import queries
from engine.case import RUNNING, Case
from engine.decide.moving.migrating import Wishes
from engine.definition import Workflow
from engine.loading import load, sources
from engine.loading.resolving import hashed
from engine.service import editions
from engine.service.moving import giving_back, migrating
from engine.service.moving.families import Moved
from engine.service.moving.migrating import Move
from engine.service.rehearsals.replaying import replayed
from engine.service.workplace import By
from tests.shared import loaded
from tests.worlds import BESS, SAMPLE, World

Edit = tuple[str, str]
INCIDENT = loaded(SAMPLE)
LATER = "2026-01"
AGREED = ("notification",)
"""That the duty to notify may end later."""
REMINDER = "remind_2_working_days_before_it_is_due"
ESCALATION = "escalate_1_working_day_after_it_was_due"
BECAUSE = By("bess", reason="the law has changed")
NAMED = ('edition      = "2025-01"', f'edition      = "{LATER}"')
SHORTER = ("within 5 working days of aware_on", "within 3 working days of aware_on")
LONGER = ("within 5 working days of aware_on", "within 8 working days of aware_on")
TWENTY = ("within 15 working days of notified_on", "within 20 working days of notified_on")
IN_REVIEW: tuple[Edit, ...] = (
    ("[state.reviewing]", "[state.in_review]"),
    ('"reviewing"', '"in_review"'),
)


def another(
    world: World, folder: Path, *edits: Edit, linked: tuple[Edit, ...] = (), name: str = LATER
) -> str:
    """Bring an edited copy of the sample into use; yields its hash."""
    copy = folder / name / "incident"
    shutil.copytree(SAMPLE, copy)
    _edit(copy / "process.toml", (NAMED[0], f'edition      = "{name}"'), *edits)
    _edit(copy / "children" / "summary.toml", *linked)
    workflow = load(copy)
    editions.activate(world.place, BESS, workflow, sources(copy))
    return workflow.hash


def made(world: World, name: str = LATER, **parts: Any) -> Workflow:
    """An edition of the sample with other parts, as a program and not a file made it, in use."""
    workflow = hashed(replace(loaded(SAMPLE), edition=name, hash="", **parts))
    editions.activate(world.place, BESS, workflow, {})
    return workflow


def move(world: World, *, by: By = BESS, to: str = LATER, **asked: Any) -> list[Moved]:
    """Move open cases; what is asked beside is states, clocks, provision and refs."""
    refs = tuple(asked.pop("refs", ()))
    return list(migrating.migrate(world.place, by, Move("incident", to, Wishes(**asked), refs)))


def moving_one_by_one(world: World, to: str = LATER) -> Iterator[Moved]:
    """The same, each as it is asked for; nothing of a case that was not asked for is done."""
    return migrating.migrate(world.place, BESS, Move("incident", to))


def foreseen(world: World, *, by: By = BESS, to: str = LATER, **asked: Any) -> list[Moved]:
    """What moving them would come to."""
    refs = tuple(asked.pop("refs", ()))
    return list(migrating.foreseen(world.place, by, Move("incident", to, Wishes(**asked), refs)))


def back(world: World, *refs: str, by: By = BESS, **asked: Any) -> list[Moved]:
    """Give cases back; what is asked beside is clocks and later."""
    return list(giving_back.give_back(world.place, by, "incident", refs, Wishes(**asked)))


def needs(found: list[Moved]) -> list[str]:
    """Why the cases were not moved."""
    return [need.what for one in found for need in one.needs]


def case_of(world: World, ref: str) -> Case:
    """A case by its rows, every one of them."""
    with world.place.database.read() as tx:
        return Case(ref, world.place.store.load(tx, ref))


def edition_of(world: World, ref: str) -> str:
    """The hash of the edition under which a case is."""
    return str(case_of(world, ref).row["edition"])


def as_a_fresh_case(world: World, ref: str, *, stopped: bool = False) -> None:
    """Assert that a case is where its own history leads under the edition that it is under.

    Where clocks of the partnership's own may have been stopped, no others run than would.
    """
    case = case_of(world, ref)
    main = case_of(world, ref.partition(".")[0]).row
    with world.place.database.read() as tx:
        edition = world.place.edition(tx, main["edition"], main["workflow"])
        fresh = replayed(world.place, tx, ref, edition)
    assert fresh.impossible == []
    assert fresh.case.state == case.state
    assert (fresh.case.row["closed_on"] is None) == (case.row["closed_on"] is None)
    recurring = edition.recurring
    running = {
        (key[1], key[2], 0 if key[1] in recurring else key[3])
        for key, row in fresh.rows.table("deadlines").items()
        if row["status"] in RUNNING
    }
    own = {
        (key[1], key[2], 0 if key[1] in recurring else key[3]) for key, _ in case.open_deadlines()
    }
    assert own == running or (stopped and own < running)


def _edit(file: Path, *edits: Edit) -> None:
    text = file.read_text(encoding="utf-8")
    for old, new in edits:
        assert old in text, old
        text = text.replace(old, new)
    file.write_text(text, encoding="utf-8")


def due(world: World, ref: str, timescale: str) -> tuple[str, str]:
    """The status of a deadline, and the day on which it is due."""
    one = world.deadline(ref, timescale)
    return str(one["status"]), str(one["due_on"])


def holds(world: World, *refs: str) -> None:
    """Nothing in the store differs, and each case is where a fresh one could be."""
    assert world.verdict().problems == []
    for ref in refs:
        as_a_fresh_case(world, ref)


def fired(world: World, ref: str) -> list[tuple[str, str]]:
    """The notices of a case and what has become of each; what was replaced is left out."""
    with world.place.database.read() as tx:
        sql = queries.everything("notices")
        rows = [tuple(row) for row in tx.rows(sql) if row[1] == ref]
    return sorted((str(row[5]), str(row[8])) for row in rows if row[8] != "replaced")


def clock(name: str) -> Any:
    return INCIDENT.timescales[name]


def rewritten(world: World, **timescales: Any) -> None:
    """An edition in use of which these timescales are others; None: it has no such."""
    known = dict(INCIDENT.timescales)
    known.update(timescales)
    made(world, timescales={k: v for k, v in known.items() if v is not None})


def due_within(name: str, due: str, **parts: Any) -> Any:
    one = clock(name)
    return one._replace(variants=(one.variants[0]._replace(due=due, **parts),))
