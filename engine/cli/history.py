"""`history`: what has happened on a case, in order; what one command did stands together.

No personal value is printed but after `--personal --why`, when the read is in the access log.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from engine.cli import saying
from engine.cli.door import argument, option
from engine.cli.looking import PERSONAL, called_values, reason_to_read
from engine.cli.printing import day, listed, paragraph
from engine.cli.telling import Titles, told
from engine.cli.visit import Visit, reads
from engine.errors import UsageError
from engine.nouns import count
from engine.service import references

AT_ONCE = (
    "people told",
    "notice fired",
    "message sent",
    "message given up",
    "call given up",
    "task opened",
    "task closed",
)
"""What happens when it is recorded, whatever day the command that it follows from is of."""

ITSELF = "the engine"
"""With what the proof begins of what nobody decided."""

Event = Mapping[str, Any]
Values = Mapping[tuple[int, str], str]
"""The personal values of a history, by entry and name."""


class Entry(NamedTuple):
    """What is printed as one: an event; with the messages by which people were then told, or only
    messages.
    """

    event: Event
    sent: Sequence[Event] = ()

    @property
    def numbers(self) -> str:
        """`@9`, `@9-@12`."""
        first = self.event["n"]
        last = self.sent[-1]["n"] if self.sent else first
        return f"@{first}-@{last}" if last > first else f"@{first}"


@reads(
    "history",
    argument("ref", "REF"),
    option("--all", "every", is_flag=True, help="Each message, and by name who was told."),
    option("--last", type=int, default=0, metavar="N", help="Only the last N entries."),
    *PERSONAL,
)
def history(door: Visit, ref: str, every: bool, last: int, personal: bool, why: str) -> None:
    """What has happened on a case, in order; @N names an entry.

    Messages that were sent one after the other are one line, as @12-@20. Reasons and personal
    answers are shown only with --personal and --why.
    """
    ref, reason = references.read(ref), reason_to_read(personal, why)
    found = door.ask("history", ref=ref, last=_checked(last))
    events, document = found["events"], dict(found)
    values: Values = {}
    if personal:
        read = door.ask("history personal", ref=ref, why=reason)["personal"]
        shown = {event["n"] for event in events}
        every_value = {_entry_of(name): value for name, value in read.items()}
        values = {key: value for key, value in every_value.items() if key[0] in shown}
        document["personal"] = {f"@{n} {path}": value for (n, path), value in values.items()}
    lines: list[str] = []
    if not door.state.json:
        # A document has people by their ids; only a reader of text needs what they are called.
        known = door.ask("history titles", ref=ref, last=last)
        ended = {int(n): one for n, one in known["linked"].items()}
        lines += _printed(Titles(known["titles"], names=every), events, values, ended, every=every)
    door.answer(document, [*lines, *saying.caution(*found["cautions"])])


def _entry_of(name: str) -> tuple[int, str]:
    """The entry and the name of a personal value, by what a document calls it: `@9 name/p1/1`."""
    n, _, path = name.partition(" ")
    return int(n.removeprefix("@")), path


def _checked(last: int) -> int:
    """How many entries are asked for; 0 for all of them. Raises UsageError."""
    if last < 0:
        raise UsageError("--last is how many entries are shown: 1 or more.")
    return last


def _printed(
    titles: Titles,
    events: Sequence[Event],
    values: Values,
    ended: Mapping[int, Mapping[str, str]],
    *,
    every: bool,
) -> Iterable[str]:
    entries = [Entry(event) for event in events] if every else grouped(events)
    ends = [*[entry.event["command"] for entry in entries[1:]], ""]
    told_in = _tellings(events)
    for entry, following in zip(entries, ends, strict=True):
        event = entry.event
        yield from _entry(titles, entry, told_in, ended.get(event["n"]))
        mine = {path: value for (n, path), value in values.items() if n == event["n"]}
        yield from called_values(mine, 6, titles.asks())
        is_message = event["type"] == "message sent" and not every
        if not is_message and (every or event["command"] != following):
            yield from paragraph(_who(titles, event["actor"], event["evidence"]), 4, 2)


def grouped(events: Sequence[Event]) -> list[Entry]:
    """The events of a case, of which messages that were sent one after the other are one entry.

    Where they tell only what the entry before them says, they are a part of it.
    """
    told_in = _tellings(events)
    found: list[Entry] = []
    for event in events:
        if event["type"] != "message sent" or not found:
            found.append(Entry(event))
            continue
        last = found[-1]
        where = told_in.get(event["body"]["message"])
        if last.event["type"] == "message sent" or where == last.event["n"]:
            found[-1] = Entry(last.event, (*last.sent, event))
        else:
            found.append(Entry(event))
    return found


def _tellings(events: Iterable[Event]) -> dict[str, int]:
    """The entry in which people were told by each message."""
    return {one["id"]: event["n"] for event in events for one in event["body"].get("messages", ())}


def _entry(
    titles: Titles, entry: Entry, told_in: Mapping[str, int], child: Mapping[str, str] | None
) -> list[str]:
    event = entry.event
    recorded = day(event["recorded"])
    at_once = event["type"] in AT_ONCE and not _ended_by_hand(event)
    happened = recorded if at_once else day(event["happened"])
    late = f", recorded {recorded}" if recorded != happened else ""
    if event["type"] == "message sent" and entry.sent:
        head, *items = [_messages([event, *entry.sent], told_in)]
    else:
        head, *items = told(event, titles)
        head += f"; {count(len(entry.sent), 'message')} sent" if entry.sent else ""
    if child:
        whose = f" of {child['title']}" if child["title"] else ""
        head += f"; it is {child['ref']}{whose}"
    lines = paragraph(f"{entry.numbers}  {happened}{late}: {head}", 0, 4)
    for one in items:
        lines += paragraph(f"- {one}", 4, 2)
    return lines


def _ended_by_hand(event: Event) -> bool:
    """Whether somebody said of a task that it was done, and how: then on the day it was done."""
    return event["type"] == "task closed" and bool(event["sealed"])


def _messages(sent: Sequence[Event], told_in: Mapping[str, int]) -> str:
    """How many messages were sent, and of which entries they tell."""
    found = dict.fromkeys(told_in.get(event["body"]["message"], 0) for event in sent)
    of = listed(f"@{n}" for n in sorted(found) if n)
    return f"{count(len(sent), 'message')} sent{f', of {of}' if of else ''}"


def _who(titles: Titles, actor: Mapping[str, str], evidence: str) -> str:
    role = f" as {titles.role(actor['role'])}" if actor["role"] else ""
    instead = f", for {titles.person(actor['for'])}" if actor["for"] else ""
    if actor["proof"].startswith(ITSELF):
        return f"by {actor['proof']}"
    decided = f"{titles.person(actor['decided'])}{role}{instead}"
    shown = f"; evidence {evidence}" if evidence else ""
    if actor["decided"] == actor["recorded"]:
        return f"by {decided} ({actor['proof']}){shown}"
    recorded = titles.person(actor["recorded"])
    return f"decided by {decided}; recorded by {recorded} ({actor['proof']}){shown}"
