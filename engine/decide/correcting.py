"""Corrections: an answer or a day is put right; the state never changes by it, and what rested on
it is confirmed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from engine.case import Given
from engine.dates import parse_partial
from engine.decide import answers, clocks, recording, tasks
from engine.decide.draft import Draft
from engine.edition import subjects
from engine.errors import RefusedError, UsageError


def correct(draft: Draft, given: Sequence[Given]) -> None:
    """Put answers right; clocks that counted from them are moved or judged again by events.

    Raises RefusedError when a reason is lacking or an answer cannot be read.
    """
    _need_reason(draft)
    _check(draft, given)
    items: list[dict[str, Any]] = []
    sealed = draft.reason()
    for one in given:
        row = draft.case.answer(one.question, one.of, one.no)
        item = recording.item(draft, one, sealed)
        items.append(item | {"old": row["value"] if row else None})
    draft.emit("answers corrected", {"answers": items, "turns": []}, sealed)
    for item in items:
        recording.void_approvals(draft, item["question"], item["no"])
    clocks.review(draft, [one.question for one in given], "an answer was corrected")
    tasks.open_tasks(draft, _to_confirm(draft, {one.question for one in given}))


def redate(draft: Draft, step: Mapping[str, Any], day: str) -> None:
    """Give an earlier step the day on which it really happened.

    `step` is the event of the step. Raises RefusedError without a reason, or for a day in the
    future.
    """
    _need_reason(draft)
    if step["type"] != "transition taken":
        raise RefusedError(f"Entry @{step['n']} is no step; correct the answer itself instead.")
    found = parse_partial(day)
    if found.first > draft.context.today:
        raise RefusedError("The day lies in the future; a step has happened when it is recorded.")
    name = step["body"]["transition"]
    old = draft.case.taken_on(name)
    last = old == step["happened"]
    body = {
        "step": step["n"],
        "transition": name,
        "old": step["happened"],
        "new": day,
        "turns": [{"what": f"took:{name}", "happened": day}] if last else [],
        "case": _case_days(draft, step, day),
    }
    draft.emit("step re-dated", body, draft.reason())
    transition = draft.workflow.transitions[name]
    if transition.dates and draft.case.value(transition.dates) == step["happened"]:
        correct(draft, [Given(transition.dates, day)])
    _rejudge(draft, name, step["happened"], day)


def _case_days(draft: Draft, step: Mapping[str, Any], day: str) -> dict[str, str]:
    row = draft.case.row
    found = {}
    if row["latest_on"] == step["happened"]:
        found["latest_on"] = day
    if row["state"] == step["body"]["to"] and row["state_since"] == step["happened"]:
        found["state_since"] = day
    return found


def _rejudge(draft: Draft, transition: str, old: str, new: str) -> None:
    for timescale in draft.edition.met_by.get(transition, ()):
        for key, row in list(draft.case.deadlines().items()):
            if key[1] == timescale.id and row["met_on"] == old:
                now = {"met_on": new, "status": clocks.judged(draft, row, new)}
                was = {"met_on": old, "status": row["status"]}
                name = {"timescale": key[1], "of": key[2], "no": key[3]}
                draft.emit(
                    "deadline re-judged",
                    {**name, "cause": "a step was re-dated", "old": was, "now": now},
                )


def _need_reason(draft: Draft) -> None:
    if not draft.context.reason:
        raise RefusedError("A correction needs its reason; give --reason.")


def _check(draft: Draft, given: Sequence[Given]) -> None:
    for one in given:
        if one.question not in draft.workflow.questions:
            raise RefusedError(f"This process has no question {one.question}.")
        if draft.case.answer(one.question, one.of, one.no) is None:
            raise RefusedError(f"{one.question} has no answer yet; use `record`.")
        try:
            answers.read(draft, one)
        except UsageError as error:
            question = draft.workflow.questions[one.question]
            raise RefusedError(answers.unreadable(question, error)) from None


def _to_confirm(draft: Draft, questions: set[str]) -> list[tasks.Task]:
    """The decisions taken so far that rested on these answers: somebody confirms them, or takes
    them anew.
    """
    found = []
    for transition in draft.workflow.transitions.values():
        if not draft.case.turn(f"took:{transition.id}"):
            continue
        rests_on = {*subjects(transition.only_if), *transition.on_file, *transition.asked}
        if rests_on & questions:
            what = f'confirm "{transition.title}": an answer on which it rested was corrected'
            role = transition.who[0] if transition.who else ""
            found.append(tasks.Task("confirm decision", what, role, transition.id))
    return found
