"""`workflow replay`: what would have been otherwise under another definition, in all past cases."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from engine import loading
from engine.cli import printing, saying
from engine.cli.door import argument, option
from engine.cli.printing import day, item, paragraph, strong, table
from engine.cli.visit import Visit, reads
from engine.edition import Edition
from engine.errors import UsageError
from engine.nouns import count
from engine.service.moving import choosing
from engine.service.rehearsals.what_if import what_if

Known = Mapping[str, Any]

MOST = 20
"""Cases that are told one by one."""
BRIEF = {
    "other_day": "another day",
    "now_missed": "missed now",
    "now_in_time": "in time now",
    "begun": "would have run",
    "gone": "would not have run",
    "other_end": "another end",
}
NOTICES = {"fired": "fire now", "not_fired": "fire no more", "other_day": "on another day"}


@reads(
    "replay",
    argument("name", "NAME"),
    option(
        "--with",
        "wanted",
        required=True,
        metavar="FOLDER-OR-EDITION",
        help="The other definition: a folder, or an edition in use by its name or hash.",
    ),
)
def replay(door: Visit, name: str, wanted: str) -> None:
    """Decide all cases of a process once more under another definition; nothing is changed.

    Every step and answer on record is taken again in its order, and the clock comes by as it did.
    It says which would be refused, and what is missing; which deadlines would have another day, or
    would have been missed or met; and which notices would have fired. Documents and personal
    answers count as given; none is read.
    """
    place = door.admitted("replay")
    found = what_if(place, name, _meant(door, name, wanted))
    door.answer(found, [*_head(found), *_lines(found), *saying.caution(found["caution"])])


def _meant(door: Visit, name: str, wanted: str) -> Edition:
    """The definition that somebody means. Raises UsageError where it is none."""
    process, at, edition = wanted.rpartition("@")
    try:
        if not at:
            return Edition(loading.load(loading.find(wanted)))
    except UsageError:
        # What is no folder may be an edition in use.
        process, edition = name, wanted
    with door.place.database.read() as tx:
        return choosing.edition_in_use(door.place, tx, process, edition)


def _head(found: Known) -> Iterator[str]:
    cases, events = count(found["cases"], "case"), count(found["events"], "entry", "entries")
    yield from paragraph(
        f"{cases} with {events}, decided once more under {found['title']}, edition "
        f"{found['edition']} ({found['hash'][:12]}). Nothing was changed."
    )
    for one in found["unreadable"]:
        said = f"{one['ref']} could not be read; run `{printing.PROGRAM} audit verify`."
        yield from map(printing.loud, paragraph(said))
    if not found["differing"]:
        yield from paragraph("Nothing would have been otherwise.")


def _lines(found: Known) -> Iterator[str]:
    totals = found["totals"]
    yield from _section("Would have been refused", _refused(totals["impossible"]))
    yield from _section("Deadlines", _counted(totals["deadlines"], BRIEF, _clock))
    yield from _section("Notices", _counted(totals["notices"], NOTICES, _notice))
    for case in found["differing"][:MOST]:
        yield from _section(f"{case['ref']} (edition {case['edition']})", _case(case))
    more = len(found["differing"]) - MOST
    if more > 0:
        yield from ("", f"And {count(more, 'more case')}; --json tells them all.")


def _section(title: str, lines: Sequence[str] | Iterator[str]) -> Iterator[str]:
    told = list(lines)
    if told:
        yield from ("", strong(title), *told)


def _refused(every: Sequence[Known]) -> list[str]:
    times = [f"{count(one['entries'], 'time')}, in {count(one['cases'], 'case')}" for one in every]
    rows = [(said, one["title"]) for said, one in zip(times, every, strict=True)]
    return table(rows)


def _counted(every: Sequence[Known], words: Mapping[str, str], called: Any) -> list[str]:
    rows = []
    for one in every:
        said = [f"{one[name]} {word}" for name, word in words.items() if one[name]]
        rows.append(f"{called(one)}: {', '.join(said)}")
    return [line for row in rows for line in item(row)]


def _clock(one: Known) -> str:
    return f"{one['title']} [{one['timescale']}]"


def _notice(one: Known) -> str:
    return f"{one['title']}, {one['at']}"


def _case(case: Known) -> Iterator[str]:
    for one in case["impossible"]:
        on = f" of {day(one['on'])}" if one["on"] else ""
        yield from item(f"@{one['n']}{on}: {one['said']}")
        for need in one["missing"]:
            yield from paragraph(f"- {need['what']}", 6, 2)
    for one in case["deadlines"]:
        yield from item(f"{one['title']}{_of(one)}: {_was(one)}")
    for one in case["notices"]:
        yield from item(f"{one['title']}{_of(one)}, {one['at']}: {_fired(one)}")


def _of(one: Known) -> str:
    return f" ({one['of_title']})" if one["of"] else ""


def _was(one: Known) -> str:
    old, new = one["old"], one["new"]
    if old is None:
        return f"would have run: {_stands(new)}"
    if new is None:
        return f"would not have run; it was {_stands(old)}"
    return f"was {_stands(old)}; would be {_stands(new)}"


def _stands(one: Known) -> str:
    due = printing.due(one)
    met = f" on {day(one['met_on'])}" if one["met_on"] else ""
    said = f"due {due}, {one['status']}{met}" if due else f"{one['status']}{met}"
    return printing.loud(said) if one["missed"] else said


def _fired(one: Known) -> str:
    if not one["new_on"]:
        return f"fired on {day(one['old_on'])}, and would not have"
    if not one["old_on"]:
        return f"would have fired on {day(one['new_on'])}"
    return f"fired on {day(one['old_on'])}, and would have on {day(one['new_on'])}"
