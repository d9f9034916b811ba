"""Says a workflow, a case and a deadline in English; used by every door and by packs."""

from __future__ import annotations

from collections.abc import Iterable

from engine.definition import Workflow


def names_of(workflow: Workflow, names: Iterable[str]) -> tuple[str, ...]:
    """The titles of roles, groups and agencies' groups, in the order given."""
    return tuple(name_of(workflow, name) for name in names)


def name_of(workflow: Workflow, name: str) -> str:
    """The title of a role or a group; the name itself when the definition has none."""
    known = workflow.roles.get(name) or workflow.groups.get(name)
    return known.title if known else name


def listed(words: Iterable[str], last: str = "and") -> str:
    """One, two and three."""
    items = list(words)
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {last} {items[-1]}"
