"""Tasks: what a step, a correction or an undo leaves for somebody to do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from engine.case import Row
from engine.decide.draft import Draft
from engine.decide.steps.holding import can_hold
from engine.definition import Workflow
from engine.guards import required, satisfied, ways
from engine.prose import straight

MISSING = "missing answer"
CLOSED_BY_RECORD = (MISSING, "not asked")
"""The kinds of tasks that are done when what was missing is on record."""

UNMET = "unmet need"
"""The kind of a need that may never come to be so; until it is, somebody says how it was."""

EITHER = "one of these must be so: "
"""How a need begins that can be met in several ways."""


@dataclass(frozen=True, slots=True)
class Task:
    """Something to be done: in public words only, for a role, about a question or a step."""

    kind: str
    """missing answer, not asked, unmet need, not theirs, confirm decision, follow up, message,
    review."""
    what: str
    role: str
    subject: str


def open_tasks(draft: Draft, found: Iterable[Task]) -> None:
    """Leave these tasks on the case, numbered after those that it has had."""
    listed = list(found)
    if not listed:
        return
    start = draft.chain.n + 1
    items = [
        {
            "task": f"{start}.{index}",
            "kind": task.kind,
            "what": task.what,
            "role": task.role,
            "subject": task.subject,
        }
        for index, task in enumerate(listed, 1)
    ]
    draft.emit("task opened", {"tasks": items})


def close_answered(draft: Draft) -> None:
    """Close the tasks whose missing record is now on file, or says what it had to say."""
    close(draft, [str(key[1]) for key, row in draft.case.open_tasks() if _is_met(draft, row)])


def unanswered(draft: Draft, rows: Iterable[tuple[str, Row]]) -> list[str]:
    """Of these tasks, each by its name, those whose record is missing, or does not say it yet."""
    return [name for name, row in rows if not _is_met(draft, row)]


def close(draft: Draft, tasks: list[str], status: str = "done") -> None:
    """Close tasks: done, or dropped because their step was set aside."""
    if tasks:
        draft.emit("task closed", {"tasks": tasks, "status": status})


def how(workflow: Workflow, ref: str, task: str, row: Row) -> str:
    """What to type when an open task is to be ended."""
    question = workflow.questions.get(str(row["subject"]).partition("/")[0])
    if row["kind"] not in CLOSED_BY_RECORD or question is None:
        return f"done {ref} {task} --reason TEXT"
    if question.answer == "document":
        return f"attach {ref} {row['subject']} FILE"
    value = "-" if question.personal else "VALUE"
    return f"record {ref} {row['subject']}={value}"


def _is_met(draft: Draft, row: Row) -> bool:
    if row["kind"] in CLOSED_BY_RECORD:
        return _is_on_file(draft, row["subject"])
    return row["kind"] == UNMET and (_is_so(draft, row) or _one_is_so(draft, row))


def _is_so(draft: Draft, row: Row) -> bool:
    """Whether the line of a guard holds by now that the task asks for, known by its words."""
    steps = draft.workflow.transitions.values()
    lines = (line for step in steps for table in step.only_if.tables for line in table)
    return any(
        satisfied(line, draft.facts) and straight(required(line, draft.workflow)) == row["what"]
        for line in lines
        if line.subject == row["subject"]
    )


def _one_is_so(draft: Draft, row: Row) -> bool:
    """Whether one of several ways to meet the guard of a step lacks no more than all of them do."""
    step = draft.workflow.transitions.get(str(row["subject"]))
    if step is None or not row["what"].startswith(EITHER):
        return False
    lacking = [set(way) for way in ways(can_hold(step), draft.facts)]
    return not lacking or any(way <= set.intersection(*lacking) for way in lacking)


def _is_on_file(draft: Draft, subject: str) -> bool:
    question, _, of = subject.partition("/")
    known = draft.workflow.questions.get(question)
    if known is None:
        return False
    if known.asked_of:
        return draft.case.dealt_with(question, of)
    everybody = draft.case.people("" if known.per == "person" else known.per) if known.per else ()
    whom = everybody if known.per and not of else (of,)
    return bool(whom) and all(draft.case.answered(question, one) for one in whom)
