"""The rules that a process writes of itself and that are not in force on a day, so not counted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.cli.printing import day, paragraph
from engine.nouns import count


def told(known: Mapping[str, Any]) -> list[str]:
    """Which rules are written and not in force, as lines; none where every rule is."""
    number, out = known["own_rules_written"], known["not_in_force"]
    if not out:
        return []
    are = "is" if number == 1 else "are"
    return paragraph(
        f"{count(number, 'rule')} of its own {are} written, of which {len(out)} not in force on "
        f"{day(known['on'])}, and not counted: {', '.join(out)}. `workflow verify --as-at DATE` "
        "holds the process against those that are in force on another day."
    )
