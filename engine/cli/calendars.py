"""The lists of bank holidays: `calendar list`, `add`, `remove` and `renew`.

A clock moves by nothing else than a change that is listed first and then recorded.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import click

from engine.cli import printing, texts
from engine.cli.door import argument, option
from engine.cli.printing import day, listed, paragraph, strong
from engine.cli.visit import Visit, reads
from engine.errors import UsageError
from engine.nouns import count
from engine.service.bank_holidays import holidays, recounting
from engine.service.bank_holidays.almanac import ADDED, REMOVED, RENEWED
from engine.service.bank_holidays.holidays import Holiday, Plan
from engine.service.bank_holidays.moving import Moving, Told
from engine.service.bank_holidays.recounting import Settled
from engine.service.workplace import By

MOST = 40
"""Clocks that are printed at once."""

LOCAL = (
    "A day on which an office is closed never moves a duty or a timescale, so it is not put on the "
    "list: only a bank holiday of the whole jurisdiction is. Say in "
    "config.toml who is away, so that their deputies are told."
)


def _changing(change: str) -> list[click.Parameter]:
    said = "its announcement" if change == ADDED else "the announcement that it was moved"
    return [
        option("--announced", metavar="DAY", required=True, help=f"The day of {said}."),
        option("--source", metavar="TEXT", required=True, help="Where that can be read."),
        option("--for", "jurisdiction", metavar="JURISDICTION", default="", help=_FOR),
        option("--dry-run", is_flag=True, help="List the clocks that would move, and stop."),
        option("--allow-later", is_flag=True, help=_LATER),
        option("--yes", is_flag=True, help="Do not ask for confirmation."),
    ]


def _refuse_local(context: click.Context, option: click.Parameter, local: bool) -> None:
    """Refuse it before anything else that may be missing. Raises UsageError."""
    if local:
        raise UsageError(LOCAL)


_LOCALLY = "Refused: a local closure never moves a duty."
_LATER = "Agree that duties get later by news that is old, or by a source that is not official."


_FOR = "England and Wales, Scotland or Northern Ireland; left out: that of the processes in use."


@reads("list", option("--all", "every", is_flag=True, help="Those by which nothing counts too."))
def list_(door: Visit, every: bool) -> None:
    """The lists of bank holidays in use: version, source, and what was announced late."""
    place = door.admitted("calendar")
    found = holidays.in_use(place)
    moving = recounting.stale(place, door.visitor)
    lines: list[str] = []
    for one in found:
        shown = every or one["workflows"] or one["changes"]
        brief = paragraph(f"{one['jurisdiction']}: {one['version']}; no process counts by it.")
        lines += [*([""] if lines else []), *(_calendar(one) if shown else brief)]
    if moving:
        clocks = count(len(moving), "clock runs", "clocks run")
        said = f"{clocks} by another list and would move: `casetrail calendar renew --dry-run`."
        lines += ["", *paragraph(said)]
    door.answer({"calendars": found, "to_renew": [_plain(one) for one in moving]}, lines)


@reads(
    "add",
    argument("on", "DAY"),
    argument("title", "TITLE"),
    option("--local", is_flag=True, is_eager=True, callback=_refuse_local, help=_LOCALLY),
    *_changing(ADDED),
)
def add(door: Visit, on: str, title: str, **options: Any) -> None:
    """Put a bank holiday on the list that was announced late, and move the clocks that run.

    Every clock that moves is listed first, with its old and its new day and whom that tells. What
    has been sent stays sent, and what was met stays met.
    """
    _change(door, Holiday(ADDED, on, title, **_said(options)), options)


@reads("remove", argument("on", "DAY"), *_changing(REMOVED))
def remove(door: Visit, on: str, **options: Any) -> None:
    """Take a bank holiday off the list that was moved to another day, and move the clocks that run.

    The day to which it was moved is put on the list with `calendar add`. So is one taken off that
    was added here by mistake: announced is then the day on which that was found out.
    """
    _change(door, Holiday(REMOVED, on, "", **_said(options)), options)


@reads(
    "renew",
    option("--dry-run", is_flag=True, help="List the clocks that would move, and stop."),
    option("--yes", is_flag=True, help="Do not ask for confirmation."),
)
def renew(door: Visit, dry_run: bool, yes: bool) -> None:
    """Move the clocks that run by another list than the one in use, such as one that a newer
    Casetrail has brought.
    """
    place, by = door.place, _by(door)
    holidays.need_keeper(place, by)
    moving = recounting.stale(place, by)
    done = Settled(tuple(moving))
    lines = _moves(door, moving, by_now="by the list in use")
    if moving and not dry_run:
        _ask(lines, yes)
        done = holidays.renew(place, by)
        door.state.changed = True
        lines = _moves(door, done.moved, by_now="by the list in use", done=True)
        lines += _failed(done.failed)
    if moving:
        lines += ["", *_outcome(door, by, dry_run)]
    _answer(door, {"change": RENEWED}, done, lines, dry_run)


def _change(door: Visit, holiday: Holiday, options: Mapping[str, Any]) -> None:
    place, by, dry_run = door.place, _by(door), options["dry_run"]
    planned = holidays.plan(place, by, holiday)
    lines = [*_headline(planned, holiday.change), "", *_moves(door, planned.moving)]
    lines += [*_failed(planned.failed), *_doubted(planned)]
    doubts = planned.doubts
    if not dry_run:
        if not options["allow_later"] and doubts:
            _agree(door, lines, planned)
        else:
            _ask(lines, options["yes"])
        planned = holidays.change(place, by, holiday)
        door.state.changed = True
        moves = _moves(door, planned.moving, done=True)
        lines = [*_headline(planned, holiday.change), "", *moves]
        lines += _failed(planned.failed)
    lines += ["", *_outcome(door, by, dry_run)]
    made = {
        "change": holiday.change,
        "jurisdiction": planned.jurisdiction,
        "day": planned.day,
        "title": planned.title,
        "old": planned.old,
        "new": planned.new,
        "doubts": list(doubts),
    }
    _answer(door, made, Settled(planned.moving, planned.failed), lines, dry_run)


def _said(options: Mapping[str, Any]) -> dict[str, str]:
    return {name: options[name] for name in ("announced", "source", "jurisdiction")}


def _by(door: Visit) -> By:
    return replace(door.visitor, on="")


def _ask(lines: Sequence[str], yes: bool) -> None:
    if yes:
        return
    printing.say_aside([*lines, ""])
    if not texts.confirmed("Is that right, and to be recorded?"):
        raise UsageError("Nothing was changed, for nobody confirmed it; add --yes if it is right.")


def _agree(door: Visit, lines: Sequence[str], planned: Plan) -> None:
    """Have somebody agree, in so many words, to what is doubtful. Raises UsageError."""
    if door.state.json or not texts.at_keyboard():
        said = " ".join((*planned.doubts, _later(planned)))
        raise UsageError(f"Nothing was changed. {said} Add --allow-later if that is right.")
    printing.say_aside([*lines, ""])
    if not texts.confirmed("Is it a bank holiday all the same, and to be recorded?"):
        raise UsageError("Nothing was changed, for nobody agreed to it.")


def _doubted(planned: Plan) -> list[str]:
    if not planned.doubts:
        return []
    agree = "It is recorded with --allow-later, or where somebody at a terminal agrees to it."
    said = " ".join(("LOOK AT THIS:", *planned.doubts, _later(planned), agree))
    return ["", *(printing.loud(line) for line in paragraph(said))]


def _later(planned: Plan) -> str:
    """Which duties get later, so that nobody agrees to it unseen."""
    later = [one for one in planned.moving if one.is_later_duty]
    if not later:
        return "No duty that runs gets later by it; one that starts later may."
    each = (f'{one.ref} "{one.title}" ({one.duty}), {_days(one)}' for one in later[:MOST])
    more = f"; and {count(len(later) - MOST, 'other')}" if len(later) > MOST else ""
    return f"{count(len(later), 'duty gets', 'duties get')} later by it: {'; '.join(each)}{more}."


def _days(one: Moving) -> str:
    return f"from {printing.due(one.old)} to {printing.due(one.now)}"


def _headline(planned: Plan, change: str) -> list[str]:
    becomes = "becomes a bank holiday" if change == ADDED else "is a bank holiday no more"
    title = f": {planned.title}" if planned.title else ""
    said = f"{day(planned.day)} {becomes} in {planned.jurisdiction}{title}."
    return [*map(strong, paragraph(said)), f"The list {planned.old} becomes {planned.new}."]


def _moves(
    door: Visit, moving: Sequence[Moving], by_now: str = "because of it", *, done: bool = False
) -> list[str]:
    days = [one for one in moving if one.kind != "notices"]
    notices = len(moving) - len(days)
    lines = [f"{count(len(days), 'clock moves', 'clocks move')} {by_now}{'.' if not days else ':'}"]
    for one in days[:MOST]:
        lines += _move(door, one, done)
    if len(days) > MOST:
        lines.append(f"And {count(len(days) - MOST, 'other')}; --json lists them all.")
    if notices:
        said = count(
            notices,
            "clock keeps its day, but a reminder or an escalation",
            "clocks keep their days, but reminders or escalations",
        )
        falls = "falls" if notices == 1 else "fall"
        lines += paragraph(
            f"{said} of it {falls} on another day."
            if notices == 1
            else f"{said} of theirs fall on other days."
        )
    return lines


def _move(door: Visit, one: Moving, done: bool) -> Iterator[str]:
    of = f" ({one.of_title})" if one.of else ""
    judged = f", judged again: {one.now['status']}" if one.kind == "re-judged" else ""
    yield from printing.item(f"{one.ref} {one.title}{of}: {_days(one)}{judged}")
    if one.waits_on and not judged:
        yield from paragraph(f"It waits on {one.waits_on}.", 4, 2)
    for said in () if judged else _telling(door, one, done):
        yield from paragraph(f"{said}.", 4, 2)


def _telling(door: Visit, one: Moving, done: bool) -> Iterator[str]:
    """Who is told that a clock moves, and what they were told before."""
    before = {each.person: each for each in one.told}
    if not one.told and not one.to_tell:
        yield "Nobody has been told the old day yet"
    if one.to_tell:
        now = "; ".join(_whom(door, each, before.get(each.person)) for each in one.to_tell)
        yield f"{'Told now' if done else 'To be told'}: {now}"
    if one.left_untold:
        gone = "; ".join(_whom(door, each, each) for each in one.left_untold)
        yield f"Not told by {printing.PROGRAM}, for they do not act in that role today: {gone}"


def _whom(door: Visit, one: Told, before: Told | None) -> str:
    was = ""
    if before and before.day:
        was = f", who was told on {day(before.on)} that it was due on {day(before.day)}"
    return f"{door.name(one.person)} ({_short(one.role_title)}){was}"


def _short(title: str) -> str:
    """A title of a role without what it says in brackets or after a colon."""
    return title.partition(" (")[0].partition(":")[0]


def _failed(refs: Sequence[str]) -> list[str]:
    if not refs:
        return []
    said = (
        f"NOT MOVED, for they could not be changed: {listed(refs)}. Run `casetrail audit verify`; "
        "then `casetrail calendar renew`."
    )
    return [printing.loud(line) for line in paragraph(said)]


def _outcome(door: Visit, by: By, dry_run: bool) -> Iterable[str]:
    return ["Nothing was changed."] if dry_run else [door.signature(by)]


def _answer(
    door: Visit, made: Mapping[str, Any], done: Settled, lines: list[str], dry_run: bool
) -> None:
    document = {
        **made,
        "dry_run": dry_run,
        "clocks": [_plain(one) for one in done.moved],
        "failed": list(done.failed),
    }
    door.answer(document, lines)


def _plain(one: Moving) -> dict[str, Any]:
    return {
        "ref": one.ref,
        "timescale": one.timescale,
        "title": one.title,
        "of": one.of,
        "no": one.no,
        "kind": one.kind,
        "old": dict(one.old),
        "now": dict(one.now),
        "waiting_on": one.waiting_on,
        "waits_on": one.waits_on,
        "told": [told._asdict() for told in one.told],
        "tell": list(one.tell),
        "to_tell": [
            {"person": told.person, "role": told.role, "role_title": told.role_title}
            for told in one.to_tell
        ],
    }


def _calendar(one: Mapping[str, Any]) -> list[str]:
    lines = [strong(f"{one['jurisdiction']}: {one['version']}")]
    counting = listed(one["workflows"])
    lines += paragraph(f"Counts for: {counting or 'no process in use'}.", 2)
    lines += paragraph(
        f"From {day(one['first'])}, published to {day(one['published_until'])}; later days come "
        "from the standing rules, provisionally.",
        2,
    )
    lines += paragraph(f"A working day is {one['working_day']}.", 2)
    lines += paragraph(f"Source: {one['source']}.", 2)
    lines += ["  Announced late:"] if one["announced"] else []
    for each in one["announced"]:
        said = f"{day(each['day'])}, announced on {day(each['announced'])}: {each['title']}"
        lines += paragraph(f"- {said}", 4, 2)
    lines += ["  Changed here:"] if one["changes"] else []
    for each in one["changes"]:
        lines += paragraph(f"- {_changed(each)}", 4, 2)
    return lines


def _changed(each: Mapping[str, Any]) -> str:
    on = f"{day(each['changed_on'])}, {each['before']} became {each['version']}"
    if each["change"] == RENEWED:
        return f"{on}: the list was taken into use for the clocks that ran"
    what = "added" if each["change"] == ADDED else "taken off"
    return (
        f"{on}: {day(each['day'])} {what}: {each['title']}, announced on {day(each['announced'])} "
        f"({each['source']})"
    )
