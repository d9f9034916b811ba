"""A case, its deadlines and what it needs, as lines of plain English; no personal value in them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from engine.cli import printing
from engine.cli.printing import day, listed, paragraph, plainly

Known = Mapping[str, Any]
"""A case, a deadline or a step in its stable form."""

OPEN = ("overdue", "running", "provisional", "paused", "not started")


def deadline(known: Known, *, about: str = "", indent: int = 2) -> list[str]:
    """A deadline with its duty, what sets its time, the source, and how far that is confirmed."""
    of = f" ({known['of']})" if known["of"] else ""
    head = f"{about}{known['title']}{of}: {state(known)}"
    lines = paragraph(head, indent, 2)
    if known["status"] == "overdue":
        lines = [printing.loud(line) for line in lines]
    return [*lines, *paragraph(standing(known), indent + 2)]


def state(known: Known) -> str:
    """Where a deadline stands: `due Mon 22 Dec 2025, in 5 working days`."""
    status = known["status"]
    due = day(known["due_on"])
    when = f", due {due}" if due else ""
    said = {
        "met": f"met on {day(known['met_on'])}{when}",
        "met late": f"met late on {day(known['met_on'])}{when}",
        "overdue": f"OVERDUE, due {due}{_left(known)}",
        "running": f"due {due}{_left(known)}" if due else "as soon as practicable; no day is set",
        "provisional": f"due {due}{_left(known)}, provisional: its start is not answered yet",
        "paused": f"paused{when}",
    }.get(status, str(status))
    if known["due_between"] and not due:
        first, last = known["due_between"]
        said = f"due between {day(first)} and {day(last)}; the start is known only in part"
    return said + _beside(known)


def standing(known: Known) -> str:
    """The duty, what sets the time, and how far that was confirmed.

    Only what was read in its source is called a duty or a legal limit.
    """
    time = known["time_from"]
    word = f' ("{time["says"]}")' if time["says"] else ""
    source = f"{time['kind']}{word}: {time['source']}"
    if known["confirmed"] == "read":
        limit = "legal limit" if time["kind"] in ("act", "regulation") else "time"
        duty = f"Duty: {known['duty']}. " if known["duty"] else ""
        return f"{duty}The {limit} is from {source} (read)."
    what = f"{known['duty']}; " if known["duty"] else ""
    return (
        f"Expected (source not yet read): {what}the time is from {source} ({known['confirmed']})."
    )


def waiting(role: str) -> str:
    """On whom a case waits, as the end of a sentence."""
    return f"; it waits on the {plainly(role)}" if role else ""


def place(case: Known) -> str:
    """Where a case is."""
    if case["closed_on"]:
        return f'"{case["state_title"]}"; closed on {day(case["closed_on"])}'
    return f'"{case["state_title"]}" since {day(case["since"])}{waiting(case["waiting_on"])}'


def after_change(case: Known, moved: Collection[str]) -> list[str]:
    """How a case is after a change; `moved` are the timescales that it started, moved or ended."""
    lines = paragraph(f"{case['ref']} is at {place(case)}.")
    touched = [one for one in case["deadlines"] if one["timescale"] in moved]
    pending = [one for one in case["deadlines"] if one["status"] in OPEN and one not in touched]
    for one in touched:
        lines += deadline(one)
    for one in pending[:1]:
        lines += deadline(one, about="Next: " if not touched else "")
    if len(pending) > 1:
        rest = printing.count(len(pending) - 1, "later deadline")
        lines.append(f"  {rest}: `casetrail deadlines {case['ref']}`.")
    if case["tasks"]:
        lines.append(
            f"Open tasks: {len(case['tasks'])}; `casetrail show {case['ref']}` lists them."
        )
    return lines


def caution(*texts: str) -> list[str]:
    """What an edition asks every output to say, each text once."""
    found: list[str] = []
    for text in dict.fromkeys(text for text in texts if text):
        found += paragraph(f"Caution: {text}")
    return found


def tasks(known: Iterable[Known]) -> list[str]:
    """What is left for somebody to do."""
    found: list[str] = []
    for one in known:
        by = f"the {plainly(one['role'])}" if one["role"] else "anybody"
        found += printing.item(f"{one['what']} ({by}, since {day(one['since'])})")
    return found


def about(case: Known) -> str:
    """Whom a case is about, by their ids."""
    return listed(f"{one['person']} ({one['kind']})" for one in case["people"])


def _left(known: Known) -> str:
    left = known["working_days_left"]
    if left is None:
        return ""
    if left < 0:
        return f", {printing.count(-left, 'working day')} ago"
    return f", in {printing.count(left, 'working day')}" if left else ", no working day left"


def _beside(known: Known) -> str:
    more = ""
    if known["due_on"] and known["first_due_on"] not in (None, known["due_on"]):
        more += f"; first due {day(known['first_due_on'])}"
    if known["target_on"]:
        more += f"; target {day(known['target_on'])}, agreed"
    if known["delay_explained_on"]:
        more += f"; the delay was explained on {day(known['delay_explained_on'])}"
    return more
