"""A program that is called after steps, as config.toml declares it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

EVERY: Final = "*"
"""Instead of the names of steps: all of them."""


@dataclass(frozen=True, slots=True)
class After:
    """An [[after]]: after which steps which program is called, and what it is told."""

    id: str
    process: str
    steps: tuple[str, ...]
    """Their names, or EVERY alone."""
    command: tuple[str, ...]
    """The whole path of the program, and what it is started with; there is no shell."""
    timeout: int = 30
    """Seconds that a call may take."""
    environment: Mapping[str, str] = field(default_factory=dict)
    answers: tuple[str, ...] = ()
    """The questions of which it is told the answers; none that is personal is ever told."""
    linked: bool = False
    """Whether it is called after steps of the cases that are linked to one of the process too."""

    @property
    def follows(self) -> tuple[str, str, int]:
        """The process, the steps and whether linked cases count, as the store has them."""
        return self.process, ",".join(self.steps), int(self.linked)
