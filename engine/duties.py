"""Whether what is said to be a duty has been read in the act or the regulation that is named.

Every output that calls something a duty asks here; no word of a partnership's own makes one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from engine.definition import Timescale, Transition, Variant, Workflow
from engine.own_rules import OwnRule

LAW = re.compile(r"\b(Acts?|Regulations?|Orders?|Measure|[WS]?SI)\b")
"""What the name of an act or of a regulation has in it."""
_LEGAL = ("act", "regulation")
UNREAD = "nobody has marked it as read there"
_AGAINST = re.compile(r"\bagainst (?:the )?", re.IGNORECASE)
_NEXT = re.compile(r"(?:, | and |; )(?:the )?")
_ENDS = re.compile(
    r"(?=\s*$|\s+\(|\s*[,;]|\.\s*$|-\(| and | as made\b| as amended\b|"
    r" (?:on|at) legislation\.gov\.uk)"
)
"""What may stand behind the name of a law; a number in brackets that follows it at once is less
than the whole of it."""
_PARTS = (
    (re.compile(r"\b(?:sections?|ss?)\b\.?\s*(?=\d)", re.IGNORECASE), "s."),
    (re.compile(r"\breg(?:ulation)?s?\b\.?\s*(?=\d)", re.IGNORECASE), "reg "),
    (re.compile(r",? (?=(?:s\.|reg )\d)"), " "),
    (re.compile(r"\s+"), " "),
)


def is_read(timescale: Timescale, variant: Variant) -> bool:
    """Whether the duty of a timescale was read, by itself or with the time of one of its rules.

    With its time only where that act or regulation sets it and was what was read.
    """
    if not timescale.duty:
        return False
    time = variant.confirmed == "read" and names(variant.time_from.source, timescale.duty)
    return reads(timescale.duty_checked, timescale.duty) or (
        time and reads(variant.checked, timescale.duty)
    )


def limit_is_read(variant: Variant) -> bool:
    """Whether an act or a regulation sets a time, and was itself what was read."""
    time = variant.time_from
    legal = time.kind in _LEGAL and variant.confirmed == "read"
    return legal and reads(variant.checked, time.source)


def step_is_read(workflow: Workflow, step: Transition) -> bool:
    """Whether the duty of a step was read, there or anywhere else in the definition."""
    return bool(step.duty) and any(_read_of(workflow, step.duty))


def rule_is_read(rule: OwnRule) -> bool:
    """Whether the duty of a rule of the process was read with the rule itself."""
    return bool(rule.duty) and rule.confirmed == "read" and reads(rule.checked, rule.duty)


def reads(checked: str, law: str) -> bool:
    """Whether it was a law, or more of the same, that was read: `on DAY against SI 2018/789`."""
    found = _AGAINST.search(checked)
    return found is not None and names(checked[found.end() :], law)


def names(text: str, law: str) -> bool:
    """Whether a text names a law, or the larger part of an act in which that stands."""
    said, wanted = _normal(text), _normal(law)
    starts = [0, *(found.end() for found in _NEXT.finditer(said))]
    return any(_begins(said[start:], wanted) for start in starts)


def _read_of(workflow: Workflow, duty: str) -> Iterator[bool]:
    for step in workflow.transitions.values():
        yield step.duty == duty and reads(step.duty_checked, duty)
    for timescale in workflow.timescales.values():
        for variant in timescale.variants if timescale.duty == duty else ():
            yield is_read(timescale, variant)
    for rule in workflow.rules.values():
        yield rule.duty == duty and rule_is_read(rule)


def _begins(said: str, wanted: str) -> bool:
    """Whether a text begins with a law, or with what that begins with."""
    if said.startswith(wanted) and _ENDS.match(said, len(wanted)):
        return True
    return any(_holds(said[: end.start()].rstrip(), wanted) for end in _ENDS.finditer(said))


def _holds(whole: str, part: str) -> bool:
    named = LAW.search(whole) and len(whole.split()) > 1
    return bool(named) and part.startswith(whole) and part[len(whole) :][:1] in ("", *" (,;:")


def _normal(text: str) -> str:
    for found, said in _PARTS:
        text = found.sub(said, text)
    return text.strip().removesuffix(".")
