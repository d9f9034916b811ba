"""How many rules the files of a process say, and how many of them nobody has read in their source.

`workflow check` and `workflow verify` both tell these figures.
"""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from engine.definition import Workflow
from engine.nouns import count
from engine.own_rules import holds_on

BEGINS = date(2025, 12, 15)
"""A Monday before Christmas, so that holidays are among the days that are counted."""


class Written(NamedTuple):
    """The rules that are written in the files of a process and of those linked to it."""

    own: int
    timescales: int
    """Each rule of a timescale over time by itself."""
    unconfirmed: int
    """How many of all nobody has marked as read in their source."""

    @property
    def rules(self) -> int:
        """All of them."""
        return self.own + self.timescales

    def said(self, where: str) -> str:
        """`the 4 rules written in this file (1 rule of its own and 3 timescale rules), of which 2
        unconfirmed`.
        """
        return (
            f"the {count(self.rules, 'rule')} written in {where} "
            f"({count(self.own, 'rule')} of its own and "
            f"{count(self.timescales, 'timescale rule')}), of which {self.unconfirmed} unconfirmed"
        )


def first_day(workflow: Workflow) -> date:
    """The day on which made-up cases of a process begin, where no other is given."""
    return max(BEGINS, date.fromisoformat(workflow.in_force_from or "2000-01-01"))


def written(workflow: Workflow, day: date | None = None) -> Written:
    """The rules of a process and of those linked to it; of its own, those that hold on a day."""
    on = (day or first_day(workflow)).isoformat()
    every = (workflow, *workflow.children.values())
    own = [rule.confirmed for one in every for rule in one.rules.values() if holds_on(rule, on)]
    times = [
        variant.confirmed
        for one in every
        for timescale in one.timescales.values()
        for variant in timescale.variants
    ]
    unconfirmed = sum(confirmed != "read" for confirmed in (*own, *times))
    return Written(len(own), len(times), unconfirmed)
