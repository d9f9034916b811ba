"""What a partnership's own files stand on, as `workflow check` and `activate` say it."""

from __future__ import annotations

from typing import Any

from engine.cli.printing import paragraph
from engine.definition import Workflow


def base_of(workflow: Workflow) -> dict[str, Any] | None:
    """The process that the files extend, in its stable form; None where they extend none."""
    over = workflow.overlay
    if over is None:
        return None
    return {
        "overlay": over.name,
        "edition": over.base_edition,
        "hash": over.base_hash,
        "written_for": over.pinned,
        "moved": over.is_moved,
    }


def standing(workflow: Workflow) -> list[str]:
    """The same as lines, with a warning where the base is another than the one it was written for.

    Nothing where the files extend no other process.
    """
    over = workflow.overlay
    if over is None:
        return []
    said = (
        f'"{over.name}" adds to {workflow.name}, edition {over.base_edition} '
        f"({over.base_hash[:12]}), and loosens nothing of it."
    )
    lines = paragraph(said)
    if over.is_moved:
        lines += paragraph(
            f"Look at it again: it was written for {over.pinned}, and the process that it extends "
            f"is now edition {over.base_edition} ({over.base_hash[:12]}). When it still says what "
            f'you mean, write extends_edition = "{over.base_edition}".'
        )
    return lines
