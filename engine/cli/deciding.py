"""The decisions on the way to a step, as `why-not` says them; it takes no side."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.cli.printing import PROGRAM, item, listed, paragraph, strong

Known = Mapping[str, Any]

AS_THEY_DECIDE = "Nothing on record says which is taken."


def open_decision(known: Known) -> list[str]:
    """The decision up to which a way is told: who takes it, by which answers, and its sides."""
    depends = [_said(one) for one in known["answers"]] or [f"what is decided by {known['by']}"]
    head = f'At "{known["state_title"]}" the ways part, and it is for {known["by"]} to decide.'
    lines = ["", strong("A decision that comes first"), *paragraph(head, 2)]
    lines += paragraph(f"What follows depends on: {'; '.join(depends)}.", 2, 2)
    for side in known["sides"]:
        lines += item(f"{side['title']} [{side['transition']}]; it is for {side['by']}{_why(side)}")
        lines += [f"      {PROGRAM} {typed}" for typed in side["commands"]]
    allowed = [f'"{side["title"]}"' for side in known["sides"] if side["open"]]
    lines += paragraph(_allowed(allowed, len(known["sides"])), 2)
    return lines


def _allowed(sides: list[str], every: int) -> str:
    if not sides:
        return "By the answers on record none of them can be taken."
    if len(sides) == every:
        return f"{AS_THEY_DECIDE} `why-not` says what each of them needs."
    return f"The answers on record allow: {listed(sides, 'or')}."


def settled(known: Known) -> list[str]:
    """That the answers on record leave this step alone, and what rules out the other sides."""
    lines = paragraph("Of this decision the answers on record allow this step alone.", 5)
    for side in known["sides"]:
        if side["transition"] != known["taken"]:
            lines += paragraph(f'- "{side["title"]}"{_why(side)}', 5, 2)
            lines += [f"       {PROGRAM} {typed}" for typed in side["commands"]]
    return lines


def _said(one: Known) -> str:
    return f'"{one["ask"]}" ({one["answer"] or "not answered"})'


def _why(side: Known) -> str:
    """What rules a side out, told as a fact; nothing where it is open."""
    if side["open"]:
        return ""
    by = listed(f'"{one["ask"]}" ({one["answer"]})' for one in side["ruled_out_by"])
    wrong = "; if that is wrong:" if side["commands"] else ""
    return f": ruled out by {by or 'what is on record'}{wrong}"
