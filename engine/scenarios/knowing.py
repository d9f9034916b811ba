"""What a story may name: the things of a process, and those who play it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from engine.definition import Workflow
from engine.directory import Directory


@dataclass(frozen=True, slots=True)
class Known:
    """A process and its players, against which the names in a story are judged."""

    workflow: Workflow
    directory: Directory

    def of(self, case: str) -> Workflow | None:
        """The process of a case, as `meeting 2` names it; None for a process that there is not."""
        name = case.partition(" ")[0]
        return self.workflow.children.get(name) if name else self.workflow

    def players(self) -> Collection[str]:
        """Everybody who can act: roles in words, agencies, people."""
        processes = (self.workflow, *self.workflow.children.values())
        roles = [name for one in processes for name in one.roles]
        appointed = [one.role for one in self.directory.appointments]
        return dict.fromkeys(
            [*_words(roles), *_words(appointed), *self.directory.agencies, *self.directory.people]
        )

    def groups(self, workflow: Workflow) -> Collection[str]:
        """The groups of a process, in words."""
        return _words(workflow.groups)


def roles(workflow: Workflow) -> Collection[str]:
    """The roles of a process, in words."""
    return _words(workflow.roles)


def _words(names: Collection[str]) -> list[str]:
    return [name.replace("_", " ") for name in names]
