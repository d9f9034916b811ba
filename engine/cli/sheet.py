"""`today`: what needs doing, on one sheet of paper, for somebody who has had a long day."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import click

from engine.cli import not_sent, printing, saying
from engine.cli.door import option
from engine.cli.printing import day, listed, shortened, strong
from engine.cli.visit import Visit, reads
from engine.nouns import count
from engine.prose import capital

Known = Mapping[str, Any]
Entry = list[str]
"""The lines of one thing, which are printed together or not at all."""

LINES = 60
COLUMNS = 100
"""Of paper, files and pipes; a narrower terminal has fewer."""
MOST_REFS = 8
"""Cases that are named of those that wait on one role: more never fit on its line."""
MOST_WHOM = 40
"""Characters that say on whom a task waits: the rest of its line says what it is."""
MANY = 2
"""People who "are" and no longer "is"."""
WHERE_REFUSED = {
    "drop folder": ("file", "why stands beside each file"),
}
"""What is refused at a door that is not the web, and where more is known of it."""
MOST_CAUTIONS = 5
"""Lines of what the editions ask to be said."""


class Part(NamedTuple):
    """A part of the sheet."""

    name: str
    title: str
    least: int
    """Lines that it may have, whatever the others need."""
    entries: Callable[[Sequence[Known]], Iterable[Entry]]
    more: str
    """What shows the rest."""


@reads("today", option("--print", "paper", is_flag=True, help="For paper: without any colour."))
def today(door: Visit, paper: bool) -> None:
    """What needs doing, on one sheet of paper.

    What is overdue, what is due in ten working days, on whom each case waits, who has not
    answered, what is to do, and what could not be delivered.
    """
    found = door.ask("today")
    unknown, kinds = found["unknown_roles"], found["mistyped_kinds"]
    odd = saying.misnamed(unknown, kinds, "no process in use has", found["roles"])
    lines = sheet(found, found["partnership"], found["cautions"], odd)
    door.answer(found, [click.unstyle(line) for line in lines] if paper else lines)


def sheet(
    found: Known, partnership: str, cautions: Sequence[str], odd: Sequence[str] = ()
) -> list[str]:
    """The sheet: at most so many lines, shared out so that what is overdue comes first."""
    head = [strong(line) for line in _wrapped(f"{day(found['today'])}  {partnership}", 0)]
    head += [line for said in odd for line in _wrapped(said, 0)]
    said = [line for text in cautions for line in _wrapped(f"Caution: {text}", 0)]
    foot = ["", *said[:MOST_CAUTIONS]] if said else []
    parts = [(part, list(part.entries(found[part.name]))) for part in PARTS if found.get(part.name)]
    if not parts:
        return [*head, "", "Nothing is due, and nobody is waited for.", *foot]
    room = LINES - len(head) - len(foot) - 2 * len(parts)
    given = _shared(room, [(part.least, sum(map(len, entries))) for part, entries in parts])
    body = [
        line
        for (part, entries), lines in zip(parts, given, strict=True)
        for line in _part(part, len(found[part.name]), entries, lines)
    ]
    return [*head, *body, *foot]


def _shared(room: int, wanted: Sequence[tuple[int, int]]) -> list[int]:
    """How many lines each part gets: its least, and in their order what the others leave."""
    given = [min(least, need) for least, need in wanted]
    left = room - sum(given)
    for at, (_, need) in enumerate(wanted):
        more = min(left, need - given[at])
        given[at] += more
        left -= more
    return given


def _part(part: Part, number: int, entries: Sequence[Entry], room: int) -> list[str]:
    lines = ["", strong(f"{part.title} ({number})")]
    if sum(map(len, entries)) <= room:
        return [*lines, *(line for entry in entries for line in entry)]
    shown: list[str] = []
    left = len(entries)
    for entry in entries:
        if len(shown) + len(entry) >= room:
            break
        shown += entry
        left -= 1
    return [*lines, *shown, f"  And {left} more: `casetrail {part.more}`."]


def _clocks(known: Sequence[Known]) -> Iterable[Entry]:
    """What is due; the source of a timescale is said with the first of its deadlines."""
    said: set[str] = set()
    for one in known:
        of = f" ({one['of_title']})" if one["of"] else ""
        head = _cut(f"{one['ref']}  {one['title']}{of}")
        source = " ".join(filter(None, (saying.standing(one), saying.kept(one))))
        late = one["status"] == "overdue"
        yield [
            *([printing.loud(line) for line in head] if late else head),
            *_wrapped(f"{capital(saying.state(one))}{saying.waiting(one)}.", 4),
            *(_wrapped(why, 4) if (why := _provisional(one)) else []),
            *(_wrapped(source, 4) if source not in said else []),
        ]
        said.add(source)


def _provisional(one: Known) -> str:
    lacking = one["provisional"]
    return f'Provisional until "{lacking["ask"]}" is answered.' if lacking else ""


def _waiting(known: Sequence[Known]) -> Iterable[Entry]:
    by_role: dict[str, list[str]] = {}
    for one in known:
        by_role.setdefault(one["waits_on"], []).append(one["ref"])
    for role, refs in sorted(by_role.items(), key=lambda pair: -len(pair[1])):
        yield _whole(f"{role or 'nobody'}, in {count(len(refs), 'case')}", refs)


def _unanswered(known: Sequence[Known]) -> Iterable[Entry]:
    for one in known:
        yield _cut(f"{one['ref']}  {one['of_title']} since {day(one['asked_on'])}: {one['ask']}")


def _tasks(known: Sequence[Known]) -> Iterable[Entry]:
    for one in known:
        by = f" ({shortened(one['by'] or 'anybody', MOST_WHOM)})"
        what = shortened(f"{one['ref']}  {one['what']}", COLUMNS - 2 - len(by))
        yield [*_cut(f"{what}{by}"), f"    casetrail {one['how']}"]


def _unattended(known: Sequence[Known]) -> Iterable[Entry]:
    for one in known:
        told = listed(one["told"]) or "nobody"
        verb = "is" if len(one["told"]) < MANY else "are"
        head = f"{one['title']}: {one['why']}; {told} {verb} told instead"
        yield _whole(f"{head}, in {count(len(one['refs']), 'case')}", one["refs"])


def _undelivered(known: Sequence[Known]) -> Iterable[Entry]:
    for one in known:
        yield _cut(f"{one['ref']}  {one['person']}: {one['what']}")


def _refused(known: Sequence[Known]) -> Iterable[Entry]:
    for one in known:
        what, where = WHERE_REFUSED.get(
            one["door"], ("call", "ask its sender, and run `hook check`")
        )
        since = f"refused since {day(one['since'])}"
        yield _cut(f"{one['hook']}: {count(one['times'], what)} {since}; {where}")


def _not_sent(known: Sequence[Known]) -> Iterable[Entry]:
    for one in known:
        yield printing.paragraph(not_sent.said(one), 2, 2, _wide())


def _wide() -> int:
    return printing.at_most(COLUMNS)


def _cut(text: str) -> Entry:
    """A text as it stands on one line of paper, wrapped where a terminal is narrower."""
    return printing.paragraph(shortened(text, COLUMNS - 2), 2, 2, _wide())


def _whole(head: str, refs: Sequence[str]) -> Entry:
    """As many references as a line holds, none of them cut, and how many more there are."""
    lines: Entry = []
    for shown in range(min(len(refs), MOST_REFS), 0, -1):
        more = [f"{len(refs) - shown} more"] if shown < len(refs) else []
        lines = printing.paragraph(f"{head}: {listed([*refs[:shown], *more])}", 2, 2, _wide())
        if len(lines) == 1:
            break
    return lines


def _wrapped(text: str, indent: int) -> list[str]:
    return printing.paragraph(text, indent, 0, _wide())


PARTS = (
    Part("overdue", "Overdue", 9, _clocks, "list --late"),
    Part("due_soon", "Due in the next ten working days", 9, _clocks, "deadlines"),
    Part("waiting", "Waiting on", 5, _waiting, "list"),
    Part("unanswered", "Asked, and not answered", 4, _unanswered, "today --json"),
    Part("tasks", "To do", 5, _tasks, "today --json"),
    Part("unattended", "Nobody is there", 3, _unattended, "today --json"),
    Part("refused", "Refused of what other systems sent", 2, _refused, "today --json"),
    Part("not_sent", "Cannot be sent, and tried again", 3, _not_sent, "today --json"),
    Part("undelivered", "Not delivered: tell them yourself", 3, _undelivered, "today --json"),
)
"""The parts of the sheet, in their order; what is left over goes to the first that needs it."""
