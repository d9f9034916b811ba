"""The words of a base under an overlay: a partnership's own stand after them, and are marked."""

from __future__ import annotations

import re
from typing import Any, Final

from engine.definition import Timescale, Transition, Workflow
from engine.loading.overlay.authority import authority, time_of

IN_BRACKETS: Final = ("ask", "title", "leaves_building")
"""What is shown within a line; the rest are sentences of their own."""

SENTENCES: Final = ("help", "says", "note")

_ADDED = re.compile(r"( \(locally: [^()\n]+\))+")


def together(key: str, base: str, own: str) -> str:
    """What is shown where an overlay adds words: `Notify the Panel (locally: by our form)`."""
    if not base:
        return own
    return f"{base} (locally: {own})" if key in IN_BRACKETS else f"{base} Locally: {own}"


def are_shown(key: str, base: str, now: str) -> bool:
    """Whether words of the base are still shown, with nothing but what is marked after them."""
    if not base or now == base:
        return True
    after = now.removeprefix(base)
    if after == now:
        return False
    return bool(_ADDED.fullmatch(after)) if key in IN_BRACKETS else after.startswith(" Locally: ")


def fault(key: str, own: Any) -> tuple[str, str]:
    """What is wrong with words that are to be added, and what to do about it; "" for nothing."""
    if not isinstance(own, str):
        return "", ""
    if not own.strip():
        return f'"{key}" is empty; write something or leave it out.', ""
    if key in IN_BRACKETS and {*own} & {*"()"}:
        problem = "These words are shown in brackets, and have brackets of their own."
        return problem, "Write them without brackets."
    if key in IN_BRACKETS and len(own.strip().splitlines()) > 1:
        return "These words are shown within a line, and are more than one.", "Write one line."
    return "", ""


def law_of(thing: Any, workflow: Workflow) -> str:
    """What sets a timescale, or one that a step meets or stops; "" where only local practice does.

    What a question asks is the process's own, and is read wherever its answer is.
    """
    if isinstance(thing, Timescale):
        return authority(thing, workflow) if thing.duty or time_of(thing) else ""
    if not isinstance(thing, Transition):
        return authority(thing, workflow)
    if thing.duty:
        return thing.duty
    touched = (t for t in workflow.timescales.values() if thing.id in (*t.met_by, *t.stops_if))
    laws = [(not one.duty, law) for one in touched if (law := law_of(one, workflow))]
    return min(laws, default=(False, ""))[1]
