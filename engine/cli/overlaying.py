"""What a partnership's own files stand on, as `workflow check` and `activate` say it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.cli.printing import paragraph


def standing(known: Mapping[str, Any]) -> list[str]:
    """On what the files of a process stand, with a warning where that is another edition than the
    one they were written for. Nothing where they extend no other process.
    """
    over = known["extends"]
    if over is None:
        return []
    base = f"edition {over['edition']} ({over['hash'][:12]})"
    lines = paragraph(
        f'"{over["overlay"]}" adds to {known["workflow"]}, {base}, and loosens nothing of it.'
    )
    if over["moved"]:
        lines += paragraph(
            f"Look at it again: it was written for {over['written_for']}, and the process that it "
            f"extends is now {base}. When it still says what you mean, write extends_edition = "
            f'"{over["edition"]}".'
        )
    return lines
