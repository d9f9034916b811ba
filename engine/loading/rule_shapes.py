"""The keys that a rule of a process may have: the table `[rule.NAME]`."""

from __future__ import annotations

from engine.loading.kinds import Shape, day, name, names, one_of, text

_PLACE = names("state", "transition")

RULE = Shape(
    "a rule",
    {
        "says": text,
        "source": text,
        "confirmed": one_of("read", "second-hand", "recalled", "disputed"),
        "checked": text,
        "duty": text,
        "in_force_since": day,
        "in_force_until": day,
        "only": names("role"),
        "may": names("transition"),
        "enter": names("state"),
        "before": _PLACE,
        "on_file": names("question"),
        "asked": names("question"),
        "approved": name("question"),
        "approved_by": names("role"),
        "taken": names("transition"),
        "since": _PLACE,
        "after": _PLACE,
        "never": _PLACE,
        "until": _PLACE,
        "from": _PLACE,
        "to": _PLACE,
        "passes": _PLACE,
        "timescale": names("timescale"),
        "runs_in": names("state"),
        "runs_after": names("transition"),
        "stopped_by": names("transition"),
        "when": names("transition"),
        "tells": names("role", "group"),
    },
    needed={
        "says": 'Write the rule out as people say it: says = "...".',
        "source": 'Say where it can be read: source = "...".',
        "confirmed": 'Say how well its source is known: confirmed = "second-hand".',
    },
)
