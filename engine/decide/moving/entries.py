"""What an entry of a case is called where it stands in the way of a move to another edition."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from engine.dates import when
from engine.definition import Workflow

Body = Mapping[str, Any]

PLAIN = {
    "answers recorded": "answers were recorded",
    "answers corrected": "answers were corrected",
    "case opened": "the case was opened",
    "person added": "a person was added",
    "task closed": "a task was ended",
    "linked case opened": "a linked case was opened",
    "linked case ended": "a linked case ended",
    "linked case resumed": "a linked case was resumed",
    "linked case set aside": "a linked case was set aside",
    "case set aside": "the case was set aside",
}
STEPS = {
    "transition taken": "taken",
    "step undone": "set aside",
    "step re-dated": "given another day",
}
ANSWERS = {"answers recorded": "recorded", "answers corrected": "corrected"}
APPROVALS = {
    "approval given": "was approved",
    "approval voided": "was changed, so that its approvals are void",
}
CLOCKS = {
    "deadline started": "began",
    "deadline moved": "was given another day",
    "deadline met": "was met",
    "deadline stopped": "ceased to apply",
    "deadline re-judged": "was judged again",
    "deadline resumed": "ran again",
    "deadline set aside": "was set aside",
    "target set": "was given a target",
    "delay explained": "was late, and it was said why,",
    "notices moved": "was given other days for its reminders and escalations",
}


def entry(kind: str, subject: str, at: tuple[int, str], workflows: Sequence[Workflow]) -> str:
    """An entry as a clause: `the step "Begin the decision" was taken on 15 December 2025 (@9)`.

    `subject` is the step, the questions or the timescale that it is of, `at` its number and the day
    on which it happened, and `workflows` the definitions that may know what that is called.
    """
    n, on = at
    return f"{_clause(kind, subject, workflows)} {when(on)} (@{n})"


def of_event(event: Mapping[str, Any], workflows: Sequence[Workflow]) -> str:
    """The same of an event."""
    at = (int(event["n"]), str(event["happened"])[:10])
    return entry(str(event["type"]), _subject(event["body"]), at, workflows)


def _clause(kind: str, subject: str, workflows: Sequence[Workflow]) -> str:
    for kinds, part, noun in (
        (STEPS, "transitions", "the step "),
        (ANSWERS, "questions", "the answer to "),
    ):
        if kind in kinds and (title := _title(part, subject, workflows)):
            return f"{noun}{title} was {kinds[kind]}"
    for kinds, part in ((APPROVALS, "questions"), (CLOCKS, "timescales")):
        if kind in kinds and (title := _title(part, subject, workflows)):
            return f"{title} {kinds[kind]}"
    return PLAIN.get(kind, kind)


def _title(part: str, name: str, workflows: Sequence[Workflow]) -> str:
    """What one thing is called; nothing where several are named, or none knows it."""
    for workflow in workflows:
        known = getattr(workflow, part).get(name)
        if known:
            return f'"{known.ask if part == "questions" else known.title}"'
    return ""


def _subject(body: Body) -> str:
    for name in ("transition", "of", "timescale"):
        if body.get(name):
            return str(body[name])
    return ", ".join(dict.fromkeys(str(one["question"]) for one in body.get("answers", ())))
