"""What an overlay may add to: the keys that may stand under `also`, and of what kind each is."""

from __future__ import annotations

from engine.loading.kinds import Shape, conditions, names, tables, text
from engine.loading.shapes import APPROVAL, ESCALATION, REMINDER

ALSO = {
    "question": Shape("what is added to a question", {"ask": text, "help": text}),
    "state": Shape("what is added to a state", {"says": text}),
    "transition": Shape(
        "what is added to a transition",
        {
            "title": text,
            "says": text,
            "leaves_building": text,
            "only_if": conditions,
            "undecided_if": conditions,
            "on_file": names("question"),
            "asked": names("question"),
            "approve": tables(APPROVAL),
            "tell": names("role", "group"),
            "asks": names("question"),
            "asks_anew": names("question"),
        },
    ),
    "timescale": Shape(
        "what is added to a timescale",
        {
            "title": text,
            "note": text,
            "remind": tables(REMINDER),
            "escalate": tables(ESCALATION),
        },
    ),
    "pack": Shape("what is added to a pack", {"requires": names("question")}),
}
"""By section; to no other section is anything added."""

ALSO_HEAD = Shape(
    "what is added to the head",
    {"opening": names("question"), "source": text, "caution": text},
)
