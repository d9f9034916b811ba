"""What a change did, as a document: the same from every door."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.apply_clocks import parts
from engine.errors import EngineError
from engine.service.changing import Outcome
from engine.service.looking import reading
from engine.verbs.naming import names
from engine.verbs.verb import Job

SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "required": [
        *("ref", "version", "key", "repeated", "on", "opened", "deadlines_changed"),
        *("recorded_by", "decided_by", "proof", "names"),
    ],
    "properties": {
        "ref": {"type": "string"},
        "version": {"type": "integer", "minimum": 1},
        "key": {"type": "string"},
        "repeated": {"type": "boolean"},
        "on": {"type": "string"},
        "opened": {"type": "array", "items": {"type": "string"}},
        "deadlines_changed": {"type": "array", "items": {"type": "string"}},
        "recorded_by": {"type": "string"},
        "decided_by": {"type": "string"},
        "proof": {"type": "string"},
        "names": {"type": "object", "additionalProperties": {"type": "string"}},
        "case": {"type": "object"},
    },
}


def document(job: Job, outcome: Outcome, **more: Any) -> dict[str, Any]:
    """What a change did, and the case as it then is; `more` is said beside it.

    The case is left out where it is not wanted, or cannot be read again at once: what was saved
    stays saved.
    """
    by = job.by
    every = (part for event in outcome.events for part in parts(event))
    moved = dict.fromkeys(part["body"].get("timescale") for part in every)
    found = {
        **more,
        "ref": outcome.ref,
        "version": outcome.version,
        "key": outcome.key,
        "repeated": outcome.repeated,
        "on": by.on,
        "opened": list(outcome.opened),
        "deadlines_changed": [str(name) for name in moved if name],
        "recorded_by": by.person,
        "decided_by": by.decided_by or by.person,
        "proof": by.claimed,
        "names": names(job.place, by.person, by.decided_by),
    }
    if job.get("brief", False):
        return found
    try:
        return {**found, "case": reading.show(job.place, by, outcome.ref)}
    except EngineError:
        return found
