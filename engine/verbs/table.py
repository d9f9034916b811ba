"""The one table of verbs, and the one way by which every door does any of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from engine.service import admission
from engine.service.workplace import By, File, Workplace
from engine.verbs import changing, looking, packing, processes
from engine.verbs.fields import Field, read
from engine.verbs.verb import Content, Document, Job, Verb

HAPPENED: Final = (
    Field("on", "when", "The day it happened; today if left out."),
    Field("reason", "text", "Why."),
)
"""What every change may be given."""

DECIDED: Final = (
    Field("decided_by", "id", "Who decided it, where you only record it."),
    Field("evidence", "file", "What shows that they did; it is put on file."),
)
"""What a change of something that is there may be given besides."""

VERBS: Final[Mapping[str, Verb]] = {
    verb.name: verb for module in (changing, looking, packing, processes) for verb in module.VERBS
}
"""Every verb by its name."""


def fields(verb: Verb) -> tuple[Field, ...]:
    """Everything with which a verb may be asked."""
    if not verb.changes:
        return verb.fields
    return (*verb.fields, *HAPPENED, *(() if verb.new else DECIDED))


def run(place: Workplace, by: By, name: str, raw: Mapping[str, Any]) -> Document | Content:
    """Do what was asked, on behalf of whoever asks.

    Of `by` the person, the proof, the key and the version come from the door. Raises UsageError
    with all that is wrong with the request, and what the service raises; nothing is changed then.
    """
    verb = VERBS[name]
    asked = read(fields(verb), raw)
    ref = str(asked.get("ref", ""))
    if not verb.changes:
        admission.need_part(place, by, name, ref)
        return verb.act(Job(place, by, asked))
    evidence = asked.pop("evidence", None)
    how = replace(
        by,
        on=asked.pop("on", ""),
        reason=asked.pop("reason", ""),
        decided_by=asked.pop("decided_by", ""),
        shown=evidence if isinstance(evidence, File) else None,
    )
    return verb.act(Job(place, how, asked))
