"""The one way in which something from another system is done: mapped, checked, and by a verb.

How it acts at most once. The command that a call makes has a key drawn from the endpoint and the
call's id (or from what the endpoint's own `key` finds in the body), under the partnership's key, so
that nobody else can use it up and nothing of the body can be read from it. The store saves a key in
the same transaction as what was done under it, and does nothing for one that it has: so

- a process that dies before the commit has done nothing, and a repeat does it;
- one that dies after it, before it has answered, has done it, and a repeat is told the same;
- of a thousand that come at once, one saves the key; SQLite lets the others look only after it, and
  on PostgreSQL they wait for the row of the case, or fail for the key that is there by then, with
  all that they were about to save, and look again: all find it done;
- a case that was opened and its people not yet added: each person has a key of their own, so that
  a repeat adds those who are missing.

A repeat is told what the first was told, from the same row. A key that is used for something else
does nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final, NamedTuple

from engine import log, queries
from engine.barring import OPEN
from engine.config.hooks import Hook
from engine.errors import (
    CaseNotFoundError,
    EngineError,
    OutcomeUnknownError,
    RefusedError,
    StaleCaseError,
    StorageError,
    UsageError,
)
from engine.hooks import answer
from engine.hooks.answer import Answer, Wrong
from engine.hooks.judging import misfits, unmet
from engine.hooks.mapping import NO_CASE, NONE, Call, Files, call
from engine.service import barriers, references
from engine.service.workplace import By, Workplace
from engine.store import Done
from engine.verbs.table import run

TRIES: Final = 5
"""How often a change is tried that another one came before."""

USED = "was used for another call"
CANNOT = "What is asked cannot be done as it is written; ask the partnership."


class Source(NamedTuple):
    """Where something came from, and how it is known."""

    door: str
    """As the trail has it."""
    proof: str
    key: str
    """What is never done twice, unless the endpoint finds a key of its own in the body."""
    claim: Callable[[], bool] = lambda: True
    """Asked before anything is done, once it is known what; no refuses it."""


def do(place: Workplace, hook: Hook, source: Source, document: Any, files: Files = NONE) -> Answer:
    """Do what a body asks, once. It raises nothing that can be told from what was sent."""
    asked = call(hook, document, files)
    place = place.seen_by(hook.person)
    own = f"key|{asked.key}" if hook.key else source.key
    by = By(hook.person, key=key(place, hook, own), claimed=source.proof)
    try:
        # A key that the body names may come with another body, which only the verb can tell.
        done = None if hook.key or asked.wrong else _done(place, by)
        if done is None and (unfit := _unfit(place, hook, asked, source.proof)):
            return answer.wrong(unfit)
        if not source.claim():
            return answer.REFUSED
        told = {"ref": done.stream, "version": done.last} if done else {}
        return _finished(place, hook, by, asked, told)
    except (StorageError, OutcomeUnknownError):
        return answer.LATER
    except CaseNotFoundError:
        # It was barred to the endpoint's person since it was looked up.
        return answer.wrong([Wrong("case", hook.case, NO_CASE)])
    except EngineError as error:
        log.alarm("a hook failed", kind=type(error).__name__, code=error.exit_code)
        return answer.LATER


def key(place: Workplace, hook: Hook, what: str) -> str:
    """The key of a command: what it is drawn from cannot be read from it."""
    return f"hook.{place.keys.mac(f'hook|{place.log}|{hook.id}|{what}'.encode())[:40]}"


def _is_its_own(place: Workplace, hook: Hook, asked: Call, proof: str) -> bool:
    """Whether the case is there for the endpoint's person, and of its process; which of these it is
    not nobody is told.
    """
    try:
        ref = references.read(asked.raw["ref"])
    except CaseNotFoundError:
        return False
    with place.database.read() as tx:
        row = tx.row(queries.CASE_OF, (place.log, ref))
        said = barriers.stands(place, tx, hook.person, ref)
    if said != OPEN:
        barriers.tried(place, By(hook.person, claimed=proof), hook.verb, ref)
        return False
    return row is not None and row[0] == hook.process


def _unfit(place: Workplace, hook: Hook, asked: Call, proof: str) -> list[Wrong]:
    """All that is wrong with what is asked, as far as it can be told before it is tried."""
    if any(one.name == "case" for one in asked.wrong):
        return asked.wrong
    if hook.case and not _is_its_own(place, hook, asked, proof):
        return [*asked.wrong, Wrong("case", hook.case, NO_CASE)]
    return [*asked.wrong, *misfits(place, hook, asked)]


def _finished(place: Workplace, hook: Hook, by: By, asked: Call, told: Mapping[str, Any]) -> Answer:
    """Do it, unless it is `told` that it was done, and what belongs to it."""
    try:
        told = told or _run(place, by, hook.verb, asked.raw)
    except RefusedError as error:
        return answer.wrong(unmet(place, hook, asked, error))
    except CaseNotFoundError:
        # It is there, and hidden from whom the endpoint records for.
        return answer.wrong([Wrong("case", hook.case, NO_CASE)])
    except UsageError:
        used = Wrong("key", hook.key, USED)
        return answer.wrong([used if _done(place, by) else Wrong("", "", CANNOT)])
    document = {"ref": told["ref"], "version": told["version"]}
    left = _people(place, hook, by, str(told["ref"]), asked)
    if any(one.what == USED for one in left):
        return answer.wrong([Wrong("key", hook.key, USED)])
    if left:
        document["left_out"] = [one.plain() for one in left]
    return answer.done(document)


def _people(place: Workplace, hook: Hook, by: By, ref: str, asked: Call) -> list[Wrong]:
    """Add those whom the case is about; what cannot be is said, for the case is there."""
    left: list[Wrong] = []
    for number, one in enumerate(asked.people):
        theirs = replace(by, key=f"{by.key}.{number}")
        done = _done(place, theirs)
        # A key that the body names may come with another body; that of a call was compared.
        if done and not hook.key:
            continue
        try:
            _run(place, theirs, "person add", {"ref": ref, **one})
        except RefusedError as error:
            left += unmet(place, hook, asked, error)
        except UsageError:
            left.append(Wrong("", "", USED if done else CANNOT))
    return left


def _run(place: Workplace, by: By, verb: str, raw: Mapping[str, Any]) -> Mapping[str, Any]:
    for tries_left in reversed(range(TRIES)):
        for file in raw.get("papers", {}).values():
            file.source.seek(0)
        try:
            told = run(place, by, verb, {**raw, "brief": True})
        except StaleCaseError:
            # Another has just done it, or something else on the case: it is looked at anew.
            if not tries_left:
                raise StorageError("The case is changed all the time; try again.") from None
        except RefusedError:
            # It may be in its own way: another has done it after it was looked up.
            if not tries_left or not _done(place, by):
                raise
        else:
            assert isinstance(told, Mapping)
            return told
    raise AssertionError("the last try ends it")


def _done(place: Workplace, by: By) -> Done | None:
    """What was done under a key already; a repeat costs no more than a look."""
    with place.database.read() as tx:
        return place.store.done(tx, by.key)
