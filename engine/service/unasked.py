"""The agencies whom a process has asked and whom config.toml does not name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from engine.definition import Group, Transition, Workflow
from engine.directory import Directory


class Unasked(NamedTuple):
    """A group of agencies, some kinds of which are asked for steps and named nowhere."""

    group: str
    title: str
    kinds: tuple[str, ...]
    """The kinds of which there is no agency on the day."""
    nobody: bool
    """Whether that is all of them, so that the steps pass with nobody asked."""
    steps: tuple[str, ...]
    """The titles of the steps before which the group is to be asked."""


def unasked(directory: Directory, workflow: Workflow, day: str) -> list[Unasked]:
    """Each group that a step has asked, here or in a linked process, and that lacks agencies on a
    day: a step waits for the agencies that there are, and for none where there is none.
    """
    groups: dict[str, Group] = {}
    steps: dict[str, list[str]] = {}
    for process in (workflow, *workflow.children.values()):
        for step in process.transitions.values():
            for name in _asked(process, step):
                groups.setdefault(name, process.groups[name])
                steps.setdefault(name, []).append(step.title)
    found = []
    for name, group in groups.items():
        lacking = tuple(kind for kind in group.kinds if not directory.of_kinds((kind,), day))
        if lacking:
            nobody = len(lacking) == len(group.kinds)
            each = tuple(dict.fromkeys(steps[name]))
            found.append(Unasked(name, group.title, lacking, nobody, each))
    return found


def _asked(process: Workflow, step: Transition) -> Iterator[str]:
    """The groups of the questions that must have been asked, or answered, before a step."""
    for name in (*step.asked, *step.on_file):
        if name in process.questions and process.questions[name].asked_of:
            yield process.questions[name].asked_of
