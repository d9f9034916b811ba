"""What is due on a case, and by which step it is met, as `next` says it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.cli import printing, saying
from engine.cli.printing import item, paragraph, strong
from engine.nouns import count

Known = Mapping[str, Any]

MOST = 3
"""Deadlines that are said on a screen."""


def running(found: Known, *, every: bool) -> list[str]:
    """The deadlines that are to be met: the day, how far it is, and on whom each waits."""
    known = found["deadlines"]
    lines = ["", strong("Due")] if known else []
    for one in known if every else known[:MOST]:
        said = item(f"{_title(one)}: {saying.state(one)}{saying.waiting(one)}.")
        lines += [printing.loud(line) for line in said] if one["status"] == "overdue" else said
    later = 0 if every else len(known) - MOST
    if later > 0:
        more = f"{count(later, 'more deadline')}: `casetrail deadlines {found['ref']}`."
        lines += paragraph(more, 2)
    return lines


def meets(step: Known, indent: int) -> list[str]:
    """The deadline that a step meets: `meets: Notify the Panel, due Thu 5 Nov 2026`."""
    one = step["meets"]
    if one is None:
        return []
    first, last = one["due_between"] or (None, None)
    days = printing.due({"due_on": one["due_on"], "due_from": first, "due_to": last})
    late = "OVERDUE, " if one["status"] == "overdue" else ""
    on = f", {late}due {days}" if days else ""
    return paragraph(f"meets: {_title(one)}{on}", indent, 2)


def _title(one: Known) -> str:
    of = f" ({one['of_title']})" if one["of_title"] else ""
    return f"{one['title']}{of}"
