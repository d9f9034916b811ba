"""One change between two editions of a process: what was, what is, and whether that is stricter."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, NamedTuple

Verdict = Literal["stricter", "looser", "other"]

STRICTER: Verdict = "stricter"
LOOSER: Verdict = "looser"
OTHER: Verdict = "other"
VERDICTS: tuple[Verdict, ...] = (STRICTER, LOOSER, OTHER)
"""In the order in which they are told."""

LAW = "law"
LOCAL = "local"
PEOPLE = "who"
GUARDS = "guards"
RECORDS = "records"
NOTICES = "notices"
WORDS = "words"
STEPS = "steps"
QUESTIONS = "questions"
PACKS = "packs"
WORDING = "wording"

PARTS = {
    LAW: "Duties, and what law and guidance allow",
    LOCAL: "Local times",
    PEOPLE: "Who may act and read",
    GUARDS: "What must be so",
    RECORDS: "What must be on record",
    NOTICES: "Who is told",
    WORDS: "Words that may change what people do",
    STEPS: "States and steps",
    QUESTIONS: "Questions",
    PACKS: "Packs",
    WORDING: "Wording and order",
}
"""The parts of a comparison in their order: what weighs most comes first."""

NOTHING = "nothing"
"""What is said in the place of what was not there, or is not any more."""


class Change(NamedTuple):
    """One difference, as somebody who answers for the process must know it."""

    part: str
    at: str
    """Where it stands in the definition: `timescale notification: due`."""
    what: str
    was: str
    now: str
    verdict: Verdict


Judge = Callable[[Any, Any], Verdict]
"""What becomes of a value that has changed; with the two exchanged it says the opposite."""


def flipped(verdict: Verdict) -> Verdict:
    """The verdict on the same change the other way round."""
    return {STRICTER: LOOSER, LOOSER: STRICTER}.get(verdict, OTHER)


def other(old: Any, new: Any) -> Verdict:
    """Neither can be called stricter."""
    return OTHER


def more_is_stricter(old: Any, new: Any) -> Verdict:
    """Of things listed: with more of them it is stricter."""
    before, after = set(old), set(new)
    if before == after or not (before <= after or after <= before):
        return OTHER
    return STRICTER if before < after else LOOSER


def more_is_looser(old: Any, new: Any) -> Verdict:
    """Of things listed: with more of them it is looser."""
    return flipped(more_is_stricter(old, new))


def few_is_stricter(old: Any, new: Any) -> Verdict:
    """The same, where nothing listed means everything."""
    if bool(old) != bool(new):
        return STRICTER if new else LOOSER
    return more_is_looser(old, new)


def few_is_looser(old: Any, new: Any) -> Verdict:
    """Of what a clock runs in, where nothing listed means everywhere."""
    return flipped(few_is_stricter(old, new))


def some_is_stricter(old: Any, new: Any) -> Verdict:
    """With something there, or a yes, it is stricter than without."""
    if bool(old) == bool(new):
        return OTHER
    return STRICTER if new else LOOSER


def some_is_looser(old: Any, new: Any) -> Verdict:
    """With something there, or a yes, it is looser than without."""
    return flipped(some_is_stricter(old, new))


def higher_is_stricter(old: int, new: int) -> Verdict:
    """Of numbers."""
    return OTHER if old == new else STRICTER if new > old else LOOSER


def lower_is_stricter(old: int | None, new: int | None) -> Verdict:
    """Of the most that is allowed, where None is no limit."""
    if old is None or new is None:
        return some_is_stricter(old is not None, new is not None)
    return flipped(higher_is_stricter(old, new))
