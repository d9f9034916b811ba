"""The rules that a process writes of itself and that are not in force on a day, so not counted."""

from __future__ import annotations

from datetime import date
from typing import Any

from engine.cli.printing import day, paragraph
from engine.definition import Workflow
from engine.nouns import count
from engine.own_rules import holds_on


def not_in_force(workflow: Workflow, on: date) -> dict[str, Any]:
    """The rules of a process and its linked ones that do not hold on this day, in a stable form."""
    every = [rule for one in (workflow, *workflow.children.values()) for rule in one.rules.values()]
    out = [rule.id for rule in every if not holds_on(rule, on.isoformat())]
    return {"own_rules_written": len(every), "not_in_force": out, "on": on.isoformat()}


def told(known: dict[str, Any]) -> list[str]:
    """The same as lines; none where every rule is in force."""
    number, out = known["own_rules_written"], known["not_in_force"]
    if not out:
        return []
    are = "is" if number == 1 else "are"
    return paragraph(
        f"{count(number, 'rule')} of its own {are} written, of which {len(out)} not in force on "
        f"{day(known['on'])}, and not counted: {', '.join(out)}. `workflow verify --as-at DATE` "
        "holds the process against those that are in force on another day."
    )
