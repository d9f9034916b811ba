"""The verbs of bank holidays: the lists in use, one that was announced late, or moved.

A clock moves by nothing else than a change that is listed first and then recorded.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from engine.errors import RefusedError
from engine.service.bank_holidays import holidays, recounting
from engine.service.bank_holidays.almanac import ADDED, REMOVED, RENEWED
from engine.service.bank_holidays.holidays import Holiday
from engine.service.bank_holidays.moving import Moving
from engine.service.bank_holidays.recounting import Settled
from engine.service.barriers import shown
from engine.verbs.fields import Field
from engine.verbs.naming import names
from engine.verbs.verb import Document, Job, Verb


def list_(job: Job) -> Document:
    """The lists of bank holidays in use, and the clocks that run by another."""
    moving = recounting.stale(job.place, job.by)
    return {"calendars": holidays.in_use(job.place), "to_renew": [_plain(one) for one in moving]}


def add(job: Job) -> Document:
    """Put a bank holiday on the list that was announced late, and move the clocks that run."""
    return _change(job, ADDED)


def remove(job: Job) -> Document:
    """Take a bank holiday off the list that was moved, and move the clocks that run."""
    return _change(job, REMOVED)


def renew(job: Job) -> Document:
    """Move the clocks that run by another list than the one in use."""
    place, by, dry_run = job.place, job.by, bool(job.get("dry_run", False))
    holidays.need_keeper(place, by)
    done = Settled(tuple(recounting.stale(place, by)))
    if done.moved and not dry_run:
        done = holidays.renew(place, by)
    return _told(job, {"change": RENEWED}, done, dry_run=dry_run)


def _change(job: Job, change: str) -> Document:
    place, by, dry_run = job.place, job.by, bool(job.get("dry_run", False))
    said = {name: str(job.get(name)) for name in ("announced", "source", "jurisdiction")}
    holiday = Holiday(change, str(job.get("day")), str(job.get("title")), **said)
    if dry_run or not job.get("allow_later", False):
        planned = holidays.plan(place, by, holiday)
        if planned.doubts and not dry_run:
            raise RefusedError(
                f'Nothing was changed. {" ".join(planned.doubts)} Say "allow_later" if that is '
                'right; "dry_run" lists the clocks that would move.'
            )
    if not dry_run:
        planned = holidays.change(place, by, holiday)
    made = {
        "change": change,
        "jurisdiction": planned.jurisdiction,
        "day": planned.day,
        "title": planned.title,
        "old": planned.old,
        "new": planned.new,
        "doubts": list(planned.doubts),
    }
    return _told(job, made, Settled(planned.moving, planned.failed), dry_run=dry_run)


def _told(job: Job, made: Mapping[str, Any], done: Settled, *, dry_run: bool) -> Document:
    there = set(shown(job.place, [*(one.ref for one in done.moved), *done.failed]))
    clocks = [_plain(one) for one in done.moved if one.ref in there]
    failed = [ref for ref in done.failed if ref in there]
    people = {
        told["person"]
        for one in clocks
        for part in ("told", "to_tell", "left_untold")
        for told in one[part]
    }
    return {
        **made,
        "dry_run": dry_run,
        "clocks": clocks,
        "failed": failed,
        **(_by(job, people) if clocks or failed or made["change"] != RENEWED else {}),
    }


def _by(job: Job, people: Iterable[str]) -> dict[str, Any]:
    """Who records it, and what they and those who are told are called."""
    return {
        "recorded_by": job.by.person,
        "proof": job.by.claimed,
        "names": names(job.place, job.by.person, *sorted(people)),
    }


def _plain(one: Moving) -> dict[str, Any]:
    return {
        "ref": one.ref,
        "timescale": one.timescale,
        "title": one.title,
        "of": one.of,
        "of_title": one.of_title,
        "no": one.no,
        "kind": one.kind,
        "old": dict(one.old),
        "now": dict(one.now),
        "waiting_on": one.waiting_on,
        "waits_on": one.waits_on,
        "duty": one.duty,
        "later_duty": one.is_later_duty,
        "told": [told._asdict() for told in one.told],
        "tell": list(one.tell),
        "to_tell": [_whom(told) for told in one.to_tell],
        "left_untold": [told._asdict() for told in one.left_untold],
    }


def _whom(told: Any) -> dict[str, str]:
    return {"person": told.person, "role": told.role, "role_title": told.role_title}


_DAY = Field("day", "text", "The bank holiday, such as 2026-12-28.", required=True)
_DRY = Field("dry_run", "flag", "List the clocks that would move, and stop.")
_NEWS = (
    Field("announced", "text", "The day of the announcement.", required=True),
    Field("source", "text", "Where that can be read.", required=True),
    Field("jurisdiction", "word", "That of the processes in use, if left out."),
    _DRY,
    Field("allow_later", "flag", "Agree to what is doubtful, and that duties get later by it."),
)


def _changing(name: str, path: str, about: str, act: Any, fields: Iterable[Field]) -> Verb:
    return Verb(name, path, about, tuple(fields), act, changes=True, of_store=True, method="POST")


VERBS = (
    Verb("calendar list", "/calendars", "The lists of bank holidays in use.", (), list_),
    _changing(
        "calendar add",
        "/calendars/added",
        "Put a bank holiday on the list that was announced late, and move the clocks.",
        add,
        (_DAY, Field("title", "text", "What it is called.", required=True), *_NEWS),
    ),
    _changing(
        "calendar remove",
        "/calendars/removed",
        "Take a bank holiday off the list that was moved, and move the clocks.",
        remove,
        (_DAY, *_NEWS),
    ),
    _changing(
        "calendar renew",
        "/calendars/renewed",
        "Move the clocks that run by another list than the one in use.",
        renew,
        (_DRY,),
    ),
)
