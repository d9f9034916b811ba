"""Corrections: an answer is put right; the state never changes by it, and what rested on
it is confirmed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from engine.case import Given
from engine.dates import parse_partial
from engine.decide.draft import Draft
from engine.decide.entries import answers, keeping, recording, tasks
from engine.decide.moving import pins
from engine.decide.timing import clocks
from engine.decide.timing.lateness import recorded_late
from engine.decide.timing.starting import Start
from engine.edition import subjects
from engine.errors import Need, RefusedError, UsageError

CAUSE = "an answer was corrected"


def correct(draft: Draft, given: Sequence[Given]) -> None:
    """Put answers right; clocks that counted from them are moved or judged again by events.

    Raises RefusedError when a reason is lacking, an answer cannot be read or is as it was, or is
    for others to put right.
    """
    need_reason(draft)
    _check(draft, given)
    put_right(draft, given)


def put_right(draft: Draft, given: Sequence[Given]) -> None:
    """Put answers right that have been checked."""
    items: list[dict[str, Any]] = []
    sealed = draft.reason()
    for one in given:
        row = draft.case.answer(one.question, one.of, one.no)
        item = recording.item(draft, one, sealed)
        items.append(item | {"old": row["value"] if row else None})
    body = {"answers": items, "turns": [], "late": int(recorded_late(draft))}
    draft.emit("answers corrected", body, sealed)
    for item in items:
        recording.void_approvals(draft, item["question"], item["no"])
    clocks.review(draft, [one.question for one in given], CAUSE)
    pins.follow(draft, [one.question for one in given], CAUSE)
    for item in items:
        _move_earlier(draft, item)
    tasks.close_answered(draft)
    tasks.open_tasks(draft, _to_confirm(draft, {one.question for one in given}))


def _move_earlier(draft: Draft, item: Mapping[str, Any]) -> None:
    """Count anew the clocks of an occurrence that is no longer the one being asked."""
    question, of, no, value = item["question"], item["of"], item["no"], item["value"]
    if no == draft.case.occurrence(question) or value is None:
        return
    for timescale in draft.edition.by_anchor.get(question, ()):
        key = (draft.case.ref, timescale.id, of, no)
        variant = draft.edition.variant(timescale, parse_partial(value).first.isoformat())
        if variant is not None and key in draft.case.deadlines():
            clocks.move(draft, timescale, key, Start(variant, "running", value, no), CAUSE)


def need_reason(draft: Draft) -> None:
    """Raise RefusedError when the command gives no reason."""
    if not draft.context.reason:
        raise RefusedError("A correction needs its reason; give --reason.")


def _check(draft: Draft, given: Sequence[Given]) -> None:
    wrong = answers.twice(draft, tuple(given))
    if wrong:
        raise RefusedError("These answers cannot be put right together.", tuple(wrong))
    for one in given:
        if one.question not in draft.workflow.questions:
            raise RefusedError(f"This process has no question {one.question}.")
        if draft.case.answer(one.question, one.of, one.no) is None:
            ask = draft.workflow.questions[one.question].ask
            raise RefusedError(f'"{ask}" has no answer yet; use `record`.')
        try:
            answers.read(draft, one)
        except UsageError as error:
            question = draft.workflow.questions[one.question]
            raise RefusedError(answers.unreadable(question, error)) from None
    wrong = [*answers.decided_by_steps(draft, given), *_as_they_were(draft, given)]
    wrong += keeping.not_theirs_to_correct(draft, given)
    if wrong:
        raise RefusedError("These answers cannot be put right.", tuple(wrong))


def _as_they_were(draft: Draft, given: Sequence[Given]) -> list[Need]:
    """The public answers among these that are what is on record; a personal one is not told."""
    found = []
    for one in given:
        question = draft.workflow.questions[one.question]
        row = draft.case.answer(one.question, one.of, one.no)
        if question.personal or row is None or one.source not in ("", row["source"]):
            continue
        if (one.status, answers.read(draft, one)) == (row["status"], row["value"]):
            what = f'"{question.ask}" is already {row["value"]}; there is nothing to put right'
            found.append(Need(what, how="leave it out"))
    return found


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
