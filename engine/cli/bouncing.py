"""`bounce`: what a mail server sent back is recorded on the case, and becomes somebody's task."""

from __future__ import annotations

import os

from engine.cli import texts
from engine.cli.door import argument
from engine.cli.printing import listed
from engine.cli.visit import Visit, reads
from engine.nouns import count
from engine.service.workplace import File

SAID = {
    "failed": "came back: whoever it was for is to be told by hand, and somebody was told so",
    "delivered": "was delivered",
}


@reads("bounce", argument("file", "FILE"))
def bounce(door: Visit, file: str) -> None:
    """Record what a mail server reports of a message: FILE is its mail, as it came (RFC 3464).

    Of what came back a task is left, and somebody else is told. To give it twice changes nothing.
    """
    with texts.opened(file, "FILE") as source:
        found = door.ask("bounce", report=File(os.path.basename(file), source))
    refs, action = found["changed"], found["action"]
    said = SAID.get(action, "is delayed, and is still on its way; nothing was changed")
    lines = [f"The message {found['message'][:12]} {said}."]
    if action in SAID and not refs:
        lines = ["That is on record already; nothing was changed."]
    elif refs:
        lines.append(f"On record in {count(len(refs), 'case')}: {listed(refs)}.")
    door.answer(found, lines)
