"""`today`: what needs doing, on one sheet of paper, for somebody who has had a long day."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from engine.cli import printing, saying
from engine.cli.door import option
from engine.cli.printing import count, day, listed, plainly, shortened, strong
from engine.cli.visit import Visit, reads
from engine.service import listing, reading

Known = Mapping[str, Any]

LINES = 60
COLUMNS = 100
_ROOM = (
    ("overdue", "Overdue", 14),
    ("due_soon", "Due in the next ten working days", 14),
    ("waiting", "Waiting on", 6),
    ("unanswered", "Asked, and not answered", 5),
    ("tasks", "To do", 6),
    ("undelivered", "Messages that could not be delivered: tell them yourself", 3),
)
"""The parts of the sheet in their order, and how many lines each may have."""


@reads("today", option("--print", "paper", is_flag=True, help="Dated, and wide as a sheet is."))
def today(door: Visit, paper: bool) -> None:
    """What needs doing, on one sheet: overdue, due in ten working days, waiting on whom,
    unanswered, to do, and what could not be delivered.
    """
    place = door.place
    found = listing.today_sheet(place)
    refs = {one["ref"] for part, _, _ in _ROOM for one in found[part] if one["ref"]}
    cautions = reading.cautions(place, refs)
    columns = COLUMNS if paper else printing.width()
    lines = [
        strong(f"{day(found['today'])}  {door.settings.partnership}"),
        *_body(found, columns),
        *_cautions(cautions, columns),
    ]
    door.answer({**found, "cautions": cautions}, lines[:LINES])


def _body(found: Known, columns: int) -> list[str]:
    lines: list[str] = []
    for part, title, room in _ROOM:
        entries = _ENTRIES[part](found[part], columns)
        if not entries:
            continue
        shown = entries if len(entries) <= room else entries[: room - 1]
        lines += ["", strong(f"{title} ({len(found[part])})"), *shown]
        if len(shown) < len(entries):
            lines.append(f"  and more: {_MORE.get(part, '`casetrail today --json`')}")
    return lines or ["", "Nothing is due, and nobody is waited for."]


def _clocks(known: Sequence[Known], columns: int) -> list[str]:
    lines: list[str] = []
    for one in known:
        of = f" ({one['of']})" if one["of"] else ""
        waits = f"; the {plainly(one['waiting_on'])}" if one["waiting_on"] else ""
        head = f"  {one['ref']}  {saying.state(one)}: {one['title']}{of}{waits}"
        cut = shortened(head.strip(), columns - 2)
        lines.append("  " + (printing.loud(cut) if one["status"] == "overdue" else cut))
        lines.append("    " + shortened(saying.standing(one), columns - 4))
    return lines


def _waiting(known: Sequence[Known], columns: int) -> list[str]:
    by_role: dict[str, list[str]] = {}
    for one in known:
        by_role.setdefault(one["waiting_on"], []).append(one["ref"])
    lines = []
    for role, refs in sorted(by_role.items(), key=lambda pair: -len(pair[1])):
        who = f"the {plainly(role)}" if role else "nobody"
        lines.append(
            "  " + shortened(f"{who}: {count(len(refs), 'case')}: {listed(refs)}", columns - 2)
        )
    return lines


def _unanswered(known: Sequence[Known], columns: int) -> list[str]:
    return _cut(
        (
            f"{one['ref']}  {one['of']}, since {day(one['asked_on'])}: {one['question']}"
            for one in known
        ),
        columns,
    )


def _tasks(known: Sequence[Known], columns: int) -> list[str]:
    return _cut(
        (f"{one['ref']}  {one['what']} (the {plainly(one['role'])})" for one in known), columns
    )


def _undelivered(known: Sequence[Known], columns: int) -> list[str]:
    return _cut((f"{one['ref']}  {one['person']}: {one['what']}" for one in known), columns)


def _cut(texts: Iterable[str], columns: int) -> list[str]:
    return ["  " + shortened(text, columns - 2) for text in texts]


def _cautions(cautions: Sequence[str], columns: int) -> list[str]:
    lines = [
        line for text in cautions for line in printing.paragraph(f"Caution: {text}", most=columns)
    ]
    return ["", *lines[:5]] if lines else []


_ENTRIES: dict[str, Callable[[Sequence[Known], int], list[str]]] = {
    "overdue": _clocks,
    "due_soon": _clocks,
    "waiting": _waiting,
    "unanswered": _unanswered,
    "tasks": _tasks,
    "undelivered": _undelivered,
}
_MORE = {
    "overdue": "`casetrail list --late`",
    "due_soon": "`casetrail deadlines`",
    "waiting": "`casetrail list`",
}
