"""`workflow replay`: what would have been otherwise under another definition, in all past cases."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from engine.cli import printing, saying
from engine.cli.columns import columns
from engine.cli.door import argument, option
from engine.cli.folders import handed_over
from engine.cli.printing import day, item, paragraph, strong
from engine.cli.visit import Visit, reads
from engine.errors import UsageError
from engine.nouns import count

Known = Mapping[str, Any]

MOST = 20
"""Cases that are told one by one."""
OTHER = "Under the other"
"""The head of what would have been under the other definition."""
BRIEF = {
    "other_day": "another day in",
    "now_missed": "missed in",
    "now_in_time": "in time after all in",
    "begun": "would have run in",
    "gone": "would not have run in",
    "other_end": "another end in",
}
NOTICES = {
    "fired": "would have been sent in",
    "not_fired": "would not have been sent in",
    "other_day": "another day in",
}
SUMMED = {
    "now_missed": ("deadline", " missed that was not"),
    "now_in_time": ("deadline", " in time that was missed"),
    "other_day": ("deadline", " on another day"),
    "begun": ("deadline", " more"),
    "gone": ("deadline", " fewer"),
    "other_end": ("deadline", " with another end"),
}
"""How deadlines are summed up, what weighs most first."""
SUMMED_NOTICES = {"fired": " more", "not_fired": " fewer", "other_day": " on another day"}


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
    meant = _meant(name, wanted)
    with door.working("Replaying, cases"):
        found = door.ask("workflow replay", workflow=name, **meant)
    door.answer(found, [*_head(found), *_lines(found), *saying.caution(found["caution"])])


def _meant(name: str, wanted: str) -> dict[str, Any]:
    """The definition that somebody means, as a request has it."""
    process, at, edition = wanted.rpartition("@")
    if at:
        return {"other": process, "edition": edition}
    try:
        other, files = handed_over(wanted)
    except UsageError:
        # What is no folder may be an edition in use.
        return {"other": name, "edition": wanted}
    return {"other": other, "files": files}


def _head(found: Known) -> Iterator[str]:
    cases, events = count(found["cases"], "case"), count(found["events"], "entry", "entries")
    yield from map(strong, paragraph(_summary(found)))
    yield from paragraph(
        f"{cases} with {events}, decided once more under {found['title']}, edition "
        f"{found['edition']} ({found['hash'][:12]}). Nothing was changed."
    )
    for one in found["unreadable"]:
        said = f"{one['ref']} could not be read; run `{printing.PROGRAM} audit verify`."
        yield from map(printing.loud, paragraph(said))


def _summary(found: Known) -> str:
    """What would have been otherwise, in one sentence."""
    if not found["differing"]:
        return "Nothing would have been otherwise."
    totals = found["totals"]
    refused = sum(one["entries"] for one in totals["impossible"])
    said = [f"{count(refused, 'step')} refused"] if refused else []
    for name, (noun, more) in SUMMED.items():
        number = sum(one[name] for one in totals["deadlines"])
        said += [f"{count(number, noun)}{more}"] if number else []
    for name, more in SUMMED_NOTICES.items():
        number = sum(one[name] for one in totals["notices"])
        said += [f"{count(number, 'notice')}{more}"] if number else []
    cases = f"{len(found['differing'])} of {count(found['cases'], 'case')}"
    return f"In {cases} something would have been otherwise: {', '.join(said)}."


def _lines(found: Known) -> Iterator[str]:
    shown = found["differing"][:MOST]
    yield from _section("In all", list(_totals(found["totals"])))
    yield from _section(
        "Steps that would have been refused",
        columns(
            ("Case", "What was done", "What would have been asked for"),
            [
                (case["ref"], _done(one), _asked(one))
                for case in shown
                for one in case["impossible"]
            ],
        ),
    )
    yield from _section(
        "Deadlines",
        columns(
            ("Case", "Deadline", "As it was", OTHER),
            [
                (case["ref"], _called(one), _stands(one["old"]), _stands(one["new"]))
                for case in shown
                for one in case["deadlines"]
            ],
        ),
    )
    yield from _section(
        "Notices",
        columns(
            ("Case", "Notice", "As it was", OTHER),
            [
                (case["ref"], _notice(one), _sent(one["old_on"]), _sent(one["new_on"]))
                for case in shown
                for one in case["notices"]
            ],
        ),
    )
    more = len(found["differing"]) - MOST
    if more > 0:
        yield from ("", f"And {count(more, 'more case')}; --json tells them all.")


def _section(title: str, lines: Sequence[str]) -> Iterator[str]:
    if lines:
        yield from ("", strong(title), *lines)


def _totals(totals: Known) -> Iterator[str]:
    for one in totals["impossible"]:
        times = f"{count(one['entries'], 'time')} in {count(one['cases'], 'case')}"
        yield from item(f"{one['title']}: would have been refused {times}")
    for one in totals["deadlines"]:
        yield from item(f"{one['title']}: {_often(one, BRIEF)}")
    for one in totals["notices"]:
        yield from item(f"{one['title']}, {one['at']}: {_often(one, NOTICES)}")


def _often(one: Known, words: Mapping[str, str]) -> str:
    said = [(word, one[name]) for name, word in words.items() if one[name]]
    return ", ".join(f"{word} {count(number, 'case')}" for word, number in said)


def _done(one: Known) -> str:
    on = f", {day(one['on'])}" if one["on"] else ""
    return f"{one['title']}{on} (entry {one['n']})"


def _asked(one: Known) -> str:
    """What was missing; or, where nothing is named, why it would have been refused."""
    return "; ".join(need["what"] for need in one["missing"]) or str(one["said"])


def _called(one: Known) -> str:
    return f"{one['title']} ({one['of_title']})" if one["of"] else str(one["title"])


def _notice(one: Known) -> str:
    return f"{_called(one)}, {one['at']}"


def _stands(one: Known | None) -> str:
    if one is None:
        return "did not run"
    due = printing.due(one)
    met = f" on {day(one['met_on'])}" if one["met_on"] else ""
    status = one["status"].upper() if one["missed"] else one["status"]
    return f"due {due}, {status}{met}" if due else f"{status}{met}"


def _sent(on: str) -> str:
    return f"sent on {day(on)}" if on else "not sent"
