"""Answers that are typed for a case, and what is said once they are on record."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from engine.cli import printing, values
from engine.cli.printing import PROGRAM
from engine.cli.visit import Visit
from engine.nouns import count

MOST = 3
"""Steps that are named, of those that are ruled out."""

Known = Mapping[str, Any]


def answering(door: Visit, ref: str, words: Sequence[str]) -> values.Answers:
    """The answers that these words give to what the process of a case asks."""
    given = values.pairs(words)
    return values.answers(given, values.Asks(door.ask("questions", ref=ref)))


def put_on_record(door: Visit, ref: str, wanted: Mapping[str, Any]) -> None:
    """Put answers on record, or that agencies were asked; and say so."""
    found = door.change("record", ref=ref, source=door.options["source"], **wanted)
    lines = [*_recorded(ref, found["recorded"]), *ruled_out(ref, found["ruled_out"])]
    door.done(found, "\n".join(lines))


def ruled_out(ref: str, found: Sequence[Known]) -> list[str]:
    """What answers rule out, and how they are put right if they are wrong."""
    lines = [
        f'By this, "{step["title"]}" is ruled out ({"; or ".join(step["why"])}). If the answer is '
        f"wrong:\n  {PROGRAM} {step['command']}"
        for step in found[:MOST]
    ]
    more = len(found) - MOST
    told = f"`{PROGRAM} next {ref}` names them"
    return [*lines, f"{count(more, 'more step')} ruled out by this: {told}."] if more > 0 else lines


def _recorded(ref: str, recorded: Sequence[Known]) -> Iterator[str]:
    """How many answers were recorded, and of whom it was that they were asked, or did not reply."""
    answered = [one for one in recorded if one["status"] == "answered"]
    if answered:
        yield f"Recorded {count(len(answered), 'answer')} on {ref}."
    for one in recorded:
        if one not in answered:
            asked = f"asked {printing.when(one['asked_on'])}" if one["asked_on"] else "asked"
            said = f"{asked}, no reply" if one["status"] == "no reply" else asked
            yield f'Recorded on {ref}: {said}; {one["of_title"]}: "{one["ask"]}"'
