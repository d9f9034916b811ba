"""The one way in which a case changes: load it locked, decide, save everything, or change
nothing.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any, NamedTuple

from engine.case import Case, Rows
from engine.commands import is_drawn
from engine.database import Transaction
from engine.decide.draft import Draft
from engine.decide.entries import keeping
from engine.decide.entries.barriers import reviews
from engine.decide.steps.opening import linked_ended
from engine.edition import Edition
from engine.errors import RefusedError, StaleCaseError, UsageError
from engine.service import access, barriers
from engine.service.drafting import drafted
from engine.service.filing import put_evidence
from engine.service.packs import following
from engine.service.workplace import By, Workplace
from engine.store import Done

ANSWERING = ("record", "attach", "correct")
"""What whoever speaks for an agency does without a role, where it is for that agency to answer."""


class Outcome(NamedTuple):
    """What a command did."""

    ref: str
    version: int
    key: str
    events: tuple[Mapping[str, Any], ...] = ()
    opened: tuple[str, ...] = ()
    """The references of the cases it opened."""
    repeated: bool = False
    """Whether an earlier command with the same key had done it already."""


def _nobody_asked(edition: Edition) -> tuple[str, ...]:
    return ()


def _need_recorder(draft: Draft, verb: str) -> None:
    """Whoever records holds a role of the process today; a review is also for who was told of it.

    Raises DeniedError.
    """
    if verb == "done" and reviews(draft, draft.context.actor.recorded):
        return
    keeping.need_recorder(draft, answering=verb in ANSWERING)


class Wanted(NamedTuple):
    """A change that somebody wants of a case, before it is looked at."""

    verb: str
    ref: str
    act: Callable[[Draft, Transaction], Sequence[Draft] | None]
    """Decides on the draft; yields the drafts of the linked cases that it opens or sets aside."""
    roles: Callable[[Edition], tuple[str, ...]] = _nobody_asked
    request: Mapping[str, Any] = MappingProxyType({})
    """What identifies the request when its key is used again."""
    subject: Callable[[], str] = str
    """The step it is about, for the access log; asked once the case was read."""
    whole: bool = True
    """Whether it looks at more of the case than a step can, such as earlier occurrences."""
    need_role: Callable[[Draft, str], None] = _need_recorder
    """Raises DeniedError for whoever may not record it, told the verb."""
    barred_too: bool = False
    """Whether it is also for those to whom the case is barred; it says itself for whom."""


def change(place: Workplace, by: By, wanted: Wanted) -> Outcome:
    """Change a case, in one transaction.

    Raises RefusedError (which goes to the access log, and changes nothing), StaleCaseError,
    CaseNotFoundError, and StorageError.
    """
    drafts: list[Draft] = []
    if by.shown:
        by = replace(by, evidence=place.randomness(16).hex())
    try:
        with place.database.write() as tx:
            outcome = _change(place, tx, by, wanted, drafts)
    except RefusedError as error:
        access.refused(place, by, wanted.verb, wanted.ref, error, wanted.subject())
        raise
    for draft in drafts:
        place.store.keep(draft.case.ref, draft.case.rows)
    return outcome


def _change(
    place: Workplace, tx: Transaction, by: By, wanted: Wanted, drafts: list[Draft]
) -> Outcome:
    request = digest(place, wanted.verb, wanted.ref, wanted.request, by)
    parent = _locked_parent(place, tx, wanted.ref)
    draft = loaded(place, tx, by, wanted.ref, wanted.roles, whole=wanted.whole)
    if not wanted.barred_too:
        barriers.need_to_act(place, tx, by.person, (wanted.ref, draft.case.rows))
    # Asked once the case is locked, so that of two commands with one key the later one knows.
    if by.key and (done := place.store.done(tx, by.key)):
        return repeated(done, request, by.key)
    if by.if_version is not None and by.if_version != draft.case.version:
        raise StaleCaseError(_not_at(by.if_version, draft.case.version))
    wanted.need_role(draft, wanted.verb)
    was_closed = draft.case.row["closed_on"] is not None
    opened = tuple(wanted.act(draft, tx) or ())
    if by.shown:
        put_evidence(place, tx, draft, by.shown)
    drafts += [draft, *opened]

    def beside(ref: str) -> Draft:
        return loaded(place, tx, replace(by, key=draft.context.command), ref)

    if parent and was_closed != (draft.case.row["closed_on"] is not None):
        above = beside(parent)
        linked_ended(above, draft.workflow.name, ended=not was_closed)
        drafts.append(above)
    drafts += following.follow(place, tx, drafts, beside)
    save(place, tx, drafts, request)
    return Outcome(
        ref=draft.case.ref,
        version=draft.chain.n,
        key=draft.context.command,
        events=tuple(draft.chain.events),
        opened=tuple(child.case.ref for child in opened if child.first_n == 1),
    )


def loaded(
    place: Workplace,
    tx: Transaction,
    by: By,
    ref: str,
    roles: Callable[[Edition], tuple[str, ...]] = _nobody_asked,
    *,
    whole: bool = True,
) -> Draft:
    """A draft of a case as it is now, locked for this transaction."""
    rows = place.store.load_to_change(tx, ref, whole=whole)
    row = rows.table("cases")[(ref,)]
    edition = place.edition(tx, row["edition"], row["workflow"])
    return drafted(place, by, Case(ref, rows), edition, roles(edition), tx)


def new_case(ref: str) -> Case:
    """A case that is not there yet."""
    return Case(ref, Rows())


def save(place: Workplace, tx: Transaction, drafts: Sequence[Draft], request: str) -> None:
    """Save what was decided: events, rows, personal values and the command's key."""
    place.store.save(tx, drafts, request)
    for draft in drafts:
        if draft.chain.secrets:
            place.vault.put(tx, draft.chain.secrets)


def digest(place: Workplace, verb: str, ref: str, request: Mapping[str, Any], by: By) -> str:
    """What a request was, so that its key cannot be used for another; keyed, so that it tells
    nothing.
    """
    if not by.key:
        return ""
    if is_drawn(by.key):
        raise UsageError("Casetrail drew this key for another command; use one of your own.")
    asked = [verb, ref, dict(request), by.person, by.decided_by, by.on, by.reason]
    return place.keys.mac(json.dumps(asked, sort_keys=True, default=str).encode())


def repeated(done: Done, request: str, key: str) -> Outcome:
    """The outcome of a command that was done before under the same key."""
    if done.request != request:
        raise UsageError("This key was used for another command; use a new one.")
    return Outcome(ref=done.stream, version=done.last, key=key, repeated=True)


def _not_at(wanted: int, version: int) -> StaleCaseError:
    """The refusal of a command that was meant for another state of the record."""
    if wanted > version:
        return StaleCaseError(
            f"The record of this case has never had {wanted} entries: it has {version}, as `show` "
            "says. Nothing was changed."
        )
    return StaleCaseError(
        f"The case has changed: its record had {wanted} entries, and has {version} now. Nothing "
        "was changed by this; look at the case again with `show`, and repeat the command with "
        f"--if-version {version} if it is still right."
    )


def _locked_parent(place: Workplace, tx: Transaction, ref: str) -> str:
    # Lock order: parent before child, so that two commands never wait for each other.
    parent, dot, _ = ref.rpartition(".")
    if dot and tx.locks_rows:
        place.store.lock(tx, parent)
    return parent if dot else ""
