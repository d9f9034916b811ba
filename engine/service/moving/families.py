"""A case with its linked cases, changed together under another edition: what the move there and
the way back have in common.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from engine import queries
from engine.canonical import parse
from engine.case import Case
from engine.database import Transaction
from engine.decide.draft import Draft
from engine.decide.entries import packs
from engine.decide.moving.carrying import Carried
from engine.decide.moving.loosening import HEADS
from engine.decide.moving.migrating import Plan
from engine.edition import Edition
from engine.errors import Need, RefusedError, TrailError, UsageError
from engine.nouns import any_of
from engine.prose import names_of
from engine.service import access, barriers
from engine.service.changing import save
from engine.service.drafting import drafted
from engine.service.packs import following
from engine.service.workplace import By, Workplace
from engine.store import no_case

UNREADABLE = (TrailError, LookupError, TypeError, ValueError)
"""What comes of a record that somebody has altered: that case stays, and all others go on."""

Events = list[dict[str, object]]


@dataclass(slots=True)
class Moved:
    """What came of one case: it was moved with its linked cases, or why not."""

    ref: str
    plans: list[Plan] = field(default_factory=list)
    """Its own plan first, then those of its linked cases."""
    sentence: str = ""
    """Why it stays as it is; empty where it was moved, or can be."""
    needs: tuple[Need, ...] = ()
    opened: str = ""
    """The edition from which it comes, or to which it was given back: its name."""
    looser: list[tuple[str, Carried]] = field(default_factory=list)
    """Where it was given back: the clocks of it and its linked cases that became looser."""

    @property
    def refused(self) -> bool:
        """Whether it stays under its edition."""
        return bool(self.sentence)


def waiting(place: Workplace, workflow: str, but: str = "") -> list[tuple[str, str]]:
    """The open cases of a process that stand by themselves, each with the hash of its edition.

    Without those that are under this edition already, and those that whoever looks may not see:
    these are moved by somebody who may.
    """
    with place.database.read() as tx:
        rows = tx.rows(queries.OPEN_BY_EDITION, (place.log, workflow))
        out = barriers.hidden(place, tx)
    return [(str(ref), str(e)) for ref, e in rows if e != but and ref not in out]


def one_by_one(place: Workplace, refs: Sequence[str]) -> Iterator[str]:
    """Each of these cases, and whoever watches is told how many are done."""
    for number, ref in enumerate(refs):
        place.came(number, len(refs))
        yield ref


def wanted(place: Workplace, workflow: str, refs: Sequence[str], but: str) -> list[str]:
    """The cases that are meant: those that are named, or all that are open.

    Raises CaseNotFoundError, and UsageError for one of another process, for a linked case and for
    one that is closed.
    """
    every = [ref for ref, _ in waiting(place, workflow, but)]
    if not refs:
        return every
    with place.database.read() as tx:
        for ref in refs:
            _need_own(place, tx, workflow, ref)
    return [ref for ref in dict.fromkeys(refs) if ref in every]


def _need_own(place: Workplace, tx: Transaction, workflow: str, ref: str) -> None:
    parent, dot, _ = ref.rpartition(".")
    if dot:
        raise UsageError(f"{ref} is a linked case, which goes with {parent}: name that one.")
    row = tx.row(queries.CASE_OF, (place.log, ref))
    if row is None or ref in barriers.hidden(place, tx):
        raise no_case(ref)
    if row[0] != workflow:
        raise UsageError(f"{ref} is a case of {row[0]}, and not of {workflow}.")
    if row[1] is not None:
        raise UsageError(f"{ref} is closed, and stays under the edition that it ended under.")


def apart(
    place: Workplace, by: By, ref: str, act: Callable[[Transaction], tuple[Moved, list[Draft]]]
) -> Moved:
    """What came of a case that is changed in a transaction of its own, or why it stays."""
    try:
        with place.database.write() as tx:
            moved, drafts = act(tx)
            save(place, tx, drafts, "")
    except RefusedError as error:
        access.refused(place, by, "migrate", ref, error)
        return Moved(ref, sentence=str(error), needs=error.unmet)
    except UNREADABLE:
        return Moved(ref, sentence=unreadable(ref))
    for draft in drafts:
        place.store.keep(draft.case.ref, draft.case.rows)
    return moved


def unreadable(ref: str) -> str:
    """Why a case stays of which the record was altered."""
    return f"What is on record of {ref} cannot be read; run `casetrail audit verify`."


def family(place: Workplace, tx: Transaction, ref: str) -> list[str]:
    """A case and its linked cases, in the order in which they are locked."""
    linked = [str(row[0]) for row in tx.rows(queries.CHILDREN, (place.log, ref))]
    return [ref, *sorted(linked, key=lambda one: int(one.rpartition(".")[2]))]


def events_of(place: Workplace, tx: Transaction, ref: str) -> Events:
    """All events of a case."""
    return [dict(parse(text)) for text in place.store.events(tx, ref)]


def of_linked(ref: str, linked: str, need: Need) -> Need:
    """What a case needs; of a linked one it says of which."""
    if linked == ref:
        return need
    head, colon, rest = need.what.partition(": ")
    if colon and head in HEADS.values():
        return replace(need, what=f"{head}: {linked}: {rest}")
    return replace(need, what=f"{linked}: {need.what}")


def need_keeper(place: Workplace, by: By, edition: Edition) -> None:
    """Raise RefusedError unless somebody keeps the record today under an edition."""
    workflow = edition.workflow
    if place.directory.acting(by.person, workflow.keepers, place.today().isoformat()):
        return
    who = names_of(workflow, workflow.keepers)
    raise RefusedError(
        "Moving a case to another edition is for those who keep the record under both.",
        (
            Need(
                f"under edition {workflow.edition} that is {any_of(who)}",
                who,
                "have one of them move it",
            ),
        ),
    )


def draft_under(
    place: Workplace, by: By, case: Case, edition: Edition, others: Sequence[Draft]
) -> Draft:
    """A draft under an edition; all cases of a family are moved by one command."""
    draft = drafted(place, by, case, edition, edition.workflow.keepers)
    if not others:
        return draft
    context = others[0].context
    return Draft(case, edition, context, place.directory, draft.calendar, place.randomness)


def mark_packs(place: Workplace, tx: Transaction, draft: Draft, cause: str) -> None:
    """A pack says which edition governs the case: what was built before is out of date, unless the
    edition has no such pack any more, and so nothing to take its place.
    """
    for (_, pack, no), row in following.versions(place, tx, draft.case.ref):
        if row["status"] == "current" and pack in draft.workflow.packs:
            packs.out_of_date(draft, pack, no, [cause])
