"""The lists of bank holidays: `calendar list`, `add`, `remove` and `renew`.

A clock moves by nothing else than a change that is listed first and then recorded.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import click

from engine.cli import printing, texts
from engine.cli.door import argument, option
from engine.cli.printing import day, listed, paragraph, strong
from engine.cli.visit import Visit, reads, signature
from engine.errors import UsageError
from engine.nouns import count
from engine.service.bank_holidays.almanac import ADDED, REMOVED, RENEWED

Known = Mapping[str, Any]

SAID = ("announced", "source")
"""What is said of a change besides the day."""
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
    told = door.ask("calendar list")
    lines: list[str] = []
    for one in told["calendars"]:
        shown = every or one["workflows"] or one["changes"]
        brief = paragraph(f"{one['jurisdiction']}: {one['version']}; no process counts by it.")
        lines += [*([""] if lines else []), *(_calendar(one) if shown else brief)]
    if told["to_renew"]:
        clocks = count(len(told["to_renew"]), "clock runs", "clocks run")
        said = f"{clocks} by another list and would move: `casetrail calendar renew --dry-run`."
        lines += ["", *paragraph(said)]
    door.answer(told, lines)


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
    _change(door, "calendar add", {"day": on, "title": title}, options)


@reads("remove", argument("on", "DAY"), *_changing(REMOVED))
def remove(door: Visit, on: str, **options: Any) -> None:
    """Take a bank holiday off the list that was moved to another day, and move the clocks that run.

    The day to which it was moved is put on the list with `calendar add`. So is one taken off that
    was added here by mistake: announced is then the day on which that was found out.
    """
    _change(door, "calendar remove", {"day": on}, options)


@reads(
    "renew",
    option("--dry-run", is_flag=True, help="List the clocks that would move, and stop."),
    option("--yes", is_flag=True, help="Do not ask for confirmation."),
)
def renew(door: Visit, dry_run: bool, yes: bool) -> None:
    """Move the clocks that run by another list than the one in use, such as one that a newer
    Casetrail has brought.
    """
    found = door.ask("calendar renew", dry_run=True)
    lines = _moves(found, by_now="by the list in use")
    if found["clocks"]:
        if not dry_run:
            _ask(lines, yes)
            found = door.settle("calendar renew")
            lines = _moves(found, by_now="by the list in use", done=True)
            lines += _failed(found["failed"])
        lines += ["", *_outcome(found)]
    door.answer({**found, "dry_run": dry_run}, lines)


def _change(door: Visit, verb: str, holiday: Known, options: Known) -> None:
    where = options["jurisdiction"]
    wanted = {**holiday, **{name: options[name] for name in SAID}}
    found = door.ask(verb, wanted, dry_run=True, jurisdiction=where)
    lines = [*_headline(found), "", *_moves(found)]
    lines += [*_failed(found["failed"]), *_doubted(found)]
    doubts = found["doubts"]
    if not options["dry_run"]:
        if not options["allow_later"] and doubts:
            _agree(door, lines, found)
        else:
            _ask(lines, options["yes"])
        # Whatever is doubtful was agreed to above.
        done = door.settle(verb, wanted, allow_later=True, jurisdiction=where)
        found = {**done, "doubts": doubts}
        lines = [*_headline(found), "", *_moves(found, done=True)]
        lines += _failed(found["failed"])
    door.answer(found, [*lines, "", *_outcome(found)])


def _ask(lines: Sequence[str], yes: bool) -> None:
    if yes:
        return
    printing.say_aside([*lines, ""])
    if not texts.confirmed("Is that right, and to be recorded?"):
        raise UsageError("Nothing was changed, for nobody confirmed it; add --yes if it is right.")


def _agree(door: Visit, lines: Sequence[str], planned: Known) -> None:
    """Have somebody agree, in so many words, to what is doubtful. Raises UsageError."""
    if door.state.json or not texts.at_keyboard():
        said = " ".join((*planned["doubts"], _later(planned)))
        raise UsageError(f"Nothing was changed. {said} Add --allow-later if that is right.")
    printing.say_aside([*lines, ""])
    if not texts.confirmed("Is it a bank holiday all the same, and to be recorded?"):
        raise UsageError("Nothing was changed, for nobody agreed to it.")


def _doubted(planned: Known) -> list[str]:
    if not planned["doubts"]:
        return []
    agree = "It is recorded with --allow-later, or where somebody at a terminal agrees to it."
    said = " ".join(("LOOK AT THIS:", *planned["doubts"], _later(planned), agree))
    return ["", *(printing.loud(line) for line in paragraph(said))]


def _later(planned: Known) -> str:
    """Which duties get later, so that nobody agrees to it unseen."""
    later = [one for one in planned["clocks"] if one["later_duty"]]
    if not later:
        return "No duty that runs gets later by it; one that starts later may."
    each = (f'{one["ref"]} "{one["title"]}" ({one["duty"]}), {_days(one)}' for one in later[:MOST])
    more = f"; and {count(len(later) - MOST, 'other')}" if len(later) > MOST else ""
    return f"{count(len(later), 'duty gets', 'duties get')} later by it: {'; '.join(each)}{more}."


def _days(one: Known) -> str:
    return f"from {printing.due(one['old'])} to {printing.due(one['now'])}"


def _headline(planned: Known) -> list[str]:
    added = planned["change"] == ADDED
    becomes = "becomes a bank holiday" if added else "is a bank holiday no more"
    title = f": {planned['title']}" if planned["title"] else ""
    said = f"{day(planned['day'])} {becomes} in {planned['jurisdiction']}{title}."
    return [*map(strong, paragraph(said)), f"The list {planned['old']} becomes {planned['new']}."]


def _moves(found: Known, by_now: str = "because of it", *, done: bool = False) -> list[str]:
    days = [one for one in found["clocks"] if one["kind"] != "notices"]
    notices = len(found["clocks"]) - len(days)
    lines = [f"{count(len(days), 'clock moves', 'clocks move')} {by_now}{'.' if not days else ':'}"]
    for one in days[:MOST]:
        lines += _move(one, found["names"], done)
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


def _move(one: Known, names: Known, done: bool) -> Iterator[str]:
    of = f" ({one['of_title']})" if one["of"] else ""
    judged = f", judged again: {one['now']['status']}" if one["kind"] == "re-judged" else ""
    yield from printing.item(f"{one['ref']} {one['title']}{of}: {_days(one)}{judged}")
    if one["waits_on"] and not judged:
        yield from paragraph(f"It waits on {one['waits_on']}.", 4, 2)
    for said in () if judged else _telling(one, names, done):
        yield from paragraph(f"{said}.", 4, 2)


def _telling(one: Known, names: Known, done: bool) -> Iterator[str]:
    """Who is told that a clock moves, and what they were told before."""
    before = {each["person"]: each for each in one["told"]}
    if not one["told"] and not one["to_tell"]:
        yield "Nobody has been told the old day yet"
    if one["to_tell"]:
        now = "; ".join(_whom(names, each, before.get(each["person"])) for each in one["to_tell"])
        yield f"{'Told now' if done else 'To be told'}: {now}"
    if one["left_untold"]:
        gone = "; ".join(_whom(names, each, each) for each in one["left_untold"])
        yield f"Not told by {printing.PROGRAM}, for they do not act in that role today: {gone}"


def _whom(names: Known, one: Known, before: Known | None) -> str:
    was = ""
    if before and before["day"]:
        was = f", who was told on {day(before['on'])} that it was due on {day(before['day'])}"
    return f"{names.get(one['person'], one['person'])} ({_short(one['role_title'])}){was}"


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


def _outcome(found: Known) -> Iterable[str]:
    return ["Nothing was changed."] if found["dry_run"] else [signature(found)]


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
