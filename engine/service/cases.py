"""Opening a case and moving it along: open, record, take, correct, undo, done, extend, delay,
approve, people, erase.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from engine.canonical import parse
from engine.case import Given
from engine.database import Transaction
from engine.decide.draft import Draft
from engine.decide.entries import approving, correcting, finishing, keeping, people, recording
from engine.decide.steps import redating, undoing
from engine.decide.steps.opening import open_case, open_linked
from engine.decide.steps.setting_aside import Linked
from engine.decide.steps.taking import Step, take
from engine.decide.timing import extending
from engine.edition import Edition
from engine.errors import RefusedError, UsageError
from engine.service import access, editions, references
from engine.service.changing import (
    Outcome,
    Wanted,
    change,
    digest,
    loaded,
    new_case,
    repeated,
    save,
)
from engine.service.drafting import drafted
from engine.service.filing import Paper, put_answer, told_apart
from engine.service.looking import listing
from engine.service.looking.recorders import recorders
from engine.service.workplace import By, Workplace


class Wish(NamedTuple):
    """A case that somebody wants to open: under which process, with which answers."""

    workflow: str
    given: Sequence[Given]
    historic: bool = False
    edition: str = ""


def open_new(
    place: Workplace,
    by: By,
    workflow: str,
    given: Sequence[Given],
    *,
    historic: bool = False,
    edition: str = "",
) -> Outcome:
    """Open a case under the newest edition in force on the day, and give it its reference.

    Raises RefusedError when the answers asked first are missing or wrong.
    """
    request = digest(place, "open", workflow, {"given": _plain(given)}, by)
    try:
        with place.database.write() as tx:
            if by.key and (done := place.store.done(tx, by.key)):
                return repeated(done, request, by.key)
            draft = _opened(place, tx, by, Wish(workflow, given, historic, edition))
            save(place, tx, [draft], request)
    except RefusedError as error:
        access.refused(place, by, "open", workflow, error)
        raise
    ref = draft.case.ref
    place.store.keep(ref, draft.case.rows)
    return Outcome(ref, draft.chain.n, draft.context.command, tuple(draft.chain.events))


def alike(place: Workplace, by: By, wish: Wish) -> list[dict[str, Any]]:
    """The cases that may be the one about to be opened, of those that this person reads.

    Raises what `open_new` would raise, and changes nothing; what its key has done already is like
    no other.
    """
    try:
        with place.database.read() as tx:
            if by.key and place.store.done(tx, by.key):
                return []
            workflow = _opened(place, tx, by, wish).workflow
    except RefusedError as error:
        access.refused(place, by, "open", wish.workflow, error)
        raise
    found = listing.similar(place, by, workflow, wish.given)
    # Of two at once under one key, the other may have opened the case that it is alike.
    if found and by.key:
        with place.database.read() as tx:
            if place.store.done(tx, by.key):
                return []
    return found


def _opened(place: Workplace, tx: Transaction, by: By, wish: Wish) -> Draft:
    """A draft of a new case, with a reference that no other has. Raises RefusedError."""
    pinned = editions.to_open(place, tx, wish.workflow, wish.edition, by.on)
    case = new_case(references.new(place, tx))
    draft = drafted(place, by, case, pinned, pinned.workflow.may_open, tx)
    keeping.need_recorder(draft, answering=False)
    given = references.need_referred(place, tx, draft, wish.given)
    open_case(draft, given, historic=wish.historic)
    return draft


def record(place: Workplace, by: By, ref: str, given: Sequence[Given]) -> Outcome:
    """Record answers on a case, or that agencies were asked and did not reply."""

    def act(draft: Draft, tx: Transaction) -> None:
        recording.record(draft, references.need_referred(place, tx, draft, given))

    asked = {"given": _plain(given)}
    whole = _reaches_back(given)
    return change(place, by, Wanted("record", ref, act, keeping.roles, asked, whole=whole))


def take_step(
    place: Workplace,
    by: By,
    ref: str,
    step: Step,
    for_linked: Sequence[Given] = (),
    papers: Sequence[Paper] = (),
) -> Outcome:
    """Take a step on a case, or record one already done; opens the linked cases that it opens.

    `papers` are the documents given with it.
    """

    known: list[str] = []

    def act(draft: Draft, tx: Transaction) -> Sequence[Draft]:
        wanted = step
        if papers:
            filed = tuple(put_answer(place, tx, draft, one) for one in papers)
            wanted = replace(step, given=(*step.given, *filed))
        if wanted.given and draft.edition.refers:
            answers, wrong = references.referred(place, tx, draft, wanted.given)
            wanted = replace(wanted, given=answers, wrong=wrong)
        transition = take(draft, wanted)
        return open_linked(draft, transition, for_linked)

    def roles(edition: Edition) -> tuple[str, ...]:
        transition = edition.workflow.transitions.get(step.transition)
        known.extend([transition.id] if transition else [])
        return transition.who if transition else ()

    def subject() -> str:
        # What was typed and is no step may be a name: the access log keeps it for ever.
        return known[0] if known else access.UNKNOWN

    asked = {"step": step.transition, "given": _plain(step.given), "done": step.already_done}
    if papers:
        asked["papers"] = [[one.question, one.of, *told_apart(one.file)] for one in papers]
    whole = _reaches_back(step.given)
    return change(place, by, Wanted("take", ref, act, roles, asked, subject, whole))


def correct(place: Workplace, by: By, ref: str, given: Sequence[Given]) -> Outcome:
    """Put answers right, with a reason; the state of the case never changes by it."""
    asked = {"given": _plain(given)}

    def act(draft: Draft, tx: Transaction) -> None:
        correcting.correct(draft, references.need_referred(place, tx, draft, given))

    return change(place, by, Wanted("correct", ref, act, keeping.roles, asked))


def redate(place: Workplace, by: By, ref: str, n: int, day: str) -> Outcome:
    """Give the step that is entry @n of the history the day on which it really happened."""

    def act(draft: Draft, tx: Transaction) -> None:
        texts = place.store.events(tx, ref)
        if not 1 <= n <= len(texts):
            raise UsageError(f"The history of {ref} has no entry @{n}; it has {len(texts)}.")
        redating.redate(draft, [parse(text) for text in texts], n, day)

    return change(place, by, Wanted("correct", ref, act, request={"n": n, "day": day}))


def undo(place: Workplace, by: By, ref: str) -> Outcome:
    """Set the latest step of a case aside, with a reason, and the linked cases that it opened."""

    def act(draft: Draft, tx: Transaction) -> Sequence[Draft]:
        events = [parse(text) for text in place.store.events(tx, ref)]
        same = draft.context
        together = replace(by, key=same.command, evidence=same.evidence, shown=None)
        linked = [
            Linked(
                loaded(place, tx, together, child),
                [parse(text) for text in place.store.events(tx, child)],
            )
            for child in undoing.opened_by_latest(events)
        ]
        undoing.undo(draft, events, linked)
        return [one.draft for one in linked]

    return change(place, by, Wanted("undo", ref, act))


def done(place: Workplace, by: By, ref: str, task: str) -> Outcome:
    """Record that an open task is done, and how; a missing record closes its task by itself."""
    return _decided(place, by, ref, "done", {"task": task}, lambda d: finishing.finish(d, task))


def extend(place: Workplace, by: By, ref: str, timescale: str, to: str, agreed_by: str) -> Outcome:
    """Set a target beside a deadline; the deadline itself never moves by it."""
    asked = {"timescale": timescale, "to": to, "agreed_by": agreed_by}
    return _decided(
        place, by, ref, "extend", asked, lambda d: extending.extend(d, timescale, to, agreed_by)
    )


def delay(place: Workplace, by: By, ref: str, timescale: str, told: str) -> Outcome:
    """Record that a delay was explained, and to whom."""
    asked = {"timescale": timescale, "told": told}
    return _decided(place, by, ref, "delay", asked, lambda d: extending.delay(d, timescale, told))


def approve(place: Workplace, by: By, ref: str, what: str) -> Outcome:
    """Approve an answer as it stands."""

    def act(draft: Draft, tx: Transaction) -> None:
        approving.approve(draft, what)
        approving.need_another(draft, what, recorders(place, tx, draft.case, what))

    return change(place, by, Wanted("approve", ref, act, request={"what": what}))


def add_person(
    place: Workplace, by: By, ref: str, kind: str, given: Sequence[Given] = ()
) -> tuple[str, Outcome]:
    """Add somebody whom the case is about, with what is known of them; yields their id.

    The id is empty when an earlier command with the same key had added them already.
    """
    added: list[str] = []

    def act(draft: Draft) -> None:
        person = people.add(draft, kind)
        added.append(person)
        known = [Given(g.question, g.value, person) for g in given]
        if known:
            recording.record(draft, known)

    asked = {"kind": kind, "given": _plain(given)}
    outcome = _decided(place, by, ref, "person", asked, act)
    return "".join(added), outcome


def _decided(
    place: Workplace,
    by: By,
    ref: str,
    verb: str,
    asked: Mapping[str, Any],
    decide: Callable[[Draft], None],
) -> Outcome:
    def act(draft: Draft, tx: Transaction) -> None:
        decide(draft)

    return change(place, by, Wanted(verb, ref, act, keeping.roles, asked))


def _reaches_back(given: Sequence[Given]) -> bool:
    """Whether an answer names its occurrence, which may be an earlier one."""
    return any(one.no for one in given)


def _plain(given: Sequence[Given]) -> list[list[str | int | None]]:
    """What was given, as a request is told from another; a day of asking only where it is said."""
    return [
        [g.question, g.value, g.of, g.no, g.status, g.source, *([g.asked_on] if g.asked_on else [])]
        for g in given
    ]
