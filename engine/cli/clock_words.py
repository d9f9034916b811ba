"""What has happened to a deadline, in the words of those who keep the record."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.decide.moving.moves import GIVEN_BACK, MIGRATED

DAYS = ("starts_on", "due_on", "due_from", "due_to", "status")
SAID = {
    "deadline stopped": "deadline no longer applies",
    "deadline re-judged": "deadline judged again",
    "deadline resumed": "deadline runs again",
    "target set": "target agreed beside the deadline",
    "notices moved": "reminders and escalations moved",
    MIGRATED: "moved to another edition",
}


def happened(kind: str, body: Mapping[str, Any]) -> str:
    """What has happened, by the type of an event and what it says: `deadline runs again`."""
    old, now = body.get("old") or {}, body.get("now") or {}
    if kind == "deadline moved" and not any(n in old and old[n] != now.get(n) for n in DAYS):
        armed = body.get("dropped") or body.get("notices")
        return "reminders and escalations changed" if armed else "deadline counted anew"
    if kind == "deadline resumed" and body.get("cause") == GIVEN_BACK:
        return "deadline as it was before"
    return SAID.get(kind, kind)
